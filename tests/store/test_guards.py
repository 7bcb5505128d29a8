"""Guards: history cannot be changed or deleted, versions only be opened and closed once, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import JSON, delete, insert, select, text, update

from annotations.store.base import UtcDateTime
from annotations.store.tables import METADATA
from tests.store.stock import LATER, fresh, refused

VERSIONED = ("article_versions", "revisions", "claim_versions", "evidence_versions", "annotation_versions")
CLOSING = {**dict.fromkeys(VERSIONED, ("valid_from", "valid_until")), "pending_notices": ("closed_at", "closed_by")}
APPEND_ONLY = (
    "publication_log",
    "corrections",
    "transitions",
    "paragraphs",
    "blocks",
    "anchors",
    "article_topics",
    "annotation_categories",
    "evidence_links",
    "account_events",
    "redactions",
    "redacted_rows",
)
NAMED = {
    "articles": ("id", "slug"),
    "claims": ("id", "slug"),
    "evidence": ("id", "key"),
    "annotations": ("id", "article_id"),
}
UNGUARDED = {
    "actors": "nothing public rests on a name, and foreign keys keep the row",
    "public_versions": "stamped anew by every log row",
    "search_entries": "made from what is public, whenever it changes",
    "evidence_identifiers": "a look-up table made from the versions",
    "users": "account_events keeps what was done to an account",
    "tokens": "they are used and revoked; account_events keeps that",
    "interests": "they end; account_events keeps that",
    "idempotency_keys": "kept for a day",
    "review_dates": "a plan; the claim's history keeps each change of it",
    "claim_mergers": "closed once, and the claims' histories keep it",
    "chain_heads": "written anew with each row of a chain",
}
KEYS = {"blocks": "revision_id", "evidence_links": "claim_version_id", "publication_log": "seq"}
"""By which column a redaction names rows, where that is not the id."""
KEEPING = sorted({*APPEND_ONLY, *CLOSING, *NAMED})


def columns(tables, without=()):
    return [
        (table, column.name) for table in tables for column in METADATA.tables[table].c if column.name not in without
    ]


def differing(column, value):
    """Another value of the column's type."""
    if isinstance(column.type, UtcDateTime):
        return datetime(2001, 1, 1, tzinfo=UTC)
    if isinstance(column.type, JSON):
        return {"another": 1}
    others = {bool: not value, UUID: UUID(int=5), date: date(2001, 1, 1), str: f"{value}x"}
    kind = column.type.python_type
    return others[kind] if kind in others else (value or 0) + 1


def test_every_table_is_guarded_or_says_why_not():
    assert {*KEEPING, *UNGUARDED} == set(METADATA.tables)


@pytest.mark.parametrize(
    ("table", "name"), [*columns(APPEND_ONLY), *columns(CLOSING, without=sum(CLOSING.values(), ()))]
)
def test_no_column_of_history_can_be_changed(stocked, table, name, backend):
    rows, column = METADATA.tables[table], METADATA.tables[table].c[name]
    message = "append-only" if backend == "sqlite" and table in APPEND_ONLY else table
    for row in not_redacted(stocked, rows)[:3]:
        this = [key == row[key.name] for key in rows.primary_key]
        others = [differing(column, row[name])] + ([None] if column.nullable and row[name] is not None else [])
        for other in others:
            with refused(stocked, message):
                stocked.execute(update(rows).where(*this).values({name: other}))


def not_redacted(connection, rows):
    """The rows that no redaction names."""
    named = METADATA.tables["redacted_rows"]
    keys = set(connection.scalars(select(named.c.row_key).where(named.c.table_name == rows.name)))
    key = KEYS.get(rows.name, "id")
    found = connection.execute(select(rows)).mappings().all()
    return [row for row in found if str(row.get(key)).replace("-", "") not in keys]


@pytest.mark.parametrize("table", KEEPING)
def test_no_row_can_be_deleted(stocked, table):
    with refused(stocked, f"{table} keeps its rows"):
        stocked.execute(delete(METADATA.tables[table]))


def replace_a_row(connection, table):
    """SQLite's way around a trigger on DELETE."""
    for row in connection.execute(select(METADATA.tables[table])).mappings().all():
        with refused(connection, f"{table} keeps its rows", "was published already", "goes on from its head"):
            connection.execute(insert(METADATA.tables[table]).prefix_with("OR REPLACE"), dict(row))


