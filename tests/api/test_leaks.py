"""Nothing unpublished appears anywhere: no parameter, filter, page, hit, count, header or error tells of a draft."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient

from tests.api.leaks import (
    MARK,
    OTHER,
    REASON,
    World,
    add_drafts,
    addresses_of,
    make_public_part,
    names_in,
    secret_ids,
)
from tests.api.walking import PAGES_FOR_PEOPLE, Answer, addresses, ask, questions
from tests.applications import app_for
from tests.databases import Databases, engine_for
from tests.problems import assert_problem

pytestmark = pytest.mark.slow

SECRET_NAMES = [
    f"{MARK}-hidden-article",
    f"{MARK}-withdrawn-article",
    f"{MARK}-claim-draft",
    f"{MARK}-withdrawn-claim",
    f"{MARK}-source-draft",
    f"{MARK}-uncited-source",
    f"{MARK}-dropped-source",
    f"{MARK}-approved",
]
STEADY_NAMES = ["steady-article", "steady-claim-draft", "steady-claim-recheck", "steady-source-rejected"]
VALUES = {
    "limit": ["1", "100"],
    "cursor": ["junk"],
    "topic": ["multiple-sclerosis", "steady", f"{MARK}-topic", MARK],
    "language": ["en", "tlh"],
    "updated_since": ["2026-01-01T00:00:00Z", "2999-01-01T00:00:00Z"],
    "as_of": ["2026-01-01T00:00:00Z", "2999-01-01T00:00:00Z"],
    "severity": ["1", "2", "3"],
    "article": [*SECRET_NAMES, *STEADY_NAMES],
    "claim": [*SECRET_NAMES, *STEADY_NAMES],
    "evidence": [*SECRET_NAMES, *STEADY_NAMES],
    "identifier": [
        *(
            f"10.5555/{MARK}.{name}"
            for name in ("draft", "approved", "uncited", "dropped", "revised.draft", "revised.submitted")
        ),
        "https://doi.org/10.5555/steady.draft",
        *("PMID: 98765432", "PMC9876543", "NCT98765432", "ISRCTN98765432"),
        *(f"https://{MARK}.example/{MARK}-approved", f"https://{MARK}.example/steady-source-draft"),
    ],
    "q": [
        MARK,
        MARK.upper(),
        f'"{MARK}"',
        f"steady {MARK}",
        f"-{MARK}",
        "steady",
        "hidden",
        "summary",
        "note",
        "notice",
    ],
}


REVEALING = ("verdict=unsupported", "verdict=misleading", "category=unproven_offer")
"""What would find the steady article by what is not shown of it."""


@dataclass
class Walked:
    """The answers before and after the drafts were added."""

    world: World
    client: FlaskClient
    before: dict[str, Answer]
    after: dict[str, Answer]
    secrets: set[str]


@pytest.fixture(scope="module")
def walked(databases: Databases, backend: str) -> Generator[Walked]:
    url = databases.copy(databases.with_samples())
    with engine_for(url) as engine, app_for(url) as app:
        client = app.test_client()
        document = client.get("/openapi.json").get_json()
        samples = list(addresses(document, names_in(engine)))
        world = make_public_part(engine)
        own = [path for path in addresses(document, names_in(engine)) if path not in samples]
        asked = [*own, *_chosen(backend, questions(document, VALUES)), *PAGES_FOR_PEOPLE]
        # An hour later every Last-Modified is given out, so that the answers can be compared whole.
        with time_machine.travel(world.editors.now + timedelta(hours=1)):
            before = {path: ask(client, path) for path in asked}
            add_drafts(world)
            added = set(addresses(document, names_in(engine))) - before.keys() - set(samples)
            untouched = _chosen(backend, samples)
            after = {path: ask(client, path) for path in [*asked, *sorted(added), *untouched, *_pages(client)]}
            yield Walked(world, client, before, after, secret_ids(engine, world))
    databases.drop(url)


def _chosen(backend: str, paths: Iterable[str]) -> list[str]:
    # Everything on SQLite. On PostgreSQL, which runs the same statements more slowly, what is about the drafts, and a
    # part of the rest.
    telling = (MARK, "steady", "cursor=", *REVEALING)
    return [
        path
        for place, path in enumerate(paths)
        if backend == "sqlite" or place % 5 == 0 or any(part in path for part in telling)
    ]


def _pages(client: FlaskClient) -> list[str]:
    found = []
    for path in ("/v1/articles", "/v1/annotations", "/v1/claims", "/v1/evidence"):
        following = f"{path}?limit=30"
        while following:
            found.append(following)
            following = (ask(client, following).json["next"] or "").removeprefix("https://caveat.example")
    return found


def test_drafts_change_no_answer_and_no_header(walked):
    changed = [path for path, answer in walked.before.items() if walked.after[path] != answer]
    assert changed == []


def test_the_walk_saw_everything(walked):
    statuses = [answer.status for answer in walked.after.values()]
    assert {status: statuses.count(status) for status in set(statuses)}.keys() == {200, 404, 410, 422}
    steady = [path for path in walked.before if path.startswith("/v1/claims/steady-claim-")]
    assert len(steady) == 5
    assert all(b"steady" in walked.after[path].body and walked.after[path].status == 200 for path in steady)


def test_no_answer_holds_the_mark_or_an_id_of_what_is_not_public(walked):
    told = {}
    for path, answer in walked.after.items():
        text = _without_echo(path, answer)
        if MARK in text.lower() or "987654321" in text:
            told[path] = text
        hits = [secret for secret in walked.secrets if secret in text or secret.replace("-", "") in text]
        if hits:
            told[path] = hits
    assert told == {}


def _without_echo(path: str, answer: Answer) -> str:
    """Body and headers, less what a problem repeats of the request: its address, which is the caller's own."""
    body = answer.body.decode()
    if answer.header("Content-Type") == "application/problem+json":
        problem = json.loads(body)
        assert problem.pop("instance") == path.partition("?")[0]
        body = json.dumps(problem)
    keys = answer.header("Surrogate-Key")
    assert MARK not in (keys or "")
    return f"{answer.headers} {body}"


