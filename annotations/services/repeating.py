"""Finding again what a redacted version said: in corrections, in the log, in reasons, and in kept answers."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from annotations.review.events import REDACTIONS, Event
from annotations.services.blanking import REDACTED, Blanks
from annotations.store.articles import Article, Revision
from annotations.store.checks.findings import chunks
from annotations.store.claims import Claim, ClaimVersion
from annotations.store.editorial import ClaimMerger, StoredAnswer
from annotations.store.evidence import Evidence
from annotations.store.log import Correction, LogRow
from annotations.store.notes import Anchor, Annotation, AnnotationVersion
from annotations.store.publication_log import Subject
from annotations.store.redactions import REDACT
from annotations.store.review import Transition
from annotations.vocabulary import EntityType, PendingReason, RecheckReason

LEAST = 8
"""Code points from which on a text that stands inside another is taken for a repetition, and not for a common word."""

_ENTITIES: dict[EntityType, type[Any]] = {
    EntityType.ARTICLE: Article,
    EntityType.CLAIM: Claim,
    EntityType.EVIDENCE: Evidence,
    EntityType.ANNOTATION: Annotation,
}
_CODES = frozenset({*PendingReason.values(), *RecheckReason.values()})


def blank_repetitions(
    blanks: Blanks, subject: Subject, texts: Collection[str], version: Any, *, with_reasons: bool
) -> None:
    """Blank what repeats ``texts``, which the version that ``subject`` names said."""
    _blank_summaries(blanks, subject, texts)
    elsewhere = frozenset(_told_elsewhere(blanks.session, subject, version)) - {subject.entity_id}
    reasons = _blank_steps(blanks, subject, texts, elsewhere, with_reasons=with_reasons)
    _blank_corrections(blanks, subject, texts, elsewhere, reasons)
    _blank_present_reasons(blanks.session, subject, texts, reasons)
    _blank_answers(blanks.session, texts)


def _blank_summaries(blanks: Blanks, subject: Subject, texts: Collection[str]) -> None:
    own = and_(
        LogRow.entity_type == subject.entity_type,
        LogRow.entity_id == subject.entity_id,
        LogRow.entity_version == subject.version,
        LogRow.content_hash == subject.content_hash,
        LogRow.event != REDACTIONS[subject.entity_type],
    )
    for row in blanks.session.scalars(select(LogRow).where(own)).all():
        if _repeats(row.summary, texts) or row.summary.partition(": ")[2] in texts:
            blanks.update(LogRow, row.seq, LogRow.seq == row.seq, {"summary": REDACTED})


def _blank_steps(
    blanks: Blanks, subject: Subject, texts: Collection[str], elsewhere: Collection[UUID], *, with_reasons: bool
) -> frozenset[str]:
    """Blank the reasons of steps; answer them, because other rows have the same ones."""
    found: set[str] = set()
    for step in _reasoned_steps(blanks.session, [subject.entity_id]):
        reason = step.reason or ""
        own = (step.version_number, step.version_hash) == (subject.version, subject.content_hash)
        told = with_reasons and own and reason not in _CODES
        if reason != REDACTED and (told or _repeats(reason, texts)):
            found.add(reason)
            blanks.update(Transition, step.id, Transition.id == step.id, {"reason": REDACTED})
    for step in _reasoned_steps(blanks.session, elsewhere):
        if step.reason in found or _repeats(step.reason or "", texts):
            blanks.update(Transition, step.id, Transition.id == step.id, {"reason": REDACTED})
    return frozenset(found)


def _reasoned_steps(session: Session, ids: Collection[UUID]) -> Iterable[Transition]:
    for some in chunks(sorted(ids)):
        yield from session.scalars(
            select(Transition).where(
                Transition.entity_id.in_(some), Transition.reason.is_not(None), Transition.action != REDACT
            )
        ).all()


def _blank_corrections(
    blanks: Blanks, subject: Subject, texts: Collection[str], elsewhere: Collection[UUID], reasons: Collection[str]
) -> None:
    for some in chunks(sorted({subject.entity_id, *elsewhere})):
        rows = blanks.session.execute(
            select(Correction.__table__, LogRow.event, LogRow.entity_version, LogRow.content_hash)
            .join(LogRow, LogRow.seq == Correction.seq)
            .where(Correction.entity_id.in_(some))
        ).all()
        for row in rows:
            values: dict[str, Any] = {}
            for side in _sides(subject, row):
                blanked = _without(getattr(row, side), texts)
                if blanked != getattr(row, side):
                    values[side] = blanked
            if row.reason in reasons or _repeats(row.reason, texts):
                values["reason"] = REDACTED
            blanks.update(Correction, row.id, Correction.id == row.id, values)


def _sides(subject: Subject, row: Any) -> tuple[str, ...]:
    """On which sides of a correction a version may be told of; the same words of another version stay."""
    if row.entity_id != subject.entity_id:
        return ("before", "after")
    is_about = (row.entity_version, row.content_hash) == (subject.version, subject.content_hash)
    if row.after is None or row.event == Event.CLAIM_MERGED:
        return ("before",) if is_about else ()
    return ("after",) if is_about else ("before",)


def _told_elsewhere(session: Session, subject: Subject, version: Any) -> Iterable[UUID]:
    """Whose corrections say what this version says: notes without words of their own show their claim's summary."""
    if isinstance(version, ClaimVersion):
        yield from session.scalars(
            select(AnnotationVersion.annotation_id).where(AnnotationVersion.claim_id == subject.entity_id).distinct()
        )
        yield from session.scalars(select(ClaimMerger.loser_id).where(ClaimMerger.winner_id == subject.entity_id))
    elif isinstance(version, Revision):
        yield from session.scalars(
            select(AnnotationVersion.annotation_id)
            .join(Anchor, Anchor.version_id == AnnotationVersion.id)
            .where(Anchor.revision_id == version.id)
            .distinct()
        )


