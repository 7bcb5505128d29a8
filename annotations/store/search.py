"""The search index: one row of terms for every public text. The services keep it in step."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from annotations.store.base import Base, SortedText


class SearchEntry(Base):
    """A searchable text: a paragraph of a public article, a public claim, or a public note.

    ``terms`` holds normalised terms in ASCII, separated by single spaces. On SQLite an FTS5 table over
    it is kept by triggers; on PostgreSQL ``vector`` is generated from it (see the migration).
    """

    __tablename__ = "search_entries"
    __table_args__ = (
        CheckConstraint("entity_type IN ('article', 'claim', 'annotation')", name="entity_type"),
        CheckConstraint("terms <> '' AND terms = trim(terms)", name="terms"),
        CheckConstraint("(entity_type = 'article') = (paragraph_id IS NOT NULL)", name="paragraph"),
        Index("ix_search_entries_entity", "entity_type", "entity_id"),
    )

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    key: Mapped[str] = mapped_column(SortedText, unique=True)
    entity_type: Mapped[str]
    entity_id: Mapped[UUID]
    paragraph_id: Mapped[UUID | None] = mapped_column(ForeignKey("paragraphs.id"))
    body: Mapped[str]
    terms: Mapped[str]
