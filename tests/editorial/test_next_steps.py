"""What a refused call tells an editor to do next, and how a source is looked up by what names it."""

from __future__ import annotations

import pytest

from tests.desk import source_body
from tests.editorial.changes import REASON, SAVED, documented, refused, rows
from tests.problems import assert_problem

WITHDRAWABLE = ("articles", "claims", "annotations")
REQUESTS = [(kind, "withdrawal") for kind in WITHDRAWABLE] + [("claims", "merger")]


def asked(situations, kind, what):
    return situations.asked_to_merge() if what == "merger" else situations.asked_to_withdraw(kind)


@pytest.mark.parametrize(
    ("body", "reason"),
    [(None, None), ({}, None), ({"reason": None}, None), ({"reason": "It is right."}, "It is right.")],
    ids=["no body", "nothing in it", "null", "a reason"],
)
@pytest.mark.parametrize(("kind", "what"), REQUESTS)
def test_who_cancels_a_request_may_say_why_and_is_not_given_the_words_of_who_asked(
    situations, kind, what, body, reason
):
    path = asked(situations, kind, what)
    approver = situations.desk.approver
    approver.do("DELETE", f"{path}/{what}", body, on=path)
    steps = approver.get(f"{path}/history?limit=100").body["items"]
    told = {step["action"]: (step["actor"]["name"], step["reason"]) for step in steps}
    assert told[f"request_{what}"] == ("writer", REASON["reason"])
    assert told[f"cancel_{what}"] == ("approver", reason)


@pytest.mark.parametrize(("kind", "what"), REQUESTS)
def test_a_reason_that_cannot_be_kept_cancels_nothing(situations, kind, what):
    path = asked(situations, kind, what)
    before, tag = rows(situations.desk), situations.desk.approver.get(path).etag
    for body, code, field in (
        ({"reason": " "}, "invalid_text", "reason"),
        ({"reason": 1}, "invalid_parameters", "reason"),
        ({"why": "Because."}, "invalid_parameters", "why"),
    ):
        refused(situations.desk.approver.call("DELETE", f"{path}/{what}", body, etag=tag), 422, code, field)
    assert rows(situations.desk) == before


def test_the_document_says_which_bodies_may_be_left_out(shared_desk):
    paths = shared_desk.writer.get("/openapi.json").body["paths"]
    for name, method, required in (
        ("/claims/<slug:slug>/merger", "delete", False),
        ("/claims/<slug:slug>/withdrawal", "delete", False),
        ("/claims/<slug:slug>/merger", "post", True),
    ):
        assert paths[documented(name)][method]["requestBody"]["required"] is required


@pytest.mark.parametrize("kind", ["claims", "annotations"])
def test_an_approval_waits_for_the_answer_to_a_request_to_withdraw(situations, kind):
    desk, path = situations.desk, situations.published_twice(kind)
    saved = desk.writer.get(path).body["head"]["number"]
    desk.writer.do("PUT", path, SAVED[kind], on=path)
    desk.writer.do("POST", f"{path}/withdrawal", REASON, on=path)
    desk.writer.do("POST", f"{path}/submit", on=path)
    before, tag = rows(desk), desk.approver.get(path).etag
    document = refused(desk.approver.call("POST", f"{path}/approve", {}, etag=tag), 409, "transition_not_allowed")
    assert document["detail"] == "somebody asked that this be withdrawn; confirm or cancel that first"
    assert document["context"] == {"state": "in_review", "withdrawal_reason": REASON["reason"]}
    assert rows(desk) == before
    desk.approver.do("DELETE", f"{path}/withdrawal", on=path)
    desk.approver.do("POST", f"{path}/approve", {}, on=path)
    assert desk.writer.get(path).body["in_force"]["number"] == saved + 1


