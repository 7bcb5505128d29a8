"""The publication log: a gapless, ever later, hash-chained list, written with what it records or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm import make_transient

from annotations.errors import PublishingBusy
from annotations.store.actors import ActorRow
from annotations.store.engine import read_session, write_session
from annotations.store.history import add_transition
from annotations.store.keys import COLLECTIONS
from annotations.store.log import Correction, LogRow, PublicVersion
from annotations.store.publication_log import (
    GENESIS,
    LOCK_KEY,
    TICK,
    Publication,
    Subject,
    chain_is_whole,
    content_hash,
    timestamp,
)
from annotations.store.review import Transition
from annotations.vocabulary import ChangeKind, EntityType, Role
from tests.databases import engine_for, listening
from tests.services.newsroom import START, dump

ACTOR = UUID(int=1)
CLAIM = Subject(EntityType.CLAIM, UUID(int=2), 1, "1" * 64)


@pytest.fixture
def engine(engine):
    with write_session(engine) as session, session.begin():
        session.add(ActorRow(id=ACTOR, name="ann", role=Role.EDITOR, created_at=START))
    return engine


def publish(engine, *rows, now=START):
    """One publication with a row for each set of keys, and the moment at which it took effect."""
    with write_session(engine) as session, session.begin():
        publication = Publication(session, actor_id=ACTOR, now=now)
        for keys in rows:
            publication.record("claim.published", CLAIM, summary="A claim.", keys=keys)
        return publication.moment


def read_log(engine):
    with read_session(engine) as session:
        rows = list(session.scalars(select(LogRow).order_by(LogRow.seq)))
        for row in rows:
            session.expunge(row)
            make_transient(row)
        return rows


def stamps(engine):
    with read_session(engine) as session:
        rows = session.scalars(select(PublicVersion).where(PublicVersion.key.not_in(COLLECTIONS)))
        return {row.key: (row.seq, row.at, row.gone) for row in rows}


def test_rows_are_numbered_from_one_without_a_gap_and_chained(engine):
    for _ in range(3):
        publish(engine, {"a"}, {"b"})
    log = read_log(engine)
    assert [row.seq for row in log] == [1, 2, 3, 4, 5, 6]
    assert [row.prev_hash for row in log] == [GENESIS, *(row.hash for row in log[:-1])]
    assert chain_is_whole(log)
    assert chain_is_whole([])


@pytest.mark.parametrize(
    ("clock", "why"),
    [
        ([0, 0, 0], "it stands still"),
        ([0, -60, -3600], "it goes back"),
        ([0, 1e-6, 1e-6], "it ticks once"),
        ([0, 60, 30], "it is set back after going forward"),
    ],
)
def test_times_grow_whatever_the_clock_does(engine, clock, why):
    moments = [publish(engine, {"a"}, {"b"}, now=START + timedelta(seconds=step)) for step in clock]
    times = [row.at for row in read_log(engine)]
    assert all(earlier < later for earlier, later in pairwise(times)), why
    assert moments == times[::2]
    assert times[1] == times[0] + TICK


def test_a_clock_that_goes_on_is_taken_at_its_word(engine):
    publish(engine, {"a"})
    later = START + timedelta(hours=1)
    assert publish(engine, {"a"}, now=later) == later == read_log(engine)[-1].at


def test_a_clock_without_zone_is_refused(engine):
    before = dump(engine)
    with pytest.raises(StatementError, match="naive"):
        publish(engine, {"a"}, now=START.replace(tzinfo=None))
    assert dump(engine) == before


@pytest.mark.parametrize("column", [column.name for column in LogRow.__table__.columns])
@pytest.mark.parametrize("place", [0, 3, -1], ids=["first", "middle", "last"])
def test_a_change_of_any_column_breaks_the_chain(stocked_engine, column, place):
    log = read_log(stocked_engine)
    value = getattr(log[place], column)
    changed = {
        "at": lambda: value + TICK,
        "affected_keys": lambda: [*value, "e"],
        "change_kind": lambda: "minor" if value is None else None,
        "entity_id": lambda: UUID(int=value.int ^ 1),
        "actor_id": lambda: UUID(int=value.int ^ 1),
    }.get(column, lambda: value + 1 if isinstance(value, int) else _flipped(value))
    setattr(log[place], column, changed())
    assert not chain_is_whole(log)


def _flipped(value):
    return value[:-1] + ("0" if value[-1] != "0" else "1")


@pytest.mark.parametrize(
    ("order", "why"),
    [
        ([1, 2, 3], "the first row is missing"),
        ([0, 2, 3], "a row is missing"),
        ([0, 2, 1, 3], "two rows changed places"),
        ([0, 1, 1, 2, 3], "a row stands twice"),
        ([3, 2, 1, 0], "the other way round"),
    ],
)
def test_a_row_that_is_missing_or_elsewhere_breaks_the_chain(stocked_engine, order, why):
    log = read_log(stocked_engine)[:4]
    assert chain_is_whole(log)
    assert not chain_is_whole([log[place] for place in order]), why


def test_only_the_published_head_shows_that_the_tail_was_cut(stocked_engine):
    assert chain_is_whole(read_log(stocked_engine)[:-1])


def test_a_row_rewritten_with_its_hash_breaks_the_chain(stocked_engine):
    first, second = read_log(stocked_engine)[:2]
    first.hash = second.prev_hash = content_hash({"anything": "else"})
    assert not chain_is_whole([first, second])


def test_the_keys_are_stamped_with_the_row_that_changed_them_last(engine):
    publish(engine, {"a", "b"}, {"b", "c"})
    publish(engine, {"c"})
    log = {row.seq: row.at for row in read_log(engine)}
    assert stamps(engine) == {"a": (1, log[1], False), "b": (2, log[2], False), "c": (3, log[3], False)}


def test_a_tombstone_stands_until_it_is_said_that_the_thing_is_back(engine):
    def record(**keys):
        with write_session(engine) as session, session.begin():
            publication = Publication(session, actor_id=ACTOR, now=START)
            return publication.record("claim.withdrawn", CLAIM, summary="Gone.", **keys).affected_keys

    assert record(keys={"a"}, gone={"b"}) == ["a", "b"]
    assert gone(engine) == {"a": False, "b": True}
    record(keys={"a", "b"})
    assert gone(engine) == {"a": False, "b": True}
    assert record(keys={"a"}, back={"b", "c"}) == ["a", "b", "c"]
    assert gone(engine) == {"a": False, "b": False, "c": False}
    record(keys=(), gone={"c"})
    assert gone(engine) == {"a": False, "b": False, "c": True}


def gone(engine):
    return {key: is_gone for key, (_, _, is_gone) in stamps(engine).items()}


def test_a_row_that_changes_no_representation_stamps_none(engine):
    publish(engine, set())
    assert (len(read_log(engine)), stamps(engine)) == (1, {})


def test_a_correction_belongs_to_its_row(engine):
    with write_session(engine) as session, session.begin():
        publication = Publication(session, actor_id=ACTOR, now=START)
        row = publication.record("claim.revised", CLAIM, summary="Changed.", keys=(), change_kind=ChangeKind.CORRECTION)
        publication.correct(row, before={"text": "a"}, after={"text": "b"}, reason="A mistake.")
        publication.correct(row, before={"text": "b"}, after=None, reason="Worse.")
    with read_session(engine) as session:
        found = session.execute(select(Correction.seq, Correction.at, Correction.entity_id, Correction.after)).all()
    assert sorted(map(tuple, found), key=repr) == [
        (1, START, CLAIM.entity_id, None),
        (1, START, CLAIM.entity_id, {"text": "b"}),
    ]


def publish_and_fail(engine):
    with write_session(engine) as session, session.begin():
        publication = Publication(session, actor_id=ACTOR, now=START)
        row = publication.record("claim.withdrawn", CLAIM, summary="Gone.", keys={"a"}, gone={"b"})
        publication.correct(row, before={}, after=None, reason="A mistake.")
        raise RuntimeError("later")


def test_what_fails_after_publishing_leaves_nothing(engine):
    publish(engine, {"a"})
    before = dump(engine)
    with pytest.raises(RuntimeError, match="later"):
        publish_and_fail(engine)
    assert dump(engine) == before
    publish(engine, {"a"})
    assert chain_is_whole(read_log(engine))


LOCKING = {
    "sqlite": (text("SELECT :key"), "PRAGMA busy_timeout=20"),
    "postgresql": (text("SELECT pg_advisory_xact_lock(:key)"), "SET lock_timeout = '20ms'"),
}


def test_a_publisher_who_waits_too_long_is_told_that_it_is_busy(engine, backend):
    lock, hurry = LOCKING[backend]
    engine.dispose()
    before, at_once = dump(engine), lambda connection, _: _at_once(connection, hurry)
    engine.dispose()
    with listening(engine, "connect", at_once), write_session(engine) as first:
        first.execute(lock, {"key": LOCK_KEY})
        with pytest.raises(PublishingBusy) as caught:
            publish(engine, {"a"})
    assert caught.value.code == "publishing_busy"
    assert dump(engine) == before
    publish(engine, {"a"})


def _at_once(connection, statement):
    connection.execute(statement).close()
    connection.commit()


def test_another_failure_of_the_database_is_not_called_busy(postgresql_databases):
    url = postgresql_databases.copy(postgresql_databases.migrated())
    with engine_for(url) as engine, write_session(engine) as first, write_session(engine) as second:
        first.execute(LOCKING["postgresql"][0], {"key": LOCK_KEY})
        process = second.scalar(text("SELECT pg_backend_pid()"))
        first.execute(text("SELECT pg_terminate_backend(:process)"), {"process": process})
        with pytest.raises(DBAPIError, match="terminating connection"):
            Publication(second, actor_id=ACTOR, now=START)
    postgresql_databases.drop(url)


def test_the_lock_goes_with_the_transaction(engine):
    with write_session(engine) as session:
        Publication(session, actor_id=ACTOR, now=START)
        session.rollback()
        publish(engine, {"a"})


def test_what_was_read_before_the_lock_is_read_again(engine):
    with write_session(engine) as session:
        actor = session.get_one(ActorRow, ACTOR)
        session.commit()
        with write_session(engine) as other, other.begin():
            other.get_one(ActorRow, ACTOR).name = "anna"
        assert actor.name == "ann"
        Publication(session, actor_id=ACTOR, now=START)
        assert actor.name == "anna"


def test_times_are_hashed_in_one_form():
    assert timestamp(datetime(2026, 12, 1, 9, 0, tzinfo=UTC)) == "2026-12-01T09:00:00.000000Z"
    there = timezone(timedelta(hours=-3, minutes=-30))
    assert timestamp(datetime(2026, 12, 1, 9, 0, 0, 7, tzinfo=there)) == "2026-12-01T12:30:00.000007Z"


def test_the_hash_does_not_depend_on_the_order_of_members():
    assert content_hash({"a": 1, "b": 2}) == content_hash({"b": 2, "a": 1}) != content_hash({"a": 2, "b": 1})


def test_a_history_is_a_chain_of_its_own(engine):
    other = Subject(EntityType.EVIDENCE, UUID(int=3), 1, "2" * 64)
    with write_session(engine) as session, session.begin():
        for subject, action in ((CLAIM, "create"), (other, "create"), (CLAIM, "submit"), (CLAIM, "approve")):
            add_transition(session, subject, action=action, from_state=None, to_state="draft", actor_id=ACTOR, at=START)
    with read_session(engine) as session:
        steps = session.scalars(select(Transition).where(Transition.entity_type == "claim")).all()
    steps = sorted(steps, key=lambda step: step.position)
    assert [(step.position, step.action) for step in steps] == [(1, "create"), (2, "submit"), (3, "approve")]
    assert [step.prev_hash for step in steps] == [GENESIS, steps[0].hash, steps[1].hash]
