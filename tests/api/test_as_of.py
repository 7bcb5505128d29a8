"""``as_of`` answers what was public then: byte for byte what was answered then, to the microsecond; never a draft."""

from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import quote

import pytest
import time_machine

from annotations.services.redacting import ArticlePart
from annotations.store.publication_log import TICK
from tests.api.as_of_model import (
    ARTICLE,
    LISTS,
    MARK,
    TEXT,
    TITLE,
    Desk,
    Told,
    chapters,
    known,
    past,
    timeless,
    told_of,
)
from tests.api.walking import ask
from tests.applications import BASE_URL, app_for, engine_of
from tests.databases import Databases, engine_for, planning_once
from tests.problems import assert_problem

pytestmark = pytest.mark.slow

PENDING = ("verdict_changed", "evidence_retracted", "text_changed", "text_removed", "editor_recheck")
OTHER = "yydraftyy"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


# The editors have a time of their own, which lies in the past here whatever the clock says. Only for as long as a test
# lasts: what others share must not come from the future.
def in_the_future() -> time_machine.travel:
    return time_machine.travel(datetime(2027, 1, 1, tzinfo=UTC), tick=False)


@pytest.fixture(scope="module")
def written(databases: Databases) -> Generator[Told]:
    url = databases.copy(databases.migrated())
    with engine_for(url) as engine, app_for(url, LOG_LEVEL="ERROR") as app, planning_once(engine_of(app)):
        client = app.test_client()
        with in_the_future():
            found = Told(engine, client, chapters(engine, client), [path for path in known(engine) if MARK in path])
        yield found
    databases.drop(url)


@pytest.fixture
def told(written: Told) -> Generator[Told]:
    with in_the_future():
        yield written


def test_the_past_is_told_again_byte_for_byte(told):
    wrong = []
    for chapter in told.chapters[::5]:
        for path, answer in told.answers(chapter.ended).items():
            recorded = chapter.answers.get(path)
            if recorded is None:
                # What has its address since later only.
                assert answer.status == 404, (chapter.name, path)
            elif told_of(answer) != told_of(recorded):
                wrong.append((chapter.name, path, recorded.body, answer.body))
    assert wrong == []


def test_a_change_shows_from_its_microsecond_on_and_not_before(told):
    wrong = []
    for path, before, after, old, new in told.changes():
        if told_of(told.asked(path, after.began - TICK)) != told_of(old):
            wrong.append((path, before.name, "just before the next change"))
        first = told.asked(path, after.began)
        if (first.status, timeless(first)) != (new.status, timeless(new)):
            wrong.append((path, after.name, "at its first microsecond"))
        if after.began != after.ended and told_of(told.asked(path, after.ended)) != told_of(new):
            wrong.append((path, after.name, "when it was over"))
    assert wrong == []


def test_the_story_changes_what_is_public_in_many_ways(told):
    assert {after.name for _, _, after, _, _ in told.changes()} == {one.name for one in told.chapters[1:]}
    seen = {answer.status for chapter in told.chapters for answer in chapter.answers.values()}
    assert seen == {200, 308, 404, 410}
    whole = b"".join(answer.body for chapter in told.chapters for answer in chapter.answers.values())
    signs = [
        ('"needs_recheck":true', "a flag"),
        ('"context_changed":true', "another sentence around the words"),
        ('"status":"pending"', "a notice at an annotation's address"),
        ('"paragraph_id":null', "a notice whose paragraph is gone"),
        *((f'"reason":"{one}"', "why") for one in PENDING),
    ]
    assert [why for sign, why in signs if sign.encode() not in whole] == []


def test_no_draft_shows_at_any_moment(told):
    assert len(told.secret) >= 8
    for chapter in told.chapters[::7] + told.chapters[-1:]:
        for path in told.secret:
            answer, unknown = told.asked(path, chapter.ended), path.replace(MARK, OTHER)
            other = told.asked(unknown, chapter.ended)
            assert answer.status == 404, path
            assert (answer.headers, answer.body.replace(MARK.encode(), OTHER.encode())) == (other.headers, other.body)
        for query in (f"articles?topic={MARK}", f"annotations?claim={MARK}-early", "articles?verdict=unsupported"):
            assert told.asked(f"/v1/{query}", chapter.ended).json["items"] == [], query
    later = told.answers(told.chapters[-1].ended + timedelta(days=1))
    assert [path for path, answer in later.items() if MARK.encode() in answer.body] == []
    assert [path for one in told.chapters for path, answer in one.answers.items() if MARK.encode() in answer.body] == []


