"""What readers must see, by the model: under each address, in plain values."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from tests.services.model import Thing, Version
from tests.services.model_articles import Model
from tests.services.model_rules import PUBLIC, WITHDRAWN
from tests.services.model_texts import TITLE

UNCITED = "No published claim cites this source any longer."
REMOVED = "The text no longer contains this."

APPEARANCE = ("paragraph", "ordinal", "quote", "categories", "severity", "text")
"""What the page of a claim says of a passage."""

View = dict[str, Any]


@dataclass
class Reader:
    """Reads the model as the public may."""

    model: Model

    @cached_property
    def notes(self) -> list[Thing]:
        """The notes that are shown, or in whose place a notice stands."""
        return [note for note in self.model.of("annotation") if self.model.is_public(note)]

    @cached_property
    def claims(self) -> list[Thing]:
        """The claims in force."""
        return [claim for claim in self.model.of("claim") if claim.shown]

    @cached_property
    def cited(self) -> set[UUID]:
        """The sources that a claim in force cites."""
        return {source for claim in self.claims for source, _ in _shown(claim).content["cites"]}

    @cached_property
    def articles(self) -> list[Thing]:
        """The articles that are public."""
        return [article for article in self.model.of("article") if article.state == PUBLIC]

    def view(self) -> View:
        """Every address that ever led anywhere, with what must stand there; None for what was never public."""
        found: View = {}
        for article in self.model.of("article"):
            found[f"article:{article.name}"] = self.article(article)
            for tokens in article.paragraphs:
                found |= {f"paragraph:{self.model.tokens[token]}": None for token in tokens.values()}
        for article in self.model.of("article"):
            found |= self.former_paragraphs(article)
        for article in self.articles:
            found |= {f"paragraph:{block['id']}": block for block in found[f"article:{article.name}"]["blocks"]}
        found |= {f"annotation:{note.id}": self.annotation(note) for note in self.model.of("annotation")}
        found |= {f"claim:{claim.name}": self.claim_page(claim) for claim in self.model.of("claim")}
        found |= {f"evidence:{source.name}": self.source(source) for source in self.model.of("evidence")}
        return found

    def lists(self) -> View:
        """What the collections show."""
        shown = [note for note in self.notes if note.notice is None]
        return {
            "articles": {article.name: self.summary(article) for article in self.articles},
            "annotations": {str(note.id): {**self.note(note), "article": self.ref(note)} for note in shown},
            "claims": {claim.name: {**self.claim(claim), "count": len(self.passages(claim))} for claim in self.claims},
            "evidence": {source.name: self.about(source) for source in self.model.of("evidence")
                         if source.id in self.cited},
        }  # fmt: skip

    def former_paragraphs(self, article: Thing) -> View:
        """The paragraphs that were public and are no longer."""
        if article.state not in (PUBLIC, WITHDRAWN):
            return {}
        since = article.public_from
        reason = article.gone if article.state == WITHDRAWN else REMOVED
        tokens = {token for paragraphs in article.paragraphs[since - 1 :] for token in paragraphs.values()}
        return {f"paragraph:{self.model.tokens[token]}": {"gone": reason} for token in tokens}

    def article(self, article: Thing) -> Any:
        """What stands at an article's address."""
        if article.state == WITHDRAWN:
            return {"gone": article.gone}
        if article.state != PUBLIC:
            return None
        edition, tokens = article.editions[-1], article.paragraphs[-1]
        blocks = [
            {
                "id": str(self.model.tokens[tokens[number]]),
                "article": article.name,
                "ordinal": ordinal,
                "text": edition.text(number),
                "notes": {str(note.id): self.note(note) for note in self.on(article, tokens[number])},
                "pending": {str(note.id): self.notice(note) for note in self.on(article, tokens[number], pending=True)},
            }
            for ordinal, number in edition.blocks.items()
        ]
        placed = {str(note) for block in blocks for note in block["pending"]}
        pending = [note for note in self.of(article) if note.notice and str(note.id) not in placed]
        return {
            **self.summary(article),
            "blocks": blocks,
            "pending": {str(note.id): self.notice(note) for note in pending},
        }

    def of(self, article: Thing) -> list[Thing]:
        """The notes and notices of an article."""
        return [note for note in self.notes if note.article == article.id]

    def on(self, article: Thing, token: int, *, pending: bool = False) -> list[Thing]:
        """The notes of a paragraph, or the notices."""
        if pending:
            return [note for note in self.of(article) if note.notice and note.notice.paragraph == token]
        notes = [note for note in self.of(article) if note.notice is None]
        return [note for note in notes if _place(note).paragraph == token]

    def summary(self, article: Thing) -> View:
        """An article in a list."""
        shown = [note for note in self.of(article) if note.notice is None]
        flags = Counter((self.verdict(note), _shown(note).content["severity"]) for note in shown)
        return {
            **self.naming(article),
            "topics": _shown(article).content["topics"],
            "revision": len(article.editions),
            "flags": dict(flags),
            "pending_count": sum(note.notice is not None for note in self.of(article)),
        }

    def naming(self, article: Thing) -> View:
        """An article as other things name it: never without its status and the flags on its title (rule 2)."""
        metadata, edition = _shown(article).content, article.editions[-1]
        token = article.paragraphs[-1].get(TITLE)
        on_title = [] if token is None else self.on(article, token)
        pending = token is not None and bool(self.on(article, token, pending=True))
        return {
            "slug": article.name,
            "title": metadata["title"] or edition.title,
            "status": metadata["status"],
            "checked": metadata["checked"],
            "title_flags": {str(note.id): self.flag(note) for note in on_title},
            "title_pending": pending,
        }

    def ref(self, note: Thing) -> View:
        """The article of a note."""
        return self.naming(self.model.article_of(note))

    def flag(self, note: Thing) -> View:
        """What is said of a title."""
        found = self.note(note)
        return {
            **{name: found[name] for name in ("quote", "categories", "severity", "text")},
            "claim": found["claim"]["slug"],
            "verdict": found["claim"]["verdict"],
        }

    def verdict(self, note: Thing) -> str:
        """The verdict on what a note marks."""
        claim = self.model.things[_shown(note).content["claim"]]
        return str(_shown(claim).content["verdict"])

    def annotation(self, note: Thing) -> Any:
        """What stands at a note's address."""
        article = self.model.article_of(note)
        if self.model.is_public(note):
            shown = {"pending": self.notice(note)} if note.notice else self.note(note)
            return {**shown, "article": self.naming(article)}
        if note.state == WITHDRAWN:
            return {"gone": note.gone}
        return {"gone": article.gone} if article.state == WITHDRAWN and note.seen else None

    def note(self, note: Thing) -> View:
        """A note as readers see it."""
        article, version, place = self.model.article_of(note), _shown(note), _place(note)
        edition, claim = article.editions[-1], self.model.things[version.content["claim"]]
        host, words = edition.hosts[place.passage], edition.words(place.passage)
        start = edition.text(host).index(words)
        assert place.paragraph is not None
        return {
            "paragraph": str(self.model.tokens[place.paragraph]),
            "ordinal": next(ordinal for ordinal, number in edition.blocks.items() if number == host),
            "quote": words,
            "start": start,
            "end": start + len(words),
            "state": place.state,
            "context": place.context,
            "recheck": note.recheck or claim.recheck,
            "categories": [version.content["category"]],
            "severity": version.content["severity"],
            "text": version.content["note"] or _shown(claim).content["summary"],
            "claim": self.claim(claim),
        }

    def notice(self, note: Thing) -> View:
        """A notice: no verdict, no old wording."""
        assert note.notice is not None
        where = note.notice.paragraph
        return {"reason": note.notice.reason, "paragraph": None if where is None else str(self.model.tokens[where])}

    def claim(self, claim: Thing) -> View:
        """A claim as readers see it."""
        content = _shown(claim).content
        return {
            "slug": claim.name,
            "verdict": content["verdict"],
            "summary": content["summary"],
            "searched": content["searched"],
            "recheck": claim.recheck,
            "evidence": [
                {"stance": stance, **self.about(self.model.things[source])} for source, stance in content["cites"]
            ],
        }

    def passages(self, claim: Thing) -> list[Thing]:
        """The notes that make a claim, notices aside."""
        return [note for note in self.notes if note.notice is None and _shown(note).content["claim"] == claim.id]

    def claim_page(self, claim: Thing) -> Any:
        """What stands at a claim's address."""
        if claim.id in self.model.merged:
            winner = claim.id
            while winner in self.model.merged:
                winner = self.model.merged[winner]
            return {"merged": self.model.things[winner].name}
        if claim.shown is None:
            return {"gone": claim.gone} if claim.gone else None
        places = {str(note.id): self.appearance(note) for note in self.passages(claim)}
        return {**self.claim(claim), "count": len(places), "places": places}

    def appearance(self, note: Thing) -> View:
        """A passage as the page of its claim lists it."""
        found = self.note(note)
        return {**{name: found[name] for name in APPEARANCE}, "article": self.ref(note)}

    def about(self, source: Thing) -> View:
        """A source as it is cited."""
        content = _shown(source).content
        return {"key": source.name, "status": content["status"], "finding": content["finding"]}

    def source(self, source: Thing) -> Any:
        """What stands at a source's address."""
        if source.id in self.cited:
            claims = {
                claim.name: {
                    "verdict": _shown(claim).content["verdict"],
                    "recheck": claim.recheck,
                    "stance": dict(_shown(claim).content["cites"])[source.id],
                }
                for claim in self.claims
                if source.id in dict(_shown(claim).content["cites"])
            }
            return {**self.about(source), "claims": claims}
        return {"gone": UNCITED} if source.seen else None


def _shown(thing: Thing) -> Version:
    assert thing.shown is not None
    return thing.shown


def _place(note: Thing) -> Any:
    place = _shown(note).place
    assert place is not None
    return place
