"""Keyset pages: a cursor says after which key the next page starts.

Cursors are signed and belong to one list with one set of filters, so that nobody can read across lists or build
positions by hand. They are the same for the same position, as entity tags require.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode

from flask import request
from itsdangerous import BadData, URLSafeSerializer
from marshmallow import fields, validate

from annotations.settings import Settings
from api.current import current_settings
from api.parameters import QuerySchema, WholeNumber
from api.problems import EdgeError, invalid_parameter
from api.schemas.base import own_notice

DEFAULT_LIMIT = 20
MAX_LIMIT = 100
MAX_CURSOR_LENGTH = 2048

Item = TypeVar("Item")
KeyPart = str | int | None


class PageQuery(QuerySchema):
    """The parameters that every list takes; a list's own schema extends it with its filters."""

    limit = WholeNumber(
        load_default=DEFAULT_LIMIT,
        validate=validate.Range(1, MAX_LIMIT, error="must be from {min} to {max}"),
        metadata={"description": "How many items a page holds at most.", "example": DEFAULT_LIMIT},
    )
    cursor = fields.String(
        validate=validate.Length(1, MAX_CURSOR_LENGTH),
        metadata={
            "description": "Where the page starts; taken from the `next` of the page before, never made by hand.",
            "no_example": "Every installation signs cursors with a key of its own.",
        },
    )


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Items of a list; ``next_cursor`` is None on the last page."""

    items: Sequence[Item]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class RequestedPage:
    """What page a request asks for.

    Attributes:
        limit: how many items, 1 to :data:`MAX_LIMIT`. Fetch one more to learn whether there is a next page.
        after: key of the last item of the page before; None for the first page.
        scope: the list and its filters.
    """

    limit: int
    after: list[KeyPart] | None
    scope: str


class CursorCodec:
    """Turns keys into opaque signed tokens and back."""

    def __init__(self, secret_key: str) -> None:
        self._secret_key = secret_key

    def encode(self, scope: str, key: Sequence[KeyPart]) -> str:
        """The token for ``key`` in ``scope``; it is URL-safe."""
        return self._serializer(scope).dumps(list(key))

    def decode(self, scope: str, token: str) -> list[KeyPart]:
        """The key that ``token`` was made from.

        Raises:
            EdgeError: 422 naming ``cursor``: it was not made here, or for another list or other filters.
        """
        try:
            key = self._serializer(scope).loads(token) if token.isascii() else None
        except BadData:
            key = None
        if not isinstance(key, list):
            raise _invalid_cursor()
        return key

    def _serializer(self, scope: str) -> URLSafeSerializer:
        return URLSafeSerializer(
            self._secret_key,
            salt=f"caveat.cursor.{hashlib.sha256(scope.encode()).hexdigest()}",
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )


def cursor_scope(collection: str, filters: Mapping[str, object]) -> str:
    """The name of a list with its filters, the same whatever their order; filters that are None do not count."""
    given = {name: value for name, value in filters.items() if value is not None}
    return json.dumps([collection, given], sort_keys=True, default=str)


def page_answer(
    page: Page[Any], *, base_url: str, path: str, arguments: Iterable[tuple[str, str]]
) -> tuple[dict[str, Any], dict[str, str]]:
    """A page's body and its ``Link`` header (RFC 8288).

    Args:
        page: the items, ready for the schema.
        base_url: scheme, host and prefix of the public addresses.
        path: of the list, decoded.
        arguments: the request's parameters in order; all are kept but the cursor.
    """
    if page.next_cursor is None:
        return {"items": page.items, "next": None}, {}
    kept = [(name, value) for name, value in arguments if name != "cursor"]
    query = urlencode([*kept, ("cursor", page.next_cursor)], quote_via=quote)
    url = f"{base_url}{quote(path)}?{query}"
    return {"items": page.items, "next": url}, {"Link": f'<{url}>; rel="next"'}


def requested_page(collection: str, query: Mapping[str, Any]) -> RequestedPage:
    """The page that a request's loaded :class:`PageQuery` asks for.

    Args:
        collection: the list's name; lists of one thing's parts have that thing's id in it.
        query: ``limit``, ``cursor`` and the filters.

    Raises:
        EdgeError: 422 naming ``cursor``.
    """
    filters = {name: value for name, value in query.items() if name not in {"limit", "cursor"}}
    scope = cursor_scope(collection, filters)
    token = query.get("cursor")
    after = None if token is None else _codec(current_settings()).decode(scope, token)
    return RequestedPage(limit=query["limit"], after=after, scope=scope)


def answer_page(
    requested: RequestedPage, items: Sequence[Any], next_key: Sequence[KeyPart] | None
) -> tuple[dict[str, Any], dict[str, str]]:
    """What a view returns for a page: body and headers.

    Args:
        requested: what :func:`requested_page` gave.
        items: at most ``requested.limit`` of them.
        next_key: key of the last of ``items`` where more follow, or else None.
    """
    settings = current_settings()
    cursor = None if next_key is None else _codec(settings).encode(requested.scope, next_key)
    body, headers = page_answer(
        Page(items, cursor),
        base_url=settings.public_base_url,
        path=request.path,
        arguments=request.args.items(multi=True),
    )
    return {"notice": own_notice(), **body}, headers


def _codec(settings: Settings) -> CursorCodec:
    return CursorCodec(settings.secret_key)


def _invalid_cursor() -> EdgeError:
    return invalid_parameter("cursor", "is not one that this list gave out for these filters")
