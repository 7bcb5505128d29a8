"""Settings, read once from the environment; units stand in the names."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from annotations.errors import SettingsError

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs between installations.

    Attributes are documented, with their environment variables and defaults, in the README's table;
    a test compares the two.
    """

    database_url: str
    public_base_url: str
    secret_key: str
    organisation_name: str
    organisation_url: str
    corrections_policy_url: str
    notes_licence_url: str
    review_four_eyes: bool
    evidence_check_days: int
    cdn_max_age_seconds: int
    log_level: str


DEFAULTS: dict[str, str] = {
    "DATABASE_URL": "sqlite:///var/caveat.db",
    "PUBLIC_BASE_URL": "",
    "SECRET_KEY": "",
    "SECRET_KEY_FILE": "var/secret-key",
    "ORGANISATION_NAME": "Caveat",
    "ORGANISATION_URL": "",
    "CORRECTIONS_POLICY_URL": "",
    "NOTES_LICENCE_URL": "https://creativecommons.org/licenses/by/4.0/",
    "REVIEW_FOUR_EYES": "true",
    "EVIDENCE_CHECK_DAYS": "180",
    "CDN_MAX_AGE_SECONDS": "60",
    "LOG_LEVEL": "INFO",
    "PORT": "8000",
}
"""Every environment variable that is read, with its default. ``PORT`` is read by ``make run`` as well."""


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from ``environ`` (default: the process environment).

    Raises:
        SettingsError: a value is not usable; ``field`` names the variable.
    """
    source = os.environ if environ is None else environ
    values = {name: source.get(name, "").strip() or default for name, default in DEFAULTS.items()}
    port = _whole_number("PORT", values["PORT"], low=0, high=65535)
    base_url = _base_url("PUBLIC_BASE_URL", values["PUBLIC_BASE_URL"] or f"http://localhost:{port}")
    return Settings(
        database_url=database_url(values["DATABASE_URL"]),
        public_base_url=base_url,
        secret_key=values["SECRET_KEY"] or secret_from_file(Path(values["SECRET_KEY_FILE"])),
        organisation_name=values["ORGANISATION_NAME"],
        organisation_url=_base_url("ORGANISATION_URL", values["ORGANISATION_URL"] or base_url),
        corrections_policy_url=values["CORRECTIONS_POLICY_URL"] or f"{base_url}/v1/methodology",
        notes_licence_url=values["NOTES_LICENCE_URL"],
        review_four_eyes=_boolean("REVIEW_FOUR_EYES", values["REVIEW_FOUR_EYES"]),
        evidence_check_days=_whole_number("EVIDENCE_CHECK_DAYS", values["EVIDENCE_CHECK_DAYS"], low=1, high=3650),
        cdn_max_age_seconds=_whole_number("CDN_MAX_AGE_SECONDS", values["CDN_MAX_AGE_SECONDS"], low=0, high=86400),
        log_level=_one_of("LOG_LEVEL", values["LOG_LEVEL"].upper(), ("DEBUG", "INFO", "WARNING", "ERROR")),
    )


def database_url(value: str) -> str:
    """The address as SQLAlchemy takes it: ``postgres://`` and ``postgresql://`` mean psycopg 3.

    A database of SQLite must be a file, because one in memory is another one in every connection.

    Raises:
        SettingsError: neither a file of SQLite nor PostgreSQL.
    """
    scheme, separator, rest = value.partition("://")
    if separator and scheme == "sqlite" and re.match(r"/(?!:memory:)[^?]", rest):
        return value
    if separator and scheme in {"postgres", "postgresql", "postgresql+psycopg"} and _split(value) is not None:
        return f"postgresql+psycopg://{rest}"
    raise SettingsError("DATABASE_URL must be a sqlite:///file or postgresql:// address", field="DATABASE_URL")


def secret_from_file(path: Path) -> str:
    """The secret kept in ``path``; made, readable by its owner only, when there is none yet.

    Two processes that start together end with the same secret.

    Raises:
        SettingsError: the file cannot be made or read, or is too short to be a secret.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            # Not named after the process: in a container every start has the same id.
            draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}.new")
            with open(draft, "x", encoding="ascii", opener=_owner_only) as handle:
                handle.write(secrets.token_urlsafe(SECRET_BYTES))
                handle.flush()
                os.fsync(handle.fileno())
            try:
                os.link(draft, path)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        secret = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"no secret in {path}: {error}", field="SECRET_KEY_FILE") from error
    if len(secret) < SECRET_BYTES:
        raise SettingsError(f"the secret in {path} is too short", field="SECRET_KEY_FILE")
    return secret


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _base_url(name: str, value: str) -> str:
    parts = _split(value)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise SettingsError(f"{name} must be an http or https address without query", field=name)
    return value.rstrip("/")


def _split(value: str) -> SplitResult | None:
    try:
        parts = urlsplit(value)
        # A port is only looked at when it is asked for.
        return parts if parts.port != 0 else None
    except ValueError:
        return None


def _whole_number(name: str, value: str, *, low: int, high: int) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", value) or not low <= int(value) <= high:
        raise SettingsError(f"{name} must be a whole number from {low} to {high}", field=name)
    return int(value)


def _boolean(name: str, value: str) -> bool:
    words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if value.lower() not in words:
        raise SettingsError(f"{name} must be true or false", field=name)
    return words[value.lower()]


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise SettingsError(f"{name} must be one of {', '.join(allowed)}", field=name)
    return value
