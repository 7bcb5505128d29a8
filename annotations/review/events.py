"""The names of the rows in the publication log: the entity, a dot, a past participle."""

from __future__ import annotations

from annotations.vocabulary import DefinedEnum, EntityType


class Event(DefinedEnum):
    """What changed in the public view."""

    ARTICLE_PUBLISHED = "article.published", "An article was made public."
    ARTICLE_METADATA_CHANGED = "article.metadata_changed", "An article's metadata changed."
    ARTICLE_REVISED = "article.revised", "The text of a public article changed."
    ARTICLE_FACT_CHECKED = "article.fact_checked", "An article's fact-check status changed."
    ARTICLE_WITHDRAWN = "article.withdrawn", "An article was withdrawn."
    ARTICLE_REDACTED = "article.redacted", "A version of an article's text or metadata was blanked for legal reasons."
    CLAIM_PUBLISHED = "claim.published", "A claim and its verdict were published."
    CLAIM_REVISED = "claim.revised", "A published claim was reworded or its evidence changed."
    CLAIM_VERDICT_CHANGED = "claim.verdict_changed", "The verdict of a published claim changed."
    CLAIM_RECONFIRMED = "claim.reconfirmed", "A published claim was looked at again and stands."
    CLAIM_MERGED = "claim.merged", "A published claim was merged into another."
    CLAIM_WITHDRAWN = "claim.withdrawn", "A published claim was withdrawn."
    CLAIM_REDACTED = "claim.redacted", "A version of a claim was blanked for legal reasons."
    EVIDENCE_PUBLISHED = "evidence.published", "A source became public with the first claim that cites it."
    EVIDENCE_REVISED = "evidence.revised", "What is said of a public source changed."
    EVIDENCE_RETRACTED = "evidence.retracted", "A public source was retracted by its publisher."
    EVIDENCE_UNLISTED = "evidence.unlisted", "No published claim cites the source any longer."
    EVIDENCE_REDACTED = "evidence.redacted", "A version of a source was blanked for legal reasons."
    ANNOTATION_PUBLISHED = "annotation.published", "An annotation was published."
    ANNOTATION_REVISED = "annotation.revised", "A published annotation changed."
    ANNOTATION_PENDING = "annotation.pending", "A pending notice took the place of a published annotation."
    ANNOTATION_RESOLVED = "annotation.resolved", "A pending notice, or a flag for another look, ended."
    ANNOTATION_WITHDRAWN = "annotation.withdrawn", "A published annotation was withdrawn."
    ANNOTATION_REDACTED = "annotation.redacted", "A version of an annotation was blanked for legal reasons."


REDACTIONS: dict[EntityType, Event] = {
    EntityType.ARTICLE: Event.ARTICLE_REDACTED,
    EntityType.CLAIM: Event.CLAIM_REDACTED,
    EntityType.EVIDENCE: Event.EVIDENCE_REDACTED,
    EntityType.ANNOTATION: Event.ANNOTATION_REDACTED,
}
"""The event by which a redaction is announced, for each kind of entity."""
