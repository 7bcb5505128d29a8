"""Redaction: blanking the words of one version for legal reasons."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from annotations.permissions import Permission
from annotations.services.redacting import ArticlePart, redact_version
from api.editorial.blueprint import EditorialBlueprint, Resource, named
from api.editorial.bodies import BodySchema
from api.editorial.inputs import enum_of, written
from api.editorial.resources import ANNOTATION, ARTICLE, CLAIM, EVIDENCE
from api.editorial.writing import Work

blueprint = EditorialBlueprint("editorial_redactions", __name__, description="Blanking versions for legal reasons.")


class RedactionSchema(BodySchema):
    """Why a version is blanked."""

    reason = written("Stands in the public log.")
    with_reasons = fields.Boolean(
        load_default=False, metadata={"description": "Whether the reasons in the version's history go too."}
    )


class ArticleRedactionSchema(RedactionSchema):
    """Why, and which version of an article."""

    part = enum_of(ArticlePart, required=False, load_default=ArticlePart.TEXT)


def _add(resource: Resource, rule: str, noun: str, takes: type[BodySchema]) -> None:
    @blueprint.write(
        "POST",
        f"{rule}/versions/<ordinal:number>/redact",
        permission=Permission.REDACT,
        resource=resource,
        takes=takes,
    )
    @named(f"redact_{noun}", f"Blank what a version of this {noun} says; its hash and its place in history stay.")
    def redact(work: Work, body: dict[str, Any], *, number: int, **_path: Any) -> None:
        redact_version(work.session, work.entity, number, **body, **work.by)


_add(ARTICLE, "/articles/<slug:slug>", "article", ArticleRedactionSchema)
_add(CLAIM, "/claims/<slug:slug>", "claim", RedactionSchema)
_add(EVIDENCE, "/evidence/<slug:key>", "evidence", RedactionSchema)
_add(ANNOTATION, "/annotations/<uuid:annotation_id>", "annotation", RedactionSchema)
