"""Aligning the words of two texts: which word of the old text is which word of the new one.

Patience-like: runs of words that occur once on each side are matched in order, longest runs first, and the gaps
between them again, with shorter runs; what is left goes to a longest common subsequence.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from rapidfuzz.distance import LCSseq

from annotations.anchoring.moves import runs_of
from annotations.anchoring.words import SENTENCE_ENDS, Text

RUN_LENGTHS = (16, 8, 4, 2, 1)
"""Lengths of the runs that are matched, in words, in the order in which they are tried."""

LCS_LIMIT = 4_000_000
"""Gaps of at most this many word pairs go to the subsequence; larger ones keep only their unique runs."""

SLIDE = 64
"""An insertion is slid by so many words at most."""

BLOCK_BORDER, SENTENCE_BORDER, CLAUSE_BORDER = 3, 2, 1
PAUSES = frozenset(",;:")

Gap: TypeAlias = tuple[int, int, int, int]
Insertion: TypeAlias = tuple[int, int, int]


def align(old: Sequence[str], new: Sequence[str]) -> list[int]:
    """For each of the words ``old`` the index of the word of ``new`` that it is, or -1; indexes rise."""
    matched = [-1] * len(old)
    first = 0
    limit = min(len(old), len(new))
    while first < limit and old[first] == new[first]:
        matched[first] = first
        first += 1
    old_end, new_end = len(old), len(new)
    while old_end > first and new_end > first and old[old_end - 1] == new[new_end - 1]:
        old_end, new_end = old_end - 1, new_end - 1
        matched[old_end] = new_end
    _fill(old, new, matched, (first, old_end, first, new_end))
    return matched


def _fill(old: Sequence[str], new: Sequence[str], matched: list[int], whole: Gap) -> None:
    gaps = [whole]
    for length in RUN_LENGTHS:
        smaller: list[Gap] = []
        for gap in gaps:
            smaller += _split(old, new, matched, gap, length)
        gaps = [gap for gap in smaller if not set(old[gap[0] : gap[1]]).isdisjoint(new[gap[2] : gap[3]])]
    for first, end, new_first, new_end in gaps:
        if 0 < (end - first) * (new_end - new_first) <= LCS_LIMIT:
            for block in LCSseq.opcodes(old[first:end], new[new_first:new_end]):
                if block.tag == "equal":
                    here, there = first + block.src_start, new_first + block.dest_start
                    size = block.src_end - block.src_start
                    matched[here : here + size] = range(there, there + size)


def _split(old: Sequence[str], new: Sequence[str], matched: list[int], gap: Gap, length: int) -> list[Gap]:
    """Match the runs of ``length`` words that are unique on both sides of ``gap``; the gaps between them."""
    first, end, new_first, new_end = gap
    if end - first < length or new_end - new_first < length:
        return [gap]
    here, there = _unique_runs(old, first, end, length), _unique_runs(new, new_first, new_end, length)
    pairs = _rising([(position, there[run]) for run, position in here.items() if run in there])
    gaps: list[Gap] = []
    for position, new_position in pairs:
        if position < first or new_position < new_first:
            continue
        start, new_start = position, new_position
        while start > first and new_start > new_first and old[start - 1] == new[new_start - 1]:
            start, new_start = start - 1, new_start - 1
        stop, new_stop = position + length, new_position + length
        while stop < end and new_stop < new_end and old[stop] == new[new_stop]:
            stop, new_stop = stop + 1, new_stop + 1
        matched[start:stop] = range(new_start, new_stop)
        if start > first and new_start > new_first:
            gaps.append((first, start, new_first, new_start))
        first, new_first = stop, new_stop
    if first < end and new_first < new_end:
        gaps.append((first, end, new_first, new_end))
    return gaps


def _unique_runs(words: Sequence[str], first: int, end: int, length: int) -> dict[tuple[str, ...], int]:
    seen: dict[tuple[str, ...], int] = {}
    runs = zip(*(words[first + offset : end - length + 1 + offset] for offset in range(length)), strict=True)
    for position, run in enumerate(runs, first):
        seen[run] = -1 if run in seen else position
    return {run: position for run, position in seen.items() if position >= 0}


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest subsequence of ``pairs`` (old, new), sorted by old, in which new rises too."""
    pairs.sort()
    tails: list[int] = []
    at: list[int] = []
    before = [-1] * len(pairs)
    for index, (_, new) in enumerate(pairs):
        place = bisect_left(tails, new)
        before[index] = at[place - 1] if place else -1
        if place == len(tails):
            tails.append(new)
            at.append(index)
        else:
            tails[place], at[place] = new, index
    rising: list[tuple[int, int]] = []
    index = at[-1] if at else -1
    while index >= 0:
        rising.append(pairs[index])
        index = before[index]
    return rising[::-1]


def settle(old: Text, new: Text, matched: Sequence[int]) -> list[int]:
    """``matched`` with what was inserted or deleted slid to where a writer would say that it was.

    After "It works." an inserted "It is cheap." may as well be read as "is cheap. It" between two words of the old
    text, when that went on with "It"; of such readings the one whose ends are those of blocks or sentences is taken.
    """
    forward, backward = list(matched), [-1] * len(new)
    for index, target in enumerate(forward):
        if target >= 0:
            backward[target] = index
    _slide_insertions(old, new, forward, backward)
    _slide_insertions(new, old, backward, forward)
    return forward


def _slide_insertions(old: Text, new: Text, forward: list[int], backward: list[int]) -> None:
    for index, first, end in list(_insertions(forward, len(backward))):
        best, shift = _neatness(old, new, index, first, end), 0
        for step in (-1, 1):
            slid = 0
            while abs(slid) < SLIDE and _slides(new, forward, (index + slid, first + slid, end + slid), step):
                slid += step
                neatness = _neatness(old, new, index + slid, first + slid, end + slid)
                if neatness > best:
                    best, shift = neatness, slid
        if shift:
            moved = range(index + shift, index) if shift < 0 else range(index, index + shift)
            offset = end - index if shift < 0 else first - index
            for word in moved:
                backward[forward[word]] = -1
            for word in moved:
                forward[word] = word + offset
                backward[word + offset] = word


def _insertions(forward: Sequence[int], new_length: int) -> Iterator[Insertion]:
    """The new words ``first:end`` that stand between the partners of neighbours: (old word after them, first, end)."""
    index = target = 0
    for first, end in runs_of(forward):
        if first == index and forward[first] > target:
            yield index, target, forward[first]
        index, target = end, forward[end - 1] + 1
    if index == len(forward) and target < new_length:
        yield index, target, new_length


def _slides(new: Text, forward: Sequence[int], insertion: Insertion, step: int) -> bool:
    """Whether the insertion may be slid by one word."""
    index, first, end = insertion
    if step < 0:
        return first > 0 and index > 0 and forward[index - 1] == first - 1 and new.keys[first - 1] == new.keys[end - 1]
    return index < len(forward) and forward[index] == end and new.keys[first] == new.keys[end]


def _neatness(old: Text, new: Text, index: int, first: int, end: int) -> int:
    return _border(old, index) + _border(new, first) + _border(new, end)


def _border(text: Text, index: int) -> int:
    """How clear a cut before the word ``index`` is."""
    if not 0 < index < len(text) or text.block_of[index] != text.block_of[index - 1]:
        return BLOCK_BORDER
    before = text.values[index - 1]
    return SENTENCE_BORDER if before in SENTENCE_ENDS else CLAUSE_BORDER if before in PAUSES else 0
