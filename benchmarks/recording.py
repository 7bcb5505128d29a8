"""Real answers of the product, recorded once and replayed by the bare application."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

RECORDINGS_VARIABLE = "CAVEAT_BENCHMARK_RECORDINGS"
"""The environment variable that tells the bare application which file holds the recordings."""

ADDED_BY_SERVER = frozenset({"server", "date", "connection", "transfer-encoding", "content-length"})
"""Headers that the server writes for both sides alike."""

TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and body of one answer."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The value of a header, or None."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class Recording:
    """An answer, and the address at which the bare application gives it."""

    name: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def bare_path(self) -> str:
        """The address in the bare application."""
        return f"/{self.name}"


def ask(port: int, path: str, headers: Mapping[str, str] | None = None) -> Answer:
    """The answer of the server on this machine's ``port`` to one GET.

    Raises:
        OSError: there is none.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", path, headers=dict(headers or {}))
        response = connection.getresponse()
        return Answer(response.status, tuple(response.getheaders()), response.read())
    finally:
        connection.close()


def record(name: str, answer: Answer) -> Recording:
    """``answer``, to be replayed under ``name``."""
    kept = tuple((key, value) for key, value in answer.headers if key.lower() not in ADDED_BY_SERVER)
    return Recording(name, answer.status, kept, answer.body)


def write_recordings(path: Path, recordings: Iterable[Recording]) -> None:
    """Write ``recordings`` where the bare application reads them."""
    rows = [
        {
            "name": recording.name,
            "status": recording.status,
            "headers": recording.headers,
            "body": base64.b64encode(recording.body).decode("ascii"),
        }
        for recording in recordings
    ]
    path.write_text(json.dumps(rows), encoding="utf-8")


def read_recordings(path: Path) -> list[Recording]:
    """What :func:`write_recordings` wrote."""
    return [
        Recording(
            row["name"],
            row["status"],
            tuple((key, value) for key, value in row["headers"]),
            base64.b64decode(row["body"]),
        )
        for row in json.loads(path.read_text(encoding="utf-8"))
    ]
