"""Commands: ``flask --app wsgi log verify`` and ``flask --app wsgi log audit-pack``."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from annotations.queries.audit import audit_pack
from annotations.store.engine import read_session
from annotations.store.files import written_whole
from annotations.store.verification import Head, Verification, verify
from annotations.syndication.audit_archive import Cover, render_archive
from annotations.vocabulary import EntityType
from api.commands.plain_words import in_plain_words
from api.database import current_engine

HEAD = re.compile(r"(\d{1,18}):([0-9a-f]{64})")

log = AppGroup("log", help="Verify what was logged, and take it along for an audit.")


class HeadType(click.ParamType[Head]):
    """A head of the log as ``log verify`` prints it."""

    name = "SEQ:HASH"

    def convert(self, value: str | Head, param: click.Parameter | None, ctx: click.Context | None) -> Head:
        """``value`` taken apart.

        Raises:
            click.BadParameter: it has another form.
        """
        if isinstance(value, Head):
            return value
        found = HEAD.fullmatch(value)
        if found is None:
            self.fail("give the number of a row, a colon and its hash of 64 hexadecimal digits", param, ctx)
        return Head(int(found[1]), found[2])


@log.command("verify")
@click.option("--expect", type=HeadType(), help="A head that was written down earlier; it must still be there.")
@click.option("--all", "show_all", is_flag=True, help="Name everything that is wrong, not only the first.")
def verify_log(expect: Head | None, show_all: bool) -> None:
    """Check log, histories and versions; name the first row that is wrong."""
    with in_plain_words(), read_session(current_engine()) as session:
        found = verify(session, expected=expect)
    if found.is_sound:
        head = found.head
        click.echo(f"Sound: {_counts(found)}.")
        if head is not None:
            click.echo(f"The log ends at {head.seq}:{head.hash}")
        return
    for finding in found.findings if show_all else found.findings[:1]:
        click.echo(str(finding))
    more = found.count - (len(found.findings) if show_all else 1)
    if more:
        click.echo(f"{more} more" + ("" if show_all else "; --all names them"))
    raise click.ClickException("the database is not what was written")


@log.command("audit-pack")
@click.option("--claim", metavar="SLUG", help="Pack a claim, its evidence and the annotations that make it.")
@click.option("--article", metavar="SLUG", help="Pack an article, its annotations, their claims and evidence.")
@click.option("--evidence", metavar="KEY", help="Pack a source, and the claims that cite it.")
@click.option("--annotation", metavar="ID", help="Pack an annotation, its claims and their evidence.")
@click.option("--force", is_flag=True, help="Replace FILE where it is there already.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def write_audit_pack(
    claim: str | None, article: str | None, evidence: str | None, annotation: str | None, force: bool, file: Path
) -> None:
    """Write one archive (zip) about one thing to FILE: versions, decisions, evidence, corrections, dates and names."""
    given = {
        EntityType.CLAIM: claim,
        EntityType.ARTICLE: article,
        EntityType.EVIDENCE: evidence,
        EntityType.ANNOTATION: annotation,
    }
    subjects = [(entity_type, name) for entity_type, name in given.items() if name is not None]
    if len(subjects) != 1:
        raise click.UsageError("name one of --claim, --article, --evidence and --annotation")
    if file.exists() and not force:
        raise click.ClickException(f"{file} is there already; --force replaces it")
    entity_type, name = subjects[0]
    with in_plain_words(), read_session(current_engine()) as session:
        pack = audit_pack(session, entity_type, name)
    cover = Cover(entity_type, str(pack.entity_id), pack.name, datetime.now(UTC), pack.head_seq, pack.head_hash)
    try:
        with written_whole(file) as target:
            target.write(render_archive(cover, pack.parts))
    except OSError as error:
        raise click.ClickException(f"{error.strerror}: {error.filename}; nothing was written") from error
    click.echo(f"Audit pack of the {entity_type} {name} written to {file}; the log ends at {pack.head_seq}.")


COMMANDS: list[click.Command] = [log]
"""What this file adds to the command line."""


def _counts(found: Verification) -> str:
    return ", ".join(f"{number} {what}" for what, number in found.checked.items()) or "there is nothing yet"
