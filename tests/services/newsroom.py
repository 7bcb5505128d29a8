"""People, texts and sources to write about, on a real database; each step is one transaction."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from annotations.anchoring.selectors import TextPositionSelector, TextQuoteSelector
from annotations.errors import DomainError
from annotations.importing.document import Block, ImportedText
from annotations.permissions import Actor
from annotations.services.actors import register_actor
from annotations.services.articles import import_article, make_public
from annotations.services.claims import write_claim
from annotations.services.content import (
    NOTICES,
    AnnotationContent,
    ArticleMetadata,
    CitedEvidence,
    ClaimContent,
    EvidenceContent,
)
from annotations.services.evidence import add_evidence
from annotations.services.notes import Passage, propose_annotation
from annotations.services.reviewing import approve, submit
from annotations.store.articles import Article, ArticleVersion, Revision
from annotations.store.base import new_id
from annotations.store.claims import Claim, ClaimVersion
from annotations.store.engine import read_session, write_session
from annotations.store.evidence import Evidence, EvidenceVersion
from annotations.store.log import Correction, LogRow
from annotations.store.notes import Annotation, AnnotationVersion
from annotations.store.review import Transition
from annotations.store.tables import METADATA
from annotations.vocabulary import (
    BlockKind,
    Category,
    Certainty,
    Design,
    EvidenceStatus,
    Role,
    Stance,
    Verdict,
    VerificationLevel,
)

START = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
PEOPLE = {
    "ann": Role.EDITOR,
    "bob": Role.EDITOR,
    "eve": Role.EDITOR,
    "cat": Role.CONTRIBUTOR,
    "dan": Role.ADMIN,
    "bot": Role.MACHINE,
    "loader": Role.SYSTEM_AUTHOR,
    "checker": Role.SYSTEM_REVIEWER,
}
TEXT = ("The pill cures migraine in a week.", "Doctors say the pill cures everything.", "It costs little.")
OWNER: dict[type[Any], Any] = {
    ArticleVersion: ArticleVersion.article_id,
    Revision: Revision.article_id,
    ClaimVersion: ClaimVersion.claim_id,
    EvidenceVersion: EvidenceVersion.evidence_id,
    AnnotationVersion: AnnotationVersion.annotation_id,
}
ENTITIES: dict[str, type[Any]] = {"claim": Claim, "evidence": Evidence, "annotation": Annotation}


def text_of(*paragraphs: str, title: str | None = "A pill against migraine") -> ImportedText:
    """An imported text of these paragraphs."""
    return ImportedText(
        title=title,
        blocks=[Block(BlockKind.PARAGRAPH, paragraph) for paragraph in paragraphs],
        dropped=[],
        repairs=[],
        encoding="utf-8",
        format="blank-line separated",
        source_sha256="0" * 64,
    )


def source_content(name: str = "a trial", **changes: Any) -> EvidenceContent:
    """A source; its address follows from its name, because two sources cannot share one.

    A status that a notice makes comes with one.
    """
    if changes.get("status") in NOTICES:
        changes.setdefault("status_notice", "The publisher said so.")
    content = EvidenceContent(
        title=f"Results of {name}",
        authors="Doe J, et al.",
        journal="Journal of Pills",
        url=f"https://example.org/{name.replace(' ', '-')}",
        design=Design.RANDOMISED_TRIAL,
        design_summary="Two groups, one year",
        population="Adults with migraine",
        key_finding="One day of migraine fewer in a month",
        limitations="Short",
        verification_level=VerificationLevel.PRIMARY_RECORD,
        certainty=Certainty.MODERATE,
        certainty_reason="One trial",
        status=EvidenceStatus.NO_NOTICE,
        status_checked_on=date(2026, 11, 1),
    )
    return replace(content, **changes)


def claim_content(*citations: tuple[UUID, Stance], **changes: Any) -> ClaimContent:
    """A claim that cites these sources; overstated unless ``verdict`` says otherwise."""
    content = ClaimContent(
        text="The pill cures migraine.",
        verdict=Verdict.OVERSTATED,
        certainty=Certainty.MODERATE,
        summary="It shortens attacks in some people; it cures nobody.",
        citations=tuple(CitedEvidence(source, stance, "The trial says so.") for source, stance in citations),
    )
    return replace(content, **changes)


def note_content(claim: UUID, **changes: Any) -> AnnotationContent:
    """What an annotation says of its passage."""
    return replace(AnnotationContent(claim, (Category.CURE_CLAIM,), severity=2), **changes)


def quoting(exact: str, *, ordinal: int | None = None, prefix: str = "", suffix: str = "") -> Passage:
    """The passage with these words."""
    return Passage(ordinal=ordinal, quote=TextQuoteSelector(exact, prefix, suffix))


def at(ordinal: int | None, start: int, end: int, exact: str | None = None) -> Passage:
    """The passage at these offsets."""
    quote = None if exact is None else TextQuoteSelector(exact)
    return Passage(ordinal=ordinal, quote=quote, position=TextPositionSelector(start, end))


def dump(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table as the driver gives it, in the order in which it stands there: for comparing only."""
    with read_session(engine) as session:
        connection = session.connection()
        return {
            table.name: [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {table.name}")]
            for table in METADATA.sorted_tables
        }


class Newsroom:
    """A desk on ``engine``. ``ann`` writes and ``bob`` approves unless told otherwise; a clock ticks by seconds.

    What a test does not name gets a name of its own, so that tests can share a desk.
    """

    def __init__(self, engine: Engine, *, on_copy_of: Newsroom | None = None) -> None:
        """A new desk; or one that goes on with what another left in the database that ``engine``'s is a copy of."""
        self.engine = engine
        if on_copy_of is not None:
            self.people = on_copy_of.people
            self._seconds, self._names = itertools.count(3600), itertools.count(1_000)
            return
        self._seconds, self._names = itertools.count(), itertools.count(1)
        with self.work() as session:
            self.people = {
                name: register_actor(session, actor_id=new_id(), name=name, role=role, now=START)
                for name, role in PEOPLE.items()
            }

    @contextmanager
    def work(self) -> Generator[Session]:
        """A transaction."""
        with write_session(self.engine) as session, session.begin():
            yield session

    @contextmanager
    def look(self) -> Generator[Session]:
        """A snapshot."""
        with read_session(self.engine) as session:
            yield session

    @contextmanager
    def refuses(self, error: type[Exception], **expected: Any) -> Generator[Session]:
        """A transaction that must end with ``error`` and leave every table as it was.

        ``expected`` are attributes of the error; ``rule`` is that of its context.
        """
        before = dump(self.engine)
        with pytest.raises(error) as caught, self.work() as session:
            yield session
        assert dump(self.engine) == before
        if isinstance(caught.value, DomainError):
            found = {name: getattr(caught.value, name, caught.value.context.get(name)) for name in expected}
            assert found == expected

    def now(self) -> datetime:
        """One second later each time."""
        return START + timedelta(seconds=next(self._seconds))

    def unused(self, kind: str) -> str:
        """A name that nothing has yet."""
        return f"{kind}-{next(self._names)}"

    def actor(self, name: str) -> Actor:
        """Somebody."""
        return self.people[name]

    def by(self, name: str) -> dict[str, Any]:
        """The arguments that say who acts, and when."""
        return {"actor": self.people[name], "now": self.now()}

    def do(
        self, step: Callable[..., Any], table: type[Any], entity_id: UUID, *rest: Any, by: str = "ann", **more: Any
    ) -> Any:
        """Take one step with one entity."""
        with self.work() as session:
            return step(session, session.get(table, entity_id), *rest, **self.by(by), **more)

    def refuse(
        self,
        error: type[Exception],
        step: Callable[..., Any],
        table: type[Any],
        entity_id: UUID,
        *rest: Any,
        by: str = "ann",
        expected: dict[str, Any] | None = None,
        **more: Any,
    ) -> None:
        """Try one step that must be refused with ``error`` and leave no trace."""
        with self.refuses(error, **(expected or {})) as session:
            step(session, session.get(table, entity_id), *rest, **self.by(by), **more)

    def source(self, name: str | None = None, *, by: str = "ann", approved: bool = True, **changes: Any) -> UUID:
        """A source; approved by bob."""
        name = name or self.unused("trial")
        with self.work() as session:
            content = source_content(name, **changes)
            entity = add_evidence(session, content, key=name.replace(" ", "-"), **self.by(by))
        return self._reviewed(Evidence, entity.id, by, approved)

    def claim(
        self,
        slug: str | None = None,
        *citations: tuple[UUID, Stance],
        by: str = "ann",
        published: bool = True,
        **changes: Any,
    ) -> UUID:
        """A claim; published by bob. Without citations it cites a source of its own that contradicts it."""
        cited: Sequence[tuple[UUID, Stance]] = citations or [(self.source(), Stance.CONTRADICTS)]
        with self.work() as session:
            content = claim_content(*cited, **changes)
            entity = write_claim(session, content, slug=slug or self.unused("claim"), **self.by(by))
        return self._reviewed(Claim, entity.id, by, published)

    def article(
        self,
        slug: str | None = None,
        *paragraphs: str,
        by: str = "ann",
        public: bool = True,
        title: str | None = None,
    ) -> UUID:
        """An article; made public by bob. ``title`` is an editor's; without it the text has its own."""
        document = text_of(*(paragraphs or TEXT), **({} if title is None else {"title": None}))
        metadata = ArticleMetadata(title=title, language="en", topics=("migraine",))
        with self.work() as session:
            name = slug or self.unused("article")
            entity = import_article(session, document, slug=name, metadata=metadata, **self.by(by))
        if public:
            self.do(make_public, Article, entity.id, by="bob" if by != "bob" else "ann")
        return entity.id

    def note(
        self,
        article: UUID,
        claim: UUID,
        passage: Passage | None = None,
        *,
        by: str = "ann",
        published: bool = True,
        **changes: Any,
    ) -> UUID:
        """An annotation; published by bob."""
        with self.work() as session:
            entity = propose_annotation(
                session,
                session.get_one(Article, article),
                passage or quoting("cures migraine"),
                note_content(claim, **changes),
                **self.by(by),
            )
        return self._reviewed(Annotation, entity.id, by, published)

    def entity(self, kind: str, *, by: str = "ann", published: bool = True) -> UUID:
        """A claim, a source or an annotation, whichever ``kind`` says."""
        if kind == "claim":
            return self.claim(by=by, published=published)
        if kind == "evidence":
            return self.source(by=by, approved=published)
        return self.note(self.article(), self.claim(), by=by, published=published)

    def publish(self, table: type[Any], entity_id: UUID, *, author: str = "ann", by: str = "bob", **more: Any) -> None:
        """Send to review, and approve."""
        self.do(submit, table, entity_id, by=author)
        self.do(approve, table, entity_id, by=by, **more)

    def log(self) -> list[LogRow]:
        """The publication log."""
        with self.look() as session:
            return list(session.scalars(select(LogRow).order_by(LogRow.seq)))

    def corrections(self) -> list[Correction]:
        """All corrections, in the order of the log."""
        with self.look() as session:
            return list(session.scalars(select(Correction).order_by(Correction.seq)))

    def history(self, entity_id: UUID) -> list[Transition]:
        """The history of one entity."""
        with self.look() as session:
            steps = select(Transition).where(Transition.entity_id == entity_id).order_by(Transition.position)
            return list(session.scalars(steps))

    def versions(self, table: type[Any], owner: UUID) -> list[Any]:
        """The versions of one entity, oldest first; ``table`` is that of the versions."""
        with self.look() as session:
            return list(session.scalars(select(table).where(OWNER[table] == owner).order_by(table.number)))

    def count(self, table: type[Any]) -> int:
        """How many rows there are."""
        with self.look() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0

    def _reviewed(self, table: type[Any], entity_id: UUID, author: str, approved: bool) -> UUID:
        if approved:
            self.publish(table, entity_id, author=author, by="bob" if author != "bob" else "ann")
        return entity_id
