"""Annotations, pending notices, and articles as other things name them."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, pre_dump, validate

from annotations.queries.views import (
    AnnotationOrNotice,
    Appearance,
    PublicAnnotation,
)
from annotations.vocabulary import (
    AnchorState,
    Category,
)
from api.links import annotation_href, paragraph_href
from api.schemas.base import (
    disclaimer_field,
    link,
    many,
    one_of,
    optional_string,
    own_notice,
    severity,
    string,
    whole,
)
from api.schemas.claims import CitationSchema, ClaimBriefSchema
from api.schemas.mentions import ArticleRefSchema, PendingNoticeSchema
from api.schemas.times import Timestamp


class PositionSchema(Schema):
    """A span: the first position in it, and the first after it, counted from 0."""

    start = whole()
    end = whole()


class PlaceSchema(Schema):
    """The paragraph in which an annotation stands."""

    id = fields.UUID(required=True)
    ordinal = whole("Its place in the article; 0 is the title.")
    href = link("The paragraph in this API.")


class AnnotationBriefSchema(Schema):
    """An annotation where its article and paragraph are at hand."""

    id = fields.UUID(required=True)
    href = link("The annotation in this API.")
    published_at = Timestamp(required=True, metadata={"description": "When this version came into force."})
    quote = string("The annotated words, verbatim.")
    position = fields.Nested(
        PositionSchema, required=True, metadata={"description": "In the paragraph's text, in Unicode code points."}
    )
    position_utf16 = fields.Nested(
        PositionSchema, required=True, metadata={"description": "The same in UTF-16 code units, as browsers count."}
    )
    prefix = string("Words before the quote in the present text.")
    suffix = string("Words after the quote in the present text.")
    anchor_state = one_of(AnchorState, "How the annotation holds on to the present text.")
    context_changed = fields.Boolean(
        required=True, metadata={"description": "The sentence around the same words changed."}
    )
    needs_recheck = fields.Boolean(required=True, metadata={"description": "Editors are looking at it again."})
    categories = fields.List(
        fields.String(validate=validate.OneOf(Category.values())),
        required=True,
        metadata={"description": "What is the matter with the passage."},
    )
    severity = severity()
    reader_text = string("What to show to readers.")
    claim = fields.Nested(ClaimBriefSchema, required=True)
    evidence = many(CitationSchema, "What the verdict rests on.")

    @pre_dump
    def present(self, note: PublicAnnotation, **_: Any) -> dict[str, Any]:
        """An annotation's members."""
        return present_annotation(note)


class AnnotationSchema(AnnotationBriefSchema):
    """An annotation in a list: with its article and paragraph."""

    article = fields.Nested(ArticleRefSchema, required=True)
    paragraph = fields.Nested(PlaceSchema, required=True)

    @pre_dump
    def present(self, note: PublicAnnotation, **_: Any) -> dict[str, Any]:
        """An annotation's members, with its place."""
        return {**present_annotation(note), "article": note.article}


class AppearanceSchema(Schema):
    """A passage that makes a claim."""

    id = fields.UUID(required=True)
    href = link("The annotation in this API.")
    article = fields.Nested(ArticleRefSchema, required=True)
    paragraph = fields.Nested(PlaceSchema, required=True)
    quote = string("The words that make the claim, verbatim.")
    categories = fields.List(fields.String(validate=validate.OneOf(Category.values())), required=True)
    severity = severity()
    reader_text = string("What readers are told here.")

    @pre_dump
    def present(self, appearance: Appearance, **_: Any) -> dict[str, Any]:
        """An appearance's members."""
        return {**present_annotation(appearance.annotation), "article": appearance.article}


class AnnotationResourceSchema(Schema):
    """What stands at an annotation's address: the annotation, or the notice in its place."""

    id = fields.UUID(required=True)
    href = link("This address.")
    notice = disclaimer_field()
    status = fields.String(
        required=True,
        validate=validate.OneOf(["published", "pending"]),
        metadata={"description": "pending: a notice stands here, and everything from published_at on is null."},
    )
    article = fields.Nested(ArticleRefSchema, required=True)
    pending_notice = fields.Nested(PendingNoticeSchema, required=True, allow_none=True)
    published_at = Timestamp(required=True, allow_none=True)
    paragraph = fields.Nested(PlaceSchema, required=True, allow_none=True)
    quote = optional_string("The annotated words, verbatim.")
    position = fields.Nested(PositionSchema, required=True, allow_none=True)
    position_utf16 = fields.Nested(PositionSchema, required=True, allow_none=True)
    prefix = optional_string()
    suffix = optional_string()
    anchor_state = fields.String(required=True, allow_none=True, validate=validate.OneOf(AnchorState.values()))
    context_changed = fields.Boolean(required=True, allow_none=True)
    needs_recheck = fields.Boolean(required=True, allow_none=True)
    categories = fields.List(fields.String(validate=validate.OneOf(Category.values())), required=True, allow_none=True)
    severity = severity()
    reader_text = optional_string()
    claim = fields.Nested(ClaimBriefSchema, required=True, allow_none=True)
    evidence = fields.List(fields.Nested(CitationSchema), required=True, allow_none=True)

    @pre_dump
    def present(self, view: AnnotationOrNotice, **_: Any) -> dict[str, Any]:
        """The members of whichever stands there."""
        nothing = dict.fromkeys(self.fields)
        return {
            **nothing,
            **(present_annotation(view.annotation) if view.annotation else {}),
            "id": view.id,
            "href": annotation_href(view.id),
            "notice": own_notice(),
            "status": "published" if view.annotation else "pending",
            "article": view.article,
            "pending_notice": view.pending,
        }


def present_annotation(note: PublicAnnotation) -> dict[str, Any]:
    """The members of an annotation, ready for the schemas above."""
    return {
        "id": note.id,
        "href": annotation_href(note.id),
        "published_at": note.published_at,
        "paragraph": {
            "id": note.paragraph_id,
            "ordinal": note.ordinal,
            "href": paragraph_href(note.paragraph_id),
        },
        "quote": note.quote,
        "position": {"start": note.start, "end": note.end},
        "position_utf16": {"start": note.utf16_start, "end": note.utf16_end},
        "prefix": note.prefix,
        "suffix": note.suffix,
        "anchor_state": note.anchor_state,
        "context_changed": note.context_changed,
        "needs_recheck": note.needs_recheck,
        "categories": note.categories,
        "severity": note.severity,
        "reader_text": note.reader_text,
        "claim": note.claim,
        "evidence": note.claim.evidence,
    }
