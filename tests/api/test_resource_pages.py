"""Pages of every list: at any size the whole, without loss or repetition, also while things are published."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from flask.testing import FlaskClient

from tests.api.walking import items_of
from tests.applications import BASE_URL, app_for
from tests.databases import engine_for
from tests.editors import Editors
from tests.problems import assert_problem

ARTICLE = "stem-cell-therapy-in-multiple-sclerosis"
LISTS = {
    "/v1/articles": "/v1/articles?topic=multiple-sclerosis",
    f"/v1/articles/{ARTICLE}/paragraphs": f"/v1/articles/{ARTICLE}/paragraphs",
    "/v1/annotations": "/v1/annotations?severity=3",
    "/v1/claims": "/v1/claims?verdict=overstated",
    "/v1/evidence": "/v1/evidence?design=cohort",
    "/v1/search?q=immune": "/v1/search?q=immune&type=claim",
}
"""A list, and one with a filter, shorter where there is a filter."""


def identity(item: dict[str, Any]) -> tuple[Any, ...]:
    """What tells two items apart; a hit has no name of its own."""
    return item.get("id") or (
        item["type"],
        (item["paragraph"] or {}).get("id"),
        (item["claim"] or {}).get("id"),
        tuple(one["id"] for one in item["annotations"]) if item["type"] == "annotation" else None,
    )


def with_limit(path: str, limit: int) -> str:
    return f"{path}{'&' if '?' in path else '?'}limit={limit}"


def next_of(client: FlaskClient, path: str) -> str:
    return client.get(path).get_json()["next"].removeprefix(BASE_URL)


def cursor_of(client: FlaskClient, path: str) -> str:
    return parse_qs(urlsplit(next_of(client, with_limit(path, 1))).query)["cursor"][0]


@pytest.mark.parametrize("limit", [1, 2, 7, 100])
@pytest.mark.parametrize("path", LISTS)
def test_pages_of_any_size_are_the_whole(samples_client, path, limit):
    path = LISTS[path] if limit < 7 else path
    whole = samples_client.get(with_limit(path, 100)).get_json()
    assert whole["next"] is None
    assert len(whole["items"]) >= 2
    assert len({identity(item) for item in whole["items"]}) == len(whole["items"])
    assert items_of(samples_client, with_limit(path, limit)) == whole["items"]


def test_a_paragraph_page_has_the_articles_status_on_every_page(samples_client):
    path = f"/v1/articles/{ARTICLE}/paragraphs?limit=7"
    first = samples_client.get(path).get_json()
    second = samples_client.get(first["next"].removeprefix(BASE_URL)).get_json()
    assert [first[name] for name in ("article", "notice")] == [second[name] for name in ("article", "notice")]


def test_a_cursor_serves_its_own_list_only(samples_client):
    cursors = {path: cursor_of(samples_client, path) for pair in LISTS.items() for path in pair}
    others = [*cursors, "/v1/articles/stem-cell-therapy-revolutionizing-ms-treatment/paragraphs", "/v1/search?q=cells"]
    refused = 0
    for own, cursor in cursors.items():
        for path in others:
            response = samples_client.get(f"{with_limit(path, 1)}&cursor={cursor}")
            if path == own:
                assert response.status_code == 200
            else:
                assert_problem(response, 422, "invalid_parameters", field="cursor")
                refused += 1
    assert refused > 100


@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_that_somebody_changed_is_refused(samples_client, path):
    cursor = cursor_of(samples_client, path)
    payload, _, signature = cursor.rpartition(".")
    changed = [
        cursor[:-1],
        cursor + "A",
        cursor[::-1],
        payload,
        f".{signature}",
        f"{'A' if payload[0] != 'A' else 'B'}{payload[1:]}.{signature}",
        f"{payload}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}",
        "é",
        "\x7f",
    ]
    for one in changed:
        response = samples_client.get(f"{with_limit(path, 1)}&cursor={quote(one)}")
        assert_problem(response, 422, "invalid_parameters", field="cursor")


@pytest.mark.parametrize("path", [f"/v1/articles/{ARTICLE}", "/v1/methodology", "/v1/claims/revolution"])
def test_what_is_no_list_takes_no_page(samples_client, path):
    for parameter in ("limit=1", "cursor=x"):
        name = parameter.partition("=")[0]
        assert_problem(samples_client.get(f"{path}?{parameter}"), 422, "invalid_parameters", field=name)


@pytest.fixture(scope="module")
def growing(databases):
    """A site of six of each kind, and its editors, who go on."""
    url = databases.copy(databases.migrated())
    with engine_for(url) as engine, app_for(url) as app:
        editors = Editors(engine)
        for number in range(6):
            publish(editors, f"m{number}", "immune " * (number + 1))
        yield editors, app.test_client()
    databases.drop(url)


def publish(editors: Editors, name: str, words: str = "immune cells") -> None:
    """One more of each kind."""
    claim = editors.claim(f"{name}-claim", [editors.source(f"{name}-source")], summary=f"A summary of {words}")
    article = editors.article(f"{name}-article", [f"Here the {words} are told of {name}."])
    editors.annotation(article, 1, "Here", claim, note=f"A note on {words}")


@pytest.mark.parametrize(
    "path", ["/v1/articles", "/v1/annotations", "/v1/claims", "/v1/evidence", "/v1/search?q=immune"]
)
def test_what_is_published_between_two_pages_neither_repeats_nor_loses_others(growing, path):
    editors, client = growing
    standing = [identity(item) for item in items_of(client, with_limit(path, 100))]
    seen, following, page = [], with_limit(path, 2), 0
    while following:
        body = client.get(following).get_json()
        seen += [identity(item) for item in body["items"]]
        following = (body["next"] or "").removeprefix(BASE_URL)
        page += 1
        if page <= 3:
            # Names that sort before, and after, what was read; and texts with more, and rarer, words.
            publish(
                editors, f"{'az'[page % 2]}{page}-{path.split('/')[2].partition('?')[0]}", "immune " * 3 + "word " * 40
            )
    assert len(set(seen)) == len(seen)
    assert [one for one in seen if one in standing] == standing
