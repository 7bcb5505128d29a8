"""What the API serves of the samples, against the seed files: texts, spans, wording and flags, verbatim."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

import pytest

from annotations.syndication.wording import disclaimer
from annotations.vocabulary import VERDICT_LABEL, VERDICT_RATING, Verdict
from seeds.corpus import CHECKED_ON, Corpus
from tests.applications import BASE_URL

CORPUS = Corpus()
CLAIMS = {row["slug"]: row for row in CORPUS.claims}
SOURCES = {row["key"]: row for row in CORPUS.evidence}
NOTES = {row["id"]: row for row in CORPUS.annotations}
SLUGS = {row["key"]: row["slug"] for row in CORPUS.articles}
NAMES = (
    "key title authors year journal url doi pmid pmcid nct isrctn design design_summary population key_finding"
    " limitations verification_level certainty certainty_reason status status_checked_on"
)
SAME_NAME = NAMES.split()
"""What a source's seed and the API call by the same name."""


def blocks_of(article: dict[str, Any]) -> list[dict[str, Any]]:
    rows = next(row for row in CORPUS._read("blocks.json") if row["article"] == article["key"])
    return [*([rows["title"]] if rows["title"] else []), *rows["blocks"]]


def texts_in(value: Any) -> list[dict[str, Any]]:
    """Every object in an answer that prints an article's title."""
    if isinstance(value, list):
        return [found for inner in value for found in texts_in(inner)]
    if not isinstance(value, dict):
        return []
    own = [value] if "title_with_verdict" in value else []
    return own + [found for inner in value.values() for found in texts_in(inner)]


@pytest.fixture
def get(sample_answers):
    return lambda path: sample_answers[path].json


def test_everything_is_there(sample_answers):
    kinds = Counter(path.split("/")[2] for path in sample_answers if "?" not in path and path.count("/") == 3)
    assert kinds["annotations"] == len(NOTES) == 55
    assert kinds["claims"] == len(CLAIMS) == 43
    assert kinds["evidence"] == len(SOURCES) == 40
    assert kinds["articles"] == len(SLUGS) == 2


@pytest.mark.parametrize("article", CORPUS.articles, ids=lambda article: article["key"])
def test_an_article_has_its_metadata_and_all_its_text(get, article):
    found = get(f"/v1/articles/{article['slug']}")
    for name in ("id", "slug", "title", "language", "topics", "origin_status"):
        assert found[name] == article[name]
    assert [found[name] for name in ("canonical_url", "publisher", "byline", "published_at")] == [None] * 4
    assert found["href"] == f"{BASE_URL}/v1/articles/{article['slug']}"
    wanted = [
        {name: block[name] for name in ("ordinal", "id", "kind", "text", "sha256")} for block in blocks_of(article)
    ]
    shown = [{name: paragraph[name] for name in wanted[0]} for paragraph in found["paragraphs"]]
    assert shown == wanted
    assert all(block["sha256"] == hashlib.sha256(block["text"].encode()).hexdigest() for block in shown)
    assert found["pending_notices"] == []
    assert found["updated_at"] >= found["public_since"]


@pytest.mark.parametrize("article", CORPUS.articles, ids=lambda article: article["key"])
def test_a_paragraph_is_the_same_under_each_of_its_addresses(get, article):
    whole = get(f"/v1/articles/{article['slug']}")
    page = get(f"/v1/articles/{article['slug']}/paragraphs")
    assert page["items"] == whole["paragraphs"][: len(page["items"])]
    assert len(page["items"]) == min(20, len(whole["paragraphs"]))
    for paragraph in whole["paragraphs"]:
        by_place = get(f"/v1/articles/{article['slug']}/paragraphs/{paragraph['ordinal']}")
        by_id = get(paragraph["href"].removeprefix(BASE_URL))
        assert by_place == by_id
        assert {**by_id, **paragraph} == by_id
        assert by_id.keys() - paragraph.keys() == {"article", "notice"}
        assert by_id["article"] == page["article"]


