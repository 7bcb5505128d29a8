"""The four kinds of things that editors work on: how each is found, shown and addressed."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.errors import NotFound
from annotations.queries.editorial.articles import get_article
from annotations.queries.editorial.claims import get_claim
from annotations.queries.editorial.evidence import get_evidence
from annotations.queries.editorial.notes import get_annotation
from annotations.store.articles import Article
from annotations.store.claims import Claim
from annotations.store.evidence import Evidence
from annotations.store.notes import Annotation
from api.editorial.blueprint import Resource
from api.schemas.editorial.articles import EditorialArticleSchema
from api.schemas.editorial.claims import EditorialClaimSchema
from api.schemas.editorial.evidence import EditorialEvidenceSchema
from api.schemas.editorial.notes import EditorialAnnotationSchema

Row = TypeVar("Row")


def find_article(session: Session, slug: str, **_path: Any) -> Article:
    """The article with this slug.

    Raises:
        NotFound: there is none.
    """
    return _one(session.scalars(select(Article).where(Article.slug == slug)).one_or_none())


def find_claim(session: Session, slug: str, **_path: Any) -> Claim:
    """The claim with this slug.

    Raises:
        NotFound: there is none.
    """
    return _one(session.scalars(select(Claim).where(Claim.slug == slug)).one_or_none())


def find_evidence(session: Session, key: str, **_path: Any) -> Evidence:
    """The source with this key.

    Raises:
        NotFound: there is none.
    """
    return _one(session.scalars(select(Evidence).where(Evidence.key == key)).one_or_none())


def find_annotation(session: Session, annotation_id: UUID, **_path: Any) -> Annotation:
    """The annotation with this id.

    Raises:
        NotFound: there is none.
    """
    return _one(session.get(Annotation, annotation_id))


def _one(row: Row | None) -> Row:
    if row is None:
        raise NotFound("There is nothing at this address.")
    return row


ARTICLE = Resource(
    find=find_article,
    show=lambda session, row: get_article(session, row.slug),
    schema=EditorialArticleSchema,
    address=lambda row: f"/articles/{row.slug}",
)
CLAIM = Resource(
    find=find_claim,
    show=lambda session, row: get_claim(session, row.slug),
    schema=EditorialClaimSchema,
    address=lambda row: f"/claims/{row.slug}",
)
EVIDENCE = Resource(
    find=find_evidence,
    show=lambda session, row: get_evidence(session, row.key),
    schema=EditorialEvidenceSchema,
    address=lambda row: f"/evidence/{row.key}",
)
ANNOTATION = Resource(
    find=find_annotation,
    show=lambda session, row: get_annotation(session, row.id),
    schema=EditorialAnnotationSchema,
    address=lambda row: f"/annotations/{row.id}",
)
