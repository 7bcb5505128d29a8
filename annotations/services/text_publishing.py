"""Announcing another text of a public article: which of its parts read differently, and what follows for its status."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from annotations.anchoring.selectors import quote_selector
from annotations.permissions import Actor
from annotations.review.events import Event
from annotations.services.affected import keys_of_article
from annotations.services.article_versions import add_metadata, head_metadata, metadata_content
from annotations.services.carrying import Plan
from annotations.services.lookups import put_in_force
from annotations.store import keys
from annotations.store.articles import Article, ArticleVersion, Block, Revision
from annotations.store.claims import Claim
from annotations.store.history import add_transition
from annotations.store.notes import Anchor, Annotation, AnnotationVersion, PendingNotice
from annotations.store.publication_log import Publication, Subject
from annotations.store.versions import is_public
from annotations.vocabulary import AnchorState, EntityType, FactCheckStatus, Visibility

_Seen = dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Parts:
    """What readers see of a text: of its title, and by their keys of its paragraphs, annotations and their claims."""

    keys: frozenset[str] = frozenset()
    title: list[Any] = field(default_factory=list)
    paragraphs: _Seen = field(default_factory=dict)
    annotations: _Seen = field(default_factory=dict)
    claims: _Seen = field(default_factory=dict)


def parts_shown(session: Session, article: Article) -> Parts:
    """What readers see of the text of ``article`` and of where its annotations stand now."""
    if article.visibility != Visibility.PUBLIC:
        return Parts()
    parts = Parts(frozenset(keys_of_article(session, article)))
    blocks = select(Block).join(Revision, Revision.id == Block.revision_id)
    for block in session.scalars(blocks.where(Revision.article_id == article.id, is_public(Revision))):
        parts.paragraphs[keys.paragraph_key(block.paragraph_id)] = [block.ordinal, block.kind, block.text]
        if block.ordinal == 0:
            parts.title.append(block.text)
    for annotation, slug, anchor, block in _annotations_shown(session, article):
        around = quote_selector(block.text, anchor.start_offset, anchor.end_offset)
        place = [annotation.id, block.paragraph_id, block.ordinal, anchor.quote]
        hold = [anchor.start_offset, around, anchor.state, anchor.context_changed, annotation.needs_recheck]
        parts.annotations[keys.annotation_key(annotation.id)] = [*place, *hold]
        parts.paragraphs[keys.paragraph_key(block.paragraph_id)].append([*place, *hold])
        parts.claims.setdefault(keys.claim_key(slug), []).append(place)
        if block.ordinal == 0:
            parts.title.append(place)
    return parts


def publish_text(publication: Publication, article: Article, new: Revision, plan: Plan, before: Parts) -> None:
    """Log that ``new`` is the text of ``article``; ``before`` is what readers saw until now.

    Whatever reads the same keeps its validator. A title is printed wherever the article is named, so another title, or
    other words flagged in it, touches all of that.
    """
    session = publication.session
    after = parts_shown(session, article)
    annotations = _changed(before.annotations, after.annotations)
    changed = annotations | _changed(before.paragraphs, after.paragraphs) | _changed(before.claims, after.claims)
    if before.title != after.title:
        changed |= before.keys | after.keys
    there = {block.paragraph_id for block in plan.blocks}
    back = {block.paragraph_id for block in plan.blocks if block.paragraph_id and block.old_ordinal is None}
    publication.record(
        Event.ARTICLE_REVISED,
        Subject(EntityType.ARTICLE, article.id, new.number, new.content_hash),
        summary=f"Text of an article changed: {article.slug}",
        keys={keys.article_key(article.slug), keys.ARTICLES, keys.SEARCH, *({keys.ANNOTATIONS} if annotations else ())}
        | changed,
        gone={keys.paragraph_key(block.paragraph_id) for block in plan.gone if block.paragraph_id not in there},
        back={keys.paragraph_key(paragraph_id) for paragraph_id in back},
    )


def no_longer_complete(publication: Publication, article: Article, *, actor: Actor) -> None:
    """Nobody has checked the words that are new, so the text must not go on looking as if somebody had."""
    session, current = publication.session, head_metadata(publication.session, article)
    if current.fact_check_status != FactCheckStatus.COMPLETE:
        return
    article.metadata_number += 1
    version = add_metadata(
        session,
        article,
        metadata_content(session, current),
        FactCheckStatus.PARTIAL,
        current.checked_at,
        actor=actor,
        now=publication.moment,
    )
    if article.visibility == Visibility.PUBLIC:
        put_in_force(session, publication, current, version)
        publication.record(
            Event.ARTICLE_FACT_CHECKED,
            _subject(article, version),
            summary="Fact-check status of an article: complete to partial, because its text changed.",
            keys=keys_of_article(session, article),
        )
    add_transition(
        session,
        _subject(article, version),
        action=Event.ARTICLE_FACT_CHECKED.partition(".")[2],
        from_state=article.visibility,
        to_state=article.visibility,
        actor_id=actor.id,
        at=publication.moment,
        reason="The text changed.",
    )


def _annotations_shown(session: Session, article: Article) -> list[Any]:
    """The annotations in force with claim, anchor and block, where their words stand and no notice does."""
    notice = select(PendingNotice.id).where(
        PendingNotice.annotation_id == Annotation.id, PendingNotice.closed_at.is_(None)
    )
    statement = (
        select(Annotation, Claim.slug, Anchor, Block)
        .join(AnnotationVersion, AnnotationVersion.annotation_id == Annotation.id)
        .join(Claim, Claim.id == AnnotationVersion.claim_id)
        .join(Anchor, Anchor.version_id == AnnotationVersion.id)
        .join(Revision, Revision.id == Anchor.revision_id)
        .join(Block, and_(Block.revision_id == Anchor.revision_id, Block.paragraph_id == Anchor.paragraph_id))
        .where(
            Annotation.article_id == article.id,
            is_public(AnnotationVersion),
            is_public(Revision),
            Anchor.state.in_([AnchorState.EXACT, AnchorState.MOVED]),
            ~notice.exists(),
        )
        .order_by(Annotation.id)
    )
    return list(session.execute(statement))


def _changed(before: _Seen, after: _Seen) -> set[str]:
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


def _subject(article: Article, version: ArticleVersion) -> Subject:
    return Subject(EntityType.ARTICLE, article.id, version.number, version.content_hash)
