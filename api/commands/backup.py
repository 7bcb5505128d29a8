"""Commands: ``flask --app wsgi backup FILE`` and ``flask --app wsgi restore FILE``."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from annotations.store.backups.archive import Manifest
from annotations.store.backups.postgresql import Tools
from annotations.store.backups.restoring import DamagedRestore, restore
from annotations.store.backups.taking import back_up
from api.commands.plain_words import in_plain_words
from api.database import current_engine

FILE = click.argument("file", type=click.Path(path_type=Path))
PG_DUMP = click.option(
    "--pg-dump",
    envvar="PG_DUMP",
    default="pg_dump",
    show_default=True,
    show_envvar=True,
    help="Name or path of pg_dump; pg_restore and psql are taken from beside it. For PostgreSQL only.",
)


@click.command("backup")
@FILE
@click.option("--force", is_flag=True, help="Replace FILE where it is there already.")
@PG_DUMP
@with_appcontext
def write_backup(file: Path, force: bool, pg_dump: str) -> None:
    """Back the database up to FILE, while the server runs."""
    with _in_plain_words():
        made = back_up(current_engine(), file, now=datetime.now(UTC), tools=_tools(pg_dump), force=force)
    click.echo(f"Backup written to {file}, {made.file_bytes} bytes: {_place(made.manifest)}.")


@click.command("restore")
@FILE
@click.option("--force", is_flag=True, help="Put the backup in the place of what the database holds.")
@PG_DUMP
@with_appcontext
def restore_backup(file: Path, force: bool, pg_dump: str) -> None:
    """Restore the database from FILE; stop the server first."""
    with _in_plain_words():
        done = restore(current_engine(), file, now=datetime.now(UTC), tools=_tools(pg_dump), force=force)
    click.echo(f"Restored from {file}, made {done.manifest.made_at}: {_place(done.manifest)}.")
    if done.kept is not None:
        click.echo(f"What was there before is kept at {done.kept}.")
    if done.outdated:
        click.echo("The schema is older than this code: run `flask --app wsgi db upgrade` before you start the server.")
    click.echo("Now run `flask --app wsgi log verify`: it checks every version, history and correction.")


COMMANDS: list[click.Command] = [write_backup, restore_backup]
"""What this file adds to the command line."""


def _tools(pg_dump: str) -> Tools:
    return Tools(pg_dump, dict(os.environ))


def _place(manifest: Manifest) -> str:
    state = manifest.state
    return f"schema {state.revision}, log at seq {state.seq}, hash {state.hash}"


@contextmanager
def _in_plain_words() -> Generator[None]:
    with in_plain_words():
        try:
            yield
        except DamagedRestore as error:
            raise click.ClickException(f"{error.code}: {error.message}; do not use this database") from error
        except OSError as error:
            raise click.ClickException(f"{error.strerror}: {error.filename}; nothing was changed") from error
