"""Saving versions: what claims, evidence and annotations have in common before review."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from annotations.permissions import Actor
from annotations.review.workflow import Action, next_state
from annotations.services.lookups import Reviewed, ReviewedVersion, subject_of
from annotations.store.history import add_transition
from annotations.vocabulary import ReviewState

Version = TypeVar("Version", bound=ReviewedVersion)


def begin(session: Session, entity: Reviewed, version: Version, *, actor: Actor, now: datetime) -> Version:
    """Store the first version of a new ``entity`` and the first step of its history."""
    session.add(version)
    session.flush()
    add_transition(
        session,
        subject_of(entity, version),
        action=Action.CREATE,
        from_state=None,
        to_state=ReviewState.DRAFT,
        actor_id=actor.id,
        at=now,
    )
    return version


def save(session: Session, entity: Reviewed, version: Version, *, actor: Actor, now: datetime) -> Version:
    """Store another version of ``entity``, whose ``head_number`` was raised to it, as a draft.

    Raises:
        TransitionNotAllowed: nothing can be saved in its present state.
    """
    before = ReviewState(entity.state)
    entity.state = next_state(before, Action.SAVE)
    session.add(version)
    session.flush()
    add_transition(
        session,
        subject_of(entity, version),
        action=Action.SAVE,
        from_state=before,
        to_state=entity.state,
        actor_id=actor.id,
        at=now,
    )
    return version
