"""Publishers at once, and a reader who polls ``seq > last``: nothing is missed, nothing seen twice."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from annotations.store.actors import ActorRow
from annotations.store.engine import read_session, write_session
from annotations.store.log import LogRow, PublicVersion
from annotations.store.publication_log import Publication, Subject, chain_is_whole
from annotations.vocabulary import EntityType, Role
from tests.services.newsroom import START

PUBLISHERS, ROUNDS = 6, 8
PAUSE_SECONDS = 0.001
ACTOR = UUID(int=1)


def publish(engine, publisher: int) -> None:
    for number in range(ROUNDS):
        # Their clocks disagree, and some publications have more than one row.
        now = START + timedelta(seconds=number - 5 * publisher)
        with write_session(engine) as session, session.begin():
            session.execute(select(1))
            publication = Publication(session, actor_id=ACTOR, now=now)
            for row in range(1 + number % 2):
                subject = Subject(EntityType.CLAIM, UUID(int=publisher), number + 1, "0" * 64)
                publication.record("claim.revised", subject, summary=f"{publisher}.{number}.{row}", keys={"shared"})


def poll(engine, done: threading.Event, shared: str = "shared") -> list[LogRow]:
    """Follow the log until ``done``; ``shared`` is a key that every publication stamps with its last row."""
    seen: list[LogRow] = []
    last_round = False
    while not last_round:
        last_round = done.wait(PAUSE_SECONDS)
        with read_session(engine) as session:
            last = seen[-1].seq if seen else 0
            found = session.scalars(select(LogRow).where(LogRow.seq > last).order_by(LogRow.seq)).all()
            stamp = session.scalar(select(PublicVersion.seq).where(PublicVersion.key == shared))
            # The stamp and the log are one state, too.
            assert stamp == (found[-1].seq if found else last or None)
        seen.extend(found)
    return seen


def test_nothing_is_missed_and_nothing_is_seen_twice(engine):
    with write_session(engine) as session, session.begin():
        session.add(ActorRow(id=ACTOR, name="ann", role=Role.EDITOR, created_at=START))
    done = threading.Event()
    with ThreadPoolExecutor(PUBLISHERS + 1) as threads:
        reader = threads.submit(poll, engine, done)
        publishers = [threads.submit(publish, engine, number) for number in range(PUBLISHERS)]
        try:
            for publisher in publishers:
                publisher.result()
        finally:
            done.set()
        seen = reader.result()
    assert [row.seq for row in seen] == list(range(1, len(seen) + 1))
    assert len({row.summary for row in seen}) == len(seen) == PUBLISHERS * ROUNDS * 3 // 2
    assert chain_is_whole(seen)
    times = [row.at for row in seen]
    assert times == sorted(set(times))
