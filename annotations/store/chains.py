"""Hash chains: what is hashed, in which form, and where each chain ends."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import rfc8785
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from annotations.store.editorial import ChainHead

GENESIS = "0" * 64
"""What the first row of a chain names as the hash before it."""

LOG_CHAIN = "log"


def content_hash(content: Mapping[str, Any]) -> str:
    """SHA-256, in hex, over the canonical JSON (RFC 8785) of ``content``."""
    return hashlib.sha256(rfc8785.dumps(dict(content))).hexdigest()


def timestamp(at: datetime) -> str:
    """``at`` in UTC as RFC 3339 with six decimals, the form in which times are hashed."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def keep_head(session: Session, chain: str, position: int, digest: str) -> None:
    """Note that ``chain`` ends at ``position`` with ``digest``, so that a tail cut off later shows."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(ChainHead).values(chain=chain, position=position, hash=digest)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[ChainHead.chain],
            set_={"position": statement.excluded.position, "hash": statement.excluded.hash},
        )
    )
