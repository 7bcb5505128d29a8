"""Annotating: by quote, with its surroundings, by offsets; and what is kept of the passage."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from annotations.errors import (
    InvalidInput,
    InvalidText,
    NotPublishable,
    QuoteAmbiguous,
    QuoteMismatch,
    QuoteNotFound,
    TransitionNotAllowed,
)
from annotations.services.evidence import revise_evidence
from annotations.services.notes import Passage, propose_annotation, revise_annotation
from annotations.services.reviewing import approve, submit
from annotations.services.withdrawing import confirm_withdrawal, request_withdrawal
from annotations.store.articles import Article, Block, Revision
from annotations.store.base import new_id
from annotations.store.claims import Claim
from annotations.store.evidence import Evidence
from annotations.store.notes import Anchor, Annotation, AnnotationCategory, AnnotationVersion
from annotations.vocabulary import Category, EvidenceStatus, Stance, Verdict
from tests.services.newsroom import at, note_content, quoting, source_content

TEXT = (
    "The pill cures migraine, it cures everything 😀 and more.",
    "“Cures” are rare; étude says the pill 💊 cures migraine.",
)


@pytest.fixture(scope="module")
def stage(shared_room):
    article = shared_room.article("on-passages", *TEXT, title=None)
    return shared_room, article, shared_room.claim()


def located(room, article, claim, passage):
    """Where the passage is found: ordinal, start, end and the words."""
    note = room.note(article, claim, passage, published=False)
    with room.look() as session:
        statement = (
            select(Anchor, Block, AnnotationVersion)
            .join(Block, (Block.revision_id == Anchor.revision_id) & (Block.paragraph_id == Anchor.paragraph_id))
            .join(AnnotationVersion, AnnotationVersion.id == Anchor.version_id)
            .where(AnnotationVersion.annotation_id == note)
        )
        anchor, block, version = session.execute(statement).one()
    assert block.text[anchor.start_offset : anchor.end_offset] == anchor.quote == version.quote
    assert block.text.startswith(version.prefix, anchor.start_offset - len(version.prefix))
    assert block.text.startswith(version.suffix, anchor.end_offset)
    return block.ordinal, anchor.start_offset, anchor.end_offset, anchor.quote


@pytest.mark.parametrize(
    ("passage", "expected", "why"),
    [
        (quoting("cures everything"), (1, 28, 44, "cures everything"), "words that stand once"),
        (quoting("A pill against"), (0, 0, 14, "A pill against"), "the title is a block"),
        (quoting("cures", ordinal=1, prefix="it "), (1, 28, 33, "cures"), "told apart by what stands before"),
        (quoting("cures", suffix=" everything"), (1, 28, 33, "cures"), "and by what stands after"),
        (quoting("cures migraine", ordinal=2), (2, 40, 54, "cures migraine"), "told apart by the paragraph"),
        (quoting('"Cures" are'), (2, 0, 11, "“Cures” are"), "typography aside"),
        (quoting("e\u0301tude"), (2, 18, 23, "étude"), "in whatever form"),
        (at(1, 45, 46), (1, 45, 46, "😀"), "offsets count code points"),
        (at(1, 28, 44, "cures everything"), (1, 28, 44, "cures everything"), "offsets and the words as a check"),
        (at(2, 38, 39, "💊"), (2, 38, 39, "💊"), "beyond the basic plane"),
    ],
)
def test_a_passage_is_found(stage, passage, expected, why):
    assert located(*stage, passage) == expected, why


@pytest.mark.parametrize(
    ("passage", "error", "expected", "why"),
    [
        (quoting("cures nothing"), QuoteNotFound, {"field": "passage.quote"}, "words that do not stand there"),
        (quoting("costs", ordinal=1), QuoteNotFound, {"field": "passage.quote"}, "nor in this paragraph"),
        (quoting("cures", prefix="never "), QuoteNotFound, {"field": "passage.quote"}, "nor in these surroundings"),
        (quoting("  "), InvalidInput, {"field": "passage.quote"}, "no words"),
        (quoting("cures migraine"), QuoteAmbiguous, {"field": "passage.quote", "total": 2}, "in two paragraphs"),
        (quoting("cures", ordinal=1), QuoteAmbiguous, {"field": "passage.quote", "total": 2}, "twice in one"),
        (quoting("cures", ordinal=9), InvalidInput, {"field": "passage.ordinal"}, "no such paragraph"),
        (at(9, 0, 1), InvalidInput, {"field": "passage.ordinal"}, "no such paragraph"),
        (at(None, 0, 1), InvalidInput, {"field": "passage.ordinal"}, "offsets in no paragraph"),
        (Passage(ordinal=1), InvalidInput, {"field": "passage.quote"}, "neither words nor offsets"),
        (Passage(), InvalidInput, {"field": "passage.quote"}, "nothing at all"),
        (at(1, 28, 33, "heals"), QuoteMismatch, {"field": "passage.quote", "found": "cures"}, "other words"),
        (Passage(1, revision=2), InvalidInput, {"field": "passage.revision", "revision": 1}, "of another text"),
        (at(1, 0, 999), InvalidInput, {"field": "passage.end"}, "past the end"),
        (at(1, -1, 3), InvalidInput, {"field": "passage.start"}, "before the beginning"),
        (at(1, 5, 5), InvalidInput, {"field": "passage.end"}, "an empty range"),
        (at(1, 3, 4), InvalidInput, {"field": "passage.end"}, "a blank range"),
        (at(2, 38, 40, "💊"), QuoteMismatch, {"found": "💊 "}, "offsets counted in UTF-16"),
    ],
)
def test_a_passage_that_cannot_be_located(stage, passage, error, expected, why):
    room, article, claim = stage
    with room.refuses(error, **expected) as session:
        propose_annotation(session, session.get_one(Article, article), passage, note_content(claim), **room.by("ann"))


def test_an_ambiguous_quote_lists_where_it_stands(stage):
    room, article, claim = stage
    with pytest.raises(QuoteAmbiguous) as caught, room.work() as session:
        propose_annotation(
            session, session.get_one(Article, article), quoting("cures migraine"), note_content(claim), **room.by("ann")
        )
    first, second = caught.value.context["candidates"]
    assert (first["ordinal"], first["start"], second["ordinal"], second["start"]) == (1, 9, 2, 40)
    # Each candidate is a selector that finds its place.
    for candidate in (first, second):
        passage = quoting(candidate["quote"], prefix=candidate["prefix"], suffix=candidate["suffix"])
        ordinal, start, *_ = located(room, article, claim, passage)
        assert (ordinal, start) == (candidate["ordinal"], candidate["start"])


@pytest.mark.parametrize(
    ("changes", "field", "why"),
    [
        ({"categories": ()}, "categories", "none"),
        ({"categories": (Category.OUTDATED, Category.OUTDATED)}, "categories", "one twice"),
        ({"categories": (Category.FAIR_STATEMENT, Category.OUTDATED), "severity": None}, "categories", "fair or not"),
        ({"severity": None}, "severity", "a fault has a severity"),
        ({"severity": 0}, "severity", "out of range"),
        ({"severity": 4}, "severity", "out of range"),
        ({"categories": (Category.FAIR_STATEMENT,), "severity": 1}, "severity", "a fair statement has none"),
        ({"note": " "}, "note", "a blank note"),
        ({"note": "x" * 5_001}, "note", "too long"),
        ({"note": "\x00"}, "note", "what cannot be stored"),
    ],
)
def test_what_cannot_be_said_of_a_passage(stage, changes, field, why):
    room, article, claim = stage
    with room.refuses(InvalidText if field == "note" else InvalidInput, field=field) as session:
        article_row = session.get_one(Article, article)
        content = note_content(claim, **changes)
        propose_annotation(session, article_row, quoting("everything"), content, **room.by("ann"))


def test_a_claim_that_does_not_exist_cannot_be_made(stage):
    room, article, claim = stage
    content = note_content(new_id())
    with room.refuses(InvalidInput, field="claim") as session:
        propose_annotation(session, session.get_one(Article, article), quoting("more"), content, **room.by("ann"))
    note = room.note(article, claim, quoting("more"), published=False)
    room.refuse(
        InvalidInput, revise_annotation, Annotation, note, quoting("more"), content, expected={"field": "claim"}
    )


def test_categories_keep_the_editors_order(stage):
    room, article, claim = stage
    wanted = (Category.WEAK_EVIDENCE, Category.CURE_CLAIM, Category.OUTDATED)
    note = room.note(article, claim, quoting("more"), categories=wanted, published=False)
    with room.look() as session:
        (version,) = room.versions(AnnotationVersion, note)
        found = select(AnnotationCategory.category).where(AnnotationCategory.version_id == version.id)
        assert tuple(session.scalars(found.order_by(AnnotationCategory.position))) == wanted


@pytest.mark.parametrize(
    ("verdict", "stance", "changes", "fits"),
    [
        (Verdict.SUPPORTED, Stance.SUPPORTS, {"categories": (Category.FAIR_STATEMENT,), "severity": None}, True),
        (Verdict.SUPPORTED, Stance.SUPPORTS, {"categories": (Category.UNDERSTATEMENT,)}, True),
        (Verdict.SUPPORTED, Stance.SUPPORTS, {"categories": (Category.CURE_CLAIM,)}, False),
        (Verdict.OVERSTATED, Stance.QUALIFIES, {"categories": (Category.FAIR_STATEMENT,), "severity": None}, False),
        (Verdict.OVERSTATED, Stance.QUALIFIES, {"categories": (Category.CURE_CLAIM,)}, True),
    ],
)
def test_a_note_is_published_with_a_claim_that_fits_it(stage, verdict, stance, changes, fits):
    room, article, _ = stage
    claim = room.claim(None, (room.source(), stance), verdict=verdict)
    note = room.note(article, claim, quoting("everything"), published=False, **changes)
    room.do(submit, Annotation, note)
    if fits:
        room.do(approve, Annotation, note, by="bob")
    else:
        expected = {"rule": "fitting_categories", "field": "categories"}
        room.refuse(NotPublishable, approve, Annotation, note, by="bob", expected=expected)


def test_a_note_needs_a_claim_that_is_published(stage):
    room, article, _ = stage
    claim = room.claim(published=False)
    note = room.note(article, claim, quoting("everything"), published=False)
    room.do(submit, Annotation, note)
    room.refuse(NotPublishable, approve, Annotation, note, by="bob", expected={"rule": "published_claim"})
    room.publish(Claim, claim)
    room.do(approve, Annotation, note, by="bob")


def test_a_note_needs_a_claim_that_still_rests_on_something(shared_room):
    room = shared_room
    source = room.source()
    claim = room.claim(None, (source, Stance.QUALIFIES))
    note = room.note(room.article(), claim, published=False)
    room.do(submit, Annotation, note)
    room.do(revise_evidence, Evidence, source, source_content(room.unused("trial"), status=EvidenceStatus.RETRACTED))
    room.publish(Evidence, source)
    room.refuse(NotPublishable, approve, Annotation, note, by="bob", expected={"rule": "fitting_evidence"})


def test_nothing_is_said_of_a_withdrawn_article(shared_room):
    room = shared_room
    article, claim = room.article(), room.claim()
    note = room.note(article, claim)
    waiting = room.note(article, claim, published=False)
    room.do(submit, Annotation, waiting)
    room.do(request_withdrawal, Article, article, reason="A mistake.")
    room.do(confirm_withdrawal, Article, article, by="bob")
    content = note_content(claim)
    with room.refuses(TransitionNotAllowed, state="withdrawn") as session:
        propose_annotation(
            session, session.get_one(Article, article), quoting("costs little"), content, **room.by("ann")
        )
    room.refuse(TransitionNotAllowed, revise_annotation, Annotation, note, quoting("costs little"), content)
    room.refuse(NotPublishable, approve, Annotation, waiting, by="bob", expected={"rule": "public_article"})


def test_a_note_whose_words_stand_elsewhere_by_now_is_not_published(room):
    """Re-importing belongs to a later service; the rule must hold for what it leaves behind."""
    article, claim = room.article(), room.claim()
    note = room.note(article, claim, published=False)
    room.do(submit, Annotation, note)
    with room.work() as session:
        found = session.get_one(Article, article)
        (old,) = session.scalars(select(Revision).where(Revision.article_id == article)).all()
        values = {column.name: getattr(old, column.name) for column in Revision.__table__.columns}
        session.add(Revision(**values | {"id": new_id(), "number": 2, "valid_from": None}))
        found.revision_number = 2
    expected = {"rule": "quote_in_text", "field": "quote"}
    room.refuse(NotPublishable, approve, Annotation, note, by="bob", expected=expected)
