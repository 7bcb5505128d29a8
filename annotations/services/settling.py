"""After a re-import: each annotation's own state, flag and notice follow from where its words stand now."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.review.workflow import Action, next_state
from annotations.services.carrying import CarriedVersion, Plan
from annotations.services.lookups import public_version, subject_of
from annotations.services.note_versions import copy_version
from annotations.services.pending import open_notice
from annotations.services.rechecks import raise_flag
from annotations.store.articles import Article, Block, Revision
from annotations.store.history import add_transition
from annotations.store.notes import AnnotationVersion
from annotations.store.publication_log import TICK, Publication
from annotations.vocabulary import AnchorState, DefinedEnum, PendingReason, RecheckReason, ReviewState, Visibility

_UNDER_WAY = (ReviewState.DRAFT, ReviewState.IN_REVIEW)


class Outcome(DefinedEnum):
    """What a re-import makes of one version of an annotation."""

    KEPT = "kept", "It stays as it is."
    FLAGGED = "flagged", "It waits for another look, and stands as it is until then."
    PENDING = "pending", "A pending notice stands in its place until an editor has looked."
    REOPENED = "reopened", "It was approved and nobody has seen it yet, so it is a draft again."
    LAPSED = "lapsed", "It was approved and nobody has seen it yet; the draft that follows it goes on alone."
    UNPLACED = "unplaced", "The draft cannot be approved until it marks words that are there."


def outcomes_of(plan: Plan, article: Article) -> tuple[Outcome, ...]:
    """What :func:`flag_or_reopen` and :func:`open_notice_for` make of each version; worked out before they do."""
    approved = {carried.annotation.id: carried for carried in plan.versions if carried.in_force}
    return tuple(_outcome(carried, approved.get(carried.annotation.id), article) for carried in plan.versions)


def _outcome(carried: CarriedVersion, approved: CarriedVersion | None, article: Article) -> Outcome:
    is_public, state = article.visibility == Visibility.PUBLIC, carried.annotation.state
    if not carried.in_force and approved is not None:
        stays = is_public or not approved.lost_its_words
        if stays or state not in _UNDER_WAY:
            return Outcome.UNPLACED if carried.lost_its_words else Outcome.KEPT
    if carried.in_force and (carried.under_notice or (carried.lost_its_words and is_public)):
        return Outcome.PENDING
    if carried.in_force and carried.lost_its_words:
        return Outcome.LAPSED if state in _UNDER_WAY else Outcome.REOPENED
    waits = carried.lost_its_words or carried.context_changed or carried.annotation.needs_recheck
    return Outcome.FLAGGED if waits else Outcome.KEPT


def flag_or_reopen(publication: Publication, article: Article, carried: CarriedVersion) -> None:
    """Raise the flag for another look, and make what nobody has seen yet a draft again; log nothing.

    What lost its words on a public article is for :func:`open_notice_for`. A draft on top of a version in force raises
    no flag, because readers see the flag, and what they see is not the draft (rule 1); approving it is refused.
    """
    session, annotation = publication.session, carried.annotation
    is_newest = carried.version.number == annotation.head_number
    if not carried.in_force and (not is_newest or public_version(session, annotation) is not None):
        return
    seen = carried.in_force and article.visibility == Visibility.PUBLIC
    if carried.in_force and carried.lost_its_words and (seen or not _reopen(publication, carried)):
        return
    if carried.lost_its_words:
        gone = carried.state is AnchorState.ORPHANED
        reason = RecheckReason.TEXT_REMOVED if gone else RecheckReason.TEXT_CHANGED
    elif carried.context_changed and not annotation.needs_recheck:
        reason = RecheckReason.CONTEXT_CHANGED
    else:
        return
    raise_flag(session, annotation, reason, actor_id=publication.actor_id, at=publication.moment)


def open_notice_for(publication: Publication, article: Article, carried: CarriedVersion) -> None:
    """Put a pending notice in the place of what lost its words (rule 6), where readers saw it."""
    if article.visibility != Visibility.PUBLIC or not carried.in_force or not carried.lost_its_words:
        return
    session = publication.session
    gone = carried.state is AnchorState.ORPHANED
    reason = PendingReason.TEXT_REMOVED if gone else PendingReason.TEXT_CHANGED
    open_notice(session, publication, carried.annotation, reason, paragraph_id=_where_it_stood(session, carried))


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


def _reopen(publication: Publication, carried: CarriedVersion) -> bool:
    """Take an approved version that nobody has seen yet out of force; whether its annotation is now a draft of it.

    It is saved anew, because a version comes into force once. Where there is a draft on top, that is what goes on; one
    that was turned down does not.
    """
    session, annotation, version = publication.session, carried.annotation, carried.version
    if version.valid_from is None:
        return False
    version.valid_until = max(publication.moment, version.valid_from + TICK)
    session.flush()
    before = ReviewState(annotation.state)
    if before in _UNDER_WAY:
        _remember(publication, carried, version, "lapse", before)
        return False
    annotation.state = next_state(before, Action.REOPEN)
    draft = copy_version(
        session,
        annotation,
        version,
        claim_id=version.claim_id,
        author=publication.actor_id,
        now=publication.moment,
    )
    _remember(publication, carried, draft, Action.REOPEN, before)
    return True


def _remember(
    publication: Publication, carried: CarriedVersion, version: AnnotationVersion, action: str, before: str
) -> None:
    add_transition(
        publication.session,
        subject_of(carried.annotation, version),
        action=action,
        from_state=before,
        to_state=carried.annotation.state,
        actor_id=publication.actor_id,
        at=publication.moment,
        reason=carried.state.definition,
    )
