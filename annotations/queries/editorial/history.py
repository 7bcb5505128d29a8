"""What was done to an entity, and everything that it ever said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.queries.editorial.article_views import MetadataView, RevisionView
from annotations.queries.editorial.articles import metadata_of, topics_of
from annotations.queries.editorial.claims import claim_version, links_of
from annotations.queries.editorial.evidence import evidence_version
from annotations.queries.editorial.notes import anchor_of, anchors, annotation_values, categories_of
from annotations.queries.editorial.parts import ENTITIES, is_blanked, people, versions_of_type
from annotations.queries.editorial.revisions import revision_of, revisions
from annotations.queries.editorial.views import (
    AnchorView,
    AnnotationRecord,
    ClaimVersionView,
    EvidenceVersionView,
    Step,
)
from annotations.queries.paging import Key, Slice, fetch
from annotations.store.articles import ArticleVersion, Revision
from annotations.store.claims import Claim
from annotations.store.notes import Anchor, AnnotationVersion
from annotations.store.review import Transition
from annotations.vocabulary import DefinedEnum, EntityType

AnyVersion = MetadataView | RevisionView | ClaimVersionView | EvidenceVersionView | AnnotationRecord


class VersionKind(DefinedEnum):
    """What a version is one of."""

    METADATA = "metadata", "An article's metadata and fact-check status."
    REVISION = "revision", "An article's text."
    CLAIM = "claim", "A claim."
    EVIDENCE = "evidence", "A source."
    ANNOTATION = "annotation", "An annotation."


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """One version of an entity, and which kind of version it is; an article has two kinds, numbered each on its own."""

    kind: VersionKind
    version: AnyVersion


def history_of(
    session: Session, entity_type: EntityType, entity_id: UUID, *, limit: int, after: Key | None = None
) -> Slice[Step]:
    """The steps of an entity's history from the first to the last; ``after`` is (position,). Two SELECTs."""
    statement = select(Transition).where(Transition.entity_type == entity_type, Transition.entity_id == entity_id)
    if after is not None:
        statement = statement.where(Transition.position > after[0])
    rows, next_key = fetch(session, statement.order_by(Transition.position), limit, lambda row: (row[0].position,))
    steps = [row[0] for row in rows]
    known = people(session, [step.actor_id for step in steps])
    return Slice(
        tuple(
            Step(
                position=step.position,
                action=step.action,
                from_state=step.from_state,
                to_state=step.to_state,
                version_number=step.version_number,
                version_hash=step.version_hash,
                actor=known[step.actor_id],
                at=step.at,
                reason=step.reason,
                four_eyes=step.four_eyes,
                prev_hash=step.prev_hash,
                hash=step.hash,
            )
            for step in steps
        ),
        next_key,
    )


def versions_of(session: Session, entity_type: EntityType, entity_id: UUID) -> tuple[VersionRecord, ...]:
    """Every version of an entity, oldest first: its content, who wrote it, when it was in force. At most four SELECTs.

    Of an article: the versions of its metadata, then its revisions, without their texts.
    """
    return _RECORDS[entity_type](session, entity_id)


def _claim_records(session: Session, entity_id: UUID) -> tuple[VersionRecord, ...]:
    rows = _rows(session, EntityType.CLAIM, entity_id)
    links = links_of(session, [row[0].id for row in rows])
    known = people(session, [row[0].created_by for row in rows])
    return tuple(VersionRecord(VersionKind.CLAIM, claim_version(row[0], row[1], links, known)) for row in rows)


def _evidence_records(session: Session, entity_id: UUID) -> tuple[VersionRecord, ...]:
    rows = _rows(session, EntityType.EVIDENCE, entity_id)
    known = people(session, [row[0].created_by for row in rows])
    return tuple(VersionRecord(VersionKind.EVIDENCE, evidence_version(row[0], row[1], known)) for row in rows)


def _annotation_records(session: Session, entity_id: UUID) -> tuple[VersionRecord, ...]:
    statement = versions_of_type(EntityType.ANNOTATION).where(AnnotationVersion.annotation_id == entity_id)
    statement = statement.add_columns(Claim.slug).join(Claim, Claim.id == AnnotationVersion.claim_id)
    rows = session.execute(statement).all()
    categories = categories_of(session, [row[0].id for row in rows])
    known = people(session, [row[0].created_by for row in rows])
    standing: dict[UUID, list[AnchorView]] = {}
    placed = anchors().where(Anchor.version_id.in_([row[0].id for row in rows])).order_by(Revision.number)
    for anchor, number, ordinal, _text in session.execute(placed):
        standing.setdefault(anchor.version_id, []).append(anchor_of(anchor, number, ordinal, None))
    return tuple(
        VersionRecord(
            VersionKind.ANNOTATION,
            AnnotationRecord(
                **annotation_values(version, slug, categories, redacted, known),
                anchors=tuple(standing.get(version.id, ())),
            ),
        )
        for version, redacted, slug in rows
    )


def _article_records(session: Session, entity_id: UUID) -> tuple[VersionRecord, ...]:
    metadata = session.execute(
        select(ArticleVersion, is_blanked(ArticleVersion.id, "article_versions"))
        .where(ArticleVersion.article_id == entity_id)
        .order_by(ArticleVersion.number)
    ).all()
    texts = session.execute(revisions().where(Revision.article_id == entity_id).order_by(Revision.number)).all()
    topics = topics_of(session, [row[0].id for row in metadata])
    known = people(session, [row[0].created_by for row in (*metadata, *texts)])
    return (
        *(
            VersionRecord(VersionKind.METADATA, metadata_of(version, topics, redacted, known))
            for version, redacted in metadata
        ),
        *(VersionRecord(VersionKind.REVISION, revision_of(row, redacted, known)) for row, redacted in texts),
    )


def _rows(session: Session, entity_type: EntityType, entity_id: UUID) -> list[Any]:
    owner = ENTITIES[entity_type][2]
    return list(session.execute(versions_of_type(entity_type).where(owner == entity_id)))


_RECORDS: dict[EntityType, Callable[[Session, UUID], tuple[VersionRecord, ...]]] = {
    EntityType.ARTICLE: _article_records,
    EntityType.CLAIM: _claim_records,
    EntityType.EVIDENCE: _evidence_records,
    EntityType.ANNOTATION: _annotation_records,
}
