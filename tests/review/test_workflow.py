"""The review table, row by row: every state × action, every verdict × stance, every verdict × category."""

from __future__ import annotations

from itertools import product

import pytest

from annotations.errors import NotPublishable, TransitionNotAllowed
from annotations.review.events import Event
from annotations.review.workflow import Action, categories_fit, check_fitting_evidence, next_state
from annotations.vocabulary import Category, EvidenceStatus, ReviewState, Stance, Verdict

DRAFT, IN_REVIEW, PUBLISHED = ReviewState.DRAFT, ReviewState.IN_REVIEW, ReviewState.PUBLISHED
SUPERSEDED, WITHDRAWN, REJECTED = ReviewState.SUPERSEDED, ReviewState.WITHDRAWN, ReviewState.REJECTED

STEPS = {
    (DRAFT, Action.SAVE): (DRAFT, "each save of a draft is a version"),
    (DRAFT, Action.SUBMIT): (IN_REVIEW, "the author asks for review"),
    (DRAFT, Action.WITHDRAW): (WITHDRAWN, "an older version may be what is published"),
    (IN_REVIEW, Action.SAVE): (DRAFT, "what changed after it was sent must be sent again"),
    (IN_REVIEW, Action.REQUEST_CHANGES): (DRAFT, "the reviewer sends it back"),
    (IN_REVIEW, Action.REJECT): (REJECTED, "the reviewer turns it down"),
    (IN_REVIEW, Action.APPROVE): (PUBLISHED, "the only way to publish"),
    (IN_REVIEW, Action.WITHDRAW): (WITHDRAWN, "an older version may be what is published"),
    (PUBLISHED, Action.SAVE): (DRAFT, "a revision is a draft beside what is public"),
    (PUBLISHED, Action.WITHDRAW): (WITHDRAWN, "two people take it back"),
    (PUBLISHED, Action.MERGE): (SUPERSEDED, "two people merge a claim into another"),
    (PUBLISHED, Action.REOPEN): (DRAFT, "the text changed before anybody saw it"),
    (REJECTED, Action.SAVE): (DRAFT, "the author tries again"),
    (REJECTED, Action.WITHDRAW): (WITHDRAWN, "an older version may be what is published"),
    (REJECTED, Action.REOPEN): (DRAFT, "the text changed under an older version that nobody saw"),
}
BY_STATE_ALONE = {Action.SAVE, Action.SUBMIT, Action.REQUEST_CHANGES, Action.REJECT, Action.APPROVE}


@pytest.mark.parametrize(
    ("state", "action", "target"),
    [pytest.param(*step, target, id=f"{step[0]}-{step[1]}: {why}") for step, (target, why) in STEPS.items()],
)
def test_a_step_of_the_table(state, action, target):
    assert next_state(state, action) is target


@pytest.mark.parametrize(("state", "action"), sorted(set(product(ReviewState, Action)) - set(STEPS)))
def test_every_other_step_is_refused_by_name(state, action):
    with pytest.raises(TransitionNotAllowed) as caught:
        next_state(state, action)
    possible = [step.value for step in Action if (state, step) in STEPS and step in BY_STATE_ALONE]
    assert caught.value.context == {"state": state.value, "action": action.value, "possible": possible}
    way_on = f"possible now: {', '.join(possible)}" if possible else "write a new one instead"
    assert caught.value.message.startswith(f"{action} is not possible from {state}; ")
    assert caught.value.message.endswith(way_on)


def test_nothing_leads_out_of_the_end_states():
    assert not [state for state, _ in STEPS if state in {SUPERSEDED, WITHDRAWN}]


