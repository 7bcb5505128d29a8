"""Every change that the editorial API takes, each in a situation of its own in which it can be made.

Tests walk :data:`NEW` and :data:`OF_SOMETHING`; one compares the two with the application's own table of routes.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from api.access import access_table
from tests.desk import PREFIX, Answered, Desk, Person, claim_body, note_body, source_body
from tests.problems import assert_problem
from tests.services.newsroom import dump

TEXT = "# A pill\n\nThe pill cures migraine in a week. Doctors say so.\n\nIt costs little."
_LONGER = {"text": f"{TEXT}\n\nMore.", "format": "markdown"}
REASON = {"reason": "Because it is so."}


@dataclass(frozen=True)
class Change:
    """A call that changes something.

    Attributes:
        by: who sends it.
        method, path, body: what they send; the path below the editorial prefix.
        other: another body that would be taken as well.
        on: the address of what it changes; None where it makes something new.
        headers: sent along.
    """

    by: Person
    method: str
    path: str
    body: Any = None
    other: Any = field(default_factory=dict)
    on: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def send(
        self, *, other: bool = False, etag: str | None = None, headers: Mapping[str, str] | None = None, **options: Any
    ) -> Answered:
        """Send it; ``other``: with the other body."""
        body = self.other if other else self.body
        sent = {**self.headers, **(headers or {})}
        if isinstance(body, bytes):
            return self.by.call(self.method, self.path, data=body, etag=etag, headers=sent, **options)
        return self.by.call(self.method, self.path, body, etag=etag, headers=sent, **options)

    def tag(self) -> str | None:
        """The entity tag of what it changes, as it is now."""
        return None if self.on is None else self.by.get(self.on).etag


class Situations:
    """Makes things in any state on ``desk``, each under a name of its own."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._names = itertools.count(1)
        desk.source("cited")
        desk.source("cited-too")
        desk.claim("common", "cited")
        desk.article("common", TEXT)

    def name(self) -> str:
        """A name that nothing has yet."""
        return f"thing-{next(self._names)}"

    def draft(self, kind: str) -> str:
        """The address of something new, as a draft of the writer's."""
        name = self.name()
        if kind == "claims":
            return self.desk.claim(name, "cited", published=False)
        if kind == "evidence":
            return self.desk.source(name, published=False)
        return self.desk.note("common", "cures migraine", "common", published=False)

    def in_review(self, kind: str) -> str:
        """The address of something that waits for its review."""
        path = self.draft(kind)
        self.desk.writer.do("POST", f"{path}/submit", on=path)
        return path

    def published(self, kind: str) -> str:
        """The address of something public."""
        if kind == "articles":
            return self.desk.article(self.name(), TEXT)
        return self.desk.review(self.draft(kind))

    def published_twice(self, kind: str) -> str:
        """The address of something public whose first version is in force no longer."""
        path = self.published(kind)
        if kind == "articles":
            self.desk.writer.do("POST", f"{path}/revisions", _LONGER, on=path)
            return path
        key = path.rpartition("/")[2]
        again = source_body(key, key_finding="Saved.") if kind == "evidence" else SAVED[kind]
        self.desk.writer.do("PUT", path, again, on=path)
        return self.desk.review(path)

    def asked_to_withdraw(self, kind: str) -> str:
        """The address of something whose withdrawal the writer asked for."""
        path = self.published(kind)
        self.desk.writer.do("POST", f"{path}/withdrawal", REASON, on=path)
        return path

    def asked_to_merge(self) -> str:
        """The address of a claim that the writer asked to be merged."""
        path = self.published("claims")
        self.desk.writer.do("POST", f"{path}/merger", {"into": "common", **REASON}, on=path)
        return path

    def flagged_claim(self) -> str:
        """The address of a claim one of whose two sources was retracted."""
        retracted, claim = self.name(), self.name()
        self.desk.source(retracted)
        path = self.desk.claim(claim, "cited", retracted)
        source = f"/evidence/{retracted}"
        notice = {"status": "retracted", "status_checked_on": "2026-02-01", "status_notice": "Made up."}
        self.desk.writer.do("POST", f"{source}/status", notice, on=source)
        self.desk.approver.do("POST", f"{source}/approve", {}, on=source)
        return path

    def rechecked_note(self) -> str:
        """The address of an annotation in whose place a pending notice stands."""
        path = self.published("annotations")
        self.desk.approver.do("POST", f"{path}/recheck", on=path)
        return path


