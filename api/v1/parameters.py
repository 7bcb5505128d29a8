"""Parameters that several addresses share."""

from __future__ import annotations

from datetime import UTC, datetime

from marshmallow import ValidationError, fields, validate

from annotations.vocabulary import Category, DefinedEnum, Verdict
from api.pagination import PageQuery
from api.parameters import Moment, QuerySchema

SLUG = validate.Regexp(r"\A[a-z0-9]+(?:-[a-z0-9]+)*\Z", error="is not of the form of a slug")
SLUG_LENGTH = validate.Length(max=200)


def refuse_future(at: datetime) -> None:
    """Refuse a time that has not come.

    Raises:
        ValidationError: it has not.
    """
    if at > datetime.now(UTC):
        raise ValidationError("must not lie in the future")


class PastQuery(QuerySchema):
    """The parameter of every address that can be read as of a time gone by."""

    as_of = Moment(
        validate=refuse_future,
        metadata={
            "description": "Answer what was public at this moment (RFC 3339, such as 2026-11-22T12:00:00Z),"
            " which must not lie in the future.",
            "no_example": "Every installation has a past of its own.",
        },
    )


class PastPageQuery(PastQuery, PageQuery):
    """The parameters of a list that can be read as of a time gone by."""


def slug_filter(description: str, example: str) -> fields.String:
    """A filter by slug, key or topic."""
    return fields.String(validate=[SLUG_LENGTH, SLUG], metadata={"description": description, "example": example})


def enum_filter(enumeration: type[DefinedEnum], description: str, example: str) -> fields.String:
    """A filter by a value of one of the domain's enumerations."""
    return fields.String(
        validate=validate.OneOf(enumeration.values(), error="must be one of: {choices}"),
        metadata={"description": description, "example": example},
    )


def verdict_filter() -> fields.String:
    """A filter by verdict."""
    return enum_filter(Verdict, "Only what makes a claim with this verdict.", Verdict.OVERSTATED)


def category_filter() -> fields.String:
    """A filter by category."""
    return enum_filter(Category, "Only what an annotation of this category marks.", Category.SUPERLATIVE_HYPE)
