"""What is to be done, what was done, and who calls: the queue, histories, the log."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, fields, validate

from annotations.permissions import Permission, may
from annotations.queries import log
from annotations.queries.editorial import history, queue
from annotations.vocabulary import EntityType, QueueKind
from api.current import current_settings
from api.editorial.blueprint import EditorialBlueprint, Reading, Resource, named
from api.editorial.lists import after, editorial_page
from api.editorial.resources import ANNOTATION, ARTICLE, CLAIM, EVIDENCE
from api.pagination import PageQuery, requested_page
from api.parameters import WholeNumber
from api.schemas.editorial.history import LogPageSchema, StepPageSchema, VersionListSchema
from api.schemas.editorial.queue import QueueCountsSchema, QueuePageSchema
from api.v1.parameters import enum_filter

blueprint = EditorialBlueprint("editorial_work", __name__, description="The queue, histories and the log.")


class QueueQuery(PageQuery):
    """Which part of the queue."""

    kind = enum_filter(QueueKind, "Which part of the queue.", QueueKind.IN_REVIEW)


class LogQuery(PageQuery):
    """From where in the log."""

    after = WholeNumber(
        load_default=0,
        validate=validate.Range(0, 2**31 - 1),
        metadata={"description": "Only rows after this number.", "example": 0},
    )


class MeSchema(Schema):
    """Who calls, and what they may do."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True, allow_none=True)
    permissions = fields.List(fields.String(), required=True)


@blueprint.read("/me", permission=Permission.READ, answers=MeSchema)
def get_me(call: Reading) -> Any:
    """Tell who calls, and what they may do with their own work."""
    actor = call.actor
    return {
        "id": actor.id,
        "name": actor.name,
        "role": actor.role,
        "scopes": None if actor.scopes is None else sorted(actor.scopes),
        "permissions": [str(one) for one in Permission if may(actor, one, own_work=True)],
    }


@blueprint.read("/queue", permission=Permission.READ, answers=QueuePageSchema, query=QueueQuery)
def get_queue(call: Reading) -> Any:
    """List what waits for somebody, the longest waiting first; by default what is in review."""
    kind = QueueKind(call.query.get("kind", QueueKind.IN_REVIEW))
    requested = requested_page(f"queue {kind}", dict(call.query))
    found = queue.work_queue(
        call.session,
        kind,
        actor_id=call.actor.id,
        now=datetime.now(UTC),
        stale_days=current_settings().evidence_check_days,
        limit=requested.limit,
        after=after(requested),
    )
    return editorial_page(requested, found)


@blueprint.read("/queue/counts", permission=Permission.READ, answers=QueueCountsSchema)
def get_queue_counts(call: Reading) -> Any:
    """Count what waits, in each part of the queue."""
    counts = queue.queue_counts(
        call.session,
        actor_id=call.actor.id,
        now=datetime.now(UTC),
        stale_days=current_settings().evidence_check_days,
    )
    return {"counts": counts}


@blueprint.read("/log", permission=Permission.READ_LOG, answers=LogPageSchema, query=LogQuery)
def get_log(call: Reading) -> Any:
    """Read the publication log, oldest first, with who did what."""
    requested = requested_page("log", dict(call.query))
    since = call.query["after"] if requested.after is None else int(str(requested.after[0]))
    return editorial_page(requested, log.list_log(call.session, after_seq=since, limit=requested.limit))


def _add_history(resource: Resource, rule: str, entity_type: EntityType) -> None:
    @blueprint.read(f"{rule}/history", permission=Permission.READ, answers=StepPageSchema, query=PageQuery)
    @named(f"get_history_of_{entity_type}", f"List who did what to this {entity_type}, when and why.")
    def steps(call: Reading) -> Any:
        row = resource.find(call.session, **call.path)
        requested = requested_page(f"history of {row.id}", dict(call.query))
        found = history.history_of(call.session, entity_type, row.id, limit=requested.limit, after=after(requested))
        return editorial_page(requested, found)

    @blueprint.read(f"{rule}/versions", permission=Permission.READ, answers=VersionListSchema)
    @named(
        f"get_versions_of_{entity_type}",
        f"List every version of this {entity_type}, who wrote it, and when it was in force.",
    )
    def versions(call: Reading) -> Any:
        row = resource.find(call.session, **call.path)
        return {"items": history.versions_of(call.session, entity_type, row.id)}


_HISTORIES = (
    (ARTICLE, "/articles/<slug:slug>", EntityType.ARTICLE),
    (CLAIM, "/claims/<slug:slug>", EntityType.CLAIM),
    (EVIDENCE, "/evidence/<slug:key>", EntityType.EVIDENCE),
    (ANNOTATION, "/annotations/<uuid:annotation_id>", EntityType.ANNOTATION),
)
for _resource, _rule, _type in _HISTORIES:
    _add_history(_resource, _rule, _type)
