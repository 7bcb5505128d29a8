"""How a write is carried out: one transaction, on the version that the caller read, once for each key.

``If-Match`` (RFC 9110, section 13.1.1) names the version read: without it 428, with another 412 and the present one.
``Idempotency-Key`` (draft-ietf-httpapi-idempotency-key-header) on a POST makes a repeated call give the same answer.
"""

from __future__ import annotations

import hashlib
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask import Response, json, request
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from annotations.errors import DomainError, PublishingBusy, StaleVersion
from annotations.permissions import Actor, Permission, may
from annotations.services.stored_answers import claim_key, keep_answer
from annotations.store.editorial import StoredAnswer
from annotations.store.engine import is_busy, read_session
from api.current import current_settings
from api.database import current_engine, write_transaction
from api.problems import EdgeError, handle_domain_error, handle_edge_error, invalid_parameter

PATIENCE_SECONDS = 8.0
"""So long a write is tried again while others hold what it needs; then 503."""

PAUSE_SECONDS = 0.05
REPLAYED = "Idempotent-Replayed"
KEPT_HEADERS = ("ETag", "Location", "Content-Type", "Cache-Control")
NOT_KEPT = frozenset({401, 408, 412, 428, 429})
"""Answers that ask the caller to come again with something else; nothing was decided, so nothing is kept."""

Done = TypeVar("Done")

_KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")


@dataclass(slots=True)
class Work:
    """What a write has at hand.

    Attributes:
        session: its transaction; it commits when the answer is ready.
        actor: who calls.
        now: when it began.
        entity: what is changed, as the caller read it; None where something new is made.
        four_eyes: whether author and approver must differ in this installation (rule 4).
    """

    session: Session
    actor: Actor
    now: datetime
    entity: Any
    four_eyes: bool

    @property
    def by(self) -> dict[str, Any]:
        """Actor and time, as services take them."""
        return {"actor": self.actor, "now": self.now}


@dataclass(frozen=True, slots=True)
class Target:
    """What a write changes: how to find it, and how it is shown.

    Attributes:
        find: the row, by the names in the path.
        show: its representation now, as it goes out.
    """

    find: Callable[[Session], Any]
    show: Callable[[Session, Any], dict[str, Any]]


class RefusedWith(Exception):
    """A write that must be undone, and how it is answered."""

    def __init__(self, response: Response) -> None:
        super().__init__(f"refused with {response.status}")
        self.response = response


def strong_tag(lock_version: int) -> str:
    """The entity tag of a version, such as ``"v7"``."""
    return f'"v{lock_version}"'


def carry_out(
    actor: Actor, work: Callable[[Work], Response], *, target: Target | None, content: bytes, once: bool
) -> Response:
    """Run ``work`` in a transaction and commit it, or answer with the problem that stopped it.

    Args:
        actor: who calls.
        work: does the change and makes its answer, or raises; :class:`RefusedWith` where no problem document will do.
        target: what is changed; None where something new is made.
        content: the body as it came; part of what an ``Idempotency-Key`` stands for.
        once: whether an ``Idempotency-Key`` is heeded.
    """
    key = _idempotency_key() if once else None
    fingerprint = _fingerprint(content)
    try:
        return patiently(lambda: _attempt_or_stale(actor, work, target, key, fingerprint))
    except PublishingBusy:
        raise
    except RefusedWith as refused:
        response = refused.response
    except EdgeError as error:
        response = handle_edge_error(error)
    except DomainError as error:
        response = handle_domain_error(error)
    if key is not None and _is_kept(response):
        return _keep_refusal(actor, key, fingerprint, response)
    return response


def patiently(attempt: Callable[[], Done]) -> Done:
    """Try ``attempt`` again while others hold what it needs, for :data:`PATIENCE_SECONDS`.

    Raises:
        PublishingBusy: they held it all that time.
    """
    give_up = time.monotonic() + PATIENCE_SECONDS
    pause = PAUSE_SECONDS
    while True:
        try:
            return attempt()
        except OperationalError as error:
            if not is_busy(error):
                raise
            if time.monotonic() + pause > give_up:
                raise PublishingBusy("another change is being written; try again") from error
        except PublishingBusy:
            if time.monotonic() + pause > give_up:
                raise
        time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311  it only spreads the callers out
        pause *= 2


