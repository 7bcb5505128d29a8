"""The queue: what is in each part of it, why, since when, and what was there before the text changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from annotations.services.claims import revise_claim
from annotations.services.evidence import revise_evidence
from annotations.services.merging import cancel_merger, request_merger
from annotations.services.notes import revise_annotation
from annotations.services.pending import recheck_annotation
from annotations.services.reconfirming import reconfirm_annotation
from annotations.services.review_dates import set_review_due
from annotations.services.reviewing import approve, reject, request_changes, submit
from annotations.services.withdrawing import cancel_withdrawal, confirm_withdrawal, request_withdrawal
from annotations.store.articles import Article
from annotations.store.claims import Claim
from annotations.store.editorial import ClaimMerger
from annotations.store.evidence import Evidence
from annotations.store.notes import Annotation
from annotations.vocabulary import EntityType, EvidenceStatus, QueueKind, Stance
from tests.queries.editorial.reading import NOW, STALE_DAYS
from tests.services.newsroom import ENTITIES, claim_content, note_content, quoting, source_content
from tests.services.steps import revision_of

TEXT_KINDS = (QueueKind.CONTEXT_CHANGED, QueueKind.CHANGED, QueueKind.ORPHANED)
PIECE = ("The pill cures migraine.", "It costs little.")
KINDS = ("claim", "evidence", "annotation")


def ids(items):
    return [item.id for item in items]


@pytest.mark.parametrize("kind", QueueKind)
def test_an_empty_desk_has_nothing_to_do(reader, kind):
    assert reader.queue(kind) == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_in_review_waits_for_those_who_did_not_write_it(room, reader, kind):
    entity = room.entity(kind, published=False)
    assert ids(reader.queue(QueueKind.DRAFTS)) == [entity]
    assert ids(reader.queue(QueueKind.MINE, by="ann")) == [entity]
    assert reader.queue(QueueKind.MINE, by="bob") == []
    room.do(submit, ENTITIES[kind], entity)
    (item,) = reader.queue(QueueKind.IN_REVIEW)
    assert (item.entity_type, item.id, item.state, item.by.name) == (EntityType(kind), entity, "in_review", "ann")
    assert item.since == room.history(entity)[-1].at
    with room.look() as session:
        assert item.lock_version == session.get_one(ENTITIES[kind], entity).lock_version
    assert ids(reader.queue(QueueKind.MINE_TO_REVIEW, by="bob")) == [entity]
    assert reader.queue(QueueKind.MINE_TO_REVIEW, by="ann") == []
    room.do(approve, ENTITIES[kind], entity, by="bob")
    assert reader.queue(QueueKind.IN_REVIEW) == []


@pytest.mark.parametrize("kind", KINDS)
def test_whoever_wrote_a_version_since_the_one_in_force_cannot_review(room, reader, kind):
    entity = room.entity(kind)
    table = ENTITIES[kind]
    service, rest = revision_of(room, kind, entity)
    room.do(service, table, entity, *rest, by="bob")
    service, rest = revision_of(room, kind, entity)
    room.do(service, table, entity, *rest, by="eve")
    room.do(submit, table, entity, by="eve")
    readers = {name for name in ("ann", "bob", "eve", "dan") if reader.queue(QueueKind.MINE_TO_REVIEW, by=name)}
    assert readers == {"ann", "dan"}, "who wrote what is in force did not write what is in review"


def test_what_is_sent_back_is_its_authors_again_with_the_reason(room, reader):
    claim = room.claim(by="cat", published=False)
    assert reader.queue(QueueKind.MINE, by="cat")[0].reason is None
    room.do(submit, Claim, claim, by="cat")
    assert reader.queue(QueueKind.MINE, by="cat") == []
    room.do(request_changes, Claim, claim, reason="Say how many.", by="bob")
    (item,) = reader.queue(QueueKind.MINE, by="cat")
    assert (item.reason, item.since) == ("Say how many.", room.history(claim)[-1].at)
    content = claim_content((room.source(), Stance.QUALIFIES))
    room.do(revise_claim, Claim, claim, content, by="cat")
    (saved,) = reader.queue(QueueKind.MINE, by="cat")
    assert (saved.reason, saved.since) == (item.reason, item.since), "saving does not move it to the end"
    room.do(submit, Claim, claim, by="cat")
    room.do(reject, Claim, claim, reason="No.", by="bob")
    assert reader.queue(QueueKind.MINE, by="cat") == []


def test_labels_say_what_it_is(room, reader):
    source = room.source("a trial", approved=False)
    claim = room.claim("a-claim", (source, Stance.QUALIFIES), published=False)
    note = room.note(room.article("piece"), claim, published=False)
    items = {item.id: item for item in reader.queue(QueueKind.DRAFTS)}
    assert (items[source].key, items[source].label) == ("a-trial", "Results of a trial")
    assert (items[claim].key, items[claim].label) == ("a-claim", "The pill cures migraine.")
    assert (items[note].key, items[note].label, items[note].article) == (None, "cures migraine", "piece")


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_the_longest_waiting_comes_first_whatever_the_page(shared, limit):
    room = shared.room
    before = ids(shared.queue(QueueKind.IN_REVIEW))
    made = []
    for kind in (*KINDS, *KINDS):
        entity = room.entity(kind, published=False)
        made.append((kind, entity))
    for kind, entity in reversed(made):
        room.do(submit, ENTITIES[kind], entity)
    assert ids(shared.queue(QueueKind.IN_REVIEW, limit=limit)) == [*before, *(entity for _, entity in reversed(made))]


def test_a_changed_sentence_comes_with_the_old_one(room, reader):
    article = room.article("piece", *PIECE, title="Pills")
    note = room.note(article, room.claim())
    reader.reimport(article, "The pill cures migraine.", "It costs nothing.")
    assert reader.queue(QueueKind.CONTEXT_CHANGED) == []
    reader.reimport(article, "It is red.", "The pill never cures migraine.", "It costs nothing.")
    reader.reimport(article, "It is red.", "The pill never cures migraine.", "It costs a lot.")
    (item,) = reader.queue(QueueKind.CONTEXT_CHANGED)
    assert (item.id, item.reason, item.by, item.article) == (note, "context_changed", None, "piece")
    assert item.since == room.history(note)[-1].at
    assert (item.before.paragraph_text, item.before.quote) == ("The pill cures migraine.", "cures migraine")
    assert (item.before.revision_number, item.before.ordinal) == (2, 1)
    assert (item.after.paragraph_text, item.after.ordinal) == ("The pill never cures migraine.", 2)
    assert item.after.paragraph_text[item.after.start : item.after.end] == "cures migraine"
    assert item.after.revision_number == 4
    room.do(reconfirm_annotation, Annotation, note, reason="It still holds.", by="bob")
    assert reader.queue(QueueKind.CONTEXT_CHANGED) == []


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_what_came_to_wait_at_one_moment_is_listed_whole(room, reader, limit):
    article = room.article("piece", *PIECE, title="Pills")
    claim = room.claim()
    made = [room.note(article, claim, quoting(words)) for words in ("pill", "cures", "migraine")]
    reader.reimport(article, "The red pill never cures any migraine.")
    found = reader.queue(QueueKind.CONTEXT_CHANGED, limit=limit)
    assert ids(found) == sorted(made)
    assert len({item.since for item in found}) == 1


def test_a_sentence_that_changes_again_is_compared_with_what_was_confirmed(room, reader):
    article = room.article("piece", *PIECE, title="Pills")
    note = room.note(article, room.claim())
    reader.reimport(article, "The pill never cures migraine.")
    room.do(reconfirm_annotation, Annotation, note, reason="It still holds.", by="bob")
    reader.reimport(article, "The pill hardly ever cures migraine.")
    (item,) = reader.queue(QueueKind.CONTEXT_CHANGED)
    assert item.before.paragraph_text == "The pill never cures migraine."
    reader.reimport(article, "The red pill hardly ever cures migraine.")
    (item,) = reader.queue(QueueKind.CONTEXT_CHANGED)
    assert item.before.paragraph_text == "The pill never cures migraine.", "nobody confirmed what came between"
    assert item.after.paragraph_text == "The red pill hardly ever cures migraine."


def test_changed_words_come_with_the_old_ones(room, reader):
    article = room.article("piece", *PIECE, title="Pills")
    note = room.note(article, room.claim())
    reader.reimport(article, "The pill treats migraine.", "It costs little.")
    reader.reimport(article, "The pill treats a migraine.", "It costs little.")
    (item,) = reader.queue(QueueKind.CHANGED)
    assert (item.id, item.reason) == (note, "text_changed")
    assert (item.before.quote, item.before.revision_number) == ("cures migraine", 1)
    assert item.before.paragraph_text == "The pill cures migraine."
    assert item.after.quote == item.after.paragraph_text[item.after.start : item.after.end]
    assert item.after.paragraph_text == "The pill treats a migraine."
    assert [ids(reader.queue(kind)) for kind in TEXT_KINDS] == [[], [note], []]


def test_words_that_are_gone_come_with_where_they_stood(room, reader):
    article = room.article("piece", *PIECE, title="Pills")
    note = room.note(article, room.claim())
    reader.reimport(article, "It costs little.")
    (item,) = reader.queue(QueueKind.ORPHANED)
    assert (item.id, item.reason, item.after) == (note, "text_removed", None)
    assert (item.before.paragraph_text, item.before.ordinal) == ("The pill cures migraine.", 1)
    reader.reimport(article, "It costs little.", "The pill cures migraine.")
    (back,) = reader.queue(QueueKind.ORPHANED)
    assert (back.before, back.since) == (item.before, item.since), "it still asks an editor"
    assert (back.after.ordinal, back.after.quote) == (2, "cures migraine")


def test_a_paragraph_that_lost_the_words_is_shown_as_it_reads_now(room, reader):
    rest = "One tablet a day is taken with water, for as long as the doctor says so."
    article = room.article("piece", f"The pill cures migraine. {rest}", title="Pills")
    note = room.note(article, room.claim())
    reader.reimport(article, rest)
    (item,) = reader.queue(QueueKind.ORPHANED)
    assert (item.id, item.after.paragraph_id, item.after.ordinal) == (note, item.before.paragraph_id, 1)
    assert (item.after.state, item.after.start, item.after.quote) == ("orphaned", None, "cures migraine")
    assert item.after.paragraph_text == rest


def test_what_lost_its_words_while_it_waited_for_another_reason_is_there_too(room, reader):
    article = room.article("piece", *PIECE, title="Pills")
    note = room.note(article, room.claim())
    room.do(recheck_annotation, Annotation, note, by="bob")
    assert [ids(reader.queue(kind)) for kind in TEXT_KINDS] == [[], [], []]
    reader.reimport(article, "The pill never cures migraine.", "It costs little.")
    assert [ids(reader.queue(kind)) for kind in TEXT_KINDS] == [[note], [], []]
    reader.reimport(article, "It costs little.")
    assert [ids(reader.queue(kind)) for kind in TEXT_KINDS] == [[], [], [note]]
    (item,) = reader.queue(QueueKind.ORPHANED)
    assert (item.reason, item.before.paragraph_text) == ("editor_recheck", "The pill never cures migraine.")


def test_a_draft_that_lost_its_words_waits_until_its_author_marks_others(room, reader):
    article = room.article("piece", *PIECE, title="Pills")
    claim = room.claim()
    note = room.note(article, claim, published=False)
    reader.reimport(article, "It costs little.")
    (item,) = reader.queue(QueueKind.ORPHANED)
    assert (item.id, item.state) == (note, "draft")
    room.do(revise_annotation, Annotation, note, quoting("little"), note_content(claim))
    assert reader.queue(QueueKind.ORPHANED) == []
    assert ids(reader.queue(QueueKind.MINE, by="ann")) == [note]


def test_a_rejected_draft_asks_for_nothing(room, reader):
    article = room.article("piece", *PIECE, title="Pills")
    note = room.note(article, room.claim(), published=False)
    room.do(submit, Annotation, note)
    room.do(reject, Annotation, note, reason="No.", by="bob")
    reader.reimport(article, "It costs little.")
    assert [reader.queue(kind) for kind in (*TEXT_KINDS, QueueKind.RECHECKS)] == [[], [], [], []]


def test_nothing_on_a_withdrawn_article_asks_for_a_look(room, reader):
    article = room.article("piece", *PIECE, title="Pills")
    note = room.note(article, room.claim())
    reader.reimport(article, "The pill never cures migraine.")
    assert ids(reader.queue(QueueKind.RECHECKS)) == [note]
    room.do(request_withdrawal, Article, article, reason="Made up.", by="ann")
    room.do(confirm_withdrawal, Article, article, by="bob")
    assert [reader.queue(kind) for kind in (*TEXT_KINDS, QueueKind.RECHECKS)] == [[], [], [], []]


def test_nothing_withdrawn_asks_for_a_look(room, reader):
    article = room.article("piece", *PIECE, title="Pills")
    note = room.note(article, room.claim())
    reader.reimport(article, "The pill never cures migraine.")
    room.do(request_withdrawal, Annotation, note, reason="Wrong.", by="ann")
    room.do(confirm_withdrawal, Annotation, note, by="bob")
    assert [reader.queue(kind) for kind in (*TEXT_KINDS, QueueKind.RECHECKS)] == [[], [], [], []]


def test_rechecks_hold_annotations_and_claims(room, reader):
    source, other = room.source("a trial"), room.source("another trial")
    claim = room.claim("a-claim", (source, Stance.CONTRADICTS), (other, Stance.CONTRADICTS))
    note = room.note(room.article(), room.claim())
    room.do(recheck_annotation, Annotation, note, by="bob")
    retracted = source_content("a trial", status=EvidenceStatus.RETRACTED, status_notice="Retracted.")
    room.do(revise_evidence, Evidence, source, retracted)
    room.publish(Evidence, source)
    first, second = reader.queue(QueueKind.RECHECKS, limit=1)
    assert (first.entity_type, first.id, first.reason) == (EntityType.ANNOTATION, note, "editor_recheck")
    assert (second.entity_type, second.id, second.reason) == (EntityType.CLAIM, claim, "evidence_retracted")
    assert (second.key, second.since) == ("a-claim", room.history(claim)[-1].at)


def test_requests_to_withdraw_wait_with_who_asked_and_why(room, reader):
    article = room.article("piece", title="Pills")
    claim = room.claim("a-claim")
    note = room.note(article, room.claim())
    for table, entity in ((Article, article), (Claim, claim), (Annotation, note)):
        room.do(request_withdrawal, table, entity, reason=f"No {table.__name__}.", by="eve")
    items = reader.queue(QueueKind.WITHDRAWALS, limit=2)
    assert [(item.entity_type, item.id, item.reason) for item in items] == [
        (EntityType.ARTICLE, article, "No Article."),
        (EntityType.CLAIM, claim, "No Claim."),
        (EntityType.ANNOTATION, note, "No Annotation."),
    ]
    assert {item.by.name for item in items} == {"eve"}
    assert [item.key for item in items] == ["piece", "a-claim", None]
    assert [item.label for item in items] == ["Pills", "The pill cures migraine.", "cures migraine"]
    assert [item.state for item in items] == ["public", "published", "published"]
    assert [item.since for item in items] == [room.history(item.id)[-1].at for item in items]
    room.do(cancel_withdrawal, Article, article, by="eve")
    room.do(confirm_withdrawal, Claim, claim, by="bob")
    assert ids(reader.queue(QueueKind.WITHDRAWALS)) == [note]


def test_requests_to_merge_wait_with_who_asked_and_why(room, reader):
    loser, winner = room.claim("loser"), room.claim("winner")
    with room.work() as session:
        rows = session.get_one(Claim, loser), session.get_one(Claim, winner)
        merger = request_merger(session, *rows, reason="The same.", **room.by("eve"))
    (item,) = reader.queue(QueueKind.MERGERS)
    assert (item.id, item.key, item.into, item.reason, item.by.name) == (loser, "loser", "winner", "The same.", "eve")
    assert item.since == merger.requested_at
    with room.work() as session:
        cancel_merger(session, session.get_one(ClaimMerger, merger.id), **room.by("eve"))
    assert reader.queue(QueueKind.MERGERS) == []


def test_claims_are_due_on_their_day(room, reader):
    first, second, later = room.claim("first"), room.claim("second"), room.claim("later")
    today = NOW.date()
    for claim, due_on in ((first, today), (second, today - timedelta(days=1)), (later, today + timedelta(days=1))):
        room.do(set_review_due, Claim, claim, due_on, by="eve")
    found = reader.queue(QueueKind.CLAIMS_DUE, limit=1)
    assert ids(found) == [second, first]
    assert found[1].since == datetime(2026, 12, 24, tzinfo=UTC)
    late = datetime(2026, 12, 25, 0, 30, tzinfo=UTC)
    assert ids(reader.queue(QueueKind.CLAIMS_DUE, now=late)) == [second, first, later]
    room.do(request_withdrawal, Claim, second, reason="Wrong.", by="ann")
    room.do(confirm_withdrawal, Claim, second, by="bob")
    assert ids(reader.queue(QueueKind.CLAIMS_DUE)) == [first]


def test_sources_whose_status_is_too_old_are_to_be_checked(room, reader):
    last_day = NOW.date() - timedelta(days=STALE_DAYS)
    old, older = (room.source(f"old {days}", status_checked_on=last_day - timedelta(days=days)) for days in (1, 30))
    room.source("fresh", status_checked_on=last_day)
    room.source("a draft", status_checked_on=date(2020, 1, 1), approved=False)
    found = reader.queue(QueueKind.EVIDENCE_STALE, limit=1)
    assert [(item.id, item.key) for item in found] == [(older, "old-30"), (old, "old-1")]
    assert found[1].since.date() == last_day - timedelta(days=1)
    assert ids(reader.queue(QueueKind.EVIDENCE_STALE, stale_days=STALE_DAYS + 20)) == [older]
    room.do(revise_evidence, Evidence, older, source_content("old 30", status_checked_on=last_day))
    assert ids(reader.queue(QueueKind.EVIDENCE_STALE)) == [older, old], "until it is approved"
    room.publish(Evidence, older)
    assert ids(reader.queue(QueueKind.EVIDENCE_STALE)) == [old]
