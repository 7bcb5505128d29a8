"""The enumerations of the domain, each member with its definition.

The scale, the categories and their definitions are served at ``/v1/methodology`` under
:data:`METHODOLOGY_VERSION`; a change of any definition here is a new version.
"""

from __future__ import annotations

from enum import StrEnum

METHODOLOGY_VERSION = "1.0"


class DefinedEnum(StrEnum):
    """A string enumeration whose members carry their definition."""

    definition: str

    def __new__(cls, value: str, definition: str = "") -> DefinedEnum:
        member = str.__new__(cls, value)
        member._value_ = value
        member.definition = definition
        return member

    @classmethod
    def values(cls) -> tuple[str, ...]:
        """The values in the order of their definition."""
        return tuple(member.value for member in cls)


class Verdict(DefinedEnum):
    """What the evidence says of a claim."""

    SUPPORTED = "supported", "The evidence supports the claim as it is worded."
    NEEDS_CONTEXT = "needs_context", "True, but what it leaves out changes its meaning."
    PARTLY_SUPPORTED = "partly_supported", "One part of the claim is supported, another is not."
    OVERSTATED = "overstated", "The claim is stronger than the evidence."
    MISLEADING = "misleading", "The evidence points elsewhere."
    UNSUPPORTED = "unsupported", "A search found nothing that supports the claim."
    UNVERIFIABLE = "unverifiable", "The claim cannot be checked against any evidence that exists."


VERDICT_RATING: dict[Verdict, int] = {
    Verdict.SUPPORTED: 5,
    Verdict.NEEDS_CONTEXT: 4,
    Verdict.PARTLY_SUPPORTED: 3,
    Verdict.OVERSTATED: 2,
    Verdict.MISLEADING: 1,
}
"""Place of a verdict on the scale, 1 (worst) to 5 (best). Verdicts that are not here are off the scale."""

VERDICT_LABEL: dict[Verdict, str] = {
    Verdict.SUPPORTED: "Supported",
    Verdict.NEEDS_CONTEXT: "Needs context",
    Verdict.PARTLY_SUPPORTED: "Partly supported",
    Verdict.OVERSTATED: "Overstated",
    Verdict.MISLEADING: "Misleading",
    Verdict.UNSUPPORTED: "Unsupported",
    Verdict.UNVERIFIABLE: "Unverifiable",
}


class Category(DefinedEnum):
    """What is the matter with a passage."""

    CURE_CLAIM = "cure_claim", "Says or implies that a disease is cured or can be."
    REVERSAL_CLAIM = "reversal_claim", "Says or implies that damage or disability is undone."
    CAUSAL_OVERCLAIM = "causal_overclaim", "States a cause or a mechanism that was not shown."
    CERTAINTY_INFLATION = "certainty_inflation", "Sounds surer than the evidence is."
    UNQUANTIFIED_BENEFIT = "unquantified_benefit", "Praises a benefit without saying how large it is, or for how many."
    UNFAIR_COMPARISON = "unfair_comparison", "Compares with something weaker, outdated or not named."
    EXTRAPOLATION = (
        "extrapolation",
        "Carries a result over to another species, population, stage or intervention.",
    )
    WEAK_EVIDENCE = "weak_evidence", "Rests on evidence too weak for what it says."
    MISSING_RISK = "missing_risk", "Leaves out or plays down a harm that matters."
    MISSING_CONTEXT = "missing_context", "Leaves out what a reader needs in order to judge."
    VAGUE_AUTHORITY = "vague_authority", "Appeals to unnamed studies, journals or experts."
    SUPERLATIVE_HYPE = "superlative_hype", "Uses a superlative in place of a finding."
    EMOTIVE_APPEAL = "emotive_appeal", "Works on hope or fear in place of evidence."
    UNPROVEN_OFFER = "unproven_offer", "Leads readers towards a treatment sold without proof."
    OUTDATED = "outdated", "Was true once, or describes a state of care that has passed."
    UNDERSTATEMENT = "understatement", "Says less than the evidence shows."
    FAIR_STATEMENT = "fair_statement", "A fair statement, marked as such."


class Severity:
    """How much a passage matters; none for a fair statement."""

    MINOR = 1
    COULD_MISLEAD = 2
    COULD_CHANGE_TREATMENT = 3


