"""Review: submit, send back, reject, approve. One function makes a step, its history and what it publishes."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from annotations.errors import TransitionNotAllowed
from annotations.permissions import Actor, Permission, require, require_second_person
from annotations.review.workflow import Action, next_state
from annotations.services.claims import approve_claim
from annotations.services.content import check_reason, require_reason
from annotations.services.evidence import approve_evidence
from annotations.services.lookups import Reviewed, head_version, lock, public_version, subject_of, versions
from annotations.services.notes_publishing import approve_annotation
from annotations.store.claims import Claim
from annotations.store.evidence import Evidence
from annotations.store.history import add_transition
from annotations.store.notes import Annotation
from annotations.store.publication_log import Publication
from annotations.vocabulary import ChangeKind, ReviewState


class _Approve(Protocol):
    def __call__(
        self, session: Session, publication: Publication, entity: Any, /, *, kind: ChangeKind, reason: str | None
    ) -> None: ...


_APPROVERS: dict[type[Any], _Approve] = {
    Claim: approve_claim,
    Evidence: approve_evidence,
    Annotation: approve_annotation,
}


def submit(session: Session, entity: Reviewed, *, actor: Actor, now: datetime) -> None:
    """Ask for review of the newest version.

    Raises:
        PermissionDenied: the actor may not.
        TransitionNotAllowed: it is no draft.
    """
    require(actor, Permission.SUBMIT, own_work=entity.created_by == actor.id)
    _step(session, entity, Action.SUBMIT, actor=actor, now=now)


def request_changes(session: Session, entity: Reviewed, *, reason: str, actor: Actor, now: datetime) -> None:
    """Send the newest version back to its author.

    Raises:
        PermissionDenied: the actor may not.
        TransitionNotAllowed: it is not in review.
    """
    require(actor, Permission.REVIEW, own_work=actor.id in authors_of(session, entity))
    _step(session, entity, Action.REQUEST_CHANGES, actor=actor, now=now, reason=require_reason(reason))


def reject(session: Session, entity: Reviewed, *, reason: str, actor: Actor, now: datetime) -> None:
    """Turn the newest version down; what is public stays.

    Raises:
        PermissionDenied: the actor may not.
        TransitionNotAllowed: it is not in review.
    """
    require(actor, Permission.REVIEW, own_work=actor.id in authors_of(session, entity))
    _step(session, entity, Action.REJECT, actor=actor, now=now, reason=require_reason(reason))


def approve(
    session: Session,
    entity: Reviewed,
    *,
    actor: Actor,
    now: datetime,
    four_eyes: bool = True,
    kind: ChangeKind = ChangeKind.CORRECTION,
    reason: str | None = None,
) -> None:
    """Approve the newest version and publish it, in one transaction under the publishing lock.

    ``kind`` is what the approver takes a change of something published for; the careful reading is the
    default. ``reason`` is what a correction says.

    Raises:
        PermissionDenied: the actor may not review.
        FourEyesRequired: the actor wrote one of the versions since the last publication (rule 4).
        TransitionNotAllowed: it is not in review, or somebody asked that it be withdrawn.
        NotPublishable: a rule is not met; nothing changes.
        StaleVersion: it changed since the actor read it.
        PublishingBusy: another publisher held the lock for too long.
    """
    require(actor, Permission.REVIEW, own_work=False)
    reason = check_reason(reason)
    publication = lock(session, entity, actor=actor, now=now)
    seen_by_two = require_second_person(
        actor, Permission.REVIEW, authors=authors_of(session, entity), four_eyes=four_eyes
    )
    at, before = publication.moment, entity.state
    _step(session, entity, Action.APPROVE, actor=actor, now=at, reason=reason, four_eyes=seen_by_two)
    if entity.withdrawal_requested_by is not None:
        # It is about what this version would replace: to answer it is a decision of its own.
        raise TransitionNotAllowed(
            "somebody asked that this be withdrawn; confirm or cancel that first",
            context={"state": str(before), "withdrawal_reason": entity.withdrawal_reason},
        )
    _APPROVERS[type(entity)](session, publication, entity, kind=kind, reason=reason)


def authors_of(session: Session, entity: Reviewed) -> frozenset[UUID]:
    """Who wrote what would be published: every version after the one in force, or all if none is."""
    public = public_version(session, entity)
    since = public.number if public else 0
    return frozenset(version.created_by for version in versions(session, entity) if version.number > since)


def _step(
    session: Session,
    entity: Reviewed,
    action: Action,
    *,
    actor: Actor,
    now: datetime,
    reason: str | None = None,
    four_eyes: bool = True,
) -> None:
    before = ReviewState(entity.state)
    entity.state = next_state(before, action)
    session.flush()
    add_transition(
        session,
        subject_of(entity, head_version(session, entity)),
        action=action,
        from_state=before,
        to_state=entity.state,
        actor_id=actor.id,
        at=now,
        reason=reason,
        four_eyes=four_eyes,
    )
