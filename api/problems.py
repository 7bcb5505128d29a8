"""Every error, as a problem document (RFC 9457).

One table, :data:`PROBLEMS`, maps an error's code to its status and title. An entity that is not there, an entity that
the public may not know of, and an address without a route all give the same document, so that none tells of another.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

import structlog
from flask import Flask, Response, request
from marshmallow import ValidationError
from structlog.contextvars import bind_contextvars
from werkzeug.exceptions import HTTPException

from annotations.errors import DomainError
from api.request_id import HEADER, current_request_id

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:caveat:problem:"

Headers = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Kind:
    """What all problems of one code share; ``detail`` is what is said when there is nothing more exact."""

    status: int
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class FieldError:
    """One input that is at fault.

    Attributes:
        field: its name, dotted where it is nested; None where the fault is in no single field.
        location: ``query``, ``path``, ``header`` or ``body``.
        reason: what is wrong with it.
    """

    field: str | None
    location: str
    reason: str


_INPUT: Final = "An input is not of the form that is taken here."
_RULE: Final = "The request breaks a rule of the workflow."

PROBLEMS: dict[str, Kind] = {
    # Errors of the domain.
    "domain_error": Kind(422, "A rule is not met", _RULE),
    "invalid_input": Kind(422, "Invalid input", _INPUT),
    "invalid_text": Kind(422, "Invalid text", _INPUT),
    "undecodable_text": Kind(422, "Text in no known encoding", _INPUT),
    "empty_text": Kind(422, "Empty text", _INPUT),
    "quote_not_found": Kind(422, "Quote not found", _INPUT),
    "quote_ambiguous": Kind(422, "Quote found more than once", _INPUT),
    "quote_mismatch": Kind(422, "Quote and offsets disagree", _INPUT),
    "slug_taken": Kind(409, "Name already taken", _RULE),
    "not_found": Kind(404, "Not found", "There is nothing at this address."),
    "gone": Kind(410, "Withdrawn", "This was public and was withdrawn."),
    "permission_denied": Kind(403, "Not allowed", "The caller may not do this."),
    "four_eyes_required": Kind(403, "A second person is needed", _RULE),
    "transition_not_allowed": Kind(409, "No such step from here", _RULE),
    "not_publishable": Kind(409, "Not ready to be published", _RULE),
    "stale_version": Kind(412, "Changed in the meantime", "It changed since it was read."),
    "idempotency_key_reused": Kind(422, "Key used before", "This Idempotency-Key was used for another call."),
    "publishing_busy": Kind(503, "Publishing is busy", "Another publisher holds the lock; try again."),
    "settings_error": Kind(500, "Internal error", "The server failed; quote the request id when you report it."),
    # Errors of the edge.
    "malformed_request": Kind(400, "Malformed request", "The request cannot be understood."),
    "invalid_token": Kind(401, "Invalid token", "The credentials given are not valid; without any, reads are public."),
    "authentication_required": Kind(401, "Sign in", "Send a token: Authorization: Bearer followed by it."),
    "precondition_required": Kind(
        428, "If-Match is missing", "Send the ETag of what you read as If-Match, so that nobody's change is lost."
    ),
    "method_not_allowed": Kind(405, "Method not allowed", "This address does not take this method."),
    "not_acceptable": Kind(406, "Not acceptable", "This address answers in application/json only."),
    "request_timeout": Kind(408, "Request timeout", "The request took too long to arrive."),
    "content_too_large": Kind(413, "Content too large", "The request's body is too large."),
    "uri_too_long": Kind(414, "Address too long", "The request's address is too long."),
    "unsupported_media_type": Kind(415, "Unsupported media type", "The body's media type is not taken here."),
    "invalid_parameters": Kind(422, "Invalid parameters", "At least one parameter is not valid."),
    "too_many_requests": Kind(429, "Too many requests", "Wait before you try again."),
    "internal_error": Kind(500, "Internal error", "The server failed; quote the request id when you report it."),
    "not_ready": Kind(503, "Not ready", "The server cannot take requests now."),
}
"""Every code with its status and title; the domain's and the edge's."""

CODE_BY_STATUS: dict[int, str] = {
    400: "malformed_request",
    401: "invalid_token",
    403: "permission_denied",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    408: "request_timeout",
    410: "gone",
    413: "content_too_large",
    414: "uri_too_long",
    415: "unsupported_media_type",
    422: "invalid_parameters",
    429: "too_many_requests",
    500: "internal_error",
    503: "not_ready",
}
"""The code of an error that the framework raises; a status that is not here becomes ``http_<status>``."""

RETRY_AFTER_SECONDS: dict[str, int] = {"publishing_busy": 1, "not_ready": 5}

_OF_THE_BODY = {"content-type", "content-length"}
_LOCATIONS = {"json": "body", "form": "body", "files": "body", "querystring": "query", "view_args": "path"}


class EdgeError(Exception):
    """The request fails the HTTP contract before, or outside of, the domain.

    Args:
        code: a key of :data:`PROBLEMS`.
        detail: what is said to the caller; the code's own words by default.
        errors: the inputs at fault.
        headers: sent along with the answer.
    """

    def __init__(
        self, code: str, detail: str | None = None, *, errors: Sequence[FieldError] = (), headers: Headers = ()
    ) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = tuple(headers)


def invalid_parameters(errors: Sequence[FieldError]) -> EdgeError:
    """The 422 that names each of ``errors``, in its detail too."""
    detail = "; ".join(f"{error.field or error.location}: {error.reason}" for error in errors)
    return EdgeError("invalid_parameters", detail or None, errors=errors)


def invalid_parameter(field: str, reason: str, *, location: str = "query") -> EdgeError:
    """The 422 for one parameter."""
    return invalid_parameters([FieldError(field, location, reason)])


def field_errors(messages: Any, location: str, path: tuple[str, ...] = ()) -> Iterator[FieldError]:
    """Flatten marshmallow's nested messages: ``{"a": {0: ["bad"]}}`` gives ``a.0: bad``."""
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            # Marshmallow files the errors of a whole schema under this name, which is no input's.
            yield from field_errors(inner, location, path if name == "_schema" else (*path, str(name)))
    elif isinstance(messages, (list, tuple)):
        for inner in messages:
            yield from field_errors(inner, location, path)
    else:
        yield FieldError(".".join(path) or None, location, str(messages))


