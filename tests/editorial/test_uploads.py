"""Articles that come as files: a form with the file and what is said of it."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from annotations.importing.plain_text import MAX_BYTES
from tests.editorial.changes import TEXT, refused


def upload(situations, data: bytes, file_name: str, media_type: str = "application/octet-stream", **article: Any):
    slug = situations.name()
    parts = {"file": (io.BytesIO(data), file_name, media_type), "article": json.dumps({"slug": slug, **article})}
    return situations.desk.writer.call("POST", "/articles", data=parts), slug


@pytest.mark.parametrize(
    ("data", "file_name", "media_type", "kinds"),
    [
        (TEXT.encode(), "a.md", "application/octet-stream", ["title", "paragraph", "paragraph"]),
        (TEXT.encode(), "A.MD", "text/plain", ["title", "paragraph", "paragraph"]),
        (
            b"<html><body><article><h1>A pill</h1><p>The pill cures migraine in a week, and doctors say so.</p>"
            b"<p>It costs little.</p></article></body></html>",
            "a.html",
            "application/octet-stream",
            ["title", "paragraph", "paragraph"],
        ),
        (
            "# Ein Mittel\n\nEs heilt Migräne — „sofort“.".encode("cp1252"),
            "a.md",
            "text/markdown",
            ["title", "paragraph"],
        ),
        (b"A pill\n\nIt cures.\r\n\r\nIt costs little.", "a.txt", "text/plain", None),
    ],
)
def test_a_file_is_imported_by_its_name_or_type(situations, data, file_name, media_type, kinds):
    answered, slug = upload(situations, data, file_name, media_type, publisher="Somebody")
    assert answered.status == 201, answered.body
    assert answered.body["slug"] == slug
    found = situations.desk.writer.get(f"/articles/{slug}").body
    assert found == answered.body
    if kinds is not None:
        assert [paragraph["kind"] for paragraph in found["paragraphs"]] in (kinds, kinds[1:])
    if "Migr" in data.decode("cp1252"):
        assert "Migräne — „sofort“" in json.dumps(found, ensure_ascii=False)


def test_a_file_replaces_a_text_once_for_its_key(situations):
    path = situations.published("articles")
    writer = situations.desk.writer

    def send(data: bytes, name: str = "a.md"):
        parts = {"file": (io.BytesIO(data), name)}
        return writer.call("POST", f"{path}/revisions", data=parts, etag=writer.get(path).etag, key=f"of {path}")

    longer = f"{TEXT}\n\nMore.".encode()
    first, again = send(longer), send(longer)
    assert (first.status, again.status, again.body) == (201, 201, first.body)
    # The parts' boundary differs in every call; what is in them counts.
    assert again.response.headers["Idempotent-Replayed"] == "true"
    refused(send(longer + b"!"), 422, "idempotency_key_reused")
    refused(send(longer, "a.txt"), 422, "idempotency_key_reused")


FORMS = [
    ({"article": "{}"}, 422, "file", "no file"),
    ({}, 422, "file", "no part at all"),
    ({"file": "a text that is no file", "article": '{"slug": "x"}'}, 422, "file", "a field in the place of a file"),
    ({"file": b"A text.", "article": '{"slug": "x"}', "more": "x"}, 422, "more", "a part that nobody knows"),
    ({"file": b"A text.", "article": '{"slug": "x"}', "more": b"x"}, 422, "more", "a file that nobody knows"),
    ({"file": b"A text.", "article": '{"slug": "x", "text": "twice"}'}, 422, "text", "the text a second time"),
    ({"file": b"A text."}, 422, "slug", "no name"),
    ({"file": b"A text.", "article": "{"}, 400, None, "an article that is no JSON"),
    ({"file": b"A text.", "article": "[]"}, 422, None, "an article that is no object"),
    ({"file": b"A text.", "article": '{"slug": "\\ud800"}'}, 422, "slug", "half a character"),
    ({"file": b"", "article": '{"slug": "x"}'}, 422, None, "an empty file"),
    ({"file": b"PK\x03\x04\x00\x00\x00", "article": '{"slug": "x"}'}, 422, None, "a binary file"),
    ({"file": b"a" * (MAX_BYTES + 1), "article": '{"slug": "x"}'}, 422, None, "a file over 2 MB"),
    ({"file": b"a" * (MAX_BYTES + 200_000), "article": '{"slug": "x"}'}, 413, None, "a form over 2.1 MB"),
]


def form(parts: dict[str, str | bytes]) -> dict[str, Any]:
    """A form with fields, and with files where a part is bytes."""
    lines = []
    for name, part in parts.items():
        about = f'--x\r\nContent-Disposition: form-data; name="{name}"'
        if isinstance(part, bytes):
            about += '; filename="a.txt"\r\nContent-Type: text/plain'
        lines += [about.encode() + b"\r\n\r\n", part if isinstance(part, bytes) else part.encode(), b"\r\n"]
    return {"data": b"".join([*lines, b"--x--\r\n"]), "content_type": "multipart/form-data; boundary=x"}


@pytest.mark.parametrize(("parts", "status", "field"), [pytest.param(*row[:3], id=row[3]) for row in FORMS])
def test_a_form_that_cannot_be_taken_is_refused(situations, unchanged, parts, status, field):
    answered = situations.desk.writer.call("POST", "/articles", **form(parts))
    assert answered.status == status, answered.body
    refused(answered, status, answered.body["code"], field)


BROKEN_FORMS = [
    (b"", "multipart/form-data", "without a boundary"),
    (b"--x\r\n", "multipart/form-data; boundary=x", "that ends at once"),
    (b"nonsense", "multipart/form-data; boundary=x", "without parts"),
    (b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n', "multipart/form-data; boundary=x", "cut off"),
    (b"--x\r\n\r\nno header\r\n--x--\r\n", "multipart/form-data; boundary=x", "a part without a name"),
    (b"--\xff\r\n", "multipart/form-data; boundary=\xff".encode("latin-1").decode("latin-1"), "an odd boundary"),
    (
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 2_000 + b"--x--\r\n",
        "multipart/form-data; boundary=x",
        "of 2,000 parts",
    ),
]


@pytest.mark.parametrize(("data", "media_type"), [pytest.param(*row[:2], id=row[2]) for row in BROKEN_FORMS])
def test_a_broken_form_is_refused(situations, unchanged, data, media_type):
    answered = situations.desk.writer.call("POST", "/articles", data=data, headers={"Content-Type": media_type})
    assert answered.status in {400, 413, 422}, answered.body
    refused(answered, answered.status, answered.body["code"])


def test_a_form_in_chunks_must_say_how_long_it_is(situations, unchanged):
    data = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.md"\r\n\r\n# A\r\n\r\nb\r\n--x--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    chunked = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    answered = situations.desk.writer.call(
        "POST", "/articles", headers=headers, input_stream=io.BytesIO(data), environ_overrides=chunked
    )
    refused(answered, 413, "content_too_large")


def test_forms_are_taken_for_texts_only(situations, unchanged):
    parts = {"file": (io.BytesIO(b"x"), "a.txt")}
    refused(situations.desk.writer.call("POST", "/claims", data=parts), 415, "unsupported_media_type")
