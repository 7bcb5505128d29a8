"""``If-Match`` on every change: nobody overwrites what they have not read, and what is refused changes nothing."""

from __future__ import annotations

import pytest

from tests.desk import PREFIX
from tests.editorial.changes import ALL, NEW, OF_SOMETHING, changing_routes, documented, refused, rows

STARS = {"*": "any version", "*, {tag}": "any version, once more", "{tag}, *": "and at the end"}
OTHERS = {
    '"v0"': "one that never was",
    "W/{tag}": "a weak tag says nothing about bytes",
    "{bare}": "without quotes it is no tag",
    '"v999999"': "one that is not yet",
    "w/{tag}": "weak in small letters too",
    '"{bare}': "one quote is not enough",
    "'{bare}'": "nor are others quotes",
    '"{bare} "': "another tag",
    '"V{number}"': "tags are compared by character",
    '""': "the empty tag",
    "": "nothing",
    ",": "a list of nothing",
    '"v0", "v999999"': "a list without it",
    'W/{tag}, "v0"': "a list with a weak one",
}
FEW = 3
"""So many of the first are tried on every address, all of them on one for each method."""

GOOD = {"{tag}": "the tag", '"v0", {tag}': "a list", '"v0",{tag} ,"v1000000"': "a list without spaces"}


def test_the_table_of_changes_is_whole(shared_desk):
    assert set(ALL) == changing_routes(shared_desk.app)


def test_the_document_says_where_a_version_must_be_named(shared_desk):
    paths = shared_desk.writer.get("/openapi.json").body["paths"]
    wanted, keyed = set(), set()
    for name in ALL:
        method, rule = name.split(" ", 1)
        operation = paths[documented(rule)][method.lower()]
        headers = {one["name"]: one for one in operation.get("parameters", []) if one["in"] == "header"}
        if "If-Match" in headers:
            assert headers["If-Match"]["required"]
            wanted.add(name)
        if "Idempotency-Key" in headers:
            assert not headers["Idempotency-Key"]["required"]
            keyed.add(name)
    assert wanted == set(OF_SOMETHING)
    assert keyed == {name for name in ALL if name.startswith("POST ")}


def filled(pattern: str, tag: str) -> str:
    bare = tag.strip('"')
    return pattern.format(tag=tag, bare=bare, number=bare.removeprefix("v"))


def refuse(change, present, stars, others):
    """Send the change without a version, with any, and with another one; nothing may come of it."""
    for header in (None, *stars):
        answered = change.send(etag=header and filled(header, present.etag))
        assert answered.etag == present.etag
        document = refused(answered, 428, "precondition_required")
        assert "context" not in document
    for header in others:
        answered = change.send(headers={"If-Match": filled(header, present.etag)})
        assert answered.status == 412, f"{OTHERS[header]}: {answered.body}"
        assert answered.etag == present.etag
        context = refused(answered, 412, "stale_version")["context"]
        assert context == {"etag": present.etag, "current": present.body}


@pytest.mark.parametrize(
    "name",
    [
        "POST /claims/<slug:slug>/submit",
        "PUT /evidence/<slug:key>",
        "PATCH /articles/<slug:slug>",
        "DELETE /annotations/<uuid:annotation_id>/withdrawal",
    ],
)
def test_a_version_is_named_by_its_very_tag(situations, name):
    change = OF_SOMETHING[name](situations)
    present, before = change.by.get(change.on), rows(situations.desk)
    refuse(change, present, STARS, OTHERS)
    assert rows(situations.desk) == before


@pytest.mark.parametrize("name", OF_SOMETHING)
def test_only_the_present_version_can_be_changed(situations, name):
    desk = situations.desk
    change = OF_SOMETHING[name](situations)
    present, before = change.by.get(change.on), rows(desk)
    assert present.status == 200
    refuse(change, present, ["*"], list(OTHERS)[:FEW])
    assert rows(desk) == before
    good = list(GOOD)[len(name) % len(GOOD)]
    done = change.send(etag=filled(good, present.etag))
    assert done.status in {200, 201}, f"{GOOD[good]}: {done.body}"
    now = change.by.get(change.on)
    assert done.etag == now.etag != present.etag
    if not name.endswith("/revisions"):
        assert done.body == now.body
    # Whoever read what was there before is told what is there now.
    after = rows(desk)
    late = change.send(other=True, etag=present.etag)
    assert late.etag == now.etag
    assert refused(late, 412, "stale_version")["context"] == {"etag": now.etag, "current": now.body}
    assert rows(desk) == after


@pytest.mark.parametrize("name", NEW)
def test_what_is_made_has_a_tag_and_an_address(situations, name):
    change = NEW[name](situations)
    made = change.send()
    assert made.status in {200, 201}
    if made.status == 201:
        found = change.by.get(made.response.headers["Location"].removeprefix(PREFIX))
        assert (found.status, found.body, found.etag) == (200, made.body, made.etag)
    else:
        assert "Location" not in made.response.headers


def test_a_source_that_is_there_already_comes_with_its_tag_and_address(situations):
    change = NEW["POST /evidence"](situations)
    made = change.send()
    again = change.by.create("/evidence", {**change.body, "key": situations.name()})
    assert (again.status, again.body, again.etag) == (200, made.body, made.etag)
    assert again.response.headers["Location"] == made.response.headers["Location"]


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "identity"])
def test_compression_leaves_the_tag_strong_and_as_it_is(situations, encoding):
    path = situations.draft("claims")
    writer = situations.desk.writer
    plain = writer.get(path).etag
    assert plain.startswith('"v')

    def ask(method, tail="", **headers):
        # Not through the person's own call, which would read the body as it is.
        headers |= {"Accept-Encoding": encoding, **writer.headers}
        response = writer.client.open(PREFIX + path + tail, method=method, headers=headers)
        # Problems are not worth compressing.
        expected = encoding if response.status_code == 200 else "identity"
        assert response.headers.get("Content-Encoding", "identity") == expected
        return response.status_code, response.headers["ETag"]

    assert ask("GET") == (200, plain)
    assert ask("POST", "/submit", **{"If-Match": '"v0"'}) == (412, plain)
    assert ask("POST", "/submit") == (428, plain)
    status, tag = ask("POST", "/submit", **{"If-Match": plain})
    assert (status, tag) == (200, writer.get(path).etag)
    assert tag != plain


def test_what_is_not_there_has_no_version(situations):
    desk = situations.desk
    before = rows(desk)
    for path in ("/claims/nothing", "/evidence/nothing", f"/annotations/{'0' * 8}-0000-7000-8000-{'0' * 12}"):
        for etag in (None, "*", '"v1"'):
            refused(desk.writer.call("POST", f"{path}/submit", etag=etag), 404, "not_found")
    assert rows(desk) == before
