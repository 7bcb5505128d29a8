"""Annotations, their versions, their anchors in each revision, and pending notices."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from annotations.store.articles import block_reference
from annotations.store.base import Base, new_id, one_of
from annotations.store.review import ReviewColumns, queue_indexes, review_checks
from annotations.store.versions import VersionColumns, interval_checks, one_public
from annotations.vocabulary import AnchorState, Category, PendingReason

_OPEN = text("closed_at IS NULL")


class Annotation(ReviewColumns, Base):
    """A marked passage; the row holds its present state."""

    __tablename__ = "annotations"
    __table_args__ = (*review_checks(), *queue_indexes("annotations"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    article_id: Mapped[UUID] = mapped_column(ForeignKey("articles.id"), index=True)
    lock_version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": lock_version}  # noqa: RUF012 - SQLAlchemy reads it from the class


class AnnotationVersion(VersionColumns, Base):
    """Claim, severity, note and the quote as the editor marked it, immutable."""

    __tablename__ = "annotation_versions"
    __table_args__ = (
        UniqueConstraint("annotation_id", "number"),
        CheckConstraint("severity IS NULL OR severity BETWEEN 1 AND 3", name="severity"),
        *interval_checks(),
        one_public("annotation_versions", "annotation_id"),
    )

    annotation_id: Mapped[UUID] = mapped_column(ForeignKey("annotations.id"))
    claim_id: Mapped[UUID] = mapped_column(ForeignKey("claims.id"), index=True)
    severity: Mapped[int | None] = mapped_column(index=True)
    note: Mapped[str | None]
    quote: Mapped[str]
    prefix: Mapped[str]
    suffix: Mapped[str]


class AnnotationCategory(Base):
    """A category of one annotation version, in the editor's order."""

    __tablename__ = "annotation_categories"
    __table_args__ = (UniqueConstraint("version_id", "position"), one_of("category", Category))

    version_id: Mapped[UUID] = mapped_column(ForeignKey("annotation_versions.id"), primary_key=True)
    category: Mapped[str] = mapped_column(primary_key=True, index=True)
    position: Mapped[int]


class Anchor(Base):
    """Where one annotation version stands in one revision; ``quote`` is the text there."""

    __tablename__ = "anchors"
    __table_args__ = (
        UniqueConstraint("version_id", "revision_id"),
        block_reference(),
        one_of("state", AnchorState),
        CheckConstraint(
            "(state = 'orphaned' AND paragraph_id IS NULL AND start_offset IS NULL AND end_offset IS NULL)"
            " OR (state <> 'orphaned' AND paragraph_id IS NOT NULL"
            " AND start_offset >= 0 AND end_offset > start_offset)",
            name="span",
        ),
        Index("ix_anchors_revision_paragraph", "revision_id", "paragraph_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("annotation_versions.id"))
    revision_id: Mapped[UUID] = mapped_column(ForeignKey("revisions.id"))
    paragraph_id: Mapped[UUID | None]
    start_offset: Mapped[int | None]
    end_offset: Mapped[int | None]
    quote: Mapped[str]
    state: Mapped[str]
    context_changed: Mapped[bool] = mapped_column(default=False)


class PendingNotice(Base):
    """What stands in place of an annotation that is looked at again; open while ``closed_at`` is NULL."""

    __tablename__ = "pending_notices"
    __table_args__ = (
        one_of("reason", PendingReason),
        CheckConstraint("closed_at IS NULL OR closed_at > since", name="interval"),
        CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closed_by"),
        Index("uq_pending_notices_one_open", "annotation_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    annotation_id: Mapped[UUID] = mapped_column(ForeignKey("annotations.id"), index=True)
    article_id: Mapped[UUID] = mapped_column(ForeignKey("articles.id"), index=True)
    paragraph_id: Mapped[UUID | None] = mapped_column(ForeignKey("paragraphs.id"), index=True)
    reason: Mapped[str]
    since: Mapped[datetime]
    opened_by: Mapped[UUID] = mapped_column(ForeignKey("actors.id"))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("actors.id"))
