"""Redaction for legal reasons: the words of one version go, its hash and its place in history stay (rule 10)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from annotations.errors import InvalidInput, NotFound, TransitionNotAllowed
from annotations.permissions import Actor, Permission, require
from annotations.review.events import REDACTIONS
from annotations.services.blanking import Blanks, texts_of
from annotations.services.content import require_reason
from annotations.services.lookups import get, lock
from annotations.services.redacted_keys import keys_that_showed
from annotations.services.repeating import blank_repetitions
from annotations.store.articles import Article, ArticleVersion, Revision
from annotations.store.claims import Claim, ClaimVersion
from annotations.store.editorial import RedactedRow, Redaction
from annotations.store.evidence import Evidence, EvidenceVersion
from annotations.store.history import add_transition
from annotations.store.log import LogRow
from annotations.store.notes import Annotation, AnnotationVersion
from annotations.store.publication_log import Subject
from annotations.store.redactions import REDACT, redaction_summary
from annotations.vocabulary import DefinedEnum, EntityType, ReviewState, Visibility

Redactable = Article | Claim | Evidence | Annotation


class ArticlePart(DefinedEnum):
    """Which versions of an article a number counts."""

    TEXT = "text", "A revision of its text."
    METADATA = "metadata", "A version of its metadata."


_TYPES: dict[type[Any], EntityType] = {
    Article: EntityType.ARTICLE,
    Claim: EntityType.CLAIM,
    Evidence: EntityType.EVIDENCE,
    Annotation: EntityType.ANNOTATION,
}
_VERSIONS: dict[tuple[type[Any], ArticlePart | None], tuple[type[Any], str, str]] = {
    (Article, ArticlePart.TEXT): (Revision, "article_id", "revision_number"),
    (Article, ArticlePart.METADATA): (ArticleVersion, "article_id", "metadata_number"),
    (Claim, None): (ClaimVersion, "claim_id", "head_number"),
    (Evidence, None): (EvidenceVersion, "evidence_id", "head_number"),
    (Annotation, None): (AnnotationVersion, "annotation_id", "head_number"),
}
_UNDER_WAY = frozenset({Visibility.HIDDEN.value, ReviewState.DRAFT.value, ReviewState.IN_REVIEW.value})
_INSTEAD = {
    Article: "re-import a corrected text or correct the metadata, or withdraw the article",
    Claim: "publish a corrected version, or withdraw it",
    Evidence: "publish a corrected version",
    Annotation: "publish a corrected version, or withdraw it",
}


def redact_version(
    session: Session,
    entity: Redactable,
    number: int,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
    part: ArticlePart | None = None,
    with_reasons: bool = False,
) -> Redaction:
    """Blank what version ``number`` of ``entity`` says, wherever it is stored, and log that.

    Blanked are the version's own words, the rows that hang on it, and what was written from it: corrections, summaries
    in the log, reasons and stored answers that repeat it. What is enumerated, dated or counted stays, and so do slugs,
    topics, hashes and every row. An annotation's own words are its note; the words that it marks are the article's and
    go with the revision that has them, unless another one has them too.

    ``part`` says for an article which versions ``number`` counts. ``with_reasons`` also blanks the reasons that people
    gave for their decisions on this version, where they do not repeat it word for word.

    Raises:
        PermissionDenied: the actor may not.
        InvalidInput: ``part`` is missing, or given for something else than an article.
        InvalidText: the reason is not usable.
        NotFound: there is no such version.
        TransitionNotAllowed: it is in force, is still worked on, was redacted already, or has no words of its own.
        StaleVersion: the entity changed since the actor read it.
        PublishingBusy: another publisher held the lock for too long.
    """
    require(actor, Permission.REDACT, own_work=entity.created_by == actor.id)
    reason = require_reason(reason)
    if (type(entity), part) not in _VERSIONS:
        raise InvalidInput("say of an article, and of nothing else, whether text or metadata is meant", field="part")
    publication = lock(session, entity, actor=actor, now=now)
    version = _version(session, entity, number, part)
    _check_redactable(session, entity, version, part)
    # Editors see it in what they read, so whoever read the entity before is told that it changed.
    flag_modified(entity, _VERSIONS[type(entity), part][2])
    subject = Subject(_TYPES[type(entity)], entity.id, version.number, version.content_hash)
    texts = texts_of(session, version)
    if not texts:
        raise TransitionNotAllowed(
            "this version has no words of its own; what it marks is the article's, and goes with that revision"
        )
    blanks = Blanks(session)
    words = blanks.blank_version(version)
    blank_repetitions(blanks, subject, texts | words, version, with_reasons=with_reasons)
    of = subject.entity_type if part is None else f"{part} of the {subject.entity_type}"
    row = publication.record(
        REDACTIONS[subject.entity_type],
        subject,
        summary=redaction_summary(of, number, blanks.rows),
        keys=keys_that_showed(session, entity, version),
    )
    redaction = _enter(session, subject, row, reason)
    blanks.apply(redaction.id)
    state = entity.visibility if isinstance(entity, Article) else entity.state
    add_transition(
        session,
        subject,
        action=REDACT,
        from_state=state,
        to_state=state,
        actor_id=actor.id,
        at=row.at,
        reason=reason,
    )
    session.refresh(redaction)
    return redaction


def _enter(session: Session, subject: Subject, row: LogRow, reason: str) -> Redaction:
    redaction = Redaction(
        entity_type=subject.entity_type,
        entity_id=subject.entity_id,
        version_number=subject.version,
        at=row.at,
        actor_id=row.actor_id,
        reason=reason,
        seq=row.seq,
    )
    session.add(redaction)
    session.flush()
    return redaction


def _version(session: Session, entity: Any, number: int, part: ArticlePart | None) -> Any:
    table, owner, _ = _VERSIONS[type(entity), part]
    found = session.scalars(
        select(table).where(getattr(table, owner) == entity.id, table.number == number)
    ).one_or_none()
    if found is None:
        raise NotFound(f"there is no version {number}", field="number")
    return found


def _check_redactable(session: Session, entity: Any, version: Any, part: ArticlePart | None) -> None:
    head = getattr(entity, _VERSIONS[type(entity), part][2])
    state = entity.visibility if isinstance(entity, Article) else entity.state
    context = {"state": state, "version": version.number}
    if version.valid_from is not None and version.valid_until is None and _can_be_replaced(session, entity):
        raise TransitionNotAllowed(
            f"this version is in force: {_INSTEAD[type(entity)]}, then redact it", context=context
        )
    if version.number == head and state in _UNDER_WAY:
        raise TransitionNotAllowed(
            "this version is still worked on and would be published blank: save another one, then redact it",
            context=context,
        )
    if _was_redacted(session, entity.id, version):
        raise TransitionNotAllowed("this version was redacted already", context=context)


def _can_be_replaced(session: Session, entity: Any) -> bool:
    """An annotation stays in force on an article that was withdrawn, where nobody sees it and nothing ends it."""
    if not isinstance(entity, Annotation):
        return True
    return get(session, Article, entity.article_id).visibility != Visibility.WITHDRAWN


def _was_redacted(session: Session, entity_id: UUID, version: Any) -> bool:
    named = exists().where(Redaction.entity_id == entity_id, Redaction.version_number == version.number)
    if isinstance(version, Revision | ArticleVersion):
        # Texts and metadata are numbered each on their own, so the row tells which of them was meant.
        named = exists().where(RedactedRow.table_name == version.__tablename__, RedactedRow.row_key == version.id.hex)
    return bool(session.scalar(select(named)))
