"""Claims: statements with one verdict each, wherever they appear."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, request
from marshmallow import pre_dump
from sqlalchemy.orm import Session

from annotations.queries import claims
from annotations.queries.tombstones import claim_tombstone
from annotations.queries.views import ClaimView
from annotations.store.keys import CLAIMS, claim_key
from annotations.vocabulary import Verdict
from api.database import request_session
from api.links import claim_href
from api.openapi import PublicBlueprint
from api.pagination import answer_page, requested_page
from api.reading import read_one, unchanged_list
from api.schemas.base import PageSchema, disclaimer_field, many, own_notice
from api.schemas.claims import ClaimSchema, present_full_claim
from api.schemas.notes import AppearanceSchema
from api.v1.examples import CLAIM, EXAMPLES
from api.v1.parameters import PastPageQuery, PastQuery, verdict_filter

blueprint = PublicBlueprint(
    "claims", __name__, url_prefix="/v1", description="Statements with one verdict each, wherever they appear."
)


class ClaimQuery(PastPageQuery):
    """Which claims."""

    verdict = verdict_filter()


class ClaimPageSchema(PageSchema):
    """A page of claims."""

    items = many(ClaimSchema)


class ClaimWithAppearancesSchema(ClaimSchema):
    """A claim with every passage that makes it."""

    notice = disclaimer_field()
    appearances = many(AppearanceSchema, "Every public passage that makes it, by article and place.")

    @pre_dump
    def present(self, view: ClaimView, **_: Any) -> dict[str, Any]:
        """A claim's members, with its appearances."""
        return {**present_full_claim(view.claim), "notice": own_notice(), "appearances": view.appearances}


@blueprint.route("/claims")
@blueprint.query(ClaimQuery)
@blueprint.answers(ClaimPageSchema, example=EXAMPLES["list_claims"])
def list_claims(query: dict[str, Any]) -> Any:
    """List claims with their verdict and evidence, by slug."""
    requested = requested_page("claims", query)
    at = query.get("as_of")
    unchanged = unchanged_list(CLAIMS, at)
    if unchanged is not None:
        return unchanged
    verdict = Verdict(query["verdict"]) if "verdict" in query else None
    after = None if requested.after is None else tuple(requested.after)
    found = claims.list_claims(request_session(), verdict=verdict, limit=requested.limit, after=after, at=at)
    return answer_page(requested, found.items, found.next_key)


@blueprint.route("/claims/<slug:slug>", path={"slug": (CLAIM, "Slug of the claim.")})
@blueprint.query(PastQuery)
@blueprint.answers(ClaimWithAppearancesSchema, example=EXAMPLES["get_claim"])
def get_claim(query: dict[str, Any], slug: str) -> ClaimView | Response:
    """Read a claim with its evidence and every appearance.

    One that was merged into another answers 308 with the address of that.
    """
    at = query.get("as_of")
    return read_one(
        claim_key(slug),
        lambda session: claims.get_claim(session, slug, at),
        lambda session: claim_tombstone(session, slug, at),
        at=at,
        elsewhere=lambda session: _merged_into(session, slug, at),
    )


def _merged_into(session: Session, slug: str, at: datetime | None) -> str | None:
    winner = claims.merged_into(session, slug, at)
    if winner is None:
        return None
    # What was asked as of a moment is answered as of that moment there too.
    return claim_href(winner) + (f"?{request.query_string.decode('ascii')}" if at is not None else "")
