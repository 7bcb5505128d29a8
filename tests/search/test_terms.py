"""Terms: what is compared when searching, whoever's database it is."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.search.terms import TERM_LIMIT, index_terms, terms_of

TEXTS = st.text(max_size=120) | st.text("aé'’ -_\u0301ßﬁ日本한ж𠀀\u200d", max_size=60)


def values(text: str) -> list[str]:
    return [term.value for term in terms_of(text)]


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("Cures", "curing", "words are stemmed"),
        ("CURE", "cure", "case does not count"),
        ("Straße", "STRASSE", "nor does its folding change the word"),
        ("Ménière", "Meniere", "nor do diacritics"),
        ("Me\u0301nie\u0300re", "Ménière", "however they are encoded"),
        ("ﬁne", "fine", "nor ligatures"),
        ("patient's", "patient", "nor a possessive"),
        ("patient’s", "patients", "whichever apostrophe it has"),
        ("doctors'", "doctor", "an apostrophe at the end is punctuation"),
        ("don’t", "don't", "an apostrophe inside is dropped"),
    ],
)
def test_two_spellings_of_one_term(one, other, why):
    assert values(one) == values(other) != [], why


@pytest.mark.parametrize(
    ("text", "expected", "why"),
    [
        ("stem-cell_therapy", ["stem", "cell", "therapi"], "hyphens and underscores part words"),
        ("EDSS 3.5", ["edss", "3", "5"], "digits are terms"),
        ("日本", [f"x{'日'.encode().hex()}", f"x{'本'.encode().hex()}"], "no spaces: one term for each character"),
        ("жизнь", ["x" + "жизнь".encode().hex()], "another script is spelt in hexadecimal"),
        ("… — ' ’", [], "punctuation is no term"),
        ("", [], "nothing is nothing"),
        ("a" * 200, ["a" * TERM_LIMIT], "a term has a greatest length"),
    ],
)
def test_the_terms_of_a_text(text, expected, why):
    assert values(text) == expected, why


@given(TEXTS)
def test_terms_are_ascii_words_that_stand_where_they_say(text):
    position = 0
    for term in terms_of(text):
        assert re.fullmatch(rf"[0-9a-zA-Z]{{1,{TERM_LIMIT}}}", term.value)
        assert position <= term.start < term.end <= len(text)
        position = term.end


@given(TEXTS)
def test_the_index_holds_the_terms_between_single_spaces(text):
    assert index_terms(text).split(" ") == (values(text) or [""])


def test_threads_do_not_disturb_one_another():
    words = ["running", "relational", "conditional", "vietnamization", "hopefulness"] * 200
    expected = values(" ".join(words))
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(values, [" ".join(words)] * 8)) == [expected] * 8
