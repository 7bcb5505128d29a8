"""Claims, their versions, and the links to evidence that each version carries."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from annotations.store.base import Base, SortedText, new_id, one_of
from annotations.store.review import ReviewColumns, queue_indexes, review_checks
from annotations.store.versions import VersionColumns, interval_checks, one_public
from annotations.vocabulary import Certainty, Stance, Verdict


class Claim(ReviewColumns, Base):
    """A statement, shared by every passage that makes it; the row holds its present state."""

    __tablename__ = "claims"
    __table_args__ = (*review_checks(), *queue_indexes("claims"), CheckConstraint("slug <> ''", name="slug"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(SortedText, unique=True)
    lock_version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": lock_version}  # noqa: RUF012 - SQLAlchemy reads it from the class


class ClaimVersion(VersionColumns, Base):
    """Text, verdict, certainty and summary, immutable."""

    __tablename__ = "claim_versions"
    __table_args__ = (
        UniqueConstraint("claim_id", "number"),
        one_of("verdict", Verdict),
        one_of("certainty", Certainty),
        CheckConstraint("(searched_on IS NULL) = (search_record IS NULL)", name="search_record"),
        *interval_checks(),
        one_public("claim_versions", "claim_id"),
    )

    claim_id: Mapped[UUID] = mapped_column(ForeignKey("claims.id"))
    text: Mapped[str]
    verdict: Mapped[str] = mapped_column(index=True)
    certainty: Mapped[str]
    summary: Mapped[str]
    search_record: Mapped[str | None]
    searched_on: Mapped[date | None]


class EvidenceLink(Base):
    """How one source stands towards one version of a claim, and why."""

    __tablename__ = "evidence_links"
    __table_args__ = (UniqueConstraint("claim_version_id", "position"), one_of("stance", Stance))

    claim_version_id: Mapped[UUID] = mapped_column(ForeignKey("claim_versions.id"), primary_key=True)
    evidence_id: Mapped[UUID] = mapped_column(ForeignKey("evidence.id"), primary_key=True, index=True)
    position: Mapped[int]
    stance: Mapped[str]
    why: Mapped[str]
    quote: Mapped[str | None]
    locator: Mapped[str | None]
