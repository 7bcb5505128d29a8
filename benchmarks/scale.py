"""Editors' work in a small and in a large database: the same number of SELECTs, and how much longer it takes.

The other articles are copies of one, written straight into the tables: the services would take hours.
"""

from __future__ import annotations

import secrets
import statistics
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Table, event, select, update

from annotations.importing.plain_text import read_plain_text
from annotations.permissions import Actor
from annotations.queries.editorial.history import history_of
from annotations.queries.editorial.queue import queue_counts, work_queue
from annotations.services.reimporting import reimport_article
from annotations.store.articles import Article, Block, Revision
from annotations.store.base import new_id
from annotations.store.engine import make_engine, read_session, write_session
from annotations.store.migrate import upgrade
from annotations.store.notes import Annotation
from annotations.store.tables import METADATA
from annotations.vocabulary import EntityType, QueueKind, Role
from seeds.loader import SAMPLE_REVIEWER, load_samples

SIZES = (1_000, 100_000)
REPEATS = 7
STALE_DAYS = 180
PER_STATE = 20
"""Of each article's annotations so many in a thousand are in review, and as many flagged."""


@dataclass(frozen=True)
class Measured:
    """One piece of work in one database: its SELECTs, and the median of its times."""

    name: str
    annotations: int
    selects: int
    milliseconds: float


def measure_at(engine: Engine, annotations: int, repeats: int = REPEATS) -> list[Measured]:
    """Fill the migrated database of ``engine`` with at least ``annotations`` annotations, and measure in it."""
    load_samples(engine)
    with engine.begin() as connection:
        total = _multiply(connection, annotations)
    return [_measure(engine, name, work, total, repeats) for name, work in _pieces(engine)]


def scale_report(folder: Path | None = None) -> str:
    """The table for ``make bench``, from databases of their own on SQLite.

    Raises:
        AssertionError: the number of SELECTs grows with the database.
    """
    with tempfile.TemporaryDirectory(dir=folder) as directory:
        found = []
        for size in SIZES:
            engine = make_engine(f"sqlite:///{directory}/{size}.db")
            upgrade(engine)
            found.append(measure_at(engine, size))
            engine.dispose()
    lines = ["| editors' work | SELECTs | ms, few | ms, many | ratio |", "| --- | --- | --- | --- | --- |"]
    for small, large in zip(*found, strict=True):
        assert small.selects == large.selects, (small, large)
        ratio = large.milliseconds / small.milliseconds
        cells = f"{small.selects} | {small.milliseconds:.1f} | {large.milliseconds:.1f} | {ratio:.2f}"
        lines.append(f"| {small.name} | {cells} |")
    few, many = (one[0].annotations for one in found)
    return "\n".join([f"With {few:,} and {many:,} annotations:", "", *lines])


def _pieces(engine: Engine) -> Iterator[tuple[str, Callable[[], None]]]:
    reader = Actor(SAMPLE_REVIEWER, "bench", Role.EDITOR)

    def queue(kind: QueueKind) -> None:
        with read_session(engine) as session:
            work_queue(
                session, kind, actor_id=reader.id, now=datetime.now(UTC), stale_days=STALE_DAYS, limit=20, after=None
            )

    def counts() -> None:
        with read_session(engine) as session:
            queue_counts(session, actor_id=reader.id, now=datetime.now(UTC), stale_days=STALE_DAYS)

    def history() -> None:
        with read_session(engine) as session:
            note = session.scalars(select(Annotation.id).limit(1)).one()
            history_of(session, EntityType.ANNOTATION, note, limit=20, after=None)

    numbers = iter(range(1, 1_000))

    def reimport() -> None:
        with write_session(engine) as session, session.begin():
            article = session.scalars(select(Article).order_by(Article.created_at, Article.id).limit(1)).one()
            newest = select(Revision.id).where(
                Revision.article_id == article.id, Revision.number == article.revision_number
            )
            texts = session.scalars(
                select(Block.text).where(Block.revision_id == newest.scalar_subquery()).order_by(Block.ordinal)
            ).all()
            changed = "\n\n".join([texts[0], f"Edition {next(numbers)}.", *texts[2 if next(numbers) > 2 else 1 :]])
            document = read_plain_text(changed.encode())
            reimport_article(session, article, document, actor=reader, now=datetime.now(UTC))

    for kind in QueueKind:
        yield f"queue: {kind}", lambda kind=kind: queue(kind)  # type: ignore[misc]
    yield "queue: counts", counts
    yield "history of an annotation", history
    yield "re-import of one article", reimport


