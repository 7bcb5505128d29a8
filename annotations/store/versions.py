"""The columns that every immutable version carries."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, and_, or_, text
from sqlalchemy.orm import Mapped, mapped_column

from annotations.store.base import new_id


class VersionColumns:
    """Identity, order, authorship and interval of a version.

    The content never changes. ``valid_from`` goes from NULL to the moment of approval once, and
    ``valid_until`` from NULL to the moment of replacement once: ``[valid_from, valid_until)`` is when it was
    in force. The public sees what is in force as far as it can be reached: an annotation on a public article,
    a source that a claim in force cites. Triggers in the database hold this.
    """

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[int]
    content_hash: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("actors.id"))
    valid_from: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]


def interval_checks() -> tuple[CheckConstraint, ...]:
    """Checks on number and interval, for ``__table_args__``."""
    return (
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint(
            "valid_until IS NULL OR (valid_from IS NOT NULL AND valid_from < valid_until)",
            name="interval",
        ),
    )


def one_public(table: str, owner: str) -> Index:
    """The index by which an entity has at most one version in force."""
    condition = text("valid_from IS NOT NULL AND valid_until IS NULL")
    return Index(f"uq_{table}_one_public", owner, unique=True, sqlite_where=condition, postgresql_where=condition)


def is_public(version: Any) -> ColumnElement[bool]:
    """The condition that a version is in force now."""
    return and_(version.valid_from.is_not(None), version.valid_until.is_(None))


def in_force(version: Any, at: ColumnElement[datetime] | None = None) -> ColumnElement[bool]:
    """The condition that a version is in force now, or was at a moment: its start counts, its end does not."""
    if at is None:
        return is_public(version)
    return and_(version.valid_from <= at, or_(version.valid_until.is_(None), version.valid_until > at))


def was_in_force(version: Any, before: datetime) -> ColumnElement[bool]:
    """The condition that a version was in force just before a moment."""
    return and_(version.valid_from < before, or_(version.valid_until.is_(None), version.valid_until >= before))
