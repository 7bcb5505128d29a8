"""Tokens: their form, who may have which, which are good, and that their secrets are nowhere."""

from __future__ import annotations

import string
from dataclasses import fields, replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from annotations.anchoring.text import text_sha256
from annotations.errors import InvalidInput, NotFound, PermissionDenied, TransitionNotAllowed
from annotations.permissions import PEOPLE, Actor, Scope
from annotations.queries.people import TokenView, account_history, list_tokens
from annotations.services.people import disable_user
from annotations.services.tokens import (
    DEFAULT_DAYS,
    MAX_DAYS,
    FoundToken,
    find_token,
    issue_token,
    parse_token,
    revoke_token,
)
from annotations.store.base import new_id
from annotations.store.engine import read_session
from annotations.vocabulary import Role
from api.auth import _BEARER
from tests.services.newsroom import dump
from tests.staff import NOW, give_token, hire, work

SECOND = timedelta(seconds=1)
ALPHABET = string.ascii_letters + string.digits + "-_"
TEXTS = st.builds("cvt_{}_{}".format, st.uuids().map(lambda id_: id_.hex), st.text(ALPHABET, min_size=43, max_size=43))


def find(engine: Engine, text: str, now: datetime = NOW) -> FoundToken | None:
    with read_session(engine) as session:
        return find_token(session, text, now=now)


# Form


@given(TEXTS)
def test_a_token_is_read_as_it_is_written(text):
    parsed = parse_token(text)
    assert parsed is not None
    token_id, secret = parsed
    assert f"cvt_{token_id.hex}_{secret}" == text
    assert _BEARER.fullmatch(f"Bearer {text}"), "every token can stand in an Authorization header"


@given(st.one_of(st.text(), st.text(ALPHABET), TEXTS.map(lambda text: text + "\n"), st.from_regex(r"\Acvt_")))
def test_nothing_else_is_a_token(text):
    parsed = parse_token(text)
    assert parsed is None or f"cvt_{parsed[0].hex}_{parsed[1]}" == text


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: text[:-1], "a character short"),
        (lambda text: text + "A", "a character long"),
        (lambda text: text + "\n", "a line end is not passed over"),
        (lambda text: " " + text, "nor is space"),
        (lambda text: "CVT" + text[3:], "case counts"),
        (lambda text: text[:4] + text[4:36].upper() + text[36:], "in the id too"),
        (lambda text: text.replace("_", "-", 1), "another separator"),
        (lambda text: text[:4] + str(UUID(text[4:36])) + text[36:], "hyphens in the id"),
        (lambda text: text[:-1] + "=", "padding"),
        (lambda text: text[:-1] + "٣", "a digit of another script"),
        (lambda text: text[:4] + "٣" + text[5:], "in the id too"),
        (lambda text: text[37:], "the secret alone"),
        (lambda text: text[:36], "the id alone"),
        (lambda text: "", "nothing"),
    ],
)
def test_what_is_no_token(change, reason):
    text = f"cvt_{'ab' * 16}_{'x' * 43}"
    assert parse_token(text), "else nothing was changed"
    assert parse_token(change(text)) is None, reason


# Issuing


def test_a_token_is_shown_once_and_kept_as_a_hash(engine):
    ann = hire(engine, "ann")
    given_scopes = [Scope.REVIEW, Scope.READ, Scope.READ]
    token, text = give_token(engine, ann, given_scopes, label=" the site ", actor=ann)
    token_id, secret = parse_token(text)
    assert (token.id, token.secret_sha256) == (token_id, text_sha256(secret))
    assert secret not in repr(dump(engine))
    assert find(engine, text) == FoundToken(replace(ann, scopes=frozenset({Scope.READ, Scope.REVIEW})), token_id, None)
    with read_session(engine) as session:
        (view,) = list_tokens(session)
        steps = account_history(session, user_id=ann.id)
    expires_at = NOW + timedelta(days=DEFAULT_DAYS)
    assert view == TokenView(token_id, "ann@desk.example", "the site", ("read", "review"), NOW, expires_at, None, None)
    assert "secret" not in " ".join(field.name for field in fields(TokenView))
    assert (steps[-1].event, steps[-1].by) == ("token.issued", "ann")
    assert steps[-1].detail == {
        "token": str(token_id),
        "label": "the site",
        "scopes": ["read", "review"],
        "expires_at": expires_at.isoformat(),
    }


def test_issue_token_takes_any_collection_of_scopes(engine):
    ann = hire(engine, "ann")
    with work(engine) as session:
        token, _ = issue_token(
            session,
            user_id=ann.id,
            label="x",
            scopes=frozenset({Scope.WRITE, Scope.READ}),
            expires_at=None,
            actor=None,
            now=NOW,
        )
    assert token.scopes == ["read", "write"]


