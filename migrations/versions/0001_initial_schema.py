"""initial schema"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

UTC_TIME = sa.DateTime(timezone=True)
SORTED_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "actors",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", SORTED_TEXT, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.CheckConstraint(
            "role IN ('contributor', 'editor', 'admin', 'machine', 'system_author', 'system_reviewer')",
            name=op.f("ck_actors_role"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actors")),
        sa.UniqueConstraint("name", name=op.f("uq_actors_name")),
    )
    op.create_table(
        "public_versions",
        sa.Column("key", SORTED_TEXT, nullable=False),
        sa.Column("seq", SEQUENCE, nullable=False),
        sa.Column("at", UTC_TIME, nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_public_versions")),
    )
    op.create_table(
        "articles",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", SORTED_TEXT, nullable=False),
        sa.Column("visibility", sa.Text(), nullable=False),
        sa.Column("revision_number", sa.Integer(), nullable=False),
        sa.Column("metadata_number", sa.Integer(), nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("public_since", UTC_TIME, nullable=True),
        sa.Column("withdrawn_at", UTC_TIME, nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True),
        sa.Column("withdrawal_requested_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(visibility = 'hidden') = (public_since IS NULL)", name=op.f("ck_articles_public_since")),
        sa.CheckConstraint(
            "(visibility = 'withdrawn') = (withdrawn_at IS NOT NULL)", name=op.f("ck_articles_withdrawn_at")
        ),
        sa.CheckConstraint("slug <> ''", name=op.f("ck_articles_slug")),
        sa.CheckConstraint("visibility IN ('hidden', 'public', 'withdrawn')", name=op.f("ck_articles_visibility")),
        sa.ForeignKeyConstraint(["created_by"], ["actors.id"], name=op.f("fk_articles_created_by")),
        sa.ForeignKeyConstraint(
            ["withdrawal_requested_by"], ["actors.id"], name=op.f("fk_articles_withdrawal_requested_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
        sa.UniqueConstraint("slug", name=op.f("uq_articles_slug")),
    )
    op.create_index(op.f("ix_articles_public_since"), "articles", ["public_since"], unique=False)

    op.create_table(
        "claims",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", SORTED_TEXT, nullable=False),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("head_number", sa.Integer(), nullable=False),
        sa.Column("needs_recheck", sa.Boolean(), nullable=False),
        sa.Column("recheck_reason", sa.Text(), nullable=True),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", UTC_TIME, nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True),
        sa.Column("withdrawal_requested_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("slug <> ''", name=op.f("ck_claims_slug")),
        sa.CheckConstraint(
            "state IN ('draft', 'in_review', 'published', 'superseded', 'withdrawn', 'rejected')",
            name=op.f("ck_claims_state"),
        ),
        sa.CheckConstraint(
            "(withdrawal_requested_by IS NULL) = (withdrawal_reason IS NULL)", name=op.f("ck_claims_withdrawal_reason")
        ),
        sa.CheckConstraint("head_number >= 1", name=op.f("ck_claims_head_number")),
        sa.CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name=op.f("ck_claims_withdrawn_at")),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_reason IS NULL)", name=op.f("ck_claims_withdrawn_reason")
        ),
        sa.CheckConstraint("needs_recheck = (recheck_reason IS NOT NULL)", name=op.f("ck_claims_recheck_reason")),
        sa.ForeignKeyConstraint(["created_by"], ["actors.id"], name=op.f("fk_claims_created_by")),
        sa.ForeignKeyConstraint(
            ["withdrawal_requested_by"], ["actors.id"], name=op.f("fk_claims_withdrawal_requested_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
        sa.UniqueConstraint("slug", name=op.f("uq_claims_slug")),
    )
    op.create_index(op.f("ix_claims_state"), "claims", ["state"], unique=False)

    op.create_table(
        "evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", SORTED_TEXT, nullable=False),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("head_number", sa.Integer(), nullable=False),
        sa.Column("needs_recheck", sa.Boolean(), nullable=False),
        sa.Column("recheck_reason", sa.Text(), nullable=True),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", UTC_TIME, nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True),
        sa.Column("withdrawal_requested_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("key <> ''", name=op.f("ck_evidence_key")),
        sa.CheckConstraint(
            "state IN ('draft', 'in_review', 'published', 'superseded', 'withdrawn', 'rejected')",
            name=op.f("ck_evidence_state"),
        ),
        sa.CheckConstraint(
            "(withdrawal_requested_by IS NULL) = (withdrawal_reason IS NULL)",
            name=op.f("ck_evidence_withdrawal_reason"),
        ),
        sa.CheckConstraint("head_number >= 1", name=op.f("ck_evidence_head_number")),
        sa.CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name=op.f("ck_evidence_withdrawn_at")),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_reason IS NULL)", name=op.f("ck_evidence_withdrawn_reason")
        ),
        sa.CheckConstraint("needs_recheck = (recheck_reason IS NOT NULL)", name=op.f("ck_evidence_recheck_reason")),
        sa.ForeignKeyConstraint(["created_by"], ["actors.id"], name=op.f("fk_evidence_created_by")),
        sa.ForeignKeyConstraint(
            ["withdrawal_requested_by"], ["actors.id"], name=op.f("fk_evidence_withdrawal_requested_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("key", name=op.f("uq_evidence_key")),
    )
    op.create_index(op.f("ix_evidence_state"), "evidence", ["state"], unique=False)

    op.create_table(
        "publication_log",
        sa.Column("seq", SEQUENCE, autoincrement=False, nullable=False),
        sa.Column("at", UTC_TIME, nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("entity_type", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("entity_version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("change_kind", sa.Text(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("affected_keys", sa.JSON(), nullable=False),
        sa.Column("prev_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "change_kind IS NULL OR change_kind IN ('minor', 'correction')", name=op.f("ck_publication_log_change_kind")
        ),
        sa.CheckConstraint(
            "entity_type IN ('article', 'claim', 'evidence', 'annotation')", name=op.f("ck_publication_log_entity_type")
        ),
        sa.CheckConstraint("seq >= 1 AND entity_version >= 1", name=op.f("ck_publication_log_seq")),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_publication_log_actor_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_publication_log")),
        sa.UniqueConstraint("at", name=op.f("uq_publication_log_at")),
        sa.UniqueConstraint("hash", name=op.f("uq_publication_log_hash")),
        sa.UniqueConstraint("prev_hash", name=op.f("uq_publication_log_prev_hash")),
    )
    op.create_index("ix_publication_log_entity", "publication_log", ["entity_type", "entity_id"], unique=False)

    op.create_table(
        "transitions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entity_type", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("version_hash", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=True),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("at", UTC_TIME, nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("four_eyes", sa.Boolean(), nullable=False),
        sa.Column("prev_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "entity_type IN ('article', 'claim', 'evidence', 'annotation')", name=op.f("ck_transitions_entity_type")
        ),
        sa.CheckConstraint("position >= 1 AND version_number >= 1", name=op.f("ck_transitions_position")),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_transitions_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transitions")),
        sa.UniqueConstraint("entity_id", "prev_hash", name=op.f("uq_transitions_entity_id_prev_hash")),
        sa.UniqueConstraint(
            "entity_type", "entity_id", "position", name=op.f("uq_transitions_entity_type_entity_id_position")
        ),
        sa.UniqueConstraint("hash", name=op.f("uq_transitions_hash")),
    )
    op.create_table(
        "annotations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("head_number", sa.Integer(), nullable=False),
        sa.Column("needs_recheck", sa.Boolean(), nullable=False),
        sa.Column("recheck_reason", sa.Text(), nullable=True),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", UTC_TIME, nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True),
        sa.Column("withdrawal_requested_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'in_review', 'published', 'superseded', 'withdrawn', 'rejected')",
            name=op.f("ck_annotations_state"),
        ),
        sa.CheckConstraint(
            "(withdrawal_requested_by IS NULL) = (withdrawal_reason IS NULL)",
            name=op.f("ck_annotations_withdrawal_reason"),
        ),
        sa.CheckConstraint("head_number >= 1", name=op.f("ck_annotations_head_number")),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name=op.f("ck_annotations_withdrawn_at")
        ),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_reason IS NULL)", name=op.f("ck_annotations_withdrawn_reason")
        ),
        sa.CheckConstraint("needs_recheck = (recheck_reason IS NOT NULL)", name=op.f("ck_annotations_recheck_reason")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_annotations_article_id")),
        sa.ForeignKeyConstraint(["created_by"], ["actors.id"], name=op.f("fk_annotations_created_by")),
        sa.ForeignKeyConstraint(
            ["withdrawal_requested_by"], ["actors.id"], name=op.f("fk_annotations_withdrawal_requested_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annotations")),
    )
    op.create_index(op.f("ix_annotations_article_id"), "annotations", ["article_id"], unique=False)
    op.create_index(op.f("ix_annotations_state"), "annotations", ["state"], unique=False)

    op.create_table(
        "article_versions",
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("title_origin", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("canonical_url", sa.Text(), nullable=True),
        sa.Column("publisher", sa.Text(), nullable=True),
        sa.Column("byline", sa.Text(), nullable=True),
        sa.Column("published_at", UTC_TIME, nullable=True),
        sa.Column("origin_status", sa.Text(), nullable=False),
        sa.Column("fact_check_status", sa.Text(), nullable=False),
        sa.Column("checked_at", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("valid_from", UTC_TIME, nullable=True),
        sa.Column("valid_until", UTC_TIME, nullable=True),
        sa.CheckConstraint(
            "(fact_check_status = 'not_started') = (checked_at IS NULL)", name=op.f("ck_article_versions_checked_at")
        ),
        sa.CheckConstraint("(title_origin = 'editor') = (title IS NOT NULL)", name=op.f("ck_article_versions_title")),
        sa.CheckConstraint(
            "fact_check_status IN ('not_started', 'partial', 'complete')",
            name=op.f("ck_article_versions_fact_check_status"),
        ),
        sa.CheckConstraint(
            "origin_status <> 'known' OR canonical_url IS NOT NULL", name=op.f("ck_article_versions_origin")
        ),
        sa.CheckConstraint(
            "origin_status IN ('known', 'archived_only', 'unknown')", name=op.f("ck_article_versions_origin_status")
        ),
        sa.CheckConstraint("title_origin IN ('source', 'editor')", name=op.f("ck_article_versions_title_origin")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_article_versions_number")),
        sa.CheckConstraint(
            "valid_until IS NULL OR (valid_from IS NOT NULL AND valid_from < valid_until)",
            name=op.f("ck_article_versions_interval"),
        ),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_article_versions_article_id")),
        sa.ForeignKeyConstraint(["created_by"], ["actors.id"], name=op.f("fk_article_versions_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_versions")),
        sa.UniqueConstraint("article_id", "number", name=op.f("uq_article_versions_article_id_number")),
    )
    op.create_index(op.f("ix_article_versions_language"), "article_versions", ["language"], unique=False)
    op.create_index(
        "uq_article_versions_one_public",
        "article_versions",
        ["article_id"],
        unique=True,
        sqlite_where=sa.text("valid_from IS NOT NULL AND valid_until IS NULL"),
        postgresql_where=sa.text("valid_from IS NOT NULL AND valid_until IS NULL"),
    )

    op.create_table(
        "claim_versions",
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("certainty", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("search_record", sa.Text(), nullable=True),
        sa.Column("searched_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("valid_from", UTC_TIME, nullable=True),
        sa.Column("valid_until", UTC_TIME, nullable=True),
        sa.CheckConstraint(
            "certainty IN ('high', 'moderate', 'low', 'very_low', 'not_applicable')",
            name=op.f("ck_claim_versions_certainty"),
        ),
        sa.CheckConstraint(
            "verdict IN ('supported', 'needs_context', 'partly_supported', 'overstated', 'misleading', 'unsupported', 'unverifiable')",
            name=op.f("ck_claim_versions_verdict"),
        ),
        sa.CheckConstraint(
            "(searched_on IS NULL) = (search_record IS NULL)", name=op.f("ck_claim_versions_search_record")
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_claim_versions_number")),
        sa.CheckConstraint(
            "valid_until IS NULL OR (valid_from IS NOT NULL AND valid_from < valid_until)",
            name=op.f("ck_claim_versions_interval"),
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_claim_versions_claim_id")),
        sa.ForeignKeyConstraint(["created_by"], ["actors.id"], name=op.f("fk_claim_versions_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_versions")),
        sa.UniqueConstraint("claim_id", "number", name=op.f("uq_claim_versions_claim_id_number")),
    )
    op.create_index(op.f("ix_claim_versions_verdict"), "claim_versions", ["verdict"], unique=False)
    op.create_index(
        "uq_claim_versions_one_public",
        "claim_versions",
        ["claim_id"],
        unique=True,
        sqlite_where=sa.text("valid_from IS NOT NULL AND valid_until IS NULL"),
        postgresql_where=sa.text("valid_from IS NOT NULL AND valid_until IS NULL"),
    )

    op.create_table(
        "corrections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seq", SEQUENCE, nullable=False),
        sa.Column("at", UTC_TIME, nullable=False),
        sa.Column("entity_type", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "entity_type IN ('article', 'claim', 'evidence', 'annotation')", name=op.f("ck_corrections_entity_type")
        ),
        sa.ForeignKeyConstraint(["seq"], ["publication_log.seq"], name=op.f("fk_corrections_seq")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    op.create_index(op.f("ix_corrections_seq"), "corrections", ["seq"], unique=False)

    op.create_table(
        "evidence_identifiers",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("canonical", SORTED_TEXT, nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_identifiers_evidence_id")),
        sa.PrimaryKeyConstraint("kind", "canonical", name=op.f("pk_evidence_identifiers")),
    )
    op.create_index(op.f("ix_evidence_identifiers_evidence_id"), "evidence_identifiers", ["evidence_id"], unique=False)

    op.create_table(
        "evidence_versions",
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("authors", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("journal", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("doi", sa.Text(), nullable=True),
        sa.Column("pmid", sa.Text(), nullable=True),
        sa.Column("pmcid", sa.Text(), nullable=True),
        sa.Column("nct", sa.Text(), nullable=True),
        sa.Column("isrctn", sa.Text(), nullable=True),
        sa.Column("eudract", sa.Text(), nullable=True),
        sa.Column("design", sa.Text(), nullable=False),
        sa.Column("design_summary", sa.Text(), nullable=False),
        sa.Column("participants", sa.Integer(), nullable=True),
        sa.Column("population", sa.Text(), nullable=False),
        sa.Column("key_finding", sa.Text(), nullable=False),
        sa.Column("limitations", sa.Text(), nullable=False),
        sa.Column("verification_level", sa.Text(), nullable=False),
        sa.Column("certainty", sa.Text(), nullable=False),
        sa.Column("certainty_reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_checked_on", sa.Date(), nullable=False),
        sa.Column("status_notice", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("valid_from", UTC_TIME, nullable=True),
        sa.Column("valid_until", UTC_TIME, nullable=True),
        sa.CheckConstraint(
            "certainty IN ('high', 'moderate', 'low', 'very_low', 'not_applicable')",
            name=op.f("ck_evidence_versions_certainty"),
        ),
        sa.CheckConstraint(
            "design IN ('randomised_trial', 'single_arm_trial', 'cohort', 'meta_analysis', 'systematic_review', 'guideline', 'position_statement', 'regulator_notice', 'registry_entry', 'mechanistic_study', 'survey', 'economic_evaluation', 'epidemiological_report', 'public_health_report', 'health_information_page', 'expert_perspective', 'news_language_study')",
            name=op.f("ck_evidence_versions_design"),
        ),
        sa.CheckConstraint(
            "status IN ('no_notice', 'corrected', 'concern', 'retracted', 'unknown')",
            name=op.f("ck_evidence_versions_status"),
        ),
        sa.CheckConstraint(
            "verification_level IN ('primary_record', 'mixed', 'secondary_copy')",
            name=op.f("ck_evidence_versions_verification_level"),
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_evidence_versions_number")),
        sa.CheckConstraint("participants IS NULL OR participants >= 0", name=op.f("ck_evidence_versions_participants")),
        sa.CheckConstraint(
            "valid_until IS NULL OR (valid_from IS NOT NULL AND valid_from < valid_until)",
            name=op.f("ck_evidence_versions_interval"),
        ),
        sa.CheckConstraint("year IS NULL OR year BETWEEN 1500 AND 2200", name=op.f("ck_evidence_versions_year")),
        sa.ForeignKeyConstraint(["created_by"], ["actors.id"], name=op.f("fk_evidence_versions_created_by")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_versions_evidence_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_versions")),
        sa.UniqueConstraint("evidence_id", "number", name=op.f("uq_evidence_versions_evidence_id_number")),
    )
    op.create_index(op.f("ix_evidence_versions_design"), "evidence_versions", ["design"], unique=False)
    op.create_index(op.f("ix_evidence_versions_status"), "evidence_versions", ["status"], unique=False)
    op.create_index(
        "uq_evidence_versions_one_public",
        "evidence_versions",
        ["evidence_id"],
        unique=True,
        sqlite_where=sa.text("valid_from IS NOT NULL AND valid_until IS NULL"),
        postgresql_where=sa.text("valid_from IS NOT NULL AND valid_until IS NULL"),
    )

    op.create_table(
        "paragraphs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_paragraphs_article_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paragraphs")),
    )
    op.create_index(op.f("ix_paragraphs_article_id"), "paragraphs", ["article_id"], unique=False)

    op.create_table(
        "revisions",
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.Column("source_sha256", sa.Text(), nullable=False),
        sa.Column("source_format", sa.Text(), nullable=False),
        sa.Column("import_report", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("valid_from", UTC_TIME, nullable=True),
        sa.Column("valid_until", UTC_TIME, nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_revisions_number")),
        sa.CheckConstraint(
            "valid_until IS NULL OR (valid_from IS NOT NULL AND valid_from < valid_until)",
            name=op.f("ck_revisions_interval"),
        ),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_revisions_article_id")),
        sa.ForeignKeyConstraint(["created_by"], ["actors.id"], name=op.f("fk_revisions_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
        sa.UniqueConstraint("article_id", "number", name=op.f("uq_revisions_article_id_number")),
    )
    op.create_index(
        "uq_revisions_one_public",
        "revisions",
        ["article_id"],
        unique=True,
        sqlite_where=sa.text("valid_from IS NOT NULL AND valid_until IS NULL"),
        postgresql_where=sa.text("valid_from IS NOT NULL AND valid_until IS NULL"),
    )

    op.create_table(
        "annotation_versions",
        sa.Column("annotation_id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("suffix", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("valid_from", UTC_TIME, nullable=True),
        sa.Column("valid_until", UTC_TIME, nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_annotation_versions_number")),
        sa.CheckConstraint(
            "severity IS NULL OR severity BETWEEN 1 AND 3", name=op.f("ck_annotation_versions_severity")
        ),
        sa.CheckConstraint(
            "valid_until IS NULL OR (valid_from IS NOT NULL AND valid_from < valid_until)",
            name=op.f("ck_annotation_versions_interval"),
        ),
        sa.ForeignKeyConstraint(
            ["annotation_id"], ["annotations.id"], name=op.f("fk_annotation_versions_annotation_id")
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_annotation_versions_claim_id")),
        sa.ForeignKeyConstraint(["created_by"], ["actors.id"], name=op.f("fk_annotation_versions_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annotation_versions")),
        sa.UniqueConstraint("annotation_id", "number", name=op.f("uq_annotation_versions_annotation_id_number")),
    )
    op.create_index(op.f("ix_annotation_versions_claim_id"), "annotation_versions", ["claim_id"], unique=False)
    op.create_index(op.f("ix_annotation_versions_severity"), "annotation_versions", ["severity"], unique=False)
    op.create_index(
        "uq_annotation_versions_one_public",
        "annotation_versions",
        ["annotation_id"],
        unique=True,
        sqlite_where=sa.text("valid_from IS NOT NULL AND valid_until IS NULL"),
        postgresql_where=sa.text("valid_from IS NOT NULL AND valid_until IS NULL"),
    )

    op.create_table(
        "article_topics",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("topic", SORTED_TEXT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["article_versions.id"], name=op.f("fk_article_topics_version_id")),
        sa.PrimaryKeyConstraint("version_id", "topic", name=op.f("pk_article_topics")),
        sa.UniqueConstraint("version_id", "position", name=op.f("uq_article_topics_version_id_position")),
    )
    op.create_index(op.f("ix_article_topics_topic"), "article_topics", ["topic"], unique=False)

    op.create_table(
        "blocks",
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("paragraph_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('title', 'heading', 'paragraph', 'list_item', 'quote')", name=op.f("ck_blocks_kind")
        ),
        sa.CheckConstraint("ordinal >= 0 AND (kind = 'title') = (ordinal = 0)", name=op.f("ck_blocks_ordinal")),
        sa.CheckConstraint("text <> ''", name=op.f("ck_blocks_text")),
        sa.ForeignKeyConstraint(["paragraph_id"], ["paragraphs.id"], name=op.f("fk_blocks_paragraph_id")),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name=op.f("fk_blocks_revision_id")),
        sa.PrimaryKeyConstraint("revision_id", "paragraph_id", name=op.f("pk_blocks")),
        sa.UniqueConstraint("revision_id", "ordinal", name=op.f("uq_blocks_revision_id_ordinal")),
    )
    op.create_index(op.f("ix_blocks_paragraph_id"), "blocks", ["paragraph_id"], unique=False)

    op.create_table(
        "evidence_links",
        sa.Column("claim_version_id", sa.Uuid(), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("stance", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=True),
        sa.Column("locator", sa.Text(), nullable=True),
        sa.CheckConstraint("stance IN ('supports', 'contradicts', 'qualifies')", name=op.f("ck_evidence_links_stance")),
        sa.ForeignKeyConstraint(
            ["claim_version_id"], ["claim_versions.id"], name=op.f("fk_evidence_links_claim_version_id")
        ),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_links_evidence_id")),
        sa.PrimaryKeyConstraint("claim_version_id", "evidence_id", name=op.f("pk_evidence_links")),
        sa.UniqueConstraint("claim_version_id", "position", name=op.f("uq_evidence_links_claim_version_id_position")),
    )
    op.create_index(op.f("ix_evidence_links_evidence_id"), "evidence_links", ["evidence_id"], unique=False)

    op.create_table(
        "pending_notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("annotation_id", sa.Uuid(), nullable=False),
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.Column("paragraph_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", UTC_TIME, nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("closed_at", UTC_TIME, nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "reason IN ('text_changed', 'text_removed', 'evidence_retracted', 'verdict_changed', 'editor_recheck')",
            name=op.f("ck_pending_notices_reason"),
        ),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name=op.f("ck_pending_notices_closed_by")),
        sa.CheckConstraint("closed_at IS NULL OR closed_at > since", name=op.f("ck_pending_notices_interval")),
        sa.ForeignKeyConstraint(["annotation_id"], ["annotations.id"], name=op.f("fk_pending_notices_annotation_id")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_pending_notices_article_id")),
        sa.ForeignKeyConstraint(["closed_by"], ["actors.id"], name=op.f("fk_pending_notices_closed_by")),
        sa.ForeignKeyConstraint(["opened_by"], ["actors.id"], name=op.f("fk_pending_notices_opened_by")),
        sa.ForeignKeyConstraint(["paragraph_id"], ["paragraphs.id"], name=op.f("fk_pending_notices_paragraph_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_notices")),
    )
    op.create_index(op.f("ix_pending_notices_annotation_id"), "pending_notices", ["annotation_id"], unique=False)
    op.create_index(op.f("ix_pending_notices_article_id"), "pending_notices", ["article_id"], unique=False)
    op.create_index(op.f("ix_pending_notices_paragraph_id"), "pending_notices", ["paragraph_id"], unique=False)
    op.create_index(
        "uq_pending_notices_one_open",
        "pending_notices",
        ["annotation_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )

    op.create_table(
        "search_entries",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", SORTED_TEXT, nullable=False),
        sa.Column("entity_type", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("paragraph_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.CheckConstraint("terms <> '' AND terms = trim(terms)", name=op.f("ck_search_entries_terms")),
        sa.CheckConstraint(
            "(entity_type = 'article') = (paragraph_id IS NOT NULL)", name=op.f("ck_search_entries_paragraph")
        ),
        sa.CheckConstraint(
            "entity_type IN ('article', 'claim', 'annotation')", name=op.f("ck_search_entries_entity_type")
        ),
        sa.ForeignKeyConstraint(["paragraph_id"], ["paragraphs.id"], name=op.f("fk_search_entries_paragraph_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_search_entries")),
        sa.UniqueConstraint("key", name=op.f("uq_search_entries_key")),
    )
    op.create_index("ix_search_entries_entity", "search_entries", ["entity_type", "entity_id"], unique=False)

    op.create_table(
        "anchors",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("paragraph_id", sa.Uuid(), nullable=True),
        sa.Column("start_offset", sa.Integer(), nullable=True),
        sa.Column("end_offset", sa.Integer(), nullable=True),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("context_changed", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(state = 'orphaned' AND paragraph_id IS NULL AND start_offset IS NULL AND end_offset IS NULL) OR (state <> 'orphaned' AND paragraph_id IS NOT NULL AND start_offset >= 0 AND end_offset > start_offset)",
            name=op.f("ck_anchors_span"),
        ),
        sa.CheckConstraint("state IN ('exact', 'moved', 'changed', 'orphaned')", name=op.f("ck_anchors_state")),
        sa.ForeignKeyConstraint(
            ["revision_id", "paragraph_id"],
            ["blocks.revision_id", "blocks.paragraph_id"],
            name=op.f("fk_anchors_revision_id_paragraph_id"),
        ),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name=op.f("fk_anchors_revision_id")),
        sa.ForeignKeyConstraint(["version_id"], ["annotation_versions.id"], name=op.f("fk_anchors_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anchors")),
        sa.UniqueConstraint("version_id", "revision_id", name=op.f("uq_anchors_version_id_revision_id")),
    )
    op.create_index("ix_anchors_revision_paragraph", "anchors", ["revision_id", "paragraph_id"], unique=False)

    op.create_table(
        "annotation_categories",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "category IN ('cure_claim', 'reversal_claim', 'causal_overclaim', 'certainty_inflation', 'unquantified_benefit', 'unfair_comparison', 'extrapolation', 'weak_evidence', 'missing_risk', 'missing_context', 'vague_authority', 'superlative_hype', 'emotive_appeal', 'unproven_offer', 'outdated', 'understatement', 'fair_statement')",
            name=op.f("ck_annotation_categories_category"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["annotation_versions.id"], name=op.f("fk_annotation_categories_version_id")
        ),
        sa.PrimaryKeyConstraint("version_id", "category", name=op.f("pk_annotation_categories")),
        sa.UniqueConstraint("version_id", "position", name=op.f("uq_annotation_categories_version_id_position")),
    )
    op.create_index(op.f("ix_annotation_categories_category"), "annotation_categories", ["category"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_annotation_categories_category"), table_name="annotation_categories")

    op.drop_table("annotation_categories")
    op.drop_index("ix_anchors_revision_paragraph", table_name="anchors")

    op.drop_table("anchors")
    op.drop_index("ix_search_entries_entity", table_name="search_entries")

    op.drop_table("search_entries")
    op.drop_index(
        "uq_pending_notices_one_open",
        table_name="pending_notices",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(op.f("ix_pending_notices_paragraph_id"), table_name="pending_notices")
    op.drop_index(op.f("ix_pending_notices_article_id"), table_name="pending_notices")
    op.drop_index(op.f("ix_pending_notices_annotation_id"), table_name="pending_notices")

    op.drop_table("pending_notices")
    op.drop_index(op.f("ix_evidence_links_evidence_id"), table_name="evidence_links")

    op.drop_table("evidence_links")
    op.drop_index(op.f("ix_blocks_paragraph_id"), table_name="blocks")

    op.drop_table("blocks")
    op.drop_index(op.f("ix_article_topics_topic"), table_name="article_topics")

    op.drop_table("article_topics")
    op.drop_index(
        "uq_annotation_versions_one_public",
        table_name="annotation_versions",
        sqlite_where=sa.text("valid_from IS NOT NULL AND valid_until IS NULL"),
        postgresql_where=sa.text("valid_from IS NOT NULL AND valid_until IS NULL"),
    )
    op.drop_index(op.f("ix_annotation_versions_severity"), table_name="annotation_versions")
    op.drop_index(op.f("ix_annotation_versions_claim_id"), table_name="annotation_versions")

    op.drop_table("annotation_versions")
    op.drop_index(
        "uq_revisions_one_public",
        table_name="revisions",
        sqlite_where=sa.text("valid_from IS NOT NULL AND valid_until IS NULL"),
        postgresql_where=sa.text("valid_from IS NOT NULL AND valid_until IS NULL"),
    )

    op.drop_table("revisions")
    op.drop_index(op.f("ix_paragraphs_article_id"), table_name="paragraphs")

    op.drop_table("paragraphs")
    op.drop_index(
        "uq_evidence_versions_one_public",
        table_name="evidence_versions",
        sqlite_where=sa.text("valid_from IS NOT NULL AND valid_until IS NULL"),
        postgresql_where=sa.text("valid_from IS NOT NULL AND valid_until IS NULL"),
    )
    op.drop_index(op.f("ix_evidence_versions_status"), table_name="evidence_versions")
    op.drop_index(op.f("ix_evidence_versions_design"), table_name="evidence_versions")

    op.drop_table("evidence_versions")
    op.drop_index(op.f("ix_evidence_identifiers_evidence_id"), table_name="evidence_identifiers")

    op.drop_table("evidence_identifiers")
    op.drop_index(op.f("ix_corrections_seq"), table_name="corrections")

    op.drop_table("corrections")
    op.drop_index(
        "uq_claim_versions_one_public",
        table_name="claim_versions",
        sqlite_where=sa.text("valid_from IS NOT NULL AND valid_until IS NULL"),
        postgresql_where=sa.text("valid_from IS NOT NULL AND valid_until IS NULL"),
    )
    op.drop_index(op.f("ix_claim_versions_verdict"), table_name="claim_versions")

    op.drop_table("claim_versions")
    op.drop_index(
        "uq_article_versions_one_public",
        table_name="article_versions",
        sqlite_where=sa.text("valid_from IS NOT NULL AND valid_until IS NULL"),
        postgresql_where=sa.text("valid_from IS NOT NULL AND valid_until IS NULL"),
    )
    op.drop_index(op.f("ix_article_versions_language"), table_name="article_versions")

    op.drop_table("article_versions")
    op.drop_index(op.f("ix_annotations_state"), table_name="annotations")
    op.drop_index(op.f("ix_annotations_article_id"), table_name="annotations")

    op.drop_table("annotations")
    op.drop_table("transitions")
    op.drop_index("ix_publication_log_entity", table_name="publication_log")

    op.drop_table("publication_log")
    op.drop_index(op.f("ix_evidence_state"), table_name="evidence")

    op.drop_table("evidence")
    op.drop_index(op.f("ix_claims_state"), table_name="claims")

    op.drop_table("claims")
    op.drop_index(op.f("ix_articles_public_since"), table_name="articles")

    op.drop_table("articles")
    op.drop_table("public_versions")
    op.drop_table("actors")
