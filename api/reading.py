"""How every public resource is read: validator first, then tombstone or 304, and only then the query."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Response
from sqlalchemy.orm import Session

from annotations.errors import Gone, NotFound
from annotations.queries.tombstones import Tombstone
from annotations.queries.validators import PublicState, public_state
from api.caching import Validator, conditional
from api.database import request_session
from api.schemas.times import rfc3339

View = TypeVar("View")


def read_one(
    key: str,
    query: Callable[[Session], View | None],
    tombstone: Callable[[Session], Tombstone | None],
    state_of: Callable[[Session], PublicState | None] | None = None,
) -> View | Response:
    """What stands behind ``key``: a 304 for one SELECT, or what ``query`` finds.

    ``state_of`` takes the place of the look-up of ``key`` where the key stands for more than this one address, so that
    no 304 is given for what is not there.

    Raises:
        NotFound: nothing public ever was there; a draft's address answers like an unknown one.
        Gone: it was withdrawn.
    """
    session = request_session()
    state = public_state(session, key) if state_of is None else state_of(session)
    if state is None:
        raise NotFound("There is nothing at this address.")
    if state.gone:
        raise _gone(tombstone(session))
    unchanged = conditional(Validator(state.seq, state.at), keys=[key])
    if unchanged is not None:
        return unchanged
    found = query(session)
    if found is None:
        raise NotFound("There is nothing at this address.")
    return found


def unchanged_list(key: str) -> Response | None:
    """The 304 for a list whose content changes with ``key``; None where a body is due."""
    state = public_state(request_session(), key)
    if state is None:
        raise RuntimeError(f"the database has no row for {key}; migrate it")
    return conditional(Validator(state.seq, state.at), keys=[key])


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
