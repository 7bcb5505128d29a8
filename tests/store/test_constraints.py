"""What must never be false is a constraint of the database: each one is broken once, on both databases."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import CheckConstraint, insert, select

from annotations.store.tables import METADATA
from tests.store.stock import LATER, fresh, refused, rules

NOWHERE = UUID(int=7)
BEFORE = LATER - timedelta(days=1)
SOMEBODY = "somebody"
THE_LOSER = "the loser"
IN_ORDER = "publication_log goes on from its head"
REVIEWED = ("claims", "evidence", "annotations")
VERSIONED = ("article_versions", "revisions", "claim_versions", "evidence_versions", "annotation_versions")
ENUMERATED = {
    str(rule.name)
    for table in METADATA.tables.values()
    for rule in table.constraints
    if isinstance(rule, CheckConstraint) and " IN (" in str(rule.sqltext)
}
# What must be changed as well, so that only the enumeration is broken.
ALONG = {
    "visibility": {"public_since": LATER},
    "title_origin": {"title": None},
    "fact_check_status": {"checked_at": LATER.date()},
}

BROKEN = [
    ("articles", {"slug": ""}, "ck_articles_slug", "an empty slug names nothing"),
    ("articles", {"public_since": LATER}, "ck_articles_public_since", "hidden since never"),
    ("articles", {"visibility": "public"}, "ck_articles_public_since", "public since when"),
    ("articles", {"withdrawn_at": LATER}, "ck_articles_withdrawn_at", "withdrawn but not in state"),
    ("article_versions", {"title": None}, "ck_article_versions_title", "an editor's title that is none"),
    ("article_versions", {"title_origin": "source"}, "ck_article_versions_title", "a title beside the text's own"),
    ("article_versions", {"checked_at": LATER.date()}, "ck_article_versions_checked_at", "checked, not started"),
    ("article_versions", {"fact_check_status": "complete"}, "ck_article_versions_checked_at", "checked when"),
    ("article_versions", {"origin_status": "known"}, "ck_article_versions_origin", "known, but where"),
    ("blocks", {"ordinal": -1}, "ck_blocks_ordinal", "places count from the title's 0"),
    ("blocks", {"ordinal": 0}, "ck_blocks_ordinal", "place 0 is the title's"),
    ("blocks", {"kind": "title"}, "ck_blocks_ordinal", "a title stands at 0"),
    ("blocks", {"text": ""}, "ck_blocks_text", "a block without text"),
    ("claims", {"slug": ""}, "ck_claims_slug", "an empty slug names nothing"),
    ("evidence", {"key": ""}, "ck_evidence_key", "an empty key names nothing"),
    ("claim_versions", {"search_record": "PubMed"}, "ck_claim_versions_search_record", "searched when"),
    ("claim_versions", {"searched_on": LATER.date()}, "ck_claim_versions_search_record", "searched where"),
    ("evidence_versions", {"participants": -1}, "ck_evidence_versions_participants", "fewer than nobody"),
    ("evidence_versions", {"year": 1499}, "ck_evidence_versions_year", "before print"),
    ("evidence_versions", {"year": 2201}, "ck_evidence_versions_year", "not written yet"),
    ("annotation_versions", {"severity": 0}, "ck_annotation_versions_severity", "below minor"),
    ("annotation_versions", {"severity": 4}, "ck_annotation_versions_severity", "beyond treatment"),
    ("anchors", {"start_offset": 3}, "ck_anchors_span", "an empty span"),
    ("anchors", {"start_offset": 4}, "ck_anchors_span", "an end before its start"),
    ("anchors", {"start_offset": -1}, "ck_anchors_span", "before the text"),
    ("anchors", {"paragraph_id": None}, "ck_anchors_span", "a span in no paragraph"),
    ("anchors", {"state": "orphaned"}, "ck_anchors_span", "an orphan that still has its place"),
    (
        "pending_notices",
        {"closed_at": LATER, "since": LATER, "closed_by": SOMEBODY},
        "ck_pending_notices_interval",
        "it never stood",
    ),
    ("pending_notices", {"closed_at": LATER, "since": BEFORE}, "ck_pending_notices_closed_by", "closed by whom"),
    ("pending_notices", {"closed_by": SOMEBODY}, "ck_pending_notices_closed_by", "closed when"),
    ("publication_log", {"seq": 0}, "ck_publication_log_seq", "the log begins at 1"),
    ("publication_log", {"entity_version": 0}, "ck_publication_log_seq", "versions count from 1"),
    ("transitions", {"position": 0}, "ck_transitions_position", "a history begins at 1"),
    ("transitions", {"version_number": 0}, "ck_transitions_position", "versions count from 1"),
    ("users", {"email": ""}, "ck_users_email", "an empty address"),
    ("tokens", {"expires_at": BEFORE, "created_at": LATER}, "ck_tokens_expires_at", "expired before it was made"),
    ("interests", {"until": BEFORE.date(), "since": LATER.date()}, "ck_interests_until", "it ended before it began"),
    ("claim_mergers", {"closed_at": LATER}, "ck_claim_mergers_closed_by", "closed by whom"),
    ("claim_mergers", {"closed_by": SOMEBODY}, "ck_claim_mergers_closed_by", "closed when"),
    ("claim_mergers", {"winner_id": THE_LOSER}, "ck_claim_mergers_winner_id", "a claim merged into itself"),
    ("claim_mergers", {"merged": True}, "ck_claim_mergers_merged", "merged, but when"),
    ("chain_heads", {"position": 0}, "ck_chain_heads_position", "a chain begins at 1"),
    ("search_entries", {"terms": ""}, "ck_search_entries_terms", "what has no terms is not found"),
    ("search_entries", {"entity_type": "article"}, "ck_search_entries_paragraph", "a text in no paragraph"),
    *[
        (table, change, f"ck_{table}_{rule}", why)
        for table in REVIEWED
        for rule, change, why in [
            ("recheck_reason", {"needs_recheck": True}, "to be looked at, but why"),
            ("recheck_reason", {"recheck_reason": "text_changed"}, "a reason for nothing"),
            ("head_number", {"head_number": 0}, "versions count from 1"),
            ("withdrawn_at", {"state": "withdrawn"}, "withdrawn since when"),
            ("withdrawn_at", {"withdrawn_at": LATER, "withdrawn_reason": "A mistake."}, "withdrawn but not in state"),
            ("withdrawn_reason", {"withdrawn_at": LATER, "state": "withdrawn"}, "a tombstone says why"),
            ("withdrawn_reason", {"withdrawn_reason": "A mistake."}, "and since when"),
            ("withdrawal_reason", {"withdrawal_reason": "A mistake."}, "who asked"),
        ]
    ],
    *[
        (table, change, f"ck_{table}_{rule}", why)
        for table in VERSIONED
        for rule, change, why in [
            ("number", {"number": 0}, "versions count from 1"),
            ("interval", {"valid_until": LATER}, "it ended before it began"),
            ("interval", {"valid_from": LATER, "valid_until": LATER}, "an empty interval"),
            ("interval", {"valid_from": LATER, "valid_until": BEFORE}, "an interval the wrong way round"),
        ]
    ],
    *[
        (
            rule.removeprefix("ck_").removesuffix(f"_{column}"),
            {column: "nonsense"} | ALONG.get(column, {}),
            rule,
            "no such value",
        )
        for rule in sorted(ENUMERATED)
        for column in [
            next(
                str(check.name).removeprefix(f"ck_{table.name}_")
                for table in METADATA.tables.values()
                for check in table.constraints
                if check.name == rule
            )
        ]
    ],
]

TAKEN = [
    ("actors", ["name"], "uq_actors_name"),
    ("users", ["email"], "uq_users_email"),
    ("redactions", ["seq"], "uq_redactions_seq"),
    ("articles", ["slug"], "uq_articles_slug"),
    ("claims", ["slug"], "uq_claims_slug"),
    ("evidence", ["key"], "uq_evidence_key"),
    ("article_versions", ["article_id", "number"], "uq_article_versions_article_id_number"),
    ("revisions", ["article_id", "number"], "uq_revisions_article_id_number"),
    ("claim_versions", ["claim_id", "number"], "uq_claim_versions_claim_id_number"),
    ("evidence_versions", ["evidence_id", "number"], "uq_evidence_versions_evidence_id_number"),
    ("annotation_versions", ["annotation_id", "number"], "uq_annotation_versions_annotation_id_number"),
    ("article_topics", ["version_id", "position"], "uq_article_topics_version_id_position"),
    ("annotation_categories", ["version_id", "position"], "uq_annotation_categories_version_id_position"),
    ("evidence_links", ["claim_version_id", "position"], "uq_evidence_links_claim_version_id_position"),
    ("blocks", ["revision_id", "ordinal"], "uq_blocks_revision_id_ordinal"),
    ("anchors", ["version_id", "revision_id"], "uq_anchors_version_id_revision_id"),
    ("publication_log", ["at"], "uq_publication_log_at"),
    ("publication_log", ["prev_hash"], "uq_publication_log_prev_hash"),
    ("publication_log", ["hash"], "uq_publication_log_hash"),
    ("transitions", ["entity_type", "entity_id", "position"], "uq_transitions_entity_type_entity_id_position"),
    ("transitions", ["entity_id", "prev_hash"], "uq_transitions_entity_id_prev_hash"),
    ("transitions", ["hash"], "uq_transitions_hash"),
    ("search_entries", ["key"], "uq_search_entries_key"),
    ("evidence_identifiers", ["kind", "canonical"], "pk_evidence_identifiers"),
    ("public_versions", ["key"], "pk_public_versions"),
    ("publication_log", ["seq"], "pk_publication_log"),
]
ONE_PUBLIC = {
    "article_versions": "article_id",
    "revisions": "article_id",
    "claim_versions": "claim_id",
    "evidence_versions": "evidence_id",
    "annotation_versions": "annotation_id",
}
MISSING = [
    ("articles", "created_by"),
    ("article_versions", "article_id"),
    ("revisions", "article_id"),
    ("paragraphs", "article_id"),
    ("blocks", "paragraph_id"),
    ("claim_versions", "claim_id"),
    ("evidence_links", "evidence_id"),
    ("evidence_identifiers", "evidence_id"),
    ("annotations", "article_id"),
    ("annotation_versions", "claim_id"),
    ("anchors", "version_id"),
    ("pending_notices", "annotation_id"),
    ("publication_log", "actor_id"),
    ("transitions", "actor_id"),
    ("corrections", "seq"),
]


def add(connection, table, **changes):
    row = fresh(connection, table) | changes
    somebody = row.get("opened_by") or row.get("requested_by")
    row |= {name: somebody for name, value in changes.items() if value is SOMEBODY}
    row |= {name: row["loser_id"] for name, value in changes.items() if value is THE_LOSER}
    connection.execute(insert(METADATA.tables[table]), row)


@pytest.mark.parametrize("table", sorted(METADATA.tables))
def test_a_valid_row_is_taken(stocked, table):
    add(stocked, table)


@pytest.mark.parametrize(("table", "changes", "rule", "why"), BROKEN)
def test_a_broken_check(stocked, table, changes, rule, why):
    # The log's order is looked at before anything else.
    with refused(stocked, rule, *([IN_ORDER] if table == "publication_log" and "seq" in changes else [])):
        add(stocked, table, **changes)


@pytest.mark.parametrize(("table", "columns", "rule"), TAKEN)
def test_what_is_taken(stocked, table, columns, rule):
    row = fresh(stocked, table)
    stocked.execute(insert(METADATA.tables[table]), row)
    pattern = fresh(stocked, table)
    if table in {"article_topics", "annotation_categories"}:
        pattern |= {"category": "vague_authority"} if "category" in pattern else {"topic": uuid4().hex}
    if table == "blocks":
        pattern["paragraph_id"] = another_paragraph(stocked, row)
    if table == "evidence_links":
        sources = METADATA.tables["evidence"]
        links = METADATA.tables[table]
        cited = select(links.c.evidence_id).where(links.c.claim_version_id == row["claim_version_id"])
        add(stocked, "evidence")
        pattern["evidence_id"] = stocked.scalars(select(sources.c.id).where(sources.c.id.not_in(cited))).first()
    with refused(stocked, rule, *([IN_ORDER] if table == "publication_log" else [])):
        stocked.execute(insert(METADATA.tables[table]), pattern | {column: row[column] for column in columns})


def another_paragraph(connection, row):
    paragraphs = METADATA.tables["paragraphs"].c
    blocks = METADATA.tables["blocks"].c
    used = select(blocks.paragraph_id).where(blocks.revision_id == row["revision_id"])
    return connection.scalars(select(paragraphs.id).where(paragraphs.id.not_in(used))).first()


@pytest.mark.parametrize(("table", "owner"), ONE_PUBLIC.items())
def test_only_one_version_is_public(stocked, table, owner):
    public = select(METADATA.tables[table]).where(
        METADATA.tables[table].c.valid_from.is_not(None), METADATA.tables[table].c.valid_until.is_(None)
    )
    standing = stocked.execute(public).mappings().first()
    with refused(stocked, f"uq_{table}_one_public"):
        add(stocked, table, **{owner: standing[owner]}, number=99, valid_from=LATER)
    add(stocked, table, **{owner: standing[owner]}, number=99, valid_from=BEFORE, valid_until=LATER)
    add(stocked, table, **{owner: standing[owner]}, number=100)


def test_one_notice_stands_in_the_place_of_an_annotation(stocked):
    notices = METADATA.tables["pending_notices"].c
    standing = stocked.scalars(select(notices.annotation_id).where(notices.closed_at.is_(None))).one()
    with refused(stocked, "uq_pending_notices_one_open"):
        add(stocked, "pending_notices", annotation_id=standing)
    add(stocked, "pending_notices", annotation_id=standing, since=BEFORE, closed_at=LATER, closed_by=SOMEBODY)


@pytest.mark.parametrize(("table", "column"), MISSING)
def test_nothing_points_at_what_is_not_there(stocked, table, column):
    value = 10**6 if column == "seq" else NOWHERE
    with refused(stocked, f"fk_{table}_{column}"):
        add(stocked, table, **{column: value})


def test_an_anchor_stands_on_a_block_of_its_revision(stocked):
    blocks = METADATA.tables["blocks"].c
    row = fresh(stocked, "anchors")
    elsewhere = stocked.scalars(select(blocks.paragraph_id).where(blocks.revision_id != row["revision_id"])).first()
    with refused(stocked, "fk_anchors_revision_id_paragraph_id"):
        add(stocked, "anchors", paragraph_id=elsewhere)


def test_an_orphan_has_no_place(stocked):
    add(stocked, "anchors", state="orphaned", paragraph_id=None, start_offset=None, end_offset=None)


def test_a_claim_is_merged_into_one_other_at_a_time(stocked):
    standing = stocked.scalars(select(METADATA.tables["claim_mergers"].c.loser_id)).one()
    winner = stocked.scalars(select(METADATA.tables["claim_mergers"].c.winner_id)).one()
    with refused(stocked, "uq_claim_mergers_one_open"):
        add(stocked, "claim_mergers", loser_id=standing, winner_id=winner)


def test_every_rule_of_the_schema_is_broken_here():
    broken = {rule for *_, rule, _ in BROKEN} | {rule for *_, rule in TAKEN if rule.startswith("uq_")}
    broken |= {f"uq_{table}_one_public" for table in ONE_PUBLIC}
    broken |= {"uq_pending_notices_one_open", "uq_claim_mergers_one_open"}
    assert broken == rules()
