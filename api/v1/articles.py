"""Articles: texts with everything that is said of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields, validate

from annotations.queries import articles
from annotations.queries.articles import ArticleFilter
from annotations.queries.tombstones import article_tombstone
from annotations.queries.views import ArticleView
from annotations.store.keys import ARTICLES, article_key
from annotations.vocabulary import Category, Verdict
from api.database import request_session
from api.openapi import PublicBlueprint
from api.pagination import answer_page, requested_page
from api.parameters import Moment
from api.reading import read_one, unchanged_list
from api.schemas.articles import ArticleSchema, ArticleSummarySchema
from api.schemas.base import PageSchema, many
from api.schemas.times import rfc3339
from api.v1.examples import ARTICLE, EXAMPLES
from api.v1.parameters import PastPageQuery, PastQuery, category_filter, slug_filter, verdict_filter

blueprint = PublicBlueprint(
    "articles", __name__, url_prefix="/v1", description="Texts with everything that is said of them."
)


class ArticleQuery(PastPageQuery):
    """Which articles."""

    topic = slug_filter("Only articles with this topic.", "multiple-sclerosis")
    language = fields.String(
        validate=validate.Regexp(r"\A[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}\Z", error="is no BCP 47 tag"),
        metadata={"description": "Only articles in this language, a BCP 47 tag.", "example": "en"},
    )
    verdict = verdict_filter()
    category = category_filter()
    updated_since = Moment(
        metadata={
            "description": "Only articles that changed at this moment or later, in text or in what is said of them.",
            "example": "2026-11-22T00:00:00Z",
        },
    )


class ArticlePageSchema(PageSchema):
    """A page of articles."""

    items = many(ArticleSummarySchema)


@blueprint.route("/articles")
@blueprint.query(ArticleQuery)
@blueprint.answers(ArticlePageSchema, example=EXAMPLES["list_articles"])
def list_articles(query: dict[str, Any]) -> Any:
    """List articles, the last made public first.

    Each comes with its fact-check status, a summary of its flags by verdict and severity, and what is said of
    its title.
    """
    requested = requested_page("articles", query)
    at = query.get("as_of")
    unchanged = unchanged_list(ARTICLES, at)
    if unchanged is not None:
        return unchanged
    found = articles.list_articles(
        request_session(), _wanted(query), limit=requested.limit, after=_after(requested.after), at=at
    )
    next_key = found.next_key and (rfc3339(found.next_key[0]), str(found.next_key[1]))
    return answer_page(requested, found.items, next_key)


@blueprint.route("/articles/<slug:slug>", path={"slug": (ARTICLE, "Slug of the article.")})
@blueprint.query(PastQuery)
@blueprint.answers(ArticleSchema, example=EXAMPLES["get_article"])
def get_article(query: dict[str, Any], slug: str) -> ArticleView | Response:
    """Read an article with its text and everything that is said of it."""
    at = query.get("as_of")
    return read_one(
        article_key(slug),
        lambda session: articles.get_article(session, slug, at),
        lambda session: article_tombstone(session, slug, at),
        at=at,
    )


def _wanted(query: dict[str, Any]) -> ArticleFilter:
    return ArticleFilter(
        topic=query.get("topic"),
        language=query.get("language"),
        verdict=Verdict(query["verdict"]) if "verdict" in query else None,
        category=Category(query["category"]) if "category" in query else None,
        updated_since=query.get("updated_since"),
    )


def _after(key: list[Any] | None) -> tuple[datetime, UUID] | None:
    return None if key is None else (datetime.fromisoformat(key[0]), UUID(key[1]))
