"""Conditional requests (RFC 9110, section 13) and what caches are told.

The core takes and gives header values and knows no request; :func:`conditional` and :func:`stamp_response` tie it to
Flask. Validators come from the publication log (:class:`Validator`), so a 304 costs one look-up and renders nothing.
"""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Response, g, request
from werkzeug.datastructures import Headers
from werkzeug.http import http_date, parse_date

from annotations.settings import Settings
from api.current import current_settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

REPRESENTATION = "1"
"""Raise it when any public body changes its shape without a change in what it shows."""

REVALIDATE = "public, max-age=0, must-revalidate"

_ENTITY_TAG = re.compile(r'"([\x21\x23-\x7e\x80-\uffff]*)"')
_KEY = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Validator:
    """The last change to a representation: its place in the publication log, and when (aware)."""

    seq: int
    at: datetime


def canonical_url(path: str, query: bytes) -> str:
    """Path and query with the parameters in order, as sent otherwise: equal for requests that ask the same."""
    pairs = sorted(pair for pair in query.decode("latin-1").split("&") if pair)
    return quote(path) + ("?" + "&".join(pairs) if pairs else "")


def etag(url: str, media_type: str, representation: str, seq: int) -> str:
    """The weak entity tag of ``url`` as it stood after change ``seq``.

    Weak, because compressed and plain bodies share it.
    """
    return weak_tag("\n".join((url, media_type, representation, str(seq))).encode())


def weak_tag(content: bytes) -> str:
    """A weak entity tag over ``content``."""
    digest = hashlib.sha256(content).digest()[:18]
    return f'W/"{urlsafe_b64encode(digest).decode("ascii")}"'


def matches(if_none_match: str, tag: str) -> bool:
    """Whether an ``If-None-Match`` names ``tag``, by weak comparison; ``*`` names every tag.

    What is no entity tag is passed over; a header of nothing else matches nothing.
    """
    if if_none_match.strip() == "*":
        return True
    opaque = tag.removeprefix("W/").strip('"')
    return any(found.group(1) == opaque for found in _ENTITY_TAG.finditer(if_none_match))


def last_modified(at: datetime, now: datetime) -> datetime | None:
    """The whole second after the change at ``at``, or None while ``now`` has not reached it.

    HTTP dates have no fractions. Rounded down, two changes within one second would share a date, and whoever read
    between them would be told "not modified" for good. Rounded up, and kept back until that second is over, a date is
    only ever given out when no further change can fall under it.

    Raises:
        ValueError: ``at`` has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("the time of a change must carry its zone")
    second = at.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
    return second if second <= now else None


def not_modified(
    *, if_none_match: str | None, if_modified_since: str | None, tag: str, modified: datetime | None, now: datetime
) -> bool:
    """Whether the caller already has the representation. ``If-None-Match`` decides alone where it is sent.

    ``If-Modified-Since`` is passed over where it is no date, or lies in the future (RFC 9110, section 13.1.3).
    """
    if if_none_match is not None:
        return matches(if_none_match, tag)
    since = _date(if_modified_since)
    if since is None or modified is None or since > now:
        return False
    return modified <= since


def _date(value: str | None) -> datetime | None:
    try:
        return parse_date(value)
    except OverflowError:
        # A year of more digits than a machine word holds.
        return None


def cache_headers(
    tag: str, modified: datetime | None, keys: Sequence[str], *, cdn_max_age_seconds: int
) -> dict[str, str]:
    """The headers that a public answer and its 304 share.

    Raises:
        ValueError: a key cannot stand in a header.
    """
    if not all(_KEY.fullmatch(key) for key in keys):
        raise ValueError(f"surrogate keys must be printable ASCII without spaces: {list(keys)}")
    headers = {
        "ETag": tag,
        "Cache-Control": REVALIDATE,
        "CDN-Cache-Control": f"public, max-age={cdn_max_age_seconds}",
        "Vary": "Accept, Accept-Encoding",
    }
    if modified is not None:
        headers["Last-Modified"] = http_date(modified)
    if keys:
        headers["Surrogate-Key"] = " ".join(keys)
    return headers


class NotModified(Response):
    """A 304 with its ``Last-Modified``, which werkzeug takes away together with the headers of the missing body."""

    def __init__(self) -> None:
        super().__init__(status=304)
        del self.headers["Content-Type"]

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        """The headers as they go out."""
        headers = super().get_wsgi_headers(environ)
        if "Last-Modified" in self.headers:
            headers["Last-Modified"] = self.headers["Last-Modified"]
        return headers


@lru_cache(maxsize=8)
def representation_version(settings: Settings) -> str:
    """What bodies depend on besides the data: their shape, and the settings that show in them."""
    shown = (
        settings.public_base_url,
        settings.organisation_name,
        settings.organisation_url,
        settings.corrections_policy_url,
        settings.notes_licence_url,
        # Cursors in bodies are signed with it; the hash below gives nothing of it away.
        settings.secret_key,
    )
    return hashlib.sha256("\n".join((REPRESENTATION, *shown)).encode()).hexdigest()


def conditional(validator: Validator, *, keys: Sequence[str], media_type: str = "application/json") -> Response | None:
    """The 304 for the current request, or None where a body is due, which then gets the same headers.

    Args:
        validator: the last change to what the address shows.
        keys: surrogate keys, by which caches evict.
        media_type: of the body.
    """
    url = canonical_url(request.path, request.query_string)
    # The moment goes in too: after a restored backup the same number may stand for another text.
    representation = f"{representation_version(current_settings())}\n{validator.at.isoformat()}"
    tag = etag(url, media_type, representation, validator.seq)
    now = datetime.now(UTC)
    return _conditional(tag, last_modified(validator.at, now), keys, now)


def conditional_on_content(content: bytes) -> Response | None:
    """Like :func:`conditional`, for a body that is at hand and changes with the program only."""
    return _conditional(weak_tag(content), None, (), datetime.now(UTC))


def _conditional(tag: str, modified: datetime | None, keys: Sequence[str], now: datetime) -> Response | None:
    g.cache_headers = cache_headers(tag, modified, keys, cdn_max_age_seconds=current_settings().cdn_max_age_seconds)
    unchanged = not_modified(
        if_none_match=request.headers.get("If-None-Match"),
        if_modified_since=request.headers.get("If-Modified-Since"),
        tag=tag,
        modified=modified,
        now=now,
    )
    return NotModified() if unchanged else None


def stamp_response(response: Response) -> Response:
    """Give a 200 or 304 the headers that :func:`conditional` left; what has no caching headers is kept by nobody."""
    if response.status_code in (200, 304) and "cache_headers" in g:
        response.headers.update(g.cache_headers)
    response.headers.setdefault("Cache-Control", "no-store")
    return response
