"""Letting what waits for another look stand as it is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from annotations.errors import TransitionNotAllowed
from annotations.permissions import Actor, Permission, require
from annotations.review.events import Event
from annotations.services.affected import keys_of_annotation, keys_of_claim
from annotations.services.content import require_reason
from annotations.services.lookups import get, lock, published_version, subject_of
from annotations.services.notes_publishing import check_publishable
from annotations.services.pending import close_notice
from annotations.services.rechecks import lower_flag
from annotations.services.resting import check_rests_on_evidence
from annotations.services.search_index import index_annotation
from annotations.store.articles import Article
from annotations.store.claims import Claim
from annotations.store.notes import Annotation
from annotations.vocabulary import Visibility


def reconfirm_annotation(session: Session, annotation: Annotation, *, reason: str, actor: Actor, now: datetime) -> None:
    """Let a published annotation stand as it is: its notice or its flag for another look ends.

    Raises:
        PermissionDenied: the actor may not.
        TransitionNotAllowed: it is not published, or nothing is to be reconfirmed.
        NotPublishable: it could not be published as it is, because its words changed, its claim no longer rests on
            evidence, or its categories do not fit; nothing changes.
    """
    require(actor, Permission.OPEN_RECHECK, own_work=annotation.created_by == actor.id)
    reason = require_reason(reason)
    publication = lock(session, annotation, actor=actor, now=now)
    article = get(session, Article, annotation.article_id)
    version = published_version(session, annotation)
    if not annotation.needs_recheck:
        raise TransitionNotAllowed("nothing is waiting to be reconfirmed here")
    check_publishable(session, article, version)
    # Before the notice ends, because it may stand on another paragraph than the words do by now.
    affected = keys_of_annotation(session, annotation)
    if not close_notice(session, publication, annotation, reason=reason):
        lower_flag(session, annotation, actor_id=actor.id, at=publication.moment, reason=reason)
    if article.visibility != Visibility.PUBLIC:
        return
    publication.record(
        Event.ANNOTATION_RESOLVED,
        subject_of(annotation, version),
        summary=f"Looked at again, and stands: “{version.quote}”",
        keys=affected | keys_of_annotation(session, annotation),
    )
    index_annotation(session, annotation)


def reconfirm_claim(session: Session, claim: Claim, *, reason: str, actor: Actor, now: datetime) -> None:
    """Let a flagged claim stand as it is, with the evidence that is left; its flag ends.

    Raises:
        PermissionDenied: the actor may not.
        TransitionNotAllowed: it is not published, or not flagged.
        NotPublishable: no fitting evidence is left, so it needs another version or verdict.
    """
    require(actor, Permission.OPEN_RECHECK, own_work=claim.created_by == actor.id)
    reason = require_reason(reason)
    publication = lock(session, claim, actor=actor, now=now)
    version = published_version(session, claim)
    if not claim.needs_recheck:
        raise TransitionNotAllowed("nothing is waiting to be reconfirmed here")
    check_rests_on_evidence(session, version)
    lower_flag(session, claim, actor_id=actor.id, at=publication.moment, reason=reason)
    publication.record(
        Event.CLAIM_RECONFIRMED,
        subject_of(claim, version),
        summary=f"Claim {claim.slug}: looked at again, and stands.",
        keys=keys_of_claim(session, claim),
    )
