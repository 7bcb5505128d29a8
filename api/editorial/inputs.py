"""What editors send: the schemas of bodies, and the contents of versions made from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import fields, validate
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.anchoring.selectors import TextPositionSelector, TextQuoteSelector
from annotations.errors import InvalidInput
from annotations.importing.notes import clean_note, clean_text
from annotations.services.content import (
    AnnotationContent,
    ArticleMetadata,
    CitedEvidence,
    ClaimContent,
    EvidenceContent,
)
from annotations.services.notes import Passage
from annotations.store.claims import Claim
from annotations.store.evidence import Evidence
from annotations.vocabulary import (
    Category,
    Certainty,
    ChangeKind,
    DefinedEnum,
    Design,
    EvidenceStatus,
    FactCheckStatus,
    OriginStatus,
    Stance,
    Verdict,
    VerificationLevel,
)
from api.editorial.bodies import BodySchema
from api.parameters import Moment


def written(description: str = "", *, required: bool = True, **options: Any) -> fields.String:
    """A text; one that is not required may be null."""
    return fields.String(
        required=required,
        allow_none=not required,
        metadata={"description": description} if description else {},
        **options,
    )


def enum_of(enumeration: type[DefinedEnum], *, required: bool = True, **options: Any) -> fields.Enum[Any]:
    """A value of one of the domain's enumerations."""
    return fields.Enum(enumeration, by_value=True, required=required, **options)


class ReasonSchema(BodySchema):
    """Why something is done."""

    reason = written("Goes into the history; a withdrawal's stands on the tombstone.")


class ApprovalSchema(BodySchema):
    """How an approval is meant."""

    change_kind = enum_of(ChangeKind, required=False, load_default=ChangeKind.CORRECTION)
    reason = written("What the correction says, where there is one.", required=False, load_default=None)


class MetadataSchema(BodySchema):
    """An article's metadata."""

    title = written("Only where the text has none of its own.", required=False, load_default=None)
    language = fields.String(load_default="en", metadata={"description": "A BCP 47 tag, such as en."})
    topics = fields.List(fields.String(), load_default=list)
    origin_status = enum_of(OriginStatus, required=False, load_default=OriginStatus.UNKNOWN)
    canonical_url = written(required=False, load_default=None)
    publisher = written(required=False, load_default=None)
    byline = written(required=False, load_default=None)
    published_at = Moment(load_default=None, allow_none=True)


class MetadataChangeSchema(BodySchema):
    """Members that are to change; the others stay."""

    title = written("Only where the text has none of its own.", required=False)
    language = fields.String()
    topics = fields.List(fields.String())
    origin_status = enum_of(OriginStatus, required=False)
    canonical_url = written(required=False)
    publisher = written(required=False)
    byline = written(required=False)
    published_at = Moment(allow_none=True)
    change_kind = enum_of(ChangeKind, required=False, load_default=ChangeKind.CORRECTION)
    reason = written("What the correction says.", required=False, load_default=None)


class FactCheckSchema(BodySchema):
    """How far an article was checked."""

    status = enum_of(FactCheckStatus)
    checked_at = fields.Date(load_default=None, allow_none=True)


class NewLinkSchema(BodySchema):
    """How a source stands towards a claim."""

    evidence = written("Key of the source.")
    stance = enum_of(Stance)
    why = written("One line saying why.")
    quote = written("Words of the source.", required=False, load_default=None)
    locator = written("Where in the source.", required=False, load_default=None)


class ClaimContentSchema(BodySchema):
    """What a claim says."""

    text = written("The statement, in the editor's words.")
    verdict = enum_of(Verdict)
    certainty = enum_of(Certainty)
    summary = written("What readers are told where a passage has no note of its own.")
    evidence = fields.List(fields.Nested(NewLinkSchema), load_default=list)
    search_record = written("What was searched and not found.", required=False, load_default=None)
    searched_on = fields.Date(load_default=None, allow_none=True)


class NewClaimSchema(ClaimContentSchema):
    """A new claim."""

    slug = written("Its name in addresses, for good.")


class EvidenceContentSchema(BodySchema):
    """What is known of a source."""

    title = written()
    authors = written()
    journal = written()
    year = fields.Integer(strict=True, load_default=None, allow_none=True)
    url = written("Its record.")
    doi = written("In any usual spelling, like the other identifiers.", required=False, load_default=None)
    pmid = written(required=False, load_default=None)
    pmcid = written(required=False, load_default=None)
    nct = written(required=False, load_default=None)
    isrctn = written(required=False, load_default=None)
    eudract = written(required=False, load_default=None)
    design = enum_of(Design)
    design_summary = written()
    participants = fields.Integer(strict=True, load_default=None, allow_none=True)
    population = written()
    key_finding = written()
    limitations = written()
    verification_level = enum_of(VerificationLevel)
    certainty = enum_of(Certainty)
    certainty_reason = written()
    status = enum_of(EvidenceStatus)
    status_checked_on = fields.Date(required=True)
    status_notice = written("What the notice against it says.", required=False, load_default=None)


class NewEvidenceSchema(EvidenceContentSchema):
    """A new source, or one that is there already and found by its identifiers."""

    key = written("Its name in addresses, for good.")


