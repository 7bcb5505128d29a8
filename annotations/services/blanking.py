"""Taking the words out of a version and of the rows that hang on it; the guards let through what is named first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Update, delete, select, update
from sqlalchemy.orm import Session

from annotations.anchoring.text import fold
from annotations.evidence.identifiers import canonical_key
from annotations.services.content import IDENTIFIER_KINDS, EvidenceContent
from annotations.store.articles import ArticleVersion, Block, Revision
from annotations.store.claims import ClaimVersion, EvidenceLink
from annotations.store.editorial import RedactedRow
from annotations.store.evidence import EvidenceIdentifier, EvidenceVersion
from annotations.store.log import LogRow
from annotations.store.notes import Anchor, AnnotationVersion
from annotations.vocabulary import AnchorState

REDACTED = "[redacted]"
REDACTED_URL = "https://redacted.invalid/"
"""Where an address must stand, one that can be none (RFC 2606)."""

FILLER = "█"

WORDS: dict[type[Any], tuple[str, ...]] = {
    ArticleVersion: ("title", "publisher", "byline"),
    ClaimVersion: ("text", "summary", "search_record"),
    EvidenceVersion: (
        *("title", "authors", "journal", "design_summary", "population", "key_finding", "limitations"),
        *("certainty_reason", "status_notice"),
    ),
    AnnotationVersion: ("note",),
    Revision: (),
    EvidenceLink: ("why", "quote", "locator"),
}
"""The columns of each table that hold an editor's words. One that is NULL stays so."""

ADDRESSES: dict[type[Any], tuple[str, ...]] = {ArticleVersion: ("canonical_url",), EvidenceVersion: ("url",)}


def texts_of(session: Session, version: Any) -> frozenset[str]:
    """What ``version`` says, as far as words go, with the rows that hang on it."""
    rows = [version]
    if isinstance(version, ClaimVersion):
        rows += session.scalars(select(EvidenceLink).where(EvidenceLink.claim_version_id == version.id))
    table = type(version)
    found = {getattr(row, name) for row in rows for name in WORDS[type(row)]}
    found |= {getattr(version, name) for name in ADDRESSES.get(table, ())}
    if isinstance(version, EvidenceVersion):
        found |= {getattr(version, kind) for kind in IDENTIFIER_KINDS}
    if isinstance(version, Revision):
        found |= set(session.scalars(select(Block.text).where(Block.revision_id == version.id)))
        found |= {dropped["text"] for dropped in version.import_report.get("dropped", ())}
    return frozenset(text for text in found if text)


def blacked_out(text: str) -> str:
    """As many code points as ``text`` has, so that the offsets of what stands in it stay valid."""
    return REDACTED.ljust(len(text), FILLER) if len(text) >= len(REDACTED) else FILLER * len(text)


