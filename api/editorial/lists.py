"""Pages of editorial lists: the cursors of public lists, without their notice."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from annotations.queries.paging import Key, Slice
from api.pagination import KeyPart, RequestedPage, answer_page


def editorial_page(requested: RequestedPage, found: Slice[Any]) -> dict[str, Any]:
    """``found`` as a page: its items, and the address of the next one."""
    next_key = None if found.next_key is None else [_written(part) for part in found.next_key]
    body, _headers = answer_page(requested, found.items, next_key)
    return {"items": body["items"], "next": body["next"]}


def after(requested: RequestedPage) -> Key | None:
    """The key after which the page starts, as queries take it."""
    return None if requested.after is None else tuple(_read(part) for part in requested.after)


def _written(part: Any) -> KeyPart:
    """A part of a key as it can stand in a cursor; texts and times say which they are."""
    if isinstance(part, datetime):
        return f"time {part.isoformat()}"
    if isinstance(part, UUID):
        return f"id {part.hex}"
    return f"text {part}" if isinstance(part, str) else int(part)


def _read(part: KeyPart) -> Any:
    if not isinstance(part, str):
        return part
    kind, _, value = part.partition(" ")
    if kind == "time":
        return datetime.fromisoformat(value)
    return UUID(value) if kind == "id" else value