def test_every_quote_is_the_text_at_its_place_however_it_is_counted(get):
    seen = set()
    for slug in SLUGS.values():
        for paragraph in get(f"/v1/articles/{slug}")["paragraphs"]:
            text = paragraph["text"]
            for note in paragraph["annotations"]:
                row = NOTES[note["id"]]
                assert (paragraph["ordinal"], note["quote"]) == (row["ordinal"], row["quote"])
                assert note["position"] == {"start": row["start"], "end": row["end"]}
                assert text[row["start"] : row["end"]] == note["quote"]
                units = text.encode("utf-16-le")
                start, end = note["position_utf16"]["start"], note["position_utf16"]["end"]
                assert units[2 * start : 2 * end].decode("utf-16-le") == note["quote"]
                assert text[: row["start"]].endswith(note["prefix"])
                assert text[row["end"] :].startswith(note["suffix"])
                seen.add(note["id"])
    assert seen == NOTES.keys()


def test_segments_joined_are_the_text_and_agree_with_the_spans(get):
    for slug in SLUGS.values():
        for paragraph in get(f"/v1/articles/{slug}")["paragraphs"]:
            place = 0
            for segment in paragraph["segments"]:
                end = place + len(segment["text"])
                covering = [
                    note["id"]
                    for note in paragraph["annotations"]
                    if note["position"]["start"] <= place and end <= note["position"]["end"]
                ]
                assert segment["text"] == paragraph["text"][place:end]
                assert segment["annotations"] == covering
                place = end
            assert place == len(paragraph["text"])


def test_what_is_said_of_a_passage_is_the_seeds_word_for_word(get):
    for note_id, row in NOTES.items():
        found, claim = get(f"/v1/annotations/{note_id}"), CLAIMS[row["claim"]]
        assert found["reader_text"] == (row["note"] or claim["summary"])
        assert (found["categories"], found["severity"]) == (row["categories"], row["severity"])
        assert (found["status"], found["pending_notice"], found["anchor_state"]) == ("published", None, "exact")
        for name in ("slug", "id", "text", "verdict", "certainty", "summary"):
            assert found["claim"][name] == claim[name]
        assert found["article"]["slug"] == SLUGS[row["article"]]
        assert found["paragraph"]["ordinal"] == row["ordinal"]
        assert_cites(found["evidence"], claim)


def test_an_annotation_is_the_same_wherever_it_stands(get, sample_answers):
    shown = {}
    for path in (path for path in sample_answers if path.startswith("/v1/annotations?") or path == "/v1/annotations"):
        shown |= {item["id"]: item for item in get(path)["items"]}
    assert shown.keys() == NOTES.keys()
    in_articles = [
        note
        for slug in SLUGS.values()
        for paragraph in get(f"/v1/articles/{slug}")["paragraphs"]
        for note in paragraph["annotations"]
    ]
    for note in in_articles:
        alone = get(f"/v1/annotations/{note['id']}")
        assert {**alone, **note} == alone
        assert {**alone, **shown[note["id"]]} == alone


def test_a_claim_has_its_wording_its_evidence_and_every_appearance(get):
    for slug, row in CLAIMS.items():
        found = get(f"/v1/claims/{slug}")
        for name in ("id", "slug", "text", "verdict", "certainty", "summary"):
            assert found[name] == row[name]
        assert found["verdict_label"] == VERDICT_LABEL[Verdict(row["verdict"])]
        assert found["rating"] == VERDICT_RATING.get(Verdict(row["verdict"]))
        assert_cites(found["evidence"], row)
        made = [note for note in NOTES.values() if note["claim"] == slug]
        assert {one["id"] for one in found["appearances"]} == {note["id"] for note in made}
        assert found["appearance_count"] == len(made) == len(found["appearances"])
        places = [(one["article"]["slug"], one["paragraph"]["ordinal"]) for one in found["appearances"]]
        assert places == sorted(places)
        for one in found["appearances"]:
            note = NOTES[one["id"]]
            assert (one["quote"], one["severity"], one["categories"]) == (
                note["quote"],
                note["severity"],
                note["categories"],
            )
            assert one["reader_text"] == (note["note"] or row["summary"])


