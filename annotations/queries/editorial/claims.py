"""Claims as editors see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

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
from annotations.queries.editorial.views import (
    ClaimVersionView,
    EditorialClaim,
    EvidenceLinkView,
    OpenMerger,
    ReviewDue,
)
from annotations.queries.paging import Key, Slice, fetch
from annotations.store.claims import Claim, ClaimVersion, EvidenceLink
from annotations.store.editorial import ClaimMerger, ReviewDate
from annotations.store.evidence import Evidence, EvidenceVersion
from annotations.store.versions import is_public
from annotations.vocabulary import Certainty, EntityType, EvidenceStatus, ReviewState, Stance, Verdict

LinksByVersion = Mapping[UUID, tuple[EvidenceLinkView, ...]]


def get_claim(session: Session, slug: str) -> EditorialClaim | None:
    """The claim with this slug; None if there is none. Six SELECTs."""
    claim = session.scalars(select(Claim).where(Claim.slug == slug)).one_or_none()
    return _views(session, [claim])[0] if claim is not None else None


def list_claims(
    session: Session, *, state: ReviewState | None = None, limit: int, after: Key | None = None
) -> Slice[EditorialClaim]:
    """Claims in the order of their slugs; ``after`` is (slug,). Six SELECTs."""
    statement = select(Claim).order_by(Claim.slug)
    if state is not None:
        statement = statement.where(Claim.state == state)
    if after is not None:
        statement = statement.where(Claim.slug > after[0])
    rows, next_key = fetch(session, statement, limit, lambda row: (row[0].slug,))
    return Slice(tuple(_views(session, [row[0] for row in rows])), next_key)


def links_of(session: Session, version_ids: Iterable[UUID]) -> LinksByVersion:
    """The evidence links of each claim version in the editor's order; one SELECT."""
    # Where a source has a version in force, that is what a reader is told of it; before that, the newest.
    newest = aliased(EvidenceVersion)
    rows = session.execute(
        select(
            EvidenceLink,
            Evidence.key,
            Evidence.state,
            func.coalesce(EvidenceVersion.title, newest.title).label("title"),
            func.coalesce(EvidenceVersion.status, newest.status).label("status"),
        )
        .join(Evidence, Evidence.id == EvidenceLink.evidence_id)
        .join(newest, and_(newest.evidence_id == Evidence.id, newest.number == Evidence.head_number))
        .outerjoin(EvidenceVersion, and_(EvidenceVersion.evidence_id == Evidence.id, is_public(EvidenceVersion)))
        .where(EvidenceLink.claim_version_id.in_(sorted(set(version_ids))))
        .order_by(EvidenceLink.claim_version_id, EvidenceLink.position)
    )
    found: dict[UUID, list[EvidenceLinkView]] = {}
    for link, key, state, title, status in rows:
        view = EvidenceLinkView(
            evidence_id=link.evidence_id,
            key=key,
            title=title,
            evidence_state=ReviewState(state),
            status=EvidenceStatus(status),
            stance=Stance(link.stance),
            why=link.why,
            quote=link.quote,
            locator=link.locator,
        )
        found.setdefault(link.claim_version_id, []).append(view)
    return {version_id: tuple(links) for version_id, links in found.items()}


def claim_version(version: ClaimVersion, redacted: bool, links: LinksByVersion, known: People) -> ClaimVersionView:
    """One version of a claim, with its links among ``links``."""
    return ClaimVersionView(
        **version_values(version, redacted, known),
        text=version.text,
        verdict=Verdict(version.verdict),
        certainty=Certainty(version.certainty),
        summary=version.summary,
        search_record=version.search_record,
        searched_on=version.searched_on,
        links=links.get(version.id, ()),
    )


def _views(session: Session, claims: Sequence[Claim]) -> list[EditorialClaim]:
    ids = [claim.id for claim in claims]
    rows: list[Any] = list(session.execute(newest_and_in_force(EntityType.CLAIM, ids)))
    links = links_of(session, [row[0].id for row in rows])
    due = {row.claim_id: row for row in session.scalars(select(ReviewDate).where(ReviewDate.claim_id.in_(ids)))}
    mergers = _mergers(session, ids)
    known = people(
        session,
        [
            *(one for claim in claims for one in actors_of(claim)),
            *(row[0].created_by for row in rows),
            *(date.set_by for date in due.values()),
            *(merger.requested_by for merger, _ in mergers.values()),
        ],
    )
    found: dict[UUID, list[ClaimVersionView]] = {}
    for version, redacted in rows:
        found.setdefault(version.claim_id, []).append(claim_version(version, redacted, links, known))
    return [_view(claim, found[claim.id], due.get(claim.id), mergers.get(claim.id), known) for claim in claims]


def _mergers(session: Session, ids: Sequence[UUID]) -> dict[UUID, tuple[ClaimMerger, str]]:
    """The open merger of each claim, or the one by which it went; a claim has one of the two at most."""
    statement = (
        select(ClaimMerger, Claim.slug)
        .join(Claim, Claim.id == ClaimMerger.winner_id)
        .where(ClaimMerger.loser_id.in_(ids), or_(ClaimMerger.closed_at.is_(None), ClaimMerger.merged))
    )
    return {row[0].loser_id: (row[0], row[1]) for row in session.execute(statement)}


def _view(
    claim: Claim,
    versions: Sequence[ClaimVersionView],
    due: ReviewDate | None,
    merger: tuple[ClaimMerger, str] | None,
    known: People,
) -> EditorialClaim:
    in_force = in_force_of(versions)
    row, winner = merger or (None, None)
    return EditorialClaim(
        **reviewed_values(claim, in_force, known),
        slug=claim.slug,
        head=head_of(versions, claim.head_number),
        in_force=in_force,
        review_due=ReviewDue(due.due_on, known[due.set_by], due.set_at) if due else None,
        merger=_open(row, winner, known) if row and winner and row.closed_at is None else None,
        merged_into=winner if row and row.merged else None,
    )


def _open(merger: ClaimMerger, winner: str, known: People) -> OpenMerger:
    return OpenMerger(
        id=merger.id,
        into=winner,
        reason=merger.reason,
        requested_by=known[merger.requested_by],
        requested_at=merger.requested_at,
    )
