"""What the schemas share."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from annotations.vocabulary import DefinedEnum


def string(description: str = "", **options: Any) -> fields.String:
    """A required text."""
    return fields.String(required=True, **_described(description, options))


def optional_string(description: str = "", **options: Any) -> fields.String:
    """A text that may be null."""
    return fields.String(required=True, allow_none=True, **_described(description, options))


def link(description: str) -> fields.String:
    """An absolute address within this API."""
    return fields.String(required=True, metadata={"format": "uri", "description": description})


def one_of(enumeration: type[DefinedEnum], description: str = "") -> fields.String:
    """A value of one of the domain's enumerations."""
    return fields.String(required=True, validate=validate.OneOf(enumeration.values()), **_described(description, {}))


def many(schema: type[Schema], description: str = "") -> fields.List[Any]:
    """A list of what ``schema`` dumps."""
    return fields.List(fields.Nested(schema), required=True, **_described(description, {}))


def whole(description: str = "", **options: Any) -> fields.Integer:
    """A required whole number."""
    return fields.Integer(required=True, **_described(description, options))


def _described(description: str, options: dict[str, Any]) -> dict[str, Any]:
    if description:
        options["metadata"] = {"description": description, **options.get("metadata", {})}
    return options
