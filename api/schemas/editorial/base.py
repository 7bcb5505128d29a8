"""What everything that editors are shown has in common."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from annotations.vocabulary import DefinedEnum, RecheckReason, ReviewState, Role
from api.schemas.base import next_page, one_of, optional_string, sha256, string, whole
from api.schemas.times import Timestamp


def moment(description: str) -> Timestamp:
    """A moment."""
    return Timestamp(required=True, metadata={"description": description})


def optional_moment(description: str) -> Timestamp:
    """A moment that may be null."""
    return Timestamp(required=True, allow_none=True, metadata={"description": description})


def day(description: str, *, may_be_null: bool = False) -> fields.Date:
    """A day."""
    return fields.Date(required=True, allow_none=may_be_null, metadata={"description": description})


def optional_whole(description: str) -> fields.Integer:
    """A whole number that may be null."""
    return fields.Integer(required=True, allow_none=True, metadata={"description": description})


def optional_one_of(enumeration: type[DefinedEnum], description: str) -> fields.String:
    """A value of one of the domain's enumerations, or null."""
    return fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf(enumeration.values()),
        metadata={"description": description},
    )


def flag(description: str) -> fields.Boolean:
    """Whether something holds."""
    return fields.Boolean(required=True, metadata={"description": description})


def uuid(description: str, **options: Any) -> fields.UUID:
    """An id."""
    return fields.UUID(required=True, metadata={"description": description}, **options)


def one(schema: type[Schema], description: str) -> fields.Nested:
    """What ``schema`` dumps."""
    return fields.Nested(schema, required=True, metadata={"description": description})


def one_or_null(schema: type[Schema], description: str) -> fields.Nested:
    """What ``schema`` dumps, or null."""
    return fields.Nested(schema, required=True, allow_none=True, metadata={"description": description})


class PersonSchema(Schema):
    """Who did something."""

    id = uuid("The actor's id.")
    name = string("Their name, as histories keep it.")
    role = one_of(Role, "Their role now.")


class WithdrawalRequestSchema(Schema):
    """A request to withdraw, which waits for a second person."""

    by = one(PersonSchema, "Who asked; somebody else must confirm.")
    reason = string("What the tombstone will say.")


class VersionFields(Schema):
    """What every immutable version has."""

    id = uuid("The version's own id.")
    number = whole("Its place among the versions, from 1.", low=1)
    content_hash = sha256("SHA-256 of the content, which the history's chain holds.")
    created_at = moment("When it was saved.")
    created_by = one(PersonSchema, "Who wrote it.")
    in_force_from = optional_moment("When it was approved; null for what never was.")
    in_force_until = optional_moment("When another one took its place, or it was taken back; null until then.")
    redacted = flag("Its content was blanked for legal reasons.")


class ReviewedFields(Schema):
    """What claims, evidence and annotations have in common."""

    id = uuid("The same through all versions.")
    state = one_of(ReviewState, "Where the newest version stands in review.")
    lock_version = whole("Counts the changes; the ETag is made of it.", low=1)
    head_number = whole("Number of the newest version.", low=1)
    in_force_number = optional_whole("Number of the version that is in force; null if none is.")
    needs_recheck = flag("It waits for another look.")
    recheck_reason = optional_one_of(RecheckReason, "Why it waits for another look.")
    created_at = moment("When its first version was saved.")
    created_by = one(PersonSchema, "Who wrote its first version.")
    withdrawal_request = one_or_null(WithdrawalRequestSchema, "A request to withdraw it, if one stands.")
    withdrawn_at = optional_moment("When it was withdrawn.")
    withdrawn_reason = optional_string("What its tombstone says.")


class EditorialPageSchema(Schema):
    """What every page has besides its items."""

    next = next_page()
