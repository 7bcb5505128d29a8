"""Callers with tokens: who they are, what is refused, and that nothing of a token is left anywhere."""

from __future__ import annotations

import json
import logging
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog
import time_machine
from flask import Flask

from annotations.permissions import Scope
from annotations.queries.people import list_tokens
from annotations.services.people import disable_user
from annotations.services.tokens import revoke_token
from annotations.store.engine import BUSY_TIMEOUT_MILLISECONDS, read_session
from annotations.store.impatience import impatient
from annotations.vocabulary import Role
from api.app import create_app
from api.auth import ANONYMOUS, Caller, current_caller
from api.logging import JsonLineHandler, configure_logging
from tests.applications import app_for, engine_of, settings_for
from tests.databases import count_selects, listening
from tests.problems import assert_problem
from tests.services.newsroom import dump
from tests.staff import NOW, give_token, hire, work

LIST = "/v1/articles"
NEVER_ISSUED = f"cvt_{'0' * 32}_{'A' * 43}"


def bearing(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


@pytest.fixture(autouse=True)
def day() -> Generator[time_machine.Traveller]:
    with time_machine.travel(NOW + timedelta(hours=1), tick=False) as traveller:
        yield traveller


@pytest.fixture
def logs(app: Flask) -> Generator[None]:
    """The log as it is written in operation, debugging lines included; ``capfd`` has it."""
    root = logging.getLogger()
    level = root.level
    configure_logging("DEBUG")
    yield
    structlog.reset_defaults()
    root.setLevel(level)
    root.handlers = [handler for handler in root.handlers if not isinstance(handler, JsonLineHandler)]


# Who calls


def test_the_caller_is_the_tokens_owner_with_its_scopes(database_url, engine):
    app, ann = create_app(settings_for(database_url)), hire(engine, "ann")
    _, text = give_token(engine, ann, [Scope.READ, Scope.WRITE])
    seen: list[Caller] = []
    app.before_request(lambda: seen.append(current_caller()))
    client = app.test_client()
    assert client.get(LIST, headers=bearing(text)).status_code == 200
    assert client.get(LIST).status_code == 200
    assert client.get("/health/live", headers=bearing(text)).status_code == 200
    assert (seen[0].actor.id, seen[0].actor.name, seen[0].actor.role) == (ann.id, "ann", Role.EDITOR)
    assert seen[0].actor.scopes == {Scope.READ, Scope.WRITE}
    assert seen[1:] == [ANONYMOUS, ANONYMOUS], "elsewhere credentials are passed over"
    engine_of(app).dispose()


def test_a_public_read_is_the_same_with_a_token_for_one_select_more(fresh_samples_url):
    with app_for(fresh_samples_url) as app:
        client, engine = app.test_client(), engine_of(app)
        _, text = give_token(engine, hire(engine, "ann"))
        client.get(LIST, headers=bearing(text))
        with count_selects(engine) as without:
            anonymous = client.get(LIST)
        written: list[str] = []
        note = listening(engine, "before_cursor_execute", lambda *told: written.append(told[2].split()[0]))
        with note, count_selects(engine) as with_token:
            known = client.get(LIST, headers=bearing(text))
    assert known.get_data() == anonymous.get_data()
    assert known.headers["ETag"] == anonymous.headers["ETag"]
    assert len(with_token) == len(without) + 1, with_token
    assert set(written) <= {"SELECT", "WITH", "BEGIN", "PRAGMA"}, "its use was noted a moment ago"


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda s, o, t: revoke_token(s, token_id=t.id, actor=None, now=NOW), "revoked"),
        (lambda s, o, t: disable_user(s, user_id=o.id, actor=None, now=NOW), "its owner's account is disabled"),
    ],
)
def test_a_token_that_is_no_longer_good(app, engine, spoil, reason):
    client, ann = app.test_client(), hire(engine, "ann")
    token, text = give_token(engine, ann)
    assert client.get(LIST, headers=bearing(text)).status_code == 200
    with work(engine) as session:
        spoil(session, ann, token)
    refused = client.get(LIST, headers=bearing(text))
    assert_problem(refused, 401, "invalid_token")
    assert refused.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"', reason


def test_all_that_are_refused_look_alike(app, engine, day):
    client, ann = app.test_client(), hire(engine, "ann")
    _, good = give_token(engine, ann)
    _, short = give_token(engine, ann, expires_at=NOW + timedelta(minutes=1))
    wrong = good[:37] + short[37:]
    answers = [
        assert_problem(client.get(LIST, headers=bearing(text)), 401, "invalid_token")
        for text in (short, wrong, NEVER_ISSUED, "cvt_", "abc")
    ]
    for answer in answers:
        del answer["request_id"]
    assert all(answer == answers[0] for answer in answers)


