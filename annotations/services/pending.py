"""Pending notices: what stands in the place of an annotation that is being looked at again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.errors import TransitionNotAllowed
from annotations.permissions import Actor, Permission, require
from annotations.review.events import Event
from annotations.services.affected import keys_of_annotation
from annotations.services.lookups import get, head_version, lock, public_version, published_version, subject_of
from annotations.services.rechecks import lower_flag
from annotations.services.search_index import index_annotation
from annotations.store.articles import Article, Revision
from annotations.store.history import add_transition
from annotations.store.notes import Anchor, Annotation, AnnotationVersion, PendingNotice
from annotations.store.publication_log import Publication
from annotations.store.versions import is_public
from annotations.vocabulary import PendingReason, Visibility


def recheck_annotation(session: Session, annotation: Annotation, *, actor: Actor, now: datetime) -> PendingNotice:
    """Put a pending notice in the place of a published annotation, at once; one editor is enough (rule 4).

    Raises:
        PermissionDenied: the actor may not.
        TransitionNotAllowed: it is not published, or a notice stands there already.
    """
    require(actor, Permission.OPEN_RECHECK, own_work=annotation.created_by == actor.id)
    publication = lock(session, annotation, actor=actor, now=now)
    article = get(session, Article, annotation.article_id)
    shown = article.visibility == Visibility.PUBLIC and public_version(session, annotation) is not None
    if not shown or open_notice_of(session, annotation) is not None:
        raise TransitionNotAllowed("only a published annotation can be put to a recheck, once")
    return open_notice(session, publication, annotation, PendingReason.EDITOR_RECHECK)


def open_notice(
    session: Session,
    publication: Publication,
    annotation: Annotation,
    reason: PendingReason,
    *,
    paragraph_id: UUID | None = None,
) -> PendingNotice:
    """Open a notice on the paragraph where ``annotation`` stands, or on its article; the standing one if any.

    ``paragraph_id`` is where the notice goes if the annotation stands nowhere any longer.
    """
    standing = open_notice_of(session, annotation)
    if standing is not None:
        return standing
    version = published_version(session, annotation)
    notice = PendingNotice(
        annotation_id=annotation.id,
        article_id=annotation.article_id,
        paragraph_id=_paragraph_of(session, version) or paragraph_id,
        reason=reason,
        since=publication.moment,
        opened_by=publication.actor_id,
    )
    session.add(notice)
    # A flag that stood before says less than the notice does, and ends with it.
    lower_flag(session, annotation, actor_id=publication.actor_id, at=publication.moment)
    annotation.needs_recheck, annotation.recheck_reason = True, reason.value
    session.flush()
    publication.record(
        Event.ANNOTATION_PENDING,
        subject_of(annotation, version),
        summary=reason.definition,
        keys=keys_of_annotation(session, annotation),
    )
    _remember(session, publication, annotation, version, "open_notice", reason.value)
    index_annotation(session, annotation)
    return notice


def close_notice(
    session: Session, publication: Publication, annotation: Annotation, *, reason: str | None = None
) -> bool:
    """End the notice that stands in the place of ``annotation``; whether there was one."""
    notice = open_notice_of(session, annotation)
    if notice is None:
        return False
    notice.closed_at, notice.closed_by = publication.moment, publication.actor_id
    annotation.needs_recheck, annotation.recheck_reason = False, None
    session.flush()
    version = public_version(session, annotation) or head_version(session, annotation)
    _remember(session, publication, annotation, version, "close_notice", reason)
    return True


def open_notice_of(session: Session, annotation: Annotation) -> PendingNotice | None:
    """The open notice of ``annotation``, if any."""
    return session.scalars(
        select(PendingNotice).where(PendingNotice.annotation_id == annotation.id, PendingNotice.closed_at.is_(None))
    ).one_or_none()


def _remember(
    session: Session,
    publication: Publication,
    annotation: Annotation,
    version: AnnotationVersion,
    action: str,
    reason: str | None,
) -> None:
    add_transition(
        session,
        subject_of(annotation, version),
        action=action,
        from_state=annotation.state,
        to_state=annotation.state,
        actor_id=publication.actor_id,
        at=publication.moment,
        reason=reason,
    )


def _paragraph_of(session: Session, version: AnnotationVersion) -> UUID | None:
    return session.scalars(
        select(Anchor.paragraph_id)
        .join(Revision, Revision.id == Anchor.revision_id)
        .join(Article, Article.id == Revision.article_id)
        .where(Anchor.version_id == version.id, is_public(Revision))
    ).one_or_none()
