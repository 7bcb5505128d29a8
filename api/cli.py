"""Commands: ``flask --app wsgi db upgrade | db downgrade | db current`` and ``flask --app wsgi seed``."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import click
from alembic.util.exc import CommandError
from flask import Flask
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.exc import DBAPIError

from annotations.errors import DomainError
from annotations.store.migrate import current_revision, downgrade, head_revision, upgrade
from api.database import current_engine
from seeds.loader import load_samples

database = AppGroup("db", help="Migrate the database.")


@database.command("upgrade")
@click.argument("revision", default="head")
def upgrade_database(revision: str) -> None:
    """Migrate up to REVISION (default: the newest)."""
    with _in_plain_words():
        engine = current_engine()
        upgrade(engine, revision)
        click.echo(f"Database at revision {current_revision(engine)}.")


@database.command("downgrade")
@click.argument("revision")
@click.confirmation_option(prompt="This deletes what newer revisions added. Go on?")
def downgrade_database(revision: str) -> None:
    """Migrate down to REVISION (base for an empty schema)."""
    with _in_plain_words():
        engine = current_engine()
        downgrade(engine, revision)
        click.echo(f"Database at revision {current_revision(engine)}.")


@database.command("current")
def show_revision() -> None:
    """Show the database's revision and the newest one."""
    with _in_plain_words():
        engine = current_engine()
        click.echo(f"Database at revision {current_revision(engine)}; newest is {head_revision(engine)}.")


@click.command("seed")
@with_appcontext
def seed() -> None:
    """Load the sample corpus; what is there already stays as it is."""
    with _in_plain_words():
        engine = current_engine()
        if current_revision(engine) != head_revision(engine):
            raise click.ClickException("the schema is not the newest; run `flask --app wsgi db upgrade` first")
        report = load_samples(engine)
    click.echo(
        f"Samples loaded: {report.articles} articles, {report.annotations} annotations,"
        f" {report.claims} claims, {report.evidence} sources."
    )


@contextmanager
def _in_plain_words() -> Generator[None]:
    """Say what went wrong in a line, not in a stack trace; every command is one transaction."""
    try:
        yield
    except DomainError as error:
        raise click.ClickException(f"{error.code}: {error.message}; nothing was changed") from error
    except CommandError as error:
        raise click.ClickException(f"{error}; nothing was changed") from error
    except DBAPIError as error:
        raise click.ClickException(f"the database says: {error.orig}; nothing was changed") from error


def init_commands(app: Flask) -> None:
    """Give ``app`` its commands."""
    app.cli.add_command(database)
    app.cli.add_command(seed)
