"""Which things are in each part of the queue, and since when: conditions only, so that counting and listing agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select
from sqlalchemy.orm import aliased, join

from annotations.queries.editorial.parts import ENTITIES, Statement
from annotations.store.articles import Article, Revision
from annotations.store.claims import Claim
from annotations.store.editorial import ClaimMerger, ReviewDate
from annotations.store.evidence import Evidence, EvidenceVersion
from annotations.store.notes import Anchor, Annotation, AnnotationVersion
from annotations.store.review import Transition
from annotations.store.versions import is_public
from annotations.vocabulary import FINISHED, AnchorState, EntityType, QueueKind, RecheckReason, ReviewState, Visibility

RAISED = ("flag_recheck", "open_notice")
"""Steps of a history by which something comes to wait for another look."""

HELD = (AnchorState.EXACT, AnchorState.MOVED)
LOST = (AnchorState.CHANGED, AnchorState.ORPHANED)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for the queue, on which day; and the day before which a source's status was checked too long ago."""

    actor_id: UUID
    today: date
    stale_before: date


@dataclass(frozen=True, slots=True)
class Part:
    """Things of one type: their rows (``source``) as far as ``where`` holds, and since when they wait."""

    entity_type: EntityType
    id: Any
    since: Any
    source: Any
    where: tuple[Any, ...]

    def rows(self) -> Statement:
        """They as (entity_type, id, since)."""
        columns = (literal(str(self.entity_type)).label("entity_type"), self.id.label("id"), self.since.label("since"))
        return select(*columns).select_from(self.source).where(*self.where)

    def count(self) -> ColumnElement[int]:
        """How many they are."""
        return select(func.count()).select_from(self.source).where(*self.where).scalar_subquery()


def parts_of(kind: QueueKind, asked: Asked) -> tuple[Part, ...]:
    """What makes up one part of the queue."""
    return _PARTS[kind](asked)


class Standing:
    """Annotations that wait for another look, with the version that matters and its anchor in the newest text.

    That version is the one in force, or else the newest. All joins are by keys, so that whichever way round a database
    goes about them it takes time in proportion to the annotations.
    """

    version = aliased(AnnotationVersion, name="version_that_matters")
    public = aliased(AnnotationVersion, name="version_in_force")
    none_in_force = (
        ~select(literal(1))
        .select_from(public)
        .where(public.annotation_id == Annotation.id, is_public(public))
        .correlate(Annotation)
        .exists()
    )
    matters = or_(is_public(version), and_(version.number == Annotation.head_number, none_in_force))
    source = (
        join(Annotation, Article, Article.id == Annotation.article_id)
        .join(Revision, and_(Revision.article_id == Article.id, Revision.number == Article.revision_number))
        .join(version, and_(version.annotation_id == Annotation.id, matters))
        .join(Anchor, and_(Anchor.version_id == version.id, Anchor.revision_id == Revision.id))
    )


def raised_at(entity_type: EntityType) -> ColumnElement[Any]:
    """Since when the thing at hand waits for another look."""
    return _last_step(entity_type, Transition.action.in_(RAISED))


def _last_step(entity_type: EntityType, condition: ColumnElement[bool]) -> ColumnElement[Any]:
    entity = Article if entity_type is EntityType.ARTICLE else ENTITIES[entity_type][0]
    at = (
        select(Transition.at)
        .where(Transition.entity_type == entity_type, Transition.entity_id == entity.id, condition)
        .order_by(Transition.position.desc())
        .limit(1)
        .correlate(entity)
        .scalar_subquery()
    )
    return func.coalesce(at, entity.created_at)


def _in_state(state: ReviewState, *more: Callable[[EntityType], ColumnElement[bool]]) -> tuple[Part, ...]:
    """Everything whose newest version stands in ``state``, since it came there."""
    entered = and_(Transition.to_state == state, or_(Transition.from_state.is_(None), Transition.from_state != state))
    return tuple(
        Part(
            entity_type,
            entity.id,
            _last_step(entity_type, entered),
            entity,
            (entity.state == state, *(condition(entity_type) for condition in more)),
        )
        for entity_type, (entity, _, _) in ENTITIES.items()
    )


def _written_by(actor_id: UUID) -> Callable[[EntityType], ColumnElement[bool]]:
    """Whether somebody wrote one of the versions after the one in force, as four eyes count it."""

    def condition(entity_type: EntityType) -> ColumnElement[bool]:
        entity, version, _ = ENTITIES[entity_type]
        public, later = aliased(version), aliased(version)
        owner = ENTITIES[entity_type][2].key
        in_force = (
            select(func.coalesce(func.max(public.number), 0))
            .where(getattr(public, owner) == entity.id, is_public(public))
            .correlate(entity)
            .scalar_subquery()
        )
        return (
            select(literal(1))
            .select_from(later)
            .where(getattr(later, owner) == entity.id, later.created_by == actor_id, later.number > in_force)
            .correlate(entity)
            .exists()
        )

    return condition


def _not_written_by(actor_id: UUID) -> Callable[[EntityType], ColumnElement[bool]]:
    written = _written_by(actor_id)
    return lambda entity_type: ~written(entity_type)


def _waiting() -> tuple[ColumnElement[bool], ...]:
    """That an annotation among :class:`Standing` waits, and that something can be done about it."""
    return (
        Annotation.recheck_reason.is_not(None),
        Annotation.state.not_in(FINISHED),
        Article.visibility != Visibility.WITHDRAWN,
        or_(Annotation.state != ReviewState.REJECTED, is_public(Standing.version)),
    )


