"""Claims, evidence and annotations as editors see them: drafts, flags and requests included."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from annotations.queries.editorial.claims import get_claim, list_claims
from annotations.queries.editorial.evidence import get_evidence, list_evidence
from annotations.queries.editorial.notes import get_annotation, list_annotations
from annotations.services.claims import revise_claim
from annotations.services.evidence import revise_evidence
from annotations.services.merging import confirm_merger, request_merger
from annotations.services.notes import revise_annotation
from annotations.services.pending import recheck_annotation
from annotations.services.review_dates import set_review_due
from annotations.services.withdrawing import confirm_withdrawal, request_withdrawal
from annotations.store.base import new_id
from annotations.store.claims import Claim
from annotations.store.editorial import ClaimMerger
from annotations.store.evidence import Evidence
from annotations.store.notes import Annotation
from annotations.vocabulary import (
    AnchorState,
    Category,
    EntityType,
    EvidenceStatus,
    PendingReason,
    RecheckReason,
    ReviewState,
    Stance,
)
from tests.services.newsroom import claim_content, note_content, quoting, source_content

PUBLISHED, DRAFT = ReviewState.PUBLISHED, ReviewState.DRAFT


@pytest.mark.parametrize(
    ("query", "name"),
    [(get_claim, "nothing"), (get_evidence, "nothing"), (get_annotation, new_id())],
)
def test_what_is_not_there_is_none(shared, query, name):
    assert shared.read(query, name) is None


def test_a_draft_of_a_claim_is_shown_with_who_wrote_it(shared):
    room = shared.room
    source = room.source("claim draft source", approved=False)
    room.claim("claim-draft", (source, Stance.QUALIFIES), by="cat", published=False)
    claim = shared.read(get_claim, "claim-draft")
    assert (claim.state, claim.head_number, claim.in_force_number, claim.in_force) == (DRAFT, 1, None, None)
    assert (claim.created_by.name, claim.head.created_by.name) == ("cat", "cat")
    assert not claim.head.redacted
    (link,) = claim.head.links
    assert (link.key, link.evidence_state, link.stance) == ("claim-draft-source", DRAFT, Stance.QUALIFIES)
    assert link.title == "Results of claim draft source"


def test_a_claim_shows_its_draft_beside_what_is_in_force(shared):
    room = shared.room
    old, new = room.source("old trial"), room.source("new trial")
    claim_id = room.claim("claim-revised", (old, Stance.CONTRADICTS))
    revised = claim_content((new, Stance.QUALIFIES), (old, Stance.CONTRADICTS), summary="Another summary.")
    room.do(revise_claim, Claim, claim_id, revised, by="eve")
    claim = shared.read(get_claim, "claim-revised")
    assert (claim.state, claim.head_number, claim.in_force_number) == (DRAFT, 2, 1)
    assert (claim.head.summary, claim.head.created_by.name) == ("Another summary.", "eve")
    assert [link.key for link in claim.head.links] == ["new-trial", "old-trial"]
    assert [link.key for link in claim.in_force.links] == ["old-trial"]
    assert claim.in_force.is_in_force
    assert not claim.head.is_in_force


def test_links_show_the_status_that_was_approved(shared):
    room = shared.room
    source = room.source("doubtful trial")
    room.claim("claim-doubtful", (source, Stance.CONTRADICTS))
    retracted = source_content("doubtful trial", status=EvidenceStatus.RETRACTED, status_notice="Retracted.")
    room.do(revise_evidence, Evidence, source, retracted)
    (link,) = shared.read(get_claim, "claim-doubtful").head.links
    assert (link.status, link.evidence_state) == (EvidenceStatus.NO_NOTICE, DRAFT)
    room.publish(Evidence, source)
    claim = shared.read(get_claim, "claim-doubtful")
    assert claim.head.links[0].status is EvidenceStatus.RETRACTED
    assert (claim.needs_recheck, claim.recheck_reason) == (True, RecheckReason.EVIDENCE_RETRACTED)


def test_a_claim_tells_its_date_its_merger_and_its_withdrawal(shared):
    room = shared.room
    loser, winner = room.claim("claim-loser"), room.claim("claim-winner")
    room.do(set_review_due, Claim, winner, date(2027, 1, 1), by="eve")
    with room.work() as session:
        rows = session.get_one(Claim, loser), session.get_one(Claim, winner)
        merger = request_merger(session, *rows, reason="They say the same.", **room.by("ann")).id
    claim = shared.read(get_claim, "claim-loser")
    assert (claim.merger.into, claim.merger.requested_by.name) == ("claim-winner", "ann")
    assert (claim.merger.id, claim.merger.reason, claim.merged_into) == (merger, "They say the same.", None)
    due = shared.read(get_claim, "claim-winner").review_due
    assert (due.due_on, due.set_by.name) == (date(2027, 1, 1), "eve")
    with room.work() as session:
        confirm_merger(session, session.get_one(ClaimMerger, merger), **room.by("bob"))
    claim = shared.read(get_claim, "claim-loser")
    assert (claim.state, claim.merger, claim.merged_into) == (ReviewState.SUPERSEDED, None, "claim-winner")
    room.do(request_withdrawal, Claim, winner, reason="It was wrong.", by="ann")
    request = shared.read(get_claim, "claim-winner").withdrawal_request
    assert (request.by.name, request.reason) == ("ann", "It was wrong.")
    room.do(confirm_withdrawal, Claim, winner, by="bob")
    claim = shared.read(get_claim, "claim-winner")
    assert (claim.withdrawal_request, claim.withdrawn_reason) == (None, "It was wrong.")
    assert claim.in_force is None


def test_a_source_shows_its_draft(shared):
    room = shared.room
    room.source("identified", doi="10.1000/identified", approved=False, by="cat")
    source = shared.read(get_evidence, "identified")
    assert (source.state, source.in_force, source.head.doi) == (DRAFT, None, "10.1000/identified")


def test_an_annotation_shows_both_versions_and_where_each_stands(room, reader):
    article = room.article("piece", "The 💊 pill cures migraine in a week.", "It costs little.", title="Pills")
    claim, other = room.claim("first"), room.claim("second")
    note = room.note(article, claim, note="A note.")
    room.do(revise_annotation, Annotation, note, quoting("little"), note_content(other, severity=3), by="eve")
    shown = reader.read(get_annotation, note)
    assert (shown.article_slug, shown.state, shown.head_number, shown.in_force_number) == ("piece", DRAFT, 2, 1)
    assert (shown.head.claim_slug, shown.head.severity, shown.head.note) == ("second", 3, None)
    assert (shown.in_force.claim_slug, shown.in_force.note) == ("first", "A note.")
    assert shown.in_force.categories == (Category.CURE_CLAIM,)
    assert (shown.head_anchor.ordinal, shown.head_anchor.quote) == (2, "little")
    place = shown.in_force_anchor
    assert (place.ordinal, place.state, place.revision_number) == (1, AnchorState.EXACT, 1)
    assert place.paragraph_text[place.start : place.end] == "cures migraine"
    assert (place.utf16_start, place.utf16_end) == (place.start + 1, place.end + 1)


def test_an_annotation_that_lost_its_words_tells_so(room, reader):
    article = room.article("piece", "The pill cures migraine.", "It costs little.", title="Pills")
    note = room.note(article, room.claim())
    reader.reimport(article, "It costs little.", "It is red.")
    shown = reader.read(get_annotation, note)
    place = shown.in_force_anchor
    assert (place.state, place.paragraph_id, place.start, place.utf16_start) == (AnchorState.ORPHANED, None, None, None)
    assert (place.paragraph_text, place.quote, place.revision_number) == (None, "cures migraine", 2)
    assert (shown.notice.reason, shown.notice.opened_by.name) == (PendingReason.TEXT_REMOVED, "bob")
    assert shown.recheck_reason is RecheckReason.TEXT_REMOVED


def _world(shared: Any) -> list[UUID]:
    room = shared.room
    first = room.article("filter-one", title="One")
    second = room.article("filter-two", title="Two")
    claims_ = [room.claim("filter-a"), room.claim("filter-b")]
    made = [
        room.note(first, claims_[0]),
        room.note(first, claims_[1]),
        room.note(second, claims_[0], published=False),
        room.note(second, claims_[1]),
    ]
    # By the version in force the last makes the second claim, by its draft the first.
    room.do(revise_annotation, Annotation, made[3], quoting("costs little"), note_content(claims_[0]))
    room.do(recheck_annotation, Annotation, made[0], by="bob")
    return made


@pytest.fixture(scope="module")
def filtered(shared):
    return _world(shared)


@pytest.mark.parametrize(
    ("wanted", "which", "reason"),
    [
        ({"article": "filter-one"}, [0, 1], "those of an article"),
        ({"claim": "filter-a"}, [0, 2, 3], "of a claim by the newest version"),
        ({"claim": "filter-b"}, [1, 3], "or by the one in force"),
        ({"article": "filter-two", "state": DRAFT}, [2, 3], "by state"),
        ({"article": "filter-one", "needs_recheck": True}, [0], "those that wait for another look"),
        ({"article": "filter-one", "needs_recheck": False}, [1], "those that do not"),
        ({"article": "nothing"}, [], "an article that is not there"),
        ({"claim": "nothing"}, [], "a claim that is not there"),
    ],
)
@pytest.mark.parametrize("limit", [1, 100])
def test_annotations_are_listed_by_what_they_are(shared, filtered, wanted, which, reason, limit):
    found = shared.all_of(list_annotations, limit=limit, **wanted)
    assert [item.id for item in found] == sorted(filtered[index] for index in which), reason


@pytest.mark.parametrize(
    ("listing", "name", "get"),
    [
        (list_claims, "slug", get_claim),
        (list_evidence, "key", get_evidence),
        (list_annotations, "id", get_annotation),
    ],
)
def test_lists_hold_everything_in_order_whatever_the_page(shared, filtered, listing, name, get):
    items = shared.all_of(listing)
    assert len(items) > 3
    names = [getattr(item, name) for item in items]
    assert names == sorted(names)
    assert shared.all_of(listing, limit=1) == items
    assert [shared.read(get, one) for one in names] == items
    for state in ReviewState:
        assert shared.all_of(listing, state=state) == [item for item in items if item.state == state]


def test_a_blanked_version_says_so(room, reader):
    claim = room.claim("blanked")
    before = reader.read(get_claim, "blanked")
    reader.redact(EntityType.CLAIM, claim, 1, "claim_versions", before.head.id)
    after = reader.read(get_claim, "blanked")
    assert dataclasses.replace(before.head, redacted=True) == after.head
    assert not reader.read(get_evidence, reader.key(room.source())).head.redacted
