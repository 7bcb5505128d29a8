"""Mergers: every passage goes over at one moment, and the old address leads on."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from annotations.errors import (
    FourEyesRequired,
)
from annotations.queries.claims import get_claim, merged_into
from annotations.services.merging import confirm_merger
from annotations.services.pending import recheck_annotation
from annotations.services.reimporting import reimport_article
from annotations.services.review_dates import set_review_due
from annotations.services.reviewing import approve, reject, submit
from annotations.store.articles import Article
from annotations.store.claims import Claim, ClaimVersion
from annotations.store.editorial import ClaimMerger, ReviewDate
from annotations.store.log import PublicVersion
from annotations.store.notes import Anchor, Annotation, AnnotationVersion
from annotations.vocabulary import Category, Stance, Verdict
from tests.services.mergers import (
    anchors,
    ask,
    categories,
    merge,
    notices,
    revise,
    rules_hold,
    stamps,
    two_claims,
    withdraw,
)
from tests.services.newsroom import TEXT, quoting, text_of

FAIR = {"categories": (Category.FAIR_STATEMENT,), "severity": None}


@pytest.fixture
def stage(room):
    yield two_claims(room)
    rules_hold(room)


def test_a_request_is_a_step_of_the_history_and_nobody_outside_sees_it(stage):
    room, loser, winner, _ = stage
    before = len(room.log())
    merger = ask(room, loser, winner)
    with room.look() as session:
        found = session.get_one(ClaimMerger, merger)
    assert (found.loser_id, found.winner_id, found.requested_by) == (loser, winner, room.actor("ann").id)
    assert (found.closed_at, found.merged, found.reason) == (None, False, "They say the same.")
    last = room.history(loser)[-1]
    assert (last.action, last.from_state, last.to_state) == ("request_merger", "published", "published")
    assert (last.reason, last.at, len(room.log())) == ("They say the same.", found.requested_at, before)


def test_a_merger_supersedes_the_loser_at_one_moment_with_a_correction(stage):
    room, loser, winner, article = stage
    note = room.note(article, loser, note="It does not.")
    room.do(set_review_due, Claim, loser, date(2027, 6, 1))
    before = len(room.log())
    merger = merge(room, loser, winner)
    rows = room.log()[before:]
    assert [row.event for row in rows] == ["claim.merged", "evidence.unlisted", "annotation.revised"]
    moment = rows[0].at
    (claim,), (old, new) = room.versions(ClaimVersion, loser), room.versions(AnnotationVersion, note)
    assert (claim.valid_until, old.valid_until, new.valid_from, new.valid_until) == (moment, moment, moment, None)
    assert (new.claim_id, new.created_by) == (winner, room.actor("ann").id)
    with room.look() as session:
        found, done = session.get_one(Claim, loser), session.get_one(ClaimMerger, merger)
        assert (found.state, found.withdrawn_at, found.needs_recheck) == ("superseded", None, False)
        assert session.scalars(select(ReviewDate)).all() == []
        assert get_claim(session, "loser") is None
        assert [appearance.annotation.id for appearance in get_claim(session, "winner").appearances] == [note]
    assert (done.merged, done.closed_at, done.closed_by) == (True, moment, room.actor("bob").id)
    (correction,) = room.corrections()
    assert (correction.seq, correction.reason, correction.entity_id) == (rows[0].seq, "They say the same.", loser)
    assert (correction.before["verdict"], len(correction.before["evidence"])) == ("overstated", 2)
    assert correction.after == {
        "merged_into": "winner",
        "verdict": "overstated",
        "text": "The pill cures migraine.",
        "summary": "It shortens attacks in some people; it cures nobody.",
    }
    last = room.history(loser)[-1]
    assert (last.action, last.from_state, last.to_state, last.four_eyes) == ("merge", "published", "superseded", True)


def test_what_changed_is_stamped_and_nothing_else(stage):
    room, loser, winner, article = stage
    note, other = room.note(article, loser), room.note(room.article("other"), winner)
    old = stamps(room)
    merge(room, loser, winner)
    moved = {key for key, seq in stamps(room).items() if old.get(key) != seq}
    with room.look() as session:
        blocks = {f"paragraph:{anchor.paragraph_id}" for anchor in session.scalars(select(Anchor))}
        gone = set(session.scalars(select(PublicVersion.key).where(PublicVersion.gone)))
    assert {"claim:loser", "claim:winner", f"annotation:{note}", "article:an-article"} <= moved
    assert {"evidence:only", "evidence:common", "articles", "annotations", "claims", "evidence", "search"} <= moved
    assert not {f"annotation:{other}", "article:other", "evidence:kept"} & moved
    assert len(blocks & moved) == 1
    # The address of the loser leads on: no tombstone stands there.
    assert gone == {"evidence:only"}


@pytest.mark.parametrize(
    ("verdict", "stance", "kind"),
    [
        (Verdict.OVERSTATED, Stance.QUALIFIES, "minor"),
        (Verdict.MISLEADING, Stance.CONTRADICTS, "correction"),
    ],
)
def test_another_verdict_makes_a_correction_of_every_passage(stage, verdict, stance, kind):
    room, loser, _, article = stage
    winner = room.claim(None, (room.source(), stance), verdict=verdict, summary="It shortens few attacks.")
    notes = [room.note(article, loser), room.note(article, loser, quoting("cures everything"))]
    before = len(room.log())
    merge(room, loser, winner)
    rows = [row for row in room.log()[before:] if row.event == "annotation.revised"]
    assert {(row.entity_id, row.entity_version, row.change_kind) for row in rows} == {(note, 2, kind) for note in notes}
    corrections = [one for one in room.corrections() if one.entity_type == "annotation"]
    assert {one.entity_id for one in corrections} == (set(notes) if kind == "correction" else set())
    for one in corrections:
        assert (one.before["verdict"], one.after["verdict"]) == ("overstated", "misleading")
        assert one.before["reader_text"] == "It shortens attacks in some people; it cures nobody."
        assert (one.after["reader_text"], one.before["claim"]) == ("It shortens few attacks.", "loser")


def test_where_the_categories_do_not_fit_a_notice_takes_the_place(stage):
    room, _, winner, article = stage
    source = room.source()
    loser = room.claim("supported", (source, Stance.SUPPORTS), verdict=Verdict.SUPPORTED)
    note = room.note(article, loser, **FAIR, note="It does.")
    before = len(room.log())
    merge(room, loser, winner)
    (notice,) = notices(room)
    assert (notice.annotation_id, notice.reason) == (note, "verdict_changed")
    assert notice.paragraph_id == anchors(room, room.versions(AnnotationVersion, note)[-1])[-1].paragraph_id
    rows = room.log()[before:]
    assert [row.event for row in rows] == ["claim.merged", "evidence.unlisted", "annotation.pending"]
    with room.look() as session:
        found = session.get_one(Annotation, note)
        assert (found.needs_recheck, found.recheck_reason) == (True, "verdict_changed")


def test_a_notice_that_stands_goes_on_standing(stage):
    room, loser, winner, article = stage
    note = room.note(article, loser)
    room.do(recheck_annotation, Annotation, note)
    (notice,), before = notices(room), len(room.log())
    merge(room, loser, winner)
    assert [one.id for one in notices(room)] == [notice.id]
    assert "annotation.revised" not in {row.event for row in room.log()[before:]}
    assert room.versions(AnnotationVersion, note)[-1].claim_id == winner
    # What readers are told when it is over follows from the winner.
    revise(room, note, winner)
    room.publish(Annotation, note)
    assert room.log()[-1].event == "annotation.resolved"


def test_everything_but_the_claim_stays_as_it_was(stage):
    room, loser, winner, article = stage
    more = {"categories": (Category.CURE_CLAIM, Category.MISSING_RISK), "severity": 3, "note": "It does not."}
    note = room.note(article, loser, **more)
    # The words now stand in another paragraph, in another sentence.
    room.do(reimport_article, Article, article, text_of(*TEXT[1:], "They say that the pill cures migraine in a week."))
    merge(room, loser, winner)
    old, new = room.versions(AnnotationVersion, note)
    for name in ("severity", "note", "quote", "prefix", "suffix"):
        assert getattr(old, name) == getattr(new, name), name
    assert (new.number, categories(room, new)) == (2, ["cure_claim", "missing_risk"])
    (was, now), kept = anchors(room, old), anchors(room, new)
    for before, after in zip((was, now), kept, strict=True):
        for name in ("revision_id", "paragraph_id", "start_offset", "end_offset", "quote", "state", "context_changed"):
            assert getattr(before, name) == getattr(after, name), name
    assert (old.content_hash == new.content_hash, room.history(note)[-1].action) == (False, "retie")
    with room.look() as session:
        # The flag that the changed sentence raised is still up.
        assert session.get_one(Annotation, note).needs_recheck == kept[-1].context_changed


def test_words_that_come_back_after_a_merger_are_found_in_their_paragraph(stage):
    room, loser, winner, article = stage
    note = room.note(article, loser)
    room.do(reimport_article, Article, article, text_of("Nothing is known.", *TEXT[1:]))
    merge(room, loser, winner)
    (notice,) = notices(room)
    room.do(reimport_article, Article, article, text_of(*TEXT))
    version = room.versions(AnnotationVersion, note)[-1]
    states = [anchor.state for anchor in anchors(room, version)]
    assert (states[0], states[-1]) == ("exact", "exact")
    assert [one.id for one in notices(room)] == [notice.id]


@pytest.mark.parametrize("state", ["draft", "in_review", "rejected"])
def test_a_draft_on_top_is_kept_on_top_where_it_is_in_review(stage, state):
    room, loser, winner, article = stage
    note = room.note(article, loser)
    revise(room, note, loser, note="In other words.", by="eve")
    revise(room, note, loser, note="In better words.", severity=3)
    if state != "draft":
        room.do(submit, Annotation, note)
    if state == "rejected":
        room.do(reject, Annotation, note, reason="No.", by="bob")
    merge(room, loser, winner)
    versions = room.versions(AnnotationVersion, note)
    assert [version.note for version in versions[3:]] == [None, "In other words.", "In better words."]
    assert [version.valid_from is not None for version in versions] == [True, False, False, True, False, False]
    assert {version.claim_id for version in versions[3:]} == {winner}
    writers = [room.actor(name).id for name in ("ann", "eve", "ann")]
    assert [version.created_by for version in versions[3:]] == writers
    with room.look() as session:
        found = session.get_one(Annotation, note)
        assert (found.state, found.head_number) == (state, 6)
    assert [step.action for step in room.history(note)][-2:] == ["retie", "retie_draft"]
    if state == "rejected":
        revise(room, note, winner, note="In better words.", severity=3)
    if state != "in_review":
        room.do(submit, Annotation, note)
    # Eve wrote a part of it before the merger, and so did Ann.
    for author in ("eve", "ann"):
        room.refuse(FourEyesRequired, approve, Annotation, note, by=author)
    room.do(approve, Annotation, note, by="bob")
    last = room.versions(AnnotationVersion, note)[-1]
    assert (last.note, last.claim_id, last.valid_from is not None) == ("In better words.", winner, True)


def test_a_draft_that_goes_to_a_third_claim_goes_there_still(stage):
    room, loser, winner, article = stage
    note, third = room.note(article, loser), room.claim()
    revise(room, note, third)
    merge(room, loser, winner)
    assert [version.claim_id for version in room.versions(AnnotationVersion, note)] == [loser, third, winner, third]


def test_a_draft_alone_goes_over_too(stage):
    room, loser, winner, article = stage
    draft = room.note(article, loser, published=False)
    other = room.note(article, winner, quoting("cures everything"))
    revise(room, other, loser, quote="cures everything")
    before = len(room.log())
    merge(room, loser, winner)
    assert [row.event for row in room.log()[before:]] == ["claim.merged", "evidence.unlisted"]
    assert [version.claim_id for version in room.versions(AnnotationVersion, draft)] == [loser, winner]
    assert [version.claim_id for version in room.versions(AnnotationVersion, other)] == [winner, loser, winner]
    for note in (draft, other):
        room.publish(Annotation, note)


def test_a_note_on_a_hidden_article_goes_over_unseen(stage):
    room, loser, winner, _ = stage
    hidden = room.article(public=False)
    note = room.note(hidden, loser)
    before = len(room.log())
    merge(room, loser, winner)
    assert [row.event for row in room.log()[before:]] == ["claim.merged", "evidence.unlisted"]
    old, new = room.versions(AnnotationVersion, note)
    assert (new.claim_id, new.valid_from, old.valid_until) == (winner, room.log()[before].at, room.log()[before].at)


def test_what_was_withdrawn_is_left_alone(stage):
    room, loser, winner, article = stage
    gone, other = room.note(article, loser), room.article()
    under = room.note(other, loser)
    withdraw(room, Annotation, gone)
    withdraw(room, Article, other)
    merge(room, loser, winner)
    assert [len(room.versions(AnnotationVersion, note)) for note in (gone, under)] == [1, 1]


def test_the_slug_leads_to_the_end_of_the_chain_at_any_time(stage):
    room, first, second, _ = stage
    third = room.claim("third")

    def leads(slug, at=None):
        with room.look() as session:
            return merged_into(session, slug, at)

    assert [leads(slug) for slug in ("loser", "winner", "nothing")] == [None, None, None]
    ask(room, first, second)
    assert leads("loser") is None
    start = room.log()[-1].at
    with room.look() as session:
        merger = session.scalars(select(ClaimMerger.id)).one()
    room.do(confirm_merger, ClaimMerger, merger, by="bob")
    between = room.log()[-1].at
    merge(room, second, third)
    assert [leads(slug) for slug in ("loser", "winner", "third")] == ["third", "third", None]
    assert [leads("loser", at) for at in (start, between, room.log()[-1].at)] == [None, "winner", "third"]


def test_a_ring_of_mergers_leads_nowhere_and_ends(stage):
    room, first, second, _ = stage
    with room.work() as session:
        now, actor = room.now(), room.actor("ann").id
        for loser, winner in ((first, second), (second, first)):
            session.add(
                ClaimMerger(
                    loser_id=loser,
                    winner_id=winner,
                    reason="By hand.",
                    requested_by=actor,
                    requested_at=now,
                    closed_by=actor,
                    closed_at=now,
                    merged=True,
                )
            )
    with room.look() as session:
        assert merged_into(session, "loser") is None
