"""What the readers of Markdown and HTML share: tidy text, digits above the line, a report that stays readable."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable

from annotations.errors import InvalidText
from annotations.importing.cleaning import MAX_LINES, clean_lines
from annotations.importing.document import Dropped, RepairLog
from annotations.importing.plain_text import MAX_BYTES
from annotations.importing.shapes import is_invisible

MAX_DROPPED = 500
"""Entries of a report; what comes after them is counted only."""

MAX_DROPPED_CHARACTERS = 2_000
"""Length of one entry of a report."""

CELL_BORDER = " | "
"""Stands between the cells of a table's row: without it, two figures side by side would read as one."""

_WHITE_SPACE = re.compile("[ \t\n\r\f\u2028\u2029]+")
_NUMBER_ABOVE = re.compile(r"\s*[-+−–(]?\s*\d[\d+−–,;()\s-]*")
_LEADING_MINUS = re.compile(r"^(\s*\(?)[-−–]")
_ABOVE = str.maketrans("0123456789+()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁽⁾")


def check_size(data: bytes) -> None:
    """Refuse what no reader takes.

    Raises:
        InvalidText: ``data`` is larger than :data:`MAX_BYTES`.
    """
    if len(data) > MAX_BYTES:
        raise InvalidText(f"the file is larger than {MAX_BYTES} bytes", field="data", context={"max_bytes": MAX_BYTES})


def check_blocks(count: int) -> None:
    """Refuse a text with more blocks than plain text may have lines.

    Raises:
        InvalidText: ``count`` is over :data:`MAX_LINES`.
    """
    if count > MAX_LINES:
        raise InvalidText(f"the text has more than {MAX_LINES} blocks", field="data", context={"max_blocks": MAX_LINES})


def tidy(text: str, log: RepairLog) -> str:
    """``text`` as one line in normal form C, or an empty string if nothing in it would show.

    Raises:
        InvalidText: combining marks are stacked endlessly.
    """
    lines = clean_lines(_WHITE_SPACE.sub(" ", text), log)
    line = _WHITE_SPACE.sub(" ", " ".join(lines)).strip()
    return "" if is_invisible(line) else line


def join_cells(cells: Iterable[str], log: RepairLog) -> str:
    """One line for a row of a table; an empty cell keeps its place, a single one stands alone."""
    texts = list(cells)
    if sum(1 for text in texts if text) < 2:
        return "".join(texts)
    log.add("border between the cells of a table", "", CELL_BORDER.strip())
    return _WHITE_SPACE.sub(" ", CELL_BORDER.join(texts)).strip()


def above_the_line(text: str, log: RepairLog) -> str:
    """``text`` as it stands in a superscript: numbers in superscript digits, everything else as it is.

    As plain digits, 10<sup>6</sup> cells would become 106 cells, and a mark for a reference part of a dose.
    """
    if not _NUMBER_ABOVE.fullmatch(text):
        return text
    raised = _LEADING_MINUS.sub(r"\1⁻", text).translate(_ABOVE)
    log.add("number above the line", text.strip(), raised.strip())
    return raised


class DropLog:
    """What was left out, in order; neighbours from the same place and for the same reason share an entry."""

    def __init__(self) -> None:
        self._entries: list[tuple[str, Hashable, list[str]]] = []
        self._lengths: list[int] = []
        self._beyond = 0

    def add(self, text: str, reason: str, place: Hashable = None) -> None:
        """Note that ``text`` was left out; pieces with the same ``place``, other than None, are joined."""
        joins = place is not None and bool(self._entries) and self._entries[-1][:2] == (reason, place)
        if not joins:
            if len(self._entries) == MAX_DROPPED:
                self._beyond += 1
                return
            self._entries.append((reason, place, []))
            self._lengths.append(0)
        elif self._beyond:
            self._beyond += 1
            return
        if self._lengths[-1] <= MAX_DROPPED_CHARACTERS:
            self._entries[-1][2].append(text)
        self._lengths[-1] += len(text) + len(CELL_BORDER)

    def __len__(self) -> int:
        return len(self._entries)

    def report(self) -> list[Dropped]:
        """Everything noted so far; a last entry says how much there is no room for."""
        report = [
            Dropped(_cut(CELL_BORDER.join(texts), length - len(CELL_BORDER)), reason)
            for (reason, _, texts), length in zip(self._entries, self._lengths, strict=True)
        ]
        if self._beyond:
            report.append(Dropped(f"{self._beyond} more", "the report is cut short here"))
        return report


def _cut(text: str, length: int) -> str:
    """``text``, which is the beginning of something of ``length`` characters, with a mark if that is too long."""
    return text if length <= MAX_DROPPED_CHARACTERS else f"{text[: MAX_DROPPED_CHARACTERS - 1]}…"