class Blanks:
    """What one redaction blanks: gathered first, so that the log can vouch for the rows before the guards open them."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._changes: list[Update] = []
        self._rows: set[tuple[str, str]] = set()

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Table and key of every row that no redaction has named yet."""
        return sorted(row for row in self._rows if self.session.get(RedactedRow, row) is None)

    def update(self, table: type[Any], key: UUID | int, where: ColumnElement[bool], values: dict[str, Any]) -> None:
        """Set ``values`` where ``where`` says, in the row with this key."""
        if values:
            self._rows.add((table.__tablename__, key.hex if isinstance(key, UUID) else str(key)))
            self._changes.append(update(table).where(where).values(values))

    def apply(self, redaction_id: UUID) -> None:
        """Name the rows, and blank them."""
        self.session.add_all(
            RedactedRow(table_name=table, row_key=key, redaction_id=redaction_id) for table, key in self.rows
        )
        self.session.flush()
        for change in self._changes:
            self.session.execute(change, execution_options={"synchronize_session": False})
        self.session.expire_all()

    def blank_version(self, version: Any) -> frozenset[str]:
        """Blank ``version`` and what hangs on it; answer words that other rows have from it alone, blanked with it."""
        values: dict[str, Any] = {name: REDACTED for name in WORDS[type(version)] if getattr(version, name) is not None}
        values |= {
            name: REDACTED_URL for name in ADDRESSES.get(type(version), ()) if getattr(version, name) is not None
        }
        if isinstance(version, EvidenceVersion):
            values |= dict.fromkeys(IDENTIFIER_KINDS)
            self._forget_identifiers(version)
        if isinstance(version, Revision):
            values["import_report"] = {}
        table = type(version)
        self.update(table, version.id, table.id == version.id, values)
        if isinstance(version, ClaimVersion):
            self._blank_links(version)
        return self._blank_text(version) if isinstance(version, Revision) else frozenset()

    def _blank_links(self, version: ClaimVersion) -> None:
        own = EvidenceLink.claim_version_id == version.id
        for name in WORDS[EvidenceLink]:
            there = own & getattr(EvidenceLink, name).is_not(None)
            self.update(EvidenceLink, version.id, there, {name: REDACTED})

    def _forget_identifiers(self, version: EvidenceVersion) -> None:
        """Take out of the look-up table what no other version of the source bears."""
        others = self.session.scalars(
            select(EvidenceVersion).where(
                EvidenceVersion.evidence_id == version.evidence_id, EvidenceVersion.id != version.id
            )
        )
        kept = {place for other in others for place in _identifiers(other)}
        for kind, canonical in _identifiers(version) - kept:
            own = EvidenceIdentifier.evidence_id == version.evidence_id
            self.session.execute(
                delete(EvidenceIdentifier).where(
                    own, EvidenceIdentifier.kind == kind, EvidenceIdentifier.canonical == canonical
                )
            )

    def _blank_text(self, revision: Revision) -> frozenset[str]:
        texts = {}
        for block in self.session.scalars(select(Block).where(Block.revision_id == revision.id)).all():
            texts[block.paragraph_id] = text = blacked_out(block.text)
            own = (Block.revision_id == revision.id) & (Block.paragraph_id == block.paragraph_id)
            self.update(Block, revision.id, own, {"text": text})
        anchors = self.session.scalars(select(Anchor).where(Anchor.revision_id == revision.id)).all()
        for anchor in anchors:
            if anchor.paragraph_id is not None:
                quote = texts[anchor.paragraph_id][anchor.start_offset : anchor.end_offset]
                self.update(Anchor, anchor.id, Anchor.id == anchor.id, {"quote": quote})
        return frozenset().union(*(self._blank_marked(anchor.version_id, revision.id) for anchor in anchors))

    def _blank_marked(self, version_id: UUID, revision_id: UUID) -> frozenset[str]:
        """Blank what an annotation version has of the text: its quote where no other text has it, and its context."""
        version = self.session.get_one(AnnotationVersion, version_id)
        anchors = self.session.execute(
            select(Anchor, Block.text, Revision.id)
            .join(Revision, Revision.id == Anchor.revision_id)
            .outerjoin(Block, (Block.revision_id == Anchor.revision_id) & (Block.paragraph_id == Anchor.paragraph_id))
            .where(Anchor.version_id == version_id)
            .order_by(Revision.number)
        ).all()
        others = [(anchor, text or "") for anchor, text, of in anchors if of != revision_id]
        values: dict[str, Any] = {}
        if anchors[0][2] == revision_id and not any(_has_context(version, *other) for other in others):
            # Empty rather than a word that is not there: the context is what the quote is looked for by.
            values |= {"prefix": "", "suffix": ""}
        quote = version.quote
        is_kept = quote == REDACTED or any(_words(anchor.quote) == _words(quote) for anchor, text in others if text)
        if not is_kept:
            values["quote"] = REDACTED
            for anchor, _, _ in anchors:
                if anchor.state == AnchorState.ORPHANED:
                    self.update(Anchor, anchor.id, Anchor.id == anchor.id, {"quote": REDACTED})
        self.update(AnnotationVersion, version_id, AnnotationVersion.id == version_id, values)
        if is_kept:
            return frozenset()
        self._blank_summaries(version, quote)
        return frozenset({quote})

    def _blank_summaries(self, version: AnnotationVersion, quote: str) -> None:
        rows = select(LogRow).where(LogRow.entity_id == version.annotation_id, LogRow.entity_version == version.number)
        for row in self.session.scalars(rows).all():
            if quote in row.summary:
                self.update(LogRow, row.seq, LogRow.seq == row.seq, {"summary": REDACTED})


def _identifiers(version: EvidenceVersion) -> set[tuple[str, str]]:
    content = {name: getattr(version, name) for name in EvidenceContent.__slots__}
    return {(found.kind, canonical_key(found)) for found in EvidenceContent(**content).identifiers()}


def _has_context(version: AnnotationVersion, anchor: Anchor, text: str) -> bool:
    if anchor.start_offset is None or anchor.end_offset is None:
        return False
    before, after = text[: anchor.start_offset], text[anchor.end_offset :]
    return before.endswith(version.prefix) and after.startswith(version.suffix)


def _words(text: str) -> str:
    return fold(text).text.strip()
