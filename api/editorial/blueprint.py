'''The decorators that the editorial API is written with.

Every address names the permission that it asks for; the service asks for it once more, with whose work it is::

    blueprint = EditorialBlueprint("editorial_claims", description="...")

    @blueprint.read("/claims/<slug:slug>", permission=Permission.READ, answers=EditorialClaimSchema)
    def read_claim(call):
        """Read a claim, drafts included."""
        return claims.get_claim(call.session, call.path["slug"])

    @blueprint.write("POST", "/claims/<slug:slug>/submit", permission=Permission.SUBMIT, resource=CLAIM)
    def submit_claim(work, body, **path):
        """Send a claim to review."""
        submit(work.session, work.entity, **work.by)
'''

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import flask_smorest
from flask import Response, g, request
from marshmallow import Schema
from sqlalchemy.orm import Session

from annotations.errors import NotFound
from annotations.permissions import Actor, Permission, require
from api.access import asks_for
from api.auth import current_caller
from api.components import PROBLEM_RESPONSES
from api.database import request_session
from api.editorial.bodies import Nothing, read_json
from api.editorial.writing import Target, Work, carry_out, json_response, strong_tag
from api.negotiation import admits, require_json
from api.openapi import EDITORIAL_PREFIX as PREFIX
from api.parameters import NoParameters, QueryParser
from api.problems import EdgeError

