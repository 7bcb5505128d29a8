"""Backups and their way back: the same answers, nothing half done, and plain words for whatever is not fit."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import UUID
from zipfile import ZipFile

import pytest
from sqlalchemy import make_url, select, text

from annotations.store.backups import archive
from annotations.store.backups.archive import BackupError, extract_payload, read_manifest, write_archive
from annotations.store.backups.postgresql import Tools
from annotations.store.engine import read_session
from annotations.store.migrate import current_revision, downgrade, head_revision, upgrade
from annotations.store.publication_log import chain_is_whole
from annotations.store.tables import ActorRow, LogRow, RedactedRow, Redaction
from tests.api.walking import ask, walk
from tests.applications import app_for, engine_of
from tests.backups import BACKUP, PROGRAMS, RESTORE, programs_with, refused, run
from tests.databases import engine_for
from tests.services.newsroom import START, dump

SEARCH = "/v1/search?q=cure"


@pytest.fixture(autouse=True)
def client_programs(monkeypatch):
    monkeypatch.setenv("PATH", f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("PG_DUMP", raising=False)


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "caveat.backup"


@pytest.fixture
def backup(samples_url, file) -> Path:
    run(samples_url, BACKUP, file)
    return file


def rows_at(url: str):
    with engine_for(url) as engine:
        return dump(engine)


def folder_of(url: str, backend: str) -> Path | None:
    return Path(make_url(url).database or "").parent if backend == "sqlite" else None


def test_what_is_restored_gives_the_same_answers(samples_url, empty_url, file):
    said = run(samples_url, BACKUP, file)
    with app_for(samples_url) as app:
        client = app.test_client()
        before = walk(client) | {SEARCH: ask(client, SEARCH)}
        with read_session(engine_of(app)) as session:
            head = session.scalars(select(LogRow).order_by(LogRow.seq.desc())).first()
    assert f"{file}, {file.stat().st_size} bytes" in said
    assert f"seq {head.seq}, hash {head.hash}" in said
    assert f"seq {head.seq}, hash {head.hash}" in run(empty_url, RESTORE, file)
    with app_for(empty_url) as app:
        client = app.test_client()
        assert walk(client) | {SEARCH: ask(client, SEARCH)} == before
    assert len(before) > 100
    assert before[SEARCH].json["items"]
    assert rows_at(empty_url) == rows_at(samples_url)


def test_guards_and_search_index_come_along(backup, empty_url, backend):
    run(empty_url, RESTORE, backup)
    with engine_for(empty_url) as engine:
        with pytest.raises(Exception, match="keeps its rows"), engine.begin() as connection:
            connection.execute(text("DELETE FROM publication_log"))
        if backend == "sqlite":
            with engine.begin() as connection:
                connection.execute(text("INSERT INTO search_index(search_index) VALUES ('integrity-check')"))


def test_the_file_is_its_owners_and_stands_alone(samples_url, file, backend):
    mask = os.umask(0)
    try:
        run(samples_url, BACKUP, file)
    finally:
        os.umask(mask)
    assert os.listdir(file.parent) == [file.name]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with ZipFile(file) as packed:
        assert packed.testzip() is None
        assert packed.namelist() == ["manifest.json", archive.PAYLOADS[backend]]


def test_an_existing_file_is_replaced_by_force_only(samples_url, file):
    file.write_text("something else", encoding="ascii")
    assert "there already" in refused(samples_url, BACKUP, file)
    assert file.read_text(encoding="ascii") == "something else"
    run(samples_url, BACKUP, file, "--force")
    assert read_manifest(file).state.seq > 0
    assert os.listdir(file.parent) == [file.name]


def test_a_backup_has_nowhere_to_go(samples_url, tmp_path):
    assert "is a folder" in refused(samples_url, BACKUP, tmp_path, "--force")
    assert "no folder" in refused(samples_url, BACKUP, tmp_path / "none" / "file")
    (tmp_path / "link").symlink_to(tmp_path / "away")
    assert "there already" in refused(samples_url, BACKUP, tmp_path / "link")
    assert os.listdir(tmp_path) == ["link"]


def test_the_database_itself_is_never_the_target(sqlite_databases, tmp_path):
    url = sqlite_databases.copy(sqlite_databases.with_samples())
    database, before = Path(make_url(url).database), rows_at(url)
    (tmp_path / "link").symlink_to(database)
    for target in (database, database.with_name(f"{database.name}-wal"), tmp_path / "link"):
        assert "is the database itself" in refused(url, BACKUP, target, "--force")
    assert rows_at(url) == before
    sqlite_databases.drop(url)


def test_a_database_without_schema_has_nothing_to_back_up(empty_url, file, backend):
    with engine_for(empty_url) as engine, engine.connect():
        pass
    assert "no schema" in refused(empty_url, BACKUP, file)
    assert os.listdir(file.parent) == []


def test_no_database_is_made_where_there_is_none(tmp_path, file):
    assert "no database" in refused(f"sqlite:///{tmp_path}/none.db", BACKUP, file)
    assert os.listdir(tmp_path) == []


ALTERED = [
    ("UPDATE publication_log SET summary = 'something else' WHERE seq = 3", "row of the publication log was altered"),
    (f"UPDATE publication_log SET prev_hash = '{'f' * 64}' WHERE seq = 3", "log is broken after row 2"),
]


@pytest.mark.parametrize(("statement", "said"), ALTERED)
def test_a_broken_log_is_not_backed_up(fresh_samples_url, file, backend, statement, said):
    with engine_for(fresh_samples_url) as engine:
        alter(engine, backend, statement)
    assert said in refused(fresh_samples_url, BACKUP, file)
    assert os.listdir(file.parent) == []


def test_a_redacted_log_is_backed_up(fresh_samples_url, file, backend):
    with engine_for(fresh_samples_url) as engine:
        with engine.begin() as connection:
            actor = connection.scalar(select(ActorRow.id).limit(1))
            entity = connection.execute(select(LogRow.entity_type, LogRow.entity_id).where(LogRow.seq == 3)).one()
            connection.execute(
                Redaction.__table__.insert().values(
                    id=UUID(int=1), **entity._mapping, version_number=1, at=START, actor_id=actor, reason="law", seq=3
                )
            )
            connection.execute(
                RedactedRow.__table__.insert().values(
                    table_name="publication_log", row_key="3", redaction_id=UUID(int=1)
                )
            )
        alter(engine, backend, "UPDATE publication_log SET summary = '' WHERE seq = 3")
    run(fresh_samples_url, BACKUP, file)
    run(fresh_samples_url, RESTORE, file, "--force")


def alter(engine, backend, statement):
    """Change the log behind the guards' back."""
    table = "" if backend == "sqlite" else " ON publication_log"
    with engine.begin() as connection:
        connection.execute(text(f"DROP TRIGGER publication_log_no_update{table}"))
        connection.execute(text(statement))


