"""Annotations under their own address, and in lists."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists
from sqlalchemy.orm import Session

from annotations.queries.moments import values_of
from annotations.queries.paging import Key, Slice, fetch
from annotations.queries.rows import annotation_of, citations_of, pending_of
from annotations.queries.selects import pending_notices, public_annotations
from annotations.queries.titles import article_refs
from annotations.queries.views import AnnotationOrNotice, PublicAnnotation
from annotations.store.articles import Article
from annotations.store.claims import Claim, ClaimVersion, EvidenceLink
from annotations.store.evidence import Evidence
from annotations.store.notes import Annotation, AnnotationCategory, AnnotationVersion, PendingNotice
from annotations.vocabulary import Category, Verdict


@dataclass(frozen=True, slots=True)
class AnnotationFilter:
    """Which annotations: each condition that is given must hold. Articles, claims and sources by slug or key."""

    article: str | None = None
    claim: str | None = None
    category: Category | None = None
    verdict: Verdict | None = None
    severity: int | None = None
    evidence: str | None = None


def list_annotations(
    session: Session, wanted: AnnotationFilter, *, limit: int, after: Key | None = None, at: datetime | None = None
) -> Slice[PublicAnnotation]:
    """Public annotations in the order of their ids; ``after`` is (id,). Five SELECTs."""
    statement = public_annotations(at).where(*_conditions(wanted)).order_by(Annotation.id)
    if after is not None:
        statement = statement.where(Annotation.id > after[0])
    rows, next_key = fetch(session, statement, limit, lambda row: (row.id,), values_of(at))
    evidence = citations_of(session, [row.claim_version_id for row in rows], at)
    articles = article_refs(session, [row.article_id for row in rows], at)
    return Slice(tuple(annotation_of(row, evidence, articles[row.article_id]) for row in rows), next_key)


def get_annotation(session: Session, annotation_id: UUID, at: datetime | None = None) -> AnnotationOrNotice | None:
    """What stands at the annotation's address; None if nothing public does. At most five SELECTs."""
    row = session.execute(public_annotations(at).where(Annotation.id == annotation_id), values_of(at)).one_or_none()
    if row is not None:
        note = annotation_of(row, citations_of(session, [row.claim_version_id], at))
        article = article_refs(session, [row.article_id], at)[row.article_id]
        return AnnotationOrNotice(annotation_id, article, replace(note, article=article), None)
    notice = session.execute(
        pending_notices(at).where(PendingNotice.annotation_id == annotation_id), values_of(at)
    ).one_or_none()
    if notice is None:
        return None
    article = article_refs(session, [notice.article_id], at)[notice.article_id]
    return AnnotationOrNotice(annotation_id, article, None, pending_of(notice))


def _conditions(wanted: AnnotationFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.article is not None:
        conditions.append(Article.slug == wanted.article)
    if wanted.claim is not None:
        conditions.append(Claim.slug == wanted.claim)
    if wanted.verdict is not None:
        conditions.append(ClaimVersion.verdict == wanted.verdict)
    if wanted.severity is not None:
        conditions.append(AnnotationVersion.severity == wanted.severity)
    if wanted.category is not None:
        marked = exists().where(
            AnnotationCategory.version_id == AnnotationVersion.id, AnnotationCategory.category == wanted.category
        )
        conditions.append(marked.correlate(AnnotationVersion))
    if wanted.evidence is not None:
        cited = exists().where(
            and_(
                EvidenceLink.claim_version_id == ClaimVersion.id,
                Evidence.id == EvidenceLink.evidence_id,
                Evidence.key == wanted.evidence,
            )
        )
        conditions.append(cited.correlate(ClaimVersion))
    return conditions
