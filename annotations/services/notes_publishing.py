"""Publishing annotations: when one is approved, and when its article becomes public."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.errors import NotPublishable
from annotations.review.events import Event
from annotations.review.workflow import categories_fit
from annotations.services.affected import keys_of_annotation
from annotations.services.lookups import get, head_version, public_version, subject_of
from annotations.services.pending import close_notice
from annotations.services.resting import check_rests_on_evidence
from annotations.services.search_index import index_annotation
from annotations.store.articles import Article, Block, Revision
from annotations.store.claims import Claim
from annotations.store.notes import Anchor, Annotation, AnnotationCategory, AnnotationVersion
from annotations.store.publication_log import Publication
from annotations.vocabulary import AnchorState, Category, ChangeKind, ReviewState, Verdict, Visibility


def approve_annotation(
    session: Session, publication: Publication, annotation: Annotation, *, kind: ChangeKind, reason: str | None
) -> None:
    """Publish the newest version of ``annotation``; on a hidden article it waits until that becomes public.

    Raises:
        NotPublishable: its claim is not published or has lost its evidence, its categories do not fit the claim's
            verdict, or its quote does not stand in the present text (rules 3, 5 and 8).
    """
    article = get(session, Article, annotation.article_id)
    head = head_version(session, annotation)
    _check_publishable(session, article, head)
    if article.visibility == Visibility.PUBLIC:
        _open(session, publication, annotation, kind=kind, reason=reason)


def open_waiting_annotations(session: Session, publication: Publication, article: Article) -> None:
    """Publish every annotation of ``article`` that was approved while it was hidden.

    Raises:
        NotPublishable: one of them can no longer be published; nothing is.
    """
    statement = select(Annotation).where(Annotation.article_id == article.id, Annotation.state == ReviewState.PUBLISHED)
    for annotation in session.scalars(statement.order_by(Annotation.id)):
        if public_version(session, annotation) is None:
            _check_publishable(session, article, head_version(session, annotation))
            _open(session, publication, annotation, kind=ChangeKind.MINOR, reason=None)


def shown_annotation(session: Session, version: AnnotationVersion) -> dict[str, Any]:
    """What readers saw of ``version``, for a correction."""
    claim = get(session, Claim, version.claim_id)
    claim_version = public_version(session, claim)
    return {
        "quote": version.quote,
        "reader_text": version.note or (claim_version.summary if claim_version else None),
        "severity": version.severity,
        "categories": _categories(session, version),
        "claim": claim.slug,
        "verdict": claim_version.verdict if claim_version else None,
    }


def _open(
    session: Session, publication: Publication, annotation: Annotation, *, kind: ChangeKind, reason: str | None
) -> None:
    head, old = head_version(session, annotation), public_version(session, annotation)
    affected = keys_of_annotation(session, annotation)
    before = shown_annotation(session, old) if old else None
    if old is not None and old.claim_id != head.claim_id:
        kind = ChangeKind.CORRECTION
    if old is not None:
        old.valid_until = publication.moment
        session.flush()
    head.valid_from = publication.moment
    resolved = close_notice(session, publication, annotation)
    session.flush()
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


def _check_publishable(session: Session, article: Article, version: AnnotationVersion) -> None:
    claim = get(session, Claim, version.claim_id)
    claim_version = public_version(session, claim)
    if claim_version is None:
        raise NotPublishable(
            f"the claim {claim.slug} is not published", field="claim", context={"rule": "published_claim"}
        )
    check_rests_on_evidence(session, claim_version)
    if not categories_fit(Verdict(claim_version.verdict), map(Category, _categories(session, version))):
        raise NotPublishable(
            f"the categories do not fit the verdict {claim_version.verdict}",
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
            "the quoted words do not stand in the present text", field="quote", context={"rule": "quote_in_text"}
        )


def _categories(session: Session, version: AnnotationVersion) -> list[str]:
    statement = select(AnnotationCategory.category).where(AnnotationCategory.version_id == version.id)
    return list(session.scalars(statement.order_by(AnnotationCategory.position)))
