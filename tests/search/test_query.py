"""Queries and ranking: any string is a query, and better texts come first."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.search.query import TERMS_LIMIT, SearchQuery, has_phrases, parse_query, rank
from annotations.search.terms import index_terms, terms_of


@pytest.mark.parametrize(
    ("value", "terms", "phrases", "why"),
    [
        ("stem cells", ("stem", "cell"), (), "all words must occur"),
        ("cells cell CELLS", ("cell",), (), "a term counts once"),
        ('"stem cells" trial', ("stem", "cell", "trial"), (("stem", "cell"),), "words in quotes follow one another"),
        ('"cells"', ("cell",), (), "one word is no phrase"),
        ('"stem cells', ("stem", "cell"), (("stem", "cell"),), "a quote that is not closed is closed by the end"),
        ('""', (), (), "nothing in quotes"),
        (
            'a AND "b" OR c* -d col:e NEAR(f)',
            ("a", "and", "b", "or", "c", "d", "col", "e", "near", "f"),
            (),
            "no operators",
        ),
        ("' ; DROP TABLE --", ("drop", "tabl"), (), "no syntax at all"),
        ("\x00\ud800", (), (), "not even characters that cannot be stored"),
        ("", (), (), "nothing"),
    ],
)
def test_a_query(value, terms, phrases, why):
    assert parse_query(value) == SearchQuery(terms, phrases), why


def test_terms_past_the_limit_do_not_count_and_take_their_phrases_along():
    words = " ".join(f"w{number}" for number in range(TERMS_LIMIT))
    query = parse_query(f'"w0 w1" {words} "w2 beyond"')
    assert len(query.terms) == TERMS_LIMIT
    assert query.phrases == (("w0", "w1"),)


@given(st.text(max_size=200) | st.text('"ab c\x00\ud800*:()-é日', max_size=80))
def test_any_string_is_a_query(value):
    query = parse_query(value)
    assert len(query.terms) <= TERMS_LIMIT
    assert len(set(query.terms)) == len(query.terms)
    assert set(query.terms) <= {term.value for term in terms_of(value)}
    for phrase in query.phrases:
        assert len(phrase) > 1
        assert set(phrase) <= set(query.terms)


@given(st.lists(st.sampled_from(["stem", "cell", "trial", "cure"]), min_size=2, max_size=12), st.data())
def test_a_run_of_a_text_is_a_phrase_of_it(words, data):
    start = data.draw(st.integers(0, len(words) - 2))
    end = data.draw(st.integers(start + 2, len(words)))
    query = parse_query(f'"{" ".join(words[start:end])}"')
    assert has_phrases(query, index_terms(" ".join(words)).split())


def test_words_in_another_order_are_another_phrase():
    query = parse_query('"cells stem"')
    assert not has_phrases(query, ["stem", "cell"])
    assert not has_phrases(query, ["cell"])
    assert has_phrases(parse_query("cells stem"), ["stem", "cell"])


def test_more_often_and_shorter_is_better():
    query = parse_query("cure")
    filler = ["x"] * 9
    once, twice, short = rank(query, [["cure", *filler], ["cure", "cure", *filler[1:]], ["cure", "x"]])
    assert once < twice
    assert once < short


def test_a_rarer_term_weighs_more():
    query = parse_query("common rare")
    texts = [["common", "common", "rare"], ["common", "rare", "rare"], ["common"] * 6 + ["rare"]]
    commoner, rarer, _ = rank(query, texts)
    assert commoner < rarer


@pytest.mark.parametrize("documents", [[], [[]], [[], ["cure"]], [["cure"]]])
def test_scores_are_finite_whatever_the_texts(documents):
    scores = rank(parse_query("cure"), documents)
    assert len(scores) == len(documents)
    assert all(math.isfinite(score) for score in scores)


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=8), max_size=6))
def test_scores_have_nine_decimals_so_that_a_page_can_go_on_from_one(documents):
    for score in rank(parse_query("a b"), documents):
        assert score == round(score, 9) >= 0
