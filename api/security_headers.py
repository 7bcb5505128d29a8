"""What every answer tells browsers to refrain from."""

from __future__ import annotations

from flask import Response

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # Data, opened as a page, loads nothing; a page that needs more sets its own policy.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


def add_security_headers(response: Response) -> Response:
    """Add the headers that the answer has not set itself."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response
