"""The OpenAPI document, its decorators and its page."""

from __future__ import annotations

import re

import pytest
from marshmallow import Schema, fields

from api.docs import ASSETS, CONTENT_SECURITY_POLICY
from api.openapi import PublicBlueprint
from api.parameters import QuerySchema
from tests.api.conftest import PebbleSchema
from tests.openapi_document import check_document, operations, resolved, validator
from tests.problems import assert_problem


@pytest.fixture
def document(http):
    return http.get("/openapi.json").get_json()


def test_the_document_is_valid_and_whole(document):
    check_document(document)
    assert {path for path, *_ in operations(document)} == {
        "/v1/pebbles",
        "/v1/pebbles/{number}",
        "/v1/stones/{id}",
        "/v1/rocks/{slug}",
        "/health/live",
        "/health/ready",
    }
    assert {method for _, method, *_ in operations(document)} == {"get"}


def test_credentials_are_optional_and_health_takes_none(document):
    assert document["security"] == [{}, {"bearer": []}]
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    for path, _, operation, _ in operations(document):
        assert ("401" in operation["responses"]) is path.startswith("/v1")
        assert operation.get("security") == (None if path.startswith("/v1") else [])


@pytest.mark.parametrize(
    ("path", "statuses"),
    [
        ("/v1/pebbles", {"200", "304", "400", "401", "406", "414", "422", "500", "503", "default"}),
        (
            "/v1/pebbles/{number}",
            {"200", "304", "400", "401", "404", "406", "410", "414", "422", "500", "503", "default"},
        ),
        ("/health/live", {"200", "400", "406", "414", "422", "500", "503", "default"}),
    ],
)
def test_an_operation_documents_what_can_happen(document, path, statuses):
    responses = document["paths"][path]["get"]["responses"]
    assert responses.keys() == statuses
    not_modified = resolved(document, responses["304"]) if "304" in statuses else {}
    assert "content" not in not_modified


def test_a_page_has_a_link_and_a_single_thing_none(document):
    headers = {path: operation["responses"]["200"]["headers"] for path, _, operation, _ in operations(document)}
    assert headers["/v1/pebbles"].keys() == {"X-Request-ID", "Cache-Control", "ETag", "Last-Modified", "Link"}
    assert headers["/v1/pebbles/{number}"].keys() == {"X-Request-ID", "Cache-Control", "ETag", "Last-Modified"}
    assert headers["/health/live"].keys() == {"X-Request-ID", "Cache-Control"}


def test_the_docstring_is_the_summary_and_the_description(document):
    operation = document["paths"]["/v1/pebbles"]["get"]
    assert operation["summary"] == "List the pebbles."
    assert operation["description"] == "In the order of their numbers."
    assert operation["operationId"] == "list_pebbles"


def test_parameters_are_what_they_are(document):
    parameters = {parameter["name"]: parameter for parameter in document["paths"]["/v1/pebbles"]["get"]["parameters"]}
    assert parameters["limit"]["schema"] == {"type": "integer", "default": 20, "minimum": 1, "maximum": 100}
    assert parameters["limit"]["example"] == 20
    assert parameters["colour"]["schema"] == {"type": "string", "enum": ["grey", "red"]}
    assert parameters["tags"]["schema"] == {"type": "array", "items": {"type": "string"}}
    assert not any(parameter["required"] for parameter in parameters.values())
    ordinal = document["paths"]["/v1/pebbles/{number}"]["parameters"][0]
    assert ordinal["schema"] == {"type": "integer", "minimum": 0, "maximum": 2**31 - 1}
    slug = document["paths"]["/v1/rocks/{slug}"]["parameters"][0]["schema"]
    assert re.fullmatch(slug["pattern"], "big-rock")


@pytest.mark.parametrize(
    "path",
    ["/v1/nothing", "/v1/pebbles?x=1", "/v1/stones/01a2008d-7400-7496-b766-000000000000", "/v1/%FF"],
)
def test_problems_are_as_documented(http, document, path):
    schema = {"$ref": "#/components/schemas/Problem"}
    body = http.get(path).get_json()
    assert not list(validator(document, schema).iter_errors(body))
    assert body.keys() <= document["components"]["schemas"]["Problem"]["properties"].keys()


