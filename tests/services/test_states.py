"""The workflow through the services: every state × step, for claims, sources and annotations, with its history."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import select

from annotations.errors import InvalidText, TransitionNotAllowed
from annotations.services.reviewing import reject, request_changes, submit
from annotations.services.withdrawing import cancel_withdrawal, confirm_withdrawal, request_withdrawal
from annotations.store.chains import GENESIS
from annotations.store.claims import Claim
from tests.services.newsroom import ENTITIES
from tests.services.steps import PATHS, REASON, step

ALLOWED = {
    ("draft", "save"): "draft",
    ("draft", "submit"): "in_review",
    ("in_review", "save"): "draft",
    ("in_review", "request_changes"): "draft",
    ("in_review", "reject"): "rejected",
    ("in_review", "approve"): "published",
    ("rejected", "save"): "draft",
    ("published", "save"): "draft",
    ("published", "request_withdrawal"): "published",
}
ACTIONS = ("save", "submit", "request_changes", "reject", "approve", "request_withdrawal", "confirm_withdrawal")
STATES = {"claim": tuple(PATHS), "annotation": tuple(PATHS), "evidence": tuple(PATHS)[:4]}


def state_of(shared_room, kind, entity_id):
    with shared_room.look() as session:
        return session.scalars(select(ENTITIES[kind].state).where(ENTITIES[kind].id == entity_id)).one()


@pytest.mark.parametrize("kind", ENTITIES)
def test_every_state_and_step(shared_room, kind):
    # Sources are not withdrawn: they leave the public view with the last claim that cites them.
    actions = ACTIONS if kind != "evidence" else ACTIONS[:-2]
    for state in STATES[kind]:
        entity_id = shared_room.entity(kind, published=False)
        for action in PATHS[state]:
            step(shared_room, kind, entity_id, action)
        assert state_of(shared_room, kind, entity_id) == state
        for action in actions:
            if (state, action) not in ALLOWED:
                step(shared_room, kind, entity_id, action, TransitionNotAllowed)
                assert state_of(shared_room, kind, entity_id) == state
        steps = len(shared_room.history(entity_id))
        assert steps == 1 + len(PATHS[state])


@pytest.mark.parametrize("kind", ENTITIES)
def test_every_allowed_step_and_its_history(shared_room, kind):
    for (state, action), target in ALLOWED.items():
        if kind == "evidence" and action == "request_withdrawal":
            continue
        entity_id = shared_room.entity(kind, published=False)
        for before in (*PATHS[state], action):
            step(shared_room, kind, entity_id, before)
        assert state_of(shared_room, kind, entity_id) == target
        last = shared_room.history(entity_id)[-1]
        assert (last.action, last.from_state, last.to_state, last.four_eyes) == (action, state, target, True)
        assert last.reason == (REASON if action in {"request_changes", "reject", "request_withdrawal"} else None)


@pytest.mark.parametrize("kind", ENTITIES)
def test_a_history_is_a_chain_that_names_who_and_which_version(shared_room, kind):
    entity_id = shared_room.entity(kind, published=False)
    for action in ("submit", "request_changes", "save", "submit", "approve", "save"):
        step(shared_room, kind, entity_id, action)
    history = shared_room.history(entity_id)
    people = {actor.id: name for name, actor in shared_room.people.items()}
    assert [(one.action, people[one.actor_id], one.version_number) for one in history] == [
        ("create", "ann", 1),
        ("submit", "ann", 1),
        ("request_changes", "bob", 1),
        ("save", "ann", 2),
        ("submit", "ann", 2),
        ("approve", "bob", 2),
        ("save", "ann", 3),
    ]
    assert [one.position for one in history] == list(range(1, 8))
    assert [one.prev_hash for one in history] == [GENESIS, *(one.hash for one in history[:-1])]
    assert [one.from_state for one in history] == [None, *(one.to_state for one in history[:-1])]


@pytest.mark.parametrize("service", [request_changes, reject])
@pytest.mark.parametrize("reason", ["", "  ", "\x00", "x" * 1_001])
def test_a_step_back_needs_a_reason_that_can_be_kept(shared_room, service, reason):
    claim = shared_room.claim(published=False)
    shared_room.do(submit, Claim, claim)
    shared_room.refuse(InvalidText, service, Claim, claim, by="bob", reason=reason, expected={"field": "reason"})


def test_a_request_to_withdraw_stands_once_and_can_be_taken_back(shared_room):
    claim = shared_room.claim()
    shared_room.refuse(TransitionNotAllowed, cancel_withdrawal, Claim, claim)
    shared_room.do(request_withdrawal, Claim, claim, reason=REASON)
    shared_room.refuse(TransitionNotAllowed, request_withdrawal, Claim, claim, reason=REASON, by="bob")
    shared_room.do(cancel_withdrawal, Claim, claim, by="bob", reason="It is right.")
    shared_room.refuse(TransitionNotAllowed, confirm_withdrawal, Claim, claim, by="bob")
    shared_room.do(request_withdrawal, Claim, claim, reason=REASON, by="bob")
    shared_room.do(cancel_withdrawal, Claim, claim, by="bob")
    # Whose reason is whose: who cancels need not give one.
    assert [(one.action, one.reason) for one in shared_room.history(claim)][-4:] == [
        ("request_withdrawal", REASON),
        ("cancel_withdrawal", "It is right."),
        ("request_withdrawal", REASON),
        ("cancel_withdrawal", None),
    ]
    assert state_of(shared_room, "claim", claim) == "published"


@pytest.mark.parametrize("reason", ["", "  ", "\x00", "x" * 1_001])
def test_a_request_is_cancelled_for_a_reason_that_can_be_kept_or_for_none(shared_room, reason):
    claim = shared_room.claim()
    shared_room.do(request_withdrawal, Claim, claim, reason=REASON)
    expected = {"field": "reason"}
    shared_room.refuse(InvalidText, cancel_withdrawal, Claim, claim, by="bob", reason=reason, expected=expected)


def test_every_pair_is_looked_at():
    assert len(ALLOWED) + sum(pair not in ALLOWED for pair in product(PATHS, ACTIONS)) == 35
