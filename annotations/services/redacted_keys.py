"""Under which addresses readers were shown a version, now or at a time gone by."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.store.articles import Article, Block, Revision
from annotations.store.checks.findings import chunks
from annotations.store.claims import Claim, ClaimVersion, EvidenceLink
from annotations.store.evidence import Evidence
from annotations.store.keys import annotation_key, article_key, claim_key, evidence_key, paragraph_key
from annotations.store.log import PublicVersion
from annotations.store.notes import Anchor, Annotation, AnnotationVersion


def keys_that_showed(session: Session, entity: Article | Claim | Evidence | Annotation, version: Any) -> set[str]:
    """The keys whose answers of some moment show ``version`` of ``entity``; none if it was never in force.

    Lists are not among them, because they show what is in force and no other moment.
    """
    if version.valid_from is None:
        return set()
    found: set[str] = set()
    if isinstance(entity, Article):
        found |= _keys_of_article(session, entity)
    elif isinstance(entity, Annotation):
        found |= _keys_of_annotations(session, {entity.id})
    else:
        claims = {entity.id}
        if isinstance(entity, Evidence):
            found.add(evidence_key(entity.key))
            claims = _claims_citing(session, entity.id)
        found |= _keys_of_claims(session, claims)
    # What was never public has no stamp, and must not get one.
    return {
        key
        for some in chunks(sorted(found))
        for key in session.scalars(select(PublicVersion.key).where(PublicVersion.key.in_(some)))
    }


def _keys_of_article(session: Session, article: Article) -> set[str]:
    paragraphs = session.scalars(
        select(Block.paragraph_id)
        .join(Revision, Revision.id == Block.revision_id)
        .where(Revision.article_id == article.id)
    )
    notes = set(session.scalars(select(Annotation.id).where(Annotation.article_id == article.id)))
    own = {article_key(article.slug), *map(paragraph_key, paragraphs)}
    return own | _keys_of_annotations(session, notes)


def _keys_of_claims(session: Session, claims: set[UUID]) -> set[str]:
    found: set[str] = set()
    notes: set[UUID] = set()
    for some in chunks(sorted(claims)):
        found |= {claim_key(slug) for slug in session.scalars(select(Claim.slug).where(Claim.id.in_(some)))}
        cited = (
            select(Evidence.key)
            .join(EvidenceLink, EvidenceLink.evidence_id == Evidence.id)
            .join(ClaimVersion, ClaimVersion.id == EvidenceLink.claim_version_id)
            .where(ClaimVersion.claim_id.in_(some))
        )
        found |= {evidence_key(key) for key in session.scalars(cited)}
        making = select(AnnotationVersion.annotation_id).where(
            AnnotationVersion.claim_id.in_(some), AnnotationVersion.valid_from.is_not(None)
        )
        notes |= set(session.scalars(making))
    return found | _keys_of_annotations(session, notes)


def _keys_of_annotations(session: Session, ids: set[UUID]) -> set[str]:
    found = {annotation_key(annotation_id) for annotation_id in ids}
    for some in chunks(sorted(ids)):
        rows = session.execute(
            select(Article.slug, Claim.slug.label("claim"), Anchor.paragraph_id)
            .select_from(AnnotationVersion)
            .join(Annotation, Annotation.id == AnnotationVersion.annotation_id)
            .join(Article, Article.id == Annotation.article_id)
            .join(Claim, Claim.id == AnnotationVersion.claim_id)
            .join(Anchor, Anchor.version_id == AnnotationVersion.id)
            .where(Annotation.id.in_(some))
        )
        for row in rows:
            found |= {article_key(row.slug), claim_key(row.claim)}
            if row.paragraph_id is not None:
                found.add(paragraph_key(row.paragraph_id))
    return found


def _claims_citing(session: Session, evidence_id: UUID) -> set[UUID]:
    statement = (
        select(ClaimVersion.claim_id)
        .join(EvidenceLink, EvidenceLink.claim_version_id == ClaimVersion.id)
        .where(EvidenceLink.evidence_id == evidence_id, ClaimVersion.valid_from.is_not(None))
    )
    return set(session.scalars(statement))
