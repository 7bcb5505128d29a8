"""Taking a backup: copy, check, pack, read back, and only then give the file its name."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from annotations.store.backups import postgresql, sqlite
from annotations.store.backups.archive import (
    PAYLOADS,
    BackupError,
    Manifest,
    describe,
    read_manifest,
    write_archive,
)
from annotations.store.backups.links import NO_LINKS
from annotations.store.backups.postgresql import Tools
from annotations.store.backups.state import newest_revision, state_of
from annotations.store.files import sync_folder


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made: its manifest, and the size of the file."""

    manifest: Manifest
    file_bytes: int


def back_up(engine: Engine, file: Path, *, now: datetime, tools: Tools, force: bool = False) -> Backup:
    """Write a backup of ``engine``'s database to ``file``, while writers go on.

    ``file`` appears whole or not at all; until then everything stands in a folder beside it that is taken away at
    the end, or left behind, hidden, by a process that was killed.

    Args:
        engine: its database, of either kind.
        file: the file to make; only its owner can read it.
        now: the time to write into it.
        tools: PostgreSQL's programs.
        force: take the place of a file that is there.

    Raises:
        BackupError: ``file`` is there already, or no backup can be made.
        OSError: the file system failed.
    """
    _check_target(engine, file, force)
    with workshop(file) as folder:
        manifest = _copy(engine, folder, now, tools)
        packed = folder / "backup"
        write_archive(packed, folder / PAYLOADS[manifest.kind], manifest)
        if read_manifest(packed) != manifest:
            raise BackupError(f"what was written beside {file} reads otherwise: do not trust that disk")
        size = packed.stat().st_size
        _give_name(packed, file, force)
    return Backup(manifest, size)


@contextmanager
def workshop(file: Path) -> Generator[Path]:
    """A folder beside ``file``, on the same file system and for the owner only, that is gone afterwards.

    Raises:
        BackupError: there is no folder to put it into.
    """
    parent = file.absolute().parent
    if not parent.is_dir():
        raise BackupError(f"there is no folder {parent}")
    with tempfile.TemporaryDirectory(prefix=f".{file.name}.", suffix=".partial", dir=parent) as folder:
        yield Path(folder)


def _check_target(engine: Engine, file: Path, force: bool) -> None:
    if engine.dialect.name == "sqlite":
        database = sqlite.database_file(engine)
        own = [database, *(database.with_name(database.name + suffix) for suffix in sqlite.JOURNALS)]
        if file.resolve() in own or (file.exists() and database.exists() and file.samefile(database)):
            raise BackupError(f"{file} is the database itself")
    if file.is_dir():
        raise BackupError(f"{file} is a folder: name a file in it")
    if os.path.lexists(file) and not force:
        raise BackupError(f"{file} is there already: choose another name, or give --force to replace it")


def _copy(engine: Engine, folder: Path, now: datetime, tools: Tools) -> Manifest:
    newest = newest_revision(engine)
    kind = engine.dialect.name
    payload = folder / PAYLOADS[kind]
    if kind == "sqlite":
        sqlite.copy_out(sqlite.database_file(engine), payload)
        state = sqlite.check_copy(payload, newest=newest)
        return describe(payload, kind=kind, schema=None, state=state, now=now)
    with postgresql.snapshot(engine) as (session, name, schema):
        postgresql.check_version(tools, session)
        state = state_of(session, newest=newest)
        postgresql.copy_out(tools, engine, payload, name=name, schema=schema)
    postgresql.check_copy(tools, payload)
    return describe(payload, kind=kind, schema=schema, state=state, now=now)


def _give_name(packed: Path, file: Path, force: bool) -> None:
    if force:
        os.replace(packed, file)
    else:
        try:
            # Unlike a renaming it fails where another process made the file meanwhile.
            os.link(packed, file)
        except FileExistsError as error:
            raise BackupError(f"{file} was made by another process meanwhile") from error
        except OSError as error:
            if error.errno not in NO_LINKS:
                raise
            os.replace(packed, file)
    sync_folder(file.absolute().parent)
