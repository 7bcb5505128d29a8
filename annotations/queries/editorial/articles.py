"""Articles as editors see them, hidden and withdrawn ones too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from annotations.queries.editorial.article_views import (
    AnnotationMark,
    ArticleListItem,
    Attention,
    EditorialArticle,
    EditorialParagraph,
    MetadataView,
)
from annotations.queries.editorial.parts import People, Statement, actors_of, people, version_values, withdrawal_request
from annotations.queries.paging import Key, Slice, fetch
from annotations.store.articles import Article, ArticleTopic, ArticleVersion, Block, Revision
from annotations.store.claims import Claim
from annotations.store.editorial import RedactedRow
from annotations.store.notes import Anchor, Annotation, AnnotationVersion, PendingNotice
from annotations.store.versions import is_public
from annotations.vocabulary import (
    AnchorState,
    BlockKind,
    FactCheckStatus,
    OriginStatus,
    RecheckReason,
    ReviewState,
    TitleOrigin,
    Visibility,
)

FINISHED = (ReviewState.WITHDRAWN, ReviewState.SUPERSEDED)
"""States of annotations of which nothing is left to be done."""

_TITLE = aliased(Block, name="title_block")
_PLAIN = ("title", "language", "canonical_url", "publisher", "byline", "published_at", "checked_at")


def get_article(session: Session, slug: str) -> EditorialArticle | None:
    """The article with its newest text and every annotation on it; None if there is none. Six SELECTs."""
    row = session.execute(_articles().where(Article.slug == slug)).one_or_none()
    if row is None:
        return None
    article, _, revision, *_ = row
    (values,) = _values(session, [row])
    marks = _marks(session, article, revision)
    blocks = session.scalars(select(Block).where(Block.revision_id == revision.id).order_by(Block.ordinal))
    return EditorialArticle(
        **values,
        paragraphs=tuple(
            EditorialParagraph(
                id=block.paragraph_id,
                ordinal=block.ordinal,
                kind=BlockKind(block.kind),
                text=block.text,
                sha256=block.sha256,
                annotations=tuple(marks.get(block.paragraph_id, ())),
            )
            for block in blocks
        ),
        orphaned=tuple(marks.get(None, ())),
    )


def list_articles(
    session: Session, *, visibility: Visibility | None = None, limit: int, after: Key | None = None
) -> Slice[ArticleListItem]:
    """Articles in the order of their slugs; ``after`` is (slug,). Four SELECTs."""
    statement = _articles().order_by(Article.slug)
    if visibility is not None:
        statement = statement.where(Article.visibility == visibility)
    if after is not None:
        statement = statement.where(Article.slug > after[0])
    rows, next_key = fetch(session, statement, limit, lambda row: (row[0].slug,))
    return Slice(tuple(ArticleListItem(**values) for values in _values(session, rows)), next_key)


def topics_of(session: Session, version_ids: Iterable[UUID]) -> dict[UUID, tuple[str, ...]]:
    """The topics of each metadata version in the editor's order; one SELECT."""
    rows = session.execute(
        select(ArticleTopic.version_id, ArticleTopic.topic)
        .where(ArticleTopic.version_id.in_(sorted(set(version_ids))))
        .order_by(ArticleTopic.version_id, ArticleTopic.position)
    )
    found: dict[UUID, tuple[str, ...]] = {}
    for version_id, topic in rows:
        found[version_id] = (*found.get(version_id, ()), topic)
    return found


def metadata_of(version: ArticleVersion, topics: Mapping[UUID, tuple[str, ...]], redacted: bool, known: People) -> MetadataView:
    """One version of an article's metadata, with its topics among ``topics``."""
    return MetadataView(
        **version_values(version, redacted, known),
        **{name: getattr(version, name) for name in _PLAIN},
        title_origin=TitleOrigin(version.title_origin),
        topics=topics.get(version.id, ()),
        origin_status=OriginStatus(version.origin_status),
        fact_check_status=FactCheckStatus(version.fact_check_status),
    )
