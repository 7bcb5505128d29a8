"""Killed in the middle of 2,000 writes: every acknowledged one is there, nothing is half published, the chains verify.

The server is killed three times, at moments that a seed chooses, and started again on the same database each time; the
writers then send again what nobody answered, and go on.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import cycle
from typing import Any

import pytest
from sqlalchemy import Engine, select

from annotations.store.claims import Claim, ClaimVersion
from annotations.store.engine import read_session
from annotations.store.log import LogRow
from annotations.store.migrate import upgrade
from annotations.store.notes import Annotation, AnnotationVersion
from annotations.store.publication_log import chain_is_whole
from annotations.store.review import Transition
from annotations.store.verification import verify
from annotations.vocabulary import Role
from tests.applications import app_for, engine_of
from tests.crash.servers import Web, postgres_to_kill, web_server
from tests.crash.writers import Acknowledged, Tally, Writer
from tests.databases import engine_for
from tests.desk import Desk, make_person
from tests.editorial.changes import TEXT
from tests.services.public_view import PublicView
from tests.services.rules_hold import RULES

pytestmark = pytest.mark.slow

WRITERS, WRITES, KILLS = 16, 2_000, 3
DATABASE_WRITES, DATABASE_KILLS = 400, 2
SECONDS = 240.0


def prepare(url: str, total: int) -> list[Writer]:
    """People with accounts, and what they will cite and annotate."""
    tally = Tally(total)
    with app_for(url) as app:
        desk = Desk(app, engine_of(app))
        desk.source("cited")
        desk.article("common", TEXT)
        authors = [make_person(desk.engine, f"author-{number}", Role.EDITOR) for number in range(WRITERS)]
        approver = make_person(desk.engine, "second", Role.EDITOR)
    return [Writer(number, author, approver, tally) for number, author in enumerate(authors)]


def moments(seed: str, total: int, kills: int) -> list[int]:
    """After how many acknowledged writes to kill: somewhere in the middle of each stretch between."""
    chance, stretch = random.Random(seed), total // (kills + 1)
    return [stretch * number + chance.randrange(stretch // 4, stretch) for number in range(kills)]


def at_work(threads: ThreadPoolExecutor, writers: list[Writer], port: int) -> list[Future[None]]:
    return [threads.submit(writer.work, port) for writer in writers]


def wait_for(tally: Tally, count: int, working: list[Future[None]]) -> None:
    """Wait until so many writes were acknowledged, unless a writer met something that must not be."""
    for _ in range(int(SECONDS)):
        if tally.wait_for(count, seconds=1.0):
            return
        for future in working:
            if future.done():
                future.result()
    raise AssertionError(f"{tally.count} writes in {SECONDS} seconds")


def run(web: Web, engine: Engine, writers: list[Writer], tally: Tally, kills: list[int], workers: Iterator[int]) -> int:
    """Write and kill in turns; how many calls were under way at the kills."""
    interrupted = 0
    with ThreadPoolExecutor(WRITERS) as threads:
        for kill in [*kills, None]:
            web.start(workers=next(workers))
            check(engine, writers)
            working = at_work(threads, writers, web.port)
            try:
                wait_for(tally, tally.total if kill is None else kill, working)
            finally:
                if kill is not None:
                    web.kill()
            for future in working:
                future.result()
            interrupted += sum(writer.in_doubt for writer in writers)
    check(engine, writers)
    return interrupted


def check(engine: Engine, writers: list[Writer]) -> None:
    """Everything that was acknowledged is there, and everything that is there is whole."""
    # Before the snapshot is taken, because they may be at work.
    acknowledged = [one for writer in writers for one in writer.acknowledged]
    with read_session(engine) as session:
        found = verify(session)
        assert found.is_sound, found.findings
        log = session.scalars(select(LogRow).order_by(LogRow.seq)).all()
        assert chain_is_whole(log)
        check_acknowledged(session, acknowledged)
        view = PublicView(session)
        check_nothing_is_half_published(session, log, view)
    for rule in RULES:
        rule(view)


def check_acknowledged(session: Any, acknowledged: list[Acknowledged]) -> None:
    words = {(row.claim_id, row.number): row.summary for row in session.execute(select(ClaimVersion.__table__))} | {
        (row.annotation_id, row.number): row.note for row in session.execute(select(AnnotationVersion.__table__))
    }
    counters = {
        row.id: row.lock_version
        for table in (Claim, Annotation)
        for row in session.execute(select(table.id, table.lock_version))
    }
    steps = [(row.entity_id, row.action, row.version_number) for row in session.execute(select(Transition.__table__))]
    # Nothing was done twice either, though calls were sent again.
    assert len(set(steps)) == len(steps)
    for one in acknowledged:
        assert words.get((one.entity_id, one.number)) == one.words, one
        assert counters[one.entity_id] >= one.lock_version, one
    missing = {(one.entity_id, one.action, one.number) for one in acknowledged} - set(steps)
    assert not missing


def check_nothing_is_half_published(session: Any, log: list[LogRow], view: PublicView) -> None:
    """What is in force was approved, logged and stamped; and what was approved or logged is in force."""
    in_force = {(row.claim_id, row.number) for row in view.versions[ClaimVersion] if row.valid_from is not None} | {
        (row.annotation_id, row.number) for row in view.versions[AnnotationVersion] if row.valid_from is not None
    }
    logged = {
        (row.entity_id, row.entity_version) for row in log if row.event in {"claim.published", "annotation.published"}
    }
    approved = {
        (row.entity_id, row.version_number)
        for row in view.transitions
        if row.action == "approve" and row.entity_type in {"claim", "annotation"}
    }
    assert in_force == logged == approved
    assert set(view.stamps) == set(view.representations) | view.tombstones()


@pytest.mark.parametrize(("backend", "workers"), [("sqlite", [1]), ("postgresql", [2, 1])], indirect=["backend"])
def test_a_killed_server_loses_nothing_that_it_acknowledged(backend, workers, database_url, engine, tmp_path):
    writers = prepare(database_url, WRITES)
    tally = writers[0].tally
    kills = moments(backend, WRITES, KILLS)
    with web_server(database_url, tmp_path / "server.log") as web:
        interrupted = run(web, engine, writers, tally, kills, cycle(workers))
    assert sum(len(writer.acknowledged) for writer in writers) >= WRITES
    assert interrupted > KILLS, "it was killed while nothing was written"


def test_a_killed_database_loses_nothing_that_was_acknowledged(postgresql_databases, tmp_path):
    with postgres_to_kill() as postgres:
        postgres.start()
        with engine_for(postgres.url) as engine:
            upgrade(engine)
            writers = prepare(postgres.url, DATABASE_WRITES)
            tally = writers[0].tally
            with web_server(postgres.url, tmp_path / "server.log") as web, ThreadPoolExecutor(WRITERS) as threads:
                web.start()
                working = at_work(threads, writers, web.port)
                for kill in moments("database", DATABASE_WRITES, DATABASE_KILLS):
                    wait_for(tally, kill, working)
                    postgres.kill()
                    postgres.start()
                    engine.dispose()
                    check(engine, writers)
                for future in working:
                    future.result()
                check(engine, writers)
