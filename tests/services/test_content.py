"""What editors write is checked field by field before it is stored; the error names the field."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from annotations.errors import InvalidInput, InvalidText
from annotations.services.content import (
    ArticleMetadata,
    CitedEvidence,
    check_claim,
    check_evidence,
    check_metadata,
    check_reason,
    check_slug,
    hash_of,
)
from annotations.store.base import new_id
from annotations.vocabulary import OriginStatus, Stance
from tests.services.newsroom import START, claim_content, source_content

SOURCE = new_id()


@pytest.mark.parametrize("slug", ["a", "0", "stem-cells", "a1-b2", "x" * 100])
def test_a_slug(slug):
    assert check_slug(slug, field="slug") == slug


@pytest.mark.parametrize("slug", ["", "-", "a-", "-a", "a--b", "A", "é", "a b", "a/b", "a.b", "x" * 101, "a\n", "١"])
def test_no_slug(slug):
    with pytest.raises(InvalidInput) as caught:
        check_slug(slug, field="key")
    assert caught.value.field == "key"


@pytest.mark.parametrize(
    ("changes", "field", "why"),
    [
        ({"language": "English"}, "language", "a name"),
        ({"language": "e"}, "language", "too short"),
        ({"language": "en_GB"}, "language", "an underscore"),
        ({"language": "en\n"}, "language", "a line end"),
        ({"origin_status": OriginStatus.KNOWN}, "canonical_url", "known, but where"),
        ({"topics": ("pain", "pain")}, "topics", "a topic twice"),
        ({"topics": ("Pain",)}, "topics", "no slug"),
        ({"published_at": datetime(2026, 1, 1)}, "published_at", "no zone"),  # noqa: DTZ001
        ({"canonical_url": "nowhere"}, "canonical_url", "no address"),
        ({"canonical_url": "javascript:alert(1)"}, "canonical_url", "an address that runs"),
        ({"canonical_url": "https://example.org/" + "x" * 2_000}, "canonical_url", "too long"),
        ({"title": " "}, "title", "blank"),
        ({"title": "x" * 501}, "title", "too long"),
        ({"publisher": "a\nb"}, "publisher", "two lines"),
        ({"byline": "\x07"}, "byline", "a control character"),
    ],
)
def test_metadata_that_cannot_be_used(changes, field, why):
    with pytest.raises(InvalidInput) as caught:
        check_metadata(ArticleMetadata(**{"title": None, "language": "en", **changes}))
    assert caught.value.field == field, why


def test_metadata_comes_out_as_it_is_stored():
    given = ArticleMetadata(title="  E\u0301tude ", language="zh-Hant-TW", publisher=" A ", topics=("b", "a"))
    stored = check_metadata(given)
    assert (stored.title, stored.publisher, stored.topics, stored.language) == ("Étude", "A", ("b", "a"), "zh-Hant-TW")


@pytest.mark.parametrize(
    ("changes", "field", "why"),
    [
        ({"text": ""}, "text", "no text"),
        ({"text": "x" * 5_001}, "text", "too long"),
        ({"summary": "\ud800"}, "summary", "half a character"),
        ({"search_record": "PubMed"}, "search_record", "searched when"),
        ({"searched_on": date(2026, 11, 1)}, "search_record", "searched where"),
        ({"search_record": "PubMed", "searched_on": date(2026, 12, 3)}, "searched_on", "not yet"),
        ({"citations": (CitedEvidence(SOURCE, Stance.SUPPORTS, "a"),) * 2}, "evidence", "a source twice"),
        ({"citations": (CitedEvidence(SOURCE, Stance.SUPPORTS, ""),)}, "evidence.why", "no reason"),
        ({"citations": (CitedEvidence(SOURCE, Stance.SUPPORTS, "a", quote=" "),)}, "evidence.quote", "blank"),
        (
            {"citations": (CitedEvidence(SOURCE, Stance.SUPPORTS, "a", locator="x" * 501),)},
            "evidence.locator",
            "too long",
        ),
    ],
)
def test_a_claim_that_cannot_be_used(changes, field, why):
    with pytest.raises(InvalidInput) as caught:
        check_claim(claim_content(**changes), START)
    assert caught.value.field == field, why


@pytest.mark.parametrize(
    ("changes", "field", "why"),
    [
        ({"title": ""}, "title", "no title"),
        ({"authors": "x" * 501}, "authors", "too long"),
        ({"population": "x" * 5_001}, "population", "too long"),
        ({"limitations": "a\x00"}, "limitations", "what cannot be stored"),
        ({"year": 1499}, "year", "before print"),
        ({"year": 2201}, "year", "not written yet"),
        ({"participants": -1}, "participants", "fewer than nobody"),
        ({"participants": 2**31}, "participants", "more than are counted"),
        ({"doi": "none"}, "doi", "no DOI"),
        ({"pmid": "PMC1"}, "pmid", "another kind"),
        ({"nct": "NCT1"}, "nct", "too short"),
        ({"url": "example.org"}, "url", "no scheme"),
        ({"status_checked_on": date(2026, 12, 3)}, "status_checked_on", "not yet"),
        ({"status_notice": ""}, "status_notice", "an empty notice"),
    ],
)
def test_a_source_that_cannot_be_used(changes, field, why):
    with pytest.raises(InvalidInput) as caught:
        check_evidence(source_content(**changes), START)
    assert caught.value.field == field, why


def test_identifiers_come_out_in_one_spelling():
    stored = check_evidence(source_content(doi="https://doi.org/10.1000/ABC", pmid=" 123 ", year=2020), START)
    assert (stored.doi, stored.pmid, stored.year) == ("10.1000/ABC", "123", 2020)
    assert [one.kind for one in stored.identifiers()] == ["doi", "pmid", "url"]


def test_a_day_counts_from_where_it_comes_first():
    late = datetime(2026, 12, 1, 23, 59, tzinfo=UTC)
    check_evidence(source_content(status_checked_on=date(2026, 12, 2)), late)
    with pytest.raises(InvalidInput):
        check_evidence(source_content(status_checked_on=date(2026, 12, 3)), late)


def test_a_reason_may_be_missing_but_not_blank():
    assert check_reason(None) is None
    assert check_reason(" Because. ") == "Because."
    with pytest.raises(InvalidText):
        check_reason(" ")


def test_the_hash_of_a_content_changes_with_everything_in_it():
    plain = source_content()
    changed = [
        source_content(title="Another"),
        source_content(year=2020),
        source_content(status_checked_on=date(2026, 10, 1)),
    ]
    hashes = {hash_of(content, key="a") for content in (plain, *changed)} | {hash_of(plain, key="b")}
    assert len(hashes) == 5
    assert hash_of(plain, key="a") == hash_of(source_content(), key="a")
    timed = ArticleMetadata(title=None, language="en", published_at=START)
    assert hash_of(timed) != hash_of(ArticleMetadata(title=None, language="en"))
    cited = claim_content((SOURCE, Stance.SUPPORTS))
    assert hash_of(cited) != hash_of(claim_content((SOURCE, Stance.QUALIFIES))) != hash_of(claim_content())
