"""Articles as editors see them: hidden and withdrawn ones, with every annotation on their newest text."""

from __future__ import annotations

from datetime import date

import pytest

from annotations.queries.editorial.articles import get_article, list_articles
from annotations.services.articles import edit_metadata, mark_fact_check
from annotations.services.content import ArticleMetadata
from annotations.services.notes import revise_annotation
from annotations.services.pending import recheck_annotation
from annotations.services.withdrawing import confirm_withdrawal, request_withdrawal
from annotations.store.articles import Article, ArticleVersion
from annotations.store.notes import Annotation
from annotations.vocabulary import (
    AnchorState,
    EntityType,
    FactCheckStatus,
    RecheckReason,
    ReviewState,
    TitleOrigin,
    Visibility,
)
from tests.services.newsroom import note_content, quoting

PARAGRAPHS = ("The pill cures migraine.", "It costs little.", "Nobody is harmed.")


def test_an_article_that_is_not_there_is_none(reader):
    assert reader.read(get_article, "nothing") is None


def test_a_hidden_article_is_shown_with_its_text(room, reader):
    room.article("hidden", *PARAGRAPHS, public=False, by="eve")
    article = reader.read(get_article, "hidden")
    assert (article.visibility, article.public_since, article.lock_version) == (Visibility.HIDDEN, None, 1)
    assert (article.created_by.name, article.revision_number) == ("eve", 1)
    assert (article.title, article.metadata.title) == ("A pill against migraine", None)
    assert (article.metadata.title_origin, article.metadata.topics) == (TitleOrigin.SOURCE, ("migraine",))
    assert [block.text for block in article.paragraphs] == ["A pill against migraine", *PARAGRAPHS]
    assert [block.ordinal for block in article.paragraphs] == [0, 1, 2, 3]


def test_metadata_is_the_newest(room, reader):
    article = room.article("piece", title="Pills")
    changed = ArticleMetadata(title="Other pills", language="en", topics=("b", "a"), publisher="The Paper")
    room.do(edit_metadata, Article, article, changed, by="eve")
    room.do(mark_fact_check, Article, article, status=FactCheckStatus.PARTIAL, checked_at=date(2026, 11, 2), by="bob")
    shown = reader.read(get_article, "piece")
    assert (shown.title, shown.metadata.publisher, shown.metadata.topics) == ("Other pills", "The Paper", ("b", "a"))
    assert (shown.metadata.fact_check_status, shown.metadata.checked_at) == (FactCheckStatus.PARTIAL, date(2026, 11, 2))
    assert (shown.metadata.number, shown.metadata.created_by.name) == (3, "bob")


def test_annotations_stand_where_their_newest_version_does(room, reader):
    article = room.article("piece", *PARAGRAPHS, title="Pills")
    claim, other = room.claim("first"), room.claim("second")
    published = room.note(article, claim)
    draft = room.note(article, other, quoting("cures"), published=False)
    repointed = room.note(article, claim)
    room.do(revise_annotation, Annotation, repointed, quoting("harmed"), note_content(other))
    paragraphs = {block.ordinal: block for block in reader.read(get_article, "piece").paragraphs}
    first, second = paragraphs[1].annotations
    assert (first.id, first.state, first.quote, first.claim_slug) == (draft, ReviewState.DRAFT, "cures", "second")
    assert (second.id, second.in_force_number, second.quote) == (published, 1, "cures migraine")
    (third,) = paragraphs[3].annotations
    assert (third.id, third.head_number, third.in_force_number, third.quote) == (repointed, 2, 1, "harmed")
    assert paragraphs[3].text[third.start : third.end] == "harmed"
    assert paragraphs[2].annotations == ()


def test_what_an_article_asks_of_editors_is_counted(room, reader):
    article = room.article("piece", *PARAGRAPHS, title="Pills")
    claim = room.claim()
    pending, flagged, gone = (
        room.note(article, claim),
        room.note(article, claim, quoting("costs")),
        room.note(article, claim, quoting("harmed")),
    )
    withdrawn = room.note(article, claim, quoting("Nobody"))
    room.do(request_withdrawal, Annotation, withdrawn, reason="Wrong.", by="ann")
    room.do(confirm_withdrawal, Annotation, withdrawn, by="bob")
    room.do(recheck_annotation, Annotation, pending, by="bob")
    reader.reimport(article, "The pill cures migraine.", "It never costs little.")
    shown = reader.read(get_article, "piece")
    assert (shown.attention.pending, shown.attention.flagged, shown.attention.orphaned) == (2, 1, 1)
    assert [mark.id for mark in shown.orphaned] == [gone]
    assert (shown.orphaned[0].anchor_state, shown.orphaned[0].start) == (AnchorState.ORPHANED, None)
    marks = {mark.id: mark for block in shown.paragraphs for mark in block.annotations}
    assert set(marks) == {pending, flagged}
    assert (marks[flagged].recheck_reason, marks[flagged].pending) == (RecheckReason.CONTEXT_CHANGED, False)
    assert marks[flagged].context_changed
    assert marks[pending].pending


def test_a_withdrawn_article_tells_why(room, reader):
    article = room.article("piece")
    room.do(request_withdrawal, Article, article, reason="It was made up.", by="ann")
    request = reader.read(get_article, "piece").withdrawal_request
    assert (request.by.name, request.reason) == ("ann", "It was made up.")
    room.do(confirm_withdrawal, Article, article, by="bob")
    shown = reader.read(get_article, "piece")
    assert (shown.visibility, shown.withdrawn_reason) == (Visibility.WITHDRAWN, "It was made up.")
    assert shown.withdrawal_request is None


def test_blanked_metadata_says_so(room, reader):
    article = room.article("piece", title="Pills")
    (version,) = room.versions(ArticleVersion, article)
    assert not reader.read(get_article, "piece").metadata.redacted
    reader.redact(EntityType.ARTICLE, article, 1, "article_versions", version.id)
    assert reader.read(get_article, "piece").metadata.redacted


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_articles_are_listed_by_slug_whatever_the_page(shared, limit):
    if not shared.all_of(list_articles):
        for slug in ("c", "a", "d", "b"):
            shared.room.article(slug, public=slug in "ad")
    assert [item.slug for item in shared.all_of(list_articles, limit=limit)] == ["a", "b", "c", "d"]
    for visibility, slugs in ((Visibility.PUBLIC, ["a", "d"]), (Visibility.HIDDEN, ["b", "c"])):
        found = shared.all_of(list_articles, limit=limit, visibility=visibility)
        assert [item.slug for item in found] == slugs
        assert {item.title for item in found} == {"A pill against migraine"}
