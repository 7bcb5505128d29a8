"""Restoring a backup: check everything first, then change everything at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import gettempdir

from sqlalchemy import Engine, text

from annotations.store.backups import postgresql, sqlite
from annotations.store.backups.archive import PAYLOADS, BackupError, Manifest, State, extract_payload, read_manifest
from annotations.store.backups.postgresql import Tools
from annotations.store.backups.state import known_revisions, newest_revision, state_of, tables_with_rows
from annotations.store.backups.taking import workshop
from annotations.store.engine import read_session

NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored.

    Attributes:
        manifest: that of the backup.
        kept: where the database that was there before stands now; None where nothing was, and on PostgreSQL.
        outdated: whether the schema is older than the code, so that it must be migrated.
    """

    manifest: Manifest
    kept: Path | None
    outdated: bool


class DamagedRestore(BackupError):
    """The backup was restored, and what the database now holds is not what the backup described."""

    code = "damaged_restore"


def restore(engine: Engine, file: Path, *, now: datetime, tools: Tools, force: bool = False) -> Restored:
    """Put what the backup in ``file`` holds in the place of ``engine``'s database: all of it, or nothing.

    Args:
        engine: its database, of the same kind as the backup; nobody may be connected to it.
        file: what :func:`~annotations.store.backups.taking.back_up` made.
        now: names the old file of SQLite that is kept.
        tools: PostgreSQL's programs.
        force: even where the database holds something.

    Raises:
        BackupError: the file or the database is not fit; nothing was changed.
        DamagedRestore: it was put in place, and its log does not verify.
        OSError: the file system failed; nothing was changed.
    """
    manifest = read_manifest(file)
    kind, newest = engine.dialect.name, newest_revision(engine)
    if manifest.kind != kind:
        raise BackupError(
            f"{file} is a backup of {NAMES[manifest.kind]} and the database is one of {NAMES[kind]}:"
            " `flask export` and `flask import` move between them"
        )
    if manifest.state.revision not in known_revisions(engine):
        raise BackupError(
            f"{file} has the schema {manifest.state.revision}, newer than the {newest} that this code knows:"
            " restore it with the version of the code that made it"
        )
    # What this process itself has open would stand in the way.
    engine.dispose()
    into = _into_sqlite if kind == "sqlite" else _into_postgresql
    kept = into(engine, file, manifest, now, tools, force)
    engine.dispose()
    with read_session(engine) as session:
        _compare(state_of(session, newest=newest), manifest, DamagedRestore)
    engine.dispose()
    return Restored(manifest, kept, outdated=manifest.state.revision != newest)


def _into_sqlite(
    engine: Engine, file: Path, manifest: Manifest, now: datetime, _tools: Tools, force: bool
) -> Path | None:
    database = sqlite.database_file(engine)
    with sqlite.held(database) as connection, workshop(database) as folder:
        holds = sqlite.contents(database, connection)
        _refuse_unless_empty(holds, str(database), force)
        payload = folder / PAYLOADS[manifest.kind]
        extract_payload(file, manifest, payload)
        _compare(sqlite.check_copy(payload, newest=newest_revision(engine)), manifest, BackupError)
        kept = database.with_name(f"{database.name}.before-restore-{now:%Y%m%dT%H%M%S.%fZ}") if holds else None
        sqlite.put_in_place(payload, database, connection, kept=kept)
    return kept


def _into_postgresql(engine: Engine, file: Path, manifest: Manifest, _now: datetime, tools: Tools, force: bool) -> None:
    with read_session(engine) as session:
        schema = session.execute(text("SELECT current_schema()")).scalar_one()
        _refuse_unless_empty(tables_with_rows(session.connection()), f"the schema {schema}", force)
    if schema != manifest.schema:
        raise BackupError(f"{file} holds the schema {manifest.schema}, and the database looks at the schema {schema}")
    # Unpacked into the folder for temporary files: the backup may stand where nothing can be written.
    with workshop(Path(gettempdir()) / file.name) as folder:
        payload = folder / PAYLOADS[manifest.kind]
        extract_payload(file, manifest, payload)
        postgresql.check_copy(tools, payload)
        postgresql.put_in_place(tools, engine, payload, schema=schema, state=manifest.state)


def _refuse_unless_empty(holds: list[str], what: str, force: bool) -> None:
    if holds and not force:
        shown = ", ".join(holds[:3]) + (f" and {len(holds) - 3} more" if len(holds) > 3 else "")
        raise BackupError(f"{what} is not empty (it holds {shown}): give --force to put the backup in its place")


def _compare(found: State, manifest: Manifest, error: type[BackupError]) -> None:
    if found != manifest.state:
        raise error(
            f"the backup's log ends at {manifest.state.seq} {manifest.state.hash}, and what was restored"
            f" at {found.seq} {found.hash}"
        )
