"""What may stand in a path. Whatever does not fit is a 404, like a name that nobody has."""

from __future__ import annotations

from typing import Any

from werkzeug.routing import BaseConverter, ValidationError

MAX_ORDINAL = 2**31 - 1
"""The largest whole number that both databases take in an integer column."""

MAX_SLUG_LENGTH = 200


class OrdinalConverter(BaseConverter):
    """``<ordinal:name>``: a whole number from 0 to :data:`MAX_ORDINAL`, in ASCII digits, without leading zeros."""

    regex = "0|[1-9][0-9]*"
    weight = 50

    def to_python(self, value: str) -> int:
        """The number.

        Raises:
            ValidationError: it is too large, which makes the address one without a route.
        """
        # The length goes first: Python refuses to read numbers of thousands of digits.
        if len(value) > len(str(MAX_ORDINAL)) or int(value) > MAX_ORDINAL:
            raise ValidationError
        return int(value)

    def to_url(self, value: Any) -> str:
        """The number as it stands in a path."""
        return str(int(value))


class SlugConverter(BaseConverter):
    """``<slug:name>``: words of ASCII lower-case letters and digits, joined by single hyphens."""

    regex = "[a-z0-9]+(?:-[a-z0-9]+)*"

    def to_python(self, value: str) -> str:
        """The slug.

        Raises:
            ValidationError: it is longer than any slug.
        """
        if len(value) > MAX_SLUG_LENGTH:
            raise ValidationError
        return value


CONVERTERS: dict[str, type[BaseConverter]] = {"ordinal": OrdinalConverter, "slug": SlugConverter}


def ordinal_schema(_converter: BaseConverter) -> dict[str, Any]:
    """How an ordinal is documented."""
    return {"type": "integer", "minimum": 0, "maximum": MAX_ORDINAL}


def slug_schema(_converter: BaseConverter) -> dict[str, Any]:
    """How a slug is documented."""
    return {"type": "string", "pattern": f"^{SlugConverter.regex}$", "maxLength": MAX_SLUG_LENGTH}
