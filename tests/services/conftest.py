"""A newsroom on an empty, migrated database of the test's own."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.services.newsroom import Newsroom


@pytest.fixture
def room(engine: Engine) -> Newsroom:
    return Newsroom(engine)
