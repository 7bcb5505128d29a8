"""The sample corpus as data: whole, consistent, and what the importer makes of its texts."""

from __future__ import annotations

import hashlib
from collections import Counter
from uuid import UUID

import pytest

from annotations.anchoring.text import text_sha256
from annotations.importing.plain_text import read_plain_text
from seeds.corpus import (
    CHECKED_ON,
    Corpus,
    annotation_content,
    claim_content,
    evidence_content,
    metadata_of,
    passage_of,
)
from tests.seeds.small import rows_of

CORPUS = Corpus()
ROWS = rows_of(CORPUS)


def test_how_many_there_are():
    assert {name: len(rows) for name, rows in ROWS.items()} == {
        "articles": 2,
        "blocks": 2,
        "evidence": 40,
        "claims": 43,
        "annotations": 55,
    }
    assert CHECKED_ON.isoformat() == "2026-11-22"


def test_every_id_is_a_uuid7_of_its_own():
    blocks = [block for row in ROWS["blocks"] for block in [*row["blocks"], *([row["title"]] if row["title"] else [])]]
    rows = [*blocks, *(row for name in ("articles", "evidence", "claims", "annotations") for row in ROWS[name])]
    assert all(UUID(row["id"]).version == 7 for row in rows)
    assert Counter(row["id"] for row in rows).most_common(1)[0][1] == 1


def test_what_is_named_is_there():
    assert {row["claim"] for row in CORPUS.annotations} == {row["slug"] for row in CORPUS.claims}
    assert {link["evidence"] for row in CORPUS.claims for link in row["evidence"]} <= {
        row["key"] for row in CORPUS.evidence
    }
    assert {row["article"] for row in CORPUS.annotations} == {row["key"] for row in CORPUS.articles}


@pytest.mark.parametrize("article", CORPUS.articles, ids=lambda row: row["key"])
def test_the_importer_makes_the_blocks_that_are_written_down(article):
    (expected,) = (row for row in ROWS["blocks"] if row["article"] == article["key"])
    source = CORPUS.source(article)
    assert hashlib.sha256(source).hexdigest() == expected["source_sha256"]
    document = read_plain_text(source)
    assert document.title == (expected["title"] and expected["title"]["text"])
    assert [(block.kind, block.text) for block in document.blocks] == [
        (block["kind"], block["text"]) for block in expected["blocks"]
    ]
    for block in expected["blocks"]:
        assert text_sha256(block["text"]) == block["sha256"]
    ids = CORPUS.paragraph_ids(article)
    assert sorted(ids) == ([0] if document.title else []) + list(range(1, len(document.blocks) + 1))


def test_every_quote_stands_at_its_offsets():
    texts = {
        (row["article"], block["ordinal"]): block["text"]
        for row in ROWS["blocks"]
        for block in [*row["blocks"], *([row["title"]] if row["title"] else [])]
    }
    for row in CORPUS.annotations:
        assert texts[row["article"], row["ordinal"]][row["start"] : row["end"]] == row["quote"]
        passage = passage_of(row)
        assert (passage.ordinal, passage.position.start, passage.position.end, passage.quote.exact) == (
            row["ordinal"],
            row["start"],
            row["end"],
            row["quote"],
        )


def test_nothing_is_lost_on_the_way_into_the_services():
    evidence_ids = {row["key"]: UUID(row["id"]) for row in CORPUS.evidence}
    claim_ids = {row["slug"]: UUID(row["id"]) for row in CORPUS.claims}
    for row in CORPUS.claims:
        content = claim_content(row, evidence_ids)
        assert (content.text, content.verdict, content.summary) == (row["text"], row["verdict"], row["summary"])
        assert [(str(one.stance), one.why) for one in content.citations] == [
            (link["stance"], link["why"]) for link in row["evidence"]
        ]
    for row in CORPUS.annotations:
        content = annotation_content(row, claim_ids)
        assert (list(content.categories), content.severity, content.note) == (
            row["categories"],
            row["severity"],
            row["note"],
        )
    for row in CORPUS.evidence:
        content = evidence_content(row)
        assert (content.participants, content.status_checked_on.isoformat()) == (row.get("n"), row["status_checked_on"])
    assert [metadata_of(row).title for row in CORPUS.articles] == [None, "Stem cell therapy in multiple sclerosis"]
