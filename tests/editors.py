"""Two editors at work on one database, through the services: the first writes, the second approves.

Every method is a transaction of its own, and later than the one before. Texts that a test does not name are filled
in, with ``mark`` in each of them, so that a test can tell where they turn up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from annotations.anchoring.selectors import TextPositionSelector, TextQuoteSelector
from annotations.importing.document import Block, ImportedText
from annotations.services.actors import register_actor
from annotations.services.articles import import_article, make_public, mark_fact_check
from annotations.services.claims import revise_claim, write_claim
from annotations.services.content import (
    NOTICES,
    AnnotationContent,
    ArticleMetadata,
    CitedEvidence,
    ClaimContent,
    EvidenceContent,
)
from annotations.services.evidence import add_evidence, revise_evidence
from annotations.services.notes import Passage, propose_annotation, revise_annotation
from annotations.services.pending import recheck_annotation
from annotations.services.reviewing import approve, reject, submit
from annotations.services.withdrawing import confirm_withdrawal, request_withdrawal
from annotations.store.articles import Article
from annotations.store.claims import Claim
from annotations.store.engine import write_session
from annotations.store.evidence import Evidence
from annotations.store.log import LogRow
from annotations.store.notes import Annotation
from annotations.vocabulary import (
    BlockKind,
    Category,
    Certainty,
    Design,
    EvidenceStatus,
    FactCheckStatus,
    Role,
    Stance,
    Verdict,
    VerificationLevel,
)

WRITER = UUID("01b30000-0000-7000-8000-000000000001")
APPROVER = UUID("01b30000-0000-7000-8000-000000000002")
STEP = timedelta(seconds=10)

Entity = TypeVar("Entity", Article, Claim, Evidence, Annotation)


class Editors:
    """See the module. ``names`` are the editors' own, which the public is never told."""

    def __init__(self, engine: Engine, *, mark: str = "plain", names: tuple[str, str] = ("writer", "approver")) -> None:
        self.engine, self.mark = engine, mark
        with write_session(engine) as session, session.begin():
            last = session.scalar(select(LogRow.at).order_by(LogRow.seq.desc()).limit(1))
            self.now = (last or datetime(2026, 1, 1, tzinfo=UTC)) + STEP
            self.writer, self.approver = (
                register_actor(session, actor_id=actor_id, name=name, role=Role.EDITOR, now=self.now)
                for actor_id, name in zip((WRITER, APPROVER), names, strict=True)
            )

    def article(
        self,
        slug: str,
        texts: Iterable[str],
        *,
        title: str | None = None,
        public: bool = True,
        status: FactCheckStatus = FactCheckStatus.NOT_STARTED,
        **metadata: Any,
    ) -> Article:
        """An article of these paragraphs. Its own ``title`` is block 0; without one an editor gave it a title."""
        given = {"title": None if title else f"Title {self.mark}", "language": "en", "topics": (self.mark,)}
        with self._at_work() as (session, now):
            article = import_article(
                session,
                imported(title, texts),
                slug=slug,
                metadata=ArticleMetadata(**{**given, **metadata}),
                actor=self.writer,
                now=now,
            )
            if status is not FactCheckStatus.NOT_STARTED:
                checked = {"status": status, "checked_at": now.date()}
                mark_fact_check(session, article, **checked, actor=self.approver, now=now)
        return self.make_public(article) if public else article

    def make_public(self, article: Article) -> Article:
        """Show a hidden article."""
        with self._at_work(article) as (session, now, article):
            make_public(session, article, actor=self.approver, now=now)
        return article

    def source(self, key: str, *, review: str = "published", **values: Any) -> Evidence:
        """A source, taken as far as ``review`` says."""
        content = EvidenceContent(**{**_source(self.mark, key), **_with_notice(values)})
        with self._at_work() as (session, now):
            evidence = add_evidence(session, content, key=key, actor=self.writer, now=now)
        return self.review(evidence, review)

    def claim(self, slug: str, sources: Iterable[Evidence], *, review: str = "published", **values: Any) -> Claim:
        """An overstated claim that the sources qualify, taken as far as ``review`` says."""
        content = self.claim_content(slug, sources, **values)
        with self._at_work() as (session, now):
            claim = write_claim(session, content, slug=slug, actor=self.writer, now=now)
        return self.review(claim, review)

    def annotation(
        self, article: Article, ordinal: int, quote: str, claim: Claim, *, review: str = "published", **values: Any
    ) -> Annotation:
        """A note on the words ``quote``, or on the offsets in ``span``, taken as far as ``review`` says."""
        passage, content = self._marked(ordinal, quote, claim, values)
        with self._at_work(article) as (session, now, article):
            note = propose_annotation(session, article, passage, content, actor=self.writer, now=now)
        return self.review(note, review)

    def revise_claim(
        self, claim: Claim, sources: Iterable[Evidence], *, review: str = "published", **values: Any
    ) -> Claim:
        """Another version of a claim."""
        content = self.claim_content(claim.slug, sources, **values)
        with self._at_work(claim) as (session, now, claim):
            revise_claim(session, claim, content, actor=self.writer, now=now)
        return self.review(claim, review)

    def revise_source(self, evidence: Evidence, *, review: str = "published", **values: Any) -> Evidence:
        """Another version of a source."""
        content = EvidenceContent(**{**_source(self.mark, evidence.key), **_with_notice(values)})
        with self._at_work(evidence) as (session, now, evidence):
            revise_evidence(session, evidence, content, actor=self.writer, now=now)
        return self.review(evidence, review)

    def revise_annotation(
        self,
        annotation: Annotation,
        ordinal: int,
        quote: str,
        claim: Claim,
        *,
        review: str = "published",
        **values: Any,
    ) -> Annotation:
        """Another version of an annotation."""
        passage, content = self._marked(ordinal, quote, claim, values)
        with self._at_work(annotation) as (session, now, found):
            revise_annotation(session, found, passage, content, actor=self.writer, now=now)
        return self.review(annotation, review)

    def review(self, entity: Any, until: str) -> Any:
        """Take a draft to ``draft``, ``in_review``, ``rejected`` or ``published``."""
        steps = {"draft": (), "in_review": (submit,), "rejected": (submit, reject), "published": (submit, approve)}
        for step in steps[until]:
            actor = self.writer if step is submit else self.approver
            reason = {"reason": f"Rejected {self.mark}"} if step is reject else {}
            with self._at_work(entity) as (session, now, entity):
                step(session, entity, actor=actor, now=now, **reason)
        return entity

    def recheck(self, note: Annotation) -> Annotation:
        """Put a pending notice in the place of an annotation."""
        with self._at_work(note) as (session, now, note):
            recheck_annotation(session, note, actor=self.approver, now=now)
        return note

    def ask_to_withdraw(self, entity: Entity, reason: str) -> Entity:
        """The first half of a withdrawal, which nobody outside sees."""
        with self._at_work(entity) as (session, now, entity):
            request_withdrawal(session, entity, reason=reason, actor=self.writer, now=now)
        return entity

    def withdraw(self, entity: Entity, reason: str) -> Entity:
        """Withdraw something public."""
        with self._at_work(self.ask_to_withdraw(entity, reason)) as (session, now, entity):
            confirm_withdrawal(session, entity, actor=self.approver, now=now)
        return entity

    def check(self, article: Article, status: FactCheckStatus) -> Article:
        """Say how far an article was checked."""
        with self._at_work(article) as (session, now, article):
            mark_fact_check(session, article, status=status, checked_at=now.date(), actor=self.approver, now=now)
        return article

    def claim_content(self, slug: str, sources: Iterable[Evidence], **values: Any) -> ClaimContent:
        """What a claim says where a test does not."""
        stance = values.pop("stance", Stance.QUALIFIES)
        why = values.pop("why", f"Why {self.mark}")
        given = {
            "text": f"Claim {slug} {self.mark}",
            "verdict": Verdict.OVERSTATED,
            "certainty": Certainty.LOW,
            "summary": f"Summary {slug} {self.mark}",
            "citations": tuple(
                CitedEvidence(source.id, stance, why, f"Quote {self.mark}", f"Page {self.mark}") for source in sources
            ),
        }
        return ClaimContent(**{**given, **values})

    def _marked(
        self, ordinal: int, quote: str, claim: Claim, values: dict[str, Any]
    ) -> tuple[Passage, AnnotationContent]:
        span = values.pop("span", None)
        position = None if span is None else TextPositionSelector(*span)
        passage = Passage(ordinal=ordinal, quote=TextQuoteSelector(exact=quote), position=position)
        given = {"categories": (Category.WEAK_EVIDENCE,), "severity": 2, "note": f"Note {self.mark}"}
        return passage, AnnotationContent(claim_id=claim.id, **{**given, **values})

    @contextmanager
    def _at_work(self, entity: Any = None) -> Generator[Any]:
        """A session and the time, and ``entity`` as it stands in this session."""
        self.now += STEP
        with write_session(self.engine) as session, session.begin():
            if entity is None:
                yield session, self.now
            else:
                yield session, self.now, _found(session, entity)


def imported(title: str | None, texts: Iterable[str]) -> ImportedText:
    """What a reader would have made of these paragraphs."""
    blocks = [Block(BlockKind.PARAGRAPH, text) for text in texts]
    digest = hashlib.sha256("\n".join(block.text for block in blocks).encode()).hexdigest()
    return ImportedText(title, blocks, [], [], "utf-8", "paragraphs", digest)


def _found(session: Session, entity: Any) -> Any:
    return session.get_one(type(entity), entity.id)


def _with_notice(values: dict[str, Any]) -> dict[str, Any]:
    """A status that a notice makes comes with one."""
    return {"status_notice": "The publisher said so.", **values} if values.get("status") in NOTICES else values


def _source(mark: str, key: str) -> dict[str, Any]:
    lines = "title authors journal design_summary population key_finding limitations certainty_reason"
    return {
        **{name: f"{name} of {key} {mark}" for name in lines.split()},
        "url": f"https://{mark}.example/{key}",
        "design": Design.COHORT,
        "verification_level": VerificationLevel.PRIMARY_RECORD,
        "certainty": Certainty.LOW,
        "status": EvidenceStatus.NO_NOTICE,
        "status_checked_on": date(2025, 12, 31),
    }
