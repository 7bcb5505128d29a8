"""The publication log as admins read it: every row, with the name of whoever acted."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.queries.paging import Slice, fetch
from annotations.store.actors import ActorRow
from annotations.store.log import LogRow
from annotations.vocabulary import ChangeKind, EntityType


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One row of the log; ``hash`` covers the others but for ``actor_name``, which may change later."""

    seq: int
    at: datetime
    event: str
    entity_type: EntityType
    entity_id: UUID
    entity_version: int
    content_hash: str
    change_kind: ChangeKind | None
    actor_id: UUID
    actor_name: str
    summary: str
    affected_keys: tuple[str, ...]
    prev_hash: str
    hash: str


_COLUMNS = [field.name for field in fields(LogEntry) if field.name != "actor_name"]


def list_log(session: Session, *, after_seq: int, limit: int) -> Slice[LogEntry]:
    """At most ``limit`` rows after ``after_seq`` (0: from the first), in the order of the log.

    ``next_key`` holds the seq to go on from while more rows follow.
    """
    statement = (
        select(*(getattr(LogRow, name) for name in _COLUMNS), ActorRow.name.label("actor_name"))
        .join(ActorRow, ActorRow.id == LogRow.actor_id)
        .where(LogRow.seq > after_seq)
        .order_by(LogRow.seq)
    )
    rows, next_key = fetch(session, statement, limit, lambda row: (row.seq,))
    entries = []
    for row in rows:
        values = dict(row._mapping)
        kind = values["change_kind"]
        values["affected_keys"] = tuple(values["affected_keys"])
        values["entity_type"] = EntityType(values["entity_type"])
        values["change_kind"] = None if kind is None else ChangeKind(kind)
        entries.append(LogEntry(**values))
    return Slice(tuple(entries), next_key)
