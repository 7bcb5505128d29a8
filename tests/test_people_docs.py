"""``docs/people.md`` names every command, role, scope and event there is, and no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from annotations.permissions import PEOPLE, Scope
from annotations.services.account_events import AccountEventName
from annotations.vocabulary import Role
from api.commands.people import COMMANDS

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "people.md").read_text(encoding="utf-8")


def commands_of(command: click.Command, *names: str) -> Iterator[str]:
    """The full name of every command below ``command``."""
    named = (*names, command.name or "")
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            yield from commands_of(inner, *named)
    else:
        yield " ".join(named)


def rows(first_cell: str) -> dict[str, str]:
    """First and second cell of every row whose first cell, without its backticks, begins as given."""
    found = re.findall(rf"^\| `({first_cell}[^`]*)` \| ([^|]+) \|$", PAGE, re.MULTILINE)
    assert len(dict(found)) == len(found), "a row stands there twice"
    return dict(found)


def test_every_command_is_there_and_documented(app):
    assert {command.name for command in COMMANDS} <= app.cli.commands.keys()
    shown = [row.removeprefix("flask --app wsgi ") for row in rows("flask --app wsgi ")]
    plain = sorted(re.match(r"[a-z ]+[a-z]", row)[0] for row in shown)
    assert plain == sorted(name for command in COMMANDS for name in commands_of(command))


def test_every_role_scope_and_event_is_documented_in_its_own_words():
    defined = [*(role for role in Role if role in PEOPLE), *Scope, *AccountEventName]
    # Both a role and a scope are called admin.
    shown = re.findall(r"^\| `([a-z_.]+)` \| ([^|]+) \|$", PAGE, re.MULTILINE)
    assert shown == [(member.value, member.definition) for member in defined]


def test_events_are_named_by_the_grammar():
    for event in AccountEventName:
        assert re.fullmatch(r"(user|interest|token)\.([a-z]+_)*([a-z]+ed|set)", event), event
