"""Snippets: verbatim, no longer than asked for, and where the words are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.search.snippet import SNIPPET_LENGTH, make_snippet
from annotations.search.terms import terms_of
from tests.search.timing import assert_linear

WORDS = st.lists(
    st.sampled_from(["stem", "cells", "cure", "Ménière’s", "日本語", "a", "x" * 70, "—", "𠀀", "\n"]), max_size=120
).map(" ".join)


def shown(text: str, query: str, length: int = SNIPPET_LENGTH) -> str:
    """The snippet with its matches in brackets."""
    terms = [term.value for term in terms_of(query)]
    return "".join(
        f"[{part.text}]" if part.match else part.text for part in make_snippet(text, terms, length=length).parts
    )


@pytest.mark.parametrize(
    ("text", "query", "length", "expected", "why"),
    [
        ("Stem cells cure nothing.", "cures", 50, "Stem cells [cure] nothing.", "a short text is shown whole"),
        ("Stem cells cure nothing.", "trial", 50, "Stem cells cure nothing.", "matches or none"),
        ("one two three four five", "missing", 12, "one two", "without a hit: the beginning, cut at a word"),
        ("one two three four five six", "five", 15, "four [five] six", "a little of what stands before"),
        ("cell " * 20 + "stem cell", "stem cell", 20, None, "the window with most different words"),
        ("x" * 50, "missing", 10, "x" * 10, "a word longer than the window is cut"),
        ("", "cell", 10, "", "nothing"),
        ("cure cure", "cure", 50, "[cure] [cure]", "neighbours"),
    ],
)
def test_a_snippet(text, query, length, expected, why):
    found = shown(text, query, length)
    assert found == expected or (expected is None and "[stem]" in found), why


@given(WORDS | st.text(max_size=300), st.lists(st.sampled_from(["stem", "cell", "cure", "menier", "a"])))
def test_the_parts_joined_are_the_text_between_start_and_end(text, terms):
    for length in (30, SNIPPET_LENGTH):
        snippet = make_snippet(text, terms, length=length)
        assert "".join(part.text for part in snippet.parts) == text[snippet.start : snippet.end]
        assert 0 <= snippet.start <= snippet.end <= len(text)
        assert all(part.text for part in snippet.parts)
        # Only a hit that is longer than the window itself may exceed it.
        longest = max((term.end - term.start for term in terms_of(text)), default=0)
        assert snippet.end - snippet.start <= max(length, longest)


@given(WORDS, st.sampled_from(["stem", "cell", "cure", "menier"]))
def test_a_word_that_occurs_is_shown_and_every_match_is_one(text, term):
    snippet = make_snippet(text, [term], length=40)
    matches = [part.text for part in snippet.parts if part.match]
    assert bool(matches) is any(found.value == term for found in terms_of(text))
    assert all([found.value for found in terms_of(match)] == [term] for match in matches)


@pytest.mark.parametrize("unit", ["cure ", "stem cure cell ", "日", "x", "’", "cure’s "])
def test_time_grows_with_the_length_of_the_text(unit):
    terms = ["cure", "stem", "cell", f"x{'日'.encode().hex()}"]
    assert_linear(lambda size: make_snippet((unit * size)[:size], terms), 5_000)
