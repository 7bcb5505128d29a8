"""Every error is a problem document, and says nothing it should not."""

from __future__ import annotations

import inspect
import json

import pytest
from flask import Flask, abort, request
from marshmallow import Schema, ValidationError, fields
from webargs.flaskparser import FlaskParser
from werkzeug import exceptions

from annotations import errors
from annotations.errors import DomainError
from api.problems import CODE_BY_STATUS, PROBLEMS, RETRY_AFTER_SECONDS, FieldError, field_errors, located_field_errors
from tests.problems import assert_problem

DOMAIN_ERRORS = [member for _, member in inspect.getmembers(errors, inspect.isclass) if issubclass(member, DomainError)]


def raising(edge: Flask, error: Exception) -> None:
    @edge.get("/v1/raise")
    def fail() -> str:
        raise error


def test_the_table_has_every_error_of_the_domain():
    codes = [error.code for error in DOMAIN_ERRORS]
    assert len(set(codes)) == len(codes)
    assert set(codes) <= PROBLEMS.keys()


def test_the_table_is_whole():
    assert set(CODE_BY_STATUS.values()) | RETRY_AFTER_SECONDS.keys() <= PROBLEMS.keys()
    assert all(PROBLEMS[code].status == status for status, code in CODE_BY_STATUS.items())
    assert all(400 <= kind.status < 600 and kind.title and kind.detail for kind in PROBLEMS.values())


@pytest.mark.parametrize("error", DOMAIN_ERRORS, ids=lambda error: error.code)
def test_a_domain_error_becomes_its_problem(edge, http, error):
    raising(edge, error("The words are gone.", field="quote", context={"tried": 2}))
    response = http.get("/v1/raise")
    status = PROBLEMS[error.code].status
    if status == 500:
        document = assert_problem(response, 500, "internal_error")
    elif status == 404:
        document = assert_problem(response, 404, "not_found")
    else:
        document = assert_problem(response, status, error.code, field="quote")
        assert document["detail"] == "The words are gone."
        assert document["context"] == {"tried": 2}
        assert document["errors"] == [{"field": "quote", "location": "query", "reason": "The words are gone."}]
        return
    assert "words" not in json.dumps(document)
    assert not {"errors", "context"} & document.keys()


def test_a_domain_error_without_an_entry_is_an_unexpected_one(edge, http):
    class Unlisted(DomainError):
        code = "unlisted"

    raising(edge, Unlisted("secret"))
    assert "secret" not in json.dumps(assert_problem(http.get("/v1/raise"), 500, "internal_error"))


def test_a_write_is_at_fault_in_its_body(edge, http):
    @edge.post("/desk")
    def write() -> str:
        raise errors.InvalidInput("is empty", field="slug")

    document = assert_problem(http.post("/desk"), 422, "invalid_input", field="slug")
    assert document["errors"][0]["location"] == "body"


@pytest.mark.parametrize("code", RETRY_AFTER_SECONDS)
def test_what_may_be_tried_again_says_when(edge, http, code):
    status = PROBLEMS[code].status
    if code == "publishing_busy":
        raising(edge, errors.PublishingBusy("Another publisher holds the lock."))
    else:
        raising(edge, exceptions.ServiceUnavailable())
    response = http.get("/v1/raise")
    assert_problem(response, status, code)
    assert response.headers["Retry-After"] == str(RETRY_AFTER_SECONDS[code])


