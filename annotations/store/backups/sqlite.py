"""Backups of SQLite: a consistent copy while writers go on, and its way back into place."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Engine, StaticPool, create_engine
from sqlalchemy.orm import Session

from annotations.store.backups.archive import BackupError, State
from annotations.store.backups.links import link_or_copy
from annotations.store.backups.state import state_of, tables_with_rows
from annotations.store.files import sync_folder

JOURNALS = ("-wal", "-shm", "-journal")
WITH_CONTENT = ("-wal", "-journal")
WAIT_SECONDS = 10
UNREADABLE = "a file that is no readable database"


def database_file(engine: Engine) -> Path:
    """The file behind ``engine``, symbolic links followed."""
    return Path(engine.url.database or "").resolve()


def copy_out(database: Path, target: Path) -> None:
    """Copy the database to the new file ``target``, as it is at one moment; writers need not wait.

    ``VACUUM INTO`` reads one snapshot and leaves out what was deleted or blanked but still stands in free pages.

    Raises:
        BackupError: there is no database, or it cannot be read.
    """
    if not database.exists():
        raise BackupError(f"there is no database at {database}")
    try:
        with closing(_connect(database, "rw", timeout=WAIT_SECONDS)) as connection:
            connection.execute("VACUUM INTO ?", [str(target)])
    except sqlite3.DatabaseError as error:
        raise BackupError(f"the database at {database} cannot be copied: {error}") from error


def check_copy(path: Path, *, newest: str | None) -> State:
    """The state of a database that nobody uses, once all of it was checked; nothing is written beside it.

    Raises:
        BackupError: its pages, its references or its log are damaged.
    """
    try:
        with closing(_connect(path, "ro&immutable=1")) as connection:
            faults = [row[0] for row in connection.execute("PRAGMA integrity_check(5)") if row[0] != "ok"]
            if faults:
                raise BackupError(f"the copy is damaged: {'; '.join(faults)}")
            broken = connection.execute("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise BackupError(f"{len(broken)} rows of the copy point at nothing, first in {broken[0][0]}")
            with Session(_engine_on(connection)) as session:
                return state_of(session, newest=newest)
    except sqlite3.DatabaseError as error:
        raise BackupError(f"the copy cannot be read: {error}") from error


@contextmanager
def held(database: Path) -> Generator[sqlite3.Connection | None]:
    """The database with nobody else connected to it for as long as this lasts.

    In WAL mode every connection holds a shared lock on the file, an idle one too, and one that locks exclusively is
    let in only where there is none. Nothing is given where no database is, or none that SQLite can read.

    Raises:
        BackupError: somebody is connected.
    """
    if not database.exists():
        yield None
        return
    with closing(_connect(database, "rw", timeout=0)) as connection:
        try:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            # The lock is taken with the first look, and kept.
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise BackupError(f"{database} is in use: stop the server and whatever else has it open") from error
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
                raise
            yield None
            return
        yield connection


def contents(database: Path, connection: sqlite3.Connection | None) -> list[str]:
    """What the database holds: names of tables; ``connection`` is that of :func:`held`."""
    if connection is None:
        return [UNREADABLE] if database.exists() and database.stat().st_size else []
    with _engine_on(connection).connect() as reader:
        return tables_with_rows(reader)


def put_in_place(new: Path, database: Path, connection: sqlite3.Connection | None, *, kept: Path | None) -> None:
    """Have ``new`` stand at ``database``, all at once; the old file stands at ``kept`` from then on, if given.

    ``connection`` is that of :func:`held`. ``new`` gets the old file's owner and permissions.

    Raises:
        BackupError: the old file belongs to another user; nothing was changed.
        OSError: the file system failed; nothing was changed.
    """
    if database.exists():
        _take_over_ownership(new, database)
        if connection is not None:
            # What only the journal holds goes into the file, so that the file alone is the old database.
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if kept is not None:
            # Only of a file that SQLite cannot read do the journals still tell something.
            _keep(database, kept, ("", *(() if connection else WITH_CONTENT)))
    if connection is not None:
        # SQLite lets go of journals, so that no crash can mix the old one with the new file, and because it would take
        # away the new file's, which has the same name, when it closes the old one.
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("PRAGMA journal_mode=OFF")
    for suffix in JOURNALS:
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    os.replace(new, database)
    sync_folder(database.parent)


def _keep(database: Path, kept: Path, suffixes: Sequence[str]) -> None:
    made: list[Path] = []
    try:
        for suffix in suffixes:
            old, name = (path.with_name(path.name + suffix) for path in (database, kept))
            if old.exists():
                link_or_copy(old, name)
                made.append(name)
        sync_folder(kept.parent)
    except OSError:
        for name in made:
            name.unlink()
        raise


def _take_over_ownership(new: Path, old: Path) -> None:
    was, becomes = old.stat(), new.stat()
    new.chmod(was.st_mode & 0o777)
    if (was.st_uid, was.st_gid) != (becomes.st_uid, becomes.st_gid):
        try:
            os.chown(new, was.st_uid, was.st_gid)
        except PermissionError as error:
            raise BackupError(f"{old} belongs to another user: restore as that user, or as root") from error


def _connect(path: Path, mode: str, *, timeout: float = 0) -> sqlite3.Connection:
    # Never the mode that makes a file where there is none.
    return sqlite3.connect(f"{path.as_uri()}?mode={mode}", uri=True, timeout=timeout, isolation_level=None)


def _engine_on(connection: sqlite3.Connection) -> Engine:
    """An engine on this one connection, which stays open."""
    return create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