SEVERITY_DEFINITION: dict[int, str] = {
    Severity.MINOR: "Minor.",
    Severity.COULD_MISLEAD: "Could mislead about a benefit or a risk.",
    Severity.COULD_CHANGE_TREATMENT: "Could change a treatment decision.",
}


class Stance(DefinedEnum):
    """How a source stands towards a claim."""

    SUPPORTS = "supports", "The source supports the claim."
    CONTRADICTS = "contradicts", "The source contradicts the claim."
    QUALIFIES = "qualifies", "The source limits the claim or adds what it leaves out."


class Certainty(DefinedEnum):
    """Certainty of a body of evidence, after GRADE."""

    HIGH = "high", "Further research is very unlikely to change the finding."
    MODERATE = "moderate", "Further research may change the finding."
    LOW = "low", "Further research is likely to change the finding."
    VERY_LOW = "very_low", "The finding is very uncertain."
    NOT_APPLICABLE = "not_applicable", "The rating does not apply to this kind of statement or source."


class Design(DefinedEnum):
    """What kind of source a piece of evidence is."""

    RANDOMISED_TRIAL = "randomised_trial", "People were allotted to treatments at random."
    SINGLE_ARM_TRIAL = "single_arm_trial", "A trial without a comparison group."
    COHORT = "cohort", "People followed or looked back on, without random allotment."
    META_ANALYSIS = "meta_analysis", "Results of several studies pooled."
    SYSTEMATIC_REVIEW = "systematic_review", "All studies of a question, searched for and appraised by a stated method."
    GUIDELINE = "guideline", "Recommendations for care by a professional body."
    POSITION_STATEMENT = "position_statement", "A professional body's or a charity's stated position."
    REGULATOR_NOTICE = "regulator_notice", "A notice of an authority that licenses treatments."
    REGISTRY_ENTRY = "registry_entry", "A registered trial whose results are not out."
    MECHANISTIC_STUDY = "mechanistic_study", "A study of how something works, in people, animals or cells."
    SURVEY = "survey", "Answers to questions put to a group."
    ECONOMIC_EVALUATION = "economic_evaluation", "Costs set against effects."
    EPIDEMIOLOGICAL_REPORT = "epidemiological_report", "How often a condition occurs, and where."
    PUBLIC_HEALTH_REPORT = "public_health_report", "A public health body's report of an event."
    HEALTH_INFORMATION_PAGE = "health_information_page", "Information for the public by a recognised body."
    EXPERT_PERSPECTIVE = "expert_perspective", "An expert's argued view."
    NEWS_LANGUAGE_STUDY = "news_language_study", "A study of how health news is worded."


class EvidenceStatus(DefinedEnum):
    """What notices stand against a source."""

    NO_NOTICE = "no_notice", "The record was looked at and showed no notice."
    CORRECTED = "corrected", "Its publisher corrected it."
    CONCERN = "concern", "Its publisher expressed concern."
    RETRACTED = "retracted", "Its publisher retracted it."
    UNKNOWN = "unknown", "Not known: the record itself was not seen."


class VerificationLevel(DefinedEnum):
    """How close to the source was the page that the editors read."""

    PRIMARY_RECORD = "primary_record", "The source's own record."
    MIXED = "mixed", "The source's own record in part, a copy or abstract for the rest."
    SECONDARY_COPY = "secondary_copy", "A copy or a report of the source."


class ReviewState(DefinedEnum):
    """Where an entity's newest version stands in review."""

    DRAFT = "draft", "Being written."
    IN_REVIEW = "in_review", "Waits for a second person."
    PUBLISHED = "published", "Approved."
    SUPERSEDED = "superseded", "Replaced by another entity."
    WITHDRAWN = "withdrawn", "Taken back."
    REJECTED = "rejected", "Turned down."


FINISHED = (ReviewState.WITHDRAWN, ReviewState.SUPERSEDED)
"""States of which nothing is left to be done."""


class AnchorState(DefinedEnum):
    """How an annotation holds on to one revision of the text."""

    EXACT = "exact", "Same paragraph, same words, typography aside."
    MOVED = "moved", "Another paragraph, same words."
    CHANGED = "changed", "The words inside differ."
    ORPHANED = "orphaned", "The words are gone."


class Visibility(DefinedEnum):
    """Whether the public sees an article."""

    HIDDEN = "hidden", "As imported; nobody outside sees it."
    PUBLIC = "public", "Made public by a second person."
    WITHDRAWN = "withdrawn", "Taken back; a tombstone stands in its place."


