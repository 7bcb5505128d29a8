"""The commands for people and keys: from the first admin on, in plain words, and never a secret in the wrong place."""

from __future__ import annotations

import json
import re
from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import Engine

from annotations.services import passwords
from annotations.services.passwords import verify_password
from annotations.services.tokens import MAX_DAYS, find_token
from annotations.store.engine import read_session
from api.database import impatient_transaction
from tests.applications import app_for, engine_of
from tests.databases import Databases
from tests.services.newsroom import dump
from tests.staff import PASSWORD, CountingHasher

ROOT = Path(__file__).resolve().parents[1]
ANN = "ann@desk.example"


@dataclass(frozen=True)
class Said:
    """What a command printed."""

    out: str
    err: str


class Desk:
    """Somebody at the command line of the server."""

    def __init__(self, app: Flask, engine: Engine) -> None:
        self.engine = engine
        self._runner = FlaskCliRunner(app)

    def run(self, *words: str, code: int = 0, answer: str | bytes | None = None) -> Said:
        """Run ``flask`` with these words; it must end with ``code`` and without a stack trace."""
        result = self._runner.invoke(args=list(words), input=answer)
        assert result.exit_code == code, result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)
        assert "Traceback" not in result.output
        return Said(result.stdout, result.stderr)

    def refused(self, *words: str, code: int = 1, answer: str | bytes | None = None) -> str:
        """The one line in which a command says why it did nothing."""
        before = dump(self.engine)
        said = self.run(*words, code=code, answer=answer)
        assert dump(self.engine) == before
        assert said.out == ""
        return said.err

    def hire(self, name: str, role: str = "editor") -> str:
        email = f"{name}@desk.example"
        self.run("user", "create", name, email, "--role", role, "--no-password")
        return email

    def listed(self, *words: str) -> list[dict[str, object]]:
        return json.loads(self.run(*words, "--json").out)


@pytest.fixture
def desk(app, engine, monkeypatch) -> Desk:
    hasher = CountingHasher()
    monkeypatch.setattr(passwords, "HASHER", hasher)
    return Desk(app, engine)


@pytest.fixture(scope="module")
def shared(databases: Databases) -> Generator[Desk]:
    """A desk with an admin, dan, and an editor, ann, for commands that change nothing."""
    url = databases.copy(databases.migrated())
    with app_for(url) as app:
        desk = Desk(app, engine_of(app))
        desk.hire("dan", "admin")
        desk.hire("ann")
        yield desk
    databases.drop(url)


def signs_in(engine: Engine, email: str, password: str) -> bool:
    with read_session(engine) as session:
        return verify_password(session, email=email, password=password) is not None


# People


def test_the_first_admin_is_made_like_everybody(desk):
    said = desk.run(
        "user", "create", "Dan", "Dan@Desk.example", "--role", "admin", "--password-stdin", answer=PASSWORD + "\n"
    )
    assert said == Said("dan@desk.example is known with the role admin.\n", "")
    (dan,) = desk.listed("user", "list")
    assert dan.pop("id")
    assert dan.pop("created_at")
    assert dan == {
        "name": "Dan",
        "email": "dan@desk.example",
        "role": "admin",
        "has_password": True,
        "disabled_at": None,
    }
    assert signs_in(desk.engine, "dan@desk.example", PASSWORD)
    assert PASSWORD not in repr(dump(desk.engine))


def test_a_password_is_asked_for_twice_and_not_shown(desk):
    words = ("user", "create", "Ann", ANN, "--role", "editor")
    said = desk.run(*words, answer=f"{PASSWORD}\nanother one\n{PASSWORD}\n{PASSWORD}\n")
    assert PASSWORD not in said.out + said.err
    assert said.out.endswith("is known with the role editor.\n")
    assert signs_in(desk.engine, ANN, PASSWORD)


@pytest.mark.parametrize(
    ("sent", "password", "reason"),
    [
        (PASSWORD, PASSWORD, "no line end"),
        (PASSWORD + "\n", PASSWORD, "a line"),
        (PASSWORD + "\r\n", PASSWORD, "a line of another system"),
        (f" {PASSWORD} \n", f" {PASSWORD} ", "spaces belong to it"),
        (f"{PASSWORD}\nmore\n", PASSWORD, "the first line"),
        ("a" * 1_000 + "\n", "a" * 1_000, "as long as may be"),
    ],
)
def test_a_password_from_standard_input(desk, sent, password, reason):
    ann = desk.hire("ann")
    desk.run("user", "password", ann, "--password-stdin", answer=sent)
    assert signs_in(desk.engine, ann, password), reason


