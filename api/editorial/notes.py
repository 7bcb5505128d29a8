"""Annotations: proposing, revising, reviewing, and what waits for another look."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate
from sqlalchemy import select

from annotations.errors import InvalidInput
from annotations.permissions import Permission
from annotations.queries.editorial import notes as queries
from annotations.services.notes import propose_annotation, revise_annotation, standing_passage
from annotations.services.pending import recheck_annotation
from annotations.services.reconfirming import reconfirm_annotation
from annotations.store.articles import Article
from annotations.vocabulary import ReviewState
from api.editorial.blueprint import EditorialBlueprint, Reading
from api.editorial.claims import StateQuery
from api.editorial.inputs import NewNoteSchema, NoteContentSchema, ReasonSchema, note_content, passage_of
from api.editorial.lists import after, editorial_page
from api.editorial.resources import ANNOTATION
from api.editorial.reviewing import add_review_steps, add_withdrawal
from api.editorial.writing import Work
from api.pagination import requested_page
from api.schemas.editorial.notes import EditorialAnnotationPageSchema, EditorialAnnotationSchema
from api.v1.parameters import slug_filter

blueprint = EditorialBlueprint("editorial_annotations", __name__, description="Annotations, drafts included.")

_RULE = "/annotations/<uuid:annotation_id>"


class NotesQuery(StateQuery):
    """Which annotations."""

    article = slug_filter("Only those of this article.", "an-article")
    claim = slug_filter("Only those that make this claim.", "a-claim")
    needs_recheck = fields.String(
        validate=validate.OneOf(["true", "false"]),
        metadata={"description": "Only those that wait for another look, or that do not.", "example": "true"},
    )


@blueprint.read("/annotations", permission=Permission.READ, answers=EditorialAnnotationPageSchema, query=NotesQuery)
def list_editorial_annotations(call: Reading) -> Any:
    """List annotations in any state, by id."""
    requested = requested_page("editorial annotations", dict(call.query))
    flagged = call.query.get("needs_recheck")
    found = queries.list_annotations(
        call.session,
        article=call.query.get("article"),
        claim=call.query.get("claim"),
        state=ReviewState(call.query["state"]) if "state" in call.query else None,
        needs_recheck=None if flagged is None else flagged == "true",
        limit=requested.limit,
        after=after(requested),
    )
    return editorial_page(requested, found)


@blueprint.read(_RULE, permission=Permission.READ, answers=EditorialAnnotationSchema, tagged=True)
def get_editorial_annotation(call: Reading) -> Any:
    """Read an annotation: its newest version, the one in force, and where each stands."""
    return queries.get_annotation(call.session, call.path["annotation_id"])


@blueprint.write(
    "POST",
    "/annotations",
    permission=Permission.WRITE,
    resource=ANNOTATION,
    takes=NewNoteSchema,
    status=201,
    creates=True,
)
def create_annotation(work: Work, body: dict[str, Any]) -> Any:
    """Propose an annotation; a quote that stands in several places is an error that lists them."""
    content, passage = note_content(work.session, body), passage_of(body["passage"])
    article = _article(work, body["article"])
    return propose_annotation(work.session, article, passage, content, **work.by)


@blueprint.write("PUT", _RULE, permission=Permission.WRITE, resource=ANNOTATION, takes=NoteContentSchema)
def save_annotation(work: Work, body: dict[str, Any], **_path: Any) -> None:
    """Save another version; what is public stays until this one is approved.

    Without a passage it stays where it stands now, whatever the words there have become.
    """
    passage = standing_passage(work.session, work.entity) if body["passage"] is None else passage_of(body["passage"])
    revise_annotation(work.session, work.entity, passage, note_content(work.session, body), **work.by)


@blueprint.write("POST", f"{_RULE}/recheck", permission=Permission.OPEN_RECHECK, resource=ANNOTATION)
def open_annotation_recheck(work: Work, _body: Any, **_path: Any) -> None:
    """Put a pending notice in the place of a published annotation, at once."""
    recheck_annotation(work.session, work.entity, **work.by)


@blueprint.write(
    "POST", f"{_RULE}/reconfirm", permission=Permission.OPEN_RECHECK, resource=ANNOTATION, takes=ReasonSchema
)
def reconfirm_annotation_as_it_is(work: Work, body: dict[str, Any], **_path: Any) -> None:
    """Let an annotation that waits for another look stand as it is."""
    reconfirm_annotation(work.session, work.entity, reason=body["reason"], **work.by)


def _article(work: Work, slug: str) -> Article:
    article = work.session.scalars(select(Article).where(Article.slug == slug)).one_or_none()
    if article is None:
        raise InvalidInput(f"there is no article {slug}", field="article")
    return article


add_review_steps(blueprint, _RULE, "annotation", ANNOTATION)
add_withdrawal(blueprint, _RULE, "annotation", ANNOTATION)
