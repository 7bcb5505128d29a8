"""What is written on a desk, and what its steps are tried with: made up as they come, from what there is."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from tests.services.machine_counts import Counts
from tests.services.model import Merger, Thing
from tests.services.model_articles import Model
from tests.services.model_rules import Person
from tests.services.model_texts import PASSAGES, Edition, edited
from tests.services.newsroom import START, Newsroom

STANDS = {
    "supported": ("supports",),
    "partly_supported": ("supports", "qualifies"),
    "overstated": ("qualifies", "contradicts"),
    "misleading": ("contradicts", "qualifies"),
}
"""Verdicts, and the stances that fit them."""

CATEGORIES = {"supported": ("fair_statement", "understatement")}
FAULTS = ("cure_claim", "understatement", "weak_evidence")
REVIEWED = ("claim", "evidence", "annotation")
TODAY = START.date()


class Contents:
    """Makes up contents and arguments."""

    room: Newsroom
    model: Model
    counts: Counts
    people: list[Person]

    def new(self, dice: Random) -> UUID:
        """The id of something new."""
        return UUID(int=dice.getrandbits(128), version=4)

    def number(self) -> str:
        """A number that nothing has yet."""
        return self.room.unused("no").removeprefix("no-")

    def source(self, status: str = "no_notice") -> dict[str, Any]:
        """What a source says."""
        number = self.number()
        return {"name": f"trial-{number}", "finding": f"Finding number {number}.", "status": status}

    def claim(self, dice: Random, verdict: str | None = None, *, sound: bool = True) -> dict[str, Any]:
        """What a claim says; of a sound one the evidence fits the verdict."""
        verdict = verdict or dice.choice([*STANDS, "unverifiable"])
        sources = [one for one in self.model.of("evidence") if one.shown or not sound]
        good = self.good_sources()
        searched = verdict == "unverifiable"
        cites: list[tuple[UUID, str]] = []
        if not searched and good:
            cites.append((dice.choice(good).id, dice.choice(STANDS[verdict])))
        if dice.random() < 0.5 or not (sound or searched):
            stance = dice.choice(("supports", "qualifies", "contradicts"))
            cites += [(one.id, stance) for one in dice.sample(sources, 1) if one.id not in dict(cites)]
        if not sound:
            cites = cites[1:]
        summary = f"Summary number {self.number()}."
        return {"verdict": verdict, "cites": cites, "searched": searched, "summary": summary}

    def good_sources(self) -> list[Thing]:
        """The sources on which a claim can rest."""
        sources = self.model.of("evidence")
        return [one for one in sources if one.shown and one.shown.content["status"] != "retracted"]

    def note(self, dice: Random, claim: Thing | None = None) -> dict[str, Any]:
        """What a note says; of a claim in force it fits the verdict."""
        claim = claim or dice.choice(self.model.of("claim"))
        category = dice.choice([*FAULTS, "fair_statement"])
        if claim.shown:
            category = dice.choice(CATEGORIES.get(claim.shown.content["verdict"], FAULTS))
        return {
            "claim": claim.id,
            "category": category,
            "severity": None if category == "fair_statement" else dice.choice((1, 2, 3)),
            "note": dice.choice((f"Note number {self.number()}.", None)),
        }

    def metadata(self, dice: Random, *, titled: bool) -> dict[str, Any]:
        """What is said of an article; a title where the text has none."""
        number = self.number()
        return {"title": None if titled else f"Title number {number}", "topics": (f"topic-{number}",)}

    def content(self, kind: str, dice: Random, *, sound: bool = True, of: Thing | None = None) -> dict[str, Any]:
        """What anything reviewed may say."""
        if kind == "evidence":
            status = dice.choice(("no_notice", "corrected")) if sound else "retracted"
            return self.source(status)
        if kind == "claim":
            return self.claim(dice, sound=sound)
        standing = self.model.things[of.head.content["claim"]] if of else None
        return self.note(dice, standing if sound and standing and standing.shown else self.a_claim(dice, sound=sound))

    def a_claim(self, dice: Random, *, sound: bool = True) -> Thing:
        """A claim; a sound one can be published with."""
        claims = self.model.of("claim")
        good = [one for one in claims if one.shown and self.model.rests(one.shown)]
        return dice.choice(good if sound and good else claims)

    def passages(self, article: Thing) -> list[int]:
        """The passages that can be marked now."""
        return [number for number in range(len(PASSAGES)) if article.editions[-1].holds(number)]

    def anything(self, dice: Random, *kinds: str) -> Thing:
        """Anything of these kinds."""
        return dice.choice(self.model.of(dice.choice(kinds or (*REVIEWED, "article"))))

    def arguments(self, step: str, dice: Random) -> tuple[Any, ...] | None:
        """Anything to try a step with, sensible or not; None where there is nothing."""
        article = self.anything(dice, "article")
        edition = article.editions[-1]
        if step == "write":
            kind = dice.choice(("claim", "evidence"))
            old = dice.choice(self.model.of(kind)).name
            name = dice.choice((f"{kind}-{self.number()}", f"{kind}-{self.number()}", old))
            return kind, self.new(dice), name, self.content(kind, dice, sound=dice.random() < 0.5)
        if step == "propose":
            return self.new(dice), article, dice.randrange(len(PASSAGES)), self.note(dice)
        if step == "revise":
            thing = self.anything(dice, *REVIEWED)
            passage = dice.randrange(len(PASSAGES)) if thing.kind == "annotation" else None
            return thing, self.content(thing.kind, dice, sound=dice.random() < 0.5, of=thing), passage
        if step == "request_withdrawal":
            return self.anything(dice, "claim", "annotation", "article"), f"Reason number {self.number()}."
        if step in {"cancel_withdrawal", "confirm_withdrawal"}:
            return (self.anything(dice, "claim", "annotation", "article"),)
        if step == "reconfirm":
            return (self.anything(dice, "claim", "annotation"),)
        if step == "recheck":
            return (self.anything(dice, "annotation"),)
        if step == "request_merger":
            return self.new(dice), self.anything(dice, "claim"), self.anything(dice, "claim")
        if step in {"cancel_merger", "confirm_merger"}:
            mergers: list[Merger] = list(self.model.mergers.values())
            return (dice.choice(mergers),) if mergers else None
        if step == "set_due":
            days = dice.choice((-9, 30, 60, 90, None))
            day = None if days is None else TODAY + timedelta(days=days)
            return self.anything(dice, "claim"), day, TODAY
        return self.of_articles(step, dice, article, edition)

    def of_articles(self, step: str, dice: Random, article: Thing, edition: Edition) -> tuple[Any, ...]:
        """The same for steps with articles, and for those with anything."""
        titled = edition.titled
        if step == "bring_in":
            old = dice.choice(self.model.of("article")).name
            slug = dice.choice((f"article-{self.number()}", f"article-{self.number()}", old))
            text = Edition(titled=dice.random() < 0.8)
            return self.new(dice), slug, text, self.metadata(dice, titled=dice.random() < 0.8)
        if step == "describe":
            return article, self.metadata(dice, titled=titled if dice.random() < 0.7 else not titled)
        if step == "check":
            status = dice.choice(("not_started", "partial", "complete"))
            return article, status, dice.choice((None, date(2026, 11, dice.randint(1, 9))))
        if step in {"preview", "reimport"}:
            text = edited(edition, dice)
            return article, Edition(text.order, text.forms, text.hosts, titled=False) if dice.random() < 0.1 else text
        if step == "redact":
            thing = self.anything(dice)
            part = dice.choice(("text", "metadata")) if thing.kind == "article" else None
            return thing, part, dice.randint(0, max(len(thing.versions), len(thing.editions)) + 1)
        if step == "make_public":
            return (article,)
        return (self.anything(dice, *REVIEWED),)


def second(step: str, thing: Thing | Merger) -> set[UUID]:
    """Who has had a part in something, so that others must take this step."""
    if isinstance(thing, Merger):
        return {thing.by} if step == "confirm_merger" else set()
    if step == "approve":
        since = thing.shown.number if thing.shown else 0
        return {version.author for version in thing.versions if version.number > since}
    if step == "confirm_withdrawal" and thing.asked:
        return {thing.asked[0]}
    return set(thing.editors) if step == "make_public" else set()
