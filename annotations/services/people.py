"""People's accounts: made, renamed, given a role, closed and opened again; each step leaves its event.

``actor`` is None for the command line, which may do everything: whoever can run it can write to the database.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from annotations.anchoring.text import validate_text
from annotations.errors import InvalidInput, NotFound, SlugTaken, TransitionNotAllowed
from annotations.permissions import PEOPLE, Actor, Permission, Scope, is_allowed, require
from annotations.services.account_events import AccountEventName, record_event
from annotations.store.accounts import Token, User
from annotations.store.actors import ActorRow
from annotations.store.base import new_id
from annotations.vocabulary import Role

NAME_LIMIT = 200
EMAIL_LIMIT_BYTES = 254
"""RFC 5321, section 4.5.3.1.3, gives a path 256 octets, the two angle brackets included."""

HASH_PREFIX = "$argon2id$"

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_CONSTRAINTS = {
    "actors.name": "name",
    "uq_actors_name": "name",
    "users.email": "email",
    "uq_users_email": "email",
}
"""How each database calls the constraints in its messages, and the field that they are about."""


def normalise_email(value: str) -> str:
    """``value`` as addresses are stored and compared: normal form C, case-folded.

    Folding follows definition D145 of the Unicode standard, so that folding twice changes nothing more.

    Raises:
        InvalidInput: not of the form ``name@host``, too long, or with characters that cannot be seen.
    """
    text = validate_text(value, field="email", max_code_points=EMAIL_LIMIT_BYTES)
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())
    if not _EMAIL.fullmatch(folded) or any(unicodedata.category(character) == "Cf" for character in folded):
        raise InvalidInput("email must have the form name@host, without spaces", field="email")
    if len(folded.encode()) > EMAIL_LIMIT_BYTES:
        raise InvalidInput(f"email is longer than {EMAIL_LIMIT_BYTES} bytes", field="email")
    return folded


def user_by_email(session: Session, email: str) -> User:
    """The account with this address, in whatever case it is written.

    Raises:
        InvalidInput: it is no address.
        NotFound: nobody has it.
    """
    user = session.scalars(select(User).where(User.email == normalise_email(email))).one_or_none()
    if user is None:
        raise NotFound("nobody has this address", field="email")
    return user


def require_management(actor: Actor | None) -> None:
    """Let the command line go on, and whoever administers people.

    Raises:
        PermissionDenied: the actor does not.
    """
    if actor is not None:
        require(actor, Permission.MANAGE_PEOPLE, own_work=False)


def lock_user(session: Session, user_id: UUID) -> tuple[User, ActorRow]:
    """The account as it is now, kept from other writers until the transaction ends.

    Raises:
        NotFound: there is none.
    """
    statement = (
        select(User, ActorRow)
        .join(ActorRow, ActorRow.id == User.id)
        .where(User.id == user_id)
        # The weaker lock leaves alone the writers whose rows refer to this person.
        .with_for_update(of=[User, ActorRow], key_share=True)
        .execution_options(populate_existing=True)
    )
    found = session.execute(statement).one_or_none()
    if found is None:
        raise NotFound("no account has this id")
    return found[0], found[1]


def create_user(
    session: Session,
    *,
    name: str,
    email: str,
    role: Role,
    password_hash: str | None,
    actor: Actor | None,
    now: datetime,
) -> User:
    """Make a person known, who may sign in from now on.

    Args:
        name: as histories show it; nobody else has it.
        role: one of ``PEOPLE``.
        password_hash: what ``hash_password`` gave, made before this transaction began; None for somebody who comes
            with tokens only.

    Raises:
        InvalidInput: name, address or role is not usable; ``field`` names it.
        SlugTaken: somebody has this name or address.
        PermissionDenied: the actor does not administer people.
    """
    require_management(actor)
    check_hash(password_hash)
    name, email = _check_name(name), normalise_email(email)
    _check_role(role)
    _refuse_taken(session, name=name, email=email)
    row = ActorRow(id=new_id(), name=name, role=role, created_at=now)
    user = User(id=row.id, email=email, password_hash=password_hash, created_at=now)
    # One by one, because the mapper does not order two tables that no relationship joins.
    for made in (row, user):
        session.add(made)
        _flush(session)
    detail = {"name": name, "email": email, "role": str(role), "password": password_hash is not None}
    record_event(session, AccountEventName.USER_CREATED, user_id=user.id, actor=actor, now=now, detail=detail)
    return user


def rename_user(session: Session, *, user_id: UUID, name: str, actor: Actor | None, now: datetime) -> User:
    """Give a person another name; histories show it from now on, and the event keeps the old one.

    Raises:
        InvalidInput: the name is not usable.
        SlugTaken: somebody has it.
        TransitionNotAllowed: it is theirs already.
        PermissionDenied: the actor does not administer people.
        NotFound: there is no such account.
    """
    require_management(actor)
    name = _check_name(name)
    user, row = lock_user(session, user_id)
    if row.name == name:
        raise TransitionNotAllowed(f"{name} is their name already")
    _refuse_taken(session, name=name)
    detail = {"before": row.name, "after": name}
    row.name = name
    _flush(session)
    record_event(session, AccountEventName.USER_RENAMED, user_id=user_id, actor=actor, now=now, detail=detail)
    return user


def change_role(session: Session, *, user_id: UUID, role: Role, actor: Actor | None, now: datetime) -> User:
    """Give a person another role; it holds for their tokens at once.

    A token that may re-import does so whatever its owner's role is; so whoever may not any longer loses those.

    Raises:
        InvalidInput: people do not have this role.
        TransitionNotAllowed: they have it already, or nobody would be left to administer.
        PermissionDenied: the actor does not administer people.
        NotFound: there is no such account.
    """
    require_management(actor)
    _check_role(role)
    last_admin = _lock_last_admin(session)
    user, row = lock_user(session, user_id)
    if row.role == role:
        raise TransitionNotAllowed(f"{row.name} has the role {role} already")
    _keep_an_admin(user, last_admin)
    detail = {"before": row.role, "after": str(role)}
    row.role = role
    record_event(session, AccountEventName.USER_ROLE_CHANGED, user_id=user_id, actor=actor, now=now, detail=detail)
    if not is_allowed(role, Permission.REIMPORT, own_work=False):
        _revoke_reimporting(session, user_id, actor=actor, now=now)
    return user


def _revoke_reimporting(session: Session, user_id: UUID, *, actor: Actor | None, now: datetime) -> None:
    tokens = select(Token).where(Token.user_id == user_id, Token.revoked_at.is_(None)).with_for_update()
    for token in session.scalars(tokens.order_by(Token.created_at, Token.id)):
        if Scope.REIMPORT in token.scopes:
            end_token(session, token, actor=actor, now=now)


def end_token(session: Session, token: Token, *, actor: Actor | None, now: datetime) -> None:
    """Make ``token``, which is locked, useless from now on; the event says who did."""
    token.revoked_at = now
    detail = {"token": str(token.id), "label": token.label}
    record_event(session, AccountEventName.TOKEN_REVOKED, user_id=token.user_id, actor=actor, now=now, detail=detail)


def disable_user(session: Session, *, user_id: UUID, actor: Actor | None, now: datetime) -> User:
    """Close an account: its password and its tokens are refused from now on. What its owner did stays theirs.

    Raises:
        TransitionNotAllowed: it is closed already, or nobody would be left to administer.
        PermissionDenied: the actor does not administer people.
        NotFound: there is no such account.
    """
    require_management(actor)
    last_admin = _lock_last_admin(session)
    user, row = lock_user(session, user_id)
    if user.disabled_at is not None:
        raise TransitionNotAllowed(f"the account of {row.name} is disabled already")
    _keep_an_admin(user, last_admin)
    user.disabled_at = now
    record_event(session, AccountEventName.USER_DISABLED, user_id=user_id, actor=actor, now=now)
    return user


def enable_user(session: Session, *, user_id: UUID, actor: Actor | None, now: datetime) -> User:
    """Open a closed account again, with the password and the tokens that it had.

    Raises:
        TransitionNotAllowed: it is not closed.
        PermissionDenied: the actor does not administer people.
        NotFound: there is no such account.
    """
    require_management(actor)
    user, row = lock_user(session, user_id)
    if user.disabled_at is None:
        raise TransitionNotAllowed(f"the account of {row.name} is not disabled")
    user.disabled_at = None
    record_event(session, AccountEventName.USER_ENABLED, user_id=user_id, actor=actor, now=now)
    return user


def check_hash(password_hash: str | None) -> None:
    """Refuse what is no hash of a password, such as the password itself.

    Raises:
        ValueError: it is none, which is a mistake of the program and none of its user.
    """
    if password_hash is not None and not password_hash.startswith(HASH_PREFIX):
        raise ValueError("this is no hash made by hash_password")


def _check_name(value: str) -> str:
    return validate_text(value, field="name", max_code_points=NAME_LIMIT)


def _check_role(role: Role) -> None:
    if role not in PEOPLE:
        wanted = ", ".join(each for each in Role if each in PEOPLE)
        raise InvalidInput(f"{role} is no role of people; give one of {wanted}", field="role")


def _refuse_taken(session: Session, *, name: str, email: str | None = None) -> None:
    if session.scalar(select(ActorRow.id).where(ActorRow.name == name)) is not None:
        raise SlugTaken(f"somebody has the name {name} already", field="name")
    if email is not None and session.scalar(select(User.id).where(User.email == email)) is not None:
        raise SlugTaken(f"somebody has the address {email} already", field="email")


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        # Somebody took the name between the look and the write, which only PostgreSQL lets happen.
        field = next((field for name, field in _CONSTRAINTS.items() if name in str(error.orig)), None)
        if field is None:
            raise
        raise SlugTaken(f"somebody took this {field} just now", field=field) from error


def _lock_last_admin(session: Session) -> UUID | None:
    """Keep the set of enabled admins as it is until the transaction ends; the id of the only one, if one is left.

    Without the lock two admins could disable each other at the same time on PostgreSQL. All take it in the order of
    ids and before any other lock, so that nobody waits in a circle.
    """
    statement = (
        select(User.id)
        .join(ActorRow, ActorRow.id == User.id)
        .where(ActorRow.role == Role.ADMIN, User.disabled_at.is_(None))
        .order_by(User.id)
        .with_for_update(of=[User, ActorRow], key_share=True)
    )
    admins = session.scalars(statement).all()
    return admins[0] if len(admins) == 1 else None


def _keep_an_admin(user: User, last_admin: UUID | None) -> None:
    if user.id == last_admin:
        raise TransitionNotAllowed("this is the last admin who can sign in; make somebody else an admin first")
