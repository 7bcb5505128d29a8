"""The keys of ``public_versions``: one for each thing that has a public representation."""

from __future__ import annotations

from uuid import UUID

ARTICLES = "articles"
ANNOTATIONS = "annotations"
CLAIMS = "claims"
EVIDENCE = "evidence"
SEARCH = "search"
COLLECTIONS = (ARTICLES, ANNOTATIONS, CLAIMS, EVIDENCE, SEARCH)


def article_key(slug: str) -> str:
    """The key of an article, its paragraph list and its paragraphs by ordinal."""
    return f"article:{slug}"


def paragraph_key(paragraph_id: UUID) -> str:
    """The key of a paragraph under its own id."""
    return f"paragraph:{paragraph_id}"


def annotation_key(annotation_id: UUID) -> str:
    """The key of an annotation."""
    return f"annotation:{annotation_id}"


def claim_key(slug: str) -> str:
    """The key of a claim."""
    return f"claim:{slug}"


def evidence_key(key: str) -> str:
    """The key of a piece of evidence."""
    return f"evidence:{key}"
