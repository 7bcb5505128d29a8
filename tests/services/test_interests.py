"""Declared interests: whose, since when, and that what was declared stays declared."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from annotations.errors import InvalidInput, InvalidText, NotFound, PermissionDenied, TransitionNotAllowed
from annotations.permissions import Actor, Scope
from annotations.queries.people import account_history, list_interests
from annotations.services.interests import declare_interest, end_interest
from annotations.store.base import new_id
from annotations.store.engine import read_session
from annotations.vocabulary import Role
from tests.services.newsroom import dump
from tests.staff import NOW, hire, work

TODAY = NOW.date()
DAY = timedelta(days=1)


def declare(engine, who: Actor, by: Actor | None = None, **changes):
    given = {"organisation": "Pillmakers", "nature": "shares", "since": date(2025, 3, 1), "until": None} | changes
    with work(engine) as session:
        return declare_interest(session, user_id=who.id, actor=by, now=NOW, **given)


def end(engine, interest_id, until, by: Actor | None = None):
    with work(engine) as session:
        return end_interest(session, interest_id=interest_id, until=until, actor=by, now=NOW)


def test_interests_are_declared_and_ended(engine):
    ann, tom = hire(engine, "ann"), hire(engine, "tom")
    shares = declare(engine, ann, ann, organisation=" Pillmakers ")
    declare(engine, ann, ann, since=date(2024, 1, 1), until=date(2024, 6, 30), nature="a fee")
    declare(engine, tom)
    end(engine, shares.id, TODAY, ann)
    with read_session(engine) as session:
        mine = list_interests(session, user_id=ann.id)
        assert [(each.organisation, each.nature, each.since, each.until, each.email) for each in mine] == [
            ("Pillmakers", "a fee", date(2024, 1, 1), date(2024, 6, 30), "ann@desk.example"),
            ("Pillmakers", "shares", date(2025, 3, 1), TODAY, "ann@desk.example"),
        ]
        assert len(list_interests(session)) == 3
        steps = account_history(session, user_id=ann.id)[1:]
    facts = {"interest": str(shares.id), "organisation": "Pillmakers", "nature": "shares", "since": "2025-03-01"}
    assert [(step.event, step.by) for step in steps] == [
        ("interest.declared", "ann"),
        ("interest.declared", "ann"),
        ("interest.ended", "ann"),
    ]
    assert steps[0].detail == facts | {"until": None}
    assert steps[2].detail == facts | {"until": TODAY.isoformat()}


@pytest.mark.parametrize(
    ("changes", "error", "field", "reason"),
    [
        ({"organisation": " "}, InvalidText, "organisation", "nobody"),
        ({"organisation": "a" * 301}, InvalidText, "organisation", "too long"),
        ({"nature": ""}, InvalidText, "nature", "nothing"),
        ({"nature": "a" * 501}, InvalidText, "nature", "too long"),
        ({"nature": "a\nb"}, InvalidText, "nature", "one line"),
        ({"since": TODAY + 2 * DAY}, InvalidInput, "since", "not yet, anywhere on earth"),
        ({"since": TODAY, "until": TODAY - DAY}, InvalidInput, "until", "it ends before it begins"),
    ],
)
def test_what_is_no_interest(engine, changes, error, field, reason):
    ann = hire(engine, "ann")
    before = dump(engine)
    with pytest.raises(error) as caught:
        declare(engine, ann, ann, **changes)
    assert caught.value.field == field, reason
    assert dump(engine) == before


@pytest.mark.parametrize(
    ("role", "scopes", "own", "allowed", "reason"),
    [
        (Role.EDITOR, None, True, True, "one's own"),
        (Role.CONTRIBUTOR, None, True, True, "of whatever role"),
        (Role.EDITOR, {Scope.WRITE}, True, True, "with a token that may write"),
        (Role.EDITOR, {Scope.READ}, True, False, "a token that may only read writes nothing"),
        (Role.EDITOR, None, False, False, "another's"),
        (Role.ADMIN, None, False, True, "for another, by who administers people"),
        (Role.ADMIN, {Scope.WRITE}, False, False, "with a token that is not for it"),
    ],
)
def test_who_may(engine, role, scopes, own, allowed, reason):
    ann = hire(engine, "ann")
    known = declare(engine, ann)
    caller = replace(ann, role=role) if own else hire(engine, "eve", role)
    caller = replace(caller, scopes=None if scopes is None else frozenset(scopes))
    if allowed:
        declare(engine, ann, caller)
        end(engine, known.id, TODAY, caller)
        return
    before = dump(engine)
    for attempt in (lambda: declare(engine, ann, caller), lambda: end(engine, known.id, TODAY, caller)):
        with pytest.raises(PermissionDenied):
            attempt()
    assert dump(engine) == before, reason


@pytest.mark.parametrize(
    ("first_end", "second_end", "error", "reason"),
    [
        (None, TODAY, None, "it ends today"),
        (None, TODAY + 30 * DAY, None, "it is going to end"),
        (TODAY + 30 * DAY, TODAY, None, "sooner than thought"),
        (TODAY, TODAY + DAY, None, "its last day is not over"),
        (TODAY - DAY, TODAY, TransitionNotAllowed, "what has ended is history"),
        (None, date(2025, 2, 28), InvalidInput, "before it began"),
    ],
)
def test_when_an_interest_can_end(engine, first_end, second_end, error, reason):
    known = declare(engine, hire(engine, "ann"), until=first_end)
    before = dump(engine)
    if error is None:
        assert end(engine, known.id, second_end).until == second_end, reason
        return
    with pytest.raises(error):
        end(engine, known.id, second_end)
    assert dump(engine) == before, reason


def test_an_interest_that_nobody_declared(engine):
    with pytest.raises(NotFound):
        end(engine, new_id(), TODAY)
    with pytest.raises(NotFound):
        declare(engine, Actor(new_id(), "nobody", Role.EDITOR))
