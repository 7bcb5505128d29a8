"""Letting what waits for another look stand: only what could be published as it is."""

from __future__ import annotations

import pytest

from annotations.errors import InvalidText, NotPublishable, PermissionDenied, TransitionNotAllowed
from annotations.services.claims import revise_claim
from annotations.services.evidence import revise_evidence
from annotations.services.pending import recheck_annotation
from annotations.services.reconfirming import reconfirm_annotation, reconfirm_claim
from annotations.store.claims import Claim
from annotations.store.evidence import Evidence
from annotations.store.notes import Annotation, AnnotationVersion
from annotations.vocabulary import Category, EvidenceStatus, Stance, Verdict
from tests.services.newsroom import TEXT, claim_content, source_content
from tests.services.reimports import ReadNewsroom, actions, change, get, note_of, notices, reimport

LOST = ("The pill may help against migraine.", *TEXT[1:])
AROUND = ("The pill never cures migraine in a week.", *TEXT[1:])
STANDS = {"reason": "It still says so."}


@pytest.fixture
def room(engine, client):
    return ReadNewsroom(engine, client)


@pytest.fixture
def stage(room):
    """A public article with a note whose claim rests on two sources."""
    sources = [room.source(f"source-{number}") for number in (1, 2)]
    claim = room.claim("a-claim", *((source, Stance.CONTRADICTS) for source in sources))
    article = room.article("an-article")
    return room, article, claim, room.note(article, claim, note="It cures nobody."), sources


def retract(room, source, name):
    content = source_content(name, status=EvidenceStatus.RETRACTED, status_notice="Retracted.")
    room.do(revise_evidence, Evidence, source, content)
    room.publish(Evidence, source)


def test_a_note_in_a_sentence_that_changed(stage):
    room, article, _, note, _ = stage
    reimport(room, article, *AROUND)
    before = len(room.history(note))
    with change(room, exactly=False) as found:
        room.do(reconfirm_annotation, Annotation, note, by="ann", **STANDS)
    assert (found.events, found.rows[0].change_kind, room.corrections()) == (["annotation.resolved"], None, [])
    assert actions(room, note, before) == [("clear_recheck", "It still says so.")]
    body = get(room, f"/v1/annotations/{note}").json
    assert (body["needs_recheck"], body["context_changed"]) == (False, True)
    # The next text says the same around it, so nothing is to be looked at.
    with change(room):
        reimport(room, article, *AROUND, "The end.")
    assert not note_of(room, note).needs_recheck


def test_a_note_whose_words_are_back(stage):
    room, article, _, note, _ = stage
    reimport(room, article, *LOST)
    room.refuse(NotPublishable, reconfirm_annotation, Annotation, note, expected={"rule": "quote_in_text"}, **STANDS)
    reimport(room, article, *TEXT)
    before = len(room.history(note))
    with change(room) as found:
        room.do(reconfirm_annotation, Annotation, note, **STANDS)
    assert (found.events, notices(room)) == (["annotation.resolved"], [])
    assert actions(room, note, before) == [("close_notice", "It still says so.")]
    assert len(room.versions(AnnotationVersion, note)) == 1
    assert get(room, f"/v1/annotations/{note}").json["reader_text"] == "It cures nobody."
    assert "It cures nobody." in get(room, "/v1/search?q=nobody").body.decode()


def test_a_note_that_an_editor_looked_at(stage):
    room, _, _, note, _ = stage
    room.do(recheck_annotation, Annotation, note)
    with change(room):
        room.do(reconfirm_annotation, Annotation, note, **STANDS)
    room.refuse(TransitionNotAllowed, reconfirm_annotation, Annotation, note, **STANDS)


def test_a_note_whose_claim_rests_on_nothing_waits_until_it_does(stage):
    room, _, claim, note, sources = stage
    for number, source in enumerate(sources, start=1):
        retract(room, source, f"source-{number}")
    refused = {"expected": {"rule": "fitting_evidence"}, **STANDS}
    room.refuse(NotPublishable, reconfirm_annotation, Annotation, note, **refused)
    room.refuse(NotPublishable, reconfirm_claim, Claim, claim, **refused)
    room.do(revise_claim, Claim, claim, claim_content((room.source(), Stance.CONTRADICTS)))
    room.publish(Claim, claim)
    with change(room):
        room.do(reconfirm_annotation, Annotation, note, **STANDS)


def test_a_note_whose_categories_do_not_fit_the_verdict_needs_others(room):
    source = room.source()
    claim = room.claim(None, (source, Stance.SUPPORTS), verdict=Verdict.SUPPORTED)
    note = room.note(room.article(), claim, categories=(Category.FAIR_STATEMENT,), severity=None)
    room.do(revise_claim, Claim, claim, claim_content((source, Stance.QUALIFIES)))
    room.publish(Claim, claim)
    expected = {"rule": "fitting_categories"}
    room.refuse(NotPublishable, reconfirm_annotation, Annotation, note, expected=expected, **STANDS)


def test_a_claim_that_has_a_source_left(stage):
    room, _, claim, note, sources = stage
    retract(room, sources[0], "source-1")
    before = len(room.history(claim))
    assert get(room, f"/v1/annotations/{note}").json["needs_recheck"]
    with change(room) as found:
        room.do(reconfirm_claim, Claim, claim, **STANDS)
    assert (found.events, actions(room, claim, before)) == (
        ["claim.reconfirmed"],
        [("clear_recheck", "It still says so.")],
    )
    assert not get(room, f"/v1/annotations/{note}").json["needs_recheck"]
    room.refuse(TransitionNotAllowed, reconfirm_claim, Claim, claim, **STANDS)


def test_on_a_hidden_article_the_flag_goes_unseen(room):
    article = room.article(public=False)
    note = room.note(article, room.claim())
    reimport(room, article, *AROUND)
    before = len(room.log())
    room.do(reconfirm_annotation, Annotation, note, **STANDS)
    assert (note_of(room, note).needs_recheck, len(room.log())) == (False, before)


def test_who_may_and_why(stage):
    room, article, claim, note, sources = stage
    reimport(room, article, *AROUND)
    retract(room, sources[0], "source-1")
    for step, table, entity in ((reconfirm_annotation, Annotation, note), (reconfirm_claim, Claim, claim)):
        room.refuse(PermissionDenied, step, table, entity, by="cat", **STANDS)
        room.refuse(InvalidText, step, table, entity, reason=" ", expected={"field": "reason"})


def test_what_is_no_more_than_a_draft_is_not_reconfirmed(room):
    article = room.article()
    draft = room.note(article, room.claim(), published=False)
    reimport(room, article, *AROUND)
    room.refuse(TransitionNotAllowed, reconfirm_annotation, Annotation, draft, **STANDS)