STANCES = {
    Verdict.SUPPORTED: ({Stance.SUPPORTS}, "only support supports"),
    Verdict.PARTLY_SUPPORTED: ({Stance.SUPPORTS, Stance.QUALIFIES}, "a part stands, or a limit is drawn"),
    Verdict.NEEDS_CONTEXT: ({Stance.QUALIFIES, Stance.CONTRADICTS}, "the context must come from somewhere"),
    Verdict.OVERSTATED: ({Stance.QUALIFIES, Stance.CONTRADICTS}, "weaker evidence qualifies"),
    Verdict.MISLEADING: ({Stance.QUALIFIES, Stance.CONTRADICTS}, "the evidence points elsewhere"),
    Verdict.UNSUPPORTED: ({Stance.QUALIFIES, Stance.CONTRADICTS}, "rule 3 knows no exception for it"),
    Verdict.UNVERIFIABLE: ({Stance.QUALIFIES, Stance.CONTRADICTS}, "where no record of a search is held"),
}


def fits(verdict: Verdict, *links: tuple[Stance, EvidenceStatus], searched: bool = False) -> bool:
    try:
        check_fitting_evidence(verdict, links, searched=searched)
    except NotPublishable:
        return False
    return True


def test_the_refusal_says_what_is_wanted():
    with pytest.raises(NotPublishable) as caught:
        check_fitting_evidence(Verdict.PARTLY_SUPPORTED, [], searched=True)
    assert (caught.value.code, caught.value.field) == ("not_publishable", "evidence")
    assert caught.value.context == {"rule": "fitting_evidence", "wanted": ["qualifies", "supports"]}


@pytest.mark.parametrize("status", list(EvidenceStatus))
@pytest.mark.parametrize("stance", list(Stance))
@pytest.mark.parametrize("verdict", list(Verdict))
def test_one_link_fits_by_its_stance_unless_the_source_was_retracted(verdict, stance, status):
    wanted, reason = STANCES[verdict]
    assert fits(verdict, (stance, status)) is (stance in wanted and status is not EvidenceStatus.RETRACTED), reason


@pytest.mark.parametrize("verdict", list(Verdict))
def test_without_any_link_only_the_unverifiable_stands_and_only_on_a_record_of_the_search(verdict):
    assert not fits(verdict)
    assert fits(verdict, searched=True) is (verdict is Verdict.UNVERIFIABLE)


def test_one_fitting_link_is_enough_among_others():
    retracted = (Stance.CONTRADICTS, EvidenceStatus.RETRACTED)
    beside = (Stance.SUPPORTS, EvidenceStatus.NO_NOTICE)
    assert not fits(Verdict.OVERSTATED, retracted, beside)
    assert fits(Verdict.OVERSTATED, retracted, beside, (Stance.QUALIFIES, EvidenceStatus.CORRECTED))


@pytest.mark.parametrize("category", list(Category))
@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_single_category_fits_by_the_verdict(verdict, category):
    fair = {Category.FAIR_STATEMENT, Category.UNDERSTATEMENT}
    faulty = set(Category) - {Category.FAIR_STATEMENT}
    assert categories_fit(verdict, [category]) is (category in (fair if verdict is Verdict.SUPPORTED else faulty))


@pytest.mark.parametrize(
    ("verdict", "categories", "expected"),
    [
        pytest.param(Verdict.SUPPORTED, (Category.FAIR_STATEMENT, Category.CURE_CLAIM), False, id="fair or not"),
        pytest.param(Verdict.SUPPORTED, (Category.UNDERSTATEMENT, Category.OUTDATED), False, id="a fault beside it"),
        pytest.param(Verdict.OVERSTATED, (Category.UNDERSTATEMENT, Category.OUTDATED), True, id="any faults"),
        pytest.param(Verdict.OVERSTATED, (Category.CURE_CLAIM, Category.FAIR_STATEMENT), False, id="faulty, not fair"),
    ],
)
def test_several_categories(verdict, categories, expected):
    assert categories_fit(verdict, categories) is expected


def test_events_are_an_entity_a_dot_and_a_past_participle():
    entities = {event.value.partition(".")[0] for event in Event}
    assert entities == {"article", "claim", "evidence", "annotation"}
    for event in Event:
        word = event.value.partition(".")[2]
        assert word.endswith("ed") or word in {"withdrawn", "pending"}
        assert event.definition.endswith(".")
