"""What holds for every plain text, however it is made: nothing is lost, nothing is slow."""

from __future__ import annotations

import contextlib
import time
import unicodedata
from collections import Counter

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from annotations.anchoring.text import validate_text
from annotations.errors import DomainError, EmptyText, InvalidText
from annotations.importing.plain_text import MAX_BYTES, read_plain_text

pytestmark = pytest.mark.slow

TRICKY = st.sampled_from(
    [
        "\n", "\n\n", "\r\n", "\u2028", "\u2029", "\f", "\x0b", "\ufeff", "\u200b", "\u00ad", "\x07", "\ufffe", " ",
        "\t", "- ", "• ", "> ", ">", "# ", "## ", "1. ", "2. ", "a) ", "b) ", "***", "---", "Share this", "发表回复",
        "Ã©", "â€™", "e\u0301", "\u0301", "word ", "Word ", "Words and words that make a long line, ", ".", "?", ":",
        "THE END", "。", "中文",
    ]
)  # fmt: skip
SOURCES = st.lists(TRICKY | st.text(max_size=12), max_size=60).map("".join)


def decomposed(*texts: str) -> Counter[str]:
    """How often each character stands in ``texts``, white space aside and letters taken apart from their marks."""
    return Counter(
        character for text in texts for character in unicodedata.normalize("NFD", text) if not character.isspace()
    )


def without_marks(text: str) -> str:
    """``text`` without accents, which may change places when something between them is taken out."""
    return "".join(
        character for character in unicodedata.normalize("NFD", text) if not unicodedata.combining(character)
    )


@settings(max_examples=400, deadline=None)
@given(SOURCES)
def test_nothing_is_lost(source: str) -> None:
    """Every character of the source is in the title, a block, a dropped line or a repair, and none is invented."""
    data = source.encode("utf-8", "replace")
    try:
        imported = read_plain_text(data, encoding="utf-8")
    except DomainError:
        return
    texts = [
        imported.title or "",
        *(block.text for block in imported.blocks),
        *(line.text for line in imported.dropped),
    ]
    given_characters = decomposed(data.decode("utf-8").removeprefix("\ufeff"))
    for repair in imported.repairs:
        for character, count in decomposed(repair.after).items():
            given_characters[character] += count * repair.count
    for repair in imported.repairs:
        for character, count in decomposed(repair.before).items():
            given_characters[character] -= count * repair.count

    assert +given_characters == decomposed(*texts)
    assert all(count >= 0 for count in given_characters.values())


@settings(max_examples=200, deadline=None)
@given(SOURCES)
def test_order_is_kept(source: str) -> None:
    """Title and blocks read as the source does, from left to right, with some of it left out."""
    data = source.encode("utf-8", "replace")
    try:
        imported = read_plain_text(data, encoding="utf-8")
    except DomainError:
        return
    assume(not any(repair.after for repair in imported.repairs))
    read = "".join([imported.title or "", *(block.text for block in imported.blocks)])
    rest = iter(without_marks(data.decode()))

    assert all(character.isspace() or character in rest for character in without_marks(read))


@settings(max_examples=200, deadline=None)
@given(SOURCES)
def test_blocks_are_fit_to_be_stored(source: str) -> None:
    try:
        imported = read_plain_text(source.encode("utf-8", "replace"))
    except DomainError:
        return
    for text in [block.text for block in imported.blocks] + [imported.title or "A title"]:
        assert validate_text(text, field="text", max_code_points=10_000) == text


ADVERSARIAL = {
    "one word": "a" * MAX_BYTES,
    "quote marks": "> " * (MAX_BYTES // 2),
    "bullets": "- " * (MAX_BYTES // 2),
    "ruled line": "* " * (MAX_BYTES // 2 - 1) + "x",
    "copyright": "(c) " + "20" * 900_000,
    "mojibake": "Ã©" * (MAX_BYTES // 4),
    "marks between removals": "\u0300\ufeff" * 400_000,
    "short lines": "a\n" * 40_000 + "b" * 1_900_000,
    "headings": "Heading\nA text that is longer.\n" * 24_000,
    "bylines": f"By {'A-' * 60}!\n" * 15_000,
    "numbers": "1. x\n2. y\n" * 24_000,
    "ligatures that grow": "\ufdfa" * 600_000,
}


@pytest.mark.parametrize("text", ADVERSARIAL.values(), ids=ADVERSARIAL.keys())
def test_two_megabytes_take_linear_time(text: str) -> None:
    """The bound leaves room for a slow machine; what grows with the square of the length takes minutes."""
    data = text.encode()[:MAX_BYTES]
    began = time.perf_counter()
    with contextlib.suppress(InvalidText, EmptyText):
        read_plain_text(data, encoding="utf-8")
    assert time.perf_counter() - began < 10
