"""Every editorial route by every role, on their own work and on others'; what is refused changes nothing."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from annotations.permissions import OWN_WORK_ONLY, Permission, Scope, is_allowed
from annotations.store.tables import METADATA
from annotations.vocabulary import Role
from api.access import PUBLIC, UndeclaredRoute, access_table
from api.app import build_edge
from tests.applications import app_for, engine_of, settings_for
from tests.databases import Databases
from tests.desk import PREFIX, Desk, Person, claim_body, note_body, source_body
from tests.problems import assert_problem

TEXT = "# A pill\n\nThe pill cures migraine in a week. Doctors say so.\n\nIt costs little."
BODIES: dict[str, Any] = {
    "POST /articles": {"slug": "new-article", "text": TEXT, "format": "markdown"},
    "PATCH /articles/<slug:slug>": {"publisher": "Somebody"},
    "PUT /articles/<slug:slug>/fact-check": {"status": "not_started"},
    "POST /articles/<slug:slug>/revisions": {"text": TEXT + "\n\nMore.", "format": "markdown"},
    "POST /articles/<slug:slug>/revisions/preview": {"text": TEXT + "\n\nMore.", "format": "markdown"},
    "POST /claims": {"slug": "new-claim", **claim_body()},
    "PUT /claims/<slug:slug>": claim_body(summary="Another summary."),
    "PUT /claims/<slug:slug>/review-due": {"due_on": "2099-01-01"},
    "POST /claims/<slug:slug>/merger": {"into": "published", "reason": "The same."},
    "POST /evidence": {"key": "new-source", **source_body("new-source")},
    "PUT /evidence/<slug:key>": source_body("revised"),
    "POST /evidence/<slug:key>/status": {"status": "no_notice", "status_checked_on": "2026-02-01"},
    "POST /annotations": {"article": "theirs", "passage": {"quote": "costs little"}, **note_body("published")},
    "PUT /annotations/<uuid:annotation_id>": note_body("published", note="Another note."),
}
"""A body that is right, for the routes that take more than a reason."""

WITH_REASON = ("request-changes", "reject", "withdrawal", "reconfirm")
OTHER_BODIES = {"POST /import": ("application/x-ndjson", b'{"type": "claim"}\n')}
World = dict[str, dict[str, str]]
ROLES = (Role.CONTRIBUTOR, Role.EDITOR, Role.ADMIN)


@pytest.fixture(scope="module")
def built(databases: Databases) -> Generator[tuple[str, Desk, World]]:
    """A database with the things of everybody, which each test gets a copy of."""
    url = databases.copy(databases.migrated())
    with app_for(url) as app:
        desk = Desk(app, engine_of(app))
        world = _world(desk)
    yield url, desk, world
    databases.drop(url)


@pytest.fixture
def desk(databases: Databases, built: tuple[str, Desk, World]) -> Generator[Desk]:
    url = databases.copy(built[0])
    with app_for(url) as app:
        yield built[1].on(app, engine_of(app))
    databases.drop(url)


@pytest.fixture
def world(built: tuple[str, Desk, World]) -> World:
    return built[2]


def _world(desk: Desk) -> World:
    """Names of the things that each person made: by the person's role, and ``others`` for somebody else's."""
    desk.source("published")
    desk.claim("published", "published")
    desk.article("theirs", TEXT)
    found = {"others": _things(desk, desk.writer, "others")}
    for role in ROLES:
        person = {Role.CONTRIBUTOR: desk.contributor, Role.EDITOR: desk.approver, Role.ADMIN: desk.admin}[role]
        found[role] = _things(desk, person, role)
    return found


def _things(desk: Desk, person: Person, name: str) -> dict[str, str]:
    person.create("/evidence", {"key": f"of-{name}", **source_body(f"of-{name}")})
    person.create("/claims", {"slug": f"of-{name}", **claim_body("published")})
    body = {"article": "theirs", "passage": {"quote": "cures migraine"}, **note_body("published")}
    note = person.create("/annotations", body).body["id"]
    importer = desk.writer if person is desk.contributor else person
    importer.create("/articles", {"slug": f"of-{name}", "text": TEXT, "format": "markdown"})
    return {"articles": f"of-{name}", "claims": f"of-{name}", "evidence": f"of-{name}", "annotations": note}


def _editorial(desk: Desk) -> list[tuple[str, str, Permission]]:
    found = []
    for name, access in access_table(desk.app).items():
        method, rule = name.split(" ", 1)
        if rule.startswith(PREFIX) and rule != f"{PREFIX}/openapi.json":
            assert isinstance(access, Permission), name
            found.append((method, rule.removeprefix(PREFIX), access))
    return found


def _send(person: Person, method: str, rule: str, things: dict[str, str]) -> Any:
    collection = rule.split("/")[1]
    path = rule
    for part in ("<slug:slug>", "<slug:key>", "<uuid:annotation_id>"):
        path = path.replace(part, things.get(collection, "x"))
    path = path.replace("<ordinal:number>", "1")
    if path.endswith("/diff"):
        path += "?old=1&new=1"
    elif path.endswith("/by-identifier"):
        path += "?identifier=https://sources.example/published"
    name = f"{method} {rule}"
    if name in OTHER_BODIES:
        media_type, data = OTHER_BODIES[name]
        return person.call(method, path, data=data, headers={"Content-Type": media_type})
    body = BODIES.get(name)
    if body is None and method == "POST" and rule.endswith(WITH_REASON):
        body = {"reason": "Because."}
    etag = None
    if method != "GET" and collection in things and "<" in rule:
        etag = person.get(f"/{collection}/{things[collection]}").etag
    return person.call(method, path, body, etag=etag)


def test_every_route_declares_what_it_asks_for_and_most_public_ones_nothing(desk):
    table = access_table(desk.app)
    assert len(table) > 60
    editorial = {name for name in table if f" {PREFIX}/" in name} - {f"GET {PREFIX}/openapi.json"}
    assert {name for name, access in table.items() if access == PUBLIC} == set(table) - editorial
    assert all(name.startswith("GET ") for name in set(table) - editorial)


def test_an_application_with_an_undeclared_route_does_not_start(database_url, monkeypatch):
    def forgotten() -> str:
        return "a secret"

    def register(app: Any) -> None:
        app.add_url_rule("/forgotten", "forgotten", forgotten)

    monkeypatch.setattr("api.app._register_hooks", register)
    with pytest.raises(UndeclaredRoute, match="GET /forgotten"):
        build_edge(settings_for(database_url), ())


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("whose", ["own", "others"])
def test_the_matrix(desk, world, role, whose):
    person = {Role.CONTRIBUTOR: desk.contributor, Role.EDITOR: desk.approver, Role.ADMIN: desk.admin}[role]
    things = world[role] if whose == "own" else world["others"]
    before, refused = _rows(desk), 0
    # What must be refused comes first, so that all of it together is seen to have changed nothing.
    for method, rule, is_allowed_here in sorted(_cells(desk, role, whose), key=lambda cell: cell[2]):
        if is_allowed_here and before is not None:
            assert _rows(desk) == before
            before = None
        answered = _send(person, method, rule, things)
        name = f"{role} {method} {rule} on {whose} work: {answered.body}"
        if is_allowed_here:
            assert answered.status not in {401, 404, 405, 428, 500}, name
            assert answered.status != 403 or answered.body["code"] == "four_eyes_required", name
        else:
            refused += 1
            assert_problem(answered.response, 403, "permission_denied")
    assert before is None or _rows(desk) == before
    assert (refused > 0) == (role is not Role.ADMIN)


def _cells(desk: Desk, role: Role, whose: str) -> list[tuple[str, str, bool]]:
    """Each route, and whether the table of permissions allows it."""
    found = []
    for method, rule, permission in _editorial(desk):
        is_creation = method == "POST" and rule.count("/") == 1
        # A contributor cannot import an article, so the one of "their own" is somebody else's too.
        own_work = (whose == "own" or is_creation) and not (role is Role.CONTRIBUTOR and rule.startswith("/articles/"))
        found.append((method, rule, is_allowed(role, permission, own_work=own_work)))
    return found


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer cvt_0_0"}, {"Authorization": "Basic eDp5"}])
def test_nobody_gets_anywhere_without_a_good_token(desk, world, headers):
    before = _rows(desk)
    for method, rule, _ in _editorial(desk):
        stranger = Person(desk.app.test_client(), "")
        stranger.headers = headers
        answered = _send(stranger, method, rule, world["others"])
        assert answered.status == 401, f"{method} {rule}"
        assert "WWW-Authenticate" in answered.response.headers
    assert _rows(desk) == before


@pytest.mark.parametrize("scope", list(Scope))
def test_a_token_allows_no_more_than_its_scope(desk, world, scope):
    """An admin with a token of one scope, who could do everything with another."""
    person = desk.person("narrow", Role.ADMIN, [scope])
    for method, rule, permission in _editorial(desk):
        answered = _send_with_tag_of(desk.admin, person, method, rule, world["others"])
        if Scope(_scope_of(permission)) is scope:
            assert answered.status != 403 or answered.body["code"] == "four_eyes_required", f"{method} {rule}"
        else:
            problem = assert_problem(answered.response, 403, "permission_denied")
            assert "scope" in problem["detail"], f"{method} {rule}"


def test_the_table_of_own_work_is_used():
    assert OWN_WORK_ONLY


def _send_with_tag_of(reader: Person, person: Person, method: str, rule: str, things: dict[str, str]) -> Any:
    tagged = Person(person.client, "")
    tagged.headers = person.headers
    tagged.get = reader.get  # type: ignore[method-assign]  # only to learn the tag
    return _send(tagged, method, rule, things)


def _scope_of(permission: Permission) -> str:
    # Written out once more by hand: what each permission needs of a token.
    read = {"read", "preview_reimport"}
    review = {"make_public", "mark_fact_check", "review", "withdraw", "merge_claims"}
    admin = {"export", "read_log", "redact", "manage_people"}
    if permission in read:
        return "read"
    if permission in review:
        return "review"
    if permission in admin:
        return "admin"
    return "reimport" if permission == "reimport" else "write"


def _rows(desk: Desk) -> Any:
    # When a token was last used is written by the by, and is nobody's work.
    tables = [table for table in METADATA.sorted_tables if table.name != "tokens"]
    with desk.engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(table.select().order_by(*table.primary_key))]
            for table in tables
        }
