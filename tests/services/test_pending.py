"""Pending notices: one editor puts one in the place of a note, at once; a decision takes it away."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from annotations.errors import TransitionNotAllowed
from annotations.services.claims import revise_claim
from annotations.services.notes import revise_annotation
from annotations.services.pending import recheck_annotation
from annotations.services.withdrawing import confirm_withdrawal, request_withdrawal
from annotations.store.articles import Article, Block
from annotations.store.claims import Claim
from annotations.store.log import PublicVersion
from annotations.store.notes import Annotation, AnnotationVersion, PendingNotice
from annotations.store.search import SearchEntry
from annotations.vocabulary import Stance, Verdict
from tests.services.newsroom import claim_content, note_content, quoting


@pytest.fixture
def stage(room):
    """A room with a published note whose claim rests on one source."""
    source = room.source()
    claim = room.claim("a-claim", (source, Stance.CONTRADICTS))
    article = room.article("an-article")
    return room, article, claim, room.note(article, claim, note="It does not."), source


def notices(room):
    with room.look() as session:
        return list(session.scalars(select(PendingNotice).order_by(PendingNotice.since)))


def notes_found(room):
    with room.look() as session:
        entries = select(SearchEntry.body).where(SearchEntry.entity_type == "annotation")
        return list(session.scalars(entries))


def test_one_editor_is_enough_and_the_author_may_be_the_one(stage):
    room, article, _, note, _ = stage
    room.do(recheck_annotation, Annotation, note, by="ann")
    (notice,), row = notices(room), room.log()[-1]
    with room.look() as session:
        block = session.scalars(select(Block).where(Block.paragraph_id == notice.paragraph_id)).one()
        found = session.get_one(Annotation, note)
    assert (row.event, row.at, row.change_kind) == ("annotation.pending", notice.since, None)
    assert (notice.reason, notice.article_id, block.ordinal, notice.closed_at) == ("editor_recheck", article, 1, None)
    assert notice.opened_by == room.actor("ann").id
    assert (found.needs_recheck, found.recheck_reason, found.state) == (True, "editor_recheck", "published")
    assert {f"annotation:{note}", "article:an-article", "claim:a-claim", f"paragraph:{notice.paragraph_id}"} <= set(
        row.affected_keys
    )
    assert notes_found(room) == []
    last = room.history(note)[-1]
    assert (last.action, last.reason, last.from_state, last.to_state) == (
        "open_notice",
        "editor_recheck",
        "published",
        "published",
    )


def test_a_notice_stands_once(stage):
    room, _, claim, note, source = stage
    room.do(recheck_annotation, Annotation, note)
    room.refuse(TransitionNotAllowed, recheck_annotation, Annotation, note, by="bob")
    # What would open another leaves the standing one, with its date and its reason.
    room.do(revise_claim, Claim, claim, claim_content((source, Stance.SUPPORTS), verdict=Verdict.SUPPORTED))
    room.publish(Claim, claim)
    assert [notice.reason for notice in notices(room)] == ["editor_recheck"]


def test_only_what_the_public_sees_can_be_put_to_a_recheck(room):
    article, claim = room.article(public=False), room.claim()
    hidden, draft = room.note(article, claim), room.note(room.article(), claim, published=False)
    for note in (hidden, draft):
        room.refuse(TransitionNotAllowed, recheck_annotation, Annotation, note)
    withdrawn = room.article()
    note = room.note(withdrawn, claim)
    room.do(request_withdrawal, Article, withdrawn, reason="A mistake.")
    room.do(confirm_withdrawal, Article, withdrawn, by="bob")
    room.refuse(TransitionNotAllowed, recheck_annotation, Annotation, note)


def test_an_approved_revision_ends_the_notice(stage):
    room, _, claim, note, _ = stage
    room.do(recheck_annotation, Annotation, note)
    room.do(revise_annotation, Annotation, note, quoting("cures migraine"), note_content(claim, note="Nor now."))
    assert notices(room)[0].closed_at is None
    room.publish(Annotation, note)
    (notice,), row = notices(room), room.log()[-1]
    assert (row.event, notice.closed_at, notice.closed_by) == ("annotation.resolved", row.at, room.actor("bob").id)
    with room.look() as session:
        assert session.get_one(Annotation, note).needs_recheck is False
    first, second = room.versions(AnnotationVersion, note)
    assert (first.valid_until, second.valid_from) == (row.at, row.at)
    assert notes_found(room) == ["Nor now."]
    assert [step.action for step in room.history(note)][-2:] == ["approve", "close_notice"]
    # And the note can be put to a recheck again.
    room.do(recheck_annotation, Annotation, note)
    assert len(notices(room)) == 2


def test_a_correction_shows_what_readers_saw_last(stage):
    room, _, claim, note, source = stage
    room.do(recheck_annotation, Annotation, note)
    room.do(revise_claim, Claim, claim, claim_content((source, Stance.CONTRADICTS), verdict=Verdict.MISLEADING))
    room.publish(Claim, claim)
    room.do(revise_annotation, Annotation, note, quoting("cures everything"), note_content(claim))
    room.publish(Annotation, note)
    correction = room.corrections()[-1]
    assert (correction.before["verdict"], correction.after["verdict"]) == ("overstated", "misleading")
    assert (correction.before["quote"], correction.after["quote"]) == ("cures migraine", "cures everything")
    assert correction.before["reader_text"] == "It does not."


def test_a_withdrawal_ends_the_notice(stage):
    room, _, _, note, _ = stage
    room.do(recheck_annotation, Annotation, note)
    room.do(request_withdrawal, Annotation, note, reason="A mistake.")
    room.do(confirm_withdrawal, Annotation, note, by="bob")
    (notice,) = notices(room)
    assert notice.closed_at == room.log()[-1].at
    with room.look() as session:
        assert session.get_one(Annotation, note).needs_recheck is False
        assert session.get_one(PublicVersion, f"annotation:{note}").gone
