"""Finding the rows that a write is about."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.errors import NotFound, TransitionNotAllowed
from annotations.store.articles import Article
from annotations.store.claims import Claim, ClaimVersion, EvidenceLink
from annotations.store.evidence import Evidence, EvidenceVersion
from annotations.store.notes import Annotation, AnnotationVersion
from annotations.store.publication_log import Subject
from annotations.store.versions import is_public
from annotations.vocabulary import EntityType

Reviewed = Claim | Evidence | Annotation
ReviewedVersion = ClaimVersion | EvidenceVersion | AnnotationVersion
Row = TypeVar("Row", Article, Claim, Evidence, Annotation)

_TYPES: dict[type[Any], EntityType] = {
    Article: EntityType.ARTICLE,
    Claim: EntityType.CLAIM,
    Evidence: EntityType.EVIDENCE,
    Annotation: EntityType.ANNOTATION,
}
_VERSIONS: dict[type[Any], tuple[type[Any], str]] = {
    Claim: (ClaimVersion, "claim_id"),
    Evidence: (EvidenceVersion, "evidence_id"),
    Annotation: (AnnotationVersion, "annotation_id"),
}


def get(session: Session, table: type[Row], entity_id: UUID) -> Row:
    """The row with this id.

    Raises:
        NotFound: there is none.
    """
    row = session.get(table, entity_id)
    if row is None:
        raise NotFound(f"no {_TYPES[table]} has this id")
    return row


def versions(session: Session, entity: Reviewed) -> list[Any]:
    """All versions of ``entity``, oldest first."""
    table, owner = _VERSIONS[type(entity)]
    statement = select(table).where(getattr(table, owner) == entity.id).order_by(table.number)
    return list(session.scalars(statement))


def head_version(session: Session, entity: Reviewed) -> Any:
    """The newest version of ``entity``."""
    table, owner = _VERSIONS[type(entity)]
    return session.scalars(
        select(table).where(getattr(table, owner) == entity.id, table.number == entity.head_number)
    ).one()


def public_version(session: Session, entity: Reviewed) -> Any | None:
    """The version of ``entity`` whose public interval is open, if any."""
    table, owner = _VERSIONS[type(entity)]
    return session.scalars(select(table).where(getattr(table, owner) == entity.id, is_public(table))).one_or_none()


def published_version(session: Session, entity: Reviewed) -> Any:
    """The version of ``entity`` whose public interval is open.

    Raises:
        TransitionNotAllowed: nothing of it is public.
    """
    version = public_version(session, entity)
    if version is None:
        raise TransitionNotAllowed(f"the {_TYPES[type(entity)]} is not public")
    return version


def links_of(session: Session, version: ClaimVersion) -> list[EvidenceLink]:
    """The evidence links of ``version`` in the editor's order."""
    statement = select(EvidenceLink).where(EvidenceLink.claim_version_id == version.id)
    return list(session.scalars(statement.order_by(EvidenceLink.position)))


def subject_of(entity: Reviewed, version: ReviewedVersion) -> Subject:
    """What histories and log rows about ``version`` are about."""
    return Subject(_TYPES[type(entity)], entity.id, version.number, version.content_hash)