def test_a_step_that_is_not_possible_names_those_that_are(situations):
    desk, path = situations.desk, situations.draft("claims")
    answered = desk.approver.call("POST", f"{path}/approve", {}, etag=desk.approver.get(path).etag)
    document = refused(answered, 409, "transition_not_allowed")
    assert document["detail"] == "approve is not possible from draft; possible now: save, submit"
    assert document["context"] == {"state": "draft", "action": "approve", "possible": ["save", "submit"]}


@pytest.mark.parametrize(("method", "tail"), [("DELETE", ""), ("POST", "/confirm")])
def test_a_merger_that_nobody_asked_for_is_to_be_asked_for(situations, method, tail):
    desk, path = situations.desk, situations.published("claims")
    answered = desk.approver.call(method, f"{path}/merger{tail}", etag=desk.approver.get(path).etag)
    document = refused(answered, 409, "transition_not_allowed")
    assert document["detail"].endswith("to merge it, ask for it first")


@pytest.mark.parametrize(
    ("given", "spelling"),
    [
        ({"url": "https://doi.org/10.1000/next1"}, "10.1000/next1"),
        ({"url": "https://doi.org/10.1000/next2"}, "https://doi.org/10.1000/NEXT2"),
        ({"url": "http://dx.doi.org/10.1000/next3"}, "http://dx.doi.org/10.1000/next3"),
        ({"doi": "10.1000/next4"}, "https://dx.doi.org/10.1000/next4"),
    ],
)
def test_what_sending_would_find_is_found_by_asking_and_given_to_no_other(situations, given, spelling):
    writer, key, other = situations.desk.writer, situations.name(), situations.name()
    situations.desk.source(key, published=False, **given)
    found = writer.call("GET", "/evidence/by-identifier", query_string={"identifier": spelling})
    assert (found.status, found.body["key"], found.etag) == (200, key, writer.get(f"/evidence/{key}").etag)
    field = "url" if "://" in spelling else "doi"
    sent = writer.create("/evidence", {"key": other, **source_body(other, **{field: spelling})})
    assert (sent.status, sent.body["key"]) == (200, key)
    path = situations.desk.source(other, published=False)
    before = rows(situations.desk)
    answered = writer.call("PUT", path, source_body(other, **{field: spelling}), etag=writer.get(path).etag)
    assert refused(answered, 409, "slug_taken", field)["context"] == {"key": key}
    assert rows(situations.desk) == before


@pytest.mark.parametrize(
    ("spelling", "status", "code", "field"),
    [("10.1000/nobody", 404, "not_found", None), ("12345", 422, "invalid_input", "identifier")],
)
def test_what_names_no_source_is_told(situations, spelling, status, code, field):
    answered = situations.desk.writer.call("GET", "/evidence/by-identifier", query_string={"identifier": spelling})
    refused(answered, status, code, field)


def test_a_key_that_could_not_be_read_back_is_refused(situations, unchanged):
    body = {"key": "by-identifier", **source_body("by-identifier")}
    document = refused(situations.desk.writer.call("POST", "/evidence", body), 422, "invalid_input", "key")
    assert document["detail"] == "this name is taken by an address of the API; choose another key"


def test_a_status_is_reported_of_what_is_in_force_alone(situations):
    """What was turned down, or is still worked on, is not sent to review by somebody who only looked for notices."""
    desk, path = situations.desk, "/evidence/status-alone"
    notice = {"status": "no_notice", "status_checked_on": "2026-02-01"}
    desk.source("status-alone")
    desk.writer.do("PUT", path, source_body("status-alone", key_finding="A wrong finding."), on=path)
    assert_problem(
        desk.writer.call("POST", f"{path}/status", notice, etag=desk.writer.get(path).etag).response,
        409,
        "transition_not_allowed",
    )
    desk.writer.do("POST", f"{path}/submit", on=path)
    desk.approver.do("POST", f"{path}/reject", {"reason": "Wrong."}, on=path)
    head = desk.writer.do("POST", f"{path}/status", notice, on=path).body["head"]
    assert head["status_checked_on"] == "2026-02-01"
    assert head["key_finding"] == source_body("status-alone")["key_finding"]
