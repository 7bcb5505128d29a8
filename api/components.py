"""The parts of the OpenAPI document that every operation refers to: problems and headers."""

from __future__ import annotations

from typing import Any

from apispec import APISpec
from flask_smorest.utils import prepare_response
from marshmallow import Schema, fields

from api.problems import MEDIA_TYPE, PROBLEMS, TYPE_PREFIX

PROBLEM_RESPONSES: dict[int, tuple[str, str]] = {
    400: ("BadRequest", "malformed_request"),
    401: ("Unauthorized", "invalid_token"),
    404: ("NotFound", "not_found"),
    406: ("NotAcceptable", "not_acceptable"),
    410: ("Gone", "gone"),
    414: ("UriTooLong", "uri_too_long"),
    422: ("UnprocessableContent", "invalid_parameters"),
    500: ("InternalServerError", "internal_error"),
    503: ("ServiceUnavailable", "not_ready"),
}
"""Status to the name of its response in the document, and the code that its example shows."""

DEFAULT_RESPONSE = "Problem"
NOT_MODIFIED = "NotModified"

HEADERS: dict[str, str] = {
    "ETag": "Weak entity tag of the answer, for If-None-Match.",
    "Last-Modified": "The whole second after the last change; left out within that second.",
    "Cache-Control": "What caches may do with the answer.",
    "Link": "The next page, as rel=next, where there is one.",
    "X-Request-ID": "The name of the request, as it stands in the logs.",
    "Retry-After": "Seconds to wait before trying again.",
    "WWW-Authenticate": "What is wrong with the credentials.",
}
"""Headers that the document describes."""


class FieldErrorSchema(Schema):
    """One input that is at fault."""

    field = fields.String(required=True, allow_none=True, metadata={"description": "Its name, dotted when nested."})
    location = fields.String(required=True, metadata={"description": "query, path, header or body."})
    reason = fields.String(required=True, metadata={"description": "What is wrong with it."})


class ProblemSchema(Schema):
    """A problem document (RFC 9457). For the documentation only: problems.py writes them."""

    type = fields.String(required=True, metadata={"description": "urn:caveat:problem: and the code.", "format": "uri"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String(required=True, metadata={"description": "The path asked for.", "format": "uri-reference"})
    code = fields.String(required=True, metadata={"description": "Stable and machine-readable."})
    request_id = fields.String(required=True)
    errors = fields.List(fields.Nested(FieldErrorSchema))
    context = fields.Dict(metadata={"description": "Further facts; of what is gone: id, withdrawn_at and reason."})


def register_components(spec: APISpec) -> None:
    """Describe headers and answers in ``spec``; only those that an operation refers to enter the document."""
    for name, description in HEADERS.items():
        spec.components.header(name, {"description": description, "schema": {"type": "string"}}, lazy=True)
    for status, (name, code) in PROBLEM_RESPONSES.items():
        _register_problem(spec, name, PROBLEMS[code].title, _headers_of_problem(status), _problem_example(code))
    _register_problem(spec, DEFAULT_RESPONSE, "Any other error", ("X-Request-ID",), None)
    spec.components.response(
        NOT_MODIFIED,
        {"description": "Not modified", "headers": named("ETag", "Last-Modified", "Cache-Control")},
        lazy=True,
    )


def named(*headers: str) -> dict[str, str]:
    """References to described headers, for a response."""
    return {name: name for name in headers}


def _register_problem(
    spec: APISpec, name: str, description: str, headers: tuple[str, ...], example: dict[str, Any] | None
) -> None:
    response: dict[str, Any] = {"description": description, "schema": ProblemSchema, "headers": named(*headers)}
    if example is not None:
        response["example"] = example
    prepare_response(response, spec, MEDIA_TYPE)
    spec.components.response(name, response, lazy=True)


def _problem_example(code: str) -> dict[str, Any]:
    kind = PROBLEMS[code]
    return {
        "type": TYPE_PREFIX + code,
        "title": kind.title,
        "status": kind.status,
        "detail": kind.detail,
        "instance": "/v1/articles",
        "code": code,
        "request_id": "0b5e1c0c6f0e4a0c9d8f8f2f5a3b7e11",
    }


def _headers_of_problem(status: int) -> tuple[str, ...]:
    extra = {401: ("WWW-Authenticate",), 503: ("Retry-After",)}
    return ("X-Request-ID", "Cache-Control", *extra.get(status, ()))
