"""Checks that log and histories speak of versions that are there, and that nothing hangs on a row that is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from annotations.review.events import REDACTIONS
from annotations.review.workflow import Action
from annotations.store.articles import ArticleTopic, ArticleVersion, Block, Revision
from annotations.store.checks.findings import Findings, batches, log_row, step_row
from annotations.store.claims import ClaimVersion, EvidenceLink
from annotations.store.evidence import Evidence, EvidenceVersion
from annotations.store.log import LogRow
from annotations.store.notes import AnnotationCategory, AnnotationVersion
from annotations.store.review import Transition
from annotations.vocabulary import EntityType

VERSIONS: dict[EntityType, tuple[tuple[Any, Any], ...]] = {
    EntityType.ARTICLE: ((Revision, Revision.article_id), (ArticleVersion, ArticleVersion.article_id)),
    EntityType.CLAIM: ((ClaimVersion, ClaimVersion.claim_id),),
    EntityType.EVIDENCE: ((EvidenceVersion, EvidenceVersion.evidence_id),),
    EntityType.ANNOTATION: ((AnnotationVersion, AnnotationVersion.annotation_id),),
}
"""The tables of versions of each entity, with the column that says whose they are. An article has two kinds."""


@dataclass(frozen=True, slots=True)
class _Child:
    """A table whose rows hang on those of another."""

    table: Any
    key: Any
    parent: Any


_CHILDREN = (
    _Child(ArticleTopic, ArticleTopic.version_id, ArticleVersion),
    _Child(AnnotationCategory, AnnotationCategory.version_id, AnnotationVersion),
    _Child(EvidenceLink, EvidenceLink.claim_version_id, ClaimVersion),
    _Child(EvidenceLink, EvidenceLink.evidence_id, Evidence),
    _Child(Block, Block.revision_id, Revision),
)


def check_references(session: Session, findings: Findings) -> None:
    """Check log and histories against the versions, and the rows that hang on versions against these."""
    for entity_type in VERSIONS:
        _check_log(session, findings, entity_type)
        _check_histories(session, findings, entity_type)
    for child in _CHILDREN:
        there = select(child.parent.id).where(child.parent.id == child.key).exists()
        for rows in batches(session, select(child.key.label("key")).where(~there).order_by(child.key)):
            for row in rows:
                wrong = f"there is no such row in {child.parent.__tablename__}"
                findings.add(child.table.__tablename__, f"{child.key.key} {row.key}", wrong)


def _check_log(session: Session, findings: Findings, entity_type: EntityType) -> None:
    row = (LogRow.entity_id, LogRow.entity_version, LogRow.content_hash)
    about = LogRow.entity_type == entity_type
    wrong = "no version has this number and this hash"
    for seq in _values(session, select(LogRow.seq).where(about, ~_there(entity_type, *row)).order_by(LogRow.seq)):
        findings.add("publication_log", log_row(seq), wrong)
    # A redaction may be of a version that was never in force.
    told = about & (LogRow.event != REDACTIONS[entity_type]) & _there(entity_type, *row)
    unseen = select(LogRow.seq).where(told, ~_there(entity_type, *row, in_force=True)).order_by(LogRow.seq)
    for seq in _values(session, unseen):
        findings.add("publication_log", log_row(seq), "its version never came into force")


def _check_histories(session: Session, findings: Findings, entity_type: EntityType) -> None:
    step = (Transition.entity_id, Transition.version_number, Transition.version_hash)
    missing = ~_there(entity_type, *step)
    approved = Transition.action == Action.APPROVE
    unseen = approved & ~_there(entity_type, *step, in_force=True)
    statement = (
        select(Transition.entity_id, Transition.position, missing.label("missing"))
        .where(Transition.entity_type == entity_type, or_(missing, unseen))
        .order_by(Transition.entity_id, Transition.position)
    )
    for rows in batches(session, statement):
        for row in rows:
            wrong = "no version has this number and this hash" if row.missing else "its version never came into force"
            findings.add("transitions", step_row(entity_type, row.entity_id, row.position), wrong)


def _there(
    entity_type: EntityType, entity_id: Any, number: Any, digest: Any, *, in_force: bool = False
) -> ColumnElement[bool]:
    """The condition that a version is there, and was in force if need be."""
    found = []
    for table, owner in VERSIONS[entity_type]:
        version = select(table.id).where(owner == entity_id, table.number == number, table.content_hash == digest)
        found.append((version.where(table.valid_from.is_not(None)) if in_force else version).exists())
    return or_(*found)


def _values(session: Session, statement: Select[int]) -> list[int]:
    return [row[0] for rows in batches(session, statement) for row in rows]
