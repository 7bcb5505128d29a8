"""Who may do what: the whole table, role × permission × own work, written out once more by hand."""

from __future__ import annotations

from uuid import UUID

import pytest

from annotations.errors import FourEyesRequired, PermissionDenied
from annotations.permissions import (
    ALLOWED,
    SCOPE_OF,
    Actor,
    Permission,
    Scope,
    is_allowed,
    may,
    require,
    require_second_person,
)
from annotations.vocabulary import Role
from tests.permissions_page import PAGE, page

NEVER, OWN, ANY = "never", "own", "any"
ROLES = (Role.CONTRIBUTOR, Role.EDITOR, Role.ADMIN, Role.MACHINE, Role.SYSTEM_AUTHOR, Role.SYSTEM_REVIEWER)
TABLE = {
    # permission:            contributor editor admin machine author reviewer
    Permission.READ: (ANY, ANY, ANY, NEVER, NEVER, NEVER),
    Permission.PREVIEW_REIMPORT: (ANY, ANY, ANY, NEVER, NEVER, NEVER),
    Permission.REIMPORT: (NEVER, ANY, ANY, NEVER, NEVER, NEVER),
    Permission.IMPORT_ARTICLE: (NEVER, ANY, ANY, NEVER, ANY, NEVER),
    Permission.MAKE_PUBLIC: (NEVER, ANY, ANY, NEVER, NEVER, ANY),
    Permission.EDIT_METADATA: (NEVER, ANY, ANY, NEVER, NEVER, NEVER),
    Permission.MARK_FACT_CHECK: (NEVER, ANY, ANY, NEVER, NEVER, ANY),
    Permission.WRITE: (OWN, ANY, ANY, NEVER, ANY, NEVER),
    Permission.SUBMIT: (OWN, ANY, ANY, NEVER, ANY, NEVER),
    Permission.REVIEW: (NEVER, ANY, ANY, NEVER, NEVER, ANY),
    Permission.OPEN_RECHECK: (NEVER, ANY, ANY, NEVER, NEVER, NEVER),
    Permission.WITHDRAW: (NEVER, ANY, ANY, NEVER, NEVER, NEVER),
    Permission.MERGE_CLAIMS: (NEVER, ANY, ANY, NEVER, NEVER, NEVER),
    Permission.IMPORT_BULK: (NEVER, ANY, ANY, NEVER, NEVER, NEVER),
    Permission.EXPORT: (NEVER, NEVER, ANY, NEVER, NEVER, NEVER),
    Permission.READ_LOG: (NEVER, NEVER, ANY, NEVER, NEVER, NEVER),
    Permission.REDACT: (NEVER, NEVER, ANY, NEVER, NEVER, NEVER),
    Permission.MANAGE_PEOPLE: (NEVER, NEVER, ANY, NEVER, NEVER, NEVER),
}
CELLS = [(role, permission, cell) for permission, row in TABLE.items() for role, cell in zip(ROLES, row, strict=True)]


def somebody(role: Role, number: int = 1) -> Actor:
    return Actor(UUID(int=number), f"{role}-{number}", role)


def test_the_table_is_whole():
    assert set(TABLE) == set(Permission)
    assert set(ROLES) == set(Role) == set(ALLOWED)


@pytest.mark.parametrize(("role", "permission", "cell"), CELLS)
def test_a_cell_of_the_table(role, permission, cell):
    assert is_allowed(role, permission, own_work=True) is (cell != NEVER)
    assert is_allowed(role, permission, own_work=False) is (cell == ANY)


@pytest.mark.parametrize(("role", "permission", "cell"), CELLS)
@pytest.mark.parametrize("own_work", [True, False])
def test_require_refuses_what_the_table_does_not_allow(role, permission, cell, own_work):
    if cell == ANY or (cell == OWN and own_work):
        require(somebody(role), permission, own_work=own_work)
        return
    with pytest.raises(PermissionDenied) as caught:
        require(somebody(role), permission, own_work=own_work)
    assert caught.value.code == "permission_denied"
    assert caught.value.context == {"permission": permission.value}
    assert ("others' work" in caught.value.message) is not own_work


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("permission", list(Permission))
def test_nobody_of_any_role_is_their_own_second_person(role, permission):
    actor = somebody(role)
    authors = frozenset({actor.id, UUID(int=9)})
    allowed = is_allowed(role, permission, own_work=True)
    with pytest.raises(FourEyesRequired if allowed else PermissionDenied) as caught:
        require_second_person(actor, permission, authors=authors, four_eyes=True)
    assert isinstance(caught.value, FourEyesRequired) is allowed


def test_a_second_person_is_told_from_the_only_one():
    editor, others = somebody(Role.EDITOR), frozenset({UUID(int=9)})
    assert require_second_person(editor, Permission.REVIEW, authors=others, four_eyes=True) is True
    assert require_second_person(editor, Permission.REVIEW, authors=others, four_eyes=False) is True
    own = frozenset({editor.id})
    assert require_second_person(editor, Permission.REVIEW, authors=own, four_eyes=False) is False


def test_switching_four_eyes_off_gives_nobody_a_permission():
    contributor = somebody(Role.CONTRIBUTOR)
    with pytest.raises(PermissionDenied):
        require_second_person(contributor, Permission.REVIEW, authors=frozenset({contributor.id}), four_eyes=False)


@pytest.mark.parametrize("permission", list(Permission))
@pytest.mark.parametrize("scope", list(Scope))
def test_a_token_narrows_its_owners_role_to_its_scope(permission, scope):
    holder = Actor(UUID(int=1), "holder", Role.ADMIN, frozenset({scope}))
    assert may(holder, permission, own_work=True) is (SCOPE_OF[permission] is scope)


@pytest.mark.parametrize(("role", "allowed"), [(Role.CONTRIBUTOR, True), (Role.EDITOR, True), (Role.MACHINE, False)])
def test_the_scope_reimport_lets_people_of_any_role_reimport(role, allowed):
    assert (
        may(Actor(UUID(int=1), "site", role, frozenset({Scope.REIMPORT})), Permission.REIMPORT, own_work=False)
        is allowed
    )
    assert not may(Actor(UUID(int=1), "site", Role.CONTRIBUTOR), Permission.REIMPORT, own_work=False)


def test_the_page_says_what_the_code_does():
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.permissions_page"
