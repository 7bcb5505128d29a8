"""Full-text search over articles, claims and notes."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from annotations.queries.paging import Key
from annotations.queries.search import search as find
from annotations.store.keys import SEARCH
from annotations.vocabulary import EntityType
from api.database import request_session
from api.openapi import PublicBlueprint
from api.pagination import PageQuery, answer_page, requested_page
from api.reading import unchanged_list
from api.schemas.base import PageSchema, many
from api.schemas.search import TYPES, HitSchema
from api.v1.examples import EXAMPLES

QUERY_LIMIT = 500

blueprint = PublicBlueprint("search", __name__, url_prefix="/v1", description="Words in articles, claims and notes.")


class SearchQuerySchema(PageQuery):
    """What to search for."""

    q = fields.String(
        required=True,
        validate=validate.Length(1, QUERY_LIMIT, error="takes {min} to {max} characters"),
        metadata={
            "description": 'Words that must all occur, in any form; "in quotes" they must follow one another.',
            "example": "reset immune system",
        },
    )
    type = fields.String(
        validate=validate.OneOf(TYPES, error="must be one of: {choices}"),
        metadata={"description": "Only hits of this type.", "example": "article"},
    )


class HitPageSchema(PageSchema):
    """A page of hits."""

    items = many(HitSchema)


@blueprint.route("/search")
@blueprint.query(SearchQuerySchema)
@blueprint.answers(HitPageSchema, example=EXAMPLES["search"])
def search(query: dict[str, Any]) -> Any:
    """Search articles, claims and notes, best hits first; each comes with its caveat.

    Any text is a query. Capitals, accents and endings do not matter.
    """
    requested = requested_page("search", query)
    unchanged = unchanged_list(SEARCH)
    if unchanged is not None:
        return unchanged
    after = None if requested.after is None else _after(requested.after)
    types = (EntityType(query["type"]),) if "type" in query else ()
    found = find(request_session(), query["q"], types=types, limit=requested.limit, after=after)
    return answer_page(requested, found.items, found.next_key and _next_key(found.next_key))


def _next_key(key: Key) -> list[str]:
    score, name, *scale = key
    return [repr(score), name, *map(repr, scale)]


def _after(key: list[Any]) -> Key:
    score, name, *scale = key
    return (float(score), name, *map(float, scale))
