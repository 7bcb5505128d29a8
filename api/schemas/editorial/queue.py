"""The editors' queue."""

from __future__ import annotations

from marshmallow import Schema

from annotations.vocabulary import EntityType, QueueKind
from api.schemas.base import many, one_of, optional_string, string, whole
from api.schemas.editorial.base import EditorialPageSchema, PersonSchema, moment, one, one_or_null, uuid
from api.schemas.editorial.notes import AnchorSchema


class QueueItemSchema(Schema):
    """Something that waits for an editor."""

    kind = one_of(QueueKind, "In which part of the queue.")
    entity_type = one_of(EntityType, "What it is.")
    id = uuid("Its id.")
    key = optional_string("Slug of the article or claim, key of the source; null for an annotation.")
    label = string("The title, the statement, or the words that are marked.")
    state = string("Where its newest version stands in review; of an article, whether the public sees it.")
    reason = optional_string("Why it waits, where there is more to say.")
    since = moment("Since when it waits.")
    by = one_or_null(PersonSchema, "Who asked, or wrote the newest version; null where the text changed.")
    lock_version = whole("Counts the changes; the ETag is made of it.", low=1)
    article = optional_string("Slug of the annotation's article.")
    into = optional_string("Slug of the claim into which a claim is to be merged.")
    before = one_or_null(AnchorSchema, "Where the words last stood as they were marked, before the text changed.")
    after = one_or_null(AnchorSchema, "Where they stand now; without offsets, the paragraph that lost them; or null.")


class QueuePageSchema(EditorialPageSchema):
    """A page of the queue, the longest waiting first."""

    items = many(QueueItemSchema)


class QueueNumbersSchema(Schema):
    """How much waits in each part of the queue; made from the enumeration, so that none is forgotten."""

    class Meta:
        """The fields."""

        include = {  # noqa: RUF012 - marshmallow reads it from the class
            kind.value: whole(kind.definition) for kind in QueueKind
        }


class QueueCountsSchema(Schema):
    """How much waits."""

    counts = one(QueueNumbersSchema, "By part of the queue.")
