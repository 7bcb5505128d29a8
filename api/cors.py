"""Cross-origin reads (the Fetch standard, section 3.2): any site may read what is public, without credentials."""

from __future__ import annotations

from flask import Response, current_app, request

PUBLIC = ("/v1", "/openapi.json")
NOT_PUBLIC = ("/v1/editorial",)

_COMMON = {
    # A star and no echo of the origin, so that one cached answer serves every site.
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, Last-Modified, X-Request-ID, Retry-After",
}
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "If-None-Match, If-Modified-Since, Authorization, X-Request-ID",
    "Access-Control-Max-Age": "7200",
}


def lies_under(path: str, prefixes: tuple[str, ...]) -> bool:
    """Whether ``path`` is one of ``prefixes`` or below one."""
    return any(path == prefix or path.startswith(f"{prefix}/") for prefix in prefixes)


def is_public(path: str) -> bool:
    """Whether any site may read what is at ``path``; addresses without a route count, for the sake of their errors."""
    return lies_under(path, PUBLIC) and not lies_under(path, NOT_PUBLIC)


def answer_options() -> Response | None:
    """Answer OPTIONS, a preflight or not, for an address that has a route; None for any other request."""
    if request.method != "OPTIONS" or request.routing_exception is not None:
        return None
    response = current_app.make_default_options_response()
    response.status_code = 204
    del response.headers["Content-Type"]
    if is_public(request.path):
        response.headers.update(_PREFLIGHT)
    return response


def allow_any_origin(response: Response) -> Response:
    """Let every site read a public answer, errors included."""
    if is_public(request.path):
        response.headers.update(_COMMON)
    return response
