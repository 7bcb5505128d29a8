"""Articles as other things name them, and what stands in the place of annotations: never without their caveats."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, pre_dump

from annotations.queries.views import (
    ArticleRef,
    ArticleSummary,
    PendingView,
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
    FactCheckStatus,
    PendingReason,
    Verdict,
)
from api.current import current_settings
from api.links import annotation_href, article_href, claim_href
from api.schemas.base import (
    categories,
    link,
    many,
    one_of,
    severity,
    string,
)
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
