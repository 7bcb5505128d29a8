"""Compressed answers, by Flask-Compress, that leave conditional requests alone.

Flask-Compress appends the algorithm to strong entity tags, so that a later ``If-Match`` could never hold; it leaves
weak ones as they are, and public answers carry weak ones only. It would also evaluate conditions of its own, after
ours. Nor does it know that ``q=0`` forbids an encoding, hence :func:`allowed_encodings`.
"""

from __future__ import annotations

from flask import Flask, request
from flask_compress import Compress

from api.negotiation import parse_quality

ALGORITHMS = ("zstd", "br", "gzip")
"""In the order of preference where the caller has none."""

MIN_SIZE_BYTES = 500


def init_compression(app: Flask) -> None:
    """Compress what ``app`` answers, where the caller allows it."""
    app.config.update(
        COMPRESS_ALGORITHM=list(ALGORITHMS),
        COMPRESS_MIN_SIZE=MIN_SIZE_BYTES,
        COMPRESS_EVALUATE_CONDITIONAL_REQUEST=False,
    )
    app.before_request(keep_allowed_encodings)
    Compress(app)


def keep_allowed_encodings() -> None:
    """Leave in ``Accept-Encoding`` what Flask-Compress may choose."""
    header = request.headers.get("Accept-Encoding")
    if header is not None:
        request.environ["HTTP_ACCEPT_ENCODING"] = allowed_encodings(header)


def allowed_encodings(header: str) -> str:
    """``header`` (RFC 9110, section 12.5.3) without what it forbids, and with a star spelt out."""
    qualities: dict[str, float] = {}
    for part in header.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        given = [value for key, _, value in (parameter.partition("=") for parameter in parameters) if key == "q"]
        qualities[name] = parse_quality(given[0]) if given else 1.0
    anything_else = qualities.pop("*", 0.0)
    for algorithm in ALGORITHMS:
        qualities.setdefault(algorithm, anything_else)
    known = (*ALGORITHMS, "identity")
    return ", ".join(f"{name};q={qualities[name]:g}" for name in known if qualities.get(name, 0.0) > 0)
