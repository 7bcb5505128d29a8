"""Reading request bodies: strict JSON, and files, within limits that are checked before anything is read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, NoReturn

from flask import g, request
from marshmallow import RAISE, Schema, ValidationError

from api.problems import EdgeError, FieldError, field_errors, invalid_parameters

MAX_JSON_BYTES = 4_500_000
"""Room for a text of 2 MB, though JSON may write a character as six."""

MAX_DEPTH = 32
"""Objects and lists within one another; nothing that editors send needs a quarter of it."""

JSON = "application/json"

_UNSTORABLE = re.compile("[\\x00\\ud800-\\udfff]")


class BodySchema(Schema):
    """Base of the schemas of bodies: what they do not know is an error."""

    class Meta:
        """Settings of marshmallow."""

        unknown = RAISE

    error_messages = {"unknown": "is no member here", "type": "must be a JSON object"}  # noqa: RUF012


class Nothing(BodySchema):
    """A body without members; it may be left out."""


def read_json(schema: type[Schema]) -> dict[str, Any]:
    """The body of the current request, loaded by ``schema``. An empty body counts as ``{}``.

    Raises:
        EdgeError: 413 over :data:`MAX_JSON_BYTES`, 415 for another media type, 400 for what is no strict JSON (a member
            given twice, NaN, nested too deep), 422 naming each member at fault.
    """
    data = g.body_bytes = read_bytes(MAX_JSON_BYTES)
    if data and request.mimetype != JSON:
        raise EdgeError("unsupported_media_type", f"Send {JSON}.")
    return load(schema, parse(data) if data else {})


def load(schema: type[Schema], value: Any) -> dict[str, Any]:
    """``value`` loaded by ``schema``.

    Raises:
        EdgeError: 422 naming each member at fault.
    """
    if (fault := _unstorable(value)) is not None:
        reason = "holds a NUL or half a surrogate pair, which no text does"
        raise invalid_parameters([FieldError(fault or None, "body", reason)])
    try:
        loaded: dict[str, Any] = schema().load(value)
    except ValidationError as error:
        raise invalid_parameters(list(field_errors(error.messages, "body"))) from error
    return loaded


def read_bytes(limit: int) -> bytes:
    """The body of the current request as it came.

    Raises:
        EdgeError: 413, it is longer than ``limit`` bytes.
    """
    if (request.content_length or 0) > limit:
        raise EdgeError("content_too_large", f"The body is larger than {limit} bytes.")
    data = request.stream.read(limit + 1)
    if len(data) > limit:
        raise EdgeError("content_too_large", f"The body is larger than {limit} bytes.")
    return data


def parse(data: bytes) -> Any:
    """Strict JSON (RFC 8259) in UTF-8.

    Raises:
        EdgeError: 400, it is none.
    """
    try:
        found = json.loads(data.decode("utf-8"), object_pairs_hook=_without_doubles, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:
        # A number of thousands of digits is one too.
        raise EdgeError("malformed_request", "The body is not valid JSON.") from error
    _check_depth(found)
    return found


def _check_depth(value: Any) -> None:
    """Refuse what is nested so deep that walking through it would overflow, though parsing it did not."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [inner for item in level for inner in _items(item)]
        if not level:
            return
    raise _too_deep()


def _items(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _too_deep() -> EdgeError:
    return EdgeError("malformed_request", f"The body is nested too deep; {MAX_DEPTH} levels are taken.")


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member is given twice")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _unstorable(value: Any, path: str = "") -> str | None:
    """The dotted path of the first text that is no Unicode text; None where all is well."""
    if isinstance(value, str):
        return path if _UNSTORABLE.search(value) else None
    if isinstance(value, dict):
        inner = [(f"{path}.{name}" if path else name, item) for name, item in value.items()]
        if any(_unstorable(name) is not None for name in value):
            return path
    elif isinstance(value, list):
        inner = [(f"{path}.{index}" if path else str(index), item) for index, item in enumerate(value)]
    else:
        return None
    return next((found for name, item in inner if (found := _unstorable(item, name)) is not None), None)
