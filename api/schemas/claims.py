"""Claims and the evidence that they rest on."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, pre_dump, validate

from annotations.queries.claim_views import Citation, PublicClaim, PublicSource, RestingClaim, SourceView
from annotations.vocabulary import (
    VERDICT_LABEL,
    VERDICT_RATING,
    Certainty,
    Design,
    EvidenceStatus,
    Stance,
    Verdict,
    VerificationLevel,
)
from api.links import claim_href, evidence_href
from api.schemas.base import disclaimer_field, link, many, one_of, optional_string, own_notice, string, whole
from api.schemas.times import Timestamp

SCALE_WORST, SCALE_BEST = 1, 5
IDENTIFIERS = ("doi", "pmid", "pmcid", "nct", "isrctn", "eudract")
_BRIEF = ("key", "title", "authors", "year", "journal", "url", *IDENTIFIERS, "design", "certainty", "status")
_FULL = [
    "id",
    "published_at",
    "design_summary",
    "participants",
    "population",
    "key_finding",
    "limitations",
    "verification_level",
    "certainty_reason",
    "status_checked_on",
    "status_notice",
]


class SourceBriefSchema(Schema):
    """A source as a list or a citation names it."""

    key = string("Stable name of the source here.")
    href = link("The source in this API, with its finding and its limits.")
    title = string()
    authors = string("As the source names them.")
    year = fields.Integer(required=True, allow_none=True, metadata={"description": "Of publication, if known."})
    journal = string("Journal, registry or body that published it.")
    url = fields.String(required=True, metadata={"format": "uri", "description": "Where the source itself stands."})
    doi = optional_string("DOI, without the address of a resolver.")
    pmid = optional_string("Number in PubMed.")
    pmcid = optional_string("Number in PubMed Central, with its PMC.")
    nct = optional_string("Number in ClinicalTrials.gov.")
    isrctn = optional_string("Number in the ISRCTN registry.")
    eudract = optional_string("Number in the EU clinical trials register.")
    design = one_of(Design, "What kind of source it is.")
    certainty = one_of(Certainty, "Certainty of what it shows, after GRADE.")
    status = one_of(EvidenceStatus, "Notices that stand against it.")


class CitationSchema(SourceBriefSchema):
    """A source as a claim cites it."""

    stance = one_of(Stance, "How the source stands towards the claim.")
    why = string("One line saying why.")
    quote = optional_string("The source's own words, where held.")
    locator = optional_string("Where in the source they stand.")

    @pre_dump
    def present(self, citation: Citation, **_: Any) -> dict[str, Any]:
        """A citation's members."""
        return {
            **present_source(citation.source),
            "stance": citation.stance,
            "why": citation.why,
            "quote": citation.quote,
            "locator": citation.locator,
        }


class ClaimBriefSchema(Schema):
    """A claim as an annotation or a source names it, with its verdict."""

    id = fields.UUID(required=True)
    slug = string("Stable name of the claim here.")
    href = link("The claim in this API, with every appearance.")
    text = string("The claim in the editors' words.")
    verdict = one_of(Verdict, "What the evidence says of it.")
    verdict_label = string("The verdict in words.")
    rating = fields.Integer(
        required=True,
        allow_none=True,
        validate=validate.Range(SCALE_WORST, SCALE_BEST),
        metadata={"description": "Place on the scale, 1 (worst) to 5 (best); null off the scale."},
    )
    certainty = one_of(Certainty, "Certainty of the evidence, after GRADE.")
    summary = string("What readers are told.")
    needs_recheck = fields.Boolean(required=True, metadata={"description": "Editors are looking at it again."})

    @pre_dump
    def present(self, claim: PublicClaim, **_: Any) -> dict[str, Any]:
        """A claim's members."""
        return present_claim(claim)


class ClaimSchema(ClaimBriefSchema):
    """A claim in a list."""

    published_at = Timestamp(required=True, metadata={"description": "When this version came into force."})
    search_record = optional_string("What was searched, where nothing was found.")
    searched_on = fields.Date(required=True, allow_none=True, metadata={"description": "The day of that search."})
    appearance_count = whole("In how many public passages it appears.")
    evidence = many(CitationSchema, "What it rests on, in the editors' order.")

    @pre_dump
    def present(self, claim: PublicClaim, **_: Any) -> dict[str, Any]:
        """A claim's members, evidence included."""
        return present_full_claim(claim)


class RestingClaimSchema(ClaimBriefSchema):
    """A claim that rests on a source."""

    stance = one_of(Stance, "How the source stands towards the claim.")
    why = string("One line saying why.")

    @pre_dump
    def present(self, claim: RestingClaim, **_: Any) -> dict[str, Any]:
        """A claim's members, with how the source stands towards it."""
        return {**present_claim(claim), "stance": claim.stance, "why": claim.why}


class SourceSchema(SourceBriefSchema):
    """A source with its finding and its limits."""

    id = fields.UUID(required=True)
    published_at = Timestamp(required=True, metadata={"description": "When this version came into force."})
    design_summary = string("Design in a line.")
    participants = fields.Integer(
        required=True,
        allow_none=True,
        validate=validate.Range(min=0),
        metadata={"description": "How many people were in it; null where it does not apply or is not known."},
    )
    population = string("Who they were.")
    key_finding = string("What it found.")
    limitations = string("What it cannot show.")
    verification_level = one_of(VerificationLevel, "How close to the source was the page that the editors read.")
    certainty_reason = string("Why its certainty is rated so.")
    status_checked_on = fields.Date(required=True, metadata={"description": "The day its status was looked up."})
    status_notice = optional_string("The notice itself, where one stands.")

    @pre_dump
    def present(self, source: PublicSource, **_: Any) -> dict[str, Any]:
        """A source's members."""
        return present_source(source, full=True)


class SourceWithClaimsSchema(SourceSchema):
    """A source with the claims that rest on it."""

    notice = disclaimer_field()
    claims = many(RestingClaimSchema, "Every published claim that cites it.")

    @pre_dump
    def present(self, view: SourceView, **_: Any) -> dict[str, Any]:
        """A source's members, with its claims."""
        return {**present_source(view.source, full=True), "notice": own_notice(), "claims": view.claims}


def present_source(source: PublicSource, *, full: bool = False) -> dict[str, Any]:
    """The members of a source, ready for the schemas above."""
    names = (*_BRIEF, *_FULL) if full else _BRIEF
    return {**{name: getattr(source, name) for name in names}, "href": evidence_href(source.key)}


def present_claim(claim: PublicClaim | RestingClaim) -> dict[str, Any]:
    """The members of a claim, ready for the schemas above."""
    return {
        "id": claim.id,
        "slug": claim.slug,
        "href": claim_href(claim.slug),
        "text": claim.text,
        "verdict": claim.verdict,
        "verdict_label": VERDICT_LABEL[claim.verdict],
        "rating": VERDICT_RATING.get(claim.verdict),
        "certainty": claim.certainty,
        "summary": claim.summary,
        "needs_recheck": claim.needs_recheck,
    }


def present_full_claim(claim: PublicClaim) -> dict[str, Any]:
    """The members of a claim with its evidence."""
    return {
        **present_claim(claim),
        "published_at": claim.published_at,
        "search_record": claim.search_record,
        "searched_on": claim.searched_on,
        "appearance_count": claim.appearance_count,
        "evidence": claim.evidence,
    }
