"""What the running application carries: its settings."""

from __future__ import annotations

from flask import Flask, current_app

from annotations.settings import Settings

_KEY = "caveat.settings"


def keep_settings(app: Flask, settings: Settings) -> None:
    """Give ``app`` its settings, once, when it is built."""
    app.extensions[_KEY] = settings


def current_settings() -> Settings:
    """The settings of the application that serves the current request."""
    settings: Settings = current_app.extensions[_KEY]
    return settings
