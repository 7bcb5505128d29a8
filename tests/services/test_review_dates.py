"""By when a claim is to be looked at again: said by its editors, kept in its history, seen by nobody outside."""

from __future__ import annotations

from datetime import date

import pytest

from annotations.errors import InvalidInput, PermissionDenied, StaleVersion, TransitionNotAllowed
from annotations.services.review_dates import set_review_due
from annotations.services.withdrawing import confirm_withdrawal, request_withdrawal
from annotations.store.claims import Claim
from annotations.store.editorial import ReviewDate
from annotations.store.engine import write_session
from tests.services.mergers import merge
from tests.services.newsroom import dump
from tests.services.reimports import actions

SUMMER = date(2027, 6, 1)


def due(room, claim):
    with room.look() as session:
        found = session.get(ReviewDate, claim)
        return None if found is None else (found.due_on, found.set_by)


@pytest.mark.parametrize("published", [True, False])
def test_a_day_is_set_changed_and_taken_away(room, published):
    claim = room.claim(published=published)
    steps, rows = len(room.history(claim)), len(room.log())
    with room.look() as session:
        state, version = session.get_one(Claim, claim).state, session.get_one(Claim, claim).lock_version
    for day, by in ((SUMMER, "ann"), (date(2027, 7, 1), "bob")):
        room.do(set_review_due, Claim, claim, day, by=by)
        assert due(room, claim) == (day, room.actor(by).id)
    room.do(set_review_due, Claim, claim, None)
    assert due(room, claim) is None
    assert actions(room, claim, steps) == [
        ("set_review_due", "2027-06-01"),
        ("set_review_due", "2027-07-01"),
        ("set_review_due", None),
    ]
    last = room.history(claim)[-1]
    assert (last.from_state, last.to_state, len(room.log())) == (state, state, rows)
    with room.look() as session:
        # Whoever read the claim before is told that it changed.
        assert session.get_one(Claim, claim).lock_version == version + 3


@pytest.mark.parametrize("day", [SUMMER, None])
def test_the_same_day_writes_nothing(room, day):
    claim = room.claim()
    if day is not None:
        room.do(set_review_due, Claim, claim, day)
    before = dump(room.engine)
    room.do(set_review_due, Claim, claim, day, by="bob")
    assert dump(room.engine) == before


@pytest.mark.parametrize(
    ("day", "allowed", "why"),
    [
        (date(2026, 12, 1), True, "today"),
        (date(2026, 11, 30), True, "which is today somewhere"),
        (date(2026, 11, 29), False, "past everywhere"),
    ],
)
def test_a_day_that_has_passed_is_none(shared_room, day, allowed, why):
    room, claim = shared_room, shared_room.claim()
    if allowed:
        room.do(set_review_due, Claim, claim, day)
    else:
        room.refuse(InvalidInput, set_review_due, Claim, claim, day, expected={"field": "review_due"})


def test_contributors_say_it_of_their_own_claims(shared_room):
    room = shared_room
    own, others = room.claim(by="cat", published=False), room.claim()
    room.do(set_review_due, Claim, own, SUMMER, by="cat")
    for claim, name in ((others, "cat"), (own, "bot"), (own, "checker")):
        room.refuse(PermissionDenied, set_review_due, Claim, claim, date(2027, 8, 1), by=name)


def test_what_is_no_more_is_not_looked_at_again(room):
    withdrawn, merged = room.claim(), room.claim()
    room.do(request_withdrawal, Claim, withdrawn, reason="A mistake.")
    room.do(confirm_withdrawal, Claim, withdrawn, by="bob")
    merge(room, merged, room.claim())
    for claim in (withdrawn, merged):
        room.refuse(TransitionNotAllowed, set_review_due, Claim, claim, SUMMER)


def test_of_two_who_name_a_day_at_once_one_is_told(room):
    claim = room.claim()
    with write_session(room.engine) as first:
        seen = first.get_one(Claim, claim)
        first.expunge(seen)
        first.rollback()
    room.do(set_review_due, Claim, claim, SUMMER)
    with room.refuses(StaleVersion) as session:
        session.add(seen)
        set_review_due(session, seen, date(2027, 7, 1), **room.by("bob"))
    assert due(room, claim) == (SUMMER, room.actor("ann").id)
