"""What editors read of articles, as plain values; ``lock_version`` is what a change must name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from annotations.anchoring.differences import Segment
from annotations.queries.editorial.views import Person, VersionView, WithdrawalRequest
from annotations.vocabulary import (
    AnchorState,
    BlockKind,
    DefinedEnum,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionView(VersionView):
    """One revision of an article's text, without the text; ``content_hash`` is its text hash.

    ``import_report`` holds what the reader of the source dropped and repaired.
    """

    source_format: str
    source_sha256: str
    import_report: dict[str, Any]


@dataclass(frozen=True, slots=True)
class BlockView:
    """A paragraph as it stands in one revision."""

    paragraph_id: UUID
    ordinal: int
    kind: BlockKind
    text: str
    sha256: str


@dataclass(frozen=True, slots=True)
class RevisionText:
    """A revision with its text."""

    revision: RevisionView
    blocks: tuple[BlockView, ...]


class BlockChange(DefinedEnum):
    """What became of a paragraph between two revisions."""

    SAME = "same", "The same words in the same order of paragraphs."
    EDITED = "edited", "The same paragraph with other words or of another kind."
    MOVED = "moved", "The same words in another place among the paragraphs that both revisions have."
    ADDED = "added", "Only the new revision has it."
    REMOVED = "removed", "Only the old revision has it."


@dataclass(frozen=True, slots=True)
class BlockDifference:
    """What became of one paragraph between two revisions; a place and kind are None in the revision without it.

    ``segments`` are the words of both, one after the other; see :func:`~annotations.anchoring.differences.word_diff`.
    """

    change: BlockChange
    paragraph_id: UUID
    old_ordinal: int | None
    new_ordinal: int | None
    old_kind: BlockKind | None
    new_kind: BlockKind | None
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class RevisionDiff:
    """What became of each paragraph, in the order of the new revision; what was removed stands where it had stood."""

    old: RevisionView
    new: RevisionView
    blocks: tuple[BlockDifference, ...]
