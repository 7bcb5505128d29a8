"""The sample corpus, read from its files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from annotations.anchoring.selectors import TextPositionSelector, TextQuoteSelector
from annotations.errors import InvalidInput
from annotations.services.content import (
    AnnotationContent,
    ArticleMetadata,
    CitedEvidence,
    ClaimContent,
    EvidenceContent,
)
from annotations.services.notes import Passage
from annotations.vocabulary import (
    Category,
    Certainty,
    Design,
    EvidenceStatus,
    OriginStatus,
    Stance,
    Verdict,
    VerificationLevel,
)

DATA = Path(__file__).parent / "data"
CHECKED_ON = date(2026, 11, 22)
Row = dict[str, Any]


@dataclass(frozen=True)
class Corpus:
    """The files of one folder, as rows."""

    folder: Path = DATA

    @cached_property
    def articles(self) -> list[Row]:
        """Slug, title, topics and file of each article."""
        return self._read("articles.json")

    @cached_property
    def claims(self) -> list[Row]:
        """Claims with their evidence links."""
        return self._read("claims.json")

    @cached_property
    def evidence(self) -> list[Row]:
        """Sources."""
        return self._read("evidence.json")

    @cached_property
    def annotations(self) -> list[Row]:
        """Annotations."""
        return self._read("annotations.json")

    def source(self, article: Row) -> bytes:
        """The bytes of an article's file."""
        path: Path = self.folder / article["file"]
        return path.read_bytes()

    def paragraph_ids(self, article: Row) -> dict[int, UUID]:
        """The fixed ids of an article's blocks by ordinal, its title's under 0."""
        rows = next(row for row in self._read("blocks.json") if row["article"] == article["key"])
        blocks = [*rows["blocks"], *([rows["title"]] if rows["title"] else [])]
        return {block["ordinal"]: UUID(block["id"]) for block in blocks}

    def _read(self, name: str) -> list[Row]:
        return cast(list[Row], json.loads((self.folder / name).read_text(encoding="utf-8")))


def metadata_of(article: Row) -> ArticleMetadata:
    """An article's metadata; its title only where an editor gave it."""
    return ArticleMetadata(
        title=article["title"] if article["title_origin"] == "editor" else None,
        language=article["language"],
        topics=tuple(article["topics"]),
        origin_status=OriginStatus(article["origin_status"]),
    )


def evidence_content(row: Row) -> EvidenceContent:
    """A source's content."""
    same = (
        "title authors journal url year doi pmid pmcid nct isrctn design_summary population key_finding limitations"
        " certainty_reason"
    )
    values: dict[str, Any] = {name: row.get(name) for name in same.split()}
    return EvidenceContent(
        **values,
        participants=row.get("n"),
        design=Design(row["design"]),
        verification_level=VerificationLevel(row["verification_level"]),
        certainty=Certainty(row["certainty"]),
        status=EvidenceStatus(row["status"]),
        status_checked_on=date.fromisoformat(row["status_checked_on"]),
    )


def claim_content(row: Row, evidence_ids: dict[str, UUID]) -> ClaimContent:
    """A claim's content; ``evidence_ids`` resolves the keys that it cites.

    Raises:
        InvalidInput: there is no such key.
    """
    return ClaimContent(
        text=row["text"],
        verdict=Verdict(row["verdict"]),
        certainty=Certainty(row["certainty"]),
        summary=row["summary"],
        citations=tuple(
            CitedEvidence(_id_of(link["evidence"], evidence_ids, "evidence"), Stance(link["stance"]), link["why"])
            for link in row["evidence"]
        ),
    )


def annotation_content(row: Row, claim_ids: dict[str, UUID]) -> AnnotationContent:
    """An annotation's content; ``claim_ids`` resolves the slug of its claim.

    Raises:
        InvalidInput: there is no such slug.
    """
    return AnnotationContent(
        claim_id=_id_of(row["claim"], claim_ids, "claim"),
        categories=tuple(Category(value) for value in row["categories"]),
        severity=row["severity"],
        note=row["note"],
    )


def passage_of(row: Row) -> Passage:
    """Where an annotation stands: its offsets, and the words that must be there."""
    return Passage(
        ordinal=row["ordinal"],
        quote=TextQuoteSelector(exact=row["quote"], prefix="", suffix=""),
        position=TextPositionSelector(start=row["start"], end=row["end"]),
    )


def _id_of(name: str, ids: dict[str, UUID], field: str) -> UUID:
    if name not in ids:
        raise InvalidInput(f"the corpus has no {field} {name}", field=field)
    return ids[name]
