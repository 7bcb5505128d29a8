"""Who there is: people, their keys without their secrets, their interests, and what was done to their accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from annotations.store.accounts import AccountEvent, Interest, Token, User
from annotations.store.actors import ActorRow


@dataclass(frozen=True, slots=True)
class Person:
    """An account; ``disabled_at`` is None while its owner may sign in."""

    id: UUID
    name: str
    email: str
    role: str
    has_password: bool
    created_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class TokenView:
    """A token as its owner sees it again: everything but its secret. ``email`` is its owner's."""

    id: UUID
    email: str
    label: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None

    def state(self, now: datetime) -> str:
        """``active``, ``expired`` or ``revoked``."""
        if self.revoked_at is not None:
            return "revoked"
        return "active" if self.expires_at is None or now < self.expires_at else "expired"


@dataclass(frozen=True, slots=True)
class DeclaredInterest:
    """An interest; ``until`` is its last day, None while no end is known. ``email`` is the person's."""

    id: UUID
    email: str
    organisation: str
    nature: str
    since: date
    until: date | None
    declared_at: datetime


@dataclass(frozen=True, slots=True)
class AccountStep:
    """What was done to an account; ``by`` is a name, or None for the command line."""

    at: datetime
    event: str
    by: str | None
    detail: Mapping[str, Any]


def list_people(session: Session) -> list[Person]:
    """Every account, by name."""
    statement = select(User, ActorRow.name, ActorRow.role).join(ActorRow, ActorRow.id == User.id)
    return [
        Person(
            id=user.id,
            name=name,
            email=user.email,
            role=role,
            has_password=user.password_hash is not None,
            created_at=user.created_at,
            disabled_at=user.disabled_at,
        )
        for user, name, role in session.execute(statement.order_by(ActorRow.name))
    ]


def list_tokens(session: Session, *, user_id: UUID | None = None) -> list[TokenView]:
    """The tokens of one person, or of all, in the order in which they were issued; expired and revoked ones too."""
    statement = select(
        *(Token.id, User.email, Token.label, Token.scopes, Token.created_at),
        *(Token.expires_at, Token.last_used_at, Token.revoked_at),
    ).join(User, User.id == Token.user_id)
    if user_id is not None:
        statement = statement.where(Token.user_id == user_id)
    return [
        TokenView(row.id, row.email, row.label, tuple(row.scopes), *row[4:])
        for row in session.execute(statement.order_by(Token.created_at, Token.id))
    ]


def list_interests(session: Session, *, user_id: UUID | None = None) -> list[DeclaredInterest]:
    """What one person declared, or all, by its first day; what has ended too."""
    statement = select(Interest, User.email).join(User, User.id == Interest.user_id)
    if user_id is not None:
        statement = statement.where(Interest.user_id == user_id)
    return [
        DeclaredInterest(
            id=interest.id,
            email=email,
            organisation=interest.organisation,
            nature=interest.nature,
            since=interest.since,
            until=interest.until,
            declared_at=interest.declared_at,
        )
        for interest, email in session.execute(statement.order_by(Interest.since, Interest.id))
    ]


def account_history(session: Session, *, user_id: UUID) -> list[AccountStep]:
    """Everything that was done to one account, oldest first."""
    by = aliased(ActorRow)
    statement = (
        select(AccountEvent.at, AccountEvent.event, by.name, AccountEvent.detail)
        .join(by, by.id == AccountEvent.by_id, isouter=True)
        .where(AccountEvent.user_id == user_id)
        .order_by(AccountEvent.at, AccountEvent.id)
    )
    return [AccountStep(*row) for row in session.execute(statement)]
