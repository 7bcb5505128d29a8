"""People at work through the editorial API: a client for each, and the calls that their work is made of."""

from __future__ import annotations

import itertools
from collections.abc import Collection
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from annotations.permissions import Scope
from annotations.services.people import create_user
from annotations.services.tokens import issue_token
from annotations.store.engine import write_session
from annotations.vocabulary import Role

PREFIX = "/v1/editorial"
ALL_SCOPES = tuple(Scope)


@dataclass(frozen=True)
class Answered:
    """What came back: status, body and entity tag."""

    status: int
    body: Any
    etag: str | None
    response: TestResponse


def make_person(
    engine: Engine, name: str, role: Role, scopes: Collection[Scope] | None = None, *, now: datetime | None = None
) -> str:
    """A person with an account; the token that they come with. ``scopes`` default to all that their role can use."""
    now = now or datetime.now(UTC)
    usable = {
        Role.CONTRIBUTOR: {Scope.READ, Scope.WRITE},
        Role.EDITOR: {Scope.READ, Scope.WRITE, Scope.REVIEW, Scope.REIMPORT},
        Role.ADMIN: set(Scope),
    }[role]
    with write_session(engine) as session, session.begin():
        user = create_user(
            session,
            name=name,
            email=f"{name}@desk.example",
            role=role,
            password_hash=None,
            actor=None,
            now=now,
        )
        _, text = issue_token(
            session,
            user_id=user.id,
            label="tests",
            scopes=usable if scopes is None else scopes,
            expires_at=None,
            actor=None,
            now=now,
        )
    return text


class Person:
    """Somebody who calls. Every method is one call; paths are below the editorial prefix."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {token}"}

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        etag: str | None = None,
        key: str | None = None,
        **options: Any,
    ) -> Answered:
        headers = {**self.headers, **options.pop("headers", {})}
        headers |= {"If-Match": etag} if etag else {}
        headers |= {"Idempotency-Key": key} if key else {}
        if body is not None:
            options["json"] = body
        response = self.client.open(PREFIX + path, method=method, headers=headers, **options)
        is_json = response.mimetype.endswith("json") and response.mimetype != "application/x-ndjson"
        return Answered(
            response.status_code,
            response.get_json() if is_json else response.get_data(as_text=True),
            response.headers.get("ETag"),
            response,
        )

    def get(self, path: str) -> Answered:
        return self.call("GET", path)

    def do(self, method: str, path: str, body: Any = None, *, on: str, **options: Any) -> Answered:
        """A change of what is at ``on``, read just before; it must succeed."""
        etag = self.get(on).etag
        answered = self.call(method, path, body, etag=etag, **options)
        assert answered.status in {200, 201}, answered.body
        return answered

    def create(self, path: str, body: Any) -> Answered:
        answered = self.call("POST", path, body)
        assert answered.status in {200, 201}, answered.body
        return answered


class Desk:
    """An editor who writes, another who approves, a contributor and an admin, on one application."""

    def __init__(self, app: Flask, engine: Engine) -> None:
        self.app, self.engine = app, engine
        self.public = app.test_client()
        self.writer = self.person("writer", Role.EDITOR)
        self.approver = self.person("approver", Role.EDITOR)
        self.contributor = self.person("contributor", Role.CONTRIBUTOR)
        self.admin = self.person("admin", Role.ADMIN)
        self._numbers = itertools.count(1)

    def on(self, app: Flask, engine: Engine) -> Desk:
        """The same people, with their tokens, at work on ``app``, whose database is a copy of this one's."""
        other = copy(self)
        other.app, other.engine, other.public = app, engine, app.test_client()
        for name in ("writer", "approver", "contributor", "admin"):
            person = copy(getattr(self, name))
            person.client = app.test_client()
            setattr(other, name, person)
        return other

    def person(self, name: str, role: Role, scopes: Collection[Scope] | None = None) -> Person:
        return Person(self.app.test_client(), make_person(self.engine, name, role, scopes))

    def article(self, slug: str, text: str, *, public: bool = True, **more: Any) -> str:
        """An article; its address."""
        self.writer.create("/articles", {"slug": slug, "text": text, "format": "markdown", **more})
        path = f"/articles/{slug}"
        if public:
            self.approver.do("POST", f"{path}/publish", on=path)
        return path

    def source(self, key: str, *, published: bool = True, **more: Any) -> str:
        self.writer.create("/evidence", {"key": key, **source_body(key), **more})
        return self.review(f"/evidence/{key}") if published else f"/evidence/{key}"

    def claim(self, slug: str, *keys: str, published: bool = True, **more: Any) -> str:
        self.writer.create("/claims", {"slug": slug, **claim_body(*keys), **more})
        return self.review(f"/claims/{slug}") if published else f"/claims/{slug}"

    def note(self, article: str, quote: str, claim: str, *, published: bool = True, **more: Any) -> str:
        body = {"article": article, "passage": {"quote": quote}, **note_body(claim), **more}
        made = self.writer.create("/annotations", body)
        path = f"/annotations/{made.body['id']}"
        return self.review(path) if published else path

    def review(self, path: str) -> str:
        """Submit by the writer, approve by the approver."""
        self.writer.do("POST", f"{path}/submit", on=path)
        self.approver.do("POST", f"{path}/approve", {}, on=path)
        return path

    def withdraw(self, path: str) -> None:
        self.writer.do("POST", f"{path}/withdrawal", {"reason": "A mistake."}, on=path)
        self.approver.do("POST", f"{path}/withdrawal/confirm", on=path)


def source_body(key: str, **more: Any) -> dict[str, Any]:
    lines = "title authors journal design_summary population key_finding limitations certainty_reason"
    return {
        **{name: f"{name} of {key}" for name in lines.split()},
        "url": f"https://sources.example/{key}",
        "design": "cohort",
        "verification_level": "primary_record",
        "certainty": "low",
        "status": "no_notice",
        "status_checked_on": date(2026, 1, 5).isoformat(),
        **more,
    }


def claim_body(*keys: str, **more: Any) -> dict[str, Any]:
    return {
        "text": "The pill cures migraine.",
        "verdict": "overstated",
        "certainty": "low",
        "summary": "It shortens some attacks; no trial shows a cure.",
        "evidence": [{"evidence": key, "stance": "qualifies", "why": "Shows less."} for key in keys],
        **more,
    }


def note_body(claim: str, **more: Any) -> dict[str, Any]:
    return {"claim": claim, "categories": ["cure_claim"], "severity": 3, "note": "No trial shows a cure.", **more}
