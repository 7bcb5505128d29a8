"""Finding the passage that a selector means."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from annotations.anchoring.selectors import (
    Located,
    TextPositionSelector,
    TextQuoteSelector,
    locate_position,
    locate_quote,
    quote_selector,
)
from annotations.anchoring.text import to_nfc
from annotations.errors import InvalidInput, InvalidText, QuoteAmbiguous, QuoteMismatch, QuoteNotFound

SAMPLES = Path(__file__).parents[2] / "seeds" / "data"
TEXTS = [
    (1, "Stem cells “reset” the immune system—in some patients."),
    (2, "The patient’s system is not cured. It is reset, and reset again."),
    (3, "Ce n’est pas un «\u00a0miracle\u00a0», mais x\u0304 et ﬁn."),
]


def passage(selector: TextQuoteSelector) -> tuple[int, str]:
    """The key of the paragraph, and the words that were found there."""
    found = locate_quote(TEXTS, selector)
    return found.key, dict(TEXTS)[found.key][found.start : found.end]


@pytest.mark.parametrize(
    ("selector", "expected", "reason"),
    [
        (TextQuoteSelector("immune system"), (1, "immune system"), "verbatim"),
        (TextQuoteSelector('"reset"'), (1, "“reset”"), "quotes typed straight"),
        (TextQuoteSelector("system - in"), None, "but words are apart or they are not"),
        (TextQuoteSelector("system-in"), (1, "system—in"), "a dash typed as a hyphen"),
        (TextQuoteSelector("  immune\nsystem "), (1, "immune system"), "copied with a line end and space around"),
        (TextQuoteSelector(" immune system"), (1, " immune system"), "verbatim with its space, if it is there"),
        (TextQuoteSelector("patient's"), (2, "patient’s"), "an apostrophe"),
        (TextQuoteSelector('"miracle"'), (3, "«\u00a0miracle\u00a0»"), "quotes of another country"),
        (TextQuoteSelector("fin"), (3, "ﬁn"), "a ligature"),
        (TextQuoteSelector("f"), None, "not half of one"),
        (TextQuoteSelector("x"), None, "not a letter without its mark"),
        (TextQuoteSelector("x\u0304"), (3, "x\u0304"), "with its mark"),
        (TextQuoteSelector("reset", suffix=" again"), (2, "reset"), "the suffix narrows"),
        (TextQuoteSelector("reset", prefix="“"), (1, "reset"), "the prefix narrows"),
        (TextQuoteSelector("reset", prefix='cells "'), (1, "reset"), "also typography aside"),
        (TextQuoteSelector("reset", suffix="again"), (2, "reset"), "and without the space in between"),
        (TextQuoteSelector("reset", prefix="It is", suffix=", and"), (2, "reset"), "both"),
        (TextQuoteSelector("cured", prefix="is now "), None, "a prefix that does not stand there"),
        (TextQuoteSelector("Cured"), None, "case matters"),
        (TextQuoteSelector("patients. The patient"), None, "a quote lies in one paragraph"),
        (TextQuoteSelector("\ufe0f"), None, "nothing is left of it typography aside"),
    ],
)
def test_quote_is_located(selector: TextQuoteSelector, expected: tuple[int, str] | None, reason: str) -> None:
    if expected is None:
        with pytest.raises(QuoteNotFound) as raised:
            locate_quote(TEXTS, selector)
        assert raised.value.field == "quote", reason
    else:
        assert passage(selector) == expected, reason


def test_verbatim_find_wins_over_a_look_alike() -> None:
    texts = [("a", "it’s"), ("b", "it's")]

    assert locate_quote(texts, TextQuoteSelector("it's")) == Located("b", 0, 4)
    assert locate_quote(texts, TextQuoteSelector("it’s")) == Located("a", 0, 4)


def test_ambiguous_quote_lists_where_it_stands() -> None:
    with pytest.raises(QuoteAmbiguous) as raised:
        locate_quote(TEXTS, TextQuoteSelector("reset"))

    context = json.loads(json.dumps(raised.value.context))
    assert context["total"] == 3
    assert [(place["key"], place["start"], place["end"]) for place in context["candidates"]] == [
        (1, 12, 17),
        (2, 41, 46),
        (2, 52, 57),
    ]
    for place in context["candidates"]:
        selector = TextQuoteSelector(place["exact"], place["prefix"], place["suffix"])
        assert locate_quote(TEXTS, selector) == Located(place["key"], place["start"], place["end"])


def test_ambiguous_quote_lists_no_more_than_twenty() -> None:
    with pytest.raises(QuoteAmbiguous) as raised:
        locate_quote([("only", "ab " * 30)], TextQuoteSelector("ab"))

    assert raised.value.context["total"] == 30
    assert len(raised.value.context["candidates"]) == 20


def test_overlapping_occurrences_count() -> None:
    with pytest.raises(QuoteAmbiguous) as raised:
        locate_quote([("only", "na na na")], TextQuoteSelector("na na"))

    assert raised.value.context["total"] == 2


@pytest.mark.parametrize("exact", ["", " \n", "\u200b", "\u00ad"])
def test_blank_quote_is_refused(exact: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        locate_quote(TEXTS, TextQuoteSelector(exact))
    assert raised.value.field == "quote"
    assert not isinstance(raised.value, QuoteNotFound)


@pytest.mark.parametrize(
    ("selector", "field"),
    [
        (TextQuoteSelector("a" + "\u0301" * 40), "quote"),
        (TextQuoteSelector("cured", prefix="a" + "\u0301" * 40), "prefix"),
        (TextQuoteSelector("cured", suffix="a" + "\u0301" * 40), "suffix"),
    ],
)
def test_selector_that_stacks_marks_is_refused(selector: TextQuoteSelector, field: str) -> None:
    with pytest.raises(InvalidText) as raised:
        locate_quote(TEXTS, selector)
    assert raised.value.field == field


@pytest.mark.parametrize(
    "annotation", json.loads((SAMPLES / "annotations.json").read_text(encoding="utf-8")), ids=lambda row: row["key"]
)
def test_sample_annotation_stands_where_it_says(annotation: dict[str, Any]) -> None:
    articles = {row["article"]: row for row in json.loads((SAMPLES / "blocks.json").read_text(encoding="utf-8"))}
    article = articles[annotation["article"]]
    texts = {block["ordinal"]: block["text"] for block in [article["title"], *article["blocks"]] if block}
    text = texts[annotation["ordinal"]]
    start, end, quote = annotation["start"], annotation["end"], annotation["quote"]

    assert locate_position(text, start, end, quote) == TextPositionSelector(start, end)
    assert locate_quote([("p", text)], quote_selector(text, start, end)) == Located("p", start, end)


@pytest.mark.parametrize(
    ("start", "end", "field", "reason"),
    [
        (-1, 2, "start", "before the text"),
        (9, 9, "start", "beyond it"),
        (0, 9, "end", "beyond it"),
        (3, 1, "end", "the wrong order"),
        (2, 2, "end", "empty"),
        (4, 5, "end", "a space only"),
        (0, 2, "end", "cuts the mark off"),
        (2, 4, "start", "begins with a mark"),
    ],
)
def test_position_that_is_none(start: int, end: int, field: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        locate_position("ax\u0304b cd", start, end)
    assert raised.value.field == field, reason


def test_position_comes_back_as_it_is() -> None:
    assert locate_position(" a b ", 0, 5) == TextPositionSelector(0, 5)
    assert locate_position("caf\u00e9", 0, 4, "cafe\u0301") == TextPositionSelector(0, 4)


@pytest.mark.parametrize("exact", ["cure", "Cures", " cures", "cures."])
def test_position_with_other_words_is_refused(exact: str) -> None:
    with pytest.raises(QuoteMismatch) as raised:
        locate_position("It cures.", 3, 8, exact)
    assert raised.value.context == {"found": "cures"}


def test_selector_has_its_context_and_cuts_no_mark_off() -> None:
    text = "x\u0304 one two three y\u0304"

    assert quote_selector(text, 7, 10, context=4) == TextQuoteSelector("two", "one ", " thr")
    assert quote_selector(text, 3, 6, context=2) == TextQuoteSelector("one", "x\u0304 ", " t")
    assert quote_selector(text, 11, 16, context=2) == TextQuoteSelector("three", "o ", " y\u0304")
    assert quote_selector(text, 0, len(text)) == TextQuoteSelector(text)


def test_selector_of_a_range_outside_the_text_is_refused() -> None:
    with pytest.raises(InvalidInput):
        quote_selector("abc", 2, 4)


@given(st.text(st.sampled_from("ab \u0304“'…ﬁ"), max_size=30), st.data())
def test_selector_leads_back_to_its_range(text: str, data: st.DataObject) -> None:
    text = to_nfc(text, field="text")
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    try:
        locate_position(text, start, end)
    except InvalidInput:
        assume(False)

    assert locate_quote([("p", text)], quote_selector(text, start, end)) == Located("p", start, end)
