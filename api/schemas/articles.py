"""Articles and paragraphs: text that never goes without its caveats."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, pre_dump

from annotations.queries.views import ArticleSummary, ArticleView, ParagraphView
from annotations.vocabulary import BlockKind, OriginStatus, Severity, Verdict
from api.links import paragraph_href
from api.schemas.base import link, many, one_of, optional_string, sha256, string, whole
from api.schemas.mentions import ArticleRefSchema, PendingNoticeSchema, article_notice, present_article_ref
from api.schemas.notes import AnnotationBriefSchema
from api.schemas.times import Timestamp

_SEVERITIES = (Severity.MINOR, Severity.COULD_MISLEAD, Severity.COULD_CHANGE_TREATMENT)


class SegmentSchema(Schema):
    """A run of a paragraph's text and the annotations that cover all of it."""

    text = string()
    annotations = fields.List(
        fields.UUID(),
        required=True,
        metadata={"description": "Ids of the annotations that cover it, if any."},
    )


class ParagraphSchema(Schema):
    """A paragraph with everything that is said of it."""

    ordinal = whole("Its place in the article; 0 is the title found in the text.")
    id = fields.UUID(required=True)
    href = link("The paragraph in this API, the same through all revisions.")
    kind = one_of(BlockKind, "What it is in the article.")
    text = string("Plain text in NFC. Show it with its annotations and notices.")
    sha256 = sha256("SHA-256 of the text in UTF-8, hexadecimal.")
    segments = many(SegmentSchema, "The text, cut at the borders of its annotations; joined, they are the text.")
    annotations = many(AnnotationBriefSchema, "In the order of their words.")
    pending_notices = many(PendingNoticeSchema, "To be shown in the place of annotations.")

    @pre_dump
    def present(self, paragraph: ParagraphView, **_: Any) -> dict[str, Any]:
        """A paragraph's members."""
        return present_paragraph(paragraph)


class ParagraphResourceSchema(ParagraphSchema):
    """A paragraph under its own address: with its article's status."""

    article = fields.Nested(ArticleRefSchema, required=True)
    notice = string("To be shown with the text.")

    @pre_dump
    def present(self, paragraph: ParagraphView, **_: Any) -> dict[str, Any]:
        """A paragraph's members, with its article."""
        article = paragraph.article
        return {
            **present_paragraph(paragraph),
            "article": article,
            "notice": article_notice(article) if article else None,
        }


class VerdictCountsSchema(Schema):
    """How many annotations have each verdict; made from the enumeration, so that none is forgotten."""

    class Meta:
        """The fields."""

        include = {  # noqa: RUF012 - marshmallow reads it from the class
            verdict.value: whole() for verdict in Verdict
        }


class SeverityCountsSchema(Schema):
    """How many annotations have each severity; ``none`` are fair statements."""

    class Meta:
        """The fields."""

        include = {  # noqa: RUF012 - marshmallow reads it from the class
            name: whole() for name in (*map(str, _SEVERITIES), "none")
        }


class FlagsSchema(Schema):
    """A summary of an article's annotations."""

    total = whole("All annotations, fair statements included.")
    by_verdict = fields.Nested(VerdictCountsSchema, required=True)
    by_severity = fields.Nested(SeverityCountsSchema, required=True)
    pending = whole("Notices that stand in the place of annotations.")


class ArticleSummarySchema(ArticleRefSchema):
    """An article in a list."""

    topics = fields.List(fields.String(), required=True, metadata={"description": "Slugs of its topics."})
    canonical_url = optional_string("Where the text first appeared, if known.")
    publisher = optional_string("Who published the text, if known.")
    byline = optional_string("Who wrote it, if known.")
    published_at = Timestamp(
        required=True, allow_none=True, metadata={"description": "When the text first appeared, if known."}
    )
    origin_status = one_of(OriginStatus, "What is known of where the text first appeared.")
    revision = whole("Number of the text's revision in force.", low=1)
    text_hash = sha256("SHA-256 over the canonical JSON (RFC 8785) of the ordered [kind, text] of all blocks.")
    public_since = Timestamp(required=True, metadata={"description": "When it was made public here."})
    updated_at = Timestamp(
        required=True, metadata={"description": "When the text, its metadata or anything said of it last changed."}
    )
    flags = fields.Nested(FlagsSchema, required=True)
    notice = string("To be shown with the text.")

    @pre_dump
    def present(self, summary: ArticleSummary, **_: Any) -> dict[str, Any]:
        """An article's members, text aside."""
        return present_summary(summary)


class ArticleSchema(ArticleSummarySchema):
    """An article with its text and everything that is said of it."""

    title_annotations = many(
        AnnotationBriefSchema, "The annotations of the title, which the paragraph with ordinal 0 holds too."
    )
    paragraphs = many(ParagraphSchema, "In order; the first has ordinal 0 where the text has a title of its own.")
    pending_notices = many(PendingNoticeSchema, "Notices whose paragraph is gone.")

    @pre_dump
    def present(self, view: ArticleView, **_: Any) -> dict[str, Any]:
        """An article's members."""
        return {
            **present_summary(view.summary),
            "title_annotations": view.title_annotations,
            "paragraphs": view.paragraphs,
            "pending_notices": view.pending,
        }


def present_paragraph(paragraph: ParagraphView) -> dict[str, Any]:
    """The members of a paragraph, ready for the schemas above."""
    return {
        "ordinal": paragraph.ordinal,
        "id": paragraph.id,
        "href": paragraph_href(paragraph.id),
        "kind": paragraph.kind,
        "text": paragraph.text,
        "sha256": paragraph.sha256,
        "segments": paragraph.segments,
        "annotations": paragraph.annotations,
        "pending_notices": paragraph.pending,
    }


def present_summary(summary: ArticleSummary) -> dict[str, Any]:
    """The members of an article, text aside."""
    names = (
        "topics canonical_url publisher byline published_at origin_status revision text_hash public_since updated_at"
    )
    return {
        **present_article_ref(summary),
        **{name: getattr(summary, name) for name in names.split()},
        "flags": _flags(summary),
        "notice": article_notice(summary),
    }


def _flags(summary: ArticleSummary) -> dict[str, Any]:
    by_verdict = dict.fromkeys(Verdict.values(), 0)
    by_severity = dict.fromkeys([*map(str, _SEVERITIES), "none"], 0)
    for flag in summary.flags:
        by_verdict[flag.verdict.value] += flag.count
        by_severity["none" if flag.severity is None else str(flag.severity)] += flag.count
    return {
        "total": sum(by_verdict.values()),
        "by_verdict": by_verdict,
        "by_severity": by_severity,
        "pending": summary.pending_count,
    }
