"""The revisions of an article's text, what differs between two of them, and what a re-import does."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, pre_dump

from annotations.anchoring.differences import DifferenceOp, kept_in_order
from annotations.queries.editorial.article_views import BlockChange
from annotations.queries.editorial.revisions import segments_of
from annotations.services.carrying import CarriedBlock, CarriedVersion, Plan
from annotations.services.reimporting import Reimport
from annotations.services.settling import Outcome
from annotations.vocabulary import AnchorState, BlockKind, DefinedEnum
from api.schemas.base import many, one_of, optional_string, sha256, string, whole
from api.schemas.editorial.base import (
    EditorialPageSchema,
    VersionFields,
    flag,
    one,
    one_or_null,
    optional_one_of,
    optional_whole,
    uuid,
)


class DroppedSchema(Schema):
    """A piece of the source that is no part of the text."""

    text = string("The piece.")
    reason = string("Why it was left out.")


class RepairSchema(Schema):
    """Characters of the source that were replaced, or removed where ``after`` is empty."""

    reason = string("Why.")
    before = string("As they stood in the source.")
    after = string("As they stand in the text.")
    count = whole("How often.", low=1)


class ImportReportSchema(Schema):
    """What the reader of the source did with it."""

    encoding = fields.String(metadata={"description": "How the source was encoded."})
    dropped = fields.List(fields.Nested(DroppedSchema), metadata={"description": "What was left out, in order."})
    repairs = fields.List(fields.Nested(RepairSchema), metadata={"description": "What was changed inside lines."})
    suggested = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={"description": "What the source says of itself, unchecked; an editor takes it or leaves it."},
    )


class RevisionSchema(VersionFields):
    """A revision without its text; ``content_hash`` is its text hash."""

    source_format = string("How the source set its paragraphs apart.")
    source_sha256 = sha256("SHA-256 of the source, hexadecimal.")
    import_report = one(ImportReportSchema, "What the reader of the source did with it; empty once it was redacted.")


class BlockSchema(Schema):
    """A paragraph as it stands in one revision."""

    ordinal = whole("Its place; 0 is the title found in the text.")
    paragraph_id = uuid("The same through all revisions.")
    kind = one_of(BlockKind, "What it is in the article.")
    text = string("Plain text in NFC.")
    sha256 = sha256("SHA-256 of the text in UTF-8, hexadecimal.")


class RevisionTextSchema(Schema):
    """A revision with its text."""

    revision = one(RevisionSchema, "The revision.")
    blocks = many(BlockSchema, "Its paragraphs, in order.")


class DifferenceSchema(Schema):
    """A run of words that both texts have, or one of the two."""

    op = one_of(DifferenceOp, "Which of the two has it.")
    text = string("The run. What is equal and deleted, joined, is the old text; equal and inserted, the new one.")


class BlockDifferenceSchema(Schema):
    """What became of one paragraph."""

    change = one_of(BlockChange, "What became of it.")
    paragraph_id = uuid("The same in both revisions.")
    old_ordinal = optional_whole("Its place in the old revision; null if it was not there.")
    new_ordinal = optional_whole("Its place in the new one; null if it is not there.")
    old_kind = optional_one_of(BlockKind, "What it was.")
    new_kind = optional_one_of(BlockKind, "What it is.")
    segments = many(DifferenceSchema, "Its words, old and new.")


class RevisionDiffSchema(Schema):
    """What differs between two revisions."""

    old = one(RevisionSchema, "From which.")
    new = one(RevisionSchema, "To which.")
    blocks = many(BlockDifferenceSchema, "In the order of the new one; what was removed stands where it had stood.")


class RevisionPageSchema(EditorialPageSchema):
    """A page of revisions, newest first."""

    items = many(RevisionSchema)


class ParagraphChange(DefinedEnum):
    """What a re-import does to a paragraph of the new text."""

    SAME = "same", "The same words in the same place."
    EDITED = "edited", "The same paragraph with other words."
    MOVED = "moved", "The same words in another place."
    NEW = "new", "A paragraph that the old text did not have."


class NewParagraphSchema(Schema):
    """A paragraph of the new text."""

    ordinal = whole("Its place; 0 is the title found in the text.")
    old_ordinal = optional_whole("The place of the same paragraph in the old text; null if it was not there.")
    paragraph_id = uuid("Null where it will get a new one.", allow_none=True)
    kind = one_of(BlockKind, "What it is in the article.")
    change = one_of(ParagraphChange, "What became of it.")
    segments = many(DifferenceSchema, "Its words, old and new.")


class GoneParagraphSchema(Schema):
    """A paragraph of the old text that the new one does not have."""

    ordinal = whole("Its place in the old text.")
    paragraph_id = uuid("Its id.")
    kind = one_of(BlockKind, "What it was.")
    text = string("Its text.")


class PassageSchema(Schema):
    """Where the words of an annotation stand in one of the two texts."""

    ordinal = whole("The paragraph's place.")
    paragraph_id = uuid("The paragraph; null where it will get a new id.", allow_none=True)
    start = whole("The first position, in code points of the paragraph's text.")
    end = whole("The first position after it.")
    quote = string("The words.")
    text = string("The whole paragraph.")


class CarriedAnnotationSchema(Schema):
    """What becomes of one version of an annotation: of the one in force, or of a later draft."""

    id = uuid("The annotation's id.")
    version_number = whole("Which version.", low=1)
    in_force = flag("This version is the one in force.")
    quote = string("The words as the editor marked them.")
    former_state = one_of(AnchorState, "How it held on to the old text.")
    state = one_of(AnchorState, "How it holds on to the new one.")
    context_changed = flag("The sentence around the same words changed.")
    before = one_or_null(PassageSchema, "Where it stood; null if nowhere.")
    after = one_or_null(PassageSchema, "Where it stands; null if nowhere.")
    becomes = one_of(Outcome, "What becomes of it.")


class ReimportSchema(Schema):
    """What a re-import did, or would do."""

    number = whole("The newest revision: the new one, or where nothing is stored the one that is there.", low=1)
    unchanged = flag("The text is the one that is there already; nothing is stored.")
    title = optional_string("The title found in the source, if it is part of the text.")
    paragraphs = many(NewParagraphSchema, "Of the new text, in order; empty if unchanged.")
    gone = many(GoneParagraphSchema, "Paragraphs of the old text that are gone.")
    annotations = many(CarriedAnnotationSchema, "What becomes of each.")
    import_report = one(ImportReportSchema, "What the reader of the source did with it.")

    @pre_dump
    def present(self, done: Reimport, **_: Any) -> dict[str, Any]:
        """The members."""
        document, plan = done.document, done.plan
        return {
            "number": done.number,
            "unchanged": plan is None,
            "title": document.title,
            "paragraphs": _paragraphs(plan) if plan else [],
            "gone": plan.gone if plan else [],
            "annotations": list(map(_annotation, plan.versions, done.outcomes)) if plan else [],
            "import_report": {
                "encoding": document.encoding,
                "dropped": document.dropped,
                "repairs": document.repairs,
                "suggested": dict(document.suggested),
            },
        }


def _paragraphs(plan: Plan) -> list[dict[str, Any]]:
    places = [block.old_ordinal for block in plan.blocks if block.old_ordinal is not None]
    in_order = kept_in_order(sorted(places), places)
    return [
        {
            "ordinal": block.ordinal,
            "old_ordinal": block.old_ordinal,
            "paragraph_id": block.paragraph_id,
            "kind": block.kind,
            "change": _change(block, moved=block.old_ordinal not in in_order),
            "segments": segments_of(block.old_text, block.text),
        }
        for block in plan.blocks
    ]


def _change(block: CarriedBlock, *, moved: bool) -> ParagraphChange:
    if block.old_text is None:
        return ParagraphChange.NEW
    if block.old_text != block.text:
        return ParagraphChange.EDITED
    return ParagraphChange.MOVED if moved else ParagraphChange.SAME


def _annotation(carried: CarriedVersion, becomes: Outcome) -> dict[str, Any]:
    return {
        "id": carried.annotation.id,
        "version_number": carried.version.number,
        "in_force": carried.in_force,
        "quote": carried.version.quote,
        "former_state": carried.former,
        "state": carried.state,
        "context_changed": carried.context_changed,
        "before": carried.before,
        "after": carried.after,
        "becomes": becomes,
    }
