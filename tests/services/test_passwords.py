"""Passwords: what is taken, who gets in, that all who do not get in look alike, and how one is changed."""

from __future__ import annotations

import ast
import unicodedata
from dataclasses import replace
from pathlib import Path

import argon2
import pytest

from annotations.errors import InvalidInput, PermissionDenied, StaleVersion
from annotations.permissions import Actor, Scope
from annotations.queries.people import account_history
from annotations.services import passwords
from annotations.services.passwords import (
    DUMMY_HASH,
    HASHER,
    SignIn,
    hash_password,
    keep_renewed_hash,
    set_password,
    verify_password,
)
from annotations.services.people import disable_user
from annotations.store.accounts import User
from annotations.store.actors import ActorRow
from annotations.store.base import new_id
from annotations.store.engine import read_session
from annotations.vocabulary import Role
from tests.services.newsroom import dump
from tests.staff import NOW, OLD_HASH, PASSWORD, CountingHasher, hire, work

ANN = "ann@desk.example"


@pytest.fixture
def hasher(monkeypatch) -> CountingHasher:
    hasher = CountingHasher()
    monkeypatch.setattr(passwords, "HASHER", hasher)
    return hasher


def sign_in(engine, password: str = PASSWORD, email: str = ANN) -> SignIn | None:
    with read_session(engine) as session:
        return verify_password(session, email=email, password=password)


# Hashing


@pytest.mark.parametrize(
    ("password", "taken", "reason"),
    [
        ("a" * 12, True, "12 characters"),
        ("a" * 11, False, "11 characters"),
        ("", False, "none"),
        ("é" * 12, True, "characters are counted, not bytes"),
        ("e\u0301" * 11, False, "an accent of its own is no character of its own"),
        ("a" * 1000, True, "1,000 bytes"),
        ("a" * 1001, False, "1,001 bytes"),
        ("é" * 501, False, "bytes are counted, not characters"),
        (" " * 12, True, "spaces are as good as anything"),
        ("correct horse\tbattery", False, "a tab is not typed into a form"),
        ("correct horse\nbattery", False, "nor a line end"),
        ("correct\x00horse battery", False, "some libraries end there"),
        ("correct\ud800horse battery", False, "no encoding has it"),
    ],
)
def test_which_passwords_are_taken(hasher, password, taken, reason):
    if taken:
        hash_password(password)
        assert len(hasher.hashed) == 1, reason
    else:
        with pytest.raises(InvalidInput) as caught:
            hash_password(password)
        assert (caught.value.field, hasher.hashed) == ("password", []), reason


def test_the_parameters_are_those_of_the_recommendation():
    made = hash_password(PASSWORD)
    parameters = argon2.extract_parameters(made)
    assert replace(argon2.profiles.RFC_9106_LOW_MEMORY) == parameters
    assert argon2.extract_parameters(DUMMY_HASH) == parameters
    assert not HASHER.check_needs_rehash(made)
    assert HASHER.verify(made, PASSWORD)
    assert hash_password(PASSWORD) != made, "each hash has its own salt"


def test_only_hashing_and_checking_know_the_hasher():
    """What takes a session for writing never hashes, so no write lock is held for the time of a hash."""
    tree = ast.parse(Path(passwords.__file__).read_text(encoding="utf-8"))
    users = {
        function.name
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for name in ast.walk(function)
        if isinstance(name, ast.Name) and name.id == "HASHER"
    }
    assert users == {"hash_password", "verify_password", "_matches"}


# Signing in


@pytest.mark.parametrize(
    ("email", "password", "comes_in", "reason"),
    [
        (ANN, PASSWORD, True, "both right"),
        (" ANN@Desk.example", PASSWORD, True, "an address in another case is the same"),
        (ANN, PASSWORD + " ", False, "a password is taken to the letter"),
        (ANN, PASSWORD.upper(), False, "case counts"),
        (ANN, "", False, "nothing"),
        (ANN, "a" * 1_001, False, "too long to be one"),
        (ANN, "\ud800" * 12, False, "no text"),
        ("nobody@desk.example", PASSWORD, False, "an address that nobody has"),
        ("no address", PASSWORD, False, "no address"),
        ("\x00", PASSWORD, False, "nothing that a database takes"),
        ("tom@desk.example", PASSWORD, False, "an account without a password"),
        ("tom@desk.example", "", False, "which the empty one does not fit"),
        ("dis@desk.example", PASSWORD, False, "disabled"),
        ("bot@desk.example", PASSWORD, False, "a role that does not sign in"),
    ],
)
def test_who_comes_in_and_that_the_rest_take_as_long(engine, hasher, email, password, comes_in, reason):
    stored = CountingHasher().hash(PASSWORD)
    ann = hire(engine, "ann", password_hash=stored)
    hire(engine, "tom")
    closed, bot = (hire(engine, name, password_hash=stored) for name in ("dis", "bot"))
    with work(engine) as session:
        disable_user(session, user_id=closed.id, actor=None, now=NOW)
        session.get_one(ActorRow, bot.id).role = Role.MACHINE
    found = sign_in(engine, password, email)
    assert len(hasher.verified) == 1, f"{reason}: one check, whatever the outcome"
    if comes_in:
        assert found == SignIn(ann, stored, None), reason
    else:
        assert found is None, reason


