"""Which words of the new text a passage of the old one is now, given one alignment of the two."""

from __future__ import annotations

from collections.abc import Sequence

from annotations.anchoring.alignment import Gap
from annotations.anchoring.moves import runs_of
from annotations.anchoring.words import Range, Text

REACH = 14
"""Words beside a passage among which firm ground is looked for."""

FIRM = 3
"""A run of so many kept words is firm ground."""

NEAR = 10
"""Words on either side of a passage that say whether its surroundings were kept."""

DISTINCT = 8
"""So many words in a row are the same passage even where everything around them changed."""


class Mapping:
    """One way in which old words went to new ones, and the questions that a passage asks of it.

    Args:
        old: the old text.
        new: the new text.
        matched: for each old word the index of the new one that it is, or -1.
    """

    def __init__(self, old: Text, new: Text, matched: Sequence[int]) -> None:
        self.old, self.new, self.matched = old, new, matched
        self._run_length = [0] * len(matched)
        for first, end in runs_of(matched):
            self._run_length[first:end] = [end - first] * (end - first)
        self._last, self._next = _neighbours(matched)

    def window(self, first: int, stop: int) -> Range | None:
        """The new words (first, end) that are old words ``first:stop`` now; None where they are gone.

        They are all of one block: where the words now stand in several, the part that holds most of them.
        """
        kept = [index for index in range(first, stop) if self.matched[index] >= 0]
        found = self._grown(first, stop, kept[0], kept[-1]) if kept else self._between(first, stop)
        if found is None or found[0] >= found[1] or not self._holds(first, stop, *found, kept):
            return None
        return self._in_one_block(*found, kept)

    def _between(self, first: int, stop: int) -> Range | None:
        """The words that stand in the place of a passage of which none was kept, when they are about as many."""
        gap_first, gap_stop, new_first, new_stop = self._gap(first)
        size, new_size = gap_stop - gap_first, new_stop - new_first
        if new_size <= 0 or size > 3 * (stop - first) + 2:
            return None
        start = new_first + round(new_size * (first - gap_first) / size)
        end = new_first + round(new_size * (stop - gap_first) / size)
        return (start, end) if start < end else None

    def _grown(self, first: int, stop: int, kept_first: int, kept_last: int) -> Range:
        """From the first kept word to the last, and over words of their blocks that replace the passage's own ends."""
        start, end = self.matched[kept_first], self.matched[kept_last] + 1
        if kept_first > first:
            gap_first, gap_stop, new_first, new_stop = self._gap(first)
            if gap_first == first and new_stop - new_first <= 2 * (gap_stop - gap_first) + 1:
                block = self.new.block_of[start]
                start = next(
                    index for index in range(min(new_first, start), start + 1) if self.new.block_of[index] == block
                )
        if kept_last < stop - 1:
            gap_first, gap_stop, new_first, new_stop = self._gap(stop - 1)
            if gap_stop == stop and new_stop - new_first <= 2 * (gap_stop - gap_first) + 1:
                block = self.new.block_of[end - 1]
                end = next(index for index in range(new_stop, end - 1, -1) if self.new.block_of[index - 1] == block)
        return start, end

    def _in_one_block(self, first: int, stop: int, kept: Sequence[int]) -> Range:
        if self.new.block_of[first] == self.new.block_of[stop - 1]:
            return first, stop
        targets = {self.matched[index] for index in kept}
        parts: dict[int, list[int]] = {}
        for index in range(first, stop):
            parts.setdefault(self.new.block_of[index], []).append(index)
        largest = max(parts.values(), key=lambda part: (self._weight(part, targets), len(part)))
        return largest[0], largest[-1] + 1

    def _weight(self, part: Sequence[int], targets: set[int]) -> int:
        return sum(self.new.weigh(index, index + 1) for index in part if index in targets)

    def _holds(self, first: int, stop: int, new_first: int, new_stop: int, kept: Sequence[int]) -> bool:
        """Whether these are the passage's words rather than others that happen to be alike."""
        left, right = self._support(first, stop, new_first, new_stop)
        if len(kept) == stop - first == new_stop - new_first:
            return left + right > 0.5 or stop - first >= DISTINCT
        old_weight, new_weight = self.old.weigh(first, stop), self.new.weigh(new_first, new_stop)
        if new_weight > 3 * old_weight + 20:
            return False
        share = sum(self.old.weigh(index, index + 1) for index in kept) / old_weight
        around = self._around(first, stop)
        if left == right == 1 and self._is_grounded(first, stop):
            return around >= 0.5 and (share >= 0.25 or max(old_weight, new_weight) <= 2.5 * min(old_weight, new_weight))
        return left + right > 0.5 and around >= 0.4 and share >= 0.5

    def _support(self, first: int, stop: int, new_first: int, new_stop: int) -> tuple[float, float]:
        """On each side 1 where the neighbour went along, a half where firm ground is near, else 0."""
        matched, count = self.matched, len(self.matched)
        if (first == 0 and new_first == 0) or (first > 0 and matched[first - 1] == new_first - 1 >= 0):
            left = 1.0
        else:
            ground = next((i for i in range(first - 1, max(-1, first - REACH - 1), -1) if self._is_firm(i)), -1)
            distance = new_first - (matched[ground] if ground >= 0 else -1) - 1
            left = 0.5 if 0 <= distance <= REACH and (ground >= 0 or first <= REACH) else 0.0
        if (stop == count and new_stop == len(self.new)) or (stop < count and matched[stop] == new_stop):
            right = 1.0
        else:
            ground = next((i for i in range(stop, min(count, stop + REACH)) if self._is_firm(i)), count)
            distance = (matched[ground] if ground < count else len(self.new)) - new_stop
            right = 0.5 if 0 <= distance <= REACH and (ground < count or count - stop <= REACH) else 0.0
        return left, right

    def _is_grounded(self, first: int, stop: int) -> bool:
        """Whether a neighbour that went along is more than a stray word."""
        left = first == 0 or self._is_firm(first - 1)
        right = stop == len(self.matched) or self._is_firm(stop)
        return left and right

    def _is_firm(self, index: int) -> bool:
        return self._run_length[index] >= FIRM

    def _around(self, first: int, stop: int) -> float:
        """Share of the words beside the passage, within its block, that were kept; 1 where there are none."""
        block = self.old.block_of[first]
        near = [*range(max(0, first - NEAR), first), *range(stop, min(len(self.old), stop + NEAR))]
        inside = [index for index in near if self.old.block_of[index] == block]
        return sum(self.matched[index] >= 0 for index in inside) / len(inside) if inside else 1.0

    def _gap(self, index: int) -> Gap:
        """The words left over around old word ``index``: first and end on the old side, then on the new."""
        last, following = self._last[index], self._next[index]
        new_first = self.matched[last] + 1 if last >= 0 else 0
        new_stop = self.matched[following] if following < len(self.matched) else len(self.new)
        return last + 1, following, new_first, max(new_first, new_stop)


def _neighbours(matched: Sequence[int]) -> tuple[list[int], list[int]]:
    """For each old word the nearest matched one before it (or -1) and after it (or their number)."""
    last, before = [], -1
    for index, target in enumerate(matched):
        last.append(before)
        before = index if target >= 0 else before
    following, after = [len(matched)] * len(matched), len(matched)
    for index in range(len(matched) - 1, -1, -1):
        following[index] = after
        after = index if matched[index] >= 0 else after
    return last, following
