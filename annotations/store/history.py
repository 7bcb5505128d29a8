"""Writing an entity's history: append-only transitions, chained by hash."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.store.chains import GENESIS, content_hash, keep_head, timestamp
from annotations.store.publication_log import Subject
from annotations.store.review import Transition


def add_transition(
    session: Session,
    subject: Subject,
    *,
    action: str,
    from_state: str | None,
    to_state: str,
    actor_id: UUID,
    at: datetime,
    reason: str | None = None,
    four_eyes: bool = True,
) -> Transition:
    """Append one step to the history of ``subject``.

    ``four_eyes`` is False where an approval was given by the author under ``REVIEW_FOUR_EYES=false``.
    """
    last = session.execute(
        select(Transition)
        .where(Transition.entity_type == subject.entity_type, Transition.entity_id == subject.entity_id)
        .order_by(Transition.position.desc())
        .limit(1)
    ).scalar_one_or_none()
    position = last.position + 1 if last else 1
    prev_hash = last.hash if last else GENESIS
    content = {
        "entity_type": str(subject.entity_type),
        "entity_id": str(subject.entity_id),
        "position": position,
        "version_number": subject.version,
        "version_hash": subject.content_hash,
        "action": action,
        "from_state": from_state,
        "to_state": to_state,
        "actor_id": str(actor_id),
        "at": timestamp(at),
        "reason": reason,
        "four_eyes": four_eyes,
        "prev_hash": prev_hash,
    }
    step = Transition(
        **{
            **content,
            "entity_id": subject.entity_id,
            "actor_id": actor_id,
            "at": at,
            "hash": content_hash(content),
        }
    )
    session.add(step)
    session.flush()
    keep_head(session, chain_of(subject.entity_type, subject.entity_id), position, step.hash)
    return step


def chain_of(entity_type: str, entity_id: UUID) -> str:
    """The name of an entity's chain among the chain heads."""
    return f"{entity_type}:{entity_id.hex}"
