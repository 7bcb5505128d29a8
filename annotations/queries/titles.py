"""What is said of titles: it goes wherever a title is printed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from annotations.queries.moments import moment, values_of
from annotations.queries.rows import annotation_of
from annotations.queries.selects import pending_notices, public_annotations, public_articles
from annotations.queries.views import ArticleRef, TitleFlag
from annotations.store.articles import Article, Block
from annotations.store.notes import Anchor, Annotation, PendingNotice
from annotations.vocabulary import FactCheckStatus


@dataclass(frozen=True, slots=True)
class TitleMarks:
    """The flags on one title, and whether one of them is being re-checked."""

    flags: tuple[TitleFlag, ...] = ()
    pending: bool = False


def flags_on_titles(
    session: Session, article_ids: Collection[UUID], at: datetime | None = None
) -> dict[UUID, tuple[TitleFlag, ...]]:
    """The flags on the titles of those of these articles that have any, in the order of their words; one SELECT."""
    flags: dict[UUID, list[TitleFlag]] = {}
    statement = public_annotations(at).where(Annotation.article_id.in_(article_ids), Block.ordinal == 0)
    for row in session.execute(statement.order_by(Anchor.start_offset, Annotation.id), values_of(at)):
        flags.setdefault(row.article_id, []).append(annotation_of(row, {}).as_title_flag())
    return {article_id: tuple(found) for article_id, found in flags.items()}


def title_marks(session: Session, article_ids: Iterable[UUID], at: datetime | None = None) -> dict[UUID, TitleMarks]:
    """What is said of the titles of these articles; two SELECTs."""
    ids = sorted(set(article_ids))
    flags = flags_on_titles(session, ids, at)
    notices = session.execute(pending_notices(at).where(PendingNotice.article_id.in_(ids)), values_of(at))
    pending = {row.article_id for row in notices if row.on_title}
    return {article_id: TitleMarks(flags.get(article_id, ()), article_id in pending) for article_id in ids}


def article_ref(row: Row[*tuple[Any, ...]], marks: TitleMarks) -> ArticleRef:
    """An article's reference from a row of :func:`public_articles`, with what is said of its title."""
    return ArticleRef(
        id=row.id,
        slug=row.slug,
        title=row.title,
        language=row.language,
        fact_check_status=FactCheckStatus(row.fact_check_status),
        checked_at=row.checked_at,
        title_flags=marks.flags,
        title_pending=marks.pending,
    )


def article_refs(session: Session, article_ids: Iterable[UUID], at: datetime | None = None) -> dict[UUID, ArticleRef]:
    """References to these articles, as far as they are public; three SELECTs."""
    ids = sorted(set(article_ids))
    marks = title_marks(session, ids, at)
    rows = session.execute(public_articles(at=moment(at)).where(Article.id.in_(ids)), values_of(at))
    return {row.id: article_ref(row, marks[row.id]) for row in rows}
