"""Rows for every table, written by the services, and valid new rows made after their pattern."""

from __future__ import annotations

import itertools
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import CheckConstraint, Column, Connection, Engine, Index, Table, UniqueConstraint, func, select
from sqlalchemy.exc import IntegrityError

from annotations.services.claims import revise_claim
from annotations.services.interests import declare_interest
from annotations.services.merging import request_merger
from annotations.services.notes import revise_annotation
from annotations.services.pending import recheck_annotation
from annotations.services.redacting import redact_version
from annotations.services.review_dates import set_review_due
from annotations.services.stored_answers import claim_key
from annotations.services.withdrawing import confirm_withdrawal, request_withdrawal
from annotations.store.base import new_id
from annotations.store.claims import Claim
from annotations.store.engine import write_session
from annotations.store.notes import Annotation
from annotations.store.tables import METADATA
from annotations.vocabulary import ReviewState, Stance, Verdict
from tests.services.newsroom import START, Newsroom, claim_content, note_content, quoting
from tests.staff import give_token, hire

LATER = START + timedelta(days=30)
MOMENTS = itertools.count()


def stock(engine: Engine) -> None:
    """Fill an empty, migrated database so that every table has a row, and every version table a draft."""
    room = Newsroom(engine)
    source = room.source("a trial")
    claim = room.claim("cures-migraine", (source, Stance.CONTRADICTS))
    article = room.article()
    kept, recalled = (room.note(article, claim, note="Not so.") for _ in range(2))
    room.do(recheck_annotation, Annotation, kept)
    room.do(revise_annotation, Annotation, kept, quoting("cures migraine"), note_content(claim))
    room.publish(Annotation, kept)
    room.do(recheck_annotation, Annotation, kept)
    room.do(request_withdrawal, Annotation, recalled, reason="A mistake.")
    room.do(confirm_withdrawal, Annotation, recalled, by="bob")
    misleading = claim_content((source, Stance.CONTRADICTS), verdict=Verdict.MISLEADING)
    room.do(revise_claim, Claim, claim, misleading)
    room.publish(Claim, claim)
    room.source("a draft", approved=False)
    drafted = room.claim("a-draft", (source, Stance.CONTRADICTS), published=False)
    hidden = room.article("hidden", public=False, title="An editor's title")
    room.note(hidden, drafted, published=False)
    _stock_desk(room, engine, claim)


def _stock_desk(room: Newsroom, engine: Engine, claim: UUID) -> None:
    """A row for every table about people and their work."""
    later = START + timedelta(days=2)
    person = hire(engine, "stocked")
    give_token(engine, person)
    with write_session(engine) as session, session.begin():
        declare_interest(
            session,
            user_id=person.id,
            organisation="A company",
            nature="shares",
            since=later.date(),
            until=None,
            actor=None,
            now=later,
        )
        claim_key(session, person.id, "a-key", "a fingerprint", later)
    room.do(set_review_due, Claim, claim, (later + timedelta(days=365)).date())
    room.do(redact_version, Claim, claim, 1, reason="A court said so.", by="dan")
    other = room.claim("other", (room.source("another trial"), Stance.CONTRADICTS))
    with write_session(engine) as session, session.begin():
        request_merger(
            session,
            session.get_one(Claim, other),
            session.get_one(Claim, claim),
            reason="The same.",
            actor=room.people["ann"],
            now=room.now(),
        )


def fresh(connection: Connection, name: str) -> dict[str, Any]:
    """A valid new row for the table ``name``: like one that is there, but another one, and not published."""
    table = METADATA.tables[name]
    statement = select(table).limit(1)
    if "valid_from" in table.c:
        statement = statement.where(table.c.valid_from.is_(None))
    if "title_origin" in table.c:
        statement = statement.where(table.c.title_origin == "editor")
    row = dict(connection.execute(statement).mappings().one())
    row |= {column.name: _another(connection, column, row) for column in table.c if _must_differ(column)}
    return row | _parents(connection, name) | PATTERN.get(name, {})


PATTERN: dict[str, dict[str, Any]] = {
    "articles": {"visibility": "hidden", "public_since": None, "withdrawn_at": None},
    "blocks": {"kind": "paragraph"},
    "anchors": {"state": "exact", "start_offset": 0, "end_offset": 3},
    "pending_notices": {"closed_at": None, "closed_by": None},
    "annotations": {
        "state": ReviewState.DRAFT,
        "needs_recheck": False,
        "recheck_reason": None,
        "withdrawn_at": None,
        "withdrawn_reason": None,
    },
    "search_entries": {"entity_type": "claim", "paragraph_id": None},
}
DIFFERENT = {
    "id",
    "slug",
    "key",
    "name",
    "topic",
    "canonical",
    "hash",
    "prev_hash",
    "seq",
    "number",
    "position",
    "at",
} | {
    "chain",
    "row_key",
    "email",
}


def _must_differ(column: Column[Any]) -> bool:
    owned = column.table.name == "corrections" and column.name in {"seq", "at"}
    return (column.name in DIFFERENT and not owned) or column.name == "ordinal"


