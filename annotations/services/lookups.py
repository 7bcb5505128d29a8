"""Finding the rows that a write is about."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from annotations.errors import NotFound, StaleVersion, TransitionNotAllowed
from annotations.permissions import Actor
from annotations.store.articles import Article
from annotations.store.claims import Claim, ClaimVersion, EvidenceLink
from annotations.store.evidence import Evidence, EvidenceVersion
from annotations.store.notes import Annotation, AnnotationVersion
from annotations.store.publication_log import TICK, Publication, Subject
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
    """The version of ``entity`` that is in force, if any; the public sees it as far as it can be reached."""
    table, owner = _VERSIONS[type(entity)]
    return session.scalars(select(table).where(getattr(table, owner) == entity.id, is_public(table))).one_or_none()


def published_version(session: Session, entity: Reviewed) -> Any:
    """The version of ``entity`` that is in force.

    Raises:
        TransitionNotAllowed: none is.
    """
    version = public_version(session, entity)
    if version is None:
        raise TransitionNotAllowed(f"the {_TYPES[type(entity)]} is not published")
    return version


def lock(session: Session, entity: Article | Reviewed, *, actor: Actor, now: datetime) -> Publication:
    """Take the publishing lock for a step that concerns ``entity`` as the caller read it.

    Raises:
        StaleVersion: it changed since.
        PublishingBusy: another publisher held the lock for too long.
    """
    seen = entity.lock_version
    publication = Publication(session, actor_id=actor.id, now=now)
    if entity.lock_version != seen:
        raise StaleVersion(f"the {_TYPES[type(entity)]} changed since it was read; read it again")
    return publication


def count_as_change(entity: Article | Reviewed) -> None:
    """Give ``entity`` another lock version for what is stored beside it: whoever read it before is told.

    Of two who make such a change at once, the second fails like one whose entity changed.
    """
    name = "revision_number" if isinstance(entity, Article) else "head_number"
    # What is not loaded cannot be marked.
    getattr(entity, name)
    flag_modified(entity, name)


def put_in_force(session: Session, publication: Publication, old: Any | None, new: Any) -> None:
    """Close the interval of ``old`` and open that of ``new`` at one moment, so that they meet."""
    moment = publication.moment
    if old is not None:
        moment = max(moment, old.valid_from + TICK)
        old.valid_until = moment
        session.flush()
    new.valid_from = moment
    session.flush()


def links_of(session: Session, version: ClaimVersion) -> list[EvidenceLink]:
    """The evidence links of ``version`` in the editor's order."""
    statement = select(EvidenceLink).where(EvidenceLink.claim_version_id == version.id)
    return list(session.scalars(statement.order_by(EvidenceLink.position)))


def subject_of(entity: Reviewed, version: ReviewedVersion) -> Subject:
    """What histories and log rows about ``version`` are about."""
    return Subject(_TYPES[type(entity)], entity.id, version.number, version.content_hash)
