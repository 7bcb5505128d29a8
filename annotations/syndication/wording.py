"""The sentences that go wherever the text goes: fact-check status, flags and the disclaimer, in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from annotations.vocabulary import VERDICT_LABEL, Category, FactCheckStatus, PendingReason, Verdict


def disclaimer(organisation: str) -> str:
    """Who wrote the notes, and what they are not; goes with every answer."""
    return f"Notes by {organisation}. They inform; they are no medical advice."


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


def notice(status: FactCheckStatus, checked_at: date | None, organisation: str) -> str:
    """The status and the disclaimer, for the head of a text."""
    return f"{fact_check_sentence(status, checked_at)} {disclaimer(organisation)}"


def pending_sentence(reason: PendingReason) -> str:
    """What readers see in the place of an annotation that is looked at again."""
    return f"An editors' note here is being re-checked. {reason.definition}"


def flag_label(verdict: Verdict, categories: Iterable[Category]) -> str | None:
    """The flag of a passage in words, by which it goes where nothing else fits; None for a fair statement."""
    found = frozenset(categories)
    if Category.FAIR_STATEMENT in found:
        return None
    return "understated" if verdict is Verdict.SUPPORTED else VERDICT_LABEL[verdict].lower()


def caveat(labels: Iterable[str | None], pending: int, status: FactCheckStatus, checked_at: date | None) -> str:
    """What a reader of one paragraph must know: its flags, pending notices, and the article's status.

    ``labels`` are those of the paragraph's annotations, as :func:`flag_label` gives them.
    """
    parts = []
    flagged = [label for label in labels if label is not None]
    if flagged:
        many = "1 statement" if len(flagged) == 1 else f"{len(flagged)} statements"
        parts.append(f"Fact-check: {many} flagged here ({', '.join(dict.fromkeys(flagged))}).")
    if pending:
        parts.append("An editors' note here is being re-checked.")
    parts.append(fact_check_sentence(status, checked_at))
    return " ".join(parts)


def claim_caveat(verdict: Verdict, summary: str, *, needs_recheck: bool) -> str:
    """What a reader of a claim must know: its verdict, why, and whether editors are looking at it again."""
    doubt = " Editors are re-checking this." if needs_recheck else ""
    return f"{VERDICT_LABEL[verdict]}: {summary}{doubt}"


def title_with_verdict(title: str, labels: Iterable[str | None], *, pending: bool) -> str:
    """A title as it may be printed where nothing else fits: a flagged one carries its flags."""
    shown = [label for label in labels if label is not None]
    if pending:
        shown.append("being re-checked")
    return f"{title} [fact-check: {', '.join(dict.fromkeys(shown))}]" if shown else title
