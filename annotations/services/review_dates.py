"""By when a claim is to be looked at again."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from annotations.errors import InvalidInput, TransitionNotAllowed
from annotations.permissions import Actor, Permission, require
from annotations.services.lookups import count_as_change, head_version, subject_of
from annotations.store.claims import Claim
from annotations.store.editorial import ReviewDate
from annotations.store.history import add_transition
from annotations.vocabulary import FINISHED


def set_review_due(session: Session, claim: Claim, due_on: date | None, *, actor: Actor, now: datetime) -> None:
    """Say by when ``claim``, a draft or published, is to be looked at again; None takes the day away.

    Nothing is written when it is that day already. Nobody outside sees it.

    Raises:
        PermissionDenied: the actor may not write here.
        InvalidInput: the day has passed everywhere.
        TransitionNotAllowed: the claim was withdrawn or merged.
    """
    require(actor, Permission.WRITE, own_work=claim.created_by == actor.id)
    if due_on is not None and due_on < now.date() - timedelta(days=1):
        raise InvalidInput("this day has passed", field="review_due")
    if claim.state in FINISHED:
        raise TransitionNotAllowed(f"the claim is {claim.state}", context={"state": claim.state})
    standing = session.get(ReviewDate, claim.id)
    if due_on == (standing.due_on if standing else None):
        return
    # The claim counts this as a change of its own, so that of two who name a day at once one is told.
    count_as_change(claim)
    session.flush()
    if due_on is None:
        session.delete(standing)
    elif standing is None:
        session.add(ReviewDate(claim_id=claim.id, due_on=due_on, set_by=actor.id, set_at=now))
    else:
        standing.due_on, standing.set_by, standing.set_at = due_on, actor.id, now
    session.flush()
    add_transition(
        session,
        subject_of(claim, head_version(session, claim)),
        action="set_review_due",
        from_state=claim.state,
        to_state=claim.state,
        actor_id=actor.id,
        at=now,
        reason=due_on.isoformat() if due_on else None,
    )
