"""The public API, version 1: one file for each resource."""

from __future__ import annotations

from api.openapi import PublicBlueprint
from api.v1 import articles, claims, evidence, methodology, notes, paragraphs, search

BLUEPRINTS: tuple[PublicBlueprint, ...] = (
    articles.blueprint,
    paragraphs.blueprint,
    notes.blueprint,
    claims.blueprint,
    evidence.blueprint,
    search.blueprint,
    methodology.blueprint,
)
"""In the order in which the OpenAPI document lists them."""
