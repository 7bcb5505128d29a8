"""``flask export`` beside what it writes: how long it may take, and what it says stays out."""

from __future__ import annotations

from sqlalchemy import text

from annotations.store import dumps
from tests.applications import app_for


def test_an_export_has_no_time_limit(samples_url, tmp_path, backend, monkeypatch):
    limits = {}
    export = dumps.export

    def watched(session, **more):
        if backend == "postgresql":
            for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
                limits[name] = session.scalar(text(f"SHOW {name}"))
        return export(session, **more)

    monkeypatch.setattr(dumps, "export", watched)
    with app_for(samples_url) as app:
        result = app.test_cli_runner().invoke(args=["export", str(tmp_path / "all.ndjson")])
    assert result.exit_code == 0, result.output
    assert set(limits.values()) <= {"0"}
    assert bool(limits) == (backend == "postgresql")


def test_the_help_says_what_stays_out(samples_url):
    with app_for(samples_url) as app:
        said = app.test_cli_runner().invoke(args=["export", "--help"]).output
    assert "flask user password" in " ".join(said.split())
    assert "flask token create" in " ".join(said.split())