def test_a_database_that_holds_something_is_replaced_by_force_only(fresh_samples_url, database_url, file, backend):
    with engine_for(database_url) as engine, engine.begin() as connection:
        connection.execute(text(f"INSERT INTO actors VALUES ('{'0' * 31}1', 'ann', 'editor', '2026-11-22 09:00:00')"))
    run(fresh_samples_url, BACKUP, file)
    before = rows_at(database_url)
    assert "it holds actors" in refused(database_url, RESTORE, file)
    assert rows_at(database_url) == before
    said = run(database_url, RESTORE, file, "--force")
    assert rows_at(database_url) == rows_at(fresh_samples_url)
    if backend == "sqlite":
        kept = said.splitlines()[1].removeprefix("What was there before is kept at ").removesuffix(".")
        assert rows_at(f"sqlite:///{kept}") == before


def test_a_migrated_database_without_rows_is_empty(backup, database_url, samples_url):
    said = run(database_url, RESTORE, backup)
    assert "kept" not in said
    assert rows_at(database_url) == rows_at(samples_url)


def test_an_older_schema_is_restored_and_then_migrated(fresh_samples_url, empty_url, file):
    with engine_for(fresh_samples_url) as engine:
        downgrade(engine, "0002")
    run(fresh_samples_url, BACKUP, file)
    assert "run `flask --app wsgi db upgrade`" in run(empty_url, RESTORE, file)
    with engine_for(empty_url) as engine:
        assert current_revision(engine) == "0002"
        upgrade(engine)
        assert current_revision(engine) == head_revision(engine)
        with read_session(engine) as session:
            rows = session.scalars(select(LogRow).order_by(LogRow.seq)).all()
            assert rows
            assert chain_is_whole(rows)