def _measure(engine: Engine, name: str, work: Callable[[], None], total: int, repeats: int) -> Measured:
    work()
    times, selects = [], 0
    for _ in range(repeats):
        with _counting(engine) as counted:
            begun = time.perf_counter()
            work()
            times.append(time.perf_counter() - begun)
        selects = max(selects, len(counted))
    return Measured(name, total, selects, 1000 * statistics.median(times))


@contextmanager
def _counting(engine: Engine) -> Generator[list[str]]:
    found: list[str] = []

    def keep(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            found.append(statement)

    event.listen(engine, "before_cursor_execute", keep)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", keep)


def _multiply(connection: Connection, annotations: int) -> int:
    """Copy the second sample article with its annotations until there are ``annotations``; how many there are."""
    articles = METADATA.tables["articles"]
    source = connection.execute(select(articles).order_by(articles.c.created_at, articles.c.id)).mappings().all()[-1]
    rows = _rows_of(connection, source["id"])
    total = len(connection.execute(select(METADATA.tables["annotations"].c.id)).all())
    copies = 0
    while total < annotations:
        copies += 1
        total += _copy(connection, rows, copies)
    return total


_COPIED = (
    "articles",
    "article_versions",
    "revisions",
    "paragraphs",
    "blocks",
    "annotations",
    "annotation_versions",
    "annotation_categories",
    "anchors",
    "transitions",
)
_INTERVALS = {"valid_from": None, "valid_until": None}


def _rows_of(connection: Connection, article_id: UUID) -> dict[str, list[dict[str, Any]]]:
    known: set[Any] = {article_id}
    rows: dict[str, list[dict[str, Any]]] = {}
    for name in _COPIED:
        table = METADATA.tables[name]
        found = [dict(row) for row in connection.execute(select(table)).mappings()]
        owners = ("id", "article_id", "revision_id", "annotation_id", "version_id", "entity_id")
        rows[name] = [row for row in found if any(row.get(owner) in known for owner in owners)]
        known |= {row["id"] for row in rows[name] if "id" in row}
    return rows


def _copy(connection: Connection, rows: dict[str, list[dict[str, Any]]], number: int) -> int:
    ids: dict[Any, Any] = {}
    for name in _COPIED:
        for row in rows[name]:
            if "id" in row:
                ids[row["id"]] = new_id()
    open_versions: list[tuple[Table, dict[str, Any]]] = []
    for name in _COPIED:
        table, copies = METADATA.tables[name], []
        for index, row in enumerate(rows[name]):
            copy = {
                column: ids.get(value, value) if isinstance(value, UUID) else value for column, value in row.items()
            }
            copy |= _changes(name, row, index, number)
            if "valid_from" in copy and copy["valid_from"] is not None:
                open_versions.append((table, copy))
                copy = {**copy, **_INTERVALS}
            copies.append(copy)
        if copies:
            connection.execute(table.insert(), copies)
    for table, copy in open_versions:
        connection.execute(
            update(table).where(table.c.id == copy["id"]).values({name: copy[name] for name in _INTERVALS})
        )
    return len(rows["annotations"])


def _changes(name: str, row: dict[str, Any], index: int, number: int) -> dict[str, Any]:
    if name == "articles":
        return {"slug": f"{row['slug']}-{number}"}
    if name == "transitions":
        return {"hash": secrets.token_hex(32), "prev_hash": secrets.token_hex(32)}
    share = (number * 31 + index) % 1000
    if name == "annotations" and share < PER_STATE:
        return {"needs_recheck": True, "recheck_reason": "context_changed"}
    if name == "annotations" and share < 2 * PER_STATE:
        return {"state": "in_review"}
    return {}
