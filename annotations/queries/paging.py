"""Keyset pages: the rows after a key, one more than asked for, to know whether there is a next page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Row, Select
from sqlalchemy.orm import Session

Item = TypeVar("Item")
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Slice(Generic[Item]):
    """One page: its items, and the key of the last one when more follow."""

    items: tuple[Item, ...]
    next_key: Key | None


def fetch(
    session: Session,
    statement: Select[*tuple[Any, ...]],
    limit: int,
    key_of: Callable[[Row[*tuple[Any, ...]]], Key],
    values: dict[str, Any] | None = None,
) -> tuple[Sequence[Row[*tuple[Any, ...]]], Key | None]:
    """At most ``limit`` rows of the ordered ``statement``, sent with ``values``, and the key to go on from, if any."""
    rows = session.execute(statement.limit(limit + 1), values).all()
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], key_of(rows[limit - 1])
