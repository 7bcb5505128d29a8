"""Interests that editors declare: with whom, of what nature, from when until when."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.anchoring.text import validate_text
from annotations.errors import InvalidInput, NotFound, TransitionNotAllowed
from annotations.permissions import Actor, Permission, require
from annotations.services.account_events import AccountEventName, record_event
from annotations.services.content import check_past
from annotations.services.people import lock_user, require_management
from annotations.store.accounts import Interest
from annotations.store.base import new_id

ORGANISATION_LIMIT = 300
NATURE_LIMIT = 500


def declare_interest(
    session: Session,
    *,
    user_id: UUID,
    organisation: str,
    nature: str,
    since: date,
    until: date | None,
    actor: Actor | None,
    now: datetime,
) -> Interest:
    """Write down an interest of a person's, their own or on their behalf.

    Args:
        nature: what ties them: employment, shares, a grant, a fee, a relative.
        since: first day, not in the future.
        until: last day, itself included; None while no end is known.

    Raises:
        InvalidInput: a text or a day is not usable; ``field`` names it.
        PermissionDenied: another's, by somebody who does not administer people.
        NotFound: there is no such account.
    """
    _require_own(actor, user_id)
    organisation = validate_text(organisation, field="organisation", max_code_points=ORGANISATION_LIMIT)
    nature = validate_text(nature, field="nature", max_code_points=NATURE_LIMIT)
    check_past(since, now, field="since")
    _check_order(since, until)
    lock_user(session, user_id)
    interest = Interest(
        id=new_id(),
        user_id=user_id,
        organisation=organisation,
        nature=nature,
        since=since,
        until=until,
        declared_at=now,
    )
    session.add(interest)
    session.flush()
    _record(session, AccountEventName.INTEREST_DECLARED, interest, actor, now)
    return interest


def end_interest(session: Session, *, interest_id: UUID, until: date, actor: Actor | None, now: datetime) -> Interest:
    """Give an interest its last day. What was declared stays declared: an end that has passed cannot be moved.

    Raises:
        InvalidInput: the day lies before the first one.
        TransitionNotAllowed: the interest ended before today.
        PermissionDenied: another's, by somebody who does not administer people.
        NotFound: there is no such interest.
    """
    statement = select(Interest).where(Interest.id == interest_id).with_for_update()
    interest = session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if interest is None:
        raise NotFound("no interest has this id")
    _require_own(actor, interest.user_id)
    if interest.until is not None and interest.until < now.date():
        raise TransitionNotAllowed(f"this interest ended on {interest.until}; declare another one if it came back")
    _check_order(interest.since, until)
    interest.until = until
    _record(session, AccountEventName.INTEREST_ENDED, interest, actor, now)
    return interest


def _require_own(actor: Actor | None, user_id: UUID) -> None:
    if actor is not None and actor.id == user_id:
        require(actor, Permission.WRITE, own_work=True)
        return
    require_management(actor)


def _check_order(since: date, until: date | None) -> None:
    if until is not None and until < since:
        raise InvalidInput("the last day lies before the first", field="until")


def _record(session: Session, event: AccountEventName, interest: Interest, actor: Actor | None, now: datetime) -> None:
    detail = {
        "interest": str(interest.id),
        "organisation": interest.organisation,
        "nature": interest.nature,
        "since": interest.since.isoformat(),
        "until": None if interest.until is None else interest.until.isoformat(),
    }
    record_event(session, event, user_id=interest.user_id, actor=actor, now=now, detail=detail)
