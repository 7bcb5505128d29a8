"""Times as they leave: RFC 3339, UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marshmallow import fields


def rfc3339(at: datetime) -> str:
    """``at`` in UTC, to the microsecond, with ``Z``."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class Timestamp(fields.DateTime):
    """A moment in UTC, RFC 3339, to the microsecond."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:  # noqa: ARG002
        return None if value is None else rfc3339(value)
