"""API tokens: shown once, kept as a hash, looked up by a public id.

A token is ``cvt_``, its id as 32 hexadecimal digits, ``_``, and a secret of 256 random bits as 43 characters of the
URL-safe base64 alphabet (RFC 4648, section 5), which RFC 6750 lets stand in an ``Authorization`` header as they are.
With that many random bits a fast hash is enough: nobody guesses them, and no table of hashes covers them.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from annotations.anchoring.text import text_sha256, validate_text
from annotations.errors import InvalidInput, NotFound, PermissionDenied, TransitionNotAllowed
from annotations.permissions import ALLOWED, PEOPLE, SCOPE_OF, Actor, Permission, Scope, is_allowed, may
from annotations.services.account_events import AccountEventName, record_event
from annotations.services.people import end_token, lock_user, require_management
from annotations.store.accounts import Token, User
from annotations.store.actors import ActorRow
from annotations.store.base import new_id
from annotations.vocabulary import Role

PREFIX = "cvt"
SECRET_BYTES = 32
LABEL_LIMIT = 100
DEFAULT_DAYS = 365
MAX_DAYS = 5 * 365 + 2
"""Five years, the leap days that they may hold included."""

USE_NOTED_EVERY = timedelta(minutes=1)

_FORM = re.compile(rf"{PREFIX}_([0-9a-f]{{32}})_([A-Za-z0-9_-]{{43}})")
_NO_HASH = "0" * 64
"""Compared with where no token has the id, so that the answer takes as long."""


@dataclass(frozen=True, slots=True)
class FoundToken:
    """A token that is good, and whom it speaks for; ``actor.scopes`` are the token's."""

    actor: Actor
    token_id: UUID
    last_used_at: datetime | None

    def is_use_due(self, now: datetime) -> bool:
        """Whether the last use that was noted is long enough ago to note this one."""
        return self.last_used_at is None or self.last_used_at <= now - USE_NOTED_EVERY


def parse_token(text: str) -> tuple[UUID, str] | None:
    """Id and secret of a token, or None for what is none. No database is asked."""
    found = _FORM.fullmatch(text)
    return None if found is None else (UUID(hex=found[1]), found[2])


def find_token(session: Session, text: str, *, now: datetime) -> FoundToken | None:
    """Whom a token speaks for; None for one that is not good, whatever the reason. One SELECT, which never writes.

    Not good are: a malformed, an unknown, an expired or a revoked token, a wrong secret, a disabled owner, and an
    owner whose role is not one of people's.
    """
    parsed = parse_token(text)
    if parsed is None:
        return None
    token_id, secret = parsed
    statement = (
        select(Token, User.disabled_at, ActorRow.id, ActorRow.name, ActorRow.role)
        .join(User, User.id == Token.user_id)
        .join(ActorRow, ActorRow.id == User.id)
        # The secret is compared below and never sent, so no statement that is logged can hold it.
        .where(Token.id == token_id)
    )
    row = session.execute(statement).one_or_none()
    stored = _NO_HASH if row is None else row.Token.secret_sha256
    is_right = hmac.compare_digest(stored, text_sha256(secret))
    if row is None or not is_right or not _is_good(row.Token, now):
        return None
    role = Role(row.role)
    if row.disabled_at is not None or role not in PEOPLE:
        return None
    scopes = frozenset(Scope(value) for value in row.Token.scopes if value in Scope.values())
    return FoundToken(Actor(row.id, row.name, role, scopes), token_id, row.Token.last_used_at)


def note_use(session: Session, token_id: UUID, *, now: datetime) -> None:
    """Write down that a token was used, unless that was done less than a minute ago or is being done."""
    due = select(Token.id).where(
        Token.id == token_id, or_(Token.last_used_at.is_(None), Token.last_used_at <= now - USE_NOTED_EVERY)
    )
    statement = update(Token).where(Token.id == due.with_for_update(skip_locked=True).scalar_subquery())
    session.execute(statement.values(last_used_at=now).execution_options(synchronize_session=False))


