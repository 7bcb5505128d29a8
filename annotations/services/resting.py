"""What a claim rests on, and what happens when that gives way."""

from __future__ import annotations

from sqlalchemy.orm import Session

from annotations.errors import NotPublishable
from annotations.review.workflow import check_fitting_evidence
from annotations.services.affected import annotations_of_claim, claims_citing
from annotations.services.lookups import get, links_of, published_version
from annotations.services.pending import open_notice
from annotations.services.rechecks import raise_flag
from annotations.store.claims import ClaimVersion
from annotations.store.evidence import Evidence
from annotations.store.notes import Annotation
from annotations.store.publication_log import Publication
from annotations.vocabulary import EvidenceStatus, PendingReason, RecheckReason, Stance, Verdict


def check_rests_on_evidence(session: Session, version: ClaimVersion) -> None:
    """Rule 3 for a claim version, by the present status of its sources.

    Raises:
        NotPublishable: no link fits the verdict.
    """
    standing = []
    for link in links_of(session, version):
        evidence = get(session, Evidence, link.evidence_id)
        known = published_version(session, evidence)
        standing.append((Stance(link.stance), EvidenceStatus(known.status)))
    check_fitting_evidence(Verdict(version.verdict), standing, searched=version.search_record is not None)


def flag_claims_resting_on(session: Session, publication: Publication, evidence: Evidence) -> None:
    """Rule 7, first half: mark every public claim that cites a retracted source for another look."""
    for claim in claims_citing(session, evidence):
        raise_flag(
            session,
            claim,
            RecheckReason.EVIDENCE_RETRACTED,
            actor_id=publication.actor_id,
            at=publication.moment,
        )


def recheck_unsupported(session: Session, publication: Publication, evidence: Evidence) -> None:
    """Rule 7, second half: where no fitting link is left, the claim's annotations become pending notices."""
    for claim in claims_citing(session, evidence):
        try:
            check_rests_on_evidence(session, published_version(session, claim))
        except NotPublishable:
            for annotation_id in annotations_of_claim(session, claim):
                annotation = get(session, Annotation, annotation_id)
                open_notice(session, publication, annotation, PendingReason.EVIDENCE_RETRACTED)
