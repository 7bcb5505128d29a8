"""The flag for another look: raising and lowering it, each a step of the entity's history."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from annotations.services.lookups import head_version, public_version, subject_of
from annotations.store.claims import Claim
from annotations.store.history import add_transition
from annotations.store.notes import Annotation
from annotations.vocabulary import RecheckReason


def raise_flag(
    session: Session, entity: Claim | Annotation, reason: RecheckReason, *, actor_id: UUID, at: datetime
) -> None:
    """Flag ``entity`` for another look; nothing happens if it is flagged for that reason already."""
    if entity.needs_recheck and entity.recheck_reason == reason.value:
        return
    entity.needs_recheck, entity.recheck_reason = True, reason.value
    session.flush()
    _remember(session, entity, "flag_recheck", reason.value, actor_id, at)


def lower_flag(
    session: Session, entity: Claim | Annotation, *, actor_id: UUID, at: datetime, reason: str | None = None
) -> None:
    """Take the flag of ``entity`` away; nothing happens where there is none."""
    if not entity.needs_recheck:
        return
    entity.needs_recheck, entity.recheck_reason = False, None
    session.flush()
    _remember(session, entity, "clear_recheck", reason, actor_id, at)


def _remember(
    session: Session, entity: Claim | Annotation, action: str, reason: str | None, actor_id: UUID, at: datetime
) -> None:
    version = public_version(session, entity) or head_version(session, entity)
    add_transition(
        session,
        subject_of(entity, version),
        action=action,
        from_state=entity.state,
        to_state=entity.state,
        actor_id=actor_id,
        at=at,
        reason=reason,
    )
