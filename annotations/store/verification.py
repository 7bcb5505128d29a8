"""Verifying a database: whether log, histories and versions still are what was written.

Every hash is worked out anew from what is stored, every chain is walked from its first row, and every chain's end is
compared with the head that was kept. Whoever can change the whole database can make it consistent again; a head of the
log that was written down elsewhere tells on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from annotations.store.checks.anchors import check_anchors, check_paragraphs
from annotations.store.checks.corrections import check_corrections
from annotations.store.checks.findings import Finding, Findings
from annotations.store.checks.histories import check_histories
from annotations.store.checks.log import Head, check_log
from annotations.store.checks.notices import check_notices
from annotations.store.checks.redactions import check_redactions
from annotations.store.checks.references import check_references
from annotations.store.checks.shown import check_present_anchors, check_tombstones
from annotations.store.checks.unreadable import check_readable
from annotations.store.checks.versions import check_versions
from annotations.store.patience import take_time

__all__ = ["Finding", "Head", "Verification", "verify"]

UNREADABLE = (ValueError, TypeError, AttributeError, DBAPIError)
"""What reading a value raises that has not the form of its column."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What a verification came to.

    Attributes:
        head: where the log ends; None where it could not be read.
        checked: how many rows of each sort were checked.
        findings: what is wrong, in the order of the checks, at most 1,000.
        count: how many things are wrong, those that ``findings`` leaves out included.
    """

    head: Head | None
    checked: Mapping[str, int]
    findings: tuple[Finding, ...]
    count: int

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return self.count == 0


def verify(session: Session, *, expected: Head | None = None) -> Verification:
    """Check everything that is chained or hashed, in one snapshot; rows are read in batches, never all at once.

    ``expected`` is a row of the log as somebody wrote it down earlier. It must still be there, so that a tail which was
    cut off shows even where the kept heads were changed with it.
    """
    take_time(session)
    findings = Findings()
    try:
        head = _check(session, findings, expected)
    except UNREADABLE:
        head, unreadable = None, Findings()
        check_readable(session, unreadable)
        if not unreadable.count:
            raise
        findings = unreadable
    return Verification(head, dict(findings.checked), tuple(findings.kept), findings.count)


def _check(session: Session, findings: Findings, expected: Head | None) -> Head:
    redacted = check_redactions(session, findings)
    head = check_log(session, findings, redacted, expected)
    check_histories(session, findings, redacted)
    check_versions(session, findings, redacted)
    check_paragraphs(session, findings)
    check_anchors(session, findings, redacted)
    check_present_anchors(session, findings)
    check_notices(session, findings, redacted)
    check_tombstones(session, findings)
    check_references(session, findings)
    check_corrections(session, findings, redacted)
    return head
