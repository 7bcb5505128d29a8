"""Conditional requests, and their validators."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from api.caching import (
    Validator,
    cache_headers,
    canonical_url,
    etag,
    last_modified,
    matches,
    not_modified,
    representation_version,
    weak_tag,
)
from tests.api.conftest import CHANGED_AT
from tests.problems import assert_problem

TAG = 'W/"abc"'
NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MICROSECOND = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("header", "expected", "why"),
    [
        ('W/"abc"', True, "the tag itself"),
        ('"abc"', True, "weak comparison takes the strong form"),
        ('"x", W/"abc"', True, "a list"),
        ('"x",W/"abc","y"', True, "a list without spaces"),
        ('"x,abc", "abc"', True, "a comma within a tag"),
        ("*", True, "any"),
        (" * ", True, "any, with spaces"),
        ('W/"x"', False, "another"),
        ('"x", "y"', False, "others"),
        ("", False, "empty"),
        ("abc", False, "no quotes, so no tag"),
        ('"abc', False, "never closed"),
        ('W/"ab"c"', False, "broken in two"),
        ('"x", *', False, "a star is none within a list"),
        ('"x,abc,y"', False, "within another tag"),
        ('W/"ABC"', False, "case counts"),
        ('"""', False, "only quotes"),
        (",,,", False, "only commas"),
        ("\udcff\x00", False, "no text at all"),
    ],
)
def test_if_none_match(header, expected, why):
    assert matches(header, TAG) is expected, why


@given(st.text())
def test_if_none_match_never_raises(header):
    assert matches(header, TAG) in (True, False)


@given(st.lists(st.from_regex(r'(W/)?"[!#-~]{0,12}"', fullmatch=True)), st.integers(0, 5))
def test_a_tag_matches_wherever_it_stands_in_a_list(others, place):
    assert matches(", ".join([*others[:place], TAG, *others[place:]]), TAG)


@given(st.lists(st.from_regex(r'(W/)?"[!#-~]{0,12}"', fullmatch=True).filter(lambda tag: "abc" not in tag)))
def test_a_tag_matches_nowhere_else(others):
    assert not matches(", ".join(others), TAG)


@pytest.mark.parametrize(
    ("at", "now", "expected", "why"),
    [
        (NOON + 250_000 * MICROSECOND, NOON + 10 * SECOND, NOON + SECOND, "rounded up"),
        (NOON, NOON + 10 * SECOND, NOON + SECOND, "a change later in this second must not share its date"),
        (NOON + SECOND - MICROSECOND, NOON + SECOND, NOON + SECOND, "the second is over"),
        (NOON, NOON + SECOND - MICROSECOND, None, "the second is not over, so another change may fall in it"),
        (NOON + SECOND, NOON, None, "a clock that runs ahead"),
    ],
)
def test_last_modified(at, now, expected, why):
    assert last_modified(at, now) == expected, why


def test_last_modified_in_any_zone_but_never_in_none():
    east = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert last_modified(east, NOON + 9 * SECOND) == NOON + SECOND
    with pytest.raises(ValueError, match="zone"):
        last_modified(datetime(2026, 11, 22), NOON)  # noqa: DTZ001  the fault under test


@given(st.integers(0, 3_000_000), st.integers(0, 3_000_000), st.integers(0, 3_000_000), st.integers(0, 3_000_000))
def test_a_change_after_a_read_is_never_missed_by_its_date(first, read, second, reread):
    """Whoever read between two changes, however close they lie, gets the second one."""
    first, read, second, reread = sorted((first, read, second, reread))
    moments = [NOON + MICROSECOND * offset for offset in (first, read, second, reread)]
    dated = last_modified(moments[0], moments[1])
    # The publication log never gives two changes the same time, nor one an earlier time than a read before it.
    if dated is None or moments[1] >= moments[2]:
        return
    since = dated.strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert not not_modified(
        if_none_match=None,
        if_modified_since=since,
        tag=TAG,
        modified=last_modified(moments[2], moments[3]),
        now=moments[3],
    )