def _another(connection: Connection, column: Column[Any], row: dict[str, Any]) -> Any:
    value = row[column.name]
    if isinstance(value, UUID):
        return new_id()
    if isinstance(value, str):
        return uuid4().hex
    if isinstance(value, int):
        return (connection.scalar(select(func.max(column))) or 0) + 1
    return LATER + timedelta(microseconds=next(MOMENTS))


def _parents(connection: Connection, name: str) -> dict[str, Any]:
    def draft(table: str) -> UUID:
        parent = METADATA.tables[table]
        return connection.scalars(select(parent.c.id).where(parent.c.valid_from.is_(None))).first()  # type: ignore[return-value]

    if name == "publication_log":
        log = METADATA.tables[name]
        return {"prev_hash": connection.scalars(select(log.c.hash).order_by(log.c.seq.desc())).first()}
    if name == "article_topics":
        return {"version_id": draft("article_versions")}
    if name == "annotation_categories":
        return {"version_id": draft("annotation_versions"), "category": "outdated"}
    if name == "evidence_links":
        other = METADATA.tables["evidence"]
        drafted = connection.scalars(select(other.c.id).where(other.c.key == "a-draft")).one()
        return {"claim_version_id": draft("claim_versions"), "evidence_id": drafted}
    if name == "blocks":
        paragraph = METADATA.tables["paragraphs"]
        return {"revision_id": draft("revisions"), "paragraph_id": _unused(connection, paragraph)}
    if name == "anchors":
        return {"version_id": _unanchored(connection)}
    if name == "users":
        return {"id": _first_without(connection, "actors", "id", "users", "id")}
    if name == "review_dates":
        return {"claim_id": _first_without(connection, "claims", "id", name, "claim_id")}
    if name == "redactions":
        return {"seq": _first_without(connection, "publication_log", "seq", name, "seq")}
    if name == "claim_mergers":
        merger = connection.execute(select(METADATA.tables[name])).mappings().one()
        return {"loser_id": merger["winner_id"], "winner_id": merger["loser_id"]}
    if name == "pending_notices":
        return {"annotation_id": _unnoticed(connection)}
    return {}


def _first_without(connection: Connection, parent: str, column: str, child: str, reference: str) -> Any:
    """The first row of ``parent`` that no row of ``child`` refers to."""
    taken = select(METADATA.tables[child].c[reference])
    found = METADATA.tables[parent].c[column]
    return connection.scalars(select(found).where(found.not_in(taken)).order_by(found)).first()


def _unused(connection: Connection, paragraph: Table) -> UUID:
    # A paragraph of another article, so that it is not in the draft revision yet.
    revision, block = METADATA.tables["revisions"], METADATA.tables["blocks"]
    drafted = select(block.c.paragraph_id).join(revision).where(revision.c.valid_from.is_(None))
    return connection.scalars(select(paragraph.c.id).where(paragraph.c.id.not_in(drafted))).first()  # type: ignore[return-value]


def _unanchored(connection: Connection) -> UUID:
    version, anchor = METADATA.tables["annotation_versions"], METADATA.tables["anchors"]
    used = connection.execute(select(anchor)).mappings().first()
    assert used is not None
    taken = select(anchor.c.version_id).where(anchor.c.revision_id == used["revision_id"])
    return connection.scalars(select(version.c.id).where(version.c.id.not_in(taken))).first()  # type: ignore[return-value]


def _unnoticed(connection: Connection) -> UUID:
    annotation, notice = METADATA.tables["annotations"], METADATA.tables["pending_notices"]
    taken = select(notice.c.annotation_id)
    return connection.scalars(select(annotation.c.id).where(annotation.c.id.not_in(taken))).first()  # type: ignore[return-value]


@contextmanager
def refused(connection: Connection, *naming: str) -> Generator[None]:
    """The database must refuse what happens here, and its message must name one of ``naming``."""
    savepoint = connection.begin_nested()
    with pytest.raises(IntegrityError) as caught:
        yield
    savepoint.rollback()
    spellings = [spelling for name in naming for spelling in _spellings(name, connection.dialect.name)]
    assert any(spelling in str(caught.value.orig) for spelling in spellings), caught.value


def _spellings(name: str, dialect: str) -> list[str]:
    # SQLite names a check, but the columns of what is unique, and nothing at all of a foreign key.
    if dialect == "sqlite" and name.startswith("fk_"):
        return ["FOREIGN KEY constraint failed"]
    if dialect == "sqlite" and name.startswith(("uq_", "pk_")):
        return [", ".join(f"{column.table.name}.{column.name}" for column in _columns(name))]
    return [name]


def _columns(name: str) -> list[Column[Any]]:
    for table in METADATA.tables.values():
        rules = [rule for rule in table.constraints if not isinstance(rule, CheckConstraint)]
        for rule in (*rules, *table.indexes):
            if rule.name == name or (name == f"pk_{table.name}" and rule is table.primary_key):
                return list(rule.columns)  # type: ignore[union-attr]
    raise LookupError(name)


def rules() -> set[str]:
    """The names of all checks and of all that is unique, primary keys aside."""
    found = set()
    for table in METADATA.tables.values():
        found |= {str(rule.name) for rule in table.constraints if isinstance(rule, CheckConstraint | UniqueConstraint)}
        found |= {str(index.name) for index in table.indexes if isinstance(index, Index) and index.unique}
    return found
