"""Checks of pending notices: a step of the history opened each and one closed it, and each such step has its notice."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session, aliased

from annotations.store.articles import Paragraph
from annotations.store.chains import timestamp
from annotations.store.checks.findings import Findings, batches, step_row
from annotations.store.checks.redactions import RedactedRows
from annotations.store.notes import Annotation, PendingNotice
from annotations.store.review import Transition
from annotations.vocabulary import EntityType

NOTICES = "pending_notices"
OPEN, CLOSE = "open_notice", "close_notice"
"""The steps by which a notice begins and ends."""


def check_notices(session: Session, findings: Findings, redacted: RedactedRows) -> None:
    """Check every notice, open or closed, and look for those that were taken away."""
    opening, closing = aliased(Transition), aliased(Transition)
    statement = (
        select(PendingNotice.__table__, Annotation.article_id.label("own_article_id"))
        .add_columns(Paragraph.article_id.label("paragraph_article_id"))
        .add_columns(opening.id.label("opening_id"), opening.reason.label("opening_reason"))
        .add_columns(closing.id.label("closing_id"))
        .outerjoin(Annotation, Annotation.id == PendingNotice.annotation_id)
        .outerjoin(Paragraph, Paragraph.id == PendingNotice.paragraph_id)
        .outerjoin(opening, _step(opening, OPEN, PendingNotice.since, PendingNotice.opened_by))
        .outerjoin(closing, _step(closing, CLOSE, PendingNotice.closed_at, PendingNotice.closed_by))
        .order_by(PendingNotice.annotation_id, PendingNotice.since, PendingNotice.id)
    )
    for rows in batches(session, statement):
        findings.checked["notices"] += len(rows)
        for row in rows:
            wrong = _fault(redacted, row)
            if wrong is not None:
                name = f"{EntityType.ANNOTATION} {row.annotation_id}, notice since {timestamp(row.since)}"
                findings.add(NOTICES, name, wrong)
    _check_steps(session, findings, OPEN, PendingNotice.since)
    _check_steps(session, findings, CLOSE, PendingNotice.closed_at)


def _step(step: Any, action: str, at: Any, actor: Any) -> ColumnElement[bool]:
    return and_(
        step.entity_type == EntityType.ANNOTATION,
        step.entity_id == PendingNotice.annotation_id,
        step.action == action,
        step.at == at,
        step.actor_id == actor,
    )


def _fault(redacted: RedactedRows, row: Any) -> str | None:
    if row.opening_id is None:
        return "its annotation's history has no step that opened it at this time, by this actor"
    if row.reason != row.opening_reason and not redacted.names("transitions", row.opening_id):
        return f"it says {row.reason}, and the step that opened it {row.opening_reason}"
    if row.closed_at is not None and row.closing_id is None:
        return "its annotation's history has no step that closed it when it says, by this actor"
    if row.article_id != row.own_article_id:
        return "it stands on another article than its annotation"
    if row.paragraph_id is not None and row.paragraph_article_id != row.article_id:
        return f"its article has no paragraph {row.paragraph_id}"
    return None


def _check_steps(session: Session, findings: Findings, action: str, moment: Any) -> None:
    notice = select(PendingNotice.id).where(
        PendingNotice.annotation_id == Transition.entity_id, moment == Transition.at
    )
    statement = (
        select(Transition.entity_id, Transition.position)
        .where(
            Transition.entity_type == EntityType.ANNOTATION,
            Transition.action == action,
            ~notice.exists(),
        )
        .order_by(Transition.entity_id, Transition.position)
    )
    wrong = (
        "missing: the notice that this step opened" if action == OPEN else "the notice that this step closed is open"
    )
    for rows in batches(session, statement):
        for row in rows:
            findings.add(NOTICES, step_row(EntityType.ANNOTATION, row.entity_id, row.position), wrong)
