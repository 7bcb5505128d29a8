"""The model's steps with mergers: one person asks, another confirms, and every note of the loser makes the winner."""

from __future__ import annotations

from copy import deepcopy
from uuid import UUID

from tests.services import model_rules as rules
from tests.services.model import FOUR_EYES, INVALID, NO_STEP, UNFIT, Codes, Merger, Thing, Version
from tests.services.model_review import Review
from tests.services.model_rules import FINISHED, PUBLISHED, WITHDRAWN, Person


class Merging(Review):
    """What can be done with two claims."""

    def request_merger(self, by: Person, new: UUID, loser: Thing, winner: Thing) -> Codes:
        """Ask that one claim be merged into another."""
        no = self.may_not(by, "merge") or self.not_mergeable(loser, winner)
        if not no and any(one.open and one.loser in {loser.id, winner.id} for one in self.mergers.values()):
            no = {NO_STEP}
        if not no:
            assert winner.shown is not None
            self.mergers[new] = Merger(new, loser.id, winner.id, by.id, winner.shown.number)
            self.write_down(loser, "request_merger", by.id)
        return no

    def not_mergeable(self, loser: Thing, winner: Thing) -> Codes:
        """Why two claims cannot be merged as they are."""
        if loser is winner:
            return {INVALID}
        no: Codes = set()
        if any(claim.state != PUBLISHED or claim.asked for claim in (loser, winner)):
            no.add(NO_STEP)
        if winner.shown and not self.rests(winner.shown):
            no.add(UNFIT)
        return no

    def cancel_merger(self, by: Person, merger: Merger) -> Codes:
        """Take a request to merge back, or turn it down."""
        no = self.may_not(by, "merge") or (set() if merger.open else {NO_STEP})
        if not no:
            merger.open = False
            self.write_down(self.things[merger.loser], "cancel_merger", by.id)
        return no

    def confirm_merger(self, by: Person, merger: Merger) -> Codes:
        """Rule 4: a second person merges."""
        no = self.may_not(by, "merge")
        if no:
            return no
        loser, winner = self.things[merger.loser], self.things[merger.winner]
        if not merger.open:
            no.add(NO_STEP)
        if by.id == merger.by:
            no.add(FOUR_EYES)
        if winner.shown and winner.shown.number != merger.version:
            no.add(NO_STEP)
        no |= self.not_mergeable(loser, winner)
        if no:
            return no
        merger.open = False
        self.lower_flag(loser, by.id)
        replaced = [note for note in self.of("annotation") if self.retie(note, merger, by.id)]
        self.end_force(loser)
        self.move(loser, "merge", by.id)
        self.due.pop(loser.id, None)
        self.merged[loser.id] = winner.id
        assert winner.shown is not None
        for note in replaced:
            assert note.shown is not None
            fits = rules.fits(winner.shown.content["verdict"], [note.shown.content["category"]])
            if self.is_public(note) and not fits:
                self.open_notice(note, "verdict_changed", by.id)
        return no

    def retie(self, note: Thing, merger: Merger, by: UUID) -> bool:
        """Let a note make the winner; whether that replaced a version in force."""
        old, claims = note.shown, {version.content["claim"] for version in (note.shown, note.head) if version}
        if note.state in FINISHED or self.article_of(note).state == WITHDRAWN or merger.loser not in claims:
            return False
        drafts = [note.head]
        replaced = old is not None and old.content["claim"] == merger.loser
        if old is not None and replaced:
            drafts = [version for version in note.versions if version.number > old.number]
            new = self.copy(note, old, merger, merger.by)
            old.force, new.force = "out", "in"
            self.write_down(note, "retie", by)
        for draft in drafts:
            self.copy(note, draft, merger, draft.author)
        if drafts:
            self.write_down(note, "retie_draft", by)
        return replaced

    def copy(self, note: Thing, version: Version, merger: Merger | None, author: UUID) -> Version:
        """Save a version anew, under a name, tied to the winner if it was tied to the loser."""
        content, place = dict(version.content), deepcopy(version.place)
        if merger is not None and content["claim"] == merger.loser:
            content["claim"] = merger.winner
        assert place is not None
        ends = min(place.trail), max(place.trail)
        place.trail = {revision: place.trail[revision] for revision in ends}
        note.versions.append(Version(len(note.versions) + 1, author, content, place=place))
        return note.head
