"""HTML: whole pages against what a careful reader makes of them, and the rules one by one."""

from __future__ import annotations

import codecs
import hashlib
import json
from pathlib import Path

import pytest

from annotations.errors import DomainError, EmptyText, InvalidInput, InvalidText, UndecodableText
from annotations.importing.html import read_html
from annotations.importing.markup import MAX_DROPPED, MAX_DROPPED_CHARACTERS
from annotations.importing.plain_text import MAX_BYTES

TEXTS = Path(__file__).parent / "texts"
BODY = "<p>Cells are collected from the blood, frozen, and given back to the same person some weeks later.</p>" * 3


def page(body: str, head: str = "") -> bytes:
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode()


def blocks(markup: str) -> list[str]:
    return [block.text for block in read_html(markup.encode()).blocks]


@pytest.mark.parametrize("name", sorted(path.name for path in TEXTS.glob("*.html")))
def test_page_comes_out_as_expected(name: str) -> None:
    data = (TEXTS / name).read_bytes()

    imported = read_html(data)

    assert {
        "encoding": imported.encoding,
        "format": imported.format,
        "title": imported.title,
        "suggested": imported.suggested,
        "blocks": [[block.kind.value, block.text] for block in imported.blocks],
        "dropped": [[piece.text, piece.reason] for piece in imported.dropped],
        "repairs": [[repair.reason, repair.before, repair.after, repair.count] for repair in imported.repairs],
    } == json.loads((TEXTS / f"{name}.json").read_text(encoding="utf-8"))
    assert imported.source_sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    ("markup", "expected", "reason"),
    [
        ("<p>anti<b>body</b></p>", ["antibody"], "inline elements do not split words"),
        ("<p>one<br>two</p>", ["one two"], "a line break does"),
        ("<p>one<br><br>two</p>", ["one", "two"], "two set paragraphs apart"),
        ("<p>one<br>\n <br/>two</p>", ["one", "two"], "whatever white space is between them"),
        ("<div>one<div>two</div>three</div>", ["one", "two", "three"], "blocks never run together"),
        ("<span>one</span><p>two</p>three", ["one", "two", "three"], "nor does loose text"),
        ("<p>one <i>two</i>, <a href=x>three</a>.</p>", ["one two, three."], "spaces stay where they are"),
        ("<p>a\n  b\t c</p>", ["a b c"], "white space is one space"),
        ("<p>5&nbsp;mg</p>", ["5\u00a0mg"], "but a space that holds a number to its unit stays"),
        ("<p>e&#x301;t&eacute; &amp;amp; &lt;5</p>", ["été &amp; <5"], "entities are resolved once, in normal form C"),
        ("<p>10<sup>6</sup> cells</p>", ["10⁶ cells"], "a power is no digit"),
        ("<p>10<sup>-6</sup> M, Ca<sup>2+</sup></p>", ["10⁻⁶ M, Ca²⁺"], "nor is a sign"),
        ("<p>relapses<sup><a href=#r>1,2</a></sup></p>", ["relapses¹,²"], "nor is a mark of a reference"),
        ("<p>the 1<sup>st</sup>, CD4<sup>+</sup></p>", ["the 1st, CD4+"], "letters and signs alone stay as they are"),
        ("<p>CO<sub>2</sub></p>", ["CO2"], "below the line, digits read as they are written"),
        ("<p>He said <q>no cure</q>.</p>", ["He said “no cure”."], "browsers print the marks of a quotation"),
        ("<p>was <del>cured</del><s>healed</s> helped</p>", ["was helped"], "nobody states what is struck out"),
        ("<p>a<!-- b -->c</p>", ["ac"], "comments are no text"),
        ("<p>a<script>b</script>c<style>d</style></p>", ["ac"], "nor are scripts and styles"),
        ("<p>one<span hidden>two</span>three</p>", ["onethree"], "nor what is hidden"),
        ("<p>a</p><p style='DISPLAY : none'>b</p>", ["a"], "by style too"),
        ("<p>a <span class='sr-only'>(new window)</span></p>", ["a"], "or kept for screen readers"),
        ("<p>漢<ruby>字<rp>(</rp><rt>じ</rt></ruby>は</p>", ["漢字は"], "readings would split words"),
        ("<pre>one\n  two\n\nthree</pre>", ["one", "two", "three"], "lines of preformatted text are blocks"),
        ("<span style='display:block'>a</span><span style='display:block'>b</span>", ["a", "b"], "set apart by style"),
        ("<p>Great <img class=emoji alt='💉'> news <img alt='A nurse'></p>", ["Great 💉 news"], "emoji are characters"),
        ("<p>a\u2028b\x0bc</p>", ["a b c"], "no line end stays inside a block"),
        ("<P>unclosed<P>paragraphs", ["unclosed", "paragraphs"], "tags need no end"),
        ("just <b>text", ["just text"], "nor any tags at all"),
        ("<svg><text>axis</text></svg><p>a<math><mi>x</mi></math></p>", ["ax"], "drawings hold labels, formulas text"),
        ("<table><tr><th>Dose<td>5 mg<tr><td><td>7</table>", ["Dose | 5 mg", "7"], "a row is a block"),
        ("<table><tr><td>a<td><td>c</table>", ["a | | c"], "an empty cell keeps its place"),
        ("<table><tr><td><p>a</p><td><p>b</p></table>", ["a | b"], "one paragraph in a cell makes no difference"),
        ("<table><tr><td>x<td><p>a</p><p>b</p></table>", ["x", "a", "b"], "several lay out a page"),
        ("<table><tr><td>x<td><h2>a</h2></table>", ["x", "a"], "and so does a heading"),
        ("<p>We&rsquo;re Ã©lated</p>", ["We’re élated"], "mojibake is undone as in plain text"),
    ],
)  # fmt: skip
def test_words_of_a_fragment(markup: str, expected: list[str], reason: str) -> None:
    assert blocks(markup) == expected, reason


