"""The engine: what it sets on each connection, and what two transactions at once see and keep."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, StatementError

from annotations.errors import PublishingBusy, StaleVersion
from annotations.store.actors import ActorRow
from annotations.store.claims import Claim
from annotations.store.engine import READ_ONLY, make_engine, read_session, write_session
from annotations.store.log import PublicVersion
from annotations.vocabulary import Role
from tests.databases import engine_for, listening
from tests.services.newsroom import START, Newsroom

EXPECTED = {
    "sqlite": {
        "PRAGMA journal_mode": "wal",
        "PRAGMA synchronous": 2,
        "PRAGMA foreign_keys": 1,
        "PRAGMA recursive_triggers": 1,
        "PRAGMA busy_timeout": 10_000,
        "PRAGMA query_only": 0,
    },
    "postgresql": {
        "SHOW statement_timeout": "5s",
        "SHOW lock_timeout": "2s",
        "SHOW idle_in_transaction_session_timeout": "10s",
        "SHOW timezone": "UTC",
    },
}
NINE = datetime(2026, 12, 1, 9, 0, 0, 5, tzinfo=UTC)


def somebody(name: str, at: datetime = START) -> ActorRow:
    return ActorRow(name=name, role=Role.EDITOR, created_at=at)


def test_what_is_set_on_every_connection(database_url, backend):
    # Made as the application makes it: the tests' own engines do not wait for the disk.
    engine = make_engine(database_url)
    with engine.connect() as first, engine.connect() as second:
        for connection in (first, second):
            assert {name: connection.execute(text(name)).scalar() for name in EXPECTED[backend]} == EXPECTED[backend]
            connection.rollback()
    engine.dispose()


def test_the_folder_of_a_new_file_is_made(tmp_path):
    with engine_for(f"sqlite:///{tmp_path}/new/folder/caveat.db") as engine, engine.begin() as connection:
        connection.execute(text("CREATE TABLE one (id INTEGER)"))
    assert (tmp_path / "new" / "folder" / "caveat.db").exists()


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (NINE, "UTC"),
        (NINE.astimezone(timezone(timedelta(hours=5, minutes=30))), "another zone"),
        (NINE.replace(microsecond=0), "no fraction of a second"),
    ],
)
def test_a_time_comes_back_as_the_same_moment_in_utc(engine, written, why):
    with write_session(engine) as session, session.begin():
        session.add(somebody("ann", written))
    with read_session(engine) as session:
        found = session.scalars(select(ActorRow.created_at)).one()
    assert (found, found.tzinfo) == (written, UTC), why


def test_a_time_without_zone_does_not_reach_the_database(engine):
    with write_session(engine) as session:
        session.add(somebody("ann", NINE.replace(tzinfo=None)))
        with pytest.raises(StatementError, match="naive"):
            session.flush()
    with write_session(engine) as session, pytest.raises(StatementError, match="naive"):
        session.scalars(select(ActorRow).where(ActorRow.created_at < NINE.replace(tzinfo=None))).all()


def test_times_sort_by_the_moment(engine):
    moments = [NINE + timedelta(microseconds=step) for step in (999_994, 0, 1, 10, 60_000_000)]
    moments.append((NINE + timedelta(hours=1)).astimezone(timezone(timedelta(hours=-11))))
    with write_session(engine) as session, session.begin():
        session.add_all(somebody(f"editor {number}", moment) for number, moment in enumerate(moments))
    with read_session(engine) as session:
        assert session.scalars(select(ActorRow.created_at).order_by(ActorRow.created_at)).all() == sorted(moments)


def test_a_reader_sees_one_state_while_a_writer_commits(engine):
    counting = select(func.count()).select_from(ActorRow)
    with read_session(engine) as reader, write_session(engine) as writer:
        assert reader.scalar(counting) == 0
        writer.add(somebody("ann"))
        writer.commit()
        assert reader.scalar(counting) == 0
        reader.rollback()
        assert reader.scalar(counting) == 1


def test_a_reader_cannot_write_and_what_it_leaves_behind_can(engine):
    for _ in range(3):
        with read_session(engine) as session, pytest.raises(DBAPIError, match=r"readonly|read-only"):
            session.execute(update(PublicVersion).values(seq=99))
        with write_session(engine) as session, session.begin():
            session.execute(update(PublicVersion).values(seq=PublicVersion.seq + 1))
    with read_session(engine) as session:
        assert set(session.scalars(select(PublicVersion.seq))) == {3}


def test_reading_waits_for_no_writer(engine):
    with write_session(engine) as writer, read_session(engine) as reader:
        writer.execute(update(PublicVersion).values(seq=99))
        assert set(reader.scalars(select(PublicVersion.seq))) == {0}


def test_six_threads_that_read_and_then_write_lose_nothing(engine):
    claim = Newsroom(engine).claim(published=False)
    rounds = 10

    def count_up(_: int) -> int:
        acknowledged = 0
        while acknowledged < rounds:
            try:
                with write_session(engine) as session, session.begin():
                    session.get_one(Claim, claim).head_number += 1
                acknowledged += 1
            except StaleVersion:
                continue
        return acknowledged

    with ThreadPoolExecutor(6) as threads:
        acknowledged = sum(threads.map(count_up, range(6)))
    with read_session(engine) as session:
        assert session.get_one(Claim, claim).head_number == 1 + acknowledged == 1 + 6 * rounds


HURRY = "PRAGMA busy_timeout=20"


def test_a_writer_on_sqlite_takes_the_lock_with_its_first_statement(sqlite_databases):
    with engine_for(sqlite_databases.copy(sqlite_databases.migrated())) as engine:
        hurry = listening(engine, "connect", lambda connection, _: connection.execute(HURRY).close())
        with hurry, write_session(engine) as first, write_session(engine) as second:
            first.execute(select(1))
            with pytest.raises(PublishingBusy) as caught:
                second.execute(select(1))
            assert isinstance(caught.value.__cause__, OperationalError)
            first.rollback()
            second.execute(select(1))


def test_another_failure_to_begin_is_not_called_busy(tmp_path):
    (tmp_path / "caveat.db").write_bytes(b"this is no database" * 100)
    engine = make_engine(f"sqlite:///{tmp_path}/caveat.db")
    with pytest.raises(DBAPIError, match="not a database"), engine.begin():
        raise AssertionError("it began")
    engine.dispose()


def test_the_wish_to_read_only_is_an_option_of_the_engine(engine):
    with read_session(engine) as session:
        assert session.connection().get_execution_options()[READ_ONLY] is True
    with write_session(engine) as session:
        assert READ_ONLY not in session.connection().get_execution_options()


def test_a_broken_rule_that_is_about_no_name_stays_what_it_is(engine):
    with write_session(engine) as session:
        session.add(somebody("ann"))
        session.flush()
        session.add(ActorRow(name="bob", role="nobody", created_at=START))
        with pytest.raises(IntegrityError, match="ck_actors_role"):
            session.flush()


@pytest.fixture
def two_writers(postgresql_databases):
    """Two sessions on PostgreSQL that both changed one claim; the first one has sent its change."""
    url = postgresql_databases.copy(postgresql_databases.migrated())
    with engine_for(url) as engine:
        claim = Newsroom(engine).claim(published=False)
        with write_session(engine) as first, write_session(engine) as second:
            for session in (first, second):
                session.get_one(Claim, claim).head_number += 1
            first.flush()
            yield first, second
    postgresql_databases.drop(url)


def test_a_row_that_another_writer_holds_for_too_long_is_busy(two_writers):
    _, second = two_writers
    second.connection().exec_driver_sql("SET LOCAL lock_timeout = '20ms'")
    with pytest.raises(PublishingBusy) as caught:
        second.flush()
    assert isinstance(caught.value.__cause__, OperationalError)


def test_a_connection_that_is_gone_is_not_called_busy(two_writers):
    first, second = two_writers
    process = second.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    first.execute(text("SELECT pg_terminate_backend(:process)"), {"process": process})
    with pytest.raises(OperationalError, match="terminating connection"):
        second.flush()
