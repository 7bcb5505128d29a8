"""What an export holds, and what an import takes: rows of every table, as they are, or nothing."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from annotations.errors import InvalidInput, TransitionNotAllowed
from annotations.services.actors import register_actor
from annotations.store import dumps
from annotations.store.base import new_id
from annotations.store.engine import read_session, write_session
from annotations.store.migrate import current_revision
from annotations.store.publication_log import wait_for_lock
from annotations.store.tables import METADATA
from annotations.store.verification import verify
from annotations.vocabulary import Role
from tests.databases import engine_for
from tests.services.newsroom import START, dump

SECRETS = ("password_hash", "secret_sha256", "$argon2")


def export(engine) -> list[dict[str, Any]]:
    """The header and the rows, as they come out of a file."""
    revision = current_revision(engine)
    with read_session(engine) as session:
        records = dumps.export(session, schema_revision=revision, now=START)
        return [json.loads(dumps.line(record)) for record in records]


def load(engine, records: list[dict[str, Any]]) -> int:
    revision = current_revision(engine) or ""
    with write_session(engine) as session, session.begin():
        wait_for_lock(session, seconds=5)
        return dumps.load(session, records[0], records[1:], schema_revision=revision)


def in_order(rows: dict[str, list[Any]]) -> dict[str, list[Any]]:
    return {name: sorted(found, key=repr) for name, found in rows.items()}


@pytest.fixture(scope="session")
def exported(stocked_engine):
    return export(stocked_engine)


@pytest.fixture
def records(exported):
    return deepcopy(exported)


@pytest.fixture(scope="module")
def empty(databases):
    """A migrated database into which nothing gets."""
    url = databases.copy(databases.migrated())
    with engine_for(url) as engine:
        yield engine
    databases.drop(url)


def at(records, table: str) -> list[int]:
    """Where the rows of ``table`` stand."""
    return [index for index, record in enumerate(records) if record.get("table") == table]


def test_every_table_is_exported_or_named_as_left_out(exported, stocked_engine):
    assert {"tokens", "idempotency_keys"} == dumps.LEFT_OUT
    assert set(exported[0]["rows"]) == METADATA.tables.keys() - dumps.LEFT_OUT
    with stocked_engine.connect() as connection:
        for table in dumps.tables():
            count = connection.scalar(select(func.count()).select_from(table))
            assert count == len(at(exported, table.name)) == exported[0]["rows"][table.name] > 0, table.name


def test_no_secret_is_exported(exported):
    assert [secret for secret in SECRETS if any(secret in json.dumps(record) for record in exported)] == []
    columns = {(record["table"], name) for record in exported[1:] for name in record["row"]}
    whole = {(table.name, column.name) for table in dumps.tables() for column in table.c}
    assert whole - columns == dumps.BLANKED | dumps.NUMBERED


def test_the_header_says_where_the_log_ends(exported, stocked_engine):
    header = exported[0]
    with stocked_engine.connect() as connection:
        log = METADATA.tables["publication_log"]
        head = connection.execute(select(log.c.seq, log.c.hash).order_by(log.c.seq.desc()).limit(1)).one()
    assert header["log_head"] == dict(head._mapping)
    assert (header["made_at"], dumps.is_header(header)) == ("2026-12-01T09:00:00+00:00", True)
    assert not any(dumps.is_header(record) for record in exported[1:])


def test_an_empty_database_can_be_exported_and_loaded(empty, engine):
    records = export(empty)
    assert records[0]["log_head"] is None
    rows = {record["row"]["key"] for record in records[1:]}
    assert load(engine, records) == len(records) - 1 == len(rows)
    assert in_order(dump(engine)) == in_order(dump(empty))


def test_what_is_loaded_is_what_was_exported_and_guarded_like_it(exported, engine):
    assert load(engine, exported) == len(exported) - 1
    assert export(engine) == exported
    with read_session(engine) as session:
        assert verify(session).is_sound
    for statement in ("DELETE FROM transitions", "UPDATE claim_versions SET summary = 'forged'"):
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.execute(text(statement))


def test_an_export_is_of_one_moment_whatever_is_written_meanwhile(engine):
    with write_session(engine) as session, session.begin():
        register_actor(session, actor_id=new_id(), name="ann", role=Role.EDITOR, now=START)
    with read_session(engine) as session:
        records = dumps.export(session, schema_revision="any", now=START)
        header = next(records)
        with write_session(engine) as other, other.begin():
            register_actor(other, actor_id=new_id(), name="bob", role=Role.EDITOR, now=START)
        names = [record["row"]["name"] for record in records if record["table"] == "actors"]
    assert (names, header["rows"]["actors"]) == (["ann"], 1)


def altered(records, table: str, **values: Any) -> None:
    records[at(records, table)[-1]]["row"] |= values


DAMAGE = [
    (lambda r: r[0].update(version=2), "version 2 of its format; this code reads 1", "another format"),
    (lambda r: r[0].update(schema_revision="0001"), "schema 0001, this database is at", "another schema"),
    (lambda r: r[0].pop("rows"), "how many rows follow", "a header without counts"),
    (lambda r: r[0].update(rows=[]), "how many rows follow", "counts of another kind"),
    (lambda r: r.pop(), "fewer rows", "the last line is missing"),
    (lambda r: r.__delitem__(slice(1, None)), "fewer rows", "all lines are missing"),
    (lambda r: r.pop(at(r, "corrections")[0]), "fewer rows", "a line is missing in the middle"),
    (lambda r: r.insert(at(r, "blocks")[0], r[at(r, "blocks")[0]]), "a row of blocks cannot be stored", "a line twice"),
    (lambda r: r.append(r[1]), "a table that it should not: actors", "a row far from its table's others"),
    (lambda r: r.append({"table": "tokens", "row": {}}), "should not: tokens", "a table that is left out"),
    (lambda r: r.append({"table": "alembic_version", "row": {}}), "should not: alembic_version", "an unknown table"),
    (lambda r: r.append({"table": 7, "row": {}}), "no row of a table", "a table that is no text"),
    (lambda r: r.append({"table": "anchors"}), "no row of a table", "no row"),
    (lambda r: r.append(["anchors"]), "no row of a table", "no object"),
    (lambda r: altered(r, "users", password_hash="$argon2"), "other columns than the table", "a password"),
    (lambda r: altered(r, "claims", colour="red"), "other columns than the table", "an unknown column"),
    (lambda r: r[at(r, "claims")[0]]["row"].pop("slug"), "other columns than the table", "a column is missing"),
    (lambda r: altered(r, "claims", id="17"), "claims holds what its columns cannot", "no UUID"),
    (lambda r: altered(r, "claims", slug=17), "claims holds what its columns cannot", "a number for a text"),
    (lambda r: altered(r, "claims", head_number=True), "claims holds what its columns cannot", "a truth for a number"),
    (lambda r: altered(r, "claims", head_number=2**70), "a row of claims cannot be stored", "a number too great"),
    (lambda r: altered(r, "claims", created_at="2026-12-01T09:00:00"), "what its columns cannot", "no zone"),
    (lambda r: altered(r, "claims", created_at="yesterday"), "what its columns cannot", "no time"),
    (lambda r: altered(r, "claims", slug="\ud800"), "a row of claims cannot be stored", "half a surrogate pair"),
    (lambda r: altered(r, "claims", state="wonderful"), "a row of claims cannot be stored", "no such state"),
    (lambda r: altered(r, "claims", created_by=r[at(r, "claims")[0]]["row"]["id"]), "stored", "an unknown actor"),
    (lambda r: altered(r, "claims", slug=None), "a row of claims cannot be stored", "nothing where something must be"),
    (lambda r: altered(r, "publication_log", hash="f" * 64), "does not end where its header says", "another last hash"),
    (lambda r: r[0].update(log_head=None), "does not end where its header says", "a header without the log's end"),
]


@pytest.mark.parametrize(("damage", "said", "why"), DAMAGE, ids=[row[-1] for row in DAMAGE])
def test_a_damaged_export_is_refused_whole(records, empty, damage, said, why):
    damage(records)
    before = dump(empty)
    with pytest.raises(InvalidInput) as caught:
        load(empty, records)
    assert said in caught.value.message, why
    assert dump(empty) == before


def test_an_altered_row_that_the_counts_do_not_tell_is_found_by_verifying(records, engine):
    altered(records, "claim_versions", summary="It cures everybody.")
    load(engine, records)
    with read_session(engine) as session:
        found = verify(session)
    assert not found.is_sound
    assert {finding.table for finding in found.findings} == {"claim_versions"}


@pytest.mark.parametrize("table", ["actors", "users", "publication_log"])
def test_a_database_that_holds_something_is_left_alone(exported, engine, table):
    # Whoever made an account by hand before the import has one row in each of the first two.
    parents = [record for record in exported[1:] if record["table"] == "actors"]
    with engine.begin() as connection:
        for record in (*parents, exported[at(exported, table)[0]])[: 1 if table == "actors" else None]:
            row = dumps._row(METADATA.tables[record["table"]], record["row"])
            connection.execute(METADATA.tables[record["table"]].insert(), row)
    before = dump(engine)
    with pytest.raises(TransitionNotAllowed) as caught:
        load(engine, exported)
    assert "not empty: there are rows in actors" in caught.value.message
    assert dump(engine) == before
