"""The application for tests: on a given database, with a secret that is the same in every process."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import Engine

from annotations.settings import Settings, read_settings
from api.app import create_app
from tests.databases import hurry

SECRET_KEY = "the tests' own secret, the same in every process"
BASE_URL = "https://caveat.example"


def settings_for(url: str, **environ: str) -> Settings:
    """Settings for the database at ``url``; ``environ`` adds to or replaces what the tests set."""
    return read_settings({"DATABASE_URL": url, "SECRET_KEY": SECRET_KEY, "PUBLIC_BASE_URL": BASE_URL, **environ})


_apps: dict[tuple[str, ...], Flask] = {}


@contextmanager
def app_for(url: str, **environ: str) -> Generator[Flask]:
    """The application on the database at ``url``, its connections closed afterwards.

    It may have served another database of that address before; what a test adds to an application it adds to one that
    it made itself.
    """
    key = (url, *(f"{name}={value}" for name, value in sorted(environ.items())))
    app = _apps.pop(key, None)
    if app is None:
        app = create_app(settings_for(url, **environ))
        app.testing = True
        hurry(engine_of(app))
    try:
        yield app
    finally:
        engine_of(app).dispose()
        _apps[key] = app


def engine_of(app: Flask) -> Engine:
    """The engine that ``app`` sends its statements through, to count them."""
    (engine,) = (kept for kept in app.extensions.values() if isinstance(kept, Engine))
    return engine