MODIFIED = NOON - 60 * SECOND


@pytest.mark.parametrize(
    ("none_match", "since", "expected", "why"),
    [
        (None, None, False, "no condition"),
        (TAG, None, True, "the same tag"),
        ('"x"', None, False, "another tag"),
        (None, "Sun, 22 Nov 2026 11:59:00 GMT", True, "not changed since"),
        (None, "Sun, 22 Nov 2026 11:59:30 GMT", True, "not changed since, by a date of the caller's own"),
        (None, "Sun, 22 Nov 2026 11:58:59 GMT", False, "changed since"),
        ('"x"', "Sun, 22 Nov 2026 11:59:00 GMT", False, "the tag decides over the date"),
        (TAG, "Sun, 22 Nov 2020 11:59:00 GMT", True, "the tag decides over the date"),
        ("junk", "Sun, 22 Nov 2026 11:59:00 GMT", False, "even a malformed tag does"),
        (None, "yesterday", False, "no date"),
        (None, "Sun, 99 Nov 2026 99:59:00 GMT", False, "no date that exists"),
        (None, "Sun, 22 Nov 99999999999999999999 11:59:00 GMT", False, "no year that exists"),
        (None, "", False, "empty"),
        (None, "Mon, 22 Nov 2027 11:59:00 GMT", False, "in the future"),
    ],
)
def test_not_modified(none_match, since, expected, why):
    got = not_modified(if_none_match=none_match, if_modified_since=since, tag=TAG, modified=MODIFIED, now=NOON)
    assert got is expected, why


@given(st.text())
def test_if_modified_since_never_raises(since):
    not_modified(if_none_match=None, if_modified_since=since, tag=TAG, modified=MODIFIED, now=NOON)


def test_without_a_date_there_is_nothing_to_be_older_than():
    since = "Sun, 22 Nov 2026 11:59:00 GMT"
    assert not not_modified(if_none_match=None, if_modified_since=since, tag=TAG, modified=None, now=NOON)


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ("/v1/a", b"", "/v1/a"),
        ("/v1/a", b"&&", "/v1/a"),
        ("/v1/a", b"b=2&a=1", "/v1/a?a=1&b=2"),
        ("/v1/é", b"q=%C3%A9+x", "/v1/%C3%A9?q=%C3%A9+x"),
        ("/v1/a", b"q=\xff", "/v1/a?q=\xff"),
    ],
)
def test_canonical_url(path, query, expected):
    assert canonical_url(path, query) == expected


def test_a_tag_depends_on_each_of_its_parts():
    parts = ("/v1/a", "application/json", "1", 7)
    others = ("/v1/b", "text/html", "2", 8)
    tags = {etag(*parts)} | {
        etag(*(other if place == index else part for index, part in enumerate(parts)))
        for place, other in enumerate(others)
    }
    assert len(tags) == 5
    assert all(tag.startswith('W/"') and matches(tag, tag) for tag in tags)
    assert etag(*parts) == etag(*parts)


def test_settings_that_show_in_bodies_change_the_tag(edge_settings):
    shown = type(edge_settings)(
        **{name: getattr(edge_settings, name) for name in edge_settings.__slots__} | {"organisation_name": "Another"}
    )
    assert representation_version(shown) != representation_version(edge_settings)


@pytest.mark.parametrize("key", ["two words", "line\nbreak", "é", ""])
def test_a_key_that_cannot_stand_in_a_header_is_a_fault(key):
    with pytest.raises(ValueError, match="surrogate"):
        cache_headers(TAG, None, [key], cdn_max_age_seconds=1)


def test_what_a_public_answer_tells_caches(http):
    headers = http.get("/v1/pebbles").headers
    assert headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert headers["CDN-Cache-Control"] == "public, max-age=90"
    assert headers["Surrogate-Key"] == "pebbles pebble:1"
    assert headers["Vary"] == "Accept, Accept-Encoding"
    assert headers["ETag"].startswith('W/"')


