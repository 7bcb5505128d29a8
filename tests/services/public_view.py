"""What the public can see, worked out row by row from the tables and not by the project's own queries.

Each key of ``public_versions`` has a representation here: a value that changes exactly when what stands behind the
key does. Beside it, the rules that everything public must meet.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.store.articles import Article, ArticleVersion, Block, Revision
from annotations.store.claims import Claim, ClaimVersion, EvidenceLink
from annotations.store.editorial import ClaimMerger
from annotations.store.evidence import Evidence, EvidenceVersion
from annotations.store.log import PublicVersion
from annotations.store.notes import Anchor, Annotation, AnnotationCategory, AnnotationVersion, PendingNotice
from annotations.store.review import Transition
from annotations.store.search import SearchEntry

NEEDED = {"supported": {"supports"}, "partly_supported": {"supports", "qualifies"}}
OTHERWISE = {"qualifies", "contradicts"}
VERSIONS = {
    ArticleVersion: "article_id",
    Revision: "article_id",
    ClaimVersion: "claim_id",
    EvidenceVersion: "evidence_id",
    AnnotationVersion: "annotation_id",
}


class PublicView:
    """The rows that the public sees, put together by hand."""

    def __init__(self, session: Session) -> None:
        def everything(table: type[Any]) -> list[Any]:
            # Rows, not objects: they are read again after every step.
            return list(session.execute(select(table.__table__)))

        self.versions = {table: everything(table) for table in VERSIONS}
        self.metadata, self.revisions, self.claims, self.sources, self.notes = (
            self._in_force(table) for table in VERSIONS
        )
        self.articles = {row.id: row for row in everything(Article)}
        self.public = {row.id: row for row in self.articles.values() if row.visibility == "public"}
        self.claim_rows = {row.id: row for row in everything(Claim)}
        self.source_rows = {row.id: row for row in everything(Evidence)}
        self.note_rows = {row.id: row for row in everything(Annotation)}
        self.blocks = {(row.revision_id, row.paragraph_id): row for row in everything(Block)}
        self.anchors = {(row.version_id, row.revision_id): row for row in everything(Anchor)}
        self.notices = {row.annotation_id: row for row in everything(PendingNotice) if row.closed_at is None}
        self.merged = {row.loser_id: row.winner_id for row in everything(ClaimMerger) if row.merged}
        self.links: dict[Any, list[EvidenceLink]] = defaultdict(list)
        for link in everything(EvidenceLink):
            self.links[link.claim_version_id].append(link)
        self.categories: dict[Any, set[str]] = defaultdict(set)
        for row in everything(AnnotationCategory):
            self.categories[row.version_id].add(row.category)
        self.entries = {(row.key, row.body) for row in everything(SearchEntry)}
        self.stamps = {row.key: row for row in everything(PublicVersion)}
        self.transitions = sorted(everything(Transition), key=lambda row: (str(row.entity_id), row.position))

    def _in_force(self, table: type[Any]) -> dict[Any, Any]:
        return {
            getattr(row, VERSIONS[table]): row
            for row in self.versions[table]
            if row.valid_from is not None and row.valid_until is None
        }

    @cached_property
    def listed(self) -> list[Any]:
        """The annotations in force on public articles, those under a notice included."""
        return [self.note_rows[key] for key in self.notes if self.note_rows[key].article_id in self.public]

    def shown(self) -> list[Any]:
        """Those among them in whose place no notice stands."""
        return [note for note in self.listed if note.id not in self.notices]

    def anchor(self, note: Any) -> Anchor:
        """Where an annotation stands in the present text."""
        return self.anchors[self.notes[note.id].id, self.revisions[note.article_id].id]

    @cached_property
    def cited(self) -> set[Any]:
        """The sources that a claim in force cites."""
        return {link.evidence_id for version in self.claims.values() for link in self.links[version.id]}

    @cached_property
    def representations(self) -> dict[str, Any]:
        """What stands behind each key."""
        shown = {note.id: self._note(note) for note in self.listed}
        found: dict[str, Any] = {}
        refs = {key: self._reference(key) for key in self.public}
        for note in self.listed:
            found[f"annotation:{note.id}"] = (shown[note.id], refs[note.article_id])
        for key, article in self.public.items():
            notes = [note for note in self.listed if note.article_id == key]
            revision = self.revisions[key].id
            found[f"article:{article.slug}"] = (refs[key], revision, sorted(shown[note.id] for note in notes))
            for (of, paragraph), block in self.blocks.items():
                if of == revision:
                    here = [shown[note.id] for note in notes if self._paragraph(note) == paragraph]
                    found[f"paragraph:{paragraph}"] = (refs[key], block.ordinal, block.kind, block.text, sorted(here))
        for key in self.claims:
            places = [(self._place(note), refs[note.article_id]) for note in self._making(key)]
            found[f"claim:{self.claim_rows[key].slug}"] = (self._claim(key), sorted(places, key=repr))
        for key in self.merged:
            winner = self.merged[key]
            while winner in self.merged:
                winner = self.merged[winner]
            found[f"claim:{self.claim_rows[key].slug}"] = ("merged", self.claim_rows[winner].slug)
        for key in self.cited:
            claims = [
                self._claim(claim)
                for claim, version in self.claims.items()
                if key in {link.evidence_id for link in self.links[version.id]}
            ]
            found[f"evidence:{self.source_rows[key].key}"] = (self.sources[key].id, sorted(claims, key=repr))
        return found | self._collections(found)

    def _collections(self, found: dict[str, Any]) -> dict[str, Any]:
        lists = {
            "articles": [value for key, value in found.items() if key.startswith("article:")],
            "annotations": [value for key, value in found.items() if key.startswith("annotation:")],
            # A list of claims says in how many passages each appears, and not in which.
            "claims": [
                (self._claim(key), sum(note in self.shown() for note in self._making(key))) for key in self.claims
            ],
            "evidence": [value for key, value in found.items() if key.startswith("evidence:")],
        }
        return {name: sorted(values, key=repr) for name, values in lists.items()} | {"search": sorted(self.entries)}

    def _making(self, claim: Any) -> list[Any]:
        return [note for note in self.listed if self.notes[note.id].claim_id == claim]

    def _reference(self, article: Any) -> Any:
        """An article as other things name it: metadata, and what is said of its title."""
        here = [note for note in self.listed if note.article_id == article]
        titles = {
            paragraph: block.text
            for (revision, paragraph), block in self.blocks.items()
            if revision == self.revisions[article].id and block.ordinal == 0
        }
        on_title = [self._note(note) for note in here if self._paragraph(note) in titles]
        return str(self.metadata[article].id), [*titles.values()], sorted(on_title)

    def _paragraph(self, note: Any) -> Any:
        """The paragraph that shows an annotation, or the notice in its place."""
        return self.notices[note.id].paragraph_id if note.id in self.notices else self.anchor(note).paragraph_id

    def _place(self, note: Any) -> Any:
        """A passage as the page of its claim lists it."""
        if note.id in self.notices:
            return None
        anchor = self.anchor(note)
        ordinal = self.blocks[anchor.revision_id, anchor.paragraph_id].ordinal
        return str(self.notes[note.id].id), str(anchor.paragraph_id), ordinal, anchor.quote

    def _claim(self, key: Any) -> Any:
        links = sorted(self.links[self.claims[key].id], key=lambda link: link.position)
        flag = self.claim_rows[key].needs_recheck
        return str(self.claims[key].id), flag, [str(self.sources[link.evidence_id].id) for link in links]

    def _note(self, note: Any) -> Any:
        if note.id in self.notices:
            return str(note.id), "pending", str(self.notices[note.id].id)
        version = self.notes[note.id]
        anchor = self.anchor(note)
        hold = (anchor.start_offset, anchor.end_offset, anchor.state, anchor.context_changed, note.needs_recheck)
        return str(note.id), str(version.id), repr((self._place(note), hold, self._claim(version.claim_id)))

    def expected_entries(self) -> set[tuple[str, str]]:
        """What the search index must hold, no more and no less."""
        found = {
            (f"article:{paragraph}", block.text)
            for (revision, paragraph), block in self.blocks.items()
            if revision in {self.revisions[key].id for key in self.public}
        }
        found |= {(f"claim:{key}", f"{one.text}\n{one.summary}") for key, one in self.claims.items()}
        notes = {note.id: self.notes[note.id].note for note in self.shown()}
        return found | {(f"annotation:{key}", text) for key, text in notes.items() if text}

    def tombstones(self) -> set[str]:
        """The keys behind which a tombstone must stand."""
        found = set()
        withdrawn = {key: row for key, row in self.articles.items() if row.visibility == "withdrawn"}
        for row in withdrawn.values():
            found.add(f"article:{row.slug}")
        once = {row.id for row in self.versions[Revision] if row.valid_from}
        now = {row.id for row in self.revisions.values()}
        there = {paragraph for revision, paragraph in self.blocks if revision in now}
        found |= {f"paragraph:{paragraph}" for revision, paragraph in self.blocks if revision in once - now} - {
            f"paragraph:{paragraph}" for paragraph in there
        }
        found |= {f"claim:{row.slug}" for row in self.claim_rows.values() if row.state == "withdrawn"}
        for row in self.note_rows.values():
            if row.state == "withdrawn" or (row.article_id in withdrawn and row.id in self.notes):
                found.add(f"annotation:{row.id}")
        cited_once = {
            link.evidence_id
            for version in self.versions[ClaimVersion]
            if version.valid_from
            for link in self.links[version.id]
        }
        return found | {f"evidence:{self.source_rows[key].key}" for key in cited_once - self.cited}