def test_a_look_up_without_a_database_is_no_refusal():
    """Who has a good token must not be told that it is none."""
    with app_for("postgresql://nobody@127.0.0.1:9/nothing") as app:
        assert_problem(app.test_client().get(LIST, headers=bearing(NEVER_ISSUED)), 503, "not_ready")


# When it was used


def last_use(engine) -> datetime | None:
    with read_session(engine) as session:
        (view,) = list_tokens(session)
    return view.last_used_at


def test_use_is_noted_once_a_minute(app, engine, day):
    client = app.test_client()
    _, text = give_token(engine, hire(engine, "ann"))
    first = datetime.now(UTC)
    for seconds, noted in ((0, 0), (59, 0), (60, 60), (100, 60), (120, 120)):
        day.move_to(first + timedelta(seconds=seconds))
        before = dump(engine)
        assert client.get(LIST, headers=bearing(text)).status_code == 200
        assert last_use(engine) == first + timedelta(seconds=noted)
        assert (dump(engine) == before) is (seconds != noted), "nothing else is written"


def test_a_refused_token_leaves_no_trace(app, engine):
    _, text = give_token(engine, hire(engine, "ann"))
    before = dump(engine)
    assert app.test_client().get(LIST, headers=bearing(text[:37] + "A" * 43)).status_code == 401
    assert dump(engine) == before


def lines(err: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in err.splitlines() if line.startswith("{")]


def test_a_read_neither_fails_nor_waits_while_another_writes(sqlite_databases, capfd, logs):
    url = sqlite_databases.copy(sqlite_databases.migrated())
    with app_for(url) as app:
        engine, client = engine_of(app), app.test_client()
        token, text = give_token(engine, hire(engine, "ann"))
        with work(engine) as session:
            session.connection()
            for _ in range(3):
                assert client.get(LIST, headers=bearing(text)).status_code == 200
        assert last_use(engine) is None
        logged = lines(capfd.readouterr().err)
        said = [line for line in logged if line["event"] == "token_use_not_noted"]
        assert [(line["reason"], line["token_id"]) for line in said] == [("PublishingBusy", str(token.id))] * 3
        waited = [line["duration_ms"] for line in logged if line["event"] == "request"]
        assert len(waited) == 3
        assert max(waited) < BUSY_TIMEOUT_MILLISECONDS / 2
        assert client.get(LIST, headers=bearing(text)).status_code == 200
        assert last_use(engine) == datetime.now(UTC)


def test_a_read_does_not_fail_where_nothing_can_be_written(sqlite_databases):
    url = sqlite_databases.copy(sqlite_databases.migrated())
    with app_for(url) as app:
        engine = engine_of(app)
        _, text = give_token(engine, hire(engine, "ann"))
        with work(engine) as session:
            session.connection().exec_driver_sql(
                "CREATE TRIGGER full BEFORE UPDATE ON tokens BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
            )
        assert app.test_client().get(LIST, headers=bearing(text)).status_code == 200
        assert last_use(engine) is None


def test_an_impatient_connection_is_patient_again_afterwards(engine):
    if engine.dialect.name != "sqlite":
        with impatient(engine) as connection:
            assert connection.exec_driver_sql("SELECT 1").scalar_one() == 1
        return
    with impatient(engine) as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 0
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == BUSY_TIMEOUT_MILLISECONDS
    with impatient(engine) as connection:
        connection.invalidate()


# Nothing is left


def test_no_token_stands_in_a_log_or_in_the_database(app, engine, client, logs, capfd):
    _, text = give_token(engine, hire(engine, "ann"))
    secret = text[37:]
    wrong = text[:37] + secret[::-1]
    for path in (LIST, "/v1/nothing", f"{LIST}?junk=1", "/health/ready", "/v1/editorial/nothing"):
        for sent in (text, wrong, text + "=", NEVER_ISSUED):
            client.get(path, headers=bearing(sent))
            client.post(path, headers=bearing(sent), data=b"{")
    with work(engine) as session:
        session.connection().exec_driver_sql("ALTER TABLE tokens RENAME TO lost")
    assert client.get(LIST, headers=bearing(text)).status_code >= 500
    with work(engine) as session:
        session.connection().exec_driver_sql("ALTER TABLE lost RENAME TO tokens")
    told = capfd.readouterr()
    assert "caveat.request" in told.err, "else nothing was logged"
    for written in (told.err, told.out, repr(dump(engine))):
        assert secret not in written
        assert secret[::-1] not in written
        assert "A" * 43 not in written
