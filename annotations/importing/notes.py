"""Notes are plain text. What editors paste from elsewhere may hold HTML: its tags go, its words stay."""

from __future__ import annotations

import html
import re

import nh3

_NOT_SHOWN = frozenset(
    {
        "script", "style", "iframe", "object", "embed", "applet", "noembed", "noframes", "noscript", "template", "svg",
        "math", "canvas", "audio", "video", "select", "textarea", "xmp", "plaintext", "title", "head",
    }
)  # fmt: skip
"""Elements whose content goes with them."""

_ELEMENTS = _NOT_SHOWN | {
    "a", "abbr", "address", "area", "article", "aside", "b", "base", "bdi", "bdo", "big", "blockquote", "body", "br",
    "button", "caption", "center", "cite", "code", "col", "colgroup", "data", "dd", "del", "details", "dfn", "dialog",
    "div", "dl", "dt", "em", "fieldset", "figcaption", "figure", "font", "footer", "form", "frame", "frameset", "h1",
    "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "i", "image", "img", "input", "ins", "kbd", "label", "legend",
    "li", "link", "main", "mark", "marquee", "menu", "meta", "meter", "nav", "nobr", "ol", "optgroup",
    "option", "output", "p", "param", "picture", "pre", "progress", "q", "rp", "rt", "ruby", "s", "samp", "search",
    "section", "small", "source", "span", "strike", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot",
    "th", "thead", "time", "tr", "track", "tt", "u", "ul", "var", "wbr",
}  # fmt: skip
"""Names that make a tag of what stands in angle brackets; ``<5 years`` and ``<ada@example.org>`` are none."""

_BREAKS = (
    "br|hr|p|h[1-6]|ul|ol|dl|li|dt|dd|table|caption|tr|td|th|blockquote|pre|section|article|figure|figcaption|div|"
    "address|header|footer|aside|main|nav|form|fieldset|legend|details|summary|option|button"
)
"""Elements that set their text apart, so that a space takes the place of their tags."""

_ACTIVE = "script|style|iframe"
_LONG_NAMES = "|".join(name for name in sorted(_ELEMENTS, key=len, reverse=True) if len(name) > 1)
# One letter may be a quantity: n<b and c>d.
_SHORT_NAMES = f"[{''.join(name for name in sorted(_ELEMENTS) if len(name) == 1)}]"
_TAG = rf"/?(?:{_LONG_NAMES})[\s/>]|/?{_SHORT_NAMES}(?:[\s/]{{0,9}}>|[\s/]{{1,99}}[a-z][\w:-]{{0,99}}\s{{0,9}}=)"
_AFTER_BRACKET = rf"{_TAG}|/?(?:{_ACTIVE})|/?[ovwm]:[a-z]|!--|!\[CDATA\[|!doctype\b|\?xml\b"
_MARKUP = re.compile(rf"<(?={_AFTER_BRACKET})", re.IGNORECASE)
_NO_MARKUP = re.compile(rf"<(?!{_AFTER_BRACKET})", re.IGNORECASE)
_BREAK = re.compile(rf"(?=</?(?:{_BREAKS})[\s/>])", re.IGNORECASE)
_UNENDED = re.compile(rf"(?<![</])[</]*<(?=/?(?:{_ACTIVE}))", re.IGNORECASE)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_WHITE_SPACE = re.compile(r"[ \t\r\n]+")

MAX_LAYERS = 20
"""Markup escaped inside markup so many times is an attack; what is left of it loses its brackets."""


def clean_note(text: str) -> str:
    """``text`` without HTML; what holds no HTML comes back as it is, control characters aside.

    Tags, comments and the content of scripts, styles, frames and the like go; line breaks and the borders of blocks
    become spaces; entities become characters. An angle bracket opens a tag only before the name of one of HTML's
    elements, and only if one closes it; entities are resolved only in a text that holds a tag. So ``p < 0.05``,
    ``<5 years``, ``<ada@example.org>`` and ``R&amp;D`` stay. The result is plain text: cleaning it again changes
    nothing, and whoever shows it escapes it like any other text.

    Length and characters are checked elsewhere (:func:`annotations.anchoring.text.validate_text`).
    """
    for _ in range(MAX_LAYERS):
        text = _CONTROLS.sub("", text)
        first, last = _MARKUP.search(text), text.rfind(">")
        if first is None or first.start() > last:
            return _UNENDED.sub("", text)
        text = _without_tags(text[: last + 1], text[last + 1 :])
    return text.replace("<", "")


def clean_text(text: str) -> str:
    """Like :func:`clean_note`; but a text that holds control characters comes back as it is, to be refused by name."""
    return text if _CONTROLS.search(text) else clean_note(text)


def _without_tags(markup: str, rest: str) -> str:
    """The words of ``markup``, which ends with its last tag, and ``rest`` as it is."""
    escaped = _BREAK.sub(" ", _NO_MARKUP.sub("&lt;", markup)) + rest.replace("<", "&lt;")
    encodable = _SURROGATE.sub("\ufffd", escaped)
    words = html.unescape(nh3.clean(encodable, tags=set(), clean_content_tags=set(_NOT_SHOWN)))
    return _WHITE_SPACE.sub(" ", words).strip()
