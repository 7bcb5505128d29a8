"""Claims as editors are shown them."""

from __future__ import annotations

from marshmallow import Schema, fields

from annotations.vocabulary import Certainty, EvidenceStatus, ReviewState, Stance, Verdict
from api.schemas.base import many, one_of, optional_string, string
from api.schemas.editorial.base import (
    EditorialPageSchema,
    PersonSchema,
    ReviewedFields,
    VersionFields,
    day,
    moment,
    one,
    one_or_null,
    uuid,
)


class EvidenceLinkSchema(Schema):
    """A source as a claim version cites it."""

    evidence = string("Key of the source.", attribute="key")
    evidence_id = uuid("Id of the source.")
    title = string("The source's title.")
    evidence_state = one_of(ReviewState, "Where the source's newest version stands in review.")
    status = one_of(EvidenceStatus, "Notices against the source: as approved, or as last written where none is.")
    stance = one_of(Stance, "How the source stands towards the claim.")
    why = string("One line saying why.")
    quote = optional_string("The source's own words, where held.")
    locator = optional_string("Where in the source they stand.")


class ClaimVersionSchema(VersionFields):
    """One version of a claim."""

    text = string("The statement, in the editor's words.")
    verdict = one_of(Verdict, "What the evidence says of it.")
    certainty = one_of(Certainty, "Certainty of that evidence, after GRADE.")
    summary = string("What readers are told where a passage has no note of its own.")
    search_record = optional_string("What was searched and not found.")
    searched_on = fields.Date(required=True, allow_none=True, metadata={"description": "When that was."})
    evidence = fields.List(
        fields.Nested(EvidenceLinkSchema),
        required=True,
        attribute="links",
        metadata={"description": "What the verdict rests on, in the editor's order."},
    )


class ReviewDueSchema(Schema):
    """By when a claim is to be looked at again."""

    due_on = day("The day.")
    set_by = one(PersonSchema, "Who set it.")
    set_at = moment("When it was set.")


class OpenMergerSchema(Schema):
    """A request to merge the claim into another, which waits for a second person."""

    id = uuid("The request's id.")
    into = string("Slug of the claim that stays.")
    reason = string("What the correction will say.")
    requested_by = one(PersonSchema, "Who asked; somebody else must confirm.")
    requested_at = moment("When they asked.")


class EditorialClaimSchema(ReviewedFields):
    """A claim as editors see it."""

    slug = string("Stable name of the claim here.")
    head = one(ClaimVersionSchema, "The newest version.")
    in_force = one_or_null(ClaimVersionSchema, "The version in force; the same as head where nothing was saved since.")
    review_due = one_or_null(ReviewDueSchema, "By when it is to be looked at again.")
    merger = one_or_null(OpenMergerSchema, "A request to merge it into another claim, if one stands.")
    merged_into = optional_string("Slug of the claim into which it was merged.")


class EditorialClaimPageSchema(EditorialPageSchema):
    """A page of claims."""

    items = many(EditorialClaimSchema)
