"""The revisions of an article's text, and what differs between two."""

from __future__ import annotations

import pytest

from annotations.queries.editorial.revisions import diff_revisions, get_revision, list_revisions
from annotations.store.articles import Revision
from annotations.vocabulary import EntityType

FIRST = ("The pill cures migraine.", "Doctors agree on that.", "It costs little.", "It is red and round.")
SECOND = (
    "It is red and round.",
    "The pill may help against migraine.",
    "Doctors agree on that.",
    "Nobody has asked the patients themselves.",
)


@pytest.fixture(scope="module")
def revised(shared):
    article = shared.room.article("piece", *FIRST, title="Pills")
    shared.reimport(article, *SECOND, by="eve")
    shared.reimport(article, *FIRST)
    shared.room.article("other", *FIRST, title="Others")
    return article


def test_revisions_are_listed_newest_first_with_their_reports(shared, revised):
    found = shared.all_of(list_revisions, "piece", limit=1)
    assert [revision.number for revision in found] == [3, 2, 1]
    assert [revision.created_by.name for revision in found] == ["bob", "eve", "ann"]
    newest, middle, oldest = found
    assert newest.content_hash == oldest.content_hash != middle.content_hash
    assert (newest.is_in_force, middle.is_in_force) == (True, False)
    assert oldest.in_force_until == middle.in_force_from
    assert oldest.source_format == "blank-line separated"
    assert oldest.import_report == {"encoding": "utf-8", "repairs": [], "dropped": []} | oldest.import_report
    assert shared.all_of(list_revisions, "nothing") == []


def test_a_revision_is_read_with_its_text(shared, revised):
    found = shared.read(get_revision, "piece", 2)
    assert found.revision.number == 2
    assert tuple(block.text for block in found.blocks) == SECOND
    assert [block.ordinal for block in found.blocks] == [1, 2, 3, 4]


@pytest.mark.parametrize(("slug", "number"), [("piece", 4), ("piece", 0), ("nothing", 1)])
def test_a_revision_that_is_not_there_is_none(shared, revised, slug, number):
    assert shared.read(get_revision, slug, number) is None
    assert shared.read(diff_revisions, slug, 1, number) is None
    assert shared.read(diff_revisions, slug, number, 1) is None


def test_two_revisions_are_compared_paragraph_by_paragraph(shared, revised):
    diff = shared.read(diff_revisions, "piece", 1, 2)
    assert (diff.old.number, diff.new.number) == (1, 2)
    shown = [
        (str(block.change), block.old_ordinal, block.new_ordinal, [(str(op), text) for op, text in block.segments])
        for block in diff.blocks
    ]
    assert shown == [
        ("moved", 4, 1, [("equal", "It is red and round.")]),
        (
            "edited",
            1,
            2,
            [
                ("equal", "The pill "),
                ("deleted", "cures"),
                ("inserted", "may help against"),
                ("equal", " migraine."),
            ],
        ),
        ("same", 2, 3, [("equal", "Doctors agree on that.")]),
        ("removed", 3, None, [("deleted", "It costs little.")]),
        ("added", None, 4, [("inserted", "Nobody has asked the patients themselves.")]),
    ]


def test_what_was_removed_stands_where_it_had_stood_though_its_neighbour_moved(room, reader):
    moved, removed, first, second = "It is red.", "It costs little.", "The pill cures migraine.", "Nobody is harmed."
    article = room.article("piece", moved, removed, first, second, title="Pills")
    reader.reimport(article, first, second, moved)
    shown = [(str(block.change), block.segments[0].text) for block in reader.read(diff_revisions, "piece", 1, 2).blocks]
    assert shown == [("removed", removed), ("same", first), ("same", second), ("moved", moved)]


def test_the_same_revision_differs_in_nothing(shared, revised):
    for old, new in ((2, 2), (1, 3)):
        assert {block.change for block in shared.read(diff_revisions, "piece", old, new).blocks} == {"same"}


def test_backwards_what_was_added_is_removed(shared, revised):
    there = shared.read(diff_revisions, "piece", 1, 2).blocks
    back = shared.read(diff_revisions, "piece", 2, 1).blocks
    turned = {"added": "removed", "removed": "added", "edited": "edited"}
    changed = {block.paragraph_id: block.change for block in back if block.change in turned}
    assert changed == {block.paragraph_id: turned[block.change] for block in there if block.change in turned}


def test_a_blanked_revision_says_so(room, reader):
    article = room.article("piece", *FIRST, title="Pills")
    (revision,) = room.versions(Revision, article)
    assert not reader.read(get_revision, "piece", 1).revision.redacted
    reader.redact(EntityType.ARTICLE, article, 1, "blocks", revision.id)
    assert reader.read(get_revision, "piece", 1).revision.redacted
