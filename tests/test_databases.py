"""The database harness itself: copies are whole, apart from one another, and leave nothing behind."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, inspect, select, text

from annotations.store.engine import read_session, write_session
from tests.databases import count_selects, engine_for, postgres_server


def tables_of(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())


def test_the_engine_stands_on_the_newest_schema(engine, backend):
    assert engine.dialect.name == backend
    assert {"articles", "publication_log"} <= tables_of(engine)


def test_copies_of_a_template_do_not_see_each_other(databases):
    first, second = (databases.copy(databases.migrated()) for _ in range(2))
    with engine_for(first) as engine, engine.begin() as connection:
        connection.execute(text("CREATE TABLE only_here (id INTEGER)"))
    with engine_for(second) as engine:
        assert "only_here" not in tables_of(engine)
    with engine_for(databases.copy(databases.migrated())) as engine:
        assert "only_here" not in tables_of(engine)


def test_a_database_can_be_dropped_while_somebody_is_connected(databases):
    url = databases.copy(databases.migrated())
    with engine_for(url) as engine, engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        databases.drop(url)
        connection.invalidate()


def test_an_empty_database_has_no_tables(empty_url):
    with engine_for(empty_url) as engine:
        assert tables_of(engine) == set()


def test_the_samples_are_shared_and_a_copy_of_them_is_not(samples_engine, fresh_samples_url):
    count = text("SELECT count(*) FROM annotations")
    with engine_for(fresh_samples_url) as engine, engine.connect() as connection:
        loaded = connection.execute(count).scalar_one()
        connection.execute(text("CREATE TABLE only_here (id INTEGER)"))
        connection.commit()
    assert loaded > 0
    assert "only_here" not in tables_of(samples_engine)
    with samples_engine.connect() as connection:
        assert connection.execute(count).scalar_one() == loaded


def test_a_sqlite_template_in_use_is_not_copied(sqlite_databases):
    template = sqlite_databases.migrated()
    with engine_for(template) as engine, engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        with pytest.raises(RuntimeError, match="in use"):
            sqlite_databases.copy(template)


def test_selects_are_counted_whichever_session_sends_them(engine):
    with count_selects(engine) as statements:
        with read_session(engine) as session:
            session.execute(select(1))
            session.execute(text("WITH one AS (SELECT 1) SELECT * FROM one"))
        with write_session(engine) as session:
            session.execute(select(2))
    with read_session(engine) as session:
        session.execute(select(3))
    assert len(statements) == 3, statements


def test_a_server_leaves_neither_process_nor_directory(postgresql_databases):
    with postgres_server() as url:
        directory = url.query["host"]
        with engine_for(url.render_as_string(hide_password=False)) as engine, engine.connect() as connection:
            assert connection.execute(text("SHOW data_directory")).scalar_one() == directory
    with (
        engine_for(url.render_as_string(hide_password=False)) as engine,
        pytest.raises(Exception, match="No such file or directory"),
    ):
        engine.connect()
