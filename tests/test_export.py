"""``flask export`` and ``flask import``: everything goes from SQLite to PostgreSQL and back, and reads the same."""

from __future__ import annotations

import json
import stat
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest
import time_machine
from flask import Flask

from annotations.permissions import Scope
from annotations.services.people import user_by_email
from annotations.services.tokens import issue_token
from annotations.store.engine import write_session
from annotations.vocabulary import QueueKind, Role
from tests.api.as_of_model import past
from tests.api.walking import Answer, ask, walk
from tests.applications import app_for, engine_of
from tests.databases import PostgresDatabases, SqliteDatabases, engine_for
from tests.desk import PREFIX, Person, claim_body, make_person, source_body
from tests.services.newsroom import dump
from tests.store.everything import ADMIN, fill
from tests.store.stock import stock

LATER = datetime(2028, 1, 1, tzinfo=UTC)
"""Later than everything in the story; whatever the clock says, all of it lies in the past here."""

SEARCHES = [
    f"/v1/search?q={quote_plus(words)}" for words in ("cure", "stem cells", "the pill", '"immune system"', "干")
]


def run(url: str, *words: object, code: int = 0) -> tuple[str, str]:
    """What a command prints, and what it says on standard error."""
    with app_for(url, LOG_LEVEL="ERROR") as app:
        result = app.test_cli_runner().invoke(args=list(map(str, words)))
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    return result.stdout, result.stderr


def rows_in(file: Path) -> list[str]:
    """The lines of an export below its header, which says when it was made."""
    return file.read_text(encoding="utf-8").splitlines()[1:]


@dataclass
class Way:
    """The way of a database: where it is at each station, and what is exported there."""

    urls: list[str]
    files: list[Path]


@pytest.fixture(scope="module")
def way(
    sqlite_databases: SqliteDatabases, postgresql_databases: PostgresDatabases, tmp_path_factory: pytest.TempPathFactory
) -> Generator[Way]:
    """From SQLite to PostgreSQL, and to SQLite again."""
    folder = tmp_path_factory.mktemp("exports")
    kinds = (sqlite_databases, postgresql_databases, sqlite_databases)
    templates = (sqlite_databases.with_samples(), postgresql_databases.migrated(), sqlite_databases.migrated())
    urls = [databases.copy(template) for databases, template in zip(kinds, templates, strict=True)]
    files = [folder / f"{number}.ndjson" for number in range(len(kinds))]
    with engine_for(urls[0]) as engine:
        fill(engine)
    for number, (url, file) in enumerate(zip(urls, files, strict=True)):
        if number:
            run(url, "import", files[number - 1])
        run(url, "export", file)
    yield Way(urls, files)
    for databases, url in zip(kinds, urls, strict=True):
        databases.drop(url)


@pytest.fixture(scope="module")
def apps(way: Way) -> Generator[list[Flask]]:
    """The application where the way began, and on the other kind; what came back is compared row by row."""
    with ExitStack() as stack:
        stack.enter_context(time_machine.travel(LATER, tick=False))
        yield [stack.enter_context(app_for(url)) for url in way.urls[:2]]


def test_every_row_arrives_as_it_was(way):
    first, *others = map(rows_in, way.files)
    assert len(first) > 2_000
    assert [rows == first for rows in others] == [True, True]


def test_what_was_written_on_postgresql_goes_to_sqlite_and_back(sqlite_databases, postgresql_databases, tmp_path):
    files = [tmp_path / f"{number}.ndjson" for number in range(3)]
    for number, databases in enumerate((postgresql_databases, sqlite_databases, postgresql_databases)):
        url = databases.copy(databases.migrated())
        if number:
            run(url, "import", files[number - 1])
        else:
            with engine_for(url) as engine:
                stock(engine)
        run(url, "export", files[number])
        assert run(url, "log", "verify")[0].startswith("Sound: ")
        databases.drop(url)
    assert rows_in(files[0]) == rows_in(files[1]) == rows_in(files[2])


