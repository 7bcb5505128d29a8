"""What the schemas make of editors' reads: every field that they declare, and nothing that JSON cannot say."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from marshmallow import Schema, fields

from annotations.queries.editorial.articles import get_article, list_articles
from annotations.queries.editorial.claims import get_claim, list_claims
from annotations.queries.editorial.evidence import list_evidence
from annotations.queries.editorial.history import history_of, versions_of
from annotations.queries.editorial.notes import list_annotations
from annotations.queries.editorial.queue import queue_counts, work_queue
from annotations.queries.editorial.revisions import diff_revisions, get_revision, list_revisions
from annotations.queries.log import list_log
from annotations.services.merging import request_merger
from annotations.services.notes import revise_annotation
from annotations.services.reimporting import preview_reimport, reimport_article
from annotations.services.review_dates import set_review_due
from annotations.services.withdrawing import request_withdrawal
from annotations.store.articles import Article
from annotations.store.claims import Claim
from annotations.store.notes import Annotation
from annotations.vocabulary import EntityType, QueueKind, ReviewState
from api.schemas.editorial import articles, claims, evidence, history, notes, queue, revisions
from tests.queries.editorial.reading import NOW
from tests.services.newsroom import note_content, quoting, text_of

PIECE = ("The pill cures migraine.", "It costs little.", "Nobody is harmed.")
LATER = ("It costs hardly anything at all.", "Now the pill never cures migraine.", "It is red and round.")
MAY_BE_MISSING = {"encoding", "dropped", "repairs", "suggested"}


def dumped(schema: type[Schema], value: Any) -> Any:
    """What goes out, checked to be whole."""
    body = schema().dump(value)
    _check(schema(), body)
    return json.loads(json.dumps(body))


def _check(schema: Schema, body: dict[str, Any]) -> None:
    assert set(schema.fields) - set(body) <= MAY_BE_MISSING, schema
    for name, field in schema.fields.items():
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested) and body.get(name) is not None:
            for one in body[name] if isinstance(field, fields.List) else [body[name]]:
                _check(inner.schema, one)


@pytest.fixture(scope="module")
def world(shared):
    """Something of everything."""
    room = shared.room
    article = room.article("piece", *PIECE, title="Pills")
    claim, other = room.claim("a-claim"), room.claim("another-claim")
    note = room.note(article, claim)
    room.note(article, claim, quoting("costs little"))
    room.note(article, claim, quoting("harmed"))
    room.note(article, claim, quoting("Nobody"), published=False)
    shared.reimport(article, *LATER)
    room.do(revise_annotation, Annotation, note, quoting("cures"), note_content(other, severity=1))
    room.do(set_review_due, Claim, other, date(2026, 12, 1), by="eve")
    for table, entity in ((Article, article), (Annotation, note)):
        room.do(request_withdrawal, table, entity, reason="Wrong.", by="ann")
    with room.work() as session:
        rows = session.get_one(Claim, room.claim("a-loser")), session.get_one(Claim, other)
        request_merger(session, *rows, reason="The same.", **room.by("ann"))
    return {"article": article, "claim": claim, "note": note}


@pytest.mark.parametrize(
    ("schema", "query", "reason"),
    [
        (articles.ArticlePageSchema, list_articles, "articles"),
        (claims.EditorialClaimPageSchema, list_claims, "claims"),
        (evidence.EditorialEvidencePageSchema, list_evidence, "sources"),
        (notes.EditorialAnnotationPageSchema, list_annotations, "annotations"),
    ],
)
def test_pages_show_everything(shared, world, schema, query, reason):
    body = dumped(schema, {"items": shared.all_of(query), "next": None})
    assert body["items"], reason
    assert set(body) == {"items", "next"}, "no notice: nothing here is for readers"


def test_an_article_shows_everything(shared, world):
    body = dumped(articles.EditorialArticleSchema, shared.read(get_article, "piece"))
    assert body["paragraphs"][1]["annotations"]
    assert body["withdrawal_request"] == {
        "by": {"id": str(shared.room.actor("ann").id), "name": "ann", "role": "editor"},
        "reason": "Wrong.",
    }
    assert body["attention"]["orphaned"] == len(body["orphaned"]) > 0


def test_links_and_versions_bear_the_names_that_editors_send(shared, world):
    claim = dumped(claims.EditorialClaimSchema, shared.read(get_claim, "a-claim"))
    assert claim["head"]["evidence"][0]["evidence"].startswith("trial-")
    (note,) = (
        one
        for one in dumped(
            notes.EditorialAnnotationPageSchema, {"items": shared.all_of(list_annotations), "next": None}
        )["items"]
        if one["id"] == str(world["note"])
    )
    assert (note["article"], note["head"]["claim"], note["in_force"]["claim"]) == ("piece", "another-claim", "a-claim")
    assert note["state"] == ReviewState.DRAFT


@pytest.mark.parametrize("kind", QueueKind)
def test_the_queue_shows_everything(shared, world, kind):
    asked = {"actor_id": shared.room.actor("bob").id, "now": NOW, "stale_days": 1}
    items = shared.all_of(work_queue, kind, **asked)
    body = dumped(queue.QueuePageSchema, {"items": items, "next": None})
    counts = dumped(queue.QueueCountsSchema, {"counts": shared.read(queue_counts, **asked)})["counts"]
    assert list(counts) == list(QueueKind)
    assert counts[kind] == len(body["items"])
    assert all(item["kind"] == kind for item in body["items"])


def test_revisions_and_differences_show_everything(shared, world):
    found = shared.all_of(list_revisions, "piece")
    assert len(dumped(revisions.RevisionPageSchema, {"items": found, "next": None})["items"]) == 2
    assert dumped(revisions.RevisionTextSchema, shared.read(get_revision, "piece", 2))["blocks"]
    body = dumped(revisions.RevisionDiffSchema, shared.read(diff_revisions, "piece", 1, 2))
    assert {"removed", "added"} <= {block["change"] for block in body["blocks"]}
    assert all(set(segment) == {"op", "text"} for block in body["blocks"] for segment in block["segments"])


@pytest.mark.parametrize("entity", ["article", "claim", "note"])
def test_histories_show_everything(shared, world, entity):
    entity_type = EntityType.ANNOTATION if entity == "note" else EntityType(entity)
    steps = shared.all_of(history_of, entity_type, world[entity])
    assert dumped(history.StepPageSchema, {"items": steps, "next": None})["items"]
    records = shared.read(versions_of, entity_type, world[entity])
    for item in dumped(history.VersionListSchema, {"items": records})["items"]:
        assert [name for name, value in item.items() if name != "kind" and value is not None] == [item["kind"]]


def test_the_log_shows_everything(shared, world):
    page = shared.read(list_log, after_seq=0, limit=100)
    assert dumped(history.LogPageSchema, {"items": page.items, "next": None})["items"]


@pytest.mark.parametrize(
    ("public", "published", "paragraphs", "becomes", "reason"),
    [
        (True, True, PIECE[::-1], "kept", "the same words in the same sentence"),
        (True, True, ("The pill never cures migraine.",), "flagged", "a changed sentence"),
        (False, True, ("The pill never cures migraine.",), "flagged", "a changed sentence, which nobody has seen"),
        (True, True, ("The pill may cure migraine.",), "pending", "changed words"),
        (True, True, ("It costs little.",), "pending", "words that are gone"),
        (False, True, ("It costs little.",), "reopened", "words that are gone, which nobody has seen"),
        (True, False, ("It costs little.",), "flagged", "a draft whose words are gone"),
    ],
)
def test_a_preview_says_what_the_reimport_does(room, reader, public, published, paragraphs, becomes, reason):
    article = room.article("piece", *PIECE, public=public, title="Pills")
    note = room.note(article, room.claim(), published=published)
    document = text_of(*paragraphs, title=None)
    with room.look() as session:
        found = preview_reimport(session, session.get_one(Article, article), document, actor=room.actor("bob"))
        preview = dumped(revisions.ReimportSchema, found)
    steps = len(room.history(note))
    with room.work() as session:
        done = reimport_article(session, session.get_one(Article, article), document, **room.by("bob"))
        stored = dumped(revisions.ReimportSchema, done)
    (carried,) = stored["annotations"]
    assert (carried["id"], carried["becomes"]) == (str(note), becomes), reason
    assert (carried["before"] or {}).get("quote") == "cures migraine"
    assert {**stored, "number": 1} == {**preview, "number": 1}
    assert (preview["number"], stored["number"], stored["unchanged"]) == (1, 2, False)
    new_steps = {step.action for step in room.history(note)[steps:]}
    expected = {"kept": set(), "flagged": {"flag_recheck"}, "pending": {"open_notice"}}
    assert new_steps == expected.get(becomes, {"reopen", "flag_recheck"})


def test_a_reimport_tells_what_becomes_of_each_paragraph(room, reader):
    article = room.article("piece", "It is red and round.", *PIECE, title="Pills")
    done = reader.reimport(
        article, PIECE[0], "It costs hardly anything.", "It is red and round.", "Something else was added to it."
    )
    body = dumped(revisions.ReimportSchema, done)
    assert [(one["ordinal"], one["old_ordinal"], one["change"]) for one in body["paragraphs"]] == [
        (1, 2, "same"),
        (2, 3, "edited"),
        (3, 1, "moved"),
        (4, None, "new"),
    ]
    assert [one["text"] for one in body["gone"]] == ["Nobody is harmed."]
    assert body["import_report"] == {"encoding": "utf-8", "dropped": [], "repairs": [], "suggested": {}}


def test_the_same_text_changes_nothing(room, reader):
    article = room.article("piece", *PIECE, title="Pills")
    body = dumped(revisions.ReimportSchema, reader.reimport(article, *PIECE))
    assert (body["unchanged"], body["number"], body["paragraphs"], body["gone"]) == (True, 1, [], [])
