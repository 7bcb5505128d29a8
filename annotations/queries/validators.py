"""What the cheapest question costs: one SELECT says whether anything behind an address changed, or behind a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from annotations.store.articles import Article, Block, Revision
from annotations.store.editorial import Redaction
from annotations.store.keys import article_key
from annotations.store.log import LogRow, PublicVersion
from annotations.store.versions import is_public

_BEFORE_ANY = datetime(1970, 1, 1, tzinfo=UTC)

# Every request sends one of these, so they are built once.
_STATE = select(PublicVersion.seq, PublicVersion.at, PublicVersion.gone).where(PublicVersion.key == bindparam("key"))
_STANDS_THERE = (
    select(Block.paragraph_id)
    .join(Revision, Revision.id == Block.revision_id)
    .join(Article, Article.id == Revision.article_id)
    .where(Article.slug == bindparam("slug"), Block.ordinal == bindparam("ordinal"), is_public(Revision))
    .exists()
)
_STATE_OF_PLACE = _STATE.where(or_(PublicVersion.gone, _STANDS_THERE))


_LAST_BY_THEN = (
    select(LogRow.seq).where(LogRow.at <= bindparam("at", type_=LogRow.at.type)).order_by(LogRow.at.desc()).limit(1)
)
_STATE_OF_MOMENT = (
    select(LogRow.seq, LogRow.at)
    .where(
        or_(
            LogRow.seq == _LAST_BY_THEN.scalar_subquery(),
            LogRow.seq == select(func.max(Redaction.seq)).scalar_subquery(),
        )
    )
    .order_by(LogRow.seq.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class PublicState:
    """When the representation behind a key last changed, and whether a tombstone stands there."""

    seq: int
    at: datetime
    gone: bool


def public_state(session: Session, key: str) -> PublicState | None:
    """The state behind ``key``; None where nothing public ever was."""
    return _read(session, _STATE, {"key": key})


def place_state(session: Session, slug: str, ordinal: int) -> PublicState | None:
    """The state behind an article's key; None where the article is public and has no paragraph at ``ordinal``."""
    return _read(session, _STATE_OF_PLACE, {"key": article_key(slug), "slug": slug, "ordinal": ordinal})


def state_at(session: Session, at: datetime) -> PublicState:
    """The last change of the public view by ``at``, or the last redaction, which changes what is told of the past.

    Where there was none yet, it is number 0, in 1970.
    """
    row = session.execute(_STATE_OF_MOMENT, {"at": at}).one_or_none()
    return PublicState(row.seq, row.at, gone=False) if row else PublicState(0, _BEFORE_ANY, gone=False)


def _read(session: Session, statement: Select[int, datetime, bool], values: dict[str, str | int]) -> PublicState | None:
    row = session.execute(statement, values).one_or_none()
    return PublicState(row.seq, row.at, row.gone) if row else None
