"""What a reader sees of one line of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable

from markdown_it.token import Token

from annotations.importing.document import RepairLog
from annotations.importing.markup import DropLog, above_the_line, tidy

RAW_HTML = "raw HTML"
STRUCK = "struck out"

_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)")
_FOOTNOTE_MARK = re.compile(r"\[\^([^\]\s]{1,50})\]")
_STRUCK_TAGS = frozenset({"del", "s", "strike"})
_UNSEEN_TAGS = frozenset({"script", "style", "iframe", "template"})


def words_of(tokens: Iterable[Token], footnotes: frozenset[str], log: RepairLog, dropped: DropLog) -> str:
    """The words of a line; what is struck out and the tags of raw HTML go to ``dropped``."""
    line = _Line(footnotes, log, dropped)
    line.read(tokens)
    return line.end()


class _Line:
    def __init__(self, footnotes: frozenset[str], log: RepairLog, dropped: DropLog) -> None:
        self._parts: list[str] = []
        self._open: list[tuple[str, int]] = []
        self._footnotes = footnotes
        self._log = log
        self._dropped = dropped

    def read(self, tokens: Iterable[Token]) -> None:
        """Read the tokens one after the other; an image's words are tokens of its own."""
        for token in tokens:
            if token.type == "text":
                self._parts.append(_FOOTNOTE_MARK.sub(self._plain_mark, token.content))
            elif token.type == "code_inline":
                self._parts.append(token.content)
            elif token.type in {"softbreak", "hardbreak"}:
                self._parts.append(" ")
            elif token.type == "image":
                self.read(token.children or [])
            elif token.type == "s_open":
                self._begin("s")
            elif token.type == "s_close":
                self._end("s")
            elif token.type == "html_inline":
                self._read_tag(token.content)

    def end(self) -> str:
        """The words of the line; an element that it leaves open ends with it, and loses nothing but its tag."""
        return "".join(self._parts)

    def _read_tag(self, markup: str) -> None:
        self._drop(markup, RAW_HTML)
        tag = _TAG.match(markup)
        name = tag[2].lower() if tag else ""
        if name == "br":
            self._parts.append(" ")
        elif name in _STRUCK_TAGS | _UNSEEN_TAGS | {"sup"}:
            if tag and tag[1]:
                self._end(name)
            else:
                self._begin(name)

    def _begin(self, name: str) -> None:
        self._open.append((name, len(self._parts)))

    def _end(self, name: str) -> None:
        at = next((at for at in range(len(self._open) - 1, -1, -1) if self._open[at][0] == name), None)
        if at is None:
            return
        start = self._open[at][1]
        del self._open[at:]
        words = "".join(self._parts[start:])
        self._parts[start:] = [above_the_line(words, self._log)] if name == "sup" else []
        if name != "sup":
            self._drop(words, STRUCK if name in _STRUCK_TAGS else RAW_HTML)

    def _drop(self, text: str, reason: str) -> None:
        line = tidy(text, self._log)
        if line:
            self._dropped.add(line, reason)

    def _plain_mark(self, mark: re.Match[str]) -> str:
        if mark[1] not in self._footnotes:
            return mark[0]
        self._log.add("mark of a footnote", mark[0], f"[{mark[1]}]")
        return f"[{mark[1]}]"
