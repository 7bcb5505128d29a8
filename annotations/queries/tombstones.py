"""What stands where something public was withdrawn: now, or at the moment ``at``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from annotations.review.events import Event
from annotations.store.articles import Article, Block, Revision
from annotations.store.claims import Claim, ClaimVersion, EvidenceLink
from annotations.store.evidence import Evidence
from annotations.store.keys import evidence_key
from annotations.store.log import LogRow, PublicVersion
from annotations.store.notes import Annotation, AnnotationVersion
from annotations.vocabulary import EntityType

UNCITED = "No published claim cites this source any longer."
REMOVED = "The text no longer contains this."


@dataclass(frozen=True, slots=True)
class Tombstone:
    """That something was public, until when, and why it is no longer."""

    id: UUID
    withdrawn_at: datetime
    reason: str


def article_tombstone(session: Session, slug: str, at: datetime | None = None) -> Tombstone | None:
    """The tombstone of an article; None if it was never withdrawn."""
    return _of(session.scalars(select(Article).where(Article.slug == slug)).one_or_none(), at)


def claim_tombstone(session: Session, slug: str, at: datetime | None = None) -> Tombstone | None:
    """The tombstone of a claim; None if it was never withdrawn."""
    return _of(session.scalars(select(Claim).where(Claim.slug == slug)).one_or_none(), at)


def annotation_tombstone(session: Session, annotation_id: UUID, at: datetime | None = None) -> Tombstone | None:
    """The tombstone of an annotation, withdrawn itself or with its article."""
    annotation = session.get(Annotation, annotation_id)
    if annotation is None:
        return None
    own = _of(annotation, at)
    if own is not None:
        return own
    # What was approved for a hidden article, and taken out of force before that was public, was never shown.
    was_shown = session.scalar(
        select(func.count())
        .select_from(AnnotationVersion)
        .join(Article, Article.id == annotation.article_id)
        .where(
            AnnotationVersion.annotation_id == annotation_id,
            _began(AnnotationVersion.valid_from, at),
            or_(AnnotationVersion.valid_until.is_(None), AnnotationVersion.valid_until > Article.public_since),
        )
    )
    return _with_article(session, annotation_id, annotation.article_id, at) if was_shown else None


def paragraph_tombstone(session: Session, paragraph_id: UUID, at: datetime | None = None) -> Tombstone | None:
    """The tombstone of a paragraph that was public: its article was withdrawn, or its text dropped it."""
    last = session.execute(
        select(Revision.article_id, Revision.valid_until)
        .join(Block, Block.revision_id == Revision.id)
        .where(Block.paragraph_id == paragraph_id, _began(Revision.valid_from, at))
        .order_by(Revision.number.desc())
        .limit(1)
    ).one_or_none()
    if last is None or last.valid_until is None or (at is not None and last.valid_until > at):
        return None
    return _with_article(session, paragraph_id, last.article_id, at) or Tombstone(
        paragraph_id, last.valid_until, REMOVED
    )


def evidence_tombstone(session: Session, key: str, at: datetime | None = None) -> Tombstone | None:
    """The tombstone of a source that was public while a claim cited it."""
    if at is None:
        statement = (
            select(Evidence.id, PublicVersion.at)
            .join(PublicVersion, PublicVersion.key == evidence_key(key))
            .where(Evidence.key == key, PublicVersion.gone)
        )
    else:
        statement = (
            select(Evidence.id, LogRow.at)
            .join(LogRow, and_(LogRow.entity_type == EntityType.EVIDENCE, LogRow.entity_id == Evidence.id))
            .where(
                Evidence.key == key,
                LogRow.event == Event.EVIDENCE_UNLISTED.value,
                LogRow.at >= _last_citation_ended(at),
            )
            .order_by(LogRow.at)
            .limit(1)
        )
    last = session.execute(statement).one_or_none()
    return Tombstone(last.id, last.at, UNCITED) if last else None


def _last_citation_ended(at: datetime) -> ColumnElement[datetime | None]:
    # One publication's rows follow one another by a tick, so the row that tells of it may come after ``at``.
    return (
        select(func.max(ClaimVersion.valid_until))
        .join(EvidenceLink, EvidenceLink.claim_version_id == ClaimVersion.id)
        .where(EvidenceLink.evidence_id == Evidence.id, ClaimVersion.valid_until <= at)
        .correlate(Evidence)
        .scalar_subquery()
    )


def _began(start: InstrumentedAttribute[datetime | None], at: datetime | None) -> ColumnElement[bool]:
    return start.is_not(None) if at is None else start <= at


def _of(row: Article | Claim | Annotation | None, at: datetime | None) -> Tombstone | None:
    if row is None or row.withdrawn_at is None or row.withdrawn_reason is None:
        return None
    if at is not None and row.withdrawn_at > at:
        return None
    return Tombstone(row.id, row.withdrawn_at, row.withdrawn_reason)


def _with_article(session: Session, entity_id: UUID, article_id: UUID, at: datetime | None) -> Tombstone | None:
    article = _of(session.get(Article, article_id), at)
    return Tombstone(entity_id, article.withdrawn_at, article.reason) if article else None
