"""Annotations as editors see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from annotations.anchoring.text import utf16_range
from annotations.queries.editorial.parts import (
    People,
    Statement,
    actors_of,
    head_of,
    in_force_of,
    newest_and_in_force,
    people,
    reviewed_values,
    version_values,
)
from annotations.queries.editorial.views import (
    AnchorView,
    AnnotationVersionView,
    EditorialAnnotation,
    Notice,
)
from annotations.queries.paging import Key, Slice, fetch
from annotations.store.articles import Article, Block, Revision
from annotations.store.claims import Claim
from annotations.store.notes import Anchor, Annotation, AnnotationCategory, AnnotationVersion, PendingNotice
from annotations.store.versions import is_public
from annotations.vocabulary import AnchorState, Category, EntityType, PendingReason, ReviewState

CategoriesByVersion = Mapping[UUID, tuple[Category, ...]]


def get_annotation(session: Session, annotation_id: UUID) -> EditorialAnnotation | None:
    """The annotation with this id; None if there is none. Five SELECTs."""
    row = session.execute(_annotations().where(Annotation.id == annotation_id)).one_or_none()
    return _views(session, [row])[0] if row is not None else None


def list_annotations(
    session: Session,
    *,
    article: str | None = None,
    claim: str | None = None,
    state: ReviewState | None = None,
    needs_recheck: bool | None = None,
    limit: int,
    after: Key | None = None,
) -> Slice[EditorialAnnotation]:
    """Annotations in the order of their ids; ``after`` is (id,). Five SELECTs.

    ``article`` and ``claim`` are slugs; a claim is the annotation's by its newest version or by the one in force.
    """
    statement = _annotations().order_by(Annotation.id)
    if article is not None:
        statement = statement.where(Article.slug == article)
    if claim is not None:
        statement = statement.where(Annotation.id.in_(_making(claim)))
    if state is not None:
        statement = statement.where(Annotation.state == state)
    if needs_recheck is not None:
        # Whether there is a reason is what the index goes by; see the check of the table.
        reason = Annotation.recheck_reason
        statement = statement.where(reason.is_not(None) if needs_recheck else reason.is_(None))
    if after is not None:
        statement = statement.where(Annotation.id > after[0])
    rows, next_key = fetch(session, statement, limit, lambda row: (row[0].id,))
    return Slice(tuple(_views(session, rows)), next_key)


def categories_of(session: Session, version_ids: Iterable[UUID]) -> CategoriesByVersion:
    """The categories of each annotation version in the editor's order; one SELECT."""
    rows = session.execute(
        select(AnnotationCategory.version_id, AnnotationCategory.category)
        .where(AnnotationCategory.version_id.in_(sorted(set(version_ids))))
        .order_by(AnnotationCategory.version_id, AnnotationCategory.position)
    )
    found: dict[UUID, tuple[Category, ...]] = {}
    for version_id, category in rows:
        found[version_id] = (*found.get(version_id, ()), Category(category))
    return found


def annotation_values(
    version: AnnotationVersion, claim_slug: str, categories: CategoriesByVersion, redacted: bool, known: People
) -> dict[str, Any]:
    """The values of an ``AnnotationVersionView``."""
    return {
        **version_values(version, redacted, known),
        "claim_slug": claim_slug,
        "categories": categories.get(version.id, ()),
        "severity": version.severity,
        "note": version.note,
        "quote": version.quote,
        "prefix": version.prefix,
        "suffix": version.suffix,
    }


def anchor_of(anchor: Anchor, revision_number: int, ordinal: int | None, text: str | None) -> AnchorView:
    """An anchor with the place and the text of its paragraph, if it has one."""
    start, end = anchor.start_offset, anchor.end_offset
    placed = text is not None and start is not None and end is not None
    utf16 = utf16_range(text, start, end) if text is not None and start is not None and end is not None else None
    return AnchorView(
        revision_number=revision_number,
        state=AnchorState(anchor.state),
        context_changed=anchor.context_changed,
        quote=anchor.quote,
        paragraph_id=anchor.paragraph_id,
        ordinal=ordinal,
        start=start,
        end=end,
        utf16_start=utf16[0] if utf16 else None,
        utf16_end=utf16[1] if utf16 else None,
        paragraph_text=text if placed else None,
    )


