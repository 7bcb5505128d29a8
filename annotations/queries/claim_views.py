"""Claims and sources as the public reads them: plain values, made by the queries, shown by the schemas."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from annotations.vocabulary import Certainty, Design, EvidenceStatus, Stance, Verdict, VerificationLevel


@dataclass(frozen=True, slots=True)
class PublicSource:
    """A source: what is known of it, and its limits."""

    id: UUID
    key: str
    published_at: datetime
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


@dataclass(frozen=True, slots=True)
class Citation:
    """A source as a claim cites it."""

    stance: Stance
    why: str
    quote: str | None
    locator: str | None
    source: PublicSource


@dataclass(frozen=True, slots=True)
class PublicClaim:
    """A claim with its verdict, and the evidence that it rests on."""

    id: UUID
    slug: str
    published_at: datetime
    text: str
    verdict: Verdict
    certainty: Certainty
    summary: str
    search_record: str | None
    searched_on: date | None
    needs_recheck: bool
    evidence: tuple[Citation, ...]
    appearance_count: int | None


@dataclass(frozen=True, slots=True)
class RestingClaim:
    """A claim as a source's page lists it."""

    id: UUID
    slug: str
    text: str
    verdict: Verdict
    certainty: Certainty
    summary: str
    needs_recheck: bool
    stance: Stance
    why: str


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source with the claims that rest on it."""

    source: PublicSource
    claims: tuple[RestingClaim, ...]
