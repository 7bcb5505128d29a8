"""The rules of DESIGN, section 3, as tables written by hand: who may do what, which step leads where, what fits.

Nothing of the project is imported: what the services do is compared with this.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

WRITING = {"contributor": "own", "editor": "any", "admin": "any", "system_author": "any"}
EDITING = {"editor": "any", "admin": "any"}
REVIEWING = {"editor": "any", "admin": "any", "system_reviewer": "any"}
RIGHTS: dict[str, dict[str, str]] = {
    "write": WRITING,
    "submit": WRITING,
    "review": REVIEWING,
    "recheck": EDITING,
    "withdraw": EDITING,
    "merge": EDITING,
    "import": {"editor": "any", "admin": "any", "system_author": "any"},
    "preview": {"contributor": "any", "editor": "any", "admin": "any"},
    "reimport": EDITING,
    "make_public": REVIEWING,
    "describe": EDITING,
    "check": REVIEWING,
    "redact": {"admin": "any"},
}
"""Right → role → whose work. The detector can only suggest, so it has none."""

SCOPES = {
    "write": "write",
    "submit": "write",
    "review": "review",
    "recheck": "write",
    "withdraw": "review",
    "merge": "review",
    "import": "write",
    "preview": "read",
    "reimport": "reimport",
    "make_public": "review",
    "describe": "write",
    "check": "review",
    "redact": "admin",
}
"""What a token must be for."""

ROLES = ("contributor", "editor", "admin", "machine", "system_author", "system_reviewer")
PEOPLE = ("contributor", "editor", "admin")

DRAFT, IN_REVIEW, PUBLISHED, REJECTED = "draft", "in_review", "published", "rejected"
WITHDRAWN, SUPERSEDED = "withdrawn", "superseded"
FINISHED = (WITHDRAWN, SUPERSEDED)
HIDDEN, PUBLIC = "hidden", "public"

STEPS = {
    (DRAFT, "save"): DRAFT,
    (IN_REVIEW, "save"): DRAFT,
    (REJECTED, "save"): DRAFT,
    (PUBLISHED, "save"): DRAFT,
    (DRAFT, "submit"): IN_REVIEW,
    (IN_REVIEW, "request_changes"): DRAFT,
    (IN_REVIEW, "reject"): REJECTED,
    (IN_REVIEW, "approve"): PUBLISHED,
    (DRAFT, "withdraw"): WITHDRAWN,
    (IN_REVIEW, "withdraw"): WITHDRAWN,
    (REJECTED, "withdraw"): WITHDRAWN,
    (PUBLISHED, "withdraw"): WITHDRAWN,
    (PUBLISHED, "merge"): SUPERSEDED,
    (PUBLISHED, "reopen"): DRAFT,
    (REJECTED, "reopen"): DRAFT,
}
"""State of the newest version × action → state."""

REVIEW = ("save", "submit", "request_changes", "reject", "approve")
ACTIONS = {
    "evidence": REVIEW,
    "claim": (*REVIEW, "withdraw", "merge"),
    "annotation": (*REVIEW, "withdraw", "reopen"),
}
"""What can be done with each: sources leave with the last claim that cites them, and are not withdrawn."""

STATES = {
    "evidence": (DRAFT, IN_REVIEW, PUBLISHED, REJECTED),
    "claim": (DRAFT, IN_REVIEW, PUBLISHED, REJECTED, WITHDRAWN, SUPERSEDED),
    "annotation": (DRAFT, IN_REVIEW, PUBLISHED, REJECTED, WITHDRAWN),
}


@dataclass(frozen=True)
class Person:
    """Somebody who acts; ``scopes`` are those of the token with which they came, if any."""

    id: UUID
    name: str
    role: str
    scopes: frozenset[str] | None = None


def denied(by: Person, right: str, *, own: bool) -> str | None:
    """Why somebody may not: for their role, their token's scope, or because it is others' work; None if they may."""
    if by.scopes is not None:
        if SCOPES[right] not in by.scopes:
            return "scope"
        if right == "reimport" and by.role in PEOPLE:
            return None
    whose = RIGHTS[right].get(by.role)
    if whose is None:
        return by.role
    return None if whose == "any" or own else "others' work"


def rests(verdict: str, links: Iterable[tuple[str, str]], *, searched: bool) -> bool:
    """Rule 3: whether a verdict has a fitting link among these, each a stance and the status of its source."""
    if verdict == "supported":
        wanted = {"supports"}
    elif verdict == "partly_supported":
        wanted = {"supports", "qualifies"}
    else:
        wanted = {"qualifies", "contradicts"}
    found = any(stance in wanted and status != "retracted" for stance, status in links)
    return found or (verdict == "unverifiable" and searched)


def fits(verdict: str, categories: Collection[str]) -> bool:
    """Rule 8: whether categories agree with a verdict; what is fully supported can be fair, or understated."""
    if verdict == "supported":
        return set(categories) in ({"fair_statement"}, {"understatement"})
    return "fair_statement" not in categories
