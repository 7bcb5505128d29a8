"""Input that nobody means well with, on the real resources: a clear answer of the contract's shape, and never a 500."""

from __future__ import annotations

from itertools import product
from urllib.parse import quote, unquote_to_bytes

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.problems import assert_problem

ARTICLE = "stem-cell-therapy-revolutionizing-ms-treatment"
ID = "01a2008d-7400-7b0b-a4fe-795ed960bbb1"
LISTS = (
    "/v1/articles",
    f"/v1/articles/{ARTICLE}/paragraphs",
    "/v1/annotations",
    "/v1/claims",
    "/v1/evidence",
    "/v1/search",
)
BY_NAME = (
    "/v1/articles/{}",
    "/v1/articles/{}/paragraphs",
    "/v1/articles/{}/paragraphs/1",
    "/v1/claims/{}",
    "/v1/evidence/{}",
)
BY_ID = ("/v1/paragraphs/{}", "/v1/annotations/{}")
BY_NUMBER = f"/v1/articles/{ARTICLE}/paragraphs/{{}}"
FILTERS = {
    "/v1/articles": ("topic", "language", "verdict", "category", "updated_since", "as_of"),
    "/v1/annotations": ("article", "claim", "category", "verdict", "severity", "evidence"),
    "/v1/claims": ("verdict",),
    "/v1/evidence": ("design", "status", "identifier"),
    "/v1/search": ("q", "type"),
}
FILTERED = [(path, name) for path, names in FILTERS.items() for name in names]
CODES = {
    400: "malformed_request",
    404: "not_found",
    405: "method_not_allowed",
    414: "uri_too_long",
    422: "invalid_parameters",
}
ALL_TEXT = st.text(st.characters(), min_size=1, max_size=60)
"""Lone surrogates included."""
BOUNDED = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def assert_clear(response: TestResponse) -> None:
    """Either what was asked for, or a problem that says what is wrong with the question."""
    if response.status_code == 200:
        assert response.content_type == "application/json"
        assert response.get_json() is not None
    else:
        assert_problem(response, response.status_code, CODES[response.status_code])


def sent_as_is(client: FlaskClient, path: str, method: str = "GET") -> TestResponse:
    """The answer to ``path`` as a server hands it on; the test client would put U+FFFD for what is no UTF-8."""
    raw = unquote_to_bytes(path).decode("latin-1")
    return client.open("/", method=method, environ_overrides={"PATH_INFO": raw})


def base(path: str) -> str:
    """``path`` with what it requires."""
    return f"{path}?q=cells&" if path == "/v1/search" else f"{path}?"


@pytest.mark.parametrize(
    ("value", "status", "why"),
    [
        ("9" * 19, 404, "over 2**63"),
        (str(2**63), 404, "2**63"),
        (str(2**31), 404, "over what the column takes"),
        ("9" * 4400, 404, "over what Python reads"),
        ("-1", 404, "negative"),
        ("1e3", 404, "no digits"),
        ("0x1", 404, "no digits"),
        ("%00", 400, "NUL"),
        ("1%00", 400, "a number with NUL"),
        ("%ED%A0%80", 400, "a lone surrogate in CESU-8"),
        ("%FF%FE", 400, "no UTF-8"),
        ("%0A", 400, "a control character"),
        ("a%20b", 404, "a space"),
        ("%D9%A1", 404, "an Arabic digit"),
        ("%F0%9F%A7%AC", 404, "an emoji"),
        ("..%2F..%2Fetc%2Fpasswd", 404, "a path"),
        ("'%20OR%201=1--", 404, "SQL"),
        ("{}", 404, "braces"),
        ("%25s%25s", 404, "a format"),
        ("x" * 201, 404, "too long"),
        ("x" * 8200, 414, "far too long"),
        ("0" * 8 + "-0000-0000-0000-" + "0" * 12, 404, "the nil id"),
        (ID.replace("-", ""), 404, "an id without hyphens"),
        (f"{ID}%0A", 400, "an id and a newline"),
        (f"{ID}x", 404, "an id and more"),
    ],
)
def test_a_name_that_is_none(samples_client, value, status, why):
    for path in (*BY_NAME, *BY_ID, BY_NUMBER):
        address = path.replace("{}", value)
        for method in ("GET", "HEAD"):
            response = sent_as_is(samples_client, address, method)
            assert response.status_code == status, (address, why)
        assert_problem(sent_as_is(samples_client, address), status, CODES[status])


