"""Fixtures for every test: databases on both backends, an engine, the application and its client.

| fixture | gives |
| --- | --- |
| ``backend`` | ``"sqlite"``, then ``"postgresql"``: whatever depends on it runs on both |
| ``database_url`` | a migrated database of the test's own, empty |
| ``samples_url`` | the sample corpus, shared: for tests that only read |
| ``fresh_samples_url`` | a copy of the sample corpus of the test's own |
| ``empty_url`` | a database without a schema |
| ``engine``, ``app``, ``client`` | on ``database_url`` |
| ``samples_engine``, ``samples_app``, ``samples_client`` | on ``samples_url``; made once per backend and process |

For any other database: ``engine_for`` in ``tests/databases.py``, ``app_for`` in ``tests/applications.py``.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings
from sqlalchemy import Engine

from tests.applications import app_for
from tests.databases import Databases, PostgresDatabases, SqliteDatabases, engine_for, in_memory, postgres_server
from tests.measured_once import pytest_runtest_protocol
from tests.strictness import pytest_make_collect_report, pytest_runtest_makereport

__all__ = ["pytest_make_collect_report", "pytest_runtest_makereport", "pytest_runtest_protocol"]

# In a build the same examples are tried each time, so that a red one is red again; elsewhere new ones are found.
settings.register_profile("build", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("build")

pytest_plugins = ["pytester"]


@pytest.fixture(scope="session")
def sqlite_databases() -> Generator[SqliteDatabases]:
    """Databases on SQLite, for a test of what only SQLite does."""
    with TemporaryDirectory(prefix="caveat-sqlite-", dir=in_memory()) as directory:
        yield SqliteDatabases(Path(directory))


@pytest.fixture(scope="session")
def postgresql_databases() -> Generator[PostgresDatabases]:
    """Databases on PostgreSQL, for a test of what only PostgreSQL does."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(postgres_server())
        except (OSError, subprocess.SubprocessError) as error:
            pytest.skip(f"PostgreSQL does not start: {error}")
        databases = PostgresDatabases(server)
        databases.tune_for_tests()
        stack.callback(databases.close)
        yield databases


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="session")
def databases(backend: str, request: pytest.FixtureRequest) -> Databases:
    return request.getfixturevalue(f"{backend}_databases")


@pytest.fixture
def empty_url(databases: Databases) -> Generator[str]:
    url = databases.empty()
    yield url
    databases.drop(url)


@pytest.fixture
def database_url(databases: Databases) -> Generator[str]:
    url = databases.copy(databases.migrated())
    yield url
    databases.drop(url)


@pytest.fixture(scope="session")
def samples_url(databases: Databases) -> Generator[str]:
    # A copy, because nobody may be connected to the template that the others are copied from.
    url = databases.copy(databases.with_samples())
    yield url
    databases.drop(url)


@pytest.fixture
def fresh_samples_url(databases: Databases) -> Generator[str]:
    url = databases.copy(databases.with_samples())
    yield url
    databases.drop(url)


@pytest.fixture
def engine(database_url: str) -> Generator[Engine]:
    with engine_for(database_url) as engine:
        yield engine


@pytest.fixture(scope="session")
def samples_engine(samples_url: str) -> Generator[Engine]:
    with engine_for(samples_url) as engine:
        yield engine


@pytest.fixture
def app(database_url: str) -> Generator[Flask]:
    with app_for(database_url) as app:
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def samples_app(samples_url: str) -> Generator[Flask]:
    with app_for(samples_url) as app:
        yield app


@pytest.fixture
def samples_client(samples_app: Flask) -> FlaskClient:
    return samples_app.test_client()
