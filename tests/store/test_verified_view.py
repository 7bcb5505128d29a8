"""Verification of what readers see: places in the present text, notices, tombstones, and the words around a quote."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from annotations.store.tables import METADATA
from tests.store.everything import fill
from tests.store.tampering import look, spoiling, unguarded_with

ANCHORS, ANNOTATIONS, NOTICES, REVISIONS, STAMPS, VERSIONS = (
    METADATA.tables[name]
    for name in ("anchors", "annotations", "pending_notices", "revisions", "public_versions", "annotation_versions")
)
IN_FORCE = VERSIONS.c.valid_from.is_not(None) & VERSIONS.c.valid_until.is_(None)


@pytest.fixture(scope="module")
def told(databases):
    """A database with re-imports, notices of every end, withdrawals and mergers, without its guards."""
    with unguarded_with(databases, fill) as engine:
        yield engine


def found_in(connection):
    return {(finding.table, finding.row, finding.wrong) for finding in look(connection).findings}


def present_anchors(connection, version):
    """Anchors in the present text of articles with several revisions, of annotations that are not withdrawn."""
    articles = METADATA.tables["articles"]
    statement = (
        select(ANCHORS.c.id, VERSIONS.c.annotation_id, VERSIONS.c.number, REVISIONS.c.number.label("revision"))
        .join(VERSIONS, VERSIONS.c.id == ANCHORS.c.version_id)
        .join(ANNOTATIONS, ANNOTATIONS.c.id == VERSIONS.c.annotation_id)
        .join(REVISIONS, REVISIONS.c.id == ANCHORS.c.revision_id)
        .join(articles, articles.c.id == ANNOTATIONS.c.article_id)
        .where(articles.c.revision_number == REVISIONS.c.number, REVISIONS.c.number > 1)
        .where(articles.c.visibility == "public", ANNOTATIONS.c.state != "withdrawn", version)
    )
    return connection.execute(statement).all()


def test_a_story_with_all_its_turns_is_sound(told):
    with told.connect() as connection:
        found = look(connection)
        ends = connection.scalars(select(NOTICES.c.closed_at)).all()
    assert found.is_sound, found.findings
    assert found.checked["notices"] == len(ends)
    assert None in ends
    assert any(ends)


@pytest.mark.parametrize(
    ("version", "which"),
    [
        (IN_FORCE, "in force"),
        (VERSIONS.c.valid_from.is_(None) & (ANNOTATIONS.c.head_number == VERSIONS.c.number), "a draft"),
    ],
)
def test_a_version_that_vanished_from_the_present_text_is_found(told, version, which):
    with spoiling(told) as connection:
        anchor = present_anchors(connection, version)[0]
        connection.execute(delete(ANCHORS).where(ANCHORS.c.id == anchor.id))
        name = f"annotation {anchor.annotation_id}, version {anchor.number}"
        wrong = f"missing: nothing says where it stands in revision {anchor.revision}"
        assert ("anchors", name, wrong) in found_in(connection), which


def test_context_that_was_shortened_is_found(told):
    with spoiling(told) as connection:
        marked = select(VERSIONS).where(func.length(VERSIONS.c.prefix) > 1, func.length(VERSIONS.c.suffix) > 1)
        rows = connection.execute(marked.order_by(VERSIONS.c.id)).mappings().all()
        for row, changes in zip(
            rows, ({"prefix": rows[0]["prefix"][1:]}, {"suffix": rows[1]["suffix"][:-1]}), strict=False
        ):
            connection.execute(update(VERSIONS).where(VERSIONS.c.id == row["id"]).values(changes))
        found = found_in(connection)
    wrong = "the words around its quote are not those of the text"
    assert {
        ("annotation_versions", f"annotation {row['annotation_id']}, version {row['number']}", wrong)
        for row in rows[:2]
    } <= found


def notice(connection, *, closed):
    condition = NOTICES.c.closed_at.is_not(None) if closed else NOTICES.c.closed_at.is_(None)
    return connection.execute(select(NOTICES).where(condition).order_by(NOTICES.c.id)).mappings().first()


def another_reason(row):
    return {"reason": "text_removed" if row["reason"] != "text_removed" else "text_changed"}


@pytest.mark.parametrize(
    ("closed", "changes", "wrong"),
    [
        (False, lambda row: {"since": row["since"] + timedelta(1)}, "no step that opened it"),
        (False, lambda row: {"opened_by": row["id"]}, "no step that opened it"),
        (False, another_reason, "the step that opened it"),
        (
            False,
            lambda row: {"closed_at": row["since"] + timedelta(1), "closed_by": row["opened_by"]},
            "that closed it",
        ),
        (True, lambda row: {"closed_at": None, "closed_by": None}, "the notice that this step closed is open"),
        (True, lambda row: {"closed_at": row["closed_at"] + timedelta(1)}, "no step that closed it"),
        (False, lambda row: {"article_id": row["id"]}, "another article"),
        (False, lambda row: {"paragraph_id": row["id"]}, "has no paragraph"),
    ],
)
def test_a_notice_that_was_changed_is_found(told, closed, changes, wrong):
    with spoiling(told) as connection:
        # An annotation may have one open notice at most, whoever opens it.
        others = NOTICES.c.closed_at.is_(None) if closed else NOTICES.c.id.is_(None)
        row = notice(connection, closed=closed)
        connection.execute(delete(NOTICES).where(others, NOTICES.c.annotation_id == row["annotation_id"]))
        connection.execute(update(NOTICES).where(NOTICES.c.id == row["id"]).values(changes(row)))
        found = found_in(connection)
    named = [text for table, name, text in found if table == "pending_notices" and str(row["annotation_id"]) in name]
    assert any(wrong in text for text in named), found


def test_a_notice_that_was_taken_away_is_found(told):
    with spoiling(told) as connection:
        row = notice(connection, closed=False)
        connection.execute(delete(NOTICES).where(NOTICES.c.id == row["id"]))
        found = found_in(connection)
    (only,) = found
    assert only[0] == "pending_notices"
    assert only[1].startswith(f"annotation {row['annotation_id']}, step ")
    assert only[2] == "missing: the notice that this step opened"


@pytest.mark.parametrize("kind", ["article", "paragraph", "annotation", "claim", "evidence", "search"])
def test_a_public_thing_that_is_marked_as_gone_is_found(told, kind):
    with spoiling(told) as connection:
        of_kind = STAMPS.c.key.startswith(f"{kind}:" if kind != "search" else kind)
        keys = set(connection.scalars(select(STAMPS.c.key).where(of_kind, ~STAMPS.c.gone)))
        connection.execute(update(STAMPS).where(of_kind).values(gone=True))
        found = found_in(connection)
    named = {
        name
        for table, name, wrong in found
        if (table, wrong) == ("public_versions", "marked as gone, and it is public")
    }
    # A merged claim is no longer public, and leads to another; so its key is not gone either.
    assert named
    assert named <= keys
    assert {key.partition(":")[0] for key in named} == {kind}
