"""Revisions of an article's text: re-import and its preview, reports, and what changed between any two."""

from __future__ import annotations

from typing import Any

from marshmallow import validate

from annotations.permissions import Permission
from annotations.queries.editorial import revisions
from annotations.services.reimporting import preview_reimport, reimport_article
from api.editorial.blueprint import Answer, EditorialBlueprint, Reading
from api.editorial.lists import after, editorial_page
from api.editorial.resources import ARTICLE, find_article
from api.editorial.texts import Submitted, read_text
from api.editorial.writing import Work, strong_tag
from api.pagination import PageQuery, requested_page
from api.parameters import QuerySchema, WholeNumber
from api.schemas.editorial.revisions import (
    ReimportSchema,
    RevisionDiffSchema,
    RevisionPageSchema,
    RevisionTextSchema,
)

blueprint = EditorialBlueprint("editorial_revisions", __name__, description="Revisions of the texts of articles.")

_RULE = "/articles/<slug:slug>"


class DiffQuery(QuerySchema):
    """Which two revisions."""

    old = WholeNumber(
        required=True, validate=validate.Range(1, 2**31 - 1), metadata={"description": "From which.", "example": 1}
    )
    new = WholeNumber(
        required=True, validate=validate.Range(1, 2**31 - 1), metadata={"description": "To which.", "example": 2}
    )


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
