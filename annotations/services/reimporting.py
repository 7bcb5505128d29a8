"""Re-importing an article: a new revision, paragraphs that keep their ids, and every annotation where it belongs.

An annotation that lost its words becomes a pending notice at once (rule 6), and waits for an editor.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.anchoring.text import validate_text
from annotations.errors import EmptyText, InvalidInput, TransitionNotAllowed
from annotations.importing.document import Block as ImportedBlock
from annotations.importing.document import ImportedText
from annotations.permissions import Actor, Permission, require
from annotations.review.events import Event
from annotations.review.workflow import Action, next_state
from annotations.services.affected import keys_of_article
from annotations.services.article_versions import (
    add_metadata,
    add_revision,
    blocks_of,
    head_metadata,
    head_revision,
    metadata_content,
    text_hash,
)
from annotations.services.carrying import CarriedVersion, Plan, plan_carrying
from annotations.services.lookups import head_version, lock, put_in_force, subject_of
from annotations.services.pending import open_notice
from annotations.services.rechecks import raise_flag
from annotations.services.search_index import index_article
from annotations.store.articles import Article, Block, Revision
from annotations.store.history import add_transition
from annotations.store.keys import paragraph_key
from annotations.store.notes import Anchor
from annotations.store.publication_log import TICK, Publication, Subject
from annotations.vocabulary import (
    AnchorState,
    BlockKind,
    EntityType,
    FactCheckStatus,
    PendingReason,
    RecheckReason,
    ReviewState,
    TitleOrigin,
    Visibility,
)

BLOCK_LIMIT = 20_000
"""Code points in one block: more is no paragraph that anybody reads, and would slow down every search."""


@dataclass(frozen=True, slots=True)
class Reimport:
    """What a re-import did, or would do. ``plan`` is None where the text is the one that is there already."""

    number: int
    document: ImportedText
    plan: Plan | None


def check_document(document: ImportedText) -> None:
    """Refuse a text that cannot be an article's.

    Raises:
        EmptyText: there is nothing but a title.
        InvalidText: a block is too long.
    """
    if not document.blocks:
        raise EmptyText("the text is empty but for its title", field="text")
    for block in document.blocks:
        validate_text(block.text, field="text", max_code_points=BLOCK_LIMIT)


def preview_reimport(session: Session, article: Article, document: ImportedText, *, actor: Actor) -> Reimport:
    """What :func:`reimport_article` would do with ``document`` now; nothing is written.

    Raises:
        PermissionDenied: the actor may not see it.
        InvalidInput, EmptyText, InvalidText, TransitionNotAllowed: as the re-import would.
    """
    require(actor, Permission.PREVIEW_REIMPORT, own_work=article.created_by == actor.id)
    return _work_out(session, article, document)


def reimport_article(
    session: Session, article: Article, document: ImportedText, *, actor: Actor, now: datetime
) -> Reimport:
    """Store ``document`` as the next revision of ``article``, public at once if the article is.

    The same text writes nothing. Paragraphs keep their ids as far as they are the same; annotations are carried over;
    those that lost their words become pending notices, those in a changed sentence are flagged; drafts are carried
    and flagged alike; what was approved on a hidden article and lost its words is a draft again. A complete
    fact-check becomes partial when anything reads differently.

    Raises:
        PermissionDenied: the actor may not.
        InvalidInput: the text has no title though its title is its own.
        EmptyText, InvalidText: it cannot be an article's.
        TransitionNotAllowed: the article was withdrawn.
        StaleVersion: it changed since the actor read it.
    """
    require(actor, Permission.REIMPORT, own_work=article.created_by == actor.id)
    publication = lock(session, article, actor=actor, now=now)
    work = _work_out(session, article, document)
    if work.plan is None:
        return work
    old = head_revision(session, article)
    article.revision_number += 1
    new = add_revision(session, article, work.document, actor=actor, now=now, known=work.plan.known_ids)
    _place_anchors(session, work.plan, new)
    _remember(session, article, new, publication)
    if article.visibility == Visibility.PUBLIC:
        _publish(publication, article, old, new, work.plan, actor=actor)
    for carried in work.plan.versions:
        _settle(publication, article, carried)
    index_article(session, article)
    return replace(work, number=new.number)


def _work_out(session: Session, article: Article, document: ImportedText) -> Reimport:
    if article.visibility == Visibility.WITHDRAWN:
        raise TransitionNotAllowed("the article is withdrawn", context={"state": article.visibility})
    document = _with_title(head_metadata(session, article).title_origin, document)
    check_document(document)
    blocks = blocks_of(document)
    old = head_revision(session, article)
    if text_hash(blocks) == old.content_hash:
        return Reimport(old.number, document, None)
    return Reimport(old.number, document, plan_carrying(session, article, old, blocks))


def _with_title(origin: str, document: ImportedText) -> ImportedText:
    if origin == TitleOrigin.SOURCE:
        if document.title is None:
            raise InvalidInput(
                "the text has no title, and the article's title is its text's own: begin it with the title",
                field="text",
            )
        return document
    if document.title is None:
        return document
    # The article has a title that an editor gave it, so what looks like one is a heading of the text.
    heading = ImportedBlock(BlockKind.HEADING, document.title)
    return replace(document, title=None, blocks=[heading, *document.blocks])


def _place_anchors(session: Session, plan: Plan, revision: Revision) -> None:
    paragraphs = {
        row.ordinal: row.paragraph_id
        for row in session.execute(select(Block.ordinal, Block.paragraph_id).where(Block.revision_id == revision.id))
    }
    session.add_all(
        Anchor(
            version_id=carried.version.id,
            revision_id=revision.id,
            paragraph_id=paragraphs[carried.after.ordinal] if carried.after else None,
            start_offset=carried.after.start if carried.after else None,
            end_offset=carried.after.end if carried.after else None,
            quote=carried.after.quote if carried.after else carried.version.quote,
            state=carried.state,
            context_changed=carried.context_changed,
        )
        for carried in plan.versions
    )
    session.flush()


def _publish(
    publication: Publication, article: Article, old: Revision, new: Revision, plan: Plan, *, actor: Actor
) -> None:
    session = publication.session
    before = keys_of_article(session, article)
    put_in_force(session, publication, old, new)
    there = set(session.scalars(select(Block.paragraph_id).where(Block.revision_id == new.id)))
    back = {block.paragraph_id for block in plan.blocks if block.paragraph_id and block.old_ordinal is None}
    publication.record(
        Event.ARTICLE_REVISED,
        _subject(article, new),
        summary=f"Text of an article changed: {article.slug}",
        keys=before | keys_of_article(session, article),
        gone={paragraph_key(block.paragraph_id) for block in plan.gone if block.paragraph_id not in there},
        back={paragraph_key(paragraph_id) for paragraph_id in back},
    )
    if plan.has_new_words:
        _no_longer_complete(publication, article, actor=actor)


def _no_longer_complete(publication: Publication, article: Article, *, actor: Actor) -> None:
    """Nobody has checked the words that are new, so the text must not go on looking as if somebody had."""
    session = publication.session
    current = head_metadata(session, article)
    if current.fact_check_status != FactCheckStatus.COMPLETE:
        return
    article.metadata_number += 1
    version = add_metadata(
        session,
        article,
        metadata_content(session, current),
        FactCheckStatus.PARTIAL,
        current.checked_at,
        actor=actor,
        now=publication.moment,
    )
    if current.valid_from is None:
        return
    put_in_force(session, publication, current, version)
    publication.record(
        Event.ARTICLE_FACT_CHECKED,
        Subject(EntityType.ARTICLE, article.id, version.number, version.content_hash),
        summary="Fact-check status of an article: complete to partial, because its text changed.",
        keys=keys_of_article(session, article),
    )


def _settle(publication: Publication, article: Article, carried: CarriedVersion) -> None:
    """Bring the annotation's own state in line with where its version stands now."""
    session, annotation = publication.session, carried.annotation
    at, actor_id = publication.moment, publication.actor_id
    if carried.in_force and article.visibility == Visibility.PUBLIC and carried.lost_its_words:
        gone = carried.state is AnchorState.ORPHANED
        reason = PendingReason.TEXT_REMOVED if gone else PendingReason.TEXT_CHANGED
        open_notice(session, publication, annotation, reason, paragraph_id=_where_it_stood(session, carried))
        return
    if carried.in_force and article.visibility == Visibility.HIDDEN and carried.lost_its_words:
        _reopen(publication, carried)
    if carried.lost_its_words:
        gone = carried.state is AnchorState.ORPHANED
        reason_for_flag = RecheckReason.TEXT_REMOVED if gone else RecheckReason.TEXT_CHANGED
        raise_flag(session, annotation, reason_for_flag, actor_id=actor_id, at=at)
    elif carried.context_changed and not annotation.needs_recheck:
        raise_flag(session, annotation, RecheckReason.CONTEXT_CHANGED, actor_id=actor_id, at=at)