@time_machine.travel(CHANGED_AT + timedelta(milliseconds=500), tick=False)
def test_no_date_is_given_out_within_the_second_of_the_change(http):
    response = http.get("/v1/pebbles")
    assert "Last-Modified" not in response.headers
    assert http.get("/v1/pebbles", headers={"If-Modified-Since": "Sun, 22 Nov 2026 12:00:01 GMT"}).status_code == 200


@time_machine.travel(CHANGED_AT + timedelta(days=1), tick=False)
@pytest.mark.parametrize(
    "condition",
    [
        {"If-None-Match": "TAG"},
        {"If-None-Match": "STRONG"},
        {"If-None-Match": '"x", TAG'},
        {"If-None-Match": "*"},
        {"If-None-Match": "TAG", "Cache-Control": "no-cache", "Pragma": "no-cache"},
        {"If-None-Match": "TAG", "If-Modified-Since": "Sun, 22 Nov 2020 12:00:01 GMT"},
        {"If-Modified-Since": "Sun, 22 Nov 2026 12:00:01 GMT"},
        {"If-None-Match": "TAG", "Accept-Encoding": "gzip, br, zstd"},
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_304_has_the_headers_of_the_200_and_no_body(http, condition, method):
    full = http.get("/v1/pebbles")
    tag = full.headers["ETag"]
    assert full.headers["Last-Modified"] == "Sun, 22 Nov 2026 12:00:01 GMT"
    headers = {name: value.replace("TAG", tag).replace("STRONG", tag[2:]) for name, value in condition.items()}
    response = http.open("/v1/pebbles", method=method, headers=headers)
    assert response.status_code == 304
    assert response.get_data() == b""
    for name in ("ETag", "Last-Modified", "Cache-Control", "CDN-Cache-Control", "Vary", "Surrogate-Key"):
        assert response.headers[name] == full.headers[name]
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert not {"Content-Type", "Content-Length", "Content-Encoding"} & {name.title() for name, _ in response.headers}


def test_a_change_changes_the_tag(http, pebbles):
    before = http.get("/v1/pebbles").headers["ETag"]
    pebbles.validator = Validator(8, CHANGED_AT)
    response = http.get("/v1/pebbles", headers={"If-None-Match": before})
    assert response.status_code == 200
    assert response.headers["ETag"] != before


def test_the_query_is_part_of_the_tag_and_its_order_is_not(http):
    tags = [
        http.get(f"/v1/pebbles?{query}").headers["ETag"] for query in ("", "limit=2&colour=red", "colour=red&limit=2")
    ]
    assert tags[0] != tags[1] == tags[2]


@pytest.mark.parametrize("path", ["/openapi.json", "/docs", "/docs/assets/swagger-ui.css"])
def test_what_changes_with_the_program_only_is_conditional_too(http, path):
    full = http.get(path, headers={"Accept-Encoding": "gzip"})
    response = http.get(path, headers={"If-None-Match": full.headers["ETag"], "Accept-Encoding": "gzip"})
    assert (full.status_code, response.status_code) == (200, 304)
    assert full.headers["ETag"] == http.get(path).headers["ETag"]
    assert weak_tag(http.get(path).get_data()) == full.headers["ETag"]


@pytest.mark.parametrize("path", ["/health/live", "/v1/rocks/big-rock"])
def test_what_names_no_validator_is_kept_by_no_cache(http, path):
    response = http.get(path, headers={"If-None-Match": "*"})
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"


def test_an_error_after_the_validator_carries_none_of_its_headers(http, pebbles, monkeypatch):
    monkeypatch.setattr("tests.api.conftest.answer_page", None)
    response = http.get("/v1/pebbles")
    assert_problem(response, 500, "internal_error")
    assert not {"ETag", "Surrogate-Key", "CDN-Cache-Control", "Last-Modified"} & {name for name, _ in response.headers}
