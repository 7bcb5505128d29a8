"""The one helper that checks the shape of every error."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

REQUIRED = {"type", "title", "status", "detail", "instance", "code", "request_id"}
OPTIONAL = {"errors", "context"}


def assert_problem(response: TestResponse, status: int, code: str, field: str | None = None) -> dict[str, Any]:
    """Check that ``response`` is a problem document of ``code``, and that ``field`` is among its errors.

    Returns the document, for what a test checks besides.
    """
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.content_type == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "ETag" not in response.headers
    document: dict[str, Any] = response.get_json()
    assert REQUIRED <= document.keys() <= REQUIRED | OPTIONAL
    assert all(isinstance(document[name], str) and document[name] for name in REQUIRED - {"status"})
    assert (document["status"], document["code"]) == (status, code)
    assert document["type"] == f"urn:caveat:problem:{code}"
    assert document["instance"].startswith("/")
    assert document["request_id"] == response.headers["X-Request-ID"]
    assert "Traceback" not in response.get_data(as_text=True)
    for error in document.get("errors", ()):
        assert error.keys() == {"field", "location", "reason"}
        assert error["location"]
        assert error["reason"]
    if field is not None:
        assert field in [error["field"] for error in document.get("errors", ())], document
    return document
