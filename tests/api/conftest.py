"""An edge around a small blueprint of its own: the HTTP contract without resources or a database."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import structlog
from flask import Flask, request
from flask.testing import FlaskClient
from marshmallow import Schema, fields, validate

from annotations.errors import Gone, NotFound
from annotations.settings import Settings, read_settings
from api.app import build_edge
from api.caching import Validator, conditional
from api.logging import JsonLineHandler, configure_logging
from api.openapi import PublicBlueprint
from api.pagination import PageQuery, answer_page, requested_page
from tests.api.walking import Answer, walk

SECRET = "a secret of the tests, long enough"
BASE_URL = "https://caveat.example/base"
CHANGED_AT = datetime(2026, 11, 22, 12, 0, 0, 250_000, tzinfo=UTC)
PEBBLES = [{"number": number, "name": f"pebble {number} " + "é" * 40} for number in range(1, 46)]
PEBBLE_ID = UUID("01a2008d-7400-7496-b766-b8a269a6993c")


class PebbleSchema(Schema):
    number = fields.Integer(required=True)
    name = fields.String(required=True)


class PebblePageSchema(Schema):
    items = fields.List(fields.Nested(PebbleSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class PebbleQuery(PageQuery):
    colour = fields.String(
        load_default=None,
        validate=validate.OneOf(["grey", "red"]),
        metadata={"example": "grey", "description": "Only pebbles of this colour."},
    )
    tags = fields.List(fields.String(), metadata={"example": ["round"], "description": "May be repeated."})


def make_blueprint() -> PublicBlueprint:
    blueprint = PublicBlueprint("pebbles", __name__, url_prefix="/v1", description="Pebbles.")
    blueprint.validator = Validator(7, CHANGED_AT)

    @blueprint.route("/pebbles")
    @blueprint.query(PebbleQuery)
    @blueprint.answers(PebblePageSchema, example={"items": PEBBLES[:1], "next": None})
    def list_pebbles(query: dict[str, Any]) -> Any:
        """List the pebbles.

        In the order of their numbers.
        """
        if (unchanged := conditional(blueprint.validator, keys=["pebbles", "pebble:1"])) is not None:
            return unchanged
        requested = requested_page("pebbles", query)
        start = requested.after[0] if requested.after else 0
        items = PEBBLES[start : start + requested.limit]
        more = start + len(items) < len(PEBBLES)
        return answer_page(requested, items, [items[-1]["number"]] if more else None)

    @blueprint.route("/pebbles/<ordinal:number>", path={"number": (1, "Of the pebble.")})
    @blueprint.answers(PebbleSchema, example=PEBBLES[0])
    def show_pebble(number: int) -> Any:
        """Show a pebble."""
        if number > len(PEBBLES):
            raise NotFound(f"no pebble {number}, though a hidden one may be", field="number")
        if (unchanged := conditional(blueprint.validator, keys=[f"pebble:{number}"])) is not None:
            return unchanged
        return PEBBLES[number - 1]

    @blueprint.route("/stones/<uuid:id>", path={"id": (str(PEBBLE_ID), "Of the stone.")})
    @blueprint.answers(PebbleSchema, example=PEBBLES[0], cached=False)
    def show_stone(id: UUID) -> Any:
        """Show a stone by its id."""
        if id != PEBBLE_ID:
            raise Gone("It was withdrawn.", context={"id": id, "withdrawn_at": "2026-11-22", "reason": "sold"})
        return PEBBLES[0]

    @blueprint.route("/rocks/<slug:slug>", path={"slug": ("big-rock", "Of the rock.")})
    @blueprint.answers(PebbleSchema, example=PEBBLES[0], cached=False)
    def show_rock(slug: str) -> Any:
        """Show a rock by its slug."""
        return {"number": 1, "name": slug + request.get_data(as_text=True)[:0]}

    return blueprint


@pytest.fixture
def edge_settings() -> Settings:
    return read_settings({"SECRET_KEY": SECRET, "PUBLIC_BASE_URL": BASE_URL, "CDN_MAX_AGE_SECONDS": "90"})


@pytest.fixture
def pebbles() -> PublicBlueprint:
    return make_blueprint()


@pytest.fixture
def edge(edge_settings: Settings, pebbles: PublicBlueprint) -> Iterator[Flask]:
    root = logging.getLogger()
    level = root.level
    configure_logging("INFO")
    yield build_edge(edge_settings, [pebbles])
    structlog.reset_defaults()
    root.setLevel(level)
    root.handlers = [handler for handler in root.handlers if not isinstance(handler, JsonLineHandler)]


@pytest.fixture
def http(edge: Flask) -> FlaskClient:
    edge.testing = True
    return edge.test_client()


@pytest.fixture(scope="session")
def sample_answers(samples_app: Flask) -> dict[str, Answer]:
    """Every address of the samples with its answer, asked for once."""
    return walk(samples_app.test_client())
