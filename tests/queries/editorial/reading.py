"""Reading as editors do, in a snapshot of its own; and the steps that bring about what they read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from annotations.queries.editorial.queue import queue_counts, work_queue
from annotations.queries.editorial.views import QueueItem
from annotations.services.reimporting import Reimport, reimport_article
from annotations.store.articles import Article
from annotations.store.editorial import RedactedRow, Redaction
from annotations.store.evidence import Evidence
from annotations.store.log import LogRow
from annotations.vocabulary import EntityType, QueueKind
from tests.services.newsroom import Newsroom, text_of

NOW = datetime(2026, 12, 24, 12, tzinfo=UTC)
STALE_DAYS = 90


class Reader:
    """Somebody who reads what ``room`` holds."""

    def __init__(self, room: Newsroom) -> None:
        self.room = room

    def read(self, query: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
        """What a query gives."""
        with self.room.look() as session:
            return query(session, *arguments, **more)

    def all_of(self, query: Callable[..., Any], *arguments: Any, limit: int = 100, **more: Any) -> list[Any]:
        """The items of every page of a list."""
        items: list[Any] = []
        after = None
        while True:
            page = self.read(query, *arguments, limit=limit, after=after, **more)
            items += page.items
            after = page.next_key
            if after is None:
                return items

    def queue(
        self, kind: QueueKind, *, by: str = "bob", limit: int = 100, now: datetime = NOW, stale_days: int = STALE_DAYS
    ) -> list[QueueItem]:
        """One part of the queue, as somebody sees it."""
        asked = {"actor_id": self.room.actor(by).id, "now": now, "stale_days": stale_days}
        items = self.all_of(work_queue, kind, limit=limit, **asked)
        counts = self.read(queue_counts, **asked)
        assert list(counts) == list(QueueKind)
        assert counts[kind] == len(items)
        assert [(item.since, item.id) for item in items] == sorted((item.since, item.id) for item in items)
        return items

    def reimport(self, article: UUID, *paragraphs: str, by: str = "bob", title: str | None = None) -> Reimport:
        """The article with another text; of one whose title an editor gave, without a ``title``."""
        document = text_of(*paragraphs, title=title)
        done: Reimport = self.room.do(reimport_article, Article, article, document, by=by)
        return done

    def slug(self, article: UUID) -> str:
        """An article's slug."""
        with self.room.look() as session:
            return session.get_one(Article, article).slug

    def key(self, evidence: UUID) -> str:
        """A source's key."""
        with self.room.look() as session:
            return session.get_one(Evidence, evidence).key

    def redact(self, entity_type: EntityType, entity_id: UUID, number: int, table: str, row_id: UUID) -> None:
        """Note that a version was blanked."""
        with self.room.work() as session:
            row = session.get_one(LogRow, 1)
            redaction = Redaction(
                entity_type=entity_type,
                entity_id=entity_id,
                version_number=number,
                at=NOW,
                actor_id=self.room.actor("dan").id,
                reason="By order of a court.",
                seq=row.seq,
            )
            session.add(redaction)
            session.flush()
            session.add(RedactedRow(table_name=table, row_key=row_id.hex, redaction_id=redaction.id))
