"""Who may do what: one table of role × action × own work."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from annotations.errors import FourEyesRequired, PermissionDenied
from annotations.vocabulary import DefinedEnum, Role


class Scope(DefinedEnum):
    """What an API token may be used for, within what its owner's role allows."""

    READ = "read", "Read drafts, histories and the queue; preview re-imports."
    WRITE = "write", "Write and submit; import new articles, change metadata, put up and answer notices."
    REVIEW = (
        "review",
        "Approve, reject, send back, make public; say how far an article was checked; ask for and confirm withdrawals"
        " and mergers.",
    )
    REIMPORT = "reimport", "Re-import articles that are there: for the system of the site that publishes them."
    ADMIN = "admin", "People, keys, the log, redactions, the full export."


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts: an argument of every service.

    Attributes:
        scopes: what the token allows with which they came; None where they came without one, and no scope narrows
            their role.
    """

    id: UUID
    name: str
    role: Role
    scopes: frozenset[Scope] | None = None


class Permission(DefinedEnum):
    """What can be allowed."""

    READ = "read", "Read drafts, histories and the queue."
    IMPORT_ARTICLE = "import_article", "Import a new article, hidden."
    PREVIEW_REIMPORT = "preview_reimport", "See what a re-import would do, without doing it."
    REIMPORT = "reimport", "Re-import changed text; of a public article the new text is public at once."
    MAKE_PUBLIC = "make_public", "Make a hidden article public."
    EDIT_METADATA = "edit_metadata", "Change an article's metadata."
    MARK_FACT_CHECK = "mark_fact_check", "Say how far an article was checked."
    WRITE = "write", "Write and revise claims, evidence and annotations."
    SUBMIT = "submit", "Send to review."
    REVIEW = "review", "Approve, reject or send back."
    OPEN_RECHECK = "open_recheck", "Put a pending notice in the place of a published annotation, or end it."
    WITHDRAW = "withdraw", "Ask for a withdrawal, or confirm another's request."
    MERGE_CLAIMS = "merge_claims", "Ask that a claim be merged into another, or confirm another's request."
    IMPORT_BULK = "import_bulk", "Import many articles, claims, sources and annotations at once, as drafts."
    EXPORT = "export", "Take everything out, drafts included."
    READ_LOG = "read_log", "Read the publication log with its actors."
    REDACT = "redact", "Blank the content of a version for legal reasons."
    MANAGE_PEOPLE = "manage_people", "Administer people, their roles and their keys."


_ADMINISTERING = frozenset({Permission.EXPORT, Permission.READ_LOG, Permission.REDACT, Permission.MANAGE_PEOPLE})
_EDITING = frozenset(Permission) - _ADMINISTERING

ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.CONTRIBUTOR: frozenset({Permission.READ, Permission.PREVIEW_REIMPORT, Permission.WRITE, Permission.SUBMIT}),
    Role.EDITOR: _EDITING,
    Role.ADMIN: frozenset(Permission),
    Role.MACHINE: frozenset(),
    Role.SYSTEM_AUTHOR: frozenset({Permission.IMPORT_ARTICLE, Permission.WRITE, Permission.SUBMIT}),
    Role.SYSTEM_REVIEWER: frozenset({Permission.REVIEW, Permission.MAKE_PUBLIC, Permission.MARK_FACT_CHECK}),
}
"""What each role may do with others' work; ``OWN_WORK_ONLY`` narrows it, four eyes narrow it further."""

OWN_WORK_ONLY: dict[Role, frozenset[Permission]] = {
    Role.CONTRIBUTOR: frozenset({Permission.WRITE, Permission.SUBMIT}),
}

SCOPE_OF: dict[Permission, Scope] = {
    Permission.READ: Scope.READ,
    Permission.PREVIEW_REIMPORT: Scope.READ,
    Permission.IMPORT_ARTICLE: Scope.WRITE,
    Permission.REIMPORT: Scope.REIMPORT,
    Permission.MAKE_PUBLIC: Scope.REVIEW,
    Permission.EDIT_METADATA: Scope.WRITE,
    Permission.MARK_FACT_CHECK: Scope.REVIEW,
    Permission.WRITE: Scope.WRITE,
    Permission.SUBMIT: Scope.WRITE,
    Permission.REVIEW: Scope.REVIEW,
    Permission.OPEN_RECHECK: Scope.WRITE,
    Permission.WITHDRAW: Scope.REVIEW,
    Permission.MERGE_CLAIMS: Scope.REVIEW,
    Permission.IMPORT_BULK: Scope.WRITE,
    Permission.EXPORT: Scope.ADMIN,
    Permission.READ_LOG: Scope.ADMIN,
    Permission.REDACT: Scope.ADMIN,
    Permission.MANAGE_PEOPLE: Scope.ADMIN,
}
"""The scope that a token needs for each permission."""

PEOPLE = frozenset({Role.CONTRIBUTOR, Role.EDITOR, Role.ADMIN})
"""The roles that people have; the others cannot sign in."""


def is_allowed(role: Role, permission: Permission, *, own_work: bool) -> bool:
    """Whether ``role`` may, before four eyes are asked for."""
    if permission not in ALLOWED[role]:
        return False
    return own_work or permission not in OWN_WORK_ONLY.get(role, frozenset())


def may(actor: Actor, permission: Permission, *, own_work: bool) -> bool:
    """Whether ``actor`` may: the role allows it, and so does the token if they came with one.

    A token with the scope ``reimport`` re-imports whatever its owner's role is (rule 6): the person who issued it gave
    that leave to a publishing system.
    """
    if actor.scopes is None:
        return is_allowed(actor.role, permission, own_work=own_work)
    if SCOPE_OF[permission] not in actor.scopes:
        return False
    given = permission is Permission.REIMPORT and actor.role in PEOPLE
    return given or is_allowed(actor.role, permission, own_work=own_work)


def require(actor: Actor, permission: Permission, *, own_work: bool) -> None:
    """Let ``actor`` go on, or refuse.

    Raises:
        PermissionDenied: the role or the token does not allow it.
    """
    if may(actor, permission, own_work=own_work):
        return
    scope = SCOPE_OF[permission]
    if actor.scopes is not None and scope not in actor.scopes:
        raise PermissionDenied(
            f"this token lacks the scope {scope}; ask for one that has it",
            context={"permission": str(permission), "scope": str(scope)},
        )
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
