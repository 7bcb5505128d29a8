"""``/docs``: Swagger UI, from the installed package, with nothing loaded from any other host.

The package's own page starts the interface by an inline script, which the page's policy forbids; so the page and the
few lines that start it are here, and the package gives the scripts and styles.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import flask_swagger_ui
from flask import Blueprint, Response
from werkzeug.exceptions import NotFound

from api.access import PUBLIC, asks_for
from api.caching import conditional_on_content
from api.current import current_settings

CONTENT_SECURITY_POLICY = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'"

_DISTRIBUTION = Path(flask_swagger_ui.__file__).parent / "dist"

# Addresses are relative, so that the page also works below a prefix that a proxy takes away.
_PAGE = b"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Caveat API</title>
<link rel="stylesheet" href="docs/assets/swagger-ui.css">
<link rel="icon" type="image/png" href="docs/assets/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<noscript>The same in plain: <a href="openapi.json">openapi.json</a></noscript>
<script src="docs/assets/swagger-ui-bundle.js"></script>
<script src="docs/assets/start.js"></script>
</body>
</html>
"""

# Without a validatorUrl of null, Swagger UI sends the document's address to a service on the internet.
_START = b"""window.ui = SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  validatorUrl: null,
});
"""

ASSETS: dict[str, str] = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
    "start.js": "text/javascript",
}
"""What is served below ``/docs/assets``, with its media type."""

blueprint = Blueprint("docs", __name__, url_prefix="/docs")


@blueprint.get("")
@asks_for(PUBLIC)
def show() -> Response:
    """The page."""
    return _answer(_PAGE, "text/html")


@blueprint.get("/assets/<name>")
@asks_for(PUBLIC)
def asset(name: str) -> Response:
    """A script or style of the page.

    Raises:
        NotFound: it is not one of :data:`ASSETS`.
    """
    if name not in ASSETS:
        raise NotFound
    return _answer(_content(name), ASSETS[name])


@cache
def _content(name: str) -> bytes:
    return _START if name == "start.js" else (_DISTRIBUTION / name).read_bytes()


def _answer(content: bytes, media_type: str) -> Response:
    response = conditional_on_content(content) or Response(content, mimetype=media_type)
    response.headers["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; connect-src 'self' {_public_origin()}"
    return response


def _public_origin() -> str:
    # What is tried out on the page is sent there, though the page may have been opened under another name.
    parts = urlsplit(current_settings().public_base_url)
    return f"{parts.scheme}://{parts.netloc}"