class OriginStatus(DefinedEnum):
    """What is known of where an article first appeared."""

    KNOWN = "known", "Its original address is known."
    ARCHIVED_ONLY = "archived_only", "Only an archived copy is known."
    UNKNOWN = "unknown", "Not known."


class FactCheckStatus(DefinedEnum):
    """How far the editors have checked an article."""

    NOT_STARTED = "not_started", "Not checked: the absence of flags means nothing."
    PARTIAL = "partial", "Checked in part: a passage without a flag may not have been looked at."
    COMPLETE = "complete", "The whole text was checked on the date given."


class BlockKind(DefinedEnum):
    """What a paragraph is in its article."""

    TITLE = "title", "The title as found in the source; ordinal 0."
    HEADING = "heading", "A heading."
    PARAGRAPH = "paragraph", "Running text."
    LIST_ITEM = "list_item", "An item of a list."
    QUOTE = "quote", "A quotation set apart."


class TitleOrigin(DefinedEnum):
    """Where an article's title comes from."""

    SOURCE = "source", "Found in the source; it is the block with ordinal 0."
    EDITOR = "editor", "Given by an editor; no part of the text."


class PendingReason(DefinedEnum):
    """Why an annotation is being looked at again."""

    TEXT_CHANGED = "text_changed", "The annotated words changed."
    TEXT_REMOVED = "text_removed", "The annotated words are gone."
    EVIDENCE_RETRACTED = "evidence_retracted", "Evidence that it rests on was retracted."
    VERDICT_CHANGED = "verdict_changed", "The verdict of its claim changed."
    EDITOR_RECHECK = "editor_recheck", "An editor is looking at it again."


class RecheckReason(DefinedEnum):
    """Why something waits for an editor's look: what puts a notice in its place, and what leaves it standing."""

    TEXT_CHANGED = "text_changed", "The annotated words changed."
    TEXT_REMOVED = "text_removed", "The annotated words are gone."
    CONTEXT_CHANGED = "context_changed", "The same words stand in a sentence that changed."
    EVIDENCE_RETRACTED = "evidence_retracted", "Evidence that it rests on was retracted."
    VERDICT_CHANGED = "verdict_changed", "The verdict of its claim changed."
    EDITOR_RECHECK = "editor_recheck", "An editor is looking at it again."


class ChangeKind(DefinedEnum):
    """How weighty a change to something published is."""

    MINOR = "minor", "Wording that changes no meaning."
    CORRECTION = "correction", "A change that readers are told of."


class Role(DefinedEnum):
    """Who somebody is to the project."""

    CONTRIBUTOR = "contributor", "Writes drafts."
    EDITOR = "editor", "Writes and reviews."
    ADMIN = "admin", "Editor who also administers people and keys."
    MACHINE = "machine", "Can only suggest."
    SYSTEM_AUTHOR = "system_author", "Writes the samples; cannot sign in."
    SYSTEM_REVIEWER = "system_reviewer", "Approves the samples; cannot sign in."


class EntityType(DefinedEnum):
    """What has a history."""

    ARTICLE = "article", "A text under a slug."
    CLAIM = "claim", "A statement with a verdict."
    EVIDENCE = "evidence", "A source."
    ANNOTATION = "annotation", "A span that makes a claim."


class QueueKind(DefinedEnum):
    """A part of the editors' queue; what comes first is most urgent."""

    CONTEXT_CHANGED = "context_changed", "The annotated words stand in a sentence that changed."
    CHANGED = "changed", "The annotated words changed."
    ORPHANED = "orphaned", "The annotated words are gone."
    RECHECKS = "rechecks", "Everything that waits for another look, whatever the reason, claims included."
    WITHDRAWALS = "withdrawals", "Requests to withdraw, which wait for a second person."
    MERGERS = "mergers", "Requests to merge a claim into another, which wait for a second person."
    MINE_TO_REVIEW = "mine_to_review", "In review, and written by others than the one who asks."
    IN_REVIEW = "in_review", "Everything in review."
    MINE = "mine", "Drafts by the one who asks, what was sent back among them."
    DRAFTS = "drafts", "Everybody's drafts."
    CLAIMS_DUE = "claims_due", "Claims whose day for another look has come."
    EVIDENCE_STALE = "evidence_stale", "Sources whose record was looked at for notices too long ago."
