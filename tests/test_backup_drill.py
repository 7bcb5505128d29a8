"""The drill: backups while writers go on, and processes that are killed half-way."""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue
from uuid import UUID

import pytest
from sqlalchemy import make_url, select

from annotations.errors import PublishingBusy
from annotations.store.backups.archive import read_manifest
from annotations.store.claims import Claim
from annotations.store.publication_log import chain_is_whole
from annotations.vocabulary import Stance
from tests.backups import BACKUP, PROGRAMS, RESTORE, kill_at, programs_with, run, run_apart
from tests.databases import engine_for
from tests.services.newsroom import Newsroom, dump
from tests.services.public_view import PublicView
from tests.services.rules_hold import RULES

pytestmark = pytest.mark.slow

WRITERS, MOST_WRITES, BACKUPS, MOST_BACKUPS = 3, 400, 5, 20


@pytest.fixture(autouse=True)
def client_programs(monkeypatch):
    monkeypatch.setenv("PATH", f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("PG_DUMP", raising=False)


def keep_publishing(room: Newsroom, acknowledged: list[UUID], fresh: Queue[UUID], done: threading.Event) -> None:
    """Publish claims until told to stop; each is noted once its last transaction was committed."""
    for _ in range(MOST_WRITES):
        if done.is_set():
            return
        try:
            claim = room.claim()
        except PublishingBusy:
            continue
        acknowledged.append(claim)
        fresh.put(claim)
    raise AssertionError("the writers were through before the backups were")


def test_backups_made_while_writers_publish(engine, database_url, databases, tmp_path):
    room, acknowledged, done = Newsroom(engine), [], threading.Event()
    fresh: Queue[UUID] = Queue()
    made: list[tuple[Path, set[UUID]]] = []
    during = 0
    with ThreadPoolExecutor(WRITERS) as threads:
        writers = [threads.submit(keep_publishing, room, acknowledged, fresh, done) for _ in range(WRITERS)]
        try:
            for number in range(MOST_BACKUPS):
                if number >= BACKUPS and during:
                    break
                # Whatever was written until now is forgotten, and one more write is waited for.
                for _ in range(fresh.qsize()):
                    fresh.get_nowait()
                fresh.get(timeout=60)
                file, before = tmp_path / f"{number}.backup", set(acknowledged)
                run(database_url, BACKUP, file)
                during += len(set(acknowledged) - before)
                made.append((file, before))
        finally:
            done.set()
        for writer in writers:
            writer.result()
    assert during > 0, "nobody wrote while a backup was made"
    heads = {row.seq: row.hash for row in room.log()}
    states = [read_manifest(file).state for file, _ in made]
    assert len({state.seq for state in states}) == len(made), "nobody wrote between two backups"
    for state, (file, before) in zip(states, made, strict=True):
        assert heads[state.seq] == state.hash
        url = databases.empty()
        run(url, RESTORE, file)
        with engine_for(url) as restored:
            check(Newsroom(restored, on_copy_of=room), before, state)
        databases.drop(url)
    assert set(made[0][1]) < set(made[-1][1])


def check(room: Newsroom, before: set[UUID], state) -> None:
    """What was restored is whole, holds what was acknowledged before, and goes on from there."""
    log = room.log()
    assert chain_is_whole(log)
    assert (log[-1].seq, log[-1].hash) == (state.seq, state.hash)
    with room.look() as session:
        assert before <= set(session.scalars(select(Claim.id).where(Claim.state == "published")))
        view = PublicView(session)
    for rule in RULES:
        rule(view)
    room.claim("afterwards", (room.source("a trial that came afterwards"), Stance.CONTRADICTS))
    assert chain_is_whole(room.log())
    assert len(room.log()) > state.seq


BACKUP_STEPS = {
    "sqlite": [("sqlite3.connect", ".partial"), ("open", ".partial/backup"), ("os.link", ".partial")],
    "postgresql": [("subprocess.Popen", "--snapshot"), ("open", ".partial/backup"), ("os.link", ".partial")],
}


@pytest.mark.parametrize("step", range(3))
def test_a_backup_that_is_killed_leaves_no_file_under_its_name(samples_url, tmp_path, backend, step):
    file = tmp_path / "caveat.backup"
    kill_at(*BACKUP_STEPS[backend][step], "backup", file, url=samples_url)
    assert not file.exists()
    (left,) = os.listdir(tmp_path)
    assert left.startswith(".caveat.backup.")
    assert left.endswith(".partial")
    run(samples_url, BACKUP, file)
    assert read_manifest(file).kind == backend


def test_a_backup_that_is_killed_leaves_the_one_that_it_was_to_replace(samples_url, tmp_path):
    file = tmp_path / "caveat.backup"
    run(samples_url, BACKUP, file)
    before = file.read_bytes()
    kill_at("os.rename", ".partial", "backup", file, "--force", url=samples_url)
    assert file.read_bytes() == before


@pytest.mark.parametrize(("event", "word"), [("open", ".partial/caveat.db"), ("os.link", ""), ("os.rename", "")])
def test_a_restore_of_sqlite_that_is_killed_leaves_the_old_database(sqlite_databases, tmp_path, event, word):
    url = sqlite_databases.copy(sqlite_databases.migrated())
    with engine_for(url) as engine:
        Newsroom(engine).claim()
        before = dump(engine)
    file = tmp_path / "caveat.backup"
    run(sqlite_databases.with_samples(), BACKUP, file)
    kill_at(event, word or Path(make_url(url).database).name, "restore", file, "--force", url=url)
    with engine_for(url) as engine:
        assert dump(engine) == before
    run(url, RESTORE, file, "--force")
    with engine_for(url) as engine:
        assert dump(engine) != before
    sqlite_databases.drop(url)


def test_a_restore_of_postgresql_that_is_killed_leaves_the_old_database(postgresql_databases, tmp_path):
    url = postgresql_databases.copy(postgresql_databases.migrated())
    with engine_for(url) as engine:
        Newsroom(engine).claim()
        before = dump(engine)
    file = tmp_path / "caveat.backup"
    run(postgresql_databases.with_samples(), BACKUP, file)
    # Half of the statements go their way to psql; then the process that would send the COMMIT is killed.
    script = [
        'if [ "$1" != --file=- ]; then exec "$REAL" "$@"; fi',
        '"$REAL" "$@" > "$0.sql"',
        'head -c $(($(wc -c < "$0.sql") / 2)) "$0.sql"',
        "kill -KILL $PPID",
    ]
    programs = programs_with(tmp_path / "programs", "pg_restore", script)
    assert run_apart("restore", file, "--force", "--pg-dump", programs / "pg_dump", url=url) == -signal.SIGKILL
    # What the killed process had not handed on yet fits into two buffers of 64 KiB.
    assert (programs / "pg_restore.sql").stat().st_size > 2 * 3 * 65536
    with engine_for(url) as engine:
        assert dump(engine) == before
    run(url, RESTORE, file, "--force")
    postgresql_databases.drop(url)
