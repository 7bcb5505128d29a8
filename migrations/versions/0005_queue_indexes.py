"""queue indexes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FLAGGED = "recheck_reason IS NOT NULL"
ASKED = "withdrawal_requested_by IS NOT NULL"
IN_FORCE = "valid_from IS NOT NULL AND valid_until IS NULL"
INDEXES = (
    ("ix_annotations_recheck", "annotations", ["id"], FLAGGED),
    ("ix_claims_recheck", "claims", ["id"], FLAGGED),
    ("ix_articles_withdrawal", "articles", ["id"], ASKED),
    ("ix_claims_withdrawal", "claims", ["id"], ASKED),
    ("ix_annotations_withdrawal", "annotations", ["id"], ASKED),
    ("ix_evidence_versions_checked", "evidence_versions", ["status_checked_on", "evidence_id"], IN_FORCE),
)


def upgrade() -> None:
    """Apply."""
    for name, table, columns, condition in INDEXES:
        where = sa.text(condition)
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Take back."""
    for name, table, _, _ in INDEXES:
        op.drop_index(name, table_name=table)
