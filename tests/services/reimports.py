"""What the tests of re-imports have in common: a public article with notes, and what a step changed for readers."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import time_machine
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from annotations.services.reimporting import Reimport, reimport_article
from annotations.store.articles import Article, Block, Revision
from annotations.store.log import LogRow
from annotations.store.notes import Anchor, Annotation, AnnotationVersion, PendingNotice
from annotations.store.publication_log import chain_is_whole
from annotations.store.verification import verify
from tests.api.walking import Answer, ask, walk
from tests.services.newsroom import START, Newsroom, text_of
from tests.services.public_view import PublicView
from tests.services.rules_hold import RULES, check_stamps

TITLE = "A pill against migraine"
LISTS = ("/v1/articles", "/v1/annotations", "/v1/claims", "/v1/evidence")
ONE_ADDRESS_EACH = ("/v1/paragraphs/", "/v1/annotations/", "/v1/claims/", "/v1/evidence/")
"""Addresses that share their validator with no other."""


def reimport(room: Newsroom, article: UUID, *paragraphs: str, title: str | None = TITLE, by: str = "bob") -> Reimport:
    """Another text of an article."""
    return room.do(reimport_article, Article, article, text_of(*paragraphs, title=title), by=by)


def anchor_of(room: Newsroom, note: UUID, number: int | None = None) -> Anchor:
    """Where a version of an annotation stands in the newest text; the newest version unless ``number`` says which."""
    with room.look() as session:
        annotation = session.get_one(Annotation, note)
        statement = (
            select(Anchor)
            .join(AnnotationVersion, AnnotationVersion.id == Anchor.version_id)
            .join(Revision, Revision.id == Anchor.revision_id)
            .where(AnnotationVersion.annotation_id == note)
            .where(AnnotationVersion.number == (number or annotation.head_number))
            .order_by(Revision.number.desc())
        )
        anchor = session.scalars(statement).first()
        newest = session.get_one(Article, annotation.article_id).revision_number
        assert anchor is not None
        assert session.get_one(Revision, anchor.revision_id).number == newest
        return anchor


def note_of(room: Newsroom, note: UUID) -> Annotation:
    """The present state of an annotation."""
    with room.look() as session:
        return session.get_one(Annotation, note)


def notices(room: Newsroom) -> list[PendingNotice]:
    """The open notices."""
    with room.look() as session:
        return list(session.scalars(select(PendingNotice).where(PendingNotice.closed_at.is_(None))))


def paragraphs(room: Newsroom, article: UUID) -> dict[int, UUID]:
    """The ids of the paragraphs of the newest text, by ordinal."""
    with room.look() as session:
        blocks = (
            select(Block)
            .join(Revision, Revision.id == Block.revision_id)
            .join(Article, (Article.id == Revision.article_id) & (Article.revision_number == Revision.number))
            .where(Article.id == article)
        )
        return {block.ordinal: block.paragraph_id for block in session.scalars(blocks)}


class ReadNewsroom(Newsroom):
    """A newsroom whose public addresses are asked for as well."""

    def __init__(self, engine: Engine, client: FlaskClient) -> None:
        super().__init__(engine)
        self.client = client


def look(room: ReadNewsroom) -> dict[str, Answer]:
    """Every public address with its answer, long after the last change."""
    with time_machine.travel(START + timedelta(days=30)):
        return walk(room.client, LISTS)


def get(room: ReadNewsroom, path: str) -> Answer:
    """One public address."""
    return ask(room.client, path)


@dataclass
class Change:
    """What a step did: its rows of the log, and the addresses whose tag moved, whose body did, that are new or gone."""

    rows: list[LogRow] = field(default_factory=list)
    moved: set[str] = field(default_factory=set)
    bodies: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)

    @property
    def events(self) -> list[str]:
        """The events of the rows."""
        return [row.event for row in self.rows]


@contextmanager
def change(room: ReadNewsroom, *, exactly: bool = True) -> Generator[Change]:
    """What happens within; then the rules must hold, and every validator have moved for what changed.

    Unless ``exactly`` is False, for nothing else either.
    """
    rows, answers, view = len(room.log()), look(room), seen(room)
    found = Change()
    yield found
    found.rows = room.log()[rows:]
    after = look(room)
    both = answers.keys() & after.keys()
    found.moved = {path for path in both if answers[path].header("ETag") != after[path].header("ETag")}
    found.bodies = {path for path in both if answers[path].body != after[path].body}
    found.others = answers.keys() ^ after.keys()
    assert found.bodies <= found.moved
    same = {path for path in found.moved - found.bodies if path.startswith(ONE_ADDRESS_EACH)}
    assert same == set() or not exactly
    the_rules_hold(room)
    check_stamps(view, seen(room))


def seen(room: Newsroom) -> PublicView:
    """The public view."""
    with room.look() as session:
        return PublicView(session)


def the_rules_hold(room: Newsroom) -> None:
    """All rules, and everything that is chained or hashed."""
    view = seen(room)
    for check in RULES:
        check(view)
    assert chain_is_whole(room.log())
    with room.look() as session:
        verification = verify(session)
    assert verification.findings == ()


def actions(room: Newsroom, entity: UUID, since: int = 0) -> list[tuple[Any, ...]]:
    """The steps of a history with their reasons, after the first ``since``."""
    return [(step.action, step.reason) for step in room.history(entity)[since:]]
