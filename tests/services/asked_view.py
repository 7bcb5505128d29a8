"""What readers do see, through the project's queries, in the plain values of :mod:`tests.services.model_view`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from annotations.queries.articles import ArticleFilter, get_article, get_paragraph, list_articles
from annotations.queries.claim_views import PublicClaim, PublicSource
from annotations.queries.claims import get_claim, list_claims, merged_into
from annotations.queries.notes import AnnotationFilter, get_annotation, list_annotations
from annotations.queries.sources import SourceFilter, get_source, list_sources
from annotations.queries.tombstones import (
    Tombstone,
    annotation_tombstone,
    article_tombstone,
    claim_tombstone,
    evidence_tombstone,
    paragraph_tombstone,
)
from annotations.queries.views import (
    Appearance,
    ArticleRef,
    ArticleSummary,
    ParagraphView,
    PendingView,
    PublicAnnotation,
)
from tests.services.model_view import APPEARANCE, View

ALL = 500


def asked_lists(session: Session, at: datetime | None = None) -> View:
    """The collections."""
    articles, notes, claims, sources = pages = (
        list_articles(session, ArticleFilter(), limit=ALL, at=at),
        list_annotations(session, AnnotationFilter(), limit=ALL, at=at),
        list_claims(session, limit=ALL, at=at),
        list_sources(session, SourceFilter(), limit=ALL, at=at),
    )
    assert not any(page.next_key for page in pages)
    return {
        "articles": {article.slug: _summary(article) for article in articles.items},
        "annotations": {str(note.id): _note_with_article(note) for note in notes.items},
        "claims": {claim.slug: {**_claim(claim), "count": claim.appearance_count} for claim in claims.items},
        "evidence": {source.key: _source(source) for source in sources.items},
    }


def asked(session: Session, keys: Iterable[str], at: datetime | None = None) -> View:
    """What stands behind each of these keys: the thing, where it leads, its tombstone, or None."""
    readers = {
        "article": _read_article,
        "paragraph": _read_paragraph,
        "annotation": _read_annotation,
        "claim": _read_claim,
        "evidence": _read_source,
    }
    return {key: readers[key.partition(":")[0]](session, key.partition(":")[2], at) for key in keys}


def _read_article(session: Session, slug: str, at: datetime | None) -> Any:
    view = get_article(session, slug, at)
    if view is None:
        return _gone(article_tombstone(session, slug, at))
    flags = {str(note.id) for note in view.title_annotations}
    assert flags == {str(flag.id) for flag in view.summary.title_flags}
    return {
        **_summary(view.summary),
        "blocks": [_paragraph(block, slug) for block in view.paragraphs],
        "pending": _pending(view.pending),
    }


def _read_paragraph(session: Session, paragraph: str, at: datetime | None) -> Any:
    view = get_paragraph(session, paragraph_id=UUID(paragraph), at=at)
    if view is None:
        return _gone(paragraph_tombstone(session, UUID(paragraph), at))
    assert view.article is not None
    return _paragraph(view, view.article.slug)


def _read_annotation(session: Session, annotation: str, at: datetime | None) -> Any:
    view = get_annotation(session, UUID(annotation), at)
    if view is None:
        return _gone(annotation_tombstone(session, UUID(annotation), at))
    if view.pending is not None:
        return {"pending": _notice(view.pending), "article": _ref(view.article)}
    assert view.annotation is not None
    return _note_with_article(view.annotation)


def _read_claim(session: Session, slug: str, at: datetime | None) -> Any:
    view = get_claim(session, slug, at)
    if view is None:
        winner = merged_into(session, slug, at)
        return {"merged": winner} if winner else _gone(claim_tombstone(session, slug, at))
    places = {str(place.annotation.id): _appearance(place) for place in view.appearances}
    return {**_claim(view.claim), "count": view.claim.appearance_count, "places": places}


def _read_source(session: Session, key: str, at: datetime | None) -> Any:
    view = get_source(session, key, at)
    if view is None:
        return _gone(evidence_tombstone(session, key, at))
    claims = {
        claim.slug: {"verdict": str(claim.verdict), "recheck": claim.needs_recheck, "stance": str(claim.stance)}
        for claim in view.claims
    }
    return {**_source(view.source), "claims": claims}


def _gone(tombstone: Tombstone | None) -> Any:
    return None if tombstone is None else {"gone": tombstone.reason}


def _ref(article: ArticleRef) -> View:
    return {
        "slug": article.slug,
        "title": article.title,
        "status": str(article.fact_check_status),
        "checked": article.checked_at,
        "title_flags": {
            str(flag.id): {
                "quote": flag.quote,
                "categories": [str(category) for category in flag.categories],
                "severity": flag.severity,
                "text": flag.reader_text,
                "claim": flag.claim_slug,
                "verdict": str(flag.verdict),
            }
            for flag in article.title_flags
        },
        "title_pending": article.title_pending,
    }


def _summary(article: ArticleSummary) -> View:
    return {
        **_ref(article.as_ref()),
        "topics": article.topics,
        "revision": article.revision,
        "flags": {(str(flag.verdict), flag.severity): flag.count for flag in article.flags},
        "pending_count": article.pending_count,
    }


def _paragraph(block: ParagraphView, slug: str) -> View:
    # Rule 5, as readers see it; and the text cut at the borders of its notes is the text.
    assert all(block.text[note.start : note.end] == note.quote for note in block.annotations)
    assert "".join(segment.text for segment in block.segments) == block.text
    return {
        "id": str(block.id),
        "article": slug,
        "ordinal": block.ordinal,
        "text": block.text,
        "notes": {str(note.id): _note(note) for note in block.annotations},
        "pending": _pending(block.pending),
    }


def _pending(notices: Iterable[PendingView]) -> View:
    return {str(notice.annotation_id): _notice(notice) for notice in notices}


def _notice(notice: PendingView) -> View:
    where = notice.paragraph_id
    return {"reason": str(notice.reason), "paragraph": None if where is None else str(where)}


def _note_with_article(note: PublicAnnotation) -> View:
    assert note.article is not None
    return {**_note(note), "article": _ref(note.article)}


def _note(note: PublicAnnotation) -> View:
    return {
        "paragraph": str(note.paragraph_id),
        "ordinal": note.ordinal,
        "quote": note.quote,
        "start": note.start,
        "end": note.end,
        "state": str(note.anchor_state),
        "context": note.context_changed,
        "recheck": note.needs_recheck,
        "categories": [str(category) for category in note.categories],
        "severity": note.severity,
        "text": note.reader_text,
        "claim": _claim(note.claim),
    }


def _appearance(place: Appearance) -> View:
    note = _note(place.annotation)
    return {**{name: note[name] for name in APPEARANCE}, "article": _ref(place.article)}


def _claim(claim: PublicClaim) -> View:
    return {
        "slug": claim.slug,
        "verdict": str(claim.verdict),
        "summary": claim.summary,
        "searched": claim.search_record is not None,
        "recheck": claim.needs_recheck,
        "evidence": [{"stance": str(link.stance), **_source(link.source)} for link in claim.evidence],
    }


def _source(source: PublicSource) -> View:
    return {"key": source.key, "status": str(source.status), "finding": source.key_finding}
