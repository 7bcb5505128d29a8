"""A paragraph keeps its id as far as a reader would say that it is the same paragraph."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.anchoring.transfer import BlockSpan, carry_blocks
from annotations.vocabulary import AnchorState, BlockKind

TITLE = "A new hope for people with MS"
INTRO = "Stem cell therapy cures multiple sclerosis in many patients. It has been used for twenty years in Mexico."
TRIALS = "Clinical trials have shown encouraging results, with reduced relapse rates. Doctors remain careful."
RISKS = "Side effects include infections and, rarely, death."
ASK = "Ask your doctor before you start."
ITEMS = ["Fatigue", "Pain", "Numbness", "Poor sleep"]


@pytest.mark.parametrize(
    ("old", "new", "pairs", "why"),
    [
        ([TITLE, INTRO, TRIALS], [TITLE, INTRO, TRIALS], [0, 1, 2], "nothing changed"),
        ([TITLE, INTRO], [TITLE, INTRO.replace("cures", "may help"), TRIALS], [0, 1, None], "an edit and an addition"),
        ([TITLE, INTRO, TRIALS], [TITLE, TRIALS], [0, 2], "a paragraph removed"),
        ([INTRO, TRIALS, RISKS], [TRIALS, RISKS, INTRO], [1, 2, 0], "a paragraph moved"),
        ([INTRO, TRIALS, RISKS, ASK], [ASK, RISKS, TRIALS, INTRO], [3, 2, 1, 0], "the order turned round"),
        ([TITLE, INTRO, ASK], [TITLE, INTRO, INTRO, ASK], [0, 1, None, 2], "the first of two copies is the paragraph"),
        (
            [TITLE, INTRO, ASK],
            [TITLE, *INTRO.split(". ", 1), ASK],
            [0, 1, None, 2],
            "the larger part of a split keeps the id",
        ),
        (
            [TITLE, "It helps. " + INTRO, ASK],
            [TITLE, "It helps.", INTRO, ASK],
            [0, None, 1, 2],
            "the larger part, even where it comes second",
        ),
        ([TITLE, RISKS, INTRO, ASK], [TITLE, f"{RISKS} {INTRO}", ASK], [0, 2, 3], "a merge keeps the larger part"),
        (
            [TRIALS, ASK],
            [TRIALS.split(". ")[1], f"{ASK} {TRIALS.split('. ')[0]}."],
            [0, 1],
            "a sentence went over to the next paragraph; both stay what they are",
        ),
        (["What it costs", INTRO], ["Prices", INTRO], [0, 1], "a heading reworded in its place"),
        ([TITLE, INTRO, ASK], [TITLE, "The clinic has closed for good after the authorities stepped in", ASK],
         [0, None, 2], "other words in the place of a long paragraph are another paragraph"),
        (ITEMS, ["Fatigue", "Pain", "Tingling", "Poor sleep"], [0, 1, 2, 3], "an item of a list replaced in its place"),
        (ITEMS, ["Pain", "Fatigue", "Numbness", "Poor sleep"], [1, 0, 2, 3], "items of a list swapped"),
        (ITEMS, ["Fatigue", "Poor sleep"], [0, 3], "items of a list removed"),
        (["Yes", INTRO, "Yes", ASK, "Yes"], ["Yes", ASK, "Yes", INTRO, "Yes"], None, "repeated blocks pair in order"),
        ([INTRO], [], [], "everything is gone"),
        ([], [INTRO], [None], "there was nothing"),
        (["", INTRO], [INTRO, ""], [1, 0], "a block without words is the same block without words"),
    ],
)  # fmt: skip
def test_a_new_block_is_the_old_one_that_a_reader_would_name(old, new, pairs, why):
    found = carry_blocks(old, new, []).pairs
    if pairs is None:
        kept = [here for here, text in zip(found, new, strict=True) if text == "Yes" and here is not None]
        assert kept == sorted(kept), why
        assert len(kept) == 3, why
    else:
        assert found == pairs, why


def test_a_title_pairs_only_with_a_title():
    kinds = [BlockKind.TITLE, BlockKind.PARAGRAPH]
    swapped = carry_blocks([TITLE, INTRO], [INTRO, TITLE], [], kinds, kinds)
    assert swapped.pairs == [0, None]
    without = carry_blocks([TITLE, INTRO], [TITLE, INTRO], [], kinds, [BlockKind.HEADING, BlockKind.PARAGRAPH])
    assert without.pairs == [None, 1]


def test_the_words_of_a_title_that_became_a_paragraph_moved():
    kinds = [BlockKind.TITLE, BlockKind.PARAGRAPH]
    (anchor,) = carry_blocks([TITLE, INTRO], [INTRO, TITLE], [BlockSpan(0, 2, 10)], kinds, kinds).anchors
    assert (anchor.state, anchor.block, anchor.start, anchor.end) == (AnchorState.MOVED, 1, 2, 10)


def test_the_part_of_a_merge_that_lost_its_id_carries_its_spans_along():
    merged = carry_blocks([RISKS, INTRO], [f"{RISKS} {INTRO}"], [BlockSpan(0, 0, 12), BlockSpan(1, 0, 17)])
    assert [(anchor.state.value, anchor.block, anchor.start) for anchor in merged.anchors] == [
        ("moved", 0, 0),
        ("exact", 0, len(RISKS) + 1),
    ]


def test_a_span_cut_in_two_by_a_new_paragraph_is_changed_on_its_larger_part():
    first, second = INTRO.split(". ", 1)
    quote = "in many patients. It has"
    span = BlockSpan(0, INTRO.index(quote), INTRO.index(quote) + len(quote))
    (anchor,) = carry_blocks([INTRO], [f"{first}.", second], [span]).anchors
    assert (anchor.state, anchor.block) == (AnchorState.CHANGED, 0)
    assert f"{first}."[anchor.start : anchor.end] == "in many patients."


blocks = st.lists(st.sampled_from([TITLE, INTRO, TRIALS, RISKS, ASK, *ITEMS, "", "It.", "a b", "b a"]), max_size=8)


@given(old=blocks, new=blocks)
def test_no_old_block_is_two_new_ones_and_identical_ones_are_never_both_left(old, new):
    pairs = carry_blocks(old, new, []).pairs
    assert len(pairs) == len(new)
    taken = [here for here in pairs if here is not None]
    assert len(set(taken)) == len(taken)
    left = {text for here, text in enumerate(old) if here not in taken}
    assert left.isdisjoint(text for there, text in enumerate(new) if pairs[there] is None)


@given(text=blocks)
def test_every_block_of_the_same_text_is_itself(text):
    assert carry_blocks(text, text, []).pairs == list(range(len(text)))


@given(text=st.lists(st.sampled_from([TITLE, INTRO, TRIALS, RISKS, ASK, *ITEMS]), unique=True), data=st.data())
def test_distinct_blocks_in_any_order_are_themselves(text, data):
    order = data.draw(st.permutations(range(len(text))))
    assert carry_blocks(text, [text[place] for place in order], []).pairs == list(order)
