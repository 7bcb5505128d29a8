"""Articles as editors see them, hidden and withdrawn ones too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased

from annotations.queries.editorial.article_views import (
    AnnotationMark,
    ArticleListItem,
    Attention,
    EditorialArticle,
    EditorialParagraph,
    MetadataView,
)
from annotations.queries.editorial.parts import (
    People,
    Statement,
    actors_of,
    has_open_notice,
    is_blanked,
    people,
    version_values,
    withdrawal_request,
)
from annotations.queries.paging import Key, Slice, fetch
from annotations.store.articles import Article, ArticleTopic, ArticleVersion, Block, Revision
from annotations.store.claims import Claim
from annotations.store.notes import Anchor, Annotation, AnnotationVersion, PendingNotice
from annotations.store.versions import is_public
from annotations.vocabulary import (
    FINISHED,
    AnchorState,
    BlockKind,
    FactCheckStatus,
    OriginStatus,
    RecheckReason,
    ReviewState,
    TitleOrigin,
    Visibility,
)

_TITLE = aliased(Block, name="title_block")
_PLAIN = ("title", "language", "canonical_url", "publisher", "byline", "published_at", "checked_at")


def get_article(session: Session, slug: str) -> EditorialArticle | None:
    """The article with its newest text and every annotation on it; None if there is none. Five SELECTs."""
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
    """Articles in the order of their slugs; ``after`` is (slug,). Three SELECTs."""
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


def metadata_of(
    version: ArticleVersion, topics: Mapping[UUID, tuple[str, ...]], redacted: bool, known: People
) -> MetadataView:
    """One version of an article's metadata, with its topics among ``topics``."""
    return MetadataView(
        **version_values(version, redacted, known),
        **{name: getattr(version, name) for name in _PLAIN},
        title_origin=TitleOrigin(version.title_origin),
        topics=topics.get(version.id, ()),
        origin_status=OriginStatus(version.origin_status),
        fact_check_status=FactCheckStatus(version.fact_check_status),
    )


def _articles() -> Statement:
    """Articles with newest metadata and revision, the title in the text, and what they ask of editors."""
    return (
        select(
            Article,
            ArticleVersion,
            Revision,
            _TITLE.text,
            is_blanked(ArticleVersion.id, "article_versions"),
            *_attention(),
        )
        .join(
            ArticleVersion,
            and_(ArticleVersion.article_id == Article.id, ArticleVersion.number == Article.metadata_number),
        )
        .join(Revision, and_(Revision.article_id == Article.id, Revision.number == Article.revision_number))
        .outerjoin(_TITLE, and_(_TITLE.revision_id == Revision.id, _TITLE.ordinal == 0))
    )


def _attention() -> tuple[ColumnElement[int], ...]:
    """Numbers of open notices, of other flags, and of annotations without a place, of the article at hand."""
    notices = select(func.count()).where(PendingNotice.article_id == Article.id, PendingNotice.closed_at.is_(None))
    flags = select(func.count()).where(
        Annotation.article_id == Article.id,
        Annotation.needs_recheck.is_(True),
        Annotation.state.not_in(FINISHED),
        ~has_open_notice(),
    )
    lost = (
        select(func.count())
        .select_from(Anchor)
        .join(AnnotationVersion, AnnotationVersion.id == Anchor.version_id)
        .join(
            Annotation,
            and_(Annotation.id == AnnotationVersion.annotation_id, Annotation.head_number == AnnotationVersion.number),
        )
        .where(Anchor.revision_id == Revision.id, Anchor.paragraph_id.is_(None), Annotation.state.not_in(FINISHED))
    )
    return (
        notices.correlate(Article).scalar_subquery(),
        flags.correlate(Article).scalar_subquery(),
        lost.correlate(Revision).scalar_subquery(),
    )


def _values(session: Session, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """The values of an ``ArticleListItem`` for each row of :func:`_articles`; two SELECTs."""
    topics = topics_of(session, [row[1].id for row in rows])
    actors = [(*actors_of(row[0]), row[1].created_by) for row in rows]
    known = people(session, [one for found in actors for one in found])
    return [_item(row, topics, known) for row in rows]


def _item(row: Any, topics: Mapping[UUID, tuple[str, ...]], known: People) -> dict[str, Any]:
    article, metadata, revision, title, redacted, *attention = row
    return {
        "id": article.id,
        "slug": article.slug,
        "title": metadata.title or title,
        "visibility": Visibility(article.visibility),
        "lock_version": article.lock_version,
        "revision_number": article.revision_number,
        "text_hash": revision.content_hash,
        "metadata": metadata_of(metadata, topics, redacted, known),
        "created_at": article.created_at,
        "created_by": known[article.created_by],
        "public_since": article.public_since,
        "withdrawal_request": withdrawal_request(article, known),
        "withdrawn_at": article.withdrawn_at,
        "withdrawn_reason": article.withdrawn_reason,
        "attention": Attention(*attention),
    }


def _marks(session: Session, article: Article, revision: Revision) -> dict[UUID | None, list[AnnotationMark]]:
    """The annotations of each paragraph in the order of their words; those that stand nowhere under None."""
    in_force = aliased(AnnotationVersion)
    rows = session.execute(
        select(Annotation, Claim.slug, Anchor, in_force.number, has_open_notice())
        .join(
            AnnotationVersion,
            and_(AnnotationVersion.annotation_id == Annotation.id, AnnotationVersion.number == Annotation.head_number),
        )
        .join(Claim, Claim.id == AnnotationVersion.claim_id)
        .join(Anchor, and_(Anchor.version_id == AnnotationVersion.id, Anchor.revision_id == revision.id))
        .outerjoin(in_force, and_(in_force.annotation_id == Annotation.id, is_public(in_force)))
        .where(Annotation.article_id == article.id, Annotation.state.not_in(FINISHED))
        .order_by(Anchor.start_offset, Anchor.end_offset, Annotation.id)
    )
    found: dict[UUID | None, list[AnnotationMark]] = {}
    for annotation, slug, anchor, number, pending in rows:
        mark = AnnotationMark(
            id=annotation.id,
            state=ReviewState(annotation.state),
            lock_version=annotation.lock_version,
            head_number=annotation.head_number,
            in_force_number=number,
            claim_slug=slug,
            start=anchor.start_offset,
            end=anchor.end_offset,
            quote=anchor.quote,
            anchor_state=AnchorState(anchor.state),
            context_changed=anchor.context_changed,
            needs_recheck=annotation.needs_recheck,
            recheck_reason=RecheckReason(annotation.recheck_reason) if annotation.recheck_reason else None,
            pending=pending,
        )
        found.setdefault(anchor.paragraph_id, []).append(mark)
    return found
