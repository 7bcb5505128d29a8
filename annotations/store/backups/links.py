"""A second name for a file, where the file system has hard links."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

from annotations.store.files import owner_only

NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
"""What file systems without hard links answer, those of memory sticks and Windows shares."""


def link_or_copy(old: Path, new: Path) -> None:
    """Have ``new`` name the file ``old`` too; where that cannot be, it is a copy of it, on the disk when this returns.

    A copy has the permissions of ``old``, and belongs to whoever runs this.

    Raises:
        FileExistsError: there is a file ``new``.
        OSError: the file system failed; ``new`` is not there.
    """
    try:
        os.link(old, new)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        _copy(old, new)


def _copy(old: Path, new: Path) -> None:
    with open(old, "rb") as source, open(new, "xb", opener=owner_only) as target:
        try:
            shutil.copyfileobj(source, target)
            target.flush()
            os.fchmod(target.fileno(), old.stat().st_mode & 0o777)
            os.fsync(target.fileno())
        except OSError:
            new.unlink()
            raise
