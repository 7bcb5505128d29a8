"""Reading the texts that editors import: as JSON, or as a file with its metadata beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from flask import g, request
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import RequestEntityTooLarge

from annotations.errors import InvalidInput
from annotations.importing.document import ImportedText
from annotations.importing.formats import SourceFormat, read_document
from annotations.importing.plain_text import MAX_BYTES
from api.editorial.bodies import BodySchema, load, parse, read_json
from api.editorial.inputs import MetadataSchema, enum_of, written
from api.problems import EdgeError, invalid_parameter

FORM = "multipart/form-data"
JSON_ENCODING = "utf-8"
MAX_FORM_BYTES = MAX_BYTES + 100_000
"""A file of the greatest size, with its metadata and what a form adds."""

MEDIA_TYPES = {
    SourceFormat.PLAIN_TEXT: "text/plain",
    SourceFormat.MARKDOWN: "text/markdown",
    SourceFormat.HTML: "text/html",
}


class TextSchema(BodySchema):
    """A text, as it came from its source."""

    text = written("At most 2 MB in UTF-8.")
    format = enum_of(SourceFormat, required=False, load_default=SourceFormat.PLAIN_TEXT)


class NewArticleSchema(MetadataSchema):
    """A new article: its text, its name in addresses, and its metadata."""

    slug = written("Its name in addresses, for good.")
    text = written("At most 2 MB in UTF-8.")
    format = enum_of(SourceFormat, required=False, load_default=SourceFormat.PLAIN_TEXT)


class _FileFields(MetadataSchema):
    slug = fields.String(required=True, validate=validate.Length(1))


@dataclass(frozen=True, slots=True)
class Submitted:
    """A text that came in, read; ``fields`` is what else came with it."""

    document: ImportedText
    fields: dict[str, Any]


def read_new_article() -> tuple[bytes, Submitted]:
    """The article in the current request's body.

    JSON by :class:`NewArticleSchema`, or a form whose part ``file`` is the text and whose part ``article`` is JSON with
    the rest.
    """
    return _read(NewArticleSchema, _FileFields)


def read_text() -> tuple[bytes, Submitted]:
    """The text in the current request's body: JSON by :class:`TextSchema`, or the part ``file`` of a form."""
    return _read(TextSchema, BodySchema)


def _read(of_json: type[Schema], of_form: type[Schema]) -> tuple[bytes, Submitted]:
    if request.mimetype == FORM:
        return _read_form(of_form)
    body = read_json(of_json)
    data = body.pop("text").encode()
    media_type = MEDIA_TYPES[body.pop("format")]
    return g.body_bytes, Submitted(
        read_source(data, member="text", media_type=media_type, encoding=JSON_ENCODING), body
    )


def read_source(
    data: bytes,
    *,
    member: str,
    media_type: str | None = None,
    file_name: str | None = None,
    encoding: str | None = None,
) -> ImportedText:
    """The text in ``data``, which came in as ``member``.

    ``encoding`` is what it is encoded in where that is known; a text that came as JSON is in UTF-8, whatever its HTML
    says of itself.

    Raises:
        InvalidInput: it is none, or too large; the error names ``member``.
    """
    try:
        return read_document(data, media_type=media_type, file_name=file_name, encoding=encoding)
    except InvalidInput as error:
        error.field = member
        raise


def _read_form(schema: type[Schema]) -> tuple[bytes, Submitted]:
    if (request.content_length or MAX_FORM_BYTES + 1) > MAX_FORM_BYTES:
        raise EdgeError("content_too_large", f"The body is larger than {MAX_FORM_BYTES} bytes.")
    request.max_content_length = MAX_FORM_BYTES
    request.max_form_memory_size = MAX_FORM_BYTES
    try:
        unknown = (set(request.files) | set(request.form)) - {"file", "article"}
        file, rest = request.files.get("file"), request.form.get("article", "{}")
    except RequestEntityTooLarge as error:
        raise EdgeError("content_too_large", f"The body is larger than {MAX_FORM_BYTES} bytes.") from error
    if unknown:
        raise invalid_parameter(min(unknown), "is no part here", location="body")
    if file is None:
        raise invalid_parameter("file", "is missing", location="body")
    data = file.stream.read(MAX_BYTES + 1)
    given = load(schema, parse(rest.encode()))
    document = read_source(data, member="file", media_type=_media_type(file.mimetype), file_name=file.filename)
    # What the call is repeated by is what it says, not how the form sets its parts apart.
    content = json.dumps([file.filename, file.mimetype, rest]).encode() + b"\0" + data
    return content, Submitted(document, given)


def _media_type(value: str | None) -> str | None:
    """What a browser says of a file that it does not know is nothing; its name says more."""
    return None if value in {None, "", "application/octet-stream"} else value
