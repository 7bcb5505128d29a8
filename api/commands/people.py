"""Commands: ``flask --app wsgi user ...`` for people, ``flask --app wsgi token ...`` for their keys.

Whoever can run them can write to the database, so they ask for no permission; the events say "command line".
"""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import click
from flask.cli import AppGroup

from annotations.errors import InvalidInput
from annotations.permissions import PEOPLE, Scope
from annotations.queries.people import account_history, list_interests, list_people, list_tokens
from annotations.services import interests, people, tokens
from annotations.services.passwords import MAX_BYTES, hash_password, set_password
from annotations.store.engine import read_session
from annotations.vocabulary import Role
from api.commands.plain_words import in_plain_words, print_json, print_table
from api.database import current_engine, write_transaction

user = AppGroup("user", help="Administer people.")
interest = AppGroup("interest", help="Interests that people declare.")
user.add_command(interest)
token = AppGroup("token", help="Administer API tokens.")

EMAIL = click.argument("email")
ROLE = click.Choice([role.value for role in Role if role in PEOPLE])
DAY = click.DateTime(["%Y-%m-%d"])
STDIN = click.option("--password-stdin", is_flag=True, help="Read the password from standard input, without a prompt.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@user.command("create")
@click.argument("name")
@EMAIL
@click.option("--role", type=ROLE, required=True)
@STDIN
@click.option("--no-password", is_flag=True, help="For somebody who comes with tokens only.")
def create_user(name: str, email: str, role: str, password_stdin: bool, no_password: bool) -> None:
    """Make NAME known under EMAIL; asks for a password."""
    if password_stdin and no_password:
        raise click.UsageError("--password-stdin and --no-password exclude each other")
    with in_plain_words():
        password_hash = None if no_password else hash_password(_password(password_stdin))
        with write_transaction(current_engine()) as session:
            made = people.create_user(
                session, name=name, email=email, role=Role(role), password_hash=password_hash, actor=None, now=_now()
            )
    click.echo(f"{made.email} is known with the role {role}.")


@user.command("list")
@JSON
def show_users(as_json: bool) -> None:
    """List everybody, disabled accounts included."""
    with in_plain_words(), read_session(current_engine()) as session:
        found = list_people(session)
    if as_json:
        print_json(found)
        return
    print_table(
        ("name", "email", "role", "password", "disabled"),
        [(each.name, each.email, each.role, "yes" if each.has_password else "no", each.disabled_at) for each in found],
    )


@user.command("rename")
@EMAIL
@click.argument("name")
def rename_user(email: str, name: str) -> None:
    """Give the person with EMAIL another NAME."""
    with in_plain_words(), write_transaction(current_engine()) as session:
        found = people.user_by_email(session, email)
        people.rename_user(session, user_id=found.id, name=name, actor=None, now=_now())
    click.echo(f"{found.email} has another name.")


@user.command("role")
@EMAIL
@click.argument("role", type=ROLE)
def change_role(email: str, role: str) -> None:
    """Give the person with EMAIL another ROLE."""
    with in_plain_words(), write_transaction(current_engine()) as session:
        found = people.user_by_email(session, email)
        people.change_role(session, user_id=found.id, role=Role(role), actor=None, now=_now())
    click.echo(f"{found.email} has the role {role}.")


@user.command("password")
@EMAIL
@STDIN
def change_password(email: str, password_stdin: bool) -> None:
    """Give the person with EMAIL another password; asks for it."""
    with in_plain_words():
        with read_session(current_engine()) as session:
            found = people.user_by_email(session, email)
        password_hash = hash_password(_password(password_stdin))
        with write_transaction(current_engine()) as session:
            set_password(session, user_id=found.id, password_hash=password_hash, actor=None, now=_now())
    click.echo(f"{found.email} has another password.")


@user.command("disable")
@EMAIL
def disable_user(email: str) -> None:
    """Close the account with EMAIL: password and tokens are refused from now on."""
    with in_plain_words(), write_transaction(current_engine()) as session:
        found = people.user_by_email(session, email)
        people.disable_user(session, user_id=found.id, actor=None, now=_now())
    click.echo(f"{found.email} is disabled.")


@user.command("enable")
@EMAIL
def enable_user(email: str) -> None:
    """Open a closed account again, with the password and the tokens that it had."""
    with in_plain_words(), write_transaction(current_engine()) as session:
        found = people.user_by_email(session, email)
        people.enable_user(session, user_id=found.id, actor=None, now=_now())
    click.echo(f"{found.email} is enabled.")


@user.command("history")
@EMAIL
@JSON
def show_history(email: str, as_json: bool) -> None:
    """Show what was done to the account with EMAIL, when and by whom."""
    with in_plain_words(), read_session(current_engine()) as session:
        steps = account_history(session, user_id=people.user_by_email(session, email).id)
    if as_json:
        print_json(steps)
        return
    rows = [(step.at, step.event, step.by or "command line", dict(step.detail)) for step in steps]
    print_table(("at", "event", "by", "detail"), rows)


@interest.command("add")
@EMAIL
@click.argument("organisation")
@click.argument("nature")
@click.option("--since", type=DAY, required=True, help="First day, as YYYY-MM-DD.")
@click.option("--until", type=DAY, help="Last day, where it is known.")
def add_interest(email: str, organisation: str, nature: str, since: datetime, until: datetime | None) -> None:
    """Declare that the person with EMAIL is tied to ORGANISATION by NATURE (employment, shares, a grant ...)."""
    with in_plain_words(), write_transaction(current_engine()) as session:
        found = people.user_by_email(session, email)
        declared = interests.declare_interest(
            session,
            user_id=found.id,
            organisation=organisation,
            nature=nature,
            since=since.date(),
            until=_day(until),
            actor=None,
            now=_now(),
        )
    click.echo(f"Interest {declared.id} declared for {found.email}.")


@interest.command("end")
@click.argument("interest_id", metavar="ID", type=click.UUID)
@click.option("--until", type=DAY, help="Last day, as YYYY-MM-DD; today by default.")
def end_interest(interest_id: UUID, until: datetime | None) -> None:
    """Give the interest ID its last day."""
    now = _now()
    with in_plain_words(), write_transaction(current_engine()) as session:
        ended = interests.end_interest(
            session, interest_id=interest_id, until=_day(until) or now.date(), actor=None, now=now
        )
    click.echo(f"Interest {ended.id} ends on {ended.until}.")


@interest.command("list")
@click.argument("email", required=False)
@JSON
def show_interests(email: str | None, as_json: bool) -> None:
    """List what the person with EMAIL declared, or everybody."""
    with in_plain_words(), read_session(current_engine()) as session:
        user_id = None if email is None else people.user_by_email(session, email).id
        found = list_interests(session, user_id=user_id)
    if as_json:
        print_json(found)
        return
    rows = [(each.id, each.email, each.organisation, each.nature, each.since, each.until) for each in found]
    print_table(("id", "email", "organisation", "nature", "since", "until"), rows)


@token.command("create")
@EMAIL
@click.argument("label")
@click.option("--scope", "scopes", type=click.Choice(Scope.values()), multiple=True, required=True)
@click.option("--days", type=click.IntRange(1, tokens.MAX_DAYS), default=tokens.DEFAULT_DAYS, show_default=True)
def create_token(email: str, label: str, scopes: tuple[str, ...], days: int) -> None:
    """Issue a token for the person with EMAIL; LABEL says what it is for. The token alone goes to standard output."""
    now = _now()
    with in_plain_words(), write_transaction(current_engine()) as session:
        found = people.user_by_email(session, email)
        issued, secret = tokens.issue_token(
            session,
            user_id=found.id,
            label=label,
            scopes=[Scope(scope) for scope in scopes],
            expires_at=now + timedelta(days=days),
            actor=None,
            now=now,
        )
    click.echo(secret)
    click.echo(
        f"This is token {issued.id} of {found.email}, for {', '.join(issued.scopes)}, good for {days} days."
        " Keep it now: it is not shown again.",
        err=True,
    )


@token.command("list")
@click.argument("email", required=False)
@JSON
def show_tokens(email: str | None, as_json: bool) -> None:
    """List the tokens of the person with EMAIL, or everybody's, without their secrets."""
    with in_plain_words(), read_session(current_engine()) as session:
        user_id = None if email is None else people.user_by_email(session, email).id
        found = list_tokens(session, user_id=user_id)
    if as_json:
        print_json(found)
        return
    now = _now()
    print_table(
        ("id", "email", "label", "scopes", "state", "expires", "last used"),
        [
            (
                each.id,
                each.email,
                each.label,
                ",".join(each.scopes),
                each.state(now),
                each.expires_at,
                each.last_used_at,
            )
            for each in found
        ],
    )


@token.command("revoke")
@click.argument("token_id", metavar="ID", type=click.UUID)
def revoke_token(token_id: UUID) -> None:
    """Make the token ID useless from now on."""
    with in_plain_words(), write_transaction(current_engine()) as session:
        revoked = tokens.revoke_token(session, token_id=token_id, actor=None, now=_now())
    click.echo(f"Token {revoked.id} ({revoked.label}) is revoked.")


COMMANDS: list[click.Command] = [user, token]
"""What this file adds to the command line."""


def _now() -> datetime:
    return datetime.now(UTC)


def _day(value: datetime | None) -> date | None:
    return None if value is None else value.date()


def _password(from_stdin: bool) -> str:
    if not from_stdin:
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    # One line, and no more of it than can be a password with its line end; UTF-8 whatever the terminal's encoding is.
    line = sys.stdin.buffer.readline(MAX_BYTES + 2).rstrip(b"\r\n")
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise InvalidInput("a password on standard input is UTF-8", field="password") from error
