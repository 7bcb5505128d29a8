"""What stands where something public was withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from annotations.store.articles import Article, Block, Revision
from annotations.store.claims import Claim
from annotations.store.evidence import Evidence
from annotations.store.keys import evidence_key
from annotations.store.log import PublicVersion
from annotations.store.notes import Annotation, AnnotationVersion

UNCITED = "No published claim cites this source any longer."
REMOVED = "The text no longer contains this."


@dataclass(frozen=True, slots=True)
class Tombstone:
    """That something was public, until when, and why it is no longer."""

    id: UUID
    withdrawn_at: datetime
    reason: str


def article_tombstone(session: Session, slug: str) -> Tombstone | None:
    """The tombstone of an article; None if it was never withdrawn."""
    return _of(session.scalars(select(Article).where(Article.slug == slug)).one_or_none())


def claim_tombstone(session: Session, slug: str) -> Tombstone | None:
    """The tombstone of a claim; None if it was never withdrawn."""
    return _of(session.scalars(select(Claim).where(Claim.slug == slug)).one_or_none())


def annotation_tombstone(session: Session, annotation_id: UUID) -> Tombstone | None:
    """The tombstone of an annotation, withdrawn itself or with its article."""
    annotation = session.get(Annotation, annotation_id)
    if annotation is None:
        return None
    own = _of(annotation)
    if own is not None:
        return own
    was_public = session.scalar(
        select(func.count())
        .select_from(AnnotationVersion)
        .where(AnnotationVersion.annotation_id == annotation_id, AnnotationVersion.valid_from.is_not(None))
    )
    return _with_article(session, annotation_id, annotation.article_id) if was_public else None


def paragraph_tombstone(session: Session, paragraph_id: UUID) -> Tombstone | None:
    """The tombstone of a paragraph that was public: its article was withdrawn, or its text dropped it."""
    last = session.execute(
        select(Revision.article_id, Revision.valid_until)
        .join(Block, Block.revision_id == Revision.id)
        .where(Block.paragraph_id == paragraph_id, Revision.valid_from.is_not(None))
        .order_by(Revision.number.desc())
        .limit(1)
    ).one_or_none()
    if last is None or last.valid_until is None:
        return None
    return _with_article(session, paragraph_id, last.article_id) or Tombstone(paragraph_id, last.valid_until, REMOVED)


def evidence_tombstone(session: Session, key: str) -> Tombstone | None:
    """The tombstone of a source that was public while a claim cited it."""
    last = session.execute(
        select(Evidence.id, PublicVersion.at)
        .join(PublicVersion, PublicVersion.key == evidence_key(key))
        .where(Evidence.key == key, PublicVersion.gone)
    ).one_or_none()
    return Tombstone(last.id, last.at, UNCITED) if last else None


def _of(row: Article | Claim | Annotation | None) -> Tombstone | None:
    if row is None or row.withdrawn_at is None or row.withdrawn_reason is None:
        return None
    return Tombstone(row.id, row.withdrawn_at, row.withdrawn_reason)


def _with_article(session: Session, entity_id: UUID, article_id: UUID) -> Tombstone | None:
    article = _of(session.get(Article, article_id))
    return Tombstone(entity_id, article.withdrawn_at, article.reason) if article else None
