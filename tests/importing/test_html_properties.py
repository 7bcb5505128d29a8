"""What holds for every HTML page, however it is made: nothing is lost, nothing is slow, nothing is fetched."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.anchoring.text import validate_text
from annotations.errors import DomainError, EmptyText
from annotations.importing.html import read_html
from tests.importing.test_html import page

pytestmark = pytest.mark.slow

TEXTS = Path(__file__).parent / "texts"

WORDS = st.sampled_from(["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"])
WRAPPERS = st.sampled_from(
    [
        "p", "div", "section", "article", "main", "ul", "li", "td", "tr", "table", "b", "a", "sup", "span", "h1", "h2",
        "blockquote", "aside", "nav", "header", "footer", "form", "button", "del", "div hidden", "div class=share",
        "div class=related", "div id=cookie-banner", "span class=sr-only", "details", "pre", "figure", "noscript",
    ]
)  # fmt: skip
TREES = st.recursive(
    st.lists(WORDS, min_size=1, max_size=6).map(" ".join),
    lambda inner: st.tuples(WRAPPERS, st.lists(inner, min_size=1, max_size=4)).map(
        lambda made: f"<{made[0]}>{' '.join(made[1])}</{made[0].split()[0]}>"
    ),
    max_leaves=30,
)


@settings(max_examples=300, deadline=None)
@given(TREES, st.booleans())
def test_every_visible_word_is_kept_or_reported(markup: str, whole: bool) -> None:
    """Whatever the rules take for boilerplate, an editor can see it: no word is lost, and none is there twice."""
    try:
        imported = read_html(page(markup) if whole else markup.encode())
    except EmptyText:
        return
    outcome = [imported.title or "", *(block.text for block in imported.blocks), *(p.text for p in imported.dropped)]
    # A tag ends the word before it only where it sets blocks apart, so words are compared by their letters.
    written = "".join(part.partition(">")[2] for part in f">{markup}".split("<"))
    assert sorted(c for text in outcome for c in text if c.isalpha()) == sorted(c for c in written if c.isalpha())


TRICKY = st.sampled_from(
    [
        "<p>", "</p>", "<", ">", "&", "&#0;", "&#x1f;", "&lt;", "<!--", "-->", "<![CDATA[", "]]>", "<br>", "<table>",
        "<td>", "<ul><li>", "</ul>", "<a href='", "'>", "<script>", "</script>", "<b", "\x0b", "\u2028", "\x85",
        "\ufdd0", "<title>", "<select>", "<textarea>", "<h1>", "<html>", "<body class='", "<svg>", "<plaintext>",
        "text of some length. ",
    ]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(TRICKY | st.text(max_size=5), max_size=40).map("".join))
def test_any_characters_make_blocks_fit_to_be_stored_or_a_domain_error(markup: str) -> None:
    try:
        imported = read_html(markup.encode("utf-8", "replace"))
    except DomainError:
        return
    for text in [block.text for block in imported.blocks] + [imported.title or "A title"]:
        assert validate_text(text, field="text", max_code_points=10_000) == text


LONG = 400_000
HOSTILE = {
    "angle brackets": "<",
    "open tags": "<a ",
    "empty paragraphs": "<p>",
    "comments": "<!-- x ",
    "entities": "&amp;",
    "attributes in a tag": "<p a=b>x ",
    "links": "<a href=x>link text</a> ",
    "raised numbers": "x<sup>1</sup>",
    "quotations": "<q>a</q>",
    "classes": "<b class='a-b c-d'></b>",
    "bold letters": "<b>x</b>",
    "mojibake": "Ã© ",
}


def seconds(data: bytes) -> float:
    began = time.process_time()
    with contextlib.suppress(DomainError):
        read_html(data)
    return time.process_time() - began


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE.keys())
def test_time_grows_with_the_length(unit: str) -> None:
    """Four times the length takes four times as long, with room for a busy machine; squared, it would be sixteen."""
    data = unit.encode() * (LONG // len(unit.encode()))
    quarter = min(seconds(data[: LONG // 4]) for _ in range(2))
    assert seconds(data) < 10 * quarter + 0.5


@pytest.mark.parametrize(
    "unit",
    ["<section><h2>Some words</h2><div><p>of some sort</p></div></section>", "<ul><li>words" * 40 + "</ul>" * 40],
    ids=["sections", "lists in lists"],
)
def test_a_page_too_large_for_trafilatura_is_read_without_it(unit: str) -> None:
    """It would take minutes; the text is there all the same."""
    imported = read_html(page(unit * (300_000 // len(unit))))
    assert len(imported.blocks) > 4_000
    assert imported.dropped == []


def test_nothing_is_fetched_and_nothing_written() -> None:
    """An audit hook stops the process at the first socket, and at the first file opened for writing."""
    program = """
import sys
from pathlib import Path
from annotations.importing.html import read_html
data = Path(sys.argv[1]).read_bytes()
def watch(event, arguments):
    if event.startswith("socket.") or event in {"subprocess.Popen", "os.mkdir", "os.rename"}:
        raise SystemExit(f"{event} {arguments}")
    if event == "open" and (str(arguments[1]).strip("rbtU") not in {"", "None"}):
        raise SystemExit(f"{event} {arguments}")
sys.addaudithook(watch)
print(len(read_html(data, address="https://news.example/a").blocks))
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-B", "-c", program, str(TEXTS / "health_news.html")],
        cwd=TEXTS.parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) > 20
