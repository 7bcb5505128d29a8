"""``benchmarks.bare:app``: a Flask application with one route for each recorded answer, and nothing else.

It sets the scale: whatever the product costs above this is the product's own. Each answer goes out as it was
recorded, status, headers and body; only what the server adds to every answer is left to the server.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from flask import Flask, Response

from benchmarks.recording import RECORDINGS_VARIABLE, Recording, read_recordings


def create_bare_app(recordings: Path) -> Flask:
    """An application that answers each recorded address with the recorded bytes."""
    app = Flask("bare", static_folder=None)
    for number, recording in enumerate(read_recordings(recordings)):
        app.add_url_rule(recording.bare_path, f"answer_{number}", _view(recording))
    return app


def _view(recording: Recording) -> Callable[[], Response]:
    def answer() -> Response:
        return Response(recording.body, recording.status, list(recording.headers))

    return answer


app = create_bare_app(Path(os.environ[RECORDINGS_VARIABLE]))
