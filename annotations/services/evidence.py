"""Evidence: adding a source, revising what is known of it, and publishing it with the claims that cite it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.errors import SlugTaken
from annotations.evidence.identifiers import canonical_key
from annotations.permissions import Actor, Permission, require
from annotations.review.events import Event
from annotations.services.affected import claims_citing, keys_of_evidence
from annotations.services.content import EvidenceContent, check_evidence, check_slug, hash_of
from annotations.services.drafting import begin, save
from annotations.services.lookups import get, head_version, public_version, subject_of
from annotations.services.resting import flag_claims_resting_on, recheck_unsupported
from annotations.store.base import new_id
from annotations.store.evidence import Evidence, EvidenceIdentifier, EvidenceVersion
from annotations.store.keys import EVIDENCE, evidence_key
from annotations.store.publication_log import Publication
from annotations.vocabulary import ChangeKind, EvidenceStatus, ReviewState


def add_evidence(
    session: Session,
    content: EvidenceContent,
    *,
    key: str,
    actor: Actor,
    now: datetime,
    evidence_id: UUID | None = None,
) -> Evidence:
    """Add a source as a draft.

    Raises:
        PermissionDenied: the actor may not write.
        SlugTaken: the key is taken, or an identifier names another source (``field`` says which).
        InvalidInput: a field is not usable.
    """
    require(actor, Permission.WRITE, own_work=True)
    key = check_slug(key, field="key")
    content = check_evidence(content)
    if session.scalar(select(Evidence.id).where(Evidence.key == key)) is not None:
        raise SlugTaken(f"another source has the key {key}", field="key")
    evidence = Evidence(id=evidence_id or new_id(), key=key, created_at=now, created_by=actor.id)
    session.add(evidence)
    session.flush()
    _claim_identifiers(session, evidence, content)
    begin(session, evidence, _make_version(evidence, content, actor, now), actor=actor, now=now)
    return evidence


def revise_evidence(
    session: Session, evidence: Evidence, content: EvidenceContent, *, actor: Actor, now: datetime
) -> EvidenceVersion:
    """Save another version of ``evidence``; what is public stays until this one is approved.

    Raises:
        PermissionDenied: the actor may not write here.
        TransitionNotAllowed: it was withdrawn or superseded.
        SlugTaken: an identifier names another source.
        InvalidInput: a field is not usable.
    """
    require(actor, Permission.WRITE, own_work=evidence.created_by == actor.id)
    content = check_evidence(content)
    _claim_identifiers(session, evidence, content)
    evidence.head_number += 1
    return save(session, evidence, _make_version(evidence, content, actor, now), actor=actor, now=now)


def approve_evidence(
    session: Session, publication: Publication, evidence: Evidence, *, kind: ChangeKind, reason: str | None
) -> None:
    """Put the newest version in force: at once where the source is public, else with the first claim citing it.

    A status that becomes ``retracted`` is always a correction, and reaches every claim that rests on it (rule 7).
    """
    head, old = head_version(session, evidence), public_version(session, evidence)
    if old is None:
        return
    retracted = head.status == EvidenceStatus.RETRACTED != old.status
    old.valid_until = publication.moment
    session.flush()
    head.valid_from = publication.moment
    session.flush()
    if retracted:
        flag_claims_resting_on(session, evidence)
    row = publication.record(
        Event.EVIDENCE_RETRACTED if retracted else Event.EVIDENCE_REVISED,
        subject_of(evidence, head),
        summary=f"Source {'retracted by its publisher' if retracted else 'revised'}: {head.title}",
        keys=keys_of_evidence(session, evidence),
        change_kind=ChangeKind.CORRECTION if retracted else kind,
    )
    if row.change_kind == ChangeKind.CORRECTION:
        publication.correct(
            row, before=_shown(old), after=_shown(head), reason=reason or "The record of a source was corrected."
        )
    if retracted:
        recheck_unsupported(session, publication, evidence)


def publish_cited(session: Session, publication: Publication, evidence_ids: Iterable[UUID]) -> None:
    """Show the approved sources among ``evidence_ids`` that are not public yet."""
    for evidence_id in evidence_ids:
        evidence = get(session, Evidence, evidence_id)
        if public_version(session, evidence) is not None:
            continue
        head = head_version(session, evidence)
        head.valid_from = publication.moment
        session.flush()
        publication.record(
            Event.EVIDENCE_PUBLISHED,
            subject_of(evidence, head),
            summary=f"Source published: {head.title}",
            keys={evidence_key(evidence.key), EVIDENCE},
        )


def unlist_uncited(session: Session, publication: Publication, evidence_ids: Iterable[UUID]) -> None:
    """Take the sources among ``evidence_ids`` that no public claim cites any longer out of the public view."""
    for evidence_id in evidence_ids:
        evidence = get(session, Evidence, evidence_id)
        public = public_version(session, evidence)
        if public is None or claims_citing(session, evidence):
            continue
        public.valid_until = publication.moment
        session.flush()
        key = evidence_key(evidence.key)
        publication.record(
            Event.EVIDENCE_UNLISTED,
            subject_of(evidence, public),
            summary=f"Source no longer cited: {public.title}",
            keys={key, EVIDENCE},
            gone={key},
        )


def is_approved(session: Session, evidence: Evidence) -> bool:
    """Whether a published claim may cite ``evidence``: it is public already, or its newest version is approved."""
    return evidence.state == ReviewState.PUBLISHED or public_version(session, evidence) is not None


def _make_version(evidence: Evidence, content: EvidenceContent, actor: Actor, now: datetime) -> EvidenceVersion:
    return EvidenceVersion(
        **asdict(content),
        id=new_id(),
        evidence_id=evidence.id,
        number=evidence.head_number or 1,
        content_hash=hash_of(content, key=evidence.key),
        created_at=now,
        created_by=actor.id,
    )


def _claim_identifiers(session: Session, evidence: Evidence, content: EvidenceContent) -> None:
    for identifier in content.identifiers():
        canonical = canonical_key(identifier)
        known = session.get(EvidenceIdentifier, (identifier.kind, canonical))
        if known is None:
            session.add(EvidenceIdentifier(kind=identifier.kind, canonical=canonical, evidence_id=evidence.id))
        elif known.evidence_id != evidence.id:
            raise SlugTaken(f"another source has this {identifier.kind}", field=identifier.kind)
    session.flush()


def _shown(version: EvidenceVersion) -> dict[str, str | None]:
    return {
        "title": version.title,
        "key_finding": version.key_finding,
        "limitations": version.limitations,
        "status": version.status,
        "status_notice": version.status_notice,
    }
