"""Which reader takes a document: told by its media type, or else by the name of the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from annotations.errors import InvalidInput
from annotations.importing.document import ImportedText
from annotations.importing.html import read_html
from annotations.importing.markdown import read_markdown
from annotations.importing.plain_text import read_plain_text
from annotations.vocabulary import DefinedEnum


class SourceFormat(DefinedEnum):
    """What an article can be imported from."""

    PLAIN_TEXT = "plain_text", "Plain text: paragraphs set apart by lines (.txt, text/plain)."
    MARKDOWN = "markdown", "Markdown: CommonMark with tables (.md, .markdown, text/markdown)."
    HTML = "html", "HTML: a page, or a part of one (.html, .htm, .xhtml, text/html, application/xhtml+xml)."


_MEDIA_TYPES = {
    "text/plain": SourceFormat.PLAIN_TEXT,
    "text/markdown": SourceFormat.MARKDOWN,
    "text/x-markdown": SourceFormat.MARKDOWN,
    "text/html": SourceFormat.HTML,
    "application/xhtml+xml": SourceFormat.HTML,
}
_ENDINGS = {
    ".txt": SourceFormat.PLAIN_TEXT,
    ".text": SourceFormat.PLAIN_TEXT,
    ".md": SourceFormat.MARKDOWN,
    ".markdown": SourceFormat.MARKDOWN,
    ".html": SourceFormat.HTML,
    ".htm": SourceFormat.HTML,
    ".xhtml": SourceFormat.HTML,
}
_SAYS_NOTHING = frozenset({"", "application/octet-stream", "binary/octet-stream"})
_READERS: dict[SourceFormat, Callable[[bytes, str | None], ImportedText]] = {
    SourceFormat.PLAIN_TEXT: lambda data, encoding: read_plain_text(data, encoding=encoding),
    SourceFormat.MARKDOWN: lambda data, encoding: read_markdown(data, encoding=encoding),
    SourceFormat.HTML: lambda data, encoding: read_html(data, encoding=encoding),
}


def format_of(media_type: str | None, file_name: str | None = None) -> SourceFormat:
    """The format of a document.

    The media type decides, parameters aside. Clients that do not know a file send ``application/octet-stream``, or
    ``text/plain`` for Markdown: then the ending of the name decides, where it is known.

    Raises:
        InvalidInput: neither tells a format that is read here; the field is "format".
    """
    named = _ENDINGS.get(PurePosixPath((file_name or "").replace("\\", "/")).suffix.lower())
    essence = (media_type or "").partition(";")[0].strip().lower()
    typed = _MEDIA_TYPES.get(essence)
    if named is not None and (essence in _SAYS_NOTHING or typed is SourceFormat.PLAIN_TEXT):
        return named
    if typed is not None:
        return typed
    raise InvalidInput(
        "the format of this document is not known: send " + ", ".join(_MEDIA_TYPES) + ", or a file name that ends on "
        f"{', '.join(_ENDINGS)}",
        field="format",
        context={"formats": list(SourceFormat.values()), "media_types": list(_MEDIA_TYPES), "endings": list(_ENDINGS)},
    )


def read_document(
    data: bytes, *, media_type: str | None, file_name: str | None = None, encoding: str | None = None
) -> ImportedText:
    """Read a document of any known format into title, blocks and a report.

    Args:
        data: the document, at most :data:`annotations.importing.plain_text.MAX_BYTES`.
        media_type: as the client sent it, with or without ``charset``; None if it sent none.
        file_name: as the client sent it; only its ending is looked at.
        encoding: its encoding, if it is known; it goes before the ``charset`` of the media type.

    Raises:
        InvalidInput: the format or the encoding is not known.
        InvalidText: the document is too large, or holds what cannot be stored.
        UndecodableText: it is binary, or in an encoding that cannot be told.
        EmptyText: nothing is left to read.
    """
    source_format = format_of(media_type, file_name)
    return _READERS[source_format](data, encoding or _charset(media_type))


def _charset(media_type: str | None) -> str | None:
    for parameter in (media_type or "").split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'") or None
    return None
