"""Pages and their cursors."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pagination import CursorCodec, Page, cursor_scope, page_answer
from api.problems import EdgeError
from tests.api.conftest import BASE_URL, PEBBLES, SECRET
from tests.problems import assert_problem

KEYS = st.lists(st.one_of(st.none(), st.text(), st.integers(-(2**63), 2**63)))
CODEC = CursorCodec(SECRET)


@given(KEYS, st.text(alphabet=st.characters(codec="utf-8")))
def test_a_key_comes_back(key, scope):
    token = CODEC.encode(scope, key)
    assert CODEC.decode(scope, token) == key
    assert token == CODEC.encode(scope, key)
    assert token.isascii()


def refused(codec: CursorCodec, scope: str, token: str) -> bool:
    with pytest.raises(EdgeError) as caught:
        codec.decode(scope, token)
    assert caught.value.code == "invalid_parameters"
    assert [error.field for error in caught.value.errors] == ["cursor"]
    return True


@given(st.text())
def test_nobody_makes_a_cursor_by_hand(token):
    assert refused(CODEC, "articles", token)


@given(KEYS, st.integers(0, 200), st.characters(codec="ascii"))
def test_a_changed_cursor_is_refused_or_means_the_same(key, place, character):
    token = CODEC.encode("articles", key)
    place %= len(token)
    changed = token[:place] + character + token[place + 1 :]
    with suppress(EdgeError):
        assert CODEC.decode("articles", changed) == key


@pytest.mark.parametrize("token", ["\udcff", "é", "\x00", "", ".", "a.b", "W10.", "." * 2000])
def test_junk_is_refused(token):
    assert refused(CODEC, "articles", token)


def test_a_cursor_belongs_to_its_list_and_its_installation():
    token = CODEC.encode(cursor_scope("articles", {"topic": "ms"}), ["a", 1])
    assert refused(CODEC, cursor_scope("claims", {"topic": "ms"}), token)
    assert refused(CODEC, cursor_scope("articles", {"topic": "stroke"}), token)
    assert refused(CODEC, cursor_scope("articles", {}), token)
    assert refused(CursorCodec(SECRET + "x"), cursor_scope("articles", {"topic": "ms"}), token)


def test_a_signed_thing_that_is_no_key_is_refused():
    token = CODEC._serializer("articles").dumps({"a": 1})
    assert refused(CODEC, "articles", token)


@pytest.mark.parametrize(
    ("one", "other", "same", "why"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True, "order does not count"),
        ({"a": None}, {}, True, "nor does a filter that is not set"),
        ({"a": 1}, {"a": "1"}, False, "types do"),
        ({"a": "1,b:2"}, {"a": "1", "b": "2"}, False, "no value can look like two"),
        ({"at": datetime(2026, 1, 1, tzinfo=UTC)}, {"at": datetime(2026, 1, 2, tzinfo=UTC)}, False, "dates do"),
        ({"tags": ["x", "y"]}, {"tags": ["y", "x"]}, False, "lists are as given"),
    ],
)
def test_the_scope_is_the_list_with_its_filters(one, other, same, why):
    assert (cursor_scope("a", one) == cursor_scope("a", other)) is same, why
    assert cursor_scope("a", one) != cursor_scope("b", one)


def test_a_last_page_has_no_next():
    body, headers = page_answer(Page([1], None), base_url=BASE_URL, path="/v1/a", arguments=[])
    assert (body, headers) == ({"items": [1], "next": None}, {})


def test_a_next_page_keeps_the_other_parameters_encoded():
    arguments = [("q", 'é & "x"=1+1'), ("cursor", "old"), ("tag", "a"), ("tag", "b/c")]
    body, headers = page_answer(Page([1], "new"), base_url=BASE_URL, path="/v1/é a", arguments=arguments)
    assert body["next"] == (f"{BASE_URL}/v1/%C3%A9%20a?q=%C3%A9%20%26%20%22x%22%3D1%2B1&tag=a&tag=b%2Fc&cursor=new")
    assert headers == {"Link": f'<{body["next"]}>; rel="next"'}


@pytest.mark.parametrize("limit", [1, 2, 9, 44, 45, 46, 100])
@pytest.mark.parametrize("filters", ["", "&colour=red&tags=a%26b&tags=c"])
def test_following_the_links_shows_everything_once(http, limit, filters):
    seen, path = [], f"/v1/pebbles?limit={limit}{filters}"
    while path is not None:
        response = http.get(path, headers={"Host": "evil.example"})
        body = response.get_json()
        assert response.status_code == 200, body
        assert 1 <= len(body["items"]) <= limit
        seen += [item["number"] for item in body["items"]]
        if body["next"] is None:
            assert "Link" not in response.headers
            break
        assert response.headers["Link"] == f'<{body["next"]}>; rel="next"'
        assert body["next"].startswith(f"{BASE_URL}/v1/pebbles?")
        path = body["next"].removeprefix(BASE_URL)
    assert seen == [pebble["number"] for pebble in PEBBLES]


def test_the_default_limit_is_20(http):
    body = http.get("/v1/pebbles").get_json()
    assert len(body["items"]) == 20
    assert parse_qs(urlsplit(body["next"]).query).keys() == {"cursor"}


@pytest.mark.parametrize(
    ("limit", "why"),
    [
        ("0", "under the minimum"),
        ("101", "over the maximum: never clamped"),
        ("-1", "under the minimum"),
        ("99999999999999999999", "over everything"),
        ("9" * 5000, "over what Python reads"),
        ("ten", "no number"),
        ("", "empty"),
        ("1.0", "no whole number"),
        ("1e1", "no digits"),
        ("+1", "a sign"),
        ("%201", "a space"),
        ("1_0", "an underscore, which int() takes"),
        ("%D9%A1", "a digit that is not ASCII, which int() takes"),
        ("true", "no number"),
    ],
)
def test_a_limit_that_is_none_is_an_error(http, limit, why):
    document = assert_problem(http.get(f"/v1/pebbles?limit={limit}"), 422, "invalid_parameters", field="limit")
    assert [error["location"] for error in document["errors"]] == ["query"], why


def test_the_limit_may_change_between_pages(http):
    following = http.get("/v1/pebbles?limit=2").get_json()["next"].removeprefix(BASE_URL)
    body = http.get(following.replace("limit=2", "limit=3")).get_json()
    assert [item["number"] for item in body["items"]] == [3, 4, 5]


@pytest.mark.parametrize(
    "query", ["cursor=junk", "cursor=", "cursor=" + "x" * 3000, "cursor=%C3%A9", "colour=red&cursor=OWN"]
)
def test_a_cursor_that_is_none_is_an_error(http, query):
    own = parse_qs(urlsplit(http.get("/v1/pebbles?limit=2").get_json()["next"]).query)["cursor"][0]
    response = http.get("/v1/pebbles?" + query.replace("OWN", own))
    assert_problem(response, 422, "invalid_parameters", field="cursor")
