"""How a redaction is told of in log and history: which rows it opened can be checked for ever."""

from __future__ import annotations

from collections.abc import Iterable

from annotations.store.chains import content_hash

REDACT = "redact"
"""The action under which a history keeps a redaction."""


def redaction_summary(of: str, number: int, rows: Iterable[tuple[str, str]]) -> str:
    """The line in the log. ``rows`` are the table and the key of each row that the redaction names.

    The guards let such a row be changed, so the line, which is hashed, vouches that no other was opened.
    """
    named = sorted(rows)
    digest = content_hash({"rows": named})
    return f"Redacted for legal reasons: version {number} of the {of}; {len(named)} rows, SHA-256 {digest}"


def vouches(summary: str, rows: Iterable[tuple[str, str]]) -> bool:
    """Whether the line in the log is one for exactly these rows."""
    named = sorted(rows)
    return summary.endswith(f"; {len(named)} rows, SHA-256 {content_hash({'rows': named})}")
