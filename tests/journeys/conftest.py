"""Editors at work, each story on a database of its own."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.applications import app_for, engine_of
from tests.databases import Databases
from tests.desk import Desk
from tests.editorial.conftest import desk
from tests.journeys.stories import Story, begin

__all__ = ["desk"]


@pytest.fixture(scope="module")
def begun(databases: Databases) -> Generator[tuple[str, Story]]:
    """The beginning that stories share, and where it is to be copied from."""
    url = databases.copy(databases.migrated())
    with app_for(url) as app:
        story = begin(Desk(app, engine_of(app)))
    yield url, story
    databases.drop(url)


@pytest.fixture
def story(begun: tuple[str, Story], databases: Databases) -> Generator[Story]:
    """A public article, checked in full, with an annotation on its first paragraph and one on its second."""
    url = databases.copy(begun[0])
    with app_for(url) as app:
        yield Story(begun[1].desk.on(app, engine_of(app)), begun[1].first, begun[1].second)
    databases.drop(url)
