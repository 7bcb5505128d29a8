"""Runs migrations in one transaction on the engine that the caller hands over."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError

from annotations.settings import read_settings
from annotations.store.engine import make_engine
from annotations.store.tables import METADATA

DATABASE_OWN = ("search_index", "vector", "ix_search_entries_vector")
"""What the database keeps for searching: the FTS5 table with its shadows, a generated column, its index."""
TURN_KEY = 0x0CA7EA8
TURN_TIMEOUT_SECONDS = 60


def include_object(_object: object, name: str | None, kind: str, reflected: bool, _other: object) -> bool:
    """Leave what only the database knows out of comparisons."""
    if reflected and name and kind in {"table", "column", "index"}:
        return not any(name == own or name.startswith(f"{own}_") for own in DATABASE_OWN) and not name.endswith(
            "_vector"
        )
    return True


def migrate(engine: Engine) -> None:
    """Migrate inside one transaction; on SQLite with foreign keys off, and checked before the commit."""
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            # The pragma is void inside a transaction, so it goes to the driver before one begins.
            driver = connection.connection.driver_connection
            driver.execute("PRAGMA foreign_keys=OFF").close()
        try:
            with connection.begin():
                if not sqlite:
                    _wait_for_turn(connection)
                context.configure(
                    connection=connection,
                    target_metadata=METADATA,
                    include_object=include_object,
                    render_as_batch=sqlite,
                    compare_type=True,
                    transactional_ddl=True,
                    transaction_per_migration=False,
                )
                with context.begin_transaction():
                    context.run_migrations()
                if sqlite:
                    check_foreign_keys(connection)
        finally:
            if sqlite:
                driver.execute("PRAGMA foreign_keys=ON").close()


def _wait_for_turn(connection: Connection) -> None:
    # Processes that start together migrate one after the other, and the later ones find nothing left to do. On SQLite
    # the transaction itself waits. A table that is in use is not waited for as long, because others queue behind that.
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(text(f"SET LOCAL lock_timeout = '{TURN_TIMEOUT_SECONDS}s'"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": TURN_KEY})
    connection.execute(text("SET LOCAL lock_timeout TO DEFAULT"))


def check_foreign_keys(connection: Connection) -> None:
    """Refuse a migration that leaves rows pointing at nothing.

    Raises:
        IntegrityError: at least one row does.
    """
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise IntegrityError(
            "PRAGMA foreign_key_check", None, ValueError(f"{len(broken)} broken references: {broken[:5]}")
        )


handed_over = context.config.attributes.get("engine")
if handed_over is None:
    own_engine = make_engine(read_settings().database_url)
    try:
        migrate(own_engine)
    finally:
        own_engine.dispose()
else:
    migrate(handed_over)
