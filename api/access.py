"""Which permission each route asks for. No route exists without saying so, or that it is public."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal, TypeVar

from flask import Flask

from annotations.permissions import Permission

PUBLIC: Final = "public"
"""What a route declares that asks for no permission."""

Access = Permission | Literal["public"]
View = TypeVar("View", bound=Callable[..., Any])

_ATTRIBUTE = "caveat_access"


class UndeclaredRoute(RuntimeError):
    """A route says neither which permission it asks for nor that it is public."""


def asks_for(access: Access) -> Callable[[View], View]:
    """Declare what a view asks for; goes on top of the stack, right below the route."""

    def declare(view: View) -> View:
        setattr(view, _ATTRIBUTE, access)
        return view

    return declare


def access_table(app: Flask) -> dict[str, Access]:
    """What each route of ``app`` asks for, by method and rule, such as ``POST /v1/editorial/claims``.

    Raises:
        UndeclaredRoute: some declare nothing; all of them are named.
    """
    table: dict[str, Access] = {}
    undeclared: list[str] = []
    for rule in app.url_map.iter_rules():
        access = getattr(app.view_functions[rule.endpoint], _ATTRIBUTE, None)
        methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        names = [f"{method} {rule.rule}" for method in methods]
        if access is None:
            undeclared += names
        table |= dict.fromkeys(names, access) if access is not None else {}
    if undeclared:
        raise UndeclaredRoute(f"these routes declare no permission: {', '.join(sorted(undeclared))}")
    return dict(sorted(table.items()))
