"""Finding the rows that hold something which is no value of its column: a damaged date, id or JSON text on SQLite."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, literal_column, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from annotations.store.checks.findings import Findings
from annotations.store.tables import METADATA


def check_readable(session: Session, findings: Findings) -> None:
    """Read every row by itself, and name those that cannot be read. Only SQLite keeps such values."""
    if session.get_bind().dialect.name != "sqlite":
        return
    for table in METADATA.sorted_tables:
        _check_table(session, findings, table)


def _check_table(session: Session, findings: Findings, table: Table) -> None:
    place: ColumnElement[int] = literal_column("rowid")
    numbers = select(place).select_from(table).order_by(place)
    for number in session.scalars(numbers, execution_options={"yield_per": 500}):
        try:
            session.execute(select(table).where(place == number)).one()
        except (ValueError, TypeError, AttributeError, DBAPIError) as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            findings.add(table.name, f"row {number} in the order of writing", f"it cannot be read: {cause}")
