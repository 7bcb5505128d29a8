"""Absolute addresses of public resources, from ``PUBLIC_BASE_URL`` and never from the Host header."""

from __future__ import annotations

from uuid import UUID

from api.current import current_settings


def article_href(slug: str) -> str:
    """Address of an article."""
    return _absolute(f"/v1/articles/{slug}")


def paragraph_href(paragraph_id: UUID) -> str:
    """Address of a paragraph, the same through all revisions."""
    return _absolute(f"/v1/paragraphs/{paragraph_id}")


def annotation_href(annotation_id: UUID) -> str:
    """Address of an annotation."""
    return _absolute(f"/v1/annotations/{annotation_id}")


def claim_href(slug: str) -> str:
    """Address of a claim."""
    return _absolute(f"/v1/claims/{slug}")


def evidence_href(key: str) -> str:
    """Address of a source."""
    return _absolute(f"/v1/evidence/{key}")


def _absolute(path: str) -> str:
    return f"{current_settings().public_base_url}{path}"
