"""A database in which every table has rows, drafts and published things among them; nothing in it is committed to."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from sqlalchemy import Connection, Engine

from tests.databases import Databases, engine_for
from tests.store.stock import stock


@pytest.fixture(scope="session")
def stocked_engine(databases: Databases) -> Generator[Engine]:
    url = databases.copy(databases.migrated())
    with engine_for(url) as engine:
        stock(engine)
        yield engine
    databases.drop(url)


@pytest.fixture
def stocked(stocked_engine: Engine) -> Generator[Connection]:
    """A connection to it, whose transaction is rolled back."""
    with stocked_engine.connect() as connection:
        yield connection