@pytest.mark.parametrize(
    ("markup", "expected", "reason"),
    [
        ("<h2>a</h2><p>b</p>", ["heading", "paragraph"], "as they are marked up"),
        ("<h2><div>a</div></h2>", ["heading"], "boxes inside a heading change nothing"),
        ("<ul><li>a<ul><li>b</ul><li><p>c</p><p>d</p></ul>", ["list_item"] * 4, "lists inside lists are flattened"),
        ("<dl><dt>a<dd>b</dl>", ["list_item"] * 2, "terms and their descriptions are items"),
        ("<blockquote>a<p>b</p></blockquote>", ["quote"] * 2, "paragraphs of a quotation"),
        ("<blockquote><p>a</p><footer>— b</footer></blockquote>", ["quote"] * 2, "and whose it is"),
        ("<blockquote><ul><li>a</ul></blockquote>", ["list_item"], "the innermost counts"),
        ("<li><blockquote>a</blockquote></li>", ["quote"], "whichever it is"),
        ("<blockquote><h3>a</h3>b</blockquote>", ["heading", "quote"], "headings anywhere"),
        ("<figure><figcaption>a</figcaption></figure>", ["paragraph"], "captions are text"),
        ("<details><summary>a</summary>b</details>", ["paragraph"] * 2, "what can be unfolded is text"),
    ],
)
def test_kinds(markup: str, expected: list[str], reason: str) -> None:
    assert [block.kind.value for block in read_html(markup.encode()).blocks] == expected, reason


@pytest.mark.parametrize(
    ("head", "body", "title", "reason"),
    [
        ("<title>A | Site</title>", f"<h1>A heading</h1>{BODY}", "A heading", "the main heading goes first"),
        ("<title>A long title | Site</title>", BODY, "A long title", "the site's name comes after a bar"),
        ("<title>Risk | benefit of cells</title>", BODY, "Risk | benefit of cells", "it is shorter than the title"),
        ("<title>A – B</title>", BODY, "A – B", "a dash may be part of the title"),
        ("<meta property=og:site_name content=B><title>A – B</title>", BODY, "A", "unless the site is called so"),
        ("<meta property=og:site_name content=B><title>B: A – C</title>", BODY, "B: A – C", "a colon is no border"),
        ("<meta property=og:site_name content=B><title>B · A</title>", BODY, "A", "in front as well"),
        ("<link rel=canonical href=https://www.cells.example/><title>A - Cells</title>", BODY, "A", "or so addressed"),
        ("<meta property=og:title content=Shared><title>A</title>", BODY, "Shared", "made for sharing"),
        ("", BODY, None, "no title is made up"),
        ("<title>Right</title>", f"<h1>Wrong</h1><h1>Right</h1>{BODY}", "Right", "two headings: the one that agrees"),
        ("<title>X</title>", f"<header><h1>Site</h1></header><article><h1>Y</h1>{BODY}</article>", "Y", "in the text"),
        ("<title>Y</title>", f"<header><h1>Y</h1></header><main>{BODY}</main>", "Y", "or above it"),
        ("<title>Y</title>", f"<nav><h1>Site</h1></nav><main>{BODY}</main>", "Y", "but not in a menu"),
        ("<title>Y</title>", f"<h2>Y</h2>{BODY}", "Y", "a copy of the title is no second one"),
    ],
)
def test_title(head: str, body: str, title: str | None, reason: str) -> None:
    imported = read_html(page(body, head))

    assert imported.title == title, reason
    assert title not in [block.text for block in imported.blocks]


def test_a_fragment_may_have_a_title() -> None:
    imported = read_html(b"<p>News</p><h1>A title</h1><p>Text.</p><h1>Another</h1>")

    assert (imported.title, imported.format) == ("A title", "HTML fragment")
    assert [block.text for block in imported.blocks] == ["News", "Text.", "Another"]


