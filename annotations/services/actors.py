"""Making actors known."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from annotations.permissions import Actor
from annotations.store.actors import ActorRow
from annotations.vocabulary import Role


def register_actor(session: Session, *, actor_id: UUID, name: str, role: Role, now: datetime) -> Actor:
    """The actor with this id, made known first if need be. Name and role of a known one stay as they are."""
    row = session.get(ActorRow, actor_id)
    if row is None:
        row = ActorRow(id=actor_id, name=name, role=role, created_at=now)
        session.add(row)
        session.flush()
    return Actor(row.id, row.name, Role(row.role))
