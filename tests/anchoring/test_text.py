"""What may be stored, how it is counted and hashed, and how words are compared typography aside."""

from __future__ import annotations

import json
import time
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.anchoring.text import (
    blocks_hash,
    code_point_range,
    fold,
    is_boundary,
    text_sha256,
    to_nfc,
    utf16_range,
    validate_text,
)
from annotations.errors import InvalidInput, InvalidText
from annotations.vocabulary import BlockKind

SAMPLES = Path(__file__).parents[2] / "seeds" / "data"


@pytest.mark.parametrize(
    ("value", "expected", "reason"),
    [
        ("  a note \n", "a note", "trimmed"),
        ("\u00a0a note\u2003", "a note", "of any white space"),
        ("cafe\u0301", "caf\u00e9", "normal form C"),
        ("a\tb", "a\tb", "a tab may stand inside"),
        ("\U0001f9ec “DNA” – 5 µg", "\U0001f9ec “DNA” – 5 µg", "typography stays"),
        ("\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",) * 2 + ("Persian needs its non-joiner",),
    ],
)
def test_text_is_brought_into_stored_form(value: str, expected: str, reason: str) -> None:
    assert validate_text(value, field="note", max_code_points=100) == expected, reason


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("a\ud800b", "a lone surrogate is not encodable"),
        ("a\x00b", "NUL breaks PostgreSQL"),
        ("a\x1bb", "a control character"),
        ("a\x7fb", "delete is one"),
        ("a\x85b", "so are those beyond ASCII"),
        ("a\nb", "a line end in a single line"),
        ("a\u2028b", "also the one that only Unicode knows"),
        ("a\rb", "and the old one"),
        ("a\ufdd0b", "a noncharacter"),
        ("a\U0010ffffb", "the last one of all"),
        ("", "blank"),
        (" \u00a0\n", "blank once trimmed"),
        ("\u200b\u200e", "nothing that shows"),
        ("x" * 11, "too many code points"),
        ("e\u0301" * 10 + "x" * 21, "too many bytes before any are counted"),
        ("a" + "\u0301" * 31, "more marks than any language stacks"),
    ],
)
def test_text_that_cannot_be_stored_is_refused(value: str, reason: str) -> None:
    with pytest.raises(InvalidText) as raised:
        validate_text(value, field="note", max_code_points=10)
    assert raised.value.field == "note", reason
    json.dumps(raised.value.context)


def test_lengths_count_the_stored_form() -> None:
    assert validate_text("e\u0301" * 10, field="note", max_code_points=10) == "é" * 10


def test_bytes_have_a_limit_of_their_own() -> None:
    assert validate_text("é" * 5, field="note", max_code_points=5, max_bytes=10) == "é" * 5
    with pytest.raises(InvalidText):
        validate_text("é" * 5, field="note", max_code_points=5, max_bytes=9)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\u2028", "\u2029"])
def test_line_ends_become_newlines_where_they_may_stand(line_end: str) -> None:
    assert validate_text(f"a{line_end}b", field="note", max_code_points=3, multiline=True) == "a\nb"


@pytest.mark.parametrize("run", ["\U0001f600" * 40, "！" * 40, "\u0301a" * 40, ("\u0301" * 30 + "a") * 3])
def test_runs_that_only_resemble_stacked_marks_are_taken(run: str) -> None:
    assert to_nfc(run, field="note") == unicodedata.normalize("NFC", run)


def test_stacked_marks_are_refused_before_they_cost_anything() -> None:
    """Normalising this takes minutes: its cost grows with the square of the length."""
    began = time.perf_counter()
    with pytest.raises(InvalidText):
        to_nfc("a" + "\u0300\u0316" * 500_000, field="note")
    assert time.perf_counter() - began < 5


@given(st.text(max_size=40))
def test_stored_form_is_stable(value: str) -> None:
    try:
        stored = validate_text(value, field="note", max_code_points=100, multiline=True)
    except InvalidText:
        return
    assert validate_text(stored, field="note", max_code_points=100, multiline=True) == stored
    assert unicodedata.is_normalized("NFC", stored)
    stored.encode()


