"""Whatever editors do, in whatever order, the rules hold; and they really did everything there is to do."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from annotations.review.workflow import TRANSITIONS
from tests.services.machine import Desk, Start
from tests.services.machine_counts import LEGAL
from tests.services.model_rules import STEPS

pytestmark = pytest.mark.slow

RUNS, STEPS_A_RUN = {"sqlite": 5, "postgresql": 2}, 12
DAYS, STEPS_A_DAY, LOOK_EVERY = 30, 100, 10


@pytest.fixture(scope="module")
def desk(databases, backend):
    start = Start(databases)
    if backend == "postgresql":
        # Every step that is legal is taken as often here; what is refused is refused before the database is asked.
        start.counts.sorts = ("taken",)
    yield type("DeskHere", (Desk,), {"start": start})
    databases.drop(start.url)


def test_the_workflow_is_the_one_that_the_model_knows():
    assert {(str(state), str(action)): str(target) for (state, action), target in TRANSITIONS.items()} == STEPS
    assert {(state, action) for _, state, action in LEGAL} == set(STEPS)


def test_the_rules_hold_whatever_editors_do(desk, backend):
    run_state_machine_as_test(
        desk,
        settings=settings(
            max_examples=RUNS[backend],
            stateful_step_count=STEPS_A_RUN,
            deadline=None,
            database=None,
            # What differs is named with the step that made it; to look for a shorter way there takes minutes.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_and_editors_did_everything_there_is_to_do(desk):
    # Hypothesis looks for what breaks; on these days whatever was rare so far is done, until nothing is rare.
    counts = desk.start.counts
    for day in range(DAYS):
        dice, today = Random(day), desk()
        for step in range(STEPS_A_DAY):
            if not counts.missing():
                break
            today.do_what_is_rare(today.throw(dice.getrandbits(32)))
            if step % LOOK_EVERY == 0:
                today.the_rules_hold()
        today.teardown()
        if not counts.missing():
            break
    assert counts.missing() == {}
