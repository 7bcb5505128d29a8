"""Evidence as editors are shown it."""

from __future__ import annotations

from marshmallow import fields

from annotations.vocabulary import Certainty, Design, EvidenceStatus, VerificationLevel
from api.schemas.base import many, one_of, optional_string, string
from api.schemas.editorial.base import (
    EditorialPageSchema,
    ReviewedFields,
    VersionFields,
    day,
    one,
    one_or_null,
    optional_whole,
)


class EvidenceVersionSchema(VersionFields):
    """One version of what is known of a source."""

    title = string()
    authors = string("As the source names them.")
    year = optional_whole("Of publication, if known.")
    journal = string("Journal, registry or body that published it.")
    url = fields.String(required=True, metadata={"format": "uri", "description": "Where the source itself stands."})
    doi = optional_string("DOI, without the address of a resolver.")
    pmid = optional_string("Number in PubMed.")
    pmcid = optional_string("Number in PubMed Central, with its PMC.")
    nct = optional_string("Number in ClinicalTrials.gov.")
    isrctn = optional_string("Number in the ISRCTN registry.")
    eudract = optional_string("Number in the EU clinical trials register.")
    design = one_of(Design, "What kind of source it is.")
    design_summary = string("The design in words.")
    participants = optional_whole("How many took part, if known.")
    population = string("Who was studied.")
    key_finding = string("What it shows.")
    limitations = string("What limits it.")
    verification_level = one_of(VerificationLevel, "How close to the source was what was read.")
    certainty = one_of(Certainty, "Certainty of what it shows, after GRADE.")
    certainty_reason = string("Why that certainty.")
    status = one_of(EvidenceStatus, "Notices that stand against it.")
    status_checked_on = day("When its record was last looked at for notices.")
    status_notice = optional_string("The notice, where there is one.")


class EditorialEvidenceSchema(ReviewedFields):
    """A source as editors see it."""

    key = string("Stable name of the source here.")
    head = one(EvidenceVersionSchema, "The newest version.")
    in_force = one_or_null(
        EvidenceVersionSchema, "The version in force; the same as head where nothing was saved since."
    )


class EditorialEvidencePageSchema(EditorialPageSchema):
    """A page of sources."""

    items = many(EditorialEvidenceSchema)