def test_no_write_lock_is_held_while_a_password_is_hashed(desk, monkeypatch):
    """On SQLite every other writer would have to wait for the hash, and for whoever types the password."""

    class Watching(CountingHasher):
        def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
            with impatient_transaction(desk.engine) as session:
                session.connection()
            return super().hash(password, salt=salt)

    watching = Watching()
    monkeypatch.setattr(passwords, "HASHER", watching)
    desk.run("user", "create", "Ann", ANN, "--role", "editor", "--password-stdin", answer=PASSWORD)
    desk.run("user", "password", ANN, "--password-stdin", answer="another one altogether")
    assert len(watching.hashed) == 2


def test_a_career(desk):
    dan, ann = desk.hire("dan", "admin"), desk.hire("ann", "contributor")
    assert desk.run("user", "role", ann, "editor").out == f"{ann} has the role editor.\n"
    assert desk.run("user", "rename", ann, "Ann Lee").out == f"{ann} has another name.\n"
    assert desk.run("user", "disable", ann).out == f"{ann} is disabled.\n"
    shown = desk.run("user", "list").out.splitlines()
    assert [re.split(r" {2,}", line)[:4] for line in shown] == [
        ["name", "email", "role", "password"],
        ["Ann Lee", ann, "editor", "no"],
        ["dan", dan, "admin", "no"],
    ]
    assert shown[2].endswith("-")
    assert not shown[1].endswith("-")
    assert desk.run("user", "enable", ann).out == f"{ann} is enabled.\n"
    events = ["user.created", "user.role_changed", "user.renamed", "user.disabled", "user.enabled"]
    assert [step["event"] for step in desk.listed("user", "history", ann)] == events
    history = desk.run("user", "history", ann).out
    assert [line.split()[2] for line in history.splitlines()[1:]] == events
    assert history.count("command line") == len(events)


@pytest.mark.parametrize(
    ("words", "answer", "told", "reason"),
    [
        ("user create ann ann2@x --role editor --no-password", None, "slug_taken", "the name is taken"),
        ("user create eve ANN@desk.example --role editor --no-password", None, "slug_taken", "the address is"),
        ("user create eve eve --role editor --no-password", None, "name@host", "no address"),
        ("user create eve eve@x --role editor --password-stdin", "short\n", "at least 12", "too short"),
        ("user create eve eve@x --role editor --password-stdin", "", "at least 12", "nothing came"),
        ("user create eve eve@x --role editor --password-stdin", "a" * 1_001, "at most 1000 bytes", "too long"),
        ("user create eve eve@x --role editor --password-stdin", b"\xff" * 12, "is UTF-8", "no text"),
        ("user password nobody@x --password-stdin", PASSWORD, "nobody has this address", "nobody"),
        ("user password ann@desk.example --password-stdin", "short", "at least 12", "too short"),
        ("user role nobody@x editor", None, "nobody has this address", "nobody"),
        ("user role ann@desk.example editor", None, "already", "nothing would change"),
        ("user role dan@desk.example editor", None, "last admin", "nobody would be left to administer"),
        ("user disable dan@desk.example", None, "last admin", "nobody would be left to administer"),
        ("user enable ann@desk.example", None, "not disabled", "nothing would change"),
        ("user rename ann@desk.example dan", None, "slug_taken", "the name is taken"),
        ("user history nobody@x", None, "nobody has this address", "nobody"),
        ("user interest add ann@desk.example Pills shares --since 2999-01-01", None, "future", "not yet"),
        ("user interest end 00000000-0000-7000-8000-000000000000", None, "no interest", "none"),
        ("user interest list nobody@x", None, "nobody has this address", "nobody"),
        ("token create nobody@x site --scope read", None, "nobody has this address", "nobody"),
        ("token create ann@desk.example site --scope admin", None, "can never use", "an editor does not administer"),
        ("token revoke 00000000-0000-7000-8000-000000000000", None, "no token", "none"),
        ("token list nobody@x", None, "nobody has this address", "nobody"),
    ],
)
def test_what_is_refused_is_said_in_a_line(shared, words, answer, told, reason):
    said = shared.refused(*words.split(), answer=answer)
    assert said.startswith("Error: "), reason
    assert said.endswith("; nothing was changed\n")
    assert said.count("\n") == 1
    assert told in said
    assert answer is None or len(answer) < 2 or str(answer) not in said