class StatusSchema(BodySchema):
    """A notice against a source, or that a look found none."""

    status = enum_of(EvidenceStatus)
    status_checked_on = fields.Date(required=True)
    status_notice = written("What the notice says.", required=False, load_default=None)


class WantedPassageSchema(BodySchema):
    """Where to annotate: by quote, with as much before and after as makes it unique, or by offsets in code points."""

    ordinal = fields.Integer(strict=True, load_default=None, allow_none=True, validate=validate.Range(0, 2**31 - 1))
    quote = written(required=False, load_default=None)
    prefix = written(load_default="", required=False)
    suffix = written(load_default="", required=False)
    revision = fields.Integer(
        strict=True,
        load_default=None,
        allow_none=True,
        validate=validate.Range(1, 2**31 - 1),
        metadata={"description": "Of the text that was read; an error if it is not the newest any longer."},
    )
    start = fields.Integer(strict=True, load_default=None, allow_none=True, validate=validate.Range(0, 2**31 - 1))
    end = fields.Integer(strict=True, load_default=None, allow_none=True, validate=validate.Range(0, 2**31 - 1))


class NoteContentSchema(BodySchema):
    """What an annotation says; without ``passage`` it stays on the words on which it stands."""

    passage = fields.Nested(WantedPassageSchema, load_default=None, allow_none=True)
    claim = written("Slug of the claim that the passage makes.")
    categories = fields.List(enum_of(Category), required=True)
    severity = fields.Integer(strict=True, load_default=None, allow_none=True)
    note = written("For this passage; without it readers see the claim's summary.", required=False, load_default=None)


class NewNoteSchema(NoteContentSchema):
    """A new annotation."""

    article = written("Slug of the article.")
    passage = fields.Nested(WantedPassageSchema, required=True)


def metadata_content(data: Mapping[str, Any]) -> ArticleMetadata:
    """Metadata from what :class:`MetadataSchema` loads."""
    values = {name: data[name] for name in ArticleMetadata.__slots__}
    return ArticleMetadata(**{**values, "topics": tuple(data["topics"])})


def claim_content(session: Session, data: Mapping[str, Any]) -> ClaimContent:
    """A claim's content from what :class:`ClaimContentSchema` loads; HTML in its texts is cleaned.

    Raises:
        InvalidInput: a source that it cites does not exist.
    """
    keys = [link["evidence"] for link in data["evidence"]]
    ids = {row.key: row.id for row in session.execute(select(Evidence.key, Evidence.id).where(Evidence.key.in_(keys)))}
    citations = []
    for index, link in enumerate(data["evidence"]):
        if link["evidence"] not in ids:
            raise InvalidInput(
                f"there is no source {link['evidence']}; add it first", field=f"evidence.{index}.evidence"
            )
        rest = {"stance": link["stance"], **_cleaned(link, ("why", "quote", "locator"))}
        citations.append(CitedEvidence(evidence_id=ids[link["evidence"]], **rest))
    names = ("text", "verdict", "certainty", "summary", "search_record", "searched_on")
    values = {name: data[name] for name in names} | _cleaned(data, ("text", "summary", "search_record"))
    return ClaimContent(**values, citations=tuple(citations))


def _cleaned(data: Mapping[str, Any], names: Iterable[str]) -> dict[str, str | None]:
    """The texts under ``names``, which readers are shown, without HTML."""
    return {name: clean_text(data[name]) if data[name] is not None else None for name in names}


def evidence_content(data: Mapping[str, Any]) -> EvidenceContent:
    """A source's content from what :class:`EvidenceContentSchema` loads; HTML in its texts is cleaned."""
    values = {name: data[name] for name in EvidenceContent.__slots__}
    return EvidenceContent(**values | _cleaned(values, _EVIDENCE_WORDS))


_EVIDENCE_WORDS = (
    *("title", "authors", "journal", "design_summary", "population", "key_finding", "limitations"),
    *("certainty_reason", "status_notice"),
)


def note_content(session: Session, data: Mapping[str, Any]) -> AnnotationContent:
    """An annotation's content from what :class:`NoteContentSchema` loads; HTML in its note is cleaned.

    Raises:
        InvalidInput: the claim does not exist.
    """
    claim_id = session.scalar(select(Claim.id).where(Claim.slug == data["claim"]))
    if claim_id is None:
        raise InvalidInput(f"there is no claim {data['claim']}; write it first", field="claim")
    note = data["note"]
    return AnnotationContent(
        claim_id=claim_id,
        categories=tuple(data["categories"]),
        severity=data["severity"],
        note=clean_note(note) if note is not None else None,
    )


def passage_of(data: Mapping[str, Any]) -> Passage:
    """Where to annotate, from what :class:`WantedPassageSchema` loads.

    Raises:
        InvalidInput: one offset without the other.
    """
    if (data["start"] is None) != (data["end"] is None):
        raise InvalidInput("give both offsets, or neither", field="passage.end")
    quote = None
    if data["quote"] is not None:
        quote = TextQuoteSelector(exact=data["quote"], prefix=data["prefix"] or "", suffix=data["suffix"] or "")
    position = None if data["start"] is None else TextPositionSelector(data["start"], data["end"])
    return Passage(ordinal=data["ordinal"], quote=quote, position=position, revision=data["revision"])
