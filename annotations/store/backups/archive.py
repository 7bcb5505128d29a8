"""The file of a backup: a ZIP archive that any tool opens, sealed so that an altered or missing byte shows.

It holds ``manifest.json`` and the payload (``caveat.db``, a database of SQLite; or ``caveat.dump``, what ``pg_dump``
writes). The archive's comment is the seal: SHA-256 over every byte of the file before it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from annotations.errors import DomainError
from annotations.store.chains import timestamp
from annotations.store.files import owner_only

FORMAT = 1
SEAL = b"caveat backup, sha256 of all bytes before: "
DIGEST_LENGTH = 64
MANIFEST = "manifest.json"
PAYLOADS = {"sqlite": "caveat.db", "postgresql": "caveat.dump"}
"""Kind of database → name of its payload."""

COMPRESSION = {"sqlite": ZIP_DEFLATED, "postgresql": ZIP_STORED}
"""``pg_dump`` has compressed its file already."""

_HASH = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1 << 20


class BackupError(DomainError):
    """A backup cannot be made, or must not be restored; nothing was changed."""

    code = "backup_error"


@dataclass(frozen=True, slots=True)
class State:
    """Where a database stands: its schema's revision, and the last row of its publication log (0 for none)."""

    revision: str
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself.

    Attributes:
        kind: ``sqlite`` or ``postgresql``.
        schema: the schema that PostgreSQL's objects stand in; None for SQLite.
        made_at: RFC 3339, UTC.
        payload_bytes: the size of the payload, uncompressed.
        payload_sha256: in hex, of the payload, uncompressed.
    """

    kind: str
    schema: str | None
    state: State
    made_at: str
    payload_bytes: int
    payload_sha256: str


def describe(payload: Path, *, kind: str, schema: str | None, state: State, now: datetime) -> Manifest:
    """The manifest for ``payload``, made ``now``."""
    with open(payload, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Manifest(kind, schema, state, timestamp(now), payload.stat().st_size, digest)


def write_archive(path: Path, payload: Path, manifest: Manifest) -> None:
    """Write a new file at ``path``, for its owner only, and have it on the disk before returning."""
    with open(path, "x+b", opener=owner_only) as file:
        with ZipFile(file, "w") as archive:
            archive.comment = SEAL + b"0" * DIGEST_LENGTH
            archive.writestr(_entry(MANIFEST, manifest), json.dumps(_members(manifest), indent=2) + "\n")
            entry = _entry(PAYLOADS[manifest.kind], manifest)
            entry.compress_type = COMPRESSION[manifest.kind]
            with open(payload, "rb") as source, archive.open(entry, "w", force_zip64=True) as target:
                shutil.copyfileobj(source, target, _CHUNK)
        digest = _digest_before(file, file.seek(0, os.SEEK_END) - DIGEST_LENGTH)
        file.seek(-DIGEST_LENGTH, os.SEEK_END)
        file.write(digest)
        file.flush()
        os.fsync(file.fileno())


def read_manifest(path: Path) -> Manifest:
    """What the backup at ``path`` says of itself, once every byte of the file was found to be as it was written.

    Raises:
        BackupError: it is no backup, is cut short, was changed, or is of a format that is not known.
    """
    _check_seal(path)
    try:
        with ZipFile(path) as archive:
            members = json.loads(archive.read(MANIFEST))
            return _manifest(members)
    except (BadZipFile, KeyError, TypeError, ValueError) as error:
        raise BackupError(f"{path} is no backup that this version can read ({error})") from error


def extract_payload(path: Path, manifest: Manifest, target: Path) -> None:
    """Write the payload of the backup at ``path`` to the new file ``target``, for its owner only, onto the disk.

    Raises:
        BackupError: it is not the payload that the manifest describes.
    """
    digest, written = hashlib.sha256(), 0
    with open(target, "x+b", opener=owner_only) as file:
        try:
            with ZipFile(path) as archive, archive.open(PAYLOADS[manifest.kind]) as source:
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
                    written += len(chunk)
                    file.write(chunk)
        except (BadZipFile, KeyError) as error:
            raise BackupError(f"the database in {path} cannot be read ({error})") from error
        file.flush()
        os.fsync(file.fileno())
    if (written, digest.hexdigest()) != (manifest.payload_bytes, manifest.payload_sha256):
        raise BackupError(f"the database in {path} is not the one that its manifest describes (sha256)")


def _check_seal(path: Path) -> None:
    length = len(SEAL) + DIGEST_LENGTH
    with open(path, "rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - length))
        seal, found = file.read(len(SEAL)), file.read()
        if seal != SEAL or len(found) != DIGEST_LENGTH:
            raise BackupError(f"{path} is no backup made by `flask backup`, or its end is missing")
        if _digest_before(file, size - DIGEST_LENGTH) != found:
            raise BackupError(f"{path} was changed or damaged since it was made (sha256)")


def _digest_before(file: BinaryIO, end: int) -> bytes:
    """SHA-256, in hex, of the first ``end`` bytes."""
    digest = hashlib.sha256()
    file.seek(0)
    while end > 0 and (chunk := file.read(min(_CHUNK, end))):
        digest.update(chunk)
        end -= len(chunk)
    return digest.hexdigest().encode()


def _entry(name: str, manifest: Manifest) -> ZipInfo:
    moment = datetime.fromisoformat(manifest.made_at)
    entry = ZipInfo(name, moment.timetuple()[:6])
    entry.external_attr = 0o600 << 16
    return entry


def _members(manifest: Manifest) -> dict[str, Any]:
    state = manifest.state
    return {
        "format": FORMAT,
        "kind": manifest.kind,
        "schema": manifest.schema,
        "revision": state.revision,
        "log_head": {"seq": state.seq, "hash": state.hash},
        "made_at": manifest.made_at,
        "payload": {
            "name": PAYLOADS[manifest.kind],
            "bytes": manifest.payload_bytes,
            "sha256": manifest.payload_sha256,
        },
    }


def _manifest(members: Mapping[str, Any]) -> Manifest:
    if members["format"] != FORMAT:
        raise ValueError(f"its format is {members['format']}, known is {FORMAT}")
    head, payload = members["log_head"], members["payload"]
    manifest = Manifest(
        kind=members["kind"],
        schema=members["schema"],
        state=State(str(members["revision"]), int(head["seq"]), str(head["hash"])),
        made_at=str(members["made_at"]),
        payload_bytes=int(payload["bytes"]),
        payload_sha256=str(payload["sha256"]),
    )
    if manifest.kind not in PAYLOADS or (manifest.kind == "postgresql") != isinstance(manifest.schema, str):
        raise ValueError(f"its kind is {manifest.kind}")
    if not all(_HASH.fullmatch(found) for found in (manifest.state.hash, manifest.payload_sha256)):
        raise ValueError("its hashes are none")
    return manifest
