"""The words of an annotation before its text changed and now, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from annotations.queries.editorial.notes import anchor_of, anchors
from annotations.queries.editorial.queue_parts import HELD, LOST, Standing, raised_at
from annotations.queries.editorial.views import AnchorView
from annotations.store.articles import Revision
from annotations.store.notes import Anchor, Annotation
from annotations.vocabulary import EntityType, QueueKind

_TURN, _TURN_REVISION = aliased(Anchor), aliased(Revision)
_EARLIER, _EARLIER_REVISION = aliased(Anchor), aliased(Revision)


class TextPair(NamedTuple):
    """Where the words last stood as they were marked, and where they stand now; None where they do not."""

    before: AnchorView | None
    after: AnchorView | None


def texts_of(session: Session, kind: QueueKind, annotation_ids: Sequence[UUID]) -> dict[UUID, TextPair]:
    """The words of annotations in a part of the queue where the text changed. Two SELECTs."""
    rows = session.execute(
        select(Annotation.id, Anchor.id.label("now_id"), Anchor.paragraph_id, _anchor_before(kind).label("before_id"))
        .select_from(Standing.source)
        .where(Annotation.id.in_(annotation_ids))
    ).all()
    wanted = {one for row in rows for one in (row.now_id, row.before_id) if one is not None}
    found = {
        anchor.id: anchor_of(anchor, number, ordinal, text)
        for anchor, number, ordinal, text in session.execute(anchors().where(Anchor.id.in_(sorted(wanted))))
    }
    return {
        row.id: TextPair(
            before=found[row.before_id] if row.before_id else None,
            after=found[row.now_id] if row.paragraph_id else None,
        )
        for row in rows
    }


def _anchor_before(kind: QueueKind) -> ColumnElement[UUID]:
    """The anchor of the version at hand in the last revision before the one in which its text changed."""
    return (
        select(_EARLIER.id)
        .join(_EARLIER_REVISION, _EARLIER_REVISION.id == _EARLIER.revision_id)
        .where(
            _EARLIER.version_id == Standing.version.id,
            _EARLIER.state.in_(HELD),
            _EARLIER_REVISION.number < _turning_point(kind),
        )
        .order_by(_EARLIER_REVISION.number.desc())
        .limit(1)
        .correlate(Standing.version, Annotation)
        .scalar_subquery()
    )


def _turning_point(kind: QueueKind) -> ColumnElement[int]:
    """The revision in which the words were last lost; or the one that had the annotation flagged for its context."""
    if kind is not QueueKind.CONTEXT_CHANGED:
        return _last_revision(_TURN.state.in_(LOST))
    flagged = _last_revision(
        _TURN.context_changed.is_(True), _TURN_REVISION.created_at <= raised_at(EntityType.ANNOTATION)
    )
    return func.coalesce(flagged, _last_revision(_TURN.context_changed.is_(True)))


def _last_revision(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return (
        select(func.max(_TURN_REVISION.number))
        .select_from(_TURN)
        .join(_TURN_REVISION, _TURN_REVISION.id == _TURN.revision_id)
        .where(_TURN.version_id == Standing.version.id, *conditions)
        .correlate(Standing.version, Annotation)
        .scalar_subquery()
    )
