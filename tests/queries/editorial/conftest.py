"""Newsrooms, and what the tests of editors' reads ask of them."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from sqlalchemy import Engine

from tests.databases import Databases, engine_for
from tests.queries.editorial.reading import Reader
from tests.services.newsroom import Newsroom


@pytest.fixture
def room(engine: Engine) -> Newsroom:
    return Newsroom(engine)


@pytest.fixture
def reader(room: Newsroom) -> Reader:
    return Reader(room)


@pytest.fixture(scope="module")
def shared(databases: Databases) -> Generator[Reader]:
    """A newsroom that the tests of a module share."""
    url = databases.copy(databases.migrated())
    with engine_for(url) as engine:
        yield Reader(Newsroom(engine))
    databases.drop(url)
