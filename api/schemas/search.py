"""Search hits: what was found, and the caveat that goes with it."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, pre_dump, validate

from annotations.queries.views import Hit
from annotations.syndication.wording import caveat, claim_caveat, flag_label
from api.links import paragraph_href
from api.schemas.base import many, string
from api.schemas.claims import ClaimBriefSchema
from api.schemas.mentions import ArticleRefSchema, FlaggedWordsSchema, PendingNoticeSchema
from api.schemas.notes import PlaceSchema

TYPES = ("article", "claim", "annotation")


class SnippetPartSchema(Schema):
    """A run of the snippet."""

    text = string("Verbatim.")
    match = fields.Boolean(required=True, metadata={"description": "Whether it is a word that was searched for."})


class HitSchema(Schema):
    """A paragraph, a claim or a note that holds all the words searched for."""

    type = fields.String(
        required=True, validate=validate.OneOf(TYPES), metadata={"description": "What holds the words."}
    )
    snippet = many(SnippetPartSchema, "A part of the text that was found, verbatim; show it with the caveat.")
    caveat = string("What must be shown with the snippet.")
    article = fields.Nested(
        ArticleRefSchema, required=True, allow_none=True, metadata={"description": "Null for a claim."}
    )
    paragraph = fields.Nested(
        PlaceSchema, required=True, allow_none=True, metadata={"description": "Null for a claim."}
    )
    annotations = many(FlaggedWordsSchema, "What is said of the paragraph; of a note, the note itself.")
    pending_notices = many(PendingNoticeSchema, "Notices that stand in the paragraph.")
    claim = fields.Nested(
        ClaimBriefSchema, required=True, allow_none=True, metadata={"description": "Null but for a claim."}
    )

    @pre_dump
    def present(self, hit: Hit, **_: Any) -> dict[str, Any]:
        """A hit's members."""
        place = None
        if hit.paragraph_id is not None:
            place = {"id": hit.paragraph_id, "ordinal": hit.ordinal, "href": paragraph_href(hit.paragraph_id)}
        return {
            "type": hit.key.partition(":")[0],
            "snippet": hit.snippet.parts,
            "caveat": _caveat(hit),
            "article": hit.article,
            "paragraph": place,
            "annotations": [note.as_title_flag() for note in hit.annotations],
            "pending_notices": hit.pending,
            "claim": hit.claim,
        }


def _caveat(hit: Hit) -> str:
    if hit.claim is not None:
        return claim_caveat(hit.claim.verdict, hit.claim.summary, needs_recheck=hit.claim.needs_recheck)
    if hit.article is None:
        raise ValueError(f"the hit {hit.key} is about nothing")
    labels = [flag_label(note.claim.verdict, note.categories) for note in hit.annotations]
    return caveat(labels, len(hit.pending), hit.article.fact_check_status, hit.article.checked_at)
