"""Two editors save one thing at the same moment: one wins, the other is told, and what is stored is the winner's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from annotations.store.engine import read_session
from annotations.store.log import LogRow
from annotations.store.publication_log import chain_is_whole
from tests.desk import Person, claim_body, note_body, source_body
from tests.editorial.changes import NEW, OF_SOMETHING, Change, refused
from tests.editorial.together import at_once
from tests.services.public_view import PublicView
from tests.services.rules_hold import RULES

pytestmark = pytest.mark.slow

ROUNDS = 50
"""Of each of four kinds, so 200 on each database."""

FEW_ROUNDS = 4


def claim_saved(by: Person, mark: str, path: str) -> Change:
    return Change(by, "PUT", path, claim_body("cited", summary=mark), on=path)


def source_saved(by: Person, mark: str, path: str) -> Change:
    return Change(by, "PUT", path, source_body("saved", key_finding=mark), on=path)


def note_saved(by: Person, mark: str, path: str) -> Change:
    return Change(by, "PUT", path, note_body("common", note=mark), on=path)


def metadata_saved(by: Person, mark: str, path: str) -> Change:
    return Change(by, "PATCH", path, {"publisher": mark}, on=path)


KINDS = {
    "claims": (claim_saved, lambda body: body["head"]["summary"]),
    "evidence": (source_saved, lambda body: body["head"]["key_finding"]),
    "annotations": (note_saved, lambda body: body["head"]["note"]),
    "articles": (metadata_saved, lambda body: body["metadata"]["publisher"]),
}
"""How each is saved, and where the mark of the one who saved it last is found."""


@pytest.mark.parametrize("kind", KINDS)
def test_of_two_who_save_at_once_one_wins_every_time(situations, kind):
    desk = situations.desk
    saved, mark_of = KINDS[kind]
    path = situations.published("articles") if kind == "articles" else situations.draft(kind)
    people = {"writer": desk.writer, "approver": desk.approver}
    etag = desk.writer.get(path).etag
    for number in range(ROUNDS):
        saves = [(saved(person, f"{name} {number}", path), {"etag": etag}) for name, person in people.items()]
        answers = dict(zip(people, at_once(*saves), strict=True))
        assert sorted(answered.status for answered in answers.values()) == [200, 412], answers
        (winner,) = (name for name, answered in answers.items() if answered.status == 200)
        (late,) = (answered for answered in answers.values() if answered.status == 412)
        now = desk.writer.get(path)
        assert mark_of(now.body) == f"{winner} {number}"
        assert (now.body, now.etag) == (answers[winner].body, answers[winner].etag)
        assert refused(late, 412, "stale_version")["context"] == {"etag": now.etag, "current": now.body}
        etag = now.etag
    # One version more for each round, and none of those who came too late.
    versions = desk.writer.get(f"{path}/versions").body["items"]
    assert len(versions) == ROUNDS + (2 if kind == "articles" else 1)


STEPS = [
    "POST /claims/<slug:slug>/approve",
    "POST /claims/<slug:slug>/withdrawal/confirm",
    "POST /claims/<slug:slug>/merger",
    "PUT /claims/<slug:slug>/review-due",
    "POST /annotations/<uuid:annotation_id>/recheck",
    "POST /articles/<slug:slug>/revisions",
    "POST /articles/<slug:slug>/publish",
]


@pytest.mark.parametrize("name", STEPS)
def test_of_two_who_take_a_step_at_once_one_takes_it(situations, name):
    for _ in range(FEW_ROUNDS):
        change = OF_SOMETHING[name](situations)
        etag = change.tag()
        answers = at_once((change, {"etag": etag}), (replace(change, by=situations.desk.admin), {"etag": etag}))
        assert sorted(answered.status // 100 for answered in answers) == [2, 4], [one.body for one in answers]
        (late,) = (answered for answered in answers if answered.status >= 400)
        now = change.by.get(change.on)
        assert refused(late, 412, "stale_version")["context"] == {"etag": now.etag, "current": now.body}


@pytest.mark.parametrize("name", ["POST /claims", "POST /evidence", "POST /articles"])
def test_of_two_who_take_one_name_at_once_one_gets_it(situations, name):
    for number in range(FEW_ROUNDS):
        change = NEW[name](situations)
        other = change
        if name == "POST /evidence":
            # Another source of the same key: the same one would be found.
            other = replace(change, body={**change.body, "url": f"https://other.example/{change.path}/{number}"})
        answers = at_once((change, {}), (replace(other, by=situations.desk.approver), {}))
        assert sorted(answered.status for answered in answers) == [201, 409], [one.body for one in answers]


def test_whoever_named_the_present_version_is_not_told_that_it_is_stale(situations):
    """Approving a claim touches the annotations that make it, which somebody may be saving at that very moment."""
    desk = situations.desk
    for number in range(FEW_ROUNDS):
        claim = situations.published("claims")
        article = situations.published("articles")
        slug, article_slug = claim.rpartition("/")[2], article.rpartition("/")[2]
        notes = [desk.note(article_slug, "cures migraine", slug) for _ in range(3)]
        # A verdict that does not fit their category: its approval puts notices in their place.
        changed = claim_body("cited", verdict="supported", evidence=[link("cited", "supports")])
        desk.writer.do("PUT", claim, changed, on=claim)
        desk.writer.do("POST", f"{claim}/submit", on=claim)
        approval = Change(desk.approver, "POST", f"{claim}/approve", {}, on=claim)
        saves: list[tuple[Change, dict[str, Any]]] = []
        for path in notes:
            save = Change(desk.writer, "PUT", path, note_body(slug, note=f"Saved {number}."), on=path)
            saves.append((save, {"etag": save.tag()}))
        approved, *saved = at_once((approval, {"etag": approval.tag()}), *saves)
        assert approved.status == 200, approved.body
        for path, answered in zip(notes, saved, strict=True):
            # The notice came first, or it came on top; either way nothing is lost and nobody is told a lie.
            now = desk.writer.get(path)
            assert answered.status in {200, 412}, answered.body
            assert (now.body["head"]["note"] == f"Saved {number}.") == (answered.status == 200)
            assert now.body["needs_recheck"]


def link(key: str, stance: str) -> dict[str, str]:
    return {"evidence": key, "stance": stance, "why": "It says so."}


def test_after_all_this_the_rules_hold(situations):
    with read_session(situations.desk.engine) as session:
        view = PublicView(session)
        log = session.scalars(select(LogRow).order_by(LogRow.seq)).all()
    for rule in RULES:
        rule(view)
    assert chain_is_whole(log)
