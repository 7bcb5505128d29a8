"""people and editorial work"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

UTC_TIME = sa.DateTime(timezone=True)
SORTED_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = (
    "users",
    "tokens",
    "interests",
    "account_events",
    "idempotency_keys",
    "review_dates",
    "claim_mergers",
    "redactions",
    "redacted_rows",
    "chain_heads",
)


def upgrade() -> None:
    """Apply."""
    _people()
    _editorial()
    # Chains that were written before heads were kept are taken as they stand.
    op.execute(
        "INSERT INTO chain_heads (chain, position, hash)"
        " SELECT 'log', seq, hash FROM publication_log ORDER BY seq DESC LIMIT 1"
    )
    entity = "entity_id" if op.get_bind().dialect.name == "sqlite" else "replace(entity_id::text, '-', '')"
    op.execute(
        f"INSERT INTO chain_heads (chain, position, hash) SELECT entity_type || ':' || {entity}, position, hash"
        " FROM transitions AS one WHERE position = (SELECT max(position) FROM transitions AS other"
        " WHERE other.entity_type = one.entity_type AND other.entity_id = one.entity_id)"
    )


def downgrade() -> None:
    """Take back."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _people() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", SORTED_TEXT, nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("disabled_at", UTC_TIME, nullable=True),
        sa.CheckConstraint("email <> ''", name=op.f("ck_users_email")),
        sa.ForeignKeyConstraint(["id"], ["actors.id"], name=op.f("fk_users_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("secret_sha256", sa.Text(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("expires_at", UTC_TIME, nullable=True),
        sa.Column("last_used_at", UTC_TIME, nullable=True),
        sa.Column("revoked_at", UTC_TIME, nullable=True),
        sa.CheckConstraint("expires_at IS NULL OR expires_at > created_at", name=op.f("ck_tokens_expires_at")),
        sa.ForeignKeyConstraint(["created_by"], ["actors.id"], name=op.f("fk_tokens_created_by")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_tokens_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
    )
    op.create_index(op.f("ix_tokens_user_id"), "tokens", ["user_id"])
    op.create_table(
        "interests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("declared_at", UTC_TIME, nullable=False),
        sa.CheckConstraint("until IS NULL OR until >= since", name=op.f("ck_interests_until")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_interests_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interests")),
    )
    op.create_index(op.f("ix_interests_user_id"), "interests", ["user_id"])
    op.create_table(
        "account_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", UTC_TIME, nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["actors.id"], name=op.f("fk_account_events_by_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_account_events_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_events")),
    )
    op.create_index(op.f("ix_account_events_user_id"), "account_events", ["user_id"])


def _editorial() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("key", SORTED_TEXT, nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", sa.JSON(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_idempotency_keys_actor_id")),
        sa.PrimaryKeyConstraint("actor_id", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(op.f("ix_idempotency_keys_created_at"), "idempotency_keys", ["created_at"])
    op.create_table(
        "review_dates",
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", UTC_TIME, nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_review_dates_claim_id")),
        sa.ForeignKeyConstraint(["set_by"], ["actors.id"], name=op.f("fk_review_dates_set_by")),
        sa.PrimaryKeyConstraint("claim_id", name=op.f("pk_review_dates")),
    )
    op.create_index(op.f("ix_review_dates_due_on"), "review_dates", ["due_on"])
    op.create_table(
        "claim_mergers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("loser_id", sa.Uuid(), nullable=False),
        sa.Column("winner_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=False),
        sa.Column("requested_at", UTC_TIME, nullable=False),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", UTC_TIME, nullable=True),
        sa.Column("merged", sa.Boolean(), nullable=False),
        sa.CheckConstraint("loser_id <> winner_id", name=op.f("ck_claim_mergers_winner_id")),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name=op.f("ck_claim_mergers_closed_by")),
        sa.CheckConstraint("NOT merged OR closed_at IS NOT NULL", name=op.f("ck_claim_mergers_merged")),
        sa.ForeignKeyConstraint(["closed_by"], ["actors.id"], name=op.f("fk_claim_mergers_closed_by")),
        sa.ForeignKeyConstraint(["loser_id"], ["claims.id"], name=op.f("fk_claim_mergers_loser_id")),
        sa.ForeignKeyConstraint(["requested_by"], ["actors.id"], name=op.f("fk_claim_mergers_requested_by")),
        sa.ForeignKeyConstraint(["winner_id"], ["claims.id"], name=op.f("fk_claim_mergers_winner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_mergers")),
    )
    op.create_index(op.f("ix_claim_mergers_loser_id"), "claim_mergers", ["loser_id"])
    op.create_index(op.f("ix_claim_mergers_winner_id"), "claim_mergers", ["winner_id"])
    still_open = sa.text("closed_at IS NULL")
    op.create_index(
        "uq_claim_mergers_one_open",
        "claim_mergers",
        ["loser_id"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    op.create_table(
        "redactions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entity_type", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("at", UTC_TIME, nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("seq", SEQUENCE, nullable=False),
        sa.CheckConstraint(
            "entity_type IN ('article', 'claim', 'evidence', 'annotation')", name=op.f("ck_redactions_entity_type")
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_redactions_actor_id")),
        sa.ForeignKeyConstraint(["seq"], ["publication_log.seq"], name=op.f("fk_redactions_seq")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redactions")),
        sa.UniqueConstraint("seq", name=op.f("uq_redactions_seq")),
    )
    op.create_index(op.f("ix_redactions_entity_id"), "redactions", ["entity_id"])
    op.create_table(
        "redacted_rows",
        sa.Column("table_name", SORTED_TEXT, nullable=False),
        sa.Column("row_key", SORTED_TEXT, nullable=False),
        sa.Column("redaction_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["redaction_id"], ["redactions.id"], name=op.f("fk_redacted_rows_redaction_id")),
        sa.PrimaryKeyConstraint("table_name", "row_key", name=op.f("pk_redacted_rows")),
    )
    op.create_index(op.f("ix_redacted_rows_redaction_id"), "redacted_rows", ["redaction_id"])
    op.create_table(
        "chain_heads",
        sa.Column("chain", SORTED_TEXT, nullable=False),
        sa.Column("position", SEQUENCE, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint("position >= 1", name=op.f("ck_chain_heads_position")),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_chain_heads")),
    )
