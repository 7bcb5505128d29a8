"""What a changed text does to paragraphs and annotations: worked out first, so that an editor can see it beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from annotations.anchoring.text import fold, text_sha256
from annotations.anchoring.transfer import BlockSpan, Comparison
from annotations.store.articles import Article, Block, Revision
from annotations.store.notes import Anchor, Annotation, AnnotationVersion, PendingNotice
from annotations.store.versions import is_public
from annotations.vocabulary import FINISHED, AnchorState, BlockKind

NewBlocks = Mapping[int, tuple[BlockKind, str]]
"""Kind and text of the blocks of a new text, by ordinal."""

LOST = (AnchorState.CHANGED, AnchorState.ORPHANED)
"""The states of an anchor whose words no longer stand there."""


@dataclass(frozen=True, slots=True)
class Place:
    """A passage in one revision: where it stands, its words, and the whole paragraph around it."""

    ordinal: int
    paragraph_id: UUID | None
    start: int
    end: int
    quote: str
    text: str


@dataclass(frozen=True, slots=True)
class CarriedVersion:
    """What becomes of one version of an annotation.

    Attributes:
        former: the state of its anchor in the old text.
        before: where it stood; None where it was orphaned already.
        after: where it stands; None where it is orphaned.
        in_force: whether this is the approved version, not a later draft.
        under_notice: whether a pending notice stands in the annotation's place in the old text.
    """

    annotation: Annotation
    version: AnnotationVersion
    in_force: bool
    under_notice: bool
    former: AnchorState
    before: Place | None
    state: AnchorState
    after: Place | None
    context_changed: bool

    @property
    def lost_its_words(self) -> bool:
        """Whether the words that were marked no longer stand there."""
        return self.state in LOST

    @property
    def stands_otherwise(self) -> bool:
        """Whether an editor who read of it before would find another place, other words or another sentence."""
        same = self.state is self.former and not self.context_changed
        return not same or _seen(self.before) != _seen(self.after)


@dataclass(frozen=True, slots=True)
class CarriedBlock:
    """A block of the new text, and the one of the old text that it is; ``paragraph_id`` is None for a new paragraph."""

    ordinal: int
    kind: BlockKind
    text: str
    paragraph_id: UUID | None
    old_ordinal: int | None
    old_text: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a re-import does: to each block of the new text, to those that go, and to each annotation."""

    blocks: tuple[CarriedBlock, ...]
    gone: tuple[Block, ...]
    versions: tuple[CarriedVersion, ...]

    @property
    def known_ids(self) -> dict[int, UUID]:
        """The ids of the paragraphs that stay, by their new ordinal."""
        return {block.ordinal: block.paragraph_id for block in self.blocks if block.paragraph_id is not None}

    @property
    def has_new_words(self) -> bool:
        """Whether any paragraph reads differently, typography aside: what was checked no longer is the whole text."""
        return any(block.old_text is None or _words(block.old_text) != _words(block.text) for block in self.blocks)


def plan_carrying(session: Session, article: Article, old: Revision, new: NewBlocks) -> Plan:
    """Work out what becomes of the paragraphs and annotations of ``article`` when ``new`` follows its revision ``old``.

    Nothing is written. Every version that is in force or the newest of its annotation is carried.
    """
    old_blocks = list(session.scalars(select(Block).where(Block.revision_id == old.id).order_by(Block.ordinal)))
    standing = _standing(session, article, old)
    places = {block.paragraph_id: index for index, block in enumerate(old_blocks)}
    comparison = Comparison(
        [block.text for block in old_blocks],
        [text for _, text in new.values()],
        [BlockKind(block.kind) for block in old_blocks],
        [kind for kind, _ in new.values()],
    )
    blocks = _carried_blocks(session, article, old_blocks, new, comparison.pairs)
    kept = {block.old_ordinal for block in blocks if block.old_ordinal is not None}
    held = _held(session, [version.id for _, version, _ in standing])
    noticed = _under_notice(session, article)
    known = {(block.paragraph_id, text_sha256(block.text)): block for block in blocks}
    return Plan(
        blocks=blocks,
        gone=tuple(block for block in old_blocks if block.ordinal not in kept),
        versions=tuple(
            _carried(
                row,
                comparison,
                held[row[1].id],
                old_blocks,
                places,
                blocks,
                known,
                under_notice=row[0].id in noticed,
            )
            for row in standing
        ),
    )


_Standing = tuple[Annotation, AnnotationVersion, Anchor]


def _standing(session: Session, article: Article, old: Revision) -> list[_Standing]:
    statement = (
        select(Annotation, AnnotationVersion, Anchor)
        .join(AnnotationVersion, AnnotationVersion.annotation_id == Annotation.id)
        .join(Anchor, and_(Anchor.version_id == AnnotationVersion.id, Anchor.revision_id == old.id))
        .where(
            Annotation.article_id == article.id,
            Annotation.state.not_in(FINISHED),
            or_(is_public(AnnotationVersion), AnnotationVersion.number == Annotation.head_number),
        )
        .order_by(Annotation.id, AnnotationVersion.number)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(statement)]


def _under_notice(session: Session, article: Article) -> set[UUID]:
    statement = select(PendingNotice.annotation_id).where(PendingNotice.article_id == article.id)
    return set(session.scalars(statement.where(PendingNotice.closed_at.is_(None))))


