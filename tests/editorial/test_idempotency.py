"""``Idempotency-Key`` on every POST: a call that is repeated is answered as it was, and carried out once."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from annotations.errors import PublishingBusy
from annotations.store.editorial import StoredAnswer
from annotations.store.engine import read_session
from api.editorial import claims, writing
from tests.desk import PREFIX, Answered, Person, claim_body
from tests.editorial.changes import ALL, NEW, OF_SOMETHING, REASON, refused, rows

REPLAYED = "Idempotent-Replayed"
POSTS = [name for name in ALL if name.startswith("POST ")]


@pytest.fixture
def key(request):
    """A key that no other test uses."""
    return f"key of {request.node.name}"[:255].replace("–", "-")


def told(answered: Answered) -> tuple:
    """All of an answer that a repeated call must give again."""
    headers = answered.response.headers
    names = ("ETag", "Location", "Content-Type", "Cache-Control")
    return answered.status, answered.response.get_data(), [headers.get(name) for name in names]


def is_replay(answered: Answered) -> bool:
    return answered.response.headers.get(REPLAYED) == "true"


def kept(desk) -> int:
    with read_session(desk.engine) as session:
        return session.scalar(select(func.count()).select_from(StoredAnswer))


@pytest.mark.parametrize("name", POSTS)
def test_a_repeated_call_is_answered_as_it_was_and_done_once(situations, name, key):
    desk = situations.desk
    change = ALL[name](situations)
    etag = change.tag()
    first = change.send(etag=etag, key=key)
    assert first.status in {200, 201}, first.body
    assert not is_replay(first)
    after = rows(desk)
    for _ in range(2):
        again = change.send(etag=etag, key=key)
        assert told(again) == told(first)
        assert is_replay(again)
    # Whoever lost the answer may have lost the tag with it, or have read the new one.
    for tag in (None, change.tag()):
        assert told(change.send(etag=tag, key=key)) == told(first)
    answered = change.send(other=True, etag=change.tag(), key=key)
    refused(answered, 422, "idempotency_key_reused")
    assert not is_replay(answered)
    assert rows(desk) == after


def test_a_key_belongs_to_one_address(situations, key):
    desk, first, second = situations.desk, situations.draft("claims"), situations.draft("claims")
    desk.writer.do("POST", f"{first}/submit", on=first, key=key)
    before = rows(desk)
    for path in (f"{second}/submit", f"{first}/submit?a=1", f"{first}/withdrawal"):
        tag = desk.writer.get(second).etag
        answered = desk.writer.call("POST", path, REASON if path.endswith("al") else None, etag=tag, key=key)
        assert answered.status == 422, path
    assert rows(desk) == before
    desk.writer.do("POST", f"{second}/submit", on=second, key=f"{key}!")


def test_a_key_belongs_to_one_caller(situations, key):
    desk = situations.desk
    change = NEW["POST /annotations"](situations)
    answers = [person.call("POST", change.path, change.body, key=key) for person in (desk.writer, desk.contributor)]
    assert [answered.status for answered in answers] == [201, 201]
    assert answers[0].body["id"] != answers[1].body["id"]
    assert not any(map(is_replay, answers))
    # Another token of theirs is the same caller: the key is the person's.
    other = NEW["POST /claims"](situations)
    refused(desk.contributor.call("POST", other.path, other.body, key=key), 422, "idempotency_key_reused")


def _not_in_review(at):
    path = at.draft("claims")
    return at.desk.approver, f"{path}/approve", {}, path, 409, "transition_not_allowed"


def _own_work(at):
    path = at.in_review("claims")
    return at.desk.writer, f"{path}/approve", {}, path, 403, "four_eyes_required"


def _no_such_quote(at):
    change = NEW["POST /annotations"](at)
    body = {**change.body, "passage": {"quote": "not in there"}}
    return at.desk.writer, change.path, body, None, 422, "quote_not_found"


def _name_taken(at):
    body = {"slug": "common", **claim_body("cited")}
    return at.desk.writer, "/claims", body, None, 409, "slug_taken"


@pytest.mark.parametrize("situation", [_not_in_review, _own_work, _no_such_quote, _name_taken])
def test_a_refusal_is_kept_like_any_answer(situations, situation, key):
    desk = situations.desk
    person, path, body, on, status, code = situation(situations)
    etag = on and person.get(on).etag
    before = rows(desk)
    first = person.call("POST", path, body, etag=etag, key=key)
    after = rows(desk)
    again = person.call("POST", path, body, etag=etag, key=key)
    assert told(again) == told(first)
    assert (is_replay(first), is_replay(again)) == (False, True)
    refused(first, status, code)
    assert rows(desk) == after
    del before["idempotency_keys"], after["idempotency_keys"]
    assert before == after


def test_a_kept_refusal_does_not_end_when_its_cause_does(situations, key):
    desk, path = situations.desk, situations.draft("claims")
    etag = desk.approver.get(path).etag
    refused(desk.approver.call("POST", f"{path}/approve", {}, etag=etag, key=key), 409, "transition_not_allowed")
    desk.writer.do("POST", f"{path}/submit", on=path)
    again = desk.approver.call("POST", f"{path}/approve", {}, etag=desk.approver.get(path).etag, key=key)
    assert (again.status, is_replay(again)) == (409, True)
    desk.approver.do("POST", f"{path}/approve", {}, on=path, key=f"{key}!")


def test_what_asks_to_come_again_is_not_kept(situations, key):
    desk, path = situations.desk, situations.draft("claims")
    submit = f"{path}/submit"
    before = rows(desk)
    refused(desk.writer.call("POST", submit, key=key), 428, "precondition_required")
    refused(desk.writer.call("POST", submit, etag="*", key=key), 428, "precondition_required")
    refused(desk.writer.call("POST", submit, etag='"v0"', key=key), 412, "stale_version")
    stranger = Person(desk.app.test_client(), "cvt_0_0")
    refused(stranger.call("POST", submit, etag='"v1"', key=key), 401, "invalid_token")
    refused(desk.writer.call("POST", submit, {"no": "member"}, etag='"v0"', key=key), 422, "invalid_parameters", "no")
    refused(
        desk.writer.call("POST", submit, data=b"{", headers={"Content-Type": "text/csv"}, key=key),
        415,
        "unsupported_media_type",
    )
    refused(
        desk.writer.call("POST", submit, data=b"{", headers={"Content-Type": "application/json"}, key=key),
        400,
        "malformed_request",
    )
    assert rows(desk) == before
    done = desk.writer.do("POST", submit, on=path, key=key)
    assert not is_replay(done)


def test_answers_are_kept_for_a_day(situations, key):
    desk = situations.desk
    change = NEW["POST /annotations"](situations)
    start = datetime.now(UTC)
    first = change.send(key=key)
    with time_machine.travel(start + timedelta(hours=23, minutes=59)):
        assert told(change.send(key=key)) == told(first)
    with time_machine.travel(start + timedelta(hours=24, minutes=1)):
        before = kept(desk)
        second = change.send(key=key)
        assert (second.status, is_replay(second)) == (201, False)
        assert second.body["id"] != first.body["id"]
        # All that is older goes with it, whosesoever it is.
        assert kept(desk) == 1 <= before
        assert told(change.send(key=key)) == told(second)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("", "empty"),
        ("k" * 256, "longer than 255 characters"),
        ("a\tb", "a control character"),
        ("a\x7fb", "another one"),
        ("clé", "not ASCII"),
        (" ", "nothing but a space"),
    ],
)
def test_a_bad_key_is_refused(situations, bad, why):
    desk, path = situations.desk, situations.draft("claims")
    before = rows(desk)
    headers = {"Idempotency-Key": bad}
    answered = desk.writer.call("POST", f"{path}/submit", etag=desk.writer.get(path).etag, headers=headers)
    document = refused(answered, 422, "invalid_parameters", "Idempotency-Key")
    assert document["errors"][0]["location"] == "header", why
    assert rows(desk) == before


@pytest.mark.parametrize("good", ["k", "k" * 255, "a b", "~!\"#$%&'()*+,-./:;<=>?@[]^_`{|}"])
def test_a_good_key_is_taken(situations, good):
    change = NEW["POST /annotations"](situations)
    first = change.send(key=good)
    assert (first.status, is_replay(change.send(key=good))) == (201, True)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_only_posts_heed_a_key(situations, method, key):
    name = next(name for name in OF_SOMETHING if name.startswith(method))
    change, before = OF_SOMETHING[name](situations), kept(situations.desk)
    assert change.send(etag=change.tag(), key=key).status == 200
    # What makes these safe to repeat is the version that they name.
    refused(change.send(etag='"v1"', key=key), 412, "stale_version")
    assert kept(situations.desk) == before


def test_a_failure_after_the_work_leaves_neither_work_nor_key(situations, key, monkeypatch):
    desk, change = situations.desk, NEW["POST /claims"](situations)
    real, before = claims.write_claim, rows(situations.desk)

    def fail_afterwards(session, *args, **options):
        real(session, *args, **options)
        session.flush()
        raise RuntimeError("the plug was pulled")

    monkeypatch.setattr(claims, "write_claim", fail_afterwards)
    for _ in range(2):
        answered = change.send(key=key)
        refused(answered, 500, "internal_error")
        assert not is_replay(answered)
    assert rows(desk) == before
    monkeypatch.undo()
    done = change.send(key=key)
    assert (done.status, is_replay(done)) == (201, False)


def test_an_import_line_by_line_is_kept_with_what_it_made(situations, key):
    desk, change = situations.desk, NEW["POST /import"](situations)
    bad = b'{"type": "claim", "slug": "common", "text": "?"}'
    taken = json.dumps({"type": "claim", "slug": "common", **claim_body("cited")}).encode()
    lines = replace(change, body=b"\n".join((change.body, bad, taken, change.body)))
    before = rows(desk)
    # A key that cannot be kept is refused before anything is imported.
    refused(lines.send(headers={"Idempotency-Key": "k" * 256}), 422, "invalid_parameters", "Idempotency-Key")
    assert rows(desk) == before
    first = lines.send(key=key)
    results = [json.loads(line) for line in first.body.splitlines()]
    assert [result["status"] for result in results] == ["created", "failed", "failed", "created"]
    after = rows(desk)
    assert len(after["annotations"]) == len(before["annotations"]) + 2
    assert told(lines.send(key=key)) == told(first)
    assert rows(desk) == after


def test_a_busy_database_is_no_answer_to_keep(situations, key, monkeypatch):
    desk, change = situations.desk, NEW["POST /claims"](situations)
    real, before, asked = claims.write_claim, rows(situations.desk), []

    def busy(session, *args, **options):
        asked.append(real(session, *args, **options))
        raise PublishingBusy("another change is being written; try again")

    monkeypatch.setattr(claims, "write_claim", busy)
    monkeypatch.setattr(writing, "PATIENCE_SECONDS", 0.5)
    monkeypatch.setattr(writing, "PAUSE_SECONDS", 0.001)
    answered = change.send(key=key)
    refused(answered, 503, "publishing_busy")
    assert answered.response.headers["Retry-After"] == "1"
    assert len(asked) > 1
    assert rows(desk) == before
    monkeypatch.undo()
    assert change.send(key=key).status == 201


def test_a_replay_is_kept_by_no_cache_and_tells_its_own_request(situations, key):
    change = NEW["POST /claims"](situations)
    first, again = change.send(key=key), change.send(key=key)
    for answered in (first, again):
        assert answered.response.headers["Cache-Control"] == "private, no-store"
        assert answered.response.headers["Location"] == f"{PREFIX}/claims/{change.body['slug']}"
    assert first.response.headers["X-Request-ID"] != again.response.headers["X-Request-ID"]
