"""The parts of the OpenAPI document that operations refer to: problems, headers and enumerations."""

from __future__ import annotations

from inspect import getdoc
from typing import Any

from apispec import APISpec
from flask_smorest.utils import prepare_response
from marshmallow import Schema, fields

from annotations.vocabulary import (
    AnchorState,
    BlockKind,
    Category,
    Certainty,
    DefinedEnum,
    Design,
    EvidenceStatus,
    FactCheckStatus,
    OriginStatus,
    PendingReason,
    Stance,
    Verdict,
    VerificationLevel,
)
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

ENUMERATIONS: tuple[type[DefinedEnum], ...] = (
    Verdict,
    Category,
    Stance,
    Certainty,
    Design,
    EvidenceStatus,
    VerificationLevel,
    FactCheckStatus,
    OriginStatus,
    AnchorState,
    PendingReason,
    BlockKind,
)
"""Enumerations that stand in answers; the document holds each once, with its definitions."""

_NAME_OF_VALUES = {enumeration.values(): enumeration.__name__ for enumeration in ENUMERATIONS}


class FieldErrorSchema(Schema):
    """One input that is at fault."""

    field = fields.String(required=True, allow_none=True, metadata={"description": "Its name, dotted when nested."})
    location = fields.String(required=True, metadata={"description": "query, path, header, body or readiness."})
    reason = fields.String(required=True, metadata={"description": "What is wrong with it."})


class ProblemSchema(Schema):
    """A problem document (RFC 9457). For the documentation only: problems.py writes them."""

    type = fields.String(required=True, metadata={"description": "urn:caveat:problem: and the code.", "format": "uri"})
    title = fields.String(required=True, metadata={"description": "The same for every problem of this code."})
    status = fields.Integer(required=True, metadata={"description": "The status of the answer."})
    detail = fields.String(required=True, metadata={"description": "What is wrong this time, in words."})
    instance = fields.String(required=True, metadata={"description": "The path asked for.", "format": "uri-reference"})
    code = fields.String(required=True, metadata={"description": "Stable and machine-readable."})
    request_id = fields.String(required=True, metadata={"description": "To be quoted when the problem is reported."})
    errors = fields.List(
        fields.Nested(FieldErrorSchema), metadata={"description": "Every input that is at fault, where some are."}
    )
    context = fields.Dict(metadata={"description": "Further facts; of what is gone: id, withdrawn_at and reason."})


def register_components(spec: APISpec) -> None:
    """Describe enumerations in ``spec``, and headers and answers, of which those in use enter the document."""
    for enumeration in ENUMERATIONS:
        spec.components.schema(enumeration.__name__, _described(enumeration))
    for name, description in HEADERS.items():
        spec.components.header(name, {"description": description, "schema": {"type": "string"}}, lazy=True)
    for status, (name, code) in PROBLEM_RESPONSES.items():
        _register_problem(spec, name, PROBLEMS[code].title, _headers_of_problem(status), _problem_example(code))
    _register_problem(
        spec, DEFAULT_RESPONSE, "Any other error", ("X-Request-ID",), _problem_example("method_not_allowed")
    )
    spec.components.response(
        NOT_MODIFIED,
        {"description": "Not modified", "headers": named("ETag", "Last-Modified", "Cache-Control")},
        lazy=True,
    )


def named(*headers: str) -> dict[str, str]:
    """References to described headers, for a response."""
    return {name: name for name in headers}


def name_enumeration(_converter: Any, _field: Any, *, ret: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Refer to the enumeration whose values a field takes; for apispec, which would list them at every field."""
    values = ret.get("enum", ())
    name = _NAME_OF_VALUES.get(tuple(value for value in values if value is not None))
    if name is None:
        return {}
    for member in ("enum", "type"):
        ret.pop(member, None)
    reference = {"$ref": f"#/components/schemas/{name}"}
    return {"anyOf": [reference, {"type": "null"}]} if None in values else reference


def _described(enumeration: type[DefinedEnum]) -> dict[str, Any]:
    terms = "\n".join(f"* `{member.value}`: {member.definition}" for member in enumeration)
    return {"type": "string", "enum": list(enumeration.values()), "description": f"{getdoc(enumeration)}\n\n{terms}"}


def _register_problem(
    spec: APISpec, name: str, description: str, headers: tuple[str, ...], example: dict[str, Any]
) -> None:
    response = {
        "description": description,
        "schema": ProblemSchema,
        "headers": named(*headers),
        "example": example,
    }
    prepare_response(response, spec, MEDIA_TYPE)
    spec.components.response(name, response, lazy=True)


def _problem_example(code: str) -> dict[str, Any]:
    kind = PROBLEMS[code]
    example = {
        "type": TYPE_PREFIX + code,
        "title": kind.title,
        "status": kind.status,
        "detail": kind.detail,
        "instance": "/v1/articles",
        "code": code,
        "request_id": "0b5e1c0c6f0e4a0c9d8f8f2f5a3b7e11",
    }
    return {**example, **_MORE_OF_PROBLEMS.get(code, {})}


_MORE_OF_PROBLEMS: dict[str, dict[str, Any]] = {
    "not_found": {"instance": "/v1/articles/no-such-article"},
    "gone": {
        "detail": "This was withdrawn.",
        "instance": "/v1/claims/withdrawn-claim",
        "context": {
            "id": "01a2008d-7400-7496-b766-b8a269a6993c",
            "withdrawn_at": "2026-11-22T12:00:00.000000Z",
            "reason": "Why it was withdrawn.",
        },
    },
    "invalid_parameters": {
        "detail": "limit: must be from 1 to 100",
        "errors": [{"field": "limit", "location": "query", "reason": "must be from 1 to 100"}],
    },
    "not_ready": {
        "detail": "Failed: database.",
        "instance": "/health/ready",
        "errors": [{"field": "database", "location": "readiness", "reason": "failed"}],
    },
    "uri_too_long": {"detail": "The address is longer than 8192 bytes."},
}


def _headers_of_problem(status: int) -> tuple[str, ...]:
    extra = {401: ("WWW-Authenticate",), 503: ("Retry-After",)}
    return ("X-Request-ID", "Cache-Control", *extra.get(status, ()))
