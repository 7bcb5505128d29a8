"""A copy of a database in which nothing is guarded any longer, and ways to change one value in it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column, Connection, Engine, create_engine, event, select, text
from sqlalchemy.orm import Session

from annotations.store.base import UtcDateTime
from annotations.store.tables import METADATA
from annotations.store.verification import Head, Verification, verify
from tests.databases import Databases, engine_for

OWNER = {
    "article_versions": ("article", "article_id"),
    "revisions": ("article", "article_id"),
    "claim_versions": ("claim", "claim_id"),
    "evidence_versions": ("evidence", "evidence_id"),
    "annotation_versions": ("annotation", "annotation_id"),
}
"""Tables of versions: the entity, and the column that says whose a version is."""

PARENT = {
    "blocks": ("revisions", "revision_id"),
    "article_topics": ("article_versions", "version_id"),
    "evidence_links": ("claim_versions", "claim_version_id"),
    "annotation_categories": ("annotation_versions", "version_id"),
    "anchors": ("annotation_versions", "version_id"),
}
"""Tables whose rows hang on a version, and the column that says on which."""


@contextmanager
def unguarded_with(databases: Databases, write: Callable[[Engine], object]) -> Generator[Engine]:
    """A database of its own in which ``write`` wrote, without its guards; gone afterwards."""
    url = databases.copy(databases.migrated())
    with engine_for(url) as engine:
        write(engine)
    with unguarded(url) as engine:
        yield engine
    databases.drop(url)


@contextmanager
def unguarded(url: str) -> Generator[Engine]:
    """An engine for ``url`` from whose tables triggers, foreign keys and checks are gone, as after an intruder."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _without_checks)
        with engine.begin() as connection:
            names = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
            for name in names:
                connection.execute(text(f"DROP TRIGGER {name}"))
    else:
        with engine.begin() as connection:
            for table in METADATA.tables:
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
            checks = connection.execute(
                text("SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'c' AND conrelid > 0")
            ).all()
            for table, name in checks:
                if table in METADATA.tables:
                    connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
    try:
        yield engine
    finally:
        engine.dispose()


def _without_checks(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA ignore_check_constraints=ON").close()


@contextmanager
def spoiling(engine: Engine) -> Generator[Connection]:
    """A connection whose changes are taken back in the end."""
    with engine.connect() as connection:
        transaction = connection.begin()
        yield connection
        transaction.rollback()


def look(connection: Connection, expected: Head | None = None) -> Verification:
    """What a verification says of the database as this connection sees it."""
    return verify(Session(bind=connection), expected=expected)


def other(column: Column[Any], value: Any) -> Any:
    """Another value of the same type, as near as can be."""
    if isinstance(value, list):
        return [other(column, value[0]), *value[1:]]
    if isinstance(value, dict):
        first = next(name for name, item in value.items() if isinstance(item, str))
        return {**value, first: other(column, value[first])}
    if value is None:
        return _something(column)
    return _another(value)


def _another(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, UUID):
        return UUID(int=value.int ^ 1)
    if isinstance(value, datetime):
        return value + timedelta(microseconds=3)
    if isinstance(value, date):
        return value + timedelta(days=1)
    if isinstance(value, int):
        return value + 1_000
    return value[:-1] + ("a" if value[-1:] != "a" else "b")


def _something(column: Column[Any]) -> Any:
    if isinstance(column.type, UtcDateTime):
        return datetime.fromisoformat("2026-12-01T09:00:00.000003+00:00")
    if isinstance(column.type, JSON):
        return {"x": "y"}
    return {str: "x", int: 1, UUID: UUID(int=7), date: date(2026, 1, 1)}[column.type.python_type]


def names_of(connection: Connection, table: str, row: Any) -> set[str]:
    """What a finding may call ``row``: itself, or the version that it hangs on."""
    if table == "publication_log":
        return {f"seq {row['seq']}"}
    if table == "transitions":
        return {f"{row['entity_type']} {row['entity_id']}, step {row['position']}"}
    if table == "corrections":
        return {f"seq {row['seq']}"}
    if table == "paragraphs":
        return {f"paragraph {row['id']}"} | _blocks_of(connection, row["id"])
    if table in OWNER:
        entity, owner = OWNER[table]
        return {f"{entity} {row[owner]}, version {row['number']}"}
    parent, key = PARENT[table]
    versions = METADATA.tables[parent]
    found = connection.execute(select(versions).where(versions.c.id == row[key])).mappings().one_or_none()
    return {f"{key} {row[key]}", f"version {row[key]}"} | (names_of(connection, parent, found) if found else set())


def _blocks_of(connection: Connection, paragraph: UUID) -> set[str]:
    blocks = METADATA.tables["blocks"]
    rows = connection.execute(select(blocks).where(blocks.c.paragraph_id == paragraph)).mappings().all()
    return set().union(*(names_of(connection, "blocks", row) for row in rows)) if rows else set()