@dataclass(frozen=True, slots=True)
class _Held:
    """Where a version stood on its words: the paragraph, the digest of the text that it had, and the range in it."""

    paragraph_id: UUID
    sha256: str
    start: int
    end: int


def _held(session: Session, version_ids: list[UUID]) -> dict[UUID, list[_Held]]:
    """Every place where each version held its words, from where it was marked to the newest."""
    rows = session.execute(
        select(Anchor.version_id, Anchor.start_offset, Anchor.end_offset, Block.paragraph_id, Block.sha256)
        .join(Revision, Revision.id == Anchor.revision_id)
        .join(Block, and_(Block.revision_id == Anchor.revision_id, Block.paragraph_id == Anchor.paragraph_id))
        .where(Anchor.version_id.in_(version_ids), Anchor.state.not_in(LOST))
        .order_by(Revision.number)
    )
    found: dict[UUID, list[_Held]] = {version_id: [] for version_id in version_ids}
    for version_id, start, end, paragraph_id, sha256 in rows:
        if start is not None and end is not None:
            found[version_id].append(_Held(paragraph_id, sha256, start, end))
    return found


def _carried_blocks(
    session: Session, article: Article, old: list[Block], new: NewBlocks, pairs: list[int | None]
) -> tuple[CarriedBlock, ...]:
    former = _former_paragraphs(session, article)
    taken = {old[index].paragraph_id for index in pairs if index is not None}
    found: list[CarriedBlock] = []
    for (ordinal, (kind, text)), index in zip(new.items(), pairs, strict=True):
        if index is not None:
            block = old[index]
            found.append(CarriedBlock(ordinal, kind, text, block.paragraph_id, block.ordinal, block.text))
            continue
        # A paragraph that an earlier revision had, word for word, is that paragraph again.
        again = next((one for one in former.get(text_sha256(text), ()) if one not in taken), None)
        taken |= {again} if again is not None else set()
        found.append(CarriedBlock(ordinal, kind, text, again, None, None))
    return tuple(found)


def _former_paragraphs(session: Session, article: Article) -> dict[str, list[UUID]]:
    rows = session.execute(
        select(Block.sha256, Block.paragraph_id)
        .join(Revision, Revision.id == Block.revision_id)
        .where(Revision.article_id == article.id)
        .order_by(Revision.number.desc(), Block.ordinal)
    )
    found: dict[str, list[UUID]] = {}
    for row in rows:
        if row.paragraph_id not in found.setdefault(row.sha256, []):
            found[row.sha256].append(row.paragraph_id)
    return found


def _carried(
    row: _Standing,
    comparison: Comparison,
    held: list[_Held],
    old: list[Block],
    places: Mapping[UUID, int],
    new: tuple[CarriedBlock, ...],
    known: Mapping[tuple[UUID | None, str], CarriedBlock],
    *,
    under_notice: bool,
) -> CarriedVersion:
    annotation, version, anchor = row
    before, after, context_changed = None, None, False
    if anchor.paragraph_id is not None and anchor.start_offset is not None and anchor.end_offset is not None:
        block = places[anchor.paragraph_id]
        before = _place(old[block], anchor.start_offset, anchor.end_offset)
        where = comparison.carry(BlockSpan(block, anchor.start_offset, anchor.end_offset))
        after = _place(new[where.block], where.start, where.end) if where.block is not None else None
        context_changed = where.context_changed
    home = held[0].paragraph_id
    state = _state(version, after, home)
    if state in LOST:
        again = _back_again(version, anchor, comparison, held, new, known)
        after = again or after
        state, context_changed = _state(version, after, home), False
    return CarriedVersion(
        annotation=annotation,
        version=version,
        in_force=version.valid_from is not None and version.valid_until is None,
        under_notice=under_notice,
        former=AnchorState(anchor.state),
        before=before,
        state=state,
        after=after,
        context_changed=context_changed,
    )


def _back_again(
    version: AnnotationVersion,
    anchor: Anchor,
    comparison: Comparison,
    held: list[_Held],
    new: tuple[CarriedBlock, ...],
    known: Mapping[tuple[UUID | None, str], CarriedBlock],
) -> Place | None:
    """Where the words that were marked are back: in new text, or in a paragraph that reads as it did with them."""
    if anchor.state in LOST:
        found = comparison.find_again(version.quote, version.prefix, version.suffix)
        if found is not None:
            return _place(new[found.block], found.start, found.end)
    for place in reversed(held):
        block = known.get((place.paragraph_id, place.sha256))
        if block is not None:
            return _place(block, place.start, place.end)
    return None


def _state(version: AnnotationVersion, after: Place | None, home: UUID) -> AnchorState:
    """By the words that the editor marked, whatever stood there in between."""
    if after is None:
        return AnchorState.ORPHANED
    if _words(after.quote) != _words(version.quote):
        return AnchorState.CHANGED
    return AnchorState.EXACT if after.paragraph_id == home else AnchorState.MOVED


def _seen(place: Place | None) -> tuple[int, int, int, str] | None:
    return None if place is None else (place.ordinal, place.start, place.end, place.quote)


def _place(block: Block | CarriedBlock, start: int, end: int) -> Place:
    return Place(block.ordinal, block.paragraph_id, start, end, block.text[start:end], block.text)


def _words(text: str) -> str:
    return fold(text).text.strip()
