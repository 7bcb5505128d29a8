"""Guards that hold history, and the full-text index.

Append-only tables refuse UPDATE and DELETE. Versions refuse DELETE and every UPDATE but the two that publishing
makes: ``valid_from`` and ``valid_until`` each go from NULL to a value once. Slugs and keys never change.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "publication_log",
    "corrections",
    "transitions",
    "blocks",
    "paragraphs",
    "anchors",
    "article_topics",
    "annotation_categories",
    "evidence_links",
)
VERSIONED = {
    "article_versions": (
        "id number content_hash created_at created_by article_id title title_origin language canonical_url publisher"
        " byline published_at origin_status fact_check_status checked_at"
    ),
    "revisions": ("id number content_hash created_at created_by article_id source_sha256 source_format import_report"),
    "claim_versions": (
        "id number content_hash created_at created_by claim_id text verdict certainty summary search_record searched_on"
    ),
    "evidence_versions": (
        "id number content_hash created_at created_by evidence_id title authors year journal url doi pmid pmcid nct"
        " isrctn eudract design design_summary participants population key_finding limitations verification_level"
        " certainty certainty_reason status status_checked_on status_notice"
    ),
    "annotation_versions": (
        "id number content_hash created_at created_by annotation_id claim_id severity note quote prefix suffix"
    ),
    "pending_notices": "id annotation_id article_id paragraph_id reason since opened_by",
}
CLOSING = {"pending_notices": ("closed_at", "closed_by")}
DEFAULT_CLOSING = ("valid_from", "valid_until")
CHILDREN = {
    "article_topics": ("article_versions", "version_id"),
    "annotation_categories": ("annotation_versions", "version_id"),
    "evidence_links": ("claim_versions", "claim_version_id"),
    "blocks": ("revisions", "revision_id"),
}
LOG_IN_ORDER = (
    "NEW.seq = COALESCE((SELECT max(seq) FROM publication_log), 0) + 1"
    " AND NEW.prev_hash = COALESCE((SELECT hash FROM publication_log ORDER BY seq DESC LIMIT 1), '"
    + "0" * 64
    + "') AND (NEW.seq = 1 OR NEW.at > (SELECT at FROM publication_log ORDER BY seq DESC LIMIT 1))"
)
COLLECTIONS = ("articles", "annotations", "claims", "evidence", "search")
PUBLIC_VERSIONS = sa.table(
    "public_versions",
    sa.column("key", sa.Text()),
    sa.column("seq", sa.BigInteger()),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("gone", sa.Boolean()),
)
FIXED = {
    "articles": ("id", "slug"),
    "claims": ("id", "slug"),
    "evidence": ("id", "key"),
    "annotations": ("id", "article_id"),
}


def upgrade() -> None:
    """Apply."""
    if op.get_bind().dialect.name == "sqlite":
        _upgrade_sqlite()
    else:
        _upgrade_postgresql()
    _stamp_collections()


def downgrade() -> None:
    """Take back."""
    op.execute(PUBLIC_VERSIONS.delete().where(PUBLIC_VERSIONS.c.seq == 0))
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, name in _trigger_names(sqlite):
        op.execute(f"DROP TRIGGER {name}" + ("" if sqlite else f" ON {table}"))
    if sqlite:
        op.execute("DROP TABLE search_index")
        return
    for function in ("caveat_refuse", "caveat_guard_version", "caveat_guard_child", "caveat_log_in_order"):
        op.execute(f"DROP FUNCTION {function}()")
    op.execute("DROP INDEX ix_search_entries_vector")
    op.execute("ALTER TABLE search_entries DROP COLUMN vector")


def _stamp_collections() -> None:
    # A list is public before anything stands in it; one that has changed already keeps its stamp.
    known = set(op.get_bind().execute(sa.select(PUBLIC_VERSIONS.c.key)).scalars())
    op.bulk_insert(
        PUBLIC_VERSIONS,
        [{"key": key, "seq": 0, "at": datetime.now(UTC), "gone": False} for key in COLLECTIONS if key not in known],
    )


def _trigger_names(sqlite: bool) -> list[tuple[str, str]]:
    names = []
    for table in APPEND_ONLY:
        names += [(table, f"{table}_no_update"), (table, f"{table}_no_delete")]
    for table in VERSIONED:
        names += [(table, f"{table}_guard"), (table, f"{table}_no_delete")]
    names += [(table, f"{table}_fixed") for table in FIXED]
    names += [(table, f"{table}_no_delete") for table in FIXED]
    names += [(table, f"{table}_no_late_insert") for table in CHILDREN]
    names.append(("publication_log", "publication_log_in_order"))
    if sqlite:
        names += [("search_entries", f"search_entries_{event}") for event in ("insert", "delete", "update")]
    else:
        names += [(table, f"{table}_no_truncate") for table in (*APPEND_ONLY, *VERSIONED, *FIXED)]
    return names


def _upgrade_sqlite() -> None:
    for table in APPEND_ONLY:
        _sqlite_trigger(f"{table}_no_update", f"BEFORE UPDATE ON {table}", f"{table} is append-only")
    for table in (*APPEND_ONLY, *VERSIONED, *FIXED):
        _sqlite_trigger(f"{table}_no_delete", f"BEFORE DELETE ON {table}", f"{table} keeps its rows")
    for table, columns in VERSIONED.items():
        closing = CLOSING.get(table, DEFAULT_CLOSING)
        changed = [f"OLD.{name} IS NOT NEW.{name}" for name in columns.split()]
        reopened = [f"(OLD.{name} IS NOT NULL AND OLD.{name} IS NOT NEW.{name})" for name in closing]
        when = " OR ".join(changed + reopened)
        _sqlite_trigger(f"{table}_guard", f"BEFORE UPDATE ON {table} WHEN {when}", f"{table} is immutable")
    for table, columns in FIXED.items():
        when = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in columns)
        _sqlite_trigger(f"{table}_fixed", f"BEFORE UPDATE ON {table} WHEN {when}", f"{table} keeps its names")
    for table, (parent, column) in CHILDREN.items():
        when = f"(SELECT valid_from FROM {parent} WHERE id = NEW.{column}) IS NOT NULL"
        _sqlite_trigger(
            f"{table}_no_late_insert", f"BEFORE INSERT ON {table} WHEN {when}", f"{parent} was published already"
        )
    _sqlite_trigger(
        "publication_log_in_order",
        f"BEFORE INSERT ON publication_log WHEN NOT ({LOG_IN_ORDER})",
        "publication_log goes on from its head",
    )
    op.execute(
        "CREATE VIRTUAL TABLE search_index USING fts5("
        "terms, content='search_entries', content_rowid='number', tokenize='ascii')"
    )
    op.execute("INSERT INTO search_index(search_index) VALUES ('rebuild')")
    insert = "INSERT INTO search_index(rowid, terms) VALUES (NEW.number, NEW.terms);"
    delete = "INSERT INTO search_index(search_index, rowid, terms) VALUES ('delete', OLD.number, OLD.terms);"
    for event, body in (("insert", insert), ("delete", delete), ("update", delete + insert)):
        op.execute(f"CREATE TRIGGER search_entries_{event} AFTER {event.upper()} ON search_entries BEGIN {body} END")


def _sqlite_trigger(name: str, event: str, message: str) -> None:
    op.execute(f"CREATE TRIGGER {name} {event} BEGIN SELECT RAISE(ABORT, '{message}'); END")


def _upgrade_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION caveat_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION '% keeps its rows', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';"
        " END $$"
    )
    # TG_ARGV lists the columns that may go from NULL to a value once; all others must stay as they are.
    op.execute(
        "CREATE FUNCTION caveat_guard_version() RETURNS trigger LANGUAGE plpgsql AS $$"
        " DECLARE was jsonb := to_jsonb(OLD); becomes jsonb := to_jsonb(NEW); closing text;"
        " BEGIN"
        " FOREACH closing IN ARRAY TG_ARGV LOOP"
        "  IF was->>closing IS NULL THEN was := was - closing; becomes := becomes - closing; END IF;"
        " END LOOP;"
        " IF was IS DISTINCT FROM becomes THEN"
        "  RAISE EXCEPTION '% is immutable', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';"
        " END IF;"
        " RETURN NEW; END $$"
    )
    op.execute(
        "CREATE FUNCTION caveat_guard_child() RETURNS trigger LANGUAGE plpgsql AS $$"
        " DECLARE since timestamptz;"
        " BEGIN"
        " EXECUTE format('SELECT valid_from FROM %I WHERE id = $1', TG_ARGV[0]) INTO since"
        "  USING (to_jsonb(NEW)->>TG_ARGV[1])::uuid;"
        " IF since IS NOT NULL THEN"
        "  RAISE EXCEPTION '% was published already', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';"
        " END IF;"
        " RETURN NEW; END $$"
    )
    op.execute(
        "CREATE FUNCTION caveat_log_in_order() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF NOT ({LOG_IN_ORDER}) THEN"
        "  RAISE EXCEPTION 'publication_log goes on from its head' USING ERRCODE = 'integrity_constraint_violation';"
        " END IF;"
        " RETURN NEW; END $$"
    )
    _postgresql_trigger("publication_log", "in_order", "BEFORE INSERT", "caveat_log_in_order()")
    for table in APPEND_ONLY:
        _postgresql_trigger(table, "no_update", "BEFORE UPDATE", "caveat_refuse()")
    for table in (*APPEND_ONLY, *VERSIONED, *FIXED):
        _postgresql_trigger(table, "no_delete", "BEFORE DELETE", "caveat_refuse()")
        op.execute(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION caveat_refuse()")
    for table in VERSIONED:
        closing = ", ".join(f"'{name}'" for name in CLOSING.get(table, DEFAULT_CLOSING))
        _postgresql_trigger(table, "guard", "BEFORE UPDATE", f"caveat_guard_version({closing})")
    for table, columns in FIXED.items():
        when = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in columns)
        op.execute(
            f"CREATE TRIGGER {table}_fixed BEFORE UPDATE ON {table} FOR EACH ROW"
            f" WHEN ({when}) EXECUTE FUNCTION caveat_refuse()"
        )
    for table, (parent, column) in CHILDREN.items():
        _postgresql_trigger(table, "no_late_insert", "BEFORE INSERT", f"caveat_guard_child('{parent}', '{column}')")
    op.execute(
        "ALTER TABLE search_entries ADD COLUMN vector tsvector"
        " GENERATED ALWAYS AS (array_to_tsvector(string_to_array(terms, ' '))) STORED"
    )
    op.execute("CREATE INDEX ix_search_entries_vector ON search_entries USING gin (vector)")


def _postgresql_trigger(table: str, name: str, event: str, function: str) -> None:
    op.execute(f"CREATE TRIGGER {table}_{name} {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}")
