"""A database with everything in it: the samples, a row for every table, and a story with all its turns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Engine

from annotations.services.people import create_user
from annotations.store.articles import Article
from annotations.store.engine import write_session
from annotations.vocabulary import Role
from tests.api.as_of_model import Desk, story
from tests.staff import NOW, OLD_HASH
from tests.store.stock import stock

ADMIN = "head@desk.example"


class Elsewhere(Desk):
    """Whose articles have names that nobody else's have."""

    def article(self, slug: str, texts: Iterable[str], **more: Any) -> Article:
        return super().article(f"told-{slug}", texts, **more)


def fill(engine: Engine) -> None:
    """Add to a database with the samples: revisions, notices, mergers, redactions, withdrawals, people and keys."""
    stock(engine)
    for _ in story(Elsewhere(engine)):
        pass
    with write_session(engine) as session, session.begin():
        create_user(session, name="head", email=ADMIN, role=Role.ADMIN, password_hash=OLD_HASH, actor=None, now=NOW)
