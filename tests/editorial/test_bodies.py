"""What editors send: every fault is named, none is a failure of the server, and none leaves a trace."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.editorial.bodies import MAX_JSON_BYTES
from tests.desk import claim_body
from tests.editorial.changes import ALL, NEW, refused

JSON = {"Content-Type": "application/json"}
GOOD = claim_body("cited")


def written(slug: str = "a-new-claim", **members: Any) -> bytes:
    return json.dumps({"slug": slug, **GOOD, **members}).encode()


def with_text(text: str) -> bytes:
    """A claim whose text is written as it is given, escapes and all."""
    return written(text="TEXT").replace(b'"TEXT"', text.encode())


def nested(depth: int) -> bytes:
    return with_text("[" * depth + "]" * depth)


NOT_JSON = [
    (b"{", "unfinished"),
    (b"", "no members at all", 422),
    (b" ", "a space is no value"),
    (b"\xff\xfe{}", "not UTF-8"),
    (b"\xef\xbb\xbf{}", "a byte order mark (RFC 8259, section 8.1)"),
    (b"{'slug': 1}", "quotes of another language"),
    (b'{"slug": "a",}', "a comma too many"),
    (written() + b"{}", "two values"),
    (b'{"slug": "a", "slug": "b"}', "a member given twice: which one was meant?"),
    (with_text('{"a": 1, "a": 1}'), "a member given twice, deep inside"),
    (with_text("NaN"), "no number of JSON's"),
    (with_text("-Infinity"), "nor this"),
    (with_text("9" * 20_000), "a number of 20,000 digits"),
    (nested(100), "nested deeper than any body has to be"),
    (nested(400), "deeper"),
    (nested(1_000), "so deep that reading it would overflow"),
    (nested(100_000), "so deep that parsing it would"),
    (with_text('{"a":' * 900 + "1" + "}" * 900), "nested in objects"),
    (with_text('"\t"'), "a tab that is not escaped"),
    (with_text('"\x00"'), "a NUL that is not escaped"),
]


@pytest.mark.parametrize(("data", "status"), [pytest.param(row[0], (*row[2:], 400)[0], id=row[1]) for row in NOT_JSON])
def test_what_is_no_strict_json_is_refused(situations, unchanged, data, status):
    answered = situations.desk.writer.call("POST", "/claims", data=data, headers=JSON)
    refused(answered, status, {400: "malformed_request", 422: "invalid_parameters"}[status])


WRONG = [
    ({"color": "red"}, "color", "a member that nobody knows"),
    ({"Text": "a"}, "Text", "members are compared by character"),
    (
        {"evidence": [{"evidence": "cited", "stance": "qualifies", "why": "y", "weight": 1}]},
        "evidence.0.weight",
        "deep",
    ),
    ({"text": None}, "text", "null where a text must be"),
    ({"text": 1}, "text", "a number for a text"),
    ({"text": ["a"]}, "text", "a list for a text"),
    ({"text": {}}, "text", "an object for a text"),
    ({"text": True}, "text", "a truth value for a text"),
    ({"text": ""}, "text", "an empty text"),
    ({"text": " \n"}, "text", "a text of spaces"),
    ({"text": "a\x00b"}, "text", "a NUL, which PostgreSQL cannot store"),
    ({"text": "a\x07b"}, "text", "a bell"),
    ({"text": "a\x1bb"}, "text", "an escape"),
    ({"text": "a\x85b"}, "text", "a control character beyond ASCII"),
    ({"text": "a" * 5_001}, "text", "too long"),
    ({"text": "a\ud800b"}, "text", "half a character"),
    (
        {"evidence": [{"evidence": "cited", "stance": "qualifies", "why": "\udfff"}]},
        "evidence.0.why",
        "half of one, deep",
    ),
    ({"slug": "a\x00b"}, "slug", "a NUL in a name"),
    ({"slug": "A B"}, "slug", "no slug"),
    ({"slug": "a" * 101}, "slug", "a slug that is too long"),
    ({"slug": 7}, "slug", "a number for a slug"),
    ({"verdict": "wrong"}, "verdict", "no verdict"),
    ({"verdict": 2}, "verdict", "its number on the scale is not its name"),
    ({"verdict": None}, "verdict", "no verdict at all"),
    ({"verdict": []}, "verdict", "what cannot be looked up"),
    ({"certainty": "LOW"}, "certainty", "in capitals"),
    ({"evidence": {}}, "evidence", "an object for a list"),
    ({"evidence": "cited"}, "evidence", "a text for a list"),
    ({"evidence": [1]}, "evidence.0", "a number for an object"),
    ({"evidence": [None]}, "evidence.0", "null for an object"),
    ({"evidence": [[]]}, "evidence.0", "a list for an object"),
    ({"evidence": [{"stance": "qualifies", "why": "y"}]}, "evidence.0.evidence", "a source without its key"),
    ({"evidence": [{"evidence": "x\x00", "stance": "qualifies", "why": "y"}]}, "evidence.0.evidence", "NUL in a key"),
    ({"evidence": [{"evidence": "none", "stance": "qualifies", "why": "y"}]}, "evidence.0.evidence", "no such source"),
    ({"searched_on": "yesterday"}, "searched_on", "no day"),
    ({"searched_on": 20260101}, "searched_on", "a number for a day"),
    ({"searched_on": "2026-02-30"}, "searched_on", "a day that never was"),
    ({"searched_on": "2999-01-01", "search_record": "x"}, "searched_on", "a day to come"),
]


@pytest.mark.parametrize(("members", "field"), [pytest.param(*row[:2], id=row[2]) for row in WRONG])
def test_every_fault_of_a_claim_is_named(situations, unchanged, members, field):
    answered = situations.desk.writer.call("POST", "/claims", data=written(**members), headers=JSON)
    assert answered.status == 422, answered.body
    document = refused(answered, 422, answered.body["code"], field)
    assert {error["location"] for error in document["errors"]} == {"body"}


OTHER_FAULTS = [
    ("POST /evidence", {"year": 10**12}, "year", "more than any column holds"),
    ("POST /evidence", {"year": "2020"}, "year", "digits in quotes"),
    ("POST /evidence", {"year": 2020.5}, "year", "half a year"),
    ("POST /evidence", {"year": True}, "year", "true is no year"),
    ("POST /evidence", {"participants": -1}, "participants", "fewer than none"),
    ("POST /evidence", {"participants": 10**30}, "participants", "more people than there are"),
    ("POST /evidence", {"participants": int("9" * 4_000)}, "participants", "4,000 digits"),
    ("POST /evidence", {"doi": "nonsense"}, "doi", "no DOI"),
    ("POST /evidence", {"doi": "10.1000/\x00"}, "doi", "a NUL in an identifier"),
    ("POST /evidence", {"url": "javascript:alert(1)"}, "url", "no address"),
    ("POST /annotations", {"claim": "x\x00"}, "claim", "a NUL in the name of something that is looked up"),
    ("POST /annotations", {"article": "x\x00"}, "article", "another"),
    ("POST /annotations", {"claim": "none"}, "claim", "no such claim"),
    ("POST /annotations", {"article": "none"}, "article", "no such article"),
    ("POST /annotations", {"severity": 2**63}, "severity", "more than any column holds"),
    ("POST /annotations", {"severity": 1.0}, "severity", "a fraction for a grade"),
    ("POST /annotations", {"categories": ["nonsense"]}, "categories.0", "no category"),
    ("POST /annotations", {"passage": None}, "passage", "nowhere"),
    ("POST /annotations", {"passage": {"quote": "x", "start": 1}}, "passage.end", "half a position"),
    ("POST /annotations", {"passage": {"ordinal": 2**31, "quote": "x"}}, "passage.ordinal", "too far down"),
    ("POST /annotations", {"passage": {"ordinal": 1, "start": -1, "end": 2}}, "passage.start", "before the start"),
    ("POST /articles", {"text": "a\ud800"}, "text", "half a character in a text"),
    ("POST /articles", {"format": "docx"}, "format", "no such format"),
    ("POST /articles", {"published_at": "2026-01-01"}, "published_at", "a day is no time"),
    ("POST /articles", {"published_at": "0001-01-01T00:00:00+14:00"}, "published_at", "before the first year"),
    ("POST /articles", {"topics": "health"}, "topics", "a text for a list"),
    ("POST /articles", {"language": "english please"}, "language", "no language tag"),
    ("POST /articles", {"canonical_url": "//x"}, "canonical_url", "half an address"),
]


@pytest.mark.parametrize(("name", "members", "field"), [pytest.param(*row[:3], id=row[3]) for row in OTHER_FAULTS])
def test_every_fault_of_other_things_is_named(situations, unchanged, name, members, field):
    change = NEW[name](situations)
    data = json.dumps({**change.body, **members}).encode()
    answered = change.by.call("POST", change.path, data=data, headers=JSON)
    assert answered.status == 422, answered.body
    refused(answered, 422, answered.body["code"], field)


HOSTILE = [
    (b"[]", 422),
    (b'["a"]', 422),
    (b"null", 422),
    (b'"text"', 422),
    (b"0", 422),
    (b'{"\\ud800": 1}', 422),
    (b'{"no such member": 1}', 422),
    (b'{"": 1}', 422),
    (b'{"reason": "\\u0000"}', 422),
    (b"{", 400),
    (b"[" * 1_000 + b"]" * 1_000, 400),
    (b"1" * 20_000, 400),
    (b'{"a": NaN}', 400),
    (b"\x00", 400),
]


def address_of_nothing(rule: str) -> str:
    """An address by ``rule`` where nothing is; what is sent there is looked at first."""
    for part, value in {"slug:slug": "nothing", "slug:key": "nothing", "ordinal:number": "1"}.items():
        rule = rule.replace(f"<{part}>", value)
    return rule.replace("<uuid:annotation_id>", "01b30000-0000-7000-8000-000000000000")


@pytest.mark.parametrize("name", sorted(set(ALL) - {"POST /import"}))
def test_no_address_fails_on_hostile_bodies(situations, unchanged, name):
    method, rule = name.split(" ", 1)
    path, admin = address_of_nothing(rule), situations.desk.admin
    for data, status in HOSTILE:
        answered = admin.call(method, path, data=data, headers=JSON)
        assert answered.status == status, (data[:30], answered.body)
        document = refused(answered, status, {400: "malformed_request", 422: "invalid_parameters"}[status])
        assert status == 400 or document["errors"], data[:30]
    for media_type in ("text/plain", "application/x-www-form-urlencoded", "application/xml", "json"):
        answered = admin.call(method, path, data=b'{"a": 1}', headers={"Content-Type": media_type})
        refused(answered, 415, "unsupported_media_type")
    refused(admin.call(method, f"{path}?colour=red", {}), 422, "invalid_parameters", "colour")


def test_no_import_fails_on_hostile_lines(situations, unchanged):
    lines = b"\n".join(data for data, _ in HOSTILE)
    answered = situations.desk.writer.call(
        "POST", "/import", data=lines, headers={"Content-Type": "application/x-ndjson"}
    )
    results = [json.loads(line) for line in answered.body.splitlines()]
    assert answered.status == 200
    assert [result["status"] for result in results] == ["failed"] * len(HOSTILE)
    assert all(result["error"]["detail"] for result in results)


def test_html_in_what_readers_are_shown_goes(situations):
    """What was pasted from elsewhere is words and no markup, in claims and sources as in notes."""
    writer, markup = situations.desk.writer, "<script>alert(1)</script>It <b>cures</b> nobody, p < 0.05."
    claim = NEW["POST /claims"](situations).body | {"slug": "with-markup", "summary": markup, "text": markup}
    source = NEW["POST /evidence"](situations).body | {"key": "with-markup", "title": markup, "key_finding": markup}
    head = writer.create("/claims", claim).body["head"]
    assert (head["summary"], head["text"]) == ("It cures nobody, p < 0.05.",) * 2
    source["url"] = "https://sources.example/with-markup"
    head = writer.create("/evidence", source).body["head"]
    assert (head["title"], head["key_finding"]) == ("It cures nobody, p < 0.05.",) * 2


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.just("\x00")
    | st.just("\ud83d"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
ALSO_NAMED = {"text": ("title",)}
"""What may be at fault in a text: the title that it begins with."""


@pytest.mark.parametrize("name", ["POST /articles", "POST /claims", "POST /evidence", "POST /annotations"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_value_for_any_member_is_taken_or_named(situations, name, data):
    change = NEW[name](situations)
    member = data.draw(st.sampled_from(sorted(change.other)))
    value = data.draw(JSON_VALUES)
    sent = json.dumps({**change.body, member: value}).encode()
    answered = change.by.call("POST", change.path, data=sent, headers=JSON)
    if answered.status not in {200, 201, 409}:
        assert answered.status in {400, 422}, answered.body
        document = refused(answered, answered.status, answered.body["code"])
        faults = [error["field"] for error in document.get("errors", [])]
        named = (member, *ALSO_NAMED.get(member, ()))
        assert answered.status == 400 or any(fault.startswith(named) for fault in faults), document


@pytest.mark.parametrize("data", [b" " * (MAX_JSON_BYTES + 1), b'{"text": "' + b"a" * MAX_JSON_BYTES + b'"}'])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_the_limit_is_refused(situations, unchanged, data, chunked):
    for path in ("/claims", "/articles"):
        answered = situations.desk.writer.call("POST", path, headers=JSON, **body_of(data, chunked))
        refused(answered, 413, "content_too_large")


def body_of(data: bytes, chunked: bool) -> dict[str, Any]:
    """How a client sends it: with its length, or in chunks that a server hands on until they end."""
    if not chunked:
        return {"data": data}
    return {
        "input_stream": io.BytesIO(data),
        "environ_overrides": {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    }


def test_a_body_in_chunks_is_read(situations):
    data = written(situations.name())
    answered = situations.desk.writer.call("POST", "/claims", headers=JSON, **body_of(data, chunked=True))
    assert answered.status == 201


class Endless(io.RawIOBase):
    """A body that never ends, and counts how much of it was read."""

    total = 0

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return offset

    def readinto(self, buffer) -> int:
        self.total += len(buffer)
        buffer[:] = b" " * len(buffer)
        return len(buffer)


def test_no_more_is_read_than_can_be_taken(situations):
    body = Endless()
    environ = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    answered = situations.desk.writer.call(
        "POST", "/claims", headers=JSON, input_stream=body, environ_overrides=environ
    )
    refused(answered, 413, "content_too_large")
    assert body.total < 2 * MAX_JSON_BYTES
