"""Paragraphs, by their place in an article and under their own id."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields

from annotations.queries import articles
from annotations.queries.tombstones import article_tombstone, paragraph_tombstone
from annotations.queries.validators import place_state
from annotations.queries.views import ParagraphView
from annotations.store.keys import article_key, paragraph_key
from api.openapi import PublicBlueprint
from api.pagination import answer_page, requested_page
from api.reading import read_one
from api.schemas.articles import ParagraphResourceSchema, ParagraphSchema
from api.schemas.base import PageSchema, many, string
from api.schemas.mentions import ArticleRefSchema, PendingNoticeSchema, article_notice
from api.v1.examples import ARTICLE, EXAMPLES, ORDINAL, PARAGRAPH
from api.v1.parameters import PastPageQuery, PastQuery

blueprint = PublicBlueprint(
    "paragraphs", __name__, url_prefix="/v1", description="Paragraphs with everything that is said of them."
)

_SLUG = (ARTICLE, "Slug of the article.")
_ORDINAL = (ORDINAL, "Place of the paragraph in the article; 0 is the title where the text has one of its own.")


class ParagraphPageSchema(PageSchema):
    """A page of an article's paragraphs, with the article's status."""

    article = fields.Nested(ArticleRefSchema, required=True)
    notice = string("To be shown with the text.")
    pending_notices = many(PendingNoticeSchema, "Notices whose paragraph is gone.")
    items = many(ParagraphSchema)


@blueprint.route("/articles/<slug:slug>/paragraphs", path={"slug": _SLUG})
@blueprint.query(PastPageQuery)
@blueprint.answers(ParagraphPageSchema, example=EXAMPLES["list_paragraphs"])
def list_paragraphs(query: dict[str, Any], slug: str) -> Any:
    """List an article's paragraphs in order, with everything that is said of them.

    The title has ordinal 0 where it stands in the text. A cursor goes on after the paragraph that came last; when
    the article changed in between, start again.
    """
    requested = requested_page(f"paragraphs of {slug}", query)
    at = query.get("as_of")
    after = None if requested.after is None else int(str(requested.after[0]))
    found = read_one(
        article_key(slug),
        lambda session: articles.get_paragraphs(session, slug, limit=requested.limit, after=after, at=at),
        lambda session: article_tombstone(session, slug, at),
        at=at,
    )
    if isinstance(found, Response):
        return found
    status = article_notice(found.article)
    body, headers = answer_page(
        requested, found.paragraphs, None if found.next_ordinal is None else [found.next_ordinal]
    )
    return {**body, "article": found.article, "notice": status, "pending_notices": found.pending}, headers


@blueprint.route("/articles/<slug:slug>/paragraphs/<ordinal:ordinal>", path={"slug": _SLUG, "ordinal": _ORDINAL})
@blueprint.query(PastQuery)
@blueprint.answers(ParagraphResourceSchema, example=EXAMPLES["get_paragraph_by_ordinal"])
def get_paragraph_by_ordinal(query: dict[str, Any], slug: str, ordinal: int) -> ParagraphView | Response:
    """Read the paragraph that stands at a place in an article."""
    at = query.get("as_of")
    return read_one(
        article_key(slug),
        lambda session: articles.get_paragraph(session, slug=slug, ordinal=ordinal, at=at),
        lambda session: article_tombstone(session, slug, at),
        lambda session: place_state(session, slug, ordinal),
        at=at,
    )


@blueprint.route("/paragraphs/<uuid:paragraph_id>", path={"paragraph_id": (PARAGRAPH, "Id of the paragraph.")})
@blueprint.query(PastQuery)
@blueprint.answers(ParagraphResourceSchema, example=EXAMPLES["get_paragraph"])
def get_paragraph(query: dict[str, Any], paragraph_id: UUID) -> ParagraphView | Response:
    """Read a paragraph under its id, which it keeps through all revisions of its article."""
    at = query.get("as_of")
    return read_one(
        paragraph_key(paragraph_id),
        lambda session: articles.get_paragraph(session, paragraph_id=paragraph_id, at=at),
        lambda session: paragraph_tombstone(session, paragraph_id, at),
        at=at,
    )