Situation = Callable[[Situations], Change]


def _new_article(at: Situations) -> Change:
    body = {"slug": at.name(), "text": TEXT, "format": "markdown"}
    return Change(at.desk.writer, "POST", "/articles", body, {**body, "publisher": "Somebody"})


def _new_claim(at: Situations) -> Change:
    body = {"slug": at.name(), **claim_body("cited")}
    return Change(at.desk.writer, "POST", "/claims", body, {**body, "summary": "Another."})


def _new_source(at: Situations) -> Change:
    key = at.name()
    body = {"key": key, **source_body(key)}
    return Change(at.desk.writer, "POST", "/evidence", body, {**body, "authors": "Another"})


def _new_note(at: Situations) -> Change:
    body = {"article": "common", "passage": {"quote": "costs little"}, **note_body("common")}
    return Change(at.desk.writer, "POST", "/annotations", body, {**body, "note": "Another."})


def _import(at: Situations) -> Change:
    # An annotation has no name that would keep a second one out.
    note = {"type": "annotation", "article": "common", "passage": {"quote": "costs little"}, **note_body("common")}
    lines = (json.dumps(note).encode(), json.dumps({**note, "note": "Another."}).encode())
    return Change(at.desk.writer, "POST", "/import", *lines, headers={"Content-Type": "application/x-ndjson"})


def _preview(at: Situations) -> Change:
    path = at.published("articles")
    body = {"text": f"{TEXT}\n\nMore.", "format": "markdown"}
    return Change(at.desk.writer, "POST", f"{path}/revisions/preview", body, {**body, "text": f"{TEXT}\n\nLess."})


NEW: dict[str, Situation] = {
    "POST /articles": _new_article,
    "POST /claims": _new_claim,
    "POST /evidence": _new_source,
    "POST /annotations": _new_note,
    "POST /import": _import,
    "POST /articles/<slug:slug>/revisions/preview": _preview,
}
"""The changes that make something new or nothing at all, so that there is no version to name."""

RULES = {
    "claims": "/claims/<slug:slug>",
    "evidence": "/evidence/<slug:key>",
    "annotations": "/annotations/<uuid:annotation_id>",
    "articles": "/articles/<slug:slug>",
}
OTHER_REASON = {"reason": "For another reason."}
OF_SOMETHING: dict[str, Situation] = {}
"""The changes of something that is there."""


def _on(make: Callable[[Situations], str], who: str, step: str, body: Any, other: Any, at: Situations) -> Change:
    method, _, tail = step.partition(" ")
    path = make(at)
    return Change(getattr(at.desk, who), method, path + tail, body, other, on=path)


def _add(
    kind: str, step: str, make: Callable[[Situations], str], who: str, body: Any = None, other: Any = None
) -> None:
    method, _, tail = step.partition(" ")
    if other is None:
        other = {} if body is None else body
    OF_SOMETHING[f"{method} {RULES[kind]}{tail}"] = partial(_on, make, who, step, body, other)


def _in_state(state: str, kind: str) -> Callable[[Situations], str]:
    return lambda at: getattr(at, state)(kind)


