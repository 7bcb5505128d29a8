"""Claims: writing, reviewing, merging, and when to look at them again."""

from __future__ import annotations

from typing import Any

from marshmallow import fields
from sqlalchemy import select

from annotations.errors import InvalidInput, TransitionNotAllowed
from annotations.permissions import Permission
from annotations.queries.editorial import claims as queries
from annotations.services.claims import revise_claim, write_claim
from annotations.services.merging import cancel_merger, confirm_merger, request_merger
from annotations.services.reconfirming import reconfirm_claim
from annotations.services.review_dates import set_review_due
from annotations.store.claims import Claim
from annotations.store.editorial import ClaimMerger
from annotations.vocabulary import ReviewState
from api.editorial.blueprint import EditorialBlueprint, Reading
from api.editorial.bodies import BodySchema
from api.editorial.inputs import ClaimContentSchema, NewClaimSchema, ReasonSchema, claim_content, written
from api.editorial.lists import after, editorial_page
from api.editorial.resources import CLAIM
from api.editorial.reviewing import CancellationSchema, add_review_steps, add_withdrawal
from api.editorial.writing import Work
from api.pagination import PageQuery, requested_page
from api.schemas.editorial.claims import EditorialClaimPageSchema, EditorialClaimSchema
from api.v1.parameters import enum_filter

blueprint = EditorialBlueprint("editorial_claims", __name__, description="Claims, drafts included.")

_RULE = "/claims/<slug:slug>"


class StateQuery(PageQuery):
    """Which of them."""

    state = enum_filter(ReviewState, "Only what stands there in review.", ReviewState.IN_REVIEW)


class MergerSchema(BodySchema):
    """Into which claim, and why."""

    into = written("Slug of the claim that stays.")
    reason = written("What the correction will say.")


class DueSchema(BodySchema):
    """By when a claim is to be looked at again."""

    due_on = fields.Date(required=True, allow_none=True, metadata={"description": "null: no date."})


@blueprint.read("/claims", permission=Permission.READ, answers=EditorialClaimPageSchema, query=StateQuery)
def list_editorial_claims(call: Reading) -> Any:
    """List claims in any state, by slug."""
    requested = requested_page("editorial claims", dict(call.query))
    state = ReviewState(call.query["state"]) if "state" in call.query else None
    found = queries.list_claims(call.session, state=state, limit=requested.limit, after=after(requested))
    return editorial_page(requested, found)


@blueprint.read(_RULE, permission=Permission.READ, answers=EditorialClaimSchema, tagged=True)
def get_editorial_claim(call: Reading) -> Any:
    """Read a claim: its newest version, and the one in force."""
    return queries.get_claim(call.session, call.path["slug"])


@blueprint.write(
    "POST",
    "/claims",
    permission=Permission.WRITE,
    resource=CLAIM,
    takes=NewClaimSchema,
    status=201,
    creates=True,
)
def create_claim(work: Work, body: dict[str, Any]) -> Claim:
    """Write a claim as a draft."""
    return write_claim(work.session, claim_content(work.session, body), slug=body["slug"], **work.by)


@blueprint.write("PUT", _RULE, permission=Permission.WRITE, resource=CLAIM, takes=ClaimContentSchema)
def save_claim(work: Work, body: dict[str, Any], **_path: Any) -> None:
    """Save another version; what is public stays until this one is approved."""
    revise_claim(work.session, work.entity, claim_content(work.session, body), **work.by)


@blueprint.write("POST", f"{_RULE}/reconfirm", permission=Permission.OPEN_RECHECK, resource=CLAIM, takes=ReasonSchema)
def reconfirm_claim_as_it_is(work: Work, body: dict[str, Any], **_path: Any) -> None:
    """Let a flagged claim stand as it is."""
    reconfirm_claim(work.session, work.entity, reason=body["reason"], **work.by)


@blueprint.write("PUT", f"{_RULE}/review-due", permission=Permission.WRITE, resource=CLAIM, takes=DueSchema)
def set_claim_review_due(work: Work, body: dict[str, Any], **_path: Any) -> None:
    """Say by when the claim is to be looked at again."""
    set_review_due(work.session, work.entity, body["due_on"], **work.by)


@blueprint.write("POST", f"{_RULE}/merger", permission=Permission.MERGE_CLAIMS, resource=CLAIM, takes=MergerSchema)
def request_claim_merger(work: Work, body: dict[str, Any], **_path: Any) -> None:
    """Ask that the claim be merged into another; a second person confirms."""
    winner = work.session.scalars(select(Claim).where(Claim.slug == body["into"])).one_or_none()
    if winner is None:
        raise InvalidInput(f"there is no claim {body['into']}; name one that is published", field="into")
    request_merger(work.session, work.entity, winner, reason=body["reason"], **work.by)


@blueprint.write(
    "DELETE", f"{_RULE}/merger", permission=Permission.MERGE_CLAIMS, resource=CLAIM, takes=CancellationSchema
)
def cancel_claim_merger(work: Work, body: dict[str, Any], **_path: Any) -> None:
    """Take back, or turn down, the request to merge the claim."""
    cancel_merger(work.session, _open_merger(work), reason=body["reason"], **work.by)


@blueprint.write("POST", f"{_RULE}/merger/confirm", permission=Permission.MERGE_CLAIMS, resource=CLAIM)
def confirm_claim_merger(work: Work, _body: Any, **_path: Any) -> None:
    """Merge the claim, as somebody else asked; its address answers 308 from now on."""
    confirm_merger(work.session, _open_merger(work), four_eyes=work.four_eyes, **work.by)


def _open_merger(work: Work) -> ClaimMerger:
    statement = select(ClaimMerger).where(ClaimMerger.loser_id == work.entity.id, ClaimMerger.closed_at.is_(None))
    merger = work.session.scalars(statement).one_or_none()
    if merger is None:
        raise TransitionNotAllowed(
            "nobody asked for this claim to be merged, or it was settled already; to merge it, ask for it first",
            context={"claim": work.entity.slug, "state": work.entity.state},
        )
    return merger


add_review_steps(blueprint, _RULE, "claim", CLAIM)
add_withdrawal(blueprint, _RULE, "claim", CLAIM)
