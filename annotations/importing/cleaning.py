"""From characters to clean lines: mojibake undone, line ends made one, characters that carry nothing removed."""

from __future__ import annotations

import re
import unicodedata

import ftfy
from ftfy.badness import is_bad

from annotations.errors import InvalidText
from annotations.importing.document import RepairLog

MAX_LINES = 50_000
"""Lines with text on them; a book of two megabytes has fewer."""

MAX_STACKED_MARKS = 30
"""Combining marks in a row, as in the Stream-Safe Text Format of UAX 15: normalising longer runs is quadratic."""

# Only the decoding is put right. Quotes, widths, ligatures and entities are as the author wrote them, and guesses at
# characters that are lost for good would be our words.
_MOJIBAKE_ONLY = ftfy.TextFixerConfig(
    unescape_html=False, replace_lossy_sequences=False, restore_byte_a0=True, normalization=None
)
_PARAGRAPH_END = re.compile("\u2029")
_LINE_END = re.compile("\r\n|[\r\f\u2028]")
_EMPTY_CHARACTERS = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufeff\ufdd0-\ufdef"
    + "".join(chr(plane * 0x10000 + last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
# Every combining mark is neither a word character nor white space: only such runs need a closer look.
_PERHAPS_STACKED = re.compile(rf"[^\w\s\x00-\u02ff]{{{MAX_STACKED_MARKS + 1},}}")


def clean_lines(text: str, log: RepairLog) -> list[str]:
    """Cut ``text`` into lines in normal form C, without trailing white space; empty lines are kept.

    Raises:
        InvalidText: there are more than :data:`MAX_LINES` lines with text, or combining marks are stacked endlessly.
    """
    text = _with_plain_line_ends(text)
    _check_lines(text)
    if not text.isascii():
        text = "\n".join(_without_mojibake(line, log) for line in text.split("\n"))
        # What was hidden in mojibake may be a line end.
        text = _with_plain_line_ends(text)
        _check_lines(text)
    text = _EMPTY_CHARACTERS.sub(lambda match: _removed(match.group(), log), text)
    _check_marks(text)
    return [line.rstrip() for line in unicodedata.normalize("NFC", text).split("\n")]


def _with_plain_line_ends(text: str) -> str:
    return _LINE_END.sub("\n", _PARAGRAPH_END.sub("\n\n", text))


def _check_lines(text: str) -> None:
    if sum(1 for line in text.split("\n") if line and not line.isspace()) > MAX_LINES:
        raise InvalidText(f"the text has more than {MAX_LINES} lines", field="data", context={"max_lines": MAX_LINES})


def _check_marks(text: str) -> None:
    for run in _PERHAPS_STACKED.finditer(text):
        stacked = 0
        for character in run.group():
            stacked = stacked + 1 if unicodedata.combining(character) else 0
            if stacked > MAX_STACKED_MARKS:
                raise InvalidText(f"the text stacks more than {MAX_STACKED_MARKS} combining marks", field="data")


def _without_mojibake(line: str, log: RepairLog) -> str:
    if line.isascii() or not is_bad(line):
        return line
    fixed: str = ftfy.fix_encoding_and_explain(line, _MOJIBAKE_ONLY).text
    if fixed == line or len(_EMPTY_CHARACTERS.findall(fixed)) > len(_EMPTY_CHARACTERS.findall(line)):
        return line
    before, after = line.split(" "), fixed.split(" ")
    if len(before) != len(after):
        before, after = [line], [fixed]
    for old, new in zip(before, after, strict=True):
        if old != new:
            log.add("mojibake", old, new)
    return fixed


def _removed(character: str, log: RepairLog) -> str:
    """A vertical tab stood between words, so a space takes its place; nothing takes the place of the others."""
    log.add(f"U+{ord(character):04X} carries nothing", character)
    return " " if character == "\x0b" else ""
