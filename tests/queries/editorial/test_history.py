"""Histories: every step, and every version that there ever was."""

from __future__ import annotations

import pytest

from annotations.queries.editorial.history import VersionKind, history_of, versions_of
from annotations.services.articles import edit_metadata
from annotations.services.claims import revise_claim
from annotations.services.content import ArticleMetadata
from annotations.services.notes import revise_annotation
from annotations.services.reviewing import request_changes, submit
from annotations.store.articles import Article
from annotations.store.base import new_id
from annotations.store.chains import GENESIS
from annotations.store.claims import Claim, ClaimVersion
from annotations.store.notes import Annotation
from annotations.vocabulary import AnchorState, EntityType, Stance
from tests.services.newsroom import claim_content, note_content, quoting


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_a_history_tells_every_step_in_order(shared, limit):
    room = shared.room
    claim = room.claim(by="cat", published=False)
    room.do(submit, Claim, claim, by="cat")
    room.do(request_changes, Claim, claim, reason="Say how many.", by="bob")
    content = claim_content((room.source(), Stance.QUALIFIES), summary="One in ten.")
    room.do(revise_claim, Claim, claim, content, by="cat")
    room.publish(Claim, claim, author="cat", by="eve")
    steps = shared.all_of(history_of, EntityType.CLAIM, claim, limit=limit)
    assert [(step.action, step.from_state, step.to_state, step.actor.name) for step in steps] == [
        ("create", None, "draft", "cat"),
        ("submit", "draft", "in_review", "cat"),
        ("request_changes", "in_review", "draft", "bob"),
        ("save", "draft", "draft", "cat"),
        ("submit", "draft", "in_review", "cat"),
        ("approve", "in_review", "published", "eve"),
    ]
    assert [step.position for step in steps] == [1, 2, 3, 4, 5, 6]
    assert [step.version_number for step in steps] == [1, 1, 1, 2, 2, 2]
    assert [step.prev_hash for step in steps] == [GENESIS, *(step.hash for step in steps[:-1])]
    assert {step.version_hash for step in steps} == {one.content_hash for one in room.versions(ClaimVersion, claim)}
    assert steps[2].reason == "Say how many."
    assert all(step.four_eyes for step in steps)


def test_an_approval_of_ones_own_work_is_told(room, reader):
    claim = room.claim(published=False)
    room.publish(Claim, claim, author="ann", by="ann", four_eyes=False)
    assert not reader.all_of(history_of, EntityType.CLAIM, claim)[-1].four_eyes


@pytest.mark.parametrize("entity_type", list(EntityType))
def test_what_is_not_there_has_no_history(shared, entity_type):
    assert shared.all_of(history_of, entity_type, new_id()) == []
    assert shared.read(versions_of, entity_type, new_id()) == ()


def test_versions_of_a_claim_hold_its_links(room, reader):
    first, second = room.source("first trial"), room.source("second trial")
    claim = room.claim(None, (first, Stance.CONTRADICTS))
    room.do(revise_claim, Claim, claim, claim_content((second, Stance.QUALIFIES)), by="eve")
    old, new = reader.read(versions_of, EntityType.CLAIM, claim)
    assert old.kind is VersionKind.CLAIM
    assert [link.key for link in old.version.links] == ["first-trial"]
    assert [link.key for link in new.version.links] == ["second-trial"]
    assert (old.version.number, new.version.number, new.version.created_by.name) == (1, 2, "eve")
    assert old.version.is_in_force
    assert new.version.in_force_from is None


def test_versions_of_a_source_hold_its_content(room, reader):
    (record,) = reader.read(versions_of, EntityType.EVIDENCE, room.source("a trial", by="cat"))
    assert (record.kind, record.version.title, record.version.created_by.name) == (
        "evidence",
        "Results of a trial",
        "cat",
    )


def test_versions_of_an_annotation_hold_where_they_stood_in_each_revision(room, reader):
    article = room.article("piece", "The pill cures migraine.", "It costs little.", title="Pills")
    note = room.note(article, room.claim("first"))
    reader.reimport(article, "It is red.", "The pill cures migraine.", "It costs little.")
    room.do(revise_annotation, Annotation, note, quoting("cures"), note_content(room.claim("second")), by="eve")
    reader.reimport(article, "It is red.", "The pill helps.", "It costs little.")
    old, new = (record.version for record in reader.read(versions_of, EntityType.ANNOTATION, note))
    assert [(anchor.revision_number, anchor.ordinal, str(anchor.state)) for anchor in old.anchors[:2]] == [
        (1, 1, "exact"),
        (2, 2, "exact"),
    ]
    assert [anchor.revision_number for anchor in new.anchors] == [2, 3]
    assert old.anchors[2].state in {AnchorState.CHANGED, AnchorState.ORPHANED}
    assert (old.claim_slug, new.claim_slug, new.quote) == ("first", "second", "cures")
    assert all(anchor.paragraph_text is None for anchor in (*old.anchors, *new.anchors))


def test_versions_of_an_article_are_those_of_its_metadata_and_of_its_text(room, reader):
    article = room.article("piece", title="Pills")
    changed = ArticleMetadata(title="Other pills", language="en", topics=("b", "a"))
    room.do(edit_metadata, Article, article, changed, by="eve")
    reader.reimport(article, "Another text.")
    records = reader.read(versions_of, EntityType.ARTICLE, article)
    assert [(record.kind.value, record.version.number) for record in records] == [
        ("metadata", 1),
        ("metadata", 2),
        ("revision", 1),
        ("revision", 2),
    ]
    assert (records[1].version.title, records[1].version.topics) == ("Other pills", ("b", "a"))
    assert records[2].version.in_force_until == records[3].version.in_force_from


def test_blanked_versions_say_so(room, reader):
    claim = room.claim()
    room.do(revise_claim, Claim, claim, claim_content((room.source(), Stance.QUALIFIES)), by="eve")
    first, _ = reader.read(versions_of, EntityType.CLAIM, claim)
    reader.redact(EntityType.CLAIM, claim, 1, "claim_versions", first.version.id)
    assert [record.version.redacted for record in reader.read(versions_of, EntityType.CLAIM, claim)] == [True, False]