def test_an_id_in_capitals_is_the_same_id(samples_client):
    lower, upper = (samples_client.get(f"/v1/annotations/{one}").get_json() for one in (ID, ID.upper()))
    assert lower == upper


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("parameters", "field", "why"),
    [
        ("limit=0", "limit", "under the minimum"),
        ("limit=101", "limit", "over the maximum"),
        (f"limit={2**63}", "limit", "over 2**63"),
        (f"limit={'9' * 5000}", "limit", "over what Python reads"),
        ("limit=-1", "limit", "negative"),
        ("limit=ten", "limit", "no number"),
        ("limit=1&limit=2", "limit", "repeated"),
        ("cursor=", "cursor", "empty"),
        ("cursor=x", "cursor", "made up"),
        ("cursor=WyJhIl0.c2ln", "cursor", "signed by nobody"),
        (f"cursor={'A' * 2048}", "cursor", "long"),
        (f"cursor={'A' * 5000}", "cursor", "too long"),
        ("cursor=%00", "cursor", "NUL"),
        ("cursor=%ED%A0%80", "cursor", "a lone surrogate"),
        ("cursor=%F0%9F%A7%AC.a", "cursor", "an emoji"),
        ("colour=red", "colour", "unknown"),
        ("limit=1&include=drafts", "include", "unknown beside a good one"),
        ("state=draft", "state", "a state"),
        ("as_of=2999-01-01", "as_of", "not taken yet"),
        ("%00=1", "\x00", "a name with NUL"),
        ("a%FF=1", "a\ufffd", "a name that is no UTF-8"),
        ("=1", "", "no name"),
    ],
)
def test_a_parameter_that_is_none(samples_client, path, parameters, field, why):
    document = assert_problem(samples_client.get(base(path) + parameters), 422, "invalid_parameters")
    assert field in [error["field"] or "" for error in document["errors"]], why


@pytest.mark.parametrize(("path", "name"), FILTERED)
def test_a_filter_that_is_none(samples_client, path, name):
    for value in ("%00", "a%00b", "%ED%A0%80", "%ED%BF%BF", "%FF", "%C0%AF", "%1B", "%7F", ""):
        document = assert_problem(samples_client.get(f"{path}?{name}={value}"), 422, "invalid_parameters")
        assert name in [error["field"] for error in document["errors"]], value
    repeated = assert_problem(samples_client.get(f"{path}?{name}=a&{name}=a"), 422, "invalid_parameters", field=name)
    assert "given more than once" in repeated["detail"]


@pytest.mark.parametrize(("path", "name"), FILTERED)
def test_a_query_of_10_kb_is_too_long(samples_client, path, name):
    assert_problem(samples_client.get(f"{path}?{name}={'a' * 10_000}"), 414, "uri_too_long")
    assert_clear(samples_client.get(f"{path}?{name}={'a' * 7_000}"))
    assert_problem(samples_client.get(f"{path}?{'&'.join(f'{name}=1' for _ in range(400))}"), 422, "invalid_parameters")


@BOUNDED
@given(pair=st.sampled_from(FILTERED), value=ALL_TEXT)
def test_no_filter_fails_on_any_text(samples_client, pair, value):
    path, name = pair
    encoded = quote(value.encode("utf-8", "surrogatepass"))
    assert_clear(samples_client.get(f"{path}?{name}={encoded}"))


@BOUNDED
@given(path=st.sampled_from([*BY_NAME, *BY_ID, BY_NUMBER]), value=ALL_TEXT)
def test_no_address_fails_on_any_text(samples_client, path, value):
    assert_clear(sent_as_is(samples_client, path.replace("{}", quote(value.encode("utf-8", "surrogatepass"), safe=""))))


@pytest.mark.parametrize(("path", "method"), list(product(LISTS[:2], ["POST", "PUT", "PATCH", "DELETE"])))
def test_nobody_writes_here(samples_client, path, method):
    response = samples_client.open(path, method=method, json={"verdict": "supported"})
    assert_problem(response, 405, "method_not_allowed")


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "headers",
    [
        {"If-None-Match": '"' * 4000},
        {"If-None-Match": "W/" * 2000},
        {"If-None-Match": "\x80\xff"},
        {"If-Modified-Since": "Thu, 99 Foo 99999999999999999999 25:61:61 GMT"},
        {"Accept-Encoding": "gzip;q=9e999, *;q=-1"},
        {"Accept": "application/json;q=" + "1" * 400},
        {"X-Request-ID": "a" * 5000},
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher", "Forwarded": "host=evil.example"},
        {"Range": "bytes=0-10"},
        {"X-HTTP-Method-Override": "DELETE"},
        {"Cookie": "session=" + "x" * 4000},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_no_header_fails(samples_client, path, headers):
    response = samples_client.get(base(path).rstrip("?&"), headers=headers)
    assert response.status_code == 200
    assert b"evil.example" not in response.get_data()
    assert "evil.example" not in str(response.headers)


def test_a_token_that_nobody_has_is_refused_wherever_it_is_sent(samples_client):
    for path, header in product(LISTS, ("Bearer x", "Bearer ", "Basic eDp5", "Bearer \x80", "x" * 5000)):
        response = samples_client.get(base(path), headers={"Authorization": header})
        assert_problem(response, 401, "invalid_token")
