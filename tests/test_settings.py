"""Settings: every variable, its default and its bad values; the secret that is made once."""

from __future__ import annotations

import multiprocessing
import os
import re
import stat
from dataclasses import fields
from pathlib import Path

import pytest

from annotations.errors import SettingsError
from annotations.settings import DEFAULTS, Settings, database_url, read_settings, secret_from_file

SECRET = "a secret that is long enough for tests"


def read(**environ: str) -> Settings:
    return read_settings({"SECRET_KEY": SECRET, **environ})


def test_the_defaults():
    assert read() == Settings(
        database_url="sqlite:///var/caveat.db",
        public_base_url="http://localhost:8000",
        secret_key=SECRET,
        organisation_name="Caveat",
        organisation_url="http://localhost:8000",
        corrections_policy_url="http://localhost:8000/v1/methodology",
        notes_licence_url="https://creativecommons.org/licenses/by/4.0/",
        review_four_eyes=True,
        cdn_max_age_seconds=60,
        log_level="INFO",
        evidence_check_days=180,
    )


@pytest.mark.parametrize(
    ("environ", "field", "expected"),
    [
        ({"DATABASE_URL": "sqlite:////srv/caveat.db"}, "database_url", "sqlite:////srv/caveat.db"),
        ({"DATABASE_URL": "postgres://u:p@db/c"}, "database_url", "postgresql+psycopg://u:p@db/c"),
        ({"DATABASE_URL": "postgresql://u:p@db/c"}, "database_url", "postgresql+psycopg://u:p@db/c"),
        ({"DATABASE_URL": "postgresql+psycopg:///c?host=/run"}, "database_url", "postgresql+psycopg:///c?host=/run"),
        ({"PUBLIC_BASE_URL": "https://caveat.example/"}, "public_base_url", "https://caveat.example"),
        ({"PUBLIC_BASE_URL": "https://example.org/caveat/"}, "public_base_url", "https://example.org/caveat"),
        ({"PORT": "9000"}, "public_base_url", "http://localhost:9000"),
        ({"PORT": "9000", "PUBLIC_BASE_URL": "https://a.example"}, "public_base_url", "https://a.example"),
        ({"SECRET_KEY": " " + SECRET + " "}, "secret_key", SECRET),
        ({"ORGANISATION_NAME": "The Desk"}, "organisation_name", "The Desk"),
        ({"ORGANISATION_URL": "https://desk.example"}, "organisation_url", "https://desk.example"),
        ({"PUBLIC_BASE_URL": "https://a.example"}, "organisation_url", "https://a.example"),
        ({"CORRECTIONS_POLICY_URL": "https://a.example/p"}, "corrections_policy_url", "https://a.example/p"),
        ({"NOTES_LICENCE_URL": "https://a.example/l"}, "notes_licence_url", "https://a.example/l"),
        ({"REVIEW_FOUR_EYES": "No"}, "review_four_eyes", False),
        ({"REVIEW_FOUR_EYES": "0"}, "review_four_eyes", False),
        ({"REVIEW_FOUR_EYES": "FALSE"}, "review_four_eyes", False),
        ({"REVIEW_FOUR_EYES": "yes"}, "review_four_eyes", True),
        ({"REVIEW_FOUR_EYES": "1"}, "review_four_eyes", True),
        ({"CDN_MAX_AGE_SECONDS": "0"}, "cdn_max_age_seconds", 0),
        ({"CDN_MAX_AGE_SECONDS": "86400"}, "cdn_max_age_seconds", 86400),
        ({"EVIDENCE_CHECK_DAYS": "3650"}, "evidence_check_days", 3650),
        ({"LOG_LEVEL": "debug"}, "log_level", "DEBUG"),
        ({"LOG_LEVEL": "   "}, "log_level", "INFO"),
    ],
)
def test_a_value_that_is_given(environ, field, expected):
    assert getattr(read(**environ), field) == expected


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("DATABASE_URL", "mysql://db/c", "neither SQLite nor PostgreSQL"),
        ("DATABASE_URL", "caveat.db", "a path is no address"),
        ("DATABASE_URL", "postgresql+asyncpg://db/c", "a driver that is not installed"),
        ("DATABASE_URL", "sqlite://", "a database in memory is another one in every connection"),
        ("DATABASE_URL", "sqlite:///:memory:", "a database in memory is another one in every connection"),
        ("DATABASE_URL", "sqlite://caveat.db", "two slashes name a host"),
        ("DATABASE_URL", "postgresql://db:port/c", "a port is a number"),
        ("PUBLIC_BASE_URL", "caveat.example", "no scheme"),
        ("PUBLIC_BASE_URL", "ftp://caveat.example", "neither http nor https"),
        ("PUBLIC_BASE_URL", "https://", "no host"),
        ("PUBLIC_BASE_URL", "https://caveat.example?a=b", "a query"),
        ("PUBLIC_BASE_URL", "https://caveat.example#a", "a fragment"),
        ("PUBLIC_BASE_URL", "https://[::1", "brackets that are not closed"),
        ("PUBLIC_BASE_URL", "https://caveat.example:99999", "no such port"),
        ("ORGANISATION_URL", "nowhere", "no address"),
        ("REVIEW_FOUR_EYES", "maybe", "neither yes nor no"),
        ("CDN_MAX_AGE_SECONDS", "-1", "below zero"),
        ("CDN_MAX_AGE_SECONDS", "86401", "over a day"),
        ("CDN_MAX_AGE_SECONDS", "1.5", "no whole number"),
        ("CDN_MAX_AGE_SECONDS", "١", "a digit, but no ASCII one"),
        ("CDN_MAX_AGE_SECONDS", "9" * 5000, "more digits than Python reads"),
        ("EVIDENCE_CHECK_DAYS", "0", "every day would be too late"),
        ("EVIDENCE_CHECK_DAYS", "3651", "over ten years"),
        ("PORT", "65536", "no such port"),
        ("PORT", "http", "no number"),
        ("LOG_LEVEL", "LOUD", "no such level"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(name, value, why):
    with pytest.raises(SettingsError) as caught:
        read(**{name: value})
    assert (caught.value.code, caught.value.field) == ("settings_error", name), why
    assert name in caught.value.message


def test_the_environment_is_read_by_default(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", SECRET)
    monkeypatch.setenv("ORGANISATION_NAME", "From outside")
    assert read_settings().organisation_name == "From outside"


def test_every_variable_is_read_and_no_other():
    class Recorder(dict[str, str]):
        asked: set[str] = set()  # noqa: RUF012 - one recorder, one test

        def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
            self.asked.add(name)
            return SECRET if name == "SECRET_KEY" else default

    read_settings(Recorder())
    assert Recorder.asked == set(DEFAULTS)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", field.name) for field in fields(Settings))


def test_the_password_of_the_database_is_not_in_the_error():
    with pytest.raises(SettingsError) as caught:
        database_url("mysql://user:hunter2@db/c")
    assert "hunter2" not in str(caught.value)


def test_a_secret_is_made_once_for_its_owner_only(tmp_path):
    path = tmp_path / "var" / "secret-key"
    secret = read_settings({"SECRET_KEY_FILE": str(path)}).secret_key
    assert len(secret) >= 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_settings({"SECRET_KEY_FILE": str(path)}).secret_key == secret
    assert os.listdir(path.parent) == ["secret-key"]


def test_no_umask_opens_the_secret_to_others(tmp_path):
    before = os.umask(0)
    try:
        secret_from_file(tmp_path / "secret-key")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600


def _start(barrier, path, answers):
    barrier.wait()
    answers.put(secret_from_file(Path(path)))


def test_processes_that_start_together_end_with_one_secret(tmp_path):
    context = multiprocessing.get_context("fork")
    barrier, answers = context.Barrier(6), context.SimpleQueue()
    starters = [context.Process(target=_start, args=(barrier, str(tmp_path / "secret-key"), answers)) for _ in range(6)]
    for starter in starters:
        starter.start()
    found = {answers.get() for _ in starters}
    for starter in starters:
        starter.join()
    assert found == {(tmp_path / "secret-key").read_text()}
    assert os.listdir(tmp_path) == ["secret-key"]


def test_what_a_killed_process_left_does_not_stop_the_next(tmp_path, monkeypatch):
    # In a container every start has the same process id.
    (tmp_path / f"secret-key.{os.getpid()}.new").write_text("half")
    assert len(secret_from_file(tmp_path / "secret-key")) >= 32


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"", "empty"), (b"short", "too short"), (b"\xff" * 64, "no ASCII"), (b" " * 64, "blank")],
)
def test_a_file_that_holds_no_secret_is_refused_and_kept(tmp_path, content, why):
    path = tmp_path / "secret-key"
    path.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        secret_from_file(path)
    assert caught.value.field == "SECRET_KEY_FILE", why
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SettingsError, match="no secret in"):
        secret_from_file(tmp_path / "file" / "secret-key")
