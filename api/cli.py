"""Every command; here are ``flask --app wsgi db upgrade | db downgrade | db current`` and ``flask --app wsgi seed``."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext

from annotations.store.migrate import current_revision, downgrade, head_revision, upgrade
from api.commands import backup, bulk, log, people
from api.commands.plain_words import in_plain_words
from api.database import current_engine
from seeds.loader import load_samples

database = AppGroup("db", help="Migrate the database.")


@database.command("upgrade")
@click.argument("revision", default="head")
def upgrade_database(revision: str) -> None:
    """Migrate up to REVISION (default: the newest)."""
    with in_plain_words():
        engine = current_engine()
        upgrade(engine, revision)
        click.echo(f"Database at revision {current_revision(engine)}.")


@database.command("downgrade")
@click.argument("revision")
@click.confirmation_option(prompt="This deletes what newer revisions added. Go on?")
def downgrade_database(revision: str) -> None:
    """Migrate down to REVISION (base for an empty schema)."""
    with in_plain_words():
        engine = current_engine()
        downgrade(engine, revision)
        click.echo(f"Database at revision {current_revision(engine)}.")


@database.command("current")
def show_revision() -> None:
    """Show the database's revision and the newest one."""
    with in_plain_words():
        engine = current_engine()
        click.echo(f"Database at revision {current_revision(engine)}; newest is {head_revision(engine)}.")


@click.command("seed")
@with_appcontext
def seed() -> None:
    """Load the sample corpus; what is there already stays as it is."""
    with in_plain_words():
        engine = current_engine()
        if current_revision(engine) != head_revision(engine):
            raise click.ClickException("the schema is not the newest; run `flask --app wsgi db upgrade` first")
        report = load_samples(engine)
    click.echo(
        f"Samples loaded: {report.articles} articles, {report.annotations} annotations,"
        f" {report.claims} claims, {report.evidence} sources."
    )


def init_commands(app: Flask) -> None:
    """Give ``app`` its commands."""
    for command in (database, seed, *backup.COMMANDS, *bulk.COMMANDS, *log.COMMANDS, *people.COMMANDS):
        app.cli.add_command(command)
