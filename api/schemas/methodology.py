"""The scale, the categories and everything else that answers are worded in, with definitions."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from annotations.settings import Settings
from annotations.syndication.wording import disclaimer
from annotations.vocabulary import (
    METHODOLOGY_VERSION,
    SEVERITY_DEFINITION,
    VERDICT_LABEL,
    VERDICT_RATING,
    AnchorState,
    BlockKind,
    Category,
    Certainty,
    DefinedEnum,
    Design,
    EvidenceStatus,
    FactCheckStatus,
    OriginStatus,
    PendingReason,
    Stance,
    Verdict,
    VerificationLevel,
)
from api.schemas.base import link, many, string, whole
from api.schemas.claims import SCALE_BEST, SCALE_WORST

_LISTS: dict[str, type[DefinedEnum]] = {
    "categories": Category,
    "stances": Stance,
    "certainties": Certainty,
    "evidence_designs": Design,
    "evidence_statuses": EvidenceStatus,
    "verification_levels": VerificationLevel,
    "fact_check_statuses": FactCheckStatus,
    "origin_statuses": OriginStatus,
    "anchor_states": AnchorState,
    "pending_reasons": PendingReason,
    "paragraph_kinds": BlockKind,
}


class TermSchema(Schema):
    """A value and what it means."""

    value = string("As it stands in answers.")
    definition = string()


class VerdictTermSchema(TermSchema):
    """A verdict, its label, and its place on the scale."""

    label = string("The verdict in words.")
    rating = fields.Integer(
        required=True,
        allow_none=True,
        validate=validate.Range(SCALE_WORST, SCALE_BEST),
        metadata={"description": "Place on the scale; null off the scale."},
    )


class ScaleSchema(Schema):
    """The ends of the scale."""

    worst = whole()
    best = whole()


class SeverityTermSchema(Schema):
    """A severity and what it means."""

    value = whole()
    definition = string()


class OrganisationSchema(Schema):
    """Who publishes the notes."""

    name = string()
    url = link("Where it stands on the web.")
    corrections_policy = link("How it corrects what it published.")


class MethodologySchema(Schema):
    """How the notes are made."""

    version = string("Changes with any definition.")
    disclaimer = string("To be shown wherever the notes are.")
    organisation = fields.Nested(OrganisationSchema, required=True)
    notes_licence = link("The licence of the notes.")
    scale = fields.Nested(ScaleSchema, required=True)
    verdicts = many(VerdictTermSchema)
    severities = many(SeverityTermSchema)
    categories = many(TermSchema)
    stances = many(TermSchema)
    certainties = many(TermSchema)
    evidence_designs = many(TermSchema)
    evidence_statuses = many(TermSchema)
    verification_levels = many(TermSchema)
    fact_check_statuses = many(TermSchema)
    origin_statuses = many(TermSchema)
    anchor_states = many(TermSchema)
    pending_reasons = many(TermSchema)
    paragraph_kinds = many(TermSchema)


def present_methodology(settings: Settings) -> dict[str, Any]:
    """The members of the methodology."""
    return {
        "version": METHODOLOGY_VERSION,
        "disclaimer": disclaimer(settings.organisation_name),
        "organisation": {
            "name": settings.organisation_name,
            "url": settings.organisation_url,
            "corrections_policy": settings.corrections_policy_url,
        },
        "notes_licence": settings.notes_licence_url,
        "scale": {"worst": SCALE_WORST, "best": SCALE_BEST},
        "verdicts": [
            {**_term(verdict), "label": VERDICT_LABEL[verdict], "rating": VERDICT_RATING.get(verdict)}
            for verdict in Verdict
        ],
        "severities": [{"value": value, "definition": text} for value, text in SEVERITY_DEFINITION.items()],
        **{name: [_term(member) for member in enumeration] for name, enumeration in _LISTS.items()},
    }


def _term(member: DefinedEnum) -> dict[str, str]:
    return {"value": member.value, "definition": member.definition}
