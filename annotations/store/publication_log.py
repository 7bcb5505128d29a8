"""Writing the publication log: the one place where something becomes public.

The log is a hash chain: ``hash`` is SHA-256 over the row's canonical JSON (RFC 8785), ``prev_hash`` included.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from annotations.errors import PublishingBusy
from annotations.store.chains import GENESIS, LOG_CHAIN, content_hash, keep_head, timestamp
from annotations.store.content_hashes import correction_hash, log_row_hash
from annotations.store.engine import is_busy
from annotations.store.tables import Correction, LogRow, PublicVersion
from annotations.vocabulary import ChangeKind, EntityType

LOCK_KEY = 0x0CA7EA7
TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a log row is about: an entity in one of its versions."""

    entity_type: EntityType
    entity_id: UUID
    version: int
    content_hash: str


class Publication:
    """One publishing transaction: holds the publishing lock from its making to the commit.

    Rows become visible in the order of their ``seq``, because no other publisher can write one before this
    transaction has ended.

    Attributes:
        moment: when this publication takes effect: the ``at`` of its first row, and the time at which all
            the intervals that it touches close and open, so that they meet and the public never sees half of it.
    """

    def __init__(self, session: Session, *, actor_id: UUID, now: datetime) -> None:
        """Take the lock, then read the log's head.

        Raises:
            PublishingBusy: another publisher held the lock for too long.
        """
        self.session = session
        self.actor_id = actor_id
        _take_lock(session)
        # What was read before the lock may have changed while this transaction waited for it.
        session.flush()
        session.expire_all()
        head = session.execute(select(LogRow).order_by(LogRow.seq.desc()).limit(1)).scalar_one_or_none()
        self._seq = head.seq if head else 0
        self._hash = head.hash if head else GENESIS
        self.moment = now if head is None else max(now, head.at + TICK)
        self._next_at = self.moment

    def record(
        self,
        event: str,
        subject: Subject,
        *,
        summary: str,
        keys: Iterable[str],
        gone: Iterable[str] = (),
        back: Iterable[str] = (),
        change_kind: ChangeKind | None = None,
    ) -> LogRow:
        """Append one row, and stamp every key whose representation it changed.

        ``gone`` are the keys among them behind which a tombstone stands from now on, ``back`` those behind which one
        stands no longer; at all others it stays as it is. The row's ``at`` is
        later than that of every row before it.
        """
        at = self._next_at
        gone_keys, back_keys = frozenset(gone), frozenset(back)
        affected = sorted({*keys, *gone_keys, *back_keys})
        content = {
            "seq": self._seq + 1,
            "at": timestamp(at),
            "event": event,
            "entity_type": str(subject.entity_type),
            "entity_id": str(subject.entity_id),
            "entity_version": subject.version,
            "content_hash": subject.content_hash,
            "change_kind": str(change_kind) if change_kind else None,
            "actor_id": str(self.actor_id),
            "summary": summary,
            "affected_keys": affected,
            "prev_hash": self._hash,
        }
        row = LogRow(
            **{
                **content,
                "at": at,
                "entity_id": subject.entity_id,
                "actor_id": self.actor_id,
                "hash": content_hash(content),
            }
        )
        self.session.add(row)
        self.session.flush()
        self._seq, self._hash, self._next_at = row.seq, row.hash, row.at + TICK
        _stamp(self.session, row, gone_keys, back_keys)
        keep_head(self.session, LOG_CHAIN, row.seq, row.hash)
        return row

    def correct(
        self, row: LogRow, *, before: Mapping[str, Any], after: Mapping[str, Any] | None, reason: str
    ) -> Correction:
        """File the public correction that belongs to ``row``; ``after`` is None for a withdrawal."""
        correction = Correction(
            seq=row.seq,
            at=row.at,
            entity_type=row.entity_type,
            entity_id=row.entity_id,
            before=dict(before),
            after=None if after is None else dict(after),
            reason=reason,
        )
        correction.hash = correction_hash(correction, row.hash)
        self.session.add(correction)
        self.session.flush()
        return correction


def chain_is_whole(rows: Iterable[LogRow]) -> bool:
    """Whether ``rows``, the whole log in order of ``seq``, follow one another without a gap or a change."""
    expected_seq, prev_hash = 1, GENESIS
    for row in rows:
        if row.seq != expected_seq or row.prev_hash != prev_hash or row.hash != log_row_hash(row):
            return False
        expected_seq, prev_hash = row.seq + 1, row.hash
    return True


def wait_for_lock(session: Session, *, seconds: int) -> None:
    """Take the publishing lock ahead of a long piece of work, with more patience than a single publication has.

    Raises:
        PublishingBusy: another publisher held it all that time.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SET LOCAL lock_timeout = {int(seconds) * 1000}"))
        session.execute(text(f"SET LOCAL statement_timeout = {int(seconds) * 1000}"))
    _take_lock(session)


def _take_lock(session: Session) -> None:
    # On SQLite the transaction itself is the lock: writers begin IMMEDIATE. The first statement begins it.
    statement = (
        "SELECT pg_advisory_xact_lock(:key)" if session.get_bind().dialect.name == "postgresql" else "SELECT :key"
    )
    try:
        session.execute(text(statement), {"key": LOCK_KEY})
    except OperationalError as error:
        if not is_busy(error):
            raise
        raise PublishingBusy("another change is being published; try again") from error


def _stamp(session: Session, row: LogRow, gone: frozenset[str], back: frozenset[str]) -> None:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    stamps = [{"key": key, "seq": row.seq, "at": row.at, "gone": key in gone} for key in row.affected_keys]
    if not stamps:
        return
    statement = insert(PublicVersion)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[PublicVersion.key],
            set_={
                "seq": statement.excluded.seq,
                "at": statement.excluded.at,
                "gone": or_(PublicVersion.gone, statement.excluded.gone),
            },
        ),
        stamps,
    )
    if back:
        session.execute(update(PublicVersion).where(PublicVersion.key.in_(sorted(back))).values(gone=False))
