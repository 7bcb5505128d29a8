"""Commands: ``flask --app wsgi export FILE`` and ``flask --app wsgi import FILE``."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import click
from flask.cli import with_appcontext
from rich.console import Console
from rich.progress import Progress
from sqlalchemy.orm import Session

from annotations.errors import InvalidInput, PermissionDenied
from annotations.permissions import Actor
from annotations.services.people import user_by_email
from annotations.store import dumps
from annotations.store.actors import ActorRow
from annotations.store.engine import read_session
from annotations.store.files import written_whole
from annotations.store.migrate import current_revision
from annotations.store.patience import take_time
from annotations.store.publication_log import wait_for_lock
from annotations.vocabulary import Role
from api.commands.plain_words import in_plain_words
from api.database import current_engine, write_transaction
from api.editorial.bulk import Undone, import_all, import_each
from api.editorial.importing import Prepared, Refused, prepare

LOCK_SECONDS = 600


@click.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option("--force", is_flag=True, help="Replace FILE where it is there already.")
@with_appcontext
def write_export(file: Path, force: bool) -> None:
    """Write everything to FILE (- for standard output) as NDJSON, drafts and histories included.

    Passwords, tokens and the answers kept for repeated calls stay out: after importing the export elsewhere, people
    need `flask user password` and `flask token create`.
    """
    if str(file) != "-" and file.exists() and not force:
        raise click.ClickException(f"{file} is there already; --force replaces it")
    with in_plain_words(), _output(file) as handle:
        engine = current_engine()
        revision = current_revision(engine) or ""
        count = -1
        with read_session(engine) as session:
            take_time(session)
            for record in dumps.export(session, schema_revision=revision, now=datetime.now(UTC)):
                handle.write(dumps.line(record).encode())
                count += 1
    click.echo(f"Exported {count} rows.", err=True)


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--as", "email", help="E-mail address of the person whose drafts they become.")
@click.option("--atomic", is_flag=True, help="All or nothing.")
@click.option("--quiet", is_flag=True, help="Print the lines that failed only.")
@with_appcontext
def read_import(file: Path, email: str | None, atomic: bool, quiet: bool) -> None:
    """Import FILE: a whole export into an empty database, or lines that become drafts.

    One line of JSON is printed for each line imported; a progress bar goes to standard error.
    """
    with in_plain_words(), file.open("rb") as handle:
        first = handle.readline()
        if not first:
            raise InvalidInput("the file is empty", field="file")
        header = _header(first)
        if header is not None:
            if email is not None or atomic:
                raise click.UsageError("this is a whole export: it comes with its people, and is all or nothing anyway")
            click.echo(f"Imported {_load(handle, header, file)} rows.", err=True)
            click.echo("Now run `flask --app wsgi log verify`: it checks what was imported.", err=True)
            return
        if email is None:
            raise click.UsageError("name the person whose drafts these become: --as EMAIL")
        engine = current_engine()
        with read_session(engine) as session:
            actor = _person(session, email)
        lines = [prepare(number, line) for number, line in _numbered(first, handle)]
        failed = _import_lines(lines, actor, atomic=atomic, quiet=quiet)
    if failed:
        rest = "; nothing was imported" if atomic else "; the others were imported"
        raise click.ClickException(f"{failed} of {len(lines)} lines were refused{rest}")


def _import_lines(lines: list[Prepared | Refused], actor: Actor, *, atomic: bool, quiet: bool) -> int:
    if atomic:
        try:
            results = import_all(current_engine(), lines, actor=actor)
        except Undone as undone:
            results = undone.results
        return _report(iter(results), len(lines), quiet)
    return _report(import_each(current_engine(), lines, actor=actor), len(lines), quiet)


def _report(results: Iterator[dict[str, Any]], total: int, quiet: bool) -> int:
    failed = 0
    with _progress() as progress:
        task = progress.add_task("Importing", total=total)
        for result in results:
            failed += result["status"] == "failed"
            if not quiet or result["status"] == "failed":
                click.echo(json.dumps(result, default=str, ensure_ascii=False))
            progress.advance(task)
    return failed


def _load(handle: BinaryIO, header: dict[str, Any], file: Path) -> int:
    engine = current_engine()
    revision = current_revision(engine) or ""
    with _progress() as progress, write_transaction(engine) as session:
        wait_for_lock(session, seconds=LOCK_SECONDS)
        task = progress.add_task("Importing", total=file.stat().st_size)

        def records() -> Iterator[Any]:
            for line in handle:
                progress.advance(task, len(line))
                yield _parsed(line)

        return dumps.load(session, header, records(), schema_revision=revision)


def _person(session: Session, email: str) -> Actor:
    """Whoever has this address, within their role.

    Raises:
        InvalidInput, NotFound: nobody has it.
        PermissionDenied: their account is disabled.
    """
    user = user_by_email(session, email)
    if user.disabled_at is not None:
        raise PermissionDenied("this account is disabled", field="email")
    row = session.get_one(ActorRow, user.id)
    return Actor(row.id, row.name, Role(row.role))


def _header(first: bytes) -> dict[str, Any] | None:
    """The first line of an export; None where it is a line of another kind, which is told of with the others."""
    try:
        found = _parsed(first)
    except InvalidInput:
        return None
    return found if dumps.is_header(found) else None


def _progress() -> Progress:
    return Progress(console=Console(file=sys.stderr), transient=True)


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("a line of the file is no JSON", field="file") from error


def _numbered(first: bytes, rest: BinaryIO) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(itertools.chain([first], rest), start=1):
        if line.strip():
            yield number, line


@contextmanager
def _output(file: Path) -> Generator[BinaryIO]:
    if str(file) == "-":
        yield sys.stdout.buffer
        return
    try:
        with written_whole(file) as handle:
            yield handle
    except OSError as error:
        raise click.ClickException(f"{error.strerror}: {error.filename}; nothing was written") from error


COMMANDS = (write_export, read_import)
