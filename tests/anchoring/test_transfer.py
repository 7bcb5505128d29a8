"""Spans follow their words from an old text to a new one, or are orphaned rather than put on others."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.anchoring.transfer import ORPHANED, carry
from annotations.vocabulary import AnchorState

OLD = (
    "A new hope for people with MS\n\n"
    "Stem cell therapy cures multiple sclerosis in many patients. It has been used for twenty years in several countries."
    "\n\n"
    "Clinical trials have shown encouraging results, with reduced relapse rates. Doctors remain careful about the risks."
    "\n\n"
    "Ask your doctor before you start."
)
SENTENCE = "Clinical trials have shown encouraging results, with reduced relapse rates."


def carried(new: str, quote: str, old: str = OLD):
    start = old.index(quote)
    (result,) = carry(old, new, [(start, start + len(quote))])
    return result, new[result.start : result.end]


@pytest.mark.parametrize(
    ("quote", "before", "after", "state", "now", "why"),
    [
        ("cures multiple sclerosis", "", "", "exact", "cures multiple sclerosis", "nothing changed"),
        ("cures multiple sclerosis", "many patients", "a few patients", "exact", "cures multiple sclerosis", "words near"),
        ("cures multiple sclerosis", "A new hope", "Is there a new hope", "exact", "cures multiple sclerosis", "title"),
        ("cures", "cures", "may help", "changed", "may help", "a note on cures must not sit unseen on may help"),
        ("cures multiple sclerosis", "sclerosis in", "sclerosis, in", "exact", "cures multiple sclerosis", "a comma"),
        ("reduced relapse rates", "relapse rates", "relapse\u00a0rates", "exact", "reduced relapse\u00a0rates", "typography"),
        ("twenty years", "twenty", "twnety", "changed", "twnety years", "a typing error"),
        (
            "encouraging results",
            "encouraging results",
            "encouraging early results",
            "changed",
            "encouraging early results",
            "a hedge within",
        ),
        (SENTENCE, SENTENCE, "", "orphaned", "", "the sentence is gone"),
        ("reduced relapse rates", SENTENCE, "Nothing is known.", "orphaned", "", "another sentence in its place"),
        ("Ask your doctor", "Ask your doctor before you start.", "", "orphaned", "", "the paragraph is gone"),
    ],
)
def test_a_span_follows_its_words(quote, before, after, state, now, why):
    new = OLD.replace(before, after) if before else OLD
    result, words = carried(new, quote)
    assert (result.state, words) == (state, now), why


def test_a_sentence_that_turned_around_the_same_words_is_flagged():
    new = OLD.replace("Stem cell therapy cures", "It is not true that stem cell therapy cures")
    result, words = carried(new, "cures multiple sclerosis")
    assert (result.state, words, result.context_changed) == (AnchorState.EXACT, "cures multiple sclerosis", True)
    assert not carried(OLD, "cures multiple sclerosis")[0].context_changed


def test_a_paragraph_that_moved_keeps_its_notes():
    blocks = OLD.split("\n\n")
    new = "\n\n".join([blocks[0], blocks[2], blocks[3], blocks[1]])
    result, words = carried(new, "cures multiple sclerosis")
    assert (result.state, words) == (AnchorState.EXACT, "cures multiple sclerosis")


def test_a_sentence_that_moved_to_another_paragraph_is_moved():
    new = OLD.replace(f"{SENTENCE} ", "").replace("before you start.", f"before you start. {SENTENCE}")
    result, words = carried(new, "encouraging results")
    assert (result.state, words) == (AnchorState.MOVED, "encouraging results")


def test_a_look_alike_that_stood_there_before_is_another_passage():
    old = "It cures headaches, say friends.\n\nIn our trial it cures headaches, we found."
    new = "It cures headaches, say friends."
    assert carry(old, new, [(old.rindex("cures headaches"), old.rindex("cures headaches") + 15)]) == [ORPHANED]


def test_a_look_alike_added_before_does_not_draw_the_span():
    new = OLD.replace("A new hope", "It cures multiple sclerosis, they say\n\nA new hope")
    result, _ = carried(new, "cures multiple sclerosis")
    assert result.start == new.rindex("cures multiple sclerosis")


def test_texts_without_words():
    assert carry("", "", []) == []
    assert carry("one two", "", [(0, 3)]) == [ORPHANED]
    assert carry(" \n\n ", "one", [(0, 1)]) == [ORPHANED]


texts = st.lists(st.sampled_from("a b c d e f. g, h\n\n i\u2019s".split(" ")), max_size=60).map(" ".join)


@given(old=texts, new=texts, data=st.data())
def test_a_span_is_never_reported_as_kept_on_other_words(old, new, data):
    start = data.draw(st.integers(0, len(old)))
    end = data.draw(st.integers(start, len(old)))
    (result,) = carry(old, new, [(start, end)])
    assert 0 <= result.start <= result.end <= len(new)
    assert (result == ORPHANED) == (result.state == AnchorState.ORPHANED)
    if result.state in {AnchorState.EXACT, AnchorState.MOVED}:
        assert plain(new[result.start : result.end]) in plain(old)


def plain(text: str) -> str:
    return "".join(text.replace("\u2019", "'").split())


@given(text=texts, data=st.data())
def test_nothing_moves_where_nothing_changed(text, data):
    words = [(match, match + 1) for match in range(len(text)) if text[match].isalpha()]
    for result, (start, end) in zip(carry(text, text, words), words, strict=True):
        assert result.state == AnchorState.EXACT
        assert result.start <= start
        assert end <= result.end


def test_a_long_article_does_not_take_long():
    words = random.Random(1).choices([f"word{number}" for number in range(5_000)], k=160_000)
    old = " ".join(words)
    new = " ".join(word if position % 23 else word[::-1] for position, word in enumerate(words))
    assert len(old) > 1_000_000
    begun = time.perf_counter()
    carry(old, new, [(position, position + 60) for position in range(0, 900_000, 9_000)])
    # Two seconds are asked for on a quiet machine; this only tells that it is no worse than linear.
    assert time.perf_counter() - begun < 20