NDJSON = "application/x-ndjson"

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of thing that editors work on.

    Attributes:
        find: its row, by the names in the path.
        show: what editors see of the row, with ``lock_version``.
        schema: dumps what ``show`` gives.
        address: of the row, below the prefix.
    """

    find: Callable[..., Any]
    show: Callable[[Session, Any], Any]
    schema: type[Schema]
    address: Callable[[Any], str]

    def dump(self, session: Session, row: Any) -> dict[str, Any]:
        """The representation of ``row`` as it goes out."""
        session.flush()
        body: dict[str, Any] = self.schema().dump(self.show(session, row))
        return body


@dataclass(frozen=True, slots=True)
class Reading:
    """What a read has at hand: its session, who calls, the names in the path and the parameters."""

    session: Session
    actor: Actor
    path: Mapping[str, Any]
    query: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer other than the representation of what was changed."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] | None = None


def named(name: str, summary: str) -> Callable[[View], View]:
    """Name and describe a view that is made once for each kind of thing."""

    def rename(view: View) -> View:
        view.__name__, view.__doc__ = name, summary
        return view

    return rename


def signed_in() -> Actor:
    """Who calls.

    Raises:
        EdgeError: 401, nobody that is known.
    """
    actor = current_caller().actor
    if actor is None:
        raise EdgeError("authentication_required", headers=[("WWW-Authenticate", 'Bearer realm="editorial"')])
    return actor


class EditorialBlueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # flask-smorest has no types.
    """Addresses for editors. Nothing of them is kept by any cache."""

    ARGUMENTS_PARSER = QueryParser()

    def __init__(self, name: str, import_name: str, *, description: str) -> None:
        super().__init__(name, import_name, url_prefix=PREFIX, description=description)
        self.before_request(_require_acceptable)

    def read(
        self,
        rule: str,
        *,
        permission: Permission,
        answers: type[Schema],
        query: type[Schema] = NoParameters,
        tagged: bool = False,
    ) -> Callable[[View], View]:
        """Answer GET at ``rule`` with what the view finds, dumped by ``answers``; None is a 404.

        ``tagged``: what it finds has a ``lock_version``, which becomes the strong ETag for ``If-Match``.
        """

        def register(view: View) -> View:
            def answer(parameters: dict[str, Any], **path: Any) -> Response:
                actor = signed_in()
                require(actor, permission, own_work=True)
                found = view(Reading(request_session(), actor, path, parameters))
                if isinstance(found, Response):
                    return found
                if found is None:
                    raise NotFound("There is nothing at this address.")
                tag = {"ETag": strong_tag(found.lock_version)} if tagged else {}
                return tagged_response(json_response(answers().dump(found), headers=tag))

            answer.__name__, answer.__doc__ = view.__name__, view.__doc__
            reading = self.arguments(query, location="query")(answer)
            self._add("GET", rule, reading, permission, answers, 200)
            return view

        return register

    def write(
        self,
        method: str,
        rule: str,
        *,
        permission: Permission,
        resource: Resource | None = None,
        takes: type[Schema] = Nothing,
        answers: type[Schema] | None = None,
        status: int = 200,
        creates: bool = False,
        reads: Callable[[], tuple[bytes, Any]] | None = None,
    ) -> Callable[[View], View]:
        """Carry out ``method`` at ``rule``; see the module's docstring.

        Args:
            method: POST, PUT, PATCH or DELETE.
            rule: the address below the prefix.
            permission: what the caller's role and token must allow.
            resource: what is changed or made; the answer shows it unless the view gives an :class:`Answer`.
            takes: of the body.
            answers: of the answer, where it is not the resource.
            status: of the answer.
            creates: whether the view makes the resource, so that no ``If-Match`` is asked for.
            reads: reads a body that is not JSON; gives its bytes and what the view gets. It runs before the
                transaction begins.
        """

        def register(view: View) -> View:
            def answer(_parameters: dict[str, Any], **path: Any) -> Response:
                actor = signed_in()
                require(actor, permission, own_work=True)
                content, body = reads() if reads is not None else _json_body(takes)
                target = None
                if resource is not None and not creates:
                    target = Target(lambda session: resource.find(session, **path), resource.dump)

                def work(at_hand: Work) -> Response:
                    made = view(at_hand, body, **path)
                    if isinstance(made, Answer):
                        return json_response(made.body, status=made.status, headers=dict(made.headers or {}))
                    assert resource is not None
                    row = at_hand.entity if made is None else made
                    shown = resource.dump(at_hand.session, row)
                    headers = {"ETag": strong_tag(row.lock_version)}
                    if creates:
                        headers["Location"] = PREFIX + resource.address(row)
                    return json_response(shown, status=status, headers=headers)

                once = method == "POST"
                return tagged_response(carry_out(actor, work, target=target, content=content, once=once))

            answer.__name__, answer.__doc__ = view.__name__, view.__doc__
            shown = answers or (resource.schema if resource else Nothing)
            writing: Any = self.arguments(NoParameters, location="query")(answer)
            if reads is None and takes is not Nothing:
                required = any(field.required for field in takes().fields.values())
                body = {"required": required, "content": {"application/json": {"schema": takes}}}
                writing = self.doc(requestBody=body)(writing)
            headers = [_IF_MATCH] if resource is not None and not creates else []
            # All at once, because a second list of parameters would take the place of the first.
            writing = self.doc(parameters=[*headers, *_key_of(method)])(writing)
            self._add(method, rule, writing, permission, shown, status)
            return view

        return register

    def view(
        self,
        method: str,
        rule: str,
        *,
        permission: Permission,
        answers: type[Schema],
        query: type[Schema] = NoParameters,
    ) -> Callable[[View], View]:
        """Serve a view that does all by itself, transactions included."""

        def register(view: View) -> View:
            reading = self.doc(parameters=_key_of(method))(self.arguments(query, location="query")(view))
            self._add(method, rule, reading, permission, answers, 200)
            return view

        return register

    def _add(self, method: str, rule: str, view: Any, permission: Permission, schema: Any, status: int) -> None:
        description = f"{permission.definition} Needs the permission `{permission}`."
        view = self.alt_response(status, schema=schema, description="The answer.")(view)
        for code in (400, 401, 406, 422, 500, 503):
            view = self.alt_response(code, response=PROBLEM_RESPONSES[code][0])(view)
        summary, _, more = (view.__doc__ or "").partition("\n")
        view = self.doc(
            operationId=view.__name__,
            summary=summary,
            description=f"{more.strip()}\n\n{description}".strip(),
            security=[{"bearer": []}],
        )(view)
        self.add_url_rule(rule, view.__name__, asks_for(permission)(view), methods=[method])


_IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "description": "The ETag of what was read. 428 without it, 412 when it is no longer the present one.",
    "schema": {"type": "string"},
}
_IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "Repeating a call with the same key and body gives the same answer and does nothing twice.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}


def _key_of(method: str) -> list[dict[str, Any]]:
    """What is documented of keys: every POST heeds one."""
    return [_IDEMPOTENCY_KEY] if method == "POST" else []


def _require_acceptable() -> None:
    """Check the current request's ``Accept``: answers are JSON, and who sends NDJSON is answered in it.

    Raises:
        EdgeError: 406, it admits neither.
    """
    if request.mimetype != NDJSON or not admits(request.headers.get("Accept"), NDJSON):
        require_json()


def _json_body(schema: type[Schema]) -> tuple[bytes, Any]:
    body = read_json(schema)
    return g.body_bytes, body


def tagged_response(response: Response) -> Response:
    """Remember the strong tag, which compression would alter; see :func:`restore_tag`."""
    g.strong_tag = response.headers.get("ETag")
    return response


def restore_tag(response: Response) -> Response:
    """Give a compressed answer its entity tag back, which is the version's and not that of its bytes."""
    if g.get("strong_tag") is not None:
        response.headers["ETag"] = g.strong_tag
    return response
