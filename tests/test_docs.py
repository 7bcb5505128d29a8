"""The documentation says what is so: routes, parameters, problems, commands, events, and the answers it shows."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from annotations.review.events import Event
from annotations.vocabulary import QueueKind
from api.openapi import EDITORIAL_PREFIX
from api.problems import PROBLEMS
from tests.applications import app_for
from tests.openapi_document import operations

DOCS = Path(__file__).resolve().parents[1] / "docs"
BASE_URL = "http://localhost:8000"

SHOWN = re.compile(r"```sh\n(?P<command>curl [^\n]+)\n```\n\n```(?P<kind>json|http)\n(?P<answer>.*?)```", re.DOTALL)
PROBLEM_ROW = re.compile(
    r"^\| `(?P<code>\w+)` \| (?P<status>\d{3}) \| (?P<title>[^|]+) \| (?P<meaning>[^|]+) \|$", re.M
)
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
CURSOR = re.compile(r"(?<=[?&]cursor=).*")
OF_ONE_DATABASE = {"ETag", "Last-Modified"}


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def app(sqlite_databases):
    url = sqlite_databases.copy(sqlite_databases.with_samples())
    with app_for(url, PUBLIC_BASE_URL=BASE_URL) as app:
        yield app
    sqlite_databases.drop(url)


@pytest.fixture(scope="module")
def document(app):
    return app.test_client().get("/openapi.json").get_json()


def ask(app, command: str):
    """What the application answers to a line of curl, with an entity tag of this database in place of the one shown."""
    words = iter(shlex.split(command)[1:])
    method, headers, address = "GET", {}, ""
    for word in words:
        if word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word == "-X":
            method = next(words)
        elif word != "-i":
            address = word
    assert address.startswith(f"{BASE_URL}/"), command
    client, path = app.test_client(), address.removeprefix(BASE_URL)
    if "If-None-Match" in headers:
        headers["If-None-Match"] = client.get(path).headers["ETag"]
    return client.open(path, method=method, headers=headers)


def is_part(shown: Any, real: Any) -> bool:
    """Whether ``shown`` is ``real`` with members and items left out; times and cursors differ by database.

    A list that is shown empty is empty.
    """
    if isinstance(shown, dict):
        return isinstance(real, dict) and all(name in real and is_part(shown[name], real[name]) for name in shown)
    if isinstance(shown, list):
        rest: Iterator[Any] = iter(real if isinstance(real, list) else ())
        return all(any(is_part(item, found) for found in rest) for item in shown) and (bool(shown) or real == [])
    if isinstance(shown, str) and isinstance(real, str):
        return same_but_for_database(shown) == same_but_for_database(real)
    return type(shown) is type(real) and shown == real


def same_but_for_database(text: str) -> str:
    return CURSOR.sub("...", TIME.sub("...", text))


@pytest.mark.parametrize("shown", list(SHOWN.finditer(page("http-api.md"))), ids=lambda shown: shown["command"][5:])
def test_the_answers_shown_are_real(app, shown):
    answer = ask(app, shown["command"])
    if shown["kind"] == "json":
        assert is_part(json.loads(shown["answer"]), answer.get_json()), answer.get_data(as_text=True)
        return
    status, *lines = shown["answer"].strip().splitlines()
    assert status.upper() == f"HTTP/1.1 {answer.status}".upper()
    for line in lines:
        name, _, value = line.partition(": ")
        assert answer.headers[name] == value or name in OF_ONE_DATABASE, (name, answer.headers[name])


@pytest.mark.parametrize(
    ("shown", "real", "expected", "why"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, True, "a member is left out"),
        ({"a": 1, "b": 2}, {"a": 1}, False, "a member is made up"),
        ({"a": 1}, {"a": True}, False, "another type"),
        ([2], [1, 2, 3], True, "items are left out"),
        ([3, 1], [1, 2, 3], False, "another order"),
        ([], [1], False, "empty is no shortening"),
        ([], [], True, "empty"),
        ("2026-11-22T12:00:00.000110Z", "2027-01-01T00:00:00.000000Z", True, "times differ"),
        ("/v1/claims?limit=1&cursor=abc", "/v1/claims?limit=1&cursor=xyz", True, "cursors differ"),
        ("/v1/claims?limit=1&cursor=abc", "/v1/claims?limit=2&cursor=abc", False, "the rest does not"),
        ({"a": None}, {}, False, "null is not absent"),
    ],
)
def test_what_is_shown_is_told_from_what_is_made_up(shown, real, expected, why):
    assert is_part(shown, real) is expected, why


def test_every_resource_is_shown_with_an_answer(app, document):
    adapter = app.url_map.bind("localhost")
    commands = [shlex.split(shown["command"]) for shown in SHOWN.finditer(page("http-api.md"))]
    addresses = [word.removeprefix(BASE_URL) for words in commands for word in words if word.startswith(BASE_URL)]
    asked = {adapter.match(address.partition("?")[0])[0].rpartition(".")[2] for address in addresses}
    there = {operation["operationId"] for _, _, operation, _ in operations(document)}
    assert there - asked == {"show_liveness"}


def test_every_route_and_parameter_is_documented(app, document):
    text = page("http-api.md")
    rules = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule) for rule in app.url_map.iter_rules()}
    editorial = {path for path in rules if path.startswith(f"{EDITORIAL_PREFIX}/")}
    for path in rules - editorial - {"/docs/assets/{name}"}:
        assert f"| `{path}` |" in text, path
    for path in editorial:
        assert f"| `{path}` |" in page("editorial-api.md"), path
    for path, _, _, parameters in operations(document):
        for parameter in parameters:
            assert f"`{parameter['name']}`" in text or parameter["in"] == "path", (path, parameter["name"])


def test_every_editorial_operation_and_parameter_is_documented(app):
    text = page("editorial-api.md")
    described = app.test_client().get(f"{EDITORIAL_PREFIX}/openapi.json").get_json()
    for path, method, operation, parameters in operations(described):
        assert f"| `{path}` | {method.upper()} | {operation['summary'].rstrip('.')} |" in text, (path, method)
        for parameter in parameters:
            assert f"`{parameter['name']}`" in text or parameter["in"] == "path", (path, parameter["name"])


@pytest.mark.parametrize("kind", list(QueueKind))
def test_every_part_of_the_queue_is_documented(kind):
    assert f"| `{kind}` | {kind.definition} |" in page("editorial-api.md")


def test_every_problem_is_documented():
    rows = [match.groupdict() for match in PROBLEM_ROW.finditer(page("http-api.md"))]
    assert [(row["code"], int(row["status"]), row["title"]) for row in rows if not row["meaning"].strip()] == []
    assert len(rows) == len(PROBLEMS)
    assert {row["code"]: (int(row["status"]), row["title"]) for row in rows} == {
        code: (kind.status, kind.title) for code, kind in PROBLEMS.items()
    }


@pytest.mark.parametrize("path", ["/v1/claims", "/v1/claims/none", "/health/live"])
def test_every_header_is_documented(app, path):
    text = page("http-api.md")
    for name in {name for name, _ in app.test_client().get(path).headers} - {"Content-Type", "Content-Length"}:
        assert f"`{name}`" in text or f"\n{name}: " in text or f"`{name}: " in text, name


def commands_of(command: click.Command, *names: str) -> Iterator[str]:
    """The full name of every command below ``command``."""
    named = (*names, command.name or "")
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            yield from commands_of(inner, *named)
    else:
        yield " ".join(named)


def test_every_command_is_documented(app):
    text = page("operating.md")
    of_flask = {"openapi", "routes", "run", "shell"}
    ours = [name for one in app.cli.commands.values() if one.name not in of_flask for name in commands_of(one)]
    assert {"db upgrade", "seed", "user create", "token create", "backup", "export", "log verify"} <= set(ours)
    assert [name for name in ours if f"flask --app wsgi {name}" not in text] == []


def test_every_event_is_documented():
    text = page("data-model.md")
    assert [event.value for event in Event if f"`{event.value}`" not in text] == []
