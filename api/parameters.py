"""Query parameters: unknown, repeated and ill-formed ones are errors, each named."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

from flask import Request
from marshmallow import RAISE, Schema, ValidationError, fields
from webargs.flaskparser import FlaskParser
from webargs.multidictproxy import MultiDictProxy

from api.problems import EdgeError, invalid_parameters, located_field_errors

_DIGITS = re.compile(r"[0-9]{1,10}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})", re.IGNORECASE
)
_SCHEMA_MESSAGES = {"unknown": "is no parameter here"}
_NUMBER_MESSAGES: dict[str, str | list[Any] | dict[Any, Any]] = {"invalid": "must be a whole number"}
_MOMENT_MESSAGES: dict[str, str | list[Any] | dict[Any, Any]] = {
    "invalid": "must be a time with its zone, such as 2026-11-22T00:00:00Z (RFC 3339; a plus sign is sent as %2B)"
}
_UNKNOWN_BY_LOCATION: dict[str, str | None] = {
    **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
    "query": RAISE,
    "querystring": RAISE,
}


class QuerySchema(Schema):
    """Base of the schemas of query parameters; every field carries an example in its metadata."""

    error_messages = _SCHEMA_MESSAGES


class NoParameters(QuerySchema):
    """An address that takes no parameters."""


class WholeNumber(fields.Integer):
    """A whole number in ASCII digits: no sign, no spaces, no underscores, all of which ``int`` would take."""

    default_error_messages = _NUMBER_MESSAGES

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if not isinstance(value, str) or not _DIGITS.fullmatch(value):
            raise self.make_error("invalid", input=value)
        return int(super()._deserialize(value, attr, data, **kwargs))


class Moment(fields.DateTime):
    """A time with its zone (RFC 3339, section 5.6), loaded as UTC; nothing else of what ISO 8601 allows."""

    default_error_messages = _MOMENT_MESSAGES

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> datetime:  # noqa: ARG002
        if not isinstance(value, str) or not _MOMENT.fullmatch(value):
            raise self.make_error("invalid", input=value)
        try:
            # The first and the last hours of the calendar leave it when they are brought to UTC.
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise self.make_error("invalid", input=value) from error


class QueryParser(FlaskParser):
    """Reads parameters with marshmallow and answers for the strictness that webargs leaves out."""

    DEFAULT_UNKNOWN_BY_LOCATION = _UNKNOWN_BY_LOCATION

    def load_querystring(self, req: Request, schema: Schema) -> MultiDictProxy:
        """The parameters.

        Raises:
            ValidationError: one that takes a single value is given more than once. Whatever else is wrong is named too.
        """
        proxy = MultiDictProxy(req.args, schema)
        single = {field.data_key or name for name, field in schema.fields.items()} - proxy.multiple_keys
        repeated = {
            name: ["is given more than once"] for name, values in req.args.lists() if len(values) > 1 and name in single
        }
        if repeated:
            raise ValidationError({**_other_faults(schema, proxy), **repeated})
        return proxy

    def handle_error(self, error: ValidationError, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Raise the 422 that names each fault."""
        raise invalid_parameters(located_field_errors(error.messages)) from error

    def _handle_invalid_json_error(
        self, error: json.JSONDecodeError | UnicodeDecodeError, *_args: Any, **_kwargs: Any
    ) -> NoReturn:
        raise EdgeError("malformed_request", "The body is not valid JSON.") from error


def _other_faults(schema: Schema, proxy: MultiDictProxy) -> dict[str, Any]:
    try:
        schema.load(proxy, unknown=RAISE)
    except ValidationError as error:
        return dict(error.messages_dict)
    return {}
