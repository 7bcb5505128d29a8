"""The filters of every list against an oracle: what the seed files say should be found, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from annotations.vocabulary import Category, Design, EvidenceStatus, Verdict
from seeds.corpus import Corpus
from tests.problems import assert_problem

CORPUS = Corpus()
CLAIMS = {row["slug"]: row for row in CORPUS.claims}
SLUGS = {row["key"]: row["slug"] for row in CORPUS.articles}
BOTH = sorted(SLUGS.values())
Row = dict[str, Any]


def verdict_of(note: Row) -> str:
    return CLAIMS[note["claim"]]["verdict"]


def cites(note: Row, key: str) -> bool:
    return key in [link["evidence"] for link in CLAIMS[note["claim"]]["evidence"]]


ANNOTATION_FILTERS: dict[str, Callable[[Row, str], bool]] = {
    "article": lambda note, value: SLUGS[note["article"]] == value,
    "claim": lambda note, value: note["claim"] == value,
    "category": lambda note, value: value in note["categories"],
    "verdict": lambda note, value: verdict_of(note) == value,
    "severity": lambda note, value: note["severity"] == int(value),
    "evidence": cites,
}


@pytest.fixture
def found(samples_client):
    """The items that a list answers with for these parameters, all on one page."""

    def ask(path: str, **parameters: str) -> list[Row]:
        response = samples_client.get(path, query_string={"limit": "100", **parameters})
        assert response.status_code == 200, response.get_data(as_text=True)
        assert response.get_json()["next"] is None
        return response.get_json()["items"]

    return ask


@pytest.mark.parametrize(
    "wanted",
    [
        *({"article": slug} for slug in (*BOTH, "no-such-article")),
        *({"claim": slug} for slug in ("revolution", "reset", "no-such-claim", BOTH[0])),
        *({"category": category} for category in Category.values()),
        *({"verdict": verdict} for verdict in Verdict.values()),
        *({"severity": severity} for severity in "123"),
        *({"evidence": key} for key in ("burt-2019-mist", "abola-2016", "no-such-source")),
        {"article": BOTH[0], "severity": "3"},
        {"verdict": "supported", "category": "fair_statement", "article": BOTH[1]},
        {"verdict": "overstated", "severity": "2", "evidence": "burt-2019-mist"},
        {"claim": "revolution", "verdict": "supported"},
    ],
    ids=str,
)
def test_annotations(found, wanted):
    expected = [
        note["id"]
        for note in CORPUS.annotations
        if all(ANNOTATION_FILTERS[name](note, value) for name, value in wanted.items())
    ]
    assert [item["id"] for item in found("/v1/annotations", **wanted)] == sorted(expected)


@pytest.mark.parametrize(
    ("wanted", "holds"),
    [
        *(({"verdict": verdict}, lambda note, verdict=verdict: verdict_of(note) == verdict) for verdict in Verdict),
        *(({"category": one}, lambda note, one=one: one in note["categories"]) for one in Category.values()),
        ({"topic": "multiple-sclerosis"}, lambda note: True),
        ({"topic": "stem-cell-therapy", "language": "en"}, lambda note: True),
        ({"topic": "multiple"}, lambda note: False),
        ({"topic": "multiple-sclerosis", "language": "de"}, lambda note: False),
        ({"language": "en-GB"}, lambda note: False),
        ({"verdict": "overstated", "topic": "no-such-topic"}, lambda note: False),
    ],
    ids=lambda value: "oracle" if callable(value) else str(value),
)
def test_articles(found, wanted, holds):
    expected = {SLUGS[note["article"]] for note in CORPUS.annotations if holds(note)}
    assert {item["slug"] for item in found("/v1/articles", **wanted)} == expected


def test_a_verdict_and_a_category_need_not_be_of_one_annotation(found):
    verdicts = {SLUGS[note["article"]] for note in CORPUS.annotations if verdict_of(note) == "supported"}
    categories = {SLUGS[note["article"]] for note in CORPUS.annotations if "cure_claim" in note["categories"]}
    items = found("/v1/articles", verdict="supported", category="cure_claim")
    assert {item["slug"] for item in items} == verdicts & categories


def test_articles_changed_since_a_moment(found):
    newest, oldest = sorted(found("/v1/articles"), key=lambda item: item["updated_at"], reverse=True)
    at = datetime.fromisoformat(newest["updated_at"])
    tick, ahead = timedelta(microseconds=1), timezone(timedelta(hours=5, minutes=45))
    for moment, expected in [
        (at, [newest]),
        (at + tick, []),
        (at - tick, [newest]),
        (at.astimezone(ahead), [newest]),
        (datetime.fromisoformat(oldest["updated_at"]), [newest, oldest]),
        (datetime.fromisoformat(oldest["updated_at"]) + tick, [newest]),
        (at - timedelta(days=400), [newest, oldest]),
        (at + timedelta(days=400), []),
    ]:
        items = found("/v1/articles", updated_since=moment.isoformat())
        assert {item["slug"] for item in items} == {item["slug"] for item in expected}, moment


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-22",
        "2026-11-22T00:00:00",
        "yesterday",
        "1763769600",
        "2026-13-01T00:00:00Z",
        "2026-11-22T25:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "",
    ],
)
def test_a_moment_that_is_none_is_an_error(samples_client, moment):
    response = samples_client.get("/v1/articles", query_string={"updated_since": moment})
    assert_problem(response, 422, "invalid_parameters", field="updated_since")


def test_the_last_made_public_comes_first(found):
    since = [item["public_since"] for item in found("/v1/articles")]
    assert since == sorted(since, reverse=True)


@pytest.mark.parametrize("verdict", [None, *Verdict.values()])
def test_claims(found, verdict):
    items = found("/v1/claims", **({"verdict": verdict} if verdict else {}))
    expected = [slug for slug, row in CLAIMS.items() if verdict in {None, row["verdict"]}]
    assert [item["slug"] for item in items] == sorted(expected)


@pytest.mark.parametrize(
    ("design", "status"),
    [
        (None, None),
        *((design, None) for design in Design.values()),
        *((None, status) for status in EvidenceStatus.values()),
        ("randomised_trial", "no_notice"),
        ("cohort", "unknown"),
        ("guideline", "retracted"),
    ],
)
def test_evidence(found, design, status):
    wanted = {name: value for name, value in (("design", design), ("status", status)) if value}
    expected = [row["key"] for row in CORPUS.evidence if all(row[name] == value for name, value in wanted.items())]
    assert [item["key"] for item in found("/v1/evidence", **wanted)] == sorted(expected)


SPELLINGS: dict[str, list[str]] = {
    "doi": [
        "{}",
        "doi:{}",
        "DOI: {}",
        "https://doi.org/{}",
        "http://dx.doi.org/{}",
        " {} ",
        "({}).",
        "https://doi.org/{}?a=1#b",
    ],
    "pmid": ["PMID: {}", "pmid {}", "https://pubmed.ncbi.nlm.nih.gov/{}/", "pubmed:{}"],
    "pmcid": ["{}", "PMCID: {}", "https://pmc.ncbi.nlm.nih.gov/articles/{}/"],
    "nct": ["{}", "https://clinicaltrials.gov/study/{}", "ClinicalTrials.gov {}"],
    "isrctn": ["{}", "https://www.isrctn.com/{}"],
    "url": ["{}", "<{}>", "{}."],
}


@pytest.mark.parametrize("kind", SPELLINGS)
def test_a_source_is_found_by_any_spelling_of_its_identifier(found, kind):
    rows = [row for row in CORPUS.evidence if row.get(kind)]
    assert rows
    for place, row in enumerate(rows * 2 if len(rows) < len(SPELLINGS[kind]) else rows):
        value = row[kind] if kind == "url" else (row[kind].upper(), row[kind].lower(), row[kind])[place % 3]
        spelt = SPELLINGS[kind][place % len(SPELLINGS[kind])].format(value)
        assert [item["key"] for item in found("/v1/evidence", identifier=spelt)] == [row["key"]], spelt


def test_an_identifier_goes_with_the_other_filters(found):
    assert len(found("/v1/evidence", identifier="10.1001/jama.2018.18743", design="randomised_trial")) == 1
    assert found("/v1/evidence", identifier="10.1001/jama.2018.18743", design="cohort") == []
    assert found("/v1/evidence", identifier="10.1001/nobody.has.this") == []


@pytest.mark.parametrize(
    "identifier", ["30644983", "burt-2019-mist", "what", "", "10.1001", "x" * 501, "ftp://a.example"]
)
def test_an_identifier_that_is_none_is_an_error(samples_client, identifier):
    response = samples_client.get("/v1/evidence", query_string={"identifier": identifier})
    assert_problem(response, 422, "invalid_parameters", field="identifier")
