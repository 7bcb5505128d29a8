"""Articles and their paragraphs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from annotations.queries.moments import Moment, moment, updated_at, values_of
from annotations.queries.paging import Key, Slice, fetch
from annotations.queries.rows import annotation_of, citations_of, paragraph_of, pending_of, summary_of
from annotations.queries.selects import (
    annotation_of_article,
    article_summaries,
    flag_counts,
    pending_notices,
    public_annotations,
    public_articles,
)
from annotations.queries.titles import article_ref, flags_on_titles, title_marks
from annotations.queries.views import (
    ArticleSummary,
    ArticleView,
    FlagCount,
    ParagraphPage,
    ParagraphView,
    PendingView,
    PublicAnnotation,
)
from annotations.store.articles import Article, ArticleTopic, ArticleVersion, Block, Revision
from annotations.store.claims import ClaimVersion
from annotations.store.notes import Anchor, Annotation, AnnotationCategory, AnnotationVersion, PendingNotice
from annotations.vocabulary import Category, Verdict


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """Which articles: each condition that is given must hold; ``updated_since`` counts that moment in."""

    topic: str | None = None
    language: str | None = None
    verdict: Verdict | None = None
    category: Category | None = None
    updated_since: datetime | None = None


def list_articles(
    session: Session, wanted: ArticleFilter, *, limit: int, after: Key | None = None, at: datetime | None = None
) -> Slice[ArticleSummary]:
    """Public articles, the last made public first; ``after`` is (public_since, id). Four SELECTs."""
    statement = article_summaries(at).where(*_conditions(wanted, moment(at)))
    if after is not None:
        since, article_id = after
        statement = statement.where(
            or_(Article.public_since < since, and_(Article.public_since == since, Article.id > article_id))
        )
    statement = statement.order_by(Article.public_since.desc(), Article.id)
    rows, next_key = fetch(session, statement, limit, lambda row: (row.public_since, row.id), values_of(at))
    flags = _flags(session, [row.id for row in rows], at)
    return Slice(tuple(summary_of(row, **flags[row.id]) for row in rows), next_key)


def get_article(session: Session, slug: str, at: datetime | None = None) -> ArticleView | None:
    """The article with its text and all that is said of it; None if it is not public. Five SELECTs."""
    row = session.execute(article_summaries(at).where(Article.slug == slug), values_of(at)).one_or_none()
    if row is None:
        return None
    blocks = session.execute(
        select(Block.paragraph_id, Block.ordinal, Block.kind, Block.text, Block.sha256)
        .where(Block.revision_id == row.revision_id)
        .order_by(Block.ordinal)
    ).all()
    notes = _annotations(session, at, Annotation.article_id == row.id)
    pending = [pending_of(found) for found in _pending(session, at, PendingNotice.article_id == row.id)]
    paragraphs = tuple(
        paragraph_of(block, notes.get(block.paragraph_id, ()), _on_paragraph(pending, block.paragraph_id))
        for block in blocks
    )
    titles = [paragraph for paragraph in paragraphs if paragraph.ordinal == 0]
    on_title = titles[0].annotations if titles else ()
    summary = summary_of(
        row,
        flags=_count([note for found in notes.values() for note in found]),
        pending_count=len(pending),
        title_flags=tuple(note.as_title_flag() for note in on_title),
        title_pending=bool(titles and titles[0].pending),
    )
    placed = {block.paragraph_id for block in blocks}
    return ArticleView(
        summary=summary,
        title_annotations=on_title,
        paragraphs=paragraphs,
        pending=tuple(notice for notice in pending if notice.paragraph_id not in placed),
    )


def get_paragraphs(
    session: Session, slug: str, *, limit: int, after: int | None, at: datetime | None = None
) -> ParagraphPage | None:
    """At most ``limit`` paragraphs after the ordinal ``after``; None if the article is not public. Five SELECTs."""
    view = get_article(session, slug, at)
    if view is None:
        return None
    rest = [paragraph for paragraph in view.paragraphs if after is None or paragraph.ordinal > after]
    return ParagraphPage(
        article=view.summary.as_ref(),
        paragraphs=tuple(rest[:limit]),
        pending=view.pending,
        next_ordinal=rest[limit - 1].ordinal if len(rest) > limit else None,
    )


def get_paragraph(
    session: Session,
    *,
    paragraph_id: UUID | None = None,
    slug: str | None = None,
    ordinal: int | None = None,
    at: datetime | None = None,
) -> ParagraphView | None:
    """A paragraph by its id, or by its place in an article; None if it is not public. Six SELECTs."""
    place = (
        Block.paragraph_id == paragraph_id
        if paragraph_id is not None
        else and_(Article.slug == slug, Block.ordinal == ordinal)
    )
    row = session.execute(
        public_articles(Block.paragraph_id, Block.ordinal, Block.kind, Block.text, Block.sha256, at=moment(at))
        .join(Block, Block.revision_id == Revision.id)
        .where(place),
        values_of(at),
    ).one_or_none()
    if row is None:
        return None
    notes = _annotations(session, at, Annotation.article_id == row.id, Anchor.paragraph_id == row.paragraph_id)
    pending = [pending_of(found) for found in _pending(session, at, PendingNotice.paragraph_id == row.paragraph_id)]
    article = article_ref(row, title_marks(session, [row.id], at)[row.id])
    return paragraph_of(row, notes.get(row.paragraph_id, ()), pending, article)


def _annotations(
    session: Session, at: datetime | None, *conditions: ColumnElement[bool]
) -> dict[UUID, list[PublicAnnotation]]:
    rows = session.execute(public_annotations(at).where(*conditions), values_of(at)).all()
    evidence = citations_of(session, [row.claim_version_id for row in rows], at)
    found: dict[UUID, list[PublicAnnotation]] = {}
    for row in rows:
        found.setdefault(row.paragraph_id, []).append(annotation_of(row, evidence))
    return found


def _pending(session: Session, at: datetime | None, condition: ColumnElement[bool]) -> Iterable[Any]:
    return session.execute(pending_notices(at).where(condition), values_of(at))


def _on_paragraph(pending: Iterable[PendingView], paragraph_id: UUID) -> list[PendingView]:
    return [notice for notice in pending if notice.paragraph_id == paragraph_id]


def _conditions(wanted: ArticleFilter, at: Moment) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.language is not None:
        conditions.append(ArticleVersion.language == wanted.language)
    if wanted.topic is not None:
        tagged = exists().where(ArticleTopic.version_id == ArticleVersion.id, ArticleTopic.topic == wanted.topic)
        conditions.append(tagged.correlate(ArticleVersion))
    if wanted.updated_since is not None:
        conditions.append(updated_at(at) >= wanted.updated_since)
    if wanted.verdict is not None:
        conditions.append(annotation_of_article(at).where(ClaimVersion.verdict == wanted.verdict).exists())
    if wanted.category is not None:
        marked = annotation_of_article(at).join(
            AnnotationCategory,
            and_(AnnotationCategory.version_id == AnnotationVersion.id, AnnotationCategory.category == wanted.category),
        )
        conditions.append(marked.exists())
    return conditions


def _flags(session: Session, article_ids: list[UUID], at: datetime | None) -> dict[UUID, dict[str, Any]]:
    titles = flags_on_titles(session, article_ids, at)
    counts: dict[UUID, list[FlagCount]] = {article_id: [] for article_id in article_ids}
    for row in session.execute(flag_counts(at).where(Annotation.article_id.in_(article_ids)), values_of(at)):
        counts[row.article_id].append(FlagCount(Verdict(row.verdict), row.severity, row.total))
    pending = list(_pending(session, at, PendingNotice.article_id.in_(article_ids)))
    return {
        article_id: {
            "flags": tuple(counts[article_id]),
            "pending_count": sum(notice.article_id == article_id for notice in pending),
            "title_flags": titles.get(article_id, ()),
            "title_pending": any(notice.on_title for notice in pending if notice.article_id == article_id),
        }
        for article_id in article_ids
    }


def _count(notes: Iterable[PublicAnnotation]) -> tuple[FlagCount, ...]:
    counts: dict[tuple[Verdict, int | None], int] = {}
    for note in notes:
        key = (note.claim.verdict, note.severity)
        counts[key] = counts.get(key, 0) + 1
    return tuple(FlagCount(verdict, severity, count) for (verdict, severity), count in counts.items())
