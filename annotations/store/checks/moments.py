"""When something happened to an entity, by its history and the log: versions are made and come into force then only."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.store.checks.findings import chunks
from annotations.store.editorial import ClaimMerger
from annotations.store.log import LogRow
from annotations.store.notes import Annotation, AnnotationVersion
from annotations.store.publication_log import TICK
from annotations.store.review import Transition
from annotations.vocabulary import EntityType


class Moments:
    """The moments of some entities of one type, read at once."""

    def __init__(self, session: Session, entity_type: EntityType, ids: set[UUID]) -> None:
        self._session = session
        self._of: defaultdict[UUID, set[datetime]] = defaultdict(set)
        self._steps: defaultdict[UUID, set[tuple[datetime, UUID]]] = defaultdict(set)
        self._copies: defaultdict[UUID, set[tuple[datetime, UUID]]] = defaultdict(set)
        self._naming: defaultdict[tuple[UUID, int, str], set[tuple[datetime, UUID]]] = defaultdict(set)
        for some in chunks(sorted(ids)):
            self._read(entity_type, some)
            if entity_type is EntityType.ANNOTATION:
                self._read_articles(some)
                self._read_mergers(some)

    def of(self, entity_id: UUID) -> set[datetime]:
        """When something happened to the entity, or to the article on which it stands."""
        return self._of[entity_id]

    def made(self, version: Any) -> bool:
        """Whether the history has the step by which a version was made.

        A step that publishes bears the time of its publication. Where that is later than the version's own, it is so
        because the log had come that far already.
        """
        maker = version.created_by
        if (version.created_at, maker) in self._steps[version.owner_id]:
            return True
        if (version.created_at, maker) in self._copies[version.owner_id]:
            return True
        naming = self._naming[version.owner_id, version.number, version.content_hash]
        later = [at - TICK for at, actor in naming if actor == maker and at > version.created_at]
        there = select(LogRow.seq).where(LogRow.at.in_(later)).limit(1)
        return bool(later) and self._session.scalar(there) is not None

    def _read(self, entity_type: EntityType, ids: list[UUID]) -> None:
        steps = select(
            *(Transition.entity_id, Transition.at, Transition.actor_id),
            *(Transition.version_number, Transition.version_hash),
        ).where(Transition.entity_type == entity_type, Transition.entity_id.in_(ids))
        for step in self._session.execute(steps):
            self._of[step.entity_id].add(step.at)
            self._steps[step.entity_id].add((step.at, step.actor_id))
            naming = self._naming[step.entity_id, step.version_number, step.version_hash]
            naming.add((step.at, step.actor_id))
        rows = select(LogRow.entity_id, LogRow.at).where(LogRow.entity_type == entity_type, LogRow.entity_id.in_(ids))
        for row in self._session.execute(rows):
            self._of[row.entity_id].add(row.at)

    def _read_articles(self, ids: list[UUID]) -> None:
        """An annotation that nobody has seen yet goes out of force by a step of its article."""
        steps = (
            select(Annotation.id, Transition.at)
            .join(Transition, Transition.entity_id == Annotation.article_id)
            .where(Annotation.id.in_(ids), Transition.entity_type == EntityType.ARTICLE)
        )
        for row in self._session.execute(steps):
            self._of[row.id].add(row.at)

    def _read_mergers(self, ids: list[UUID]) -> None:
        """A merger saves versions anew: under the name of whoever asked for it, or of whoever had written them."""
        rows = (
            select(Transition.entity_id, Transition.at, ClaimMerger.requested_by, AnnotationVersion.created_by)
            .join(ClaimMerger, ClaimMerger.closed_at == Transition.at)
            .join(AnnotationVersion, AnnotationVersion.annotation_id == Transition.entity_id)
            .where(
                Transition.entity_type == EntityType.ANNOTATION,
                Transition.entity_id.in_(ids),
                ClaimMerger.merged,
                AnnotationVersion.created_at < Transition.at,
            )
        )
        for row in self._session.execute(rows):
            self._copies[row.entity_id] |= {(row.at, row.requested_by), (row.at, row.created_by)}
