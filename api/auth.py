"""Who calls. Public reads need no token; a token that is not good is an error and never makes its bearer anonymous."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import structlog
from flask import g, request
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from annotations.errors import PublishingBusy
from annotations.permissions import Actor
from annotations.services.tokens import find_token, note_use, parse_token
from annotations.store.engine import read_session
from api.cors import lies_under
from api.database import current_engine, impatient_transaction
from api.problems import EdgeError

TOKEN_PATHS = ("/v1",)
"""Where credentials are looked at. Elsewhere, health checks among it, they are ignored."""

_BEARER = re.compile(r"Bearer +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request; ``actor`` is None for everybody without a token, and has the token's scopes."""

    actor: Actor | None = None


ANONYMOUS = Caller()

FindActor = Callable[[str], Actor | None]


def find_actor(token: str) -> Actor | None:
    """Whom ``token`` speaks for by the application's database; None for a token that is not good.

    What has not the form of a token is told without the database. The look-up has a snapshot of its own, so that a
    write that follows is not answered from one that is older than the write.
    """
    if parse_token(token) is None:
        return None
    engine, now = current_engine(), datetime.now(UTC)
    with read_session(engine) as session:
        found = find_token(session, token, now=now)
    if found is None:
        return None
    if found.is_use_due(now):
        _note_use(engine, found.token_id, now)
    return found.actor


def authenticate(header: str | None, find: FindActor = find_actor) -> Caller:
    """The caller that an ``Authorization`` header (RFC 6750, section 2.1) names.

    Args:
        header: its value, or None where there is none.
        find: gives whom a token speaks for, or None for one that is not good.

    Raises:
        EdgeError: 401, for another scheme, a malformed header and every token that is not good alike.
    """
    if header is None:
        return ANONYMOUS
    match = _BEARER.fullmatch(header.strip())
    actor = find(match.group(1)) if match else None
    if actor is None:
        raise EdgeError("invalid_token", headers=[("WWW-Authenticate", 'Bearer error="invalid_token"')])
    return Caller(actor)


def identify_caller() -> None:
    """Find out who sends the current request, before anything else of it is done.

    Raises:
        EdgeError: 401, see :func:`authenticate`.
    """
    header = request.headers.get("Authorization") if lies_under(request.path, TOKEN_PATHS) else None
    g.caller = authenticate(header)


def current_caller() -> Caller:
    """Who sends the current request. There is none before :func:`identify_caller` ran, or where it refused."""
    caller: Caller = g.caller
    return caller


def _note_use(engine: Engine, token_id: UUID, now: datetime) -> None:
    # When a token was last used is worth neither a reader's failed request nor their waiting for a writer.
    try:
        with impatient_transaction(engine) as session:
            note_use(session, token_id, now=now)
    except (PublishingBusy, SQLAlchemyError) as error:
        structlog.get_logger("caveat.auth").warning(
            "token_use_not_noted", token_id=str(token_id), reason=type(error).__name__
        )
