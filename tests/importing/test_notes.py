"""Notes: HTML goes, words stay, and what is no HTML is left alone."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.importing.notes import clean_note


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "nothing"),
        ("p < 0.05", "less than"),
        ("a < b and c > d", "both"),
        ("n<b and c>d", "without spaces, and one letter long"),
        ("<5 years", "at the beginning"),
        ("CD4 count <b 200", "no bracket closes it"),
        ("5 < x <= 7 -> no effect; 3>2", "arrows"),
        ("R&D, R&amp;D, &lt;b&gt;, &nbsp;", "ampersands and entities of a text without tags"),
        ("<ada@example.org> <https://a.example/>", "addresses"),
        ("<LOD>", "an abbreviation that is no element"),
        ("<3 & </3", "hearts"),
        ("  two  spaces\n\nand lines ", "white space of a text without tags"),
    ],
)
def test_what_is_no_html_stays(text: str, reason: str) -> None:
    assert clean_note(text) == text, reason


@pytest.mark.parametrize(
    ("text", "expected", "reason"),
    [
        ("anti<b>body</b>", "antibody", "inline tags do not split words"),
        ("<p>one</p><p>two<br/>three</p>", "one two three", "blocks and line breaks do"),
        ("<ul>\n <li>one</li>\n <li>two</li>\n</ul>", "one two", "white space is one space"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "1 2", "cells too"),
        ("<b>p</b> < 0.05 &amp; R&D &lt;5", "p < 0.05 & R&D <5", "signs and entities between tags"),
        ("<a href='https://a.example' title='x > y'>link</a>", "link", "attributes go with their tag"),
        ("<A\nHREF=x>link</A >", "link", "in any writing"),
        ("see <ada@example.org> <b>now</b>", "see <ada@example.org> now", "addresses stay between tags"),
        ("<o:p>word</o:p>", "word", "what word processors add"),
        ("<!-- a -->b<!doctype html>", "b", "comments"),
        ("a<![CDATA[ b ]]>c", "ac", "character data"),
        ("a<script>b</script>c<style>d</style><iframe>e</iframe>", "ac", "content that is no text"),
        ("<SCRIPT>a</sCript>b", "b", "in any case"),
        ("<scr\x00ipt>a</scr\x00ipt>b", "b", "whatever a control character hides"),
        ("<scr<b></b>ipt>a", "", "or another tag"),
        ("<b>&lt;script&gt;a&lt;/script&gt;b</b>", "b", "or entities"),
        ("<textarea><script>a</script></textarea>b", "b", "or a form"),
        ("<img src=x onerror=alert(1)>a", "a", "images"),
        ("<svg/onload=alert(1)>a</svg>b", "b", "drawings"),
        ("<p/onclick=x>a", "a", "a stroke for a space"),
        ("a <script", "a script", "a tag that never ends loses its bracket"),
        ("</<script", "script", "however it is put together"),
        ("a\x07b", "ab", "control characters"),
    ],
)
def test_html_goes(text: str, expected: str, reason: str) -> None:
    assert clean_note(text) == expected, reason


HOSTILE = st.lists(
    st.sampled_from(
        [
            "<", ">", "/", "<script", "<SCRIPT>", "</script>", "<scr", "ipt>", "script", "<style>", "</style",
            "<iframe ", "<b>", "</b>", "<p>", "<br>", "<!--", "-->", "<![CDATA[", "]]>", "<?xml ?>", "<!doctype>",
            "&lt;", "&gt;", "&amp;", "&#60;", "&#x3c;", "&lt", "&", ";", "\x00", "\x1f", "\x7f", "\n", " ", "\u00a0",
            "<a href='", "'", '"', "=", "<img src=x ", "onerror=", "<svg/", "<textarea>", "<title>", "<plaintext>",
            "<xmp>", "<noscript>", "<select>", "<table>", "<td>", "<math>", "<template>", "p < 0.05", "a<b", "word",
            "<o:p>", "\ufeff", "\ud800",
        ]
    )
    | st.text(max_size=3),
    max_size=30,
).map("".join)  # fmt: skip
ACTIVE = ("<script", "</script", "<style", "</style", "<iframe", "</iframe")


@settings(max_examples=1_000, deadline=None)
@given(HOSTILE)
def test_cleaning_again_changes_nothing_and_no_script_survives(text: str) -> None:
    cleaned = clean_note(text)

    assert clean_note(cleaned) == cleaned
    assert not any(tag in cleaned.lower() for tag in ACTIVE)


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="<")))
def test_a_text_without_angle_brackets_comes_back_as_it_is(text: str) -> None:
    assert clean_note(text) == text


def test_markup_in_many_layers_ends() -> None:
    layers = "".join(f"&{'amp;' * depth}lt;b&{'amp;' * depth}gt;" for depth in range(100))

    cleaned = clean_note(f"<b>{layers}")

    assert "<" not in cleaned
    assert clean_note(cleaned) == cleaned


@pytest.mark.parametrize("unit", ["<", "</", "<b>", "<b ", "<b>&amp;", "<script>", "<!--", "<p>x", "<b><i"])
def test_time_grows_with_the_length(unit: str) -> None:
    """Four times the length takes four times as long, with room for a busy machine; squared, it would be sixteen."""

    def seconds(length: int) -> float:
        text = unit * (length // len(unit)) + ">"
        began = time.process_time()
        clean_note(text)
        return time.process_time() - began

    assert seconds(400_000) < 10 * min(seconds(100_000) for _ in range(2)) + 0.5
