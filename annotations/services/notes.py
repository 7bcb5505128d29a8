"""Annotations: marking a passage, revising what is said of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from annotations.anchoring.selectors import (
    TextPositionSelector,
    TextQuoteSelector,
    locate_position,
    locate_quote,
    quote_selector,
)
from annotations.errors import DomainError, InvalidInput, QuoteAmbiguous, TransitionNotAllowed
from annotations.permissions import Actor, Permission, require
from annotations.services.article_versions import head_revision
from annotations.services.content import AnnotationContent, check_annotation, hash_of
from annotations.services.drafting import begin, save
from annotations.services.lookups import get
from annotations.store.articles import Article, Block, Revision
from annotations.store.base import new_id
from annotations.store.claims import Claim
from annotations.store.notes import Anchor, Annotation, AnnotationCategory, AnnotationVersion
from annotations.vocabulary import AnchorState, Visibility

_AROUND = ("start", "end", "prefix", "suffix")


@dataclass(frozen=True, slots=True)
class Passage:
    """Where to annotate: by quote in the whole article or in one paragraph, or by offsets in a paragraph.

    ``quote`` with ``position`` is a check: the words at the offsets must be those. So is ``revision``, the number of
    the text that was read: it must be the newest still.
    """

    ordinal: int | None = None
    quote: TextQuoteSelector | None = None
    position: TextPositionSelector | None = None
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A located passage: block, offsets in code points."""

    block: Block
    start: int
    end: int


def propose_annotation(
    session: Session,
    article: Article,
    passage: Passage,
    content: AnnotationContent,
    *,
    actor: Actor,
    now: datetime,
    annotation_id: UUID | None = None,
) -> Annotation:
    """Mark ``passage`` in the newest revision of ``article`` and tie it to a claim, as a draft.

    Raises:
        PermissionDenied: the actor may not write.
        QuoteNotFound, QuoteAmbiguous, QuoteMismatch: the passage cannot be located; see :func:`locate`.
        InvalidInput: a field is not usable, or the claim does not exist.
    """
    require(actor, Permission.WRITE, own_work=True)
    content = check_annotation(content)
    _refuse_withdrawn(article)
    revision = head_revision(session, article)
    span = locate(session, revision, passage)
    annotation = Annotation(id=annotation_id or new_id(), article_id=article.id, created_at=now, created_by=actor.id)
    session.add(annotation)
    session.flush()
    version = _make_version(session, annotation, content, span, actor=actor, now=now)
    begin(session, annotation, version, actor=actor, now=now)
    _add_details(session, version, content, revision, span)
    return annotation


def revise_annotation(
    session: Session,
    annotation: Annotation,
    passage: Passage,
    content: AnnotationContent,
    *,
    actor: Actor,
    now: datetime,
) -> AnnotationVersion:
    """Save another version of ``annotation``; what is public stays until this one is approved.

    Raises: as :func:`propose_annotation`, and TransitionNotAllowed where nothing can be saved.
    """
    require(actor, Permission.WRITE, own_work=annotation.created_by == actor.id)
    content = check_annotation(content)
    article = get(session, Article, annotation.article_id)
    _refuse_withdrawn(article)
    revision = head_revision(session, article)
    span = locate(session, revision, passage)
    annotation.head_number += 1
    version = _make_version(session, annotation, content, span, actor=actor, now=now)
    save(session, annotation, version, actor=actor, now=now)
    _add_details(session, version, content, revision, span)
    return version


def standing_passage(session: Session, annotation: Annotation) -> Passage:
    """The passage on which the newest version of ``annotation`` stands in the newest revision of its article.

    Raises:
        InvalidInput: it stands nowhere any longer.
    """
    anchor = session.execute(
        select(Block.ordinal, Anchor.start_offset, Anchor.end_offset)
        .join(Block, (Block.revision_id == Anchor.revision_id) & (Block.paragraph_id == Anchor.paragraph_id))
        .join(AnnotationVersion, AnnotationVersion.id == Anchor.version_id)
        .join(Revision, Revision.id == Anchor.revision_id)
        .join(Article, (Article.id == Revision.article_id) & (Article.revision_number == Revision.number))
        .where(AnnotationVersion.annotation_id == annotation.id, AnnotationVersion.number == annotation.head_number)
    ).one_or_none()
    if anchor is None:
        raise InvalidInput("its words are gone from the text; name the passage that it is about now", field="passage")
    return Passage(ordinal=anchor.ordinal, position=TextPositionSelector(anchor.start_offset, anchor.end_offset))


