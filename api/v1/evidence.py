"""Evidence: the sources that claims rest on."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import fields, validate

from annotations.evidence.identifiers import canonical_key, recognise
from annotations.queries import sources
from annotations.queries.claim_views import SourceView
from annotations.queries.sources import SourceFilter
from annotations.queries.tombstones import evidence_tombstone
from annotations.store.keys import EVIDENCE, evidence_key
from annotations.vocabulary import Design, EvidenceStatus
from api.database import request_session
from api.openapi import PublicBlueprint
from api.pagination import answer_page, requested_page
from api.problems import invalid_parameter
from api.reading import read_one, unchanged_list
from api.schemas.base import PageSchema, many
from api.schemas.claims import SourceSchema, SourceWithClaimsSchema
from api.v1.examples import EXAMPLES, SOURCE
from api.v1.parameters import PastPageQuery, PastQuery, enum_filter

blueprint = PublicBlueprint("evidence", __name__, url_prefix="/v1", description="The sources that claims rest on.")


class EvidenceQuery(PastPageQuery):
    """Which sources."""

    design = enum_filter(Design, "Only sources of this design.", Design.RANDOMISED_TRIAL)
    status = enum_filter(EvidenceStatus, "Only sources with this status.", EvidenceStatus.NO_NOTICE)
    identifier = fields.String(
        validate=validate.Length(1, 500),
        metadata={
            "description": "Only the source with this DOI, PMID, PMCID, trial number or address, in any spelling.",
            "example": "doi:10.1001/jama.2018.18743",
        },
    )


class EvidencePageSchema(PageSchema):
    """A page of sources."""

    items = many(SourceSchema)


@blueprint.route("/evidence")
@blueprint.query(EvidenceQuery)
@blueprint.answers(EvidencePageSchema, example=EXAMPLES["list_evidence"])
def list_evidence(query: dict[str, Any]) -> Any:
    """List the sources that published claims cite, by key."""
    requested = requested_page("evidence", query)
    wanted = _wanted(query)
    at = query.get("as_of")
    unchanged = unchanged_list(EVIDENCE, at)
    if unchanged is not None:
        return unchanged
    after = None if requested.after is None else tuple(requested.after)
    found = sources.list_sources(request_session(), wanted, limit=requested.limit, after=after, at=at)
    return answer_page(requested, found.items, found.next_key)


@blueprint.route("/evidence/<slug:key>", path={"key": (SOURCE, "Key of the source.")})
@blueprint.query(PastQuery)
@blueprint.answers(SourceWithClaimsSchema, example=EXAMPLES["get_evidence"])
def get_evidence(query: dict[str, Any], key: str) -> SourceView | Response:
    """Read a source with its finding, its limits, and the claims that rest on it."""
    at = query.get("as_of")
    return read_one(
        evidence_key(key),
        lambda session: sources.get_source(session, key, at),
        lambda session: evidence_tombstone(session, key, at),
        at=at,
    )


def _wanted(query: dict[str, Any]) -> SourceFilter:
    identifier = None
    if "identifier" in query:
        found = recognise(query["identifier"])
        if found is None:
            raise invalid_parameter("identifier", "is no DOI, PMID, PMCID, trial number or web address")
        identifier = (found.kind, canonical_key(found))
    return SourceFilter(
        design=Design(query["design"]) if "design" in query else None,
        status=EvidenceStatus(query["status"]) if "status" in query else None,
        identifier=identifier,
    )
