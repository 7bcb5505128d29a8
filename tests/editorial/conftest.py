"""Desks on real databases."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from flask import Flask

from tests.applications import app_for, engine_of
from tests.databases import Databases
from tests.desk import Desk


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