def public_view(app: Flask) -> dict[str, Answer]:
    """Every public address with its answer, searches and the past among them."""
    client = app.test_client()
    found = walk(client) | {path: ask(client, path) for path in SEARCHES}
    moments = [datetime(2026, 12, day, 9, 1, tzinfo=UTC) for day in (1, 2)]
    lists = ("/v1/articles", "/v1/claims", "/v1/annotations", "/v1/evidence")
    return found | {past(path, at): ask(client, past(path, at)) for at in moments for path in lists}


def test_readers_see_the_same_to_the_byte_and_to_the_tag(apps):
    first, other = map(public_view, apps)
    assert len(first) > 250
    assert {answer.status for answer in first.values()} == {200}
    assert all(answer.header("ETag") for answer in first.values())
    assert sum(bool(first[path].json["items"]) for path in SEARCHES) >= 3
    assert other.keys() == first.keys()
    assert [path for path in first if other[path] != first[path]] == []


def signed_in(app: Flask) -> Person:
    """The admin, with a token that was issued here."""
    with write_session(engine_of(app)) as session, session.begin():
        user = user_by_email(session, ADMIN)
        given = {"label": "after the move", "scopes": list(Scope), "expires_at": None, "actor": None, "now": LATER}
        _, token = issue_token(session, user_id=user.id, **given)
    return Person(app.test_client(), token)


def pages(person: Person, path: str) -> Iterator[Any]:
    following: str | None = path
    while following:
        answered = person.get(following)
        assert answered.status == 200, (following, answered.body)
        yield answered.body
        following = (answered.body.get("next") or "").partition(PREFIX)[2]


def editors_view(person: Person) -> dict[str, Any]:
    """What editors see: lists, queue, log; of articles and of the last of each kind everything that was ever said."""
    lists = {f"/{kind}?limit=100": kind for kind in ("articles", "claims", "evidence", "annotations")}
    found = {path: list(pages(person, path)) for path in (*lists, "/log?limit=100", "/queue/counts")}
    found |= {f"/queue?kind={kind}": list(pages(person, f"/queue?kind={kind}")) for kind in QueueKind}
    for path, kind in lists.items():
        items = [item for page in found[path] for item in page["items"]]
        for item in items if kind == "articles" else items[-3:]:
            name = item.get("slug") or item.get("key") or item["id"]
            parts = ("", "/history?limit=100", "/versions", *(("/revisions",) if kind == "articles" else ()))
            found |= {f"/{kind}/{name}{part}": person.get(f"/{kind}/{name}{part}").body for part in parts}
    return found


def test_editors_see_the_same(apps):
    first, other = (editors_view(signed_in(app)) for app in apps)
    assert len(first) > 50
    assert sum(page["items"] != [] for path, (page, *_) in first.items() if path.startswith("/queue?")) >= 5
    assert [path for path in first if other.get(path) != first[path]] == []


def test_log_and_histories_are_sound_and_go_on(way, postgresql_databases):
    for url in way.urls:
        assert run(url, "log", "verify")[0].startswith("Sound: ")
    url = postgresql_databases.copy(postgresql_databases.migrated())
    run(url, "import", way.files[0])
    with app_for(url, LOG_LEVEL="ERROR") as app, time_machine.travel(LATER, tick=False):
        engine = engine_of(app)
        writer, colleague = (
            Person(app.test_client(), make_person(engine, name, Role.EDITOR)) for name in ("newcomer", "newcomer-too")
        )
        writer.create("/evidence", {"key": "after-the-move", **source_body("after-the-move")})
        writer.create("/claims", {"slug": "after-the-move", **claim_body("after-the-move")})
        for path in ("/evidence/after-the-move", "/claims/after-the-move"):
            writer.do("POST", f"{path}/submit", on=path)
            colleague.do("POST", f"{path}/approve", {}, on=path)
        assert app.test_client().get("/v1/claims/after-the-move").status_code == 200
    assert run(url, "log", "verify")[0].startswith("Sound: ")
    postgresql_databases.drop(url)


