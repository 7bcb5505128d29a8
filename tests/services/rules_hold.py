"""The rules of DESIGN, section 3, as statements about a public view."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Any

from annotations.store.articles import Revision
from tests.services.public_view import NEEDED, OTHERWISE, VERSIONS, PublicView


def check_rests_on_evidence(view: PublicView) -> None:
    """Rules 3 and 8: a shown note makes a published claim, with a fitting link, and of a fitting category."""
    for note in view.shown():
        claim = view.claims[view.notes[note.id].claim_id]
        wanted = NEEDED.get(claim.verdict, OTHERWISE)
        fitting = [
            link
            for link in view.links[claim.id]
            if link.stance in wanted and view.sources[link.evidence_id].status != "retracted"
        ]
        assert fitting or (claim.verdict == "unverifiable" and claim.search_record), claim.verdict
        categories = view.categories[view.notes[note.id].id]
        if "fair_statement" in categories:
            assert (categories, claim.verdict) == ({"fair_statement"}, "supported")
        elif claim.verdict == "supported":
            assert categories == {"understatement"}


def check_quotes(view: PublicView) -> None:
    """Rule 5: the quote stands at its offsets in the text that is shown."""
    for note in view.shown():
        anchor = view.anchor(note)
        block = view.blocks[view.revisions[note.article_id].id, anchor.paragraph_id]
        assert block.text[anchor.start_offset : anchor.end_offset] == anchor.quote
        assert anchor.state in {"exact", "moved"}


def check_intervals(view: PublicView) -> None:
    """Section 4: the intervals of an entity never overlap, follow the numbers, and one at most is open."""
    reopened = {step.entity_id for step in view.transitions if step.action in {"reopen", "lapse"}}
    for table, owner in VERSIONS.items():
        of: dict[Any, list[Any]] = defaultdict(list)
        for version in view.versions[table]:
            if version.valid_from is not None:
                of[getattr(version, owner)].append(version)
        for entity, versions in of.items():
            versions.sort(key=lambda version: version.number)
            for earlier, later in pairwise(versions):
                assert earlier.valid_from < earlier.valid_until <= later.valid_from
                # Nothing withdrawn comes back, so what follows one another meets; but what lost its words while
                # nobody saw it went out of force until somebody approved it anew.
                assert earlier.valid_until == later.valid_from or entity in reopened


def check_four_eyes(view: PublicView) -> None:
    """Rule 4: whoever approved wrote none of the versions since the last approval."""
    authors: dict[Any, dict[int, Any]] = defaultdict(dict)
    for table, owner in VERSIONS.items():
        if table is not Revision:
            for version in view.versions[table]:
                authors[getattr(version, owner)][version.number] = version.created_by
    last: dict[Any, int] = defaultdict(int)
    asked: dict[Any, Any] = {}
    to_be_merged: dict[Any, Any] = {}
    for step in view.transitions:
        if step.action == "approve":
            since = range(last[step.entity_id] + 1, step.version_number + 1)
            assert step.actor_id not in {authors[step.entity_id][number] for number in since}
            last[step.entity_id] = step.version_number
        elif step.action == "request_withdrawal":
            asked[step.entity_id] = step.actor_id
        elif step.action == "withdraw":
            assert step.actor_id != asked[step.entity_id]
        elif step.action == "request_merger":
            to_be_merged[step.entity_id] = step.actor_id
        elif step.action == "merge":
            assert step.actor_id != to_be_merged[step.entity_id]
        elif step.action == "retie":
            # A merger takes two people as well.
            last[step.entity_id] = step.version_number
        elif step.action == "make_public":
            assert step.actor_id != view.articles[step.entity_id].created_by
        assert step.four_eyes


def check_search(view: PublicView) -> None:
    """Rule 1, for the index: exactly what is public can be found."""
    assert view.entries == view.expected_entries()


def check_tombstones(view: PublicView) -> None:
    """Tombstones stand where something was taken back, and nowhere else."""
    assert {key for key, row in view.stamps.items() if row.gone} == view.tombstones()


def check_stamps(before: PublicView, after: PublicView) -> None:
    """Rule 9: whatever changed was stamped by a row of the log that came since; and nothing unseen has a stamp."""
    old, new = before.representations, after.representations
    head = max(row.seq for row in before.stamps.values())
    for key in old.keys() | new.keys():
        if old.get(key) != new.get(key):
            assert after.stamps[key].seq > head, key
    assert set(after.stamps) == set(new) | after.tombstones()


RULES = (
    check_rests_on_evidence,
    check_quotes,
    check_intervals,
    check_four_eyes,
    check_search,
    check_tombstones,
)
