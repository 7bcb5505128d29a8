"""When the database is away, readers are told to come back, not that the server failed."""

from __future__ import annotations

from tests.applications import app_for
from tests.problems import assert_problem


def test_a_database_that_was_never_migrated(tmp_path):
    with app_for(f"sqlite:///{tmp_path}/empty.db") as app:
        answer = app.test_client().get("/v1/articles")
        assert_problem(answer, 503, "not_ready")
        assert answer.headers["Retry-After"] == "5"
        assert_problem(app.test_client().get("/health/ready"), 503, "not_ready")
        assert app.test_client().get("/health/live").status_code == 200


def test_a_database_that_does_not_answer():
    with app_for("postgresql://nobody@127.0.0.1:9/nothing") as app:
        assert_problem(app.test_client().get("/v1/articles"), 503, "not_ready")
        assert_problem(app.test_client().get("/health/ready"), 503, "not_ready")
