"""People with accounts, on a real database; each step is one transaction."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from annotations.permissions import Actor, Scope
from annotations.services.people import create_user
from annotations.services.tokens import issue_token
from annotations.store.accounts import Token
from annotations.store.engine import write_session
from annotations.vocabulary import Role

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
PASSWORD = "a long way to Tipperary"
OLD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
"""``PASSWORD`` under parameters that are not today's, which makes it fast."""


@contextmanager
def work(engine: Engine) -> Generator[Session]:
    """One transaction."""
    with write_session(engine) as session, session.begin():
        yield session


def hire(engine: Engine, name: str, role: Role = Role.EDITOR, **changes: Any) -> Actor:
    """A person with the address ``name@desk.example`` and no password, unless ``changes`` say otherwise."""
    given = {"email": f"{name}@desk.example", "password_hash": None, "actor": None, "now": NOW} | changes
    with work(engine) as session:
        user = create_user(session, name=name, role=role, **given)
        return Actor(user.id, name, role)


def give_token(
    engine: Engine, owner: Actor, scopes: Sequence[Scope] = (Scope.READ,), **changes: Any
) -> tuple[Token, str]:
    """A token of ``owner``'s, issued from the command line unless ``changes`` say otherwise."""
    given = {"label": "a script", "expires_at": None, "actor": None, "now": NOW} | changes
    with work(engine) as session:
        return issue_token(session, user_id=owner.id, scopes=scopes, **given)


class CountingHasher(PasswordHasher):
    """The real hasher of today's parameters at less cost, which counts what it is asked."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=16, parallelism=1)
        self.hashed: list[str | bytes] = []
        self.verified: list[str | bytes] = []

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self.hashed.append(password)
        return super().hash(password, salt=salt)

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:
        self.verified.append(hash)
        return super().verify(hash, password)
