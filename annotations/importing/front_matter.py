"""The lines of YAML with which many Markdown files begin: ``---``, names with values, ``---``.

Only values on one line are read; that is what titles and dates are. A whole YAML reader would take objects, anchors and
bombs from strangers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

MAX_LINES = 200
MAX_VALUE = 500

_FENCE = "---"
_ENDS = frozenset({"---", "..."})
_ENTRY = re.compile(r"([A-Za-z][\w-]{0,40})[ \t]*:(?:[ \t]+(.*))?")
_CONTINUED = re.compile(r"[ \t]+\S|- |-$|#")
_COMMENT = re.compile(r"[ \t]#.*")
_QUOTED = re.compile(r"""(?:"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)')(?:[ \t]+#.*)?""")
_NO_SCALAR = frozenset("[{|>&*!#\"'")
_ESCAPES = {'\\"': '"', "\\\\": "\\", "\\/": "/", "\\t": " ", "\\n": " "}
_ESCAPED = re.compile(r'\\["\\/tn]')
_SUGGESTED = {
    "author": "author",
    "authors": "author",
    "date": "published_at",
    "published": "published_at",
    "publishdate": "published_at",
    "lang": "language",
    "language": "language",
    "canonical": "canonical_url",
    "canonical_url": "canonical_url",
    "site": "site_name",
    "publisher": "site_name",
}


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What stands above a text.

    Attributes:
        title: its title, or None.
        suggested: what else it says, by the names of :attr:`annotations.importing.document.ImportedText.suggested`.
        lines: its lines without the fences.
        height: how many lines of the source it takes, fences included.
    """

    title: str | None
    suggested: dict[str, str]
    lines: list[str]
    height: int


def read_front_matter(lines: Sequence[str]) -> FrontMatter | None:
    """The front matter of a text, or None if it begins with none; a ruled line at the top is none."""
    if not lines or lines[0] != _FENCE:
        return None
    end = next((at for at, line in enumerate(lines[1:MAX_LINES], start=1) if line in _ENDS), None)
    if end is None:
        return None
    inner = list(lines[1:end])
    entries = [(line, _ENTRY.fullmatch(line)) for line in inner if line]
    if not any(entry for _, entry in entries) or any(
        not entry and not _CONTINUED.match(line) for line, entry in entries
    ):
        return None
    values: dict[str, str] = {}
    for _, entry in entries:
        value = _scalar(entry[2] or "") if entry else ""
        if entry and 0 < len(value) <= MAX_VALUE:
            values.setdefault(entry[1].lower(), value)
    suggested: dict[str, str] = {}
    for name, value in values.items():
        if name in _SUGGESTED:
            suggested.setdefault(_SUGGESTED[name], value)
    return FrontMatter(values.get("title"), suggested, [line for line in inner if line], end + 1)


def _scalar(written: str) -> str:
    """The value of a plain or quoted scalar; lists, objects and blocks are none."""
    written = written.strip()
    quoted = _QUOTED.fullmatch(written)
    if quoted:
        if quoted[1] is None:
            return quoted[2].replace("''", "'")
        return _ESCAPED.sub(lambda match: _ESCAPES[match.group()], quoted[1])
    if written[:1] in _NO_SCALAR:
        return ""
    return _COMMENT.sub("", written).strip()
