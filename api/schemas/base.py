"""What the schemas share."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from annotations.syndication.wording import disclaimer
from annotations.vocabulary import SEVERITY_DEFINITION, Category, DefinedEnum
from api.current import current_settings


def string(description: str = "", **options: Any) -> fields.String:
    """A required text."""
    return fields.String(required=True, **_described(description, options))


def optional_string(description: str = "", **options: Any) -> fields.String:
    """A text that may be null."""
    return fields.String(required=True, allow_none=True, **_described(description, options))


def link(description: str) -> fields.String:
    """An absolute address, of this API where the description names no other."""
    return fields.String(required=True, metadata={"format": "uri", "description": description})


def disclaimer_field() -> fields.String:
    """Who wrote the notes, and what they are not."""
    return string("Who wrote the notes, and that they are no medical advice.")


def own_notice() -> str:
    """What :func:`disclaimer_field` shows in this installation."""
    return disclaimer(current_settings().organisation_name)


def next_page() -> fields.String:
    """The member of a page that leads on."""
    description = "Address of the next page; null on the last."
    return fields.String(required=True, allow_none=True, metadata={"format": "uri", "description": description})


def sha256(description: str) -> fields.String:
    """A hash in hexadecimal."""
    return string(description, validate=validate.Regexp("^[0-9a-f]{64}$"))


def one_of(enumeration: type[DefinedEnum], description: str = "") -> fields.String:
    """A value of one of the domain's enumerations."""
    return fields.String(required=True, validate=validate.OneOf(enumeration.values()), **_described(description, {}))


def many(schema: type[Schema], description: str = "") -> fields.List[Any]:
    """A list of what ``schema`` dumps."""
    return fields.List(fields.Nested(schema), required=True, **_described(description, {}))


def whole(description: str = "", *, low: int = 0, high: int | None = None, **options: Any) -> fields.Integer:
    """A required whole number, from ``low`` to ``high``."""
    bounds = validate.Range(low, high)
    return fields.Integer(required=True, validate=bounds, **_described(description, options))


def severity() -> fields.Integer:
    """How much a passage matters; null for a fair statement."""
    meanings = ", ".join(f"{value}: {text.rstrip('.').lower()}" for value, text in SEVERITY_DEFINITION.items())
    return fields.Integer(
        required=True,
        allow_none=True,
        validate=validate.OneOf(list(SEVERITY_DEFINITION)),
        metadata={"description": f"{meanings}; null: a fair statement."},
    )


def categories() -> fields.List[Any]:
    """What is the matter with a passage."""
    return fields.List(
        fields.String(validate=validate.OneOf(Category.values())),
        required=True,
        metadata={"description": "What is the matter with the passage."},
    )


def _described(description: str, options: dict[str, Any]) -> dict[str, Any]:
    if description:
        options["metadata"] = {"description": description, **options.get("metadata", {})}
    return options


class PageSchema(Schema):
    """What every page has besides its items."""

    notice = disclaimer_field()
    next = next_page()
