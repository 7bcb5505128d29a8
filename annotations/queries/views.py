"""What the public reads, as plain values: made by the queries, shown by the schemas."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from annotations.queries.claim_views import PublicClaim
from annotations.search.snippet import Snippet
from annotations.vocabulary import (
    AnchorState,
    BlockKind,
    Category,
    FactCheckStatus,
    OriginStatus,
    PendingReason,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class TitleFlag:
    """What is said of an article's title, wherever the title is printed."""

    id: UUID
    quote: str
    claim_slug: str
    verdict: Verdict
    categories: tuple[Category, ...]
    severity: int | None
    reader_text: str


@dataclass(frozen=True, slots=True)
class ArticleRef:
    """An article as other things name it: never without its status and the flags on its title."""

    id: UUID
    slug: str
    title: str
    language: str
    fact_check_status: FactCheckStatus
    checked_at: date | None
    title_flags: tuple[TitleFlag, ...] = ()
    title_pending: bool = False


@dataclass(frozen=True, slots=True)
class PendingView:
    """What stands in the place of an annotation that is looked at again."""

    annotation_id: UUID
    paragraph_id: UUID | None
    reason: PendingReason
    since: datetime


@dataclass(frozen=True, slots=True)
class PublicAnnotation:
    """An annotation as readers see it; offsets in code points, and in UTF-16 code units for browsers."""

    id: UUID
    article_id: UUID
    published_at: datetime
    paragraph_id: UUID
    ordinal: int
    quote: str
    start: int
    end: int
    utf16_start: int
    utf16_end: int
    prefix: str
    suffix: str
    anchor_state: AnchorState
    context_changed: bool
    needs_recheck: bool
    categories: tuple[Category, ...]
    severity: int | None
    reader_text: str
    claim: PublicClaim
    article: ArticleRef | None = None

    def as_title_flag(self) -> TitleFlag:
        """What is said of the title that this annotation marks."""
        return TitleFlag(
            id=self.id,
            quote=self.quote,
            claim_slug=self.claim.slug,
            verdict=self.claim.verdict,
            categories=self.categories,
            severity=self.severity,
            reader_text=self.reader_text,
        )


@dataclass(frozen=True, slots=True)
class AnnotationOrNotice:
    """What stands at an annotation's address: the annotation, or the notice in its place."""

    id: UUID
    article: ArticleRef
    annotation: PublicAnnotation | None
    pending: PendingView | None


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of a paragraph's text and the annotations that cover all of it."""

    text: str
    annotations: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class ParagraphView:
    """A paragraph with everything that is said of it."""

    id: UUID
    ordinal: int
    kind: BlockKind
    text: str
    sha256: str
    segments: tuple[Segment, ...]
    annotations: tuple[PublicAnnotation, ...]
    pending: tuple[PendingView, ...]
    article: ArticleRef | None = None


@dataclass(frozen=True, slots=True)
class ParagraphPage:
    """Some of an article's paragraphs, in order; ``next_ordinal`` is the last one's place when more follow."""

    article: ArticleRef
    paragraphs: tuple[ParagraphView, ...]
    pending: tuple[PendingView, ...]
    next_ordinal: int | None


@dataclass(frozen=True, slots=True)
class FlagCount:
    """How many annotations of one article have this verdict and severity."""

    verdict: Verdict
    severity: int | None
    count: int


@dataclass(frozen=True, slots=True)
class ArticleSummary:
    """An article in a list."""

    id: UUID
    slug: str
    title: str
    language: str
    topics: tuple[str, ...]
    canonical_url: str | None
    publisher: str | None
    byline: str | None
    published_at: datetime | None
    origin_status: OriginStatus
    fact_check_status: FactCheckStatus
    checked_at: date | None
    revision: int
    text_hash: str
    public_since: datetime
    updated_at: datetime
    flags: tuple[FlagCount, ...] = ()
    pending_count: int = 0
    title_flags: tuple[TitleFlag, ...] = ()
    title_pending: bool = False

    def as_ref(self) -> ArticleRef:
        """The article as other things name it."""
        return ArticleRef(
            id=self.id,
            slug=self.slug,
            title=self.title,
            language=self.language,
            fact_check_status=self.fact_check_status,
            checked_at=self.checked_at,
            title_flags=self.title_flags,
            title_pending=self.title_pending,
        )


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An article with its text and everything that is said of it."""

    summary: ArticleSummary
    title_annotations: tuple[PublicAnnotation, ...]
    paragraphs: tuple[ParagraphView, ...]
    pending: tuple[PendingView, ...]


@dataclass(frozen=True, slots=True)
class Appearance:
    """A passage that makes a claim."""

    annotation: PublicAnnotation
    article: ArticleRef


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A claim with every passage that makes it."""

    claim: PublicClaim
    appearances: tuple[Appearance, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A search hit: where the words stand, and the caveat that goes with them."""

    key: str
    score: float
    snippet: Snippet
    article: ArticleRef | None = None
    paragraph_id: UUID | None = None
    ordinal: int | None = None
    annotations: tuple[PublicAnnotation, ...] = ()
    pending: tuple[PendingView, ...] = ()
    claim: PublicClaim | None = None
