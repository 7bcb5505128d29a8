"""What editors read of articles, as plain values; ``lock_version`` is what a change must name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from annotations.queries.editorial.views import Person, VersionView, WithdrawalRequest
from annotations.vocabulary import (
    AnchorState,
    BlockKind,
    FactCheckStatus,
    OriginStatus,
    RecheckReason,
    ReviewState,
    TitleOrigin,
    Visibility,
)


@dataclass(frozen=True, slots=True)
class Attention:
    """What an article asks of editors: open notices, other flags, and annotations that stand nowhere."""

    pending: int
    flagged: int
    orphaned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataView(VersionView):
    """One version of an article's metadata and fact-check status; ``title`` is None where the text has its own."""

    title: str | None
    title_origin: TitleOrigin
    language: str
    topics: tuple[str, ...]
    canonical_url: str | None
    publisher: str | None
    byline: str | None
    published_at: datetime | None
    origin_status: OriginStatus
    fact_check_status: FactCheckStatus
    checked_at: date | None


@dataclass(frozen=True, slots=True)
class AnnotationMark:
    """The newest version of an annotation as it stands in an article; no offsets where it is orphaned."""

    id: UUID
    state: ReviewState
    lock_version: int
    head_number: int
    in_force_number: int | None
    claim_slug: str
    start: int | None
    end: int | None
    quote: str
    anchor_state: AnchorState
    context_changed: bool
    needs_recheck: bool
    recheck_reason: RecheckReason | None
    pending: bool


@dataclass(frozen=True, slots=True)
class EditorialParagraph:
    """A paragraph of the newest revision, with the annotations that stand in it in the order of their words."""

    id: UUID
    ordinal: int
    kind: BlockKind
    text: str
    sha256: str
    annotations: tuple[AnnotationMark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleListItem:
    """An article as editors see it in a list; ``title`` is the editor's, or the one in its text."""

    id: UUID
    slug: str
    title: str | None
    visibility: Visibility
    lock_version: int
    revision_number: int
    text_hash: str
    metadata: MetadataView
    created_at: datetime
    created_by: Person
    public_since: datetime | None
    withdrawal_request: WithdrawalRequest | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None
    attention: Attention


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorialArticle(ArticleListItem):
    """An article with the text of its newest revision; ``orphaned`` are the annotations that stand nowhere in it."""

    paragraphs: tuple[EditorialParagraph, ...]
    orphaned: tuple[AnnotationMark, ...]