@pytest.mark.parametrize(
    ("data", "encoding", "text", "reason"),
    [
        ("<p>é".encode(), None, "é", "UTF-8"),
        ("<p>café – 5 €".encode("windows-1252"), None, "café – 5 €", "Windows-1252"),
        (codecs.BOM_UTF8 + "<meta charset=latin1><p>é".encode(), None, "é", "a byte order mark goes before all"),
        (codecs.BOM_UTF8 + "<p>é".encode(), "windows-1252", "é", "also before what the caller says"),
        (codecs.BOM_UTF16_LE + "<p>é".encode("utf-16-le"), None, "é", "and tells UTF-16"),
        ("<meta charset=windows-1251><p>да".encode("windows-1251"), None, "да", "the page declares it"),
        ("<META content='text/html; charset=KOI8-R'><p>да".encode("koi8-r"), None, "да", "in the old way too"),
        ("<?xml version='1.0' encoding='Shift_JIS'?><p>猫".encode("shift-jis"), None, "猫", "or as XML does"),
        (b"<meta charset=iso-8859-1><p>\x96", None, "–", "Latin-1 means Windows-1252 to browsers"),
        ("<meta charset=utf-16><p>é".encode(), None, "é", "what says in ASCII that it is UTF-16 is not"),
        ("<meta charset=euc-jp><p>5 €".encode(), None, "5 €", "a declaration that does not fit is passed by"),
        ("<meta charset=nonsense><p>é".encode(), None, "é", "and one that nobody knows"),
        ("<meta charset=utf-8><p>да".encode("windows-1251"), "windows-1251", "да", "the caller knows better"),
    ],
)
def test_encoding(data: bytes, encoding: str | None, text: str, reason: str) -> None:
    assert [block.text for block in read_html(data, encoding=encoding).blocks] == [text], reason


@pytest.mark.parametrize(
    ("head", "expected", "reason"),
    [
        ("", {}, "nothing is made up"),
        ("<meta name=author content='Ada  Example'>", {"author": "Ada Example"}, "tidied"),
        ("<meta name=date content=yesterday>", {}, "a day has the form of one"),
        ("<meta name=date content=2024-03-05>", {"published_at": "2024-03-05"}, "which this has"),
        ("<link rel=canonical href=/a>", {"canonical_url": "https://a.example/a"}, "resolved against the address"),
        ("<link rel=canonical href='javascript:x'>", {}, "only addresses of the web"),
        ("<link rel=canonical href='http://[x'>", {}, "and only whole ones"),
        (f"<meta name=author content='{'x' * 501}'>", {}, "a name has an end"),
        ("<script type=application/ld+json>{</script>", {}, "what is no JSON says nothing"),
        (f"<script type=application/ld+json>{'[' * 100_000}</script>", {}, "however deep it is"),
        (
            '<script type=application/ld+json>[1,{"@type":["X","NewsArticle"],'
            '"author":{"name":"Ada"},"publisher":3}]</script>',
            {"author": "Ada"},
            "the first node that describes an article",
        ),
    ],
)
def test_what_a_page_says_of_itself(head: str, expected: dict[str, str], reason: str) -> None:
    assert read_html(page(BODY, head), address="https://a.example/b?c").suggested == expected, reason


@pytest.mark.parametrize(
    ("data", "error", "reason"),
    [
        (b"", EmptyText, "nothing"),
        (b" \n<!-- x -->", EmptyText, "nothing that shows"),
        (b"<p>&nbsp;&#8203;</p>", EmptyText, "invisible characters"),
        (b"<script>x</script>", EmptyText, "only a script"),
        (b"<button>Home</button><p hidden>x</p>", EmptyText, "only what is no text"),
        (b"<" * (MAX_BYTES + 1), InvalidText, "too large"),
        (b"<div>" * 10_000 + b"x", InvalidText, "nested too deeply: libxml2 would lose the text"),
        (b"<p>x" * 50_001, InvalidText, "too many blocks"),
        (b"<p>" + b"&#768;" * 31, InvalidText, "stacked marks"),
        (b"<p>a\x00b</p>", UndecodableText, "binary data"),
        (b"%PDF-1.7 <p>x</p>", UndecodableText, "a PDF"),
    ],
)
def test_refused(data: bytes, error: type[DomainError], reason: str) -> None:
    with pytest.raises(error) as caught:
        read_html(data)
    assert caught.value.field == "data", reason


def test_an_unknown_encoding_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        read_html(b"<p>x", encoding="rot13")
    assert caught.value.field == "encoding"


def test_the_report_is_bounded() -> None:
    data = ("<p>Text.</p>" + "<nav>" + "<p><a href=x>menu</a>" * 1_000 + "</nav>" + "<p hidden>x</p>" * 600).encode()

    report = read_html(data).dropped

    assert len(report) == MAX_DROPPED + 1
    assert report[0].reason == "navigation"
    assert report[0].text.startswith("menu | menu | ")
    assert len(report[0].text) == MAX_DROPPED_CHARACTERS
    assert report[0].text.endswith("…")
    assert (report[-1].text, report[-1].reason) == ("101 more", "the report is cut short here")
