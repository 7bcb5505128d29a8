"""Text as it is stored, counted, hashed and compared.

Stored text is in Unicode normal form C. Offsets count code points; :func:`utf16_range` and
:func:`code_point_range` convert at the border, where browsers count UTF-16 code units.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import rfc8785

from annotations.errors import InvalidInput, InvalidText

MAX_STACKED_MARKS = 30
"""Longest run of combining marks that is taken: the Stream-Safe Text Format of UAX 15 draws the same line.

Normalising longer runs costs time that grows with the square of their length.
"""

MAX_BYTES_PER_CODE_POINT = 4
"""UTF-8 spends at most four bytes on a code point."""

_LINE_END = re.compile("\r\n|[\r\u2028\u2029]")
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane * 0x10000 + last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
# Every combining mark is neither a word character nor white space, so long runs of such characters are
# the only places where marks can stack.
_PERHAPS_STACKED = re.compile(rf"[^\w\s\x00-\u02ff]{{{MAX_STACKED_MARKS + 1},}}")


def validate_text(
    value: str, *, field: str, max_code_points: int, multiline: bool = False, max_bytes: int | None = None
) -> str:
    """Return ``value`` trimmed and in normal form C, fit to be stored and shown.

    Args:
        value: the text as it came in.
        field: name of the input, for the error.
        max_code_points: greatest length of the result.
        multiline: whether line ends may stand inside; CRLF, CR, U+2028 and U+2029 become newlines.
        max_bytes: greatest length of the trimmed input in UTF-8; default four bytes for each of ``max_code_points``.

    Raises:
        InvalidText: it is blank, too long, or holds a lone surrogate, a noncharacter, a control character other
            than tab (and newline, if ``multiline``), or more than 30 stacked combining marks.
    """
    trimmed = value.strip()
    if multiline:
        trimmed = _LINE_END.sub("\n", trimmed)
    refused = _FORBIDDEN.search(trimmed) or (None if multiline else re.search("\n", trimmed))
    if refused:
        character = f"U+{ord(refused.group()):04X}"
        raise InvalidText(
            f"{field} holds {character}, which cannot be stored", field=field, context={"character": character}
        )
    most_bytes = MAX_BYTES_PER_CODE_POINT * max_code_points if max_bytes is None else max_bytes
    if len(trimmed.encode()) > most_bytes:
        raise InvalidText(f"{field} is longer than {most_bytes} bytes", field=field, context={"max_bytes": most_bytes})
    text = to_nfc(trimmed, field=field)
    if len(text) > max_code_points:
        raise InvalidText(
            f"{field} is longer than {max_code_points} characters",
            field=field,
            context={"max_code_points": max_code_points, "code_points": len(text)},
        )
    if not has_visible_character(text):
        raise InvalidText(f"{field} is blank", field=field)
    return text


def to_nfc(text: str, *, field: str) -> str:
    """Return ``text`` in normal form C.

    Raises:
        InvalidText: more than :data:`MAX_STACKED_MARKS` combining marks follow one another.
    """
    for run in _PERHAPS_STACKED.finditer(text):
        stacked = 0
        for character in run.group():
            stacked = stacked + 1 if unicodedata.combining(character) else 0
            if stacked > MAX_STACKED_MARKS:
                raise InvalidText(f"{field} stacks more than {MAX_STACKED_MARKS} combining marks", field=field)
    return unicodedata.normalize("NFC", text)


def has_visible_character(text: str) -> bool:
    """Whether anything but white space and invisible formatting characters stands in ``text``."""
    return any(not character.isspace() and unicodedata.category(character) != "Cf" for character in text)


def text_sha256(text: str) -> str:
    """SHA-256 of the text in UTF-8, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def blocks_hash(blocks: Iterable[tuple[str, str]]) -> str:
    """Hash of a whole text: SHA-256 over the canonical JSON (RFC 8785) of its ordered ``[kind, text]`` pairs."""
    return hashlib.sha256(rfc8785.dumps([[str(kind), text] for kind, text in blocks])).hexdigest()


def utf16_range(text: str, start: int, end: int) -> tuple[int, int]:
    """Convert a range in code points to one in UTF-16 code units.

    Raises:
        InvalidInput: not ``0 <= start <= end <= len(text)``; ``field`` is start or end.
    """
    check_range(start, end, len(text))
    start16 = _utf16_length(text[:start])
    return start16, start16 + _utf16_length(text[start:end])


