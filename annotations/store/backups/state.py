"""Where a database stands, and whether it holds anything."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Row, exists, inspect, select, text
from sqlalchemy.orm import Session

from annotations.store.backups.archive import BackupError, State
from annotations.store.chains import GENESIS
from annotations.store.migrate import alembic_config, head_revision
from annotations.store.publication_log import chain_is_whole
from annotations.store.tables import LogRow, RedactedRow

_LINKS = text("SELECT seq, prev_hash, hash FROM publication_log ORDER BY seq")
_NO_CONTENT = ("alembic_version", "search_index")
"""Tables that a database has before anything was written to it; FTS5 keeps rows of its own in the shadows of one."""

_ROWS_AT_A_TIME = 1000


def state_of(session: Session, *, newest: str | None) -> State:
    """The state that ``session`` sees, once the log's chain was walked; ``newest`` is the code's newest revision.

    Every row's hash is worked out again, as long as the schema is the newest and no row was redacted; otherwise
    each row is only compared with the one before it.

    Raises:
        BackupError: there is no schema, or the chain is broken.
    """
    revision = MigrationContext.configure(session.connection()).get_current_revision()
    if revision is None:
        raise BackupError("the database has no schema: there is nothing to back up")
    with closing(session.execute(_LINKS, execution_options={"yield_per": _ROWS_AT_A_TIME})) as links:
        seq, digest = _follow(links)
    if revision == newest and not _log_was_redacted(session):
        statement = select(LogRow).order_by(LogRow.seq).execution_options(yield_per=_ROWS_AT_A_TIME)
        with closing(session.scalars(statement)) as rows:
            whole = chain_is_whole(rows)
        if not whole:
            raise BackupError("a row of the publication log was altered: its hash is another; see `flask log verify`")
    return State(revision, seq, digest)


def known_revisions(engine: Engine) -> set[str]:
    """Every revision of the schema that the code knows."""
    scripts = ScriptDirectory.from_config(alembic_config(engine))
    return {script.revision for script in scripts.walk_revisions()}


def newest_revision(engine: Engine) -> str | None:
    """The newest revision of the schema that the code knows."""
    return head_revision(engine)


def tables_with_rows(connection: Connection) -> list[str]:
    """The tables that hold something; those that a migration filled do not count, as long as nobody changed them."""
    found = []
    for name in sorted(inspect(connection).get_table_names()):
        if name.startswith(_NO_CONTENT):
            continue
        quoted = connection.dialect.identifier_preparer.quote(name)
        condition = "seq > 0" if name == "public_versions" else "1 = 1"
        # The name comes from the database itself, and is quoted by its own rules.
        rows = connection.exec_driver_sql(f"SELECT 1 FROM {quoted} WHERE {condition} LIMIT 1")  # noqa: S608
        if rows.first() is not None:
            found.append(name)
    return found


def _follow(links: Iterable[Row[tuple[int, str, str]]]) -> tuple[int, str]:
    seq, digest = 0, GENESIS
    for link in links:
        if link.seq != seq + 1 or link.prev_hash != digest:
            raise BackupError(f"the publication log is broken after row {seq}; see `flask log verify`")
        seq, digest = link.seq, link.hash
    return seq, digest


def _log_was_redacted(session: Session) -> bool:
    return bool(session.scalar(select(exists().where(RedactedRow.table_name == LogRow.__tablename__))))
