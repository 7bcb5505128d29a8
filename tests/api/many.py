"""An article with thousands of annotations, written straight into the tables; the services would take minutes.

What the services would write beyond what reads look at (histories, log rows, notes in the search index) is left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, insert, select, update

from annotations.store.articles import Article, Block, Revision
from annotations.store.base import new_id
from annotations.store.claims import Claim
from annotations.store.keys import annotation_key
from annotations.store.log import LogRow, PublicVersion
from annotations.store.notes import Anchor, Annotation, AnnotationCategory, AnnotationVersion
from annotations.vocabulary import AnchorState, Category, ReviewState
from tests.editors import WRITER

HASH = "0" * 64


def annotate_in_bulk(engine: Engine, article: Article, claim: Claim, count: int) -> None:
    """Publish ``count`` annotations of ``article`` on one to three words each, which come to overlap."""
    with engine.begin() as connection:
        last = connection.execute(select(LogRow.seq, LogRow.at).order_by(LogRow.seq.desc()).limit(1)).one()
        by = {"created_at": last.at, "created_by": WRITER}
        made = [(new_id(), new_id(), *span) for span in _spans(connection, article, count)]
        _insert(
            connection,
            Annotation,
            (
                {
                    "id": note,
                    "article_id": article.id,
                    "state": ReviewState.PUBLISHED,
                    "head_number": 1,
                    "needs_recheck": False,
                    "lock_version": 1,
                    **by,
                }
                for note, *_ in made
            ),
        )
        _insert(
            connection,
            AnnotationVersion,
            (
                {
                    "id": version,
                    "annotation_id": note,
                    "number": 1,
                    "claim_id": claim.id,
                    "severity": 2,
                    "note": None,
                    "quote": block.text[start:end],
                    "prefix": "",
                    "suffix": "",
                    "content_hash": HASH,
                    **by,
                }
                for note, version, block, start, end in made
            ),
        )
        categories = (
            {"version_id": version, "category": Category.WEAK_EVIDENCE, "position": 1} for _, version, *_ in made
        )
        _insert(connection, AnnotationCategory, categories)
        _insert(connection, Anchor, (_anchor(*one) for one in made))
        waiting = AnnotationVersion.annotation_id.in_(select(Annotation.id).where(Annotation.article_id == article.id))
        opened = update(AnnotationVersion).where(waiting, AnnotationVersion.valid_from.is_(None))
        connection.execute(opened.values(valid_from=last.at))
        stamps = ({"key": annotation_key(note), "seq": last.seq, "at": last.at, "gone": False} for note, *_ in made)
        _insert(connection, PublicVersion, stamps)


def _spans(connection: Connection, article: Article, count: int) -> list[tuple[Any, int, int]]:
    """Blocks with offsets of words, each block in its turn; one to three words, so that they overlap in the end."""
    statement = select(Block.revision_id, Block.paragraph_id, Block.text)
    of_article = (Revision.article_id == article.id) & (Block.ordinal > 0)
    blocks = connection.execute(
        statement.join(Revision, Revision.id == Block.revision_id).where(of_article).order_by(Block.ordinal)
    ).all()
    spans = []
    for number in range(count):
        block, turn = blocks[number % len(blocks)], number // len(blocks)
        words = block.text.split(" ")
        first = turn % (len(words) - 3)
        start = len(" ".join(words[:first])) + (1 if first else 0)
        spans.append((block, start, start + len(" ".join(words[first : first + 1 + turn % 3]))))
    return spans


def _anchor(note: UUID, version: UUID, block: Any, start: int, end: int) -> dict[str, Any]:
    return {
        "id": new_id(),
        "version_id": version,
        "annotation_id": note,
        "revision_id": block.revision_id,
        "paragraph_id": block.paragraph_id,
        "start_offset": start,
        "end_offset": end,
        "quote": block.text[start:end],
        "state": AnchorState.EXACT,
        "context_changed": False,
    }


def _insert(connection: Connection, table: Any, rows: Iterable[dict[str, Any]]) -> None:
    connection.execute(insert(table), list(rows))
