"""The editorial API: authenticated reads and writes, one file for each resource."""

from __future__ import annotations

from api.editorial import articles, bulk, claims, evidence, notes, redacting, revisions, work
from api.editorial.blueprint import EditorialBlueprint

BLUEPRINTS: tuple[EditorialBlueprint, ...] = (
    articles.blueprint,
    revisions.blueprint,
    notes.blueprint,
    claims.blueprint,
    evidence.blueprint,
    redacting.blueprint,
    bulk.blueprint,
    work.blueprint,
)
"""In the order in which the OpenAPI document lists them."""
