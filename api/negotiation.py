"""Content negotiation (RFC 9110, section 12.5.1): whether the caller takes JSON at all."""

from __future__ import annotations

from flask import request

from api.problems import MEDIA_TYPE as PROBLEM_JSON
from api.problems import EdgeError

JSON = "application/json"


def require_json() -> None:
    """Check the current request's ``Accept``.

    Raises:
        EdgeError: 406, it admits neither JSON nor problem documents.
    """
    header = request.headers.get("Accept")
    if not (admits(header, JSON) or admits(header, PROBLEM_JSON)):
        raise EdgeError("not_acceptable")


def admits(header: str | None, media_type: str) -> bool:
    """Whether an ``Accept`` header admits ``media_type``; the most exact range decides, and ``q=0`` forbids.

    No header, an empty one, and one without a single well-formed range state no preference.
    Parameters other than ``q`` are not compared.
    """
    ranges = [parsed for part in (header or "").split(",") if (parsed := _parse_range(part)) is not None]
    if not ranges:
        return True
    group = media_type.partition("/")[0]
    for candidate in (media_type, f"{group}/*", "*/*"):
        qualities = [quality for name, quality in ranges if name == candidate]
        if qualities:
            return max(qualities) > 0
    return False


def _parse_range(part: str) -> tuple[str, float] | None:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    group, slash, subtype = name.partition("/")
    if not (group and slash and subtype):
        return None
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            return name, parse_quality(value)
    return name, 1.0


def parse_quality(value: str) -> float:
    """A ``q`` value from 0 to 1; one that is none counts as 1, as if it were not there."""
    digits = value.strip()
    if not digits.isascii() or not digits.replace(".", "", 1).isdigit():
        return 1.0
    return min(float(digits), 1.0)
