"""Looks at a desk after its steps: readers and histories must say what the model says, and stay as they were."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.store.articles import ArticleVersion, Block, Revision
from annotations.store.claims import ClaimVersion, EvidenceLink
from annotations.store.editorial import RedactedRow
from annotations.store.evidence import EvidenceVersion
from annotations.store.log import Correction, LogRow, PublicVersion
from annotations.store.notes import Anchor, AnnotationCategory, AnnotationVersion
from annotations.store.review import Transition
from annotations.store.verification import verify
from tests.services.asked_view import asked, asked_lists
from tests.services.machine_counts import Counts
from tests.services.model_articles import Model
from tests.services.model_view import Reader, View
from tests.services.newsroom import Newsroom
from tests.services.public_view import PublicView
from tests.services.rules_hold import RULES, check_stamps

COLLECTIONS = {"article": "articles", "annotation": "annotations", "claim": "claims", "evidence": "evidence"}
KEPT: tuple[type[Any], ...] = (
    *(ArticleVersion, ClaimVersion, EvidenceVersion, AnnotationVersion, Revision, Block, EvidenceLink),
    *(AnnotationCategory, Anchor, Correction),
)
"""What is never changed, whatever happens; histories and the log are compared at each look."""

EVERY = 12


class Witness:
    """Remembers what was seen of a desk, and compares it with what is seen now."""

    def __init__(self, room: Newsroom, model: Model, counts: Counts) -> None:
        self.room, self.model, self.counts = room, model, counts
        self.looks = 0
        self.kept: dict[type[Any], dict[Any, Any]] = {}
        self.moments: list[tuple[datetime, View, View]] = []
        with room.look() as session:
            self.seen, self.lists = self.expected()
            self.asked = self.seen
            self.compare_rows(session, (Transition, LogRow))
            self.head = max((row.seq for row in self.kept[LogRow].values()), default=0)
            self.compare_rows(session, KEPT)
            self.rows = PublicView(session)

    def expected(self) -> tuple[View, View]:
        """What readers must see, by the model."""
        reader = Reader(self.model)
        return reader.view(), reader.lists()

    def look(self) -> None:
        """After some steps: what they changed, and the lists; now and then everything."""
        self.looks += 1
        if self.looks % EVERY == 0:
            self.look_at_everything()
        else:
            with self.room.look() as session:
                self.compare(session, whole=False)

    def look_at_everything(self) -> None:
        """Every address, and every row that must not have changed."""
        with self.room.look() as session:
            self.compare(session, whole=True)
            self.compare_rows(session, KEPT)
            rows = PublicView(session)
        for check in RULES:
            check(rows)
        check_stamps(self.rows, rows)
        self.rows = rows

    def verify(self) -> None:
        """Everything that is chained or hashed."""
        with self.room.look() as session:
            assert verify(session).findings == ()

    def look_back(self, dice: Random) -> None:
        """What readers saw at moments before, asked for now: the lists at some, every address at one."""
        moments = dice.sample(self.moments, min(3, len(self.moments)))
        with self.room.look() as session:
            for at, _, lists in moments:
                assert asked_lists(session, at) == lists
            for at, view, _ in moments[:1]:
                assert_same(asked(session, view, at), view)

    def glance(self) -> None:
        """After a step that readers may notice: whatever they see otherwise is in the log, with its corrections."""
        with self.room.look() as session:
            self.check_log(session, *self.expected())

    def compare(self, session: Session, *, whole: bool) -> None:
        """The model with what is stored and shown."""
        (steps, _), before = self.compare_rows(session, (Transition, LogRow)), self.asked
        self.compare_history(steps)
        view, lists = self.expected()
        self.check_log(session, view, lists)
        touched = {f"{row.entity_type}:{row.entity_id}" for row in steps}
        keys = set(view) if whole else self.telling(before, view, touched)
        found = asked_lists(session)
        for name, expected in lists.items():
            assert_same(found[name], expected)
        assert_same(asked(session, keys), {key: view[key] for key in keys})
        self.asked = view

    def check_log(self, session: Session, view: View, lists: View) -> None:
        """Rule 9, for what was done since it was last checked."""
        rows = list(session.execute(select(LogRow.__table__).where(LogRow.seq > self.head)))
        self.check_stamps(session, view, lists)
        self.check_corrections(view, self.corrections(session, rows))
        self.remember(view, lists, rows)

    def telling(self, before: View, view: View, touched: set[str]) -> set[str]:
        """Among the addresses that changed, or might have, those that say more than the lists; and a few others.

        What is shown under an address of its own is in the lists too, so what became something else is asked for, with
        every article that changed, and a part of what somebody did something to.
        """
        keys = set(sorted(key for key in view if self.is_about(key, touched))[self.looks % 3 :: 3])
        changed = {key for key in view if view[key] != before.get(key)}
        for key in changed:
            if key.startswith("article:") or _kind_of(before.get(key)) != _kind_of(view[key]):
                keys.add(key)
        return keys | set(sorted(changed - keys)[self.looks % 8 :: 8])

    def is_about(self, key: str, touched: set[str]) -> bool:
        """Whether a key is that of something that was touched."""
        kind, _, name = key.partition(":")
        if kind == "annotation":
            return key in touched
        return any(f"{kind}:{thing.id}" in touched for thing in self.model.of(kind) if thing.name == name)

    def compare_rows(self, session: Session, tables: tuple[type[Any], ...]) -> list[list[Any]]:
        """Rule 10: what was there is there, as it was, but for what was blanked; answers the new rows of each table."""
        blanked = {(row.table_name, row.row_key) for row in session.execute(select(RedactedRow.__table__))}
        new = []
        for table in tables:
            columns = list(table.__table__.primary_key.columns)
            now = {tuple(row._mapping[column.name] for column in columns): row for row in rows_of(session, table)}
            before = self.kept.get(table, {})
            for key, row in before.items():
                assert key in now, f"a row of {table.__tablename__} is gone"
                if row != now[key] and not any((table.__tablename__, _named(part)) in blanked for part in key):
                    assert _closed(row) == _closed(now[key]), f"a row of {table.__tablename__} changed"
            self.kept[table] = now
            new.append([now[key] for key in now.keys() - before.keys()])
        return new

    def compare_history(self, steps: list[Any]) -> None:
        """The new steps of all histories are those that the model took."""
        found = Counter(
            (step.entity_type, step.entity_id, step.action, step.from_state, step.to_state, step.actor_id)
            for step in steps
        )
        expected = Counter(self.model.history)
        assert found == expected, f"missing {expected - found}, too many {found - expected}"
        assert all(step.four_eyes for step in steps)
        self.model.history.clear()
        for step in steps:
            self.counts.take(step.entity_type, step.from_state, step.action)
            if step.action == "open_notice":
                self.counts.led_to[f"notice: {step.reason}"] += 1
            if step.action == "fact_checked" and step.reason:
                self.counts.led_to["no longer complete"] += 1

    def check_stamps(self, session: Session, view: View, lists: View) -> None:
        """Rule 9: whatever readers see otherwise was stamped by a row of the log that came since; nothing else is."""
        stamps = {row.key: row for row in session.execute(select(PublicVersion.__table__))}
        changed = {key for key in view if view[key] != self.seen.get(key)}
        changed |= {name for name in lists if lists[name] != self.lists[name]}
        unstamped = {key: self.seen.get(key) for key in changed if stamps[key].seq <= self.head}
        assert unstamped == {}, {key: view.get(key) for key in unstamped}
        stamped = {key for key in stamps if ":" in key}
        assert stamped == {key for key, value in view.items() if value is not None}
        gone = {key for key, value in view.items() if value is not None and "gone" in value}
        assert {key for key, row in stamps.items() if row.gone} == gone

    def corrections(self, session: Session, rows: list[Any]) -> dict[UUID, list[Any]]:
        """The corrections since the last look, by what they are about; each belongs to a row that says so."""
        new = {row.seq: row for row in rows}
        found: dict[UUID, list[Any]] = {}
        of = set()
        for one in session.execute(select(Correction.__table__).where(Correction.seq > self.head)):
            found.setdefault(one.entity_id, []).append(one)
            of.add(one.seq)
            assert new[one.seq].entity_id == one.entity_id
        assert of == {row.seq for row in rows if row.change_kind == "correction"}
        return found

    def check_corrections(self, view: View, corrections: dict[UUID, list[Any]]) -> None:
        """Rule 9: a changed verdict, a dropped or retracted source and a withdrawal are always corrections."""
        for thing in self.model.things.values():
            key = f"{thing.kind}:{thing.name}"
            before, after = self.seen.get(key), view[key]
            if before is None or "gone" in before or "merged" in before:
                continue
            filed = corrections.get(thing.id, [])
            if thing.article and self.model.article_of(thing).gone and not thing.gone:
                # The article was withdrawn, and says so for all that stood on it.
                continue
            if thing.kind != "evidence" and ("gone" in after or "merged" in after):
                assert filed, f"{key} was taken back without a correction"
                assert (filed[-1].after is None) is ("gone" in after)
            elif thing.kind == "claim":
                sources = [{link["key"] for link in one["evidence"]} for one in (before, after)]
                if before["verdict"] != after["verdict"] or sources[0] - sources[1]:
                    assert filed, f"{key} changed without a correction"
            elif thing.kind == "evidence" and after.get("status") == "retracted" != before["status"]:
                assert filed, f"{key} was retracted without a correction"
            elif "claim" in before and "claim" in after:
                verdicts = before["claim"]["verdict"] != after["claim"]["verdict"]
                if verdicts and before["claim"]["slug"] != after["claim"]["slug"]:
                    assert filed, f"{key} has another verdict without a correction"

    def remember(self, view: View, lists: View, rows: list[Any]) -> None:
        """What readers see at this moment, to be asked for later."""
        if any(row.event.endswith(".redacted") for row in rows):
            # What was blanked is blanked in the past too.
            self.moments.clear()
        self.seen, self.lists = view, lists
        if rows:
            self.head = max(row.seq for row in rows)
            self.moments.append((max(row.at for row in rows), view, lists))


def rows_of(session: Session, table: type[Any]) -> list[Any]:
    """Every row of a table."""
    return list(session.execute(select(table.__table__)))


def assert_same(found: View, expected: View) -> None:
    """Two views are one; what differs is named by its address."""
    differences = {key: (found.get(key), expected.get(key)) for key in found.keys() | expected.keys()
                   if found.get(key) != expected.get(key) or (key in found) is not (key in expected)}  # fmt: skip
    assert differences == {}


def _kind_of(value: Any) -> Any:
    """What stands at an address: nothing, a tombstone, the way to another, a note, or something else."""
    return None if value is None else next((kind for kind in ("gone", "merged", "quote") if kind in value), "shown")


def _closed(row: Any) -> dict[str, Any]:
    """A row without the moments at which it came into force and went out."""
    return {name: value for name, value in row._mapping.items() if name not in {"valid_from", "valid_until"}}


def _named(part: Any) -> str:
    return part.hex if isinstance(part, UUID) else str(part)
