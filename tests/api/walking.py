"""Every address of the public API: followed from the lists, or built from the OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask.testing import FlaskClient

from tests.applications import BASE_URL
from tests.openapi_document import operations, resolved

REQUEST_ID = {"X-Request-ID": "the-same-for-all"}
PAGES_FOR_PEOPLE = ("/openapi.json", "/docs")


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers in the order of their names, and bytes."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        return dict(self.headers).get(name)


def ask(client: FlaskClient, path: str, *, method: str = "GET", **headers: str) -> Answer:
    """One request, under a request id that is the same for all; ``headers`` with underscores for hyphens."""
    sent = {**REQUEST_ID, **{name.replace("_", "-"): value for name, value in headers.items()}}
    response = client.open(path, method=method, headers=sent)
    return Answer(response.status_code, tuple(sorted(response.headers)), response.get_data())


def walk(client: FlaskClient, lists: Sequence[str] = ()) -> dict[str, Answer]:
    """Every address that can be reached from the lists by following links, with its answer.

    What a slug or an ordinal stands in for has an address that nothing links to, so that is added. The lists are all
    that the OpenAPI document has, unless they are named.
    """
    found: dict[str, Answer] = {}
    waiting = list(lists) or _lists(client)
    while waiting:
        path = waiting.pop(0)
        if path in found:
            continue
        found[path] = ask(client, path)
        assert found[path].status == 200, (path, found[path].body)
        waiting += _linked(found[path].json)
        waiting += _by_place(path, found[path].json)
    return found


def items_of(client: FlaskClient, path: str) -> list[Any]:
    """All items of a list, following only ``next``; each page's ``Link`` must say the same."""
    items: list[Any] = []
    following: str | None = path
    while following is not None:
        answer = ask(client, following)
        assert answer.status == 200, (following, answer.body)
        page = answer.json
        items += page["items"]
        link = None if page["next"] is None else f'<{page["next"]}>; rel="next"'
        assert answer.header("Link") == link
        following = None if page["next"] is None else page["next"].removeprefix(BASE_URL)
    return items


def addresses(document: dict[str, Any], names: Mapping[str, Any]) -> Iterator[str]:
    """Every path of ``document`` with every one of ``names`` in it: path → dictionaries of its path's names."""
    for path, _, _, parameters in operations(document):
        if any(one["in"] == "path" for one in parameters):
            yield from (path.format(**filled) for filled in names[path])
        else:
            yield path


def questions(document: dict[str, Any], values: Mapping[str, Any]) -> Iterator[str]:
    """Every list of ``document`` with every value of every parameter, one at a time.

    An enumeration's values come from the document, all others from ``values``: name → texts. A parameter that neither
    knows raises ``KeyError``, so that a new one is not forgotten.
    """
    for path, _, _, parameters in operations(document):
        asked = [one for one in parameters if one["in"] == "query"]
        required = {one["name"]: one["example"] for one in asked if one["required"]}
        for one in () if "{" in path else asked:
            for value in resolved(document, one["schema"]).get("enum") or values[one["name"]]:
                yield f"{path}?{urlencode({**required, one['name']: value})}"


def _lists(client: FlaskClient) -> list[str]:
    document = client.get("/openapi.json").get_json()
    paths = [path for path, _, _, parameters in operations(document) if not any(one["required"] for one in parameters)]
    return [path for path in paths if path.startswith("/v1/") and not path.startswith("/v1/editorial/")]


def _linked(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _linked(inner)
    elif isinstance(value, str) and value.startswith(f"{BASE_URL}/v1/"):
        yield value.removeprefix(BASE_URL)


def _by_place(path: str, body: Any) -> Iterator[str]:
    if path.startswith("/v1/articles/") and "paragraphs" in body:
        yield f"{path}/paragraphs"
        yield from (f"{path}/paragraphs/{paragraph['ordinal']}" for paragraph in body["paragraphs"])
