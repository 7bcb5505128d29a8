"""What editors' work leaves beside the entities: stored answers, review dates, mergers, redactions, chain heads."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from annotations.store.base import Base, SortedText, new_id, one_of
from annotations.store.log import Sequence
from annotations.vocabulary import EntityType

_OPEN = text("closed_at IS NULL")


class StoredAnswer(Base):
    """The answer to a POST with an ``Idempotency-Key``; ``status`` is NULL while the first such POST is at work."""

    __tablename__ = "idempotency_keys"

    actor_id: Mapped[UUID] = mapped_column(ForeignKey("actors.id"), primary_key=True)
    key: Mapped[str] = mapped_column(SortedText, primary_key=True)
    fingerprint: Mapped[str]
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any] | None]
    body: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(index=True)


class ReviewDate(Base):
    """By when a claim is to be looked at again."""

    __tablename__ = "review_dates"

    claim_id: Mapped[UUID] = mapped_column(ForeignKey("claims.id"), primary_key=True)
    due_on: Mapped[date] = mapped_column(index=True)
    set_by: Mapped[UUID] = mapped_column(ForeignKey("actors.id"))
    set_at: Mapped[datetime]


class ClaimMerger(Base):
    """That one claim is to be, or was, merged into another: asked by one person, confirmed by a second."""

    __tablename__ = "claim_mergers"
    __table_args__ = (
        CheckConstraint("loser_id <> winner_id", name="winner_id"),
        CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closed_by"),
        CheckConstraint("NOT merged OR closed_at IS NOT NULL", name="merged"),
        Index("uq_claim_mergers_one_open", "loser_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    loser_id: Mapped[UUID] = mapped_column(ForeignKey("claims.id"), index=True)
    winner_id: Mapped[UUID] = mapped_column(ForeignKey("claims.id"), index=True)
    reason: Mapped[str]
    requested_by: Mapped[UUID] = mapped_column(ForeignKey("actors.id"))
    requested_at: Mapped[datetime]
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("actors.id"))
    closed_at: Mapped[datetime | None]
    merged: Mapped[bool] = mapped_column(default=False)


class Redaction(Base):
    """That the content of one version was blanked for legal reasons; ``seq`` is its log row. Append-only."""

    __tablename__ = "redactions"
    __table_args__ = (one_of("entity_type", EntityType),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    entity_type: Mapped[str]
    entity_id: Mapped[UUID] = mapped_column(index=True)
    version_number: Mapped[int]
    at: Mapped[datetime]
    actor_id: Mapped[UUID] = mapped_column(ForeignKey("actors.id"))
    reason: Mapped[str]
    seq: Mapped[int] = mapped_column(Sequence, ForeignKey("publication_log.seq"), unique=True)


class RedactedRow(Base):
    """A row that a redaction may blank: guards let it be changed, and nothing else. Append-only.

    ``row_key`` is the row's id as 32 hexadecimal digits, or its number in the log.
    """

    __tablename__ = "redacted_rows"

    table_name: Mapped[str] = mapped_column(SortedText, primary_key=True)
    row_key: Mapped[str] = mapped_column(SortedText, primary_key=True)
    redaction_id: Mapped[UUID] = mapped_column(ForeignKey("redactions.id"), index=True)


class ChainHead(Base):
    """Where a hash chain ends: ``log``, or ``entity_type:id``. A chain that is shorter than this was cut off."""

    __tablename__ = "chain_heads"
    __table_args__ = (CheckConstraint("position >= 1", name="position"),)

    chain: Mapped[str] = mapped_column(SortedText, primary_key=True)
    position: Mapped[int] = mapped_column(Sequence)
    hash: Mapped[str]
