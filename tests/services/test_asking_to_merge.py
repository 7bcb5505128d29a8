"""Mergers: one person asks, a second confirms; what cannot be merged is refused without a trace."""

from __future__ import annotations

import pytest

from annotations.errors import (
    FourEyesRequired,
    InvalidInput,
    InvalidText,
    NotPublishable,
    PermissionDenied,
    TransitionNotAllowed,
)
from annotations.services.claims import revise_claim
from annotations.services.evidence import revise_evidence
from annotations.services.lookups import links_of, published_version
from annotations.services.merging import cancel_merger, confirm_merger
from annotations.services.reviewing import reject, submit
from annotations.services.withdrawing import request_withdrawal
from annotations.store.claims import Claim
from annotations.store.editorial import ClaimMerger
from annotations.store.evidence import Evidence
from annotations.store.notes import AnnotationVersion
from annotations.vocabulary import EvidenceStatus, Stance, Verdict
from tests.services.mergers import (
    ask,
    merge,
    notices,
    refuse_to_ask,
    rules_hold,
    two_claims,
    withdraw,
)
from tests.services.newsroom import claim_content, source_content


@pytest.fixture
def stage(room):
    yield two_claims(room)
    rules_hold(room)


def test_a_merger_takes_two(stage):
    room, loser, winner, _ = stage
    refuse_to_ask(room, PermissionDenied, loser, winner, by="cat")
    merger = ask(room, loser, winner)
    room.refuse(FourEyesRequired, confirm_merger, ClaimMerger, merger, by="ann")
    for step in (confirm_merger, cancel_merger):
        room.refuse(PermissionDenied, step, ClaimMerger, merger, by="cat")


def test_that_one_person_sufficed_is_on_record(room):
    loser = room.claim()
    merger = ask(room, loser, room.claim())
    room.do(confirm_merger, ClaimMerger, merger, by="ann", four_eyes=False)
    assert room.history(loser)[-1].four_eyes is False


def test_a_merger_is_cancelled_or_confirmed_once(stage):
    room, loser, winner, _ = stage
    merger = ask(room, loser, winner)
    before = len(room.log())
    room.do(cancel_merger, ClaimMerger, merger)
    last = room.history(loser)[-1]
    assert (len(room.log()), last.action, last.reason) == (before, "cancel_merger", None)
    expected = {"merged": False, "message": "this merger was cancelled already; ask for it anew"}
    for step in (cancel_merger, confirm_merger):
        room.refuse(TransitionNotAllowed, step, ClaimMerger, merger, by="bob", expected=expected)
    again = merge(room, loser, winner)
    expected = {"merged": True, "message": "this merger was confirmed already; nothing is left to do"}
    for step in (cancel_merger, confirm_merger):
        room.refuse(TransitionNotAllowed, step, ClaimMerger, again, by="bob", expected=expected)


def test_whoever_cancels_a_merger_may_say_why(stage):
    room, loser, winner, _ = stage
    merger = ask(room, loser, winner)
    expected = {"field": "reason"}
    room.refuse(InvalidText, cancel_merger, ClaimMerger, merger, by="bob", reason=" ", expected=expected)
    room.do(cancel_merger, ClaimMerger, merger, by="bob", reason="They differ in the dose.")
    last = room.history(loser)[-1]
    assert (last.action, last.reason, last.actor_id) == (
        "cancel_merger",
        "They differ in the dose.",
        room.actor("bob").id,
    )


def test_a_merger_is_asked_for_once_and_never_in_a_ring(stage):
    room, loser, winner, _ = stage
    third = room.claim()
    ask(room, loser, winner)
    refuse_to_ask(room, TransitionNotAllowed, loser, third, claim="loser")
    refuse_to_ask(room, TransitionNotAllowed, winner, loser, claim="loser")
    # But the winner may go on into a third.
    ask(room, winner, third)


@pytest.mark.parametrize("reason", ["", " ", "x" * 1001])
def test_a_merger_needs_a_reason(stage, reason):
    room, loser, winner, _ = stage
    refuse_to_ask(room, InvalidText, loser, winner, reason=reason, field="reason")


def test_a_claim_is_not_merged_into_itself(stage):
    room, loser, _, _ = stage
    refuse_to_ask(room, InvalidInput, loser, loser, field="winner")


def draft_on_top(room, claim):
    room.do(revise_claim, Claim, claim, claim_content((room.source(), Stance.QUALIFIES)))


def withdrawn(room, claim):
    withdraw(room, Claim, claim)


def asked_to_be_withdrawn(room, claim):
    room.do(request_withdrawal, Claim, claim, reason="A mistake.")


def merged(room, claim):
    merge(room, claim, room.claim())


