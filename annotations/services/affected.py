"""Which public representations a change touches: the keys that its log row stamps.

Each function answers for one kind of entity, and reads what stands in the database at that moment: call it
before a change that takes something away as well as after one that adds something.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from annotations.store import keys
from annotations.store.articles import Article, Block, Revision
from annotations.store.claims import Claim, ClaimVersion, EvidenceLink
from annotations.store.editorial import ClaimMerger
from annotations.store.evidence import Evidence
from annotations.store.notes import Anchor, Annotation, AnnotationVersion, PendingNotice
from annotations.store.versions import is_public
from annotations.vocabulary import Visibility


def keys_of_article(session: Session, article: Article) -> set[str]:
    """An article, its paragraphs and annotations, the claims that list it, and the collections."""
    paragraphs = session.scalars(
        select(Block.paragraph_id).join(Revision).where(Revision.article_id == article.id, is_public(Revision))
    )
    found = {keys.article_key(article.slug), keys.ARTICLES, keys.ANNOTATIONS, keys.CLAIMS, keys.SEARCH}
    found |= {keys.paragraph_key(paragraph_id) for paragraph_id in paragraphs}
    rows = session.execute(_public_annotations().where(Annotation.article_id == article.id))
    for annotation_id, claim_slug in rows:
        found |= {keys.annotation_key(annotation_id), keys.claim_key(claim_slug)}
    return found


def keys_of_annotation(session: Session, annotation: Annotation) -> set[str]:
    """An annotation, the paragraph and article that show it, its claim, and the collections.

    An annotation of a title travels with the article's title, so it touches all that shows the article.
    """
    return keys_of_annotations(session, [annotation.id])


def keys_of_annotations(session: Session, annotation_ids: Iterable[UUID]) -> set[str]:
    """The union of :func:`keys_of_annotation` over several."""
    ids = list(annotation_ids)
    found = {keys.annotation_key(annotation_id) for annotation_id in ids}
    found |= {keys.ARTICLES, keys.ANNOTATIONS, keys.CLAIMS, keys.SEARCH}
    statement = (
        select(Article, Anchor.paragraph_id, Block.ordinal, Claim.slug)
        .select_from(AnnotationVersion)
        .join(Annotation, Annotation.id == AnnotationVersion.annotation_id)
        .join(Article, Article.id == Annotation.article_id)
        .join(Claim, Claim.id == AnnotationVersion.claim_id)
        .join(Anchor, Anchor.version_id == AnnotationVersion.id)
        .join(Revision, Revision.id == Anchor.revision_id)
        .outerjoin(Block, (Block.revision_id == Anchor.revision_id) & (Block.paragraph_id == Anchor.paragraph_id))
        .where(
            AnnotationVersion.annotation_id.in_(ids),
            is_public(AnnotationVersion),
            is_public(Revision),
            Article.visibility == Visibility.PUBLIC,
        )
    )
    titled = {article.id: article for article in session.scalars(_noticed_on_title(ids))}
    for article, paragraph_id, ordinal, claim_slug in session.execute(statement):
        found |= {keys.article_key(article.slug), keys.claim_key(claim_slug)}
        if paragraph_id is not None:
            found.add(keys.paragraph_key(paragraph_id))
        if ordinal == 0:
            titled[article.id] = article
    for article in titled.values():
        found |= keys_of_article(session, article)
    notices = select(PendingNotice.paragraph_id).where(
        PendingNotice.annotation_id.in_(ids), PendingNotice.closed_at.is_(None)
    )
    found |= {keys.paragraph_key(notice) for notice in session.scalars(notices) if notice is not None}
    return found


def keys_of_claim(session: Session, claim: Claim) -> set[str]:
    """A claim, the annotations that make it with all that shows them, its sources, and the collections."""
    found = {keys.claim_key(claim.slug), keys.CLAIMS, keys.EVIDENCE, keys.SEARCH}
    sources = session.scalars(
        select(Evidence.key)
        .join(EvidenceLink, EvidenceLink.evidence_id == Evidence.id)
        .join(ClaimVersion, ClaimVersion.id == EvidenceLink.claim_version_id)
        .where(ClaimVersion.claim_id == claim.id, is_public(ClaimVersion))
    )
    found |= {keys.evidence_key(key) for key in sources}
    annotation_ids = annotations_of_claim(session, claim)
    return found | keys_of_annotations(session, annotation_ids) if annotation_ids else found


def keys_leading_to(session: Session, claim: Claim) -> set[str]:
    """The claims that were merged into ``claim``, by whatever way: their addresses lead to where its own leads."""
    chain = (
        select(ClaimMerger.loser_id)
        .where(ClaimMerger.winner_id == claim.id, ClaimMerger.merged)
        .cte("chain", recursive=True)
    )
    earlier = select(ClaimMerger.loser_id).join(chain, chain.c.loser_id == ClaimMerger.winner_id)
    chain = chain.union(earlier.where(ClaimMerger.merged))
    slugs = session.scalars(select(Claim.slug).join(chain, chain.c.loser_id == Claim.id))
    return {keys.claim_key(slug) for slug in slugs}


def keys_of_evidence(session: Session, evidence: Evidence) -> set[str]:
    """A source, the claims that cite it with all that shows them, and the collections."""
    found = {keys.evidence_key(evidence.key), keys.EVIDENCE}
    for claim in claims_citing(session, evidence):
        found |= keys_of_claim(session, claim)
    return found


def annotations_of_claim(session: Session, claim: Claim) -> list[UUID]:
    """Ids of the annotations whose public version makes ``claim``, on public articles."""
    return [row[0] for row in session.execute(_public_annotations().where(Claim.id == claim.id))]


def claims_citing(session: Session, evidence: Evidence) -> list[Claim]:
    """The claims whose public version cites ``evidence``."""
    return list(
        session.scalars(
            select(Claim)
            .join(ClaimVersion, ClaimVersion.claim_id == Claim.id)
            .join(EvidenceLink, EvidenceLink.claim_version_id == ClaimVersion.id)
            .where(EvidenceLink.evidence_id == evidence.id, is_public(ClaimVersion))
            .order_by(Claim.slug)
        )
    )


def _noticed_on_title(annotation_ids: list[UUID]) -> Select[Article]:
    """The articles on whose title a notice stands: the words of its annotation may no longer stand there."""
    return (
        select(Article)
        .join(PendingNotice, PendingNotice.article_id == Article.id)
        .join(Revision, Revision.article_id == Article.id)
        .join(Block, (Block.revision_id == Revision.id) & (Block.paragraph_id == PendingNotice.paragraph_id))
        .where(
            PendingNotice.annotation_id.in_(annotation_ids),
            PendingNotice.closed_at.is_(None),
            is_public(Revision),
            Block.ordinal == 0,
        )
    )


def _public_annotations() -> Select[UUID, str]:
    return (
        select(Annotation.id, Claim.slug)
        .join(AnnotationVersion, AnnotationVersion.annotation_id == Annotation.id)
        .join(Claim, Claim.id == AnnotationVersion.claim_id)
        .join(Article, Article.id == Annotation.article_id)
        .where(is_public(AnnotationVersion), Article.visibility == Visibility.PUBLIC)
    )
