"""What the reads for editors share: who did what, and the parts that every entity and every version has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, cast, func, literal, or_, select
from sqlalchemy.orm import Session

from annotations.queries.editorial.views import Person, WithdrawalRequest
from annotations.store.actors import ActorRow
from annotations.store.claims import Claim, ClaimVersion
from annotations.store.editorial import RedactedRow, Redaction
from annotations.store.evidence import Evidence, EvidenceVersion
from annotations.store.notes import Annotation, AnnotationVersion, PendingNotice
from annotations.store.versions import is_public
from annotations.vocabulary import EntityType, RecheckReason, ReviewState, Role

People: TypeAlias = Mapping[UUID, Person]
Statement: TypeAlias = Select[*tuple[Any, ...]]
Reviewed: TypeAlias = Claim | Evidence | Annotation

ENTITIES: dict[EntityType, tuple[type[Any], type[Any], Any]] = {
    EntityType.CLAIM: (Claim, ClaimVersion, ClaimVersion.claim_id),
    EntityType.EVIDENCE: (Evidence, EvidenceVersion, EvidenceVersion.evidence_id),
    EntityType.ANNOTATION: (Annotation, AnnotationVersion, AnnotationVersion.annotation_id),
}
"""Type → its table, that of its versions, and the column by which a version names what it is one of."""


def people(session: Session, ids: Iterable[UUID | None]) -> People:
    """Those with these ids; one SELECT."""
    wanted = sorted({one for one in ids if one is not None})
    rows = session.execute(select(ActorRow.id, ActorRow.name, ActorRow.role).where(ActorRow.id.in_(wanted)))
    return {row.id: Person(row.id, row.name, Role(row.role)) for row in rows}


def actors_of(entity: Any) -> tuple[UUID | None, ...]:
    """The actors that an entity's own row names."""
    return entity.created_by, entity.withdrawal_requested_by


def is_redacted(entity_type: EntityType, version: Any, owner: Any) -> ColumnElement[bool]:
    """Whether the version at hand was blanked for legal reasons."""
    return (
        select(literal(1))
        .select_from(Redaction)
        .where(
            Redaction.entity_type == entity_type,
            Redaction.entity_id == owner,
            Redaction.version_number == version.number,
        )
        .correlate(version)
        .exists()
    )


def versions_of_type(entity_type: EntityType) -> Statement:
    """Versions of claims, evidence or annotations as (version, redacted), in order."""
    _, version, owner = ENTITIES[entity_type]
    return select(version, is_redacted(entity_type, version, owner).label("redacted")).order_by(owner, version.number)


def newest_and_in_force(entity_type: EntityType, ids: Iterable[UUID]) -> Statement:
    """The newest versions of these entities, and those in force, as (version, redacted)."""
    entity, version, owner = ENTITIES[entity_type]
    return (
        versions_of_type(entity_type)
        .join(entity, entity.id == owner)
        .where(owner.in_(sorted(ids)), or_(version.number == entity.head_number, is_public(version)))
    )


def withdrawal_request(entity: Any, known: People) -> WithdrawalRequest | None:
    """Who asked that ``entity`` be withdrawn, and why."""
    if entity.withdrawal_requested_by is None:
        return None
    return WithdrawalRequest(known[entity.withdrawal_requested_by], entity.withdrawal_reason)


def reviewed_values(entity: Reviewed, in_force: Any | None, known: People) -> dict[str, Any]:
    """The values of a ``ReviewedView``; ``in_force`` is the view of the version in force."""
    return {
        "id": entity.id,
        "state": ReviewState(entity.state),
        "lock_version": entity.lock_version,
        "head_number": entity.head_number,
        "in_force_number": in_force.number if in_force else None,
        "needs_recheck": entity.needs_recheck,
        "recheck_reason": RecheckReason(entity.recheck_reason) if entity.recheck_reason else None,
        "created_at": entity.created_at,
        "created_by": known[entity.created_by],
        "withdrawal_request": withdrawal_request(entity, known),
        "withdrawn_at": entity.withdrawn_at,
        "withdrawn_reason": entity.withdrawn_reason,
    }


def version_values(version: Any, redacted: bool, known: People) -> dict[str, Any]:
    """The values of a ``VersionView``."""
    return {
        "id": version.id,
        "number": version.number,
        "content_hash": version.content_hash,
        "created_at": version.created_at,
        "created_by": known[version.created_by],
        "in_force_from": version.valid_from,
        "in_force_until": version.valid_until,
        "redacted": redacted,
    }


def head_of(views: Iterable[Any], number: int) -> Any:
    """The one of ``views`` with this number."""
    return next(view for view in views if view.number == number)


def in_force_of(views: Iterable[Any]) -> Any | None:
    """The one of ``views`` that is in force, if any."""
    return next((view for view in views if view.is_in_force), None)


def is_blanked(version_id: Any, *tables: str) -> ColumnElement[bool]:
    """Whether a redaction names the row of one of ``tables`` with this id: for versions that number their own way."""
    named = func.replace(cast(version_id, Text), "-", "")
    return (
        select(literal(1))
        .select_from(RedactedRow)
        .where(RedactedRow.table_name.in_(tables), RedactedRow.row_key == named)
        .correlate(version_id.class_)
        .exists()
    )


def has_open_notice() -> ColumnElement[bool]:
    """Whether a pending notice stands in the place of the annotation at hand."""
    return (
        select(literal(1))
        .select_from(PendingNotice)
        .where(PendingNotice.annotation_id == Annotation.id, PendingNotice.closed_at.is_(None))
        .correlate(Annotation)
        .exists()
    )
