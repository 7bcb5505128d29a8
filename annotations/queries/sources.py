"""Evidence, with the claims that rest on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, exists, select
from sqlalchemy.orm import Session

from annotations.evidence.identifiers import Identifier, canonical_key
from annotations.queries.claim_views import PublicSource, RestingClaim, SourceView
from annotations.queries.moments import moment, needs_recheck, values_of
from annotations.queries.paging import Key, Slice, fetch
from annotations.queries.rows import source_of
from annotations.queries.selects import public_sources
from annotations.store.claims import Claim, ClaimVersion, EvidenceLink
from annotations.store.evidence import Evidence, EvidenceIdentifier, EvidenceVersion
from annotations.store.versions import in_force
from annotations.vocabulary import Certainty, Design, EvidenceStatus, Stance, Verdict


@dataclass(frozen=True, slots=True)
class SourceFilter:
    """Which sources: each condition that is given must hold. ``identifier`` is (kind, canonical spelling)."""

    design: Design | None = None
    status: EvidenceStatus | None = None
    identifier: tuple[str, str] | None = None


def list_sources(
    session: Session, wanted: SourceFilter, *, limit: int, after: Key | None = None, at: datetime | None = None
) -> Slice[PublicSource]:
    """Public sources in the order of their keys; ``after`` is (key,). One SELECT."""
    statement = public_sources(moment(at)).order_by(Evidence.key)
    if wanted.design is not None:
        statement = statement.where(EvidenceVersion.design == wanted.design)
    if wanted.status is not None:
        statement = statement.where(EvidenceVersion.status == wanted.status)
    if wanted.identifier is not None:
        kind, canonical = wanted.identifier
        known = exists().where(
            EvidenceIdentifier.evidence_id == Evidence.id,
            EvidenceIdentifier.kind == kind,
            EvidenceIdentifier.canonical == canonical,
        )
        statement = statement.where(known.correlate(Evidence))
    if after is not None:
        statement = statement.where(Evidence.key > after[0])
    rows, next_key = fetch(session, statement, limit, lambda row: (row.key,), values_of(at))
    return Slice(tuple(source_of(row) for row in rows if _bears(row, wanted.identifier)), next_key)


def get_source(session: Session, key: str, at: datetime | None = None) -> SourceView | None:
    """The source with the claims that rest on it; None if it is not public. Two SELECTs."""
    row = session.execute(public_sources(moment(at)).where(Evidence.key == key), values_of(at)).one_or_none()
    if row is None:
        return None
    resting = session.execute(
        select(
            Claim.id,
            Claim.slug,
            ClaimVersion.text,
            ClaimVersion.verdict,
            ClaimVersion.certainty,
            ClaimVersion.summary,
            needs_recheck(Claim, moment(at)).label("needs_recheck"),
            EvidenceLink.stance,
            EvidenceLink.why,
        )
        .join(ClaimVersion, ClaimVersion.claim_id == Claim.id)
        .join(EvidenceLink, EvidenceLink.claim_version_id == ClaimVersion.id)
        .where(in_force(ClaimVersion, moment(at)), EvidenceLink.evidence_id == row.id)
        .order_by(Claim.slug),
        values_of(at),
    )
    claims = tuple(
        RestingClaim(
            id=claim.id,
            slug=claim.slug,
            text=claim.text,
            verdict=Verdict(claim.verdict),
            certainty=Certainty(claim.certainty),
            summary=claim.summary,
            needs_recheck=claim.needs_recheck,
            stance=Stance(claim.stance),
            why=claim.why,
        )
        for claim in resting
    )
    return SourceView(source_of(row), claims)


def _bears(row: Row[*tuple[Any, ...]], identifier: tuple[str, str] | None) -> bool:
    # The table of identifiers holds those of drafts and of former versions too; only one source can bear any of them.
    if identifier is None:
        return True
    kind, canonical = identifier
    value = getattr(row, kind)
    return value is not None and canonical_key(Identifier(kind, value)) == canonical
