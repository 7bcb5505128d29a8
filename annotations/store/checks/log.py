"""Checks of the publication log: its chain, its head, and the stamps that it left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.store.chains import GENESIS, LOG_CHAIN
from annotations.store.checks.findings import Findings, Rows, batches, chunks, gives, log_row
from annotations.store.checks.redactions import RedactedRows
from annotations.store.content_hashes import log_row_hash
from annotations.store.editorial import ChainHead
from annotations.store.keys import COLLECTIONS
from annotations.store.log import LogRow, PublicVersion

LOG = "publication_log"
STAMPS = "public_versions"


@dataclass(frozen=True, slots=True)
class Head:
    """Where a log ends: the number and the hash of its last row; 0 and 64 zeros of an empty one."""

    seq: int
    hash: str


@dataclass(slots=True)
class _Walk:
    """Where the walk along the log stands."""

    seq: int = 0
    hash: str = GENESIS
    at: datetime | None = None


def check_log(session: Session, findings: Findings, redacted: RedactedRows, expected: Head | None) -> Head:
    """Walk the chain from its first row; ``expected`` is a row that somebody outside wrote down earlier."""
    walk = _Walk()
    seen = expected is None or expected == Head(0, GENESIS)
    for rows in batches(session, select(LogRow.__table__).order_by(LogRow.seq)):
        for row in rows:
            _check_link(findings, walk, row)
            if not redacted.names(LOG, row.seq) and not gives(row.hash, partial(log_row_hash, row)):
                findings.add(LOG, log_row(row.seq), "its content does not give its hash")
            if expected is not None and row.seq == expected.seq:
                seen = True
                if row.hash != expected.hash:
                    findings.add(LOG, log_row(row.seq), f"its hash is {row.hash}, and {expected.hash} was expected")
            walk.seq, walk.hash, walk.at = row.seq, row.hash, row.at
        findings.checked["log rows"] += len(rows)
        _check_stamped(session, findings, rows)
    head = Head(walk.seq, walk.hash)
    if expected is not None and not seen:
        findings.add(LOG, log_row(expected.seq), f"expected, and missing: the log ends at {log_row(head.seq)}")
    _check_head(session, findings, head)
    _check_stamps(session, findings, head)
    return head


def _check_link(findings: Findings, walk: _Walk, row: Any) -> None:
    name = log_row(row.seq)
    if row.seq != walk.seq + 1:
        findings.add(LOG, name, f"follows {log_row(walk.seq)}: {log_row(walk.seq + 1)} is missing")
    if row.prev_hash != walk.hash:
        findings.add(LOG, name, "names another hash than that of the row before it")
    if walk.at is not None and row.at <= walk.at:
        findings.add(LOG, name, "is not later than the row before it")


def _check_head(session: Session, findings: Findings, head: Head) -> None:
    kept = session.execute(select(ChainHead.position, ChainHead.hash).where(ChainHead.chain == LOG_CHAIN)).one_or_none()
    if kept is None:
        if head.seq:
            findings.add("chain_heads", LOG_CHAIN, f"the head of the log is not kept: it ends at {log_row(head.seq)}")
        return
    if kept.position > head.seq:
        findings.add(LOG, log_row(head.seq + 1), f"cut off: the log went on to {log_row(kept.position)}")
    elif kept.position < head.seq:
        findings.add(LOG, log_row(kept.position + 1), f"added beyond the head, which is {log_row(kept.position)}")
    elif kept.hash != head.hash:
        findings.add(LOG, log_row(head.seq), "its hash is not that of the head that was kept")


def _check_stamped(session: Session, findings: Findings, rows: Rows) -> None:
    """Each key that a row changed was stamped by it or by a later row."""
    last: dict[str, int] = {}
    for row in rows:
        last |= dict.fromkeys(_texts(row.affected_keys), row.seq)
    for some in chunks(sorted(last)):
        stamps = session.execute(select(PublicVersion.key, PublicVersion.seq).where(PublicVersion.key.in_(some)))
        stamped = {stamp.key: stamp.seq for stamp in stamps}
        for key in some:
            if stamped.get(key, -1) < last[key]:
                findings.add(STAMPS, key, f"{log_row(last[key])} changed it and did not stamp it")


def _check_stamps(session: Session, findings: Findings, head: Head) -> None:
    """Each stamp is that of a row which names its key; only a list is there before anything changed it."""
    statement = (
        select(PublicVersion.key, PublicVersion.seq, PublicVersion.at)
        .add_columns(LogRow.at.label("logged_at"), LogRow.affected_keys)
        .outerjoin(LogRow, LogRow.seq == PublicVersion.seq)
        .order_by(PublicVersion.key)
    )
    for rows in batches(session, statement):
        findings.checked["stamps"] += len(rows)
        for stamp in rows:
            if stamp.seq > head.seq:
                findings.add(STAMPS, stamp.key, f"stamped at {log_row(stamp.seq)}, beyond the end of the log")
            elif stamp.seq == 0 and stamp.key in COLLECTIONS:
                continue
            elif stamp.key not in _texts(stamp.affected_keys):
                findings.add(STAMPS, stamp.key, f"stamped at {log_row(stamp.seq)}, which does not name it")
            elif stamp.at != stamp.logged_at:
                findings.add(STAMPS, stamp.key, f"its time is not that of {log_row(stamp.seq)}")


def _texts(value: object) -> Iterable[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
