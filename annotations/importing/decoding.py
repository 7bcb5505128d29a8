"""From bytes to characters.

The order of trust: the encoding that the caller names, a byte order mark, UTF-8 (which other encodings hardly ever
imitate), then the single-byte encodings of Western languages. What fits none is refused: a wrong guess would publish
words that nobody wrote.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from annotations.errors import InvalidInput, UndecodableText
from annotations.importing.document import RepairLog

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins with the mark of UTF-16, so it is tried first
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NAMEABLE = frozenset(
    codecs.lookup(name).name
    for name in (
        "ascii utf-8 utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be mac-roman koi8-r koi8-u gb18030 gbk gb2312 "
        "big5 big5hkscs shift-jis cp932 euc-jp iso-2022-jp euc-kr cp949 tis-620 "
        + " ".join(f"windows-{page}" for page in range(1250, 1259))
        + " "
        + " ".join(f"iso-8859-{part}" for part in range(1, 17) if part != 12)
    ).split()
)
_SIGNATURES = (
    (b"%PDF-", "a PDF"),
    (b"{\\rtf", "an RTF document"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\xd0\xcf\x11\xe0", "an office document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"\x1f\x8b", "a compressed file"),
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MOST_CONTROLS = 0.02
"""Text holds hardly any control characters but tabs and line ends; every other byte of machine data is one."""

_MOST_ZEROS = 0.001
"""Browsers pass over zero bytes, so that they stay unnoticed in pages; more of them make the data binary."""

_MOST_HIGH_BYTES = 0.4
"""Share of bytes over 0x7F, white space left out, above which a text is in no Western language."""

_STRAY_BYTES_PER_GOOD = 0.1
"""Bytes that are not UTF-8, per character beyond ASCII that is, up to which a text counts as UTF-8 with a few slips."""

_ESCAPED = re.compile("[\udc80-\udcff]")
_DECLARATION = re.compile(
    rb"""<meta\b[^>]{0,500}?\bcharset\s*=\s*["']?\s*([\w:.-]{1,40})"""
    rb"""|\A\s{0,40}<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']([\w:.-]{1,40})["']""",
    re.IGNORECASE,
)
_DECLARED_WITHIN_BYTES = 4_096
_READ_AS = {
    "ascii": "windows-1252", "iso8859-1": "windows-1252", "iso8859-9": "windows-1254", "tis-620": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949",
}  # fmt: skip
"""Declared encoding → the larger one that browsers read in its place (WHATWG Encoding Standard, section 4.2)."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Characters, and the encoding they were in."""

    text: str
    encoding: str


def decode(data: bytes, encoding: str | None, log: RepairLog) -> Decoded:
    """Turn ``data`` into characters; a byte order mark at the start is no part of the text.

    Raises:
        InvalidInput: ``encoding`` names no text encoding that is read here.
        UndecodableText: the data is binary, or in an encoding that cannot be told.
    """
    for signature, what in _SIGNATURES:
        if data.startswith(signature):
            raise UndecodableText(f"this is {what}, not plain text", field="data")
    return _checked(_named(data, encoding) if encoding is not None else _marked(data) or _guessed(data, log))


def decode_markup(data: bytes, encoding: str | None, log: RepairLog) -> Decoded:
    """Turn the bytes of an HTML page into characters: a byte order mark, ``encoding``, what the page declares, a guess.

    A declaration is a hint, as pages are copied and converted without it: where the bytes do not fit, it is passed by.

    Raises:
        InvalidInput: ``encoding`` names no text encoding that is read here.
        UndecodableText: the data is binary, or in an encoding that cannot be told.
    """
    if 0 < data.count(b"\x00") <= _MOST_ZEROS * len(data):
        log.add("bytes 0x00 carry nothing", "")
        data = data.replace(b"\x00", b"")
    marked = any(data.startswith(mark) for mark, _ in _BYTE_ORDER_MARKS)
    if not marked and encoding is None:
        declared = _DECLARATION.search(data[:_DECLARED_WITHIN_BYTES])
        decoded = _declared(data, (declared[1] or declared[2]).decode("ascii", "replace")) if declared else None
        if decoded is not None:
            return _checked(decoded)
    return decode(data, None if marked else encoding, log)


