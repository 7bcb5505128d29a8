"""The editors' queue: what waits for somebody, the longest waiting first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from annotations.queries.editorial.moved_text import TextPair, texts_of
from annotations.queries.editorial.parts import people
from annotations.queries.editorial.queue_parts import Asked, count_waiting, flagged_claims, parts_of
from annotations.queries.editorial.views import QueueItem
from annotations.queries.paging import Key, Slice, fetch
from annotations.store.articles import Article, ArticleVersion, Block, Revision
from annotations.store.claims import Claim, ClaimVersion
from annotations.store.editorial import ClaimMerger
from annotations.store.evidence import Evidence, EvidenceVersion
from annotations.store.notes import Annotation, AnnotationVersion
from annotations.store.review import Transition
from annotations.vocabulary import EntityType, QueueKind, ReviewState

BY_DAY = (QueueKind.CLAIMS_DUE, QueueKind.EVIDENCE_STALE)
BY_TEXT = (QueueKind.CONTEXT_CHANGED, QueueKind.CHANGED, QueueKind.ORPHANED)
FLAGGED = (*BY_TEXT, QueueKind.RECHECKS)
DRAFTED = (QueueKind.MINE, QueueKind.DRAFTS)

_Details = list[dict[str, Any]]
_Named = tuple[EntityType, UUID]
_SHOWN = ("key", "label", "state", "reason", "lock_version", "article", "into")
_NOTHING = dict.fromkeys(("key", "article", "recheck_reason"))


def work_queue(
    session: Session,
    kind: QueueKind,
    *,
    actor_id: UUID,
    now: datetime,
    stale_days: int,
    limit: int,
    after: Key | None = None,
) -> Slice[QueueItem]:
    """One part of the queue as ``actor_id`` sees it, the longest waiting first; ``after`` is (since, id).

    ``stale_days`` is for how many days the status of a source counts as known. Six SELECTs, one more for drafts and for
    mergers, two more where the text changed.
    """
    found = union_all(*(part.rows() for part in parts_of(kind, _asked(actor_id, now, stale_days)))).subquery()
    statement = select(found).order_by(found.c.since, found.c.id)
    if after is not None:
        since = after[0].date() if kind in BY_DAY else after[0]
        statement = statement.where(or_(found.c.since > since, and_(found.c.since == since, found.c.id > after[1])))
    rows, next_key = fetch(session, statement, limit, lambda row: (_moment(row.since), row.id))
    return Slice(tuple(_items(session, kind, rows)), next_key)


def queue_counts(session: Session, *, actor_id: UUID, now: datetime, stale_days: int) -> dict[QueueKind, int]:
    """How much waits in each part of the queue, in the order of urgency. One SELECT."""
    asked = _asked(actor_id, now, stale_days)
    # What waits for another look is in several parts, and is walked once for all of them.
    waiting = count_waiting().subquery()
    shared: dict[QueueKind, list[Any]] = {kind: [waiting.c[kind.value]] for kind in BY_TEXT}
    shared[QueueKind.RECHECKS] = [waiting.c.all, flagged_claims().count()]
    counts = {kind: shared.get(kind) or [part.count() for part in parts_of(kind, asked)] for kind in QueueKind}
    row = session.execute(select(*(column for columns in counts.values() for column in columns))).one()
    numbers = iter(row)
    return {kind: sum(next(numbers) for _ in columns) for kind, columns in counts.items()}


def _asked(actor_id: UUID, now: datetime, stale_days: int) -> Asked:
    today = now.astimezone(UTC).date()
    return Asked(actor_id, today, today - timedelta(days=stale_days))


def _moment(since: datetime | date) -> datetime:
    return since if isinstance(since, datetime) else datetime.combine(since, time(), UTC)


def _items(session: Session, kind: QueueKind, rows: Sequence[Any]) -> list[QueueItem]:
    ids = [row.id for row in rows]
    found = [*_articles(session, ids), *_claims(session, ids), *_evidence(session, ids), *_notes(session, ids)]
    details = _with_reasons(session, kind, found)
    texts: Mapping[UUID, TextPair] = texts_of(session, kind, ids) if kind in BY_TEXT else {}
    known = people(session, [detail["by"] for detail in details.values()])
    items = []
    for row in rows:
        detail, text = details[EntityType(row.entity_type), row.id], texts.get(row.id)
        items.append(
            QueueItem(
                kind=kind,
                entity_type=EntityType(row.entity_type),
                id=row.id,
                since=_moment(row.since),
                by=known[detail["by"]] if detail["by"] else None,
                before=text.before if text else None,
                after=text.after if text else None,
                **{name: detail[name] for name in _SHOWN},
            )
        )
    return items


def _articles(session: Session, ids: Sequence[UUID]) -> _Details:
    """What is said of articles; each of these four gives columns of the thing's own row, and who wrote its newest."""
    title = aliased(Block)
    rows = session.execute(
        select(
            Article.id,
            Article.slug.label("key"),
            Article.visibility.label("state"),
            Article.lock_version,
            Article.withdrawal_requested_by,
            Article.withdrawal_reason,
            Article.created_by.label("author"),
            func.coalesce(ArticleVersion.title, title.text, Article.slug).label("label"),
        )
        .join(
            ArticleVersion,
            and_(ArticleVersion.article_id == Article.id, ArticleVersion.number == Article.metadata_number),
        )
        .join(Revision, and_(Revision.article_id == Article.id, Revision.number == Article.revision_number))
        .outerjoin(title, and_(title.revision_id == Revision.id, title.ordinal == 0))
        .where(Article.id.in_(ids))
    )
    return [_detail(EntityType.ARTICLE, row) for row in rows]


