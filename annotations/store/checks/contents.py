"""Checks that what a version holds, with the rows that hang on it, gives the hash that it was stored with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from annotations.anchoring.selectors import quote_selector
from annotations.anchoring.text import blocks_hash, text_sha256
from annotations.errors import InvalidInput
from annotations.store.articles import ArticleTopic, Block, Revision
from annotations.store.checks.findings import Findings, Rows, gives, version_row
from annotations.store.checks.redactions import RedactedRows
from annotations.store.claims import EvidenceLink
from annotations.store.content_hashes import annotation_hash, claim_hash, evidence_hash, import_hash, metadata_hash
from annotations.store.notes import Anchor, AnnotationCategory
from annotations.vocabulary import BlockKind, EntityType, TitleOrigin

UNLIKE = "its content does not give its hash"


def revision_contents(session: Session, findings: Findings, redacted: RedactedRows, rows: Rows) -> None:
    """Revisions: each block gives its hash, and all of them, in order, that of the text."""
    blocks = _children(session, select(Block.__table__), Block.revision_id, Block.ordinal, rows)
    for row in rows:
        name, own = version_row(EntityType.ARTICLE, row.owner_id, row.number), blocks[row.id]
        ordinals = [block.ordinal for block in own]
        first = 0 if own and own[0].kind == BlockKind.TITLE else 1
        if ordinals != list(range(first, first + len(own))):
            findings.add("blocks", name, f"blocks are missing or out of order: {ordinals}")
        if redacted.names("blocks", row.id):
            continue
        for block in own:
            if text_sha256(block.text) != block.sha256:
                findings.add("blocks", f"{name}, block {block.ordinal}", "its text does not give its hash")
        if blocks_hash((block.kind, block.text) for block in own) != row.content_hash:
            findings.add("revisions", name, UNLIKE)
        if not gives(row.import_hash, partial(import_hash, row)):
            findings.add("revisions", name, "what it says of its import does not give its hash")


def metadata_contents(session: Session, findings: Findings, redacted: RedactedRows, rows: Rows) -> None:
    """An article's metadata, with its topics."""
    topics = _children(session, select(ArticleTopic.__table__), ArticleTopic.version_id, ArticleTopic.position, rows)
    for row in rows:
        name, own = version_row(EntityType.ARTICLE, row.owner_id, row.number), topics[row.id]
        _check_positions(findings, "article_topics", name, own)
        origin = TitleOrigin.SOURCE if row.title is None else TitleOrigin.EDITOR
        if row.title_origin != origin:
            findings.add("article_versions", name, f"its title is said to be of {row.title_origin}")
        digest = partial(metadata_hash, row, [topic.topic for topic in own])
        _check_hash(findings, redacted, "article_versions", name, row, digest)


def source_contents(_session: Session, findings: Findings, redacted: RedactedRows, rows: Rows) -> None:
    """What is known of a source."""
    for row in rows:
        name = version_row(EntityType.EVIDENCE, row.owner_id, row.number)
        _check_hash(findings, redacted, "evidence_versions", name, row, partial(evidence_hash, row, row.owner_name))


def claim_contents(session: Session, findings: Findings, redacted: RedactedRows, rows: Rows) -> None:
    """A claim, with the links to its evidence."""
    links = _children(
        session, select(EvidenceLink.__table__), EvidenceLink.claim_version_id, EvidenceLink.position, rows
    )
    for row in rows:
        name, own = version_row(EntityType.CLAIM, row.owner_id, row.number), links[row.id]
        _check_positions(findings, "evidence_links", name, own)
        _check_hash(findings, redacted, "claim_versions", name, row, partial(claim_hash, row, row.owner_name, own))


def annotation_contents(session: Session, findings: Findings, redacted: RedactedRows, rows: Rows) -> None:
    """An annotation, with its categories, where it was marked, and the words around that."""
    categories = _children(
        session, select(AnnotationCategory.__table__), AnnotationCategory.version_id, AnnotationCategory.position, rows
    )
    first = _first_anchors(session, rows)
    for row in rows:
        name, own = version_row(EntityType.ANNOTATION, row.owner_id, row.number), categories[row.id]
        _check_positions(findings, "annotation_categories", name, own)
        anchor = first.get(row.id)
        if anchor is None:
            findings.add("anchors", name, "missing: the version stands nowhere")
            continue
        digest = partial(annotation_hash, row, [category.category for category in own], anchor)
        _check_hash(findings, redacted, "annotation_versions", name, row, digest)
        if not redacted.names("annotation_versions", row.id) and not redacted.names("blocks", anchor.revision_id):
            _check_context(findings, name, row, anchor)


def _check_context(findings: Findings, name: str, version: Any, anchor: Any) -> None:
    """The words around the quote, which are kept to find it again, are those of the text that it was marked in."""
    if not _has_context(version, anchor):
        findings.add("annotation_versions", name, "the words around its quote are not those of the text")


def _has_context(version: Any, anchor: Any) -> bool:
    try:
        around = quote_selector(anchor.text or "", anchor.start_offset or 0, anchor.end_offset or 0)
    except InvalidInput:
        return False
    return (version.prefix, version.suffix) == (around.prefix, around.suffix)


def _check_positions(findings: Findings, table: str, name: str, rows: list[Any]) -> None:
    positions = [row.position for row in rows]
    if positions != list(range(1, len(rows) + 1)):
        findings.add(table, name, f"rows are missing or out of order: {positions}")


def _check_hash(
    findings: Findings, redacted: RedactedRows, table: str, name: str, row: Any, compute: Callable[[], str]
) -> None:
    if not redacted.names(table, row.id) and not gives(row.content_hash, compute):
        findings.add(table, name, UNLIKE)


def _children(
    session: Session, statement: Select[*tuple[Any, ...]], parent: Any, order: Any, rows: Rows
) -> defaultdict[UUID, list[Any]]:
    found: defaultdict[UUID, list[Any]] = defaultdict(list)
    ids = [row.id for row in rows]
    for child in session.execute(statement.where(parent.in_(ids)).order_by(parent, order)):
        found[getattr(child, parent.key)].append(child)
    return found


def _first_anchors(session: Session, rows: Rows) -> dict[UUID, Any]:
    """The anchor of each version in the revision in which it was marked, with the text of its block."""
    statement = (
        select(Anchor.__table__, Block.text)
        .join(Revision, Revision.id == Anchor.revision_id)
        .outerjoin(Block, (Block.revision_id == Anchor.revision_id) & (Block.paragraph_id == Anchor.paragraph_id))
        .where(Anchor.version_id.in_([row.id for row in rows]))
        .order_by(Revision.number.desc())
    )
    # The last that is put in is the oldest.
    return {anchor.version_id: anchor for anchor in session.execute(statement)}
