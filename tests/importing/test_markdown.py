"""Markdown: the rules one by one, a whole file, and what holds for every file."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.anchoring.text import validate_text
from annotations.errors import DomainError, EmptyText, InvalidInput, InvalidText, UndecodableText
from annotations.importing.document import ImportedText
from annotations.importing.markdown import read_markdown
from annotations.importing.plain_text import MAX_BYTES

ARTICLE = """\
---
title: "The \\"front\\" title"
author: 'Ada''s desk' # who
date: 2024-01-02
tags:
  - ms
---
# Stem *cells* & MS

A [link](https://a.example "t"), `code`, ~~cured~~ helped,<br>AT&amp;T
and a soft break[^1].  \nA hard one. anti**body**, 10<sup>6</sup> cells.

## Steps ##

1. Collect
   - freeze

     and thaw
2. > Give back

| Drug | Dose |
|------|-----:|
| A    | 5 mg |

```text
line one

line two
```

<div>raw</div>

[^1]: Smith 2020, p. 5.
"""


def read(text: str) -> ImportedText:
    return read_markdown(text.encode())


def summary(text: str) -> list[tuple[str, str]]:
    imported = read(text)
    title = [("title", imported.title)] if imported.title is not None else []
    return title + [(block.kind.value, block.text) for block in imported.blocks]


def test_a_whole_file() -> None:
    imported = read(ARTICLE)

    assert summary(ARTICLE) == [
        ("title", "Stem cells & MS"),
        ("paragraph", "A link, code, helped, AT&T and a soft break[1]. A hard one. antibody, 10⁶ cells."),
        ("heading", "Steps"),
        ("list_item", "Collect"),
        ("list_item", "freeze"),
        ("list_item", "and thaw"),
        ("quote", "Give back"),
        ("paragraph", "Drug | Dose"),
        ("paragraph", "A | 5 mg"),
        ("paragraph", "line one"),
        ("paragraph", "line two"),
        ("paragraph", "[1] Smith 2020, p. 5."),
    ]
    assert [(piece.text, piece.reason) for piece in imported.dropped] == [
        ('title: "The \\"front\\" title"', "front matter"),
        ("author: 'Ada''s desk' # who", "front matter"),
        ("date: 2024-01-02", "front matter"),
        ("tags:", "front matter"),
        ("  - ms", "front matter"),
        ("cured", "struck out"),
        ("<br>", "raw HTML"),
        ("<sup>", "raw HTML"),
        ("</sup>", "raw HTML"),
        ("<div>raw</div>", "raw HTML"),
    ]
    assert imported.suggested == {"author": "Ada's desk", "published_at": "2024-01-02"}
    assert [(repair.before, repair.after, repair.count) for repair in imported.repairs] == [
        ("[^1]:", "[1]", 1),
        ("[^1]", "[1]", 1),
        ("6", "⁶", 1),
        ("", "|", 2),
    ]
    assert (imported.format, imported.encoding) == ("Markdown", "utf-8")


@pytest.mark.parametrize(
    ("text", "expected", "reason"),
    [
        ("# A\n\nb", [("title", "A"), ("paragraph", "b")], "the first heading of level 1"),
        ("A\n===\n\nb", [("title", "A"), ("paragraph", "b")], "underlined too"),
        ("b\n\n# A", [("title", "A"), ("paragraph", "b")], "wherever it stands"),
        ("# A\n\n# B", [("title", "A"), ("heading", "B")], "the second is a heading"),
        ("## A\n\nb", [("heading", "A"), ("paragraph", "b")], "level 2 heads a section"),
        ("> # A\n\nb", [("heading", "A"), ("paragraph", "b")], "a quoted heading is somebody else's"),
        ("#\n\n# A\n\nb", [("title", "A"), ("paragraph", "b")], "an empty heading is none"),
        ("# A\n\nA\n\nb", [("title", "A"), ("paragraph", "b")], "a copy of the title is dropped"),
        ("---\ntitle: A\n---\nb", [("title", "A"), ("paragraph", "b")], "from the front matter"),
        ("---\ntitle: A\n---\n## a\n\nb", [("title", "A"), ("paragraph", "b")], "of which a heading may be a copy"),
        ("---\ntitle: [A]\n---\nb", [("paragraph", "b")], "a list is no title"),
        ("---\nText.\n---\nb", [("heading", "Text."), ("paragraph", "b")], "a ruled line is no front matter"),
        ("---\n\nb", [("paragraph", "b")], "and needs no end"),
    ],
)
def test_title(text: str, expected: list[tuple[str, str]], reason: str) -> None:
    assert summary(text) == expected, reason


@pytest.mark.parametrize(
    ("text", "expected", "reason"),
    [
        ("![An *MRI* scan](a.png)", ["An MRI scan"], "an image's words stand for it"),
        ("<https://a.example>", ["https://a.example"], "an address is its own text"),
        ("[a][r]\n\n[r]: https://a.example", ["a"], "where a link leads is no text"),
        ("a\\\nb", ["a b"], "a hard break is a space"),
        ("a<!-- b -->c <b>d</b>", ["ac d"], "raw HTML is no text"),
        ("a <script>b</script> c", ["a c"], "and neither is a script"),
        ("a <del>b</del> c", ["a c"], "nor what it strikes out"),
        ("a <sup>b c", ["a b c"], "an element that is left open loses its tag only"),
        ("a</sup> b", ["a b"], "and so does one that never began"),
        ("a ~~b `c`~~ d", ["a d"], "all that is struck out"),
        ("p < 0.05 & a <5 b", ["p < 0.05 & a <5 b"], "signs are no markup"),
        ("&lt;b&gt; &#x41;", ["<b> A"], "entities are resolved"),
        ("e\u0301", ["é"], "normal form C"),
        ("* [ ] a\n* [x] b", ["[ ] a", "[x] b"], "boxes to tick stay"),
        ("| a | |\n|---|---|\n| | b |\n| | |", ["a", "b"], "cells alone in their row stand alone"),
        ("| a | b | c |\n|---|---|---|\n| x | | z |", ["a | b | c", "x | | z"], "an empty cell keeps its place"),
        ("    a\n      b\n", ["a", "b"], "lines of code are paragraphs"),
        ("a[^x] b[^y]\n\n[^x]: c", ["a[x] b[^y]", "[x] c"], "only marks that are explained are footnotes"),
        ("```\n[^x]: c\n```", ["[^x]: c"], "not in code"),
        ("a\n\n***\n\nb", ["a", "b"], "ruled lines show nothing"),
        ("\u200b\n\na", ["a"], "nor do invisible characters"),
    ],
)
def test_words(text: str, expected: list[str], reason: str) -> None:
    assert [words for _, words in summary(text)] == expected, reason


@pytest.mark.parametrize(
    ("data", "error", "reason"),
    [
        (b"", EmptyText, "nothing"),
        (b"***\n", EmptyText, "nothing that shows"),
        (b"# A title", EmptyText, "a title is no text"),
        (b"<div>x</div>", EmptyText, "only raw HTML"),
        (b"a" * (MAX_BYTES + 1), InvalidText, "too large"),
        (b"a\n\n" * 50_001, InvalidText, "too many lines"),
        (b"> " * 1_000 + b"a", InvalidText, "nested too deeply: the parser would lose the text"),
        (b"".join(b" " * 2 * level + b"- a\n" for level in range(25)), InvalidText, "lists too"),
        (b"[" * 10_001, InvalidText, "too many brackets"),
        (b"*a " * 100_001, InvalidText, "too many marks"),
        (b"a\x00b", UndecodableText, "binary data"),
        (b"%PDF-1.7", UndecodableText, "a PDF"),
    ],
)
def test_refused(data: bytes, error: type[DomainError], reason: str) -> None:
    with pytest.raises(error) as caught:
        read_markdown(data)
    assert caught.value.field == "data", reason


def test_an_unknown_encoding_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        read_markdown(b"x", encoding="rot13")
    assert caught.value.field == "encoding"


def test_fifteen_lists_in_one_another_are_read() -> None:
    text = "".join(f"{'  ' * level}- {level}\n" for level in range(15))
    assert summary(text) == [("list_item", str(level)) for level in range(15)]


TRICKY = st.sampled_from(
    [
        "\n", "\n\n", "# ", "## ", "- ", "1. ", "> ", "    ", "```\n", "~~", "*", "**", "_", "`", "[", "]", "](x)",
        "![", "[^1]", "[^1]: ", "<b>", "</b>", "<script>", "</script>", "<!--", "-->", "<div>\n", "|", "|-|-|\n",
        "---\n", "title: x\n", "&amp;", "&#0;", "&#x1f;", "\\", "\u2028", "\x0b", "\x85", "\ufdd0", "\u0301", "word ",
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(TRICKY | st.text(max_size=5), max_size=40).map("".join))
def test_any_characters_make_blocks_fit_to_be_stored_or_a_domain_error(text: str) -> None:
    try:
        imported = read_markdown(text.encode("utf-8", "replace"))
    except DomainError:
        return
    for words in [block.text for block in imported.blocks] + [imported.title or "A title"]:
        assert validate_text(words, field="text", max_code_points=10_000) == words


MARKUP = st.lists(
    st.tuples(
        st.sampled_from(["", "# ", "### ", "- ", "1. ", "> ", "> - ", "- > ", "    ", "<div>", "[^1]: ", "| "]),
        st.lists(
            st.tuples(
                st.sampled_from(["", "*", "**", "~~", "`", "<b>", "<del>", "<script>"]),
                st.sampled_from(["alpha", "beta", "gamma", "delta", "epsilon"]),
            ),
            min_size=1,
            max_size=5,
        ),
    ),
    min_size=1,
    max_size=8,
)
ENDS = {"<b>": "</b>", "<del>": "</del>", "<script>": "</script>"}


@settings(max_examples=300, deadline=None)
@given(MARKUP)
def test_every_word_is_kept_or_reported(lines: list[tuple[str, list[tuple[str, str]]]]) -> None:
    text = "\n\n".join(
        start + " ".join(f"{mark}{word}{ENDS.get(mark, mark)}" for mark, word in words) for start, words in lines
    )
    try:
        imported = read(text)
    except EmptyText:
        return
    outcome = " ".join(
        [imported.title or "", *(block.text for block in imported.blocks), *(piece.text for piece in imported.dropped)]
    )
    for word in ("alpha", "beta", "gamma", "delta", "epsilon"):
        assert outcome.count(word) == text.count(word)


ADVERSARIAL = {
    "brackets": "[" * 9_999,
    "images": "![" * 9_999,
    "links in links": "[" * 5_000 + "a" + "](x)" * 5_000,
    "character data": "a <![CDATA[" * 4_900,
    "emphasis": "*a_ " * 49_000,
    "angle brackets": "<" * 99_000,
    "code": "".join("`" * width + " " for width in range(1, 400)),
    "quotes": "> a\n" * 40_000,
    "rows": "|a|b|\n|-|-|\n" + "|1|2|\n" * 20_000,
    "quote marks": ">" * MAX_BYTES,
    "empty lines": "\n" * MAX_BYTES,
    "one word": "a" * MAX_BYTES,
}


@pytest.mark.parametrize("text", ADVERSARIAL.values(), ids=ADVERSARIAL.keys())
def test_hostile_files_end_soon(text: str) -> None:
    """The limits on marks and lines keep the parser's worst cases at seconds; without them they take minutes."""
    began = time.process_time()
    with contextlib.suppress(DomainError):
        read(text)
    assert time.process_time() - began < 20
