"""Structured logs: one JSON object a line on standard error, one line a request.

Neither query strings nor headers are logged, so no token and nobody's search ends up in a log.
"""

from __future__ import annotations

import logging
import sys
import time

import structlog
from flask import Response, g, request
from structlog.typing import Processor

MAX_LOGGED_PATH = 512
"""Characters of a path that a log line holds."""

_shared: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
)


class JsonLineHandler(logging.Handler):
    """Writes to whatever ``sys.stderr`` is when the record comes, so that a redirection holds."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; a record that cannot be written is reported the standard way."""
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except Exception:
            self.handleError(record)


def configure_logging(level: str) -> None:
    """Send structlog and the standard library's loggers to standard error as JSON lines.

    Calling it again replaces the earlier configuration. Other handlers of the root logger stay.

    Args:
        level: ``DEBUG``, ``INFO``, ``WARNING`` or ``ERROR``.
    """
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = JsonLineHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_shared, structlog.stdlib.PositionalArgumentsFormatter()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=True, default=repr),
            ],
        )
    )
    root = logging.getLogger()
    for existing in root.handlers[:]:
        if isinstance(existing, JsonLineHandler):
            root.removeHandler(existing)
    root.addHandler(handler)
    root.setLevel(level)
    # It tells at INFO that it looked at the database, which each readiness check makes it do.
    logging.getLogger("alembic").setLevel(logging.WARNING)


def start_timer() -> None:
    """Remember when the request came."""
    g.started_seconds = time.perf_counter()


def log_request(response: Response) -> Response:
    """Write the request's one line."""
    body_follows = request.method != "HEAD" and response.status_code not in (204, 304)
    structlog.get_logger("caveat.request").info(
        "request",
        method=request.method[:32],
        path=request.path[:MAX_LOGGED_PATH],
        status=response.status_code,
        duration_ms=round((time.perf_counter() - g.started_seconds) * 1000, 3),
        bytes=response.calculate_content_length() if body_follows else 0,
    )
    return response
