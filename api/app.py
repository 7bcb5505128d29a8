"""The application: settings, hooks, error handlers and blueprints, put together in one place."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from annotations.settings import Settings, read_settings
from api import docs, health
from api.access import access_table
from api.auth import identify_caller
from api.caching import stamp_response
from api.cli import init_commands
from api.compression import init_compression
from api.converters import CONVERTERS
from api.cors import allow_any_origin, answer_options
from api.current import keep_settings
from api.database import init_database
from api.editorial import BLUEPRINTS as EDITORIAL
from api.editorial.blueprint import EditorialBlueprint, restore_tag
from api.logging import configure_logging, log_request, start_timer
from api.openapi import PublicBlueprint, build_api, build_editorial_api
from api.request_id import begin_request, return_request_id
from api.security_headers import add_security_headers
from api.targets import check_target
from api.v1 import BLUEPRINTS


class _Json(DefaultJSONProvider):
    # Members stay in the order in which the schemas list them.
    sort_keys = False
    ensure_ascii = False
    compact = True


def create_app(settings: Settings | None = None) -> Flask:
    """The whole application.

    Args:
        settings: read from the environment by default.

    Raises:
        SettingsError: a setting is not usable.
    """
    settings = settings or read_settings()
    configure_logging(settings.log_level)
    app = build_edge(settings, BLUEPRINTS, EDITORIAL)
    init_database(app, settings)
    init_commands(app)
    return app


def build_edge(
    settings: Settings, blueprints: Sequence[PublicBlueprint], editorial: Sequence[EditorialBlueprint] = ()
) -> Flask:
    """The HTTP contract around ``blueprints`` for everybody and those for editors, without a database.

    Raises:
        UndeclaredRoute: a route says neither which permission it asks for nor that it is public.
    """
    app = Flask("api", static_folder=None)
    app.json = _Json(app)
    keep_settings(app, settings)
    # An address has one spelling: no redirects from doubled or trailing slashes.
    app.url_map.merge_slashes = False
    app.url_map.converters.update(CONVERTERS)
    _register_hooks(app)
    api = build_api(app, settings)
    for blueprint in (*blueprints, health.blueprint):
        api.register_blueprint(blueprint)
    if editorial:
        desk = build_editorial_api(app, settings)
        for one in editorial:
            desk.register_blueprint(one)
    app.register_blueprint(docs.blueprint)
    access_table(app)
    return app


def _register_hooks(app: Flask) -> None:
    """Hooks before a request run in this order; those after it run from the last registered to the first."""
    for before in (begin_request, start_timer, check_target, identify_caller, answer_options):
        app.before_request(before)
    app.after_request(log_request)
    app.after_request(return_request_id)
    app.after_request(add_security_headers)
    app.after_request(restore_tag)
    init_compression(app)
    app.after_request(allow_any_origin)
    app.after_request(stamp_response)
