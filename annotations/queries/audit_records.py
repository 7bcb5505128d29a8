"""Entities with all their versions, as records of an audit pack: plain mappings that JSON takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from annotations.store.articles import Article, ArticleTopic, ArticleVersion, Block, Revision
from annotations.store.checks.findings import chunks
from annotations.store.claims import Claim, ClaimVersion, EvidenceLink
from annotations.store.content_hashes import ANNOTATION, CITATION, CLAIM, EVIDENCE, IMPORT, METADATA, columns_of, plain
from annotations.store.editorial import ClaimMerger, RedactedRow
from annotations.store.evidence import Evidence, EvidenceVersion
from annotations.store.notes import Anchor, Annotation, AnnotationCategory, AnnotationVersion, PendingNotice

Record = dict[str, Any]
Children = Mapping[UUID, Sequence[Any]]

_VERSION = ("number", "content_hash", "created_at", "created_by", "valid_from", "valid_until")
_STATE = ("state", "head_number", "needs_recheck", "recheck_reason", "withdrawn_at", "withdrawn_reason")
_ARTICLE_STATE = ("visibility", "revision_number", "metadata_number", "withdrawn_at", "withdrawn_reason")
_NOTICE = ("reason", "since", "opened_by", "closed_at", "closed_by")
_MERGER = ("loser_id", "winner_id", "reason", "requested_by", "requested_at", "closed_by", "closed_at", "merged")
_ANCHOR = ("paragraph_id", "start_offset", "end_offset", "quote", "state", "context_changed")


def article_records(session: Session, ids: Iterable[UUID], *, whole: bool) -> list[Record]:
    """Articles with their metadata and revisions; ``whole`` adds the text of every block."""
    ids = sorted(ids)
    metadata = _grouped(session, select(ArticleVersion), ArticleVersion.article_id, ids, ArticleVersion.number)
    revisions = _grouped(session, select(Revision), Revision.article_id, ids, Revision.number)
    topics = _grouped(session, select(ArticleTopic), ArticleTopic.version_id, _ids(metadata), ArticleTopic.position)
    blocks = _grouped(session, select(Block), Block.revision_id, _ids(revisions) if whole else [], Block.ordinal)
    blanked = _blanked(session, "article_versions", "revisions")
    records = []
    for row in _rows(session, select(Article), Article.id, ids, Article.slug):
        record = {"id": row.id, "slug": row.slug, **columns_of(row, _ARTICLE_STATE), "created_at": row.created_at}
        record["metadata"] = [
            _version(blanked, one, {**columns_of(one, METADATA), "topics": [topic.topic for topic in topics[one.id]]})
            for one in metadata[row.id]
        ]
        record["revisions"] = [
            _version(blanked, one, _text(one, blocks[one.id] if whole else None)) for one in revisions[row.id]
        ]
        records.append(plain(record))
    return records


def claim_records(session: Session, ids: Iterable[UUID]) -> list[Record]:
    """Claims with their versions, the links to evidence of each, and mergers."""
    ids = sorted(ids)
    versions = _grouped(session, select(ClaimVersion), ClaimVersion.claim_id, ids, ClaimVersion.number)
    links = _grouped(
        session, select(EvidenceLink), EvidenceLink.claim_version_id, _ids(versions), EvidenceLink.position
    )
    lost = _grouped(session, select(ClaimMerger), ClaimMerger.loser_id, ids, ClaimMerger.requested_at)
    won = _grouped(session, select(ClaimMerger), ClaimMerger.winner_id, ids, ClaimMerger.requested_at)
    blanked = _blanked(session, "claim_versions")
    records = []
    for row in _rows(session, select(Claim), Claim.id, ids, Claim.slug):
        record = {"id": row.id, "slug": row.slug, **columns_of(row, _STATE), "created_at": row.created_at}
        record["versions"] = [
            _version(
                blanked,
                one,
                {**columns_of(one, CLAIM), "citations": [columns_of(link, CITATION) for link in links[one.id]]},
            )
            for one in versions[row.id]
        ]
        record["mergers"] = [columns_of(merger, _MERGER) for merger in (*lost[row.id], *won[row.id])]
        records.append(plain(record))
    return records


def source_records(session: Session, ids: Iterable[UUID]) -> list[Record]:
    """Sources with their versions, status included."""
    ids = sorted(ids)
    versions = _grouped(session, select(EvidenceVersion), EvidenceVersion.evidence_id, ids, EvidenceVersion.number)
    blanked = _blanked(session, "evidence_versions")
    records = []
    for row in _rows(session, select(Evidence), Evidence.id, ids, Evidence.key):
        record = {"id": row.id, "key": row.key, **columns_of(row, _STATE), "created_at": row.created_at}
        record["versions"] = [_version(blanked, one, columns_of(one, EVIDENCE)) for one in versions[row.id]]
        records.append(plain(record))
    return records


def annotation_records(session: Session, ids: Iterable[UUID]) -> list[Record]:
    """Annotations with their versions, where each version stands in each revision, and notices in their place."""
    ids = sorted(ids)
    versions = _grouped(
        session, select(AnnotationVersion), AnnotationVersion.annotation_id, ids, AnnotationVersion.number
    )
    own = _ids(versions)
    categories = _grouped(
        session, select(AnnotationCategory), AnnotationCategory.version_id, own, AnnotationCategory.position
    )
    anchors = _anchors(session, own)
    notices = _grouped(session, select(PendingNotice), PendingNotice.annotation_id, ids, PendingNotice.since)
    blanked = _blanked(session, "annotation_versions")
    slugs = select(Annotation, Article.slug).join(Article, Article.id == Annotation.article_id)
    records = []
    for row, slug in _rows(session, slugs, Annotation.id, ids, Annotation.id, whole_row=True):
        record = {"id": row.id, "article": slug, **columns_of(row, _STATE), "created_at": row.created_at}
        record["versions"] = [
            _version(
                blanked,
                one,
                {
                    **columns_of(one, (*ANNOTATION, "prefix", "suffix")),
                    "categories": [category.category for category in categories[one.id]],
                    "anchors": anchors[one.id],
                },
            )
            for one in versions[row.id]
        ]
        record["notices"] = [columns_of(notice, _NOTICE) for notice in notices[row.id]]
        records.append(plain(record))
    return records


def _version(blanked: frozenset[str], row: Any, content: Mapping[str, Any]) -> Record:
    return {**columns_of(row, _VERSION), "redacted": row.id.hex in blanked, "content": dict(content)}


def _text(revision: Any, blocks: Sequence[Any] | None) -> Record:
    found = columns_of(revision, (*IMPORT, "import_hash"))
    if blocks is not None:
        found["blocks"] = [columns_of(block, ("ordinal", "paragraph_id", "kind", "text", "sha256")) for block in blocks]
    return found


def _anchors(session: Session, version_ids: Sequence[UUID]) -> Mapping[UUID, list[Record]]:
    found: defaultdict[UUID, list[Record]] = defaultdict(list)
    for some in chunks(version_ids):
        rows = session.execute(
            select(Anchor, Revision.number, Block.ordinal)
            .join(Revision, Revision.id == Anchor.revision_id)
            .outerjoin(Block, (Block.revision_id == Anchor.revision_id) & (Block.paragraph_id == Anchor.paragraph_id))
            .where(Anchor.version_id.in_(some))
            .order_by(Anchor.version_id, Revision.number)
        )
        for anchor, number, ordinal in rows:
            place = {"revision": number, "ordinal": ordinal, **columns_of(anchor, _ANCHOR)}
            found[anchor.version_id].append(place)
    return found


def _blanked(session: Session, *tables: str) -> frozenset[str]:
    return frozenset(session.scalars(select(RedactedRow.row_key).where(RedactedRow.table_name.in_(tables))))


def _ids(groups: Children) -> list[UUID]:
    return sorted(row.id for rows in groups.values() for row in rows)


def _grouped(session: Session, statement: Select[Any], key: Any, ids: Sequence[UUID], order: Any) -> Children:
    found: defaultdict[UUID, list[Any]] = defaultdict(list)
    for some in chunks(ids):
        for row in session.scalars(statement.where(key.in_(some)).order_by(key, order)):
            found[getattr(row, key.key)].append(row)
    return found


def _rows(
    session: Session,
    statement: Select[*tuple[Any, ...]],
    key: Any,
    ids: Sequence[UUID],
    order: Any,
    *,
    whole_row: bool = False,
) -> list[Any]:
    rows = [
        row for some in chunks(ids) for row in session.execute(statement.where(key.in_(some)).order_by(order)).all()
    ]
    return rows if whole_row else [row[0] for row in rows]
