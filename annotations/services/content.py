"""What editors write, checked: the content of versions before it is stored."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from annotations.anchoring.text import validate_text
from annotations.errors import InvalidInput
from annotations.evidence.identifiers import Identifier, normalise
from annotations.store.content_hashes import hash_plainly
from annotations.vocabulary import (
    Category,
    Certainty,
    Design,
    EvidenceStatus,
    OriginStatus,
    Stance,
    Verdict,
    VerificationLevel,
)

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SLUG_LIMIT = 100
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
LINE, PASSAGE = 500, 5_000
REASON_LIMIT = 1_000
NOTICES = (EvidenceStatus.CORRECTED, EvidenceStatus.CONCERN, EvidenceStatus.RETRACTED)
"""The statuses that a notice of the publisher makes, which readers are to be shown."""

IDENTIFIER_KINDS = ("doi", "pmid", "pmcid", "nct", "isrctn", "eudract")


@dataclass(frozen=True, slots=True)
class ArticleMetadata:
    """An article's metadata; ``title`` only where an editor gave it."""

    title: str | None
    language: str
    topics: tuple[str, ...] = ()
    origin_status: OriginStatus = OriginStatus.UNKNOWN
    canonical_url: str | None = None
    publisher: str | None = None
    byline: str | None = None
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CitedEvidence:
    """One link of a claim to a source: stance towards the claim, and one line saying why."""

    evidence_id: UUID
    stance: Stance
    why: str
    quote: str | None = None
    locator: str | None = None


@dataclass(frozen=True, slots=True)
class ClaimContent:
    """A claim as its editors see it; ``search_record`` and ``searched_on`` document a search without result."""

    text: str
    verdict: Verdict
    certainty: Certainty
    summary: str
    citations: tuple[CitedEvidence, ...] = ()
    search_record: str | None = None
    searched_on: date | None = None


@dataclass(frozen=True, slots=True)
class EvidenceContent:
    """What is known of a source; ``participants`` is the number of people in it."""

    title: str
    authors: str
    journal: str
    url: str
    design: Design
    design_summary: str
    population: str
    key_finding: str
    limitations: str
    verification_level: VerificationLevel
    certainty: Certainty
    certainty_reason: str
    status: EvidenceStatus
    status_checked_on: date
    year: int | None = None
    participants: int | None = None
    doi: str | None = None
    pmid: str | None = None
    pmcid: str | None = None
    nct: str | None = None
    isrctn: str | None = None
    eudract: str | None = None
    status_notice: str | None = None

    def identifiers(self) -> list[Identifier]:
        """The identifiers given, the address included."""
        given = [(kind, getattr(self, kind)) for kind in (*IDENTIFIER_KINDS, "url")]
        return [Identifier(kind, value) for kind, value in given if value is not None]


@dataclass(frozen=True, slots=True)
class AnnotationContent:
    """What an annotation says of its passage; ``note`` replaces the claim's summary for readers."""

    claim_id: UUID
    categories: tuple[Category, ...]
    severity: int | None = None
    note: str | None = None


def check_reason(value: str | None) -> str | None:
    """A reason as histories and corrections carry it.

    Raises:
        InvalidText: it is empty, too long or not storable.
    """
    return None if value is None else require_reason(value)


def require_reason(value: str) -> str:
    """A reason that must be given.

    Raises:
        InvalidText: it is empty, too long or not storable.
    """
    return validate_text(value, field="reason", max_code_points=REASON_LIMIT)


def check_past(day: date | None, now: datetime, *, field: str) -> None:
    """Refuse a day in the future, counted where it comes first.

    Raises:
        InvalidInput: it is one.
    """
    if day is not None and day > now.date() + timedelta(days=1):
        raise InvalidInput("this day lies in the future", field=field)


def check_slug(value: str, *, field: str) -> str:
    """A slug or key as it may stand in an address: lower-case ASCII words joined by hyphens.

    Raises:
        InvalidInput: it is not.
    """
    if len(value) > SLUG_LIMIT or not SLUG.fullmatch(value):
        raise InvalidInput(
            f"{field} takes lower-case ASCII letters and digits in words joined by hyphens, {SLUG_LIMIT} at most",
            field=field,
        )
    return value


