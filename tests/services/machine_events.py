"""What happens to what is public: retractions, verdicts, rechecks, mergers, edits, redactions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

from tests.services.machine_contents import REVIEWED, STANDS, TODAY
from tests.services.machine_recipes import Recipes
from tests.services.model import Thing
from tests.services.model_texts import AROUND, CHANGED, PLAIN, REMOVED, TITLE, TYPOGRAPHY


class Events(Recipes):
    """Things that happen."""

    def shown_note(self, dice: Random, *, pending: bool = False) -> Thing:
        """A note that readers see, or a notice in whose place they see."""
        notes = [one for one in self.model.of("annotation") if self.model.is_public(one) and not one.asked]
        notes = [one for one in notes if bool(one.notice) is pending]
        if notes:
            return dice.choice(notes)
        note = self.built("annotation", "published", dice)
        if pending:
            self.take("recheck", dice, note)
        return note

    def retract(self, dice: Random) -> None:
        """A source is retracted, one that many claims rest on."""
        sources = [one for one in self.good_sources() if self.is_usable(one)]
        fresh = {one.id: sum(claim.flag is None for claim in self.model.citing(one)) for one in sources}
        if not any(fresh.values()):
            note = self.built("annotation", "published", dice)
            sources = [self.model.things[one] for one, _ in self.claim_of(note).head.content["cites"]]
        if sources:
            source = max(dice.sample(sources, len(sources)), key=lambda one: fresh.get(one.id, 0))
            self.publish_as(source, self.source("retracted"), dice)

    def claim_of(self, note: Thing) -> Any:
        """The claim that a note makes."""
        return self.model.things[(note.shown or note.head).content["claim"]]

    def publish_as(self, thing: Thing, content: dict[str, Any], dice: Random) -> None:
        """Another version, approved."""
        self.save(thing, dice, content)
        self.go(thing, "submit", dice)
        self.go(thing, "approve", dice)

    def change_verdict(self, dice: Random) -> None:
        """A claim with a note gets another verdict."""
        claim = self.claim_of(self.shown_note(dice))
        supported = claim.shown is not None and claim.shown.content["verdict"] == "supported"
        verdict = "overstated" if supported else dice.choice(("supported", "supported", *STANDS))
        self.publish_as(claim, self.claim(dice, verdict), dice)

    def look_again(self, dice: Random) -> None:
        """A notice, and its end."""
        self.take("recheck", dice, self.shown_note(dice))
        self.reconfirm(dice)

    def reconfirm(self, dice: Random) -> None:
        """Whatever waits for another look is let stand, if it can; else a later version takes its place."""
        waiting = [one for one in (*self.model.of("annotation"), *self.model.of("claim")) if one.recheck and one.shown]
        notes = [one for one in waiting if one.kind == "annotation" and self.is_usable(one)]
        able = [one for one in notes if one.shown and self.model.publishable(one, one.shown)]
        claims = [one for one in waiting if one.kind == "claim"]
        if able or claims:
            self.take("reconfirm", dice, dice.choice([*able, *claims]))
        if notes and dice.random() < 0.5:
            note = dice.choice(notes)
            self.take("reconfirm", dice, note)
            self.publish_as(note, self.content("annotation", dice), dice)

    def think_better(self, kind: str, dice: Random) -> None:
        """A withdrawal that is asked for, and then is not."""
        thing = self.shown_note(dice) if kind == "annotation" else self.found(kind, "published", dice, again=0.9)
        if self.take("request_withdrawal", dice, thing, f"Reason number {self.number()}."):
            self.take("cancel_withdrawal", dice, thing)

    def merge_with_notes(self, dice: Random, *, drafts: bool | None = None) -> None:
        """A claim with notes, and drafts of notes, is merged into another."""
        claim = self.built("claim", "published", dice)
        note = self.built("annotation", "published", dice, claim=claim)
        if drafts or (drafts is None and dice.random() < 0.5):
            self.save(note, dice)
        self.merge(claim, dice)
        if note.state == "draft" and self.is_usable(note):
            self.go(note, "submit", dice)
            self.go(note, "approve", dice)

    def lapse(self, dice: Random) -> None:
        """Words go under what was approved on a hidden article and is being revised."""
        note = self.built("annotation", "published", dice, article=self.an_article("hidden", dice))
        for action in dice.choice((("save",), ("save", "submit"), ("save", "submit", "reject"))):
            self.go(note, action, dice)
        self.lose_words(note, dice)

    def go_and_stay_away(self, dice: Random) -> None:
        """The words of a note move while it is looked at again."""
        note = self.shown_note(dice)
        self.take("recheck", dice, note)
        self.move_words(note, dice)
        self.take("reconfirm", dice, note)

    def move_words(self, note: Thing, dice: Random) -> None:
        """The words of a note go to another paragraph, if they can."""
        article, place = self.model.article_of(note), note.head.place
        edition = article.editions[-1]
        if place and place.passage != TITLE and edition.holds(place.passage):
            hosts = [number for number in edition.order if number != edition.hosts[place.passage]]
            self.take("reimport", dice, article, edition.moved(place.passage, dice.choice(hosts)))

    def show_too_late(self, dice: Random) -> None:
        """What was approved for a hidden article no longer holds when that is to be shown."""
        note = self.built("annotation", "published", dice, article=self.an_article("hidden", dice))
        claim = self.claim_of(note)
        supported = claim.head.content["verdict"] == "supported"
        self.publish_as(claim, self.claim(dice, "overstated" if supported else "supported"), dice)
        self.take("make_public", dice, self.model.article_of(note))

    def edit_around(self, dice: Random) -> None:
        """The sentence around a note changes; then somebody looks."""
        note = self.shown_note(dice)
        assert note.shown
        assert note.shown.place
        self.rewrite(self.model.article_of(note), note.shown.place.passage, dice.choice((AROUND, TYPOGRAPHY)), dice)
        if note.flag and note.shown and dice.random() < 0.7:
            self.take("reconfirm", dice, note)

    def go_and_come_back(self, dice: Random) -> None:
        """Words change or go, and come back."""
        note = self.shown_note(dice)
        assert note.shown
        assert note.shown.place
        article, passage = self.model.article_of(note), note.shown.place.passage
        self.rewrite(article, passage, dice.choice((CHANGED, REMOVED)), dice)
        if dice.random() < 0.7:
            self.rewrite(article, passage, PLAIN, dice)

    def say_of_an_article(self, dice: Random, state: str = "public") -> None:
        """Other metadata, another fact-check."""
        article = self.an_article(state, dice)
        titled = article.head.content["title"] is None
        self.take("describe", dice, article, self.metadata(dice, titled=titled))
        checked = TODAY - timedelta(days=dice.randint(1, 9))
        self.take("check", dice, article, dice.choice(("partial", "complete", "complete")), checked)
        if dice.random() < 0.5:
            self.take("reimport", dice, article, self.edited_of(article, dice))

    def edited_of(self, article: Thing, dice: Random) -> Any:
        """Another text of an article."""
        arguments = self.of_articles("reimport", dice, article, article.editions[-1])
        return arguments[1]

    def set_due(self, dice: Random) -> None:
        """A day by which to look at a claim again."""
        claims = [one for one in self.model.of("claim") if one.state not in {"withdrawn", "superseded"}]
        days = dice.choice((10, 20, 30, 40, 50, None))
        self.take("set_due", dice, dice.choice(claims), None if days is None else TODAY + timedelta(days=days), TODAY)

    def redact(self, kind: str, dice: Random) -> None:
        """A version that nobody is to see again."""
        part = dice.choice(("text", "metadata")) if kind == "article" else None
        found = []
        for thing in self.model.of(kind):
            versions = len(thing.editions) if part == "text" else len(thing.versions)
            able = [one for one in range(1, versions + 1) if self.model.can_be_redacted(thing, part, one, versions)]
            found += [(thing, number) for number in able]
        if found:
            thing, number = dice.choice(found)
            self.take("redact", dice, thing, part, number)
        elif kind == "article":
            self.an_article("withdrawn", dice, again=False)
        else:
            content = {**self.content(kind, dice), **({"note": "Words."} if kind == "annotation" else {})}
            self.publish_as(self.found(kind, "published", dice), content, dice)

    @property
    def events(self) -> list[Callable[[Random], None]]:
        """What happens on its own, whatever the counts say."""
        return [
            self.retract,
            self.change_verdict,
            self.look_again,
            self.reconfirm,
            self.merge_with_notes,
            self.edit_around,
            self.go_and_come_back,
            self.go_and_stay_away,
            self.show_too_late,
            self.say_of_an_article,
            self.set_due,
            lambda dice: self.redact(dice.choice((*REVIEWED, "article")), dice),
            lambda dice: self.think_better(dice.choice(("claim", "annotation")), dice),
        ]

    def happen(self, dice: Random) -> None:
        """One of the events."""
        dice.choice(self.events)(dice)