@pytest.mark.parametrize(
    ("error", "headers"),
    [
        (exceptions.MethodNotAllowed(valid_methods=["GET"]), {"Allow": "GET"}),
        (exceptions.TooManyRequests(retry_after=7), {"Retry-After": "7"}),
        (exceptions.RequestedRangeNotSatisfiable(length=5), {"Content-Range": "bytes */5"}),
        (exceptions.RequestEntityTooLarge(), {}),
        (exceptions.ImATeapot(), {}),
        (exceptions.Conflict("internal words"), {}),
        (exceptions.InternalServerError("internal words"), {}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_http_exception_keeps_its_headers(edge, http, error, headers):
    raising(edge, error)
    response = http.get("/v1/raise")
    document = assert_problem(response, error.code, CODE_BY_STATUS.get(error.code, f"http_{error.code}"))
    assert {name: response.headers[name] for name in headers} == headers
    assert "internal words" not in json.dumps(document)


def test_a_ready_response_and_a_redirect_are_no_errors(edge, http):
    @edge.get("/ready-made")
    def ready_made() -> str:
        abort(edge.response_class("as it is", 402))

    @edge.get("/elsewhere")
    def elsewhere() -> str:
        raise exceptions.HTTPException(response=edge.response_class("", 302, {"Location": "/v1/pebbles"}))

    @edge.get("/unchanged")
    def unchanged() -> str:
        error = exceptions.HTTPException()
        error.code = 304
        raise error

    assert http.get("/unchanged").status_code == 304
    assert http.get("/ready-made").get_data() == b"as it is"
    assert http.get("/elsewhere").status_code == 302


@pytest.mark.parametrize("switch", ["TESTING", "PROPAGATE_EXCEPTIONS", "DEBUG"])
def test_an_unexpected_error_tells_the_log_everything_and_the_caller_nothing(edge, http, caplog, switch):
    edge.config[switch] = True
    raising(edge, RuntimeError("password=hunter2"))
    document = assert_problem(http.get("/v1/raise"), 500, "internal_error")
    assert "hunter2" not in json.dumps(document)
    assert "RuntimeError" not in json.dumps(document)
    assert document["request_id"] in caplog.text
    assert "hunter2" in caplog.text
    assert "Traceback" in caplog.text


def test_an_error_in_a_hook_is_a_problem_too(edge, http):
    @edge.after_request
    def fail(response):
        if response.status_code == 200:
            raise RuntimeError("hunter2")
        return response

    response = http.get("/health/live")
    assert "hunter2" not in json.dumps(assert_problem(response, 500, "internal_error"))


def test_a_schema_loaded_anywhere_names_its_fields(edge, http):
    class Inner(Schema):
        size = fields.Integer()

    class Outer(Schema):
        stones = fields.List(fields.Nested(Inner))

    @edge.post("/desk")
    def write() -> str:
        Outer().load(request.get_json())
        return ""

    response = http.post("/desk", json={"stones": [{"size": 1}, {"size": "big"}]})
    document = assert_problem(response, 422, "invalid_parameters", field="stones.1.size")
    assert document["errors"] == [{"field": "stones.1.size", "location": "body", "reason": "Not a valid integer."}]


def test_a_plain_webargs_parser_is_heard(edge, http):
    @edge.post("/desk")
    @FlaskParser().use_args({"size": fields.Integer()}, location="json", error_headers={"X-Hint": "size"})
    def write(_arguments) -> str:
        return ""

    response = http.post("/desk", json={"size": "big"})
    document = assert_problem(response, 422, "invalid_parameters", field="size")
    assert document["errors"][0]["location"] == "body"
    assert response.headers["X-Hint"] == "size"


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ({"a": ["bad", "worse"]}, [("a", "bad"), ("a", "worse")]),
        ({"a": {0: {"b": ["bad"]}}}, [("a.0.b", "bad")]),
        ({"_schema": ["bad"]}, [(None, "bad")]),
        ({"a": {"_schema": ["bad"]}}, [("a", "bad")]),
        (["bad"], [(None, "bad")]),
        ("bad", [(None, "bad")]),
        ({}, []),
    ],
)
def test_nested_messages_are_flattened(messages, expected):
    assert list(field_errors(messages, "body")) == [FieldError(name, "body", reason) for name, reason in expected]


def test_messages_without_places_are_the_bodys():
    assert located_field_errors(["bad"]) == [FieldError(None, "body", "bad")]


def test_a_message_without_a_place_is_the_bodys(edge, http):
    raising(edge, ValidationError("bad"))
    document = assert_problem(http.get("/v1/raise"), 422, "invalid_parameters")
    assert document["detail"] == "body: bad"


def test_a_missing_thing_and_a_missing_address_are_the_same(http):
    identity = {"X-Request-ID": "same"}
    missing = [
        http.get(path, headers=identity)
        for path in (
            "/v1/nothing",  # no route
            "/v1/pebbles/9999",  # no such thing, says the domain, in words of its own
            "/v1/pebbles/99999999999999999999",  # no number that any database takes
            "/v1/stones/not-a-uuid",  # no id
        )
    ]
    bodies = {response.get_data().replace(response.request.path.encode(), b"PATH") for response in missing}
    assert len(bodies) == 1
    lengthless = [sorted(item for item in response.headers if item[0] != "Content-Length") for response in missing]
    assert all(headers == lengthless[0] for headers in lengthless)
    for response in missing:
        assert_problem(response, 404, "not_found")


def test_the_tombstone_of_what_is_gone(http):
    response = http.get("/v1/stones/01a2008d-7400-7496-b766-000000000000")
    document = assert_problem(response, 410, "gone")
    assert document["context"] == {
        "id": "01a2008d-7400-7496-b766-000000000000",
        "withdrawn_at": "2026-11-22",
        "reason": "sold",
    }


@pytest.mark.parametrize(
    ("path", "instance"),
    [
        ("/v1/a%20b%22<c>", "/v1/a%20b%22%3Cc%3E"),
        ("/v1/%C3%A9", "/v1/%C3%A9"),
        ("/v1/x?q=secret", "/v1/x"),
    ],
)
def test_the_instance_is_a_uri_reference(http, path, instance):
    assert assert_problem(http.get(path), 404, "not_found")["instance"] == instance
