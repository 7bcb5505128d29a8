"""Articles: import, re-import, metadata, making public, fact-check status, revisions."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from marshmallow import validate

from annotations.permissions import Permission
from annotations.queries.editorial import articles as queries
from annotations.queries.editorial import revisions
from annotations.services.article_versions import head_metadata, metadata_content
from annotations.services.articles import edit_metadata, import_article, make_public, mark_fact_check
from annotations.services.content import ArticleMetadata
from annotations.services.reimporting import preview_reimport, reimport_article
from annotations.store.articles import Article
from annotations.vocabulary import Visibility
from api.editorial import inputs
from api.editorial.blueprint import Answer, EditorialBlueprint, Reading
from api.editorial.lists import after, editorial_page
from api.editorial.resources import ARTICLE, find_article
from api.editorial.reviewing import add_withdrawal
from api.editorial.texts import Submitted, read_new_article, read_text
from api.editorial.writing import Work, strong_tag
from api.pagination import PageQuery, requested_page
from api.parameters import QuerySchema, WholeNumber
from api.schemas.editorial.articles import (
    ArticlePageSchema,
    EditorialArticleSchema,
    ReimportSchema,
    RevisionDiffSchema,
    RevisionPageSchema,
    RevisionTextSchema,
)
from api.v1.parameters import enum_filter

blueprint = EditorialBlueprint("editorial_articles", __name__, description="Articles, hidden ones included.")

_RULE = "/articles/<slug:slug>"


class VisibilityQuery(PageQuery):
    """Which articles."""

    visibility = enum_filter(Visibility, "Only articles that are so.", Visibility.HIDDEN)


class DiffQuery(QuerySchema):
    """Which two revisions."""

    old = WholeNumber(
        required=True, validate=validate.Range(1, 2**31 - 1), metadata={"description": "From which.", "example": 1}
    )
    new = WholeNumber(
        required=True, validate=validate.Range(1, 2**31 - 1), metadata={"description": "To which.", "example": 2}
    )


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


@blueprint.read(f"{_RULE}/revisions", permission=Permission.READ, answers=RevisionPageSchema, query=PageQuery)
def list_revisions(call: Reading) -> Any:
    """List an article's revisions, newest first, each with its import report."""
    slug = call.path["slug"]
    find_article(call.session, slug)
    requested = requested_page(f"revisions of {slug}", dict(call.query))
    found = revisions.list_revisions(call.session, slug, limit=requested.limit, after=after(requested))
    return editorial_page(requested, found)


@blueprint.read(f"{_RULE}/revisions/<ordinal:number>", permission=Permission.READ, answers=RevisionTextSchema)
def get_revision(call: Reading) -> Any:
    """Read one revision's text and import report."""
    return revisions.get_revision(call.session, call.path["slug"], call.path["number"])


@blueprint.read(f"{_RULE}/diff", permission=Permission.READ, answers=RevisionDiffSchema, query=DiffQuery)
def diff_revisions(call: Reading) -> Any:
    """Compare two revisions, paragraph by paragraph and word by word."""
    return revisions.diff_revisions(call.session, call.path["slug"], call.query["old"], call.query["new"])


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
    "POST",
    f"{_RULE}/revisions/preview",
    permission=Permission.PREVIEW_REIMPORT,
    answers=ReimportSchema,
    reads=read_text,
)
def preview_revision(work: Work, body: Submitted, slug: str) -> Answer:
    """Show what a re-import would do to each paragraph and annotation; nothing is stored."""
    article = find_article(work.session, slug)
    done = preview_reimport(work.session, article, body.document, actor=work.actor)
    return Answer(ReimportSchema().dump(done), headers={"ETag": strong_tag(article.lock_version)})


@blueprint.write(
    "POST",
    f"{_RULE}/revisions",
    permission=Permission.REIMPORT,
    resource=ARTICLE,
    answers=ReimportSchema,
    reads=read_text,
)
def create_revision(work: Work, body: Submitted, **_path: Any) -> Answer:
    """Re-import the article's changed text; of a public article it is public at once. The same text writes nothing."""
    done = reimport_article(work.session, work.entity, body.document, **work.by)
    work.session.flush()
    status = 200 if done.plan is None else 201
    tag = {"ETag": strong_tag(work.entity.lock_version)}
    return Answer(ReimportSchema().dump(done), status=status, headers=tag)


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
