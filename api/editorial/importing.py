"""Many articles, claims, sources and annotations as lines of JSON (NDJSON), each a draft, each with its result.

A line is the body of the POST that would make the thing, with ``type`` (article, claim, evidence, annotation) and, if
it has one, its ``id``. Later lines may refer to earlier ones by slug and key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.errors import DomainError, InvalidInput, PublishingBusy
from annotations.permissions import Actor, Permission, require
from annotations.services.articles import import_article
from annotations.services.claims import write_claim
from annotations.services.evidence import find_or_add_evidence
from annotations.services.notes import propose_annotation
from annotations.store.articles import Article
from api.editorial.bodies import load, parse
from api.editorial.inputs import (
    NewClaimSchema,
    NewEvidenceSchema,
    NewNoteSchema,
    claim_content,
    evidence_content,
    metadata_content,
    note_content,
    passage_of,
)
from api.editorial.texts import JSON_ENCODING, MEDIA_TYPES, NewArticleSchema, read_source
from api.problems import EdgeError

MAX_LINES = 20_000
MAX_LINE_BYTES = 4_500_000

Made = tuple[UUID, str, bool]
"""Id, name in addresses, and whether it is new."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A line that was read: what makes it, once there is a session; the work that needs none is done."""

    number: int
    type: str
    make: Callable[[Session, Actor, datetime], Made]


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that cannot be carried out, and why."""

    number: int
    problem: dict[str, Any]


def prepare(number: int, data: bytes) -> Prepared | Refused:
    """Read one line; everything that needs no database is checked."""
    try:
        if len(data) > MAX_LINE_BYTES:
            raise EdgeError("content_too_large", f"The line is longer than {MAX_LINE_BYTES} bytes.")
        record = parse(data)
        kind = record.pop("type", None) if isinstance(record, dict) else None
        if not isinstance(kind, str) or kind not in _KINDS:
            raise InvalidInput(f"type must be one of {', '.join(_KINDS)}", field="type")
        schema, maker = _KINDS[kind]
        return Prepared(number, kind, maker(load(_with_id(schema), record)))
    except (DomainError, EdgeError) as error:
        return Refused(number, problem_of(error))


def carry_out_line(session: Session, line: Prepared, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """Make what ``line`` says; the result as it goes out.

    Raises:
        DomainError, EdgeError: it cannot be made; the transaction must be taken back.
    """
    require(actor, Permission.IMPORT_BULK, own_work=True)
    entity_id, name, is_new = line.make(session, actor, now)
    status = "created" if is_new else "found"
    return {"line": line.number, "status": status, "type": line.type, "id": str(entity_id), "name": name}


def refusal(line: Refused) -> dict[str, Any]:
    """The result of a line that was refused."""
    return {"line": line.number, "status": "failed", "error": line.problem}


def problem_of(error: DomainError | EdgeError) -> dict[str, Any]:
    """What is wrong with a line: code, detail, and the members at fault.

    Raises:
        PublishingBusy: that is nothing wrong with the line.
    """
    if isinstance(error, PublishingBusy):
        raise error
    if isinstance(error, EdgeError):
        faults = [{"field": one.field, "reason": one.reason} for one in error.errors]
        return {"code": error.code, "detail": error.detail, "errors": faults}
    faults = [{"field": error.field, "reason": error.message}] if error.field else []
    more = {"context": error.context} if error.context else {}
    return {"code": error.code, "detail": error.message, "errors": faults, **more}


def lines_of(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, with their numbers from 1."""
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip():
            yield number, line


def _with_id(schema: type[Schema]) -> type[Schema]:
    return type(schema.__name__, (schema,), {"id": fields.UUID(load_default=None)})


def _article(data: dict[str, Any]) -> Callable[[Session, Actor, datetime], Made]:
    media_type = MEDIA_TYPES[data["format"]]
    document = read_source(data["text"].encode(), member="text", media_type=media_type, encoding=JSON_ENCODING)

    def make(session: Session, actor: Actor, now: datetime) -> Made:
        article = import_article(
            session,
            document,
            slug=data["slug"],
            metadata=metadata_content(data),
            article_id=data["id"],
            actor=actor,
            now=now,
        )
        return article.id, article.slug, True

    return make


def _claim(data: dict[str, Any]) -> Callable[[Session, Actor, datetime], Made]:
    def make(session: Session, actor: Actor, now: datetime) -> Made:
        content = claim_content(session, data)
        claim = write_claim(session, content, slug=data["slug"], claim_id=data["id"], actor=actor, now=now)
        return claim.id, claim.slug, True

    return make


def _evidence(data: dict[str, Any]) -> Callable[[Session, Actor, datetime], Made]:
    content = evidence_content(data)

    def make(session: Session, actor: Actor, now: datetime) -> Made:
        source, is_new = find_or_add_evidence(
            session, content, key=data["key"], evidence_id=data["id"], actor=actor, now=now
        )
        return source.id, source.key, is_new

    return make


def _annotation(data: dict[str, Any]) -> Callable[[Session, Actor, datetime], Made]:
    passage = passage_of(data["passage"])

    def make(session: Session, actor: Actor, now: datetime) -> Made:
        article = session.scalars(select(Article).where(Article.slug == data["article"])).one_or_none()
        if article is None:
            raise InvalidInput(f"there is no article {data['article']}", field="article")
        content = note_content(session, data)
        note = propose_annotation(session, article, passage, content, annotation_id=data["id"], actor=actor, now=now)
        return note.id, str(note.id), True

    return make


_Maker = Callable[[dict[str, Any]], Callable[[Session, Actor, datetime], Made]]
_KINDS: dict[str, tuple[type[Schema], _Maker]] = {
    "article": (NewArticleSchema, _article),
    "claim": (NewClaimSchema, _claim),
    "evidence": (NewEvidenceSchema, _evidence),
    "annotation": (NewNoteSchema, _annotation),
}
