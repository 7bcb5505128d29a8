"""An audit pack as one zip archive: JSON for programs, a report and instructions for people.

The same pack makes the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from annotations.syndication.audit_report import README, render_report

Parts = Mapping[str, Sequence[Mapping[str, Any]]]

FORMAT = "caveat-audit-pack"
FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Cover:
    """What a pack is about and when it was made; ``head_seq`` and ``head_hash`` are where the log ended then."""

    kind: str
    id: str
    name: str
    made_at: datetime
    head_seq: int
    head_hash: str


def render_archive(cover: Cover, parts: Parts) -> bytes:
    """The archive: ``manifest.json``, a JSON file for each part, ``report.md`` and ``README.txt``, in order of name."""
    files = {f"{name}.json": _json(records) for name, records in parts.items()}
    files["report.md"] = render_report(cover.kind, cover.name, cover.made_at, parts).encode()
    files["README.txt"] = README.encode()
    manifest = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "about": {"kind": cover.kind, "id": cover.id, "name": cover.name},
        "made_at": cover.made_at.isoformat(),
        "log_head": {"seq": cover.head_seq, "hash": cover.head_hash},
        "sha256": {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())},
    }
    files["manifest.json"] = _json(manifest)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(files):
            # The format has no time zones and no years before 1980, so the manifest alone says when.
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name])
    return buffer.getvalue()


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
