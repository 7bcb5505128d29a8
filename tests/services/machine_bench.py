"""A desk with its model: every step is taken by both, and both must come to the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from annotations.errors import DomainError
from annotations.permissions import Actor, Scope
from annotations.store.articles import Article, Block, Revision
from tests.services.acts import ACTS
from tests.services.machine_counts import Counts
from tests.services.machine_gaps import Gaps
from tests.services.machine_witness import Witness
from tests.services.model import DENIED, FOUR_EYES, NO_STEP, UNFIT, Thing
from tests.services.model_articles import Model
from tests.services.model_rules import Person
from tests.services.newsroom import Newsroom

TOKENS = {
    "ann's pen": ("ann", Scope.WRITE),
    "cat's pen": ("cat", Scope.WRITE),
    "bob's stamp": ("bob", Scope.REVIEW),
    "dan's keys": ("dan", Scope.ADMIN),
    "eve's glasses": ("eve", Scope.READ),
    "the site": ("cat", Scope.REIMPORT),
}
"""Tokens, each with its owner and its scope."""

PART = {"request_withdrawal": "withdraw", "request_merger": "merge", "revise": "save"}
"""Steps that go by the name of the action that they begin, where it is not their own."""


PUBLISHING = frozenset(
    {
        *("approve", "recheck", "reconfirm", "confirm_withdrawal", "confirm_merger"),
        *("make_public", "describe", "check", "reimport", "redact"),
    }
)
"""Steps by which readers may see something else."""


class Bench(Gaps):
    """A newsroom and its model; every step is a transaction of its own."""

    def sit_down(self, room: Newsroom, model: Model, counts: Counts) -> None:
        """Begin with what there is."""
        self.room, self.model, self.counts = room, model, counts
        tokens = {name: replace(room.people[of], scopes=frozenset({scope})) for name, (of, scope) in TOKENS.items()}
        self.actors = {**room.people, **tokens}
        self.people = [_person(name, actor) for name, actor in self.actors.items()]
        self.witness = Witness(room, model, counts)

    def attempt(self, step: str, by: Person, *what: Any) -> bool:
        """Let the model and the services take one step, or refuse it for the same reason; whether it was taken."""
        states = {note.id: note.state for note in self.model.of("annotation")}
        things = [one for one in what if isinstance(one, Thing)]
        strayed = step in PUBLISHING and any(_notice_strayed(one) for one in things)
        expected = getattr(self.model, step)(by, *what)
        code, made = None, None
        try:
            with self.room.work() as session:
                made = ACTS[step](session, *what, actor=self.actors[by.name], now=self.room.now())
        except DomainError as error:
            code = error.code
        assert code in (expected or {None}), f"{step} by {by.name}: {code}, and the model says {expected or 'yes'}"
        if code is not None:
            self.count_refusal(step, by, things, code)
            return False
        if step == "request_merger":
            self.model.mergers[what[0]].row = made.id
        elif step in {"bring_in", "reimport"}:
            article = self.model.things[what[0]] if step == "bring_in" else things[0]
            self.model.learn(article, self.paragraphs(article))
            self.count_carried(article, states)
        if step in PUBLISHING:
            self.counts.led_to["notice ended elsewhere"] += strayed and things[0].notice is None
            self.witness.glance()
        return True

    def count_refusal(self, step: str, by: Person, things: list[Thing], code: str) -> None:
        """Count who was refused what, and why."""
        self.counts.codes[code] += 1
        if code == DENIED:
            assert self.model.why
            self.counts.denied[self.model.why] += 1
        elif code == FOUR_EYES:
            self.counts.alone[step, things[0].kind if things else "claim", by.role] += 1
        elif code == UNFIT:
            self.counts.unfit[step, things[0].kind if things else "claim"] += 1
        elif code == NO_STEP and things:
            self.counts.refused[things[0].kind, things[0].state, PART.get(step, step)] += 1

    def count_carried(self, article: Thing, states: dict[UUID, str]) -> None:
        """Count where notes stand now, and which were left in review though their words went."""
        for note in self.model.of("annotation"):
            place = note.head.place
            if note.article != article.id or place is None or len(article.editions) not in place.trail:
                continue
            self.counts.led_to[f"carried: {place.state}"] += 1
            self.counts.led_to["carried: context"] += place.context
            self.counts.led_to["carried: found again"] += place.found_again
            if article.state == "hidden" and not place.holds and states.get(note.id) == note.state:
                self.counts.refused["annotation", note.state, "reopen"] += 1

    def paragraphs(self, article: Thing) -> dict[int, UUID]:
        """The ids of the paragraphs of the newest text."""
        newest = (
            select(Block.ordinal, Block.paragraph_id)
            .join(Revision, Revision.id == Block.revision_id)
            .join(Article, (Article.id == Revision.article_id) & (Article.revision_number == Revision.number))
            .where(Article.id == article.id)
        )
        with self.room.look() as session:
            return {row.ordinal: row.paragraph_id for row in session.execute(newest)}


def _person(name: str, actor: Actor) -> Person:
    scopes = None if actor.scopes is None else frozenset(str(scope) for scope in actor.scopes)
    return Person(actor.id, name, str(actor.role), scopes)


def _notice_strayed(thing: Thing) -> bool:
    """Whether a notice stands elsewhere than the words of its note do by now."""
    place = thing.shown.place if thing.shown else None
    return thing.notice is not None and place is not None and place.paragraph != thing.notice.paragraph
