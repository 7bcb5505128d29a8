"""Search with what FTS5 and tsquery read as syntax, and with any text at all: every string is a query."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

BOUNDED = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SYNTAX = ['"', "'", "*", "-", ":", "(", ")", "&", "|", "!", "\\", "NEAR", "AND", "cells", "^", "<->"]

QUERIES = [
    '"',
    '""',
    '"""',
    'a "b',
    "a AND",
    "AND",
    "OR OR NOT",
    "a NOT b",
    "*",
    "a*",
    "^a",
    "-a",
    "+a",
    "col:x",
    "terms:cells",
    "search_index:cells",
    "'",
    "''; DROP TABLE articles; --",
    "NEAR(",
    "NEAR(a b, 5)",
    "\\",
    "\\'",
    ":*",
    "cells:*",
    "!",
    "!cells",
    "&|",
    "a & | b",
    "a <-> b",
    "<2>",
    "(",
    ")(",
    "{a b}",
    "[a]",
    "%",
    "_",
    "a%' OR 1=1",
    "🧬",
    "cells 🧬😀",
    "الخلايا الجذعية",
    "干细胞治疗",
    "\u202ecells",
    "ﷺ" * 20,
    "İ",
    "ß",
    "\t\n",
    "   ",
    "\ufeff",
    "\ufffd",
    "\U0010ffff",
    "1e999",
    "nan",
    "NULL",
    "a" * 500,
    "cells " * 83,
    "é" * 500,
    "干" * 500,
    '"' * 500,
    " ".join(f"word{number}" for number in range(70)),
    '"stem cell" "immune system" transplant',
]


@pytest.mark.parametrize("value", QUERIES, ids=ascii)
def test_any_text_is_a_query(samples_client, value):
    response = samples_client.get("/v1/search", query_string={"q": value, "limit": "100"})
    assert response.status_code == 200
    body = response.get_json()
    assert body["next"] is None
    for hit in body["items"]:
        assert hit["caveat"]
        assert any(part["match"] for part in hit["snippet"])


def test_what_looks_like_an_operator_is_a_word_or_nothing(samples_client):
    def hits(value: str) -> list[str]:
        body = samples_client.get("/v1/search", query_string={"q": value, "limit": "100"}).get_json()
        return [str(hit["snippet"]) for hit in body["items"]]

    plain = hits("placebo")
    assert plain
    for value in (
        "-placebo",
        "+placebo",
        "placebo*",
        "!placebo",
        "(placebo",
        "placebo:*",
        "^placebo",
        "'placebo'",
        '"placebo"',
        "PLACEBO\t",
    ):
        assert hits(value) == plain, value
    assert hits("placebo OR nosuchword") == hits("nosuchword") == []


@pytest.mark.parametrize(("length", "status"), [(500, 200), (501, 422)])
@pytest.mark.parametrize("character", ["a", "é", "🧬"])
def test_a_query_takes_500_characters(samples_client, length, status, character):
    assert samples_client.get("/v1/search", query_string={"q": character * length}).status_code == status


@BOUNDED
@given(value=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=120))
def test_no_query_fails(samples_client, value):
    response = samples_client.get("/v1/search", query_string={"q": value, "limit": "5"})
    assert response.status_code == 200


@BOUNDED
@given(words=st.lists(st.sampled_from(SYNTAX)))
def test_no_mixture_of_operators_fails(samples_client, words):
    for joined in ("".join(words), " ".join(words)):
        response = samples_client.get("/v1/search", query_string={"q": joined or "x", "limit": "3"})
        assert response.status_code == 200
