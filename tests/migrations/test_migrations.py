"""Migrations go up, down and up again with rows in them, one after the other, and leave the models' schema."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, select, text
from sqlalchemy.exc import IntegrityError

from annotations.queries.search import search
from annotations.store.engine import read_session
from annotations.store.migrate import ROOT, alembic_config, current_revision, downgrade, head_revision, upgrade
from annotations.store.tables import METADATA
from tests.databases import engine_for
from tests.migrations.schemas import config_with, rows_of, schema_of
from tests.store.stock import stock


@pytest.fixture
def empty_engine(empty_url):
    with engine_for(empty_url) as engine:
        yield engine


@pytest.fixture
def samples_and_more(fresh_samples_url):
    with engine_for(fresh_samples_url) as engine:
        stock(engine)
        yield engine


def stations(engine: Engine) -> list[str]:
    """The revisions from base to head."""
    return [script.revision for script in ScriptDirectory.from_config(alembic_config(engine)).walk_revisions()][::-1]


def hits(engine: Engine, words: str = "stem cells") -> list[str]:
    with read_session(engine) as session:
        return [hit.key for hit in search(session, words, limit=50).items]


def test_there_is_one_line_of_numbered_and_named_revisions(empty_engine):
    scripts = ScriptDirectory.from_config(alembic_config(empty_engine))
    assert scripts.get_heads() == [head_revision(empty_engine)]
    line = stations(empty_engine)
    assert line == [f"{number:04}" for number in range(1, len(line) + 1)]
    for script in scripts.walk_revisions():
        assert re.fullmatch(rf"{script.revision}_[a-z_]+\.py", Path(script.path).name)
        assert script.doc


ADDED = {
    "users",
    "tokens",
    "interests",
    "account_events",
    "idempotency_keys",
    "review_dates",
    "claim_mergers",
    "redactions",
    "redacted_rows",
    "chain_heads",
}
"""Tables that came after revision 0002."""

HASHED = ("revisions", "corrections")
"""Tables that revision 0004 gives a column with a hash."""


def corrections_of(engine: Engine) -> dict[UUID, dict[str, Any]]:
    table = METADATA.tables["corrections"]
    with engine.connect() as connection:
        return {row["id"]: dict(row) for row in connection.execute(table.select()).mappings()}


def blanked_corrections(engine: Engine) -> set[UUID]:
    named = METADATA.tables["redacted_rows"].c
    with engine.connect() as connection:
        return set(map(UUID, connection.scalars(select(named.row_key).where(named.table_name == "corrections"))))


def test_down_step_by_step_and_up_again_with_rows_that_survive(samples_and_more, backend):
    engine = samples_and_more
    schema, rows, found = schema_of(engine), rows_of(engine), hits(engine)
    corrections, blanked = corrections_of(engine), blanked_corrections(engine)
    assert len(found) > 20
    assert all(rows[table.name] for table in METADATA.sorted_tables)
    downgrade(engine, "0003")
    assert {name for name, found in rows_of(engine).items() if found != rows[name]} == {"alembic_version", *HASHED}
    downgrade(engine, "0001")
    below = rows_of(engine)
    assert rows.keys() - below.keys() == ADDED
    changed = {name for name in below if below[name] != rows[name]}
    # A generated column goes with this step on PostgreSQL; all else is as it was.
    assert changed == {"alembic_version", *HASHED} | ({"search_entries"} if backend == "postgresql" else set())
    with engine.begin() as connection:
        connection.execute(text("UPDATE transitions SET reason = reason"))
    upgrade(engine)
    after = rows_of(engine)
    assert (schema_of(engine), hits(engine)) == (schema, found)
    kept = rows.keys() - ADDED - {"corrections"} | {"chain_heads"}
    assert {name: after[name] for name in kept} == {name: rows[name] for name in kept}
    # A correction that was blanked is hashed as it stands: nobody knows any longer what it said.
    assert {key for key, row in corrections_of(engine).items() if row != corrections[key]} == blanked
    with engine.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(text("UPDATE transitions SET reason = reason"))


def test_down_to_nothing_and_up_again(engine):
    schema = schema_of(engine)
    stock(engine)
    for revision in [*stations(engine)[-2::-1], "base"]:
        downgrade(engine, revision)
        assert current_revision(engine) == (None if revision == "base" else revision)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    for revision in stations(engine):
        upgrade(engine, revision)
        assert current_revision(engine) == revision
    assert schema_of(engine) == schema


def test_rows_written_between_two_steps_are_found_after_the_next(engine, empty_engine):
    stock(engine)
    upgrade(empty_engine, "0001")
    there = inspect(empty_engine).get_table_names()
    with engine.connect() as source, empty_engine.begin() as target:
        for table in METADATA.sorted_tables:
            if table.name in there:
                known = [
                    table.c[column["name"]]
                    for column in inspect(target).get_columns(table.name)
                    if column["name"] in table.c
                ]
                target.execute(table.insert(), [dict(row) for row in source.execute(select(*known)).mappings()])
    rows = rows_of(empty_engine)
    upgrade(empty_engine)
    after = rows_of(empty_engine)
    kept = rows.keys() - {"alembic_version", "search_entries", *HASHED}
    assert {name: after[name] for name in kept} == {name: rows[name] for name in kept}
    assert {name: len(after[name]) for name in rows} == {name: len(rows[name]) for name in rows}
    assert len(hits(empty_engine, "migraine")) > 1


def test_upgrading_twice_changes_nothing(engine):
    stock(engine)
    schema, rows = schema_of(engine), rows_of(engine)
    upgrade(engine)
    assert (schema_of(engine), rows_of(engine)) == (schema, rows)


def test_the_collections_are_stamped_before_anything_is_in_them(engine):
    with engine.connect() as connection:
        stamped = connection.execute(text("SELECT key, seq, gone FROM public_versions ORDER BY key")).all()
    assert [tuple(row) for row in stamped] == [
        (key, 0, False) for key in ("annotations", "articles", "claims", "evidence", "search")
    ]
    downgrade(engine, "0001")
    assert rows_of(engine)["public_versions"] == []


def test_alembic_finds_nothing_to_do(engine):
    command.check(alembic_config(engine))


def test_alembic_finds_what_is_missing(engine, backend):
    with engine.begin() as connection:
        connection.execute(text("DROP INDEX ix_claims_state"))
    with pytest.raises(command.util.AutogenerateDiffsDetected, match="ix_claims_state"):
        command.check(alembic_config(engine))


def test_the_migrated_schema_is_the_one_of_the_models(engine, databases):
    url = databases.empty()
    with engine_for(url) as made:
        METADATA.create_all(made)
        assert described(engine) == described(made)
    databases.drop(url)


def described(engine: Engine) -> dict[str, dict[str, object]]:
    """What the models know of the schema, checks and conditions of indexes included."""
    inspector = inspect(engine)
    return {
        table.name: {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"], getattr(column["type"], "collation", None))
                for column in inspector.get_columns(table.name)
                if column["name"] != "vector"
            },
            "key": inspector.get_pk_constraint(table.name),
            "unique": {one["name"]: one["column_names"] for one in inspector.get_unique_constraints(table.name)},
            "foreign": {
                one["name"]: (one["constrained_columns"], one["referred_table"], one["referred_columns"])
                for one in inspector.get_foreign_keys(table.name)
            },
            "checks": {
                one["name"]: " ".join(one["sqltext"].split()) for one in inspector.get_check_constraints(table.name)
            },
            "indexes": {
                one["name"]: (
                    one["column_names"],
                    one["unique"],
                    str(one.get("dialect_options", {}).get(f"{engine.dialect.name}_where")),
                )
                for one in inspector.get_indexes(table.name)
                if not one["name"].endswith("_vector")
            },
        }
        for table in METADATA.sorted_tables
    }


def test_alembic_works_from_the_command_line_on_the_database_of_the_settings(tmp_path):
    url = f"sqlite:///{tmp_path / 'caveat.db'}"
    environ = {"DATABASE_URL": url, "SECRET_KEY": "x" * 40, "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-m", "alembic", "upgrade", "head"], cwd=ROOT, env=environ, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    with engine_for(url) as engine:
        assert current_revision(engine) == head_revision(engine)


START_TOGETHER = """
import sys
from annotations.store.engine import make_engine
from annotations.store.migrate import current_revision, upgrade
engine = make_engine(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
upgrade(engine)
print(current_revision(engine), flush=True)
"""


def test_processes_that_migrate_at_once_end_with_one_schema(empty_engine, empty_url, engine):
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", START_TOGETHER, empty_url],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", process.communicate()[1]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        said, complaint = process.communicate(timeout=60)
        assert (process.returncode, said) == (0, f"{head_revision(engine)}\n"), complaint
    assert schema_of(empty_engine) == schema_of(engine)
    assert len(rows_of(empty_engine)["public_versions"]) == 5


def test_a_parent_table_that_is_rebuilt_keeps_its_childrens_rows(engine, tmp_path):
    stock(engine)
    rows = rows_of(engine)
    rebuild = """
        recreate = "always" if op.get_bind().dialect.name == "sqlite" else "never"
        with op.batch_alter_table("articles", recreate=recreate) as batch:
            batch.add_column(sa.Column("remark", sa.Text(), nullable=True))
    """
    command.upgrade(config_with(engine, tmp_path, rebuild=rebuild), "head")
    after = rows_of(engine)
    assert {name: after[name] for name in rows if name not in {"articles", "alembic_version"}} == {
        name: rows[name] for name in rows if name not in {"articles", "alembic_version"}
    }
    assert len(after["articles"]) == len(rows["articles"]) > 0
