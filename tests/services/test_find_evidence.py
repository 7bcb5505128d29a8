"""Finding a source by any of its identifiers, in whatever spelling, before another is added."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date

import pytest

from annotations.errors import InvalidInput, PermissionDenied, SlugTaken
from annotations.services.content import hash_of
from annotations.services.drafting import save
from annotations.services.evidence import add_evidence, find_evidence, find_or_add_evidence, revise_evidence
from annotations.store.evidence import Evidence, EvidenceIdentifier, EvidenceVersion
from annotations.vocabulary import EvidenceStatus
from tests.services.newsroom import dump, source_content

NAMED = {
    "doi": "10.1136/bmj.g7015",
    "pmid": "25498121",
    "pmcid": "PMC4262123",
    "nct": "NCT01234567",
    "isrctn": "ISRCTN12345678",
    "eudract": "2004-000446-20",
    "url": "https://example.org/a-trial",
}


def find(room, key, *, by="ann", **identifiers):
    """The source that is found, and whether it was added."""
    content = source_content(key, **identifiers)
    with room.work() as session:
        source, added = find_or_add_evidence(session, content, key=key, **room.by(by))
        return source.id, added


@pytest.fixture(scope="module")
def known(shared_room):
    """A source with an identifier of each kind."""
    return shared_room, shared_room.source("a-trial", **NAMED)


@pytest.mark.parametrize(
    ("kind", "spelling", "why"),
    [
        ("doi", "10.1136/bmj.g7015", "as it is stored"),
        ("doi", "https://doi.org/10.1136/BMJ.G7015", "an address, in capitals"),
        ("doi", "doi: 10.1136/bmj.g7015.", "as journals print it, with the full stop"),
        ("pmid", "PMID: 25498121", "as PubMed prints it"),
        ("pmid", "https://pubmed.ncbi.nlm.nih.gov/25498121/", "an address"),
        ("pmcid", "pmc4262123", "in small letters"),
        ("nct", "nct 01234567", "with a space"),
        ("isrctn", "isrctn12345678", "in small letters"),
        ("eudract", "EudraCT 2004-000446-20", "with its name"),
        ("url", "HTTPS://EXAMPLE.org/a-trial", "the host in capitals"),
        ("url", "https://doi.org/10.1136/bmj.g7015", "the record's address in the place of the DOI"),
        ("url", "https://pubmed.ncbi.nlm.nih.gov/25498121/", "the same of a PMID"),
    ],
)
def test_a_source_is_found_by_any_of_its_identifiers(known, kind, spelling, why):
    room, source = known
    before = dump(room.engine)
    assert find(room, room.unused("found"), **{kind: spelling}) == (source, False), why
    assert dump(room.engine) == before


def test_a_source_that_is_known_by_its_address_is_found_by_what_that_names(room):
    source = room.source("a-trial", url="https://doi.org/10.1000/xyz123")
    assert find(room, "another", doi="10.1000/XYZ123") == (source, False)


@pytest.mark.parametrize(
    ("given", "spelling"),
    [
        ({"url": "https://doi.org/10.1000/xyz1"}, "10.1000/XYZ1"),
        ({"url": "https://doi.org/10.1000/xyz1"}, "https://doi.org/10.1000/xyz1"),
        ({"url": "https://doi.org/10.1000/xyz1"}, "http://dx.doi.org/10.1000/xyz1"),
        ({"url": "http://dx.doi.org/10.1000/xyz1"}, "http://dx.doi.org/10.1000/xyz1"),
        ({"doi": "10.1000/xyz1"}, "doi.org/10.1000/xyz1"),
        ({"doi": "10.1000/xyz1"}, "http://dx.doi.org/10.1000/xyz1"),
        ({"url": "https://pubmed.ncbi.nlm.nih.gov/123/"}, "PMID 123"),
        ({"pmid": "123"}, "https://pubmed.ncbi.nlm.nih.gov/123"),
        ({"url": "https://example.org/a-trial"}, "https://EXAMPLE.org/a-trial"),
    ],
)
def test_looking_up_finds_what_sending_would(room, given, spelling):
    source = room.source("a-trial", **given)
    with room.look() as session:
        found = find_evidence(session, spelling)
        assert found is not None
        assert found.id == source
        assert find_evidence(session, "10.1000/other") is None
    if "://" in spelling:
        assert find(room, "another", url=spelling) == (source, False)


def test_looking_up_takes_no_number_without_its_kind_and_nothing_that_is_no_longer_borne(room):
    source = room.source("a-trial", approved=False, doi="10.1000/wrong")
    room.do(revise_evidence, Evidence, source, source_content("a-trial", doi="10.1000/right"))
    with room.look() as session:
        assert find_evidence(session, "10.1000/wrong") is None
        with pytest.raises(InvalidInput) as caught:
            find_evidence(session, "25498121")
    assert caught.value.field == "identifier"


@pytest.mark.parametrize(
    ("known", "wanted", "field"),
    [
        ({"doi": "10.1000/xyz1"}, {"doi": "10.1000/XYZ1"}, "doi"),
        ({"url": "https://doi.org/10.1000/xyz1"}, {"doi": "10.1000/xyz1"}, "doi"),
        ({"doi": "10.1000/xyz1"}, {"url": "http://dx.doi.org/10.1000/xyz1"}, "url"),
        ({"pmid": "123"}, {"url": "https://pubmed.ncbi.nlm.nih.gov/123/"}, "url"),
    ],
)
def test_no_other_source_is_given_what_names_one(room, known, wanted, field):
    room.source("a-trial", **known)
    other = room.source("other")
    expected = {
        "field": field,
        "key": "a-trial",
        "message": f"another source has this {field}: a-trial; cite that one, or correct the {field}",
    }
    content = source_content("other", **wanted)
    room.refuse(SlugTaken, revise_evidence, Evidence, other, content, expected=expected)


def test_two_that_are_known_by_one_record_can_both_be_revised(room):
    """Such a pair may be there from before this was refused, and a retraction must reach both."""
    room.source("first", url="https://doi.org/10.1000/xyz1")
    second = room.source("second", approved=False)
    content = source_content("second", doi="10.1000/xyz1")
    with room.work() as session:
        entity = session.get_one(Evidence, second)
        entity.head_number += 1
        by = {"created_at": room.now(), "created_by": room.actor("ann").id}
        rest = {"evidence_id": second, "number": 2, "content_hash": hash_of(content, key="second")}
        save(session, entity, EvidenceVersion(**asdict(content), **rest, **by), **room.by("ann"))
        session.add(EvidenceIdentifier(kind="doi", canonical="10.1000/xyz1", evidence_id=second))
    for status in (EvidenceStatus.NO_NOTICE, EvidenceStatus.RETRACTED):
        notice = None if status is EvidenceStatus.NO_NOTICE else "Made up."
        room.do(revise_evidence, Evidence, second, replace(content, status=status, status_notice=notice))
        room.publish(Evidence, second)


@pytest.mark.parametrize("service", [add_evidence, find_or_add_evidence])
def test_the_address_of_the_look_up_is_no_key(room, service):
    message = "this name is taken by an address of the API; choose another key"
    with room.refuses(InvalidInput, field="key", message=message) as session:
        service(session, source_content("a-trial"), key="by-identifier", **room.by("ann"))


def test_what_bears_another_identifier_is_added_as_a_draft(room):
    room.source("a-trial", **NAMED)
    new, added = find(room, "another", doi="10.1136/bmj.g7016")
    (version,) = room.versions(EvidenceVersion, new)
    assert (added, version.doi, version.valid_from) == (True, "10.1136/bmj.g7016", None)
    assert find(room, "a-third", doi="10.1136/bmj.g7016") == (new, False)


def test_a_source_no_longer_known_by_an_identifier_is_not_found_by_it(room):
    source = room.source("a-trial", approved=False, doi="10.1000/wrong")
    room.do(revise_evidence, Evidence, source, source_content("a-trial", doi="10.1000/right"))
    assert find(room, "another", doi="10.1000/wrong")[1]
    assert find(room, "a-third", doi="10.1000/right") == (source, False)


def test_identifiers_of_two_sources_name_both(room):
    room.source("one", doi="10.1000/one")
    room.source("two", pmid="123")
    with room.refuses(SlugTaken, field="pmid", keys=["one", "two"]) as session:
        content = source_content("three", doi="10.1000/one", pmid="PMID 123")
        find_or_add_evidence(session, content, key="three", **room.by("ann"))


def test_a_key_that_is_taken_is_refused_where_nothing_is_found(room):
    source = room.source("a-trial")
    with room.refuses(SlugTaken, field="key") as session:
        find_or_add_evidence(session, source_content("other"), key="a-trial", **room.by("ann"))
    assert find(room, "a-trial") == (source, False)


def test_who_may_and_what_must_be_usable(room):
    for by, changes, error in (("bot", {}, PermissionDenied), ("cat", {"doi": "no DOI"}, InvalidInput)):
        with room.refuses(error) as session:
            find_or_add_evidence(session, source_content("a-trial", **changes), key="a-trial", **room.by(by))
    assert find(room, "a-trial", by="cat")[1]


@pytest.mark.parametrize("status", [EvidenceStatus.CORRECTED, EvidenceStatus.CONCERN, EvidenceStatus.RETRACTED])
def test_a_status_that_a_notice_makes_comes_with_the_notice(room, status):
    content = source_content("a-trial", status=status, status_notice=None, status_checked_on=date(2026, 11, 2))
    with room.refuses(InvalidInput, field="status_notice") as session:
        find_or_add_evidence(session, content, key="a-trial", **room.by("ann"))
    assert find(room, "a-trial", status=status, status_notice="The authors found an error.")[1]
