"""Evidence: adding sources or finding them by identifier, and the notices against them."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from annotations.errors import NotFound
from annotations.evidence.identifiers import MAX_CODE_POINTS
from annotations.permissions import Permission
from annotations.queries.editorial import evidence as queries
from annotations.services.evidence import (
    BY_IDENTIFIER,
    find_evidence,
    find_or_add_evidence,
    revise_evidence,
    save_status,
)
from annotations.services.reviewing import submit
from annotations.vocabulary import ReviewState
from api.editorial.blueprint import Answer, EditorialBlueprint, Reading
from api.editorial.claims import StateQuery
from api.editorial.inputs import EvidenceContentSchema, NewEvidenceSchema, StatusSchema, evidence_content
from api.editorial.lists import after, editorial_page
from api.editorial.resources import EVIDENCE
from api.editorial.reviewing import add_review_steps
from api.editorial.writing import Work, strong_tag
from api.openapi import EDITORIAL_PREFIX
from api.pagination import requested_page
from api.parameters import QuerySchema
from api.schemas.editorial.evidence import EditorialEvidencePageSchema, EditorialEvidenceSchema

blueprint = EditorialBlueprint("editorial_evidence", __name__, description="Evidence, drafts included.")

_RULE = "/evidence/<slug:key>"


class IdentifierQuery(QuerySchema):
    """Which source."""

    identifier = fields.String(
        required=True,
        validate=validate.Length(1, MAX_CODE_POINTS),
        metadata={"description": "In any usual spelling.", "example": "https://doi.org/10.1016/S0140-6736(16)30169-6"},
    )


@blueprint.read("/evidence", permission=Permission.READ, answers=EditorialEvidencePageSchema, query=StateQuery)
def list_editorial_evidence(call: Reading) -> Any:
    """List sources in any state, by key."""
    requested = requested_page("editorial evidence", dict(call.query))
    state = ReviewState(call.query["state"]) if "state" in call.query else None
    found = queries.list_evidence(call.session, state=state, limit=requested.limit, after=after(requested))
    return editorial_page(requested, found)


@blueprint.read(
    f"/evidence/{BY_IDENTIFIER}",
    permission=Permission.READ,
    answers=EditorialEvidenceSchema,
    query=IdentifierQuery,
    tagged=True,
)
def find_evidence_by_identifier(call: Reading) -> Any:
    """Find the source that bears an identifier: DOI, PMID, PMCID, NCT, ISRCTN, EudraCT or address."""
    source = find_evidence(call.session, call.query["identifier"])
    if source is None:
        raise NotFound("No source bears this identifier; add one.")
    return queries.get_evidence(call.session, source.key)


@blueprint.read(_RULE, permission=Permission.READ, answers=EditorialEvidenceSchema, tagged=True)
def get_editorial_evidence(call: Reading) -> Any:
    """Read a source: its newest version, and the one in force."""
    return queries.get_evidence(call.session, call.path["key"])


@blueprint.write(
    "POST",
    "/evidence",
    permission=Permission.WRITE,
    resource=EVIDENCE,
    takes=NewEvidenceSchema,
    status=201,
    creates=True,
)
def create_evidence(work: Work, body: dict[str, Any]) -> Any:
    """Add a source as a draft; 200 and the one that is there where an identifier names it already."""
    source, added = find_or_add_evidence(work.session, evidence_content(body), key=body["key"], **work.by)
    if added:
        return source
    headers = {"ETag": strong_tag(source.lock_version), "Location": EDITORIAL_PREFIX + EVIDENCE.address(source)}
    return Answer(EVIDENCE.dump(work.session, source), headers=headers)


@blueprint.write("PUT", _RULE, permission=Permission.WRITE, resource=EVIDENCE, takes=EvidenceContentSchema)
def save_evidence(work: Work, body: dict[str, Any], **_path: Any) -> None:
    """Save another version; what is public stays until this one is approved."""
    revise_evidence(work.session, work.entity, evidence_content(body), **work.by)


@blueprint.write("POST", f"{_RULE}/status", permission=Permission.WRITE, resource=EVIDENCE, takes=StatusSchema)
def report_evidence_status(work: Work, body: dict[str, Any], **_path: Any) -> None:
    """Report a notice against a source, or a look that found none, and send that to review.

    Nothing else changes: all but the status is as it is in force. While a version is under way (409), or before one was
    approved, the status is saved with the rest.
    """
    save_status(work.session, work.entity, body, **work.by)
    submit(work.session, work.entity, **work.by)


add_review_steps(blueprint, _RULE, "evidence", EVIDENCE)
