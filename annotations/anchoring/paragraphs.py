"""Pairing the blocks of two texts: which block of the new text is the same paragraph as one of the old."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TypeAlias

from annotations.anchoring.moves import RUN, runs_of
from annotations.anchoring.words import Range, Text
from annotations.vocabulary import BlockKind

ALIKE = 0.4
"""Share of the words of both, from which on two blocks are the same paragraph, wherever they stand."""

CONTAINED = 0.6
"""Share of the shorter block's words that stand in the longer one after a split or a merge."""

ALIKE_IN_PLACE = 0.2
"""As :data:`ALIKE`, where nothing but these two stands between two paragraphs that are the same, or in an exchange."""

SHORT = 12
"""Blocks of so few words (a heading, an item of a list) are the same in the same place, whatever they say now."""

Likeness: TypeAlias = dict[Range, float]


def pair_blocks(
    old: Text,
    new: Text,
    matched: Sequence[int],
    old_kinds: Sequence[BlockKind] | None = None,
    new_kinds: Sequence[BlockKind] | None = None,
) -> list[int | None]:
    """For each new block the index of the old block that it is, or None; each old block is taken at most once.

    The blocks that are most alike are paired first. So the larger part of a split keeps the paragraph, the larger
    part of a merge gives it, and of equal parts the first. A title pairs only with a title.

    Args:
        old: the old text.
        new: the new text.
        matched: for each old word the index of the new word that it is, or -1.
        old_kinds: what each old block is, where known.
        new_kinds: what each new block is, where known.
    """
    old_titles, new_titles = _titles(old_kinds, len(old.bounds)), _titles(new_kinds, len(new.bounds))
    likeness, alike = _compare(old, new, matched)
    pairs = _Pairs(old_titles, new_titles)
    pairs.take(zip(_where(old_titles), _where(new_titles), strict=False))
    pairs.take(sorted(alike, key=lambda pair: (-likeness[pair], pair)))
    pairs.improve({pair: share for pair, share in likeness.items() if share >= ALIKE_IN_PLACE or pair in alike})
    pairs.take(_same_words(old, new, pairs))
    pairs.take(_in_place(old, new, likeness, pairs))
    return [pairs.old_of.get(there) for there in range(len(new.bounds))]


class _Pairs:
    """Pairs of an old and a new block, each block in one pair at most, titles with titles."""

    def __init__(self, old_titles: Sequence[bool], new_titles: Sequence[bool]) -> None:
        self._old_titles, self._new_titles = old_titles, new_titles
        self.old_of: dict[int, int] = {}
        self.new_of: dict[int, int] = {}

    def take(self, pairs: Iterable[Range]) -> None:
        """Take those of ``pairs`` (old, new) whose blocks are free."""
        for here, there in pairs:
            if here not in self.new_of and there not in self.old_of and self._fit(here, there):
                self.old_of[there], self.new_of[here] = here, there

    def improve(self, likeness: Likeness) -> None:
        """Give up a pair where its two blocks are more alike, taken together, to others that are free.

        So both paragraphs stay where a sentence moved from the one to the other.
        """
        others_of_old: dict[int, list[int]] = {}
        others_of_new: dict[int, list[int]] = {}
        for here, there in likeness:
            if self._fit(here, there):
                others_of_old.setdefault(here, []).append(there)
                others_of_new.setdefault(there, []).append(here)
        for here, there in list(self.new_of.items()):
            to = [(likeness[here, other], other) for other in others_of_old.get(here, ()) if other not in self.old_of]
            of = [(likeness[other, there], other) for other in others_of_new.get(there, ()) if other not in self.new_of]
            if to and of and max(to)[0] + max(of)[0] > likeness.get((here, there), 0.0):
                del self.old_of[there], self.new_of[here]
                self.take([(here, max(to)[1]), (max(of)[1], there)])

    def _fit(self, here: int, there: int) -> bool:
        return self._old_titles[here] == self._new_titles[there]


def _titles(kinds: Sequence[BlockKind] | None, count: int) -> list[bool]:
    return [False] * count if kinds is None else [kind == BlockKind.TITLE for kind in kinds]


def _where(titles: Sequence[bool]) -> list[int]:
    return [index for index, is_title in enumerate(titles) if is_title]


def _compare(old: Text, new: Text, matched: Sequence[int]) -> tuple[Likeness, set[Range]]:
    """How alike any two blocks are that share words, from 0 to 1, and which of them are alike enough to be the same."""
    shared: Counter[Range] = Counter()
    longest: Counter[Range] = Counter()
    for first, end in runs_of(matched):
        while first < end:
            pair = old.block_of[first], new.block_of[matched[first]]
            stop = min(end, old.bounds[pair[0]][1], first + new.bounds[pair[1]][1] - matched[first])
            shared[pair] += old.weigh(first, stop)
            longest[pair] = max(longest[pair], stop - first)
            first = stop
    sizes, new_sizes = _sizes(old), _sizes(new)
    likeness = {
        (here, there): 2 * common / (sizes[here] + new_sizes[there]) for (here, there), common in shared.items()
    }
    alike = {
        pair
        for pair in likeness
        if likeness[pair] >= ALIKE
        or (longest[pair] >= RUN and shared[pair] >= CONTAINED * min(sizes[pair[0]], new_sizes[pair[1]]))
    }
    return likeness, alike


def _sizes(text: Text) -> list[int]:
    return [text.weigh(first, stop) for first, stop in text.bounds]


def _same_words(old: Text, new: Text, pairs: _Pairs) -> list[Range]:
    """The blocks left over whose words are all the same, in order."""
    waiting: dict[tuple[str, ...], list[int]] = {}
    for here, (first, stop) in enumerate(old.bounds):
        if here not in pairs.new_of:
            waiting.setdefault(tuple(old.keys[first:stop]), []).append(here)
    places = {words: iter(blocks) for words, blocks in waiting.items()}
    found: list[Range] = []
    for there, (first, stop) in enumerate(new.bounds):
        if there not in pairs.old_of:
            found += [(here, there) for here in islice(places.get(tuple(new.keys[first:stop]), ()), 1)]
    return found


def _in_place(old: Text, new: Text, likeness: Likeness, pairs: _Pairs) -> list[Range]:
    """The blocks left over that stand alone between the same two paragraphs (or ends of the text) in both texts."""
    found: list[Range] = []
    last = len(old.bounds) - 1, len(new.bounds) - 1
    for there in range(len(new.bounds)):
        here = pairs.old_of.get(there - 1, last[0]) + 1 if there else 0
        if there in pairs.old_of or here in pairs.new_of or here > last[0]:
            continue
        if (here, there) == last or (there < last[1] and pairs.old_of.get(there + 1) == here + 1):
            short = max(stop - first for first, stop in (old.bounds[here], new.bounds[there])) <= SHORT
            if short or likeness.get((here, there), 0.0) >= ALIKE_IN_PLACE:
                found.append((here, there))
    return found
