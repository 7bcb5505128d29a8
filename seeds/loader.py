"""Loads the sample corpus through the services, by two system actors, all of it or nothing.

What is there already, by its fixed id, stays as it is: loading twice changes nothing and writes no log row, and
what editors made of a sample since is theirs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from annotations.importing.plain_text import read_plain_text
from annotations.permissions import Actor
from annotations.services.actors import register_actor
from annotations.services.articles import import_article, make_public, mark_fact_check
from annotations.services.claims import write_claim
from annotations.services.evidence import add_evidence
from annotations.services.lookups import Reviewed
from annotations.services.notes import propose_annotation
from annotations.services.reviewing import approve, submit
from annotations.store.articles import Article
from annotations.store.claims import Claim
from annotations.store.engine import write_session
from annotations.store.evidence import Evidence
from annotations.store.notes import Annotation
from annotations.store.publication_log import wait_for_lock
from annotations.vocabulary import FactCheckStatus, Role
from seeds.corpus import (
    CHECKED_ON,
    Corpus,
    annotation_content,
    claim_content,
    evidence_content,
    metadata_of,
    passage_of,
)

LOCK_SECONDS = 60
SAMPLE_AUTHOR = UUID("01a2008d-7400-7000-8000-000000000001")
SAMPLE_REVIEWER = UUID("01a2008d-7400-7000-8000-000000000002")


@dataclass
class LoadReport:
    """How many of each were loaded now; all zero when the corpus was there already."""

    articles: int = 0
    evidence: int = 0
    claims: int = 0
    annotations: int = 0
    public: list[Article] = field(default_factory=list, repr=False)


def load_samples(engine: Engine, corpus: Corpus | None = None, *, now: datetime | None = None) -> LoadReport:
    """Load ``corpus`` (default: the one that comes along) in one transaction.

    Articles become public last, together with their annotations, so that nobody sees a text without them.

    Raises:
        DomainError: a row breaks a rule; the database stays as it was.
    """
    with write_session(engine) as session, session.begin():
        wait_for_lock(session, seconds=LOCK_SECONDS)
        return _Loader(session, corpus or Corpus(), now or datetime.now(UTC)).load()


class _Loader:
    def __init__(self, session: Session, corpus: Corpus, now: datetime) -> None:
        self.session, self.corpus, self.now = session, corpus, now
        self.author = register_actor(
            session, actor_id=SAMPLE_AUTHOR, name="sample-author", role=Role.SYSTEM_AUTHOR, now=now
        )
        self.reviewer = register_actor(
            session, actor_id=SAMPLE_REVIEWER, name="sample-reviewer", role=Role.SYSTEM_REVIEWER, now=now
        )
        self.report = LoadReport()

    def load(self) -> LoadReport:
        articles = {row["key"]: self._article(row) for row in self.corpus.articles}
        evidence_ids = {row["key"]: self._evidence(row) for row in self.corpus.evidence}
        claim_ids = {row["slug"]: self._claim(row, evidence_ids) for row in self.corpus.claims}
        for row in self.corpus.annotations:
            self._annotation(row, articles[row["article"]], claim_ids)
        for article in self.report.public:
            make_public(self.session, article, **self._by(self.reviewer))
        return self.report

    def _article(self, row: dict[str, Any]) -> Article:
        article = self.session.get(Article, UUID(row["id"]))
        if article is not None:
            return article
        article = import_article(
            self.session,
            read_plain_text(self.corpus.source(row)),
            slug=row["slug"],
            metadata=metadata_of(row),
            article_id=UUID(row["id"]),
            paragraph_ids=self.corpus.paragraph_ids(row),
            **self._by(self.author),
        )
        status = FactCheckStatus.COMPLETE
        mark_fact_check(self.session, article, status=status, checked_at=CHECKED_ON, **self._by(self.reviewer))
        self.report.articles += 1
        self.report.public.append(article)
        return article

    def _evidence(self, row: dict[str, Any]) -> UUID:
        evidence_id = UUID(row["id"])
        if self.session.get(Evidence, evidence_id) is None:
            content = evidence_content(row)
            evidence = add_evidence(
                self.session, content, key=row["key"], evidence_id=evidence_id, **self._by(self.author)
            )
            self._review(evidence)
            self.report.evidence += 1
        return evidence_id

    def _claim(self, row: dict[str, Any], evidence_ids: dict[str, UUID]) -> UUID:
        claim_id = UUID(row["id"])
        if self.session.get(Claim, claim_id) is None:
            content = claim_content(row, evidence_ids)
            claim = write_claim(self.session, content, slug=row["slug"], claim_id=claim_id, **self._by(self.author))
            self._review(claim)
            self.report.claims += 1
        return claim_id

    def _annotation(self, row: dict[str, Any], article: Article, claim_ids: dict[str, UUID]) -> None:
        annotation_id = UUID(row["id"])
        if self.session.get(Annotation, annotation_id) is not None:
            return
        annotation = propose_annotation(
            self.session,
            article,
            passage_of(row),
            annotation_content(row, claim_ids),
            annotation_id=annotation_id,
            **self._by(self.author),
        )
        self._review(annotation)
        self.report.annotations += 1

    def _review(self, entity: Reviewed) -> None:
        submit(self.session, entity, **self._by(self.author))
        approve(self.session, entity, **self._by(self.reviewer))

    def _by(self, actor: Actor) -> dict[str, Any]:
        return {"actor": actor, "now": self.now}
