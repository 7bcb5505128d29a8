"""The publication log, what it says of each public address, and corrections."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from annotations.store.base import Base, SortedText, new_id, one_of
from annotations.vocabulary import ChangeKind, EntityType

Sequence = BigInteger().with_variant(Integer(), "sqlite")


class LogRow(Base):
    """One change of the public view. Append-only; ``hash`` covers the row and ``prev_hash``."""

    __tablename__ = "publication_log"
    __table_args__ = (
        one_of("entity_type", EntityType),
        one_of("change_kind", ChangeKind, nullable=True),
        CheckConstraint("seq >= 1 AND entity_version >= 1", name="seq"),
        Index("ix_publication_log_entity", "entity_type", "entity_id"),
    )

    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(unique=True)
    event: Mapped[str]
    entity_type: Mapped[str]
    entity_id: Mapped[UUID]
    entity_version: Mapped[int]
    content_hash: Mapped[str]
    change_kind: Mapped[str | None]
    actor_id: Mapped[UUID] = mapped_column(ForeignKey("actors.id"))
    summary: Mapped[str]
    affected_keys: Mapped[list[str]]
    prev_hash: Mapped[str] = mapped_column(unique=True)
    hash: Mapped[str] = mapped_column(unique=True)


class PublicVersion(Base):
    """When the representation behind a key last changed; ``gone`` when a tombstone stands there now."""

    __tablename__ = "public_versions"

    key: Mapped[str] = mapped_column(SortedText, primary_key=True)
    seq: Mapped[int] = mapped_column(Sequence)
    at: Mapped[datetime]
    gone: Mapped[bool] = mapped_column(default=False)


class Correction(Base):
    """A public, dated record that something published was changed or withdrawn. Append-only.

    ``hash`` covers what it says and the hash of its row of the log; every row has one.
    """

    __tablename__ = "corrections"
    __table_args__ = (one_of("entity_type", EntityType),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    seq: Mapped[int] = mapped_column(Sequence, ForeignKey("publication_log.seq"), index=True)
    at: Mapped[datetime]
    entity_type: Mapped[str]
    entity_id: Mapped[UUID]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any] | None]
    reason: Mapped[str]
    hash: Mapped[str | None]