def anchors() -> Statement:
    """Anchors as (anchor, number of the revision, ordinal and text of the paragraph)."""
    return (
        select(Anchor, Revision.number, Block.ordinal, Block.text)
        .join(Revision, Revision.id == Anchor.revision_id)
        .outerjoin(Block, and_(Block.revision_id == Anchor.revision_id, Block.paragraph_id == Anchor.paragraph_id))
    )


def _annotations() -> Statement:
    """Annotations with the slug of their article and the notice that stands in their place."""
    return (
        select(Annotation, Article.slug, PendingNotice)
        .join(Article, Article.id == Annotation.article_id)
        .outerjoin(PendingNotice, and_(PendingNotice.annotation_id == Annotation.id, PendingNotice.closed_at.is_(None)))
    )


def _making(claim: str) -> Statement:
    """Ids of the annotations that make the claim, by their newest version or the one in force."""
    made = Annotation.__table__.alias("made")
    return (
        select(AnnotationVersion.annotation_id)
        .join(Claim, Claim.id == AnnotationVersion.claim_id)
        .join(made, made.c.id == AnnotationVersion.annotation_id)
        .where(Claim.slug == claim, or_(AnnotationVersion.number == made.c.head_number, is_public(AnnotationVersion)))
    )


def _views(session: Session, rows: Sequence[Any]) -> list[EditorialAnnotation]:
    ids = [row[0].id for row in rows]
    versions: list[Any] = list(
        session.execute(
            newest_and_in_force(EntityType.ANNOTATION, ids)
            .add_columns(Claim.slug)
            .join(Claim, Claim.id == AnnotationVersion.claim_id)
        )
    )
    categories = categories_of(session, [row[0].id for row in versions])
    places = _places(session, ids, [row[0].id for row in versions])
    known = people(
        session,
        [
            *(one for row in rows for one in actors_of(row[0])),
            *(row[2].opened_by for row in rows if row[2] is not None),
            *(row[0].created_by for row in versions),
        ],
    )
    found: dict[UUID, list[AnnotationVersionView]] = {}
    for version, redacted, slug in versions:
        values = annotation_values(version, slug, categories, redacted, known)
        found.setdefault(version.annotation_id, []).append(AnnotationVersionView(**values))
    return [_view(row, found[row[0].id], places, known) for row in rows]


def _places(session: Session, ids: Sequence[UUID], version_ids: Sequence[UUID]) -> dict[UUID, AnchorView]:
    """Where each version stands in the newest revision of its article."""
    newest = (
        select(Revision.id)
        .join(Article, and_(Article.id == Revision.article_id, Article.revision_number == Revision.number))
        .join(Annotation, Annotation.article_id == Article.id)
        .where(Annotation.id.in_(ids))
    )
    rows = session.execute(anchors().where(Anchor.version_id.in_(version_ids), Anchor.revision_id.in_(newest)))
    return {row[0].version_id: anchor_of(*row) for row in rows}


def _view(
    row: Any, versions: Sequence[AnnotationVersionView], places: Mapping[UUID, AnchorView], known: People
) -> EditorialAnnotation:
    annotation, slug, notice = row
    head, in_force = head_of(versions, annotation.head_number), in_force_of(versions)
    return EditorialAnnotation(
        **reviewed_values(annotation, in_force, known),
        article_slug=slug,
        head=head,
        in_force=in_force,
        head_anchor=places.get(head.id),
        in_force_anchor=places.get(in_force.id) if in_force else None,
        notice=Notice(PendingReason(notice.reason), notice.since, known[notice.opened_by]) if notice else None,
    )
