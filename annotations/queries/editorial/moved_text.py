"""The words of an annotation before its text changed and now, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from annotations.queries.editorial.notes import anchor_of, anchors
from annotations.queries.editorial.queue_parts import HELD, LOST, Standing, raised_at
from annotations.queries.editorial.views import AnchorView
from annotations.store.articles import Block, Revision
from annotations.store.notes import Anchor, Annotation
from annotations.vocabulary import EntityType, QueueKind

_TURN, _TURN_REVISION = aliased(Anchor), aliased(Revision)
_EARLIER, _EARLIER_REVISION = aliased(Anchor), aliased(Revision)


class TextPair(NamedTuple):
    """Where the words last stood as they were marked, and where they stand now.

    Where they are gone, ``after`` is the paragraph in which they stood, as it reads now, without a place in it; None
    where that is gone too.
    """

    before: AnchorView | None
    after: AnchorView | None


def texts_of(session: Session, kind: QueueKind, annotation_ids: Sequence[UUID]) -> dict[UUID, TextPair]:
    """The words of annotations in a part of the queue where the text changed. At most three SELECTs."""
    rows = session.execute(
        select(
            Annotation.id,
            Anchor.id.label("now_id"),
            Anchor.revision_id,
            Anchor.paragraph_id,
            _anchor_before(kind).label("before_id"),
        )
        .select_from(Standing.source)
        .where(Annotation.id.in_(annotation_ids))
    ).all()
    wanted = {one for row in rows for one in (row.now_id, row.before_id) if one is not None}
    found = {
        anchor.id: anchor_of(anchor, number, ordinal, text)
        for anchor, number, ordinal, text in session.execute(anchors().where(Anchor.id.in_(sorted(wanted))))
    }
    before = {row.id: found[row.before_id] for row in rows if row.before_id}
    emptied = {row.id: (row.revision_id, before[row.id].paragraph_id) for row in rows if _is_gone(row, before)}
    blocks = _blocks(session, set(emptied.values()))
    pairs = {}
    for row in rows:
        after = found[row.now_id] if row.paragraph_id else None
        if block := blocks.get(emptied.get(row.id)):
            now = found[row.now_id]
            after = replace(now, paragraph_id=block.paragraph_id, ordinal=block.ordinal, paragraph_text=block.text)
        pairs[row.id] = TextPair(before.get(row.id), after)
    return pairs


def _is_gone(row: Any, before: Mapping[UUID, AnchorView]) -> bool:
    return row.paragraph_id is None and row.id in before


def _blocks(session: Session, wanted: Set[tuple[UUID, UUID | None]]) -> dict[tuple[UUID, UUID | None] | None, Block]:
    """The paragraphs of revisions that are still there, by both their ids."""
    if not wanted:
        return {}
    revisions, paragraphs = {revision for revision, _ in wanted}, {paragraph for _, paragraph in wanted}
    statement = select(Block).where(Block.revision_id.in_(revisions), Block.paragraph_id.in_(paragraphs))
    return {(block.revision_id, block.paragraph_id): block for block in session.scalars(statement)}


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
