"""Tying annotations to another claim, when the one that they make is merged into it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from annotations.review.events import Event
from annotations.review.workflow import categories_fit
from annotations.services.affected import keys_of_annotation
from annotations.services.lookups import get, head_version, public_version, put_in_force, subject_of, versions
from annotations.services.note_versions import categories_of, copy_version
from annotations.services.notes_publishing import last_shown, shown_annotation
from annotations.services.pending import open_notice, open_notice_of
from annotations.store.articles import Article
from annotations.store.claims import Claim, ClaimVersion
from annotations.store.history import add_transition
from annotations.store.notes import Annotation, AnnotationVersion
from annotations.store.publication_log import Publication
from annotations.store.versions import is_public
from annotations.vocabulary import FINISHED, Category, ChangeKind, PendingReason, Verdict, Visibility


@dataclass(frozen=True, slots=True)
class Retied:
    """An annotation that is in force with another claim than before."""

    annotation: Annotation
    old: AnnotationVersion
    new: AnnotationVersion


def retie_annotations(
    session: Session, publication: Publication, loser: Claim, winner: Claim, *, author: UUID, reason: str
) -> list[Retied]:
    """Tie every annotation of ``loser`` to ``winner``: same words, place, categories, severity and note.

    A version in force is replaced at the moment of the publication by one that ``author``, who asked for the merger,
    answers for. Drafts on top of it are saved anew above it, each under the name of whoever wrote it: so they still
    follow what is in force, stay where they are in review, and nobody can approve their own part of them. A draft
    alone is saved anew. Only what is withdrawn, or stands on a withdrawn article, is left as it was.
    """
    return [
        retied
        for annotation in _making(session, loser)
        if (retied := _retie(session, publication, annotation, loser, winner, author=author, reason=reason))
    ]


def announce_retied(
    session: Session,
    publication: Publication,
    retied: Retied,
    *,
    before: ClaimVersion,
    after: ClaimVersion,
    reason: str,
) -> None:
    """Log what readers see of a re-tied annotation; where its categories do not fit, a notice takes its place (rule 8).

    ``before`` and ``after`` are the versions of the two claims; another verdict makes a correction (rule 9). An
    annotation under a notice says nothing that could be revised, and the notice stays.
    """
    annotation, new = retied.annotation, retied.new
    if get(session, Article, annotation.article_id).visibility != Visibility.PUBLIC:
        return
    if not categories_fit(Verdict(after.verdict), map(Category, categories_of(session, new))):
        open_notice(session, publication, annotation, PendingReason.VERDICT_CHANGED)
    if open_notice_of(session, annotation) is not None:
        return
    correction = before.verdict != after.verdict
    row = publication.record(
        Event.ANNOTATION_REVISED,
        subject_of(annotation, new),
        summary=f"{Event.ANNOTATION_REVISED.definition} “{new.quote}”",
        keys=keys_of_annotation(session, annotation),
        change_kind=ChangeKind.CORRECTION if correction else ChangeKind.MINOR,
    )
    if correction:
        publication.correct(
            row,
            before=shown_annotation(session, retied.old, last_shown(session, publication, annotation)),
            after=shown_annotation(session, new),
            reason=reason,
        )


def _making(session: Session, claim: Claim) -> list[Annotation]:
    """The annotations whose version in force or newest version makes ``claim``."""
    statement = (
        select(Annotation)
        .join(Article, Article.id == Annotation.article_id)
        .join(AnnotationVersion, AnnotationVersion.annotation_id == Annotation.id)
        .where(
            AnnotationVersion.claim_id == claim.id,
            or_(is_public(AnnotationVersion), AnnotationVersion.number == Annotation.head_number),
            Annotation.state.not_in(FINISHED),
            Article.visibility != Visibility.WITHDRAWN,
        )
        .order_by(Annotation.id)
        .distinct()
    )
    return list(session.scalars(statement))


def _retie(
    session: Session,
    publication: Publication,
    annotation: Annotation,
    loser: Claim,
    winner: Claim,
    *,
    author: UUID,
    reason: str,
) -> Retied | None:
    old = public_version(session, annotation)
    replaced = old is not None and old.claim_id == loser.id
    drafts = [head_version(session, annotation)]
    if old is not None and replaced:
        drafts = [version for version in versions(session, annotation) if version.number > old.number]
        new = copy_version(session, annotation, old, claim_id=winner.id, author=author, now=publication.moment)
        put_in_force(session, publication, old, new)
        _remember(session, publication, annotation, new, "retie", reason)
    for draft in drafts:
        claim_id = winner.id if draft.claim_id == loser.id else draft.claim_id
        copy_version(session, annotation, draft, claim_id=claim_id, author=draft.created_by, now=publication.moment)
    if drafts:
        _remember(session, publication, annotation, head_version(session, annotation), "retie_draft", reason)
    return Retied(annotation, old, new) if old is not None and replaced else None


def _remember(
    session: Session,
    publication: Publication,
    annotation: Annotation,
    version: AnnotationVersion,
    action: str,
    reason: str,
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