def test_answers_are_as_documented(http, document):
    for path in ("/v1/pebbles?limit=3", "/v1/pebbles?cursor="):
        response = http.get(path)
        content = resolved(document, document["paths"]["/v1/pebbles"]["get"]["responses"][str(response.status_code)])
        schema = content["content"][response.content_type]["schema"]
        assert not list(validator(document, schema).iter_errors(response.get_json()))


def test_members_stay_in_their_order(http):
    assert http.get("/v1/pebbles?limit=1").get_data(as_text=True).startswith('{"items":[{"number":1,"name":"pebble 1 é')


class Unexplained(QuerySchema):
    topic = fields.String()


def view() -> None:
    """View."""


def undocumented() -> None:
    pass


BARE = PublicBlueprint("bare", __name__, url_prefix="/v1")


@pytest.mark.parametrize(
    ("decorate", "message"),
    [
        (lambda: BARE.route("/a")(view), "needs @answers"),
        (lambda: BARE.route("/a")(BARE.answers(PebbleSchema, example={})(undocumented)), "a docstring"),
        (lambda: BARE.route("/a/<slug:slug>")(BARE.answers(PebbleSchema, example={})(view)), "an example of each"),
        (
            lambda: BARE.route("/a", path={"x": (1, "An x.")})(BARE.answers(PebbleSchema, example={})(view)),
            "an example",
        ),
        (lambda: BARE.query(Unexplained), "parameter topic"),
        (lambda: BARE.query(Unexplained()), "parameter topic"),
    ],
)
def test_what_the_document_would_lack_fails_at_import(decorate, message):
    with pytest.raises(TypeError, match=message):
        decorate()


def test_schema_instances_do_as_well(edge_settings):
    blueprint = PublicBlueprint("more", __name__, url_prefix="/v1")
    decorate = blueprint.answers(PebbleSchema(), example={"number": 1, "name": "x"}, cached=False)
    assert blueprint.route("/more")(decorate(view)).__name__ == "view"


def test_a_json_body_that_is_none_is_malformed(edge, http):
    class Body(Schema):
        size = fields.Integer()

    @edge.post("/desk")
    @PublicBlueprint.ARGUMENTS_PARSER.use_args(Body, location="json")
    def write(_body) -> str:
        return "ok"

    assert_problem(http.post("/desk", data=b"{", content_type="application/json"), 400, "malformed_request")
    assert_problem(http.post("/desk", json={"colour": 1}), 422, "invalid_parameters", field="colour")
    assert http.post("/desk", json={"size": 1}).get_data() == b"ok"


# The page


def test_the_page_loads_nothing_from_elsewhere(http):
    response = http.get("/docs")
    page = response.get_data(as_text=True)
    assert response.content_type == "text/html; charset=utf-8"
    assert response.headers["Content-Security-Policy"] == (
        f"{CONTENT_SECURITY_POLICY}; connect-src 'self' https://caveat.example"
    )
    assert not re.search(r"https?:|//", page.replace("<!DOCTYPE html>", ""))
    assert not re.search(r"<script(?![^>]*\bsrc=)|\bon\w+=|javascript:|\bstyle=", page)
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert {name.removeprefix("docs/assets/") for name in loaded} == {*ASSETS, "openapi.json"}
    for address in loaded:
        assert http.get(f"/{address}").status_code == 200


@pytest.mark.parametrize(("name", "media_type"), ASSETS.items())
def test_the_assets_are_whole(http, name, media_type):
    response = http.get(f"/docs/assets/{name}")
    assert response.mimetype == media_type
    assert len(response.get_data()) > 100
    compressed = http.get(f"/docs/assets/{name}", headers={"Accept-Encoding": "gzip"})
    assert compressed.status_code == 200


def test_the_page_starts_with_this_servers_document(http):
    start = http.get("/docs/assets/start.js").get_data(as_text=True)
    assert 'url: "openapi.json"' in start
    assert "validatorUrl: null" in start
