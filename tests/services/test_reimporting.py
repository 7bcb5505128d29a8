"""Re-importing: what becomes of each paragraph and annotation, and what readers, histories and validators say of it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from annotations.errors import EmptyText, InvalidInput, InvalidText, PermissionDenied, TransitionNotAllowed
from annotations.permissions import Actor, Scope
from annotations.services.articles import make_public, mark_fact_check
from annotations.services.pending import recheck_annotation
from annotations.services.reimporting import BLOCK_LIMIT, preview_reimport, reimport_article
from annotations.services.withdrawing import confirm_withdrawal, request_withdrawal
from annotations.store.articles import Article, ArticleVersion, Revision
from annotations.store.notes import Annotation
from annotations.store.search import SearchEntry
from annotations.vocabulary import FactCheckStatus
from tests.services.newsroom import TEXT, dump, quoting, text_of
from tests.services.reimports import (
    TITLE,
    ReadNewsroom,
    actions,
    anchor_of,
    change,
    get,
    note_of,
    notices,
    paragraphs,
    reimport,
    the_rules_hold,
)

FIRST, SECOND, THIRD = TEXT
CHECKED = {"status": FactCheckStatus.COMPLETE, "checked_at": date(2026, 12, 1)}


@pytest.fixture
def room(engine, client):
    return ReadNewsroom(engine, client)


@pytest.fixture
def stage(room):
    """A public article with a note on each of its first two paragraphs, which make two claims."""
    article = room.article("an-article")
    notes = [room.note(article, room.claim("one"), note="It cures nobody."), second_note(room, article)]
    return room, article, *notes


def second_note(room, article):
    return room.note(article, room.claim("two"), quoting("cures everything"))


def test_the_same_text_writes_nothing_at_all(stage):
    room, article, *_ = stage
    before = dump(room.engine)
    found = reimport(room, article, *TEXT)
    assert (found.number, found.plan) == (1, None)
    assert dump(room.engine) == before


def test_typography_is_a_new_text_and_changes_nothing_else(stage):
    room, article, note, other = stage
    room.do(mark_fact_check, Article, article, **CHECKED)
    with change(room) as found:
        reimport(room, article, "The pill cures\u00a0migraine in a week.", SECOND, THIRD)
    assert found.events == ["article.revised"]
    assert (anchor_of(room, note).state, anchor_of(room, other).state) == ("exact", "exact")
    assert anchor_of(room, note).quote == "cures\u00a0migraine"
    assert not note_of(room, note).needs_recheck
    assert room.versions(ArticleVersion, article)[-1].fact_check_status == "complete"
    assert f"/v1/annotations/{note}" in found.bodies
    assert not {f"/v1/annotations/{other}", "/v1/claims/two", "/v1/claims", "/v1/evidence"} & found.moved


@pytest.mark.parametrize(
    ("texts", "state", "in_context", "notice", "flag", "why"),
    [
        (("New words come first.", *TEXT), "exact", False, None, None, "another paragraph before it"),
        ((THIRD, SECOND, FIRST), "exact", False, None, None, "the paragraph moved as a whole"),
        (
            ("Once more: the pill cures migraine in a week.", SECOND, THIRD),
            "exact",
            True,
            None,
            True,
            "other words by it",
        ),
        (("The pill never cures migraine in a week.", SECOND, THIRD), "exact", True, None, True, "denied now"),
        (
            (f"{SECOND} Something that nobody has said before follows. {FIRST}", THIRD),
            "moved",
            False,
            None,
            None,
            "the sentence stands in another paragraph",
        ),
        (("The pill may help against migraine.", SECOND, THIRD), "changed", False, "text_changed", True, "other words"),
        (
            ("The pill cures most migraine in a week.", SECOND, THIRD),
            "changed",
            False,
            "text_changed",
            True,
            "a word more",
        ),
        (("Nothing is known of it.", SECOND, THIRD), "orphaned", False, "text_removed", True, "other words altogether"),
        ((SECOND, THIRD), "orphaned", False, "text_removed", True, "the paragraph is gone"),
    ],
)
def test_each_outcome_has_exactly_its_effect(stage, texts, state, in_context, notice, flag, why):
    room, article, note, other = stage
    steps, other_steps = len(room.history(note)), len(room.history(other))
    with change(room) as found:
        reimport(room, article, *texts)
    anchor, annotation = anchor_of(room, note), note_of(room, note)
    assert (anchor.state, anchor.context_changed) == (state, in_context), why
    assert [one.reason for one in notices(room)] == ([notice] if notice else [])
    reason = notice or ("context_changed" if flag else None)
    assert (annotation.needs_recheck, annotation.recheck_reason) == (bool(flag), reason)
    assert found.events == ["article.revised", *(["annotation.pending"] if notice else [])]
    taken = [("open_notice", notice)] if notice else [("flag_recheck", "context_changed")] if flag else []
    assert actions(room, note, steps) == taken
    assert actions(room, other, other_steps) == []
    assert (annotation.state, annotation.head_number, len(room.versions(Revision, article))) == ("published", 1, 2)
    assert room.history(article)[-1].action == "reimport"
    first, second = room.versions(Revision, article)
    assert first.valid_until == second.valid_from == found.rows[0].at
    # A note that reads as it did, and nothing near it, keeps its validator.
    if anchor_of(room, other).paragraph_id == paragraphs(room, article).get(2):
        assert not {f"/v1/annotations/{other}", "/v1/claims/two"} & found.moved
    assert "/v1/claims" in found.moved or notice is None


def test_the_notice_stands_on_the_paragraph_or_on_the_article_where_that_is_gone(stage):
    room, article, note, other = stage
    ids = paragraphs(room, article)
    reimport(room, article, "The pill may help against migraine in a week.", THIRD)
    where = {notice.annotation_id: notice.paragraph_id for notice in notices(room)}
    assert where == {note: ids[1], other: None}
    body = get(room, "/v1/articles/an-article").json
    assert [one["annotation_id"] for one in body["pending_notices"]] == [str(other)]
    assert [one["annotation_id"] for one in body["paragraphs"][1]["pending_notices"]] == [str(note)]
    assert body["flags"]["pending"] == 2
    the_rules_hold(room)


def test_a_paragraph_that_goes_leaves_a_tombstone_and_comes_back_under_its_id(stage):
    room, article, *_ = stage
    ids = paragraphs(room, article)
    path = f"/v1/paragraphs/{ids[3]}"
    with change(room) as found:
        reimport(room, article, FIRST, SECOND)
    assert found.others == {path, "/v1/articles/an-article/paragraphs/3"}
    gone = get(room, path)
    assert (gone.status, str(ids[3]) in gone.body.decode()) == (410, True)
    # Nothing that stands is touched by it.
    assert not {one for one in found.moved if one.startswith(("/v1/paragraphs/", "/v1/annotations/", "/v1/claims/"))}
    with change(room) as found:
        reimport(room, article, "Something else stands before it for a while.", FIRST, SECOND)
    assert get(room, path).status == 410
    with change(room) as found:
        reimport(room, article, *TEXT)
    assert paragraphs(room, article) == ids
    assert (get(room, path).status, found.events) == (200, ["article.revised"])


def test_a_paragraph_that_was_never_public_has_no_tombstone(room):
    article = room.article("an-article", public=False)
    note, lost = room.note(article, room.claim()), paragraphs(room, article)[1]
    reimport(room, article, f"{SECOND} Something that nobody has said before follows. {FIRST}", THIRD)
    assert anchor_of(room, note).state == "moved"
    with change(room, exactly=False) as found:
        room.do(make_public, Article, article, by="eve")
        room.do(recheck_annotation, Annotation, note)
    assert not any(f"paragraph:{lost}" in row.affected_keys for row in found.rows)
    assert get(room, f"/v1/paragraphs/{lost}").status == 404


@pytest.mark.parametrize(
    "lost",
    [
        ("Nothing is known of it.", SECOND, THIRD),
        ("The pill may help against migraine.", SECOND, THIRD),
        ("It may help some people with migraine in a week.", SECOND, THIRD),
        (SECOND, THIRD),
    ],
)
def test_words_that_come_back_are_found_again_and_an_editor_is_asked(stage, lost):
    room, article, note, _ = stage
    place = anchor_of(room, note)
    reimport(room, article, *lost)
    assert anchor_of(room, note).state in {"changed", "orphaned"}
    (notice,) = notices(room)
    with change(room) as found:
        reimport(room, article, *TEXT)
    anchor = anchor_of(room, note)
    assert (anchor.state, anchor.paragraph_id, anchor.quote) == ("exact", place.paragraph_id, "cures migraine")
    assert ([one.id for one in notices(room)], found.events) == ([notice.id], ["article.revised"])
    assert note_of(room, note).needs_recheck
    assert get(room, f"/v1/annotations/{note}").json["status"] == "pending"


@pytest.mark.parametrize(
    "edited",
    ["The pill never cures migraine in a week.", "Once more: it is said, and said often, that it cures migraine."],
)
def test_words_are_found_again_as_they_stood_last(stage, edited):
    room, article, note, _ = stage
    for text in ((edited, SECOND, THIRD), (SECOND, THIRD)):
        reimport(room, article, *text)
    assert anchor_of(room, note).state == "orphaned"
    with change(room):
        reimport(room, article, edited, SECOND, THIRD)
    anchor = anchor_of(room, note)
    assert (anchor.state, anchor.quote, note_of(room, note).needs_recheck) == ("exact", "cures migraine", True)


def test_whoever_read_where_a_note_stood_is_told_that_it_stands_elsewhere(stage):
    room, article, note, other = stage
    first = [note_of(room, one).lock_version for one in (note, other)]
    reimport(room, article, "The pill, they say, cures migraine in a week.", SECOND, THIRD)
    second = [note_of(room, one).lock_version for one in (note, other)]
    reimport(room, article, "New words come first.", "The pill, they say, cures migraine in a week.", SECOND, THIRD)
    third = [note_of(room, one).lock_version for one in (note, other)]
    assert first[0] < second[0] < third[0]
    assert first[1] == second[1] < third[1]


def test_words_that_come_back_elsewhere_are_found_there(stage):
    room, article, note, _ = stage
    reimport(room, article, "Nothing is known of it.", SECOND, THIRD)
    with change(room):
        reimport(room, article, "Nothing is known of it.", SECOND, THIRD, f"But they say again: {FIRST}")
    anchor = anchor_of(room, note)
    assert (anchor.state, anchor.paragraph_id) == ("moved", paragraphs(room, article)[4])
    assert len(notices(room)) == 1


def test_texts_follow_one_another(stage):
    room, article, note, other = stage
    texts = [
        ("New words come first.", *TEXT),
        ("New words come first.", THIRD, FIRST, SECOND),
        (THIRD, "The pill hardly cures migraine in a week.", SECOND),
        (THIRD, "The pill hardly cures migraine in a week.", SECOND, "The end."),
    ]
    for number, text in enumerate(texts, start=2):
        with change(room):
            assert reimport(room, article, *text).number == number
    # What the third text changed around the words is still to be looked at, and the fourth changed nothing there.
    assert (anchor_of(room, note).context_changed, note_of(room, note).recheck_reason) == (False, "context_changed")
    assert not note_of(room, other).needs_recheck
    versions = room.versions(Revision, article)
    assert [one.valid_until for one in versions[:-1]] == [one.valid_from for one in versions[1:]]


def test_a_notice_that_stands_already_keeps_its_reason(stage):
    room, article, note, _ = stage
    room.do(recheck_annotation, Annotation, note)
    (notice,) = notices(room)
    with change(room) as found:
        reimport(room, article, SECOND, THIRD)
    assert [(one.id, one.reason) for one in notices(room)] == [(notice.id, "editor_recheck")]
    assert (found.events, note_of(room, note).recheck_reason) == (["article.revised"], "editor_recheck")


@pytest.mark.parametrize("public", [True, False])
@pytest.mark.parametrize(
    ("text", "status", "why"),
    [
        ((FIRST, SECOND), "complete", "what is left was checked"),
        ((SECOND, FIRST, THIRD), "complete", "in another order"),
        (("The pill cures\u00a0migraine in a week.", SECOND, THIRD), "complete", "in other type"),
        ((FIRST, SECOND, "It costs a lot."), "partial", "nobody checked that"),
        ((*TEXT, "The end."), "partial", "nor that"),
    ],
)
def test_a_complete_check_is_one_of_all_words(room, text, status, why, public):
    article = room.article("an-article", public=public)
    room.do(mark_fact_check, Article, article, **CHECKED)
    before = len(room.log())
    reimport(room, article, *text)
    version = room.versions(ArticleVersion, article)[-1]
    assert (version.fact_check_status, version.checked_at) == (status, date(2026, 12, 1)), why
    events = [row.event for row in room.log()[before:]]
    changed = status == "partial"
    assert events == (["article.revised", *(["article.fact_checked"] if changed else [])] if public else [])
    assert ("fact_checked", "The text changed.") in actions(room, article) or not changed
    the_rules_hold(room)


def test_a_partial_check_moves_all_that_carries_the_status(stage):
    room, article, note, other = stage
    room.do(mark_fact_check, Article, article, **CHECKED)
    with change(room) as found:
        reimport(room, article, *TEXT, "The end.")
    assert {f"/v1/annotations/{note}", f"/v1/annotations/{other}", "/v1/claims/one", "/v1/articles"} <= found.bodies


def test_another_title_moves_all_that_prints_it(stage):
    room, article, note, other = stage
    with change(room) as found:
        reimport(room, article, *TEXT, title="A pill against the migraine")
    assert {f"/v1/annotations/{note}", f"/v1/annotations/{other}", "/v1/claims/one", "/v1/articles"} <= found.bodies


def test_a_notice_on_the_title_goes_wherever_that_is_printed(stage):
    room, article, note, _ = stage
    flag = room.note(article, room.claim("three"), quoting("against migraine"))
    with change(room) as found:
        reimport(room, article, *TEXT, title="Something else")
    assert (anchor_of(room, flag).state, notices(room)[0].paragraph_id) == ("orphaned", paragraphs(room, article)[0])
    title = get(room, f"/v1/annotations/{note}").json["article"]["title_with_verdict"]
    assert title != "Something else"
    room.do(request_withdrawal, Annotation, flag, reason="The title is another.")
    with change(room, exactly=False) as found:
        room.do(confirm_withdrawal, Annotation, flag, by="bob")
    assert get(room, f"/v1/annotations/{note}").json["article"]["title_with_verdict"] == "Something else"
    assert {f"/v1/annotations/{note}", "/v1/claims/one", "/v1/articles/an-article"} <= found.bodies


def test_the_search_finds_the_new_words_and_no_longer_the_old(stage):
    room, article, *_ = stage
    reimport(room, article, "Nothing is known of it.", SECOND, THIRD)

    def hits(words):
        return [
            hit["paragraph"]["ordinal"] for hit in get(room, f"/v1/search?q={words}").json["items"] if hit["paragraph"]
        ]

    assert (hits("nothing"), hits("week")) == ([1], [])
    with room.look() as session:
        bodies = set(session.scalars(select(SearchEntry.body).where(SearchEntry.entity_type == "annotation")))
    # Nor is the note found in whose place a notice stands.
    assert bodies == set()


def test_a_request_to_withdraw_stands_through_a_new_text(stage):
    room, article, note, _ = stage
    for table, entity in ((Article, article), (Annotation, note)):
        room.do(request_withdrawal, table, entity, reason="A mistake.")
    with change(room):
        reimport(room, article, "Nothing is known of it.", SECOND, THIRD)
    with change(room, exactly=False):
        room.do(confirm_withdrawal, Annotation, note, by="bob")
    assert notices(room) == []
    room.do(confirm_withdrawal, Article, article, by="bob")
    the_rules_hold(room)
    text = text_of(*TEXT)
    room.refuse(TransitionNotAllowed, reimport_article, Article, article, text, expected={"state": "withdrawn"})
    with room.refuses(TransitionNotAllowed) as session:
        preview_reimport(session, session.get_one(Article, article), text, actor=room.actor("bob"))


def test_who_may(stage):
    room, article, *_ = stage
    text = text_of("Nothing is known of it.", SECOND, THIRD)
    for name in ("cat", "bot", "loader", "checker"):
        room.refuse(PermissionDenied, reimport_article, Article, article, text, by=name)
    cat = room.actor("cat")
    for scopes, allowed in (({Scope.WRITE}, False), ({Scope.REIMPORT}, True)):
        key = {"actor": Actor(cat.id, cat.name, cat.role, frozenset(scopes)), "now": room.now()}
        if not allowed:
            with room.refuses(PermissionDenied) as session:
                reimport_article(session, session.get_one(Article, article), text, **key)
            continue
        with room.work() as session:
            assert reimport_article(session, session.get_one(Article, article), text, **key).number == 2


def test_a_preview_says_what_would_become_of_everything_and_writes_nothing(stage):
    room, article, note, other = stage
    before = dump(room.engine)
    text = text_of("The pill may help against migraine.", SECOND, "It costs a lot.")
    with room.work() as session:
        found = preview_reimport(session, session.get_one(Article, article), text, actor=room.actor("cat"))
        states = {one.annotation.id: one.state for one in found.plan.versions}
    assert dump(room.engine) == before
    room.do(reimport_article, Article, article, text)
    assert states == {note: "changed", other: "exact"}
    assert {key: anchor_of(room, key).state for key in states} == states
    known = {ordinal: one for ordinal, one in paragraphs(room, article).items() if ordinal in found.plan.known_ids}
    assert known == found.plan.known_ids


@pytest.mark.parametrize(
    ("document", "error"),
    [
        (text_of(title=TITLE), EmptyText),
        (text_of("x" * (BLOCK_LIMIT + 1)), InvalidText),
        (text_of(*TEXT, title=None), InvalidInput),
    ],
)
def test_what_is_no_text_of_the_article_is_refused(stage, document, error):
    room, article, *_ = stage
    room.refuse(error, reimport_article, Article, article, document, expected={"field": "text"})


def test_what_looks_like_a_title_is_a_heading_where_an_editor_gave_the_title(room):
    article = room.article("an-article", title="An editor's")
    reimport(room, article, *TEXT, title="In the text")
    body = get(room, "/v1/articles/an-article").json
    assert [one["kind"] for one in body["paragraphs"]] == ["heading", "paragraph", "paragraph", "paragraph"]
    assert (body["title"], body["paragraphs"][0]["ordinal"]) == ("An editor's", 1)
