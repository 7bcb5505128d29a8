"""Carrying spans from an old text to a new one.

A span follows its words: the two texts are aligned word by word, and the span stands where its words went. What the
alignment leaves over is looked for in new text only, never in the whole page, because the same words elsewhere may have
stood there before and are another passage. Where its words are gone the span is orphaned rather than put on others.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from annotations.anchoring.alignment import align, settle
from annotations.anchoring.moves import find_moves, move_blocks
from annotations.anchoring.paragraphs import pair_blocks
from annotations.anchoring.text import fold
from annotations.anchoring.windows import DISTINCT, FIRM, Mapping
from annotations.anchoring.words import Range, Text
from annotations.vocabulary import AnchorState, BlockKind

BLOCK_SEPARATOR = "\n\n"
"""Stands between the blocks of a plain text."""


@dataclass(frozen=True, slots=True)
class Carried:
    """Where a span stands in the new plain text.

    ``start`` and ``end`` are offsets in code points, both 0 when orphaned. ``context_changed``: the same words, but
    the sentence around them changed.
    """

    state: AnchorState
    start: int
    end: int
    context_changed: bool = False


@dataclass(frozen=True, slots=True)
class BlockSpan:
    """A span of the old text: the index of its block, and the range within it in code points."""

    block: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CarriedSpan:
    """Where a span stands in the new text: the index of its block, and the range within it in code points.

    When orphaned the block is None and the range (0, 0). ``context_changed``: the same words, but the sentence around
    them changed.
    """

    state: AnchorState
    block: int | None
    start: int
    end: int
    context_changed: bool = False


@dataclass(frozen=True, slots=True)
class Transfer:
    """What becomes of a text's spans and paragraphs in its new revision.

    Attributes:
        anchors: one for each span, in the order given.
        pairs: for each new block the index of the old block that it is, or None; no old block occurs twice.
    """

    anchors: list[CarriedSpan]
    pairs: list[int | None]


ORPHANED = Carried(AnchorState.ORPHANED, 0, 0)
ORPHANED_SPAN = CarriedSpan(AnchorState.ORPHANED, None, 0, 0)


def carry(old: str, new: str, spans: Sequence[tuple[int, int]]) -> list[Carried]:
    """Where each of ``spans`` (start, end in code points of ``old``) stands in ``new``.

    Both are plain texts whose blocks are joined by blank lines. ``exact``: the same words (typography aside) in the
    same paragraph; ``moved``: the same words in another; ``changed``: the passage is there, its words differ;
    ``orphaned``: it is gone. A span that crosses blank lines is cut to the block that holds most of it.
    """
    old_blocks, new_blocks = old.split(BLOCK_SEPARATOR), new.split(BLOCK_SEPARATOR)
    old_offsets, new_offsets = _offsets(old_blocks), _offsets(new_blocks)
    comparison = Comparison(old_blocks, new_blocks)
    results = []
    for start, end in spans:
        anchor = comparison.carry(_in_block(old_blocks, old_offsets, start, end))
        if anchor.block is None:
            results.append(ORPHANED)
        else:
            offset = new_offsets[anchor.block]
            results.append(Carried(anchor.state, offset + anchor.start, offset + anchor.end, anchor.context_changed))
    return results


def carry_blocks(
    old: Sequence[str],
    new: Sequence[str],
    spans: Sequence[BlockSpan],
    old_kinds: Sequence[BlockKind] | None = None,
    new_kinds: Sequence[BlockKind] | None = None,
) -> Transfer:
    """Where each of ``spans`` stands in ``new``, and which old block each new block is.

    The states are those of :func:`carry`; the same paragraph is one that is paired: an anchor is ``exact`` only in the
    new block that its old block is paired with, else ``moved``. A passage whose words now stand in several blocks is
    ``changed``, on the part that holds most of them. Where kinds are given, a title pairs only with a title.

    Args:
        old: texts of the old blocks.
        new: texts of the new blocks.
        spans: what to carry over.
        old_kinds: what each old block is.
        new_kinds: what each new block is.
    """
    comparison = Comparison(old, new, old_kinds, new_kinds)
    return Transfer([comparison.carry(span) for span in spans], comparison.pairs)


def find_again(quote: str, prefix: str, suffix: str, old: Sequence[str], new: Sequence[str]) -> BlockSpan | None:
    """Where ``new`` brings back an orphaned passage that ``old`` did not hold; None where it does not.

    See :meth:`Comparison.find_again`, which compares the texts once for many passages.
    """
    return Comparison(old, new).find_again(quote, prefix, suffix)


class Comparison:
    """Two texts compared word by word, to be asked about many spans.

    Attributes:
        pairs: for each new block the index of the old block that it is, or None.

    Args:
        old: texts of the old blocks.
        new: texts of the new blocks.
        old_kinds: what each old block is; where given, a title pairs only with a title.
        new_kinds: what each new block is.
    """

    def __init__(
        self,
        old: Sequence[str],
        new: Sequence[str],
        old_kinds: Sequence[BlockKind] | None = None,
        new_kinds: Sequence[BlockKind] | None = None,
    ) -> None:
        self._old, self._new = Text(old), Text(new)
        old_keys, new_keys = self._old.keys, self._new.keys
        aligned = settle(self._old, self._new, align(old_keys, new_keys))
        stayed, moved = move_blocks(old_keys, new_keys, self._old.bounds, self._new.bounds, aligned)
        moved, self._taken = find_moves(old_keys, new_keys, stayed, moved)
        self._stayed = Mapping(self._old, self._new, stayed)
        self._moved = Mapping(self._old, self._new, moved)
        combined = [there if there >= 0 else here for here, there in zip(stayed, moved, strict=True)]
        self.pairs = pair_blocks(self._old, self._new, combined, old_kinds, new_kinds)
        self._partner = {here: there for there, here in enumerate(self.pairs) if here is not None}
        self._unchanged_blocks = {
            here
            for here, there in self._partner.items()
            if old_keys[slice(*self._old.bounds[here])] == new_keys[slice(*self._new.bounds[there])]
        }

    def carry(self, span: BlockSpan) -> CarriedSpan:
        """Where ``span`` stands in the new text."""
        first, stop = self._old.words_in(span.block, span.start, span.end)
        if first >= stop:
            return ORPHANED_SPAN
        window = self._unchanged(span.block, first, stop)
        window = window or self._stayed.window(first, stop) or self._moved.window(first, stop)
        return ORPHANED_SPAN if window is None else self._answer(span, (first, stop), window)

    def _unchanged(self, block: int, first: int, stop: int) -> Range | None:
        """The same words of the block that ``block`` is paired with, when that has the same words in all."""
        if block not in self._unchanged_blocks:
            return None
        offset = self._new.bounds[self._partner[block]][0] - self._old.bounds[block][0]
        return first + offset, stop + offset

    def _answer(self, span: BlockSpan, here: Range, there: Range) -> CarriedSpan:
        block = self._new.block_of[there[0]]
        start, end = self._range(span, here, there)
        quote, words = self._old.blocks[span.block][span.start : span.end], self._new.blocks[block][start:end]
        if not _same(quote, words):
            return CarriedSpan(AnchorState.CHANGED, block, start, end)
        state = AnchorState.EXACT if self.pairs[block] == span.block else AnchorState.MOVED
        return CarriedSpan(state, block, start, end, self._old.sentence(*here) != self._new.sentence(*there))

    def _range(self, span: BlockSpan, here: Range, there: Range) -> Range:
        """The range of the new words ``there``, cut where the span cuts its first and last word."""
        old, new = self._old, self._new
        first, last, new_first, new_last = here[0], here[1] - 1, there[0], there[1] - 1
        old_text, new_text = old.blocks[span.block], new.blocks[new.block_of[new_first]]
        start, end = new.starts[new_first], new.ends[new_last]
        if span.start < old.starts[first]:
            before = old_text[span.start : old.starts[first]]
            start -= len(before) if new_text.endswith(before, 0, start) else 0
        elif old.written(first) == new.written(new_first):
            start += span.start - old.starts[first]
        if span.end > old.ends[last]:
            after = old_text[old.ends[last] : span.end]
            end += len(after) if new_text.startswith(after, end) else 0
        elif old.written(last) == new.written(new_last):
            end -= old.ends[last] - span.end
        return (start, end) if start < end else (new.starts[new_first], new.ends[new_last])

    def find_again(self, quote: str, prefix: str = "", suffix: str = "") -> BlockSpan | None:
        """Where the new text brings an orphaned passage back: the same words, typography aside; None where it does not.

        It is looked for only in words that the old text did not hold, and found only when it stands there once, and is
        either long enough to be told from others or stands between the same words as before.

        Args:
            quote: the passage as it was.
            prefix: the text before it in its paragraph, or the end of that; empty where it began the paragraph.
            suffix: the text after it in its paragraph, or the beginning of that; empty where it ended the paragraph.
        """
        wanted = _keys(quote)
        found: list[Range] = []
        for first, stop in self._new.places(wanted) if wanted else ():
            words = range(first, stop)
            free = sum(self._new.weigh(index, index + 1) for index in words if not self._taken[index])
            if 2 * free > self._new.weigh(first, stop) and _same(quote, self._written(first, stop)):
                found.append((first, stop))
                if len(found) > 1:
                    return None
        if not found or not (len(wanted) >= DISTINCT or _agrees(self._new, *found[0], prefix, suffix)):
            return None
        first, stop = found[0]
        return BlockSpan(self._new.block_of[first], self._new.starts[first], self._new.ends[stop - 1])

    def _written(self, first: int, stop: int) -> str:
        block = self._new.blocks[self._new.block_of[first]]
        return block[self._new.starts[first] : self._new.ends[stop - 1]]


def _agrees(text: Text, first: int, stop: int, prefix: str, suffix: str) -> bool:
    """Whether enough of the words beside ``first:stop`` are those of ``prefix`` and ``suffix``."""
    begin, end = text.bounds[text.block_of[first]]
    before = _agreeing(text.keys[max(begin, first - FIRM) : first][::-1], _keys(prefix)[::-1], str.endswith)
    after = _agreeing(text.keys[stop : min(end, stop + FIRM)], _keys(suffix), str.startswith)
    return (before >= FIRM) or (after >= FIRM) or min(before, after) >= 0


def _agreeing(beside: Sequence[str], wanted: Sequence[str], is_part: Callable[[str, str], bool]) -> int:
    """How many words agree, from the passage outwards, or -1 where one does not; the outermost may have been cut."""
    if not wanted:
        return -1 if beside else 0
    if len(beside) < min(FIRM, len(wanted)):
        return -1
    agree = [
        here == word or (place + 1 == len(wanted) and is_part(here, word))
        for place, (here, word) in enumerate(zip(beside, wanted, strict=False))
    ]
    return len(agree) if all(agree) else -1


def _keys(text: str) -> list[str]:
    return Text([text]).keys


def _same(old: str, new: str) -> bool:
    """Whether two passages have the same words, typography aside."""
    return old == new or fold(old).text.strip() == fold(new).text.strip()


def _offsets(blocks: Sequence[str]) -> list[int]:
    """Where each block starts in the plain text that ``blocks`` make."""
    return list(accumulate((len(block) + len(BLOCK_SEPARATOR) for block in blocks[:-1]), initial=0))


def _in_block(blocks: Sequence[str], offsets: Sequence[int], start: int, end: int) -> BlockSpan:
    """The span ``start:end`` of a plain text, cut to the block that holds most of it."""
    found = BlockSpan(0, 0, 0)
    for block in range(bisect_right(offsets, start) - 1, len(blocks)):
        if block and offsets[block] >= end:
            break
        first, stop = max(0, start - offsets[block]), min(len(blocks[block]), end - offsets[block])
        if stop - first > found.end - found.start:
            found = BlockSpan(block, first, stop)
    return found
