"""Articles: import, re-import, metadata, making public, fact-check status, revisions."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from annotations.permissions import Permission
from annotations.queries.editorial import articles as queries
from annotations.services.article_versions import head_metadata, metadata_content
from annotations.services.articles import edit_metadata, import_article, make_public, mark_fact_check
from annotations.services.content import ArticleMetadata
from annotations.store.articles import Article
from annotations.vocabulary import Visibility
from api.editorial import inputs
from api.editorial.blueprint import EditorialBlueprint, Reading
from api.editorial.lists import after, editorial_page
from api.editorial.resources import ARTICLE
from api.editorial.reviewing import add_withdrawal
from api.editorial.texts import Submitted, read_new_article
from api.editorial.writing import Work
from api.pagination import PageQuery, requested_page
from api.schemas.editorial.articles import (
    ArticlePageSchema,
    EditorialArticleSchema,
)
from api.v1.parameters import enum_filter

blueprint = EditorialBlueprint("editorial_articles", __name__, description="Articles, hidden ones included.")

_RULE = "/articles/<slug:slug>"


class VisibilityQuery(PageQuery):
    """Which articles."""

    visibility = enum_filter(Visibility, "Only articles that are so.", Visibility.HIDDEN)


@blueprint.read("/articles", permission=Permission.READ, answers=ArticlePageSchema, query=VisibilityQuery)
def list_editorial_articles(call: Reading) -> Any:
    """List articles, hidden and withdrawn ones too."""
    requested = requested_page("editorial articles", dict(call.query))
    visibility = Visibility(call.query["visibility"]) if "visibility" in call.query else None
    found = queries.list_articles(call.session, visibility=visibility, limit=requested.limit, after=after(requested))
    return editorial_page(requested, found)


@blueprint.read(_RULE, permission=Permission.READ, answers=EditorialArticleSchema, tagged=True)
def get_editorial_article(call: Reading) -> Any:
    """Read an article in its newest revision, with every annotation on it."""
    return queries.get_article(call.session, call.path["slug"])


@blueprint.write(
    "POST",
    "/articles",
    permission=Permission.IMPORT_ARTICLE,
    resource=ARTICLE,
    status=201,
    creates=True,
    reads=read_new_article,
)
def create_article(work: Work, body: Submitted) -> Article:
    """Import an article, hidden: plain text, Markdown or HTML, as JSON or as a file."""
    metadata = inputs.metadata_content(body.fields)
    return import_article(work.session, body.document, slug=body.fields["slug"], metadata=metadata, **work.by)


@blueprint.write(
    "PATCH", _RULE, permission=Permission.EDIT_METADATA, resource=ARTICLE, takes=inputs.MetadataChangeSchema
)
def change_metadata(work: Work, body: dict[str, Any], **_path: Any) -> None:
    """Change an article's metadata; members that are left out stay."""
    given = {name: body[name] for name in ArticleMetadata.__slots__ if name in body}
    current = metadata_content(work.session, head_metadata(work.session, work.entity))
    changed = ArticleMetadata(**{**asdict(current), **given, "topics": tuple(given.get("topics", current.topics))})
    edit_metadata(work.session, work.entity, changed, kind=body["change_kind"], reason=body["reason"], **work.by)


@blueprint.write("POST", f"{_RULE}/publish", permission=Permission.MAKE_PUBLIC, resource=ARTICLE)
def publish_article(work: Work, _body: Any, **_path: Any) -> None:
    """Make a hidden article public, with every annotation that was approved for it."""
    make_public(work.session, work.entity, four_eyes=work.four_eyes, **work.by)


@blueprint.write(
    "PUT",
    f"{_RULE}/fact-check",
    permission=Permission.MARK_FACT_CHECK,
    resource=ARTICLE,
    takes=inputs.FactCheckSchema,
)
def set_fact_check(work: Work, body: dict[str, Any], **_path: Any) -> None:
    """Say how far the article was checked."""
    mark_fact_check(work.session, work.entity, **body, **work.by)


add_withdrawal(blueprint, _RULE, "article", ARTICLE)
