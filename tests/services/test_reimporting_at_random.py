"""Whatever becomes of a text, no note stands on words other than those that were marked, and none is lost sight of."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from annotations.anchoring.text import fold
from annotations.errors import NotPublishable
from annotations.queries.articles import get_article
from annotations.services.reconfirming import reconfirm_annotation
from annotations.store.articles import Article, Block, Revision
from annotations.store.notes import Anchor, Annotation, AnnotationVersion, PendingNotice
from tests.services.newsroom import at
from tests.services.reimports import TITLE, anchor_of, paragraphs, reimport, the_rules_hold

pytestmark = pytest.mark.slow

WORDS = (
    *(["the", "pill", "cures", "migraine", "and", "may", "help", "many", "people", "who", "sleep", "badly;"]),
    *(["it", "costs", "5%", "of", "“nothing”,", "doctors", "say"]),
)
EXAMPLES = {"sqlite": 30, "postgresql": 5}
TEXTS, NOTES = 4, 4


def sentence(dice: Random) -> str:
    return " ".join(dice.choice(WORDS) for _ in range(dice.randint(4, 12))).capitalize() + "."


def a_text(dice: Random) -> list[str]:
    return [" ".join(sentence(dice) for _ in range(dice.randint(1, 3))) for _ in range(dice.randint(2, 6))]


def reword(dice: Random, text: list[str]) -> None:
    """A word more, less, or another."""
    place = dice.randrange(len(text))
    words = text[place].split(" ")
    where, kind = dice.randrange(len(words)), dice.choice(["more", "less", "other"])
    words[where : where + (kind != "more")] = [] if kind == "less" else [dice.choice(WORDS)]
    text[place] = " ".join(words) or sentence(dice)


def retype(dice: Random, text: list[str]) -> None:
    """Other typography."""
    place = dice.randrange(len(text))
    text[place] = text[place].translate(
        str.maketrans({"“": '"', "”": '"', " ": "\u00a0" if dice.random() < 0.5 else " "})
    )


def drop(dice: Random, text: list[str]) -> None:
    """A paragraph less."""
    if len(text) > 1:
        del text[dice.randrange(len(text))]


def add(dice: Random, text: list[str]) -> None:
    """A paragraph more, perhaps one that is there already."""
    text.insert(dice.randrange(len(text) + 1), dice.choice([sentence(dice), dice.choice(text)]))


def move(dice: Random, text: list[str]) -> None:
    """A paragraph elsewhere."""
    paragraph = text.pop(dice.randrange(len(text)))
    text.insert(dice.randrange(len(text) + 1), paragraph)


def join(dice: Random, text: list[str]) -> None:
    """Two paragraphs in one."""
    if len(text) > 1:
        place = dice.randrange(len(text) - 1)
        text[place : place + 2] = [" ".join(text[place : place + 2])]


def split(dice: Random, text: list[str]) -> None:
    """One paragraph in two."""
    place = dice.randrange(len(text))
    words = text[place].split(" ")
    if len(words) > 1:
        where = dice.randrange(1, len(words))
        text[place : place + 1] = [" ".join(words[:where]), " ".join(words[where:])]


EDITS = (reword, reword, reword, retype, drop, add, move, join, split)


def marked(room, article, claim, dice, text):
    """Notes on words of the text, wherever they stand in it."""
    notes = []
    for _ in range(NOTES):
        ordinal = dice.randrange(len(text))
        words = text[ordinal].split(" ")
        first = dice.randrange(len(words))
        last = min(len(words), first + dice.randint(1, 5))
        start = len(" ".join([*words[:first], ""]))
        end = start + len(" ".join(words[first:last]))
        notes.append(room.note(article, claim, at(ordinal + 1, start, end)))
    return notes


def check(room, slug, article, *, is_new):
    """What readers see of the article, and where each annotation stands, against what was marked."""
    with room.look() as session:
        view = get_article(session, slug)
        found = session.get_one(Article, article)
        rows = session.execute(
            select(Annotation, AnnotationVersion.quote, Anchor, Block.text, PendingNotice)
            .join(AnnotationVersion, AnnotationVersion.annotation_id == Annotation.id)
            .join(Anchor, Anchor.version_id == AnnotationVersion.id)
            .join(Revision, Revision.id == Anchor.revision_id)
            .outerjoin(Block, (Block.revision_id == Revision.id) & (Block.paragraph_id == Anchor.paragraph_id))
            .outerjoin(
                PendingNotice,
                (PendingNotice.annotation_id == Annotation.id) & PendingNotice.closed_at.is_(None),
            )
            .where(Annotation.article_id == article, Revision.number == found.revision_number)
        ).all()
    shown = {note.id: (note, paragraph) for paragraph in view.paragraphs for note in paragraph.annotations}
    pending = {notice.annotation_id for paragraph in view.paragraphs for notice in paragraph.pending}
    pending |= {notice.annotation_id for notice in view.pending}
    assert len(rows) == NOTES
    # Each is shown or has a notice in its place, and never both.
    assert (shown.keys() | pending, shown.keys() & pending) == ({row[0].id for row in rows}, set())
    for annotation, quote, anchor, text, notice in rows:
        held = anchor.state in {"exact", "moved"}
        assert anchor.paragraph_id is None or text[anchor.start_offset : anchor.end_offset] == anchor.quote
        assert held == (anchor.paragraph_id is not None and same(anchor.quote, quote))
        assert held or notice is not None
        assert (annotation.id in pending) == (notice is not None)
        # An editor may have looked at the text that is there already.
        assert annotation.needs_recheck or not ((anchor.context_changed and is_new) or notice)
        if annotation.id in shown:
            note, paragraph = shown[annotation.id]
            assert note.quote == paragraph.text[note.start : note.end]
            assert same(note.quote, quote)


def same(one, other):
    return fold(one).text.strip() == fold(other).text.strip()


@pytest.fixture(scope="module")
def stage(shared_room):
    yield shared_room, shared_room.claim()
    the_rules_hold(shared_room)


def test_no_note_stands_on_other_words_and_none_is_lost(stage, backend):
    room, claim = stage

    @settings(max_examples=EXAMPLES[backend], deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(seed=st.integers(0, 2**32))
    def history(seed):
        dice, slug = Random(seed), room.unused("article")
        text = a_text(dice)
        article = room.article(slug, *text)
        notes, former = marked(room, article, claim, dice, text), [list(text)]
        for _ in range(TEXTS):
            if dice.random() < 0.2:
                text = list(dice.choice(former))
            for _ in range(dice.randint(1, 4)):
                dice.choice(EDITS)(dice, text)
            former.append(list(text))
            found = reimport(room, article, *text, title=dice.choice([TITLE, "Another title"]))
            check(room, slug, article, is_new=found.plan is not None)
            look_at_one(room, dice.choice(notes))
        # And the first text again.
        found = reimport(room, article, *former[0])
        check(room, slug, article, is_new=found.plan is not None)
        there = set(paragraphs(room, article).values())
        assert all(anchor_of(room, note).paragraph_id in {None, *there} for note in notes)

    history()


def look_at_one(room, note):
    """An editor lets an annotation stand, where that can be."""
    with room.look() as session:
        if not session.get_one(Annotation, note).needs_recheck:
            return
    held = anchor_of(room, note).state in {"exact", "moved"}
    try:
        room.do(reconfirm_annotation, Annotation, note, reason="It stands.")
    except NotPublishable:
        assert not held
    else:
        assert held
