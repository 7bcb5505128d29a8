"""Checks of paragraphs and anchors: each anchor quotes the text at its offsets, in the state that this makes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.anchoring.text import fold
from annotations.store.articles import Article, Block, Paragraph, Revision
from annotations.store.checks.findings import Findings, batches, version_row
from annotations.store.checks.redactions import RedactedRows
from annotations.store.notes import Anchor, Annotation, AnnotationVersion
from annotations.vocabulary import AnchorState, EntityType

ANCHORS = "anchors"


def check_anchors(session: Session, findings: Findings, redacted: RedactedRows) -> None:
    """Check every anchor, version by version, from the revision in which each was marked."""
    statement = (
        select(Anchor.__table__, Block.text, Revision.number.label("revision"), Revision.article_id)
        .add_columns(AnnotationVersion.annotation_id, AnnotationVersion.number, AnnotationVersion.quote.label("marked"))
        .add_columns(Annotation.article_id.label("own_article_id"))
        .outerjoin(AnnotationVersion, AnnotationVersion.id == Anchor.version_id)
        .outerjoin(Annotation, Annotation.id == AnnotationVersion.annotation_id)
        .outerjoin(Revision, Revision.id == Anchor.revision_id)
        .outerjoin(Block, (Block.revision_id == Anchor.revision_id) & (Block.paragraph_id == Anchor.paragraph_id))
        .order_by(Anchor.version_id, Revision.number)
    )
    first: Any = None
    for rows in batches(session, statement):
        findings.checked["anchors"] += len(rows)
        for row in rows:
            if first is None or first.version_id != row.version_id:
                first = row
            wrong = _fault_of_place(row) or _fault_of_words(redacted, row) or _fault_of_state(redacted, row, first)
            if wrong is not None:
                findings.add(ANCHORS, _name(row), wrong)


def check_paragraphs(session: Session, findings: Findings) -> None:
    """Check that each block is a paragraph of its own article, and each paragraph stands in some revision."""
    blocks = (
        select(Block.paragraph_id, Block.ordinal, Revision.number, Revision.article_id)
        .join(Revision, Revision.id == Block.revision_id)
        .outerjoin(Paragraph, (Paragraph.id == Block.paragraph_id) & (Paragraph.article_id == Revision.article_id))
        .where(Paragraph.id.is_(None))
        .order_by(Revision.article_id, Revision.number, Block.ordinal)
    )
    for rows in batches(session, blocks):
        for row in rows:
            name = f"{version_row(EntityType.ARTICLE, row.article_id, row.number)}, block {row.ordinal}"
            findings.add("blocks", name, f"its article has no paragraph {row.paragraph_id}")
    stands = select(Block.ordinal).where(Block.paragraph_id == Paragraph.id).exists()
    known = select(Article.id).where(Article.id == Paragraph.article_id).exists()
    paragraphs = select(Paragraph.id, Paragraph.article_id).where(~(stands & known)).order_by(Paragraph.id)
    for rows in batches(session, paragraphs):
        for row in rows:
            findings.add("paragraphs", f"paragraph {row.id}", f"stands in no revision of the article {row.article_id}")


def _name(row: Any) -> str:
    if row.annotation_id is None:
        return f"anchor {row.id}"
    return f"{version_row(EntityType.ANNOTATION, row.annotation_id, row.number)}, revision {row.revision}"


def _fault_of_place(row: Any) -> str | None:
    if row.annotation_id is None or row.own_article_id is None:
        return f"there is no annotation version {row.version_id}"
    if row.article_id != row.own_article_id:
        return f"its article has no revision {row.revision_id}"
    return None


def _fault_of_words(redacted: RedactedRows, row: Any) -> str | None:
    if row.paragraph_id is None:
        return None
    if row.text is None:
        return f"its revision has no paragraph {row.paragraph_id}"
    if redacted.names(ANCHORS, row.id) or redacted.names("blocks", row.revision_id):
        return None
    if row.text[row.start_offset : row.end_offset] != row.quote:
        return "its quote is not what the text has there"
    return None


def _fault_of_state(redacted: RedactedRows, row: Any, first: Any) -> str | None:
    """By the words and the paragraph that were marked first, whatever stood there in between."""
    flagged = row.context_changed
    if row is first and (row.state != AnchorState.EXACT or flagged):
        return f"{row.state} where it was marked"
    blanked = ((ANCHORS, row.id), ("blocks", row.revision_id), ("annotation_versions", row.version_id))
    if any(redacted.names(table, key) for table, key in blanked):
        return None
    if row.paragraph_id is None:
        expected = AnchorState.ORPHANED
    elif _words(row.quote) != _words(row.marked):
        expected = AnchorState.CHANGED
    else:
        expected = AnchorState.EXACT if row.paragraph_id == first.paragraph_id else AnchorState.MOVED
    if row.state != expected:
        return f"{row.state}, and its words say {expected}"
    if flagged and expected in {AnchorState.CHANGED, AnchorState.ORPHANED}:
        return "flagged for its context, and its own words changed"
    if expected is AnchorState.ORPHANED and row.quote != row.marked:
        return "its quote is not what was marked"
    return None


def _words(text: str) -> str:
    return fold(text).text.strip()
