"""Compressed answers, beside conditional requests and HEAD."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.compression import allowed_encodings


@pytest.mark.parametrize(
    ("accepts", "chosen", "why"),
    [
        ("gzip", "gzip", "the one named"),
        ("br", "br", "the one named"),
        ("zstd", "zstd", "the one named"),
        ("gzip, deflate, br, zstd", "zstd", "ours is the choice among equals"),
        ("gzip;q=1.0, br;q=0.5", "gzip", "the caller's preference"),
        ("*", "zstd", "any"),
        ("*, zstd;q=0", "br", "any but one"),
        ("gzip;q=0", None, "forbidden"),
        ("gzip; q=0.000, identity", None, "forbidden, with a space and zeros"),
        ("*;q=0", None, "everything forbidden"),
        ("identity", None, "none wanted"),
        ("identity;q=0.5, gzip;q=0.1", None, "none preferred"),
        ("deflate, lzma", None, "none of ours"),
        ("", None, "empty"),
        (None, None, "no header"),
        (";;,=,q=1;q=q", None, "junk"),
    ],
)
def test_compression_leaves_the_tag_and_tells_the_length(http, accepts, chosen, why):
    plain = http.get("/v1/pebbles")
    headers = {} if accepts is None else {"Accept-Encoding": accepts}
    response = http.get("/v1/pebbles", headers=headers)
    assert response.headers.get("Content-Encoding") == chosen, why
    assert response.headers["ETag"] == plain.headers["ETag"]
    assert response.headers["Vary"] == "Accept, Accept-Encoding"
    assert int(response.headers["Content-Length"]) == len(response.get_data())
    assert (len(response.get_data()) < len(plain.get_data())) is (chosen is not None)
    again = http.get("/v1/pebbles", headers={**headers, "If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


@given(st.text())
def test_accept_encoding_never_raises(header):
    assert "q=0," not in allowed_encodings(header)


@pytest.mark.parametrize("accepts", ["identity", "gzip", "br", "zstd"])
@pytest.mark.parametrize("path", ["/v1/pebbles?limit=3", "/v1/pebbles/1", "/v1/nothing", "/health/live", "/docs"])
def test_head_is_get_without_its_body(http, path, accepts):
    headers = {"Accept-Encoding": accepts, "X-Request-ID": "same"}
    full, head = http.get(path, headers=headers), http.head(path, headers=headers)
    assert head.status_code == full.status_code
    assert sorted(head.headers) == sorted(full.headers)
    assert head.get_data() == b""


def test_conditions_are_evaluated_once(http):
    # A date in the future is passed over (RFC 9110, section 13.1.3); Flask-Compress would take it for a condition met.
    condition = {"If-Modified-Since": "Fri, 22 Nov 2999 12:00:00 GMT"}
    for accepts in ("identity", "gzip"):
        assert http.get("/v1/pebbles", headers={**condition, "Accept-Encoding": accepts}).status_code == 200
