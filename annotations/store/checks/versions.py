"""Checks of versions: what each holds gives its hash, they are numbered without a gap, and their intervals meet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.store.articles import Article, ArticleVersion, Revision
from annotations.store.checks.contents import (
    annotation_contents,
    claim_contents,
    metadata_contents,
    revision_contents,
    source_contents,
)
from annotations.store.checks.findings import BATCH, Findings, Rows, batches, version_row
from annotations.store.checks.moments import Moments
from annotations.store.checks.redactions import RedactedRows
from annotations.store.claims import Claim, ClaimVersion
from annotations.store.evidence import Evidence, EvidenceVersion
from annotations.store.notes import Annotation, AnnotationVersion
from annotations.store.publication_log import TICK
from annotations.vocabulary import EntityType, ReviewState, Visibility

Contents = Callable[[Session, Findings, RedactedRows, Rows], None]

NEVER_IN_FORCE = frozenset({Visibility.HIDDEN.value})
NONE_IN_FORCE = frozenset({Visibility.WITHDRAWN.value, ReviewState.WITHDRAWN.value, ReviewState.SUPERSEDED.value})
NEWEST_IN_FORCE = frozenset({Visibility.PUBLIC.value, ReviewState.PUBLISHED.value})
"""States of an entity that say which of its versions may be in force."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of version: its table, whose it is, and how its content is checked."""

    entity_type: EntityType
    table: type[Any]
    owner: str
    entity: type[Any]
    name: str
    head: str
    state: str
    contents: Contents
    size: int = BATCH


KINDS = (
    Kind(
        *(EntityType.ARTICLE, Revision, "article_id", Article, "slug", "revision_number", "visibility"),
        revision_contents,
        size=5,
    ),
    Kind(
        *(EntityType.ARTICLE, ArticleVersion, "article_id", Article, "slug", "metadata_number", "visibility"),
        metadata_contents,
    ),
    Kind(
        *(EntityType.EVIDENCE, EvidenceVersion, "evidence_id", Evidence, "key", "head_number", "state"),
        source_contents,
    ),
    Kind(EntityType.CLAIM, ClaimVersion, "claim_id", Claim, "slug", "head_number", "state", claim_contents),
    Kind(
        *(EntityType.ANNOTATION, AnnotationVersion, "annotation_id", Annotation, "article_id", "head_number", "state"),
        annotation_contents,
    ),
)
"""A revision may be long, so few of them are held at a time."""


def check_versions(session: Session, findings: Findings, redacted: RedactedRows) -> None:
    """Check every version of every kind."""
    for kind in KINDS:
        _check_kind(session, findings, redacted, kind)


def _check_kind(session: Session, findings: Findings, redacted: RedactedRows, kind: Kind) -> None:
    table, entity = kind.table, kind.entity
    owner = getattr(table, kind.owner)
    statement = (
        select(table.__table__, owner.label("owner_id"), getattr(entity, kind.name).label("owner_name"))
        .add_columns(getattr(entity, kind.head).label("head"), getattr(entity, kind.state).label("owner_state"))
        .outerjoin(entity, entity.id == owner)
        .order_by(owner, table.number)
    )
    walk = _Walk(findings, kind)
    for rows in batches(session, statement, kind.size):
        findings.checked["versions"] += len(rows)
        moments = Moments(session, kind.entity_type, {row.owner_id for row in rows})
        for row in rows:
            walk.take(row, moments)
        kind.contents(session, findings, redacted, rows)
    walk.finish()
    nothing = select(table.id).where(owner == entity.id)
    for rows in batches(session, select(entity.id).where(~nothing.exists()).order_by(entity.id)):
        for row in rows:
            name = version_row(kind.entity_type, row.id, 1)
            findings.add(table.__tablename__, name, "missing: the entity has no version")


class _Walk:
    """Goes along the versions of a kind, entity by entity."""

    def __init__(self, findings: Findings, kind: Kind) -> None:
        self.findings, self.kind = findings, kind
        self.row: Any = None
        self.in_force: Any = None
        self.closing_known = True

    def take(self, row: Any, moments: Moments) -> None:
        """The next version, in the order of owners and numbers."""
        if self.row is not None and self.row.owner_id != row.owner_id:
            self.finish()
        number = self.row.number if self.row is not None else 0
        if row.owner_name is None:
            self._add(row, f"there is no such {self.kind.entity_type}")
        if row.number != number + 1:
            self._add(row, f"follows version {number}: version {number + 1} is missing")
        if not moments.made(row):
            self._add(row, "its history has no step that made it at this time, by this actor")
        if row.valid_from is not None:
            self._check_interval(row, moments)
        elif row.valid_until is not None:
            self._add(row, "went out of force, and never came into force")
        self.row = row

    def finish(self) -> None:
        """The entity at hand has no further version."""
        row, last = self.row, self.in_force
        if row is None:
            return
        if last is not None and not self.closing_known:
            self._add(last, "nothing happened at the moment at which it went out of force")
        if row.owner_name is not None:
            if row.number < row.head:
                missing = version_row(self.kind.entity_type, row.owner_id, row.number + 1)
                self.findings.add(
                    self.kind.table.__tablename__, missing, f"cut off: the versions went on to {row.head}"
                )
            elif row.number > row.head:
                self._add(row, f"added beyond the newest, which is version {row.head}")
            self._check_state(row, last)
        self.row, self.in_force, self.closing_known = None, None, True

    def _check_interval(self, row: Any, moments: Moments) -> None:
        before = self.in_force
        opened = row.valid_from in moments.of(row.owner_id)
        if before is not None:
            if before.valid_until is None or before.valid_until > row.valid_from:
                self._add(before, f"still in force when version {row.number} came into force")
            elif before.valid_until != row.valid_from and not self.closing_known:
                self._add(before, "nothing happened at the moment at which it went out of force")
            # Two approvals in one moment follow one another by a microsecond.
            opened = opened or row.valid_from == before.valid_from + TICK
        if not opened:
            self._add(row, "nothing happened at the moment at which it came into force")
        until = row.valid_until
        self.in_force = row
        self.closing_known = until is None or until in moments.of(row.owner_id) or until == row.valid_from + TICK

    def _check_state(self, newest: Any, last: Any) -> None:
        """What the entity's state says of the versions in force."""
        state, is_open = newest.owner_state, last is not None and last.valid_until is None
        if state in NEVER_IN_FORCE and last is not None:
            self._add(last, f"came into force, and the {self.kind.entity_type} is {state}")
        elif state in NONE_IN_FORCE and is_open:
            self._add(last, f"still in force, and the {self.kind.entity_type} is {state}")
        elif state in NEWEST_IN_FORCE and not (is_open and last.number == newest.number):
            self._add(newest, f"not in force, and the {self.kind.entity_type} is {state}")

    def _add(self, row: Any, wrong: str) -> None:
        name = version_row(self.kind.entity_type, row.owner_id, row.number)
        self.findings.add(self.kind.table.__tablename__, name, wrong)
