"""Keeping the search index in step with the public view, in the transaction that changes it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from annotations.search.terms import index_terms
from annotations.store.articles import Article, ArticleVersion, Block, Revision
from annotations.store.claims import Claim, ClaimVersion
from annotations.store.notes import Annotation, AnnotationVersion, PendingNotice
from annotations.store.search import SearchEntry
from annotations.store.versions import is_public
from annotations.vocabulary import EntityType, Visibility


def index_article(session: Session, article: Article) -> None:
    """Index the paragraphs of ``article`` if it is public, and forget them otherwise.

    A title that an editor gave is no paragraph; it is found with the first one.
    """
    _forget(session, EntityType.ARTICLE, article.id)
    if article.visibility != Visibility.PUBLIC:
        return
    blocks = session.scalars(
        select(Block)
        .join(Revision, Revision.id == Block.revision_id)
        .where(Revision.article_id == article.id, is_public(Revision))
        .order_by(Block.ordinal)
    ).all()
    title = session.scalars(
        select(ArticleVersion.title).where(ArticleVersion.article_id == article.id, is_public(ArticleVersion))
    ).one()
    for place, block in enumerate(blocks):
        terms = index_terms(block.text)
        if place == 0 and title is not None:
            terms = " ".join(filter(None, (terms, index_terms(title))))
        _add(session, EntityType.ARTICLE, article.id, block.text, terms, block.paragraph_id)
    session.flush()


def index_claim(session: Session, claim: Claim) -> None:
    """Index the text and summary of ``claim`` if it is public, and forget them otherwise."""
    _forget(session, EntityType.CLAIM, claim.id)
    version = session.scalars(
        select(ClaimVersion).where(ClaimVersion.claim_id == claim.id, is_public(ClaimVersion))
    ).one_or_none()
    if version is not None:
        body = f"{version.text}\n{version.summary}"
        _add(session, EntityType.CLAIM, claim.id, body, index_terms(body))
    session.flush()


def index_annotation(session: Session, annotation: Annotation) -> None:
    """Index the note of ``annotation`` if the public sees one, and forget it otherwise."""
    _forget(session, EntityType.ANNOTATION, annotation.id)
    note = session.scalars(
        select(AnnotationVersion.note)
        .join(Annotation, Annotation.id == AnnotationVersion.annotation_id)
        .join(Article, Article.id == Annotation.article_id)
        .where(
            Annotation.id == annotation.id,
            is_public(AnnotationVersion),
            Article.visibility == Visibility.PUBLIC,
            ~select(PendingNotice.id)
            .where(PendingNotice.annotation_id == annotation.id, PendingNotice.closed_at.is_(None))
            .exists(),
        )
    ).one_or_none()
    if note:
        _add(session, EntityType.ANNOTATION, annotation.id, note, index_terms(note))
    session.flush()


def _forget(session: Session, entity_type: EntityType, entity_id: UUID) -> None:
    session.flush()
    session.execute(
        delete(SearchEntry).where(SearchEntry.entity_type == entity_type, SearchEntry.entity_id == entity_id)
    )


def _add(
    session: Session,
    entity_type: EntityType,
    entity_id: UUID,
    body: str,
    terms: str,
    paragraph_id: UUID | None = None,
) -> None:
    if not terms:
        return
    key = f"{entity_type}:{paragraph_id or entity_id}"
    session.add(
        SearchEntry(
            key=key, entity_type=entity_type, entity_id=entity_id, paragraph_id=paragraph_id, body=body, terms=terms
        )
    )
