"""How to come to whatever did not happen often enough so far."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

from tests.services.acts import RIGHT_FOR
from tests.services.machine_contents import REVIEWED, TODAY
from tests.services.machine_counts import OFTEN
from tests.services.machine_events import Events
from tests.services.machine_recipes import denied
from tests.services.model import Thing
from tests.services.model_rules import REVIEW
from tests.services.model_texts import REMOVED

ASKED_AS = {"withdraw": "request_withdrawal", "save": "revise", "merge": "request_merger"}
"""Actions that are asked for by another name."""


DETOURS = {
    ("save",): ("draft", "save"),
    ("submit", "save"): ("in_review", "save"),
    ("submit", "request_changes"): ("in_review", "request_changes"),
    ("submit", "reject", "save"): ("rejected", "save"),
}
"""Ways from a draft back to a draft, and the rarest step on each."""


class Gaps(Events):
    """Whatever is rare."""

    is_filling = False

    def do_what_is_rare(self, dice: Random) -> None:
        """Come to one of the things that did not happen often enough so far; the ends of long ways first."""
        self.is_filling = True
        name, keys = dice.choice(list(self.counts.missing().items()))
        ends = [key for key in keys if isinstance(key, tuple) and key[-1] in {"withdraw", "merge"}]
        least = min(keys.values())
        rare = [key for key, count in keys.items() if count == least]
        getattr(self, f"for_{name}")(dice.choice(ends if name == "taken" and ends else rare), dice)

    def detour(self, kind: str) -> tuple[str, ...]:
        """On the way to something else, whatever step of a review is rare."""
        counts = {steps: self.counts.taken[kind, state, action] for steps, (state, action) in DETOURS.items()}
        steps = min(counts, key=lambda way: counts[way])
        return steps if self.is_filling and counts[steps] < OFTEN else ()

    def for_taken(self, step: tuple[str, str, str], dice: Random) -> None:
        """Take a step of a history."""
        kind, state, action = step
        recipes: dict[str, Callable[[], Any]] = {
            "create": lambda: self.create(kind, dice),
            "request_withdrawal": lambda: self.think_better_of(kind, dice),
            "cancel_withdrawal": lambda: self.think_better_of(kind, dice),
            "flag_recheck": lambda: self.retract(dice) if kind == "claim" else self.edit_around(dice),
            "clear_recheck": lambda: self.lower(kind, dice),
            "open_notice": lambda: self.look_again(dice),
            "close_notice": lambda: self.look_again(dice),
            "retie": lambda: self.merge_with_notes(dice),
            "retie_draft": lambda: self.merge_with_notes(dice, drafts=True),
            "lapse": lambda: self.lapse(dice),
            "request_merger": lambda: self.merge(self.found("claim", "published", dice), dice, cancel=True),
            "cancel_merger": lambda: self.merge(self.found("claim", "published", dice), dice, cancel=True),
            "set_review_due": lambda: self.set_due(dice),
            "redact": lambda: self.redact(kind, dice),
        }
        if kind == "article" and action not in recipes:
            self.for_article(state, action, dice)
        elif action in recipes:
            recipes[action]()
        elif action in REVIEW and kind == "evidence":
            self.live(kind, dice)
        else:
            self.follow(step, dice)

    for_others = for_taken

    def for_article(self, state: str, action: str, dice: Random) -> None:
        """Take a step of an article's history."""
        if action == "import":
            self.an_article("hidden", dice, again=False)
        elif action == "make_public":
            self.take("make_public", dice, self.an_article("hidden", dice, again=False))
        elif action == "withdraw":
            self.an_article("withdrawn", dice, again=False)
        elif action == "reimport":
            self.edit_a_text(dice, "public" if state == "*" else state)
        else:
            self.say_of_an_article(dice, state)

    def think_better_of(self, kind: str, dice: Random) -> None:
        """A withdrawal that is asked for, and then is not."""
        if kind != "article":
            self.think_better(kind, dice)
            return
        article = self.an_article("public", dice)
        if self.take("request_withdrawal", dice, article, f"Reason number {self.number()}."):
            self.take("cancel_withdrawal", dice, article)

    def lower(self, kind: str, dice: Random) -> None:
        """A flag that ends."""
        if kind == "annotation":
            self.edit_around(dice)
        flagged = [one for one in self.model.of(kind) if one.flag and one.shown and self.is_usable(one)]
        if not flagged:
            self.retract(dice)
            return
        thing = dice.choice(flagged)
        if not self.take("reconfirm", dice, thing):
            self.publish_as(thing, self.content(kind, dice, of=thing), dice)

    def for_led_to(self, what: str, dice: Random) -> None:
        """Come to what steps lead to."""
        recipes: dict[str, Callable[[Random], None]] = {
            "notice: evidence_retracted": self.retract,
            "notice: verdict_changed": self.change_verdict,
            "notice: editor_recheck": self.look_again,
            "carried: context": self.edit_around,
            "no longer complete": self.say_of_an_article,
            "notice ended elsewhere": self.go_and_stay_away,
        }
        if what in recipes:
            recipes[what](dice)
        elif what == "carried: moved":
            self.move_words(self.shown_note(dice), dice)
        else:
            self.go_and_come_back(dice)

    def for_refused(self, step: tuple[str, str, str], dice: Random) -> None:
        """Try a step from a state from which it does not lead."""
        kind, state, action = step
        if action == "reopen":
            article = self.an_article("hidden", dice)
            self.lose_words(self.built(kind, state, dice, article=article), dice)
            return
        thing = self.an_article(state, dice, again=False) if kind == "article" else self.found(kind, state, dice)
        name = ASKED_AS.get(action, action)
        more: tuple[Any, ...] = ()
        if name == "redact":
            more = ("text", len(thing.editions)) if kind == "article" else (None, len(thing.versions))
        elif name in {"reimport", "preview"}:
            more = (self.edited_of(thing, dice),)
        elif name == "describe":
            more = (self.metadata(dice, titled=thing.head.content["title"] is None),)
        elif name == "check":
            more = ("partial", TODAY - timedelta(days=dice.randint(10, 20)))
        elif name == "revise":
            passage = thing.head.place.passage if thing.head.place else None
            more = (self.content(kind, dice, of=thing), passage)
        elif name == "request_withdrawal":
            more = ("A reason.",)
        if name == "request_merger":
            self.take(name, dice, self.new(dice), thing, self.found("claim", "published", dice))
        else:
            self.take(name, dice, thing, *more)

    def for_alone(self, step: tuple[str, str, str], dice: Random) -> None:
        """Try alone what takes two."""
        name, kind, role = step
        one = dice.choice([one for one in self.people if one.role == role and one.scopes is None])
        if name == "approve":
            thing = self.found(kind, "draft", dice)
            passage = thing.head.place.passage if thing.head.place else None
            self.attempt("revise", one, thing, self.content(kind, dice, of=thing), passage)
            self.attempt("submit", one, thing)
            self.attempt(name, one, thing)
        elif name == "make_public":
            new = self.new(dice)
            text = self.an_article("hidden", dice).editions[0]
            metadata = self.metadata(dice, titled=text.titled)
            self.attempt("bring_in", one, new, f"article-{self.number()}", text, metadata)
            self.attempt(name, one, self.model.things[new])
        elif name == "confirm_merger":
            new = self.new(dice)
            two = [self.built("claim", "published", dice) for _ in range(2)]
            if self.attempt("request_merger", one, new, *two):
                self.attempt(name, one, self.model.mergers[new])
                self.take("cancel_merger", dice, self.model.mergers[new])
        else:
            thing = self.an_article("public", dice) if kind == "article" else self.found(kind, "published", dice)
            if self.attempt("request_withdrawal", one, thing, "A reason."):
                self.attempt(name, one, thing)
                self.take("cancel_withdrawal", dice, thing)

    def for_denied(self, what: tuple[str, str], dice: Random) -> None:
        """Try what somebody has no right to."""
        right, why = what
        step = dice.choice([step for step, needed in RIGHT_FOR.items() if needed == right])
        arguments = self.arguments(step, dice)
        if arguments is None:
            return
        thing = None if step == "propose" else next((one for one in arguments if isinstance(one, Thing)), None)
        if people := [one for one in self.people if denied(one, right, thing) == why]:
            self.attempt(step, dice.choice(people), *arguments)

    def for_codes(self, code: str, dice: Random) -> None:
        """Try what makes no sense, whoever tries it."""
        article = self.an_article("public", dice)
        if code == "slug_taken":
            self.take("write", dice, "claim", self.new(dice), self.a_claim(dice).name, self.content("claim", dice))
        elif code == "invalid_input":
            self.take("check", dice, article, "complete", None)
        elif code == "not_found":
            self.take("redact", dice, self.anything(dice, *REVIEWED), None, 1_000)
        elif code == "quote_not_found":
            passage = dice.choice(self.passages(article))
            self.rewrite(article, passage, REMOVED, dice)
            self.take("propose", dice, self.new(dice), article, passage, self.note(dice))
        else:
            self.try_anything(dice)

    def for_unfit(self, what: tuple[str, str], dice: Random) -> None:
        """Try to publish, or let stand, what the rules do not allow; or to take away what others rest on."""
        step, kind = what
        if step == "make_public":
            self.show_too_late(dice)
        elif step == "confirm_withdrawal":
            claim = self.claim_of(self.shown_note(dice))
            if self.take("request_withdrawal", dice, claim, "A reason."):
                self.take(step, dice, claim)
                self.take("cancel_withdrawal", dice, claim)
        elif step == "approve":
            thing = self.found(kind, "draft", dice)
            unfit = {"category": "fair_statement", "severity": None, "claim": self.built("claim", "draft", dice).id}
            content = self.content(kind, dice, of=thing)
            self.publish_as(
                thing, {**content, **({"cites": [], "searched": False} if kind == "claim" else unfit)}, dice
            )
        else:
            self.for_lost_footing(step, kind, dice)

    def for_lost_footing(self, step: str, kind: str, dice: Random) -> None:
        """Try what cannot be done with a claim whose only source was retracted."""
        source = self.built("evidence", "published", dice)
        claims = [self.built("claim", "published", dice) for _ in range(2)]
        self.publish_as(claims[0], {**self.claim(dice, "overstated"), "cites": [(source.id, "qualifies")]}, dice)
        note = self.built("annotation", "published", dice, claim=claims[0])
        new = self.new(dice)
        if step == "confirm_merger":
            self.take("request_merger", dice, new, claims[1], claims[0])
        self.publish_as(source, self.source("retracted"), dice)
        if step == "confirm_merger":
            self.take(step, dice, self.model.mergers[new])
        elif step == "request_merger":
            self.take(step, dice, new, claims[1], claims[0])
        else:
            self.take(step, dice, note if kind == "annotation" else claims[0])
