"""Re-importing an article: a new revision, paragraphs that keep their ids, and every annotation where it belongs.

An annotation that lost its words becomes a pending notice at once (rule 6), and waits for an editor.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.anchoring.text import validate_text
from annotations.errors import EmptyText, InvalidInput, TransitionNotAllowed
from annotations.importing.document import Block as ImportedBlock
from annotations.importing.document import ImportedText
from annotations.permissions import Actor, Permission, require
from annotations.services.article_versions import (
    add_revision,
    blocks_of,
    head_metadata,
    head_revision,
    text_hash,
)
from annotations.services.carrying import Plan, plan_carrying
from annotations.services.lookups import count_as_change, lock, put_in_force
from annotations.services.search_index import index_article
from annotations.services.settling import Outcome, flag_or_reopen, open_notice_for, outcomes_of
from annotations.services.text_publishing import no_longer_complete, parts_shown, publish_text
from annotations.store.articles import Article, Block, Revision
from annotations.store.history import add_transition
from annotations.store.notes import Anchor
from annotations.store.publication_log import Publication, Subject
from annotations.vocabulary import (
    BlockKind,
    EntityType,
    TitleOrigin,
    Visibility,
)

BLOCK_LIMIT = 20_000
"""Code points in one block: more is no paragraph that anybody reads, and would slow down every search."""


@dataclass(frozen=True, slots=True)
class Reimport:
    """What a re-import did, or would do. ``plan`` is None where the text is the one that is there already.

    ``outcomes`` say what becomes of each of the plan's versions, in their order.
    """

    number: int
    document: ImportedText
    plan: Plan | None
    outcomes: tuple[Outcome, ...] = ()


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
    those that lost their words become pending notices, those in a changed sentence are flagged; drafts are carried, and
    flagged where nothing of their annotation is public; what was approved on a hidden article and lost its words is a
    draft again. A complete fact-check becomes partial when there are words that nobody checked.

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
    old, before = head_revision(session, article), parts_shown(session, article)
    article.revision_number += 1
    new = add_revision(session, article, work.document, actor=actor, now=now, known=work.plan.known_ids)
    _place_anchors(session, work.plan, new)
    _remember(session, article, new, publication)
    if article.visibility == Visibility.PUBLIC:
        put_in_force(session, publication, old, new)
    for carried in work.plan.versions:
        flag_or_reopen(publication, article, carried)
    if article.visibility == Visibility.PUBLIC:
        publish_text(publication, article, new, work.plan, before)
    if work.plan.has_new_words:
        no_longer_complete(publication, article, actor=actor)
    for carried in work.plan.versions:
        open_notice_for(publication, article, carried)
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
    plan = plan_carrying(session, article, old, blocks)
    return Reimport(old.number, document, plan, outcomes_of(plan, article))


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
    for carried in plan.versions:
        if carried.stands_otherwise:
            # Whoever read the annotation before is to see where it stands now, before they change or approve it.
            count_as_change(carried.annotation)
    session.flush()


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
