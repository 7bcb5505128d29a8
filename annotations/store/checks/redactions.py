"""Which rows a redaction blanked: their content cannot be hashed any longer, their place in a chain can."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.review.events import REDACTIONS
from annotations.store.checks.findings import Findings, log_row, version_row
from annotations.store.editorial import RedactedRow, Redaction
from annotations.store.log import LogRow
from annotations.store.redactions import REDACT, vouches
from annotations.store.review import Transition


class RedactedRows:
    """The rows that sound redactions name. They are few, so they are held in memory."""

    def __init__(self) -> None:
        self._keys: defaultdict[str, set[str]] = defaultdict(set)

    def add(self, table: str, key: str) -> None:
        """Take in one row."""
        self._keys[table].add(key)

    def names(self, table: str, key: UUID | int) -> bool:
        """Whether the row was blanked; ``key`` is what the guards of the table go by."""
        return (key.hex if isinstance(key, UUID) else str(key)) in self._keys[table]


def check_redactions(session: Session, findings: Findings) -> RedactedRows:
    """Check that log and history tell of each redaction; answer the rows that the sound ones name."""
    sound = set()
    rows: defaultdict[UUID, list[tuple[str, str]]] = defaultdict(list)
    for named in session.execute(select(RedactedRow.__table__).order_by(RedactedRow.table_name, RedactedRow.row_key)):
        rows[named.redaction_id].append((named.table_name, named.row_key))
    for redaction, row, told in session.execute(_REDACTIONS):
        findings.checked["redactions"] += 1
        name = version_row(redaction.entity_type, redaction.entity_id, redaction.version_number)
        if not _announces(row, redaction):
            findings.add("redactions", name, f"the log has no such redaction at {log_row(redaction.seq)}")
        elif not told:
            findings.add("redactions", name, "the history has no such redaction, or for another reason")
        elif not vouches(row.summary, rows[redaction.id]):
            findings.add("redactions", name, f"it names other rows than {log_row(redaction.seq)} vouches for")
        else:
            sound.add(redaction.id)
    redacted = RedactedRows()
    for redaction_id, named_rows in rows.items():
        for table, key in named_rows:
            if redaction_id in sound:
                redacted.add(table, key)
            else:
                findings.add("redacted_rows", f"{table} {key}", "no sound redaction names this row")
    return redacted


_TOLD = (
    select(Transition.id)
    .where(
        Transition.entity_type == Redaction.entity_type,
        Transition.entity_id == Redaction.entity_id,
        Transition.version_number == Redaction.version_number,
        Transition.action == REDACT,
        Transition.actor_id == Redaction.actor_id,
        Transition.at == Redaction.at,
        Transition.reason == Redaction.reason,
    )
    .correlate(Redaction)
    .exists()
)
_REDACTIONS = select(Redaction, LogRow, _TOLD).outerjoin(LogRow, LogRow.seq == Redaction.seq).order_by(Redaction.seq)


_EVENTS = {str(entity_type): event for entity_type, event in REDACTIONS.items()}


def _announces(row: LogRow | None, redaction: Redaction) -> bool:
    names = ("entity_type", "entity_id", "at", "actor_id")
    return (
        row is not None
        and row.event == _EVENTS.get(redaction.entity_type)
        and row.entity_version == redaction.version_number
        and all(getattr(row, name) == getattr(redaction, name) for name in names)
    )
