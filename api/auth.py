"""Who calls. Public reads need no token; a token that is not known is an error and never makes its bearer anonymous.

No tokens are issued yet, so :func:`no_tokens` is the look-up in use and every credential is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from flask import g, request

from api.cors import lies_under
from api.problems import EdgeError

TOKEN_PATHS = ("/v1",)
"""Where credentials are looked at. Elsewhere, health checks among it, they are ignored."""

_BEARER = re.compile(r"Bearer +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request; ``name`` is None for everybody without a token."""

    name: str | None = None


ANONYMOUS = Caller()

FindToken = Callable[[str], Caller | None]


def no_tokens(token: str) -> Caller | None:  # noqa: ARG001  the signature is the look-up's
    """The look-up of an installation that has issued no token."""
    return None


def authenticate(header: str | None, find_token: FindToken = no_tokens) -> Caller:
    """The caller that an ``Authorization`` header (RFC 6750, section 2.1) names.

    Args:
        header: its value, or None where there is none.
        find_token: gives a token's caller, or None for an unknown token.

    Raises:
        EdgeError: 401, for another scheme, a malformed header and an unknown token alike.
    """
    if header is None:
        return ANONYMOUS
    match = _BEARER.fullmatch(header.strip())
    caller = find_token(match.group(1)) if match else None
    if caller is None:
        raise EdgeError("invalid_token", headers=[("WWW-Authenticate", 'Bearer error="invalid_token"')])
    return caller


def identify_caller() -> None:
    """Keep the current request's caller on ``flask.g``.

    Raises:
        EdgeError: 401, see :func:`authenticate`.
    """
    header = request.headers.get("Authorization") if lies_under(request.path, TOKEN_PATHS) else None
    g.caller = authenticate(header)
