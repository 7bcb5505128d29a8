"""Answers kept for a day, so that a call that is repeated under its key is not carried out twice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from annotations.errors import IdempotencyKeyReused
from annotations.store.editorial import StoredAnswer

KEPT = timedelta(hours=24)


def claim_key(session: Session, actor_id: UUID, key: str, fingerprint: str, now: datetime) -> StoredAnswer | None:
    """Take ``key`` for the call at hand, or give the answer that it had before.

    The row is inserted first and looked at afterwards: of two calls at once the second waits for the first to end.

    Args:
        session: the transaction in which the call is carried out.
        actor_id: whose key it is.
        key: as the caller made it.
        fingerprint: a hash of the call.
        now: answers older than :data:`KEPT` are forgotten.

    Raises:
        IdempotencyKeyReused: the caller used the key for another call.
    """
    session.execute(delete(StoredAnswer).where(StoredAnswer.created_at < now - KEPT))
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {"actor_id": actor_id, "key": key, "fingerprint": fingerprint, "created_at": now}
    inserted = session.execute(insert(StoredAnswer).values(row).on_conflict_do_nothing().returning(StoredAnswer.key))
    if inserted.scalar_one_or_none() is not None:
        return None
    known = session.get_one(StoredAnswer, (actor_id, key), populate_existing=True)
    if known.fingerprint != fingerprint:
        raise IdempotencyKeyReused("this Idempotency-Key was used for another call; make a new one")
    return known


def keep_answer(
    session: Session, actor_id: UUID, key: str, *, status: int, headers: Mapping[str, str], body: str
) -> None:
    """Keep the answer to the call that took ``key``."""
    session.execute(
        update(StoredAnswer)
        .where(StoredAnswer.actor_id == actor_id, StoredAnswer.key == key)
        .values(status=status, headers=dict(headers), body=body)
    )
