"""What every address of the API owes: methods, paths, parameters, negotiation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.converters import MAX_ORDINAL, MAX_SLUG_LENGTH
from api.negotiation import admits
from api.targets import MAX_TARGET_BYTES, path_fault, query_faults, target_length
from tests.api.conftest import PEBBLE_ID
from tests.problems import assert_problem

# Methods and addresses


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "BREW"])
@pytest.mark.parametrize("path", ["/v1/pebbles", "/v1/pebbles/1", "/health/live", "/openapi.json", "/docs"])
def test_another_method_is_told_which_there_are(http, method, path):
    response = http.open(path, method=method)
    assert_problem(response, 405, "method_not_allowed")
    assert {name.strip() for name in response.headers["Allow"].split(",")} == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize(
    "path",
    [
        "/v1/pebbles/",
        "/v1//pebbles",
        "/health/live/",
        "/openapi.json/",
        "/docs/",
        "/docs/assets/../docs.py",
        "/docs/assets/swagger-ui.js",
        "/static/x",
        "/",
    ],
)
def test_an_address_has_one_spelling(http, path):
    assert_problem(http.get(path), 404, "not_found")


@pytest.mark.parametrize(
    ("path", "found", "why"),
    [
        ("/v1/pebbles/1", True, "an ordinal"),
        ("/v1/pebbles/0", True, "the title's ordinal"),
        ("/v1/pebbles/01", False, "another spelling of 1"),
        ("/v1/pebbles/-1", False, "negative"),
        ("/v1/pebbles/+1", False, "a sign"),
        ("/v1/pebbles/1.0", False, "no integer"),
        ("/v1/pebbles/%D9%A1", False, "a digit that is not ASCII"),
        (f"/v1/pebbles/{MAX_ORDINAL}", False, "fits the column; there is no such pebble"),
        (f"/v1/pebbles/{MAX_ORDINAL + 1}", False, "over 2**31"),
        (f"/v1/pebbles/{2**63}", False, "over 2**63"),
        (f"/v1/pebbles/{'9' * 5000}", False, "over what Python reads"),
        (f"/v1/stones/{PEBBLE_ID}", True, "an id"),
        (f"/v1/stones/{str(PEBBLE_ID).upper()}", True, "an id in capitals is the same id (RFC 9562)"),
        (f"/v1/stones/{PEBBLE_ID.hex}", False, "an id without hyphens"),
        ("/v1/stones/1", False, "no id"),
        ("/v1/stones/{01a2008d-7400-7496-b766-b8a269a6993c}", False, "an id in braces"),
        ("/v1/rocks/big-rock", True, "a slug"),
        ("/v1/rocks/Big-Rock", False, "capitals"),
        ("/v1/rocks/big--rock", False, "two hyphens"),
        ("/v1/rocks/-rock", False, "a hyphen first"),
        ("/v1/rocks/r%C3%B6ck", False, "not ASCII"),
        ("/v1/rocks/big%2Frock", False, "a slash"),
        (f"/v1/rocks/{'r' * MAX_SLUG_LENGTH}", True, "as long as may be"),
        (f"/v1/rocks/{'r' * (MAX_SLUG_LENGTH + 1)}", False, "too long"),
        (f"/v1/rocks/{'r-' * 3000}", False, "far too long, and no slug"),
    ],
)
def test_what_does_not_fit_the_path_is_not_found(http, path, found, why):
    response = http.get(path)
    if found:
        assert response.status_code == 200, why
    else:
        assert_problem(response, 404, "not_found")


def test_addresses_are_built_from_the_same_names(edge):
    with edge.test_request_context():
        assert edge.url_map.bind("").build("pebbles.show_pebble", {"number": 3}) == "/v1/pebbles/3"


def test_a_body_on_get_is_passed_over(http):
    response = http.get("/v1/pebbles?limit=1", data=b"[" * 5000, content_type="application/json")
    assert response.status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "", "a b", "[", "user@evil.example:99999"])
def test_the_host_is_of_no_account(http, host):
    body = http.get("/v1/pebbles?limit=1", headers={"Host": host}).get_json()
    assert body["next"].startswith("https://caveat.example/base/v1/pebbles?")


def test_a_host_that_is_no_name_is_malformed(http):
    assert_problem(http.get("/v1/pebbles", headers={"Host": "x" * 300}), 400, "malformed_request")


# Parameters


@pytest.mark.parametrize(
    ("query", "fields", "why"),
    [
        ("topci=ms", ["topci"], "unknown"),
        ("a=1&b=2", ["a", "b"], "each unknown one is named"),
        ("a=1&limit=0&colour=x", ["a", "limit", "colour"], "whatever else is wrong, too"),
        ("limit=1&limit=2", ["limit"], "single, but repeated"),
        ("limit=1&limit=1", ["limit"], "repeated, though with one value"),
        ("limit=1&limit=2&a=1&colour=x", ["limit", "a", "colour"], "repeated beside other faults"),
        ("a=1&a=2", ["a"], "unknown and repeated"),
        ("Limit=1", ["Limit"], "case counts"),
        ("limit[]=1", ["limit[]"], "another name"),
        ("=1", [""], "no name"),
        ("colour=%FF", ["colour"], "no UTF-8"),
        ("colour=%C3", ["colour"], "a cut-off sequence"),
        ("colour=%C0%80", ["colour"], "an overlong NUL"),
        ("colour=%ED%A0%80", ["colour"], "a lone surrogate"),
        ("colour=%00", ["colour"], "NUL"),
        ("colour=%1B", ["colour"], "a control character"),
        ("colour=%C2%85", ["colour"], "a control character of the second block"),
        ("%FF=1", ["\ufffd"], "a name that is no UTF-8"),
        ("a%00=1", ["a\x00"], "a name with NUL"),
        ("a=%FF&b=%00&c=ok", ["a", "b"], "each one, and before anything else is looked at"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/pebbles", "/v1/pebbles/1"])
def test_a_faulty_parameter_is_named(http, path, query, fields, why):
    document = assert_problem(http.get(f"{path}?{query}"), 422, "invalid_parameters")
    named = [error["field"] or "" for error in document["errors"]]
    if path == "/v1/pebbles":
        assert sorted(named) == sorted(fields), why
    assert set(fields) <= set(named), why
    assert {error["location"] for error in document["errors"]} == {"query"}


def test_a_repeated_parameter_says_so(http):
    document = assert_problem(http.get("/v1/pebbles?colour=grey&colour=grey"), 422, "invalid_parameters", "colour")
    assert document["errors"][0]["reason"] == "is given more than once"
    assert document["detail"] == "colour: is given more than once"


@pytest.mark.parametrize("query", ["tags=a&tags=b", "tags=%09a%0Ab", "tags=100%25", "tags=100%", "tags=%zz", "", "&"])
def test_a_list_may_be_repeated_and_text_may_hold_anything_else(http, query):
    assert http.get(f"/v1/pebbles?{query}").status_code == 200


@pytest.mark.parametrize(
    ("path", "why"),
    [
        (b"/v1/a\x00b", "NUL"),
        (b"/v1/pebbles/1\n", "a newline, before which a pattern's end also matches"),
        (b"/v1/a\xffb", "no UTF-8"),
        (b"/v1/\xed\xa0\x80", "a lone surrogate"),
        (b"/v1/\xc0\xae", "an overlong dot"),
        (b"/docs\x00", "NUL"),
    ],
)
def test_an_ill_encoded_path_is_malformed(http, path, why):
    # The test client would put U+FFFD for what is no UTF-8; servers hand the decoded bytes on.
    response = http.get("/", environ_overrides={"PATH_INFO": path.decode("latin-1")})
    assert_problem(response, 400, "malformed_request")


def test_slashes_in_front_are_not_merged(http):
    assert_problem(http.get("/", environ_overrides={"PATH_INFO": "//v1/pebbles"}), 404, "not_found")


@pytest.mark.parametrize("query", ["tags=\xff", "tags=\x00", "\xff=1"])
def test_raw_bytes_in_a_query_are_faults_of_the_parameter(http, query):
    assert_problem(http.get("/v1/pebbles", environ_overrides={"QUERY_STRING": query}), 422, "invalid_parameters")


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/v1/" + "a" * (MAX_TARGET_BYTES - 4), "", 404),
        ("/v1/" + "a" * (MAX_TARGET_BYTES - 3), "", 414),
        ("/v1/pebbles", "tags=" + "a" * (MAX_TARGET_BYTES - 17), 200),
        ("/v1/pebbles", "tags=" + "a" * (MAX_TARGET_BYTES - 16), 414),
        ("/v1/" + "%C3%A9" * 1500, "", 414),
        ("/health/live", "a" * 10_000, 414),
    ],
)
def test_an_address_over_8_kib_is_too_long(http, path, query, status):
    response = http.get(f"{path}?{query}" if query else path)
    assert response.status_code == status
    if status == 414:
        assert_problem(response, 414, "uri_too_long")


@given(st.binary(), st.binary())
def test_no_target_raises(path, query):
    assert target_length(path, query) >= len(path)
    assert path_fault(path) is None or path_fault(path)
    assert all(fault.location == "query" and fault.reason for fault in query_faults(query))


# Negotiation


@pytest.mark.parametrize(
    ("header", "status", "why"),
    [
        (None, 200, "no preference"),
        ("", 200, "no preference"),
        ("*/*", 200, "anything"),
        ("application/*", 200, "anything of the kind"),
        ("application/json", 200, "this"),
        ("APPLICATION/JSON", 200, "case does not count"),
        ("application/json; charset=utf-8", 200, "parameters are passed over"),
        ("application/json;indent=2;q=0.1", 200, "wanted a little"),
        ("application/problem+json", 200, "errors only, at least"),
        ("text/html, application/xhtml+xml, */*;q=0.8", 200, "a browser"),
        ("text/html", 406, "another"),
        ("text/*, image/png", 406, "others"),
        ("application/json;q=0", 406, "forbidden"),
        ("application/json;q=0.000, text/html", 406, "forbidden, in zeros"),
        ("*/*;q=0", 406, "everything forbidden"),
        ("application/json;q=0, application/problem+json;q=0, */*", 406, "the exact range decides"),
        ("application/*;q=0, */*", 406, "the kind decides over anything"),
        ("application/*;q=0, application/json", 200, "the exact range decides"),
        ("application/xml", 406, "of the kind, but another"),
        ("json", 200, "no media type, so no preference"),
        (";;,,=", 200, "junk"),
        ("application/json;q=nan", 200, "no quality, so none stated"),
    ],
)
def test_accept(http, header, status, why):
    headers = {} if header is None else {"Accept": header}
    for path in ("/v1/pebbles", "/v1/pebbles/1", "/openapi.json", "/health/live"):
        response = http.get(path, headers=headers)
        assert response.status_code == status, why
        if status == 406:
            assert_problem(response, 406, "not_acceptable")


def test_a_page_for_people_takes_any_accept(http):
    assert http.get("/docs", headers={"Accept": "text/html"}).status_code == 200


@given(st.text())
def test_accept_never_raises(header):
    assert admits(header, "application/json") in (True, False)
