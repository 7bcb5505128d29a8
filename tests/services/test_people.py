"""Accounts: who may make and change them, what is refused and why, and that somebody is always left to administer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.errors import InvalidInput, NotFound, PermissionDenied, SlugTaken, TransitionNotAllowed
from annotations.permissions import PEOPLE, Actor, Scope
from annotations.queries.people import account_history, list_people
from annotations.services.account_events import AccountEventName
from annotations.services.passwords import set_password
from annotations.services.people import (
    change_role,
    create_user,
    disable_user,
    enable_user,
    normalise_email,
    rename_user,
    user_by_email,
)
from annotations.store.accounts import AccountEvent, Token, User
from annotations.store.actors import ActorRow
from annotations.store.base import new_id
from annotations.store.engine import read_session
from annotations.vocabulary import Role
from tests.services.newsroom import dump
from tests.staff import NOW, OLD_HASH, give_token, hire, work

LATER = NOW + timedelta(hours=1)

# Addresses


@pytest.mark.parametrize(
    ("given_email", "stored", "reason"),
    [
        ("ann@desk.example", "ann@desk.example", "as it is"),
        (" Ann.Lee@Desk.EXAMPLE ", "ann.lee@desk.example", "case and space around it mean nothing"),
        ("Stra\u00dfe@x", "strasse@x", "folded, not lowered"),
        ("jose\u0301@x", "jos\u00e9@x", "one spelling of an accent"),
        ("a" * 252 + "@x", "a" * 252 + "@x", "254 bytes"),
        ("a" * 253 + "@x", None, "255 bytes"),
        ("\u00e9" * 127 + "@x", None, "bytes are counted, not characters"),
        ("\u0390" * 60 + "@x", "\u0390" * 60 + "@x", "folding takes apart what normalising puts together again"),
        ("", None, "nothing"),
        (" ", None, "blank"),
        ("ann", None, "no host"),
        ("@x", None, "no name"),
        ("ann@", None, "an empty host"),
        ("ann@b@c", None, "two @"),
        ("ann lee@x", None, "a space inside"),
        ("Ann <ann@x>", None, "a name around it"),
        ("ann@x\nbcc:eve@x", None, "a line end"),
        ("ann\u200b@x", None, "a character that nobody sees"),
        ("ann\x00@x", None, "a control character"),
        ("ann\ud800@x", None, "a lone surrogate"),
    ],
)
def test_an_address_has_one_spelling(given_email, stored, reason):
    if stored is None:
        with pytest.raises(InvalidInput) as caught:
            normalise_email(given_email)
        assert caught.value.field == "email", reason
    else:
        assert normalise_email(given_email) == stored, reason


@given(st.one_of(st.text(), st.builds("{}@{}".format, st.text(min_size=1), st.text(min_size=1))))
@example("\u0345\u0301@\u1fb3\u0345")
def test_normalising_an_address_twice_changes_nothing(text):
    try:
        once = normalise_email(text)
    except InvalidInput:
        return
    assert normalise_email(once) == once
    assert once.count("@") == 1
    assert len(once.encode()) <= 254


# Making


@pytest.mark.parametrize("role", [role for role in Role if role in PEOPLE])
def test_a_person_is_made_known(engine, role):
    with work(engine) as session:
        made = create_user(
            session, name=" Ann ", email="Ann@Desk.example", role=role, password_hash=OLD_HASH, actor=None, now=NOW
        )
    with read_session(engine) as session:
        (person,) = list_people(session)
        assert (person.id, person.name, person.email, person.role) == (made.id, "Ann", "ann@desk.example", role)
        assert (person.has_password, person.created_at, person.disabled_at) == (True, NOW, None)
        assert user_by_email(session, " ANN@desk.EXAMPLE").id == made.id
        (step,) = account_history(session, user_id=made.id)
    assert (step.at, step.event, step.by) == (NOW, "user.created", None)
    assert step.detail == {"name": "Ann", "email": "ann@desk.example", "role": role, "password": True}


@pytest.mark.parametrize(
    ("changes", "error", "field", "reason"),
    [
        ({"name": ""}, InvalidInput, "name", "nobody"),
        ({"name": "a\nb"}, InvalidInput, "name", "it stands on one line everywhere"),
        ({"name": "a" * 201}, InvalidInput, "name", "too long"),
        ({"name": "ann"}, SlugTaken, "name", "histories name people by it"),
        ({"name": " ann "}, SlugTaken, "name", "space around it makes no other name"),
        ({"email": "eve"}, InvalidInput, "email", "no address"),
        ({"email": "ANN@desk.example"}, SlugTaken, "email", "an address in another case is the same"),
        *(({"role": role}, InvalidInput, "role", "this role never signs in") for role in sorted(set(Role) - PEOPLE)),
    ],
)
def test_what_makes_no_account(engine, changes, error, field, reason):
    hire(engine, "ann")
    before = dump(engine)
    with pytest.raises(error) as caught:
        hire(engine, **({"name": "eve", "email": "eve@desk.example", "role": Role.EDITOR} | changes))
    assert caught.value.field == field, reason
    assert dump(engine) == before


@pytest.mark.parametrize("not_a_hash", ["a long way to Tipperary", "", "$2b$12$abc"])
def test_a_password_itself_is_never_stored(engine, not_a_hash):
    ann = hire(engine, "ann")
    before = dump(engine)
    with pytest.raises(ValueError, match="no hash"):
        hire(engine, "eve", password_hash=not_a_hash)
    with pytest.raises(ValueError, match="no hash"), work(engine) as session:
        set_password(session, user_id=ann.id, password_hash=not_a_hash, actor=None, now=NOW)
    assert dump(engine) == before


# Who may

STEPS: dict[str, Callable[[Session, Actor, Actor], object]] = {
    "create": lambda session, actor, _: create_user(
        session, name="new", email="new@x", role=Role.ADMIN, password_hash=None, actor=actor, now=LATER
    ),
    "rename": lambda session, actor, other: rename_user(
        session, user_id=other.id, name="other name", actor=actor, now=LATER
    ),
    "role": lambda session, actor, other: change_role(
        session, user_id=other.id, role=Role.ADMIN, actor=actor, now=LATER
    ),
    "disable": lambda session, actor, other: disable_user(session, user_id=other.id, actor=actor, now=LATER),
    "password": lambda session, actor, other: set_password(
        session, user_id=other.id, password_hash=OLD_HASH, actor=actor, now=LATER
    ),
}
ACTORS = {
    # name: (role, scopes, allowed, reason)
    "admin": (Role.ADMIN, None, True, "administers people"),
    "admin's token for it": (Role.ADMIN, {Scope.ADMIN}, True, "the scope is there"),
    "admin's other token": (Role.ADMIN, {Scope.READ, Scope.WRITE, Scope.REVIEW}, False, "the scope is missing"),
    "editor": (Role.EDITOR, None, False, "edits texts, not people"),
    "editor's token": (Role.EDITOR, set(Scope), False, "a token gives nothing that its owner has not"),
    "contributor": (Role.CONTRIBUTOR, None, False, "writes drafts"),
    "machine": (Role.MACHINE, None, False, "only suggests"),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(("role", "scopes", "allowed", "reason"), ACTORS.values(), ids=ACTORS)
def test_who_may_administer(engine, step, role, scopes, allowed, reason):
    other = hire(engine, "ann", Role.CONTRIBUTOR)
    actor = replace(hire(engine, "eve"), role=role, scopes=None if scopes is None else frozenset(scopes))
    before = dump(engine)
    if allowed:
        with work(engine) as session:
            STEPS[step](session, actor, other)
        with read_session(engine) as session:
            event = session.scalars(select(AccountEvent).where(AccountEvent.at == LATER)).one()
            assert (event.by_id, event.event) == (actor.id, str(AccountEventName(event.event)))
        return
    with pytest.raises(PermissionDenied), work(engine) as session:
        STEPS[step](session, actor, other)
    assert dump(engine) == before, reason


def test_an_editor_does_not_make_themself_an_admin(engine):
    eve = hire(engine, "eve")
    with pytest.raises(PermissionDenied), work(engine) as session:
        change_role(session, user_id=eve.id, role=Role.ADMIN, actor=eve, now=LATER)


# Steps


def test_whoever_becomes_a_contributor_loses_the_tokens_that_reimport(engine):
    ann, _ = hire(engine, "ann"), hire(engine, "dan", Role.ADMIN)
    both, _ = give_token(engine, ann, [Scope.READ, Scope.REIMPORT], label="site")
    other, _ = give_token(engine, ann, [Scope.READ, Scope.WRITE])
    for role, revoked in ((Role.ADMIN, None), (Role.CONTRIBUTOR, LATER)):
        with work(engine) as session:
            change_role(session, user_id=ann.id, role=role, actor=None, now=LATER)
        with read_session(engine) as session:
            assert session.get_one(Token, both.id).revoked_at == revoked
            assert session.get_one(Token, other.id).revoked_at is None
    with read_session(engine) as session:
        last = account_history(session, user_id=ann.id)[-1]
    assert (last.event, dict(last.detail)) == ("token.revoked", {"token": str(both.id), "label": "site"})


def test_each_step_leaves_an_event_with_what_it_changed(engine):
    dan, ann = hire(engine, "dan", Role.ADMIN), hire(engine, "ann")
    with work(engine) as session:
        rename_user(session, user_id=ann.id, name="Ann Lee", actor=dan, now=LATER)
        change_role(session, user_id=ann.id, role=Role.CONTRIBUTOR, actor=dan, now=LATER)
        disable_user(session, user_id=ann.id, actor=dan, now=LATER)
        enable_user(session, user_id=ann.id, actor=None, now=LATER)
    with read_session(engine) as session:
        steps = account_history(session, user_id=ann.id)
        assert session.get_one(ActorRow, ann.id).name == "Ann Lee"
        assert session.get_one(ActorRow, ann.id).role == "contributor"
        assert session.get_one(User, ann.id).disabled_at is None
    assert [(step.event, step.by, dict(step.detail)) for step in steps[1:]] == [
        ("user.renamed", "dan", {"before": "ann", "after": "Ann Lee"}),
        ("user.role_changed", "dan", {"before": "editor", "after": "contributor"}),
        ("user.disabled", "dan", {}),
        ("user.enabled", None, {}),
    ]


@pytest.mark.parametrize(
    ("take", "error", "reason"),
    [
        (lambda s, a: rename_user(s, user_id=a.id, name=" ann ", actor=None, now=LATER), TransitionNotAllowed, "same"),
        (lambda s, a: rename_user(s, user_id=a.id, name="dan", actor=None, now=LATER), SlugTaken, "another's"),
        (lambda s, a: rename_user(s, user_id=a.id, name="\x07", actor=None, now=LATER), InvalidInput, "no name"),
        (
            lambda s, a: change_role(s, user_id=a.id, role=Role.EDITOR, actor=None, now=LATER),
            TransitionNotAllowed,
            "the role that they have",
        ),
        (
            lambda s, a: change_role(s, user_id=a.id, role=Role.MACHINE, actor=None, now=LATER),
            InvalidInput,
            "no role of people",
        ),
        (lambda s, a: enable_user(s, user_id=a.id, actor=None, now=LATER), TransitionNotAllowed, "it is open"),
        (lambda s, a: disable_user(s, user_id=new_id(), actor=None, now=LATER), NotFound, "nobody"),
        (lambda s, a: enable_user(s, user_id=new_id(), actor=None, now=LATER), NotFound, "nobody"),
        (lambda s, a: rename_user(s, user_id=new_id(), name="x", actor=None, now=LATER), NotFound, "nobody"),
        (lambda s, a: user_by_email(s, "nobody@x"), NotFound, "nobody has it"),
        (lambda s, a: user_by_email(s, "nobody"), InvalidInput, "no address"),
    ],
)
def test_a_refused_step_changes_nothing(engine, take, error, reason):
    hire(engine, "dan", Role.ADMIN)
    ann = hire(engine, "ann")
    before = dump(engine)
    with pytest.raises(error), work(engine) as session:
        take(session, ann)
    assert dump(engine) == before, reason


def test_an_account_is_disabled_once(engine):
    ann = hire(engine, "ann")
    with work(engine) as session:
        disable_user(session, user_id=ann.id, actor=None, now=NOW)
    with pytest.raises(TransitionNotAllowed, match="disabled already"), work(engine) as session:
        disable_user(session, user_id=ann.id, actor=None, now=LATER)


# What stays


@pytest.mark.parametrize("statement", ["UPDATE account_events SET event = 'x'", "DELETE FROM account_events"])
def test_events_stay(engine, statement):
    hire(engine, "ann")
    before = dump(engine)
    with pytest.raises(Exception, match=r"account_events (keeps its rows|is append-only)"), work(engine) as session:
        session.connection().exec_driver_sql(statement)
    assert dump(engine) == before


def test_a_disabled_person_is_listed_as_such(engine):
    ann = hire(engine, "ann")
    with work(engine) as session:
        disable_user(session, user_id=ann.id, actor=None, now=LATER)
    with read_session(engine) as session:
        (person,) = list_people(session)
    assert (person.disabled_at, person.has_password) == (LATER, False)