def _blank_present_reasons(
    session: Session, subject: Subject, texts: Collection[str], reasons: Collection[str]
) -> None:
    """The reasons that stand outside the history: on tombstones, in requests to withdraw, in mergers."""
    entity = session.get_one(_ENTITIES[subject.entity_type], subject.entity_id)
    for name in ("withdrawn_reason", "withdrawal_reason"):
        reason = getattr(entity, name)
        if reason is not None and (reason in reasons or _repeats(reason, texts)):
            setattr(entity, name, REDACTED)
    if subject.entity_type is EntityType.CLAIM:
        either = or_(ClaimMerger.loser_id == subject.entity_id, ClaimMerger.winner_id == subject.entity_id)
        for merger in session.scalars(select(ClaimMerger).where(either)).all():
            if merger.reason in reasons or _repeats(merger.reason, texts):
                merger.reason = REDACTED
    session.flush()


def _blank_answers(session: Session, texts: Collection[str]) -> None:
    """Answers that are kept for a day, to be given again to a call that is repeated."""
    kept = select(StoredAnswer.actor_id, StoredAnswer.key, StoredAnswer.body).where(StoredAnswer.body.is_not(None))
    for row in session.execute(kept).all():
        blanked = _blanked_answer(row.body, texts)
        if blanked != row.body:
            own = and_(StoredAnswer.actor_id == row.actor_id, StoredAnswer.key == row.key)
            session.execute(update(StoredAnswer).where(own).values(body=blanked))


def _blanked_answer(body: str, texts: Collection[str]) -> str:
    """``body`` without any line of JSON that says something of ``texts``; as it was where none does."""
    lines = body.splitlines(keepends=True) if "\n" in body else [body]
    try:
        values = [json.loads(body)]
    except ValueError:
        try:
            values = [json.loads(line) for line in lines]
        except ValueError:
            return REDACTED if _repeats(body, texts) else body
    blanked = [_without(value, texts, parts=True) for value in values]
    return body if blanked == values else "\n".join(json.dumps(value, ensure_ascii=False) for value in blanked)


def _without(value: Any, texts: Collection[str], *, parts: bool = False) -> Any:
    """``value`` with every text in it blanked that is one of ``texts``; with ``parts`` also what stands in one."""
    if isinstance(value, Mapping):
        return {name: _without(item, texts, parts=parts) for name, item in value.items()}
    if isinstance(value, list):
        return [_without(item, texts, parts=parts) for item in value]
    if isinstance(value, str):
        # Ids, slugs, times and enumerated values are single words in ASCII.
        is_prose = len(value) >= LEAST and (" " in value or not value.isascii())
        inside = parts and is_prose and any(value in text for text in texts)
        return REDACTED if value in texts or _repeats(value, texts) or inside else value
    return value


def _repeats(text: str, texts: Collection[str]) -> bool:
    return any(other in text for other in texts if len(other) >= LEAST)
