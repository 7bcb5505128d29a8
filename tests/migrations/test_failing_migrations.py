"""A migration that fails half-way leaves schema and rows exactly as they were: all revisions or none."""

from __future__ import annotations

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from annotations.store.migrate import current_revision, downgrade, upgrade
from tests.databases import engine_for
from tests.migrations.schemas import config_with, rows_of, schema_of
from tests.store.stock import stock

HALF = """
    op.create_table("remarks", sa.Column("id", sa.Integer(), primary_key=True))
    op.add_column("claims", sa.Column("remark", sa.Text(), nullable=True))
    op.execute("UPDATE claims SET remark = slug")
    op.execute("UPDATE actors SET name = name || '!'")
    op.execute("DELETE FROM search_entries")
    op.drop_index("ix_claims_state", "claims")
"""
FAILURES = {
    "python": (HALF + "    raise RuntimeError('half-way')\n", RuntimeError, "half-way"),
    "sql": (HALF + "    op.execute('SELECT nothing FROM nowhere')\n", DBAPIError, "nowhere"),
    "guard": (HALF + "    op.execute('UPDATE publication_log SET event = NULL')\n", IntegrityError, "publication_log"),
    "reference": (
        HALF + "    op.execute(\"UPDATE articles SET created_by = '00000000000000000000000000000007'\")\n",
        IntegrityError,
        "foreign|broken",
    ),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failing_revision_leaves_nothing_of_itself(stocked_engine, tmp_path, failure):
    body, error, message = FAILURES[failure]
    before = schema_of(stocked_engine), rows_of(stocked_engine)
    config = config_with(stocked_engine, tmp_path / "versions", failing=body)
    with pytest.raises(error, match=message):
        command.upgrade(config, "head")
    assert (schema_of(stocked_engine), rows_of(stocked_engine)) == before


def test_the_same_revision_without_its_failure_goes_through(engine, tmp_path):
    stock(engine)
    before = schema_of(engine)
    command.upgrade(config_with(engine, tmp_path / "versions", whole=HALF), "head")
    assert current_revision(engine) == "0006"
    assert schema_of(engine) != before
    assert rows_of(engine)["search_entries"] == []


def test_the_revision_before_the_failing_one_goes_back_too(stocked_engine, tmp_path):
    before = schema_of(stocked_engine), rows_of(stocked_engine)
    config = config_with(stocked_engine, tmp_path / "versions", whole=HALF, failing="raise RuntimeError('the second')")
    with pytest.raises(RuntimeError, match="the second"):
        command.upgrade(config, "head")
    assert (schema_of(stocked_engine), rows_of(stocked_engine)) == before
    assert current_revision(stocked_engine) == "0005"


def test_an_empty_database_stays_empty_when_its_first_migration_fails(empty_url, tmp_path):
    with engine_for(empty_url) as engine:
        before = schema_of(engine)
        with pytest.raises(RuntimeError, match="the last"):
            command.upgrade(config_with(engine, tmp_path / "v", failing="raise RuntimeError('the last')"), "head")
        assert schema_of(engine) == before
        assert current_revision(engine) is None
        upgrade(engine)


def test_a_downgrade_that_fails_leaves_what_it_found(engine, backend):
    stock(engine)
    # Something that this step wants to drop is not there.
    drop = {"sqlite": "DROP TABLE search_index", "postgresql": "DROP INDEX ix_search_entries_vector"}[backend]
    with engine.begin() as connection:
        connection.execute(text(drop))
    before = schema_of(engine), rows_of(engine)
    with pytest.raises(DBAPIError):
        downgrade(engine, "0001")
    assert (schema_of(engine), rows_of(engine)) == before


def test_foreign_keys_hold_again_after_a_migration_whether_it_failed_or_not(sqlite_databases, tmp_path):
    with engine_for(sqlite_databases.copy(sqlite_databases.migrated())) as engine:
        with pytest.raises(RuntimeError):
            command.upgrade(config_with(engine, tmp_path / "one", failing="raise RuntimeError"), "head")
        assert _foreign_keys(engine) == 1
        command.upgrade(config_with(engine, tmp_path / "two", fine="pass"), "head")
        assert _foreign_keys(engine) == 1


def _foreign_keys(engine):
    with engine.connect() as connection:
        return connection.execute(text("PRAGMA foreign_keys")).scalar()
