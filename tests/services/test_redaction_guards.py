"""What holds a redaction: the database refuses every other change, and a verification finds what was opened by hand."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError

from annotations.store.articles import Block
from annotations.store.claims import ClaimVersion, EvidenceLink
from annotations.store.editorial import RedactedRow, Redaction
from annotations.store.evidence import EvidenceVersion
from annotations.store.log import Correction, LogRow
from annotations.store.notes import Anchor, AnnotationVersion
from annotations.store.review import Transition
from annotations.store.verification import verify
from tests.services.newsroom import START
from tests.services.redactable import STORIES, of_annotation, of_claim, redact


@pytest.mark.parametrize("name", ["claim", "text"])
def test_without_a_redaction_the_database_refuses(room, name):
    redact(room, STORIES[name](room))
    with room.look() as session:
        open_rows = set(session.scalars(select(RedactedRow.row_key)))
    changes = [(ClaimVersion, "text"), (EvidenceVersion, "title"), (AnnotationVersion, "quote"), (Block, "text")]
    changes += [(EvidenceLink, "why"), (Transition, "reason"), (LogRow, "summary"), (Anchor, "quote")]
    keys = {Block: "revision_id", EvidenceLink: "claim_version_id", LogRow: "seq"}
    changes.append((Correction, "reason"))
    tried = 0
    for table, name in changes:
        key = getattr(table, keys.get(table, "id"))
        with room.look() as session:
            rows = session.scalars(select(key)).all()
        for value in rows:
            named = value.hex if isinstance(value, UUID) else str(value)
            if named in open_rows:
                continue
            tried += 1
            with pytest.raises(IntegrityError), room.work() as session:
                session.execute(update(table).where(key == value).values({name: "x"}))
    assert tried > 5


@pytest.mark.parametrize("table", ["redactions", "redacted_rows"])
def test_a_redaction_cannot_be_taken_back_or_changed(room, table):
    redact(room, of_annotation(room))
    for statement in (
        f"DELETE FROM {table}",
        f"UPDATE {table} SET redaction_id = NULL",
        "UPDATE redactions SET reason = 'x'",
    ):
        if "redaction_id" in statement and table == "redactions":
            continue
        with pytest.raises(IntegrityError), room.work() as session:
            session.execute(text(statement))


def opened(room, redaction, version):
    """A row that somebody opens to themselves, under a redaction that there is, and forges."""
    with room.work() as session:
        row = {"table_name": "claim_versions", "row_key": version.id.hex, "redaction_id": redaction}
        session.execute(insert(RedactedRow).values(row))
        session.execute(update(ClaimVersion).where(ClaimVersion.id == version.id).values(text="forged"))


def test_a_row_that_was_opened_by_hand_is_found(room):
    story = of_claim(room)
    redaction, version = redact(room, story).id, room.versions(ClaimVersion, story.entity)[-1]
    opened(room, redaction, version)
    with room.look() as session:
        rows = {(finding.table, finding.row) for finding in verify(session).findings}
    assert ("redactions", f"claim {story.entity}, version 1") in rows
    assert ("redacted_rows", f"claim_versions {version.id.hex}") in rows
    assert ("claim_versions", f"claim {story.entity}, version {version.number}") in rows


def test_a_redaction_that_the_log_does_not_know_is_found(room):
    story = of_claim(room)
    version = room.versions(ClaimVersion, story.entity)[-1]
    forged = {"entity_type": "claim", "entity_id": story.entity, "version_number": version.number, "reason": "x"}
    with room.work() as session:
        at = {"at": START, "actor_id": room.actor("dan").id, "seq": 1}
        session.execute(insert(Redaction).values(**forged, **at, id=UUID(int=9)))
    opened(room, UUID(int=9), version)
    with room.look() as session:
        rows = {(finding.table, finding.row) for finding in verify(session).findings}
    name = f"claim {story.entity}, version {version.number}"
    assert {("redactions", name), ("claim_versions", name)} <= rows


def test_another_reason_than_the_history_has_is_found(room):
    story = of_annotation(room)
    redact(room, story)
    statements = {
        "sqlite": ("DROP TRIGGER redactions_no_update",),
        "postgresql": ("ALTER TABLE redactions DISABLE TRIGGER ALL",),
    }
    with room.work() as session:
        for statement in (*statements[room.engine.dialect.name], "UPDATE redactions SET reason = 'another'"):
            session.execute(text(statement))
    with room.look() as session:
        found = verify(session).findings
    assert "for another reason" in found[0].wrong