def rejected_on_top(room, claim):
    draft_on_top(room, claim)
    room.do(submit, Claim, claim)
    room.do(reject, Claim, claim, reason="No.", by="bob")


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize(
    ("happened", "state", "way_on"),
    [
        (draft_on_top, "draft", "have it approved first"),
        (rejected_on_top, "rejected", "save another version and have that approved first"),
        (withdrawn, "withdrawn", "choose another claim"),
        (asked_to_be_withdrawn, "published", "cancel that first, or confirm it and do not merge"),
        (merged, "superseded", "choose another claim"),
    ],
)
def test_only_published_claims_are_merged(stage, which, happened, state, way_on):
    room, *claims = stage[:3]
    happened(room, claims[which])
    slug = ("loser", "winner")[which]
    what = "asked to be withdrawn" if state == "published" else f"not published: it is {state}"
    named = f"the claim {slug} is" if state == "published" else f"the newest version of the claim {slug} is"
    message = f"{named} {what}; {way_on}"
    refuse_to_ask(room, TransitionNotAllowed, *claims, claim=slug, state=state, message=message)


@pytest.mark.parametrize(
    ("changes", "what", "changed"),
    [
        (
            {"verdict": Verdict.MISLEADING, "summary": "It does nothing."},
            "its verdict was overstated and is misleading",
            ["verdict", "summary"],
        ),
        ({"summary": "It shortens few attacks."}, "summary", ["summary"]),
        ({}, "in the same words", []),
    ],
    ids=["another verdict", "other words", "the same once more"],
)
def test_a_winner_that_was_published_anew_must_be_read_anew(stage, changes, what, changed):
    room, loser, winner, _ = stage
    merger = ask(room, loser, winner)
    with room.look() as session:
        links = [(link.evidence_id, Stance(link.stance)) for link in links_of(session, version_of(session, winner))]
    room.do(revise_claim, Claim, winner, claim_content(*links, **changes), by="eve")
    room.publish(Claim, winner, author="eve")
    message = (
        f"the claim winner was published anew since this merger was asked for ({what});"
        " cancel the merger, read that claim, and ask anew"
    )
    expected = {"message": message, "claim": "winner", "changed": changed}
    room.refuse(TransitionNotAllowed, confirm_merger, ClaimMerger, merger, by="bob", expected=expected)
    room.do(cancel_merger, ClaimMerger, merger, by="bob")
    merge(room, loser, winner)


def test_a_loser_that_was_published_anew_is_what_is_merged(stage):
    room, loser, winner, _ = stage
    merger = ask(room, loser, winner)
    draft_on_top(room, loser)
    room.publish(Claim, loser)
    # Whoever confirms names the version of the loser that they read.
    room.do(confirm_merger, ClaimMerger, merger, by="bob")


def version_of(session, claim):
    return published_version(session, session.get_one(Claim, claim))


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("happened", [draft_on_top, withdrawn, asked_to_be_withdrawn])
def test_what_happened_since_it_was_asked_for_counts(stage, which, happened):
    room, *claims = stage[:3]
    merger = ask(room, *claims)
    happened(room, claims[which])
    room.refuse(TransitionNotAllowed, confirm_merger, ClaimMerger, merger, by="bob")
    # And it can be taken back all the same.
    room.do(cancel_merger, ClaimMerger, merger)


def test_nothing_goes_over_to_a_claim_that_rests_on_nothing(stage):
    room, loser, _, article = stage
    room.note(article, loser)
    source = room.source("gone")
    winner = room.claim(None, (source, Stance.CONTRADICTS))
    merger = ask(room, loser, winner)
    retracted = source_content("gone", status=EvidenceStatus.RETRACTED, status_notice="Retracted.")
    room.do(revise_evidence, Evidence, source, retracted)
    room.publish(Evidence, source)
    room.refuse(NotPublishable, confirm_merger, ClaimMerger, merger, by="bob", expected={"rule": "fitting_evidence"})
    room.do(cancel_merger, ClaimMerger, merger)
    refuse_to_ask(room, NotPublishable, loser, winner, rule="fitting_evidence")


def test_notes_of_a_claim_that_lost_its_evidence_wait_under_the_winner(stage):
    room, _, winner, article = stage
    source = room.source("gone")
    loser = room.claim(None, (source, Stance.CONTRADICTS))
    note = room.note(article, loser)
    retracted = source_content("gone", status=EvidenceStatus.RETRACTED, status_notice="Retracted.")
    room.do(revise_evidence, Evidence, source, retracted)
    room.publish(Evidence, source)
    merge(room, loser, winner)
    assert [(one.annotation_id, one.reason) for one in notices(room)] == [(note, "evidence_retracted")]
    assert room.versions(AnnotationVersion, note)[-1].claim_id == winner
    with room.look() as session:
        assert session.get_one(Claim, loser).needs_recheck is False
