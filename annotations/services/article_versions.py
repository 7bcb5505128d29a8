"""The versions of an article: revisions of its text, and versions of its metadata."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.anchoring.text import blocks_hash, text_sha256
from annotations.importing.document import ImportedText
from annotations.permissions import Actor
from annotations.services.content import ArticleMetadata, hash_of
from annotations.store.articles import Article, ArticleTopic, ArticleVersion, Block, Paragraph, Revision
from annotations.store.base import new_id
from annotations.store.chains import timestamp
from annotations.store.content_hashes import import_hash
from annotations.vocabulary import BlockKind, FactCheckStatus, TitleOrigin


def head_revision(session: Session, article: Article) -> Revision:
    """The newest revision of ``article``."""
    statement = select(Revision).where(Revision.article_id == article.id, Revision.number == article.revision_number)
    return session.scalars(statement).one()


def head_metadata(session: Session, article: Article) -> ArticleVersion:
    """The newest metadata of ``article``."""
    statement = select(ArticleVersion).where(
        ArticleVersion.article_id == article.id, ArticleVersion.number == article.metadata_number
    )
    return session.scalars(statement).one()


def metadata_content(session: Session, version: ArticleVersion) -> ArticleMetadata:
    """The metadata that ``version`` holds, topics included."""
    topics = session.scalars(
        select(ArticleTopic.topic).where(ArticleTopic.version_id == version.id).order_by(ArticleTopic.position)
    )
    names = [name for name in ArticleMetadata.__slots__ if name != "topics"]
    return ArticleMetadata(**{name: getattr(version, name) for name in names}, topics=tuple(topics))


def add_revision(
    session: Session,
    article: Article,
    document: ImportedText,
    *,
    actor: Actor,
    now: datetime,
    known: Mapping[int, UUID],
) -> Revision:
    """Store ``document`` as the revision ``article.revision_number``.

    ``known`` are paragraph ids by ordinal: those of paragraphs that are there already, and of new ones that are to have
    a certain id; the others are made.
    """
    blocks = blocks_of(document)
    revision = Revision(
        id=new_id(),
        article_id=article.id,
        number=article.revision_number,
        content_hash=text_hash(blocks),
        created_at=now,
        created_by=actor.id,
        source_sha256=document.source_sha256,
        source_format=document.format,
        import_report={
            "encoding": document.encoding,
            "repairs": [asdict(repair) for repair in document.repairs],
            "dropped": [asdict(dropped) for dropped in document.dropped],
        },
    )
    revision.import_hash = import_hash(revision)
    session.add(revision)
    session.flush()
    there = set(session.scalars(select(Paragraph.id).where(Paragraph.article_id == article.id)))
    ids = {ordinal: known.get(ordinal) or new_id() for ordinal in blocks}
    session.add_all(Paragraph(id=one, article_id=article.id) for one in ids.values() if one not in there)
    session.flush()
    session.add_all(
        Block(
            revision_id=revision.id,
            paragraph_id=ids[ordinal],
            ordinal=ordinal,
            kind=kind,
            text=text,
            sha256=text_sha256(text),
        )
        for ordinal, (kind, text) in blocks.items()
    )
    session.flush()
    return revision


def blocks_of(document: ImportedText) -> dict[int, tuple[BlockKind, str]]:
    """Kind and text of each block by its ordinal: 0 for a title that the text has itself, the rest from 1."""
    blocks = {ordinal: (block.kind, block.text) for ordinal, block in enumerate(document.blocks, start=1)}
    return blocks if document.title is None else {0: (BlockKind.TITLE, document.title), **blocks}


def text_hash(blocks: Mapping[int, tuple[BlockKind, str]]) -> str:
    """The text hash of a revision with these blocks."""
    return blocks_hash((str(kind), text) for kind, text in blocks.values())


def add_metadata(
    session: Session,
    article: Article,
    metadata: ArticleMetadata,
    status: FactCheckStatus,
    checked_at: date | None,
    *,
    actor: Actor,
    now: datetime,
) -> ArticleVersion:
    """Store the metadata version ``article.metadata_number``."""
    values: dict[str, Any] = asdict(metadata)
    topics = values.pop("topics")
    version = ArticleVersion(
        **values,
        id=new_id(),
        article_id=article.id,
        number=article.metadata_number,
        title_origin=TitleOrigin.SOURCE if metadata.title is None else TitleOrigin.EDITOR,
        fact_check_status=status,
        checked_at=checked_at,
        content_hash=hash_of(metadata, fact_check_status=status, checked_at=checked_at),
        created_at=now,
        created_by=actor.id,
    )
    session.add(version)
    session.flush()
    session.add_all(
        ArticleTopic(version_id=version.id, topic=topic, position=position)
        for position, topic in enumerate(topics, start=1)
    )
    session.flush()
    return version


def shown_metadata(session: Session, version: ArticleVersion) -> dict[str, Any]:
    """What readers saw of ``version``, for a correction."""
    content = asdict(metadata_content(session, version))
    published_at = content["published_at"]
    return {
        **content,
        "topics": list(content["topics"]),
        "origin_status": str(content["origin_status"]),
        "published_at": timestamp(published_at) if published_at else None,
    }
