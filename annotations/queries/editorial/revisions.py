"""The revisions of an article's text, and what differs between two of them."""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.anchoring.differences import DifferenceOp, Segment, kept_in_order, word_diff
from annotations.queries.editorial.article_views import (
    BlockChange,
    BlockDifference,
    BlockView,
    RevisionDiff,
    RevisionText,
    RevisionView,
)
from annotations.queries.editorial.parts import People, Statement, is_blanked, people, version_values
from annotations.queries.paging import Key, Slice, fetch
from annotations.store.articles import Article, Block, Revision
from annotations.vocabulary import BlockKind

Blocks = Mapping[UUID, BlockView]
Removed = dict[UUID | None, list[BlockDifference]]


def list_revisions(session: Session, slug: str, *, limit: int, after: Key | None = None) -> Slice[RevisionView]:
    """The revisions of an article, newest first, without their texts; ``after`` is (number,). Two SELECTs."""
    statement = revisions().join(Article, Article.id == Revision.article_id).where(Article.slug == slug)
    if after is not None:
        statement = statement.where(Revision.number < after[0])
    rows, next_key = fetch(session, statement.order_by(Revision.number.desc()), limit, lambda row: (row[0].number,))
    known = people(session, [row[0].created_by for row in rows])
    return Slice(tuple(revision_of(row[0], row[1], known) for row in rows), next_key)


def get_revision(session: Session, slug: str, number: int) -> RevisionText | None:
    """A revision with its text; None if there is none. Three SELECTs."""
    found = _texts(session, slug, {number})
    return found.get(number)


def diff_revisions(session: Session, slug: str, old: int, new: int) -> RevisionDiff | None:
    """What became of each paragraph from revision ``old`` to ``new``; None if one of them is not there. Three SELECTs.

    Paragraphs are compared by their ids. Of those that both revisions have, the fewest are called moved.
    """
    texts = _texts(session, slug, {old, new})
    if old not in texts or new not in texts:
        return None
    return RevisionDiff(
        old=texts[old].revision,
        new=texts[new].revision,
        blocks=tuple(_differences(texts[old].blocks, texts[new].blocks)),
    )


def revisions() -> Statement:
    """Revisions as (revision, redacted)."""
    return select(Revision, is_blanked(Revision.id, "revisions", "blocks"))


def revision_of(revision: Revision, redacted: bool, known: People) -> RevisionView:
    """A revision, without its text."""
    return RevisionView(
        **version_values(revision, redacted, known),
        source_format=revision.source_format,
        source_sha256=revision.source_sha256,
        import_report=revision.import_report,
    )


def _texts(session: Session, slug: str, numbers: Iterable[int]) -> dict[int, RevisionText]:
    rows = session.execute(
        revisions()
        .join(Article, Article.id == Revision.article_id)
        .where(Article.slug == slug, Revision.number.in_(sorted(numbers)))
    ).all()
    known = people(session, [row[0].created_by for row in rows])
    blocks: dict[UUID, list[BlockView]] = {}
    for block in session.scalars(
        select(Block).where(Block.revision_id.in_([row[0].id for row in rows])).order_by(Block.ordinal)
    ):
        blocks.setdefault(block.revision_id, []).append(_block(block))
    return {
        row[0].number: RevisionText(revision_of(row[0], row[1], known), tuple(blocks.get(row[0].id, ())))
        for row in rows
    }


def _block(block: Block) -> BlockView:
    return BlockView(
        paragraph_id=block.paragraph_id,
        ordinal=block.ordinal,
        kind=BlockKind(block.kind),
        text=block.text,
        sha256=block.sha256,
    )


def _differences(old: Sequence[BlockView], new: Sequence[BlockView]) -> list[BlockDifference]:
    before = {block.paragraph_id: block for block in old}
    after = {block.paragraph_id: block for block in new}
    in_order = kept_in_order([block.paragraph_id for block in old], [block.paragraph_id for block in new])
    found: list[BlockDifference] = []
    removed = _removed_after(old, after, in_order)
    found += removed.get(None, [])
    for block in new:
        found.append(_difference(before.get(block.paragraph_id), block, in_order))
        found += removed.get(block.paragraph_id, [])
    return found


def _removed_after(old: Sequence[BlockView], after: Blocks, in_order: Container[Hashable]) -> Removed:
    """What was removed, by the paragraph before it that stayed in its place; None at the beginning."""
    found: Removed = {}
    last: UUID | None = None
    for block in old:
        if block.paragraph_id not in after:
            found.setdefault(last, []).append(_difference(block, None, in_order))
        elif block.paragraph_id in in_order:
            last = block.paragraph_id
    return found


def _difference(old: BlockView | None, new: BlockView | None, in_order: Container[Hashable]) -> BlockDifference:
    block = new or old
    assert block is not None
    return BlockDifference(
        change=_change(old, new, in_order),
        paragraph_id=block.paragraph_id,
        old_ordinal=old.ordinal if old else None,
        new_ordinal=new.ordinal if new else None,
        old_kind=old.kind if old else None,
        new_kind=new.kind if new else None,
        segments=segments_of(old.text if old else None, new.text if new else None),
    )


def segments_of(old: str | None, new: str | None) -> tuple[Segment, ...]:
    """The words of a paragraph before and after; None where it was not there."""
    if old is None or new is None:
        op = DifferenceOp.INSERTED if old is None else DifferenceOp.DELETED
        return tuple(Segment(op, text) for text in (old, new) if text)
    return (Segment(DifferenceOp.EQUAL, new),) if old == new else tuple(word_diff(old, new))


def _change(old: BlockView | None, new: BlockView | None, in_order: Container[Hashable]) -> BlockChange:
    if old is None:
        return BlockChange.ADDED
    if new is None:
        return BlockChange.REMOVED
    if (old.text, old.kind) != (new.text, new.kind):
        return BlockChange.EDITED
    return BlockChange.SAME if new.paragraph_id in in_order else BlockChange.MOVED
