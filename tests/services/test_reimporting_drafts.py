"""Re-importing: what becomes of drafts, of what was approved and nobody has seen yet, and of work that goes on."""

from __future__ import annotations

import pytest

from annotations.errors import FourEyesRequired, NotPublishable, QuoteNotFound
from annotations.services.articles import make_public
from annotations.services.notes import revise_annotation
from annotations.services.reviewing import approve, reject, submit
from annotations.store.articles import Article
from annotations.store.notes import Annotation, AnnotationVersion
from tests.services.newsroom import TEXT, note_content, quoting
from tests.services.reimports import (
    ReadNewsroom,
    actions,
    anchor_of,
    change,
    get,
    note_of,
    notices,
    reimport,
    the_rules_hold,
)

FIRST, SECOND, THIRD = TEXT
LOST = ("The pill may help against migraine.", SECOND, THIRD)
AROUND = ("The pill never cures migraine in a week.", SECOND, THIRD)


@pytest.fixture
def room(engine, client):
    return ReadNewsroom(engine, client)


def revise(room, annotation, claim, quote, **changes):
    room.do(revise_annotation, Annotation, annotation, quoting(quote), note_content(claim, **changes))


@pytest.mark.parametrize("public", [True, False])
@pytest.mark.parametrize(
    ("text", "state", "flag"),
    [
        (("New words come first.", *TEXT), "exact", None),
        (AROUND, "exact", "context_changed"),
        (LOST, "changed", "text_changed"),
        ((SECOND, THIRD), "orphaned", "text_removed"),
    ],
)
def test_a_draft_goes_along_and_is_flagged(room, public, text, state, flag):
    article = room.article("an-article", public=public)
    draft = room.note(article, room.claim(), published=False, note="A secret.")
    before = len(room.history(draft))
    with change(room) as found:
        reimport(room, article, *text)
    assert (anchor_of(room, draft).state, note_of(room, draft).recheck_reason) == (state, flag)
    assert found.events == (["article.revised"] if public else [])
    assert actions(room, draft, before) == ([("flag_recheck", flag)] if flag else [])
    assert notices(room) == []
    assert not any(str(draft) in key for row in room.log() for key in row.affected_keys)


def test_a_draft_that_lost_its_words_is_not_approved_before_it_is_marked_anew(room):
    article, claim = room.article("an-article"), room.claim()
    draft = room.note(article, claim, published=False)
    room.do(submit, Annotation, draft)
    reimport(room, article, *LOST)
    room.refuse(NotPublishable, approve, Annotation, draft, by="bob", expected={"rule": "quote_in_text"})
    with room.refuses(QuoteNotFound) as session:
        passage, content = quoting("cures migraine"), note_content(claim)
        revise_annotation(session, session.get_one(Annotation, draft), passage, content, **room.by("ann"))
    revise(room, draft, claim, "may help against migraine")
    with change(room):
        room.publish(Annotation, draft)
    assert not note_of(room, draft).needs_recheck
    assert get(room, f"/v1/annotations/{draft}").json["quote"] == "may help against migraine"


def test_readers_learn_nothing_of_a_draft_on_top(room):
    article, claim = room.article("an-article"), room.claim()
    note = room.note(article, claim, quoting("cures everything"))
    revise(room, note, claim, "cures migraine")
    with change(room) as found:
        reimport(room, article, *LOST)
    assert (anchor_of(room, note, 1).state, anchor_of(room, note, 2).state) == ("exact", "changed")
    # Neither a notice nor a flag stands on what lost nothing.
    assert (notices(room), note_of(room, note).needs_recheck) == ([], False)
    assert f"/v1/annotations/{note}" not in found.moved
    room.do(submit, Annotation, note)
    room.refuse(NotPublishable, approve, Annotation, note, by="bob", expected={"rule": "quote_in_text"})


def test_a_draft_on_top_stands_while_a_notice_takes_the_place_of_what_is_under_it(room):
    article, claim = room.article("an-article"), room.claim()
    note = room.note(article, claim)
    revise(room, note, claim, "cures everything")
    room.do(submit, Annotation, note)
    with change(room):
        reimport(room, article, *LOST)
    assert (anchor_of(room, note, 1).state, anchor_of(room, note, 2).state) == ("changed", "exact")
    assert (len(notices(room)), note_of(room, note).state) == (1, "in_review")
    with change(room) as found:
        room.do(approve, Annotation, note, by="bob")
    assert (notices(room), found.events) == ([], ["annotation.resolved"])