def locate(session: Session, revision: Revision, passage: Passage) -> Span:
    """The span that ``passage`` means in ``revision``. What is at fault is named as ``passage`` or its member.

    Raises:
        QuoteNotFound: the words do not stand there.
        QuoteAmbiguous: they stand in several places; ``context['candidates']`` lists at most 20 of them, each a
            passage that means that place alone, and ``context['total']`` counts them all.
        QuoteMismatch: the words at the offsets are others.
        InvalidInput: no such paragraph, offsets without one or out of range, neither quote nor offsets, or a revision
            that is not the newest any longer.
    """
    try:
        return _locate(session, revision, passage)
    except QuoteAmbiguous as error:
        candidates = [
            {"ordinal": one["key"], "quote": one["exact"], **{name: one[name] for name in _AROUND}}
            for one in error.context["candidates"]
        ]
        context = {"candidates": candidates, "total": error.context["total"]}
        raise QuoteAmbiguous(
            f"{error.message}; send one of the candidates as the passage", field="passage.quote", context=context
        ) from error
    except DomainError as error:
        error.field = f"passage.{error.field}" if error.field else "passage"
        raise


def _locate(session: Session, revision: Revision, passage: Passage) -> Span:
    if passage.revision not in {None, revision.number}:
        raise InvalidInput(
            f"the text is revision {revision.number} by now, and the passage of {passage.revision}: look at it again",
            field="revision",
            context={"revision": revision.number},
        )
    statement = select(Block).where(Block.revision_id == revision.id).order_by(Block.ordinal)
    if passage.ordinal is not None:
        statement = statement.where(Block.ordinal == passage.ordinal)
    blocks = {block.ordinal: block for block in session.scalars(statement)}
    if not blocks:
        last = session.scalar(select(func.max(Block.ordinal)).where(Block.revision_id == revision.id))
        raise InvalidInput(f"the text has no paragraph {passage.ordinal}; the last is {last}", field="ordinal")
    if passage.position is not None:
        if passage.ordinal is None:
            raise InvalidInput("offsets need their paragraph", field="ordinal")
        block = blocks[passage.ordinal]
        exact = passage.quote.exact if passage.quote else None
        found = locate_position(block.text, passage.position.start, passage.position.end, exact)
        return Span(block, found.start, found.end)
    if passage.quote is None:
        raise InvalidInput("name the passage by quote or by offsets", field="quote")
    located = locate_quote([(ordinal, block.text) for ordinal, block in blocks.items()], passage.quote)
    return Span(blocks[located.key], located.start, located.end)


def _refuse_withdrawn(article: Article) -> None:
    if article.visibility == Visibility.WITHDRAWN:
        raise TransitionNotAllowed("the article is withdrawn", context={"state": article.visibility})


def _make_version(
    session: Session, annotation: Annotation, content: AnnotationContent, span: Span, *, actor: Actor, now: datetime
) -> AnnotationVersion:
    if session.get(Claim, content.claim_id) is None:
        raise InvalidInput("the claim does not exist", field="claim")
    selector = quote_selector(span.block.text, span.start, span.end)
    return AnnotationVersion(
        id=new_id(),
        annotation_id=annotation.id,
        number=annotation.head_number or 1,
        claim_id=content.claim_id,
        severity=content.severity,
        note=content.note,
        quote=selector.exact,
        prefix=selector.prefix,
        suffix=selector.suffix,
        content_hash=hash_of(
            content, paragraph=span.block.paragraph_id, start=span.start, end=span.end, quote=selector.exact
        ),
        created_at=now,
        created_by=actor.id,
    )


def _add_details(
    session: Session, version: AnnotationVersion, content: AnnotationContent, revision: Revision, span: Span
) -> None:
    session.add_all(
        AnnotationCategory(version_id=version.id, category=category, position=position)
        for position, category in enumerate(content.categories, start=1)
    )
    session.add(
        Anchor(
            version_id=version.id,
            revision_id=revision.id,
            paragraph_id=span.block.paragraph_id,
            start_offset=span.start,
            end_offset=span.end,
            quote=version.quote,
            state=AnchorState.EXACT,
        )
    )
    session.flush()
