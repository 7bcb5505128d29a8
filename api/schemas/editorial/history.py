"""What was done, everything that was ever said, and the publication log."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, pre_dump

from annotations.queries.editorial.history import VersionKind, VersionRecord
from annotations.vocabulary import ChangeKind, EntityType
from api.schemas.base import many, one_of, optional_string, sha256, string, whole
from api.schemas.editorial.articles import MetadataVersionSchema
from api.schemas.editorial.base import (
    EditorialPageSchema,
    PersonSchema,
    flag,
    moment,
    one,
    one_or_null,
    optional_one_of,
)
from api.schemas.editorial.claims import ClaimVersionSchema
from api.schemas.editorial.evidence import EvidenceVersionSchema
from api.schemas.editorial.notes import AnchorSchema, AnnotationVersionSchema
from api.schemas.editorial.revisions import RevisionSchema


class StepSchema(Schema):
    """One step of a history."""

    position = whole("Its place in the history, from 1.", low=1)
    action = string("What was done.")
    from_state = optional_string("Where the thing stood before; null for the first step.")
    to_state = string("Where it stood afterwards.")
    version_number = whole("Which version it was about.", low=1)
    version_hash = sha256("That version's content hash.")
    actor = one(PersonSchema, "Who did it.")
    at = moment("When.")
    reason = optional_string("Why, where a reason was given.")
    four_eyes = flag("False where an approval was given by the author, as the settings of this desk allowed.")
    prev_hash = sha256("Hash of the step before; zeros for the first.")
    hash = sha256("Hash of this step and of the one before.")


class StepPageSchema(EditorialPageSchema):
    """A page of a history, from the first step to the last."""

    items = many(StepSchema)


class AnnotationRecordSchema(AnnotationVersionSchema):
    """One version of an annotation, with where it stood in every revision."""

    anchors = many(AnchorSchema, "Oldest revision first; without the paragraphs' texts.")


class VersionSchema(Schema):
    """One version of a thing; which member holds it is told by ``kind``, and the others are null."""

    kind = one_of(VersionKind, "What it is a version of.")
    metadata = one_or_null(MetadataVersionSchema, "An article's metadata.")
    revision = one_or_null(RevisionSchema, "An article's text, which is at the address of the revision.")
    claim = one_or_null(ClaimVersionSchema, "A claim.")
    evidence = one_or_null(EvidenceVersionSchema, "A source.")
    annotation = one_or_null(AnnotationRecordSchema, "An annotation.")

    @pre_dump
    def present(self, record: VersionRecord, **_: Any) -> dict[str, Any]:
        """The members."""
        return {**dict.fromkeys(VersionKind.values()), record.kind.value: record.version, "kind": record.kind}


class VersionListSchema(Schema):
    """Every version, oldest first; of an article first those of its metadata, then its revisions."""

    items = many(VersionSchema)


class LogEntrySchema(Schema):
    """One row of the publication log."""

    seq = whole("Its number, without gaps.", low=1)
    at = moment("When it took effect.")
    event = string("What happened.")
    entity_type = one_of(EntityType, "To what.")
    entity_id = fields.UUID(required=True)
    entity_version = whole("Which version of it.", low=1)
    content_hash = sha256("That version's content hash.")
    change_kind = optional_one_of(ChangeKind, "How weighty a change of something published was.")
    actor_id = fields.UUID(required=True, metadata={"description": "Who did it."})
    actor_name = string("Their name.")
    summary = string("In words.")
    affected_keys = fields.List(
        fields.String(), required=True, metadata={"description": "Keys of everything whose public form it changed."}
    )
    prev_hash = sha256("Hash of the row before; zeros for the first.")
    hash = sha256("Hash of this row and of the one before.")


class LogPageSchema(EditorialPageSchema):
    """A page of the log."""

    items = many(LogEntrySchema)