def issue_token(
    session: Session,
    *,
    user_id: UUID,
    label: str,
    scopes: Collection[Scope],
    expires_at: datetime | None,
    actor: Actor | None,
    now: datetime,
) -> tuple[Token, str]:
    """A new token, and the text that its bearer sends: the only time that it can be had.

    Args:
        label: what it is for, in its owner's words.
        expires_at: after 365 days by default, and within five years.
        actor: the owner, signed in without a token; somebody who administers people; None for the command line.

    Raises:
        InvalidInput: label, scopes or expiry are not usable; ``field`` names the one.
        PermissionDenied: the actor may not issue this token.
        TransitionNotAllowed: its owner's account is disabled.
        NotFound: there is no such account.
    """
    _require_keys(actor, user_id)
    label = validate_text(label, field="label", max_code_points=LABEL_LIMIT)
    expires_at = _check_expiry(expires_at, now)
    user, row = lock_user(session, user_id)
    if user.disabled_at is not None:
        raise TransitionNotAllowed(f"the account of {row.name} is disabled; enable it first")
    values = _check_scopes(scopes, Role(row.role), actor)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    token = Token(
        id=new_id(),
        user_id=user_id,
        label=label,
        secret_sha256=text_sha256(secret),
        scopes=values,
        created_at=now,
        created_by=None if actor is None else actor.id,
        expires_at=expires_at,
    )
    session.add(token)
    session.flush()
    detail = {"token": str(token.id), "label": label, "scopes": values, "expires_at": expires_at.isoformat()}
    record_event(session, AccountEventName.TOKEN_ISSUED, user_id=user_id, actor=actor, now=now, detail=detail)
    return token, f"{PREFIX}_{token.id.hex}_{secret}"


def revoke_token(session: Session, *, token_id: UUID, actor: Actor | None, now: datetime) -> Token:
    """Make a token useless from now on.

    Raises:
        TransitionNotAllowed: it was revoked before.
        PermissionDenied: another's, by somebody who does not administer people; or the actor came with a token.
        NotFound: there is no such token.
    """
    statement = select(Token).where(Token.id == token_id).with_for_update()
    token = session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if token is None:
        raise NotFound("no token has this id")
    _require_keys(actor, token.user_id)
    if token.revoked_at is not None:
        raise TransitionNotAllowed(f"the token {token.label} is revoked already")
    end_token(session, token, actor=actor, now=now)
    return token


def _is_good(token: Token, now: datetime) -> bool:
    return token.revoked_at is None and (token.expires_at is None or now < token.expires_at)


def _require_keys(actor: Actor | None, owner_id: UUID) -> None:
    if actor is None or actor.id != owner_id:
        require_management(actor)
    elif actor.scopes is not None and not may(actor, Permission.MANAGE_PEOPLE, own_work=False):
        # Or a token that may only read could make itself one that writes, and one that lasts longer.
        raise PermissionDenied("a token neither issues nor revokes tokens; sign in for that, or ask an admin")
    elif actor.role not in PEOPLE:
        raise PermissionDenied(f"the role {actor.role} has no tokens")


def _check_expiry(expires_at: datetime | None, now: datetime) -> datetime:
    if expires_at is None:
        return now + timedelta(days=DEFAULT_DAYS)
    if expires_at.tzinfo is None:
        raise InvalidInput("a time needs its zone", field="expires_at")
    if not now < expires_at <= now + timedelta(days=MAX_DAYS):
        raise InvalidInput("a token expires in the future, and within five years", field="expires_at")
    return expires_at


def _check_scopes(scopes: Collection[Scope], role: Role, actor: Actor | None) -> list[str]:
    """The values of ``scopes``, each once, in the order of their definition."""
    if not scopes:
        raise InvalidInput(f"a token needs at least one scope of {', '.join(Scope.values())}", field="scopes")
    for scope in scopes:
        usable = any(SCOPE_OF[permission] is scope for permission in ALLOWED[role])
        if scope is Scope.REIMPORT and not usable:
            _require_leave_to_reimport(role, actor)
        elif not usable:
            raise InvalidInput(
                f"the role {role} can never use the scope {scope}; leave it out, or change the role first",
                field="scopes",
            )
    return [value for value in Scope.values() if value in scopes]


def _require_leave_to_reimport(role: Role, actor: Actor | None) -> None:
    # Rule 6 lets a token re-import for somebody who may not, so those who may not must be given it by another.
    if actor is not None and not is_allowed(actor.role, Permission.REIMPORT, own_work=False):
        raise PermissionDenied(
            f"the role {role} may not re-import; ask an admin for a token with the scope {Scope.REIMPORT}",
            context={"scope": str(Scope.REIMPORT)},
        )