@pytest.mark.parametrize(
    ("words", "told", "reason"),
    [
        ("user create eve eve@x --no-password", "--role", "a role must be given"),
        ("user create eve eve@x --role machine --no-password", "machine", "no role of people"),
        ("user create eve eve@x --role editor --no-password --password-stdin", "exclude", "one or the other"),
        ("user role ann@desk.example system_author", "system_author", "no role of people"),
        ("user interest add ann@desk.example Pills shares", "--since", "a day must be given"),
        ("user interest add ann@desk.example Pills shares --since 1.3.2025", "1.3.2025", "no day"),
        ("user interest end 12", "12", "no id"),
        ("token create ann@desk.example site", "--scope", "a scope must be given"),
        ("token create ann@desk.example site --scope all", "all", "no scope"),
        ("token create ann@desk.example site --scope read --days 0", "--days", "expired at once"),
        (f"token create ann@desk.example site --scope read --days {MAX_DAYS + 1}", "--days", "over five years"),
        ("token revoke abc", "abc", "no id"),
    ],
)
def test_a_command_that_is_misspelt_says_how(shared, words, told, reason):
    said = shared.refused(*words.split(), code=2)
    assert "Usage: " in said, reason
    assert told in said


# Interests


def test_interests(desk):
    ann, tom = desk.hire("ann"), desk.hire("tom")
    desk.run("user", "interest", "add", ann, "Pillmakers", "shares", "--since", "2025-03-01")
    desk.run("user", "interest", "add", tom, "Society", "a grant", "--since", "2024-01-01", "--until", "2024-12-31")
    shares, grant = sorted(desk.listed("user", "interest", "list"), key=lambda each: str(each["email"]))
    assert (shares["organisation"], shares["nature"], shares["since"], shares["until"]) == (
        *("Pillmakers", "shares"),
        *("2025-03-01", None),
    )
    assert (grant["email"], grant["until"]) == (tom, "2024-12-31")
    assert desk.listed("user", "interest", "list", tom) == [grant]
    today = datetime.now(UTC).date()
    assert desk.run("user", "interest", "end", str(shares["id"]), "--until", "2025-06-01").out == (
        f"Interest {shares['id']} ends on 2025-06-01.\n"
    )
    assert "ended on 2025-06-01" in desk.refused("user", "interest", "end", str(shares["id"]))
    desk.run("user", "interest", "add", ann, "Pillmakers", "a fee", "--since", "2026-01-01")
    fee = desk.listed("user", "interest", "list", ann)[-1]
    ended = desk.run("user", "interest", "end", str(fee["id"])).out
    assert any(f"ends on {day}" in ended for day in (today, today + timedelta(days=1)))
    assert re.search(r"Pillmakers +a fee +2026-01-01 ", desk.run("user", "interest", "list", ann).out)


# Tokens


def test_a_token_alone_goes_to_standard_output(desk, client):
    ann = desk.hire("ann")
    said = desk.run("token", "create", ann, "the site", "--scope", "write", "--scope", "read")
    text = said.out.removesuffix("\n")
    assert re.fullmatch(r"cvt_[0-9a-f]{32}_[A-Za-z0-9_-]{43}", text), "so that it can be piped"
    assert "for read, write, good for 365 days" in said.err
    assert "not shown again" in said.err
    assert text[37:] not in said.err
    assert client.get("/v1/articles", headers={"Authorization": f"Bearer {text}"}).status_code == 200
    (listed,) = desk.listed("token", "list")
    assert (listed["email"], listed["label"], listed["scopes"]) == (ann, "the site", ["read", "write"])
    assert listed["last_used_at"] is not None
    assert text[37:] not in json.dumps(listed) + desk.run("token", "list", ann).out + repr(dump(desk.engine))
    assert "secret" not in json.dumps(listed)


def test_days_are_counted_from_now(desk):
    ann = desk.hire("ann")
    text = desk.run("token", "create", ann, "a day", "--scope", "read", "--days", "1").out.strip()
    now = datetime.now(UTC)
    with read_session(desk.engine) as session:
        assert find_token(session, text, now=now + timedelta(hours=23))
        assert find_token(session, text, now=now + timedelta(hours=25)) is None


def test_a_token_is_revoked(desk, client):
    ann = desk.hire("ann")
    text = desk.run("token", "create", ann, "the site", "--scope", "read").out.strip()
    headers = {"Authorization": f"Bearer {text}"}
    assert client.get("/v1/articles", headers=headers).status_code == 200
    (listed,) = desk.listed("token", "list")
    # The id is part of the token, so whoever holds a token that leaked can have it revoked.
    assert str(listed["id"]).replace("-", "") == text[4:36]
    assert "is revoked" in desk.run("token", "revoke", text[4:36]).out
    assert client.get("/v1/articles", headers=headers).status_code == 401
    assert "  revoked  " in desk.run("token", "list").out
    assert "revoked already" in desk.refused("token", "revoke", str(listed["id"]))


@pytest.mark.parametrize("words", ["user list", "token list", "user role a@b editor", "user interest list"])
def test_a_database_that_was_never_migrated_is_told_in_a_line(empty_url, words):
    with app_for(empty_url) as app:
        result = FlaskCliRunner(app).invoke(args=words.split())
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: the database says: ")
    assert result.stderr.count("\n") == 1
