"""Which reader takes a document."""

from __future__ import annotations

import pytest

from annotations.errors import InvalidInput
from annotations.importing.formats import SourceFormat, format_of, read_document


@pytest.mark.parametrize(
    ("media_type", "file_name", "expected", "reason"),
    [
        ("text/plain", None, "plain_text", "by its media type"),
        ("text/markdown; charset=utf-8; variant=GFM", None, "markdown", "parameters aside"),
        ("TEXT/HTML", None, "html", "in any case"),
        ("application/xhtml+xml", None, "html", "XHTML too"),
        (None, "a.b.txt", "plain_text", "by the ending of its name"),
        (None, "A.MD", "markdown", "in any case"),
        (None, "C:\\notes\\a.htm", "html", "with the path of another system"),
        ("", "a.markdown", "markdown", "a type that is empty says nothing"),
        ("application/octet-stream", "a.html", "html", "and neither does this one"),
        ("text/plain", "a.md", "markdown", "clients that do not know Markdown call it plain text"),
        ("text/plain", "a.pdf", "plain_text", "an ending that nobody knows changes nothing"),
        ("text/html", "a.md", "html", "another type is meant"),
    ],
)
def test_format(media_type: str | None, file_name: str | None, expected: str, reason: str) -> None:
    assert format_of(media_type, file_name).value == expected, reason


@pytest.mark.parametrize(
    ("media_type", "file_name"),
    [
        (None, None),
        ("", ""),
        ("application/pdf", "a.pdf"),
        ("application/pdf", "a.txt"),
        ("application/octet-stream", None),
        (None, "html"),
        (None, "a."),
    ],
)
def test_what_is_not_known_is_refused_with_what_is_taken(media_type: str | None, file_name: str | None) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_document(b"x", media_type=media_type, file_name=file_name)

    assert caught.value.field == "format"
    assert caught.value.context["formats"] == list(SourceFormat.values())
    assert "text/markdown" in caught.value.message
    assert ".html" in caught.value.message


@pytest.mark.parametrize(
    ("media_type", "text", "reason"),
    [
        ("text/plain", "a *b* <i>c</i>", "plain text has no marks"),
        ("text/markdown", "a b c", "Markdown has"),
        ("text/html", "a *b* c", "and HTML has others"),
    ],
)
def test_each_format_has_its_reader(media_type: str, text: str, reason: str) -> None:
    imported = read_document(b"a *b* <i>c</i>", media_type=media_type)
    assert [block.text for block in imported.blocks] == [text], reason


@pytest.mark.parametrize(
    ("media_type", "encoding", "text", "reason"),
    [
        ("text/plain; charset=windows-1251", None, "да", "the media type tells the encoding"),
        ('text/markdown; Charset="windows-1251"', None, "да", "in quotes too"),
        ("text/html; charset=koi8-r", "windows-1251", "да", "the caller knows better"),
        ("text/html; charset=", "windows-1251", "да", "an empty one says nothing"),
    ],
)
def test_encoding(media_type: str, encoding: str | None, text: str, reason: str) -> None:
    imported = read_document("да".encode("windows-1251"), media_type=media_type, encoding=encoding)
    assert imported.blocks[0].text == text, reason


def test_every_format_is_defined() -> None:
    assert all(member.definition for member in SourceFormat)
