"""The model's steps with claims, sources and notes: writing, review, rechecks, withdrawal."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from tests.services import model_rules as rules
from tests.services.model import FOUR_EYES, INVALID, NO_STEP, UNFIT, Book, Codes, Place, Thing, Version
from tests.services.model_rules import FINISHED, PUBLIC, WITHDRAWN, Person

DRAFT = rules.DRAFT


class Review(Book):
    """What can be done with whatever is reviewed."""

    def write(self, by: Person, kind: str, new: UUID, name: str, content: dict[str, Any]) -> Codes:
        """A new claim or source."""
        no = self.may_not(by, "write")
        if not no and any(thing.kind == kind and thing.name == name for thing in self.things.values()):
            no = {"slug_taken"}
        if not no:
            self.begin(Thing(kind, new, name, by.id, DRAFT), by, content)
        return no

    def propose(self, by: Person, new: UUID, article: Thing, passage: int, content: dict[str, Any]) -> Codes:
        """A new note."""
        no = self.may_not(by, "write") or self.not_there(article, passage)
        if not no:
            note = Thing("annotation", new, str(new), by.id, DRAFT, article=article.id)
            self.begin(note, by, content, self.place_now(article, passage))
        return no

    def revise(self, by: Person, thing: Thing, content: dict[str, Any], passage: int | None = None) -> Codes:
        """Another version of anything that is reviewed."""
        no = self.may_not(by, "write", own=thing.creator == by.id)
        if no:
            return no
        article = self.article_of(thing) if thing.article else None
        no = self.no_step(thing, "save")
        if article is not None and passage is not None:
            no |= self.not_there(article, passage)
        if not no:
            place = self.place_now(article, passage) if article is not None and passage is not None else None
            thing.versions.append(Version(len(thing.versions) + 1, by.id, content, place=place))
            self.move(thing, "save", by.id)
        return no

    def submit(self, by: Person, thing: Thing) -> Codes:
        """Send to review."""
        no = self.may_not(by, "submit", own=thing.creator == by.id) or self.no_step(thing, "submit")
        if not no:
            self.move(thing, "submit", by.id)
        return no

    def request_changes(self, by: Person, thing: Thing) -> Codes:
        """Send back."""
        return self.turn_down(by, thing, "request_changes")

    def reject(self, by: Person, thing: Thing) -> Codes:
        """Turn down."""
        return self.turn_down(by, thing, "reject")

    def turn_down(self, by: Person, thing: Thing, action: str) -> Codes:
        """Send back or turn down."""
        no = self.may_not(by, "review") or self.no_step(thing, action)
        if not no:
            self.move(thing, action, by.id)
        return no

    def approve(self, by: Person, thing: Thing, kind: str = "correction") -> Codes:
        """Publish the newest version, whatever kind of change it is taken for."""
        no = self.may_not(by, "review")
        if no:
            return no
        since = thing.shown.number if thing.shown else 0
        if by.id in {version.author for version in thing.versions if version.number > since}:
            no.add(FOUR_EYES)
        no |= self.no_step(thing, "approve")
        if thing.asked:
            no.add(NO_STEP)
        if not self.may_be_published(thing):
            no.add(UNFIT)
        if no:
            return no
        self.move(thing, "approve", by.id)
        old = thing.shown
        self.end_force(thing)
        thing.head.force = "in"
        if thing.kind == "evidence":
            self.reach_claims(thing, old, by.id)
        elif thing.kind == "claim":
            for source, _ in thing.head.content["cites"]:
                self.things[source].seen = True
            self.lower_flag(thing, by.id)
            self.reach_notes(thing, old, by.id)
        else:
            thing.seen |= self.is_public(thing)
            self.close_notice(thing, by.id)
            self.lower_flag(thing, by.id)
        return no

    def may_be_published(self, thing: Thing) -> bool:
        """Whether the newest version meets the rules."""
        if thing.kind == "annotation":
            return self.publishable(thing, thing.head)
        if thing.kind == "claim":
            sources = [self.things[source] for source, _ in thing.head.content["cites"]]
            return all(source.shown for source in sources) and self.rests(thing.head)
        return True

    def reach_claims(self, source: Thing, old: Version | None, by: UUID) -> None:
        """Rule 7: a source that was retracted reaches every claim that rests on it."""
        if source.head.content["status"] != "retracted" or (old and old.content["status"] == "retracted"):
            return
        for claim in self.citing(source):
            self.raise_flag(claim, "evidence_retracted", by)
            assert claim.shown is not None
            if not self.rests(claim.shown):
                for note in self.making(claim):
                    self.open_notice(note, "evidence_retracted", by)

    def reach_notes(self, claim: Thing, old: Version | None, by: UUID) -> None:
        """Rule 8: another verdict reaches every note whose category it does not fit."""
        verdict = claim.head.content["verdict"]
        if old is None or old.content["verdict"] == verdict:
            return
        for note in self.making(claim):
            assert note.shown is not None
            if not rules.fits(verdict, [note.shown.content["category"]]):
                self.open_notice(note, "verdict_changed", by)

    def recheck(self, by: Person, note: Thing) -> Codes:
        """Rule 4: one editor alone can put a notice in the place of a note."""
        no = self.may_not(by, "recheck")
        if not no and (not self.is_public(note) or note.notice):
            no = {NO_STEP}
        if not no:
            self.open_notice(note, "editor_recheck", by.id)
        return no

    def reconfirm(self, by: Person, thing: Thing) -> Codes:
        """Let a note or a claim stand as it is."""
        no = self.may_not(by, "recheck")
        if no:
            return no
        if thing.shown is None or not thing.recheck:
            no.add(NO_STEP)
        if thing.shown and not (
            self.publishable(thing, thing.shown) if thing.kind == "annotation" else self.rests(thing.shown)
        ):
            no.add(UNFIT)
        if not no and not self.close_notice(thing, by.id):
            self.lower_flag(thing, by.id)
        return no

    def set_due(self, by: Person, claim: Thing, day: date | None, today: date) -> Codes:
        """Say by when to look at a claim again."""
        no = self.may_not(by, "write", own=claim.creator == by.id)
        if no:
            return no
        if day is not None and day < today - timedelta(days=1):
            no.add(INVALID)
        if claim.state in FINISHED:
            no.add(NO_STEP)
        if not no and self.due.get(claim.id) != day:
            self.due[claim.id] = day
            self.write_down(claim, "set_review_due", by.id)
        return no

    def request_withdrawal(self, by: Person, thing: Thing, reason: str) -> Codes:
        """Ask that something public be withdrawn."""
        no = self.may_not(by, "withdraw")
        if not no and (not self.is_public(thing) or thing.asked):
            no = {NO_STEP}
        if not no:
            thing.asked = (by.id, reason)
            self.write_down(thing, "request_withdrawal", by.id)
        return no

    def cancel_withdrawal(self, by: Person, thing: Thing) -> Codes:
        """Take a request back, or turn it down."""
        no = self.may_not(by, "withdraw") or (set() if thing.asked else {NO_STEP})
        if not no:
            thing.asked = None
            self.write_down(thing, "cancel_withdrawal", by.id)
        return no

    def confirm_withdrawal(self, by: Person, thing: Thing) -> Codes:
        """Rule 4: a second person withdraws."""
        no = self.may_not(by, "withdraw")
        if no:
            return no
        if thing.asked is None:
            return {NO_STEP}
        if thing.asked[0] == by.id:
            no.add(FOUR_EYES)
        if thing.kind == "claim" and self.making(thing):
            no.add(UNFIT)
        if no:
            return no
        thing.gone, thing.asked = thing.asked[1], None
        if thing.kind == "article":
            thing.state = WITHDRAWN
            self.write_down(thing, "withdraw", by.id, PUBLIC)
        else:
            self.close_notice(thing, by.id)
            self.move(thing, "withdraw", by.id)
        self.end_force(thing)
        return no

    def begin(self, thing: Thing, by: Person, content: dict[str, Any], place: Place | None = None) -> None:
        """The first version of something, and the first step of its history."""
        self.things[thing.id] = thing
        thing.versions.append(Version(1, by.id, content, place=place))
        self.history.append((thing.kind, thing.id, "create", None, DRAFT, by.id))

    def not_there(self, article: Thing, passage: int) -> Codes:
        """Why a passage cannot be marked."""
        if article.state == WITHDRAWN:
            return {NO_STEP, "quote_not_found"}
        return set() if article.editions[-1].holds(passage) else {"quote_not_found"}

    def place_now(self, article: Thing, passage: int) -> Place:
        """Where a passage stands in the newest text."""
        revision = len(article.editions)
        paragraph = article.paragraphs[-1][article.editions[-1].hosts[passage]]
        return Place(passage, paragraph, paragraph, trail={revision: True})
