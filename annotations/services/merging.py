"""Merging a claim into another: one person asks, a second confirms (rule 4); the old address leads to the new one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from annotations.errors import InvalidInput, TransitionNotAllowed
from annotations.permissions import Actor, Permission, require, require_second_person
from annotations.review.events import Event
from annotations.review.workflow import Action, next_state
from annotations.services.affected import keys_leading_to, keys_of_claim
from annotations.services.claims import shown_claim
from annotations.services.content import check_reason, require_reason
from annotations.services.evidence import unlist_uncited
from annotations.services.lookups import (
    count_as_change,
    get,
    head_version,
    links_of,
    lock,
    published_version,
    subject_of,
)
from annotations.services.rechecks import lower_flag
from annotations.services.resting import check_rests_on_evidence
from annotations.services.retying import announce_retied, retie_annotations
from annotations.services.search_index import index_claim
from annotations.store.claims import Claim, ClaimVersion
from annotations.store.editorial import ClaimMerger, ReviewDate
from annotations.store.history import add_transition
from annotations.store.keys import claim_key
from annotations.store.publication_log import TICK, Publication
from annotations.store.versions import was_in_force
from annotations.vocabulary import ChangeKind, ReviewState

_INSTEAD: dict[str, str] = {
    ReviewState.DRAFT: "have it approved first",
    ReviewState.IN_REVIEW: "have it approved first",
    ReviewState.REJECTED: "save another version and have that approved first",
}
"""What to do with a claim whose newest version is not published; what is withdrawn or superseded is over."""


def request_merger(
    session: Session, loser: Claim, winner: Claim, *, reason: str, actor: Actor, now: datetime
) -> ClaimMerger:
    """Ask that ``loser`` be merged into ``winner``; ``reason`` is what the correction will say.

    Raises:
        PermissionDenied: the actor may not.
        InvalidInput: the two are one.
        InvalidText: the reason is not usable.
        TransitionNotAllowed: one of them is not published, has a revision under way, is asked to be withdrawn, or is
            asked to be merged already.
        NotPublishable: the winner no longer rests on evidence.
        StaleVersion: the loser changed since the actor read it.
        PublishingBusy: another publisher held the lock for too long.
    """
    require(actor, Permission.MERGE_CLAIMS, own_work=loser.created_by == actor.id)
    reason = require_reason(reason)
    # Under the lock, so that nobody asks for two mergers of one claim at once.
    publication = lock(session, loser, actor=actor, now=now)
    version, _ = _check_mergeable(session, loser, winner)
    _check_not_asked_for(session, loser, winner)
    merger = ClaimMerger(
        loser_id=loser.id,
        winner_id=winner.id,
        reason=reason,
        requested_by=actor.id,
        requested_at=publication.moment,
    )
    session.add(merger)
    count_as_change(loser)
    session.flush()
    _remember(publication, loser, version, "request_merger", ReviewState(loser.state), reason)
    return merger


def cancel_merger(
    session: Session, merger: ClaimMerger, *, actor: Actor, now: datetime, reason: str | None = None
) -> None:
    """Take back or turn down a request to merge; ``reason`` is why, and not why it was asked for.

    Raises:
        PermissionDenied: the actor may not.
        TransitionNotAllowed: it was confirmed or cancelled already.
        InvalidText: the reason is not usable.
        PublishingBusy: another publisher held the lock for too long.
    """
    loser = get(session, Claim, merger.loser_id)
    require(actor, Permission.MERGE_CLAIMS, own_work=merger.requested_by == actor.id)
    reason = check_reason(reason)
    publication = lock(session, loser, actor=actor, now=now)
    _close(merger, publication, merged=False)
    count_as_change(loser)
    session.flush()
    # The loser may have been revised or withdrawn in the meantime.
    _remember(publication, loser, head_version(session, loser), "cancel_merger", ReviewState(loser.state), reason)


def confirm_merger(
    session: Session, merger: ClaimMerger, *, actor: Actor, now: datetime, four_eyes: bool = True
) -> None:
    """Merge as somebody else asked: every annotation of the loser makes the winner, at one moment.

    The loser is superseded, with a public correction; its address leads to the winner. Annotations whose categories do
    not fit the winner's verdict become pending notices (rule 8); the others are corrected where the verdict differs.
    Sources that only the loser cited are no longer public.

    Raises:
        PermissionDenied: the actor may not.
        FourEyesRequired: the actor asked for it.
        TransitionNotAllowed: it was confirmed or cancelled already, one of the claims is not published, has a revision
            under way or is asked to be withdrawn, or the winner was published anew since the merger was asked for.
        NotPublishable: the winner no longer rests on evidence.
        PublishingBusy: another publisher held the lock for too long.
    """
    require(actor, Permission.MERGE_CLAIMS, own_work=False)
    loser, winner = get(session, Claim, merger.loser_id), get(session, Claim, merger.winner_id)
    publication = lock(session, loser, actor=actor, now=now)
    two = require_second_person(
        actor, Permission.MERGE_CLAIMS, authors=frozenset({merger.requested_by}), four_eyes=four_eyes
    )
    _close(merger, publication, merged=True)
    old, new = _check_mergeable(session, loser, winner)
    _check_as_asked_for(session, merger, winner, new)
    _merge(publication, merger, (loser, old), (winner, new), four_eyes=two)


def _merge(
    publication: Publication,
    merger: ClaimMerger,
    from_: tuple[Claim, Any],
    into: tuple[Claim, Any],
    *,
    four_eyes: bool,
) -> None:
    session, (loser, old), (winner, new), reason = publication.session, from_, into, merger.reason
    affected, before = keys_of_claim(session, loser), shown_claim(session, old)
    sources = [link.evidence_id for link in links_of(session, old)]
    lower_flag(session, loser, actor_id=publication.actor_id, at=publication.moment)
    retied = retie_annotations(session, publication, loser, winner, author=merger.requested_by, reason=reason)
    old.valid_until = max(publication.moment, old.valid_from + TICK)
    state, loser.state = ReviewState(loser.state), next_state(ReviewState(loser.state), Action.MERGE)
    session.execute(delete(ReviewDate).where(ReviewDate.claim_id == loser.id))
    session.flush()
    _remember(publication, loser, old, Action.MERGE, state, reason, four_eyes=four_eyes)
    row = publication.record(
        Event.CLAIM_MERGED,
        subject_of(loser, old),
        summary=f"Claim {loser.slug} merged into {winner.slug}",
        keys=affected | keys_leading_to(session, loser) | {claim_key(winner.slug)},
        change_kind=ChangeKind.CORRECTION,
    )
    after = {"merged_into": winner.slug, "verdict": new.verdict, "text": new.text, "summary": new.summary}
    publication.correct(row, before=before, after=after, reason=reason)
    unlist_uncited(session, publication, sources)
    index_claim(session, loser)
    for one in retied:
        announce_retied(session, publication, one, before=old, after=new, reason=reason)


def _check_mergeable(session: Session, loser: Claim, winner: Claim) -> tuple[Any, Any]:
    """The versions in force of two claims that can be merged as they are."""
    if loser.id == winner.id:
        raise InvalidInput("a claim cannot be merged into itself; name the one that stays", field="winner")
    for claim in (loser, winner):
        if claim.state != ReviewState.PUBLISHED:
            raise TransitionNotAllowed(
                f"the newest version of the claim {claim.slug} is not published: it is {claim.state};"
                f" {_INSTEAD.get(claim.state, 'choose another claim')}",
                context={"claim": claim.slug, "state": claim.state},
            )
        if claim.withdrawal_requested_by is not None:
            raise TransitionNotAllowed(
                f"the claim {claim.slug} is asked to be withdrawn; cancel that first, or confirm it and do not merge",
                context={"claim": claim.slug, "state": claim.state},
            )
    version = published_version(session, winner)
    check_rests_on_evidence(session, version)
    return published_version(session, loser), version


def _check_as_asked_for(session: Session, merger: ClaimMerger, winner: Claim, version: ClaimVersion) -> None:
    """Refuse to merge into words that nobody saw who asked: whoever confirms need not have read the winner."""
    assert version.valid_from is not None
    if version.valid_from < merger.requested_at:
        return
    asked_for = session.scalars(
        select(ClaimVersion).where(ClaimVersion.claim_id == winner.id, was_in_force(ClaimVersion, merger.requested_at))
    ).one()
    then, now = shown_claim(session, asked_for), shown_claim(session, version)
    changed = [name for name in now if then[name] != now[name]]
    what = f"its verdict was {then['verdict']} and is {now['verdict']}" if "verdict" in changed else ", ".join(changed)
    raise TransitionNotAllowed(
        f"the claim {winner.slug} was published anew since this merger was asked for ({what or 'in the same words'});"
        " cancel the merger, read that claim, and ask anew",
        context={"claim": winner.slug, "state": winner.state, "changed": changed},
    )


def _check_not_asked_for(session: Session, loser: Claim, winner: Claim) -> None:
    statement = select(ClaimMerger.loser_id).where(
        ClaimMerger.closed_at.is_(None), or_(ClaimMerger.loser_id == loser.id, ClaimMerger.loser_id == winner.id)
    )
    for claim_id in session.scalars(statement):
        claim = loser if claim_id == loser.id else winner
        raise TransitionNotAllowed(
            f"the claim {claim.slug} is asked to be merged already; confirm or cancel that first",
            context={"claim": claim.slug, "state": claim.state},
        )


def _close(merger: ClaimMerger, publication: Publication, *, merged: bool) -> None:
    if merger.closed_at is not None:
        what = "confirmed already; nothing is left to do" if merger.merged else "cancelled already; ask for it anew"
        raise TransitionNotAllowed(f"this merger was {what}", context={"merged": merger.merged})
    merger.closed_at, merger.closed_by, merger.merged = publication.moment, publication.actor_id, merged


def _remember(
    publication: Publication,
    loser: Claim,
    version: ClaimVersion,
    action: str,
    before: ReviewState,
    reason: str | None,
    *,
    four_eyes: bool = True,
) -> None:
    add_transition(
        publication.session,
        subject_of(loser, version),
        action=action,
        from_state=before,
        to_state=loser.state,
        actor_id=publication.actor_id,
        at=publication.moment,
        reason=reason,
        four_eyes=four_eyes,
    )