def test_secrets_are_random(engine):
    ann = hire(engine, "ann")
    secrets = {parse_token(give_token(engine, ann)[1])[1] for _ in range(20)}
    assert len(secrets) == 20
    assert len({secret[:4] for secret in secrets}) > 15


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"label": ""}, "label", "nobody would know what to revoke"),
        ({"label": "a" * 101}, "label", "too long"),
        ({"label": "a\nb"}, "label", "it stands on one line"),
        ({"scopes": []}, "scopes", "good for nothing"),
        ({"scopes": [Scope.ADMIN]}, "scopes", "an editor never administers"),
        ({"scopes": [Scope.READ, Scope.ADMIN]}, "scopes", "one too many is refused, not left out"),
        ({"expires_at": NOW}, "expires_at", "expired from the start"),
        ({"expires_at": NOW - SECOND}, "expires_at", "expired before"),
        ({"expires_at": NOW + timedelta(days=MAX_DAYS) + SECOND}, "expires_at", "more than five years"),
        ({"expires_at": (NOW + SECOND).replace(tzinfo=None)}, "expires_at", "at which hour, where?"),
    ],
)
def test_what_is_not_issued(engine, changes, field, reason):
    ann = hire(engine, "ann")
    before = dump(engine)
    with pytest.raises(InvalidInput) as caught:
        give_token(engine, ann, **changes)
    assert caught.value.field == field, reason
    assert dump(engine) == before


def test_a_token_may_last_five_years(engine):
    ann = hire(engine, "ann")
    assert give_token(engine, ann, expires_at=NOW.replace(year=NOW.year + 5))[0].expires_at.year == 2031


@pytest.mark.parametrize(
    ("role", "usable"),
    [
        (Role.CONTRIBUTOR, {Scope.READ, Scope.WRITE, Scope.REIMPORT}),
        (Role.EDITOR, set(Scope) - {Scope.ADMIN}),
        (Role.ADMIN, set(Scope)),
    ],
)
def test_which_scopes_a_role_can_have(engine, role, usable):
    ann = hire(engine, "ann", role)
    for scope in usable:
        assert find(engine, give_token(engine, ann, [scope])[1]).actor.scopes == {scope}
    before = dump(engine)
    for scope in set(Scope) - usable:
        with pytest.raises(InvalidInput, match=f"the role {role} can never use the scope {scope}"):
            give_token(engine, ann, [scope])
    assert dump(engine) == before


@pytest.mark.parametrize(
    ("role", "scopes", "own", "allowed", "reason"),
    [
        (Role.CONTRIBUTOR, None, True, True, "one's own, signed in"),
        (Role.EDITOR, None, True, True, "one's own, signed in"),
        (Role.EDITOR, None, False, False, "another's"),
        (Role.ADMIN, None, False, True, "anybody's, by who administers people"),
        (Role.ADMIN, {Scope.ADMIN}, False, True, "with a token for it too"),
        (Role.ADMIN, {Scope.ADMIN}, True, True, "one's own with it"),
        (Role.EDITOR, set(Scope) - {Scope.ADMIN}, True, False, "a token makes no token, or it would never expire"),
        (Role.ADMIN, {Scope.READ}, True, False, "or a reading one would make a writing one"),
        (Role.ADMIN, {Scope.WRITE}, False, False, "a token that is not for it"),
        (Role.MACHINE, None, True, False, "the machine has none"),
    ],
)
def test_who_may_issue_and_revoke(engine, role, scopes, own, allowed, reason):
    ann = hire(engine, "ann", role if own and role in PEOPLE else Role.EDITOR)
    token, _ = give_token(engine, ann)
    caller = replace(ann, role=role) if own else hire(engine, "eve", role)
    caller = replace(caller, scopes=None if scopes is None else frozenset(scopes))

    def revoke() -> None:
        with work(engine) as session:
            revoke_token(session, token_id=token.id, actor=caller, now=NOW)

    if allowed:
        assert give_token(engine, ann, actor=caller)[0].created_by == caller.id, reason
        revoke()
        return
    before = dump(engine)
    for attempt in (lambda: give_token(engine, ann, actor=caller), revoke):
        with pytest.raises(PermissionDenied):
            attempt()
    assert dump(engine) == before, reason


def test_who_may_not_reimport_does_not_give_themself_leave(engine):
    cat, dan = hire(engine, "cat", Role.CONTRIBUTOR), hire(engine, "dan", Role.ADMIN)
    with pytest.raises(PermissionDenied, match="ask an admin for a token with the scope reimport"):
        give_token(engine, cat, [Scope.REIMPORT], actor=cat)
    _, text = give_token(engine, cat, [Scope.REIMPORT], actor=dan)
    assert find(engine, text).actor.scopes == {Scope.REIMPORT}


def test_a_disabled_account_gets_no_token_and_nobody_none(engine):
    ann = hire(engine, "ann")
    with work(engine) as session:
        disable_user(session, user_id=ann.id, actor=None, now=NOW)
    with pytest.raises(TransitionNotAllowed, match="enable it first"):
        give_token(engine, ann)
    with pytest.raises(NotFound):
        give_token(engine, Actor(new_id(), "nobody", Role.EDITOR))


def test_a_token_is_revoked_once(engine):
    ann = hire(engine, "ann")
    token, text = give_token(engine, ann)
    with work(engine) as session:
        revoke_token(session, token_id=token.id, actor=ann, now=NOW)
    assert find(engine, text) is None
    for token_id, error in ((token.id, TransitionNotAllowed), (new_id(), NotFound)):
        with pytest.raises(error), work(engine) as session:
            revoke_token(session, token_id=token_id, actor=ann, now=NOW + SECOND)
    with read_session(engine) as session:
        (view,) = list_tokens(session, user_id=ann.id)
        assert (view.revoked_at, view.state(NOW)) == (NOW, "revoked")
        assert list_tokens(session, user_id=new_id()) == []
        last = account_history(session, user_id=ann.id)[-1]
    assert (last.event, last.by, last.detail) == (
        "token.revoked",
        "ann",
        {"token": str(token.id), "label": "a script"},
    )
