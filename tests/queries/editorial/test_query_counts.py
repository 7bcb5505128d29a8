"""Editors' reads take the same few SELECTs with 500 annotations as with five, on one article and in the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from annotations.queries.editorial.articles import get_article, list_articles
from annotations.queries.editorial.claims import get_claim, list_claims
from annotations.queries.editorial.evidence import get_evidence, list_evidence
from annotations.queries.editorial.history import history_of, versions_of
from annotations.queries.editorial.notes import get_annotation, list_annotations
from annotations.queries.editorial.queue import queue_counts, work_queue
from annotations.queries.editorial.revisions import diff_revisions, get_revision, list_revisions
from annotations.store.engine import read_session
from annotations.store.notes import Annotation
from annotations.vocabulary import EntityType, QueueKind, ReviewState
from tests.api.many import annotate_in_bulk
from tests.databases import Databases, count_selects, engine_for
from tests.editors import WRITER, Editors
from tests.queries.editorial.reading import NOW

FEW, MANY = 5, 500
TEXTS = [f"Paragraph {number} of a text that goes on " + "with word after word " * 10 for number in range(20)]
ASKED = {"actor_id": WRITER, "now": NOW, "stale_days": 90}
Read = Callable[[Session, dict[str, Any]], Any]

READS: dict[str, tuple[Read, int]] = {
    "an article": (lambda session, _ids: get_article(session, "piece"), 5),
    "articles": (lambda session, _ids: list_articles(session, limit=100), 3),
    "a claim": (lambda session, _ids: get_claim(session, "a-claim"), 6),
    "claims": (lambda session, _ids: list_claims(session, limit=100), 6),
    "a source": (lambda session, _ids: get_evidence(session, "a-source"), 3),
    "sources": (lambda session, _ids: list_evidence(session, limit=100), 3),
    "an annotation": (lambda session, ids: get_annotation(session, ids["note"]), 5),
    "annotations": (lambda session, _ids: list_annotations(session, limit=100), 5),
    "annotations of a claim": (lambda session, _ids: list_annotations(session, claim="a-claim", limit=100), 5),
    "revisions": (lambda session, _ids: list_revisions(session, "piece", limit=100), 2),
    "a revision": (lambda session, _ids: get_revision(session, "piece", 1), 3),
    "a difference": (lambda session, _ids: diff_revisions(session, "piece", 1, 1), 3),
    "a history": (lambda session, ids: history_of(session, EntityType.ARTICLE, ids["article"], limit=100), 2),
    "versions of an article": (lambda session, ids: versions_of(session, EntityType.ARTICLE, ids["article"]), 4),
    "versions of a claim": (lambda session, ids: versions_of(session, EntityType.CLAIM, ids["claim"]), 3),
    "versions of an annotation": (lambda session, ids: versions_of(session, EntityType.ANNOTATION, ids["note"]), 4),
    "counts of the queue": (lambda session, _ids: queue_counts(session, **ASKED), 1),
    **{
        f"queue: {kind}": (
            lambda session, _ids, kind=kind: work_queue(session, kind, **ASKED, limit=100),
            9 if kind in {"context_changed", "changed", "orphaned"} else 7,
        )
        for kind in QueueKind
    },
}
"""What is read → how, and how many SELECTs that may take at most."""


def _spread(engine: Engine) -> None:
    """Put the annotations into every part of the queue that they can be in."""
    with engine.begin() as connection:
        for state in (ReviewState.DRAFT, ReviewState.IN_REVIEW):
            some = Annotation.id.in_([row.id for row in connection.execute(Annotation.__table__.select().limit(2))])
            connection.execute(update(Annotation).where(some).values(state=state))
        connection.execute(
            update(Annotation).values(
                needs_recheck=True,
                recheck_reason="context_changed",
                withdrawal_requested_by=WRITER,
                withdrawal_reason="Wrong.",
            )
        )


@pytest.fixture(scope="module")
def counted(databases: Databases) -> dict[str, list[int]]:
    """How many SELECTs each read took, with few annotations and with many."""
    found: dict[str, list[int]] = {name: [] for name in READS}
    for count in (FEW, MANY):
        url = databases.copy(databases.migrated())
        with engine_for(url) as engine:
            editors = Editors(engine)
            claim = editors.claim("a-claim", [editors.source("a-source")])
            article = editors.article("piece", [text.strip() for text in TEXTS], title="A title that all of this has")
            annotate_in_bulk(engine, article, claim, count)
            _spread(engine)
            with read_session(engine) as session:
                note = list_annotations(session, limit=1).items[0].id
                ids = {"article": article.id, "claim": claim.id, "note": note}
                for name, (read, _) in READS.items():
                    session.expunge_all()
                    with count_selects(engine) as statements:
                        assert read(session, ids) is not None
                    found[name].append(len(statements))
                assert len(work_queue(session, QueueKind.CONTEXT_CHANGED, **ASKED, limit=100).items) == min(count, 100)
                marks = get_article(session, "piece")
                assert marks is not None
                assert sum(len(block.annotations) for block in marks.paragraphs) == count
        databases.drop(url)
    return found


@pytest.mark.parametrize("name", READS)
def test_a_read_takes_the_same_few_selects_with_few_annotations_and_with_many(counted, name):
    few, many = counted[name]
    assert few == many <= READS[name][1]