def test_secrets_stay_behind(way, apps):
    whole = way.files[0].read_text(encoding="utf-8")
    with engine_for(way.urls[0]) as engine:
        rows = dump(engine)
    hashes = [value for row in rows["users"] for value in row if str(value).startswith("$argon2")]
    secrets = [value for row in rows["tokens"] for value in row if len(str(value)) == 64]
    assert hashes
    assert secrets
    assert [one for one in (*hashes, *secrets, "$argon2") if one in whole] == []
    with engine_for(way.urls[1]) as engine:
        rows = dump(engine)
    assert not any(str(value).startswith("$argon2") for row in rows["users"] for value in row)


def test_the_file_is_its_owners_and_an_existing_one_is_kept(database_url, tmp_path):
    file = tmp_path / "export.ndjson"
    said = run(database_url, "export", file)
    assert said == ("", f"Exported {len(rows_in(file))} rows.\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_text("something else", encoding="ascii")
    assert "--force replaces it" in run(database_url, "export", file, code=1)[1]
    assert file.read_text(encoding="ascii") == "something else"
    run(database_url, "export", file, "--force")
    assert len(rows_in(file)) == 5
    assert "No such file or directory" in run(database_url, "export", tmp_path / "none" / "file", code=1)[1]
    assert [one.name for one in tmp_path.iterdir()] == [file.name]


def test_an_export_goes_to_standard_output(database_url, tmp_path):
    run(database_url, "export", tmp_path / "file")
    out, errors = run(database_url, "export", "-")
    assert out.splitlines()[1:] == rows_in(tmp_path / "file")
    assert json.loads(out.splitlines()[0])["format"] == "caveat-export"
    assert errors.startswith("Exported ")


def test_what_has_no_schema_has_nothing_to_export(empty_url, tmp_path):
    assert "the database says" in run(empty_url, "export", tmp_path / "file", code=1)[1]
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def small(databases, tmp_path_factory) -> bytes:
    """The export of a database without content."""
    file = tmp_path_factory.mktemp("small") / "export.ndjson"
    url = databases.copy(databases.migrated())
    with engine_for(url) as engine:
        make_person(engine, "ann", Role.ADMIN)
    run(url, "export", file)
    databases.drop(url)
    return file.read_bytes()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda whole: whole[:-20], "a line of the file is no JSON"),
        (lambda whole: whole[: whole.rindex(b"\n", 0, -1) + 1], "it holds fewer rows than its header says"),
        (lambda whole: whole[: whole.index(b"\n") + 1], "it holds fewer rows than its header says"),
        (
            lambda whole: whole.replace(b'"schema_revision":"', b'"schema_revision":"9', 1),
            "the export is of schema 9",
        ),
        (lambda whole: whole + b'{"table": "tokens", "row": {}}\n', "a table that it should not: tokens"),
        (lambda whole: whole.replace(b'"editor"', b'"king"').replace(b'"admin"', b'"king"'), "cannot be stored"),
    ],
)
def test_what_is_no_whole_export_changes_nothing(database_url, small, tmp_path, damage, said):
    file = tmp_path / "export.ndjson"
    file.write_bytes(damage(small))
    with engine_for(database_url) as engine:
        before = dump(engine)
        out, errors = run(database_url, "import", file, code=1)
        assert (out, said in errors) == ("", True), errors
        assert errors.endswith("; nothing was changed\n")
        assert dump(engine) == before


def test_an_export_goes_into_an_empty_database_only(database_url, empty_url, small, tmp_path):
    file = tmp_path / "export.ndjson"
    file.write_bytes(small)
    assert "bring both to the same revision" in run(empty_url, "import", file, code=1)[1]
    for words in (("--as", "ann@desk.example"), ("--atomic",)):
        assert "this is a whole export" in run(database_url, "import", file, *words, code=2)[1]
    out, errors = run(database_url, "import", file)
    assert out == ""
    assert errors.splitlines()[-2:] == [
        f"Imported {len(small.splitlines()) - 1} rows.",
        "Now run `flask --app wsgi log verify`: it checks what was imported.",
    ]
    assert "the database is not empty" in run(database_url, "import", file, code=1)[1]