def located_field_errors(messages: Any) -> list[FieldError]:
    """Flatten webargs' messages, which stand under the place where each input was looked for."""
    if not isinstance(messages, Mapping):
        return list(field_errors(messages, "body"))
    return [
        error
        for location, inner in messages.items()
        for error in field_errors(inner, _LOCATIONS.get(str(location), str(location)))
    ]


def problem_response(
    code: str,
    *,
    detail: str | None = None,
    errors: Sequence[FieldError] = (),
    context: Mapping[str, Any] | None = None,
    headers: Headers = (),
    kind: Kind | None = None,
) -> Response:
    """The answer for an error in the current request; never kept by any cache.

    Args:
        code: stable, machine-readable; a key of :data:`PROBLEMS` unless ``kind`` is given.
        detail: what is said of this occurrence.
        errors: the inputs at fault.
        context: further facts, JSON-ready (the tombstone of what is gone, say).
        headers: sent along.
        kind: status and title of a code that is not in the table.
    """
    kind = kind or PROBLEMS[code]
    document: dict[str, Any] = {
        "type": TYPE_PREFIX + code,
        "title": kind.title,
        "status": kind.status,
        "detail": detail or kind.detail,
        "instance": quote(request.path, safe="/:@!$&'()*+,;=~"),
        "code": code,
        "request_id": current_request_id(),
    }
    if errors:
        document["errors"] = [asdict(error) for error in errors]
    if context:
        document["context"] = dict(context)
    # ASCII, because the instance and the fields hold whatever the caller sent.
    response = Response(json.dumps(document, default=str), status=kind.status, mimetype=MEDIA_TYPE)
    if code in RETRY_AFTER_SECONDS:
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS[code])
    for name, value in headers:
        response.headers.add(name, value)
    response.headers["Cache-Control"] = "no-store"
    response.headers[HEADER] = current_request_id()
    bind_contextvars(problem=code)
    return response


def register_error_handlers(app: Flask) -> None:
    """Answer every error of ``app`` with a problem document, in tests and in debugging as in production."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.register_error_handler(EdgeError, handle_edge_error)
    app.register_error_handler(DomainError, handle_domain_error)
    app.register_error_handler(ValidationError, handle_validation_error)
    app.register_error_handler(HTTPException, handle_http_exception)
    app.register_error_handler(Exception, handle_unexpected)


def handle_edge_error(error: EdgeError) -> Response:
    """The problem that the edge itself found."""
    return problem_response(error.code, detail=error.detail, errors=error.errors, headers=error.headers)


def handle_domain_error(error: DomainError) -> Response:
    """The problem of a domain error; what the domain says of a missing thing is not passed on."""
    kind = PROBLEMS.get(error.code)
    if kind is None or kind.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return handle_unexpected(error)
    if kind.status == HTTPStatus.NOT_FOUND:
        return problem_response(error.code)
    errors = []
    if error.field:
        # The domain knows a field by its name only; reads take their input from the query, writes from the body.
        location = "query" if request.method in {"GET", "HEAD"} else "body"
        errors.append(FieldError(error.field, location, error.message))
    return problem_response(error.code, detail=error.message, errors=errors, context=error.context)


def handle_validation_error(error: ValidationError) -> Response:
    """The problem of a schema that was loaded outside the argument parser."""
    return handle_edge_error(invalid_parameters(list(field_errors(error.messages, "body"))))


def handle_http_exception(error: HTTPException) -> Response | HTTPException:
    """The problem of an error that Flask, werkzeug or webargs raised; ``Allow`` and its like are kept."""
    status = error.code
    if status is None or status < HTTPStatus.BAD_REQUEST:
        return error
    code = CODE_BY_STATUS.get(status, f"http_{status}")
    kind = PROBLEMS.get(code) or Kind(status, error.name, f"{error.name}.")
    data = getattr(error, "data", None) or {}
    headers = [*error.get_headers(), *(data.get("headers") or {}).items()]
    return problem_response(
        code,
        errors=located_field_errors(data.get("messages") or {}),
        headers=[(name, str(value)) for name, value in headers if name.lower() not in _OF_THE_BODY],
        kind=kind,
    )


def handle_unexpected(error: Exception) -> Response:
    """A 500 that says nothing but the request id; the traceback goes to the log."""
    structlog.get_logger("caveat.problems").error(
        "unexpected_error", exc_info=(type(error), error, error.__traceback__)
    )
    return problem_response("internal_error")
