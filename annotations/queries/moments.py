"""What held at a moment: the conditions by which a SELECT is of the present, or of a time gone by.

``at`` is None for the present, which the entities' own rows hold. Of the past, intervals tell most: each includes its
first microsecond and not its last. What was flagged then is in the histories, and when a thing last changed in the log.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache, wraps
from typing import Any, Protocol, TypeAlias

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, false, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from annotations.store.articles import Article
from annotations.store.claims import Claim
from annotations.store.keys import article_key
from annotations.store.log import LogRow, PublicVersion
from annotations.store.notes import Annotation, PendingNotice
from annotations.store.review import Transition
from annotations.vocabulary import EntityType, Visibility

Statement: TypeAlias = Select[*tuple[Any, ...]]

ARTICLE_KEY: ColumnElement[str] = literal(article_key("")) + Article.slug
"""The key of the article at hand."""

_FLAGGED = ("flag_recheck", "open_notice")
_CLEARED = ("clear_recheck", "close_notice")
_TYPES: dict[type[Any], EntityType] = {Claim: EntityType.CLAIM, Annotation: EntityType.ANNOTATION}


class Builder(Protocol):
    """Makes the SELECT of a moment."""

    def __call__(self, at: datetime | None = None) -> Statement: ...


def kept_for_the_present(build: Callable[[datetime | None], Statement]) -> Builder:
    """``build``, whose SELECT of the present is made once; that takes a third off a paragraph's time."""

    @cache
    def present() -> Statement:
        return build(None)

    @wraps(build)
    def built(at: datetime | None = None) -> Statement:
        return present() if at is None else build(at)

    return built


def visible(at: datetime | None) -> ColumnElement[bool]:
    """Whether the public sees the article at hand."""
    if at is None:
        return Article.visibility == Visibility.PUBLIC
    return and_(Article.public_since <= at, _not_ended(Article.withdrawn_at, at))


def stands(at: datetime | None) -> ColumnElement[bool]:
    """Whether the pending notice at hand is open."""
    if at is None:
        return PendingNotice.closed_at.is_(None)
    return and_(PendingNotice.since <= at, _not_ended(PendingNotice.closed_at, at))


def needs_recheck(entity: type[Claim] | type[Annotation], at: datetime | None) -> ColumnElement[bool]:
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


def updated_at(at: datetime | None) -> ColumnElement[datetime]:
    """When the article at hand last changed; for a SELECT that joins the ``public_versions`` of its key.

    Only where it changed again since is the log searched, backwards from ``at`` to the last change before it.
    """
    if at is None:
        return PublicVersion.at.expression
    before = (
        select(LogRow.at)
        .where(LogRow.at <= at, cast(LogRow.affected_keys, Text).contains(literal('"') + ARTICLE_KEY + literal('"')))
        .order_by(LogRow.at.desc())
        .limit(1)
        .correlate(Article)
        .scalar_subquery()
    )
    return case((PublicVersion.at <= at, PublicVersion.at), else_=before)


def _not_ended(end: InstrumentedAttribute[datetime | None], at: datetime) -> ColumnElement[bool]:
    return or_(end.is_(None), end > at)