def _declared(data: bytes, label: str) -> Decoded | None:
    try:
        name = codecs.lookup(label).name
        name = codecs.lookup(_READ_AS.get(name, name)).name
        # What could declare UTF-16 in ASCII is not in UTF-16; UTF-8 with slips is better read by the guess.
        if name not in _NAMEABLE | {"cp874"} or name.startswith("utf"):
            return None
        return Decoded(data.decode(name), "windows-1252" if name == "cp1252" else name)
    except (LookupError, ValueError):
        return None


def _checked(decoded: Decoded) -> Decoded:
    controls = sum(1 for _ in _CONTROL.finditer(decoded.text))
    if "\x00" in decoded.text or controls > _MOST_CONTROLS * len(decoded.text) + 1:
        raise UndecodableText("this is binary data, not text", field="data")
    return decoded


def _named(data: bytes, encoding: str) -> Decoded:
    try:
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError):
        name = ""
    if name not in _NAMEABLE:
        raise InvalidInput(f"no encoding is known as {encoding!a}", field="encoding")
    return Decoded(_strictly(data, name).removeprefix("\ufeff"), name)


def _marked(data: bytes) -> Decoded | None:
    for mark, name in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return Decoded(_strictly(data[len(mark) :], name), name)
    return None


def _guessed(data: bytes, log: RepairLog) -> Decoded:
    if b"\x00" in data:
        return _unmarked_utf16(data)
    text = data.decode("utf-8", "surrogateescape")
    stray = sum(1 for _ in _ESCAPED.finditer(text))
    beyond_ascii = sum(1 for _ in re.finditer(r"[^\x00-\x7f]", text)) - stray
    if stray <= _STRAY_BYTES_PER_GOOD * beyond_ascii:
        return Decoded(_ESCAPED.sub(lambda match: _stray_byte(match.group(), log), text), "utf-8")
    return _western(data)


def _stray_byte(escaped: str, log: RepairLog) -> str:
    """A byte that is no UTF-8, as Windows-1252, or U+FFFD where that has no character for it."""
    byte = ord(escaped) - 0xDC00
    character = bytes([byte]).decode("windows-1252", "replace")
    log.add(f"byte 0x{byte:02X} is not UTF-8", "", character)
    return character


def _unmarked_utf16(data: bytes) -> Decoded:
    """Half of the bytes of UTF-16 are zero where the text is Western: the half tells the byte order."""
    zeros_first, zeros_second = data[0::2].count(0), data[1::2].count(0)
    name = "utf-16-be" if zeros_first > zeros_second else "utf-16-le"
    if min(zeros_first, zeros_second) > 0 or max(zeros_first, zeros_second) * 4 < len(data):
        raise UndecodableText("this is binary data, not text", field="data")
    return Decoded(_strictly(data, name), name)


def _western(data: bytes) -> Decoded:
    dense = len(b"".join(data.split()))
    high = dense - len(re.sub(rb"[\x80-\xff]+|\s+", b"", data))
    if high > _MOST_HIGH_BYTES * dense:
        raise UndecodableText("the encoding of this text cannot be told: name it", field="data")
    # Only the old Macintosh ended lines with a bare CR, and it had an encoding of its own.
    name = "mac-roman" if b"\r" in data and b"\n" not in data else "windows-1252"
    return Decoded(_strictly(data, name), name)


def _strictly(data: bytes, name: str) -> str:
    try:
        return data.decode(name)
    except UnicodeDecodeError as error:
        raise UndecodableText(f"this is not text in {name}", field="data", context={"byte": error.start}) from error
