"""Identifiers of sources: every usual spelling in, one form out."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.errors import InvalidInput
from annotations.evidence.identifiers import KINDS, Identifier, canonical_key, identifier_url, normalise, recognise

SAMPLES = Path(__file__).parents[2] / "seeds" / "data"
LANCET = "10.1016/S0140-6736(16)30169-6"
OLD_WILEY = "10.1002/(SICI)1097-0258(19980815/30)17:15/16<1661::AID-SIM968>3.0.CO;2-2"


@pytest.mark.parametrize(
    ("given_value", "kind", "value"),
    [
        (LANCET, "doi", LANCET),
        (f"doi:{LANCET}", "doi", LANCET),
        (f"DOI: {LANCET}.", "doi", LANCET),
        (f"https://doi.org/{LANCET}", "doi", LANCET),
        (f"HTTP://DX.DOI.ORG/{LANCET}", "doi", LANCET),
        (f"doi.org/{LANCET}?utm_source=mail#top", "doi", LANCET),
        ("https://doi.org/10.1016%2FS0140-6736%2816%2930169-6", "doi", LANCET),
        (f"doi:https://doi.org/{LANCET}", "doi", LANCET),
        (f"({LANCET})", "doi", LANCET),
        (f"<https://doi.org/{LANCET}>;", "doi", LANCET),
        (f"“{LANCET}”", "doi", LANCET),
        (f"({LANCET}", "doi", LANCET),
        (OLD_WILEY, "doi", OLD_WILEY),
        ("１０．１１３６／ｂｍｊ．ｇ７０１５", "doi", "10.1136/bmj.g7015"),
        ("10.1136/bmj.g7015\u200b", "doi", "10.1136/bmj.g7015"),
        ("10.1136/jnnp‑2025–336755", "doi", "10.1136/jnnp-2025-336755"),
        ("10.1136/BMJ.G7015", "doi", "10.1136/BMJ.G7015"),
        ("10.1000.10/123", "doi", "10.1000.10/123"),
        ("10.1186/ISRCTN88667898", "doi", "10.1186/ISRCTN88667898"),
        ("PMID: 30644983", "pmid", "30644983"),
        ("pmid30644983", "pmid", "30644983"),
        ("PubMed ID 30644983", "pmid", "30644983"),
        ("https://pubmed.ncbi.nlm.nih.gov/30644983/", "pmid", "30644983"),
        ("pubmed.ncbi.nlm.nih.gov/30644983?dopt=Abstract", "pmid", "30644983"),
        ("http://www.ncbi.nlm.nih.gov/pubmed/30644983", "pmid", "30644983"),
        ("https://europepmc.org/article/MED/30644983", "pmid", "30644983"),
        ("PMC6439765", "pmcid", "PMC6439765"),
        ("pmcid: pmc6439765.", "pmcid", "PMC6439765"),
        ("PMC6439765.2", "pmcid", "PMC6439765"),
        ("https://pmc.ncbi.nlm.nih.gov/articles/PMC6439765/", "pmcid", "PMC6439765"),
        ("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC6439765", "pmcid", "PMC6439765"),
        ("https://europepmc.org/articles/PMC6439765", "pmcid", "PMC6439765"),
        ("nct04047628", "nct", "NCT04047628"),
        ("ClinicalTrials.gov identifier: NCT04047628", "nct", "NCT04047628"),
        ("NCT 04047628", "nct", "NCT04047628"),
        ("https://clinicaltrials.gov/study/NCT04047628?term=x", "nct", "NCT04047628"),
        ("https://clinicaltrials.gov/ct2/show/NCT04047628", "nct", "NCT04047628"),
        ("ISRCTN 88667898", "isrctn", "ISRCTN88667898"),
        ("https://www.isrctn.com/ISRCTN88667898", "isrctn", "ISRCTN88667898"),
        ("EudraCT number: 2007-005674-21", "eudract", "2007-005674-21"),
        ("2007‑005674–21", "eudract", "2007-005674-21"),
        ("https://www.clinicaltrialsregister.eu/ctr-search/trial/2007-005674-21/GB", "eudract", "2007-005674-21"),
        ("https://www.mssociety.org.uk/a", "url", "https://www.mssociety.org.uk/a"),
        ("HTTP://Example.ORG:80/A?b=C#d", "url", "http://example.org/A?b=C#d"),
        ("https://example.org:8443", "url", "https://example.org:8443/"),
        ("www.example.org/a,", "url", "https://www.example.org/a"),
        ("https://en.wikipedia.org/wiki/Reset_(medicine)", "url", "https://en.wikipedia.org/wiki/Reset_(medicine)"),
        ("[https://example.org/a]", "url", "https://example.org/a"),
        ("https://doi.org/", "url", "https://doi.org/"),
        ("https://pubmed.ncbi.nlm.nih.gov/?term=ms", "url", "https://pubmed.ncbi.nlm.nih.gov/?term=ms"),
    ],
)
def test_usual_spellings_are_recognised(given_value: str, kind: str, value: str) -> None:
    assert recognise(given_value) == Identifier(kind, value)
    assert normalise(kind, given_value) == value


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "nothing"),
        (" .;\u200b", "nothing but punctuation"),
        ("30644983", "a bare number could be anything"),
        ("A trial in 110 people", "words"),
        ("see 10.1136/bmj.g7015", "an identifier inside a sentence"),
        ("10.1136/bmj g7015", "a DOI has no space"),
        ("10.12/x", "nor so short a prefix"),
        ("10.1136/", "nor an empty suffix"),
        ("10.1136/a\x00b", "nor control characters"),
        ("NCT0404762", "seven digits"),
        ("NCT040476288", "nine"),
        ("ISRCTN8866789", "seven digits"),
        ("2007-05674-21", "five digits in the middle"),
        ("PMID: 0123", "no number of theirs begins with a zero"),
        ("PMC", "no number"),
        ("ＮＣＴ٠٤٠٤٧٦٢٨", "digits of another script"),
        ("javascript:alert(1)", "a scheme that is no page"),
        ("ftp://example.org/a", "nor this one"),
        ("https://user:secret@example.org/", "credentials"),
        ("https://localhost/a", "no host name of the net"),
        ("https://exa mple.org/", "a space"),
        ("https://example.org:port/", "a port that is none"),
        ("https://[::1", "a broken address"),
        ("https://bücher.example/", "a host name is given in ASCII"),
        (f"https://example.org/{'a' * 2000}", "too long"),
    ],
)
def test_what_is_no_identifier_is_not_recognised(value: str, reason: str) -> None:
    assert recognise(value) is None, reason


def test_bare_number_is_taken_where_the_kind_is_said() -> None:
    assert normalise("pmid", " 30644983 ") == "30644983"


@pytest.mark.parametrize("kind", KINDS)
def test_value_of_the_wrong_form_is_refused(kind: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        normalise(kind, "no such thing")
    assert raised.value.field == kind


def test_unknown_kind_is_refused() -> None:
    with pytest.raises(InvalidInput) as raised:
        normalise("isbn", "978-3-16-148410-0")
    assert raised.value.field == "kind"


@pytest.mark.parametrize(
    ("one", "other", "same", "reason"),
    [
        ("10.1136/BMJ.g7015", "https://doi.org/10.1136/bmj.G7015", True, "DOIs know no case"),
        ("10.1136/\u00c4", "10.1136/\u00e4", False, "in ASCII, that is"),
        ("nct04047628", "NCT04047628", True, "nor do registries"),
        ("https://EXAMPLE.org/a", "https://example.org/a", True, "nor hosts"),
        ("https://example.org/A", "https://example.org/a", False, "but paths do"),
    ],
)
def test_canonical_key(one: str, other: str, same: bool, reason: str) -> None:
    keys = [canonical_key(found) for found in map(recognise, (one, other)) if found]
    assert len(keys) == 2
    assert (keys[0] == keys[1]) is same, reason


@pytest.mark.parametrize(
    ("kind", "value", "url"),
    [
        ("doi", LANCET, f"https://doi.org/{LANCET}"),
        ("doi", "10.1000/a<b>?c#d%e", "https://doi.org/10.1000/a%3Cb%3E%3Fc%23d%25e"),
        ("pmid", "PMID 30644983", "https://pubmed.ncbi.nlm.nih.gov/30644983/"),
        ("pmcid", "PMC6439765", "https://pmc.ncbi.nlm.nih.gov/articles/PMC6439765/"),
        ("nct", "NCT04047628", "https://clinicaltrials.gov/study/NCT04047628"),
        ("isrctn", "ISRCTN88667898", "https://www.isrctn.com/ISRCTN88667898"),
        (
            "eudract",
            "2007-005674-21",
            "https://www.clinicaltrialsregister.eu/ctr-search/search?query=eudract_number:2007-005674-21",
        ),
        ("url", "http://example.org/é?q=ü#x", "http://example.org/%C3%A9?q=%C3%BC#x"),
        ("url", "https://example.org/a%20b", "https://example.org/a%20b"),
    ],
)
def test_address_of_the_record(kind: str, value: str, url: str) -> None:
    assert identifier_url(kind, value) == url


@given(st.from_regex(r"10\.[0-9]{4,6}/[!-~]{1,20}[a-z0-9]", fullmatch=True))
def test_address_leads_back_to_its_doi(value: str) -> None:
    """Whatever printable ASCII a DOI has, its address names the same DOI."""
    normal = normalise("doi", value)

    assert recognise(identifier_url("doi", normal)) == Identifier("doi", normal)


@pytest.mark.parametrize(
    "source", json.loads((SAMPLES / "evidence.json").read_text(encoding="utf-8")), ids=lambda row: row["key"]
)
def test_sample_identifiers_are_in_normal_form(source: dict[str, Any]) -> None:
    for kind in set(KINDS) & set(source):
        assert normalise(kind, source[kind]) == source[kind]
        assert recognise(identifier_url(kind, source[kind])) is not None


@given(st.text(max_size=60) | st.from_regex(r"\s*(doi|PMID|NCT|https?://)[:. ]*\S{0,30}", fullmatch=True))
def test_any_text_is_safe_and_normal_forms_are_stable(value: str) -> None:
    found = recognise(value)
    if found is not None:
        assert normalise(found.kind, found.value) == found.value
        assert identifier_url(found.kind, found.value).isascii()


@pytest.mark.parametrize("value", ["(" * 2000, "a)" * 1000, "10.1000/" + ")" * 1990, "www." + "a-" * 990, "." * 10**6])
def test_long_values_are_cheap(value: str) -> None:
    began = time.perf_counter()
    recognise(value)
    assert time.perf_counter() - began < 1
