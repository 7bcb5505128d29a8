"""Who acts."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from annotations.store.base import Base, SortedText, new_id, one_of
from annotations.vocabulary import Role


class ActorRow(Base):
    """A person, the detector or a system actor, as histories and the log name them."""

    __tablename__ = "actors"
    __table_args__ = (one_of("role", Role),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(SortedText, unique=True)
    role: Mapped[str]
    created_at: Mapped[datetime]
