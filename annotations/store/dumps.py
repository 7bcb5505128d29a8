"""The whole database as lines of JSON, to be read by other programs and by :func:`load`, on either kind of database.

The first line says what the file is; each other one is a row of a table. Passwords, tokens and stored answers stay out.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Insert, Table, Update, bindparam, delete, func, select, update
from sqlalchemy.exc import OperationalError, StatementError
from sqlalchemy.orm import Session

from annotations.errors import InvalidInput, TransitionNotAllowed
from annotations.store.base import UtcDateTime
from annotations.store.tables import METADATA, LogRow, PublicVersion

FORMAT = "caveat-export"
FORMAT_VERSION = 1
BATCH_ROWS = 500
LEFT_OUT = frozenset({"tokens", "idempotency_keys"})
"""Tables that are nobody's but this installation's."""

BLANKED = {("users", "password_hash")}
NUMBERED = {("search_entries", "number")}
"""Columns whose numbers each database gives itself."""

INTERVALS = ("valid_from", "valid_until")


def tables() -> list[Table]:
    """What an export holds, parents before children."""
    return [table for table in METADATA.sorted_tables if table.name not in LEFT_OUT]


def export(session: Session, *, schema_revision: str, now: datetime) -> Iterator[dict[str, Any]]:
    """The header, then every row; ``session`` must see one snapshot.

    Args:
        session: of which database.
        schema_revision: that it is at.
        now: goes into the header.
    """
    head = session.execute(select(LogRow.seq, LogRow.hash).order_by(LogRow.seq.desc()).limit(1)).one_or_none()
    yield {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "schema_revision": schema_revision,
        "made_at": now.isoformat(),
        "log_head": {"seq": head.seq, "hash": head.hash} if head else None,
        "rows": {table.name: session.scalar(select(func.count()).select_from(table)) for table in tables()},
    }
    for table in tables():
        left_out = {column for name, column in BLANKED | NUMBERED if name == table.name}
        columns = [column for column in table.c if column.name not in left_out]
        statement = select(*columns).order_by(*table.primary_key.columns)
        for row in session.execute(statement, execution_options={"yield_per": BATCH_ROWS}):
            yield {"table": table.name, "row": {name: _written(value) for name, value in row._mapping.items()}}


def is_header(record: Any) -> bool:
    """Whether ``record`` is the first line of an export."""
    return isinstance(record, Mapping) and record.get("format") == FORMAT


def load(session: Session, header: Mapping[str, Any], records: Iterable[Any], *, schema_revision: str) -> int:
    """Fill an empty, migrated database with an export; how many rows there were.

    Raises:
        InvalidInput: the file is of another version, incomplete or damaged.
        TransitionNotAllowed: the database holds something already.
    """
    if header.get("version") != FORMAT_VERSION:
        raise InvalidInput(
            f"the export is of version {header.get('version')} of its format; this code reads {FORMAT_VERSION}",
            field="version",
        )
    if header.get("schema_revision") != schema_revision:
        raise InvalidInput(
            f"the export is of schema {header.get('schema_revision')}, this database is at {schema_revision};"
            " bring both to the same revision first",
            field="schema_revision",
        )
    _check_empty(session)
    # The keys of collections are there from the start; the export brings its own.
    session.execute(delete(PublicVersion))
    expected = header.get("rows")
    if not isinstance(expected, Mapping):
        raise InvalidInput("the header does not say how many rows follow", field="rows")
    counts: dict[str, int] = {}
    known = {table.name: table for table in tables()}
    intervals: list[tuple[Table, list[dict[str, Any]]]] = []
    for name, group in itertools.groupby(records, key=_table_of):
        if name not in known or name in counts:
            raise InvalidInput(f"the export names a table that it should not: {name}", field="table")
        counts[name] = _insert(session, known[name], group, intervals)
    # Children of a version that was in force are refused, so it comes into force after they are there.
    for table, values in intervals:
        _send(session, table, _coming_into_force(table), values)
    if {name: count for name, count in expected.items() if count} != counts:
        raise InvalidInput("the export is incomplete: it holds fewer rows than its header says", field="rows")
    _check_head(session, header)
    return sum(counts.values())


def _table_of(record: Any) -> str:
    if not isinstance(record, Mapping) or not isinstance(record.get("table"), str) or "row" not in record:
        raise InvalidInput("a line of the export is no row of a table", field="table")
    return str(record["table"])


def _insert(
    session: Session, table: Table, group: Iterable[Any], intervals: list[tuple[Table, list[dict[str, Any]]]]
) -> int:
    count = 0
    for rows in _batches(_row(table, record["row"]) for record in group):
        count += len(rows)
        if "valid_from" in table.c:
            intervals.append((table, [_interval(row) for row in rows if row["valid_from"] is not None]))
            rows = [{**row, **dict.fromkeys(INTERVALS)} for row in rows]
        _send(session, table, table.insert(), rows)
    return count


def _interval(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"row_id": row["id"], **{f"row_{column}": row[column] for column in INTERVALS}}


def _coming_into_force(table: Table) -> Update:
    values = {column: bindparam(f"row_{column}", type_=table.c[column].type) for column in INTERVALS}
    return update(table).where(table.c.id == bindparam("row_id", type_=table.c.id.type)).values(values)


def _send(session: Session, table: Table, statement: Insert | Update, rows: list[dict[str, Any]]) -> None:
    """Send many rows at once.

    Raises:
        InvalidInput: the database does not take them.
    """
    if not rows:
        return
    try:
        session.connection().execute(statement, rows)
    except OperationalError:
        raise
    except (StatementError, ValueError, OverflowError) as error:
        reason = str(getattr(error, "orig", None) or error).partition("\n")[0]
        raise InvalidInput(f"a row of {table.name} cannot be stored: {reason}", field=table.name) from error


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while batch := list(itertools.islice(rows, BATCH_ROWS)):
        yield batch


def _row(table: Table, row: Any) -> dict[str, Any]:
    left_out = {column for name, column in BLANKED | NUMBERED if name == table.name}
    names = {column.name for column in table.c if column.name not in left_out}
    if not isinstance(row, Mapping) or set(row) != names:
        raise InvalidInput(f"a row of {table.name} has other columns than the table", field=table.name)
    try:
        return {name: _read(_kind_of(table.c[name]), value) for name, value in row.items()}
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"a row of {table.name} holds what its columns cannot", field=table.name) from error


def _check_empty(session: Session) -> None:
    for table in tables():
        statement = select(func.count()).select_from(table)
        if table.name == "public_versions":
            statement = statement.where(table.c.seq > 0)
        if session.scalar(statement):
            raise TransitionNotAllowed(
                f"the database is not empty: there are rows in {table.name}; import into a new one"
            )


def _check_head(session: Session, header: Mapping[str, Any]) -> None:
    head = session.execute(select(LogRow.seq, LogRow.hash).order_by(LogRow.seq.desc()).limit(1)).one_or_none()
    found = {"seq": head.seq, "hash": head.hash} if head else None
    if found != header.get("log_head"):
        raise InvalidInput("the log of the export does not end where its header says", field="log_head")


def _written(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _kind_of(column: Column[Any]) -> type[Any]:
    """What a column holds; ``object`` where that is JSON of any kind."""
    # Types of the project's own do not tell SQLAlchemy what they hold.
    return datetime if isinstance(column.type, UtcDateTime) else column.type.python_type


def _read(kind: type[Any], value: Any) -> Any:
    if value is None or kind is object:
        return value
    if kind is date:
        return date.fromisoformat(value)
    if kind is datetime:
        return _aware(datetime.fromisoformat(value))
    if kind is UUID:
        return UUID(value)
    if type(value) is not kind:
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time without its zone")
    return value


def line(record: Mapping[str, Any]) -> str:
    """``record`` as a line of NDJSON."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"
