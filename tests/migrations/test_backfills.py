"""Columns that a migration fills: in every row, and never with all rows in memory at once."""

from __future__ import annotations

from sqlalchemy import select

from annotations.store.base import new_id
from annotations.store.migrate import downgrade, upgrade
from annotations.store.tables import METADATA
from tests.databases import count_selects
from tests.services.newsroom import Newsroom


def test_many_rows_are_hashed_in_batches(engine):
    Newsroom(engine).article()
    revisions = METADATA.tables["revisions"]
    with engine.connect() as connection:
        row = dict(connection.execute(revisions.select()).mappings().one())
    digest = row.pop("import_hash")
    downgrade(engine, "0003")
    with engine.begin() as connection:
        drafts = [{**row, "id": new_id(), "number": number, "valid_from": None} for number in range(2, 502)]
        connection.execute(revisions.insert(), drafts)
    with count_selects(engine) as statements:
        upgrade(engine)
    read = [statement for statement in statements.selects if "FROM revisions" in statement]
    assert len(read) == 4, read
    assert all("LIMIT" in statement for statement in read)
    with engine.connect() as connection:
        assert connection.scalars(select(revisions.c.import_hash)).all() == [digest] * 501
