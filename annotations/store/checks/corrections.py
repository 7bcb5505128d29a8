"""Checks of corrections: each belongs to its row of the log, and says of the versions what these hold."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.review.events import Event
from annotations.store.checks.findings import Findings, batches, gives, log_row
from annotations.store.checks.redactions import RedactedRows
from annotations.store.checks.references import VERSIONS
from annotations.store.content_hashes import correction_hash, plain
from annotations.store.log import Correction, LogRow
from annotations.store.versions import VersionColumns
from annotations.vocabulary import EntityType

CORRECTIONS = "corrections"
NOT_SHOWN = frozenset(VersionColumns.__annotations__)
WITHDRAWALS = frozenset({Event.ARTICLE_WITHDRAWN, Event.CLAIM_WITHDRAWN, Event.ANNOTATION_WITHDRAWN})
OWN = ("at", "entity_type", "entity_id")


def check_corrections(session: Session, findings: Findings, redacted: RedactedRows) -> None:
    """Check every correction, in the order of the log."""
    statement = (
        select(Correction, LogRow)
        .outerjoin(LogRow, LogRow.seq == Correction.seq)
        .order_by(Correction.seq, Correction.id)
    )
    for rows in batches(session, statement):
        findings.checked["corrections"] += len(rows)
        for correction, row in rows:
            name = f"{log_row(correction.seq)}, {correction.entity_type} {correction.entity_id}"
            wrong = _fault(session, redacted, correction, row)
            if wrong is not None:
                findings.add(CORRECTIONS, name, wrong)


def _fault(session: Session, redacted: RedactedRows, correction: Correction, row: LogRow | None) -> str | None:
    if row is None:
        return "the log has no such row"
    for name in OWN:
        if getattr(correction, name) != getattr(row, name):
            return f"{name} is not that of its row in the log"
    if redacted.names(CORRECTIONS, correction.id):
        return None
    if not gives(correction.hash, partial(correction_hash, correction, row.hash)):
        return "what it says does not give its hash"
    if row.event in WITHDRAWALS and correction.after is not None:
        return "it says what is shown now, and its row of the log is a withdrawal"
    versions = _versions(session, row)
    if not versions:
        return None
    after = versions[-1]
    # Of a merger it says what the other claim says.
    told = correction.after is not None and row.event != Event.CLAIM_MERGED
    if told and not _agrees(correction.after or {}, after, redacted):
        return "what it says is shown now is not what its version holds"
    if not any(_agrees(correction.before, before, redacted) for before in versions):
        return "what it says was shown before is not what the version before held"
    return None


def _versions(session: Session, row: LogRow) -> list[Any]:
    """The version that a row of the log is about, after the one that was in force before it."""
    for table, owner in VERSIONS.get(EntityType(row.entity_type), ()):
        own = select(table).where(owner == row.entity_id, table.number <= row.entity_version)
        told = table.valid_from.is_not(None)
        found = session.scalars(own.where(told).order_by(table.number.desc()).limit(2)).all()
        if found and found[0].number == row.entity_version and found[0].content_hash == row.content_hash:
            return list(reversed(found))
    return []


def _agrees(shown: Mapping[str, Any], version: Any, redacted: RedactedRows) -> bool:
    """Whether the members that are columns of the version have its values; others were worked out from more rows."""
    if redacted.names(version.__tablename__, version.id):
        return True
    columns = {column.key for column in version.__table__.columns} - NOT_SHOWN
    return all(plain(getattr(version, name)) == shown[name] for name in columns & shown.keys())
