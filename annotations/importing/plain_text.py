"""Plain text to title and blocks."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence

from annotations.errors import EmptyText, InvalidText
from annotations.importing.cleaning import clean_lines
from annotations.importing.decoding import decode
from annotations.importing.document import Block, Dropped, ImportedText, RepairLog
from annotations.importing.furniture import furniture_reason
from annotations.importing.lines import Line, Unit, join_lines, read_lines
from annotations.importing.shapes import (
    MAX_TITLE_COLUMNS,
    SECTION_NAMES,
    columns,
    could_be_heading,
    could_be_title,
    is_invisible,
    is_question,
    is_shouted,
    same_words,
    starts_lower,
)
from annotations.vocabulary import BlockKind

MAX_BYTES = 2_000_000
MAX_FURNITURE_LINES = 12
"""Furniture is looked for in so many lines at either end."""

MAX_HEADINGS_IN_A_ROW = 2
"""A heading may have a subheading right below it; more short lines in a row are a list without marks, or verse."""

QUESTIONS_OF_A_CATALOGUE = 2
"""So many further questions make a question at the top the first of them, not the title."""

_COUNTED = re.compile(r"\(?\d{1,3}[.)]\s")
_RULED = re.compile(r"([-=_*~#·•.—–+─━═])(?: ?\1){2,}")


def read_plain_text(data: bytes, *, encoding: str | None = None) -> ImportedText:
    """Read a plain text file into its title, its blocks and a report of what was dropped or repaired.

    Args:
        data: the file, at most :data:`MAX_BYTES`.
        encoding: its encoding, if it is known; otherwise a byte order mark, UTF-8 and Windows-1252 are tried.

    **Blocks.** Lines that were wrapped at a fixed column are joined; otherwise each line is a block. Lines that begin
    with a bullet, or with numbers that count on, are list items (numbers stay in the text); lines behind ``>`` are
    quotes. Ruled lines are dropped. A heading is a short line that begins like one, does not end like a sentence
    (a question may be a heading), and is followed by text that is longer than itself or a list; not more than two
    such lines follow one another. ``#`` marks always make a heading, and so do capitals if other text follows.

    **Title.** The first line is the title if all of this holds: it looks like a heading, though it may be longer (160
    columns) or an exclamation; the next line does not go on with a lower-case letter; running text or a list
    follows somewhere; it is no list item, quote or number, no byline or date, no name of an opening section such as
    "Introduction", and no question with an answer under it that two or more questions follow. A short first line that
    stands twice is the title however it ends; a line after ``#`` is, one after ``##`` is not. Otherwise there is
    none. A second copy of the title right below is dropped.

    **Page furniture** (see :mod:`annotations.importing.furniture`) is dropped at the beginning and the end only.

    Raises:
        InvalidText: the file is too large, has too many lines, or stacks combining marks.
        InvalidInput: ``encoding`` is not known.
        UndecodableText: the file is binary or in an encoding that cannot be told.
        EmptyText: nothing is left to read.
    """
    if len(data) > MAX_BYTES:
        raise InvalidText(f"the file is larger than {MAX_BYTES} bytes", field="data", context={"max_bytes": MAX_BYTES})
    log = RepairLog()
    decoded = decode(data, encoding, log)
    dropped: dict[int, Dropped] = {}
    lines = _without_rules(read_lines(clean_lines(decoded.text, log)), dropped)
    lines = _without_furniture(_without_furniture(lines, dropped)[::-1], dropped)[::-1]
    separated = sum(1 for line in lines[1:] if line.opens)
    units, wrapped = join_lines(lines, log)
    title, units = _take_title(_without_invisible(units, dropped), dropped)
    _mark_headings(units)
    if not units:
        raise EmptyText("nothing is left to read", field="data", context={"dropped": len(dropped)})
    return ImportedText(
        title=title and unicodedata.normalize("NFC", title),
        blocks=[Block(unit.kind or BlockKind.PARAGRAPH, unicodedata.normalize("NFC", unit.text)) for unit in units],
        dropped=[dropped[index] for index in sorted(dropped)],
        repairs=log.repairs(),
        encoding=decoded.encoding,
        format=_format(wrapped, separated, len(lines)),
        source_sha256=hashlib.sha256(data).hexdigest(),
    )


def _format(wrapped: bool, separated: int, lines: int) -> str:
    if wrapped:
        return "hard-wrapped"
    return "blank-line separated" if separated * 2 >= lines - 1 > 0 else "one line per block"


def _without_rules(lines: Sequence[Line], dropped: dict[int, Dropped]) -> list[Line]:
    """Drop lines that only rule off or show nothing; what follows them opens anew."""
    kept: list[Line] = []
    opens = False
    for line in lines:
        line.opens = line.opens or opens
        reason = None
        if _RULED.fullmatch(line.text):
            reason = "ruled line"
        elif is_invisible(line.text):
            reason = "invisible characters only"
        if reason is None:
            kept.append(line)
        else:
            dropped[line.index] = Dropped(line.text, reason)
        opens = reason is not None
    return kept


def _without_invisible(units: Sequence[Unit], dropped: dict[int, Dropped]) -> list[Unit]:
    """Drop units of which nothing is left to see once their marks are off."""
    for unit in units:
        if is_invisible(unit.text):
            dropped[unit.lines[0].index] = Dropped(unit.text, "invisible characters only")
    return [unit for unit in units if not is_invisible(unit.text)]


def _without_furniture(lines: Sequence[Line], dropped: dict[int, Dropped]) -> list[Line]:
    """Drop the page furniture with which ``lines`` begin."""
    for position, line in enumerate(lines):
        # A lower-case line under another one is more likely the last word of a wrapped sentence.
        reason = None if starts_lower(line.text) and not line.opens else furniture_reason(line.text)
        if reason is None or position == MAX_FURNITURE_LINES:
            return list(lines[position:])
        dropped[line.index] = Dropped(line.text, reason)
    return []


def _take_title(units: Sequence[Unit], dropped: dict[int, Dropped]) -> tuple[str | None, list[Unit]]:
    """Take the title off ``units``, with its copies and the furniture between it and the text, if any text is left."""
    if not _begins_with_title(units):
        return None, list(units)
    title = units[0].text
    copies: dict[int, Dropped] = {}
    for position, unit in enumerate(units[1:], start=1):
        reason = "duplicate of the title line" if same_words(unit.text, title) else furniture_reason(unit.text)
        if reason is None or position > MAX_FURNITURE_LINES:
            dropped.update(copies)
            return title, list(units[position:])
        copies[unit.lines[0].index] = Dropped(unit.text, reason)
    return None, list(units)


def _begins_with_title(units: Sequence[Unit]) -> bool:
    if len(units) < 2:
        return False
    first, second = units[0], units[1]
    if first.kind is not None:
        return first.level == 1
    if same_words(first.text, second.text) and len(first.text) <= MAX_TITLE_COLUMNS:
        return len(units) > 2
    if not could_be_title(first.text) or first.text.casefold() in SECTION_NAMES or _COUNTED.match(first.text):
        return False
    if starts_lower(second.text) and not second.lines[0].opens:
        return False
    if is_question(first.text) and _is_body(second):
        others = sum(1 for unit in units[1:] if is_question(unit.text) and could_be_heading(unit.text))
        return others < QUESTIONS_OF_A_CATALOGUE
    return any(_is_body(unit) for unit in units[1:])


def _is_body(unit: Unit) -> bool:
    if unit.kind is None:
        return not could_be_heading(unit.text)
    return unit.kind in {BlockKind.LIST_ITEM, BlockKind.QUOTE}


def _mark_headings(units: Sequence[Unit]) -> None:
    """Set the kind of the units that are headings; see :func:`read_plain_text` for the rule."""
    row: list[Unit] = []
    for position, unit in enumerate(units):
        following = units[position + 1] if position + 1 < len(units) else None
        alone = unit.numbered and _stands_alone(units[position - 1] if position else None, unit, following)
        if alone or (unit.kind is None and could_be_heading(unit.text)):
            row.append(unit)
            shouted = is_shouted(unit.text) and following is not None and not is_shouted(following.text)
            if not shouted:
                continue
            row = row if len(row) <= MAX_HEADINGS_IN_A_ROW else [unit]
        if row and len(row) <= MAX_HEADINGS_IN_A_ROW and (row[-1] is unit or _heads(row[-1], unit)):
            for heading in row:
                heading.kind = BlockKind.HEADING
        row = []


def _stands_alone(previous: Unit | None, unit: Unit, following: Unit | None) -> bool:
    """Whether a numbered line is a heading: running text follows it, and no item of a list stands right above."""
    after_item = previous is not None and previous.numbered and previous.kind is BlockKind.LIST_ITEM
    before_text = following is not None and following.kind is None and _is_body(following)
    return before_text and not after_item and could_be_heading(unit.text)


def _heads(last: Unit, body: Unit) -> bool:
    carries_on = body.kind is None and starts_lower(body.text) and not body.lines[0].opens
    if carries_on or not _is_body(body):
        return False
    longer = columns(body.text) > columns(last.text)
    return longer or body.kind is not None or is_question(last.text)