def _of_text(of_reason: ColumnElement[bool], of_anchor: ColumnElement[bool]) -> ColumnElement[bool]:
    """What became of an annotation's words: as they stand now, or, where they are back, by why it waits."""
    raised = raised_at(EntityType.ANNOTATION)
    # A draft that was marked anew since was seen to by its author; it waits in review or among the drafts.
    not_seen_to = or_(is_public(Standing.version), Standing.version.created_at <= raised)
    return or_(of_anchor, and_(Anchor.state.in_(HELD), of_reason, not_seen_to))


def _by_text() -> dict[QueueKind, ColumnElement[bool]]:
    """Which of the annotations that wait are in each of the parts where the text changed."""
    of_text = (RecheckReason.TEXT_CHANGED, RecheckReason.TEXT_REMOVED)
    context = or_(
        Annotation.recheck_reason == RecheckReason.CONTEXT_CHANGED,
        and_(Anchor.context_changed, Annotation.recheck_reason.not_in(of_text)),
    )
    changed, removed = (Annotation.recheck_reason == reason for reason in of_text)
    return {
        QueueKind.CONTEXT_CHANGED: _of_text(context, literal(1) == literal(0)),
        QueueKind.CHANGED: _of_text(changed, Anchor.state == AnchorState.CHANGED),
        QueueKind.ORPHANED: _of_text(removed, Anchor.state == AnchorState.ORPHANED),
    }


def _text(kind: QueueKind) -> tuple[Part, ...]:
    raised = raised_at(EntityType.ANNOTATION)
    return (Part(EntityType.ANNOTATION, Annotation.id, raised, Standing.source, (*_waiting(), _by_text()[kind])),)


def count_waiting() -> Statement:
    """How many annotations wait (``all``), and how many in each part where the text changed, in one walk."""
    counts = [func.count(case((condition, 1))).label(kind.value) for kind, condition in _by_text().items()]
    return select(func.count().label("all"), *counts).select_from(Standing.source).where(*_waiting())


def flagged_claims() -> Part:
    """The claims that wait for another look."""
    flagged = (Claim.recheck_reason.is_not(None), Claim.state.not_in(FINISHED))
    return Part(EntityType.CLAIM, Claim.id, raised_at(EntityType.CLAIM), Claim, flagged)


def _rechecks(_asked: Asked) -> tuple[Part, ...]:
    raised = raised_at(EntityType.ANNOTATION)
    return (Part(EntityType.ANNOTATION, Annotation.id, raised, Standing.source, _waiting()), flagged_claims())


def _withdrawals(_asked: Asked) -> tuple[Part, ...]:
    tables: dict[EntityType, Any] = {
        EntityType.ARTICLE: Article,
        EntityType.CLAIM: Claim,
        EntityType.ANNOTATION: Annotation,
    }
    return tuple(
        Part(
            entity_type,
            table.id,
            _last_step(entity_type, Transition.action == "request_withdrawal"),
            table,
            (table.withdrawal_requested_by.is_not(None),),
        )
        for entity_type, table in tables.items()
    )


def _mergers(_asked: Asked) -> tuple[Part, ...]:
    open_ones = (ClaimMerger.closed_at.is_(None),)
    return (Part(EntityType.CLAIM, ClaimMerger.loser_id, ClaimMerger.requested_at, ClaimMerger, open_ones),)


def _claims_due(asked: Asked) -> tuple[Part, ...]:
    source = join(ReviewDate, Claim, Claim.id == ReviewDate.claim_id)
    where = (ReviewDate.due_on <= asked.today, Claim.state.not_in(FINISHED))
    return (Part(EntityType.CLAIM, ReviewDate.claim_id, ReviewDate.due_on, source, where),)


def _evidence_stale(asked: Asked) -> tuple[Part, ...]:
    source = join(EvidenceVersion, Evidence, Evidence.id == EvidenceVersion.evidence_id)
    where = (is_public(EvidenceVersion), EvidenceVersion.status_checked_on < asked.stale_before)
    return (Part(EntityType.EVIDENCE, EvidenceVersion.evidence_id, EvidenceVersion.status_checked_on, source, where),)


_PARTS: dict[QueueKind, Callable[[Asked], tuple[Part, ...]]] = {
    QueueKind.CONTEXT_CHANGED: lambda _asked: _text(QueueKind.CONTEXT_CHANGED),
    QueueKind.CHANGED: lambda _asked: _text(QueueKind.CHANGED),
    QueueKind.ORPHANED: lambda _asked: _text(QueueKind.ORPHANED),
    QueueKind.RECHECKS: _rechecks,
    QueueKind.WITHDRAWALS: _withdrawals,
    QueueKind.MERGERS: _mergers,
    QueueKind.MINE_TO_REVIEW: lambda asked: _in_state(ReviewState.IN_REVIEW, _not_written_by(asked.actor_id)),
    QueueKind.IN_REVIEW: lambda _asked: _in_state(ReviewState.IN_REVIEW),
    QueueKind.MINE: lambda asked: _in_state(ReviewState.DRAFT, _written_by(asked.actor_id)),
    QueueKind.DRAFTS: lambda _asked: _in_state(ReviewState.DRAFT),
    QueueKind.CLAIMS_DUE: _claims_due,
    QueueKind.EVIDENCE_STALE: _evidence_stale,
}
