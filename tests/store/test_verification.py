"""Verification: what was written is sound, and one value changed or one row cut off is found, and located."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, insert, select, text, update

from annotations.services.content import AnnotationContent, ArticleMetadata, ClaimContent, EvidenceContent
from annotations.store import content_hashes
from annotations.store.chains import GENESIS
from annotations.store.engine import read_session
from annotations.store.tables import METADATA
from annotations.store.verification import Head, verify
from tests.databases import count_selects, engine_for
from tests.store.stock import stock
from tests.store.tampering import OWNER, PARENT, look, names_of, other, spoiling, unguarded, unguarded_with

GUARDED = ("publication_log", "transitions", *OWNER, *PARENT, "corrections", "paragraphs")
NOT_COVERED = {
    "evidence_versions.id": "nothing hangs on it: a version is known by its entity and number",
    "transitions.id": "nothing hangs on it: a step is known by its entity and position",
    "anchors.id": "nothing hangs on it: an anchor is known by version and revision",
    "corrections.id": "nothing hangs on it: a correction is known by its row of the log",
}
COLUMNS = [(table, column.name) for table in GUARDED for column in METADATA.tables[table].c]
COVERED = [(table, name) for table, name in COLUMNS if f"{table}.{name}" not in NOT_COVERED]


@pytest.fixture(scope="module")
def bare(databases):
    """A stocked database without its guards."""
    with unguarded_with(databases, stock) as engine:
        yield engine


def rows_of(connection, table):
    rows = METADATA.tables[table]
    return connection.execute(select(rows).order_by(*rows.primary_key)).mappings().all()


def this(table, row):
    return [column == row[column.name] for column in METADATA.tables[table].primary_key]


def test_the_samples_are_sound(samples_engine):
    with read_session(samples_engine) as session:
        found = verify(session)
    assert found.is_sound, found.findings
    assert found.head.seq == found.checked["log rows"] == 140
    assert found.checked["versions"] == 144
    assert found.checked["anchors"] == 55


def test_a_database_without_rows_is_sound(engine):
    with read_session(engine) as session:
        assert verify(session).is_sound
        assert verify(session, expected=Head(0, GENESIS)).is_sound


def test_what_the_services_wrote_is_sound(bare):
    with bare.connect() as connection:
        found = look(connection)
    assert found.is_sound, found.findings
    assert found.checked["corrections"] == 3


def test_every_column_of_what_is_chained_or_hashed_is_tried():
    assert set(NOT_COVERED) <= {f"{table}.{column}" for table, column in COLUMNS}


@pytest.mark.parametrize(("table", "name"), COVERED)
def test_one_value_changed_is_found_and_located(bare, table, name):
    column = METADATA.tables[table].c[name]
    with bare.connect() as connection:
        rows = rows_of(connection, table)
    row = rows[len(rows) // 2]
    with spoiling(bare) as connection:
        changed = {**row, name: other(column, row[name])}
        names = names_of(connection, table, row)
        connection.execute(update(column.table).where(*this(table, row)).values({name: changed[name]}))
        names |= names_of(connection, table, changed)
        findings = look(connection).findings
    assert any(part in finding.row for finding in findings for part in names), (names, findings)


@pytest.mark.parametrize("name", NOT_COVERED)
def test_what_is_not_covered_is_so(bare, name):
    """The list of exceptions is no longer than it must be."""
    table, _, column = name.partition(".")
    with spoiling(bare) as connection:
        redacted = set(connection.scalars(select(METADATA.tables["redacted_rows"].c.row_key)))
        row = next(row for row in rows_of(connection, table) if row["id"].hex not in redacted)
        value = other(METADATA.tables[table].c[column], row[column])
        connection.execute(update(METADATA.tables[table]).where(*this(table, row)).values({column: value}))
        assert look(connection).is_sound


@pytest.mark.parametrize("table", ["publication_log", "transitions", *OWNER])
def test_a_cut_off_tail_is_found_and_located(bare, table):
    rows = METADATA.tables[table]
    order = rows.c[{"publication_log": "seq", "transitions": "position"}.get(table, "number")]
    with spoiling(bare) as connection:
        last = connection.execute(select(rows).order_by(order.desc()).limit(1)).mappings().one()
        names = names_of(connection, table, last)
        connection.execute(delete(rows).where(*this(table, last)))
        found = look(connection)
    assert any(finding.row in names for finding in found.findings), (names, found.findings)


def test_a_log_cut_off_with_its_heads_is_found_by_a_head_that_was_written_down(bare):
    log, heads = METADATA.tables["publication_log"], METADATA.tables["chain_heads"]
    stamps = METADATA.tables["public_versions"]
    with spoiling(bare) as connection:
        head = look(connection).head
        before = connection.execute(select(log).where(log.c.seq == head.seq - 1)).mappings().one()
        connection.execute(delete(METADATA.tables["corrections"]).where(text(f"seq = {head.seq}")))
        connection.execute(delete(log).where(log.c.seq == head.seq))
        connection.execute(
            update(heads).where(heads.c.chain == "log").values(position=before["seq"], hash=before["hash"])
        )
        connection.execute(delete(stamps).where(stamps.c.seq == head.seq))
        # What is left of the stamps is found, but nothing says any longer that the log went on.
        assert {finding.table for finding in look(connection).findings} == {"public_versions"}
        found = [finding for finding in look(connection, head).findings if finding.table == "publication_log"]
    assert [finding.row for finding in found] == [f"seq {head.seq}"]
    assert "expected, and missing" in found[0].wrong


def test_another_hash_than_the_one_written_down_is_found(bare):
    with bare.connect() as connection:
        head = look(connection).head
        assert look(connection, head).is_sound
        assert look(connection, Head(1, look(connection).head.hash)).findings[0].row == "seq 1"


@pytest.mark.parametrize(
    ("table", "changes", "wrong"),
    [
        ("chain_heads", {"position": 1}, "added beyond the head"),
        ("chain_heads", {"hash": "0" * 64}, "not that of the head that was kept"),
        ("claims", {"state": "draft"}, "and the claim is draft"),
        ("articles", {"visibility": "hidden"}, "and the article is hidden"),
        ("claims", {"head_number": 9}, "cut off: the versions went on to 9"),
        ("claims", {"slug": "another"}, "does not give its hash"),
        ("public_versions", {"seq": 1_000}, "beyond the end of the log"),
        ("public_versions", {"seq": 0}, "did not stamp it"),
    ],
)
def test_what_stands_beside_the_chains_must_agree_with_them(bare, table, changes, wrong):
    rows = METADATA.tables[table]
    with spoiling(bare) as connection:
        first = rows_of(connection, table)[0]
        if table == "chain_heads":
            first = next(row for row in rows_of(connection, table) if row["chain"] == "log")
        connection.execute(update(rows).where(*this(table, first)).values(changes))
        assert any(wrong in finding.wrong for finding in look(connection).findings), look(connection).findings


@pytest.mark.parametrize("table", ["chain_heads", "transitions"])
def test_a_history_without_head_or_steps_is_found(bare, table):
    rows = METADATA.tables[table]
    with spoiling(bare) as connection:
        connection.execute(delete(rows))
        findings = look(connection).findings
    assert len(findings) > 3
    assert any(finding.row.startswith(("log", "claim:", "claim ")) for finding in findings), findings


def test_a_row_that_was_slipped_in_is_found(bare):
    log = METADATA.tables["publication_log"]
    with spoiling(bare) as connection:
        last = connection.execute(select(log).order_by(log.c.seq.desc()).limit(1)).mappings().one()
        new = {"seq": last["seq"] + 1, "at": last["at"] + timedelta(seconds=1), "prev_hash": last["hash"]}
        connection.execute(insert(log), {**last, **new, "hash": "f" * 64})
        rows = {finding.row for finding in look(connection).findings}
    assert f"seq {last['seq'] + 1}" in rows


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE publication_log SET affected_keys = '[' WHERE seq = 2", "no JSON"),
        ("UPDATE publication_log SET at = '2026-13-01' WHERE seq = 2", "no time"),
        ("UPDATE publication_log SET entity_id = 'x' WHERE seq = 2", "no id"),
        ("UPDATE publication_log SET summary = CAST(x'ff' AS TEXT) WHERE seq = 2", "no UTF-8"),
    ],
)
def test_a_value_that_cannot_be_read_is_located(sqlite_databases, statement, reason):
    url = sqlite_databases.copy(sqlite_databases.migrated())
    with engine_for(url) as engine:
        stock(engine)
    with unguarded(url) as engine, spoiling(engine) as connection:
        connection.execute(text(statement))
        found = look(connection)
    assert [(finding.table, finding.row) for finding in found.findings] == [
        ("publication_log", "row 2 in the order of writing")
    ], reason
    assert found.head is None
    sqlite_databases.drop(url)


def test_findings_without_number_are_counted(bare):
    log = METADATA.tables["publication_log"]
    with spoiling(bare) as connection:
        for _ in range(1_100):
            top = connection.scalar(select(func.max(log.c.seq))) or 0
            row = connection.execute(select(log).where(log.c.seq == top)).mappings().one()
            connection.execute(
                insert(log),
                {**row, "seq": top + 1, "at": row["at"] + timedelta(1), "hash": f"{top}", "prev_hash": f"x{top}"},
            )
        found = look(connection)
    assert found.count > 1_000 == len(found.findings)


def test_rows_are_read_in_batches(samples_engine):
    with count_selects(samples_engine) as statements, read_session(samples_engine) as session:
        verify(session)
    assert len(statements) <= 150, len(statements)


@pytest.mark.parametrize(
    ("content", "columns", "others"),
    [
        (ClaimContent, content_hashes.CLAIM, {"citations"}),
        (EvidenceContent, content_hashes.EVIDENCE, set()),
        (ArticleMetadata, content_hashes.METADATA, {"topics"}),
        (AnnotationContent, content_hashes.ANNOTATION, {"categories"}),
    ],
)
def test_what_editors_write_is_what_is_hashed(content, columns, others):
    written = {field.name for field in dataclasses.fields(content)}
    assert written - set(columns) == others
