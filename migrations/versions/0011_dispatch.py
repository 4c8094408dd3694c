"""Measures by named row sets, and the treasury's money in funds.

Why   a definition says in data what is divided by what; leverage needs to know public money
Data  no row is rewritten: older versions of a measure keep their built-in row sets
Back  refused: sealed half months are history
"""

import sqlalchemy as sa
from alembic import op

from portfolio.kernel.guards import append_only

revision, down_revision = "0011", "0005"
branch_labels = depends_on = None
APPEND_ONLY = ("public_partner",)


def upgrade() -> None:
    """Make the columns and tables, then the triggers that guard them."""
    for name in ("numerator_query", "denominator_query", "basis"):
        op.add_column(
            "measure_definition",
            sa.Column(name, sa.String(), nullable=False, server_default=""),
        )
    op.create_table(
        "public_partner",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("partner_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_public_partner_partner_id_partner")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_partner")),
        sa.UniqueConstraint("partner_id", name=op.f("uq_public_partner_partner_id")),
        sqlite_strict=True,
    )
    dialect = op.get_bind().dialect.name
    for table in APPEND_ONLY:
        for statement in append_only(table, dialect):
            op.execute(statement)


def downgrade() -> None:
    """Refuse."""
    raise RuntimeError("Sealed half months are history. Restore a backup instead.")
