"""Annotations, pending notices, and articles as other things name them."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, pre_dump, validate

from annotations.queries.views import (
    AnnotationOrNotice,
    Appearance,
    ArticleRef,
    ArticleSummary,
    PendingView,
    PublicAnnotation,
    TitleFlag,
)
from annotations.syndication.wording import (
    fact_check_sentence,
    flag_label,
    notice,
    pending_sentence,
    title_with_verdict,
)
from annotations.vocabulary import (
    VERDICT_LABEL,
    AnchorState,
    Category,
    FactCheckStatus,
    PendingReason,
    Verdict,
)
from api.current import current_settings
from api.links import annotation_href, article_href, claim_href, paragraph_href
from api.schemas.base import (
    categories,
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
from api.schemas.times import Timestamp


class FactCheckSchema(Schema):
    """How far an article was checked."""

    status = one_of(FactCheckStatus, "Where it is not complete, a passage without a note may be unchecked.")
    checked_at = fields.Date(required=True, allow_none=True, metadata={"description": "The day of the check."})
    text = string("The status in words, to be shown with the text.")


class FlaggedWordsSchema(Schema):
    """Words that are flagged, and what is said of them, in short."""

    id = fields.UUID(required=True)
    href = link("The annotation in this API.")
    quote = string("The flagged words, verbatim.")
    claim = link("The claim that they make.")
    verdict = one_of(Verdict, "What the evidence says of that claim.")
    verdict_label = string("The verdict in words.")
    categories = categories()
    severity = severity()
    reader_text = string("What readers are told.")

    @pre_dump
    def present(self, flag: TitleFlag, **_: Any) -> dict[str, Any]:
        """The members."""
        return {
            "id": flag.id,
            "href": annotation_href(flag.id),
            "quote": flag.quote,
            "claim": claim_href(flag.claim_slug),
            "verdict": flag.verdict,
            "verdict_label": VERDICT_LABEL[flag.verdict],
            "categories": flag.categories,
            "severity": flag.severity,
            "reader_text": flag.reader_text,
        }


class ArticleRefSchema(Schema):
    """An article as other things name it: with its fact-check status and what is said of its title."""

    id = fields.UUID(required=True)
    slug = string("Stable name of the article here.")
    href = link("The article in this API.")
    title = string("Not to be printed without what is said of it.")
    title_with_verdict = string("The title as it may be printed where nothing else fits.")
    title_flags = many(FlaggedWordsSchema, "What is said of the title; goes wherever the title is printed.")
    language = string("BCP 47 tag of the text.")
    fact_check = fields.Nested(FactCheckSchema, required=True)

    @pre_dump
    def present(self, article: ArticleRef, **_: Any) -> dict[str, Any]:
        """An article reference's members."""
        return present_article_ref(article)


class PendingNoticeSchema(Schema):
    """What stands in the place of an annotation that is looked at again: no verdict, no old wording."""

    annotation_id = fields.UUID(required=True)
    paragraph_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "Null where the paragraph is gone."}
    )
    since = Timestamp(required=True, metadata={"description": "When it took the annotation's place."})
    reason = one_of(PendingReason, "Why the annotation is looked at again.")
    text = string("What to show to readers.")

    @pre_dump
    def present(self, pending: PendingView, **_: Any) -> dict[str, Any]:
        """A notice's members."""
        return {
            "annotation_id": pending.annotation_id,
            "paragraph_id": pending.paragraph_id,
            "since": pending.since,
            "reason": pending.reason,
            "text": pending_sentence(pending.reason),
        }


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


def article_notice(article: ArticleRef | ArticleSummary) -> str:
    """How far an article was checked, and who says so: to be shown with its text."""
    return notice(article.fact_check_status, article.checked_at, current_settings().organisation_name)


def present_article_ref(article: ArticleRef | ArticleSummary) -> dict[str, Any]:
    """The members that every mention of an article has."""
    labels = [flag_label(flag.verdict, flag.categories) for flag in article.title_flags]
    return {
        "id": article.id,
        "slug": article.slug,
        "href": article_href(article.slug),
        "title": article.title,
        "title_with_verdict": title_with_verdict(article.title, labels, pending=article.title_pending),
        "title_flags": article.title_flags,
        "language": article.language,
        "fact_check": {
            "status": article.fact_check_status,
            "checked_at": article.checked_at,
            "text": fact_check_sentence(article.fact_check_status, article.checked_at),
        },
    }
