"""A small model of the desk: what each call must do to whom, by the rules of DESIGN and nothing else.

Every step of the model answers with the codes with which it may be refused. The empty set means that it must be done,
and the model has done it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tests.services import model_rules as rules
from tests.services.model_rules import PUBLIC, WITHDRAWN, Person
from tests.services.model_texts import Edition

Codes = set[str]
DENIED, FOUR_EYES, NO_STEP, UNFIT, INVALID = (
    "permission_denied",
    "four_eyes_required",
    "transition_not_allowed",
    "not_publishable",
    "invalid_input",
)


@dataclass
class Place:
    """Where the words of a note stand now; ``trail`` says in which revisions they stood.

    Paragraphs are named by the number of the token that they were given.
    """

    passage: int
    home: int
    paragraph: int | None
    state: str = "exact"
    context: bool = False
    known: bool = True
    trail: dict[int, bool] = field(default_factory=dict)
    found_again: bool = False

    @property
    def holds(self) -> bool:
        """Whether the words that were marked stand in the present text."""
        return self.state in {"exact", "moved"}


@dataclass
class Version:
    """A version of anything; ``force`` is never, in or out."""

    number: int
    author: UUID
    content: dict[str, Any]
    force: str = "never"
    redacted: bool = False
    place: Place | None = None


@dataclass
class Notice:
    """A pending notice, and the paragraph on which it was put."""

    reason: str
    paragraph: int | None


@dataclass
class Thing:
    """An article, a claim, a source or a note; the versions of an article are those of its metadata."""

    kind: str
    id: UUID
    name: str
    creator: UUID
    state: str
    versions: list[Version] = field(default_factory=list)
    flag: str | None = None
    asked: tuple[UUID, str] | None = None
    gone: str | None = None
    seen: bool = False
    notice: Notice | None = None
    article: UUID | None = None
    editors: set[UUID] = field(default_factory=set)
    editions: list[Edition] = field(default_factory=list)
    paragraphs: list[dict[int, int]] = field(default_factory=list)
    blanked: set[int] = field(default_factory=set)
    public_from: int = 0

    @property
    def head(self) -> Version:
        """The newest version."""
        return self.versions[-1]

    @property
    def shown(self) -> Version | None:
        """The version in force."""
        return next((version for version in self.versions if version.force == "in"), None)

    @property
    def recheck(self) -> bool:
        """Whether it waits for another look."""
        return self.flag is not None or self.notice is not None


@dataclass
class Merger:
    """A request to merge; ``version`` is the winner's in force at the time, ``row`` its id, once it is known."""

    id: UUID
    loser: UUID
    winner: UUID
    by: UUID
    version: int
    open: bool = True
    row: UUID | None = None


Row = tuple[str, UUID, str, str | None, str, UUID]
"""A step of a history: kind, id, action, from, to, by whom."""


@dataclass
class Book:
    """Everything that there is, and the histories that must be written since they were last compared."""

    things: dict[UUID, Thing] = field(default_factory=dict)
    mergers: dict[UUID, Merger] = field(default_factory=dict)
    merged: dict[UUID, UUID] = field(default_factory=dict)
    due: dict[UUID, Any] = field(default_factory=dict)
    tokens: list[UUID | None] = field(default_factory=list)
    history: list[Row] = field(default_factory=list)
    why: tuple[str, str] | None = None

    def of(self, kind: str) -> list[Thing]:
        """All of a kind."""
        return [thing for thing in self.things.values() if thing.kind == kind]

    def article_of(self, note: Thing) -> Thing:
        """The article of a note."""
        assert note.article is not None
        return self.things[note.article]

    def may_not(self, by: Person, right: str, *, own: bool = True) -> Codes:
        """Refused for want of a right; ``why`` keeps the reason."""
        why = rules.denied(by, right, own=own)
        self.why = None if why is None else (right, why)
        return set() if why is None else {DENIED}

    def no_step(self, thing: Thing, action: str) -> Codes:
        """Refused because no such step leads out of the present state."""
        return set() if (thing.state, action) in rules.STEPS else {NO_STEP}

    def write_down(self, thing: Thing, action: str, by: UUID, before: str | None = None) -> None:
        """A step of the history of a thing, which is in its new state."""
        self.history.append((thing.kind, thing.id, action, before or thing.state, thing.state, by))

    def move(self, thing: Thing, action: str, by: UUID) -> None:
        """Take a step, and write it down."""
        before, thing.state = thing.state, rules.STEPS[thing.state, action]
        self.write_down(thing, action, by, before)

    def raise_flag(self, thing: Thing, reason: str, by: UUID) -> None:
        """Flag for another look, once for each reason."""
        if thing.flag != reason:
            thing.flag = reason
            self.write_down(thing, "flag_recheck", by)

    def lower_flag(self, thing: Thing, by: UUID) -> None:
        """End the flag, if there is one."""
        if thing.flag is not None:
            thing.flag = None
            self.write_down(thing, "clear_recheck", by)

    def open_notice(self, note: Thing, reason: str, by: UUID, paragraph: int | None = None) -> None:
        """Put a notice in the place of a note; one that stands there already stays."""
        if note.notice is None:
            self.lower_flag(note, by)
            assert note.shown is not None
            assert note.shown.place is not None
            note.notice = Notice(reason, note.shown.place.paragraph if paragraph is None else paragraph)
            self.write_down(note, "open_notice", by)

    def close_notice(self, note: Thing, by: UUID) -> bool:
        """End the notice; whether there was one."""
        if note.notice is None:
            return False
        note.notice = None
        self.write_down(note, "close_notice", by)
        return True

    def is_public(self, thing: Thing) -> bool:
        """Whether readers see it, or a notice in its place."""
        if thing.kind == "article":
            return thing.state == PUBLIC
        if thing.kind == "annotation" and self.article_of(thing).state != PUBLIC:
            return False
        return thing.shown is not None

    def making(self, claim: Thing) -> list[Thing]:
        """The notes that readers see, or a notice in whose place they see, and that make a claim."""
        notes = [note for note in self.of("annotation") if self.is_public(note)]
        return [note for note in notes if note.shown and note.shown.content["claim"] == claim.id]

    def citing(self, source: Thing) -> list[Thing]:
        """The public claims that cite a source."""
        claims = [claim for claim in self.of("claim") if claim.shown]
        return [claim for claim in claims if claim.shown and source.id in dict(claim.shown.content["cites"])]

    def rests(self, version: Version) -> bool:
        """Rule 3 for a version of a claim, as its sources are known now."""
        links = []
        for source, stance in version.content["cites"]:
            known = self.things[source].shown
            assert known is not None
            links.append((stance, known.content["status"]))
        return rules.rests(version.content["verdict"], links, searched=version.content["searched"])

    def publishable(self, note: Thing, version: Version) -> bool:
        """Rules 3, 5 and 8 for a version of a note."""
        claim = self.things[version.content["claim"]].shown
        assert version.place is not None
        return (
            self.article_of(note).state != WITHDRAWN
            and claim is not None
            and self.rests(claim)
            and rules.fits(claim.content["verdict"], [version.content["category"]])
            and version.place.holds
        )

    def end_force(self, thing: Thing) -> None:
        """Nothing of it is in force any longer."""
        if thing.shown is not None:
            thing.shown.force = "out"
