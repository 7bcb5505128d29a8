"""Evidence: adding a source, revising what is known of it, and publishing it with the claims that cite it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.errors import InvalidInput, SlugTaken, TransitionNotAllowed
from annotations.evidence.identifiers import Identifier, canonical_key, identifier_url, normalise, recognise
from annotations.permissions import Actor, Permission, require
from annotations.review.events import Event
from annotations.services.affected import claims_citing, keys_of_evidence
from annotations.services.content import EvidenceContent, check_evidence, check_slug, hash_of
from annotations.services.drafting import begin, save
from annotations.services.lookups import (
    get,
    head_version,
    public_version,
    published_version,
    put_in_force,
    subject_of,
    versions,
)
from annotations.services.resting import flag_claims_resting_on, recheck_unsupported
from annotations.store.base import new_id
from annotations.store.evidence import Evidence, EvidenceIdentifier, EvidenceVersion
from annotations.store.keys import EVIDENCE, evidence_key
from annotations.store.publication_log import Publication
from annotations.vocabulary import ChangeKind, EvidenceStatus, ReviewState

BY_IDENTIFIER = "by-identifier"
"""In the place of a key this stands in the address at which sources are looked up."""


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
    if key == BY_IDENTIFIER:
        raise InvalidInput("this name is taken by an address of the API; choose another key", field="key")
    content = check_evidence(content, now)
    if session.scalar(select(Evidence.id).where(Evidence.key == key)) is not None:
        raise SlugTaken(f"another source has the key {key}", field="key")
    evidence = Evidence(id=evidence_id or new_id(), key=key, created_at=now, created_by=actor.id)
    session.add(evidence)
    session.flush()
    _claim_identifiers(session, evidence, content)
    begin(session, evidence, _make_version(evidence, content, actor, now), actor=actor, now=now)
    return evidence


def find_or_add_evidence(
    session: Session,
    content: EvidenceContent,
    *,
    key: str,
    actor: Actor,
    now: datetime,
    evidence_id: UUID | None = None,
) -> tuple[Evidence, bool]:
    """The source that bears one of the identifiers in ``content``, or else a new one; and whether it is new.

    A source that is found stays as it is, whatever else ``content`` says of it. The address of a record at its registry
    is the record's identifier: a source known by its DOI is found by ``https://doi.org/...``, and the other way round.

    Raises:
        SlugTaken: the identifiers name several sources (``context['keys']``), or the key is another source's.
        PermissionDenied, InvalidInput: as :func:`add_evidence`.
    """
    require(actor, Permission.WRITE, own_work=True)
    found: dict[UUID, Evidence] = {}
    for given in check_evidence(content, now).identifiers():
        for source in _bearers(session, given):
            found[source.id] = source
            if len(found) > 1:
                keys = sorted(source.key for source in found.values())
                raise SlugTaken(
                    f"the identifiers name several sources: {', '.join(keys)}; send those of one of them",
                    field=given.kind,
                    context={"keys": keys},
                )
    for source in found.values():
        return source, False
    return add_evidence(session, content, key=key, actor=actor, now=now, evidence_id=evidence_id), True


def find_evidence(session: Session, spelling: str) -> Evidence | None:
    """The source that :func:`find_or_add_evidence` would find by this identifier alone, in any usual spelling.

    Raises:
        InvalidInput: it is none that is known here (``field`` is "identifier").
    """
    identifier = recognise(spelling)
    if identifier is None:
        raise InvalidInput("this is no identifier that is known here; a PMID needs its prefix", field="identifier")
    # An address comes first as it is: it may be another than the one that follows from the identifier in it.
    return next(_bearers(session, _address(spelling) or identifier), None)


def revise_evidence(
    session: Session, evidence: Evidence, content: EvidenceContent, *, actor: Actor, now: datetime
) -> EvidenceVersion:
    """Save another version of ``evidence``; what is public stays until this one is approved.

    Raises:
        PermissionDenied: the actor may not write here.
        TransitionNotAllowed: it was withdrawn or superseded.
        SlugTaken: an identifier that it has not had names another source, whose key is ``context['key']``.
        InvalidInput: a field is not usable.
    """
    require(actor, Permission.WRITE, own_work=evidence.created_by == actor.id)
    content = check_evidence(content, now)
    had = [identifier for identifier in content.identifiers() if _bears(session, evidence, identifier)]
    # First of all, so that of two who give it one new identifier at once the second is told that it changed.
    evidence.head_number += 1
    session.flush()
    _claim_identifiers(session, evidence, content, had=had)
    return save(session, evidence, _make_version(evidence, content, actor, now), actor=actor, now=now)


def save_status(
    session: Session, evidence: Evidence, status: Mapping[str, Any], *, actor: Actor, now: datetime
) -> EvidenceVersion:
    """Save a version that differs from the one in force in its status only.

    Raises:
        TransitionNotAllowed: none is in force, or another version is under way.
        PermissionDenied, InvalidInput: as :func:`revise_evidence`.
    """
    require(actor, Permission.WRITE, own_work=evidence.created_by == actor.id)
    approved = public_version(session, evidence)
    if approved is None or evidence.state in {ReviewState.DRAFT, ReviewState.IN_REVIEW}:
        raise TransitionNotAllowed(
            "a version of this source is under way: save the status in it, and send that to review",
            context={"state": evidence.state},
        )
    content = EvidenceContent(**{name: getattr(approved, name) for name in EvidenceContent.__slots__})
    return revise_evidence(session, evidence, replace(content, **status), actor=actor, now=now)


def approve_evidence(
    session: Session, publication: Publication, evidence: Evidence, *, kind: ChangeKind, reason: str | None
) -> None:
    """Put the newest version of ``evidence`` in force; the public sees it while a claim in force cites it.

    A status that becomes ``retracted`` is always a correction, and reaches every claim that rests on it (rule 7).
    """
    head = head_version(session, evidence)
    if not claims_citing(session, evidence):
        put_in_force(session, publication, public_version(session, evidence), head)
        return
    old = published_version(session, evidence)
    retracted = head.status == EvidenceStatus.RETRACTED != old.status
    put_in_force(session, publication, old, head)
    if retracted:
        flag_claims_resting_on(session, publication, evidence)
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


def list_cited(session: Session, publication: Publication, evidence_ids: Iterable[UUID]) -> None:
    """Announce the sources that a claim which is about to be in force will make public."""
    for evidence_id in evidence_ids:
        evidence = get(session, Evidence, evidence_id)
        version, key = published_version(session, evidence), evidence_key(evidence.key)
        publication.record(
            Event.EVIDENCE_PUBLISHED,
            subject_of(evidence, version),
            summary=f"Source published: {version.title}",
            keys={key, EVIDENCE},
            back={key},
        )


def unlist_uncited(session: Session, publication: Publication, evidence_ids: Iterable[UUID]) -> None:
    """Take the sources among ``evidence_ids`` that no public claim cites any longer out of the public view."""
    for evidence_id in evidence_ids:
        evidence = get(session, Evidence, evidence_id)
        if claims_citing(session, evidence):
            continue
        version, key = published_version(session, evidence), evidence_key(evidence.key)
        publication.record(
            Event.EVIDENCE_UNLISTED,
            subject_of(evidence, version),
            summary=f"Source no longer cited: {version.title}",
            keys={key, EVIDENCE},
            gone={key},
        )


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


def _claim_identifiers(
    session: Session, evidence: Evidence, content: EvidenceContent, *, had: Collection[Identifier] = ()
) -> None:
    """Give the source its identifiers; those that it ``had`` it keeps, whoever else is known by the same record."""
    for identifier in content.identifiers():
        for other in _bearers(session, identifier) if identifier not in had else ():
            if other.id != evidence.id:
                raise SlugTaken(
                    f"another source has this {identifier.kind}: {other.key}; cite that one, or correct the"
                    f" {identifier.kind}",
                    field=identifier.kind,
                    context={"key": other.key},
                )
        canonical = canonical_key(identifier)
        known = session.get(EvidenceIdentifier, (identifier.kind, canonical))
        if known is None:
            session.add(EvidenceIdentifier(kind=identifier.kind, canonical=canonical, evidence_id=evidence.id))
        else:
            known.evidence_id = evidence.id
    session.flush()


def _bearers(session: Session, identifier: Identifier) -> Iterator[Evidence]:
    """The sources that an identifier names, as given first: another may be known by the address of the same record."""
    for name in _names_of(identifier):
        known = session.get(EvidenceIdentifier, (name.kind, canonical_key(name)))
        source = get(session, Evidence, known.evidence_id) if known is not None else None
        if source is not None and _bears(session, source, name):
            yield source


def _names_of(given: Identifier) -> Iterator[Identifier]:
    """What a source with this identifier may be known by: as given, and as or by its record's address."""
    yield given
    if given.kind != "url":
        # The address of a DOI may be written in either case.
        for value in {given.value, canonical_key(given)}:
            yield Identifier("url", normalise("url", identifier_url(given.kind, value)))
    elif (named := recognise(given.value)) is not None and named != given:
        yield from _names_of(named)


def _address(spelling: str) -> Identifier | None:
    try:
        return Identifier("url", normalise("url", spelling))
    except InvalidInput:
        return None


def _bears(session: Session, evidence: Evidence, identifier: Identifier) -> bool:
    """Whether a source has an identifier still: in its newest version, or in one that was ever in force."""
    return any(
        canonical_key(Identifier(identifier.kind, value)) == canonical_key(identifier)
        for version in versions(session, evidence)
        if version.number == evidence.head_number or version.valid_from is not None
        if (value := getattr(version, identifier.kind)) is not None
    )


def _shown(version: EvidenceVersion) -> dict[str, Any]:
    names = EvidenceContent.__slots__
    return {name: str(value) if isinstance(value := getattr(version, name), date) else value for name in names}
