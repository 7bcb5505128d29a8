"""Claims and their sources: what may be published, what a change of it says, and what follows from it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from annotations.errors import InvalidInput, NotPublishable, SlugTaken
from annotations.services.claims import revise_claim, write_claim
from annotations.services.content import CitedEvidence
from annotations.services.evidence import add_evidence as add
from annotations.services.evidence import revise_evidence
from annotations.services.reviewing import approve, submit
from annotations.store.base import new_id
from annotations.store.claims import Claim, ClaimVersion, EvidenceLink
from annotations.store.evidence import Evidence, EvidenceVersion
from annotations.store.log import PublicVersion
from annotations.store.notes import Annotation, PendingNotice
from annotations.store.search import SearchEntry
from annotations.vocabulary import Category, ChangeKind, EvidenceStatus, Stance, Verdict
from tests.services.newsroom import claim_content, source_content

SEARCHED = {"search_record": "PubMed, three terms", "searched_on": date(2026, 11, 30)}


def events(room, since=0):
    return [row.event for row in room.log()[since:]]


def stamp(room, key):
    with room.look() as session:
        return session.get(PublicVersion, key)


@pytest.mark.parametrize(
    ("verdict", "stance", "more", "publishable", "why"),
    [
        (Verdict.SUPPORTED, Stance.SUPPORTS, {}, True, "support supports"),
        (Verdict.SUPPORTED, Stance.QUALIFIES, {}, False, "a limit is no support"),
        (Verdict.PARTLY_SUPPORTED, Stance.SUPPORTS, {}, True, "a part is supported"),
        (Verdict.PARTLY_SUPPORTED, Stance.CONTRADICTS, {}, False, "nothing is supported"),
        (Verdict.OVERSTATED, Stance.QUALIFIES, {}, True, "a limit is drawn"),
        (Verdict.OVERSTATED, Stance.SUPPORTS, {}, False, "nothing says that it is too strong"),
        (Verdict.UNSUPPORTED, Stance.SUPPORTS, SEARCHED, False, "a search stands only for the unverifiable"),
        (Verdict.UNVERIFIABLE, Stance.SUPPORTS, {}, False, "no record of the search"),
        (Verdict.UNVERIFIABLE, Stance.SUPPORTS, SEARCHED, True, "a record of the search"),
    ],
)
def test_a_verdict_needs_a_fitting_link(shared_room, verdict, stance, more, publishable, why):
    room = shared_room
    claim = room.claim(None, (room.source(), stance), verdict=verdict, published=False, **more)
    room.do(submit, Claim, claim)
    if publishable:
        room.do(approve, Claim, claim, by="bob")
    else:
        expected = {"rule": "fitting_evidence", "field": "evidence"}
        room.refuse(NotPublishable, approve, Claim, claim, by="bob", expected=expected)


def test_a_source_that_was_retracted_does_not_count(shared_room):
    room = shared_room
    gone = room.source(status=EvidenceStatus.RETRACTED)
    claim = room.claim(None, (gone, Stance.CONTRADICTS), published=False)
    room.do(submit, Claim, claim)
    room.refuse(NotPublishable, approve, Claim, claim, by="bob", expected={"rule": "fitting_evidence"})
    content = claim_content((gone, Stance.CONTRADICTS), (room.source(), Stance.QUALIFIES))
    room.do(revise_claim, Claim, claim, content)
    room.publish(Claim, claim)


def test_a_source_that_nobody_approved_is_not_cited_in_public(shared_room):
    room = shared_room
    name = room.unused("trial")
    draft = room.source(name, approved=False)
    claim = room.claim(None, (room.source(), Stance.CONTRADICTS), (draft, Stance.QUALIFIES), published=False)
    room.do(submit, Claim, claim)
    expected = {"rule": "approved_evidence", "evidence": name}
    room.refuse(NotPublishable, approve, Claim, claim, by="bob", expected=expected)
    room.publish(Evidence, draft)
    room.do(approve, Claim, claim, by="bob")


def test_a_draft_of_a_source_does_not_change_what_a_claim_rests_on(shared_room):
    room = shared_room
    source = room.source()
    retracted = source_content(room.unused("trial"), status=EvidenceStatus.RETRACTED)
    room.do(revise_evidence, Evidence, source, retracted)
    room.claim(None, (source, Stance.CONTRADICTS))


def test_sources_become_public_with_the_first_claim_and_leave_with_the_last(room):
    source, other = room.source("one"), room.source("other")
    assert events(room) == []
    assert stamp(room, "evidence:one") is None
    first = room.claim(None, (source, Stance.CONTRADICTS))
    assert events(room) == ["evidence.published", "claim.published"]
    second = room.claim(None, (source, Stance.QUALIFIES))
    assert events(room, 2) == ["claim.published"]
    for claim, after in (
        (first, ["evidence.published", "claim.revised"]),
        (second, ["claim.revised", "evidence.unlisted"]),
    ):
        before = len(room.log())
        room.do(revise_claim, Claim, claim, claim_content((other, Stance.CONTRADICTS)))
        room.publish(Claim, claim)
        assert events(room, before) == after
    assert stamp(room, "evidence:one").gone
    assert not stamp(room, "evidence:other").gone
    # And it can come back, as often as it is cited.
    room.do(revise_claim, Claim, first, claim_content((source, Stance.CONTRADICTS)))
    room.publish(Claim, first)
    assert events(room)[-2:] == ["evidence.published", "claim.revised"]
    assert not stamp(room, "evidence:one").gone


def test_a_revised_claim_replaces_the_old_one_only_when_approved(room):
    source = room.source()
    claim = room.claim("a-claim", (source, Stance.CONTRADICTS))
    content = claim_content((source, Stance.CONTRADICTS), summary="It helps one in ten.")
    for _ in range(2):
        room.do(revise_claim, Claim, claim, content)
    assert [version.valid_from is not None for version in room.versions(ClaimVersion, claim)] == [True, False, False]
    assert len(room.log()) == 2
    room.publish(Claim, claim)
    first, skipped, last = room.versions(ClaimVersion, claim)
    assert (first.valid_until, last.valid_from, last.valid_until) == (room.log()[-1].at, room.log()[-1].at, None)
    assert (skipped.valid_from, skipped.valid_until) == (None, None)
    with room.look() as session:
        (entry,) = session.scalars(select(SearchEntry)).all()
    assert "one in ten" in entry.body


@pytest.mark.parametrize(
    ("changes", "dropped", "said", "kind", "event", "why"),
    [
        ({"summary": "Reworded."}, False, ChangeKind.MINOR, "minor", "claim.revised", "as the approver says"),
        ({"summary": "Reworded."}, False, ChangeKind.CORRECTION, "correction", "claim.revised", "as the approver says"),
        (
            {"verdict": Verdict.MISLEADING},
            False,
            ChangeKind.MINOR,
            "correction",
            "claim.verdict_changed",
            "a verdict is always one",
        ),
        ({}, True, ChangeKind.MINOR, "correction", "claim.revised", "a dropped source is always one"),
    ],
)
def test_what_a_change_is(shared_room, changes, dropped, said, kind, event, why):
    room = shared_room
    links = [(room.source(), Stance.CONTRADICTS), (room.source(), Stance.QUALIFIES)]
    claim = room.claim(None, *links)
    log, corrections = len(room.log()), len(room.corrections())
    room.do(revise_claim, Claim, claim, claim_content(*(links[:1] if dropped else links), **changes))
    room.publish(Claim, claim, kind=said)
    row = room.log()[log]
    assert (row.event, row.change_kind) == (event, kind), why
    assert len(room.corrections()) == corrections + (kind == "correction")


def test_a_correction_says_what_was_what_is_and_why(room):
    source = room.source("one")
    claim = room.claim(None, (source, Stance.CONTRADICTS))
    misleading = claim_content((source, Stance.QUALIFIES), verdict=Verdict.MISLEADING, **SEARCHED)
    room.do(revise_claim, Claim, claim, misleading)
    room.publish(Claim, claim, reason="A new trial.")
    (correction,) = room.corrections()
    assert (correction.entity_id, correction.reason, correction.seq) == (claim, "A new trial.", room.log()[-1].seq)
    assert (correction.before["verdict"], correction.after["verdict"]) == ("overstated", "misleading")
    assert correction.before["evidence"][0].items() >= {"key": "one", "stance": "contradicts"}.items()
    assert correction.after["evidence"][0]["stance"] == "qualifies"
    assert (correction.before["searched_on"], correction.after["searched_on"]) == (None, "2026-11-30")


def test_a_correction_without_a_reason_gets_a_plain_one(room):
    source = room.source()
    claim = room.claim(None, (source, Stance.CONTRADICTS))
    room.do(revise_claim, Claim, claim, claim_content((source, Stance.CONTRADICTS), text="Another."))
    room.publish(Claim, claim)
    assert room.corrections()[0].reason == "The editors revised this claim."


def test_a_new_verdict_puts_notes_that_no_longer_fit_to_a_recheck(room):
    source = room.source()
    links = ((source, Stance.SUPPORTS),)
    claim = room.claim(None, *links, verdict=Verdict.SUPPORTED)
    article = room.article()
    fair = {"categories": (Category.FAIR_STATEMENT,), "severity": None}
    note = room.note(article, claim, note="It does.", **fair)
    understated = room.note(article, claim, categories=(Category.UNDERSTATEMENT,), severity=1)
    before = len(room.log())
    room.do(revise_claim, Claim, claim, claim_content((source, Stance.QUALIFIES), verdict=Verdict.OVERSTATED))
    room.publish(Claim, claim)
    changed, pending = room.log()[before:]
    assert (changed.event, pending.event, pending.entity_id) == (
        "claim.verdict_changed",
        "annotation.pending",
        note,
    )
    with room.look() as session:
        (notice,) = session.scalars(select(PendingNotice)).all()
        assert (notice.annotation_id, notice.reason, notice.since) == (note, "verdict_changed", changed.at)
        assert session.get_one(Annotation, note).recheck_reason == "verdict_changed"
        assert session.get_one(Annotation, understated).needs_recheck is False
        assert "It does." not in session.scalars(select(SearchEntry.body)).all()


def test_a_retraction_reaches_every_claim_and_every_note(room):
    gone, other = room.source("gone"), room.source("other")
    held = room.claim(None, (gone, Stance.CONTRADICTS), (other, Stance.QUALIFIES))
    lost = room.claim(None, (gone, Stance.CONTRADICTS))
    article = room.article()
    kept, pending = room.note(article, held), room.note(article, lost)
    before = len(room.log())
    room.do(revise_evidence, Evidence, gone, source_content("gone", status=EvidenceStatus.RETRACTED))
    room.publish(Evidence, gone, kind=ChangeKind.MINOR)
    retracted, opened = room.log()[before:]
    assert (retracted.event, retracted.change_kind) == ("evidence.retracted", "correction")
    assert (opened.event, opened.entity_id) == ("annotation.pending", pending)
    assert {f"annotation:{kept}", f"annotation:{pending}"} <= set(retracted.affected_keys)
    with room.look() as session:
        for claim in (held, lost):
            found = session.get_one(Claim, claim)
            assert (found.needs_recheck, found.recheck_reason) == (True, "evidence_retracted")
        assert session.scalars(select(PendingNotice.reason)).all() == ["evidence_retracted"]
    (correction,) = room.corrections()
    assert (correction.before["status"], correction.after["status"]) == ("no_notice", "retracted")
    # A decision about the claim takes the flag away.
    room.do(revise_claim, Claim, lost, claim_content((other, Stance.QUALIFIES)))
    room.publish(Claim, lost)
    with room.look() as session:
        assert session.get_one(Claim, lost).needs_recheck is False


@pytest.mark.parametrize(("said", "kind"), [(ChangeKind.MINOR, "minor"), (ChangeKind.CORRECTION, "correction")])
def test_a_public_source_that_is_revised_changes_at_one_moment(room, said, kind):
    source = room.source("one")
    room.claim(None, (source, Stance.CONTRADICTS))
    room.do(revise_evidence, Evidence, source, source_content("one", key_finding="Two days fewer."))
    assert room.log()[-1].event == "claim.published"
    room.publish(Evidence, source, kind=said)
    first, second = room.versions(EvidenceVersion, source)
    assert first.valid_until == second.valid_from == room.log()[-1].at
    assert (room.log()[-1].event, room.log()[-1].change_kind) == ("evidence.revised", kind)
    assert len(room.corrections()) == (kind == "correction")


def test_a_source_that_nobody_sees_is_revised_in_silence(room):
    source = room.source("one")
    room.do(revise_evidence, Evidence, source, source_content("one", status=EvidenceStatus.RETRACTED))
    room.publish(Evidence, source)
    assert (room.log(), room.corrections()) == ([], [])
    first, second = room.versions(EvidenceVersion, source)
    assert first.valid_until == second.valid_from


def test_slugs_keys_and_identifiers_name_one_thing_each(shared_room):
    room = shared_room
    slug, key, doi = room.unused("claim"), room.unused("trial"), "10.1000/182"
    room.claim(slug)
    room.source(key, doi=doi)
    with room.refuses(SlugTaken, field="slug") as session:
        write_claim(session, claim_content(), slug=slug, **room.by("ann"))
    for content, name, field in (
        (source_content(room.unused("trial")), key, "key"),
        (source_content(room.unused("trial"), doi="https://doi.org/10.1000/182"), room.unused("trial"), "doi"),
        (source_content(key), room.unused("trial"), "url"),
    ):
        with room.refuses(SlugTaken, field=field) as session:
            add(session, content, key=name, **room.by("ann"))
    other = room.source()
    room.refuse(
        SlugTaken,
        revise_evidence,
        Evidence,
        other,
        source_content(room.unused("trial"), doi=doi),
        expected={"field": "doi"},
    )


def test_an_identifier_that_a_source_gave_up_is_free_again_unless_it_was_ever_in_force(shared_room):
    room = shared_room
    typo, right = "10.1000/typo", "10.1000/right"
    drafted, approved = room.unused("trial"), room.unused("trial")
    source = room.source(drafted, doi=typo, approved=False)
    room.do(revise_evidence, Evidence, source, source_content(drafted, doi=right))
    room.source(approved, doi=typo)
    with room.look() as session:
        approved_id = session.scalars(select(Evidence.id).where(Evidence.key == approved)).one()
    room.do(revise_evidence, Evidence, approved_id, source_content(approved))
    room.publish(Evidence, approved_id)
    content = source_content(room.unused("trial"), doi=typo)
    with room.refuses(SlugTaken, field="doi") as session:
        add(session, content, key=room.unused("trial"), **room.by("ann"))


def test_a_source_that_does_not_exist_cannot_be_cited(shared_room):
    room = shared_room
    content = claim_content((room.source(), Stance.CONTRADICTS), (new_id(), Stance.SUPPORTS))
    with room.refuses(InvalidInput, field="evidence") as session:
        write_claim(session, content, slug=room.unused("claim"), **room.by("ann"))
    room.refuse(InvalidInput, revise_claim, Claim, room.claim(), content, expected={"field": "evidence"})


def test_links_keep_the_editors_order_and_words(shared_room):
    room = shared_room
    sources = [room.source() for _ in range(3)]
    citations = tuple(
        CitedEvidence(source, Stance.QUALIFIES, f"Why {number}.", quote="Their words.", locator="p. 3")
        for number, source in enumerate(reversed(sources))
    )
    claim = room.claim(None, (sources[0], Stance.QUALIFIES), published=False)
    room.do(revise_claim, Claim, claim, claim_content(citations=citations))
    with room.look() as session:
        version = room.versions(ClaimVersion, claim)[-1]
        links = session.scalars(
            select(EvidenceLink).where(EvidenceLink.claim_version_id == version.id).order_by(EvidenceLink.position)
        ).all()
    assert [(link.evidence_id, link.why, link.quote, link.locator) for link in links] == [
        (one.evidence_id, one.why, "Their words.", "p. 3") for one in citations
    ]
