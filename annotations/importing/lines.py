"""From clean lines to units: list markers and quote marks read, lines of hard-wrapped paragraphs joined again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from annotations.importing.document import RepairLog
from annotations.importing.shapes import (
    columns,
    ends_openly,
    ends_sentence,
    first_word_columns,
    starts_lower,
    starts_upper,
)
from annotations.vocabulary import BlockKind

NARROWEST_WRAP = 30
WIDEST_WRAP = 120
"""Columns at which programs break lines; lines beyond are whole paragraphs."""

_QUOTE_MARKS = re.compile(r"(?:> ?)+")
_MORE_THAN = re.compile(r"> ?\d")
_BULLET = re.compile(r"(?:[-–*+·○◦□■➢✓✔►▪▫]\s+|[•‣●]\s*)(?=\S)")
_HASHES = re.compile(r"#{1,6}\s+(?=\S)")
_NUMBER = re.compile(r"\(?(?:(\d{1,3})[.)]|([a-z])\))\s+(?=\S)")
_BLANKS = re.compile(r"[ \t]+")
_SUSPENDED = frozenset(["and", "or", "to", "und", "oder", "bis", "et", "ou", "y", "o", "e", "en", "of", "och", "og"])


@dataclass(slots=True)
class Line:
    """One line with text on it.

    Attributes:
        index: its place in the source, from 0.
        text: what it says, marks at the beginning taken off, except for numbers.
        width: columns it takes in the source.
        indent: columns before its first character.
        opens: an empty line, a ruled line or the beginning of the text stands before it.
        quoted: it stood behind a quote mark.
        mark: the bullet or the hashes that stood before the text.
        number: the number (or letter, from 1) that begins it, if it could be that of a list item.
    """

    index: int
    text: str
    width: int
    indent: int
    opens: bool
    quoted: bool = False
    mark: str = ""
    number: int | None = None


@dataclass(slots=True)
class Unit:
    """What will be one block: the lines that belong together, and what is known of its kind."""

    lines: list[Line]
    kind: BlockKind | None
    level: int = 0
    numbered: bool = False
    text: str = ""


def read_lines(raw: Sequence[str]) -> list[Line]:
    """The lines that hold anything, with their indent and what stands before them; marks are not read yet."""
    lines = []
    opens = True
    for index, content in enumerate(raw):
        text = _BLANKS.sub(" ", content).strip()
        if text:
            indent = columns(content[: len(content) - len(content.lstrip())].expandtabs(4))
            lines.append(Line(index, text, columns(content.strip()) + indent, indent, opens))
        opens = not text
    return lines


def join_lines(lines: Sequence[Line], log: RepairLog) -> tuple[list[Unit], bool]:
    """Read the marks of ``lines`` and join those of one paragraph; the flag tells whether the text was hard-wrapped."""
    lines = _without_quote_marks(lines, log)
    _read_numbers(lines)
    wrap = _wrap_column(lines)
    units: list[Unit] = []
    for line in lines:
        last = units[-1].lines[-1] if units else None
        if last is not None and _continues(line, last, units[-1], wrap):
            units[-1].lines.append(line)
            continue
        _take_mark(line, log)
        units.append(_unit(line))
    for unit in units:
        unit.text = _joined(unit.lines, log)
    return units, wrap is not None


def _without_quote_marks(lines: Sequence[Line], log: RepairLog) -> list[Line]:
    kept: list[Line] = []
    opens = False
    for line in lines:
        in_quote = bool(kept) and kept[-1].quoted and not line.opens
        marks = _QUOTE_MARKS.match(line.text)
        if marks and (in_quote or not _MORE_THAN.match(line.text)):
            log.add("quote mark", marks.group().strip())
            line.text = line.text[marks.end() :].strip()
            line.quoted = True
        line.opens = line.opens or opens
        opens = not line.text
        if line.text:
            kept.append(line)
    return kept


def _wrap_column(lines: Sequence[Line]) -> int | None:
    """The column at which the text is hard-wrapped, or None if it is not.

    It is if no line (but one in twenty) goes beyond :data:`WIDEST_WRAP`, and lines with another one right below are
    mostly so full that the next word had no room, or end a sentence. Of the full ones only a few may end a sentence,
    and not all that follow may begin with a capital, as they would in a text with one paragraph or item per line.
    """
    own = [line for line in lines if not line.quoted]
    widths = sorted(line.width for line in own)
    if not widths:
        return None
    wrap = widths[-1 - len(widths) // 20]
    pairs = [(one, two) for one, two in pairwise(own) if not two.opens and not _begins_apart(two)]
    full = [(one, two) for one, two in pairs if _is_full(one, two, wrap)]
    if not full or not NARROWEST_WRAP <= wrap <= WIDEST_WRAP:
        return None
    if len(full) == 1 and not starts_lower(full[0][1].text):
        return None
    short = sum(1 for one, two in pairs if not _is_full(one, two, wrap) and not ends_sentence(one.text))
    sentences = sum(1 for one, _ in full if ends_sentence(one.text))
    capitals = sum(1 for _, two in full if starts_upper(two.text))
    likely = short * 3 <= len(full) * 2 and sentences * 2 <= len(full) and capitals * 4 <= len(full) * 3
    return wrap if likely else None


def _begins_apart(line: Line) -> bool:
    """Whether a mark at its beginning says that ``line`` goes on with nothing."""
    return line.number is not None or bool(_BULLET.match(line.text) or _HASHES.match(line.text))


def _is_full(line: Line, following: Line, wrap: int) -> bool:
    return line.width + 1 + first_word_columns(following.text) > wrap


def _read_numbers(lines: Sequence[Line]) -> None:
    """Take numbers at the beginning of lines for those of list items where one counts on from another."""
    numbered: list[tuple[Line, int, bool]] = []
    for line in lines:
        match = None if line.quoted else _NUMBER.match(line.text)
        if match:
            digits, letter = match.groups()
            numbered.append((line, int(digits) if digits else ord(letter) - ord("a") + 1, bool(digits)))
    for (one, first, digits), (two, second, also_digits) in pairwise(numbered):
        if digits == also_digits and second == first + 1:
            one.number, two.number = first, second


def _continues(line: Line, last: Line, unit: Unit, wrap: int | None) -> bool:
    if line.opens or line.quoted != last.quoted:
        return False
    if line.quoted:
        return True
    in_item = unit.kind is BlockKind.LIST_ITEM
    mid_sentence = wrap is not None and not in_item and _is_full(last, line, wrap) and not ends_sentence(last.text)
    if line.number is not None or _HASHES.match(line.text) or _HASHES.match(last.text) or unit.level:
        return False
    if _BULLET.match(line.text):
        return mid_sentence and not ends_openly(last.text) and starts_lower(_BULLET.sub("", line.text, count=1))
    if in_item and line.indent > unit.lines[0].indent:
        return True
    if wrap is None or (line.indent >= last.indent + 2 and ends_sentence(last.text)):
        return False
    if ends_sentence(last.text):
        return _is_full(last, line, wrap)
    return _is_full(last, line, wrap) or starts_lower(line.text)


def _take_mark(line: Line, log: RepairLog) -> None:
    """Take a bullet or hashes off ``line``. Numbers stay: the text may refer to them."""
    for pattern, reason in ((_BULLET, "list mark"), (_HASHES, "heading mark")):
        match = None if line.quoted or line.mark else pattern.match(line.text)
        if match:
            line.mark = match.group().strip()
            line.text = line.text[match.end() :]
            log.add(reason, line.mark)


def _unit(line: Line) -> Unit:
    if line.quoted:
        return Unit([line], BlockKind.QUOTE)
    if line.mark.startswith("#"):
        return Unit([line], BlockKind.HEADING, level=len(line.mark))
    if line.mark or line.number is not None:
        return Unit([line], BlockKind.LIST_ITEM, numbered=line.number is not None)
    return Unit([line], None)


def _joined(lines: Sequence[Line], log: RepairLog) -> str:
    parts = [lines[0].text]
    for one, two in pairwise(lines):
        if one.text.endswith("\u00ad"):
            log.add("soft hyphen at the end of a line", "\u00ad")
            parts[-1] = parts[-1].removesuffix("\u00ad")
            parts.append(two.text)
        else:
            parts += [_glue(one.text, two.text), two.text]
    return "".join(parts)


def _glue(one: str, two: str) -> str:
    """What stands between two lines once they are joined: nothing between ideographs or after a dash inside a word."""
    if columns(one[-1]) == 2 and columns(two[0]) == 2 and not _is_hangul(one[-1]) and not _is_hangul(two[0]):
        return ""
    if one.endswith("—") and not one.endswith(" —"):
        return ""
    broken_word = one.endswith("-") and one[-2:-1].isalpha() and two[0].islower()
    return "" if broken_word and two.split(None, 1)[0] not in _SUSPENDED else " "


def _is_hangul(character: str) -> bool:
    return "\uac00" <= character <= "\ud7a3"
