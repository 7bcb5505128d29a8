"""Long reads: what goes through a whole database takes as long as it takes."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session


def take_time(session: Session) -> None:
    """Lift PostgreSQL's limits on statements and pauses for the rest of this transaction; SQLite has none."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL statement_timeout = 0"))
        session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
