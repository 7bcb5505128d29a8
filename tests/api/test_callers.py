"""Who may read: credentials, and pages of other sites."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.permissions import Actor
from annotations.store.base import new_id
from annotations.vocabulary import Role
from api.auth import ANONYMOUS, Caller, authenticate
from api.cors import is_public
from api.problems import EdgeError
from tests.problems import assert_problem

# Credentials


@pytest.mark.parametrize(
    "header",
    ["Bearer abc", "bearer abc", "Bearer", "Bearer ", "", "abc", "Basic YTpi", "Bearer a b", "Bearer é", "Digest x=1"],
)
@pytest.mark.parametrize("path", ["/v1/pebbles", "/v1/pebbles/1", "/v1/nothing", "/v1", "/v1/pebbles?junk=1"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
def test_a_credential_that_is_not_known_is_never_anonymous(http, header, path, method):
    response = http.open(path, method=method, headers={"Authorization": header.encode().decode("latin-1")})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    if method != "HEAD":
        assert_problem(response, 401, "invalid_token")


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/docs", "/openapi.json"])
def test_credentials_are_passed_over_elsewhere(http, path):
    assert http.get(path, headers={"Authorization": "Bearer abc"}).status_code == 200


def test_a_look_up_can_be_put_in():
    partner = Actor(new_id(), "a partner", Role.CONTRIBUTOR)
    known = {"t0k3n=": partner}
    assert authenticate("Bearer t0k3n=", known.get) == Caller(partner)
    assert authenticate(" bearer   t0k3n= ", known.get) == Caller(partner)
    assert authenticate(None, known.get) is ANONYMOUS
    for header in ("Bearer other", "Basic t0k3n=", "t0k3n="):
        with pytest.raises(EdgeError):
            authenticate(header, known.get)


@given(st.text())
def test_no_header_makes_a_caller(header):
    with pytest.raises(EdgeError):
        authenticate(header)


# Origins


@pytest.mark.parametrize("path", ["/v1/pebbles", "/v1/nothing", "/v1/pebbles?junk=1", "/openapi.json", "/v1/pebbles/1"])
def test_any_site_may_read_what_is_public_errors_included(http, path):
    headers = http.get(path, headers={"Origin": "https://evil.example"}).headers
    assert headers["Access-Control-Allow-Origin"] == "*"
    exposed = {name.strip() for name in headers["Access-Control-Expose-Headers"].split(",")}
    assert exposed == {"ETag", "Link", "Last-Modified", "X-Request-ID", "Retry-After"}
    assert "Access-Control-Allow-Credentials" not in headers


@pytest.mark.parametrize("path", ["/v1/pebbles", "/v1/pebbles/1", "/openapi.json"])
def test_a_preflight_is_answered(http, path):
    response = http.options(
        path, headers={"Origin": "https://a.example", "Access-Control-Request-Method": "GET", "Accept": "text/html"}
    )
    assert response.status_code == 204
    assert response.get_data() == b""
    assert "Content-Type" not in response.headers
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    allowed = {name.strip() for name in response.headers["Access-Control-Allow-Headers"].split(",")}
    assert allowed == {"If-None-Match", "If-Modified-Since", "Authorization", "X-Request-ID"}
    assert "Access-Control-Allow-Credentials" not in response.headers


def test_options_elsewhere_names_the_methods_only(http):
    response = http.options("/health/live")
    assert response.status_code == 204
    assert {name.strip() for name in response.headers["Allow"].split(",")} == {"GET", "HEAD", "OPTIONS"}
    assert not [name for name, _ in response.headers if name.startswith("Access-Control")]
    assert_problem(http.options("/v1/nothing"), 404, "not_found")


@pytest.mark.parametrize(
    ("path", "public"),
    [
        ("/v1", True),
        ("/v1/articles", True),
        ("/v1/editorial", False),
        ("/v1/editorial/articles", False),
        ("/v1/editorials", True),
        ("/v10", False),
        ("/desk", False),
    ],
)
def test_what_is_public(path, public):
    assert is_public(path) is public
