"""What is hashed of each version, log row and step of a history, in plain form.

The services hash what they are about to store, and a verification what it finds stored; both go through here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from annotations.store.chains import content_hash, timestamp

CLAIM = ("text", "verdict", "certainty", "summary", "search_record", "searched_on")
CITATION = ("evidence_id", "stance", "why", "quote", "locator")
EVIDENCE = (
    *("title", "authors", "journal", "url", "design", "design_summary", "population", "key_finding", "limitations"),
    *("verification_level", "certainty", "certainty_reason", "status", "status_checked_on", "year", "participants"),
    *("doi", "pmid", "pmcid", "nct", "isrctn", "eudract", "status_notice"),
)
METADATA = (
    *("title", "language", "origin_status", "canonical_url", "publisher", "byline", "published_at"),
    *("fact_check_status", "checked_at"),
)
IMPORT = ("source_sha256", "source_format", "import_report")
CORRECTION = ("before", "after", "reason")
ANNOTATION = ("claim_id", "severity", "note", "quote")
LOG_ROW = (
    *("seq", "at", "event", "entity_type", "entity_id", "entity_version", "content_hash", "change_kind", "actor_id"),
    *("summary", "affected_keys", "prev_hash"),
)
STEP = (
    *("entity_type", "entity_id", "position", "version_number", "version_hash", "action", "from_state", "to_state"),
    *("actor_id", "at", "reason", "four_eyes", "prev_hash"),
)
"""The columns that are hashed of each kind of row, under their own names."""


def hash_plainly(content: Mapping[str, Any]) -> str:
    """The content hash of ``content``, whose values may be ids, times, days, enumerated values, lists and mappings."""
    return content_hash(plain(content))


def plain(value: Any) -> Any:
    """``value`` as JSON takes it: times to the microsecond in UTC, enumerated values by their value."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return timestamp(value)
    if isinstance(value, UUID | date):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    return value


def columns_of(row: Any, names: Iterable[str]) -> dict[str, Any]:
    """The values of ``row`` under ``names``."""
    return {name: getattr(row, name) for name in names}


def claim_hash(version: Any, slug: str, links: Iterable[Any]) -> str:
    """The hash of a stored claim version; ``links`` are its evidence links in their order."""
    citations = [columns_of(link, CITATION) for link in links]
    return hash_plainly({**columns_of(version, CLAIM), "citations": citations, "slug": slug})


def evidence_hash(version: Any, key: str) -> str:
    """The hash of a stored version of a source."""
    return hash_plainly({**columns_of(version, EVIDENCE), "key": key})


def metadata_hash(version: Any, topics: Iterable[str]) -> str:
    """The hash of a stored version of an article's metadata; ``topics`` in their order."""
    return hash_plainly({**columns_of(version, METADATA), "topics": list(topics)})


def annotation_hash(version: Any, categories: Iterable[str], anchor: Any) -> str:
    """The hash of a stored annotation version; ``anchor`` is the one of the revision in which it was marked."""
    place = {"paragraph": anchor.paragraph_id, "start": anchor.start_offset, "end": anchor.end_offset}
    return hash_plainly({**columns_of(version, ANNOTATION), "categories": list(categories), **place})


def import_hash(revision: Any) -> str:
    """The hash of how a stored revision was imported, and of which text that gave."""
    return hash_plainly({"text": revision.content_hash, **columns_of(revision, IMPORT)})


def correction_hash(correction: Any, log_row: str) -> str:
    """The hash of a stored correction; ``log_row`` is that of the row of the log to which it belongs."""
    return hash_plainly({"log_row": log_row, **columns_of(correction, CORRECTION)})


def log_row_hash(row: Any) -> str:
    """The hash of a stored row of the publication log."""
    return hash_plainly(columns_of(row, LOG_ROW))


def step_hash(row: Any) -> str:
    """The hash of a stored step of an entity's history."""
    return hash_plainly(columns_of(row, STEP))
