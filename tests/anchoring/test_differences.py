"""Differences between two texts, as a person would be shown them."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.anchoring.differences import DifferenceOp, kept_in_order, word_diff

EQUAL, DELETED, INSERTED = DifferenceOp.EQUAL, DifferenceOp.DELETED, DifferenceOp.INSERTED
LONG = 20_000
PIECES = st.sampled_from(
    [
        "cures",
        "may",
        "help",
        "migraine",
        " ",
        "  ",
        "\n",
        ",",
        ".",
        "…",
        "病",
        "気",
        "é",
        "e\u0301",
        "👩‍🔬",
        "\u00ad",
        "-",
        "10",
    ]
)
TEXTS = st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=60)


@pytest.mark.parametrize(
    ("old", "new", "shown", "reason"),
    [
        ("", "", [], "nothing becomes nothing"),
        ("It cures.", "It cures.", [(EQUAL, "It cures.")], "what is the same is one run"),
        ("", "It cures.", [(INSERTED, "It cures.")], "all is new"),
        ("It cures.", "", [(DELETED, "It cures.")], "all is gone"),
        (
            "The pill cures migraine.",
            "The pill may help migraine.",
            [(EQUAL, "The pill "), (DELETED, "cures"), (INSERTED, "may help"), (EQUAL, " migraine.")],
            "a word for another",
        ),
        (
            "one two six",
            "ten elf six",
            [(DELETED, "one two"), (INSERTED, "ten elf"), (EQUAL, " six")],
            "the space between two changes belongs to both",
        ),
        (
            "It does cure.",
            "It does not cure.",
            [(EQUAL, "It does "), (INSERTED, "not "), (EQUAL, "cure.")],
            "a word more",
        ),
        ("cure", "cured", [(DELETED, "cure"), (INSERTED, "cured")], "no word is cut"),
        (
            "病気",
            "病人",
            [(EQUAL, "病"), (DELETED, "気"), (INSERTED, "人")],
            "without spaces, each character is a word",
        ),
    ],
)
def test_differences_are_shown_by_words(old, new, shown, reason):
    assert word_diff(old, new) == shown, reason


@given(old=TEXTS, new=TEXTS)
def test_the_segments_joined_are_both_texts(old, new):
    segments = word_diff(old, new)
    assert "".join(text for op, text in segments if op != INSERTED) == old
    assert "".join(text for op, text in segments if op != DELETED) == new
    assert all(text for _, text in segments)


@given(old=TEXTS, new=TEXTS)
def test_every_change_is_one_deletion_and_one_insertion_at_most(old, new):
    ops = [op for op, _ in word_diff(old, new)]
    assert all(
        pair not in {(EQUAL, EQUAL), (DELETED, DELETED), (INSERTED, INSERTED), (INSERTED, DELETED)}
        for pair in pairwise(ops)
    )


@pytest.mark.parametrize(
    ("old", "new", "kept"),
    [
        ("abc", "abc", "abc"),
        ("abcd", "bcda", "bcd"),
        ("abc", "axbyc", "abc"),
        ("ab", "cd", ""),
        ("", "a", ""),
    ],
)
def test_as_much_as_can_be_is_kept_in_order(old, new, kept):
    assert kept_in_order(old, new) == set(kept)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a b " * (LONG // 4), "b a " * (LONG // 4)),
        (". " * (LONG // 2), ".," * (LONG // 2)),
        ("病" * LONG, "気病" * (LONG // 2)),
        ("".join(f"w{n} " for n in range(LONG // 6)), "".join(f"v{n} " for n in range(LONG // 6))),
        ("a" * LONG, "a" * (LONG - 1)),
    ],
    ids=["swapped", "marks", "no spaces", "all other words", "one word"],
)
def test_the_longest_paragraphs_take_a_moment(old, new):
    begin = time.process_time()
    segments = word_diff(old, new)
    assert time.process_time() - begin < 2
    assert "".join(text for op, text in segments if op != INSERTED) == old
