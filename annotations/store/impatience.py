"""Connections for small writes that are better left undone than waited for."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine

from annotations.store.engine import BUSY_TIMEOUT_MILLISECONDS


@contextmanager
def impatient(engine: Engine) -> Generator[Connection]:
    """A connection whose transactions fail at once with PublishingBusy while another holds SQLite's write lock.

    PostgreSQL has no such lock: there the statement itself passes over locked rows (``SKIP LOCKED``).
    """
    with engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            yield connection
            return
        # Through the driver, because a statement sent through the connection would begin a transaction first.
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA busy_timeout=0").close()
        try:
            yield connection
        finally:
            # A connection that failed for good is closed by now, and not given to anybody else.
            if not connection.invalidated:
                driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MILLISECONDS}").close()
