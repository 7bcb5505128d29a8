"""Annotations: passages and what is said of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import validate

from annotations.queries import notes
from annotations.queries.notes import AnnotationFilter
from annotations.queries.tombstones import annotation_tombstone
from annotations.queries.views import AnnotationOrNotice
from annotations.store.keys import ANNOTATIONS, annotation_key
from annotations.vocabulary import Category, Verdict
from api.database import request_session
from api.openapi import PublicBlueprint
from api.pagination import answer_page, requested_page
from api.parameters import WholeNumber
from api.reading import read_one, unchanged_list
from api.schemas.base import PageSchema, many
from api.schemas.notes import AnnotationResourceSchema, AnnotationSchema
from api.v1.examples import ANNOTATION, ARTICLE, CLAIM, EXAMPLES, SOURCE
from api.v1.parameters import PastPageQuery, PastQuery, category_filter, slug_filter, verdict_filter

blueprint = PublicBlueprint("annotations", __name__, url_prefix="/v1", description="Passages and what is said of them.")


class AnnotationQuery(PastPageQuery):
    """Which annotations."""

    article = slug_filter("Only annotations of this article, by slug.", ARTICLE)
    claim = slug_filter("Only annotations that make this claim, by slug.", CLAIM)
    category = category_filter()
    verdict = verdict_filter()
    severity = WholeNumber(
        validate=validate.Range(1, 3, error="must be from {min} to {max}"),
        metadata={"description": "Only annotations of this severity.", "example": 2},
    )
    evidence = slug_filter("Only annotations whose claim rests on this source, by key.", SOURCE)


class AnnotationPageSchema(PageSchema):
    """A page of annotations."""

    items = many(AnnotationSchema)


@blueprint.route("/annotations")
@blueprint.query(AnnotationQuery)
@blueprint.answers(AnnotationPageSchema, example=EXAMPLES["list_annotations"])
def list_annotations(query: dict[str, Any]) -> Any:
    """List annotations in the order of their ids; those in whose place a notice stands are not among them."""
    requested = requested_page("annotations", query)
    at = query.get("as_of")
    unchanged = unchanged_list(ANNOTATIONS, at)
    if unchanged is not None:
        return unchanged
    after = None if requested.after is None else (UUID(str(requested.after[0])),)
    found = notes.list_annotations(request_session(), _wanted(query), limit=requested.limit, after=after, at=at)
    return answer_page(requested, found.items, found.next_key and [str(found.next_key[0])])


@blueprint.route("/annotations/<uuid:annotation_id>", path={"annotation_id": (ANNOTATION, "Id of the annotation.")})
@blueprint.query(PastQuery)
@blueprint.answers(AnnotationResourceSchema, example=EXAMPLES["get_annotation"])
def get_annotation(query: dict[str, Any], annotation_id: UUID) -> AnnotationOrNotice | Response:
    """Read an annotation, or the notice that stands in its place while editors look at it again."""
    at = query.get("as_of")
    return read_one(
        annotation_key(annotation_id),
        lambda session: notes.get_annotation(session, annotation_id, at),
        lambda session: annotation_tombstone(session, annotation_id, at),
        at=at,
    )


def _wanted(query: dict[str, Any]) -> AnnotationFilter:
    return AnnotationFilter(
        article=query.get("article"),
        claim=query.get("claim"),
        category=Category(query["category"]) if "category" in query else None,
        verdict=Verdict(query["verdict"]) if "verdict" in query else None,
        severity=query.get("severity"),
        evidence=query.get("evidence"),
    )
