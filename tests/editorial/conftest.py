"""Desks on real databases."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from flask import Flask

from tests.applications import app_for, engine_of
from tests.databases import Databases
from tests.desk import Desk
from tests.editorial.changes import Situations, rows


@pytest.fixture
def desk(app: Flask) -> Desk:
    """People at work on a database of their own, on each backend."""
    return Desk(app, engine_of(app))


@pytest.fixture(scope="module")
def shared_desk(databases: Databases) -> Generator[Desk]:
    """One that the tests of a module share, on each backend."""
    url = databases.copy(databases.migrated())
    with app_for(url) as app:
        yield Desk(app, engine_of(app))
    databases.drop(url)


@pytest.fixture(scope="module")
def situations(shared_desk: Desk) -> Situations:
    """Things in any state on the shared desk."""
    return Situations(shared_desk)


@pytest.fixture
def unchanged(situations: Situations) -> Generator[None]:
    """Whatever the test sends must leave no trace."""
    before = rows(situations.desk)
    yield
    assert rows(situations.desk) == before