def _claims(session: Session, ids: Sequence[UUID]) -> _Details:
    rows = session.execute(
        select(
            *_reviewed(Claim),
            Claim.slug.label("key"),
            ClaimVersion.text.label("label"),
            ClaimVersion.created_by.label("author"),
        )
        .join(ClaimVersion, and_(ClaimVersion.claim_id == Claim.id, ClaimVersion.number == Claim.head_number))
        .where(Claim.id.in_(ids))
    )
    return [_detail(EntityType.CLAIM, row) for row in rows]


def _evidence(session: Session, ids: Sequence[UUID]) -> _Details:
    rows = session.execute(
        select(
            *_reviewed(Evidence),
            Evidence.key.label("key"),
            EvidenceVersion.title.label("label"),
            EvidenceVersion.created_by.label("author"),
        )
        .join(
            EvidenceVersion,
            and_(EvidenceVersion.evidence_id == Evidence.id, EvidenceVersion.number == Evidence.head_number),
        )
        .where(Evidence.id.in_(ids))
    )
    return [_detail(EntityType.EVIDENCE, row) for row in rows]


def _notes(session: Session, ids: Sequence[UUID]) -> _Details:
    rows = session.execute(
        select(
            *_reviewed(Annotation),
            Article.slug.label("article"),
            AnnotationVersion.quote.label("label"),
            AnnotationVersion.created_by.label("author"),
        )
        .join(Article, Article.id == Annotation.article_id)
        .join(
            AnnotationVersion,
            and_(AnnotationVersion.annotation_id == Annotation.id, AnnotationVersion.number == Annotation.head_number),
        )
        .where(Annotation.id.in_(ids))
    )
    return [_detail(EntityType.ANNOTATION, row) for row in rows]


def _reviewed(entity: type[Claim] | type[Evidence] | type[Annotation]) -> tuple[Any, ...]:
    names = ("id", "state", "lock_version", "recheck_reason", "withdrawal_requested_by", "withdrawal_reason")
    return tuple(getattr(entity, name) for name in names)


def _detail(entity_type: EntityType, row: Any) -> dict[str, Any]:
    return {**_NOTHING, **row._mapping, "entity_type": entity_type}


def _with_reasons(session: Session, kind: QueueKind, details: _Details) -> dict[_Named, dict[str, Any]]:
    """``details`` by what they are of, with why each thing waits, and who asked."""
    ids = [detail["id"] for detail in details]
    entered = _entered_for(session, ids) if kind in DRAFTED else {}
    mergers = _open_mergers(session, ids) if kind is QueueKind.MERGERS else {}
    found = {}
    for detail in details:
        named, into = (detail["entity_type"], detail["id"]), None
        reason, by = entered.get(named), detail["author"]
        if kind in FLAGGED:
            reason, by = detail["recheck_reason"], None
        elif kind is QueueKind.WITHDRAWALS:
            reason, by = detail["withdrawal_reason"], detail["withdrawal_requested_by"]
        elif kind is QueueKind.MERGERS and detail["id"] in mergers:
            merger, into = mergers[detail["id"]]
            reason, by = merger.reason, merger.requested_by
        found[named] = {**detail, "reason": reason, "by": by, "into": into}
    return found


def _entered_for(session: Session, ids: Sequence[UUID]) -> dict[_Named, str | None]:
    """With what reason each thing last became a draft: of those that were sent back."""
    rows = session.execute(
        select(Transition.entity_type, Transition.entity_id, Transition.reason)
        .where(
            Transition.entity_id.in_(ids),
            Transition.to_state == ReviewState.DRAFT,
            or_(Transition.from_state.is_(None), Transition.from_state != ReviewState.DRAFT),
        )
        .order_by(Transition.entity_id, Transition.position)
    )
    return {(EntityType(row.entity_type), row.entity_id): row.reason for row in rows}


def _open_mergers(session: Session, ids: Sequence[UUID]) -> dict[UUID, tuple[ClaimMerger, str]]:
    rows = session.execute(
        select(ClaimMerger, Claim.slug)
        .join(Claim, Claim.id == ClaimMerger.winner_id)
        .where(ClaimMerger.loser_id.in_(ids), ClaimMerger.closed_at.is_(None))
    )
    return {row[0].loser_id: (row[0], row[1]) for row in rows}
