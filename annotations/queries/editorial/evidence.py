"""Evidence as editors see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.queries.editorial.parts import (
    People,
    actors_of,
    head_of,
    in_force_of,
    newest_and_in_force,
    people,
    reviewed_values,
    version_values,
)
from annotations.queries.editorial.views import EditorialEvidence, EvidenceVersionView
from annotations.queries.paging import Key, Slice, fetch
from annotations.store.evidence import Evidence, EvidenceVersion
from annotations.vocabulary import Certainty, Design, EntityType, EvidenceStatus, ReviewState, VerificationLevel

_PLAIN = (
    *("title", "authors", "year", "journal", "url", "doi", "pmid", "pmcid", "nct", "isrctn", "eudract"),
    *("design_summary", "participants", "population", "key_finding", "limitations", "certainty_reason"),
    *("status_checked_on", "status_notice"),
)


def get_evidence(session: Session, key: str) -> EditorialEvidence | None:
    """The source with this key; None if there is none. Three SELECTs."""
    source = session.scalars(select(Evidence).where(Evidence.key == key)).one_or_none()
    return _views(session, [source])[0] if source is not None else None


def list_evidence(
    session: Session, *, state: ReviewState | None = None, limit: int, after: Key | None = None
) -> Slice[EditorialEvidence]:
    """Sources in the order of their keys; ``after`` is (key,). Three SELECTs."""
    statement = select(Evidence).order_by(Evidence.key)
    if state is not None:
        statement = statement.where(Evidence.state == state)
    if after is not None:
        statement = statement.where(Evidence.key > after[0])
    rows, next_key = fetch(session, statement, limit, lambda row: (row[0].key,))
    return Slice(tuple(_views(session, [row[0] for row in rows])), next_key)


def evidence_version(version: EvidenceVersion, redacted: bool, known: People) -> EvidenceVersionView:
    """One version of a source."""
    return EvidenceVersionView(
        **version_values(version, redacted, known),
        **{name: getattr(version, name) for name in _PLAIN},
        design=Design(version.design),
        verification_level=VerificationLevel(version.verification_level),
        certainty=Certainty(version.certainty),
        status=EvidenceStatus(version.status),
    )


def _views(session: Session, sources: Sequence[Evidence]) -> list[EditorialEvidence]:
    rows: list[Any] = list(session.execute(newest_and_in_force(EntityType.EVIDENCE, [source.id for source in sources])))
    known = people(
        session,
        [*(one for source in sources for one in actors_of(source)), *(row[0].created_by for row in rows)],
    )
    found: dict[UUID, list[EvidenceVersionView]] = {}
    for version, redacted in rows:
        found.setdefault(version.evidence_id, []).append(evidence_version(version, redacted, known))
    views = []
    for source in sources:
        in_force = in_force_of(found[source.id])
        views.append(
            EditorialEvidence(
                **reviewed_values(source, in_force, known),
                key=source.key,
                head=head_of(found[source.id], source.head_number),
                in_force=in_force,
            )
        )
    return views
