"""Articles: import, metadata, fact-check status, and making them public."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.errors import InvalidInput, SlugTaken, TransitionNotAllowed
from annotations.importing.document import ImportedText
from annotations.permissions import Actor, Permission, require, require_second_person
from annotations.review.events import Event
from annotations.services.affected import keys_of_article
from annotations.services.article_versions import (
    add_metadata,
    add_revision,
    head_metadata,
    head_revision,
    metadata_content,
    shown_metadata,
)
from annotations.services.content import ArticleMetadata, check_metadata, check_past, check_reason, check_slug
from annotations.services.lookups import lock, put_in_force
from annotations.services.notes_publishing import show_annotations_of
from annotations.services.reimporting import check_document
from annotations.services.search_index import index_article
from annotations.store.articles import Article, ArticleVersion, Revision
from annotations.store.base import new_id
from annotations.store.history import add_transition
from annotations.store.publication_log import Publication, Subject
from annotations.store.review import Transition
from annotations.vocabulary import ChangeKind, EntityType, FactCheckStatus, TitleOrigin, Visibility


def import_article(
    session: Session,
    document: ImportedText,
    *,
    slug: str,
    metadata: ArticleMetadata,
    actor: Actor,
    now: datetime,
    article_id: UUID | None = None,
    paragraph_ids: Mapping[int, UUID] | None = None,
) -> Article:
    """Store a new article, hidden, with its first revision and metadata.

    ``paragraph_ids`` gives known ids by ordinal (0 is the title); the others are made.

    Raises:
        PermissionDenied: the actor may not import.
        SlugTaken: another article has the slug.
        InvalidInput: metadata is not usable, or there is no title, or two.
        InvalidText, EmptyText: a block is too long, or there is none.
    """
    require(actor, Permission.IMPORT_ARTICLE, own_work=True)
    slug = check_slug(slug, field="slug")
    metadata = check_metadata(metadata)
    if (document.title is None) == (metadata.title is None):
        raise InvalidInput("give a title exactly when the text has none of its own", field="title")
    check_document(document)
    if session.scalar(select(Article.id).where(Article.slug == slug)) is not None:
        raise SlugTaken(f"another article has the slug {slug}", field="slug")
    article = Article(id=article_id or new_id(), slug=slug, created_at=now, created_by=actor.id)
    session.add(article)
    session.flush()
    revision = add_revision(session, article, document, actor=actor, now=now, known=paragraph_ids or {})
    add_metadata(session, article, metadata, FactCheckStatus.NOT_STARTED, None, actor=actor, now=now)
    _remember(session, article, revision, "import", None, actor=actor, now=now)
    return article


def mark_fact_check(
    session: Session,
    article: Article,
    *,
    status: FactCheckStatus,
    checked_at: date | None,
    actor: Actor,
    now: datetime,
) -> ArticleVersion:
    """Say how far ``article`` was checked, and when; public at once if the article is.

    Nothing is written when nothing changes.

    Raises:
        PermissionDenied: the actor may not say so.
        InvalidInput: a date is missing, superfluous or in the future.
        TransitionNotAllowed: the article was withdrawn.
    """
    require(actor, Permission.MARK_FACT_CHECK, own_work=article.created_by == actor.id)
    if (status is FactCheckStatus.NOT_STARTED) != (checked_at is None):
        raise InvalidInput("the day of the check goes with partial and complete", field="checked_at")
    check_past(checked_at, now, field="checked_at")
    publication = lock(session, article, actor=actor, now=now)
    current = head_metadata(session, article)
    if (current.fact_check_status, current.checked_at) == (status, checked_at):
        return current
    metadata = metadata_content(session, current)
    return _replace_metadata(
        publication, article, metadata, status, checked_at, Event.ARTICLE_FACT_CHECKED, actor=actor, now=now
    )


def edit_metadata(
    session: Session,
    article: Article,
    metadata: ArticleMetadata,
    *,
    actor: Actor,
    now: datetime,
    kind: ChangeKind = ChangeKind.CORRECTION,
    reason: str | None = None,
) -> ArticleVersion:
    """Replace the metadata of ``article``; public at once if the article is. Nothing is written when equal.

    ``kind`` is what the editor takes a change of something public for; a changed title is always a correction.
    ``reason`` is what a correction says.

    Raises:
        PermissionDenied: the actor may not edit it.
        InvalidInput: metadata is not usable, or a title is given to a text that has its own.
        TransitionNotAllowed: the article was withdrawn.
    """
    require(actor, Permission.EDIT_METADATA, own_work=article.created_by == actor.id)
    metadata, reason = check_metadata(metadata), check_reason(reason)
    publication = lock(session, article, actor=actor, now=now)
    current = head_metadata(session, article)
    if (metadata.title is None) != (current.title_origin == TitleOrigin.SOURCE):
        raise InvalidInput("give a title exactly when the text has none of its own", field="title")
    if metadata == metadata_content(session, current):
        return current
    if metadata.title != current.title:
        kind = ChangeKind.CORRECTION
    return _replace_metadata(
        publication,
        article,
        metadata,
        FactCheckStatus(current.fact_check_status),
        current.checked_at,
        Event.ARTICLE_METADATA_CHANGED,
        actor=actor,
        now=now,
        kind=kind,
        reason=reason,
    )


def make_public(session: Session, article: Article, *, actor: Actor, now: datetime, four_eyes: bool = True) -> None:
    """Show ``article`` to the public, with every annotation that was approved for it, in one step.

    Raises:
        PermissionDenied: the actor may not.
        FourEyesRequired: the actor imported it or worded its metadata.
        TransitionNotAllowed: it is not hidden.
    """
    require(actor, Permission.MAKE_PUBLIC, own_work=False)
    publication = lock(session, article, actor=actor, now=now)
    seen_by_two = require_second_person(
        actor, Permission.MAKE_PUBLIC, authors=_authors_of(session, article), four_eyes=four_eyes
    )
    if article.visibility != Visibility.HIDDEN:
        raise TransitionNotAllowed(f"the article is {article.visibility}", context={"state": article.visibility})
    metadata, revision = head_metadata(session, article), head_revision(session, article)
    article.visibility, article.public_since = Visibility.PUBLIC, publication.moment
    metadata.valid_from = revision.valid_from = publication.moment
    session.flush()
    publication.record(
        Event.ARTICLE_PUBLISHED,
        _subject(article, revision),
        summary=f"Article made public: {article.slug}",
        keys=keys_of_article(session, article),
    )
    index_article(session, article)
    show_annotations_of(session, publication, article)
    _remember(session, article, revision, "make_public", Visibility.HIDDEN, actor=actor, now=now, two=seen_by_two)


def _replace_metadata(
    publication: Publication,
    article: Article,
    metadata: ArticleMetadata,
    status: FactCheckStatus,
    checked_at: date | None,
    event: Event,
    *,
    actor: Actor,
    now: datetime,
    kind: ChangeKind | None = None,
    reason: str | None = None,
) -> ArticleVersion:
    session = publication.session
    if article.visibility == Visibility.WITHDRAWN:
        raise TransitionNotAllowed("the article is withdrawn", context={"state": article.visibility})
    current = head_metadata(session, article)
    article.metadata_number += 1
    version = add_metadata(session, article, metadata, status, checked_at, actor=actor, now=now)
    if article.visibility == Visibility.PUBLIC:
        put_in_force(session, publication, current, version)
        row = publication.record(
            event,
            _subject(article, version),
            summary=_summary(event, current, version),
            keys=keys_of_article(session, article),
            change_kind=kind,
        )
        if kind is ChangeKind.CORRECTION:
            publication.correct(
                row,
                before=shown_metadata(session, current),
                after=shown_metadata(session, version),
                reason=reason or "The editors corrected what is said of this article.",
            )
        index_article(session, article)
    _remember(
        session, article, version, event.partition(".")[2], article.visibility, actor=actor, now=now, reason=reason
    )
    return version


def _authors_of(session: Session, article: Article) -> frozenset[UUID]:
    """Who worded what would be made public: the importer, and everybody who changed text or metadata since."""
    edits = select(Transition.actor_id).where(
        Transition.entity_type == EntityType.ARTICLE,
        Transition.entity_id == article.id,
        Transition.action.in_([Event.ARTICLE_METADATA_CHANGED.partition(".")[2], "reimport"]),
    )
    return frozenset({article.created_by, *session.scalars(edits)})


def _summary(event: Event, before: ArticleVersion, after: ArticleVersion) -> str:
    if event is not Event.ARTICLE_FACT_CHECKED:
        return event.definition
    return f"Fact-check status of an article: {before.fact_check_status} to {after.fact_check_status}."


def _subject(article: Article, version: Revision | ArticleVersion) -> Subject:
    return Subject(EntityType.ARTICLE, article.id, version.number, version.content_hash)


def _remember(
    session: Session,
    article: Article,
    version: Revision | ArticleVersion,
    action: str,
    before: str | None,
    *,
    actor: Actor,
    now: datetime,
    two: bool = True,
    reason: str | None = None,
) -> None:
    add_transition(
        session,
        _subject(article, version),
        action=action,
        from_state=before,
        to_state=article.visibility,
        actor_id=actor.id,
        at=now,
        four_eyes=two,
        reason=reason,
    )
