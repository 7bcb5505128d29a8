"""The model's steps with articles: import, visibility, metadata, fact-check, another text; and redaction."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from tests.services.model import FOUR_EYES, INVALID, NO_STEP, UNFIT, Codes, Thing, Version
from tests.services.model_merging import Merging
from tests.services.model_rules import DRAFT, HIDDEN, IN_REVIEW, PUBLIC, WITHDRAWN, Person
from tests.services.model_texts import CHANGED, REMOVED, Edition

UNDER_WAY = (HIDDEN, DRAFT, IN_REVIEW)


class Model(Merging):
    """The whole desk."""

    def bring_in(self, by: Person, new: UUID, slug: str, edition: Edition, metadata: dict[str, Any]) -> Codes:
        """A new article, hidden."""
        no = self.may_not(by, "import")
        if no:
            return no
        if edition.titled == (metadata["title"] is not None):
            no.add(INVALID)
        if any(one.name == slug for one in self.of("article")):
            no.add("slug_taken")
        if not no:
            article = Thing("article", new, slug, by.id, HIDDEN, editors={by.id})
            article.versions.append(Version(1, by.id, {**metadata, "status": "not_started", "checked": None}))
            article.editions.append(edition)
            article.paragraphs.append({number: self.token() for number in edition.blocks.values()})
            self.things[new] = article
            self.history.append(("article", new, "import", None, HIDDEN, by.id))
        return no

    def make_public(self, by: Person, article: Thing) -> Codes:
        """Rule 4: a second person shows it, with all that was approved for it."""
        no = self.may_not(by, "make_public")
        if no:
            return no
        if by.id in article.editors:
            no.add(FOUR_EYES)
        if article.state != HIDDEN:
            no.add(NO_STEP)
        notes = [note for note in self.of("annotation") if note.article == article.id and note.shown]
        if not all(note.shown and self.publishable(note, note.shown) for note in notes):
            no.add(UNFIT)
        if not no:
            article.state, article.public_from = PUBLIC, len(article.editions)
            article.head.force = "in"
            for note in notes:
                note.seen = True
            self.write_down(article, "make_public", by.id, HIDDEN)
        return no

    def describe(self, by: Person, article: Thing, metadata: dict[str, Any]) -> Codes:
        """Other metadata."""
        no = self.may_not(by, "describe")
        if no:
            return no
        if (metadata["title"] is None) == (article.head.content["title"] is not None):
            no.add(INVALID)
        now = article.head.content
        if not no and metadata != {name: now[name] for name in metadata}:
            no |= self.say(by, article, "metadata_changed", metadata)
            if not no:
                article.editors.add(by.id)
        return no

    def check(self, by: Person, article: Thing, status: str, checked: date | None) -> Codes:
        """How far it was checked."""
        no = self.may_not(by, "check")
        if not no and (status == "not_started") != (checked is None):
            no = {INVALID}
        now = article.head.content
        if not no and (now["status"], now["checked"]) != (status, checked):
            no = self.say(by, article, "fact_checked", {"status": status, "checked": checked})
        return no

    def say(self, by: Person, article: Thing, action: str, changes: dict[str, Any]) -> Codes:
        """Another version of what is said of an article, public at once if the article is."""
        if article.state == WITHDRAWN:
            return {NO_STEP}
        content = {**article.head.content, **changes}
        self.end_force(article)
        force = "in" if article.state == PUBLIC else "never"
        article.versions.append(Version(len(article.versions) + 1, by.id, content, force))
        self.write_down(article, action, by.id)
        return set()

    def preview(self, by: Person, article: Thing, edition: Edition) -> Codes:
        """What another text would do; nothing is done."""
        return self.may_not(by, "preview") or self.no_text(article, edition)

    def no_text(self, article: Thing, edition: Edition) -> Codes:
        """Why a text cannot be the next one."""
        no = {NO_STEP} if article.state == WITHDRAWN else set()
        if not edition.titled and article.head.content["title"] is None:
            no.add(INVALID)
        return no

    def reimport(self, by: Person, article: Thing, edition: Edition) -> Codes:
        """Rule 6: another text, and every note where it belongs."""
        no = self.may_not(by, "reimport") or self.no_text(article, edition)
        old = article.editions[-1]
        if no or (edition.title, edition.paragraphs) == (old.title, old.paragraphs):
            return no
        former = article.paragraphs[-1]
        article.editions.append(edition)
        article.paragraphs.append(self.name_paragraphs(article, edition))
        article.editors.add(by.id)
        self.write_down(article, "reimport", by.id)
        notes = [note for note in self.of("annotation") if note.article == article.id]
        for note in notes:
            self.carry(note, article, by.id, former)
        if article.head.content["status"] == "complete" and has_new_words(old, edition):
            self.say(by, article, "fact_checked", {"status": "partial"})
        return no

    def name_paragraphs(self, article: Thing, edition: Edition) -> dict[int, int]:
        """A paragraph that is there keeps its token, and one that comes back word for word has its own again."""
        here = {number: article.paragraphs[-1][number] for number in edition.blocks.values()
                if number in article.paragraphs[-1]}  # fmt: skip
        for number in edition.blocks.values():
            if number in here:
                continue
            for was, tokens in zip(article.editions[-2::-1], article.paragraphs[::-1], strict=True):
                if number in tokens and was.text(number) == edition.text(number):
                    here[number] = tokens[number]
                    break
            else:
                here[number] = self.token()
        return here

    def carry(self, note: Thing, article: Thing, by: UUID, former: dict[int, int]) -> None:
        """Where a note stands in the newest text, and what follows from that."""
        if note.state in (WITHDRAWN, "superseded"):
            return
        shown, head = note.shown, note.head
        before = {}
        for version in {id(one): one for one in (shown, head) if one}.values():
            before[version.number] = version.place.paragraph if version.place else None
            self.carry_version(version, article)
        for version in (shown, head) if shown and shown is not head else (head,):
            self.flag_or_reopen(note, version, article, by)
        if shown and shown.place and shown.force == "in" and article.state == PUBLIC and not shown.place.holds:
            gone = shown.place.state == "orphaned"
            stood = before[shown.number]
            still = stood if stood in article.paragraphs[-1].values() else None
            self.open_notice(note, "text_removed" if gone else "text_changed", by, still if gone else None)

    def carry_version(self, version: Version, article: Thing) -> None:
        """Where the words of a version stand now, by what was done to the text."""
        old, new = article.editions[-2:]
        place = version.place
        assert place is not None
        passage, was = place.passage, place.state
        form = new.forms[passage] if new.stands(passage) else REMOVED
        place.context = place.found_again = False
        if form == REMOVED or (was == "orphaned" and (form == CHANGED or not place.known)):
            place.state, place.paragraph = "orphaned", None
        else:
            place.paragraph = article.paragraphs[-1][new.hosts[passage]]
            if form == CHANGED or not place.known:
                place.state = "changed"
            else:
                place.found_again = not place.holds
                place.context = place.holds and old.sentence(passage) != new.sentence(passage)
                place.state = "exact" if place.paragraph == place.home else "moved"
        place.trail[len(article.editions)] = place.holds

    def flag_or_reopen(self, note: Thing, version: Version, article: Thing, by: UUID) -> None:
        """What readers see under a note is flagged where its sentence changed; a lost draft waits for its author."""
        place, in_force = version.place, version.force == "in"
        assert place is not None
        if not in_force and (note.shown is not None or version is not note.head):
            return
        if in_force and not place.holds:
            if article.state == PUBLIC:
                return
            version.force = "out"
            if note.state in (DRAFT, IN_REVIEW):
                self.write_down(note, "lapse", by)
                return
            self.copy(note, version, None, by)
            self.move(note, "reopen", by)
        if not place.holds:
            self.raise_flag(note, "text_removed" if place.state == "orphaned" else "text_changed", by)
        elif place.context and not note.recheck:
            self.raise_flag(note, "context_changed", by)

    def redact(self, by: Person, thing: Thing, part: str | None, number: int) -> Codes:
        """Rule 10: blank what a version said that nobody is to see again."""
        no = self.may_not(by, "redact")
        if no:
            return no
        versions = len(thing.editions) if part == "text" else len(thing.versions)
        if not 1 <= number <= versions:
            return {"not_found"}
        if not self.can_be_redacted(thing, part, number, versions):
            return {NO_STEP}
        if part == "text":
            self.blank_text(thing, number)
        else:
            thing.versions[number - 1].redacted = True
        self.write_down(thing, "redact", by.id)
        return no

    def can_be_redacted(self, thing: Thing, part: str | None, number: int, versions: int) -> bool:
        """Whether a version is neither shown nor still worked on, and says anything of its own."""
        if number == versions and thing.state in UNDER_WAY:
            return False
        if part == "text":
            return number not in thing.blanked and not (number == versions and thing.state == PUBLIC)
        version = thing.versions[number - 1]
        replaceable = thing.kind != "annotation" or self.article_of(thing).state != WITHDRAWN
        wordless = {"annotation": "note", "article": "title"}.get(thing.kind)
        says = wordless is None or version.content[wordless] is not None
        return says and not version.redacted and not (version.force == "in" and replaceable)

    def blank_text(self, article: Thing, number: int) -> None:
        """What a version has of a text goes with it, unless its words stand in another."""
        article.blanked.add(number)
        for note in self.of("annotation"):
            for version in note.versions if note.article == article.id else []:
                place = version.place
                if place and number in place.trail:
                    kept = {revision for revision, holds in place.trail.items() if holds}
                    place.known = place.known and bool(kept - article.blanked)

    def token(self) -> int:
        """The name of a new paragraph, until its id is known."""
        self.tokens.append(None)
        return len(self.tokens) - 1

    def learn(self, article: Thing, ids: dict[int, UUID]) -> None:
        """The ids of the paragraphs of the newest text, by ordinal: those that were known must be the same."""
        blocks = article.editions[-1].blocks
        assert ids.keys() == blocks.keys()
        for ordinal, number in blocks.items():
            token = article.paragraphs[-1][number]
            if self.tokens[token] is None:
                assert ids[ordinal] not in self.tokens, "a new paragraph has the id of another"
                self.tokens[token] = ids[ordinal]
            assert self.tokens[token] == ids[ordinal], "a paragraph has another id"


def has_new_words(old: Edition, new: Edition) -> bool:
    """Whether anything reads differently, typography aside, so that nobody has checked it."""
    return any(
        number not in old.blocks.values() or plainly(old.text(number)) != plainly(new.text(number))
        for number in new.blocks.values()
    )


def plainly(text: str) -> str:
    """A text, typography aside."""
    return text.replace("\u00a0", " ")
