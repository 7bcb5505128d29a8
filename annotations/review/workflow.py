"""Review as a table: from which state which action leads where, and the rules of what may be published."""

from __future__ import annotations

from collections.abc import Iterable

from annotations.errors import NotPublishable, TransitionNotAllowed
from annotations.vocabulary import Category, DefinedEnum, EvidenceStatus, ReviewState, Stance, Verdict


class Action(DefinedEnum):
    """A step that somebody takes with a claim, a piece of evidence or an annotation."""

    CREATE = "create", "Write the first draft."
    SAVE = "save", "Save another version of the draft, or begin to revise what is published."
    SUBMIT = "submit", "Ask for review."
    REQUEST_CHANGES = "request_changes", "Send back to the author."
    REJECT = "reject", "Turn down."
    APPROVE = "approve", "Approve, and publish."
    WITHDRAW = "withdraw", "Take back what is published; a second person confirms."
    MERGE = "merge", "Merge a published claim into another; a second person confirms."
    REOPEN = "reopen", "Back to draft: the text changed under an approved annotation that is not public yet."


TRANSITIONS: dict[tuple[ReviewState, Action], ReviewState] = {
    (ReviewState.DRAFT, Action.SAVE): ReviewState.DRAFT,
    (ReviewState.DRAFT, Action.SUBMIT): ReviewState.IN_REVIEW,
    (ReviewState.IN_REVIEW, Action.SAVE): ReviewState.DRAFT,
    (ReviewState.IN_REVIEW, Action.REQUEST_CHANGES): ReviewState.DRAFT,
    (ReviewState.IN_REVIEW, Action.REJECT): ReviewState.REJECTED,
    (ReviewState.IN_REVIEW, Action.APPROVE): ReviewState.PUBLISHED,
    (ReviewState.REJECTED, Action.SAVE): ReviewState.DRAFT,
    (ReviewState.PUBLISHED, Action.SAVE): ReviewState.DRAFT,
    (ReviewState.DRAFT, Action.WITHDRAW): ReviewState.WITHDRAWN,
    (ReviewState.IN_REVIEW, Action.WITHDRAW): ReviewState.WITHDRAWN,
    (ReviewState.REJECTED, Action.WITHDRAW): ReviewState.WITHDRAWN,
    (ReviewState.PUBLISHED, Action.WITHDRAW): ReviewState.WITHDRAWN,
    (ReviewState.PUBLISHED, Action.MERGE): ReviewState.SUPERSEDED,
    (ReviewState.PUBLISHED, Action.REOPEN): ReviewState.DRAFT,
    (ReviewState.REJECTED, Action.REOPEN): ReviewState.DRAFT,
}
"""Withdrawal starts from any state of the newest version, because an older one may be what is published."""

REVIEW = (Action.SAVE, Action.SUBMIT, Action.REQUEST_CHANGES, Action.REJECT, Action.APPROVE)
"""The steps that hang on the state alone; whether the others are possible hangs on what is public, too."""

FITTING: dict[Verdict, frozenset[Stance]] = {
    Verdict.SUPPORTED: frozenset({Stance.SUPPORTS}),
    Verdict.PARTLY_SUPPORTED: frozenset({Stance.SUPPORTS, Stance.QUALIFIES}),
}
"""The stances of which a verdict needs at least one; verdicts that are not here need one of the other two."""

OTHERWISE_FITTING = frozenset({Stance.QUALIFIES, Stance.CONTRADICTS})


def next_state(state: ReviewState, action: Action) -> ReviewState:
    """The state that ``action`` leads to.

    Raises:
        TransitionNotAllowed: the table has no such step; ``context['possible']`` lists the steps of review that it has.
    """
    if (state, action) not in TRANSITIONS:
        possible = [str(step) for step in REVIEW if (state, step) in TRANSITIONS]
        way_on = f"possible now: {', '.join(possible)}" if possible else "it is over; write a new one instead"
        raise TransitionNotAllowed(
            f"{action} is not possible from {state}; {way_on}",
            context={"state": str(state), "action": str(action), "possible": possible},
        )
    return TRANSITIONS[state, action]


def check_fitting_evidence(verdict: Verdict, links: Iterable[tuple[Stance, EvidenceStatus]], *, searched: bool) -> None:
    """Rule 3: a verdict stands on at least one fitting link to evidence that was not retracted.

    ``links`` are the stance and the source's status of each link; ``searched`` says that a dated record of
    the search is held, which will do for ``unverifiable``.

    Raises:
        NotPublishable: no link fits.
    """
    if verdict is Verdict.UNVERIFIABLE and searched:
        return
    wanted = FITTING.get(verdict, OTHERWISE_FITTING)
    if any(stance in wanted and status is not EvidenceStatus.RETRACTED for stance, status in links):
        return
    raise NotPublishable(
        f"the verdict {verdict} needs evidence that {' or '.join(sorted(wanted))}, not retracted",
        field="evidence",
        context={"rule": "fitting_evidence", "wanted": sorted(wanted)},
    )


def categories_fit(verdict: Verdict, categories: Iterable[Category]) -> bool:
    """Rule 8: whether the categories of a passage agree with the verdict of its claim.

    A fair statement makes a claim that is supported; any other category finds fault with a claim that is not
    fully supported, except that a supported one may still be understated.
    """
    found = frozenset(categories)
    if Category.FAIR_STATEMENT in found:
        return verdict is Verdict.SUPPORTED and len(found) == 1
    return verdict is not Verdict.SUPPORTED or found == {Category.UNDERSTATEMENT}