def test_the_address_of_what_was_never_public_answers_like_one_that_never_was(walked):
    seen = set()
    for path in addresses_of(walked.world):
        unknown = path.replace(MARK, OTHER)
        if unknown == path:
            kind, _, found = path.rpartition("/")
            unknown = f"{kind}/{found[:-12]}0123456789ab"
        for method in ("GET", "HEAD"):
            for headers in ({}, {"If-None-Match": "*"}, {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}):
                answer = ask(walked.client, path, method=method, **headers)
                other = ask(walked.client, unknown, method=method, **headers)
                assert answer.status == 404, path
                assert answer.headers == other.headers, path
                assert answer.body.replace(path.encode(), unknown.encode()) == other.body, path
        seen.add(path.split("/")[2])
    assert seen == {"articles", "paragraphs", "annotations", "claims", "evidence"}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/articles?topic={}", f"{MARK}-topic"),
        ("/v1/annotations?article={}", f"{MARK}-hidden-article"),
        ("/v1/annotations?claim={}", f"{MARK}-claim-draft"),
        ("/v1/annotations?evidence={}", f"{MARK}-source-draft"),
        ("/v1/annotations?evidence={}", f"{MARK}-dropped-source"),
        ("/v1/evidence?identifier={}", f"10.5555/{MARK}.draft"),
        ("/v1/evidence?identifier={}", f"10.5555/{MARK}.revised.draft"),
        ("/v1/search?q={}", MARK),
    ],
)
def test_a_filter_by_a_secret_name_answers_like_one_by_no_name(walked, path, name):
    answer, other = (ask(walked.client, path.format(value)) for value in (name, name.replace(MARK, OTHER)))
    assert answer.status == other.status == 200
    assert (answer.json["items"], answer.json["next"]) == ([], None)
    assert answer.body == other.body
    headers = [[pair for pair in one.headers if pair[0] != "ETag"] for one in (answer, other)]
    assert headers[0] == headers[1]


def test_what_was_withdrawn_is_a_tombstone(walked):
    for template, entity in walked.world.withdrawn.items():
        path = template.format(id=entity.id, slug=getattr(entity, "slug", ""), key=getattr(entity, "key", ""))
        problem = assert_problem(walked.client.get(path), 410, "gone")
        assert problem.keys() == {"type", "title", "status", "detail", "instance", "code", "request_id", "context"}
        assert problem["context"].keys() == {"id", "withdrawn_at", "reason"}
        assert problem["context"]["id"] == str(entity.id)
        if "evidence" not in path:
            assert problem["context"]["reason"] == REASON
    slug = walked.world.withdrawn["/v1/articles/{slug}"].slug
    for path in (f"/v1/articles/{slug}/paragraphs", f"/v1/articles/{slug}/paragraphs/1"):
        assert_problem(walked.client.get(path), 410, "gone")


def test_a_pending_notice_has_neither_verdict_nor_wording(walked):
    for name, ordinal in (("recheck", 4), ("title", 0)):
        note = walked.world.notes[name]
        found = walked.after[f"/v1/annotations/{note.id}"].json
        kept = {key for key, value in found.items() if value is not None}
        assert kept == {"id", "href", "status", "article", "notice", "pending_notice"}
        assert found["status"] == "pending"
        notice = found["pending_notice"]
        assert notice.keys() == {"annotation_id", "paragraph_id", "since", "reason", "text"}
        paragraph = walked.after[f"/v1/articles/steady-article/paragraphs/{ordinal}"].json
        assert paragraph["pending_notices"] == [notice]
        assert paragraph["annotations"] == []
        assert paragraph["segments"] == [{"text": paragraph["text"], "annotations": []}]


def test_counts_leave_out_what_is_not_shown(walked):
    article = walked.after["/v1/articles/steady-article"].json
    assert article["flags"]["total"] == len(walked.world.sources) == 3
    assert article["flags"]["pending"] == 2
    assert {name for name, count in article["flags"]["by_verdict"].items() if count} == {"overstated"}
    assert article["flags"]["by_severity"] == {"1": 0, "2": 3, "3": 0, "none": 0}
    assert article["title_flags"] == article["title_annotations"] == []
    assert article["title_with_verdict"] == f"{article['title']} [fact-check: being re-checked]"
    claims = {name: walked.after[f"/v1/claims/steady-claim-{name}"].json for name in ("draft", "recheck", "dropping")}
    assert {name: claim["appearance_count"] for name, claim in claims.items()} == {
        "draft": 1,
        "recheck": 0,
        "dropping": 0,
    }
    assert [len(claim["appearances"]) for claim in claims.values()] == [1, 0, 0]


@pytest.mark.parametrize("query", REVEALING)
def test_an_article_is_not_found_by_what_is_not_shown_of_it(walked, query):
    assert "steady-article" not in [item["slug"] for item in walked.after[f"/v1/articles?{query}"].json["items"]]


def test_head_tells_what_get_tells(walked):
    for path in ("/v1/articles/steady-article", f"/v1/articles/{MARK}-hidden-article", f"/v1/search?q={MARK}"):
        head = ask(walked.client, path, method="HEAD")
        assert (head.status, head.headers) == (walked.after[path].status, walked.after[path].headers), path
        assert head.body == b""
