"""Editors' work asks the database as often in a large one as in a small one."""

from __future__ import annotations

import pytest

from benchmarks.scale import measure_at
from tests.databases import engine_for

pytestmark = pytest.mark.slow


def test_the_number_of_selects_does_not_grow_with_the_database(databases):
    found = []
    for size in (60, 300):
        url = databases.copy(databases.migrated())
        with engine_for(url) as engine:
            found.append({one.name: one for one in measure_at(engine, size, repeats=1)})
        databases.drop(url)
    small, large = found
    assert len(small) > 10
    assert large["queue: counts"].annotations > 3 * small["queue: counts"].annotations
    assert {name: one.selects for name, one in small.items()} == {name: one.selects for name, one in large.items()}
