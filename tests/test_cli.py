"""The commands: migrate, load the samples, say where the database is; and plain words when something is wrong."""

from __future__ import annotations

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import inspect, text

from annotations.store.migrate import current_revision
from tests.applications import app_for
from tests.databases import engine_for
from tests.services.newsroom import dump


@pytest.fixture
def empty_runner(empty_url):
    with app_for(empty_url) as app:
        yield app.test_cli_runner()


@pytest.fixture
def runner(app) -> FlaskCliRunner:
    return app.test_cli_runner()


def run(runner: FlaskCliRunner, *words: str, code: int = 0, answer: str | None = None) -> str:
    """What the command prints; it must end with ``code`` and without a stack trace."""
    result = runner.invoke(args=list(words), input=answer)
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    return result.output


def test_an_empty_database_is_migrated_and_says_so(empty_runner, empty_url):
    assert run(empty_runner, "db", "current") == "Database at revision None; newest is 0005.\n"
    assert run(empty_runner, "db", "upgrade") == "Database at revision 0005.\n"
    assert run(empty_runner, "db", "upgrade") == "Database at revision 0005.\n"
    assert run(empty_runner, "db", "current") == "Database at revision 0005; newest is 0005.\n"
    with engine_for(empty_url) as engine:
        assert "publication_log" in inspect(engine).get_table_names()


def test_one_step_up_and_down(empty_runner):
    assert run(empty_runner, "db", "upgrade", "0001") == "Database at revision 0001.\n"
    assert run(empty_runner, "db", "upgrade", "+1") == "Database at revision 0002.\n"
    assert run(empty_runner, "db", "downgrade", "--yes", "0001") == "Database at revision 0001.\n"
    assert run(empty_runner, "db", "downgrade", "--yes", "base") == "Database at revision None.\n"


@pytest.mark.parametrize(("answer", "code", "revision"), [("n\n", 1, "0005"), ("", 1, "0005"), ("y\n", 0, "0001")])
def test_a_downgrade_asks_first(runner, engine, answer, code, revision):
    assert "This deletes what newer revisions added" in run(runner, "db", "downgrade", "0001", answer=answer, code=code)
    assert current_revision(engine) == revision


@pytest.mark.parametrize("words", [("db", "upgrade", "9999"), ("db", "downgrade", "--yes", "9999")])
def test_an_unknown_revision_is_named_and_changes_nothing(runner, engine, words):
    assert "9999" in run(runner, *words, code=1)
    assert current_revision(engine) == "0005"


def test_a_downgrade_needs_its_revision(runner):
    assert "Missing argument 'REVISION'" in run(runner, "db", "downgrade", "--yes", code=2)


def test_the_samples_are_loaded_once(sqlite_databases):
    with app_for(sqlite_databases.copy(sqlite_databases.migrated())) as app:
        runner = app.test_cli_runner()
        assert run(runner, "seed") == "Samples loaded: 2 articles, 55 annotations, 43 claims, 40 sources.\n"
        assert run(runner, "seed") == "Samples loaded: 0 articles, 0 annotations, 0 claims, 0 sources.\n"
        assert app.test_client().get("/v1/articles").get_json()["items"]


def test_loading_into_a_database_without_schema_says_what_to_do(empty_runner, empty_url):
    assert "db upgrade" in run(empty_runner, "seed", code=1)
    with engine_for(empty_url) as engine:
        assert inspect(engine).get_table_names() == []


def test_a_row_that_breaks_a_rule_is_told_and_nothing_is_loaded(runner, engine):
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO actors VALUES (:id, 'ann', 'editor', '2026-11-22 09:00:00.000000')"),
            {"id": "0" * 31 + "1"},
        )
        connection.execute(
            text(
                "INSERT INTO claims (id, slug, lock_version, state, head_number, needs_recheck, created_at, created_by)"
                " VALUES (:id, 'revolution', 1, 'draft', 1, false, '2026-11-22 09:00:00.000000', :id)"
            ),
            {"id": "0" * 31 + "1"},
        )
    before = dump(engine)
    said = run(runner, "seed", code=1)
    assert said.startswith("Error: slug_taken: ")
    assert said.endswith("nothing was changed\n")
    assert dump(engine) == before


@pytest.mark.parametrize("words", [("db", "current"), ("db", "upgrade"), ("seed",)])
def test_a_database_that_does_not_answer_is_told_in_plain_words(tmp_path, words):
    (tmp_path / "caveat.db").write_bytes(b"this is no database" * 100)
    with app_for(f"sqlite:///{tmp_path}/caveat.db") as app:
        assert "not a database" in run(app.test_cli_runner(), *words, code=1)
