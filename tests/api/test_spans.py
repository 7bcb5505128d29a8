"""Spans and segments on texts that are hard to count: overlaps, astral characters, other scripts and directions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.applications import app_for
from tests.databases import engine_for
from tests.editors import Editors

TEXTS: list[tuple[str, list[str], str]] = [
    ("Cells cure most people", ["Cells cure most", "cure most people"], "overlapping"),
    ("Cells cure most people", ["Cells cure most people", "cure most", "most"], "nested"),
    ("Cells cure most people", ["Cells", " cure", " most", " people"], "adjacent, covering all"),
    ("Cells cure most people", ["cure most", "cure most"], "the same twice"),
    ("Cells cure most people", ["Cells cure", "Cells", "people", "most people"], "equal starts and ends"),
    ("Cells 🧬 cure 😀 people 👍", ["🧬", "cure 😀 people", "😀 people 👍"], "astral characters at every border"),
    ("𠀀细胞疗法𠀁治愈所有病人。", ["𠀀细胞", "疗法𠀁治愈", "病人。"], "Chinese, in and outside of the first plane"),
    (
        "الخلايا الجذعية تعالج المرض 🧬 تمامًا",
        ["الجذعية تعالج", "تعالج المرض 🧬", "تمامًا"],
        "right to left, with a mark",
    ),
    ("קוֹרֵא שָׁלוֹם עוֹלָם", ["שָׁלוֹם", "שָׁלוֹם עוֹלָם"], "Hebrew, whose marks have no composed form"),
    ("Zellen heilen “fast” alle — café, naïve", ["“fast” alle —", "café"], "typography and accents"),
    ("In English ‏الخلايا‎ and back", ["English ‏الخلايا", "الخلايا‎ and"], "direction marks, which count"),
    (
        "👩‍⚕️ says 👨‍👩‍👧‍👦 are cured 🇨🇭🇪🇺",
        ["👩‍⚕️ says", "👨‍👩‍👧‍👦 are", "🇨🇭🇪🇺"],
        "sequences that look like one character",
    ),
]


@pytest.fixture(scope="module")
def marked(databases):
    url = databases.copy(databases.migrated())
    with engine_for(url) as engine, app_for(url) as app:
        editors = Editors(engine)
        claim = editors.claim("a-claim", [editors.source("a-source")])
        article = editors.article("an-article", [text for text, _, _ in TEXTS])
        for ordinal, (text, quotes, _) in enumerate(TEXTS, start=1):
            for quote in quotes:
                start = text.index(quote)
                editors.annotation(article, ordinal, quote, claim, span=(start, start + len(quote)))
        yield app.test_client().get("/v1/articles/an-article").get_json()["paragraphs"]
    databases.drop(url)


@pytest.mark.parametrize(("text", "quotes", "why"), TEXTS, ids=[why for _, _, why in TEXTS])
def test_a_hard_text_is_cut_where_its_annotations_begin_and_end(marked, text, quotes, why):
    paragraph = marked[[row[2] for row in TEXTS].index(why)]
    assert paragraph["text"] == text
    assert sorted(note["quote"] for note in paragraph["annotations"]) == sorted(quotes), why
    assert_cut(paragraph)
    for note in paragraph["annotations"]:
        start, end = note["position"]["start"], note["position"]["end"]
        assert (text[start:end], start) == (note["quote"], text.index(note["quote"]))
        units = text.encode("utf-16-le")
        browser = note["position_utf16"]
        assert units[2 * browser["start"] : 2 * browser["end"]].decode("utf-16-le") == note["quote"]
        assert text[:start].endswith(note["prefix"])
        assert text[end:].startswith(note["suffix"])
        assert note["prefix"] or start == 0
        assert note["suffix"] or end == len(text)


def assert_cut(paragraph: dict[str, Any]) -> None:
    """Segments, from the definition: every character belongs to the annotations that span it, and no run to split."""
    spans = {note["id"]: note["position"] for note in paragraph["annotations"]}
    of_character = [
        [found for found, span in spans.items() if span["start"] <= place < span["end"]]
        for place in range(len(paragraph["text"]))
    ]
    shown = [segment["annotations"] for segment in paragraph["segments"] for _ in segment["text"]]
    assert "".join(segment["text"] for segment in paragraph["segments"]) == paragraph["text"]
    assert shown == of_character
    assert all(segment["text"] for segment in paragraph["segments"])
    borders = {0, len(paragraph["text"]), *(place for span in spans.values() for place in span.values())}
    assert len(paragraph["segments"]) == len(borders) - 1
