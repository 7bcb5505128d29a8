"""Which tokens are good, that the look-up tells nothing and leaks nothing, and when their use is noted."""

from __future__ import annotations

import ast
import hmac
import inspect
import re
import string
from collections.abc import Generator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, update

from annotations.permissions import Actor, Scope
from annotations.queries.people import list_tokens
from annotations.services import tokens
from annotations.services.people import change_role, disable_user, enable_user
from annotations.services.tokens import FoundToken, find_token, note_use, revoke_token
from annotations.store.accounts import Token
from annotations.store.actors import ActorRow
from annotations.store.base import new_id
from annotations.store.engine import read_session
from annotations.vocabulary import Role
from tests.databases import engine_for, listening
from tests.staff import NOW, give_token, hire, work

SECOND = timedelta(seconds=1)
ALPHABET = string.ascii_letters + string.digits + "-_"


def find(engine: Engine, text: str, now: datetime = NOW) -> FoundToken | None:
    with read_session(engine) as session:
        return find_token(session, text, now=now)


# Looking up


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda s, o, t: disable_user(s, user_id=o.id, actor=None, now=NOW), "its owner's account is disabled"),
        (lambda s, o, t: revoke_token(s, token_id=t.id, actor=None, now=NOW), "revoked"),
        (lambda s, o, t: set_role(s, o, Role.MACHINE), "its owner does not sign in"),
        (lambda s, o, t: set_role(s, o, Role.SYSTEM_AUTHOR), "its owner does not sign in"),
        (lambda s, o, t: s.execute(update(Token).values(secret_sha256="0" * 64)), "another secret"),
        (lambda s, o, t: s.execute(update(Token).values(expires_at=NOW + SECOND, revoked_at=NOW + SECOND)), "both"),
    ],
)
def test_a_token_that_is_not_good(engine, spoil, reason):
    ann = hire(engine, "ann")
    token, text = give_token(engine, ann)
    assert find(engine, text), "else nothing was spoilt"
    with work(engine) as session:
        spoil(session, ann, token)
    assert find(engine, text) is None, reason


def set_role(session, actor: Actor, role: Role) -> None:
    session.get_one(ActorRow, actor.id).role = role


def test_a_token_expires_at_its_moment(engine):
    ann = hire(engine, "ann")
    expires_at = NOW + timedelta(days=1)
    _, text = give_token(engine, ann, expires_at=expires_at)
    tick = timedelta(microseconds=1)
    assert find(engine, text, expires_at - tick)
    assert find(engine, text, expires_at) is None
    with read_session(engine) as session:
        (view,) = list_tokens(session)
    assert (view.state(expires_at - tick), view.state(expires_at)) == ("active", "expired")


def test_what_a_token_allows_follows_its_owner(engine):
    ann = hire(engine, "ann")
    _, text = give_token(engine, ann, [Scope.REVIEW])
    with work(engine) as session:
        change_role(session, user_id=ann.id, role=Role.CONTRIBUTOR, actor=None, now=NOW)
    assert find(engine, text).actor == replace(ann, role=Role.CONTRIBUTOR, scopes=frozenset({Scope.REVIEW}))
    with work(engine) as session:
        disable_user(session, user_id=ann.id, actor=None, now=NOW)
        assert find_token(session, text, now=NOW) is None
        enable_user(session, user_id=ann.id, actor=None, now=NOW)
        assert find_token(session, text, now=NOW)


def test_a_scope_of_another_release_gives_nothing(engine):
    _, text = give_token(engine, hire(engine, "ann"))
    with work(engine) as session:
        session.execute(update(Token).values(scopes=["read", "everything"]))
    assert find(engine, text).actor.scopes == {Scope.READ}


@pytest.fixture(scope="module")
def issued(databases) -> Generator[tuple[Engine, str, str]]:
    """A database with two good tokens."""
    url = databases.copy(databases.migrated())
    with engine_for(url) as engine:
        ann = hire(engine, "ann")
        yield engine, give_token(engine, ann)[1], give_token(engine, ann)[1]
    databases.drop(url)


@given(place=st.integers(0, 79), other=st.sampled_from(ALPHABET))
def test_no_character_of_a_token_may_differ(issued, place, other):
    engine, text, _ = issued
    changed = text[:place] + other + text[place + 1 :]
    assert len(text) == 80
    assert (find(engine, changed) is not None) is (changed == text)


def test_one_tokens_secret_does_not_fit_another(issued):
    engine, one, other = issued
    assert find(engine, one[:37] + other[37:]) is None
    assert find(engine, one)
    assert find(engine, other)


# Secrets


def test_secrets_are_compared_in_constant_time_always_once(issued, monkeypatch):
    engine, text, _ = issued
    compared: list[tuple[str, str]] = []

    def compare(one: str, other: str) -> bool:
        compared.append((one, other))
        return real(one, other)

    real = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", compare)
    for number, attempt in enumerate((text, text[:37] + "A" * 43, f"cvt_{new_id().hex}_{text[37:]}"), start=1):
        find(engine, attempt)
        assert len(compared) == number
        assert [len(part) for part in compared[-1]] == [64, 64]


def test_no_secret_is_compared_in_any_other_way():
    tree = ast.parse(inspect.getsource(tokens))
    compared = [
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare) and re.search("secret|stored|sha256", ast.unparse(node))
    ]
    assert compared == []


def test_no_statement_carries_a_secret(engine):
    ann = hire(engine, "ann")
    sent: list[Any] = []
    with listening(engine, "before_cursor_execute", lambda *told: sent.append(told[2:4])):
        _, text = give_token(engine, ann)
        assert find(engine, text)
        assert find(engine, text[:-1] + ("A" if text[-1] != "A" else "B")) is None
    assert len(sent) > 3
    assert text[37:79] not in repr(sent)


# Use


@pytest.mark.parametrize(
    ("seconds", "noted"),
    [(0, 0), (1, 0), (59, 0), (60, 60), (61, 61), (3600, 3600), (-30, 0)],
)
def test_use_is_noted_once_a_minute(engine, seconds, noted):
    token, text = give_token(engine, hire(engine, "ann"))
    now = NOW + timedelta(seconds=seconds)
    assert find(engine, text).is_use_due(NOW)
    with work(engine) as session:
        note_use(session, token.id, now=NOW)
    assert find(engine, text).is_use_due(now) is (noted != 0)
    with work(engine) as session:
        note_use(session, token.id, now=now)
    assert find(engine, text).last_used_at == NOW + timedelta(seconds=noted)


def test_noting_the_use_of_one_leaves_the_others(engine):
    ann = hire(engine, "ann")
    used, idle = give_token(engine, ann), give_token(engine, ann)
    with work(engine) as session:
        note_use(session, used[0].id, now=NOW)
        note_use(session, new_id(), now=NOW)
    assert (find(engine, used[1]).last_used_at, find(engine, idle[1]).last_used_at) == (NOW, None)


def test_a_token_that_is_being_changed_is_not_waited_for(postgresql_databases):
    """On PostgreSQL, where a row has its lock; on SQLite the whole database has one (tests/api/test_callers.py)."""
    url = postgresql_databases.copy(postgresql_databases.migrated())
    with engine_for(url) as engine:
        token, _ = give_token(engine, hire(engine, "ann"))
        with work(engine) as revoking:
            revoke_token(revoking, token_id=token.id, actor=None, now=NOW)
            with work(engine) as session:
                note_use(session, token.id, now=NOW)
        with read_session(engine) as session:
            (view,) = list_tokens(session)
        assert (view.last_used_at, view.revoked_at) == (None, NOW)
    postgresql_databases.drop(url)
