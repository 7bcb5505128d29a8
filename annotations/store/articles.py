"""Articles: metadata in versions, text in revisions, and paragraphs that keep their id."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from annotations.store.base import Base, SortedText, new_id, one_of, partial_index
from annotations.store.versions import VersionColumns, interval_checks, one_public
from annotations.vocabulary import BlockKind, FactCheckStatus, OriginStatus, TitleOrigin, Visibility


class Article(Base):
    """A text under a slug; the row holds its present state."""

    __tablename__ = "articles"
    __table_args__ = (
        one_of("visibility", Visibility),
        CheckConstraint("slug <> ''", name="slug"),
        partial_index("ix_articles_withdrawal", "id", where="withdrawal_requested_by IS NOT NULL"),
        CheckConstraint("(visibility = 'hidden') = (public_since IS NULL)", name="public_since"),
        CheckConstraint("(visibility = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(SortedText, unique=True)
    visibility: Mapped[str] = mapped_column(default=Visibility.HIDDEN)
    revision_number: Mapped[int] = mapped_column(default=1)
    metadata_number: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("actors.id"))
    public_since: Mapped[datetime | None] = mapped_column(index=True)
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str | None]
    withdrawal_requested_by: Mapped[UUID | None] = mapped_column(ForeignKey("actors.id"))
    withdrawal_reason: Mapped[str | None]
    lock_version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": lock_version}  # noqa: RUF012 - SQLAlchemy reads it from the class


class ArticleVersion(VersionColumns, Base):
    """Metadata and fact-check status of an article, immutable."""

    __tablename__ = "article_versions"
    __table_args__ = (
        UniqueConstraint("article_id", "number"),
        one_of("title_origin", TitleOrigin),
        one_of("origin_status", OriginStatus),
        one_of("fact_check_status", FactCheckStatus),
        CheckConstraint("(title_origin = 'editor') = (title IS NOT NULL)", name="title"),
        CheckConstraint("(fact_check_status = 'not_started') = (checked_at IS NULL)", name="checked_at"),
        CheckConstraint("origin_status <> 'known' OR canonical_url IS NOT NULL", name="origin"),
        *interval_checks(),
        one_public("article_versions", "article_id"),
    )

    article_id: Mapped[UUID] = mapped_column(ForeignKey("articles.id"))
    title: Mapped[str | None]
    title_origin: Mapped[str]
    language: Mapped[str] = mapped_column(index=True)
    canonical_url: Mapped[str | None]
    publisher: Mapped[str | None]
    byline: Mapped[str | None]
    published_at: Mapped[datetime | None]
    origin_status: Mapped[str]
    fact_check_status: Mapped[str]
    checked_at: Mapped[date | None]


class ArticleTopic(Base):
    """A topic of one metadata version, in the editor's order."""

    __tablename__ = "article_topics"
    __table_args__ = (UniqueConstraint("version_id", "position"),)

    version_id: Mapped[UUID] = mapped_column(ForeignKey("article_versions.id"), primary_key=True)
    topic: Mapped[str] = mapped_column(SortedText, primary_key=True, index=True)
    position: Mapped[int]


class Revision(VersionColumns, Base):
    """One immutable state of an article's text; ``content_hash`` is its text hash.

    ``import_hash`` covers how it was imported; every row has one.
    """

    __tablename__ = "revisions"
    __table_args__ = (
        UniqueConstraint("article_id", "number"),
        *interval_checks(),
        one_public("revisions", "article_id"),
    )

    article_id: Mapped[UUID] = mapped_column(ForeignKey("articles.id"))
    source_sha256: Mapped[str]
    source_format: Mapped[str]
    import_report: Mapped[dict[str, Any]]
    import_hash: Mapped[str | None]


class Paragraph(Base):
    """The identity of a block, kept through revisions."""

    __tablename__ = "paragraphs"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    article_id: Mapped[UUID] = mapped_column(ForeignKey("articles.id"), index=True)


class Block(Base):
    """A paragraph as it stands in one revision."""

    __tablename__ = "blocks"
    __table_args__ = (
        UniqueConstraint("revision_id", "ordinal"),
        one_of("kind", BlockKind),
        CheckConstraint("ordinal >= 0 AND (kind = 'title') = (ordinal = 0)", name="ordinal"),
        CheckConstraint("text <> ''", name="text"),
    )

    revision_id: Mapped[UUID] = mapped_column(ForeignKey("revisions.id"), primary_key=True)
    paragraph_id: Mapped[UUID] = mapped_column(ForeignKey("paragraphs.id"), primary_key=True, index=True)
    ordinal: Mapped[int]
    kind: Mapped[str]
    text: Mapped[str]
    sha256: Mapped[str]


def block_reference() -> ForeignKeyConstraint:
    """The key by which an anchor points at a block that exists in its revision."""
    return ForeignKeyConstraint(["revision_id", "paragraph_id"], ["blocks.revision_id", "blocks.paragraph_id"])
