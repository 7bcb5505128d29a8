"""Plain text: whole files against what a careful reader makes of them, the rules one by one, and what always holds."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from annotations.errors import EmptyText, InvalidText
from annotations.importing.document import ImportedText
from annotations.importing.plain_text import MAX_BYTES, read_plain_text

TEXTS = Path(__file__).parent / "texts"
SAMPLES = Path(__file__).parents[2] / "seeds" / "data"


def summary(imported: ImportedText) -> dict[str, object]:
    return {
        "encoding": imported.encoding,
        "format": imported.format,
        "title": imported.title,
        "blocks": [[block.kind.value, block.text] for block in imported.blocks],
        "dropped": [[line.text, line.reason] for line in imported.dropped],
        "repairs": [[repair.reason, repair.before, repair.after, repair.count] for repair in imported.repairs],
    }


def kinds(text: str) -> list[str]:
    """The kinds of the blocks of ``text``, with "title" in front if there is one."""
    imported = read_plain_text(text.encode())
    return ["title"] * (imported.title is not None) + [block.kind.value for block in imported.blocks]


@pytest.mark.parametrize("name", sorted(path.stem for path in TEXTS.glob("*.txt")))
def test_text_comes_out_as_expected(name: str) -> None:
    data = (TEXTS / f"{name}.txt").read_bytes()

    imported = read_plain_text(data)

    assert summary(imported) == json.loads((TEXTS / f"{name}.json").read_text(encoding="utf-8"))
    assert imported.source_sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("article", json.loads((SAMPLES / "blocks.json").read_text(encoding="utf-8")))
def test_sample_article_comes_out_as_expected(article: dict[str, Any]) -> None:
    imported = read_plain_text((SAMPLES / "articles" / article["source_file"]).read_bytes())

    assert imported.title == (article["title"] and article["title"]["text"])
    assert [(block.kind, block.text) for block in imported.blocks] == [
        (block["kind"], block["text"]) for block in article["blocks"]
    ]
    assert [{"text": line.text, "reason": line.reason} for line in imported.dropped] == article["dropped"]
    assert (imported.format, imported.source_sha256) == (article["format"], article["source_sha256"])
    assert imported.repairs == []


BODY = "Cells are collected from the blood, frozen, and given back some weeks later."


@pytest.mark.parametrize(
    ("text", "expected", "reason"),
    [
        (f"A short line\n{BODY}", ["title", "paragraph"], "a short line above text is a title"),
        (f"A short line\n\n{BODY}", ["title", "paragraph"], "blank lines change nothing about that"),
        ("A short line", ["paragraph"], "a title needs a text"),
        ("Apples\nPears\nPlums", ["paragraph"] * 3, "short lines alone are verse, or a list without marks"),
        (f"A line that ends.\n{BODY}", ["paragraph"] * 2, "a sentence is no title"),
        (f"What it takes:\n{BODY}", ["paragraph"] * 2, "a colon announces the text, it does not name it"),
        (f"a short line\n{BODY}", ["paragraph"] * 2, "a title begins with a capital"),
        (f"mRNA and you\n{BODY}", ["title", "paragraph"], "or with a word that has its capital inside"),
        ("A short line\nthat goes on below. And on.", ["paragraph"] * 2, "the next line carries the sentence on"),
        (f"Introduction\n{BODY}", ["heading", "paragraph"], "the name of an opening section heads the section"),
        (f"1. Introduction\n{BODY}", ["heading", "paragraph"], "a number counts sections"),
        (f"By Ada Example\n{BODY}", ["paragraph"] * 2, "a byline is no title"),
        (f"3 March 2024\n{BODY}", ["paragraph"] * 2, "a date is no title"),
        (f"https://example.org/a\n{BODY}", ["paragraph"] * 2, "an address is no title"),
        (f"It works. It does\n{BODY}", ["paragraph"] * 2, "two sentences are no title"),
        (f"{'Long ' * 40}\n{BODY * 3}", ["paragraph"] * 2, "a title is short"),
        (f"Is it a cure?\n{BODY}\nIs it safe?\n{BODY}", ["title", "paragraph", "heading", "paragraph"], "one question"),
        (f"Stem cells.\nStem cells.\n{BODY}", ["title", "paragraph"], "what stands twice is a title, however it ends"),
        ("Stem cells\nStem cells", ["paragraph"] * 2, "but not if nothing else follows"),
        ("Stem cells\n" * 3, ["paragraph"] * 3, "however often it stands"),
        (f"- A short line\n{BODY}", ["list_item", "paragraph"], "a list item is no title"),
        (f"# A sentence.\n{BODY}", ["title", "paragraph"], "one hash marks the title, whatever it says"),
        (f"## A short line\n{BODY}", ["heading", "paragraph"], "two hashes mark a heading"),
        (f"{BODY}\nA heading\n{BODY}", ["paragraph", "heading", "paragraph"], "short, above a longer text"),
        (f"{BODY}\nA last word", ["paragraph"] * 2, "a heading has something under it"),
        (f"{BODY}\nA rather long line here\nShort text.", ["paragraph"] * 3, "text under a heading is longer than it"),
        (f"{BODY}\nOne\nTwo\n{BODY}", ["paragraph", "heading", "heading", "paragraph"], "heading and subheading"),
        (f"{BODY}\nOne\nTwo\nThree\n{BODY}", ["paragraph"] * 5, "three in a row are a list without marks"),
        (f"{BODY}\nOne\nTwo\nThree\nA LOUD ONE\n{BODY}", ["paragraph"] * 4 + ["heading", "paragraph"], "capitals"),
        (f"{BODY}\nOne\n## Two\n{BODY}", ["paragraph", "paragraph", "heading", "paragraph"], "marks end a row"),
        (f"{BODY}\nWhat to bring\n- tea\n- rest", ["paragraph", "heading", "list_item", "list_item"], "above a list"),
        (f"{BODY}\n2) Rest\n{BODY}", ["paragraph", "heading", "paragraph"], "a lone number is no list"),
        (f"{BODY}\n1) Tea\n2) Rest\n{BODY}", ["paragraph", "list_item", "list_item", "paragraph"], "counting on is"),
        (f"{BODY}\na) Tea\nb) Rest", ["paragraph", "list_item", "list_item"], "letters count too"),
        ("> 5 mg\n" + BODY, ["paragraph"] * 2, "a sign before a number means more than"),
        ("> So they say:\n> 5 mg a day.\n" + BODY, ["quote", "paragraph"], "unless it goes on with a quote"),
    ],
)
def test_kinds(text: str, expected: list[str], reason: str) -> None:
    assert kinds(text) == expected, reason


@pytest.mark.parametrize(
    ("text", "expected", "reason"),
    [
        ("one\x0btwo.", "one two.", "a vertical tab stands between words"),
        ("one\ufefftwo.", "onetwo.", "a mark inside a word does not"),
        ("one\x07\ufffe two.", "one two.", "control characters and noncharacters are taken out"),
        ("one  \t two.", "one two.", "runs of blanks become one"),
        ("one\u00a0two.", "one\u00a0two.", "no-break spaces stay"),
        ("cafe\u0301.", "caf\u00e9.", "normal form C"),
        ("ﬁne & “quoted” &amp; ＡＢ.", "ﬁne & “quoted” &amp; ＡＢ.", "typography is the author's"),
        ("AMANHÃ À NOITE.", "AMANHÃ À NOITE.", "capitals with tildes are no mojibake"),
        ("a\u0085b.", "a…b.", "a C1 control was an ellipsis in Windows-1252"),
    ],
)
def test_characters(text: str, expected: str, reason: str) -> None:
    assert [block.text for block in read_plain_text(text.encode()).blocks] == [expected], reason


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\u2028", "\f", "â€¨"])
def test_line_ends_separate_blocks(line_end: str) -> None:
    """The last one is U+2028 as mojibake."""
    blocks = read_plain_text(f"One sentence.{line_end}Another sentence.".encode()).blocks

    assert [block.text for block in blocks] == ["One sentence.", "Another sentence."]


def test_paragraph_separator_is_a_blank_line() -> None:
    imported = read_plain_text("One sentence.\u2029Another sentence.\u2029A third.".encode())

    assert imported.format == "blank-line separated"
    assert len(imported.blocks) == 3


WRAPPED = (
    "The first line of this paragraph is about as long as all the others,\n"
    "because a program broke it at a column that it had been told to keep\n"
)


@pytest.mark.parametrize(
    ("end", "expected", "reason"),
    [
        ("and that is\nall.", "and that is all.", "a lower-case letter goes on, however short the line above"),
        ("of a long-\nterm study.", "of a long-term study.", "a hyphen joins"),
        ("of two-\nand three-day cycles.", "of two- and three-day cycles.", "a suspended hyphen does not"),
        ("of a treat\u00ad\nment.", "of a treatment.", "a soft hyphen at the end of a line vanishes"),
        ("of a dash—\nor two.", "of a dash—or two.", "a dash without space keeps none"),
        ("of a range -\nor so.", "of a range - or so.", "a spaced dash keeps its space"),
        ("of a thing, broken before a sign that is otherwise a mark for lists\n- or so.", None, "mid sentence"),
    ],
)
def test_wrapped_lines_are_joined(end: str, expected: str | None, reason: str) -> None:
    imported = read_plain_text((WRAPPED + end).encode())

    assert imported.format == "hard-wrapped"
    assert len(imported.blocks) == 1, reason
    assert imported.blocks[0].text.endswith(expected or "lists - or so."), reason


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ("and so on.\nA new paragraph.", "a short line that ends a sentence ends the paragraph"),
        ("and so on.\n- an item", "a list item stands by itself"),
        ("and so on:\n- an item", "also after a colon"),
        ("and so on\nA New Thing", "a short line above a capital ends"),
        ("and so on.\n## A heading", "a heading stands by itself"),
        ("and so on.\n> A quote", "a quote stands by itself"),
        ("and these words would fill the line up to where it always ends.\n   New.", "an indent begins a paragraph"),
    ],
)
def test_wrapped_paragraphs_end(end: str, reason: str) -> None:
    assert len(read_plain_text((WRAPPED + end).encode()).blocks) == 2, reason


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (
            [
                "这是一种慢性疾病，目前无法治愈。",
                "医生先用化疗清除有害的免疫细胞。",
                "风险包括感染和不孕，费用也很高。",
            ],
            "each ends a sentence",
        ),
        (
            [
                "A trial of stem cells in ninety adults",
                "A trial of skin cells in eighty adults",
                "What to ask in a clinic",
            ],
            "each begins with a capital",
        ),
    ],
)
def test_lines_of_one_width_are_not_wrapped_for_that(lines: list[str], reason: str) -> None:
    imported = read_plain_text("\n".join(lines).encode())

    assert imported.format == "one line per block", reason
    assert [block.text for block in imported.blocks] == lines


def test_list_item_goes_on_where_it_is_indented() -> None:
    blocks = read_plain_text(f"{BODY}\n- tea\n  with milk\nNot an item.".encode()).blocks

    assert [block.text for block in blocks] == [BODY, "tea with milk", "Not an item."]


@pytest.mark.parametrize(
    "line",
    [
        "Leave a reply", "发表回复", "Schreibe einen Kommentar", "Laisser un commentaire", "Deja una respuesta",
        "コメントを残す", "اترك رداً", "12 Comments", "Share this:", "Read more »", "Print",
        "Subscribe to our newsletter",
        "We use cookies to improve your visit.", "© 2024 Example Ltd", "Copyright (c) Example. All rights reserved.",
        "Home / Health / MS", "ADVERTISEMENT",
    ],
)  # fmt: skip
def test_furniture_is_dropped_at_the_edges_only(line: str) -> None:
    at_end = read_plain_text(f"{BODY}\n{line}\n".encode())
    inside = read_plain_text(f"{BODY}\n\n{line}\n\n{BODY}".encode())

    assert [dropped.text for dropped in at_end.dropped] == [line]
    assert at_end.dropped[0].reason.startswith("site boilerplate (")
    assert [block.text for block in at_end.blocks] == [BODY]
    assert inside.dropped == []
    assert len(inside.blocks) == 3


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Please leave a reply from your doctor in the file.", "only a whole line counts"),
        ("We use cookies as rewards in the trial. " + "They are baked fresh every day. " * 6, "too long for a notice"),
        ("Copyright law is another matter.", "no year, no sign"),
        ("print", "a lower-case word right under a line ends a wrapped sentence"),
        ("A > B > C", "a path begins at home"),
    ],
)
def test_text_that_resembles_furniture_stays(line: str, reason: str) -> None:
    assert read_plain_text(f"{BODY}\n{line}".encode()).dropped == [], reason


def test_furniture_is_looked_for_in_a_few_lines_only() -> None:
    imported = read_plain_text(("Share this\n" * 20 + BODY).encode())

    assert len([dropped for dropped in imported.dropped if "share" in dropped.reason]) == 12


def test_invisible_lines_and_marks_without_text_are_dropped() -> None:
    imported = read_plain_text(f"{BODY}\n\u200b\n•\u200e\n{BODY}".encode())

    assert [dropped.reason for dropped in imported.dropped] == ["invisible characters only"] * 2
    assert len(imported.blocks) == 2


@pytest.mark.parametrize("data", [b"", b" \n\t\n", b"***\n---\n", "\u200b\ufeff".encode(), b"Leave a reply\n"])
def test_nothing_to_read(data: bytes) -> None:
    with pytest.raises(EmptyText):
        read_plain_text(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"a" * (MAX_BYTES + 1), "larger than 2 MB"),
        (b"a\n" * 50_001, "more lines than a book"),
        ("é\n".encode() + "â€¨a".encode() * 50_001, "lines that mojibake hid"),
        (("a" + "\u0300\u0316" * 16).encode(), "endless marks take quadratic time to normalise"),
        (("a" + "\u0300\ufeff" * 31).encode(), "even where something stands between that is taken out"),
    ],
)
def test_text_that_is_too_much(data: bytes, reason: str) -> None:
    with pytest.raises(InvalidText) as raised:
        read_plain_text(data)
    assert raised.value.field == "data", reason
