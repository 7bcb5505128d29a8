"""Claims: writing them with their verdict and evidence, and publishing them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.errors import InvalidInput, NotPublishable, SlugTaken
from annotations.permissions import Actor, Permission, require
from annotations.review.events import Event
from annotations.review.workflow import categories_fit
from annotations.services.affected import annotations_of_claim, claims_citing, keys_of_claim
from annotations.services.content import ClaimContent, check_claim, check_slug, hash_of
from annotations.services.drafting import begin, save
from annotations.services.evidence import list_cited, unlist_uncited
from annotations.services.lookups import (
    get,
    head_version,
    links_of,
    public_version,
    published_version,
    put_in_force,
    subject_of,
)
from annotations.services.pending import open_notice
from annotations.services.rechecks import lower_flag
from annotations.services.resting import check_rests_on_evidence
from annotations.services.search_index import index_claim
from annotations.store.base import new_id
from annotations.store.claims import Claim, ClaimVersion, EvidenceLink
from annotations.store.evidence import Evidence
from annotations.store.notes import Annotation, AnnotationCategory
from annotations.store.publication_log import Publication
from annotations.vocabulary import Category, ChangeKind, PendingReason, Verdict


def write_claim(
    session: Session,
    content: ClaimContent,
    *,
    slug: str,
    actor: Actor,
    now: datetime,
    claim_id: UUID | None = None,
) -> Claim:
    """Write a claim as a draft, with the evidence that it cites.

    Raises:
        PermissionDenied: the actor may not write.
        SlugTaken: another claim has the slug.
        InvalidInput: a field is not usable, or a cited source does not exist.
    """
    require(actor, Permission.WRITE, own_work=True)
    slug = check_slug(slug, field="slug")
    content = check_claim(content, now)
    if session.scalar(select(Claim.id).where(Claim.slug == slug)) is not None:
        raise SlugTaken(f"another claim has the slug {slug}", field="slug")
    claim = Claim(id=claim_id or new_id(), slug=slug, created_at=now, created_by=actor.id)
    session.add(claim)
    session.flush()
    begin(session, claim, _make_version(claim, content, actor, now), actor=actor, now=now)
    _add_links(session, head_version(session, claim), content)
    return claim


def revise_claim(session: Session, claim: Claim, content: ClaimContent, *, actor: Actor, now: datetime) -> ClaimVersion:
    """Save another version of ``claim``; what is public stays until this one is approved.

    Raises:
        PermissionDenied: the actor may not write here.
        TransitionNotAllowed: it was withdrawn or superseded.
        InvalidInput: a field is not usable, or a cited source does not exist.
    """
    require(actor, Permission.WRITE, own_work=claim.created_by == actor.id)
    content = check_claim(content, now)
    claim.head_number += 1
    version = save(session, claim, _make_version(claim, content, actor, now), actor=actor, now=now)
    _add_links(session, version, content)
    return version


def approve_claim(
    session: Session, publication: Publication, claim: Claim, *, kind: ChangeKind, reason: str | None
) -> None:
    """Publish the newest version of ``claim``.

    A changed verdict and a dropped source are always corrections. Annotations whose categories do not fit the
    new verdict become pending notices (rule 8).

    Raises:
        NotPublishable: no fitting evidence, or a source is not approved.
    """
    head, old = head_version(session, claim), public_version(session, claim)
    sources = _check_publishable(session, head)
    before = shown_claim(session, old) if old else None
    former = {link.evidence_id for link in links_of(session, old)} if old else set()
    kept = {source.id for source in sources}
    affected = keys_of_claim(session, claim)
    unlisted = [source.id for source in sources if not claims_citing(session, source)]
    put_in_force(session, publication, old, head)
    lower_flag(session, claim, actor_id=publication.actor_id, at=publication.moment)
    list_cited(session, publication, unlisted)
    verdict_changed = old is not None and old.verdict != head.verdict
    correction = kind is ChangeKind.CORRECTION or verdict_changed or bool(former - kept)
    revised = Event.CLAIM_VERDICT_CHANGED if verdict_changed else Event.CLAIM_REVISED
    row = publication.record(
        Event.CLAIM_PUBLISHED if old is None else revised,
        subject_of(claim, head),
        summary=f"Claim {claim.slug}: {head.verdict}",
        keys=affected | keys_of_claim(session, claim),
        change_kind=None if old is None else ChangeKind.CORRECTION if correction else ChangeKind.MINOR,
    )
    if before is not None and correction:
        publication.correct(
            row, before=before, after=shown_claim(session, head), reason=reason or "The editors revised this claim."
        )
    unlist_uncited(session, publication, former - kept)
    index_claim(session, claim)
    if verdict_changed:
        _recheck_unfitting(session, publication, claim, Verdict(head.verdict))


def _check_publishable(session: Session, version: ClaimVersion) -> list[Evidence]:
    sources = [get(session, Evidence, link.evidence_id) for link in links_of(session, version)]
    for evidence in sources:
        if public_version(session, evidence) is None:
            raise NotPublishable(
                f"the source {evidence.key} is not approved",
                field="evidence",
                context={"rule": "approved_evidence", "evidence": evidence.key},
            )
    check_rests_on_evidence(session, version)
    return sources


def _recheck_unfitting(session: Session, publication: Publication, claim: Claim, verdict: Verdict) -> None:
    for annotation_id in annotations_of_claim(session, claim):
        annotation = get(session, Annotation, annotation_id)
        version = published_version(session, annotation)
        categories = session.scalars(
            select(AnnotationCategory.category).where(AnnotationCategory.version_id == version.id)
        )
        if not categories_fit(verdict, map(Category, categories)):
            open_notice(session, publication, annotation, PendingReason.VERDICT_CHANGED)


def _make_version(claim: Claim, content: ClaimContent, actor: Actor, now: datetime) -> ClaimVersion:
    values: dict[str, Any] = asdict(content)
    del values["citations"]
    return ClaimVersion(
        **values,
        id=new_id(),
        claim_id=claim.id,
        number=claim.head_number or 1,
        content_hash=hash_of(content, slug=claim.slug),
        created_at=now,
        created_by=actor.id,
    )


def _add_links(session: Session, version: ClaimVersion, content: ClaimContent) -> None:
    for position, citation in enumerate(content.citations, start=1):
        if session.get(Evidence, citation.evidence_id) is None:
            raise InvalidInput("a cited source does not exist", field="evidence")
        session.add(EvidenceLink(claim_version_id=version.id, position=position, **asdict(citation)))
    session.flush()


def shown_claim(session: Session, version: ClaimVersion) -> dict[str, Any]:
    """What readers saw of ``version``, for a correction."""
    sources = (
        select(Evidence.key, EvidenceLink.stance, EvidenceLink.why, EvidenceLink.quote, EvidenceLink.locator)
        .join(EvidenceLink, EvidenceLink.evidence_id == Evidence.id)
        .where(EvidenceLink.claim_version_id == version.id)
        .order_by(EvidenceLink.position)
    )
    return {
        "text": version.text,
        "verdict": version.verdict,
        "certainty": version.certainty,
        "summary": version.summary,
        "search_record": version.search_record,
        "searched_on": version.searched_on.isoformat() if version.searched_on else None,
        "evidence": [dict(row._mapping) for row in session.execute(sources)],
    }
