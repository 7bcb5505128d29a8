"""Evidence: sources, their versions, and the identifiers by which a source is known."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from annotations.store.base import Base, SortedText, new_id, one_of, partial_index
from annotations.store.review import ReviewColumns, review_checks
from annotations.store.versions import VersionColumns, interval_checks, one_public
from annotations.vocabulary import Certainty, Design, EvidenceStatus, VerificationLevel


class Evidence(ReviewColumns, Base):
    """A source; the row holds its present state."""

    __tablename__ = "evidence"
    __table_args__ = (*review_checks(), CheckConstraint("key <> ''", name="key"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(SortedText, unique=True)
    lock_version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": lock_version}  # noqa: RUF012 - SQLAlchemy reads it from the class


class EvidenceVersion(VersionColumns, Base):
    """What is known of a source, immutable."""

    __tablename__ = "evidence_versions"
    __table_args__ = (
        UniqueConstraint("evidence_id", "number"),
        one_of("design", Design),
        one_of("certainty", Certainty),
        one_of("verification_level", VerificationLevel),
        one_of("status", EvidenceStatus),
        CheckConstraint("participants IS NULL OR participants >= 0", name="participants"),
        CheckConstraint("year IS NULL OR year BETWEEN 1500 AND 2200", name="year"),
        *interval_checks(),
        one_public("evidence_versions", "evidence_id"),
        partial_index(
            "ix_evidence_versions_checked",
            "status_checked_on",
            "evidence_id",
            where="valid_from IS NOT NULL AND valid_until IS NULL",
        ),
    )

    evidence_id: Mapped[UUID] = mapped_column(ForeignKey("evidence.id"))
    title: Mapped[str]
    authors: Mapped[str]
    year: Mapped[int | None]
    journal: Mapped[str]
    url: Mapped[str]
    doi: Mapped[str | None]
    pmid: Mapped[str | None]
    pmcid: Mapped[str | None]
    nct: Mapped[str | None]
    isrctn: Mapped[str | None]
    eudract: Mapped[str | None]
    design: Mapped[str] = mapped_column(index=True)
    design_summary: Mapped[str]
    participants: Mapped[int | None]
    population: Mapped[str]
    key_finding: Mapped[str]
    limitations: Mapped[str]
    verification_level: Mapped[str]
    certainty: Mapped[str]
    certainty_reason: Mapped[str]
    status: Mapped[str] = mapped_column(index=True)
    status_checked_on: Mapped[date]
    status_notice: Mapped[str | None]


class EvidenceIdentifier(Base):
    """An identifier in the spelling that is compared; each names one source only."""

    __tablename__ = "evidence_identifiers"

    kind: Mapped[str] = mapped_column(primary_key=True)
    canonical: Mapped[str] = mapped_column(SortedText, primary_key=True)
    evidence_id: Mapped[UUID] = mapped_column(ForeignKey("evidence.id"), index=True)
