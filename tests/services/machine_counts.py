"""What was done and refused, over all runs on one database; and how often each must have been."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from tests.services.model_rules import ACTIONS, RIGHTS, ROLES, SCOPES, STATES, STEPS

OFTEN, SOMETIMES = 20, 5

Step = tuple[str, str, str]
"""Kind, state of its newest version (``*`` for any), action."""

LEGAL: frozenset[Step] = frozenset(
    (kind, state, action) for kind in STATES for state, action in STEPS if action in ACTIONS[kind]
)
"""Every step of the workflow that can occur, for each kind of thing."""

BESIDES: frozenset[Step] = frozenset(
    {
        *((kind, "*", "create") for kind in STATES),
        *((kind, "*", "request_withdrawal") for kind in ("article", "claim", "annotation")),
        *((kind, "*", "cancel_withdrawal") for kind in ("article", "claim", "annotation")),
        *((kind, "*", step) for kind in ("claim", "annotation") for step in ("flag_recheck", "clear_recheck")),
        *(("annotation", "*", step) for step in ("open_notice", "close_notice")),
        *(("claim", "*", step) for step in ("request_merger", "cancel_merger")),
        ("article", "*", "import"),
        ("article", "hidden", "make_public"),
        ("article", "public", "withdraw"),
        ("article", "*", "reimport"),
    }
)
"""The other steps by which something becomes public, or ceases to be: notices, flags, requests, mergers, texts."""

OTHERS: frozenset[Step] = frozenset(
    {
        *(("annotation", "*", step) for step in ("retie", "retie_draft", "lapse")),
        *((kind, "*", "redact") for kind in ("article", "claim", "evidence", "annotation")),
        *(("article", state, step) for state in ("hidden", "public") for step in ("reimport", "metadata_changed")),
        *(("article", state, "fact_checked") for state in ("hidden", "public")),
        ("claim", "*", "set_review_due"),
    }
)
"""Whatever else is written into histories."""

OUTCOMES: frozenset[str] = frozenset(
    {
        *(f"notice: {why}" for why in ("text_changed", "text_removed", "evidence_retracted", "verdict_changed")),
        "notice: editor_recheck",
        *(f"carried: {state}" for state in ("exact", "moved", "changed", "orphaned", "context", "found again")),
        "no longer complete",
        "notice ended elsewhere",
    }
)
"""What steps led to."""

ILLEGAL: frozenset[Step] = frozenset(
    {
        *(
            (kind, state, action)
            for kind in STATES
            for state, action in product(STATES[kind], ACTIONS[kind])
            if (state, action) not in STEPS and action != "reopen"
        ),
        # What was withdrawn was public, and so is no longer on a hidden article.
        *(("annotation", state, "reopen") for state in ("draft", "in_review", "rejected")),
        *(("article", state, "make_public") for state in ("public", "withdrawn")),
        *(("article", state, "withdraw") for state in ("hidden", "withdrawn")),
        *(("article", "withdrawn", step) for step in ("reimport", "describe", "check", "preview")),
        ("annotation", "withdrawn", "recheck"),
        # What is in force, or still worked on.
        *((kind, state, "redact") for kind in STATES for state in ("draft", "in_review", "published")),
        *(("article", state, "redact") for state in ("hidden", "public")),
    }
)
"""Every step that must be refused for the state in which a thing is."""

SECOND: frozenset[tuple[str, str, str]] = frozenset(
    (step, kind, role)
    for role in ("editor", "admin")
    for step, kinds in {
        "approve": ("claim", "evidence", "annotation"),
        "confirm_withdrawal": ("claim", "annotation", "article"),
        "confirm_merger": ("claim",),
        "make_public": ("article",),
    }.items()
    for kind in kinds
)
"""Every route on which somebody can be told that it takes two, for every role that can get there alone."""

DENIALS: frozenset[tuple[str, str]] = frozenset(
    {
        *((right, role) for right in RIGHTS for role in ROLES if role not in RIGHTS[right]),
        *((right, "scope") for right in SCOPES),
        *((right, "others' work") for right in RIGHTS if RIGHTS[right].get("contributor") == "own"),
    }
)
"""Every right and every reason for which somebody does not have it."""

UNFIT: frozenset[tuple[str, str]] = frozenset(
    {
        *(("approve", kind) for kind in ("claim", "annotation")),
        *(("reconfirm", kind) for kind in ("claim", "annotation")),
        ("make_public", "article"),
        ("confirm_withdrawal", "claim"),
        ("request_merger", "claim"),
        ("confirm_merger", "claim"),
    }
)
"""Every step that must be refused where the rules of what is public are not met."""

CODES = frozenset(
    {
        *("permission_denied", "four_eyes_required", "transition_not_allowed", "not_publishable"),
        *("invalid_input", "slug_taken", "quote_not_found", "not_found"),
    }
)
"""Every error that can come of it."""


@dataclass
class Counts:
    """How often each thing happened."""

    taken: Counter[Step] = field(default_factory=Counter)
    led_to: Counter[str] = field(default_factory=Counter)
    refused: Counter[Step] = field(default_factory=Counter)
    alone: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    denied: Counter[tuple[str, str]] = field(default_factory=Counter)
    unfit: Counter[tuple[str, str]] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    sorts: tuple[str, ...] = ("taken", "others", "led_to", "refused", "alone", "denied", "unfit", "codes")
    """Which of these must have happened often enough."""

    def take(self, kind: str, state: str | None, action: str) -> None:
        """Count a step of a history."""
        self.taken[kind, "*", action] += 1
        self.taken[kind, state or "", action] += 1

    def missing(self) -> dict[str, dict[Hashable, int]]:
        """Whatever did not happen often enough, with how often it did."""
        wanted: dict[str, tuple[Counter[Any], Iterable[Hashable], int]] = {
            "taken": (self.taken, LEGAL | BESIDES, OFTEN),
            "others": (self.taken, OTHERS, SOMETIMES),
            "led_to": (self.led_to, OUTCOMES, SOMETIMES),
            "refused": (self.refused, ILLEGAL, 1),
            "alone": (self.alone, SECOND, 1),
            "denied": (self.denied, DENIALS, 1),
            "unfit": (self.unfit, UNFIT, 1),
            "codes": (self.codes, CODES, 1),
        }
        found: dict[str, dict[Hashable, int]] = {}
        for name in self.sorts:
            counter, keys, least = wanted[name]
            rare = {key: counter[key] for key in keys if counter[key] < least}
            if rare:
                found[name] = dict(sorted(rare.items(), key=lambda item: (item[1], str(item[0]))))
        return found
