"""Withdrawing what is published: one person asks, a second confirms (rule 4). A tombstone stays."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.errors import NotPublishable, TransitionNotAllowed
from annotations.permissions import Actor, Permission, require, require_second_person
from annotations.review.events import Event
from annotations.review.workflow import Action, next_state
from annotations.services.affected import annotations_of_claim, keys_of_annotation, keys_of_article, keys_of_claim
from annotations.services.article_versions import head_metadata, head_revision
from annotations.services.claims import shown_claim
from annotations.services.content import check_reason, require_reason
from annotations.services.evidence import unlist_uncited
from annotations.services.lookups import get, links_of, lock, public_version, published_version, subject_of
from annotations.services.notes_publishing import last_shown, shown_annotation
from annotations.services.pending import close_notice
from annotations.services.search_index import index_annotation, index_article, index_claim
from annotations.store.articles import Article, Block
from annotations.store.claims import Claim, ClaimVersion
from annotations.store.history import add_transition
from annotations.store.keys import annotation_key, article_key, claim_key, paragraph_key
from annotations.store.notes import Annotation, AnnotationVersion
from annotations.store.publication_log import TICK, Publication, Subject
from annotations.vocabulary import ChangeKind, EntityType, ReviewState, Visibility

Withdrawable = Article | Claim | Annotation

MAX_NAMED = 20
"""So many of the annotations that stand in the way are named; the others show when those are dealt with."""


def request_withdrawal(session: Session, entity: Withdrawable, *, reason: str, actor: Actor, now: datetime) -> None:
    """Ask that ``entity`` be withdrawn; ``reason`` is what the tombstone will say.

    Raises:
        PermissionDenied: the actor may not.
        TransitionNotAllowed: a request stands already, or it is not public.
        InvalidText: the reason is not usable.
    """
    require(actor, Permission.WITHDRAW, own_work=entity.created_by == actor.id)
    _check_can_be_asked(session, entity)
    reason = require_reason(reason)
    entity.withdrawal_reason = reason
    entity.withdrawal_requested_by = actor.id
    session.flush()
    _remember(session, entity, "request_withdrawal", _state(entity), actor, now, reason)


def cancel_withdrawal(
    session: Session, entity: Withdrawable, *, actor: Actor, now: datetime, reason: str | None = None
) -> None:
    """Take back or turn down a request to withdraw ``entity``; ``reason`` is why, and not why it was asked for.

    Raises:
        PermissionDenied: the actor may not.
        TransitionNotAllowed: nobody asked for it.
        InvalidText: the reason is not usable.
    """
    require(actor, Permission.WITHDRAW, own_work=entity.created_by == actor.id)
    if entity.withdrawal_requested_by is None:
        raise TransitionNotAllowed(
            "nobody asked for this to be withdrawn, or it was settled already; there is nothing to cancel",
            context={"state": _state(entity)},
        )
    reason = check_reason(reason)
    _clear_request(entity)
    session.flush()
    _remember(session, entity, "cancel_withdrawal", _state(entity), actor, now, reason)


def confirm_withdrawal(
    session: Session, entity: Withdrawable, *, actor: Actor, now: datetime, four_eyes: bool = True
) -> None:
    """Withdraw ``entity`` as somebody else asked: intervals close, a tombstone and a correction stay.

    Raises:
        PermissionDenied: the actor may not.
        FourEyesRequired: the actor asked for it.
        TransitionNotAllowed: nobody asked for it.
        NotPublishable: published annotations still make the claim; ``context`` counts them and names the first.
    """
    require(actor, Permission.WITHDRAW, own_work=False)
    publication = lock(session, entity, actor=actor, now=now)
    if entity.withdrawal_requested_by is None or entity.withdrawal_reason is None:
        raise TransitionNotAllowed(
            "nobody asked for this to be withdrawn; ask for it, then let somebody else confirm",
            context={"state": _state(entity)},
        )
    two = require_second_person(
        actor, Permission.WITHDRAW, authors=frozenset({entity.withdrawal_requested_by}), four_eyes=four_eyes
    )
    before, reason = _state(entity), entity.withdrawal_reason
    version = None if isinstance(entity, Article) else published_version(session, entity)
    if isinstance(entity, Article):
        _withdraw_article(session, publication, entity, reason)
    elif isinstance(entity, Claim):
        _withdraw_claim(session, publication, entity, reason)
    else:
        _withdraw_annotation(session, publication, entity, reason)
    _remember(
        session, entity, Action.WITHDRAW, before, actor, publication.moment, reason, version=version, four_eyes=two
    )


def _withdraw_article(session: Session, publication: Publication, article: Article, reason: str) -> None:
    affected = keys_of_article(session, article)
    metadata, revision = head_metadata(session, article), head_revision(session, article)
    blocks = session.scalars(select(Block.paragraph_id).where(Block.revision_id == revision.id))
    notes = session.scalars(select(Annotation).where(Annotation.article_id == article.id)).all()
    shown = [note for note in notes if public_version(session, note) is not None]
    gone = {article_key(article.slug), *map(paragraph_key, blocks), *(annotation_key(note.id) for note in shown)}
    metadata.valid_until = revision.valid_until = publication.moment
    article.visibility, article.withdrawn_at = Visibility.WITHDRAWN, publication.moment
    article.withdrawn_reason = reason
    _clear_request(article)
    session.flush()
    row = publication.record(
        Event.ARTICLE_WITHDRAWN,
        Subject(EntityType.ARTICLE, article.id, revision.number, revision.content_hash),
        summary=f"Article withdrawn: {article.slug}",
        keys=affected,
        gone=gone,
        change_kind=ChangeKind.CORRECTION,
    )
    title = metadata.title or session.scalar(
        select(Block.text).where(Block.revision_id == revision.id, Block.ordinal == 0)
    )
    before = {"slug": article.slug, "text_hash": revision.content_hash, "title": title}
    publication.correct(row, before=before, after=None, reason=reason)
    index_article(session, article)
    for note in shown:
        index_annotation(session, note)


def _withdraw_claim(session: Session, publication: Publication, claim: Claim, reason: str) -> None:
    if notes := sorted(annotations_of_claim(session, claim)):
        raise NotPublishable(
            f"{len(notes)} published annotation{'s make' if len(notes) > 1 else ' makes'} this claim; withdraw them or"
            " tie them to another claim first, or merge this claim into another",
            context={
                "rule": "claim_in_use",
                "count": len(notes),
                "annotation_ids": [str(note) for note in notes[:MAX_NAMED]],
            },
        )
    version = published_version(session, claim)
    affected, before = keys_of_claim(session, claim), shown_claim(session, version)
    sources = [link.evidence_id for link in links_of(session, version)]
    version.valid_until = max(publication.moment, version.valid_from + TICK)
    _bury(claim, publication, reason)
    session.flush()
    row = publication.record(
        Event.CLAIM_WITHDRAWN,
        subject_of(claim, version),
        summary=f"Claim withdrawn: {claim.slug}",
        keys=affected,
        gone={claim_key(claim.slug)},
        change_kind=ChangeKind.CORRECTION,
    )
    publication.correct(row, before=before, after=None, reason=reason)
    unlist_uncited(session, publication, sources)
    index_claim(session, claim)


def _withdraw_annotation(session: Session, publication: Publication, annotation: Annotation, reason: str) -> None:
    version = published_version(session, annotation)
    affected = keys_of_annotation(session, annotation)
    before = shown_annotation(session, version, last_shown(session, publication, annotation))
    close_notice(session, publication, annotation)
    version.valid_until = max(publication.moment, version.valid_from + TICK)
    _bury(annotation, publication, reason)
    session.flush()
    row = publication.record(
        Event.ANNOTATION_WITHDRAWN,
        subject_of(annotation, version),
        summary=f"Annotation withdrawn: “{version.quote}”",
        keys=affected,
        gone={annotation_key(annotation.id)},
        change_kind=ChangeKind.CORRECTION,
    )
    publication.correct(row, before=before, after=None, reason=reason)
    index_annotation(session, annotation)


def _bury(entity: Claim | Annotation, publication: Publication, reason: str) -> None:
    entity.state = next_state(ReviewState(entity.state), Action.WITHDRAW)
    entity.withdrawn_at, entity.withdrawn_reason = publication.moment, reason
    _clear_request(entity)


def _clear_request(entity: Withdrawable) -> None:
    entity.withdrawal_requested_by = entity.withdrawal_reason = None


def _check_can_be_asked(session: Session, entity: Withdrawable) -> None:
    context = {"state": _state(entity)}
    if entity.withdrawal_requested_by is not None:
        raise TransitionNotAllowed(
            "its withdrawal was asked for already; let somebody else confirm that, or cancel it", context=context
        )
    if not _is_public(session, entity):
        raise TransitionNotAllowed(
            f"only what is public can be withdrawn; {_instead(session, entity)}", context=context
        )


def _instead(session: Session, entity: Withdrawable) -> str:
    """What to do with something that is not public."""
    if _state(entity) == ReviewState.SUPERSEDED:
        return "this was merged into another claim: withdraw that one if it is wrong"
    if entity.withdrawn_at is not None:
        return "this was withdrawn already: nothing is left to do"
    if isinstance(entity, Article):
        return "this article is hidden: leave it so"
    if public_version(session, entity) is not None:
        return "the article of this annotation is not: save another version if it is wrong"
    return "no version of this is: reject it, or leave it as a draft"


def _is_public(session: Session, entity: Withdrawable) -> bool:
    if isinstance(entity, Article):
        return entity.visibility == Visibility.PUBLIC
    if isinstance(entity, Annotation) and get(session, Article, entity.article_id).visibility != Visibility.PUBLIC:
        return False
    return public_version(session, entity) is not None


def _state(entity: Withdrawable) -> str:
    return entity.visibility if isinstance(entity, Article) else entity.state


def _remember(
    session: Session,
    entity: Withdrawable,
    action: str,
    before: str,
    actor: Actor,
    now: datetime,
    reason: str | None,
    *,
    version: ClaimVersion | AnnotationVersion | None = None,
    four_eyes: bool = True,
) -> None:
    if isinstance(entity, Article):
        revision = head_revision(session, entity)
        subject = Subject(EntityType.ARTICLE, entity.id, revision.number, revision.content_hash)
    else:
        subject = subject_of(entity, version or published_version(session, entity))
    add_transition(
        session,
        subject,
        action=action,
        from_state=before,
        to_state=_state(entity),
        actor_id=actor.id,
        at=now,
        reason=reason,
        four_eyes=four_eyes,
    )
