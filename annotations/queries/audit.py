"""What an audit of one thing needs: its versions, what they rest on and where they show, and who did what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from annotations.errors import NotFound
from annotations.queries.audit_records import (
    Record,
    annotation_records,
    article_records,
    claim_records,
    source_records,
)
from annotations.store.accounts import Interest
from annotations.store.actors import ActorRow
from annotations.store.articles import Article
from annotations.store.chains import GENESIS, timestamp
from annotations.store.checks.findings import chunks
from annotations.store.claims import Claim, ClaimVersion, EvidenceLink
from annotations.store.content_hashes import LOG_ROW, STEP, columns_of, plain
from annotations.store.editorial import ClaimMerger, Redaction
from annotations.store.evidence import Evidence
from annotations.store.log import Correction, LogRow
from annotations.store.notes import Annotation, AnnotationVersion
from annotations.store.review import Transition
from annotations.vocabulary import EntityType

_CORRECTION = ("seq", "at", "entity_type", "entity_id", "before", "after", "reason", "hash")
_REDACTION = ("entity_type", "entity_id", "version_number", "at", "actor_id", "reason", "seq")
_BY = ("opened_by", "requested_by", "closed_by")
_INTEREST = ("organisation", "nature", "since", "until", "declared_at")


@dataclass(frozen=True, slots=True)
class AuditPack:
    """What an audit takes along.

    Attributes:
        entity_type, entity_id, name: what it is about; ``name`` is its slug, key or id.
        head_seq, head_hash: where the log ended when it was made.
        parts: records by the name of the part, JSON-ready, in an order that does not depend on the database.
    """

    entity_type: EntityType
    entity_id: UUID
    name: str
    head_seq: int
    head_hash: str
    parts: dict[str, list[Record]]


@dataclass(frozen=True, slots=True)
class _Circle:
    """The things that an audit of one thing takes in."""

    articles: frozenset[UUID]
    claims: frozenset[UUID]
    evidence: frozenset[UUID]
    annotations: frozenset[UUID]

    def pairs(self) -> list[tuple[EntityType, frozenset[UUID]]]:
        return [
            (EntityType.ARTICLE, self.articles),
            (EntityType.CLAIM, self.claims),
            (EntityType.EVIDENCE, self.evidence),
            (EntityType.ANNOTATION, self.annotations),
        ]


def find_subject(session: Session, entity_type: EntityType, name: str) -> UUID:
    """The id of the article or claim with the slug ``name``, the source with the key, or the annotation with the id.

    Raises:
        NotFound: there is none.
    """
    named = {EntityType.ARTICLE: Article.slug, EntityType.CLAIM: Claim.slug, EntityType.EVIDENCE: Evidence.key}
    found: UUID | None
    if entity_type is EntityType.ANNOTATION:
        found = session.scalar(select(Annotation.id).where(Annotation.id == _uuid(name)))
    else:
        column = named[entity_type]
        found = session.scalar(select(column.class_.id).where(column == name))
    if found is None:
        raise NotFound(f"there is no {entity_type} {name}")
    return found


def audit_pack(session: Session, entity_type: EntityType, name: str) -> AuditPack:
    """Everything about one thing, from one snapshot: drafts, names of editors and reasons included.

    A claim comes with its evidence and the annotations that make it; an article with its annotations, their claims and
    the evidence of these; a source with the claims that cite it; an annotation with its claims and their evidence.
    Claims come with those that were merged into them, and with the one into which they were.

    Raises:
        NotFound: there is no such thing.
    """
    entity_id = find_subject(session, entity_type, name)
    circle = _circle(session, entity_type, entity_id)
    head = session.execute(select(LogRow.seq, LogRow.hash).order_by(LogRow.seq.desc()).limit(1)).one_or_none()
    parts = {
        "articles": article_records(session, circle.articles, whole=entity_type is EntityType.ARTICLE),
        "claims": claim_records(session, circle.claims),
        "evidence": source_records(session, circle.evidence),
        "annotations": annotation_records(session, circle.annotations),
        "history": _of(session, circle, Transition, (*STEP, "hash"), Transition.entity_id, Transition.position),
        "log": _of(session, circle, LogRow, (*LOG_ROW, "hash"), LogRow.seq),
        "corrections": _of(session, circle, Correction, _CORRECTION, Correction.seq),
        "redactions": _of(session, circle, Redaction, _REDACTION, Redaction.seq),
    }
    parts["people"] = _people(session, parts)
    parts["interests"] = _interests(session, parts)
    seq, digest = (head.seq, head.hash) if head else (0, GENESIS)
    return AuditPack(entity_type, entity_id, name, seq, digest, parts)


def _circle(session: Session, entity_type: EntityType, entity_id: UUID) -> _Circle:
    one = frozenset({entity_id})
    if entity_type is EntityType.ARTICLE:
        annotations = _find(session, Annotation.id, Annotation.article_id, one)
        claims = _made_by(session, annotations)
        return _Circle(one, claims, _cited(session, claims), annotations)
    if entity_type is EntityType.ANNOTATION:
        claims = _made_by(session, one)
        articles = _find(session, Annotation.article_id, Annotation.id, one)
        return _Circle(articles, claims, _cited(session, claims), one)
    if entity_type is EntityType.CLAIM:
        claims = _with_merged(session, one)
        evidence = _cited(session, claims)
    else:
        versions = _find(session, EvidenceLink.claim_version_id, EvidenceLink.evidence_id, one)
        claims = _with_merged(session, _find(session, ClaimVersion.claim_id, ClaimVersion.id, versions))
        evidence = one
    annotations = _find(session, AnnotationVersion.annotation_id, AnnotationVersion.claim_id, claims)
    return _Circle(_find(session, Annotation.article_id, Annotation.id, annotations), claims, evidence, annotations)


def _made_by(session: Session, annotations: frozenset[UUID]) -> frozenset[UUID]:
    claims = _find(session, AnnotationVersion.claim_id, AnnotationVersion.annotation_id, annotations)
    return _with_merged(session, claims)


def _with_merged(session: Session, claims: frozenset[UUID]) -> frozenset[UUID]:
    """``claims`` with every claim that was merged into one of them or into which one was, however many mergers away."""
    found, new = claims, claims
    while new:
        into = _find(session, ClaimMerger.winner_id, ClaimMerger.loser_id, new, ClaimMerger.merged)
        from_ = _find(session, ClaimMerger.loser_id, ClaimMerger.winner_id, new, ClaimMerger.merged)
        new = (into | from_) - found
        found |= new
    return found


def _cited(session: Session, claims: frozenset[UUID]) -> frozenset[UUID]:
    versions = _find(session, ClaimVersion.id, ClaimVersion.claim_id, claims)
    return _find(session, EvidenceLink.evidence_id, EvidenceLink.claim_version_id, versions)


def _find(session: Session, wanted: Any, by: Any, ids: Iterable[UUID], *where: Any) -> frozenset[UUID]:
    return frozenset(
        found for some in chunks(sorted(ids)) for found in session.scalars(select(wanted).where(by.in_(some), *where))
    )


def _of(session: Session, circle: _Circle, table: Any, names: tuple[str, ...], *order: Any) -> list[Record]:
    """The rows of ``table`` that are about something in the circle."""
    found = []
    for entity_type, ids in circle.pairs():
        for some in chunks(sorted(ids)):
            about = _about(table, entity_type, some)
            found += [plain(columns_of(row, names)) for row in session.scalars(select(table).where(about))]
    keys = [column.key for column in order]
    return sorted(found, key=lambda record: [record[key] for key in keys])


def _about(table: Any, entity_type: EntityType, ids: list[UUID]) -> ColumnElement[bool]:
    return and_(table.entity_type == entity_type, table.entity_id.in_(ids))


def _people(session: Session, parts: dict[str, list[Record]]) -> list[Record]:
    """Everybody whom a version, a step, a row of the log, a notice or a merger names."""
    ids = {UUID(act["actor_id"]) for name in ("history", "log", "redactions") for act in parts[name]}
    for name in ("articles", "claims", "evidence", "annotations"):
        for record in parts[name]:
            versions = record.get("versions") or [*record["metadata"], *record["revisions"]]
            ids |= {UUID(version["created_by"]) for version in versions}
            about = [*record.get("notices", ()), *record.get("mergers", ())]
            ids |= {UUID(one[name]) for one in about for name in _BY if one.get(name) is not None}
    rows = [
        row
        for some in chunks(sorted(ids))
        for row in session.scalars(select(ActorRow).where(ActorRow.id.in_(some)).order_by(ActorRow.id))
    ]
    return [{"id": str(row.id), "name": row.name, "role": row.role} for row in rows]


def _interests(session: Session, parts: dict[str, list[Record]]) -> list[Record]:
    """The interests that people had when they acted and had declared by then, with what they did meanwhile."""
    acts: dict[UUID, list[Record]] = {}
    for step in parts["history"]:
        acts.setdefault(UUID(step["actor_id"]), []).append(step)
    found = []
    for some in chunks(sorted(acts)):
        held = select(Interest).where(Interest.user_id.in_(some)).order_by(Interest.user_id, Interest.id)
        for interest in session.scalars(held):
            meanwhile = [act for act in acts[interest.user_id] if _was_declared(interest, act["at"])]
            if meanwhile:
                record = plain({"person": interest.user_id, **columns_of(interest, _INTEREST)})
                names = ("at", "action", "entity_type", "entity_id", "position")
                record["meanwhile"] = [{name: act[name] for name in names} for act in meanwhile]
                found.append(record)
    return found


def _was_declared(interest: Interest, at: str) -> bool:
    day = datetime.fromisoformat(at).date()
    ended = interest.until is not None and interest.until < day
    return timestamp(interest.declared_at) <= at and interest.since <= day and not ended


def _uuid(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None
