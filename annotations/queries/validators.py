"""What the cheapest question costs: one SELECT says whether anything behind an address changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.store.log import PublicVersion


@dataclass(frozen=True, slots=True)
class PublicState:
    """When the representation behind a key last changed, and whether a tombstone stands there."""

    seq: int
    at: datetime
    gone: bool


def public_state(session: Session, key: str) -> PublicState | None:
    """The state behind ``key``; None where nothing public ever was."""
    row = session.execute(
        select(PublicVersion.seq, PublicVersion.at, PublicVersion.gone).where(PublicVersion.key == key)
    ).one_or_none()
    return PublicState(row.seq, row.at, row.gone) if row else None
