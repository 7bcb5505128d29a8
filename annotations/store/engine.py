"""Engines for SQLite and PostgreSQL, set up so that acknowledged writes last and readers see one state."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from annotations.errors import PublishingBusy, SlugTaken, StaleVersion

READ_ONLY = "caveat_read_only"
BUSY_TIMEOUT_MILLISECONDS = 10_000
BUSY_STATES = ("55P03", "40P01", "57014")
"""SQLSTATEs of PostgreSQL: lock not available, deadlock detected, statement timed out."""

NAMES = {
    "articles.slug": "slug",
    "uq_articles_slug": "slug",
    "claims.slug": "slug",
    "uq_claims_slug": "slug",
    "evidence.key": "key",
    "uq_evidence_key": "key",
    "evidence_identifiers.kind": "identifier",
    "pk_evidence_identifiers": "identifier",
    "articles.id": "id",
    "pk_articles": "id",
    "claims.id": "id",
    "pk_claims": "id",
    "evidence.id": "id",
    "pk_evidence": "id",
    "annotations.id": "id",
    "pk_annotations": "id",
}
"""How each database calls the constraints on names in its messages, and the field that they are about."""

RACES = (
    "transitions.entity_id, transitions.prev_hash",
    "uq_transitions_entity_id",
    "uq_transitions_entity_type",
    "transitions.entity_type, transitions.entity_id, transitions.position",
    "_versions.number",
    "_versions_article_id",
    "_versions_claim_id",
    "_versions_evidence_id",
    "_versions_annotation_id",
    "uq_revisions_article_id",
    "revisions.number",
)
"""How each database calls the constraints that only two changes of one thing at once can break."""

POOL_SIZE = 16
POOL_OVERFLOW = 32
POSTGRESQL_OPTIONS = (
    "-c statement_timeout=5000 -c lock_timeout=2000 -c idle_in_transaction_session_timeout=10000 -c timezone=UTC"
)


def make_engine(url: str) -> Engine:
    """An engine for ``url`` (SQLite file or ``postgresql+psycopg://``).

    SQLite: WAL, synchronous FULL (an acknowledged write survives a power cut), foreign keys on, and every
    transaction begun by an explicit BEGIN, IMMEDIATE for writers, because the driver itself would not
    begin one before a SELECT and concurrent read-then-write would lose updates.
    PostgreSQL: time limits for statements, locks and idle transactions.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, hide_parameters=True, pool_size=POOL_SIZE, max_overflow=POOL_OVERFLOW)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "handle_error", _drop_read_only_connections)
        return engine
    return create_engine(
        url,
        # What a statement binds may be a note that nobody may see yet, or a hash, and errors end up in logs.
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        connect_args={"options": POSTGRESQL_OPTIONS, "connect_timeout": 5},
    )


class WriteSession(Session):
    """A session whose lost races are errors of the domain."""

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        """Send what changed to the database.

        Raises:
            StaleVersion: a row changed since this session read it; nothing of this transaction will be kept.
            SlugTaken: another session took the same name first.
            PublishingBusy: another session held a row for too long.
        """
        try:
            super().flush(objects)
        except StaleDataError as error:
            raise StaleVersion("this changed since it was read; read it again") from error
        except IntegrityError as error:
            message = str(error.orig)
            if any(name in message for name in RACES):
                raise StaleVersion("this changed since it was read; read it again") from error
            field = _taken(message)
            if field is None:
                raise
            raise SlugTaken(f"another one took this {field} just now", field=field) from error
        except OperationalError as error:
            if not is_busy(error):
                raise
            raise PublishingBusy("another change is being written; try again") from error


def write_session(engine: Engine) -> WriteSession:
    """A session that may write; on SQLite it holds the database's one write lock from its first statement.

    That statement raises PublishingBusy where another writer held the lock for too long.
    """
    return WriteSession(engine, expire_on_commit=False)


def read_session(engine: Engine) -> Session:
    """A session that sees one snapshot for as long as it is open, and cannot write."""
    options: dict[str, Any] = {READ_ONLY: True}
    if engine.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    return Session(engine.execution_options(**options), expire_on_commit=False)


def is_busy(error: OperationalError) -> bool:
    """Whether a statement failed because another transaction was in its way, so that trying again may help."""
    return getattr(error.orig, "sqlstate", None) in BUSY_STATES


def _taken(message: str) -> str | None:
    return next((field for name, field in NAMES.items() if name in message), None)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        # Without it INSERT OR REPLACE takes a row away unseen by the triggers that refuse its deletion.
        "recursive_triggers=ON",
        f"busy_timeout={BUSY_TIMEOUT_MILLISECONDS}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql(f"PRAGMA query_only={'ON' if read_only else 'OFF'}")
    try:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
    except OperationalError as error:
        if getattr(error.orig, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
            raise PublishingBusy("another change is being written; try again") from error
        raise


def _drop_read_only_connections(context: ExceptionContext) -> None:
    # A connection opened while the file could not be written stays read-only, so the pool must not keep it.
    name = getattr(context.original_exception, "sqlite_errorname", None) or ""
    if name.startswith("SQLITE_READONLY"):
        context.is_disconnect = True
