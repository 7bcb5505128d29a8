"""From rows to views: enumerations, spans and citations put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from annotations.anchoring.segments import cut
from annotations.anchoring.selectors import quote_selector
from annotations.anchoring.text import utf16_range
from annotations.queries.claim_views import Citation, PublicClaim, PublicSource
from annotations.queries.moments import values_of
from annotations.queries.selects import SOURCE_COLUMNS, citations, split_ordered
from annotations.queries.views import (
    ArticleRef,
    ArticleSummary,
    ParagraphView,
    PendingView,
    PublicAnnotation,
    Segment,
)
from annotations.store.claims import EvidenceLink
from annotations.vocabulary import (
    AnchorState,
    BlockKind,
    Category,
    Certainty,
    Design,
    EvidenceStatus,
    FactCheckStatus,
    OriginStatus,
    PendingReason,
    Stance,
    Verdict,
    VerificationLevel,
)

CitationsByVersion = Mapping[UUID, tuple[Citation, ...]]
_SOURCE_ENUMS: dict[str, type[Any]] = {
    "design": Design,
    "certainty": Certainty,
    "verification_level": VerificationLevel,
    "status": EvidenceStatus,
}


def source_of(row: Row[*tuple[Any, ...]]) -> PublicSource:
    """A source from a row of :func:`public_sources`."""
    values = {name: getattr(row, name) for name in ("id", "key", "published_at", *SOURCE_COLUMNS)}
    for name, enumeration in _SOURCE_ENUMS.items():
        values[name] = enumeration(values[name])
    return PublicSource(**values)


def citations_of(session: Session, claim_version_ids: Iterable[UUID], at: datetime | None = None) -> CitationsByVersion:
    """The citations of each claim version, in the editor's order, with the sources as of ``at``; one SELECT."""
    wanted = sorted(set(claim_version_ids))
    sources: dict[UUID, PublicSource] = {}
    found: dict[UUID, list[Citation]] = {}
    for row in session.execute(citations(at).where(EvidenceLink.claim_version_id.in_(wanted)), values_of(at)):
        source = sources.get(row.id) or sources.setdefault(row.id, source_of(row))
        citation = Citation(Stance(row.stance), row.why, row.quote, row.locator, source)
        found.setdefault(row.claim_version_id, []).append(citation)
    return {version_id: tuple(items) for version_id, items in found.items()}


def claim_of(row: Row[*tuple[Any, ...]], evidence: CitationsByVersion) -> PublicClaim:
    """A claim from a row of :func:`public_claims`, or, without the number of its appearances, of an annotation."""
    return PublicClaim(
        id=row.claim_id,
        slug=row.claim_slug,
        published_at=row.claim_published_at,
        text=row.claim_text,
        verdict=Verdict(row.verdict),
        certainty=Certainty(row.certainty),
        summary=row.summary,
        search_record=row.search_record,
        searched_on=row.searched_on,
        needs_recheck=row.claim_needs_recheck,
        evidence=evidence.get(row.claim_version_id, ()),
        appearance_count=getattr(row, "appearance_count", None),
    )


def annotation_of(
    row: Row[*tuple[Any, ...]], evidence: CitationsByVersion, article: ArticleRef | None = None
) -> PublicAnnotation:
    """An annotation from a row of :func:`public_annotations`."""
    selector = quote_selector(row.paragraph_text, row.start_offset, row.end_offset)
    utf16_start, utf16_end = utf16_range(row.paragraph_text, row.start_offset, row.end_offset)
    return PublicAnnotation(
        id=row.id,
        article_id=row.article_id,
        published_at=row.published_at,
        paragraph_id=row.paragraph_id,
        ordinal=row.ordinal,
        quote=row.quote,
        start=row.start_offset,
        end=row.end_offset,
        utf16_start=utf16_start,
        utf16_end=utf16_end,
        prefix=selector.prefix,
        suffix=selector.suffix,
        anchor_state=AnchorState(row.anchor_state),
        context_changed=row.context_changed,
        needs_recheck=row.needs_recheck or row.claim_needs_recheck,
        categories=tuple(Category(value) for value in split_ordered(row.categories)),
        severity=row.severity,
        reader_text=row.note or row.summary,
        claim=claim_of(row, evidence),
        article=article,
    )


def summary_of(row: Row[*tuple[Any, ...]], **flags: Any) -> ArticleSummary:
    """An article in a list from a row of :func:`article_summaries`."""
    return ArticleSummary(
        id=row.id,
        slug=row.slug,
        title=row.title,
        language=row.language,
        topics=split_ordered(row.topics),
        canonical_url=row.canonical_url,
        publisher=row.publisher,
        byline=row.byline,
        published_at=row.published_at,
        origin_status=OriginStatus(row.origin_status),
        fact_check_status=FactCheckStatus(row.fact_check_status),
        checked_at=row.checked_at,
        revision=row.revision,
        text_hash=row.text_hash,
        public_since=row.public_since,
        updated_at=row.updated_at,
        **flags,
    )


def pending_of(row: Row[*tuple[Any, ...]]) -> PendingView:
    """A notice from a row of :func:`pending_notices`."""
    return PendingView(row.annotation_id, row.paragraph_id, PendingReason(row.reason), row.since)


def paragraph_of(
    row: Row[*tuple[Any, ...]],
    annotations: Iterable[PublicAnnotation],
    pending: Iterable[PendingView],
    article: ArticleRef | None = None,
) -> ParagraphView:
    """A paragraph, cut at the borders of its annotations, from a row with a block's columns."""
    found = tuple(sorted(annotations, key=lambda note: (note.start, note.end, note.id)))
    runs = cut(row.text, [(note.id, note.start, note.end) for note in found])
    return ParagraphView(
        id=row.paragraph_id,
        ordinal=row.ordinal,
        kind=BlockKind(row.kind),
        text=row.text,
        sha256=row.sha256,
        segments=tuple(Segment(text, ids) for text, ids in runs),
        annotations=found,
        pending=tuple(pending),
        article=article,
    )
