"""Steps that any claim, source or annotation can take, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from annotations.services.claims import revise_claim
from annotations.services.evidence import revise_evidence
from annotations.services.notes import revise_annotation
from annotations.services.reviewing import approve, reject, request_changes, submit
from annotations.services.withdrawing import confirm_withdrawal, request_withdrawal
from annotations.store.notes import AnnotationVersion
from annotations.vocabulary import Stance
from tests.services.newsroom import ENTITIES, Newsroom, claim_content, note_content, quoting, source_content

REASON = "Please look at it again."


def revision_of(room: Newsroom, kind: str, entity_id: UUID) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """The service that saves another version of it, and what to give it besides the entity."""
    if kind == "claim":
        return revise_claim, (claim_content((room.source(), Stance.QUALIFIES), summary="Another summary."),)
    if kind == "evidence":
        return revise_evidence, (source_content(room.unused("trial"), key_finding="Another finding."),)
    claim = room.versions(AnnotationVersion, entity_id)[0].claim_id
    return revise_annotation, (quoting("cures migraine"), note_content(claim, severity=3))


def step(room: Newsroom, kind: str, entity_id: UUID, action: str, error: type[Exception] | None = None) -> None:
    """Let ``action`` be taken, by whoever may; or see it refused with ``error``, without a trace."""
    table = ENTITIES[kind]
    service, rest, more, by = submit, (), {}, "ann"
    if action == "save":
        service, rest = revision_of(room, kind, entity_id)
    elif action in {"request_changes", "reject"}:
        service, more, by = {"request_changes": request_changes, "reject": reject}[action], {"reason": REASON}, "bob"
    elif action == "approve":
        service, by = approve, "bob"
    elif action == "request_withdrawal":
        service, more = request_withdrawal, {"reason": REASON}
    elif action == "confirm_withdrawal":
        service, by = confirm_withdrawal, "bob"
    if error is None:
        room.do(service, table, entity_id, *rest, by=by, **more)
    else:
        room.refuse(error, service, table, entity_id, *rest, by=by, **more)


PATHS = {
    "draft": [],
    "in_review": ["submit"],
    "published": ["submit", "approve"],
    "rejected": ["submit", "reject"],
    "withdrawn": ["submit", "approve", "request_withdrawal", "confirm_withdrawal"],
}
"""How to come from a first draft to each state."""
