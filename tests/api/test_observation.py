"""What every answer carries, what is logged, and how health is told."""

from __future__ import annotations

import json
import logging

import pytest

from annotations.errors import SettingsError
from annotations.settings import read_settings
from api.app import build_edge, create_app
from api.health import add_readiness_check
from api.logging import JsonLineHandler, configure_logging
from api.request_id import accepted_request_id, current_request_id
from tests.api.conftest import SECRET
from tests.problems import assert_problem

# Every answer


@pytest.mark.parametrize("path", ["/v1/pebbles", "/v1/nothing", "/docs", "/health/live", "/openapi.json"])
def test_security_headers(http, path):
    headers = http.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Content-Security-Policy"].startswith("default-src")
    assert "Server" not in headers


@pytest.mark.parametrize(
    ("given_id", "kept"),
    [
        ("abc", True),
        ("A.b_c-9", True),
        ("x" * 64, True),
        ("x" * 65, False),
        ("", False),
        ("a b", False),
        ("a\tb", False),
        ('"><script>', False),
        ("é", False),
    ],
)
def test_a_sane_request_id_is_kept(http, given_id, kept):
    response = http.get("/v1/pebbles", headers={"X-Request-ID": given_id.encode().decode("latin-1")})
    assert (response.headers["X-Request-ID"] == given_id) is kept
    assert accepted_request_id(response.headers["X-Request-ID"]) == response.headers["X-Request-ID"]


def test_each_request_has_an_id_of_its_own(http):
    ids = {http.get("/v1/nothing").headers["X-Request-ID"] for _ in range(3)}
    assert len(ids) == 3
    assert accepted_request_id("line\nbreak") != "line\nbreak"


def test_a_problem_written_before_any_hook_has_an_id(edge):
    with edge.test_request_context():
        assert current_request_id() == current_request_id() == accepted_request_id(current_request_id())


# Logs


def lines(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_request_is_one_json_line_without_secrets(http, capsys):
    response = http.get(
        "/v1/pebbles?tags=s3cret", headers={"Authorization": "Bearer s3cret", "X-Request-ID": "r1", "Cookie": "s3cret"}
    )
    output = capsys.readouterr()
    assert output.out == ""
    (line,) = lines(output.err)
    assert (
        line.items()
        >= {
            "event": "request",
            "method": "GET",
            "path": "/v1/pebbles",
            "status": 401,
            "bytes": len(response.get_data()),
            "request_id": "r1",
            "level": "info",
            "problem": "invalid_token",
        }.items()
    )
    assert line["duration_ms"] >= 0
    assert line["timestamp"].endswith("Z")
    assert "s3cret" not in output.err


def test_a_request_inherits_nothing_from_the_one_before(http, capsys):
    http.get("/v1/nothing")
    http.head("/v1/pebbles")
    http.get("/v1/pebbles", headers={"If-None-Match": "*"})
    first, second, third = lines(capsys.readouterr().err)
    assert first["problem"] == "not_found"
    assert "problem" not in second
    assert (second["bytes"], third["bytes"], third["status"]) == (0, 0, 304)
    assert len({line["request_id"] for line in (first, second, third)}) == 3


def test_a_long_path_is_cut_and_a_hostile_one_stays_one_line(http, capsys):
    http.get("/v1/" + "a" * 5000)
    http.get('/v1/%22}%0A{"event":"forged"}')
    long, hostile = lines(capsys.readouterr().err)
    assert len(long["path"]) == 512
    assert hostile["event"] == "request"


def test_other_loggers_go_the_same_way(edge, capsys):
    logging.getLogger("elsewhere").warning("%s of %d", "two", 3)
    (line,) = lines(capsys.readouterr().err)
    assert line.items() >= {"event": "two of 3", "level": "warning", "logger": "elsewhere"}.items()


def test_the_level_is_obeyed_and_configuring_twice_logs_once(http, capsys):
    configure_logging("WARNING")
    http.get("/v1/pebbles")
    assert capsys.readouterr().err == ""
    configure_logging("INFO")
    http.get("/v1/pebbles")
    assert len(lines(capsys.readouterr().err)) == 1


def test_a_line_that_cannot_be_written_stops_nothing(edge, http, monkeypatch):
    faults = []
    monkeypatch.setattr(JsonLineHandler, "handleError", lambda self, record: faults.append(record))
    monkeypatch.setattr(JsonLineHandler, "format", lambda self, record: 1 / 0)
    assert http.get("/v1/pebbles").status_code == 200
    assert len(faults) == 1


# Health


def test_health(http):
    for path in ("/health/live", "/health/ready"):
        response = http.get(path)
        assert (response.status_code, response.get_json()) == (200, {"status": "ok"})
        assert response.headers["Cache-Control"] == "no-store"


def test_readiness_names_what_failed_and_not_why(edge, http, capsys):
    def fail() -> None:
        raise RuntimeError("could not connect to db.internal as root")

    add_readiness_check(edge, "database", fail)
    add_readiness_check(edge, "migrations", lambda: None)
    response = http.get("/health/ready")
    document = assert_problem(response, 503, "not_ready", field="database")
    assert [error["field"] for error in document["errors"]] == ["database"]
    assert document["detail"] == "Failed: database."
    assert "internal" not in response.get_data(as_text=True)
    assert response.headers["Retry-After"] == "5"
    assert "db.internal" in capsys.readouterr().err
    assert http.get("/health/live").status_code == 200
    add_readiness_check(edge, "database", lambda: None)
    assert http.get("/health/ready").status_code == 200


# The application


def test_a_setting_that_cannot_be_used_stops_the_application(monkeypatch):
    monkeypatch.setenv("PUBLIC_BASE_URL", "not an address")
    with pytest.raises(SettingsError) as caught:
        create_app()
    assert caught.value.field == "PUBLIC_BASE_URL"


def test_applications_share_nothing(edge, http):
    other = build_edge(read_settings({"SECRET_KEY": SECRET, "PUBLIC_BASE_URL": "https://other.example"}), [])
    assert other.test_client().get("/openapi.json").get_json()["servers"] == [{"url": "https://other.example"}]
    assert_problem(other.test_client().get("/v1/pebbles"), 404, "not_found")
    assert http.get("/openapi.json").get_json()["servers"] == [{"url": "https://caveat.example/base"}]