def check_metadata(metadata: ArticleMetadata) -> ArticleMetadata:
    """``metadata`` in stored form.

    Raises:
        InvalidInput: a field is not usable; ``field`` names it.
    """
    if not LANGUAGE.fullmatch(metadata.language):
        raise InvalidInput("language must be a BCP 47 tag such as en or pt-BR", field="language")
    if metadata.origin_status is OriginStatus.KNOWN and metadata.canonical_url is None:
        raise InvalidInput("a known origin needs its address", field="canonical_url")
    if len(set(metadata.topics)) != len(metadata.topics):
        raise InvalidInput("a topic is named twice", field="topics")
    if metadata.published_at is not None and metadata.published_at.tzinfo is None:
        raise InvalidInput("a time needs its zone", field="published_at")
    return replace(
        metadata,
        title=_optional(metadata.title, "title", LINE),
        topics=tuple(check_slug(topic, field="topics") for topic in metadata.topics),
        canonical_url=None if metadata.canonical_url is None else _address(metadata.canonical_url, "canonical_url"),
        publisher=_optional(metadata.publisher, "publisher", LINE),
        byline=_optional(metadata.byline, "byline", LINE),
    )


def check_claim(content: ClaimContent, now: datetime) -> ClaimContent:
    """``content`` in stored form.

    Raises:
        InvalidInput: a field is not usable; ``field`` names it.
    """
    check_past(content.searched_on, now, field="searched_on")
    sources = [citation.evidence_id for citation in content.citations]
    if len(set(sources)) != len(sources):
        raise InvalidInput("a source is cited twice", field="evidence")
    if (content.search_record is None) != (content.searched_on is None):
        raise InvalidInput("a record of a search and its date go together", field="search_record")
    return replace(
        content,
        text=validate_text(content.text, field="text", max_code_points=PASSAGE),
        summary=validate_text(content.summary, field="summary", max_code_points=PASSAGE),
        search_record=_optional(content.search_record, "search_record", PASSAGE),
        citations=tuple(
            replace(
                citation,
                why=validate_text(citation.why, field="evidence.why", max_code_points=LINE),
                quote=_optional(citation.quote, "evidence.quote", PASSAGE),
                locator=_optional(citation.locator, "evidence.locator", LINE),
            )
            for citation in content.citations
        ),
    )


def check_evidence(content: EvidenceContent, now: datetime) -> EvidenceContent:
    """``content`` in stored form, identifiers normalised.

    Raises:
        InvalidInput: a field is not usable; ``field`` names it.
    """
    check_past(content.status_checked_on, now, field="status_checked_on")
    if content.year is not None and not 1500 <= content.year <= 2200:
        raise InvalidInput("year must lie between 1500 and 2200", field="year")
    if content.participants is not None and not 0 <= content.participants < 2**31:
        raise InvalidInput("participants must be a number of people", field="participants")
    if content.status in NOTICES and content.status_notice is None:
        raise InvalidInput(f"say what the notice says by which it is {content.status}", field="status_notice")
    lines = ("title", "authors", "journal", "design_summary", "certainty_reason")
    passages = ("population", "key_finding", "limitations")
    texts: dict[str, Any] = {
        name: validate_text(getattr(content, name), field=name, max_code_points=LINE) for name in lines
    }
    texts |= {name: validate_text(getattr(content, name), field=name, max_code_points=PASSAGE) for name in passages}
    identifiers: dict[str, Any] = {
        kind: None if getattr(content, kind) is None else normalise(kind, getattr(content, kind))
        for kind in IDENTIFIER_KINDS
    }
    return replace(
        content,
        **texts,
        **identifiers,
        url=_address(content.url, "url"),
        status_notice=_optional(content.status_notice, "status_notice", PASSAGE),
    )


def check_annotation(content: AnnotationContent) -> AnnotationContent:
    """``content`` in stored form.

    Raises:
        InvalidInput: a field is not usable; ``field`` names it.
    """
    fair = Category.FAIR_STATEMENT in content.categories
    if not content.categories or len(set(content.categories)) != len(content.categories):
        raise InvalidInput("name at least one category, each once", field="categories")
    if fair and len(content.categories) > 1:
        raise InvalidInput("a fair statement has no other category", field="categories")
    if fair != (content.severity is None) or content.severity not in {None, 1, 2, 3}:
        raise InvalidInput("severity is 1, 2 or 3, and none for a fair statement", field="severity")
    return replace(content, note=_optional(content.note, "note", PASSAGE))


def hash_of(content: Any, **more: Any) -> str:
    """The content hash of one of the dataclasses above, with whatever else belongs to the version."""
    return hash_plainly({**asdict(content), **more})


def _optional(value: str | None, field: str, limit: int) -> str | None:
    return None if value is None else validate_text(value, field=field, max_code_points=limit)


def _address(value: str, field: str) -> str:
    try:
        return normalise("url", validate_text(value, field=field, max_code_points=2_000))
    except InvalidInput as error:
        raise InvalidInput(error.message, field=field) from error
