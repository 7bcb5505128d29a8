"""Restoring where the file system has no hard links, or cannot keep the old database: a copy, or nothing changed."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.backups import BACKUP, RESTORE, refused, run
from tests.databases import engine_for
from tests.services.newsroom import dump


def rows_at(path: Path) -> object:
    with engine_for(f"sqlite:///{path}") as engine:
        return dump(engine)


@pytest.fixture
def database(sqlite_databases, tmp_path) -> Path:
    """A database whose last write stands in the journal of a server that was killed."""
    path = tmp_path / "here" / "caveat.db"
    path.parent.mkdir()
    shutil.copyfile(make_url(sqlite_databases.with_samples()).database, path)
    path.chmod(0o640)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("INSERT INTO actors VALUES ('a', 'zoe', 'editor', '2026-11-22 09:00:00')")
        connection.commit()
        left = {suffix: Path(f"{path}{suffix}").read_bytes() for suffix in ("", "-wal", "-shm")}
    for suffix, content in left.items():
        Path(f"{path}{suffix}").write_bytes(content)
    return path


@pytest.fixture
def backup(sqlite_databases, tmp_path) -> Path:
    file = tmp_path / "caveat.backup"
    run(sqlite_databases.with_samples(), BACKUP, file)
    return file


def no_links(monkeypatch, code=errno.EOPNOTSUPP):
    def link(source, target):
        raise OSError(code, os.strerror(code), str(source))

    monkeypatch.setattr(os, "link", link)


def test_without_hard_links_the_old_database_is_copied(database, backup, monkeypatch):
    no_links(monkeypatch)
    said = run(f"sqlite:///{database}", RESTORE, backup, "--force")
    (kept,) = database.parent.glob("caveat.db.before-restore-*")
    assert f"kept at {kept}" in said
    assert sorted(os.listdir(database.parent)) == ["caveat.db", kept.name]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o640
    assert "zoe" in {row[1] for row in rows_at(kept)["actors"]}
    assert "zoe" not in {row[1] for row in rows_at(database)["actors"]}


def test_a_file_that_sqlite_cannot_read_is_copied_with_its_journal(tmp_path, backup, monkeypatch):
    no_links(monkeypatch)
    database = tmp_path / "caveat.db"
    database.write_bytes(b"this is no database" * 100)
    Path(f"{database}-wal").write_bytes(b"a journal")
    run(f"sqlite:///{database}", RESTORE, backup, "--force")
    assert {path.read_bytes() for path in tmp_path.glob("caveat.db.before-restore-*")} == {
        b"this is no database" * 100,
        b"a journal",
    }


def test_a_disk_that_is_full_changes_nothing(database, backup, monkeypatch):
    def fails(source, target):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), target.name)

    no_links(monkeypatch)
    monkeypatch.setattr(shutil, "copyfileobj", fails)
    assert "No space left" in refused(f"sqlite:///{database}", RESTORE, backup, "--force")
    monkeypatch.undo()
    assert not list(database.parent.glob("*before-restore*"))
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("SELECT name FROM actors WHERE id = 'a'").fetchone() == ("zoe",)


def test_another_failure_to_link_is_no_reason_to_copy(database, backup, monkeypatch):
    no_links(monkeypatch, errno.EACCES)
    assert "Permission denied" in refused(f"sqlite:///{database}", RESTORE, backup, "--force")
    assert not list(database.parent.glob("*before-restore*"))


def test_what_was_kept_is_taken_away_where_the_rest_cannot_be(tmp_path, backup, monkeypatch):
    link = os.link
    database = tmp_path / "caveat.db"
    database.write_bytes(b"this is no database" * 100)
    journal = Path(f"{database}-wal")
    journal.write_bytes(b"a journal")

    def link_database_only(source, target):
        if Path(source) == journal:
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(source))
        link(source, target)

    monkeypatch.setattr(os, "link", link_database_only)
    assert "error" in refused(f"sqlite:///{database}", RESTORE, backup, "--force").lower()
    assert not list(tmp_path.glob("*before-restore*"))
    assert database.read_bytes() == b"this is no database" * 100


def test_a_restore_says_how_to_verify_at_the_end(database, backup):
    said = run(f"sqlite:///{database}", RESTORE, backup, "--force")
    assert "`flask --app wsgi log verify`" in said.splitlines()[-1]
