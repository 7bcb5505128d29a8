"""Bytes to characters: what is told, what is guessed, what is refused."""

from __future__ import annotations

import pytest

from annotations.errors import InvalidInput, UndecodableText
from annotations.importing.plain_text import read_plain_text

FRENCH = "L’été à l’hôpital, où « rien » ne guérit."
CHINESE = "多发性硬化症是一种慢性疾病。"


def only_block(data: bytes, encoding: str | None = None) -> tuple[str, str]:
    imported = read_plain_text(data, encoding=encoding)
    assert len(imported.blocks) == 1
    return imported.blocks[0].text, imported.encoding


@pytest.mark.parametrize(
    ("data", "encoding", "reason"),
    [
        (FRENCH.encode(), "utf-8", "UTF-8 is hardly ever anything else"),
        (FRENCH.encode("utf-8-sig"), "utf-8", "the mark is no text"),
        (b"\xff\xfe" + FRENCH.encode("utf-16-le"), "utf-16-le", "byte order mark"),
        (b"\xfe\xff" + FRENCH.encode("utf-16-be"), "utf-16-be", "byte order mark"),
        (FRENCH.encode("utf-32"), "utf-32-le", "its mark begins like that of UTF-16"),
        (b"\x00\x00\xfe\xff" + FRENCH.encode("utf-32-be"), "utf-32-be", "byte order mark"),
        (FRENCH.encode("cp1252"), "windows-1252", "accents are few among ASCII letters"),
    ],
)
def test_encoding_is_told_from_the_bytes(data: bytes, encoding: str, reason: str) -> None:
    assert only_block(data) == (FRENCH, encoding), reason


@pytest.mark.parametrize(("name", "order"), [("utf-16-le", "little"), ("utf-16-be", "big")])
def test_utf16_without_a_mark_shows_by_its_zeros(name: str, order: str) -> None:
    assert only_block("Plain words, nothing else.".encode(name)) == ("Plain words, nothing else.", name)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (CHINESE, "gb18030"),
        (CHINESE, "GBK"),
        ("これは治療ではない。", "shift_jis"),
        ("Это не лечение.", "windows-1251"),
        ("Это не лечение.", "KOI8-R"),
        ("Ein Mittel für alle.", "latin-1"),
        ("Kein Mittel.", "utf-16"),
        ("Kein Mittel.", "utf-8"),
    ],
)
def test_encoding_named_by_the_caller_is_taken(text: str, name: str) -> None:
    assert only_block(text.encode(name), name)[0] == text


@pytest.mark.parametrize(
    "name", ["", "no-such", "rot13", "hex", "unicode_escape", "idna", "utf-7", "utf\x00-8", "\udcff"]
)
def test_encoding_that_is_not_known_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        read_plain_text(b"Text.", encoding=name)
    assert raised.value.field == "encoding"


@pytest.mark.parametrize(
    ("data", "encoding", "reason"),
    [
        (b"%PDF-1.7 and so on", None, "a PDF"),
        (b"PK\x03\x04 and so on", None, "an office document"),
        (b"{\\rtf1 and so on}", None, "readable, but not plain"),
        (b"Text\x00text", None, "a zero byte"),
        (b"\x00\x01" * 50, None, "zeros in both halves or too few of them for UTF-16"),
        (b"a\x00bcdefghijklmnopqrst", None, "one zero is no UTF-16"),
        (b"\x01\x02\x03\x04text", None, "control characters"),
        (b"\xff\xfea", None, "half a unit of UTF-16"),
        (b"\xef\xbb\xbfcaf\xe9", None, "a mark of UTF-8 before something else"),
        (CHINESE.encode("gbk"), None, "no Western language has so many letters beyond ASCII"),
        (b"A plain sentence with \x81 in it.", None, "Windows-1252 has no such byte"),
        (b"caf\xe9", "utf-8", "named wrongly"),
        ("Text\x00.".encode("utf-16-le"), "utf-16-le", "NUL is nobody's text"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, encoding: str | None, reason: str) -> None:
    with pytest.raises(UndecodableText) as raised:
        read_plain_text(data, encoding=encoding)
    assert raised.value.field == "data", reason


def test_a_few_stray_bytes_in_utf8_are_read_and_reported() -> None:
    imported = read_plain_text(CHINESE.encode() * 3 + b"It\x92s \x81.")

    assert imported.blocks[0].text == CHINESE * 3 + "It’s \ufffd."
    assert [(repair.reason, repair.after) for repair in imported.repairs] == [
        ("byte 0x92 is not UTF-8", "’"),
        ("byte 0x81 is not UTF-8", "\ufffd"),
    ]


def test_utf8_and_windows_1252_mixed_are_both_read() -> None:
    imported = read_plain_text("Un café.\n".encode() + "Un thé glacé, très bien né.".encode("cp1252"))

    assert [block.text for block in imported.blocks] == ["Un café.", "Un thé glacé, très bien né."]
    assert [(repair.before, repair.after) for repair in imported.repairs] == [("cafÃ©.", "café.")]


def test_mojibake_that_changes_the_number_of_words_is_reported_by_the_line() -> None:
    imported = read_plain_text("VoilÃ\u00a0 un cafÃ©, Ã  la carte.".encode())

    assert imported.blocks[0].text.endswith("un café, à la carte.")
    assert all(repair.reason == "mojibake" for repair in imported.repairs)
