"""The same samples answer the same on SQLite and on PostgreSQL, under every address and for every search."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Any
from urllib.parse import quote_plus

import pytest
from flask.testing import FlaskClient

from tests.api.walking import Answer, walk
from tests.applications import app_for
from tests.databases import PostgresDatabases, SqliteDatabases

SEARCHES = [
    "stem cells",
    "immune system",
    "reset immune system",
    "cure",
    "cures",
    "reversal",
    "revolutionizing treatment",
    '"stem cell therapy"',
    '"immune system"',
    '"system immune"',
    "transplant risk",
    "mesenchymal",
    "multiple sclerosis",
    "MULTIPLE SCLEROSIS",
    "Múltiple Sclérosis",
    "relapsing-remitting",
    "quality of life",
    "don't",
    "patients' own cells",
    "clinical trials",
    "placebo",
    "chemotherapy",
    "a",
    "the of and",
    "MS",
    "myelin repair nerves",
    "guidelines",
    "cost",
    "brain spinal cord",
    "2019",
    "-cells",
    "cells OR nothing",
    "干细胞",
    "no such words anywhere",
    "therapy therapy therapy",
]
FILTERED = [
    "/v1/articles?verdict=misleading",
    "/v1/articles?category=cure_claim&language=en",
    "/v1/annotations?severity=3&limit=7",
    "/v1/annotations?category=fair_statement&limit=100",
    "/v1/claims?verdict=unsupported",
    "/v1/evidence?design=cohort&limit=2",
    "/v1/evidence?identifier=https://doi.org/10.1001/JAMA.2018.18743",
    "/v1/articles?updated_since=2026-01-01T00:00:00Z",
    "/v1/articles?updated_since=2999-01-01T00:00:00Z",
    "/v1/articles/no-such-article",
    "/v1/claims?verdict=nonsense",
    "/v1/evidence?identifier=nonsense",
    "/v1/paragraphs/01a2008d-7400-7b51-b5ac-000000000000",
]
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
CURSOR = re.compile(r"cursor=[^&]+")


@pytest.fixture(scope="module")
def clients(
    sqlite_databases: SqliteDatabases, postgresql_databases: PostgresDatabases
) -> Generator[tuple[FlaskClient, FlaskClient]]:
    """Readers of the same samples on either database."""
    sets = (sqlite_databases, postgresql_databases)
    urls = [databases.copy(databases.with_samples()) for databases in sets]
    with app_for(urls[0]) as sqlite, app_for(urls[1]) as postgresql:
        yield sqlite.test_client(), postgresql.test_client()
    for databases, url in zip(sets, urls, strict=True):
        databases.drop(url)


def masked(value: Any) -> Any:
    """``value`` without what differs from one load of the samples to the next: times, cursors, request ids."""
    if isinstance(value, dict):
        return {name: masked(inner) for name, inner in value.items() if name != "request_id"}
    if isinstance(value, list):
        return [masked(inner) for inner in value]
    if isinstance(value, str):
        return CURSOR.sub("cursor=masked", TIME.sub("masked", value))
    return value


def by_address(answers: dict[str, Answer]) -> dict[str, Any]:
    """Masked bodies under masked addresses; a page further on goes by its place in its list."""
    found: dict[str, Any] = {}
    for path, answer in answers.items():
        name = masked(path)
        while name in found:
            name += ", then the next"
        found[name] = masked(answer.json)
    return found


def test_every_address_answers_the_same(clients):
    one, other = (by_address(walk(client)) for client in clients)
    assert len(one) > 200
    assert one.keys() == other.keys()
    assert [path for path in one if one[path] != other[path]] == []


@pytest.mark.parametrize("path", FILTERED)
def test_every_filter_and_error_answers_the_same(clients, path):
    one, other = (client.get(path) for client in clients)
    assert one.status_code == other.status_code
    assert masked(one.get_json()) == masked(other.get_json())


@pytest.mark.parametrize("words", SEARCHES)
def test_every_search_finds_the_same_in_the_same_order(clients, words):
    pages = []
    for client in clients:
        following, hits = f"/v1/search?q={quote_plus(words)}&limit=20", []
        while following:
            body = client.get(following).get_json()
            hits += body["items"]
            following = (body["next"] or "").removeprefix("https://caveat.example")
        pages.append(hits)
    assert masked(pages[0]) == masked(pages[1])


def test_the_searches_find_something(clients):
    found = [clients[0].get(f"/v1/search?q={quote_plus(words)}").get_json()["items"] for words in SEARCHES]
    assert sum(bool(items) for items in found) >= 25
    assert {hit["type"] for items in found for hit in items} == {"article", "claim", "annotation"}
