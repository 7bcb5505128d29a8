"""Cutting a text at the borders of its annotations."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from itertools import pairwise
from typing import TypeVar

Id = TypeVar("Id", bound=Hashable)


def cut(text: str, spans: Iterable[tuple[Id, int, int]]) -> list[tuple[str, tuple[Id, ...]]]:
    """The runs of ``text`` between the borders of ``spans`` (id, start, end in code points), in order.

    Each run comes with the ids of the spans that cover all of it, in the order given. The runs joined are the
    text; no run is empty; spans may overlap. Takes time in proportion to the number of (run, covering span)
    pairs, which is the size of the answer.
    """
    placed = [(span_id, max(start, 0), min(end, len(text))) for span_id, start, end in spans]
    opening: dict[int, list[int]] = {}
    closing: dict[int, list[int]] = {}
    for index, (_, start, end) in enumerate(placed):
        if start < end:
            opening.setdefault(start, []).append(index)
            closing.setdefault(end, []).append(index)
    borders = sorted({0, len(text), *opening, *closing})
    runs: list[tuple[str, tuple[Id, ...]]] = []
    covering: dict[int, None] = {}
    for start, end in pairwise(borders):
        for index in closing.get(start, ()):
            covering.pop(index, None)
        covering.update(dict.fromkeys(opening.get(start, ())))
        runs.append((text[start:end], tuple(placed[index][0] for index in sorted(covering))))
    return runs