def _attempt(
    actor: Actor, work: Callable[[Work], Response], target: Target | None, key: str | None, fingerprint: str
) -> Response:
    now = datetime.now(UTC)
    with write_transaction(current_engine()) as session:
        if key is not None:
            known = claim_key(session, actor.id, key, fingerprint, now)
            if known is not None:
                return _replay(known)
        entity = None if target is None else target.find(session)
        if entity is not None:
            _check_precondition(entity)
        response = work(Work(session, actor, now, entity, current_settings().review_four_eyes))
        if key is not None:
            _keep(session, actor, key, response)
        return response


def _attempt_or_stale(
    actor: Actor, work: Callable[[Work], Response], target: Target | None, key: str | None, fingerprint: str
) -> Response:
    try:
        return _attempt(actor, work, target, key, fingerprint)
    except StaleVersion as error:
        return _stale(error, target, actor)


def _check_precondition(entity: Any) -> None:
    tag, named = strong_tag(entity.lock_version), _named_versions()
    if named is None:
        raise EdgeError("precondition_required", headers=[("ETag", tag)])
    if "*" in named:
        detail = "Name the version that you read; a star would overwrite any."
        raise EdgeError("precondition_required", detail, headers=[("ETag", tag)])
    if tag not in named:
        raise StaleVersion("this changed since you read it; look at the present version, then try again")


def _named_versions() -> frozenset[str] | None:
    header = request.headers.get("If-Match")
    return None if header is None else frozenset(part.strip() for part in header.split(","))


def _stale(error: StaleVersion, target: Target | None, actor: Actor) -> Response:
    """The 412, with the version that is there now if the caller may read it.

    Raises:
        PublishingBusy: the caller named that very version, so what changed is something that goes with it: an
            annotation that the claim's approval touches, say. They need not read anything again.
    """
    if target is not None:
        with read_session(current_engine()) as session:
            entity = target.find(session)
            tag = strong_tag(entity.lock_version)
            if tag not in (_named_versions() or ()):
                error.context |= {"etag": tag}
                if may(actor, Permission.READ, own_work=True):
                    error.context |= {"current": target.show(session, entity)}
                response = handle_domain_error(error)
                response.headers["ETag"] = tag
                return response
    raise PublishingBusy("something that goes with this changed just now; try again") from error


def _idempotency_key() -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise invalid_parameter("Idempotency-Key", "takes 1 to 255 printable ASCII characters", location="header")
    return key


def _fingerprint(content: bytes) -> str:
    parts = (request.method.encode(), request.full_path.encode(), request.mimetype.encode(), content)
    return hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def _is_kept(response: Response) -> bool:
    return response.status_code < 500 and response.status_code not in NOT_KEPT


def _keep_refusal(actor: Actor, key: str, fingerprint: str, response: Response) -> Response:
    with write_transaction(current_engine()) as session:
        known = claim_key(session, actor.id, key, fingerprint, datetime.now(UTC))
        if known is not None:
            return _replay(known)
        _keep(session, actor, key, response)
    return response


def _keep(session: Session, actor: Actor, key: str, response: Response) -> None:
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    body = response.get_data(as_text=True)
    keep_answer(session, actor.id, key, status=response.status_code, headers=headers, body=body)


def _replay(known: StoredAnswer) -> Response:
    response = Response(known.body, status=known.status)
    response.headers.update(known.headers or {})
    response.headers[REPLAYED] = "true"
    return response


def json_response(body: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """``body`` as JSON, to be kept by nobody."""
    response = Response(json.dumps(body), status=status, mimetype="application/json")
    response.headers.update({"Cache-Control": "private, no-store", **(headers or {})})
    return response
