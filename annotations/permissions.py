"""Who may do what: one table of role × action × own work."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from annotations.errors import FourEyesRequired, PermissionDenied
from annotations.vocabulary import DefinedEnum, Role


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts: an argument of every service."""

    id: UUID
    name: str
    role: Role


class Permission(DefinedEnum):
    """What can be allowed."""

    IMPORT_ARTICLE = "import_article", "Import a new article, hidden."
    MAKE_PUBLIC = "make_public", "Make a hidden article public."
    EDIT_METADATA = "edit_metadata", "Change an article's metadata."
    MARK_FACT_CHECK = "mark_fact_check", "Say how far an article was checked."
    WRITE = "write", "Write and revise claims, evidence and annotations."
    SUBMIT = "submit", "Send to review."
    REVIEW = "review", "Approve, reject or send back."
    OPEN_RECHECK = "open_recheck", "Put a pending notice in the place of a published annotation, or end it."
    WITHDRAW = "withdraw", "Ask for a withdrawal, or confirm another's request."


_EDITING = frozenset(Permission)

ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.CONTRIBUTOR: frozenset({Permission.WRITE, Permission.SUBMIT}),
    Role.EDITOR: _EDITING,
    Role.ADMIN: _EDITING,
    Role.MACHINE: frozenset(),
    Role.SYSTEM_AUTHOR: frozenset({Permission.IMPORT_ARTICLE, Permission.WRITE, Permission.SUBMIT}),
    Role.SYSTEM_REVIEWER: frozenset({Permission.REVIEW, Permission.MAKE_PUBLIC, Permission.MARK_FACT_CHECK}),
}
"""What each role may do with others' work; ``OWN_WORK_ONLY`` narrows it, four eyes narrow it further."""

OWN_WORK_ONLY: dict[Role, frozenset[Permission]] = {
    Role.CONTRIBUTOR: frozenset({Permission.WRITE, Permission.SUBMIT}),
}


def is_allowed(role: Role, permission: Permission, *, own_work: bool) -> bool:
    """Whether ``role`` may, before four eyes are asked for."""
    if permission not in ALLOWED[role]:
        return False
    return own_work or permission not in OWN_WORK_ONLY.get(role, frozenset())


def require(actor: Actor, permission: Permission, *, own_work: bool) -> None:
    """Let ``actor`` go on, or refuse.

    Raises:
        PermissionDenied: the role does not allow it.
    """
    if not is_allowed(actor.role, permission, own_work=own_work):
        raise PermissionDenied(
            f"the role {actor.role} may not {permission}" + ("" if own_work else " on others' work"),
            context={"permission": str(permission)},
        )


def require_second_person(actor: Actor, permission: Permission, *, authors: frozenset[UUID], four_eyes: bool) -> bool:
    """Rule 4: author and approver differ. Answers whether two people were indeed involved.

    ``four_eyes`` is False only under ``REVIEW_FOUR_EYES=false``; the history keeps the answer.

    Raises:
        PermissionDenied: the role does not allow it.
        FourEyesRequired: the actor is one of the authors.
    """
    own_work = actor.id in authors
    require(actor, permission, own_work=own_work)
    if own_work and four_eyes:
        raise FourEyesRequired("somebody other than the author must do this", context={"permission": str(permission)})
    return not own_work
