"""Words that moved: runs that an alignment left over in the old text and that stand elsewhere in new text."""

from __future__ import annotations

from collections.abc import Sequence

from annotations.anchoring.words import Range

RUN = 5
"""So many words in a row are the same words elsewhere, rather than words that happen to recur."""

CANDIDATES = 8
"""Words that stand in more places than this say nothing about where a passage went."""

ISLAND = 6
"""Fewer matched words than this, amid rewritten text on both sides, may be a coincidence."""


def runs_of(matched: Sequence[int]) -> list[Range]:
    """The runs (first, end) of old words that are matched to words which follow one another too."""
    if max(matched, default=-1) < 0:
        return []
    before, after = [-1, *matched[:-1]], [*matched[1:], -1]
    firsts = [
        i
        for i, (last, here) in enumerate(zip(before, matched, strict=True))
        if here >= 0 and (last < 0 or here != last + 1)
    ]
    ends = [
        i
        for i, (here, following) in enumerate(zip(matched, after, strict=True), 1)
        if here >= 0 and following != here + 1
    ]
    return list(zip(firsts, ends, strict=True))


def move_blocks(
    old: Sequence[str],
    new: Sequence[str],
    old_blocks: Sequence[Range],
    new_blocks: Sequence[Range],
    stayed: Sequence[int],
) -> tuple[list[int], list[int]]:
    """Tell whole blocks that moved from words that stayed: for each old word where it stayed and where it moved, or -1.

    A block moved when it did not stay as a whole, and its words make up a new block that no other old block stayed in
    as a whole. Where several blocks have the same words they are taken in order.

    Args:
        old: the keys of the old words.
        new: the keys of the new words.
        old_blocks: first word and end of each old block.
        new_blocks: the same of the new ones.
        stayed: an alignment of the two.
    """
    stayed = list(stayed)
    whole = {first for first, end in old_blocks if first < end and _is_whole(stayed, first, end)}
    reached = {stayed[first] for first in whole}
    homeless = _by_words(old, [block for block in old_blocks if block[0] not in whole])
    waiting = _by_words(new, [block for block in new_blocks if block[0] not in reached])
    moved = [-1] * len(old)
    arrived = bytearray(len(new))
    for words, blocks in homeless.items():
        for (first, end), (new_first, new_end) in zip(blocks, waiting.get(words, ()), strict=False):
            moved[first:end] = range(new_first, new_end)
            arrived[new_first:new_end] = b"\1" * (new_end - new_first)
            stayed[first:end] = [-1] * (end - first)
    return [-1 if target >= 0 and arrived[target] else target for target in stayed], moved


def _is_whole(matched: Sequence[int], first: int, end: int) -> bool:
    return matched[first] >= 0 and matched[end - 1] == matched[first] + end - first - 1 and -1 not in matched[first:end]


def _by_words(words: Sequence[str], blocks: Sequence[Range]) -> dict[tuple[str, ...], list[Range]]:
    found: dict[tuple[str, ...], list[Range]] = {}
    for first, end in blocks:
        if first < end:
            found.setdefault(tuple(words[first:end]), []).append((first, end))
    return found


def find_moves(
    old: Sequence[str], new: Sequence[str], stayed: Sequence[int], moved: Sequence[int]
) -> tuple[list[int], bytearray]:
    """``moved`` with the runs of words added that moved by themselves, and which new words are then taken (1).

    Only what ``stayed`` leaves over on both sides is looked at, so that a look-alike which stood in the old text
    already is never taken.
    """
    moved = list(moved)
    free, taken = _left_over(stayed, moved, len(new))
    places: dict[tuple[str, ...], list[int]] = {}
    run = 0
    for position in range(len(new)):
        run = 0 if taken[position] else run + 1
        if run >= RUN:
            places.setdefault(tuple(new[position - RUN + 1 : position + 1]), []).append(position - RUN + 1)
    found = _tiles(old, new, free, taken, places) if places else []
    for length, first, target in sorted(found, key=lambda tile: (-tile[0], tile[1])):
        if not any(taken[target : target + length]):
            taken[target : target + length] = b"\1" * length
            moved[first : first + length] = range(target, target + length)
    return moved, taken


def _left_over(stayed: Sequence[int], moved: Sequence[int], new_length: int) -> tuple[bytearray, bytearray]:
    """Which old words are free (1), and which new ones are taken (1). Small islands in rewritten text are free."""
    free = bytearray(target < 0 for target in stayed)
    taken = bytearray(new_length)
    runs = runs_of(stayed)
    for place, (first, end) in enumerate(runs):
        before = runs[place - 1][1] if place else 0
        after = runs[place + 1][0] if place + 1 < len(runs) else len(stayed)
        new_before = stayed[before - 1] + 1 if place else 0
        new_after = stayed[after] if place + 1 < len(runs) else new_length
        gaps = (
            max(first - before, stayed[first] - new_before),
            max(after - end, new_after - stayed[end - 1] - 1),
        )
        if end - first < ISLAND and 2 * (end - first) <= min(gaps):
            free[first:end] = b"\1" * (end - first)
        else:
            taken[stayed[first] : stayed[end - 1] + 1] = b"\1" * (end - first)
    for index, target in enumerate(moved):
        if target >= 0:
            free[index], taken[target] = 0, 1
    return free, taken


def _tiles(
    old: Sequence[str],
    new: Sequence[str],
    free: bytearray,
    taken: bytearray,
    places: dict[tuple[str, ...], list[int]],
) -> list[tuple[int, int, int]]:
    """The longest runs (length, first old word, first new word) of free words that stand in new text."""
    tiles: list[tuple[int, int, int]] = []
    first = 0
    while first + RUN <= len(old):
        blocked = free.find(b"\0", first, first + RUN)
        if blocked >= 0:
            first = blocked + 1
            continue
        best = (0, 0)
        candidates = places.get(tuple(old[first : first + RUN]), ())
        for target in candidates if len(candidates) <= CANDIDATES else ():
            run = RUN
            while (
                first + run < len(old)
                and target + run < len(new)
                and free[first + run]
                and not taken[target + run]
                and old[first + run] == new[target + run]
            ):
                run += 1
            best = max(best, (run, -target))
        if best[0]:
            tiles.append((best[0], first, -best[1]))
        first += best[0] or 1
    return tiles
