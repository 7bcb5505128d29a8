"""Whether the process lives, and whether it can serve: ``/health/live`` and ``/health/ready``."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from flask import Flask, current_app
from marshmallow import Schema, fields, validate

from api.openapi import PublicBlueprint
from api.problems import EdgeError, FieldError

Check = Callable[[], None]
"""Returns where all is well, and raises anything where not."""

_KEY = "caveat.readiness_checks"

OK = {"status": "ok"}


class HealthSchema(Schema):
    """Nothing but that all is well."""

    status = fields.String(required=True, validate=validate.OneOf(["ok"]))


blueprint = PublicBlueprint(
    "health", __name__, url_prefix="/health", takes_token=False, description="For supervisors and load balancers."
)


def add_readiness_check(app: Flask, name: str, check: Check) -> None:
    """Have ``/health/ready`` call ``check``; ``name`` is what the public is told when it fails."""
    app.extensions.setdefault(_KEY, {})[name] = check


@blueprint.route("/live")
@blueprint.answers(HealthSchema, example=OK, cached=False)
def show_liveness() -> dict[str, str]:
    """Tell that the process answers."""
    return OK


@blueprint.route("/ready")
@blueprint.answers(HealthSchema, example=OK, cached=False)
def show_readiness() -> dict[str, str]:
    """Tell whether requests can be served.

    503 names the checks that failed; why they did is in the log.
    """
    checks: dict[str, Check] = current_app.extensions.get(_KEY, {})
    failed = [name for name, check in checks.items() if not _passes(name, check)]
    if failed:
        errors = [FieldError(name, "readiness", "failed") for name in failed]
        raise EdgeError("not_ready", f"Failed: {', '.join(failed)}.", errors=errors)
    return OK


def _passes(name: str, check: Check) -> bool:
    try:
        check()
    except Exception:
        structlog.get_logger("caveat.health").exception("readiness_check_failed", check=name)
        return False
    return True
