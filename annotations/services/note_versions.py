"""The versions of an annotation: what hangs on one, and saving one anew."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.store.articles import Revision
from annotations.store.base import new_id
from annotations.store.content_hashes import annotation_hash
from annotations.store.notes import Anchor, Annotation, AnnotationCategory, AnnotationVersion

_COPIED = ("severity", "note", "quote", "prefix", "suffix")
_PLACE = ("revision_id", "paragraph_id", "start_offset", "end_offset", "quote", "state", "context_changed")


def copy_version(
    session: Session,
    annotation: Annotation,
    version: AnnotationVersion,
    *,
    claim_id: UUID,
    author: UUID,
    now: datetime,
) -> AnnotationVersion:
    """Save ``version`` anew as the newest one, tied to a claim, with every place where it stood."""
    annotation.head_number += 1
    anchors, categories = _anchors_of(session, version), categories_of(session, version)
    copy = AnnotationVersion(
        **{name: getattr(version, name) for name in _COPIED},
        id=new_id(),
        annotation_id=annotation.id,
        number=annotation.head_number,
        claim_id=claim_id,
        created_at=now,
        created_by=author,
    )
    copy.content_hash = annotation_hash(copy, categories, anchors[0])
    session.add(copy)
    session.flush()
    session.add_all(
        AnnotationCategory(version_id=copy.id, category=category, position=position)
        for position, category in enumerate(categories, start=1)
    )
    # Every place goes along, because a later re-import asks whether a paragraph reads as it did with the words in it.
    session.add_all(
        Anchor(version_id=copy.id, **{name: getattr(anchor, name) for name in _PLACE}) for anchor in anchors
    )
    session.flush()
    return copy


def categories_of(session: Session, version: AnnotationVersion) -> list[str]:
    """The categories of ``version`` in the editor's order."""
    statement = select(AnnotationCategory.category).where(AnnotationCategory.version_id == version.id)
    return list(session.scalars(statement.order_by(AnnotationCategory.position)))


def _anchors_of(session: Session, version: AnnotationVersion) -> list[Anchor]:
    """Where ``version`` stood, from the revision in which it was marked to the newest."""
    statement = select(Anchor).join(Revision, Revision.id == Anchor.revision_id).where(Anchor.version_id == version.id)
    return list(session.scalars(statement.order_by(Revision.number)))