def test_every_keyboard_makes_the_same_password(engine, hasher):
    hire(engine, "ann", password_hash=hash_password(unicodedata.normalize("NFD", "déjà vu à Orléans")))
    assert sign_in(engine, unicodedata.normalize("NFC", "déjà vu à Orléans"))


def test_nobody_fits_the_dummy():
    assert not passwords._matches(DUMMY_HASH, PASSWORD)
    assert not passwords._matches(DUMMY_HASH, "")


def test_a_sign_in_shows_no_hash():
    assert "argon2" not in repr(SignIn(Actor(new_id(), "ann", Role.EDITOR), OLD_HASH, OLD_HASH))


def test_a_hash_of_old_parameters_is_renewed(engine, hasher):
    ann = hire(engine, "ann", password_hash=OLD_HASH)
    first = sign_in(engine)
    assert first is not None
    assert first.renewed_hash is not None
    with work(engine) as session:
        keep_renewed_hash(session, first)
    second = sign_in(engine)
    assert second == SignIn(ann, first.renewed_hash, None)
    with read_session(engine) as session:
        assert [step.event for step in account_history(session, user_id=ann.id)] == ["user.created"]


def test_a_renewed_hash_does_not_bring_an_old_password_back(engine, hasher):
    ann = hire(engine, "ann", password_hash=OLD_HASH)
    first = sign_in(engine)
    other = hash_password("another one altogether")
    with work(engine) as session:
        set_password(session, user_id=ann.id, password_hash=other, actor=None, now=NOW)
        keep_renewed_hash(session, first)
    assert sign_in(engine) is None
    assert sign_in(engine, "another one altogether")


# Changing


def test_ones_own_password_needs_the_present_one(engine, hasher):
    ann, eve = (hire(engine, name, password_hash=OLD_HASH) for name in ("ann", "eve"))
    proof, others = sign_in(engine), sign_in(engine, email="eve@desk.example")
    other = hash_password("another one altogether")
    before = dump(engine)
    for wrong in (None, others):
        with pytest.raises(PermissionDenied, match="present password"), work(engine) as session:
            set_password(session, user_id=ann.id, password_hash=other, actor=ann, now=NOW, proof=wrong)
    with pytest.raises(PermissionDenied, match="manage_people"), work(engine) as session:
        set_password(session, user_id=eve.id, password_hash=other, actor=ann, now=NOW, proof=proof)
    assert dump(engine) == before
    with work(engine) as session:
        set_password(session, user_id=ann.id, password_hash=other, actor=ann, now=NOW, proof=proof)
    assert sign_in(engine, "another one altogether")
    with pytest.raises(StaleVersion, match="sign in again"), work(engine) as session:
        set_password(session, user_id=ann.id, password_hash=OLD_HASH, actor=ann, now=NOW, proof=proof)


def test_a_proof_holds_when_the_hash_was_renewed_in_between(engine, hasher):
    ann = hire(engine, "ann", password_hash=OLD_HASH)
    proof = sign_in(engine)
    with work(engine) as session:
        keep_renewed_hash(session, proof)
        set_password(session, user_id=ann.id, password_hash=OLD_HASH, actor=ann, now=NOW, proof=proof)
        assert session.get_one(User, ann.id).password_hash == OLD_HASH


@pytest.mark.parametrize("scopes", [None, frozenset({Scope.ADMIN})])
def test_an_admin_needs_it_too(engine, hasher, scopes):
    dan, ann = hire(engine, "dan", Role.ADMIN, password_hash=OLD_HASH), hire(engine, "ann")
    actor = replace(dan, scopes=scopes)
    with pytest.raises(PermissionDenied, match="present password"), work(engine) as session:
        set_password(session, user_id=dan.id, password_hash=OLD_HASH, actor=actor, now=NOW)
    with work(engine) as session:
        set_password(session, user_id=ann.id, password_hash=OLD_HASH, actor=actor, now=NOW)
    assert sign_in(engine) is not None


def test_no_password_and_no_event_with_a_hash_is_stored(engine, hasher):
    ann = hire(engine, "ann", password_hash=hash_password(PASSWORD))
    with work(engine) as session:
        set_password(
            session, user_id=ann.id, password_hash=hash_password("another one altogether"), actor=None, now=NOW
        )
    rows = dump(engine)
    assert PASSWORD not in repr(rows)
    assert "another one altogether" not in repr(rows)
    assert [name for name, kept in rows.items() if "argon2" in repr(kept)] == ["users"]
    with read_session(engine) as session:
        assert [dict(step.detail) for step in account_history(session, user_id=ann.id)][1:] == [{}]
