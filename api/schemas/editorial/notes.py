"""Annotations as editors are shown them."""

from __future__ import annotations

from marshmallow import Schema

from annotations.vocabulary import AnchorState, PendingReason
from api.schemas.base import categories, many, one_of, optional_string, severity, string, whole
from api.schemas.editorial.base import (
    EditorialPageSchema,
    PersonSchema,
    ReviewedFields,
    VersionFields,
    flag,
    moment,
    one,
    one_or_null,
    optional_whole,
    uuid,
)


class AnchorSchema(Schema):
    """Where a version stands in one revision; the place is null where its words are gone."""

    revision_number = whole("Of which revision.", low=1)
    state = one_of(AnchorState, "How it holds on to that text.")
    context_changed = flag("The sentence around the same words changed.")
    quote = string("The words as they stand there; where they are gone, as they were marked.")
    paragraph_id = uuid("The paragraph.", allow_none=True)
    ordinal = optional_whole("The paragraph's place in that revision.")
    start = optional_whole("The first position, in code points of the paragraph's text.")
    end = optional_whole("The first position after it.")
    utf16_start = optional_whole("The first position in UTF-16 code units, as browsers count.")
    utf16_end = optional_whole("The first position after it, in UTF-16 code units.")
    paragraph_text = optional_string("The paragraph's text in that revision.")


class AnnotationVersionSchema(VersionFields):
    """One version of an annotation."""

    claim = string("Slug of the claim that the passage makes.", attribute="claim_slug")
    categories = categories()
    severity = severity()
    note = optional_string("The note for this passage; null where the claim's summary is shown.")
    quote = string("The words as the editor marked them.")
    prefix = string("Words before them.")
    suffix = string("Words after them.")


class NoticeSchema(Schema):
    """The pending notice that stands in the annotation's place."""

    reason = one_of(PendingReason, "Why it is looked at again.")
    since = moment("When it took the annotation's place.")
    opened_by = one(PersonSchema, "Whose step opened it.")


class EditorialAnnotationSchema(ReviewedFields):
    """An annotation as editors see it."""

    article = string("Slug of its article.", attribute="article_slug")
    head = one(AnnotationVersionSchema, "The newest version.")
    in_force = one_or_null(
        AnnotationVersionSchema, "The version in force; the same as head where nothing was saved since."
    )
    head_anchor = one_or_null(AnchorSchema, "Where the newest version stands in the article's newest revision.")
    in_force_anchor = one_or_null(AnchorSchema, "Where the version in force stands in the article's newest revision.")
    notice = one_or_null(NoticeSchema, "The notice in its place, if one stands.")


class EditorialAnnotationPageSchema(EditorialPageSchema):
    """A page of annotations."""

    items = many(EditorialAnnotationSchema)
