"""What every command has in common: errors in a line, tables, and JSON."""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import click
from alembic.util.exc import CommandError
from sqlalchemy.exc import DBAPIError

from annotations.errors import DomainError


@contextmanager
def in_plain_words() -> Generator[None]:
    """Say what went wrong in a line, not in a stack trace; every command is one transaction."""
    try:
        yield
    except DomainError as error:
        raise click.ClickException(f"{error.code}: {error.message}; nothing was changed") from error
    except CommandError as error:
        raise click.ClickException(f"{error}; nothing was changed") from error
    except DBAPIError as error:
        # The first line only: what follows quotes the row, and a row of an account holds a hash.
        reason = str(error.orig).partition("\n")[0]
        raise click.ClickException(f"the database says: {reason}; nothing was changed") from error


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print ``rows`` under ``columns``, as wide as their longest cell; None shows as a dash."""
    cells = [tuple(columns), *(tuple("-" if value is None else str(value) for value in row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def print_json(items: Sequence[Any]) -> None:
    """Print dataclasses as a JSON list; times are RFC 3339."""
    click.echo(json.dumps([asdict(item) for item in items], default=_plain, ensure_ascii=False, indent=2))


def _plain(value: Any) -> str:
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)