SAVED = {
    "claims": claim_body("cited", summary="Saved."),
    "evidence": source_body("saved"),
    "annotations": note_body("common", note="Saved."),
}
for _kind, _saved in SAVED.items():
    _add(_kind, "PUT ", _in_state("draft", _kind), "writer", _saved)
    _add(_kind, "POST /submit", _in_state("draft", _kind), "writer")
    _add(_kind, "POST /request-changes", _in_state("in_review", _kind), "approver", REASON, OTHER_REASON)
    _add(_kind, "POST /reject", _in_state("in_review", _kind), "approver", REASON, OTHER_REASON)
    _add(_kind, "POST /approve", _in_state("in_review", _kind), "approver", {}, {"change_kind": "minor"})
for _kind in ("articles", "claims", "annotations"):
    _add(_kind, "POST /withdrawal", _in_state("published", _kind), "writer", REASON, OTHER_REASON)
    _add(_kind, "DELETE /withdrawal", _in_state("asked_to_withdraw", _kind), "approver")
    _add(_kind, "POST /withdrawal/confirm", _in_state("asked_to_withdraw", _kind), "approver")

for _kind in RULES:
    OF_SOMETHING[f"POST {RULES[_kind]}/versions/<ordinal:number>/redact"] = partial(
        _on, _in_state("published_twice", _kind), "admin", "POST /versions/1/redact", REASON, OTHER_REASON
    )

_MERGER = {"into": "common", **REASON}
_NO_NOTICE = {"status": "no_notice", "status_checked_on": "2026-02-01"}
_add("claims", "POST /reconfirm", Situations.flagged_claim, "approver", REASON, OTHER_REASON)
_add("claims", "PUT /review-due", _in_state("published", "claims"), "writer", {"due_on": "2099-01-01"})
_add("claims", "POST /merger", _in_state("published", "claims"), "writer", _MERGER, {**_MERGER, **OTHER_REASON})
_add("claims", "DELETE /merger", Situations.asked_to_merge, "approver")
_add("claims", "POST /merger/confirm", Situations.asked_to_merge, "approver")
_add(
    "evidence",
    "POST /status",
    _in_state("published", "evidence"),
    "writer",
    _NO_NOTICE,
    {**_NO_NOTICE, "status_checked_on": "2026-02-02"},
)
_add("annotations", "POST /recheck", _in_state("published", "annotations"), "approver")
_add("annotations", "POST /reconfirm", Situations.rechecked_note, "approver", REASON, OTHER_REASON)
_add(
    "articles",
    "POST /revisions",
    _in_state("published", "articles"),
    "writer",
    _LONGER,
    {**_LONGER, "text": f"{TEXT}\n\nLess."},
)
_add("articles", "PATCH ", _in_state("published", "articles"), "writer", {"publisher": "Somebody"})
_add(
    "articles",
    "PUT /fact-check",
    _in_state("published", "articles"),
    "approver",
    {"status": "partial"} | {"checked_at": "2026-02-01"},
)
_add("articles", "POST /publish", lambda at: at.desk.article(at.name(), TEXT, public=False), "approver")

ALL = NEW | OF_SOMETHING


def changing_routes(app: Flask) -> set[str]:
    """Method and rule, below the prefix, of every editorial route that changes something."""
    names = (name.split(" ", 1) for name in access_table(app))
    return {
        f"{method} {rule.removeprefix(PREFIX)}"
        for method, rule in names
        if rule.startswith(f"{PREFIX}/") and method != "GET"
    }


def documented(rule: str) -> str:
    """A rule as the OpenAPI document writes it."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", PREFIX + rule)


def rows(desk: Desk) -> dict[str, Any]:
    """Every row of every table, but for when a token was last used: that is nobody's work."""
    found = dump(desk.engine)
    del found["tokens"]
    return found


def refused(answered: Answered, status: int, code: str, field: str | None = None) -> dict[str, Any]:
    """The problem document of a refused change; it may carry the tag of what is there, as other problems never do."""
    response: TestResponse = answered.response
    response.headers.pop("ETag", None)
    return assert_problem(response, status, code, field)
