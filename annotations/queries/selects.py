"""The SELECTs that say what is public. Every read starts from one of these, so the rule stands once.

Each is of the present, or of the moment ``at``; see :mod:`annotations.queries.moments`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Label, String, and_, cast, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from annotations.queries.claim_views import PublicSource
from annotations.queries.moments import (
    ARTICLE_KEY,
    Moment,
    Statement,
    kept,
    needs_recheck,
    stands,
    updated_at,
    visible,
)
from annotations.store.articles import Article, ArticleTopic, ArticleVersion, Block, Revision
from annotations.store.claims import Claim, ClaimVersion, EvidenceLink
from annotations.store.evidence import Evidence, EvidenceVersion
from annotations.store.log import PublicVersion
from annotations.store.notes import Anchor, Annotation, AnnotationCategory, AnnotationVersion, PendingNotice
from annotations.store.versions import in_force
from annotations.vocabulary import AnchorState

TitleBlock = aliased(Block, name="title_block")
SHOWN_ANCHORS = (AnchorState.EXACT, AnchorState.MOVED)
SOURCE_COLUMNS = [name for name in PublicSource.__slots__ if name not in {"id", "key", "published_at"}]


def _in_order(position: InstrumentedAttribute[int], value: InstrumentedAttribute[str]) -> ColumnElement[str]:
    return func.aggregate_strings(cast(position, String) + literal(":") + value, "|")


def split_ordered(value: str | None) -> tuple[str, ...]:
    """The values of a child table's column, gathered into one as ``position:value|…``, in their order."""
    pairs = [part.partition(":") for part in value.split("|")] if value else []
    return tuple(item for _, _, item in sorted(pairs, key=lambda pair: int(pair[0])))


def claim_columns(at: Moment) -> tuple[Any, ...]:
    """What every SELECT that shows a claim takes of it."""
    return (
        Claim.id.label("claim_id"),
        Claim.slug.label("claim_slug"),
        needs_recheck(Claim, at).label("claim_needs_recheck"),
        ClaimVersion.id.label("claim_version_id"),
        ClaimVersion.valid_from.label("claim_published_at"),
        ClaimVersion.text.label("claim_text"),
        ClaimVersion.verdict,
        ClaimVersion.certainty,
        ClaimVersion.summary,
        ClaimVersion.search_record,
        ClaimVersion.searched_on,
    )


def open_notice(at: Moment = None) -> ColumnElement[bool]:
    """Whether a pending notice stands in the place of the annotation at hand."""
    return (
        select(PendingNotice.id)
        .where(PendingNotice.annotation_id == Annotation.id, stands(at))
        .correlate(Annotation)
        .exists()
    )


def title() -> Label[str]:
    """An article's title: the editor's, or the one in its text."""
    return func.coalesce(ArticleVersion.title, TitleBlock.text).label("title")


def public_articles(*columns: Any, at: Moment = None) -> Statement:
    """Public articles with metadata and revision in force; ``columns`` are added to id, slug, title and status."""
    return (
        select(
            Article.id,
            Article.slug,
            title(),
            ArticleVersion.language,
            ArticleVersion.fact_check_status,
            ArticleVersion.checked_at,
            *columns,
        )
        .join(ArticleVersion, and_(ArticleVersion.article_id == Article.id, in_force(ArticleVersion, at)))
        .join(Revision, and_(Revision.article_id == Article.id, in_force(Revision, at)))
        .outerjoin(TitleBlock, and_(TitleBlock.revision_id == Revision.id, TitleBlock.ordinal == 0))
        .where(visible(at))
    )


@kept
def article_summaries(at: Moment) -> Statement:
    """Public articles with everything that a list shows, flags aside."""
    topics = (
        select(_in_order(ArticleTopic.position, ArticleTopic.topic))
        .where(ArticleTopic.version_id == ArticleVersion.id)
        .correlate(ArticleVersion)
        .scalar_subquery()
    )
    return public_articles(
        topics.label("topics"),
        ArticleVersion.canonical_url,
        ArticleVersion.publisher,
        ArticleVersion.byline,
        ArticleVersion.published_at,
        ArticleVersion.origin_status,
        Revision.number.label("revision"),
        Revision.id.label("revision_id"),
        Revision.content_hash.label("text_hash"),
        Article.public_since,
        updated_at(at).label("updated_at"),
        at=at,
    ).join(PublicVersion, PublicVersion.key == ARTICLE_KEY)


@kept
def public_annotations(at: Moment) -> Statement:
    """Annotations that the public sees, with their anchor in the present text and the claim in force.

    Not among them: drafts, withdrawn ones, those in whose place a pending notice stands, and those whose words
    changed or are gone.
    """
    categories = (
        select(_in_order(AnnotationCategory.position, AnnotationCategory.category))
        .where(AnnotationCategory.version_id == AnnotationVersion.id)
        .correlate(AnnotationVersion)
        .scalar_subquery()
    )
    return _annotation_joins(
        select(
            Annotation.id,
            Annotation.article_id,
            needs_recheck(Annotation, at).label("needs_recheck"),
            AnnotationVersion.valid_from.label("published_at"),
            AnnotationVersion.severity,
            AnnotationVersion.note,
            categories.label("categories"),
            Anchor.paragraph_id,
            Anchor.start_offset,
            Anchor.end_offset,
            Anchor.quote,
            Anchor.state.label("anchor_state"),
            Anchor.context_changed,
            Block.ordinal,
            Block.text.label("paragraph_text"),
            *claim_columns(at),
        ),
        at,
    )


