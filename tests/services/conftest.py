"""Newsrooms on migrated databases: one of the test's own, and one that the tests of a module share."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from sqlalchemy import Engine

from tests.databases import Databases, engine_for
from tests.services.newsroom import Newsroom


@pytest.fixture
def room(engine: Engine) -> Newsroom:
    return Newsroom(engine)


@pytest.fixture(scope="module")
def shared_room(databases: Databases) -> Generator[Newsroom]:
    url = databases.copy(databases.migrated())
    with engine_for(url) as engine:
        yield Newsroom(engine)
    databases.drop(url)
