"""What held at a moment: the conditions by which a SELECT is of the present, or of a time gone by.

The present is None: the entities' own rows hold it. Of the past, intervals tell most: each includes its first
microsecond and not its last. What was flagged then is in the histories, and when a thing last changed in the log.
SELECTs of the past are made with :data:`THEN` for the moment, and sent with :func:`values_of` it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache, wraps
from typing import Any, Protocol, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from annotations.store.articles import Article
from annotations.store.claims import Claim, ClaimVersion, EvidenceLink
from annotations.store.keys import article_key
from annotations.store.log import LogRow, PublicVersion
from annotations.store.notes import Annotation, AnnotationVersion, PendingNotice
from annotations.store.review import Transition
from annotations.vocabulary import EntityType, Visibility

Statement: TypeAlias = Select[*tuple[Any, ...]]

Moment: TypeAlias = ColumnElement[datetime] | None

THEN: ColumnElement[datetime] = bindparam("as_of", type_=LogRow.at.type)
"""The moment of a SELECT of the past."""

ARTICLE_KEY: ColumnElement[str] = literal(article_key("")) + Article.slug
"""The key of the article at hand."""

_FLAGGED = ("flag_recheck", "open_notice")
_CLEARED = ("clear_recheck", "close_notice")
_TYPES: dict[type[Any], EntityType] = {Claim: EntityType.CLAIM, Annotation: EntityType.ANNOTATION}


class Builder(Protocol):
    """Gives the SELECT of the present, or of a moment."""

    def __call__(self, at: datetime | None = None) -> Statement: ...


def kept(build: Callable[[Moment], Statement]) -> Builder:
    """``build``, whose SELECTs of the present and of the past are each made once: that takes a third off their time."""

    @cache
    def made(past: bool) -> Statement:
        return build(THEN if past else None)

    @wraps(build)
    def built(at: datetime | None = None) -> Statement:
        return made(at is not None)

    return built


def moment(at: datetime | None) -> Moment:
    """What stands for ``at`` in a SELECT."""
    return None if at is None else THEN


def values_of(at: datetime | None) -> dict[str, datetime]:
    """What a SELECT as of ``at`` is sent with."""
    return {} if at is None else {"as_of": at}


def visible(at: Moment) -> ColumnElement[bool]:
    """Whether the public sees the article at hand."""
    if at is None:
        return Article.visibility == Visibility.PUBLIC
    return and_(Article.public_since <= at, _not_ended(Article.withdrawn_at, at))


def stands(at: Moment) -> ColumnElement[bool]:
    """Whether the pending notice at hand is open."""
    if at is None:
        return PendingNotice.closed_at.is_(None)
    return and_(PendingNotice.since <= at, _not_ended(PendingNotice.closed_at, at))


def needs_recheck(entity: type[Claim] | type[Annotation], at: Moment) -> ColumnElement[bool]:
    """Whether the claim or annotation at hand is flagged for another look: as the last step of its history left it."""
    if at is None:
        # The class is one of two, and what its attribute stands for in a SELECT is the same for both.
        present: ColumnElement[bool] = entity.needs_recheck  # type: ignore[assignment]
        return present
    last = (
        select(Transition.action.in_(_FLAGGED))
        .where(
            Transition.entity_type == _TYPES[entity],
            Transition.entity_id == entity.id,
            Transition.action.in_((*_FLAGGED, *_CLEARED)),
            Transition.at <= at,
        )
        .order_by(Transition.position.desc())
        .limit(1)
        .correlate(entity)
        .scalar_subquery()
    )
    return func.coalesce(last, false())


def updated_at(at: Moment) -> ColumnElement[datetime]:
    """When the article at hand last changed; for a SELECT that joins the ``public_versions`` of its key.

    Only where it changed again since is the log searched. Its rows tell which keys they affected, but are found by the
    entities that they are about: the article, its annotations, their claims, and what those cite. So it takes as long
    however long the log is.
    """
    if at is None:
        return PublicVersion.at.expression
    of_article = (
        select(AnnotationVersion.claim_id)
        .join(Annotation, Annotation.id == AnnotationVersion.annotation_id)
        .where(Annotation.article_id == Article.id)
        .correlate(Article)
    )
    cited = (
        select(EvidenceLink.evidence_id)
        .join(ClaimVersion, ClaimVersion.id == EvidenceLink.claim_version_id)
        .where(ClaimVersion.claim_id.in_(of_article))
        .correlate(Article)
    )
    notes = select(Annotation.id).where(Annotation.article_id == Article.id).correlate(Article)
    changes = union_all(
        _told(at, EntityType.ARTICLE, LogRow.entity_id == Article.id),
        _told(at, EntityType.ANNOTATION, LogRow.entity_id.in_(notes)),
        _told(at, EntityType.CLAIM, LogRow.entity_id.in_(of_article)),
        _told(at, EntityType.EVIDENCE, LogRow.entity_id.in_(cited)),
    ).subquery()
    return case((PublicVersion.at <= at, PublicVersion.at), else_=select(func.max(changes.c.at)).scalar_subquery())


def _told(at: ColumnElement[datetime], kind: EntityType, about: ColumnElement[bool]) -> Select[datetime]:
    """When the log told, by ``at``, of changes of the article at hand that were ``about`` entities of one kind."""
    affected = cast(LogRow.affected_keys, Text).contains(literal('"') + ARTICLE_KEY + literal('"'))
    return select(LogRow.at).where(LogRow.entity_type == kind, about, LogRow.at <= at, affected).correlate(Article)


def _not_ended(end: InstrumentedAttribute[datetime | None], at: ColumnElement[datetime]) -> ColumnElement[bool]:
    return or_(end.is_(None), end > at)