def code_point_range(text: str, start16: int, end16: int) -> tuple[int, int]:
    """Convert a range in UTF-16 code units to one in code points.

    Raises:
        InvalidInput: out of range, in the wrong order, or inside a surrogate pair; ``field`` is start or end.
    """
    units = text.encode("utf-16-le")
    check_range(start16, end16, len(units) // 2)
    start = _code_points(units[: 2 * start16], "start")
    return start, start + _code_points(units[2 * start16 : 2 * end16], "end")


def check_range(start: int, end: int, length: int) -> None:
    """Raise InvalidInput unless ``0 <= start <= end <= length``; ``field`` names the end that is at fault."""
    if not 0 <= start <= length:
        raise InvalidInput(f"start must be from 0 to {length}", field="start", context={"length": length})
    if not start <= end <= length:
        raise InvalidInput(f"end must be from {start} to {length}", field="end", context={"length": length})


def _utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _code_points(units: bytes, field: str) -> int:
    try:
        return len(units.decode("utf-16-le"))
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{field} falls inside a surrogate pair", field=field) from error


_QUOTATION = {
    **dict.fromkeys("‘’‚‛′‵ʼ`´‹›＇", "'"),
    **dict.fromkeys("“”„‟″‶«»〝〞＂", '"'),
}
_DASHES = frozenset("-‐‑‒–—―⁃−﹘﹣－")
_EXPANDED = {
    "…": "...", "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "µ": "μ",
}  # fmt: skip
_OPENING_GUILLEMETS = frozenset("«‹")
_CLOSING_GUILLEMETS = frozenset("»›")
_NO_BREAK_SPACES = frozenset("\u00a0\u202f")
_VARIATION_SELECTORS = frozenset(chr(point) for point in range(0xFE00, 0xFE10))
_ZERO_WIDTH_JOINER = "\u200d"


@dataclass(frozen=True, slots=True)
class Folded:
    """A text with its typography taken out, and the way back.

    Attributes:
        text: the folded text.
        offsets: for each character of ``text``, the range of the original it stands for, in code points. Characters
            that come from the same piece of the original (a ligature, a letter with its marks) share one range.
    """

    text: str
    offsets: tuple[tuple[int, int], ...]

    def original_range(self, start: int, end: int) -> tuple[int, int] | None:
        """The original range of ``text[start:end]``, or None if that is empty or cuts a piece of the original."""
        if not 0 <= start < end <= len(self.text):
            return None
        cuts_front = start > 0 and self.offsets[start - 1] == self.offsets[start]
        cuts_back = end < len(self.text) and self.offsets[end] == self.offsets[end - 1]
        return None if cuts_front or cuts_back else (self.offsets[start][0], self.offsets[end - 1][1])


def fold(text: str) -> Folded:
    """Take the typography out of ``text``, so that words can be compared however they were typed.

    Quotation marks and apostrophes become straight; a run of dashes or hyphens becomes one hyphen; an ellipsis
    three dots; Latin ligatures their letters; a run of white space one space (none inside guillemets, where
    French sets a no-break space). Soft hyphens, zero-width characters, direction marks and variation selectors
    vanish. Letters keep their case and their accents.
    """
    folded: list[str] = []
    offsets: list[tuple[int, int]] = []
    after_opening = False
    for start, end in _clusters(text):
        piece = text[start:end]
        if piece in _CLOSING_GUILLEMETS and folded and folded[-1] == " ":
            spaces_from, spaces_to = offsets[-1]
            if all(character in _NO_BREAK_SPACES for character in text[spaces_from:spaces_to]):
                folded.pop()
                offsets.pop()
        if after_opening and piece in _NO_BREAK_SPACES:
            continue
        replacement = _folded_piece(piece)
        if replacement in {" ", "-"} and folded and folded[-1] == replacement:
            offsets[-1] = (offsets[-1][0], end)
            continue
        folded.extend(replacement)
        offsets.extend([(start, end)] * len(replacement))
        if replacement:
            after_opening = piece in _OPENING_GUILLEMETS
    return Folded("".join(folded), tuple(offsets))


def _folded_piece(piece: str) -> str:
    if len(piece) == 1:
        return _folded_character(piece)
    folded = "".join(_folded_character(character) for character in unicodedata.normalize("NFC", piece))
    # A mark may have stood on a ligature: only its last letter takes it.
    return unicodedata.normalize("NFC", folded)


def _folded_character(character: str) -> str:
    if character.isascii() and character.isalnum():
        return character
    if character.isspace():
        return " "
    if character in _DASHES:
        return "-"
    if character in _QUOTATION:
        return _QUOTATION[character]
    if character in _EXPANDED:
        return _EXPANDED[character]
    if character in _VARIATION_SELECTORS or unicodedata.category(character) == "Cf":
        return ""
    return character


def is_boundary(text: str, offset: int) -> bool:
    """Whether a range may begin or end at ``offset``: not before a combining mark, nor inside a joined emoji."""
    if not 0 < offset < len(text):
        return True
    joined_emoji = text[offset - 1] == _ZERO_WIDTH_JOINER and unicodedata.category(text[offset]) == "So"
    return not joined_emoji and not _extends(text[offset])


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Cut ``text`` into characters with the marks that belong to them, as ranges."""
    start = 0
    for offset in range(1, len(text) + 1):
        if offset == len(text) or is_boundary(text, offset):
            yield start, offset
            start = offset


def _extends(character: str) -> bool:
    if character < "\u0300":
        return False
    return (
        character == _ZERO_WIDTH_JOINER
        or unicodedata.category(character).startswith("M")
        or "\u1160" <= character <= "\u11ff"  # vowels and finals of a Hangul syllable
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
    )
