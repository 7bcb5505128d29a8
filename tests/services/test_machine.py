"""Whatever editors do, in whatever order, the rules hold; and they really did everything there is to do."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.services.machine import TAKEN, Desk, Start

RUNS, DAYS = {"sqlite": 8, "postgresql": 2}, {"sqlite": 40, "postgresql": 1}
STEPS = 40
EVERY_STEP = (
    "add source",
    "revise source",
    "write claim",
    "revise claim",
    "propose note",
    "revise note",
    *(f"{step} {kind}" for step in ("submit", "approve") for kind in ("claim", "evidence", "annotation")),
    *(f"{step} {kind}" for step in ("request changes", "reject") for kind in ("claim", "evidence", "annotation")),
    *(f"request withdrawal {kind}" for kind in ("claim", "annotation", "article")),
    *(f"confirm withdrawal {kind}" for kind in ("claim", "annotation", "article")),
    *(f"cancel withdrawal {kind}" for kind in ("claim", "annotation", "article")),
    "import",
    "make public",
    "edit metadata",
    "mark fact-check",
    "recheck",
)
REFUSALS = ("permission_denied", "four_eyes_required", "transition_not_allowed", "not_publishable", "invalid_input")


RULES = (
    "work_on_a_source",
    "work_on_a_claim",
    "work_on_a_note",
    "send_something_on",
    "work_on_an_article",
    "look_again",
    "withdraw",
    "withdraw",
)


@pytest.fixture(scope="module")
def desk(databases):
    TAKEN.clear()
    return type("DeskHere", (Desk,), {"databases": databases, "start": Start(databases)})


def test_the_rules_hold_whatever_editors_do(desk, backend):
    run_state_machine_as_test(
        desk,
        settings=settings(
            max_examples=RUNS[backend],
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    # A machine that publishes nothing shows nothing.
    assert sum(TAKEN[f"approve {kind}", "taken"] for kind in ("claim", "evidence", "annotation")) > RUNS[backend]


def test_and_editors_did_everything_there_is_to_do(desk, backend):
    # Hypothesis looks for what breaks; days drawn at random see to it that no step is left out.
    TAKEN.clear()
    for day in range(DAYS[backend]):
        dice, today = Random(day), desk()
        for _ in range(STEPS):
            getattr(today, dice.choice(RULES))(seed=dice.getrandbits(32))
            today.the_rules_hold()
        today.teardown()
        if not rarely_taken():
            break
    # One day on PostgreSQL shows that the rules do not depend on the database.
    if backend == "sqlite":
        assert rarely_taken() == {}
        assert set(REFUSALS) <= {code for _, code in TAKEN}


def rarely_taken():
    return {step: TAKEN[step, "taken"] for step in EVERY_STEP if TAKEN[step, "taken"] < 3}
