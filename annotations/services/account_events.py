"""What is done to accounts, in words that stay: one row for each step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from annotations.permissions import Actor
from annotations.store.accounts import AccountEvent
from annotations.vocabulary import DefinedEnum


class AccountEventName(DefinedEnum):
    """What was done: subject, dot, past participle."""

    USER_CREATED = "user.created", "An account was made."
    USER_RENAMED = "user.renamed", "A person's name changed."
    USER_ROLE_CHANGED = "user.role_changed", "A person was given another role."
    USER_PASSWORD_SET = "user.password_set", "A password was set, by its owner or for them."
    USER_DISABLED = "user.disabled", "An account was closed: neither password nor token gets in."
    USER_ENABLED = "user.enabled", "A closed account was opened again."
    INTEREST_DECLARED = "interest.declared", "An interest was declared."
    INTEREST_ENDED = "interest.ended", "A declared interest was given its last day."
    TOKEN_ISSUED = "token.issued", "A token was issued."
    TOKEN_REVOKED = "token.revoked", "A token was revoked."


def record_event(
    session: Session,
    event: AccountEventName,
    *,
    user_id: UUID,
    actor: Actor | None,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write down what ``actor`` (None: the command line) did to the account ``user_id``, and flush.

    Args:
        detail: further facts, JSON-ready. Never a secret or a hash of one: the row can be neither changed nor removed.
    """
    session.add(
        AccountEvent(
            at=now,
            user_id=user_id,
            by_id=None if actor is None else actor.id,
            event=str(event),
            detail=dict(detail or {}),
        )
    )
    session.flush()