def test_before_anything_was_public_lists_are_empty_and_nothing_is_there(told):
    for moment in (LONG_AGO, datetime.min.replace(tzinfo=UTC), told.chapters[0].began - TICK):
        for path, answer in told.answers(moment).items():
            if path in LISTS:
                assert (answer.status, answer.json["items"], answer.json["next"]) == (200, [], None), path
            else:
                assert answer.status == 404, path


@pytest.mark.parametrize("path", [*LISTS, *ARTICLE, "/v1/claims/cure", "/v1/evidence/trial"])
def test_pages_are_of_the_moment_too(told, path):
    middle = told.chapters[len(told.chapters) // 2]
    whole = middle.answers[path].json
    items, following = [], past(path.replace("limit=100", "limit=1"), middle.ended)
    while following:
        answer = ask(told.client, following)
        assert answer.status == 200
        items += answer.json.get("items", [])
        following = (answer.json.get("next") or "").removeprefix("https://caveat.example")
        assert not following or "as_of=" in following
    assert items == whole.get("items", [])


def test_a_cursor_belongs_to_its_moment(told):
    at = told.chapters[-1].ended
    following = told.asked("/v1/claims?limit=1", told.chapters[4].ended).json["next"]
    cursor = following.partition("cursor=")[2]
    zone = timezone(timedelta(hours=5, minutes=45))
    same = quote(told.chapters[4].ended.astimezone(zone).isoformat())
    assert told.client.get(f"/v1/claims?limit=1&as_of={same}&cursor={cursor}").status_code == 200
    for other in (f"/v1/claims?limit=1&cursor={cursor}", f"{past('/v1/claims?limit=1', at)}&cursor={cursor}"):
        assert_problem(told.client.get(other), 422, "invalid_parameters", field="cursor")


def test_an_answer_of_the_past_has_a_tag_that_holds(told):
    for chapter in (told.chapters[3], told.chapters[-1]):
        for path in (*LISTS, *ARTICLE, "/v1/articles/pill/paragraphs/1"):
            full = told.asked(path, chapter.ended)
            assert full.header("Cache-Control") == "public, max-age=0, must-revalidate"
            assert full.header("Surrogate-Key") == chapter.answers[path].header("Surrogate-Key")
            tag, address = full.header("ETag"), past(path, chapter.ended)
            for condition in ({"If_None_Match": tag}, {"If_None_Match": "*"}):
                again = ask(told.client, address, **condition)
                assert (again.status, again.body, again.header("ETag")) == (304, b"", tag), path
            assert ask(told.client, address, If_None_Match=chapter.answers[path].header("ETag")).status == 200
            head = ask(told.client, address, method="HEAD")
            assert (head.status, head.headers, head.body) == (200, full.headers, b"")
            since = full.header("Last-Modified")
            assert ask(told.client, address, If_Modified_Since=since).status == 304


@pytest.mark.parametrize("path", ["/v1/articles/hidden", "/v1/claims/sleep", f"/v1/claims/{MARK}-early"])
def test_what_was_not_there_matches_nothing(told, path):
    for at in (LONG_AGO, told.chapters[0].ended):
        answer = ask(told.client, past(path, at), If_None_Match="*")
        assert (answer.status, answer.header("ETag")) == (404, None)
        assert answer.header("Cache-Control") == "no-store"


@pytest.mark.parametrize(
    ("path", "chapter", "status"),
    [
        ("/v1/articles/hidden", "an article that comes with its note", 200),
        ("/v1/articles/hidden/paragraphs/1", "a notice on an article that will be withdrawn", 200),
        ("/v1/articles/hidden", "an article withdrawn", 410),
        ("/v1/articles/hidden/paragraphs/9", "the end", 410),
        ("/v1/claims/sleep", "the last note of a claim withdrawn", 200),
        ("/v1/claims/sleep", "the end", 410),
        ("/v1/evidence/spare", "a claim in other words", 404),
        ("/v1/evidence/spare", "an article withdrawn", 200),
        ("/v1/evidence/spare", "the end", 410),
        ("/v1/evidence/trial", "a source that is cited again", 200),
        ("/v1/evidence/never-cited", "the end", 404),
        ("/v1/claims/nap", "a claim that will be merged", 200),
        ("/v1/claims/nap", "the claim is merged", 308),
    ],
)
def test_what_is_there_now_need_not_have_been_then(told, path, chapter, status):
    (found,) = [one for one in told.chapters if one.name == chapter]
    assert told.asked(path, found.ended).status == status


def test_a_claim_that_was_merged_by_then_leads_to_the_other_as_it_was_then(told):
    (found,) = [one for one in told.chapters if one.name == "the claim is merged"]
    answer = told.asked("/v1/claims/nap", found.ended)
    assert answer.header("Location") == BASE_URL + past("/v1/claims/cure", found.ended)


def test_a_change_that_was_begun_before_a_moment_and_ended_after_it_moves_the_tag(engine, client):
    desk = Desk(engine)
    claim = desk.claim("cure", [desk.source("trial")])
    at = desk.now + timedelta(minutes=5)
    with time_machine.travel(at, tick=False):
        before = ask(client, past("/v1/claims", at))
        desk.revise_claim(claim, [desk.source("review")])
        after = ask(client, past("/v1/claims", at), If_None_Match=before.header("ETag"))
    assert desk.now < at
    assert after.status == 200
    assert after.json["items"][0]["evidence"][0]["key"] == "review"


def test_what_was_blanked_is_blank_at_every_moment_and_moves_its_tags(engine, client):
    desk = Desk(engine)
    claim = desk.claim("cure", [desk.source("trial")])
    article = desk.article("pill", TEXT, title=TITLE)
    desk.annotation(article, 1, "cures migraine", claim)
    at = desk.now
    desk.revise_claim(claim, [desk.source("review")])
    desk.reimport(article, ["Another text."])
    paths = {path: past(path, at) for path in ("/v1/claims/cure", "/v1/claims", "/v1/articles/pill", "/v1/annotations")}
    with time_machine.travel(desk.now + timedelta(hours=1), tick=False):
        before = {path: ask(client, address) for path, address in paths.items()}
        desk.redact(claim, 1)
        desk.redact(article, 1, ArticlePart.TEXT)
        for path, address in paths.items():
            tag, date = before[path].header("ETag"), before[path].header("Last-Modified")
            after = ask(client, address, If_None_Match=tag)
            assert (after.status, ask(client, address, If_Modified_Since=date).status) == (200, 200), path
            assert b"[redacted]" in after.body, path
            assert not any(word in after.body for word in (b"Claim cure", b"cures migraine", b"sold everywhere")), path
            assert ask(client, address, If_None_Match=after.header("ETag")).status == 304, path


PATHS = [
    *("/v1/articles", "/v1/annotations", "/v1/claims", "/v1/evidence"),
    "/v1/articles/stem-cell-therapy-revolutionizing-ms-treatment",
    "/v1/articles/stem-cell-therapy-revolutionizing-ms-treatment/paragraphs",
    "/v1/articles/stem-cell-therapy-revolutionizing-ms-treatment/paragraphs/1",
    "/v1/paragraphs/01a2008d-7400-7b50-9632-c7d49eda7362",
    "/v1/annotations/01a2008d-7400-7b0b-a4fe-795ed960bbb1",
    "/v1/claims/revolution",
    "/v1/evidence/burt-2019-mist",
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("2999-01-01T00:00:00Z", "it has not come"),
        ("2026-11-22", "a day"),
        ("2026-11-22T12:00:00", "no zone"),
        ("yesterday", "no time"),
        ("", "nothing"),
        ("9999-12-31T23:59:59-23:59", "after the calendar"),
    ],
)
def test_a_moment_that_is_none_is_an_error(samples_client, path, value, why):
    problem = assert_problem(samples_client.get(f"{path}?as_of={value}"), 422, "invalid_parameters", field="as_of")
    assert [error["location"] for error in problem["errors"]] == ["query"], why


def test_the_present_moment_has_come_and_the_next_has_not(client):
    now = datetime(2027, 1, 1, tzinfo=UTC)
    with time_machine.travel(now, tick=False):
        assert client.get(past("/v1/claims", now)).status_code == 200
        assert client.get(past("/v1/claims", now + TICK)).status_code == 422


@pytest.mark.parametrize("path", PATHS)
def test_an_address_takes_the_moment_once_and_nothing_that_it_does_not_know(samples_client, path):
    assert_problem(samples_client.get(f"{path}?colour=red"), 422, "invalid_parameters", field="colour")
    twice = f"{path}?as_of=2026-01-01T00:00:00Z&as_of=2026-01-01T00:00:00Z"
    assert_problem(samples_client.get(twice), 422, "invalid_parameters", field="as_of")


@pytest.mark.parametrize("path", ["/v1/search?q=cells", "/v1/methodology?"])
def test_what_has_no_past_does_not_take_it(samples_client, path):
    answer = samples_client.get(f"{path}&as_of=2026-01-01T00:00:00Z")
    assert_problem(answer, 422, "invalid_parameters", field="as_of")
