"""The columns that hold where an entity stands in review, and the history of how it came there."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from annotations.store.base import Base, new_id, one_of, partial_index
from annotations.vocabulary import EntityType, ReviewState


class ReviewColumns:
    """Present state of a claim, a piece of evidence or an annotation.

    ``state`` is that of the newest version, ``head_number``. What the public sees is the version whose
    interval is open, and may be an older one.
    """

    state: Mapped[str] = mapped_column(default=ReviewState.DRAFT, index=True)
    head_number: Mapped[int] = mapped_column(default=1)
    needs_recheck: Mapped[bool] = mapped_column(default=False)
    recheck_reason: Mapped[str | None]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("actors.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str | None]
    withdrawal_requested_by: Mapped[UUID | None] = mapped_column(ForeignKey("actors.id"))
    withdrawal_reason: Mapped[str | None]


def review_checks() -> tuple[CheckConstraint, ...]:
    """Checks on state, flag and withdrawal, for ``__table_args__``."""
    return (
        one_of("state", ReviewState),
        CheckConstraint("needs_recheck = (recheck_reason IS NOT NULL)", name="recheck_reason"),
        CheckConstraint("head_number >= 1", name="head_number"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_at"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_reason IS NULL)", name="withdrawn_reason"),
        CheckConstraint("(withdrawal_requested_by IS NULL) = (withdrawal_reason IS NULL)", name="withdrawal_reason"),
    )


def queue_indexes(table: str) -> tuple[Index, ...]:
    """Indexes of what waits for somebody, for ``__table_args__``."""
    return (
        partial_index(f"ix_{table}_recheck", "id", where="recheck_reason IS NOT NULL"),
        partial_index(f"ix_{table}_withdrawal", "id", where="withdrawal_requested_by IS NOT NULL"),
    )


class Transition(Base):
    """One step of an entity's history: who did what, when and why. Append-only, a hash chain per entity."""

    __tablename__ = "transitions"
    __table_args__ = (
        UniqueConstraint("entity_type", "entity_id", "position"),
        UniqueConstraint("entity_id", "prev_hash"),
        one_of("entity_type", EntityType),
        CheckConstraint("position >= 1 AND version_number >= 1", name="position"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    entity_type: Mapped[str]
    entity_id: Mapped[UUID]
    position: Mapped[int]
    version_number: Mapped[int]
    version_hash: Mapped[str]
    action: Mapped[str]
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    actor_id: Mapped[UUID] = mapped_column(ForeignKey("actors.id"))
    at: Mapped[datetime]
    reason: Mapped[str | None]
    four_eyes: Mapped[bool]
    prev_hash: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)