def test_revising_after_a_new_text_marks_the_new_one(room):
    article, claim = room.article("an-article"), room.claim()
    note = room.note(article, claim)
    with change(room):
        reimport(room, article, "New words come first.", "The pill may help against migraine in a week.", SECOND)
    revise(room, note, claim, "may help against migraine")
    with change(room) as found:
        room.publish(Annotation, note)
    assert found.events == ["annotation.resolved"]
    correction = room.corrections()[-1]
    assert (correction.before["quote"], correction.after["quote"]) == ("cures migraine", "may help against migraine")
    assert correction.after["ordinal"] == 2
    with change(room):
        reimport(room, article, "The pill may help against migraine in a week.", SECOND)
    assert anchor_of(room, note).state == "exact"


@pytest.mark.parametrize(
    ("text", "state", "reason", "why"),
    [
        (LOST, "changed", "The words inside differ.", "text_changed"),
        ((SECOND, THIRD), "orphaned", "The words are gone.", "text_removed"),
    ],
)
def test_what_was_approved_and_not_seen_is_a_draft_again_and_holds_nothing_up(room, text, state, reason, why):
    article, claim = room.article("an-article", public=False), room.claim()
    note = room.note(article, claim, note="It cures nobody.")
    before = len(room.history(note))
    reimport(room, article, *text)
    old, new = room.versions(AnnotationVersion, note)
    assert (old.valid_from is not None, old.valid_until is not None) == (True, True)
    assert (new.valid_from, new.note, new.claim_id, new.quote) == (None, "It cures nobody.", claim, "cures migraine")
    found = note_of(room, note)
    assert (found.state, found.head_number, found.recheck_reason) == ("draft", 2, why)
    assert anchor_of(room, note).state == state
    assert [step.action for step in room.history(note)[before:]] == ["reopen", "flag_recheck"]
    assert room.history(note)[before].reason is not None
    with change(room) as shown:
        room.do(make_public, Article, article, by="eve")
    assert shown.events == ["article.published"]
    assert get(room, f"/v1/annotations/{note}").status == 404


def test_what_is_a_draft_again_is_approved_as_it_was_when_its_words_are_back(room):
    article, claim = room.article("an-article", public=False), room.claim()
    note = room.note(article, claim)
    reimport(room, article, *LOST, by="bob")
    room.do(submit, Annotation, note)
    room.refuse(NotPublishable, approve, Annotation, note, by="eve", expected={"rule": "quote_in_text"})
    reimport(room, article, *TEXT, by="bob")
    assert anchor_of(room, note).state == "exact"
    # Whoever brought the text, and with it the draft anew, is one of its authors.
    for author in ("ann", "bob"):
        room.refuse(FourEyesRequired, approve, Annotation, note, by=author)
    room.do(approve, Annotation, note, by="eve")
    assert not note_of(room, note).needs_recheck
    with change(room) as shown:
        room.do(make_public, Article, article, by="eve")
    assert shown.events == ["article.published", "annotation.published"]
    the_rules_hold(room)


def test_what_stands_in_another_sentence_comes_out_flagged(room):
    article = room.article("an-article", public=False)
    note = room.note(article, room.claim())
    reimport(room, article, *AROUND)
    assert (note_of(room, note).state, note_of(room, note).recheck_reason) == ("published", "context_changed")
    with change(room):
        room.do(make_public, Article, article, by="eve")
    body = get(room, f"/v1/annotations/{note}").json
    assert (body["context_changed"], body["needs_recheck"]) == (True, True)


def test_what_was_turned_down_does_not_take_what_was_approved_with_it(room):
    article, claim = room.article("an-article", public=False), room.claim()
    note = room.note(article, claim)
    revise(room, note, claim, "cures migraine", note="In other words.")
    for step, by in ((submit, "ann"), (reject, "bob")):
        room.do(step, Annotation, note, by=by, **({"reason": "No."} if step is reject else {}))
    found = reimport(room, article, *LOST)
    assert [str(outcome) for outcome in found.outcomes] == ["reopened", "unplaced"]
    annotation = note_of(room, note)
    assert (annotation.state, annotation.head_number, annotation.needs_recheck) == ("draft", 3, True)
    assert room.versions(AnnotationVersion, note)[-1].note == room.versions(AnnotationVersion, note)[0].note
    assert [step for step, _ in actions(room, note)[-2:]] == ["reopen", "flag_recheck"]
    the_rules_hold(room)


def test_a_draft_on_top_of_what_nobody_has_seen_goes_on_alone(room):
    article, claim = room.article("an-article", public=False), room.claim()
    note = room.note(article, claim)
    revise(room, note, claim, "cures everything", note="Nor that.")
    room.do(submit, Annotation, note)
    reimport(room, article, *LOST)
    assert (note_of(room, note).state, note_of(room, note).head_number) == ("in_review", 2)
    assert actions(room, note)[-1] == ("lapse", "The words inside differ.")
    room.do(make_public, Article, article, by="eve")
    room.do(approve, Annotation, note, by="bob")
    assert get(room, f"/v1/annotations/{note}").json["reader_text"] == "Nor that."
    the_rules_hold(room)
