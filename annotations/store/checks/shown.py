"""Checks of what readers see now: every version at work stands in the present text, and no tombstone hides a thing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from annotations.store.articles import Article, Block, Revision
from annotations.store.checks.findings import Findings, batches, version_row
from annotations.store.claims import Claim, ClaimVersion, EvidenceLink
from annotations.store.evidence import Evidence
from annotations.store.keys import COLLECTIONS, annotation_key, article_key, claim_key, evidence_key, paragraph_key
from annotations.store.log import PublicVersion
from annotations.store.notes import Anchor, Annotation, AnnotationVersion
from annotations.store.versions import is_public
from annotations.vocabulary import FINISHED, EntityType, Visibility


def check_present_anchors(session: Session, findings: Findings) -> None:
    """Check that each version in force, or newest of what is still worked on, has an anchor in the present text.

    An orphaned one counts: it says that the words are gone. Without any, readers miss the annotation in silence.
    """
    anchored = select(Anchor.id).where(Anchor.version_id == AnnotationVersion.id, Anchor.revision_id == Revision.id)
    statement = (
        select(AnnotationVersion.annotation_id, AnnotationVersion.number, Revision.number.label("revision"))
        .join(Annotation, Annotation.id == AnnotationVersion.annotation_id)
        .join(Article, Article.id == Annotation.article_id)
        .join(Revision, (Revision.article_id == Article.id) & (Revision.number == Article.revision_number))
        .where(
            or_(is_public(AnnotationVersion), AnnotationVersion.number == Annotation.head_number),
            Annotation.state.not_in(FINISHED),
            Article.visibility != Visibility.WITHDRAWN,
            ~anchored.exists(),
        )
        .order_by(AnnotationVersion.annotation_id, AnnotationVersion.number)
    )
    for rows in batches(session, statement):
        for row in rows:
            name = version_row(EntityType.ANNOTATION, row.annotation_id, row.number)
            findings.add("anchors", name, f"missing: nothing says where it stands in revision {row.revision}")


def check_tombstones(session: Session, findings: Findings) -> None:
    """Check that nothing is marked as gone that is public."""
    statement = select(PublicVersion.key).where(PublicVersion.gone).order_by(PublicVersion.key)
    for rows in batches(session, statement):
        gone = [row.key for row in rows]
        public = set(_public_among(session, gone))
        for key in gone:
            if key in public:
                findings.add("public_versions", key, "marked as gone, and it is public")


def _public_among(session: Session, gone: Sequence[str]) -> Iterator[str]:
    """The keys behind which something public stands."""
    yield from (key for key in gone if key in COLLECTIONS)
    for key_of, name, value_of, public in _PUBLIC:
        prefix = key_of("")
        values = [value_of(key.removeprefix(prefix)) for key in gone if key.startswith(prefix)]
        wanted = [value for value in values if value is not None]
        if wanted:
            yield from map(key_of, session.scalars(public.where(name.in_(wanted))))


def _as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


_ON_SHOW = Article.visibility == Visibility.PUBLIC
_PUBLIC: tuple[tuple[Callable[[Any], str], Any, Callable[[str], Any], Select[Any]], ...] = (
    (article_key, Article.slug, str, select(Article.slug).where(_ON_SHOW)),
    (
        *(paragraph_key, Block.paragraph_id, _as_uuid),
        select(Block.paragraph_id)
        .join(Revision, Revision.id == Block.revision_id)
        .join(Article, Article.id == Revision.article_id)
        .where(_ON_SHOW, is_public(Revision)),
    ),
    (
        *(annotation_key, Annotation.id, _as_uuid),
        select(Annotation.id)
        .join(AnnotationVersion, AnnotationVersion.annotation_id == Annotation.id)
        .join(Article, Article.id == Annotation.article_id)
        .where(_ON_SHOW, is_public(AnnotationVersion)),
    ),
    (
        *(claim_key, Claim.slug, str),
        select(Claim.slug).join(ClaimVersion, ClaimVersion.claim_id == Claim.id).where(is_public(ClaimVersion)),
    ),
    (
        *(evidence_key, Evidence.key, str),
        select(Evidence.key)
        .join(EvidenceLink, EvidenceLink.evidence_id == Evidence.id)
        .join(ClaimVersion, ClaimVersion.id == EvidenceLink.claim_version_id)
        .where(is_public(ClaimVersion)),
    ),
)
"""Of each kind: how its keys are made, what is in them, how that is read, and the things that are public."""
