"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def owner_only(path: str, flags: int) -> int:
    """Open a new file that nobody but its owner may read; for ``open(..., opener=owner_only)``."""
    return os.open(path, flags, 0o600)


def sync_folder(folder: Path) -> None:
    """Make sure that a name just given in ``folder`` survives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def written_whole(path: Path) -> Generator[BinaryIO]:
    """A file to write to, which gets its name once it is whole and on the disk; readable by its owner only.

    Raises:
        OSError: it cannot be written; nothing is left of it.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}.new")
    try:
        with open(draft, "xb", opener=owner_only) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        sync_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)