def test_no_byte_can_be_altered_and_no_end_cut_off(backup, tmp_path):
    whole, spoilt = backup.read_bytes(), tmp_path / "spoilt"
    ends = range(len(whole) - 700, len(whole))
    for place in {*range(0, len(whole), len(whole) // 150), *range(0, 700, 7), *ends[::7]}:
        spoilt.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        with pytest.raises(BackupError):
            read_manifest(spoilt)
    for length in (0, 1, 63, 64, 107, len(whole) // 2, len(whole) - 1):
        spoilt.write_bytes(whole[:length])
        with pytest.raises(BackupError):
            read_manifest(spoilt)
    spoilt.write_bytes(whole + b"\n")
    with pytest.raises(BackupError):
        read_manifest(spoilt)


def a_changed_byte(content: bytes) -> bytes:
    return content[:5000] + bytes([content[5000] ^ 1]) + content[5001:]


def a_missing_end(content: bytes) -> bytes:
    return content[:-1]


def another_file(content: bytes) -> bytes:
    return b"SQLite format 3\0" + content


@pytest.mark.parametrize("spoil", [a_changed_byte, a_missing_end, another_file])
def test_a_spoilt_file_changes_nothing(backup, fresh_samples_url, spoil):
    before = rows_at(fresh_samples_url)
    backup.write_bytes(spoil(backup.read_bytes()))
    assert str(backup) in refused(fresh_samples_url, RESTORE, backup, "--force")
    assert rows_at(fresh_samples_url) == before
    assert "No such file" in refused(fresh_samples_url, RESTORE, backup.with_name("none"), "--force")


MADE_UP = [
    (lambda it: replace(it, payload_sha256="0" * 64), "not the one that its manifest describes", "another payload"),
    (lambda it: replace(it, payload_bytes=it.payload_bytes + 1), "not the one", "a shorter payload"),
    (lambda it: replace(it, state=replace(it.state, revision="9999")), "newer than the", "a schema to come"),
    (lambda it: replace(it, state=replace(it.state, seq=it.state.seq + 1)), "end", "a log that was cut off"),
    (lambda it: replace(it, state=replace(it.state, hash="1" * 64)), "end", "another log"),
    (lambda it: replace(it, state=replace(it.state, hash="1" * 64 + "'")), "no backup that this", "no hash"),
]


@pytest.mark.parametrize(("change", "said", "why"), MADE_UP)
def test_a_backup_that_is_not_what_it_says_changes_nothing(
    backup, fresh_samples_url, tmp_path, backend, change, said, why
):
    before, folder = rows_at(fresh_samples_url), folder_of(fresh_samples_url, backend)
    names = folder and sorted(os.listdir(folder))
    manifest, payload = read_manifest(backup), tmp_path / "payload"
    extract_payload(backup, manifest, payload)
    write_archive(tmp_path / "made-up", payload, change(manifest))
    assert said in refused(fresh_samples_url, RESTORE, tmp_path / "made-up", "--force"), why
    assert rows_at(fresh_samples_url) == before
    assert (folder and sorted(os.listdir(folder))) == names


def test_a_format_to_come_is_refused(samples_url, fresh_samples_url, file, monkeypatch):
    monkeypatch.setattr(archive, "FORMAT", 2)
    run(samples_url, BACKUP, file)
    monkeypatch.undo()
    assert "format is 2, known is 1" in refused(fresh_samples_url, RESTORE, file, "--force")


def test_a_backup_of_the_other_kind_is_refused(sqlite_databases, postgresql_databases, file):
    for ours, others in ((sqlite_databases, postgresql_databases), (postgresql_databases, sqlite_databases)):
        url = others.copy(others.with_samples())
        before = rows_at(url)
        run(ours.with_samples(), BACKUP, file, "--force")
        assert "`flask export` and `flask import`" in refused(url, RESTORE, file, "--force")
        assert rows_at(url) == before
        others.drop(url)


def test_a_damaged_database_in_a_whole_file_changes_nothing(sqlite_databases, backup_of_sqlite, tmp_path):
    url = sqlite_databases.copy(sqlite_databases.with_samples())
    before, manifest = rows_at(url), read_manifest(backup_of_sqlite)
    payload = tmp_path / "payload"
    extract_payload(backup_of_sqlite, manifest, payload)
    with closing(sqlite3.connect(payload)) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("DROP TRIGGER claims_no_delete")
        connection.execute("DELETE FROM claims")
        connection.commit()
    spoilt = archive.describe(payload, kind="sqlite", schema=None, state=manifest.state, now=START)
    write_archive(tmp_path / "dangling", payload, spoilt)
    assert "point at nothing" in refused(url, RESTORE, tmp_path / "dangling", "--force")
    payload.write_bytes(payload.read_bytes()[: 4096 * 30])
    spoilt = archive.describe(payload, kind="sqlite", schema=None, state=manifest.state, now=START)
    write_archive(tmp_path / "short", payload, spoilt)
    assert "the copy" in refused(url, RESTORE, tmp_path / "short", "--force")
    assert rows_at(url) == before
    sqlite_databases.drop(url)


@pytest.fixture
def backup_of_sqlite(sqlite_databases, file) -> Path:
    run(sqlite_databases.with_samples(), BACKUP, file)
    return file


def test_sqlite_is_not_replaced_while_somebody_has_it_open(sqlite_databases, backup_of_sqlite):
    url = sqlite_databases.copy(sqlite_databases.with_samples())
    with engine_for(url) as engine:
        before = dump(engine)
        assert "is in use: stop the server" in refused(url, RESTORE, backup_of_sqlite, "--force")
        with engine.begin() as connection:
            connection.execute(text("SELECT 1"))
            assert "is in use: stop the server" in refused(url, RESTORE, backup_of_sqlite, "--force")
        assert dump(engine) == before
    run(url, RESTORE, backup_of_sqlite, "--force")
    sqlite_databases.drop(url)


def test_the_new_file_has_the_old_ones_permissions_and_no_journal(sqlite_databases, backup_of_sqlite, tmp_path):
    database = tmp_path / "here" / "caveat.db"
    database.parent.mkdir()
    shutil.copyfile(make_url(sqlite_databases.with_samples()).database, database)
    database.chmod(0o640)
    # What a killed server leaves behind: a journal with a write that the file does not have yet.
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("INSERT INTO actors VALUES ('a', 'zoe', 'editor', '2026-11-22 09:00:00')")
        connection.commit()
        left = {suffix: Path(f"{database}{suffix}").read_bytes() for suffix in ("", "-wal", "-shm")}
    for suffix, content in left.items():
        Path(f"{database}{suffix}").write_bytes(content)
    run(f"sqlite:///{database}", RESTORE, backup_of_sqlite, "--force")
    (kept,) = (name for name in os.listdir(database.parent) if "before-restore" in name)
    assert sorted(os.listdir(database.parent)) == ["caveat.db", kept]
    assert stat.S_IMODE(database.stat().st_mode) == 0o640
    assert rows_at(f"sqlite:///{database}") == rows_at(sqlite_databases.with_samples())
    assert "zoe" in {row[1] for row in rows_at(f"sqlite:///{database.parent / kept}")["actors"]}


def test_a_file_that_is_no_database_is_kept_beside(backup_of_sqlite, tmp_path):
    database = tmp_path / "caveat.db"
    database.write_bytes(b"this is no database" * 100)
    assert "no readable database" in refused(f"sqlite:///{database}", RESTORE, backup_of_sqlite)
    run(f"sqlite:///{database}", RESTORE, backup_of_sqlite, "--force")
    (kept,) = tmp_path.glob("caveat.db.before-restore-*")
    assert kept.read_bytes() == b"this is no database" * 100
    assert rows_at(f"sqlite:///{database}")["claims"]


SCRIPTS = [
    ("pg_dump", ["echo 'pg_dump (PostgreSQL) 12.22'"], "pg_dump is of version 12, the server of", "older"),
    ("pg_dump", ["echo unknown"], "does not say its version: unknown", "something else"),
    ("pg_dump", ['"$REAL" "$@"', '[ "$1" = --version ] || { echo full >&2; exit 9; }'], "code 9: full", "it fails"),
    ("pg_restore", ["echo torn >&2", "exit 1"], "pg_restore failed with code 1: torn", "the dump cannot be read"),
]


@pytest.mark.parametrize(("name", "script", "said", "why"), SCRIPTS)
def test_a_program_that_fails_leaves_no_file(postgresql_databases, tmp_path, file, name, script, said, why):
    programs = programs_with(tmp_path / "programs", name, script)
    words = (file, "--pg-dump", programs / "pg_dump")
    assert said in refused(postgresql_databases.with_samples(), BACKUP, *words), why
    assert os.listdir(tmp_path) == ["programs"]


def test_the_programs_are_named_where_they_are_missing(postgresql_databases, file, monkeypatch):
    monkeypatch.setenv("PG_DUMP", "/nowhere/pg_dump")
    assert "set PG_DUMP" in refused(postgresql_databases.with_samples(), BACKUP, file)


def test_the_password_is_not_among_the_arguments(postgresql_databases, tmp_path, file):
    script = ['echo "$@" >> "$0.arguments"', 'echo "$PGPASSWORD" >> "$0.password"', 'exec "$REAL" "$@"']
    programs = programs_with(tmp_path / "programs", "pg_dump", script)
    url = make_url(postgresql_databases.with_samples()).set(password="open sesame")
    run(url.render_as_string(hide_password=False), BACKUP, file, "--pg-dump", programs / "pg_dump")
    assert "sesame" not in (programs / "pg_dump.arguments").read_text()
    assert "open sesame" in (programs / "pg_dump.password").read_text()


def test_an_address_becomes_an_environment():
    url = "postgresql+psycopg://ann:p%40ss@db.example:6543/caveat?sslmode=require&keepalives_idle=7"
    tools = Tools("pg_dump", {"PGUSER": "other", "HOME": "/"})
    with engine_for(url) as engine:
        assert tools.environment(engine) == {
            "HOME": "/",
            "PGCONNECT_TIMEOUT": "5",
            "PGDATABASE": "caveat",
            "PGHOST": "db.example",
            "PGPASSWORD": "p@ss",
            "PGPORT": "6543",
            "PGSSLMODE": "require",
            "PGUSER": "ann",
        }
        assert tools.database_argument(engine) == "--dbname=keepalives_idle=7"
    with engine_for(f"{url}&sslpassword=secret") as engine, pytest.raises(BackupError, match="unseen"):
        tools.database_argument(engine)


def test_what_stands_in_the_way_on_postgresql_leaves_everything(postgresql_databases, file):
    url = postgresql_databases.copy(postgresql_databases.with_samples())
    with engine_for(url) as engine, engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA reports"))
        connection.execute(text("CREATE VIEW reports.slugs AS SELECT slug FROM claims"))
    before = rows_at(url)
    run(url, BACKUP, file)
    assert "reports.slugs" in refused(url, RESTORE, file, "--force")
    assert rows_at(url) == before
    with engine_for(url) as engine, engine.begin() as connection:
        connection.execute(text("DROP SCHEMA reports CASCADE"))
        connection.execute(text("CREATE VIEW all_slugs AS SELECT slug FROM claims"))
        connection.execute(text("CREATE TABLE of_a_later_version (claim_id uuid REFERENCES claims)"))
    run(url, RESTORE, file, "--force")
    assert rows_at(url) == before
    with engine_for(url) as engine, engine.connect() as connection:
        assert connection.scalar(text("SELECT to_regclass('of_a_later_version')")) is None
    postgresql_databases.drop(url)
