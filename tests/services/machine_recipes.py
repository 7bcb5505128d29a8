"""How to come to each step of the workflow: things are found, or built, in the state from which it leads."""

from __future__ import annotations

from random import Random
from typing import Any
from uuid import UUID

from tests.services import model_rules as rules
from tests.services.acts import ACTS, RIGHT_FOR
from tests.services.machine_contents import Contents, second
from tests.services.machine_counts import LEGAL, Step
from tests.services.model import Merger, Thing
from tests.services.model_rules import Person
from tests.services.model_texts import CHANGED, PLAIN, REMOVED, Edition, edited

PATHS = {
    "draft": (),
    "in_review": ("submit",),
    "published": ("submit", "approve"),
    "rejected": ("submit", "reject"),
    "withdrawn": ("submit", "approve", "withdraw"),
    "superseded": ("submit", "approve", "merge"),
}
"""How to come from a first draft to each state."""

AGAIN = {"draft": ("save",), "in_review": ("save", "submit"), "rejected": ("save", "submit", "reject"), "published": ()}
"""How to come from what is published to a newest version in each state, with the older one in force."""


LIFE = ("save", "submit", "save", "submit", "request_changes", "submit", "reject", "save", "submit", "approve", "save")
"""Every step of a review, one after another."""


class Recipes(Contents):
    """Ways to come to a step."""

    targets = sorted(LEGAL)

    def attempt(self, step: str, by: Person, *what: Any) -> bool:
        """Let one step be tried by somebody; whether it was taken."""
        raise NotImplementedError

    def somebody(self, right: str, dice: Random, *, thing: Thing | None = None, but: set[UUID] | None = None) -> Person:
        """Any one of those who may, other than some."""
        able = [one for one in self.people if one.id not in (but or set()) and not denied(one, right, thing)]
        return dice.choice(able)

    def take(self, step: str, dice: Random, *what: Any) -> bool:
        """Take one step by somebody who may; others who may not try it first."""
        right, thing = RIGHT_FOR[step], None if step == "propose" else _first(what, Thing)
        of = _first(what, Merger) or thing
        but = second(step, of) if of else set()
        if dice.random() < 0.3:
            self.attempt(step, dice.choice([one for one in self.people if denied(one, right, thing)]), *what)
        same = [one for one in self.people if one.id in but and not denied(one, right, thing)]
        if same and dice.random() < 0.3:
            self.attempt(step, dice.choice(same), *what)
        return self.attempt(step, self.somebody(right, dice, thing=thing, but=but), *what)

    def try_anything(self, dice: Random) -> None:
        """Anybody tries anything with anything."""
        step = dice.choice(list(ACTS))
        what = self.arguments(step, dice)
        if what is not None:
            self.attempt(step, dice.choice(self.people), *what)

    def create(
        self,
        kind: str,
        dice: Random,
        *,
        article: Thing | None = None,
        claim: Thing | None = None,
        passage: int | None = None,
    ) -> Thing:
        """A first draft that could be published."""
        new = self.new(dice)
        if kind == "annotation":
            article = article or self.an_article("public", dice)
            passage = dice.choice(self.passages(article)) if passage is None else passage
            if claim is None and not any(one.shown and self.model.rests(one.shown) for one in self.model.of("claim")):
                claim = self.built("claim", "published", dice)
            self.take("propose", dice, new, article, passage, self.note(dice, claim or self.a_claim(dice)))
        else:
            if kind == "claim" and not self.good_sources():
                self.built("evidence", "published", dice)
            name = f"{kind}-{self.number()}"
            self.take("write", dice, kind, new, name, self.content(kind, dice))
        return self.model.things[new]

    def go(self, thing: Thing, action: str, dice: Random) -> None:
        """Take the steps that make up an action."""
        if action == "save":
            self.save(thing, dice)
        elif action == "withdraw":
            self.take("request_withdrawal", dice, thing, f"Reason number {self.number()}.")
            self.take("confirm_withdrawal", dice, thing)
        elif action == "merge":
            self.merge(thing, dice)
        elif action == "reopen":
            self.lose_words(thing, dice)
        elif action == "approve":
            self.take("approve", dice, thing, dice.choice(("minor", "correction")))
        else:
            self.take(action, dice, thing)

    def save(self, thing: Thing, dice: Random, content: dict[str, Any] | None = None) -> None:
        """Another version; of a note, where its words stand or elsewhere."""
        passage = None
        if thing.kind == "annotation":
            article = self.model.article_of(thing)
            here = thing.head.place.passage if thing.head.place else 0
            passage = here if article.editions[-1].holds(here) else dice.choice(self.passages(article))
        self.take("revise", dice, thing, content or self.content(thing.kind, dice, of=thing), passage)

    def merge(self, loser: Thing, dice: Random, *, cancel: bool = False) -> None:
        """Merge a claim into another that will do, or think better of it."""
        others = [one for one in self.model.of("claim") if not self.model.not_mergeable(loser, one)]
        waiting = {one.loser for one in self.model.mergers.values() if one.open}
        others = [one for one in others if one.id not in waiting]
        winner = dice.choice(others) if others else self.built("claim", "published", dice)
        new = self.new(dice)
        if self.take("request_merger", dice, new, loser, winner):
            merger = self.model.mergers[new]
            self.take("cancel_merger" if cancel else "confirm_merger", dice, merger)

    def lose_words(self, note: Thing, dice: Random) -> None:
        """Change the text under a note."""
        assert note.head.place is not None
        self.rewrite(self.model.article_of(note), note.head.place.passage, dice.choice((CHANGED, REMOVED)), dice)

    def rewrite(self, article: Thing, passage: int, form: str, dice: Random) -> None:
        """Give a passage another form, by way of its plain one."""
        edition = article.editions[-1]
        if not edition.stands(passage):
            number = edition.hosts[passage]
            self.take("reimport", dice, article, edition.with_(number, min(number, len(edition.order))))
        for step in (PLAIN, form):
            edition = article.editions[-1]
            if edition.forms[passage] != step and PLAIN in (edition.forms[passage], step):
                self.take("reimport", dice, article, edition.in_form(passage, step))

    def edit_a_text(self, dice: Random, state: str = "public") -> None:
        """Another text of an article, after an edit anywhere."""
        article = self.an_article(state, dice)
        edition = edited(article.editions[-1], dice)
        if dice.random() < 0.2:
            self.take("preview", dice, article, edition)
        self.take("reimport", dice, article, edition)

    def built(self, kind: str, state: str, dice: Random, **more: Any) -> Thing:
        """Something new in a state."""
        thing = self.create(kind, dice, **more)
        for action in (*self.detour(kind), *PATHS[state]):
            self.go(thing, action, dice)
        return thing

    def detour(self, kind: str) -> tuple[str, ...]:
        """Steps that a new draft takes and that lead it back to where it was."""
        return ()

    def found(self, kind: str, state: str, dice: Random, *, again: float = 0.95) -> Thing:
        """Something in a state, old or new."""
        old = [one for one in self.model.of(kind) if one.state == state and self.is_usable(one)]
        return dice.choice(old) if old and dice.random() < again else self.built(kind, state, dice)

    def is_usable(self, thing: Thing) -> bool:
        """Whether nothing but its state stands in the way of a step."""
        if thing.asked or any(one.open and thing.id in (one.loser, one.winner) for one in self.model.mergers.values()):
            return False
        return thing.kind != "annotation" or self.model.article_of(thing).state == "public"

    def follow(self, target: Step, dice: Random) -> None:
        """Take one step of the workflow with something in the state from which it leads."""
        kind, state, action = target
        if action == "reopen":
            hidden, passage = self.an_article("hidden", dice), None
            for _ in range(3):
                note = self.built("annotation", "published", dice, article=hidden, passage=passage)
                for step in () if state == "published" else ("save", "submit", "reject"):
                    self.go(note, step, dice)
                passage = note.head.place.passage if note.head.place else None
            self.go(note, "reopen", dice)
        elif action == "withdraw":
            self.withdraw(kind, state, dice)
        elif action == "merge":
            # One without notes, because they all go along; what becomes of them is an event of its own.
            claims = [one for one in self.model.of("claim") if one.state == state and self.is_usable(one)]
            alone = [one for one in claims if not self.model.making(one)]
            self.go(dice.choice(alone) if alone else self.built(kind, state, dice), action, dice)
        elif action == "approve":
            old = [one for one in self.model.of(kind) if one.state == state and self.is_usable(one)]
            good = [one for one in old if self.model.may_be_published(one)]
            self.go(dice.choice(good) if good else self.built(kind, state, dice), action, dice)
        else:
            self.go(self.found(kind, state, dice), action, dice)

    def live(self, kind: str, dice: Random) -> None:
        """A long life: every step of a review, and another version afterwards."""
        thing = self.create(kind, dice)
        for action in LIFE:
            self.go(thing, action, dice)

    def withdraw(self, kind: str, state: str, dice: Random) -> None:
        """Withdraw what is public, with its newest version in a state."""
        old = [one for one in self.model.of(kind) if one.state == state and self.is_usable(one)]
        old = [one for one in old if self.model.is_public(one) and not self.model.making(one)]
        if old:
            thing = dice.choice(old)
        else:
            thing = self.built(kind, "published", dice)
            for action in AGAIN[state]:
                self.go(thing, action, dice)
        self.go(thing, "withdraw", dice)

    def an_article(self, state: str, dice: Random, *, again: bool = True) -> Thing:
        """An article in a state, with something to mark; a new one if there are few."""
        old = [one for one in self.model.of("article") if one.state == state and not one.asked]
        old = [one for one in old if len(self.passages(one)) > 2]
        if old and again:
            return dice.choice(old)
        new, titled = self.new(dice), dice.random() < 0.8
        metadata = self.metadata(dice, titled=titled)
        self.take("bring_in", dice, new, f"article-{self.number()}", Edition(titled=titled), metadata)
        article = self.model.things[new]
        if state != "hidden":
            self.take("make_public", dice, article)
        if state == "withdrawn":
            self.go(article, "withdraw", dice)
        return article

    def furnish(self, dice: Random) -> None:
        """Enough of everything to begin with."""
        for _ in range(3):
            self.built("evidence", "published", dice)
        for _ in range(3):
            self.built("claim", "published", dice)
        for state in ("public", "public", "hidden"):
            article = self.an_article(state, dice, again=False)
            self.built("annotation", "published", dice, article=article)


def denied(person: Person, right: str, thing: Thing | None) -> str | None:
    """Why somebody may not, whatever the state."""
    return rules.denied(person, right, own=thing is None or thing.creator == person.id)


def _first(what: tuple[Any, ...], kind: type[Any]) -> Any:
    return next((one for one in what if isinstance(one, kind)), None)
