"""The page ``docs/permissions.md``, made from the code: ``python -m tests.permissions_page`` writes it anew."""

from __future__ import annotations

from pathlib import Path

from annotations.permissions import ALLOWED, OWN_WORK_ONLY, SCOPE_OF, Permission, Scope
from annotations.vocabulary import Role
from api.access import access_table
from api.app import build_edge
from api.editorial import BLUEPRINTS as EDITORIAL
from api.v1 import BLUEPRINTS
from tests.applications import settings_for

PAGE = Path(__file__).parents[1] / "docs" / "permissions.md"
HEAD = """\
# Who may do what

Made from `annotations/permissions.py` and the routes themselves by `python -m tests.permissions_page`; a test compares.

## Permissions by role

*all*: on anybody's work; *own*: on what they made themselves; *never*. Approving, making public, confirming a
withdrawal and confirming a merger also take a second person: whoever wrote it, or asked for it, cannot
(`REVIEW_FOUR_EYES=false` is the one way out, and the history says that it was used). A token narrows its owner's
role to its scopes; the scope `reimport` also lets a contributor's token re-import, because whoever issued it gave a
publishing system that leave.

"""


def page() -> str:
    """The whole page."""
    roles = " | ".join(f"`{role}`" for role in Role)
    lines = [HEAD + f"| permission | what it allows | scope of a token | {roles} |"]
    lines.append("| --- | --- | --- |" + " --- |" * len(Role))
    for permission in Permission:
        cells = " | ".join(_cell(role, permission) for role in Role)
        lines.append(f"| `{permission}` | {permission.definition} | `{SCOPE_OF[permission]}` | {cells} |")
    lines += ["", "## Scopes of tokens", "", "| scope | what it is for |", "| --- | --- |"]
    lines += [f"| `{scope}` | {scope.definition} |" for scope in Scope]
    lines += ["", "## Routes", "", "| route | asks for |", "| --- | --- |"]
    app = build_edge(settings_for("sqlite:///var/nowhere.db"), BLUEPRINTS, EDITORIAL)
    lines += [f"| `{name}` | {'public' if access == 'public' else f'`{access}`'} |" for name, access in _routes(app)]
    return "\n".join(lines) + "\n"


def _routes(app: object) -> list[tuple[str, str]]:
    table = access_table(app)  # type: ignore[arg-type]
    return sorted(((name, str(access)) for name, access in table.items()), key=lambda row: row[0].split(" ")[::-1])


def _cell(role: Role, permission: Permission) -> str:
    if permission not in ALLOWED[role]:
        return "never"
    return "own" if permission in OWN_WORK_ONLY.get(role, frozenset()) else "all"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