SAMPLE_BLOCKS: list[dict[str, Any]] = [
    block
    for article in json.loads((SAMPLES / "blocks.json").read_text(encoding="utf-8"))
    for block in [article["title"], *article["blocks"]]
    if block
]


@pytest.mark.parametrize("block", SAMPLE_BLOCKS, ids=lambda block: block["id"])
def test_hash_of_a_sample_block(block: dict[str, Any]) -> None:
    assert text_sha256(block["text"]) == block["sha256"]


def test_hash_of_blocks_tells_every_difference() -> None:
    base = [("paragraph", "One."), ("paragraph", "Two.")]
    others: list[list[tuple[str, str]]] = [
        [],
        base[::-1],
        base[:1],
        [("heading", "One."), ("paragraph", "Two.")],
        [("paragraph", "One.Two.")],
        [("paragraph", 'One."],["paragraph","Two.')],
        [("paragraph", "One."), ("paragraph", "Two."), ("paragraph", "")],
    ]
    hashes = {blocks_hash(blocks) for blocks in [base, *others]}
    assert len(hashes) == len(others) + 1


def test_hash_of_blocks_is_over_canonical_json() -> None:
    """The digest was computed outside: printf '[["paragraph","é"]]' | sha256sum."""
    expected = "557c156c1c10433de1082415508836553b6b7163b9d386b4636c6f43f20f980b"
    assert blocks_hash([(BlockKind.PARAGRAPH, "é")]) == blocks_hash(iter([("paragraph", "é")])) == expected


@pytest.mark.parametrize(
    ("text", "code_points", "utf16", "reason"),
    [
        ("abc", (1, 2), (1, 2), "the same where nothing lies beyond U+FFFF"),
        ("a\U0001f9ecb", (1, 2), (1, 3), "two units beyond"),
        ("a\U0001f9ecb", (2, 3), (3, 4), "and what follows is moved"),
        ("a\U0001f9ecb", (3, 3), (4, 4), "the end, empty"),
        ("", (0, 0), (0, 0), "nothing"),
    ],
)
def test_ranges_in_utf16(text: str, code_points: tuple[int, int], utf16: tuple[int, int], reason: str) -> None:
    assert utf16_range(text, *code_points) == utf16, reason
    assert code_point_range(text, *utf16) == code_points, reason


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [(2, 3, "start"), (0, 2, "end"), (-1, 1, "start"), (5, 5, "start"), (0, 5, "end"), (3, 1, "end")],
)
def test_utf16_range_that_is_none(start: int, end: int, field: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        code_point_range("a\U0001f9ecb", start, end)
    assert raised.value.field == field


@pytest.mark.parametrize(("start", "end", "field"), [(-1, 1, "start"), (4, 4, "start"), (0, 4, "end"), (2, 1, "end")])
def test_code_point_range_that_is_none(start: int, end: int, field: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        utf16_range("a\U0001f9ecb", start, end)
    assert raised.value.field == field


@given(st.text(st.characters(exclude_categories=["Cs"])), st.data())
def test_utf16_range_goes_there_and_back(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))

    start16, end16 = utf16_range(text, start, end)

    assert text.encode("utf-16-le")[2 * start16 : 2 * end16].decode("utf-16-le") == text[start:end]
    assert code_point_range(text, start16, end16) == (start, end)


@pytest.mark.parametrize(
    ("typeset", "typed", "reason"),
    [
        ("the patient’s ‘reset’", "the patient's 'reset'", "apostrophes and single quotes"),
        ("“reset” „neu“", '"reset" "neu"', "double quotes"),
        ("myelin sheath—the layer", "myelin sheath-the layer", "dashes"),
        ("sheath—the", "sheath--the", "a dash typed as two hyphens"),
        ("5–10, −3, non\u2011breaking", "5-10, -3, non-breaking", "ranges, minus, no-break hyphen"),
        ("and so on…", "and so on...", "ellipsis"),
        ("3\u00a0% of  all\tpeople\nhere", "3 % of all people here", "white space of any kind and length"),
        ("re\u00adgener\u200bation\ufeff", "regeneration", "what does not show"),
        ("ﬁnal eﬀect, oﬃce", "final effect, office", "ligatures"),
        ("«\u00a0miracle\u00a0»", '"miracle"', "French quotes with their spaces"),
        ("»Wunder« ist", '"Wunder" ist', "German ones the other way round"),
        ("5 \u00b5g", "5 \u03bcg", "two code points for one letter mu"),
        ("\u2764\ufe0f", "\u2764", "how an emoji is drawn"),
    ],
)
def test_fold_takes_typography_out(typeset: str, typed: str, reason: str) -> None:
    assert fold(typeset).text == fold(typed).text, reason


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("Cure", "cure", "case"),
        ("resume", "résumé", "accents"),
        ("x", "x\u0304", "marks that have no letter of their own"),
        ("can not", "cannot", "spaces between words"),
        ("10-5", "10 5", "a dash is no space"),
        ("a, b", "a b", "punctuation"),
    ],
)
def test_fold_keeps_what_matters(one: str, other: str, reason: str) -> None:
    assert fold(one).text != fold(other).text, reason


