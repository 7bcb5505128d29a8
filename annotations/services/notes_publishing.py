"""Publishing annotations: when one is approved, and when its article becomes public."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.errors import NotPublishable
from annotations.review.events import Event
from annotations.review.workflow import categories_fit
from annotations.services.affected import keys_of_annotation
from annotations.services.lookups import get, head_version, public_version, put_in_force, subject_of
from annotations.services.note_versions import categories_of
from annotations.services.pending import close_notice, open_notice_of
from annotations.services.rechecks import lower_flag
from annotations.services.resting import check_rests_on_evidence
from annotations.services.search_index import index_annotation
from annotations.store.articles import Article, Block, Revision
from annotations.store.claims import Claim, ClaimVersion
from annotations.store.notes import Anchor, Annotation, AnnotationVersion
from annotations.store.publication_log import Publication
from annotations.store.versions import is_public, was_in_force
from annotations.vocabulary import AnchorState, Category, ChangeKind, Verdict, Visibility


def approve_annotation(
    session: Session, publication: Publication, annotation: Annotation, *, kind: ChangeKind, reason: str | None
) -> None:
    """Put the newest version of ``annotation`` in force; on a hidden article nobody sees it until that is public.

    Raises:
        NotPublishable: its claim is not published or has lost its evidence, its categories do not fit the claim's
            verdict, or its quote does not stand in the present text (rules 3, 5 and 8).
    """
    article = get(session, Article, annotation.article_id)
    head, old = head_version(session, annotation), public_version(session, annotation)
    check_publishable(session, article, head)
    if article.visibility != Visibility.PUBLIC:
        put_in_force(session, publication, old, head)
        lower_flag(session, annotation, actor_id=publication.actor_id, at=publication.moment)
        return
    affected = keys_of_annotation(session, annotation)
    before = shown_annotation(session, old, last_shown(session, publication, annotation)) if old else None
    if old is not None and old.claim_id != head.claim_id:
        kind = ChangeKind.CORRECTION
    put_in_force(session, publication, old, head)
    resolved = close_notice(session, publication, annotation)
    lower_flag(session, annotation, actor_id=publication.actor_id, at=publication.moment)
    event = Event.ANNOTATION_PUBLISHED if old is None else Event.ANNOTATION_REVISED
    row = publication.record(
        Event.ANNOTATION_RESOLVED if resolved else event,
        subject_of(annotation, head),
        summary=f"{event.definition} “{head.quote}”",
        keys=affected | keys_of_annotation(session, annotation),
        change_kind=None if old is None else kind,
    )
    if before is not None and kind is ChangeKind.CORRECTION:
        publication.correct(
            row,
            before=before,
            after=shown_annotation(session, head),
            reason=reason or "The editors revised this note.",
        )
    index_annotation(session, annotation)


def show_annotations_of(session: Session, publication: Publication, article: Article) -> None:
    """Announce every annotation in force on ``article``, which has just become public.

    Raises:
        NotPublishable: some can no longer be published, so nothing is; ``context['annotations']`` lists them, each
            with its claim and what is wrong.
    """
    in_force = (
        select(Annotation, AnnotationVersion)
        .join(AnnotationVersion, AnnotationVersion.annotation_id == Annotation.id)
        .where(Annotation.article_id == article.id, is_public(AnnotationVersion))
        .order_by(Annotation.id)
    )
    rows = session.execute(in_force).all()
    _refuse_unfit(session, article, [version for _, version in rows])
    for annotation, version in rows:
        publication.record(
            Event.ANNOTATION_PUBLISHED,
            subject_of(annotation, version),
            summary=f"{Event.ANNOTATION_PUBLISHED.definition} “{version.quote}”",
            keys=keys_of_annotation(session, annotation),
        )
        index_annotation(session, annotation)


def _refuse_unfit(session: Session, article: Article, versions: list[AnnotationVersion]) -> None:
    unfit = []
    for version in versions:
        try:
            check_publishable(session, article, version)
        except NotPublishable as error:
            claim = get(session, Claim, version.claim_id)
            found = {"id": str(version.annotation_id), "quote": version.quote, "claim": claim.slug}
            unfit.append({**found, "rule": error.context["rule"], "detail": error.message})
    if unfit:
        raise NotPublishable(
            f"{len(unfit)} approved annotations can no longer be published: save and approve versions of them that can,"
            " or mend their claims",
            context={"rule": unfit[0]["rule"], "annotations": unfit},
        )


def check_publishable(session: Session, article: Article, version: AnnotationVersion) -> None:
    """Rules 3, 5 and 8 for one version of an annotation.

    Raises:
        NotPublishable: one of them is not met; ``context`` names the rule and the annotation.
    """
    if article.visibility == Visibility.WITHDRAWN:
        raise NotPublishable("the article is withdrawn", context={"rule": "public_article"})
    claim = get(session, Claim, version.claim_id)
    claim_version = public_version(session, claim)
    if claim_version is None:
        raise NotPublishable(
            f"the claim {claim.slug} is not published: publish it, or tie the annotation to another",
            field="claim",
            context={"rule": "published_claim"},
        )
    check_rests_on_evidence(session, claim_version)
    if not categories_fit(Verdict(claim_version.verdict), map(Category, categories_of(session, version))):
        raise NotPublishable(
            f"the categories do not fit the verdict {claim_version.verdict}: save a version with others",
            field="categories",
            context={"rule": "fitting_categories"},
        )
    anchor = session.execute(
        select(Anchor, Block.text)
        .join(Revision, Revision.id == Anchor.revision_id)
        .join(Block, (Block.revision_id == Anchor.revision_id) & (Block.paragraph_id == Anchor.paragraph_id))
        .where(
            Anchor.version_id == version.id,
            Revision.article_id == article.id,
            Revision.number == article.revision_number,
            Anchor.state.in_([AnchorState.EXACT, AnchorState.MOVED]),
        )
    ).one_or_none()
    if anchor is None or anchor.text[anchor.Anchor.start_offset : anchor.Anchor.end_offset] != anchor.Anchor.quote:
        raise NotPublishable(
            "the quoted words do not stand in the present text: save a version that marks a passage of it",
            field="quote",
            context={"rule": "quote_in_text"},
        )


def shown_annotation(session: Session, version: AnnotationVersion, before: datetime | None = None) -> dict[str, Any]:
    """What readers see of ``version``, or saw just before a moment, for a correction."""
    claim = get(session, Claim, version.claim_id)
    then = is_public(ClaimVersion) if before is None else was_in_force(ClaimVersion, before)
    claim_version = session.scalars(select(ClaimVersion).where(ClaimVersion.claim_id == claim.id, then)).one_or_none()
    place = session.execute(
        select(Block.ordinal, Anchor.start_offset, Anchor.end_offset)
        .join(Anchor, (Block.revision_id == Anchor.revision_id) & (Block.paragraph_id == Anchor.paragraph_id))
        .join(Revision, Revision.id == Anchor.revision_id)
        .where(Anchor.version_id == version.id)
        .order_by(Revision.number.desc())
        .limit(1)
    ).one_or_none()
    return {
        "quote": version.quote,
        "ordinal": place.ordinal if place else None,
        "start": place.start_offset if place else None,
        "end": place.end_offset if place else None,
        "reader_text": version.note or (claim_version.summary if claim_version else None),
        "severity": version.severity,
        "categories": categories_of(session, version),
        "claim": claim.slug,
        "verdict": claim_version.verdict if claim_version else None,
    }


def last_shown(session: Session, publication: Publication, annotation: Annotation) -> datetime:
    """Until when readers saw ``annotation``: until the notice in its place, or until this publication."""
    notice = open_notice_of(session, annotation)
    return notice.since if notice else publication.moment
