"""Audit packs of claims that were merged: both sides with everybody involved, and hashes that prove corrections."""

from __future__ import annotations

import hashlib

import pytest
import rfc8785

from annotations.queries.audit import audit_pack
from annotations.services.pending import recheck_annotation
from annotations.store.notes import Annotation
from annotations.syndication.audit_report import README
from annotations.vocabulary import EntityType, Stance
from tests.services.mergers import ask, merge
from tests.services.newsroom import Newsroom


@pytest.fixture
def merged(engine):
    """Three claims of which the first went into the second and that into the third; a notice stands on the note."""
    room = Newsroom(engine)
    first, second, third = (
        room.claim(f"claim-{name}", (room.source(f"trial-{name}"), Stance.CONTRADICTS)) for name in "abc"
    )
    note = room.note(room.article("an-article"), first)
    merge(room, first, second)
    merge(room, second, third)
    room.do(recheck_annotation, Annotation, note, by="dan")
    return room


def pack_of(room, entity_type, name):
    with room.look() as session:
        return audit_pack(session, entity_type, name).parts


def digest(content):
    """By the pack's own instructions, not by the project's code."""
    return hashlib.sha256(rfc8785.dumps(content)).hexdigest()


@pytest.mark.parametrize(
    ("entity_type", "name", "sources"),
    [
        (EntityType.CLAIM, "claim-a", "abc"),
        (EntityType.CLAIM, "claim-c", "abc"),
        (EntityType.ARTICLE, "an-article", "abc"),
        (EntityType.EVIDENCE, "trial-b", "b"),
    ],
)
def test_a_pack_follows_mergers_both_ways(merged, entity_type, name, sources):
    parts = pack_of(merged, entity_type, name)
    claims = {claim["slug"]: claim["id"] for claim in parts["claims"]}
    assert set(claims) == {"claim-a", "claim-b", "claim-c"}
    assert {source["key"] for source in parts["evidence"]} == {f"trial-{one}" for one in sources}
    assert len(parts["annotations"]) == 1
    told = {(step["entity_id"], step["action"]) for step in parts["history"]}
    assert {(claims["claim-a"], "merge"), (claims["claim-b"], "merge"), (claims["claim-c"], "approve")} <= told


def test_a_claim_that_was_never_merged_stays_alone(merged):
    merged.claim("lone")
    assert [claim["slug"] for claim in pack_of(merged, EntityType.CLAIM, "lone")["claims"]] == ["lone"]


def test_people_of_a_merger_that_was_only_asked_for_are_named(merged):
    lone, other = merged.claim("lone"), merged.claim("other")
    ask(merged, other, lone, by="eve")
    parts = pack_of(merged, EntityType.CLAIM, "lone")
    assert [claim["slug"] for claim in parts["claims"]] == ["lone"]
    (merger,) = parts["claims"][0]["mergers"]
    people = {person["id"]: person["name"] for person in parts["people"]}
    assert people[merger["requested_by"]] == "eve"
    assert merger["closed_by"] is None


def test_who_opened_a_notice_is_named(merged):
    parts = pack_of(merged, EntityType.CLAIM, "claim-c")
    people = {person["id"]: person["name"] for person in parts["people"]}
    (notice,) = parts["annotations"][0]["notices"]
    assert people[notice["opened_by"]] == "dan"


def test_corrections_and_imports_prove_themselves(merged):
    parts = pack_of(merged, EntityType.ARTICLE, "an-article")
    logged = {row["seq"]: row["hash"] for row in parts["log"]}
    assert len(parts["corrections"]) == 2
    for correction in parts["corrections"]:
        said = {name: correction[name] for name in ("before", "after", "reason")}
        assert digest({"log_row": logged[correction["seq"]], **said}) == correction["hash"]
    (revision,) = parts["articles"][0]["revisions"]
    content = revision["content"]
    imported = {name: content[name] for name in ("source_sha256", "source_format", "import_report")}
    assert digest({"text": revision["content_hash"], **imported}) == content["import_hash"]
    assert [word for word in ("import_hash", "log_row", "source_format") if word not in README] == []