def test_fold_leads_back_to_the_original() -> None:
    text = "a «\u00a0ﬁn\u00a0» –\u00a0\u00a0x\u0304…"
    folded = fold(text)

    assert folded.text == 'a "fin" - x\u0304...'
    where = {part: folded.text.index(part) for part in ('"', "fin", "x", "...")}
    assert text[slice(*folded.original_range(where["fin"], where["fin"] + 3) or (0, 0))] == "ﬁn"
    assert text[slice(*folded.original_range(where["x"], where["x"] + 2) or (0, 0))] == "x\u0304"
    assert text[slice(*folded.original_range(where["..."], len(folded.text)) or (0, 0))] == "…"
    assert folded.original_range(0, len(folded.text)) == (0, len(text))


@pytest.mark.parametrize(
    ("text", "part", "reason"),
    [("ﬁn", "f", "half of a ligature"), ("x\u0304", "x", "a letter without its mark"), ("…", ".", "a third of it")],
)
def test_fold_gives_no_range_for_a_part_of_a_character(text: str, part: str, reason: str) -> None:
    folded = fold(text)
    start = folded.text.index(part)
    assert folded.original_range(start, start + len(part)) is None, reason


@pytest.mark.parametrize(("start", "end"), [(0, 0), (-1, 1), (0, 9), (2, 1)])
def test_fold_gives_no_range_outside_the_text(start: int, end: int) -> None:
    assert fold("abc").original_range(start, end) is None


TYPOGRAPHIC = st.text(
    st.sampled_from("aAe\u0301\u0304 \u00a0\u202f\t«»‹›“”'-–—…ﬁ\u00ad\u200b\u200d\ufe0f👩🏽中.가\u1161\u11a8")
)


@given(TYPOGRAPHIC)
def test_fold_is_stable_and_covers_whole_characters(text: str) -> None:
    folded = fold(text)

    assert len(folded.offsets) == len(folded.text)
    assert list(folded.offsets) == sorted(folded.offsets)
    for start, end in folded.offsets:
        assert 0 <= start < end <= len(text)
        assert is_boundary(text, start)
        assert is_boundary(text, end)
    if text:
        # A mark that a removed character kept from its letter is composed with it only the second time.
        again = fold(folded.text).text.strip()
        assert unicodedata.normalize("NFC", again) == unicodedata.normalize("NFC", folded.text.strip())


@pytest.mark.parametrize(
    ("text", "offset", "expected", "reason"),
    [
        ("ab", 1, True, "between letters"),
        ("e\u0304", 1, False, "before a mark"),
        ("\u1112\u1161\u11ab", 1, False, "inside a Hangul syllable"),
        ("👩\u200d🔬", 1, False, "before a joiner"),
        ("👩\u200d🔬", 2, False, "after one"),
        ("a\u200db", 2, True, "though a joiner joins no letters"),
        ("👩🏽", 1, False, "before a skin tone"),
        ("\u0304a", 0, True, "the beginning, whatever comes"),
        ("ab", 2, True, "the end"),
    ],
)
def test_where_a_range_may_begin_or_end(text: str, offset: int, expected: bool, reason: str) -> None:
    assert is_boundary(text, offset) is expected, reason
