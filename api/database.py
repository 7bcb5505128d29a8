"""The request's session: opened with the first question, one snapshot, read-only, closed with the request."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import structlog
from flask import Flask, Response, current_app, g
from sqlalchemy import Engine, text
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError, TimeoutError
from sqlalchemy.orm import Session

from annotations.settings import Settings
from annotations.store.engine import WriteSession, make_engine, read_session, write_session
from annotations.store.impatience import impatient
from annotations.store.migrate import current_revision, head_revision
from api.health import add_readiness_check
from api.problems import problem_response

_KEY = "caveat.engine"


class SchemaOutdated(Exception):
    """The database is not at the revision that the code needs."""


def init_database(app: Flask, settings: Settings) -> None:
    """Give ``app`` its engine, and have readiness look at the database and at its schema."""
    engine = make_engine(settings.database_url)
    app.extensions[_KEY] = engine
    app.teardown_appcontext(_close)
    for unreachable in (OperationalError, InterfaceError, TimeoutError):
        app.register_error_handler(unreachable, handle_unreachable)
    add_readiness_check(app, "database", lambda: _answers(engine))
    needed = head_revision(engine)
    add_readiness_check(app, "schema", lambda: _is_current(engine, needed))


def current_engine() -> Engine:
    """The engine of the application at hand."""
    engine: Engine = current_app.extensions[_KEY]
    return engine


def request_session() -> Session:
    """The session of the current request: everything that it reads comes from one snapshot."""
    if "session" not in g:
        g.session = read_session(current_engine())
    session: Session = g.session
    return session


@contextmanager
def write_transaction(engine: Engine) -> Generator[WriteSession]:
    """One transaction of its own: kept whole when the block ends, and not at all where it raises."""
    with write_session(engine) as session, session.begin():
        yield session


@contextmanager
def impatient_transaction(engine: Engine) -> Generator[WriteSession]:
    """Like :func:`write_transaction`, for what can be left undone: it waits for no other writer.

    Raises:
        PublishingBusy: another one is at work.
    """
    with impatient(engine) as connection, WriteSession(connection) as session, session.begin():
        yield session


def handle_unreachable(error: SQLAlchemyError) -> Response:
    """A database that is away, locked or not migrated: 503 and when to try again; why is in the log."""
    structlog.get_logger("caveat.database").error("database_unreachable", exc_info=error)
    return problem_response("not_ready", detail="The database does not answer; try again.")


def _close(_error: BaseException | None) -> None:
    session: Session | None = g.pop("session", None)
    if session is not None:
        session.close()


def _answers(engine: Engine) -> None:
    with read_session(engine) as session:
        session.execute(text("SELECT 1"))


def _is_current(engine: Engine, needed: str | None) -> None:
    found = current_revision(engine)
    if found != needed:
        raise SchemaOutdated(f"the database is at {found}, the code needs {needed}")
