"""How every public resource is read: validator first, then tombstone or 304, and only then the query.

Of the past it is the query first, because no key tells whether something was there at a moment.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import TypeVar

from flask import Response
from sqlalchemy.orm import Session

from annotations.errors import Gone, NotFound
from annotations.queries.tombstones import Tombstone
from annotations.queries.validators import PublicState, public_state, state_at
from api.caching import Validator, conditional
from api.database import request_session
from api.schemas.times import rfc3339

View = TypeVar("View")


def read_one(
    key: str,
    query: Callable[[Session], View | None],
    tombstone: Callable[[Session], Tombstone | None],
    state_of: Callable[[Session], PublicState | None] | None = None,
    *,
    at: datetime | None = None,
    elsewhere: Callable[[Session], str | None] | None = None,
) -> View | Response:
    """What stands behind ``key``, or stood there at the moment ``at``: a 304, or what ``query`` finds.

    ``elsewhere`` gives the address of what took the place of something that is no longer found: a 308 to it.
    ``query`` and ``tombstone`` are of that moment. ``state_of`` takes the place of the look-up of ``key`` where the key
    stands for more than this one address, so that no 304 is given for what is not there.

    Raises:
        NotFound: nothing public ever was there, or not yet; a draft's address answers like an unknown one.
        Gone: it was withdrawn.
    """
    session = request_session()
    if at is not None:
        return _read_past(session, at, key, query, tombstone, elsewhere)
    state = public_state(session, key) if state_of is None else state_of(session)
    if state is None:
        raise NotFound("There is nothing at this address.")
    if state.gone:
        raise _gone(tombstone(session))
    unchanged = conditional(Validator(state.seq, state.at), keys=[key])
    if unchanged is not None:
        return unchanged
    found = query(session)
    return found if found is not None else _moved(session, elsewhere, NotFound("There is nothing at this address."))


def unchanged_list(key: str, at: datetime | None = None) -> Response | None:
    """The 304 for a list whose content changes with ``key``, or as of ``at``; None where a body is due."""
    session = request_session()
    state = public_state(session, key) if at is None else state_at(session, at)
    if state is None:
        raise RuntimeError(f"the database has no row for {key}; migrate it")
    return conditional(Validator(state.seq, state.at), keys=[key])


def _read_past(
    session: Session,
    at: datetime,
    key: str,
    query: Callable[[Session], View | None],
    tombstone: Callable[[Session], Tombstone | None],
    elsewhere: Callable[[Session], str | None] | None,
) -> View | Response:
    found = query(session)
    if found is None:
        return _moved(session, elsewhere, _gone(tombstone(session)))
    state = state_at(session, at)
    return conditional(Validator(state.seq, state.at), keys=[key]) or found


def _moved(session: Session, elsewhere: Callable[[Session], str | None] | None, otherwise: Exception) -> Response:
    address = elsewhere(session) if elsewhere is not None else None
    if address is None:
        raise otherwise
    response = Response(status=HTTPStatus.PERMANENT_REDIRECT)
    response.headers["Location"] = address
    return response


def _gone(tombstone: Tombstone | None) -> Exception:
    if tombstone is None:
        return NotFound("There is nothing at this address.")
    return Gone(
        "This was withdrawn.",
        context={
            "id": str(tombstone.id),
            "withdrawn_at": rfc3339(tombstone.withdrawn_at),
            "reason": tombstone.reason,
        },
    )
