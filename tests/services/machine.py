"""Editors who do anything at any time: the services decide, a model says what they must decide, the rules must hold.

Hypothesis chooses what is done. Whatever is done is done to the model as well, which says whether it must be refused,
and what histories and readers must say of it afterwards.
"""

from __future__ import annotations

from contextlib import ExitStack
from copy import deepcopy
from random import Random

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.databases import Databases, engine_for, planning_once
from tests.services.machine_bench import Bench
from tests.services.machine_counts import Counts
from tests.services.model_articles import Model
from tests.services.newsroom import Newsroom

SEEDS = st.integers(0, 2**32)


class Start(Bench):
    """Enough of everything, public and not, that any step has something to start from."""

    def __init__(self, databases: Databases) -> None:
        self.databases = databases
        self.url = databases.copy(databases.migrated())
        with engine_for(self.url) as engine, planning_once(engine):
            self.sit_down(Newsroom(engine), Model(), Counts())
            self.furnish(Random(0))
            self.witness.look_at_everything()


class Desk(Bench, RuleBasedStateMachine):
    """A desk on a database of its own."""

    start: Start

    def __init__(self) -> None:
        super().__init__()
        self.url = self.start.databases.copy(self.start.url)
        self.connected = ExitStack()
        engine = self.connected.enter_context(engine_for(self.url))
        self.connected.enter_context(planning_once(engine))
        self.sit_down(Newsroom(engine, on_copy_of=self.start.room), deepcopy(self.start.model), self.start.counts)
        self.steps = 0

    def teardown(self) -> None:
        self.witness.look_at_everything()
        self.witness.look_back(Random(self.steps))
        self.witness.verify()
        self.connected.close()
        self.start.databases.drop(self.url)

    def throw(self, seed: int) -> Random:
        """Dice for one step: hypothesis likes to repeat itself, and a desk that repeats itself gets nowhere."""
        self.steps += 1
        return Random(f"{seed} {self.steps}")

    @rule(seed=SEEDS)
    def anybody_tries_anything(self, seed: int) -> None:
        dice = self.throw(seed)
        for _ in range(8):
            self.try_anything(dice)

    @rule(seed=SEEDS)
    def a_thing_goes_its_way(self, seed: int) -> None:
        dice = self.throw(seed)
        self.follow(dice.choice(self.targets), dice)

    @rule(seed=SEEDS)
    def the_site_edits_a_text(self, seed: int) -> None:
        dice = self.throw(seed)
        self.edit_a_text(dice, dice.choice(("public", "public", "hidden")))

    @rule(seed=SEEDS)
    def something_happens(self, seed: int) -> None:
        self.happen(self.throw(seed))

    @invariant()
    def the_rules_hold(self) -> None:
        self.witness.look()
