"""People who may sign in, their keys, their interests, and what was done to their accounts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from annotations.store.base import Base, SortedText, new_id


class User(Base):
    """How an actor signs in; ``id`` is the actor's. ``email`` is compared case-folded, and stored so."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint("email <> ''", name="email"),)

    id: Mapped[UUID] = mapped_column(ForeignKey("actors.id"), primary_key=True)
    email: Mapped[str] = mapped_column(SortedText, unique=True)
    password_hash: Mapped[str | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class Token(Base):
    """An API token: shown once, kept as the SHA-256 of its secret. ``scopes`` are values of ``Scope``."""

    __tablename__ = "tokens"
    __table_args__ = (CheckConstraint("expires_at IS NULL OR expires_at > created_at", name="expires_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    label: Mapped[str]
    secret_sha256: Mapped[str]
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("actors.id"))
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Interest(Base):
    """An interest that an editor declared: with whom, of what nature, from when until when."""

    __tablename__ = "interests"
    __table_args__ = (CheckConstraint("until IS NULL OR until >= since", name="until"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    organisation: Mapped[str]
    nature: Mapped[str]
    since: Mapped[date]
    until: Mapped[date | None]
    declared_at: Mapped[datetime]


class AccountEvent(Base):
    """What was done to an account, by whom (NULL: from the command line). Append-only."""

    __tablename__ = "account_events"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("actors.id"))
    event: Mapped[str]
    detail: Mapped[dict[str, Any]]
