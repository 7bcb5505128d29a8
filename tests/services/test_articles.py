"""Articles: importing, titles, metadata, fact-check status, and what becomes public with them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy import select

from annotations.anchoring.text import blocks_hash, text_sha256
from annotations.errors import EmptyText, InvalidInput, InvalidText, NotPublishable, SlugTaken, TransitionNotAllowed
from annotations.services.articles import edit_metadata, import_article, make_public, mark_fact_check
from annotations.services.claims import revise_claim
from annotations.services.content import ArticleMetadata
from annotations.services.notes import revise_annotation
from annotations.services.reimporting import BLOCK_LIMIT
from annotations.services.withdrawing import confirm_withdrawal, request_withdrawal
from annotations.store.articles import Article, ArticleTopic, ArticleVersion, Block, Revision
from annotations.store.base import new_id
from annotations.store.claims import Claim
from annotations.store.notes import Annotation, AnnotationVersion
from annotations.store.search import SearchEntry
from annotations.vocabulary import Category, ChangeKind, FactCheckStatus, OriginStatus, Stance, Verdict
from tests.services.newsroom import TEXT, claim_content, note_content, quoting, text_of

ENGLISH = ArticleMetadata(title=None, language="en")
FULL = ArticleMetadata(
    title=None,
    language="pt-BR",
    topics=("pain", "migraine"),
    origin_status=OriginStatus.KNOWN,
    canonical_url="https://example.org/pill",
    publisher="The Pill Post",
    byline="J. Doe",
    published_at=datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
)


def try_import(room, document, metadata, error, slug="a-pill", by="ann", **expected):
    with room.refuses(error, **expected) as session:
        import_article(session, document, slug=slug, metadata=metadata, **room.by(by))


@pytest.mark.parametrize(
    ("in_text", "given", "field", "why"),
    [(None, None, "title", "no title at all"), ("A title", "Another", "title", "a title from the text and one given")],
)
def test_an_article_has_one_title(shared_room, in_text, given, field, why):
    metadata = ArticleMetadata(title=given, language="en")
    try_import(shared_room, text_of("A text.", title=in_text), metadata, InvalidInput, field=field)


@pytest.mark.parametrize(
    ("document", "slug", "error", "field"),
    [
        (text_of(), "a-pill", EmptyText, "text"),
        (text_of("x" * (BLOCK_LIMIT + 1)), "a-pill", InvalidText, "text"),
        (text_of("A text."), "A Pill", InvalidInput, "slug"),
        (text_of("A text."), "", InvalidInput, "slug"),
        (text_of("A text."), "a" * 101, InvalidInput, "slug"),
        (text_of("A text."), "a--b", InvalidInput, "slug"),
        (text_of("A text."), "a\n", InvalidInput, "slug"),
    ],
)
def test_what_cannot_be_imported(shared_room, document, slug, error, field):
    try_import(shared_room, document, ENGLISH, error, slug=slug, field=field)


def test_a_slug_is_taken_once_and_for_good(shared_room):
    room = shared_room
    slug = room.unused("article")
    article = room.article(slug)
    try_import(room, text_of("A text."), ENGLISH, SlugTaken, slug=slug, field="slug")
    room.do(request_withdrawal, Article, article, reason="A mistake.")
    room.do(confirm_withdrawal, Article, article, by="bob")
    try_import(room, text_of("A text."), ENGLISH, SlugTaken, slug=slug, field="slug")


@pytest.mark.parametrize(("title", "given", "first"), [("In the text", None, 0), (None, "An editor's", 1)])
def test_blocks_are_numbered_from_the_title(shared_room, title, given, first):
    known = {first: new_id(), 2: new_id()}
    with shared_room.work() as session:
        article = import_article(
            session,
            text_of(*TEXT, title=title),
            slug=shared_room.unused("article"),
            metadata=ArticleMetadata(title=given, language="en"),
            paragraph_ids=known,
            **shared_room.by("ann"),
        )
    with shared_room.look() as session:
        revision = session.scalars(select(Revision).where(Revision.article_id == article.id)).one()
        blocks = session.scalars(select(Block).where(Block.revision_id == revision.id).order_by(Block.ordinal)).all()
        version = session.scalars(select(ArticleVersion).where(ArticleVersion.article_id == article.id)).one()
    assert [(block.ordinal, block.text) for block in blocks] == list(
        enumerate(([title] if title else []) + list(TEXT), start=first)
    )
    assert all(block.sha256 == text_sha256(block.text) for block in blocks)
    assert {block.ordinal: block.paragraph_id for block in blocks}.items() >= known.items()
    assert revision.content_hash == blocks_hash((block.kind, block.text) for block in blocks)
    assert (version.title, version.title_origin) == (given, "source" if title else "editor")
    assert (version.fact_check_status, version.valid_from, revision.valid_from) == ("not_started", None, None)


def test_an_imported_article_is_hidden_and_tells_the_log_nothing(room):
    article = room.article(public=False)
    with room.look() as session:
        found = session.get_one(Article, article)
        assert (found.visibility, found.public_since) == ("hidden", None)
        assert session.scalars(select(SearchEntry)).all() == []
    assert room.log() == []
    assert [(step.action, step.from_state, step.to_state) for step in room.history(article)] == [
        ("import", None, "hidden")
    ]


def test_made_public_it_is_public_at_one_moment(room):
    article = room.article()
    (row,) = room.log()
    with room.look() as session:
        found = session.get_one(Article, article)
        entries = session.scalars(select(SearchEntry.body)).all()
    assert (found.visibility, found.public_since) == ("public", row.at)
    for table in (ArticleVersion, Revision):
        (version,) = room.versions(table, article)
        assert (version.valid_from, version.valid_until) == (row.at, None)
    assert row.event == "article.published"
    assert f"article:{found.slug}" in row.affected_keys
    assert sorted(entries) == sorted((*TEXT, "A pill against migraine"))
    room.refuse(TransitionNotAllowed, make_public, Article, article, by="bob", expected={"state": "public"})


def test_approved_notes_wait_for_their_article_and_come_with_it(room):
    article, claim = room.article(public=False), room.claim()
    waiting = room.note(article, claim, note="It does not.")
    draft = room.note(article, claim, quoting("costs little"), note="A secret draft.", published=False)
    before = len(room.log())
    assert [row.event for row in room.log()] == ["evidence.published", "claim.published"]
    room.do(make_public, Article, article, by="bob")
    published, shown = room.log()[before:]
    assert (published.event, shown.event, shown.entity_id) == ("article.published", "annotation.published", waiting)
    assert {f"annotation:{waiting}", "annotations"} <= set(shown.affected_keys)
    assert not any(str(draft) in key for row in room.log() for key in row.affected_keys)
    with room.look() as session:
        assert session.scalars(select(SearchEntry.body).where(SearchEntry.entity_type == "annotation")).all() == [
            "It does not."
        ]


def test_a_note_that_no_longer_stands_keeps_the_whole_article_back(room):
    source = room.source()
    claim = room.claim(None, (source, Stance.SUPPORTS), verdict=Verdict.SUPPORTED)
    article = room.article(public=False)
    note = room.note(article, claim, categories=(Category.FAIR_STATEMENT,), severity=None)
    overstated = claim_content((source, Stance.QUALIFIES), verdict=Verdict.OVERSTATED)
    room.do(revise_claim, Claim, claim, overstated)
    room.publish(Claim, claim)
    # Nobody outside saw the note, so no notice stands in its place; but it must not come out like this.
    room.refuse(NotPublishable, make_public, Article, article, by="bob", expected={"rule": "fitting_categories"})
    with pytest.raises(NotPublishable) as refused:
        room.do(make_public, Article, article, by="bob")
    (unfit,) = refused.value.context["annotations"]
    assert (unfit["id"], unfit["quote"], unfit["rule"]) == (str(note), "cures migraine", "fitting_categories")


def test_what_is_approved_again_while_hidden_is_what_comes_out(room):
    article, claim = room.article(public=False), room.claim()
    note = room.note(article, claim, note="First.")
    for text in ("Second.", "Third."):
        from_draft = note_content(claim, note=text)
        room.do(revise_annotation, Annotation, note, quoting("cures migraine"), from_draft)
        if text == "Second.":
            room.publish(Annotation, note)
    room.do(make_public, Article, article, by="bob")
    first, second, third = room.versions(AnnotationVersion, note)
    assert first.valid_until == second.valid_from
    assert (second.valid_until, third.valid_from) == (None, None)
    with room.look() as session:
        assert "Second." in session.scalars(select(SearchEntry.body)).all()


def test_metadata_of_a_public_article_changes_at_one_moment_with_a_correction(room):
    article = room.article()
    room.do(edit_metadata, Article, article, FULL, reason="We found out where it came from.")
    first, second = room.versions(ArticleVersion, article)
    row, (correction,) = room.log()[-1], room.corrections()
    assert first.valid_until == second.valid_from == row.at
    assert (row.event, row.change_kind, row.entity_version) == ("article.metadata_changed", "correction", 2)
    assert (correction.seq, correction.reason) == (row.seq, "We found out where it came from.")
    assert correction.before["publisher"] is None
    assert correction.after["publisher"] == "The Pill Post"
    assert correction.after["published_at"] == "2026-01-02T03:04:00.000000Z"
    with room.look() as session:
        topics = select(ArticleTopic.topic).where(ArticleTopic.version_id == second.id)
        assert session.scalars(topics.order_by(ArticleTopic.position)).all() == ["pain", "migraine"]
    room.do(edit_metadata, Article, article, ENGLISH, kind=ChangeKind.MINOR)
    assert (room.log()[-1].change_kind, len(room.corrections())) == ("minor", 1)


def test_a_changed_title_is_a_correction_whatever_the_editor_calls_it(room):
    article = room.article(title="A cure for migraine")
    better = ArticleMetadata(title="A pill against migraine", language="en", topics=("migraine",))
    room.do(edit_metadata, Article, article, better, kind=ChangeKind.MINOR)
    assert room.log()[-1].change_kind == "correction"
    assert room.corrections()[0].before["title"] == "A cure for migraine"
    with room.look() as session:
        terms = session.scalars(select(SearchEntry.terms)).all()
    assert any("pill against migrain" in one for one in terms)
    assert not any("a cure for migrain" in one for one in terms)


@pytest.mark.parametrize("public", [True, False])
def test_nothing_is_written_when_nothing_changes(shared_room, public):
    room = shared_room
    article = room.article(public=public)
    room.do(edit_metadata, Article, article, FULL)
    room.do(mark_fact_check, Article, article, status=FactCheckStatus.PARTIAL, checked_at=date(2026, 12, 1))
    steps, log = len(room.history(article)), len(room.log())
    room.do(edit_metadata, Article, article, FULL, by="bob")
    room.do(mark_fact_check, Article, article, status=FactCheckStatus.PARTIAL, checked_at=date(2026, 12, 1), by="bob")
    assert (len(room.history(article)), len(room.log())) == (steps, log)


def test_what_changes_while_it_is_hidden_is_not_in_the_log(room):
    article = room.article(public=False)
    room.do(edit_metadata, Article, article, FULL)
    room.do(mark_fact_check, Article, article, status=FactCheckStatus.COMPLETE, checked_at=date(2026, 12, 1))
    assert (room.log(), room.corrections()) == ([], [])
    room.do(make_public, Article, article, by="eve")
    *before, last = room.versions(ArticleVersion, article)
    assert [version.valid_from for version in before] == [None, None]
    assert (last.valid_from, last.fact_check_status, last.publisher) == (room.log()[0].at, "complete", "The Pill Post")


@pytest.mark.parametrize(
    ("status", "checked_at", "why"),
    [
        (FactCheckStatus.COMPLETE, None, "complete when"),
        (FactCheckStatus.PARTIAL, None, "partial when"),
        (FactCheckStatus.NOT_STARTED, date(2026, 12, 1), "a date for nothing"),
        (FactCheckStatus.COMPLETE, date(2026, 12, 3), "a day that has not come anywhere"),
    ],
)
def test_a_check_has_a_day_that_has_come(shared_room, status, checked_at, why):
    article = shared_room.article()
    shared_room.refuse(
        InvalidInput,
        mark_fact_check,
        Article,
        article,
        status=status,
        checked_at=checked_at,
        expected={"field": "checked_at"},
    )


def test_a_check_may_be_dated_tomorrow_because_it_is_tomorrow_somewhere(shared_room):
    article = shared_room.article()
    tomorrow = date(2026, 12, 2)
    shared_room.do(mark_fact_check, Article, article, status=FactCheckStatus.COMPLETE, checked_at=tomorrow)
    row = shared_room.log()[-1]
    assert (row.event, row.change_kind) == ("article.fact_checked", None)
    assert "not_started to complete" in row.summary


@pytest.mark.parametrize(("title", "given"), [("An editor's", None), (None, "Another")])
def test_a_title_stays_where_it_came_from(shared_room, title, given):
    article = shared_room.article(title=title)
    metadata = ArticleMetadata(title=given, language="en")
    shared_room.refuse(InvalidInput, edit_metadata, Article, article, metadata, expected={"field": "title"})


def test_nothing_can_be_said_of_a_withdrawn_article_any_more(shared_room):
    room = shared_room
    article = room.article()
    room.do(request_withdrawal, Article, article, reason="A mistake.")
    room.do(confirm_withdrawal, Article, article, by="bob")
    room.refuse(TransitionNotAllowed, edit_metadata, Article, article, FULL, expected={"state": "withdrawn"})
    check = {"status": FactCheckStatus.PARTIAL, "checked_at": date(2026, 12, 1)}
    room.refuse(TransitionNotAllowed, mark_fact_check, Article, article, **check, expected={"state": "withdrawn"})
    room.refuse(TransitionNotAllowed, make_public, Article, article, by="bob", expected={"state": "withdrawn"})


def test_an_id_can_be_given(shared_room):
    known = UUID("01a2008d-7400-7000-8000-0000000000aa")
    with shared_room.work() as session:
        slug = shared_room.unused("article")
        import_article(
            session, text_of("A text."), slug=slug, metadata=ENGLISH, article_id=known, **shared_room.by("ann")
        )
    with shared_room.look() as session:
        assert session.get_one(Article, known).slug == slug
