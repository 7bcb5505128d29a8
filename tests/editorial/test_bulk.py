"""Many things at once: lines of JSON in, a result for each out, over HTTP and from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from annotations.errors import PublishingBusy
from annotations.permissions import Scope
from annotations.store.base import new_id
from annotations.vocabulary import Role
from api.editorial import bulk, importing, writing
from tests.desk import Desk, claim_body, note_body, source_body
from tests.problems import assert_problem
from tests.services.newsroom import dump

NDJSON = {"Content-Type": "application/x-ndjson"}
TEXT = "# A pill\n\nThe pill cures migraine in a week.\n\nIn children the pill cures migraine too."
DOI = "10.1016/S0140-6736(16)30169-6"
WRITER = "writer@desk.example"


def source(key: str, **more: Any) -> dict[str, Any]:
    return {"type": "evidence", "key": key, **source_body(key), **more}


def claim(slug: str, *keys: str, **more: Any) -> dict[str, Any]:
    return {"type": "claim", "slug": slug, **claim_body(*keys), **more}


def article(slug: str, **more: Any) -> dict[str, Any]:
    return {"type": "article", "slug": slug, "text": TEXT, "format": "markdown", **more}


def note(slug: str, claim_slug: str, **more: Any) -> dict[str, Any]:
    passage = {"quote": "cures migraine", "ordinal": 1}
    return {"type": "annotation", "article": slug, "passage": passage, **note_body(claim_slug), **more}


def ndjson(*lines: Any) -> bytes:
    return b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)


def whole(name: str, **ids: str) -> list[dict[str, Any]]:
    """A source, a claim that cites it, an article, and an annotation that ties them together."""
    given = {kind: {"id": ids[kind]} if kind in ids else {} for kind in ("source", "claim", "article", "note")}
    return [
        source(name, **given["source"]),
        claim(name, name, **given["claim"]),
        article(name, **given["article"]),
        note(name, name, **given["note"]),
    ]


def send(desk: Desk, *lines: Any, query: str = "", by: Any = None, status: int = 200, **options: Any) -> list[Any]:
    """Import these lines; the results."""
    headers = {**NDJSON, **options.pop("headers", {})}
    answered = (by or desk.writer).call("POST", f"/import{query}", data=ndjson(*lines), headers=headers, **options)
    assert answered.status == status, answered.body
    assert answered.response.mimetype == "application/x-ndjson"
    assert answered.response.headers["Cache-Control"] == "private, no-store"
    return list(map(json.loads, answered.body.splitlines()))


def told(results: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(one["line"], one["status"], one.get("type"), one.get("name")) for one in results]


@pytest.fixture(scope="module")
def stocked(shared_desk: Desk) -> Desk:
    """A desk with one of each kind, under the name ``known`` and under ids that tell their kinds."""
    send(shared_desk, *whole("known", source=ID["source"], claim=ID["claim"], article=ID["article"], note=ID["note"]))
    send(shared_desk, source("with-doi", doi=DOI))
    return shared_desk


def fresh_ids() -> dict[str, str]:
    return {kind: str(new_id()) for kind in ("source", "claim", "article", "note")}


ID = fresh_ids()


def test_later_lines_refer_to_earlier_ones_and_ids_are_kept(stocked):
    desk, ids = stocked, fresh_ids()
    lines = whole("one", **{kind: value for kind, value in ids.items() if kind != "claim"})
    results = send(desk, *lines[:2], b"", b"  ", *lines[2:])
    assert [(one["line"], one["status"], one["type"]) for one in results] == [
        (1, "created", "evidence"),
        (2, "created", "claim"),
        (5, "created", "article"),
        (6, "created", "annotation"),
    ]
    assert [results[index]["id"] for index in (0, 2, 3)] == [ids["source"], ids["article"], ids["note"]]
    assert UUID(results[1]["id"]).version == 7
    assert [one["name"] for one in results] == ["one", "one", "one", ids["note"]]
    made = desk.writer.get(f"/annotations/{ids['note']}").body
    assert (made["state"], made["created_by"]["name"], made["head"]["claim"]) == ("draft", "writer", "one")
    assert desk.writer.get("/articles/one").body["visibility"] == "hidden"
    assert desk.public.get("/v1/articles/one").status_code == 404
    assert desk.admin.get("/log").body["items"] == []


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "found"}], ids=["each for itself", "in one transaction"])
def test_a_source_that_is_there_is_found_not_doubled(stocked, headers):
    key, nct = f"new-{len(headers)}", f"NCT0123456{len(headers)}"
    lines = [source("again", doi=f"https://dx.doi.org/{DOI.lower()}"), source(key, nct=nct)]
    results = send(stocked, *lines, source("once-more", nct=f" {nct.lower()} "), headers=headers)
    assert [one[1:] for one in told(results)] == [
        ("found", "evidence", "with-doi"),
        ("created", "evidence", key),
        ("found", "evidence", key),
    ], results


BAD = [
    (b'{"type": "claim"', "malformed_request", [], "no JSON"),
    (b'{"type": "claim", "severity": NaN}', "malformed_request", [], "NaN is no JSON"),
    (b'{"type": "claim", "type": "article"}', "malformed_request", [], "a member twice"),
    (b"\xff", "malformed_request", [], "no UTF-8"),
    (b"[" * 100_000, "malformed_request", [], "nested too deep"),
    (["a list"], "invalid_input", ["type"], "no object"),
    ({}, "invalid_input", ["type"], "no type"),
    ({"type": "correction"}, "invalid_input", ["type"], "a type that cannot be imported"),
    ({"type": ["claim"]}, "invalid_input", ["type"], "a type that is no text"),
    (claim("bad", colour="red"), "invalid_parameters", ["colour"], "an unknown member"),
    ({"type": "claim", "slug": "bad"}, "invalid_parameters", ["text", "verdict", "certainty", "summary"], "incomplete"),
    (claim("bad", verdict="wrong"), "invalid_parameters", ["verdict"], "no such verdict"),
    (claim("bad", text="NUL \0"), "invalid_parameters", ["text"], "a NUL"),
    (claim("bad", id="17"), "invalid_parameters", ["id"], "no UUID"),
    (claim("Bad Slug"), "invalid_input", ["slug"], "no slug"),
    (claim("bad", "no-such-source"), "invalid_input", ["evidence.0.evidence"], "an unknown source"),
    (claim("known"), "slug_taken", ["slug"], "a taken slug"),
    (claim("bad", id=ID["claim"]), "slug_taken", ["id"], "a taken id"),
    (source("known", url="https://sources.example/other"), "slug_taken", ["key"], "a taken key"),
    (source("bad", id=ID["source"]), "slug_taken", ["id"], "a taken id"),
    (source("bad", doi="nonsense"), "invalid_input", ["doi"], "no DOI"),
    (source("bad", status_checked_on="2999-01-01"), "invalid_input", ["status_checked_on"], "a day to come"),
    (article("known"), "slug_taken", ["slug"], "a taken slug"),
    (article("bad", id=ID["article"]), "slug_taken", ["id"], "a taken id"),
    (article("bad", text="# Only a title"), "empty_text", ["text"], "no text"),
    (article("bad", format="pdf"), "invalid_parameters", ["format"], "an unknown format"),
    (article("bad", title="Another"), "invalid_input", ["title"], "two titles"),
    (note("no-such-article", "known"), "invalid_input", ["article"], "an unknown article"),
    (note("known", "no-such-claim"), "invalid_input", ["claim"], "an unknown claim"),
    (note("known", "known", id=ID["note"]), "slug_taken", ["id"], "a taken id"),
    (
        note("known", "known", passage={"quote": "no such words"}),
        "quote_not_found",
        ["passage.quote"],
        "words that are not there",
    ),
    (note("known", "known", passage={"quote": "cures migraine"}), "quote_ambiguous", ["passage.quote"], "two places"),
    (note("known", "known", severity=None), "invalid_input", ["severity"], "no severity"),
]


@pytest.mark.parametrize(
    "headers", [{}, {"Idempotency-Key": "bad lines"}], ids=["each for itself", "in one transaction"]
)
def test_a_bad_line_is_named_with_its_members_and_leaves_the_others(stocked, headers):
    names = [f"good-{len(headers)}-{number}" for number in range(len(BAD) + 1)]
    lines: list[Any] = [claim(names[0], "known")]
    for name, (line, *_) in zip(names[1:], BAD, strict=True):
        lines += [line, claim(name, "known")]
    before = dump(stocked.engine)
    results = send(stocked, *lines, headers=headers)
    assert [one["line"] for one in results] == list(range(1, len(lines) + 1))
    assert [(one["status"], one["name"]) for one in results[::2]] == [("created", name) for name in names]
    for result, (_, code, fields, why) in zip(results[1::2], BAD, strict=True):
        assert (result["status"], result["error"]["code"]) == ("failed", code), (why, result)
        faults = {fault["field"] for fault in result["error"].get("errors", ())} - {None}
        assert faults >= set(fields), (why, result)
        assert result["error"]["detail"], why
    (ambiguous,) = (one for one in results if one.get("error", {}).get("code") == "quote_ambiguous")
    assert len(ambiguous["error"]["context"]["candidates"]) == 2
    after = dump(stocked.engine)
    changed = {name for name in after if after[name] != before[name]} - {"idempotency_keys"}
    assert changed == {"claims", "claim_versions", "evidence_links", "transitions", "chain_heads"}
    assert len(after["claims"]) == len(before["claims"]) + len(names)


@pytest.mark.parametrize(("line", "code", "fields", "why"), BAD, ids=[row[-1] for row in BAD])
def test_all_or_nothing_is_nothing_when_a_line_is_bad(stocked, line, code, fields, why):
    before = dump(stocked.engine)
    results = send(stocked, *whole("new"), line, claim("never"), query="?atomic=true", status=422)
    assert [one["status"] for one in results] == [*["undone"] * 4, "failed", "undone"], why
    assert results[4]["error"]["code"] == code
    assert all("error" not in one for one in results if one["status"] == "undone")
    assert dump(stocked.engine) == before


def test_all_or_nothing_is_all_when_every_line_is_good(stocked):
    results = send(stocked, *whole("all-one"), *whole("all-two"), query="?atomic=true")
    assert [one["status"] for one in results] == ["created"] * 8
    assert [stocked.writer.get(f"/claims/{name}").status for name in ("all-one", "all-two")] == [200, 200]


@pytest.mark.parametrize("how", [{"query": "?atomic=true"}, {"headers": {"Idempotency-Key": "twice"}}, {}])
def test_an_id_that_an_earlier_line_took_is_refused(stocked, how):
    ids, name = fresh_ids(), f"id-{len(how)}-{'query' in how:d}"
    lines = [*whole(name, **ids), claim(f"{name}-two", id=ids["claim"]), source(f"{name}-two", id=ids["source"])]
    lines += [article(f"{name}-two", id=ids["article"]), note(name, name, id=ids["note"]), claim(name)]
    results = send(stocked, *lines, status=422 if "query" in how else 200, **how)
    failed = [one for one in results if one["status"] == "failed"]
    assert {one["error"]["code"] for one in failed} == {"slug_taken"}
    assert len(failed) == (1 if "query" in how else 5)


def test_the_same_key_imports_once(stocked):
    desk, lines, key = stocked, whole("once"), {"Idempotency-Key": "once"}
    first = send(desk, *lines, headers=key)
    after = dump(desk.engine)
    assert send(desk, *lines, headers=key) == first
    answered = desk.writer.call("POST", "/import", data=ndjson(*lines[:2]), headers=NDJSON | key)
    assert_problem(answered.response, 422, "idempotency_key_reused")
    assert dump(desk.engine) == after


def test_an_import_that_was_refused_whole_stays_refused_under_its_key(stocked):
    how = {"query": "?atomic=true", "headers": {"Idempotency-Key": "undone"}}
    lines = (claim("undone", "known"), note("known", "comes-later"))
    refused = send(stocked, *lines, **how, status=422)
    send(stocked, claim("comes-later", "known"))
    before = dump(stocked.engine)
    assert send(stocked, *lines, **how, status=422) == refused
    assert dump(stocked.engine) == before
    assert [one["status"] for one in send(stocked, *lines, query="?atomic=true")] == ["created", "created"]


def test_what_was_imported_is_told_though_others_hold_the_database(stocked, monkeypatch):
    real = importing.write_claim

    def write(session, content, *, slug, **options):
        if slug == "busy":
            raise PublishingBusy("another change is being written; try again")
        return real(session, content, slug=slug, **options)

    monkeypatch.setattr(importing, "write_claim", write)
    monkeypatch.setattr(writing, "PATIENCE_SECONDS", 0.01)
    before = dump(stocked.engine)
    for options in ({}, {"Idempotency-Key": "busy"}):
        lines = ndjson(b"{", claim("busy"), claim("after"))
        answered = stocked.writer.call("POST", "/import", data=lines, headers=NDJSON | options)
        assert_problem(answered.response, 503, "publishing_busy")
    assert dump(stocked.engine) == before
    results = send(stocked, claim("before-the-busy-one"), claim("busy"), b"{", claim("after"))
    assert [(one["status"], one.get("error", {}).get("code")) for one in results] == [
        ("created", None),
        ("failed", "publishing_busy"),
        ("failed", "malformed_request"),
        ("failed", "publishing_busy"),
    ]
    assert stocked.writer.get("/claims/before-the-busy-one").status == 200
    assert stocked.writer.get("/claims/after").status == 404


@pytest.mark.parametrize(
    ("role", "scopes"),
    [(Role.CONTRIBUTOR, None), (Role.EDITOR, {Scope.READ, Scope.REVIEW}), (Role.ADMIN, {Scope.ADMIN})],
)
@pytest.mark.parametrize("query", ["", "?atomic=true"])
def test_whoever_may_not_import_is_refused(stocked, role, scopes, query):
    person = stocked.person(f"{role}-{'atomic' if query else 'each'}-{len(scopes or ())}", role, scopes)
    before = dump(stocked.engine)
    answered = person.call("POST", f"/import{query}", data=ndjson(claim("never")), headers=NDJSON)
    assert_problem(answered.response, 403, "permission_denied")
    assert _without_use(dump(stocked.engine)) == _without_use(before)


def _without_use(tables: dict[str, Any]) -> dict[str, Any]:
    # When a token was last used is noted whatever came of the call.
    return {name: rows for name, rows in tables.items() if name != "tokens"}


LINE = json.dumps(claim("limit")).encode()


@pytest.mark.parametrize(
    ("data", "headers", "status", "code", "field"),
    [
        (b"", NDJSON, 422, "invalid_parameters", "lines"),
        (b"\n \n", NDJSON, 422, "invalid_parameters", "lines"),
        (b"{}\n" * (importing.MAX_LINES + 1), NDJSON, 422, "invalid_parameters", "lines"),
        (b"\n" * (bulk.MAX_BODY_BYTES + 1), NDJSON, 413, "content_too_large", None),
        (LINE, {"Content-Type": "application/json"}, 415, "unsupported_media_type", None),
        (LINE, {"Content-Type": "text/plain"}, 415, "unsupported_media_type", None),
        (LINE, {}, 415, "unsupported_media_type", None),
    ],
)
def test_what_is_no_import_is_refused_whole(stocked, data, headers, status, code, field):
    before = dump(stocked.engine)
    answered = stocked.writer.call("POST", "/import", data=data, headers=headers)
    assert_problem(answered.response, status, code, field)
    assert dump(stocked.engine) == before


@pytest.mark.parametrize("accept", ["application/x-ndjson", "application/json", "*/*", "application/*;q=0.5"])
def test_who_sends_lines_may_ask_for_lines(stocked, accept):
    (result,) = send(stocked, source("with-doi", doi=DOI), headers={"Accept": accept})
    assert result["status"] == "found"


@pytest.mark.parametrize("accept", ["text/csv", "application/x-ndjson;q=0", "application/x-ndjson;q=0, text/*"])
def test_who_takes_neither_lines_nor_json_is_refused(stocked, accept):
    before = dump(stocked.engine)
    answered = stocked.writer.call("POST", "/import", data=LINE, headers=NDJSON | {"Accept": accept})
    assert_problem(answered.response, 406, "not_acceptable")
    assert dump(stocked.engine) == before


def test_lines_are_no_answer_where_none_are_sent(stocked):
    answered = stocked.writer.call("GET", "/claims", headers={"Accept": "application/x-ndjson"})
    assert_problem(answered.response, 406, "not_acceptable")


def test_a_line_that_is_too_long_is_told(stocked):
    long = b'{"type": "claim", "slug": "%s"}' % (b"a" * importing.MAX_LINE_BYTES)
    first, second = send(stocked, long, claim("after-the-long-one"))
    assert (first["status"], first["error"]["code"]) == ("failed", "content_too_large")
    assert second["status"] == "created"


@pytest.mark.parametrize("query", ["?atomic=1", "?atomic=", "?quiet=true"])
def test_parameters_are_read_strictly(stocked, query):
    answered = stocked.writer.call("POST", f"/import{query}", data=LINE, headers=NDJSON)
    assert_problem(answered.response, 422, "invalid_parameters", query[1:].partition("=")[0])


def run(desk: Desk, file: Path, *words: str, code: int = 0) -> tuple[list[Any], str]:
    """``flask import``: its results, and what went to standard error."""
    result = desk.app.test_cli_runner().invoke(args=["import", str(file), *words])
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    return list(map(json.loads, result.stdout.splitlines())), result.stderr


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "lines.ndjson"


def test_the_command_prints_a_line_for_each(stocked, file):
    again = [source("cli-again", nct="NCT09999999"), source("cli-and-again", nct="nct09999999")]
    file.write_bytes(ndjson(*whole("cli"), b"", *again))
    results, errors = run(stocked, file, "--as", WRITER.upper())
    assert told(results)[4:] == [(6, "created", "evidence", "cli-again"), (7, "found", "evidence", "cli-again")]
    assert "Error" not in errors
    made = stocked.admin.get("/claims/cli").body
    assert (made["created_by"]["name"], made["state"]) == ("writer", "draft")


def test_the_command_says_what_it_refused(stocked, file):
    file.write_bytes(ndjson(claim("says"), b"{", claim("says"), claim("says-too")))
    results, errors = run(stocked, file, "--as", WRITER, code=1)
    assert [one["status"] for one in results] == ["created", "failed", "failed", "created"]
    assert errors.splitlines()[-1] == "Error: 2 of 4 lines were refused; the others were imported"
    before = dump(stocked.engine)
    results, errors = run(stocked, file, "--as", WRITER, "--quiet", "--atomic", code=1)
    assert [(one["line"], one["status"]) for one in results] == [(2, "failed")]
    assert errors.splitlines()[-1] == "Error: 1 of 4 lines were refused; nothing was imported"
    assert dump(stocked.engine) == before


def test_the_command_takes_all_or_nothing(stocked, file):
    file.write_bytes(ndjson(*whole("cli-whole")))
    results, _ = run(stocked, file, "--as", WRITER, "--atomic")
    assert [one["status"] for one in results] == ["created"] * 4
    results, _ = run(stocked, file, "--as", WRITER, "--atomic", "--quiet", code=1)
    assert [(one["line"], one["error"]["code"]) for one in results] == [(2, "slug_taken")]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "--as EMAIL"),
        (("--as", "nobody@desk.example"), 1, "not_found: nobody has this address; nothing was changed"),
        (("--as", "no address"), 1, "invalid_input: "),
        (("--as", "gone@desk.example"), 1, "account is disabled"),
    ],
)
def test_the_command_needs_somebody_whose_drafts_they_become(stocked, file, words, code, said):
    runner = stocked.app.test_cli_runner()
    if "gone@desk.example" in words:
        stocked.person("gone", Role.EDITOR)
        assert runner.invoke(args=["user", "disable", "gone@desk.example"]).exit_code == 0
    file.write_bytes(ndjson(claim("never")))
    before = dump(stocked.engine)
    results, errors = run(stocked, file, *words, code=code)
    assert results == []
    assert said in errors
    assert dump(stocked.engine) == before


def test_the_command_asks_for_the_role_like_http_does(stocked, file):
    file.write_bytes(ndjson(claim("never"), claim("never-ever")))
    results, errors = run(stocked, file, "--as", "contributor@desk.example", code=1)
    assert [one["error"]["code"] for one in results] == ["permission_denied"] * 2
    assert "2 of 2 lines were refused" in errors


def test_a_file_that_is_none_is_told(stocked, tmp_path, file):
    _, errors = run(stocked, tmp_path / "none", "--as", WRITER, code=2)
    assert "does not exist" in errors
    file.write_bytes(b"")
    _, errors = run(stocked, file, "--as", WRITER, code=1)
    assert "the file is empty" in errors
