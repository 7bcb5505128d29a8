"""What a check found, and how it reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from rfc8785 import CanonicalizationError
from sqlalchemy import Row, Select
from sqlalchemy.orm import Session

KEPT = 1_000
"""How many findings are told one by one; the rest is counted."""

BATCH = 200
CHUNK = 500
"""Rows that are read at a time, and values that one statement asks for."""

Item = TypeVar("Item")
Rows = Sequence[Row[*tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: in which table, in which row, and what."""

    table: str
    row: str
    wrong: str

    def __str__(self) -> str:
        return f"{self.table}, {self.row}: {self.wrong}"


@dataclass(slots=True)
class Findings:
    """What was checked so far, and what was wrong."""

    kept: list[Finding] = field(default_factory=list)
    count: int = 0
    checked: Counter[str] = field(default_factory=Counter)

    def add(self, table: str, row: str, wrong: str) -> None:
        """Note one thing that is wrong."""
        self.count += 1
        if len(self.kept) < KEPT:
            self.kept.append(Finding(table, row, wrong))


def batches(session: Session, statement: Select[*tuple[Any, ...]], size: int = BATCH) -> Iterator[Rows]:
    """The rows of ``statement``, ``size`` at a time, never all of them at once."""
    yield from session.execute(statement, execution_options={"yield_per": size}).partitions(size)


def chunks(values: Iterable[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    """``values`` in lists short enough for one statement."""
    rest = iter(values)
    while some := list(islice(rest, size)):
        yield some


def gives(digest: str | None, compute: Callable[[], str]) -> bool:
    """Whether ``compute`` comes to ``digest``; what has no canonical form comes to nothing."""
    try:
        return compute() == digest
    except CanonicalizationError:
        return False


def version_row(entity_type: str, entity_id: UUID, number: int) -> str:
    """How a finding names a version."""
    return f"{entity_type} {entity_id}, version {number}"


def step_row(entity_type: str, entity_id: UUID, position: int) -> str:
    """How a finding names a step of a history."""
    return f"{entity_type} {entity_id}, step {position}"


def log_row(seq: int) -> str:
    """How a finding names a row of the log."""
    return f"seq {seq}"
