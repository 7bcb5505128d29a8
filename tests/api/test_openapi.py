"""The OpenAPI document of the whole application: what it says is what is served, and nothing more is."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from annotations.store.notes import Annotation
from api.components import ENUMERATIONS, PROBLEM_RESPONSES
from api.openapi import EDITORIAL_PREFIX
from tests.api.walking import walk
from tests.applications import app_for
from tests.databases import engine_for
from tests.editors import Editors
from tests.openapi_document import WITHOUT_EXAMPLE, check_document, closed, operations, resolved, validator

NOT_DESCRIBED = {
    "/openapi.json": "it is the document itself",
    "/docs": "a page for people",
    "/docs/assets/<name>": "what that page loads",
}
FORMATS = {"uuid", "uri", "uri-reference", "date", "date-time"}
MAX_BYTES = 130_000


@pytest.fixture(scope="module")
def document(samples_app):
    return samples_app.test_client().get("/openapi.json").get_json()


@pytest.fixture(scope="module")
def strict(document):
    return closed(document)


def operation_at(app, path: str) -> str:
    endpoint, _ = app.url_map.bind("localhost").match(path.partition("?")[0])
    return endpoint.rpartition(".")[2]


def schemas_by_operation(document: dict[str, Any]) -> dict[str, Any]:
    return {
        operation["operationId"]: operation["responses"]["200"]["content"]["application/json"]["schema"]
        for _, _, operation, _ in operations(document)
    }


def nodes(node: Any) -> Any:
    """Every object in a document."""
    if isinstance(node, dict):
        yield node
        for member in node.values():
            yield from nodes(member)
    elif isinstance(node, list):
        for item in node:
            yield from nodes(item)


def test_the_document_is_valid_and_whole(document):
    check_document(document)


def test_examples_have_no_member_that_is_not_described(strict):
    check_document(strict)


def test_the_document_stays_small(samples_client):
    assert len(samples_client.get("/openapi.json").get_data()) < MAX_BYTES


def test_routes_and_document_are_the_same(samples_app, document):
    rules = {rule.rule for rule in samples_app.url_map.iter_rules()} - NOT_DESCRIBED.keys()
    # Editors have a document of their own.
    rules = {rule for rule in rules if not rule.startswith(f"{EDITORIAL_PREFIX}/")}
    assert {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule) for rule in rules} == document["paths"].keys()
    assert NOT_DESCRIBED.keys() <= {rule.rule for rule in samples_app.url_map.iter_rules()}
    assert {method for _, method, *_ in operations(document)} == {"get"}


def test_every_operation_is_explained(document):
    tags = {tag["name"]: tag["description"] for tag in document["tags"]}
    used = set()
    for path, _, operation, parameters in operations(document):
        assert operation["summary"].endswith("."), path
        assert "shortened" in operation["responses"]["200"]["description"], path
        used |= set(operation["tags"])
        for parameter in parameters:
            assert parameter["description"].endswith("."), (path, parameter["name"])
            assert "example" in parameter or parameter["name"] in WITHOUT_EXAMPLE, (path, parameter["name"])
    assert used == tags.keys()
    assert all(tags.values())


def test_every_component_is_used(document):
    references = {node["$ref"] for node in nodes(document) if "$ref" in node}
    names = {
        f"#/components/{kind}/{name}"
        for kind, components in document["components"].items()
        if kind != "securitySchemes"
        for name in components
    }
    assert names == references


def test_every_member_says_what_it_holds(document):
    for name, schema in document["components"]["schemas"].items():
        for member, described in schema.get("properties", {}).items():
            assert {"type", "$ref", "anyOf"} & described.keys(), (name, member)


def test_the_document_speaks_json_schema_of_openapi_3_1(document):
    for node in nodes(document["components"]["schemas"]):
        assert "nullable" not in node
        # Left open: a client that checks answers must not fail when a member is added.
        assert "additionalProperties" not in node or node["additionalProperties"] == {}
    for node in nodes([document["paths"], document["components"]]):
        if isinstance(node.get("format"), str):
            assert node["format"] in FORMATS
        if isinstance(node.get("pattern"), str):
            assert not re.search(r"\\[AZz]", node["pattern"]), node
            re.compile(node["pattern"])


def test_enumerations_stand_once_and_in_full(document):
    schemas = document["components"]["schemas"]
    for enumeration in ENUMERATIONS:
        described = schemas[enumeration.__name__]
        assert described["enum"] == list(enumeration.values())
        assert all(f"`{member.value}`: {member.definition}" in described["description"] for member in enumeration)
    lists = [tuple(node["enum"]) for node in nodes(document) if isinstance(node.get("enum"), list)]
    assert all(lists.count(enumeration.values()) == 1 for enumeration in ENUMERATIONS)


@pytest.mark.parametrize(
    ("schema", "member", "expected", "reason"),
    [
        ("ArticlePage", "next", {"type": ["string", "null"], "format": "uri"}, "null on the last page"),
        ("AnnotationBrief", "severity", {"type": ["integer", "null"], "enum": [1, 2, 3, None]}, "a fair statement"),
        ("ClaimBrief", "rating", {"type": ["integer", "null"], "minimum": 1, "maximum": 5}, "off the scale"),
        ("FactCheck", "checked_at", {"type": ["string", "null"], "format": "date"}, "not checked yet"),
        ("Paragraph", "sha256", {"type": "string", "pattern": "^[0-9a-f]{64}$"}, "a hash"),
        ("AnnotationBrief", "published_at", {"type": "string", "format": "date-time"}, "a time"),
    ],
)
def test_members_are_typed(document, schema, member, expected, reason):
    found = document["components"]["schemas"][schema]["properties"][member]
    assert {name: found.get(name) for name in expected} == expected, reason


def test_every_answer_about_the_samples_is_as_described(samples_app, strict):
    schemas = schemas_by_operation(strict)
    answers = walk(samples_app.test_client())
    checked = set()
    for path, answer in answers.items():
        name = operation_at(samples_app, path)
        faults = list(validator(strict, schemas[name]).iter_errors(answer.json))
        assert not faults, (path, faults[0].json_path, faults[0].message[:300])
        checked.add(name)
    assert checked == schemas.keys() - {"show_liveness", "show_readiness", "search"}


@pytest.mark.parametrize(
    "query", ["reset", "game-changer", "revolutionizing", "trial&type=claim", "drugs&type=annotation"]
)
def test_every_hit_is_as_described(samples_client, strict, query):
    body = samples_client.get(f"/v1/search?q={query}&limit=100").get_json()
    assert body["items"], query
    assert not list(validator(strict, schemas_by_operation(strict)["search"]).iter_errors(body))


def test_what_was_put_to_a_recheck_or_withdrawn_is_as_described(fresh_samples_url, strict):
    schemas = schemas_by_operation(strict)
    problem = validator(strict, {"$ref": "#/components/schemas/Problem"})
    with engine_for(fresh_samples_url) as engine, app_for(fresh_samples_url) as app:
        client, editors = app.test_client(), Editors(engine)
        first, second = client.get("/v1/annotations?claim=revolution").get_json()["items"][:2]
        with Session(engine) as session:
            notes = [session.get_one(Annotation, UUID(item["id"])) for item in (first, second)]
        editors.recheck(notes[0])
        editors.withdraw(notes[1], "It marked the wrong words.")
        for path in (
            first["href"],
            first["paragraph"]["href"],
            first["article"]["href"],
            "/v1/search?q=revolutionizing",
        ):
            path = path.removeprefix("https://caveat.example")
            body = client.get(path).get_json()
            assert '"An editors' in client.get(path).get_data(as_text=True), path
            faults = list(validator(strict, schemas[operation_at(app, path)]).iter_errors(body))
            assert not faults, (path, faults[0].json_path, faults[0].message[:300])
        gone = client.get(f"/v1/annotations/{second['id']}")
        assert gone.status_code == 410
        assert not list(problem.iter_errors(gone.get_json()))
        example = resolved(strict, {"$ref": "#/components/responses/Gone"})["content"][gone.mimetype]["example"]
        assert example.keys() == gone.get_json().keys()
        assert example["context"].keys() == gone.get_json()["context"].keys()


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/v1/articles/no-such-article", {}, 404),
        ("/v1/articles?limit=101", {}, 422),
        ("/v1/articles", {"Authorization": "Bearer unknown"}, 401),
        ("/v1/articles", {"Accept": "text/html"}, 406),
        (f"/v1/articles?x={'x' * 9000}", {}, 414),
        ("/v1/%01", {}, 400),
    ],
)
def test_the_example_of_a_problem_is_a_real_one(samples_client, document, path, headers, status):
    name, _ = PROBLEM_RESPONSES[status]
    content = document["components"]["responses"][name]["content"]["application/problem+json"]
    example = content["example"]
    answer = samples_client.get(path, headers={"X-Request-ID": example["request_id"], **headers})
    masked = {"detail", "instance"} if status == 400 else set()
    body = answer.get_json()
    assert answer.status_code == status
    assert {name: body[name] for name in body.keys() - masked} == {
        name: example[name] for name in example.keys() - masked
    }


def test_all_examples_of_the_parameters_together_find_something(samples_client, document):
    for path, _, _, parameters in operations(document):
        given = {parameter["name"]: parameter["example"] for parameter in parameters if "example" in parameter}
        names = {parameter["name"] for parameter in parameters if parameter["in"] == "path"}
        address = path.format(**{name: given[name] for name in names})
        query = {name: value for name, value in given.items() if name not in names}
        answer = samples_client.get(address, query_string=query)
        assert answer.status_code == 200, (address, query)
        assert answer.get_json().get("items", True), (address, query)