def assert_cites(citations: list[dict[str, Any]], claim: dict[str, Any]) -> None:
    wanted = [(link["evidence"], link["stance"], link["why"]) for link in claim["evidence"]]
    assert [(one["key"], one["stance"], one["why"]) for one in citations] == wanted
    for citation in citations:
        source = SOURCES[citation["key"]]
        for name in set(SAME_NAME) & citation.keys():
            assert citation[name] == source.get(name), (citation["key"], name)


def test_a_source_has_its_finding_its_limits_and_the_claims_that_rest_on_it(get):
    for key, row in SOURCES.items():
        found = get(f"/v1/evidence/{key}")
        for name in SAME_NAME:
            assert found[name] == row.get(name), (key, name)
        assert (found["id"], found["participants"]) == (row["id"], row.get("n"))
        resting = {
            claim["slug"]: link for claim in CLAIMS.values() for link in claim["evidence"] if link["evidence"] == key
        }
        assert [claim["slug"] for claim in found["claims"]] == sorted(resting)
        for claim in found["claims"]:
            link = resting[claim["slug"]]
            assert (claim["stance"], claim["why"]) == (link["stance"], link["why"])
            assert claim["summary"] == CLAIMS[claim["slug"]]["summary"]


def test_flags_count_the_annotations(get):
    for key, slug in SLUGS.items():
        own = [note for note in NOTES.values() if note["article"] == key]
        verdicts = Counter(CLAIMS[note["claim"]]["verdict"] for note in own)
        severities = Counter("none" if note["severity"] is None else str(note["severity"]) for note in own)
        flags = get(f"/v1/articles/{slug}")["flags"]
        assert flags == {
            "total": len(own),
            "by_verdict": {verdict: verdicts[verdict] for verdict in Verdict.values()},
            "by_severity": {severity: severities[severity] for severity in ("1", "2", "3", "none")},
            "pending": 0,
        }
        listed = {item["slug"]: item for item in get("/v1/articles")["items"]}
        assert listed[slug]["flags"] == flags


def test_a_flagged_title_carries_its_verdict_and_status_wherever_it_is_printed(sample_answers, samples_client):
    queries = ("revolutionizing treatment", "stem cell therapy in multiple sclerosis", "guidelines offer a transplant")
    answers = {path: answer.json for path, answer in sample_answers.items()}
    answers |= {query: samples_client.get("/v1/search", query_string={"q": query}).get_json() for query in queries}
    places = Counter()
    for path, answer in answers.items():
        for printed in texts_in(answer):
            title = next(row["title"] for row in CORPUS.articles if row["id"] == printed["id"])
            flagged = [
                note for note in NOTES.values() if note["ordinal"] == 0 and SLUGS[note["article"]] == printed["slug"]
            ]
            assert [flag["id"] for flag in printed["title_flags"]] == [note["id"] for note in flagged]
            for flag, note in zip(printed["title_flags"], flagged, strict=True):
                assert flag["verdict"] == CLAIMS[note["claim"]]["verdict"]
                assert flag["reader_text"] == (note["note"] or CLAIMS[note["claim"]]["summary"])
            assert printed["title_with_verdict"] == (f"{title} [fact-check: overstated]" if flagged else title)
            assert printed["fact_check"]["status"] == "complete"
            assert printed["fact_check"]["checked_at"] == CHECKED_ON.isoformat()
            places[path.split("/")[2].partition("?")[0] if path.startswith("/v1/") else "search"] += 1
    assert places.keys() == {"articles", "paragraphs", "annotations", "claims", "search"}
    assert min(places.values()) > 0


def test_where_text_goes_its_notice_goes(sample_answers):
    notice = f"Editors checked this article in full on {CHECKED_ON.isoformat()}. {disclaimer('Caveat')}"
    found = 0
    for path, answer in sample_answers.items():
        body = answer.json
        if "paragraphs" in path or path.startswith("/v1/articles/"):
            assert body["notice"] == notice, path
            found += 1
    assert found > 50
    assert all(item["notice"] == notice for item in sample_answers["/v1/articles"].json["items"])
