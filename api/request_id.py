"""A name for every request: in its answer, in its problem document, in each of its log lines."""

from __future__ import annotations

import re
import uuid

from flask import Response, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars

HEADER = "X-Request-ID"
_SANE = re.compile(r"[A-Za-z0-9._-]{1,64}")


def accepted_request_id(value: str | None) -> str:
    """The caller's own id where it is a sane token of at most 64 characters, or else a new one.

    Anything else is dropped: the id goes into headers and logs.
    """
    if value is not None and _SANE.fullmatch(value):
        return value
    return uuid.uuid4().hex


def begin_request() -> None:
    """Name the request and bind the name to the log context of this thread."""
    # A server's threads are used again, so what the last request bound must go.
    clear_contextvars()
    g.request_id = accepted_request_id(request.headers.get(HEADER))
    bind_contextvars(request_id=g.request_id)


def current_request_id() -> str:
    """The name of the current request."""
    if "request_id" not in g:
        begin_request()
    request_id: str = g.request_id
    return request_id


def return_request_id(response: Response) -> Response:
    """Tell the caller the name of the request."""
    response.headers[HEADER] = current_request_id()
    return response
