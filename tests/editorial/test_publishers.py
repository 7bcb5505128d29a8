"""Sixteen people publish at once through the API, while a reader polls ``seq > last`` in the publication log."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from annotations.store.engine import read_session
from annotations.store.log import LogRow
from annotations.store.publication_log import chain_is_whole
from annotations.vocabulary import Role
from tests.desk import Answered, Desk, Person, claim_body
from tests.services.public_view import PublicView
from tests.services.rules_hold import RULES
from tests.store.test_publishing_at_once import poll

pytestmark = pytest.mark.slow

PUBLISHERS, ROUNDS, PATIENCE = 16, 3, 20


def do(person: Person, method: str, path: str, body: object = None, etag: str | None = None) -> Answered:
    """A call that is sent again while others are in its way, as its answer asks for."""
    for _ in range(PATIENCE):
        answered = person.call(method, path, body, etag=etag)
        if answered.status != 503:
            assert answered.status in {200, 201}, answered.body
            return answered
        assert int(answered.response.headers["Retry-After"]) >= 1
    raise AssertionError(f"still busy: {answered.body}")


def publish(desk: Desk, author: Person, approver: Person, number: int) -> list[str]:
    """Publish a claim, then replace it; what each approval was of."""
    made = do(author, "POST", "/claims", {"slug": f"claim-{number}", **claim_body("cited", summary="Version 1.")})
    path, etag, published = f"/claims/claim-{number}", made.etag, []
    for version in range(1, ROUNDS + 1):
        if version > 1:
            etag = do(author, "PUT", path, claim_body("cited", summary=f"Version {version}."), etag).etag
        etag = do(author, "POST", f"{path}/submit", etag=etag).etag
        etag = do(approver, "POST", f"{path}/approve", {"change_kind": "minor"}, etag).etag
        published.append(f"{made.body['id']} {version}")
    return published


def test_a_reader_of_the_log_misses_nothing_and_sees_nothing_twice(desk):
    desk.source("cited")
    # The source is public from here on, so that every approval below is one row.
    desk.claim("first", "cited")
    people = [desk.person(f"publisher-{number}", Role.EDITOR) for number in range(PUBLISHERS)]
    done = threading.Event()
    with ThreadPoolExecutor(PUBLISHERS + 1) as threads:
        reader = threads.submit(poll, desk.engine, done, "claims")
        # Everybody approves what their neighbour wrote.
        at_work = [
            threads.submit(publish, desk, person, people[number - 1], number) for number, person in enumerate(people)
        ]
        try:
            published = [one for publisher in at_work for one in publisher.result()]
        finally:
            done.set()
        seen = reader.result()
    assert len(published) == PUBLISHERS * ROUNDS
    assert [row.seq for row in seen] == list(range(1, len(seen) + 1))
    assert chain_is_whole(seen)
    first, later = seen[:2], seen[2:]
    assert [row.event for row in first] == ["evidence.published", "claim.published"]
    assert sorted(f"{row.entity_id} {row.entity_version}" for row in later) == sorted(published)
    with read_session(desk.engine) as session:
        assert [row.hash for row in session.scalars(select(LogRow).order_by(LogRow.seq))] == [row.hash for row in seen]
        view = PublicView(session)
    for rule in RULES:
        rule(view)