def truncate(connection, table):
    """PostgreSQL's."""
    with refused(connection, "keeps its rows"):
        connection.execute(text(f"TRUNCATE {table} CASCADE"))


BACK_DOORS = {"sqlite": replace_a_row, "postgresql": truncate}


@pytest.mark.parametrize("table", KEEPING)
def test_no_row_goes_through_the_back_door(stocked, table, backend):
    BACK_DOORS[backend](stocked, table)


def test_nothing_goes_with_what_it_hangs_on(stocked, backend):
    statement, refusal = {
        "sqlite": ("DELETE FROM actors", "FOREIGN KEY"),
        "postgresql": ("TRUNCATE actors CASCADE", "keeps its rows"),
    }[backend]
    with refused(stocked, refusal):
        stocked.execute(text(statement))


@pytest.mark.parametrize("table", VERSIONED)
def test_a_version_opens_once_and_closes_once(stocked, table):
    rows = METADATA.tables[table]
    draft = rows.c.id == stocked.scalars(select(rows.c.id).where(rows.c.valid_from.is_(None))).first()
    for name, moment in (("valid_from", LATER), ("valid_until", LATER + timedelta(days=1))):
        stocked.execute(update(rows).where(draft).values({name: moment}))
        for other in (moment + timedelta(hours=1), None):
            with refused(stocked, f"{table} is immutable"):
                stocked.execute(update(rows).where(draft).values({name: other}))
    stocked.execute(update(rows).where(draft).values(valid_from=LATER))


def test_a_notice_closes_once_and_by_one_person(stocked):
    rows = METADATA.tables["pending_notices"]
    people = stocked.scalars(select(METADATA.tables["actors"].c.id)).all()
    standing = rows.c.closed_at.is_(None)
    stocked.execute(update(rows).where(standing).values(closed_at=LATER, closed_by=people[0]))
    for changes in (
        {"closed_at": LATER + timedelta(days=1)},
        {"closed_at": None},
        {"closed_by": people[1]},
        {"closed_by": None},
    ):
        with refused(stocked, "pending_notices is immutable"):
            stocked.execute(update(rows).where(rows.c.closed_at == LATER).values(changes))


@pytest.mark.parametrize(("table", "name"), [(table, name) for table, names in NAMED.items() for name in names])
def test_a_name_is_for_good(stocked, table, name):
    rows = METADATA.tables[table]
    value = stocked.scalars(select(rows.c[name])).first()
    with refused(stocked, f"{table} keeps its"):
        stocked.execute(update(rows).where(rows.c[name] == value).values({name: differing(rows.c[name], value)}))
    stocked.execute(update(rows).where(rows.c[name] == value).values({name: value}))


@pytest.mark.parametrize(
    ("table", "parent", "column"),
    [
        ("article_topics", "article_versions", "version_id"),
        ("annotation_categories", "annotation_versions", "version_id"),
        ("evidence_links", "claim_versions", "claim_version_id"),
        ("blocks", "revisions", "revision_id"),
    ],
)
def test_nothing_is_added_to_a_version_that_was_published(stocked, table, parent, column):
    versions, place = METADATA.tables[parent], "ordinal" if table == "blocks" else "position"
    public = stocked.scalars(
        select(versions.c.id).where(versions.c.valid_from.is_not(None), versions.c.valid_until.is_(None))
    ).first()
    for _ in ("while it is public", "after that"):
        with refused(stocked, f"{parent} was published already"):
            row = fresh(stocked, table) | {column: public, place: 50}
            stocked.execute(insert(METADATA.tables[table]), row)
        stocked.execute(update(versions).where(versions.c.id == public).values(valid_until=LATER))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"seq": 1}, "a number that was given"),
        ({"seq": 1_000}, "a gap"),
        ({"prev_hash": "0" * 64}, "a second beginning"),
        ({"prev_hash": "f" * 64}, "a row that is not there"),
        ({"at": datetime(2001, 1, 1, tzinfo=UTC)}, "a time that has passed"),
    ],
)
def test_the_log_goes_on_from_its_head(stocked, changes, why):
    log = METADATA.tables["publication_log"]
    with refused(stocked, "publication_log goes on from its head"):
        stocked.execute(insert(log), fresh(stocked, "publication_log") | changes)
    for _ in range(2):
        stocked.execute(insert(log), fresh(stocked, "publication_log"))
