"""What editors read of claims, evidence and annotations, as plain values: made by the queries, shown by the schemas.

``lock_version`` is what a change must name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from annotations.vocabulary import (
    AnchorState,
    Category,
    Certainty,
    Design,
    EntityType,
    EvidenceStatus,
    PendingReason,
    QueueKind,
    RecheckReason,
    ReviewState,
    Role,
    Stance,
    Verdict,
    VerificationLevel,
)


@dataclass(frozen=True, slots=True)
class Person:
    """Who did something, as histories name them."""

    id: UUID
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class WithdrawalRequest:
    """That somebody asked for a withdrawal, which waits for a second person."""

    by: Person
    reason: str


@dataclass(frozen=True, slots=True)
class Notice:
    """The pending notice that stands in the place of an annotation."""

    reason: PendingReason
    since: datetime
    opened_by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    """What every immutable version has: ``[in_force_from, in_force_until)`` is when it was in force."""

    id: UUID
    number: int
    content_hash: str
    created_at: datetime
    created_by: Person
    in_force_from: datetime | None
    in_force_until: datetime | None
    redacted: bool

    @property
    def is_in_force(self) -> bool:
        """Whether it is in force now."""
        return self.in_force_from is not None and self.in_force_until is None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedView:
    """What claims, evidence and annotations have in common; ``state`` is that of the newest version."""

    id: UUID
    state: ReviewState
    lock_version: int
    head_number: int
    in_force_number: int | None
    needs_recheck: bool
    recheck_reason: RecheckReason | None
    created_at: datetime
    created_by: Person
    withdrawal_request: WithdrawalRequest | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None


@dataclass(frozen=True, slots=True)
class EvidenceLinkView:
    """A source as a claim version cites it: as far as it is approved, or else as it was last written."""

    evidence_id: UUID
    key: str
    title: str
    evidence_state: ReviewState
    status: EvidenceStatus
    stance: Stance
    why: str
    quote: str | None
    locator: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimVersionView(VersionView):
    """One version of a claim, with its evidence links in the editor's order."""

    text: str
    verdict: Verdict
    certainty: Certainty
    summary: str
    search_record: str | None
    searched_on: date | None
    links: tuple[EvidenceLinkView, ...]


@dataclass(frozen=True, slots=True)
class ReviewDue:
    """By when a claim is to be looked at again."""

    due_on: date
    set_by: Person
    set_at: datetime


@dataclass(frozen=True, slots=True)
class OpenMerger:
    """That a claim is to be merged into another, which waits for a second person."""

    id: UUID
    into: str
    reason: str
    requested_by: Person
    requested_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorialClaim(ReviewedView):
    """A claim as editors see it; ``merged_into`` is the slug of the claim that took its place."""

    slug: str
    head: ClaimVersionView
    in_force: ClaimVersionView | None
    review_due: ReviewDue | None
    merger: OpenMerger | None
    merged_into: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceVersionView(VersionView):
    """One version of what is known of a source."""

    title: str
    authors: str
    year: int | None
    journal: str
    url: str
    doi: str | None
    pmid: str | None
    pmcid: str | None
    nct: str | None
    isrctn: str | None
    eudract: str | None
    design: Design
    design_summary: str
    participants: int | None
    population: str
    key_finding: str
    limitations: str
    verification_level: VerificationLevel
    certainty: Certainty
    certainty_reason: str
    status: EvidenceStatus
    status_checked_on: date
    status_notice: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorialEvidence(ReviewedView):
    """A source as editors see it."""

    key: str
    head: EvidenceVersionView
    in_force: EvidenceVersionView | None


@dataclass(frozen=True, slots=True)
class AnchorView:
    """Where an annotation version stands in one revision; the place is None where it is orphaned.

    Offsets count code points of the paragraph's text; those of ``utf16_*`` are for browsers.
    """

    revision_number: int
    state: AnchorState
    context_changed: bool
    quote: str
    paragraph_id: UUID | None
    ordinal: int | None
    start: int | None
    end: int | None
    utf16_start: int | None
    utf16_end: int | None
    paragraph_text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotationVersionView(VersionView):
    """One version of an annotation: what it says, and the words as the editor marked them."""

    claim_slug: str
    categories: tuple[Category, ...]
    severity: int | None
    note: str | None
    quote: str
    prefix: str
    suffix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorialAnnotation(ReviewedView):
    """An annotation as editors see it; the anchors are those in the article's newest revision, if it stands there."""

    article_slug: str
    head: AnnotationVersionView
    in_force: AnnotationVersionView | None
    head_anchor: AnchorView | None
    in_force_anchor: AnchorView | None
    notice: Notice | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotationRecord(AnnotationVersionView):
    """One version of an annotation with its anchors in all revisions, oldest first, without the paragraphs' texts."""

    anchors: tuple[AnchorView, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an entity's history: who did what, when and why.

    ``four_eyes`` is False where an approval was given by the author under ``REVIEW_FOUR_EYES=false``. ``hash`` covers
    the step and ``prev_hash``, that of the step before.
    """

    position: int
    action: str
    from_state: str | None
    to_state: str
    version_number: int
    version_hash: str
    actor: Person
    at: datetime
    reason: str | None
    four_eyes: bool
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueItem:
    """Something that waits for an editor.

    Attributes:
        key: slug of the article or claim, key of the source; None for an annotation.
        label: the title, the statement, or the words that are marked.
        state: in review; of an article whether the public sees it.
        reason: why it waits, where there is more to say than in which part of the queue it is.
        since: since when it waits; midnight (UTC) of the day on which a claim is due or a status was checked.
        by: who asked, or else who wrote the newest version; None where it is the text that changed.
        article: slug of the annotation's article.
        into: slug of the claim into which a claim is to be merged.
        before: where the words of an annotation last stood as they were marked, before the text changed.
        after: where they stand now; None where they stand nowhere, and in all other parts of the queue.
    """

    kind: QueueKind
    entity_type: EntityType
    id: UUID
    key: str | None
    label: str
    state: str
    reason: str | None
    since: datetime
    by: Person | None
    lock_version: int
    article: str | None
    into: str | None
    before: AnchorView | None
    after: AnchorView | None
