"""Passwords: hashed before a transaction begins, checked in the same time whoever is named.

Hashing takes a good part of a second on purpose, so nothing here does it while a write lock is held: hash or verify
first, then open the transaction and hand the result in.
"""

from __future__ import annotations

import base64
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from annotations.errors import InvalidInput, PermissionDenied, StaleVersion
from annotations.permissions import PEOPLE, Actor
from annotations.services.account_events import AccountEventName, record_event
from annotations.services.people import check_hash, lock_user, normalise_email, require_management
from annotations.store.accounts import User
from annotations.store.actors import ActorRow
from annotations.vocabulary import Role

MIN_CHARACTERS = 12
MAX_BYTES = 1_000
"""Far more than anybody types; it bounds what a stranger can have normalised and hashed."""

PASSES = 3
MEMORY_KIBIBYTES = 65_536
LANES = 4
"""The second recommendation of RFC 9106, section 4: argon2id with 64 MiB, for machines that cannot spend 2 GiB on a
sign-in, as an embedded server cannot."""

SALT_BYTES = 16
TAG_BYTES = 32

HASHER = PasswordHasher(
    time_cost=PASSES, memory_cost=MEMORY_KIBIBYTES, parallelism=LANES, hash_len=TAG_BYTES, salt_len=SALT_BYTES
)


def _encoded(zeros: int) -> str:
    return base64.b64encode(bytes(zeros)).decode().rstrip("=")


DUMMY_HASH = f"$argon2id$v=19$m={MEMORY_KIBIBYTES},t={PASSES},p={LANES}${_encoded(SALT_BYTES)}${_encoded(TAG_BYTES)}"
"""A hash that no password is known to have. Checking it costs what checking a real one costs."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """That somebody gave their password.

    Attributes:
        actor: who.
        checked_hash: the stored hash that the password fits.
        renewed_hash: the same password under today's parameters, where the stored hash has older ones.
    """

    actor: Actor
    checked_hash: str = field(repr=False)
    renewed_hash: str | None = field(repr=False)


def hash_password(password: str) -> str:
    """The argon2id hash of ``password``, with a salt of its own. Takes about 0.3 s and 64 MiB.

    Raises:
        InvalidInput: shorter than 12 characters, longer than 1,000 bytes, or not to be typed again as it is.
    """
    text = _prepared(password)
    if len(text) < MIN_CHARACTERS:
        raise InvalidInput(f"a password has at least {MIN_CHARACTERS} characters", field="password")
    return HASHER.hash(text)


def verify_password(session: Session, *, email: str, password: str) -> SignIn | None:
    """Who signs in with this address and password; None for whoever does not, all alike and after the same time.

    That is: an address that nobody has or that is none, a wrong password, an account without one, a disabled account,
    and a role that does not sign in. ``session`` is one for reading, because the check takes its time; what
    ``renewed_hash`` holds is then to be kept with :func:`keep_renewed_hash`.
    """
    found = _account(session, email)
    stored = found[0].password_hash if found is not None else None
    right = _matches(stored or DUMMY_HASH, password)
    if found is None or stored is None or not right:
        return None
    user, row = found
    role = Role(row.role)
    if user.disabled_at is not None or role not in PEOPLE:
        return None
    renewed = HASHER.hash(_prepared(password)) if HASHER.check_needs_rehash(stored) else None
    return SignIn(Actor(user.id, row.name, role), stored, renewed)


def keep_renewed_hash(session: Session, sign_in: SignIn) -> None:
    """Store what :func:`verify_password` renewed, unless the password was changed in between.

    No event is written: the password is the one it was.
    """
    if sign_in.renewed_hash is not None:
        session.execute(
            update(User)
            .where(User.id == sign_in.actor.id, User.password_hash == sign_in.checked_hash)
            .values(password_hash=sign_in.renewed_hash)
        )


def set_password(
    session: Session,
    *,
    user_id: UUID,
    password_hash: str,
    actor: Actor | None,
    now: datetime,
    proof: SignIn | None = None,
) -> User:
    """Give an account another password, made with :func:`hash_password` before this transaction began.

    Args:
        proof: for one's own account, admins' too, that the present password was just given: a session left open on a
            desk must not be enough to take an account over.

    Raises:
        PermissionDenied: one's own without proof, or another's by somebody who does not administer people.
        StaleVersion: the password changed since it was proved.
        NotFound: there is no such account.
    """
    check_hash(password_hash)
    own = actor is not None and actor.id == user_id
    if not own:
        require_management(actor)
    elif proof is None or proof.actor.id != user_id:
        raise PermissionDenied("give your present password to set another", context={"field": "password"})
    user, _ = lock_user(session, user_id)
    if own and proof is not None and user.password_hash not in (proof.checked_hash, proof.renewed_hash):
        raise StaleVersion("the password changed since you gave it; sign in again")
    user.password_hash = password_hash
    record_event(session, AccountEventName.USER_PASSWORD_SET, user_id=user_id, actor=actor, now=now)
    return user


def _account(session: Session, email: str) -> tuple[User, ActorRow] | None:
    try:
        address = normalise_email(email)
    except InvalidInput:
        return None
    statement = select(User, ActorRow).join(ActorRow, ActorRow.id == User.id).where(User.email == address)
    found = session.execute(statement).one_or_none()
    return None if found is None else (found[0], found[1])


def _matches(stored: str, password: str) -> bool:
    try:
        text = _prepared(password)
    except InvalidInput:
        stored, text = DUMMY_HASH, ""
    try:
        return HASHER.verify(stored, text)
    except VerifyMismatchError:
        return False


def _prepared(password: str) -> str:
    """``password`` in normal form C, as RFC 8265, section 4.2, has it, so that every keyboard makes the same bytes."""
    try:
        size = len(password.encode())
    except UnicodeEncodeError as error:
        raise InvalidInput("a password holds a character that cannot be stored", field="password") from error
    if size > MAX_BYTES:
        raise InvalidInput(f"a password has at most {MAX_BYTES} bytes", field="password")
    if any(unicodedata.category(character) == "Cc" for character in password):
        raise InvalidInput("a password holds no control characters, such as tab or newline", field="password")
    return unicodedata.normalize("NFC", password)
