"""Conditional reads of the real resources: a 304 for one SELECT, in all its forms."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
import time_machine

from tests.api.walking import ask
from tests.applications import engine_of
from tests.databases import count_selects
from tests.problems import assert_problem

ARTICLE = "/v1/articles/stem-cell-therapy-revolutionizing-ms-treatment"
ONE_OF_EACH = [
    "/v1/articles",
    ARTICLE,
    f"{ARTICLE}/paragraphs?limit=3",
    f"{ARTICLE}/paragraphs/1",
    "/v1/paragraphs/01a2008d-7400-7b51-b5ac-5f5c2e8889ab",
    "/v1/annotations?verdict=overstated",
    "/v1/annotations/01a2008d-7400-7b0b-a4fe-795ed960bbb1",
    "/v1/claims",
    "/v1/claims/revolution",
    "/v1/evidence?design=cohort",
    "/v1/evidence/burt-2019-mist",
    "/v1/search?q=immune+system",
    "/v1/methodology",
    "/openapi.json",
]
WEAK_TAG = re.compile(r'W/"[A-Za-z0-9_-]{24}"')
SHARED = ("ETag", "Last-Modified", "Cache-Control", "CDN-Cache-Control", "Vary", "Surrogate-Key")


def test_every_address_answers_304_to_its_own_tag_for_one_select(sample_answers, samples_app):
    client, engine = samples_app.test_client(), engine_of(samples_app)
    tags = set()
    for path, answer in sample_answers.items():
        tag = answer.header("ETag")
        assert WEAK_TAG.fullmatch(tag), path
        tags.add(tag)
        with count_selects(engine) as statements:
            again = ask(client, path, If_None_Match=tag)
        assert (again.status, again.body) == (304, b""), path
        assert len(statements) == (0 if path == "/v1/methodology" else 1), (path, str(statements))
        assert answer.header("Cache-Control") == "public, max-age=0, must-revalidate"
    assert len(tags) == len(sample_answers)


@pytest.mark.parametrize("path", ONE_OF_EACH)
def test_if_none_match_is_read_in_all_its_forms(samples_client, samples_app, path):
    full = ask(samples_client, path)
    tag = full.header("ETag")
    strong = tag.removeprefix("W/")
    for header, status, why in [
        (tag, 304, "the tag"),
        (strong, 304, "weak comparison"),
        (f'"other", {tag}', 304, "in a list"),
        (f'"a",W/"b" , {strong},"c"', 304, "in a list without spaces"),
        ("*", 304, "any"),
        ('"other"', 200, "another"),
        (strong.strip('"'), 200, "no tag at all"),
        ("", 200, "nothing"),
    ]:
        extras = [{}, {"Cache_Control": "no-cache"}, {"Pragma": "no-cache"}] if header in {tag, "*"} else [{}]
        for extra in extras:
            with count_selects(engine_of(samples_app)) as statements:
                answer = ask(samples_client, path, method="HEAD" if extra else "GET", If_None_Match=header, **extra)
            assert answer.status == status, (why, extra)
            if status == 304:
                assert len(statements) <= 1
                assert answer.body == b""
                assert [answer.header(name) for name in SHARED] == [full.header(name) for name in SHARED]


@pytest.mark.parametrize("path", ONE_OF_EACH)
def test_head_tells_what_get_tells_compressed_or_not(samples_client, path):
    tag = ask(samples_client, path).header("ETag")
    for accepts in ("identity", "gzip", "br", "zstd") if path == ARTICLE else ("identity", "gzip"):
        full, head = (ask(samples_client, path, method=one, Accept_Encoding=accepts) for one in ("GET", "HEAD"))
        assert (head.status, head.headers, head.body) == (200, full.headers, b"")
        assert int(full.header("Content-Length")) == len(full.body)
        assert full.header("Content-Encoding") == (None if accepts == "identity" or len(full.body) < 500 else accepts)
        again = ask(samples_client, path, Accept_Encoding=accepts, If_None_Match=full.header("ETag"))
        assert again.status == 304
        assert again.header("ETag") == full.header("ETag") == tag


@pytest.mark.parametrize("path", [path for path in ONE_OF_EACH if path not in {"/v1/methodology", "/openapi.json"}])
def test_last_modified_is_a_condition_too(samples_client, path):
    with time_machine.travel(datetime.now().astimezone() + timedelta(hours=1)):
        full = ask(samples_client, path)
        date = full.header("Last-Modified")
        assert ask(samples_client, path, If_Modified_Since=date).status == 304
        for earlier in ("Fri, 01 Jan 2021 00:00:00 GMT", "no date", "Fri, 01 Jan 2100 00:00:00 GMT"):
            assert ask(samples_client, path, If_Modified_Since=earlier).status == 200, earlier
        assert ask(samples_client, path, If_Modified_Since=date, If_None_Match='"other"').status == 200


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "path",
    [
        f"{ARTICLE}/paragraphs/999",
        "/v1/articles/no-such-article",
        "/v1/paragraphs/01a2008d-7400-7b51-b5ac-000000000000",
        "/v1/annotations/01a2008d-7400-7b51-b5ac-000000000000",
        "/v1/claims/no-such-claim",
        "/v1/evidence/no-such-source",
    ],
)
def test_what_is_not_there_matches_nothing(samples_client, path, method):
    answer = ask(samples_client, path, method=method, If_None_Match="*")
    assert answer.status == 404
    assert answer.header("ETag") is None
    assert_problem(samples_client.get(path, headers={"If-None-Match": "*"}), 404, "not_found")
