"""Filters that several lists share."""

from __future__ import annotations

from marshmallow import fields, validate

from annotations.vocabulary import Category, DefinedEnum, Verdict

SLUG = validate.Regexp(r"\A[a-z0-9]+(?:-[a-z0-9]+)*\Z", error="is not of the form of a slug")
SLUG_LENGTH = validate.Length(max=200)


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
