"""Bulk import over HTTP: lines in, a result for each line out; each line for itself, or all or nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

from flask import Response, request
from marshmallow import Schema, fields, validate
from sqlalchemy import Engine

from annotations.errors import DomainError, PublishingBusy
from annotations.permissions import Actor, Permission, require
from api.database import current_engine, write_transaction
from api.editorial.blueprint import NDJSON, EditorialBlueprint, signed_in
from api.editorial.bodies import read_bytes
from api.editorial.importing import (
    MAX_LINES,
    Prepared,
    Refused,
    carry_out_line,
    lines_of,
    prepare,
    problem_of,
    refusal,
)
from api.editorial.writing import RefusedWith, Work, carry_out, patiently
from api.parameters import QuerySchema
from api.problems import EdgeError, invalid_parameter

MAX_BODY_BYTES = 20_000_000

blueprint = EditorialBlueprint("editorial_bulk", __name__, description="Many things at once, as drafts.")


class BulkQuery(QuerySchema):
    """How to import."""

    atomic = fields.String(
        load_default="false",
        validate=validate.OneOf(["true", "false"]),
        metadata={"description": "Whether one bad line refuses all of them.", "example": "true"},
    )


class BulkResultSchema(Schema):
    """What became of one line."""

    line = fields.Integer(required=True, metadata={"description": "Its number, from 1."})
    status = fields.String(required=True, validate=validate.OneOf(["created", "found", "failed", "undone"]))
    type = fields.String()
    id = fields.UUID()
    name = fields.String(metadata={"description": "Slug, key or id."})
    error = fields.Dict(metadata={"description": "code, detail and the members at fault."})


class Undone(Exception):
    """An import that was to be all or nothing, and is nothing."""

    def __init__(self, results: list[dict[str, Any]]) -> None:
        super().__init__("a line was refused, so nothing was imported")
        self.results = results


@blueprint.view("POST", "/import", permission=Permission.IMPORT_BULK, answers=BulkResultSchema, query=BulkQuery)
def import_lines(parameters: dict[str, Any]) -> Response:
    """Import articles, claims, sources and annotations as drafts: NDJSON in, NDJSON out, a result for each line.

    With `atomic=true` one bad line refuses all of them (422). Otherwise each line is imported for itself; under an
    `Idempotency-Key` those that can be are stored together with the answer, and without one each as it comes.
    """
    actor = signed_in()
    require(actor, Permission.IMPORT_BULK, own_work=True)
    if request.mimetype != NDJSON:
        raise EdgeError("unsupported_media_type", f"Send {NDJSON}.")
    content = read_bytes(MAX_BODY_BYTES)
    lines = list(lines_of(content))
    if not 1 <= len(lines) <= MAX_LINES:
        raise invalid_parameter("lines", f"there must be from 1 to {MAX_LINES} of them", location="body")
    prepared = [prepare(number, line) for number, line in lines]
    if parameters["atomic"] == "true":
        return _all_or_nothing(actor, prepared, content)

    if "Idempotency-Key" in request.headers:
        return carry_out(
            actor, lambda at_hand: _answer(_each_in_one(at_hand, prepared)), target=None, content=content, once=True
        )
    return _answer(list(import_each(current_engine(), prepared, actor=actor)))


def import_each(engine: Engine, lines: list[Prepared | Refused], *, actor: Actor) -> Iterator[dict[str, Any]]:
    """Import each line in a transaction of its own; a result for each, as soon as it is committed.

    When others hold the database for too long, the lines that are left are refused, so that what was imported is told.

    Raises:
        PublishingBusy: they do from the start, and nothing was imported.
    """
    imported = False
    for index, line in enumerate(lines):
        try:
            result = refusal(line) if isinstance(line, Refused) else patiently(partial(_one, engine, line, actor))
        except PublishingBusy as error:
            if not imported:
                raise
            yield from (_left_over(one, error) for one in lines[index:])
            return
        imported = imported or result["status"] == "created"
        yield result


def import_all(engine: Engine, lines: list[Prepared | Refused], *, actor: Actor) -> list[dict[str, Any]]:
    """Import all lines in one transaction.

    Raises:
        Undone: a line was refused; its ``results`` say which, and nothing was imported.
    """
    with write_transaction(engine) as session:
        return _all(Work(session, actor, datetime.now(UTC), None, True), lines)


def _one(engine: Engine, line: Prepared, actor: Actor) -> dict[str, Any]:
    try:
        with write_transaction(engine) as session:
            return carry_out_line(session, line, actor=actor, now=datetime.now(UTC))
    except (DomainError, EdgeError) as error:
        return refusal(Refused(line.number, problem_of(error)))


def _left_over(line: Prepared | Refused, error: PublishingBusy) -> dict[str, Any]:
    return refusal(
        line if isinstance(line, Refused) else Refused(line.number, {"code": error.code, "detail": error.message})
    )


def _each_in_one(at_hand: Work, lines: list[Prepared | Refused]) -> list[dict[str, Any]]:
    """Each line for itself, in the one transaction that keeps the answer too, so that both are there or neither."""
    results: list[dict[str, Any]] = []
    for line in lines:
        if isinstance(line, Refused):
            results.append(refusal(line))
            continue
        try:
            with at_hand.session.begin_nested():
                results.append(carry_out_line(at_hand.session, line, actor=at_hand.actor, now=at_hand.now))
        except (DomainError, EdgeError) as error:
            results.append(refusal(Refused(line.number, problem_of(error))))
    return results


def _all_or_nothing(actor: Actor, lines: list[Prepared | Refused], content: bytes) -> Response:
    def work(at_hand: Work) -> Response:
        try:
            return _answer(_all(at_hand, lines))
        except Undone as undone:
            raise RefusedWith(_answer(undone.results, status=422)) from undone

    return carry_out(actor, work, target=None, content=content, once=True)


def _all(at_hand: Work, lines: list[Prepared | Refused]) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = []
    if any(isinstance(line, Refused) for line in lines):
        raise Undone([_undone(line) for line in lines])
    for index, line in enumerate(lines):
        assert isinstance(line, Prepared)
        try:
            results.append(carry_out_line(at_hand.session, line, actor=at_hand.actor, now=at_hand.now))
        except (DomainError, EdgeError) as error:
            refused = Refused(line.number, problem_of(error))
            raise Undone([_undone(one) for one in (*lines[:index], refused, *lines[index + 1 :])]) from error
    return results


def _undone(line: Prepared | Refused) -> dict[str, Any]:
    """The result of a line of an import that is nothing: what is wrong with it, or that another one was refused."""
    if isinstance(line, Refused):
        return refusal(line)
    return {"line": line.number, "status": "undone", "type": line.type}


def _answer(results: list[dict[str, Any]], *, status: int = 200) -> Response:
    body = "".join(json.dumps(result, default=str) + "\n" for result in results)
    response = Response(body, status=status, mimetype=NDJSON)
    response.headers["Cache-Control"] = "private, no-store"
    return response