@kept
def flag_counts(at: Moment) -> Statement:
    """How many public annotations each article has, by verdict and severity."""
    counted = select(
        Annotation.article_id, ClaimVersion.verdict, AnnotationVersion.severity, func.count().label("total")
    )
    return _annotation_joins(counted, at).group_by(
        Annotation.article_id, ClaimVersion.verdict, AnnotationVersion.severity
    )


def annotation_of_article(at: Moment = None) -> Statement:
    """For EXISTS within a SELECT of articles: a public annotation of that article, to be narrowed further."""
    return _with_claim(_shown(select(literal(1)), at), at).where(Annotation.article_id == Article.id).correlate(Article)


def _annotation_joins(statement: Statement, at: Moment) -> Statement:
    return _with_claim(_shown(statement, at), at).join(Article, Article.id == Annotation.article_id).where(visible(at))


def _shown(statement: Statement, at: Moment) -> Statement:
    return (
        statement.select_from(Annotation)
        .join(
            AnnotationVersion, and_(AnnotationVersion.annotation_id == Annotation.id, in_force(AnnotationVersion, at))
        )
        .join(Revision, and_(Revision.article_id == Annotation.article_id, in_force(Revision, at)))
        .join(
            Anchor,
            and_(
                Anchor.version_id == AnnotationVersion.id,
                Anchor.revision_id == Revision.id,
                Anchor.state.in_(SHOWN_ANCHORS),
            ),
        )
        .join(Block, and_(Block.revision_id == Anchor.revision_id, Block.paragraph_id == Anchor.paragraph_id))
        .where(~open_notice(at))
    )


def _with_claim(statement: Statement, at: Moment) -> Statement:
    return statement.join(Claim, Claim.id == AnnotationVersion.claim_id).join(
        ClaimVersion, and_(ClaimVersion.claim_id == Claim.id, in_force(ClaimVersion, at))
    )


@kept
def public_claims(at: Moment) -> Statement:
    """Claims with the version in force, and in how many public passages each appears."""
    appearances = (
        _shown(select(func.count()), at)
        .join(Article, Article.id == Annotation.article_id)
        .where(visible(at), AnnotationVersion.claim_id == Claim.id)
        .correlate(Claim)
        .scalar_subquery()
    )
    return select(
        *claim_columns(at),
        appearances.label("appearance_count"),
    ).join(ClaimVersion, and_(ClaimVersion.claim_id == Claim.id, in_force(ClaimVersion, at)))


def public_sources(at: Moment = None) -> Statement:
    """Sources with the version in force that a claim in force cites."""
    cited = (
        select(literal(1))
        .select_from(EvidenceLink)
        .join(ClaimVersion, and_(ClaimVersion.id == EvidenceLink.claim_version_id, in_force(ClaimVersion, at)))
        .where(EvidenceLink.evidence_id == Evidence.id)
        .correlate(Evidence)
        .exists()
    )
    return _sources(at=at).where(cited)


def _sources(*columns: Any, at: Moment) -> Statement:
    return select(
        Evidence.id,
        Evidence.key,
        EvidenceVersion.valid_from.label("published_at"),
        *(getattr(EvidenceVersion, name) for name in SOURCE_COLUMNS),
        *columns,
    ).join(EvidenceVersion, and_(EvidenceVersion.evidence_id == Evidence.id, in_force(EvidenceVersion, at)))


@kept
def citations(at: Moment) -> Statement:
    """Sources as claim versions cite them, in the editor's order."""
    return (
        _sources(
            EvidenceLink.claim_version_id,
            EvidenceLink.stance,
            EvidenceLink.why,
            EvidenceLink.quote,
            EvidenceLink.locator,
            at=at,
        )
        .join(EvidenceLink, EvidenceLink.evidence_id == Evidence.id)
        .order_by(EvidenceLink.claim_version_id, EvidenceLink.position)
    )


@kept
def pending_notices(at: Moment) -> Statement:
    """The open pending notices on public articles; ``on_title`` where a title is concerned."""
    on_title = (
        select(literal(1))
        .select_from(Block)
        .join(Revision, and_(Revision.id == Block.revision_id, in_force(Revision, at)))
        .where(Block.paragraph_id == PendingNotice.paragraph_id, Block.ordinal == 0)
        .correlate(PendingNotice)
        .exists()
    )
    return (
        select(
            PendingNotice.annotation_id,
            PendingNotice.article_id,
            PendingNotice.paragraph_id,
            PendingNotice.reason,
            PendingNotice.since,
            on_title.label("on_title"),
        )
        .join(Article, Article.id == PendingNotice.article_id)
        .where(stands(at), visible(at))
        .order_by(PendingNotice.since, PendingNotice.annotation_id)
    )
