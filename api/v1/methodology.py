"""How the notes are made."""

from __future__ import annotations

from typing import Any

from flask import json

from api.caching import conditional_on_content
from api.current import current_settings
from api.openapi import PublicBlueprint
from api.schemas.methodology import MethodologySchema, present_methodology
from api.v1.examples import EXAMPLES

blueprint = PublicBlueprint(
    "methodology", __name__, url_prefix="/v1", description="The scale, the categories and their definitions."
)


@blueprint.route("/methodology")
@blueprint.answers(MethodologySchema, example=EXAMPLES["get_methodology"])
def get_methodology() -> Any:
    """Read the scale, the categories and every other term of the answers, with definitions."""
    found = present_methodology(current_settings())
    return conditional_on_content(json.dumps(found).encode()) or found
