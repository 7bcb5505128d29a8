"""The request target (RFC 9112, section 3.2), checked once, before anything reads it.

Werkzeug hides ill-encoded input: it puts U+FFFD for it in paths and leaves it percent-encoded in parameters. Here it
is an error, so that what reaches a query is what the caller meant, and storable on both databases.
"""

from __future__ import annotations

from urllib.parse import quote, unquote_to_bytes

from flask import request

from api.problems import EdgeError, FieldError, invalid_parameters

MAX_TARGET_BYTES = 8192

_ALLOWED_CONTROLS = {"\t", "\n", "\r"}


def check_target() -> None:
    """Check the current request's path and query.

    Raises:
        EdgeError: 414 for a target over :data:`MAX_TARGET_BYTES`, 400 for a path that is no clean UTF-8, 404 for
            one with two slashes in front, 422 for a query that is no clean UTF-8.
    """
    path = request.environ.get("PATH_INFO", "").encode("latin-1")
    query = request.query_string
    if target_length(path, query) > MAX_TARGET_BYTES:
        raise EdgeError("uri_too_long", f"The address is longer than {MAX_TARGET_BYTES} bytes.")
    if (fault := path_fault(path)) is not None:
        raise EdgeError("malformed_request", f"The path {fault}.")
    if path.startswith(b"//"):
        # Werkzeug reads it as one slash, which would give each address a second spelling.
        raise EdgeError("not_found")
    if errors := query_faults(query):
        raise invalid_parameters(errors)


def target_length(path: bytes, query: bytes) -> int:
    """Bytes of the target as it is written in a request, ``path`` being decoded and ``query`` not."""
    return len(quote(path)) + (len(query) + 1 if query else 0)


def path_fault(path: bytes) -> str | None:
    """What is wrong with a decoded path, or None; a path holds no control characters at all."""
    try:
        text = path.decode("utf-8")
    except UnicodeDecodeError:
        return "is not encoded as UTF-8"
    return "holds a control character" if any(_is_control(character) for character in text) else None


def query_faults(query: bytes) -> list[FieldError]:
    """Each parameter whose name or value is no UTF-8, or holds control characters other than tab and newline."""
    errors = []
    for pair in query.split(b"&"):
        name, _, value = pair.partition(b"=")
        for part in (name, value):
            if (fault := _value_fault(part)) is not None:
                readable = unquote_to_bytes(name.replace(b"+", b" ")).decode("utf-8", "replace")
                errors.append(FieldError(readable, "query", fault))
                break
    return errors


def _value_fault(part: bytes) -> str | None:
    try:
        text = unquote_to_bytes(part).decode("utf-8")
    except UnicodeDecodeError:
        return "is not encoded as UTF-8"
    bad = any(_is_control(character) and character not in _ALLOWED_CONTROLS for character in text)
    return "holds a control character" if bad else None


def _is_control(character: str) -> bool:
    return character < " " or "\x7f" <= character <= "\x9f"
