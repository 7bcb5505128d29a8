"""Two who change accounts at the same time, and the last admin, who stays whatever happens."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from annotations.errors import DomainError, SlugTaken, TransitionNotAllowed
from annotations.permissions import Actor
from annotations.queries.people import list_people
from annotations.services.people import change_role, create_user, disable_user, enable_user
from annotations.store.engine import read_session
from annotations.vocabulary import Role
from tests.databases import engine_for
from tests.services.newsroom import dump
from tests.staff import NOW, hire, work

LockOut = Callable[[Session, Actor, Actor | None], object]


def demote(session: Session, admin: Actor, by: Actor | None) -> None:
    change_role(session, user_id=admin.id, role=Role.EDITOR, actor=by, now=NOW)


def disable(session: Session, admin: Actor, by: Actor | None) -> None:
    disable_user(session, user_id=admin.id, actor=by, now=NOW)


LOCK_OUTS: list[LockOut] = [demote, disable]


def run_together(*calls: Callable[[], None]) -> None:
    """Run ``calls`` at the same time; fails with what any of them raised."""
    ready, failed = threading.Barrier(len(calls), timeout=10), []

    def guarded(call: Callable[[], None]) -> None:
        try:
            ready.wait()
            call()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=guarded, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not failed, failed
    assert not any(thread.is_alive() for thread in threads)


@pytest.mark.parametrize("field", ["name", "email"])
def test_two_who_take_one_name_at_once(engine, field):
    for round_ in range(5):
        refused: list[str | None] = []

        def take(number: int, round_=round_, refused=refused) -> None:
            own = {"name": f"n{number} of {round_}", "email": f"e{number}@{round_}"}
            try:
                hire(engine, **(own | {field: f"ann@{round_}"}))
            except SlugTaken as error:
                refused.append(error.field)

        run_together(lambda take=take: take(1), lambda take=take: take(2))
        assert refused == [field]
        with read_session(engine) as session:
            assert len(list_people(session)) == round_ + 1


def test_a_name_that_is_taken_between_look_and_write(postgresql_databases):
    """On SQLite no other writer gets between the two."""
    url = postgresql_databases.copy(postgresql_databases.migrated())
    with engine_for(url) as engine:
        refused: list[str | None] = []

        def second() -> None:
            with pytest.raises(SlugTaken, match="just now") as caught:
                hire(engine, "eve", email="ann@desk.example")
            refused.append(caught.value.field)

        thread = threading.Thread(target=second)
        with work(engine) as session:
            create_user(
                session, name="ann", email="ann@desk.example", role=Role.EDITOR, password_hash=None, actor=None, now=NOW
            )
            thread.start()
            wait_for_a_lock(engine)
        thread.join(10)
    assert refused == ["email"]
    postgresql_databases.drop(url)


def wait_for_a_lock(engine) -> None:
    """Return as soon as somebody on PostgreSQL waits for a lock."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    for _ in range(10_000):
        with read_session(engine) as session:
            if session.connection().exec_driver_sql(waiting).scalar_one():
                return
    pytest.fail("nobody came to wait")


@pytest.mark.parametrize("lock_out", LOCK_OUTS)
@pytest.mark.parametrize("from_command_line", [True, False])
def test_the_last_admin_stays(engine, lock_out, from_command_line):
    dan, eve = hire(engine, "dan", Role.ADMIN), hire(engine, "eve", Role.ADMIN)
    hire(engine, "ann")
    with work(engine) as session:
        disable_user(session, user_id=eve.id, actor=dan, now=NOW)
    before = dump(engine)
    by = None if from_command_line else dan
    with pytest.raises(TransitionNotAllowed, match="last admin who can sign in"), work(engine) as session:
        lock_out(session, dan, by)
    assert dump(engine) == before
    with work(engine) as session:
        enable_user(session, user_id=eve.id, actor=dan, now=NOW)
        lock_out(session, dan, by)


@pytest.mark.parametrize("lock_out", LOCK_OUTS)
def test_two_admins_cannot_lock_each_other_out_at_once(engine, lock_out):
    admins = [hire(engine, name, Role.ADMIN) for name in ("dan", "eve")]
    for _ in range(10):
        refused: list[tuple[str, Actor]] = []

        def strike(target: Actor, by: Actor, refused=refused) -> None:
            try:
                with work(engine) as session:
                    lock_out(session, target, by)
            except DomainError as error:
                refused.append((error.code, target))

        run_together(lambda strike=strike: strike(*admins), lambda strike=strike: strike(*reversed(admins)))
        ((code, left),) = refused
        assert code == "transition_not_allowed"
        with work(engine) as session:
            (gone,) = (admin for admin in admins if admin != left)
            if lock_out is disable:
                enable_user(session, user_id=gone.id, actor=None, now=NOW)
            else:
                change_role(session, user_id=gone.id, role=Role.ADMIN, actor=None, now=NOW)
