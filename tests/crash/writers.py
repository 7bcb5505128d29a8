"""Sixteen people who write over the wire and remember what was acknowledged, whatever becomes of the server."""

from __future__ import annotations

import http.client
import itertools
import json
import threading
import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tests.desk import PREFIX, claim_body, note_body

TIMEOUT_SECONDS = 60.0
POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Call:
    """A write: who sends what; ``action`` on version ``number`` is what its history will say, ``words`` are in it."""

    token: str
    method: str
    path: str
    body: Any
    action: str
    number: int
    words: str
    etag: str | None = None
    key: str | None = None


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    body: Any
    etag: str | None


@dataclass(frozen=True)
class Acknowledged:
    """A write that was answered with a 2xx: what must be in the database from then on."""

    entity_id: UUID
    action: str
    number: int
    words: str
    lock_version: int


class Tally:
    """How many writes were acknowledged, of ``total`` that are to be."""

    def __init__(self, total: int) -> None:
        self.total = total
        self._count = 0
        self._changed = threading.Condition()

    @property
    def count(self) -> int:
        """So many until now."""
        return self._count

    def note(self) -> None:
        """One more."""
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    def wait_for(self, count: int, seconds: float) -> bool:
        """Wait until so many were acknowledged; False if they were not in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._count >= count, timeout=seconds)


class Writer:
    """Writes claims one after the other: create, save, submit, approve, and an annotation that makes each.

    A call that was sent and not answered is sent again, as it was: under its ``Idempotency-Key``, or on the version
    that it named.
    """

    def __init__(self, number: int, author: str, approver: str, tally: Tally) -> None:
        self.acknowledged: list[Acknowledged] = []
        self.in_doubt = False
        self.tally = tally
        self._number, self._author, self._approver = number, author, approver
        self._plan = self._calls()
        self._next = next(self._plan)

    def work(self, port: int) -> None:
        """Write to the server at ``port`` until all is written, or the server is gone."""
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)) as connection:
            while self.tally.count < self.tally.total:
                sent_before, self.in_doubt = self.in_doubt, True
                try:
                    reply = self._send(connection, self._next, sent_before)
                except (OSError, http.client.HTTPException):
                    return
                self.in_doubt = False
                self._note(self._next, reply)
                self._next = self._plan.send(reply)

    def _send(self, connection: http.client.HTTPConnection, call: Call, sent_before: bool) -> Reply:
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while True:
            reply, retry_after = _exchange(connection, call)
            if reply.status in {200, 201}:
                return reply
            if reply.status == 412 and sent_before and call.method == "PUT":
                # Saved without an answer: then what is there now is what was sent.
                current = reply.body["context"]["current"]
                assert current["head"]["summary"] == call.words, reply.body
                return Reply(200, current, reply.etag)
            assert reply.status == 503, (call, reply)
            assert retry_after is not None
            assert time.monotonic() < deadline, "the server stayed busy"
            # Whether a write that met a database going down was done is not known.
            sent_before = True
            time.sleep(POLL_SECONDS)

    def _note(self, call: Call, reply: Reply) -> None:
        assert reply.etag is not None
        self.acknowledged.append(
            Acknowledged(UUID(reply.body["id"]), call.action, call.number, call.words, int(reply.etag.strip('"v')))
        )
        self.tally.note()

    def _calls(self) -> Generator[Call, Reply]:
        for number in itertools.count(1):
            slug = f"claim-{self._number}-{number}"
            etag = yield from self._claim(slug)
            del etag
            yield from self._note_on(slug, publish=number % 3 == 0)

    def _claim(self, slug: str) -> Generator[Call, Reply, str | None]:
        path, first, second = f"/claims/{slug}", f"Draft of {slug}.", f"Summary of {slug}."
        new = {"slug": slug, **claim_body("cited", summary=first)}
        made = yield Call(self._author, "POST", "/claims", new, "create", 1, first, key=f"create {slug}")
        saved = yield Call(
            self._author, "PUT", path, claim_body("cited", summary=second), "save", 2, second, etag=made.etag
        )
        return (yield from self._review(path, 2, second, saved.etag))

    def _note_on(self, slug: str, *, publish: bool) -> Generator[Call, Reply]:
        words = f"Note on {slug}."
        new = {"article": "common", "passage": {"quote": "cures migraine"}, **note_body(slug, note=words)}
        made = yield Call(self._author, "POST", "/annotations", new, "create", 1, words, key=f"note on {slug}")
        if publish:
            yield from self._review(f"/annotations/{made.body['id']}", 1, words, made.etag)

    def _review(self, path: str, number: int, words: str, etag: str | None) -> Generator[Call, Reply, str | None]:
        submit, approve = f"{path}/submit", f"{path}/approve"
        sent = yield Call(self._author, "POST", submit, None, "submit", number, words, etag=etag, key=f"submit {path}")
        done = yield Call(
            self._approver, "POST", approve, {}, "approve", number, words, etag=sent.etag, key=f"approve {path}"
        )
        return done.etag


def _exchange(connection: http.client.HTTPConnection, call: Call) -> tuple[Reply, str | None]:
    headers = {"Authorization": f"Bearer {call.token}"}
    headers |= {"If-Match": call.etag} if call.etag else {}
    headers |= {"Idempotency-Key": call.key} if call.key else {}
    body = None
    if call.body is not None:
        body, headers["Content-Type"] = json.dumps(call.body), "application/json"
    connection.request(call.method, PREFIX + call.path, body=body, headers=headers)
    response = connection.getresponse()
    content = response.read()
    return Reply(response.status, json.loads(content), response.getheader("ETag")), response.getheader("Retry-After")