def _where_it_stood(session: Session, carried: CarriedVersion) -> UUID | None:
    """The paragraph on which a notice goes; None, for the article, where the paragraph is gone."""
    if carried.after is not None or carried.before is None:
        return None
    still_there = (
        select(Block.paragraph_id)
        .join(Revision, Revision.id == Block.revision_id)
        .join(Article, (Article.id == Revision.article_id) & (Article.revision_number == Revision.number))
        .where(Article.id == carried.annotation.article_id, Block.paragraph_id == carried.before.paragraph_id)
    )
    return session.scalars(still_there).one_or_none()


def _reopen(publication: Publication, carried: CarriedVersion) -> None:
    """Take an approved version that nobody has seen yet out of force; its annotation is a draft again."""
    session, annotation, version = publication.session, carried.annotation, carried.version
    if version.valid_from is None:
        return
    version.valid_until = max(publication.moment, version.valid_from + TICK)
    if annotation.state != ReviewState.PUBLISHED:
        session.flush()
        return
    annotation.state = next_state(ReviewState.PUBLISHED, Action.REOPEN)
    session.flush()
    add_transition(
        session,
        subject_of(annotation, head_version(session, annotation)),
        action=Action.REOPEN,
        from_state=ReviewState.PUBLISHED,
        to_state=annotation.state,
        actor_id=publication.actor_id,
        at=publication.moment,
        reason=carried.state.definition,
    )


def _subject(article: Article, revision: Revision) -> Subject:
    return Subject(EntityType.ARTICLE, article.id, revision.number, revision.content_hash)


def _remember(session: Session, article: Article, revision: Revision, publication: Publication) -> None:
    add_transition(
        session,
        _subject(article, revision),
        action="reimport",
        from_state=article.visibility,
        to_state=article.visibility,
        actor_id=publication.actor_id,
        at=publication.moment,
    )
