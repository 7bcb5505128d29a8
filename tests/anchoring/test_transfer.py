"""Spans follow their words from an old text to a new one, or are orphaned rather than put on others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.anchoring.transfer import ORPHANED, BlockSpan, carry, carry_blocks, find_again
from annotations.vocabulary import AnchorState

OLD = (
    "A new hope for people with MS\n\n"
    "Stem cell therapy cures multiple sclerosis in many patients. It has been used for twenty years in Mexico."
    "\n\n"
    "Clinical trials have shown encouraging results, with reduced relapse rates. Doctors remain careful."
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
        ("cures multiple sclerosis", "many patients", "few patients", "exact", "cures multiple sclerosis", "nearby"),
        ("cures multiple sclerosis", "A new hope", "Is there a new hope", "exact", "cures multiple sclerosis", "title"),
        ("cures", "cures", "may help", "changed", "may help", "a note on cures must not sit unseen on may help"),
        ("cures multiple sclerosis", "sclerosis in", "sclerosis, in", "exact", "cures multiple sclerosis", "a comma"),
        (
            "reduced relapse rates",
            "relapse rates",
            "relapse\u00a0rates",
            "exact",
            "reduced relapse\u00a0rates",
            "a space",
        ),
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


texts = st.lists(st.sampled_from(["a", "b", "c", "d", "e", "f.", "g,", "h\n\n", "i\u2019s"]), max_size=60).map(" ".join)


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


BACK = "Stem cells rebuild what the immune system destroyed"


@pytest.mark.parametrize(
    ("quote", "prefix", "suffix", "old", "new", "found", "why"),
    [
        (f"{BACK}.", "", "", ["One."], ["One.", f"Again: {BACK}."], (1, 7), "long enough to be told from others"),
        (f"{BACK}’s", "", "", ["One."], [f"{BACK}'s"], (0, 0), "typography aside"),
        (f"{BACK}.", "", "", ["One."], [f"{BACK}. {BACK}."], None, "it stands there twice"),
        (f"{BACK}.", "", "", [f"{BACK}."], [f"{BACK}."], None, "it stood there before: another passage"),
        (f"{BACK}.", "", "", [f"{BACK}."], [f"{BACK}.", f"{BACK}."], (1, 0), "one stood there before, one is new"),
        (f"{BACK}.", "", "", ["One."], [BACK.replace("rebuild", "mend")], None, "other words"),
        ("It cures", "we found. ", " headaches", ["One."], ["So it cures."], None, "short, other words around"),
        ("It cures", "that we found. ", " most", ["One."], ["This is what we found. It cures."], (0, 23), "before"),
        ("It cures", "", " headaches", ["One."], ["It cures headaches."], (0, 0), "began its paragraph and does again"),
        ("It cures", "", "", ["One."], ["It cures"], (0, 0), "the whole paragraph"),
        ("It cures", "", "", ["One."], ["It cures nothing"], None, "no longer the whole paragraph"),
        ("", "a", "b", ["One."], ["One."], None, "no words"),
    ],
)  # fmt: skip
def test_words_that_a_later_revision_brings_back_are_found_in_new_text_only(
    quote, prefix, suffix, old, new, found, why
):
    span = find_again(quote, prefix, suffix, old, new)
    assert (span and (span.block, span.start)) == found, why


@pytest.mark.parametrize(
    ("old", "new", "quote", "state", "now", "why"),
    [
        (
            ["We list what it does.", "Stem cell therapy cures pain.", "That is all."],
            ["We list what it does.", "Stem cell therapy mends.", "Stem cell therapy cures mice.", "That is all."],
            "Stem cell therapy cures",
            "exact",
            "Stem cell therapy cures",
            "an item put before it begins with the same words",
        ),
        (["We asked. It is not. It is a cure."], ["We asked. It is a cure."], "It is a cure", "exact", "It is a cure",
         "a sentence removed before it began with the same words"),
        (["It cures pain."], ["It cures pain ."], "cures pain.", "changed", "cures pain .", "a space more"),
        (["It cures pain."], ["It Cures pain."], "cures pain", "changed", "Cures pain", "case is no typography"),
        (["It cures pain."], ["It cures pain."], "ures pai", "exact", "ures pai", "a span may begin within a word"),
        (["它治疗头痛。我们说。"], ["我们说。它治疗头痛。"], "治疗头痛", "exact", "治疗头痛", "no spaces"),
        (["Das ist Heil\u00adung."], ["Das ist Heilung."], "Heil\u00adung", "exact", "Heilung", "a soft hyphen"),
        (["यह रोग ठीक करता है।"], ["नया। यह रोग ठीक करता है।"], "ठीक करता", "exact", "ठीक करता", "vowel signs"),
    ],
)  # fmt: skip
def test_a_span_in_blocks_follows_its_words(old, new, quote, state, now, why):
    block = next(block for block, text in enumerate(old) if quote in text)
    start = old[block].index(quote)
    (anchor,) = carry_blocks(old, new, [BlockSpan(block, start, start + len(quote))]).anchors
    assert (anchor.state, new[anchor.block][anchor.start : anchor.end]) == (state, now), why


def test_a_span_across_a_blank_line_is_cut_to_the_block_that_holds_most_of_it():
    start = OLD.index("with MS")
    (result,) = carry(OLD, OLD, [(start, OLD.index(" cell"))])
    assert (result.state, OLD[result.start : result.end]) == (AnchorState.EXACT, "with MS")
