"""Guards that let a redaction through.

What the guards of revision 0002 refuse stays refused, but for the UPDATE of a row that ``redacted_rows`` names: a
redaction blanks the content of a version, and of what was written from it. The new tables that only grow are
guarded like the others.

Revisions and corrections get a hash over what no other hash covers: how a text was imported, and what a correction
says. Rows that were written before are hashed as they stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import rfc8785
import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BATCH = 200
"""Rows that are read at a time."""

APPEND_ONLY = ("account_events", "redactions", "redacted_rows")
KEYS = {
    "publication_log": "seq",
    "corrections": "id",
    "transitions": "id",
    "blocks": "revision_id",
    "anchors": "id",
    "evidence_links": "claim_version_id",
}
"""Append-only tables that hold content, and the column by which ``redacted_rows`` names their rows."""

VERSIONS = {
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
}
"""Tables of versions with the columns that are their content, as revision 0002 guards them."""

CLOSING = ("valid_from", "valid_until")

REVISIONS = sa.table(
    "revisions",
    *(sa.column("id"), sa.column("content_hash"), sa.column("source_sha256"), sa.column("source_format")),
    *(sa.column("import_report", sa.JSON), sa.column("import_hash")),
)
LOG = sa.table("publication_log", sa.column("seq"), sa.column("hash"))
CORRECTIONS = sa.table(
    "corrections",
    *(sa.column("id"), sa.column("seq"), sa.column("reason"), sa.column("hash")),
    *(sa.column("before", sa.JSON), sa.column("after", sa.JSON)),
)


def upgrade() -> None:
    """Apply."""
    op.add_column("revisions", sa.Column("import_hash", sa.Text(), nullable=True))
    op.add_column("corrections", sa.Column("hash", sa.Text(), nullable=True))
    _hash_what_is_there()
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite(redactable=True)
        for table in APPEND_ONLY:
            _sqlite_trigger(f"{table}_no_update", f"BEFORE UPDATE ON {table}", f"{table} is append-only")
            _sqlite_trigger(f"{table}_no_delete", f"BEFORE DELETE ON {table}", f"{table} keeps its rows")
        return
    op.execute(
        "CREATE FUNCTION caveat_is_redacted(named text, key text) RETURNS boolean LANGUAGE sql STABLE AS"
        " $$ SELECT EXISTS (SELECT 1 FROM redacted_rows WHERE table_name = named AND row_key = replace(key, '-', '')) $$"
    )
    op.execute(
        "CREATE FUNCTION caveat_refuse_unless_redacted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF caveat_is_redacted(TG_TABLE_NAME::text, to_jsonb(OLD)->>TG_ARGV[0]) THEN RETURN NEW; END IF;"
        " RAISE EXCEPTION '% keeps its rows', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';"
        " END $$"
    )
    for table, key in KEYS.items():
        op.execute(f"DROP TRIGGER IF EXISTS {table}_no_update ON {table}")
        _postgresql_trigger(table, "no_update", "BEFORE UPDATE", f"caveat_refuse_unless_redacted('{key}')")
    closing = ", ".join(f"'{name}'" for name in CLOSING)
    for table in VERSIONS:
        op.execute(f"DROP TRIGGER IF EXISTS {table}_guard ON {table}")
        op.execute(
            f"CREATE TRIGGER {table}_guard BEFORE UPDATE ON {table} FOR EACH ROW"
            f" WHEN (NOT caveat_is_redacted('{table}', OLD.id::text)) EXECUTE FUNCTION caveat_guard_version({closing})"
        )
    for table in APPEND_ONLY:
        for event in ("update", "delete"):
            _postgresql_trigger(table, f"no_{event}", f"BEFORE {event.upper()}", "caveat_refuse()")
        op.execute(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION caveat_refuse()")


def downgrade() -> None:
    """Take back."""
    if op.get_bind().dialect.name == "sqlite":
        for table in APPEND_ONLY:
            for event in ("update", "delete"):
                op.execute(f"DROP TRIGGER {table}_no_{event}")
        _guard_sqlite(redactable=False)
        _drop_hashes()
        return
    for table in APPEND_ONLY:
        for name in ("no_update", "no_delete", "no_truncate"):
            op.execute(f"DROP TRIGGER {table}_{name} ON {table}")
    for table in KEYS:
        op.execute(f"DROP TRIGGER {table}_no_update ON {table}")
        _postgresql_trigger(table, "no_update", "BEFORE UPDATE", "caveat_refuse()")
    closing = ", ".join(f"'{name}'" for name in CLOSING)
    for table in VERSIONS:
        op.execute(f"DROP TRIGGER {table}_guard ON {table}")
        _postgresql_trigger(table, "guard", "BEFORE UPDATE", f"caveat_guard_version({closing})")
    op.execute("DROP FUNCTION caveat_refuse_unless_redacted()")
    op.execute("DROP FUNCTION caveat_is_redacted(text, text)")
    _drop_hashes()


def _hash_what_is_there() -> None:
    on = "" if op.get_bind().dialect.name == "sqlite" else " ON {}"
    for table, name in (("revisions", "revisions_guard"), ("corrections", "corrections_no_update")):
        op.execute(f"DROP TRIGGER {name}{on.format(table)}")
    bind = op.get_bind()
    for row in _rows(bind, sa.select(REVISIONS), REVISIONS.c.id):
        content = {name: getattr(row, name) for name in ("source_sha256", "source_format", "import_report")}
        digest = _digest({"text": row.content_hash, **content})
        bind.execute(sa.update(REVISIONS).where(REVISIONS.c.id == row.id).values(import_hash=digest))
    logged = sa.select(CORRECTIONS, LOG.c.hash.label("log_row")).join(LOG, LOG.c.seq == CORRECTIONS.c.seq)
    for row in _rows(bind, logged, CORRECTIONS.c.id):
        content = {name: getattr(row, name) for name in ("log_row", "before", "after", "reason")}
        bind.execute(sa.update(CORRECTIONS).where(CORRECTIONS.c.id == row.id).values(hash=_digest(content)))


def _rows(bind: sa.Connection, statement: sa.Select[Any], key: sa.ColumnClause[Any]) -> Iterator[Any]:
    """The rows of ``statement`` in the order of ``key``, some at a time, so that they need not all fit in memory."""
    rows = bind.execute(statement.order_by(key).limit(BATCH)).all()
    while rows:
        yield from rows
        rows = bind.execute(statement.where(key > getattr(rows[-1], key.name)).order_by(key).limit(BATCH)).all()


def _digest(content: dict[str, object]) -> str:
    return sha256(rfc8785.dumps(content)).hexdigest()  # type: ignore[arg-type]


def _drop_hashes() -> None:
    op.drop_column("corrections", "hash")
    op.drop_column("revisions", "import_hash")


def _guard_sqlite(*, redactable: bool) -> None:
    for table, key in KEYS.items():
        op.execute(f"DROP TRIGGER IF EXISTS {table}_no_update")
        event = f"BEFORE UPDATE ON {table}"
        if redactable:
            event += f" WHEN NOT {_is_redacted(table, key)}"
        _sqlite_trigger(f"{table}_no_update", event, f"{table} is append-only")
    for table, columns in VERSIONS.items():
        op.execute(f"DROP TRIGGER IF EXISTS {table}_guard")
        names = [*columns.split(), *(["import_hash"] if redactable and table == "revisions" else [])]
        changed = [f"OLD.{name} IS NOT NEW.{name}" for name in names]
        reopened = [f"(OLD.{name} IS NOT NULL AND OLD.{name} IS NOT NEW.{name})" for name in CLOSING]
        when = " OR ".join(changed + reopened)
        if redactable:
            when = f"({when}) AND NOT {_is_redacted(table, 'id')}"
        _sqlite_trigger(f"{table}_guard", f"BEFORE UPDATE ON {table} WHEN {when}", f"{table} is immutable")


def _is_redacted(table: str, key: str) -> str:
    return f"EXISTS (SELECT 1 FROM redacted_rows WHERE table_name = '{table}' AND row_key = CAST(OLD.{key} AS TEXT))"


def _sqlite_trigger(name: str, event: str, message: str) -> None:
    op.execute(f"CREATE TRIGGER {name} {event} BEGIN SELECT RAISE(ABORT, '{message}'); END")


def _postgresql_trigger(table: str, name: str, event: str, function: str) -> None:
    op.execute(f"CREATE TRIGGER {table}_{name} {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}")
