"""The sentences that go wherever the text goes: fact-check status, flags and the disclaimer, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from annotations.vocabulary import VERDICT_LABEL, FactCheckStatus, PendingReason, Verdict

DISCLAIMER = "These notes inform; they are no medical advice."


def fact_check_sentence(status: FactCheckStatus, checked_at: date | None) -> str:
    """How far an article was checked, so that an unchecked one cannot pass for a checked one."""
    if status is FactCheckStatus.COMPLETE and checked_at is not None:
        return f"Editors checked this article in full on {checked_at.isoformat()}."
    if status is FactCheckStatus.PARTIAL and checked_at is not None:
        return (
            f"Editors have checked this article only in part, last on {checked_at.isoformat()}: "
            "a passage without a note may not have been looked at."
        )
    return "Editors have not checked this article: the absence of notes means nothing."


def notice(status: FactCheckStatus, checked_at: date | None) -> str:
    """The status and the disclaimer, for the head of a text."""
    return f"{fact_check_sentence(status, checked_at)} {DISCLAIMER}"


def pending_sentence(reason: PendingReason) -> str:
    """What readers see in the place of an annotation that is looked at again."""
    return f"An editors' note here is being re-checked. {reason.definition}"


def caveat(verdicts: Sequence[Verdict], pending: int, status: FactCheckStatus, checked_at: date | None) -> str:
    """What a reader of one paragraph must know: its flags by verdict, pending notices, and the article's status.

    ``verdicts`` are those of the paragraph's annotations, fair statements included.
    """
    parts = []
    flagged = [verdict for verdict in verdicts if verdict is not Verdict.SUPPORTED]
    if flagged:
        labels = dict.fromkeys(VERDICT_LABEL[verdict].lower() for verdict in flagged)
        many = "1 statement" if len(flagged) == 1 else f"{len(flagged)} statements"
        parts.append(f"Fact-check: {many} flagged here ({', '.join(labels)}).")
    if pending:
        parts.append("An editors' note here is being re-checked.")
    parts.append(fact_check_sentence(status, checked_at))
    return " ".join(parts)


def title_with_verdict(title: str, verdicts: Sequence[Verdict], *, pending: bool) -> str:
    """A title as it may be printed where nothing else fits: a flagged one carries its verdicts."""
    labels = [VERDICT_LABEL[verdict].lower() for verdict in verdicts if verdict is not Verdict.SUPPORTED]
    if pending:
        labels.append("being re-checked")
    return f"{title} [fact-check: {', '.join(dict.fromkeys(labels))}]" if labels else title
