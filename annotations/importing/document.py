"""What every reader returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from annotations.vocabulary import BlockKind


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a text, in normal form C, without line ends."""

    kind: BlockKind
    text: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """A line of the source that is no part of the text, and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Repair:
    """Characters that were replaced, or removed where ``after`` is empty; ``count`` times in the whole source."""

    reason: str
    before: str
    after: str
    count: int


@dataclass(frozen=True, slots=True)
class ImportedText:
    """A text as a reader understood it.

    Every character of the source that is not white space stands in the title, in a block, in ``dropped`` or in
    ``repairs``; normalisation to form C aside. Of a source with markup this holds for the characters that a reader
    sees, up to the length at which the report is cut short.

    Attributes:
        title: the title found in the source, or None.
        blocks: the rest of the text, in order.
        dropped: lines (with markup: pieces) left out, in the order of the source.
        repairs: what was changed inside lines, in the order of its first occurrence.
        encoding: name of the encoding of the source, as Python knows it.
        format: how the source sets its blocks apart.
        source_sha256: hash of the bytes, 64 hexadecimal digits.
        suggested: what the source says of itself ("site_name", "author", "published_at", "canonical_url", "language"),
            unchecked; an editor takes it or leaves it.
    """

    title: str | None
    blocks: list[Block]
    dropped: list[Dropped]
    repairs: list[Repair]
    encoding: str
    format: str
    source_sha256: str
    suggested: Mapping[str, str] = field(default_factory=dict)


class RepairLog:
    """Counts equal repairs, in the order of their first occurrence."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, str], int] = {}

    def add(self, reason: str, before: str, after: str = "") -> None:
        """Note that ``before`` became ``after`` once more."""
        key = (reason, before, after)
        self._counts[key] = self._counts.get(key, 0) + 1

    def repairs(self) -> list[Repair]:
        """Everything noted so far."""
        return [Repair(*key, count) for key, count in self._counts.items()]
