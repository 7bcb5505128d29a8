"""Withdrawing: two people; what is left is a tombstone, a correction, and the history."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from annotations.errors import InvalidText, NotPublishable, TransitionNotAllowed
from annotations.services.notes import revise_annotation
from annotations.services.reviewing import approve, submit
from annotations.services.withdrawing import MAX_NAMED, cancel_withdrawal, confirm_withdrawal, request_withdrawal
from annotations.store.articles import Article, ArticleVersion, Revision
from annotations.store.claims import Claim, ClaimVersion
from annotations.store.log import PublicVersion
from annotations.store.notes import Annotation, AnnotationVersion
from annotations.store.search import SearchEntry
from annotations.vocabulary import Stance
from tests.services.mergers import merge
from tests.services.newsroom import note_content, quoting


def withdraw(room, table, entity_id, reason="A mistake."):
    room.do(request_withdrawal, table, entity_id, reason=reason)
    room.do(confirm_withdrawal, table, entity_id, by="bob")


def gone_keys(room):
    with room.look() as session:
        return set(session.scalars(select(PublicVersion.key).where(PublicVersion.gone)))


def bodies(room):
    with room.look() as session:
        return set(session.scalars(select(SearchEntry.body)))


def test_an_annotation_leaves_and_its_claim_stays(room):
    article, claim = room.article("an-article"), room.claim("a-claim")
    note = room.note(article, claim, note="It does not.")
    withdraw(room, Annotation, note, "We misread it.")
    row, (correction,) = room.log()[-1], room.corrections()
    with room.look() as session:
        found = session.get_one(Annotation, note)
    assert (found.state, found.withdrawn_at, found.withdrawn_reason) == ("withdrawn", row.at, "We misread it.")
    assert (found.withdrawal_requested_by, found.withdrawal_reason) == (None, None)
    (version,) = room.versions(AnnotationVersion, note)
    assert version.valid_until == row.at
    assert (row.event, row.change_kind) == ("annotation.withdrawn", "correction")
    assert {"article:an-article", "claim:a-claim", "annotations"} <= set(row.affected_keys)
    assert (correction.before["reader_text"], correction.after, correction.reason) == (
        "It does not.",
        None,
        "We misread it.",
    )
    assert gone_keys(room) == {f"annotation:{note}"}
    assert "It does not." not in bodies(room)


def test_a_claim_leaves_only_when_no_note_makes_it_and_takes_its_sources_along(room):
    source = room.source("one")
    claim = room.claim("a-claim", (source, Stance.CONTRADICTS))
    note = room.note(room.article(), claim)
    room.do(request_withdrawal, Claim, claim, reason="A mistake.")
    expected = {"rule": "claim_in_use", "count": 1, "annotation_ids": [str(note)]}
    expected["message"] = (
        "1 published annotation makes this claim; withdraw them or tie them to another claim first,"
        " or merge this claim into another"
    )
    room.refuse(NotPublishable, confirm_withdrawal, Claim, claim, by="bob", expected=expected)
    withdraw(room, Annotation, note)
    room.do(confirm_withdrawal, Claim, claim, by="bob")
    withdrawn, unlisted = room.log()[-2:]
    assert (withdrawn.event, unlisted.event) == ("claim.withdrawn", "evidence.unlisted")
    (version,) = room.versions(ClaimVersion, claim)
    assert version.valid_until == withdrawn.at
    correction = room.corrections()[-1]
    assert (correction.before["verdict"], correction.after, correction.seq) == ("overstated", None, withdrawn.seq)
    assert gone_keys(room) == {"claim:a-claim", "evidence:one", f"annotation:{note}"}
    assert not any("The pill cures migraine." in body for body in bodies(room) if "\n" in body)


def test_a_source_that_another_claim_cites_stays(room):
    source = room.source("one")
    claim = room.claim("a-claim", (source, Stance.CONTRADICTS))
    room.claim("another", (source, Stance.CONTRADICTS))
    withdraw(room, Claim, claim)
    assert gone_keys(room) == {"claim:a-claim"}


def test_an_article_leaves_with_its_paragraphs_and_notes(room):
    article, claim = room.article("an-article"), room.claim("a-claim")
    note = room.note(article, claim, note="It does not.")
    draft = room.note(article, claim, published=False)
    withdraw(room, Article, article)
    row = room.log()[-1]
    with room.look() as session:
        found = session.get_one(Article, article)
        assert session.get_one(Annotation, note).state == "published"
    assert (found.visibility, found.withdrawn_at, found.withdrawn_reason) == ("withdrawn", row.at, "A mistake.")
    for table in (ArticleVersion, Revision):
        assert room.versions(table, article)[-1].valid_until == row.at
    gone = gone_keys(room)
    assert {"article:an-article", f"annotation:{note}"} <= gone
    assert len([key for key in gone if key.startswith("paragraph:")]) == 4
    assert not any(str(draft) in key for key in gone)
    assert "claim:a-claim" in row.affected_keys
    assert all("\n" in body for body in bodies(room))
    assert room.corrections()[-1].before["title"] == "A pill against migraine"
    # A claim on which nothing public rests any longer can follow it.
    withdraw(room, Claim, claim)


def test_a_tombstone_stays_whatever_happens_around_it(room):
    article, first, second = room.article(), room.claim("first"), room.claim("second")
    note = room.note(article, first)
    room.do(revise_annotation, Annotation, note, quoting("cures migraine"), note_content(second))
    room.publish(Annotation, note)
    withdraw(room, Claim, first)
    room.do(revise_annotation, Annotation, note, quoting("cures migraine"), note_content(second, note="Again."))
    room.publish(Annotation, note)
    assert "claim:first" in gone_keys(room)


def test_of_many_notes_that_make_a_claim_the_first_are_named(shared_room):
    room = shared_room
    claim = room.claim()
    article = room.article(None, *(f"The pill cures migraine number {number}." for number in range(MAX_NAMED + 1)))
    passages = [quoting(f"cures migraine number {number}.") for number in range(MAX_NAMED + 1)]
    notes = sorted(room.note(article, claim, passage) for passage in passages)
    room.do(request_withdrawal, Claim, claim, reason="A mistake.")
    expected = {"count": MAX_NAMED + 1, "annotation_ids": [str(note) for note in notes[:MAX_NAMED]]}
    room.refuse(NotPublishable, confirm_withdrawal, Claim, claim, by="bob", expected=expected)


def test_a_request_to_withdraw_is_answered_before_anything_replaces_what_it_is_about(room):
    article, claim = room.article(), room.claim()
    note = room.note(article, claim)
    room.do(revise_annotation, Annotation, note, quoting("cures migraine"), note_content(claim, note="Better."))
    room.do(request_withdrawal, Annotation, note, reason="A mistake.")
    # What cannot be approved for another reason is refused for that one: nobody need cancel anything for it.
    expected = {"state": "draft", "possible": ["save", "submit"]}
    room.refuse(TransitionNotAllowed, approve, Annotation, note, by="bob", expected=expected)
    room.do(submit, Annotation, note)
    expected = {"state": "in_review", "withdrawal_reason": "A mistake."}
    expected["message"] = "somebody asked that this be withdrawn; confirm or cancel that first"
    room.refuse(TransitionNotAllowed, approve, Annotation, note, by="bob", expected=expected)
    room.do(cancel_withdrawal, Annotation, note, by="bob", reason="The new version mends it.")
    room.do(approve, Annotation, note, by="bob")
    assert [(step.action, step.reason) for step in room.history(note)][-4:] == [
        ("request_withdrawal", "A mistake."),
        ("submit", None),
        ("cancel_withdrawal", "The new version mends it."),
        ("approve", None),
    ]


@pytest.mark.parametrize(
    ("situation", "state", "way_on"),
    [
        ("asked", "published", "let somebody else confirm that, or cancel it"),
        ("withdrawn", "withdrawn", "this was withdrawn already: nothing is left to do"),
        ("merged", "superseded", "this was merged into another claim: withdraw that one if it is wrong"),
        ("draft", "draft", "no version of this is: reject it, or leave it as a draft"),
        ("hidden", "hidden", "this article is hidden: leave it so"),
        ("on hidden", "published", "the article of this annotation is not: save another version if it is wrong"),
    ],
)
def test_a_request_that_is_refused_says_why_and_what_to_do(shared_room, situation, state, way_on):
    room, table = shared_room, Claim
    if situation == "hidden":
        table, entity_id = Article, room.article(public=False)
    elif situation == "on hidden":
        table, entity_id = Annotation, room.note(room.article(public=False), room.claim())
    else:
        entity_id = room.claim(published=situation != "draft")
    if situation == "asked":
        room.do(request_withdrawal, table, entity_id, reason="A mistake.")
    elif situation == "withdrawn":
        withdraw(room, table, entity_id)
    elif situation == "merged":
        merge(room, entity_id, room.claim())
    with pytest.raises(TransitionNotAllowed) as caught, room.work() as session:
        request_withdrawal(session, session.get_one(table, entity_id), reason="A mistake.", **room.by("eve"))
    assert (caught.value.message.partition("; ")[2], caught.value.context) == (way_on, {"state": state})


@pytest.mark.parametrize("kind", ["claim", "annotation", "article"])
def test_what_is_not_public_is_not_withdrawn(shared_room, kind):
    room = shared_room
    table = {"claim": Claim, "annotation": Annotation, "article": Article}[kind]
    entity_id = room.article(public=False) if kind == "article" else room.entity(kind, published=False)
    room.refuse(TransitionNotAllowed, request_withdrawal, table, entity_id, reason="A mistake.")
    room.refuse(TransitionNotAllowed, confirm_withdrawal, table, entity_id, by="bob")


@pytest.mark.parametrize("kind", ["claim", "annotation", "article"])
def test_what_is_withdrawn_is_not_withdrawn_again(shared_room, kind):
    room = shared_room
    table = {"claim": Claim, "annotation": Annotation, "article": Article}[kind]
    entity_id = room.article() if kind == "article" else room.entity(kind)
    withdraw(room, table, entity_id)
    room.refuse(TransitionNotAllowed, request_withdrawal, table, entity_id, reason="A mistake.")
    room.refuse(TransitionNotAllowed, confirm_withdrawal, table, entity_id, by="bob")


def test_a_note_on_a_withdrawn_article_is_gone_with_it(shared_room):
    room = shared_room
    article = room.article()
    note = room.note(article, room.claim())
    withdraw(room, Article, article)
    room.refuse(TransitionNotAllowed, request_withdrawal, Annotation, note, reason="A mistake.")


@pytest.mark.parametrize("reason", ["", " ", "x" * 1_001, "a\x00"])
def test_a_tombstone_says_why(shared_room, reason):
    room = shared_room
    expected = {"field": "reason"}
    room.refuse(InvalidText, request_withdrawal, Claim, room.claim(), reason=reason, expected=expected)


def test_a_draft_beside_what_is_withdrawn_goes_no_further(shared_room):
    room = shared_room
    article, claim = room.article(), room.claim()
    note = room.note(article, claim)
    room.do(revise_annotation, Annotation, note, quoting("cures migraine"), note_content(claim, note="Never seen."))
    withdraw(room, Annotation, note)
    with room.look() as session:
        assert session.get_one(Annotation, note).state == "withdrawn"
    content = note_content(claim)
    room.refuse(TransitionNotAllowed, revise_annotation, Annotation, note, quoting("cures migraine"), content)
    assert "Never seen." not in bodies(room)
