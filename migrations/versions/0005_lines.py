"""Rows of the ILPA sheet that move no money: offsets recognised, escrow, schedule B.

Why   a partner's statement carries them beside the movements of the ledger
Data  none yet; the table begins empty
Back  refused once a row exists, since a statement that was sent out rests on it
"""

import sqlalchemy as sa
from alembic import op

from portfolio.kernel.db import Fen, Instant
from portfolio.kernel.guards import append_only

revision, down_revision = "0005", "0003"
branch_labels = depends_on = None
ROWS = (*range(64, 76), 78, 99, 109, 110, 111, 113, *range(119, 129), 130)


def upgrade() -> None:
    """Make the table, then the triggers that guard it."""
    op.create_table(
        "memo_row",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("partner_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("sheet_row", sa.Integer(), nullable=False),
        sa.Column("amount_fen", Fen(), nullable=False),
        sa.Column("effective_date", sa.Date(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("memo", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("supersedes", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("amount_fen <> 0", name=op.f("ck_memo_row_amount_not_zero")),
        sa.CheckConstraint(
            f"sheet_row IN ({', '.join(map(str, ROWS))})", name=op.f("ck_memo_row_row_is_a_memo")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_memo_row_partner_id_partner")
        ),
        sa.ForeignKeyConstraint(
            ["supersedes"], ["memo_row.id"], name=op.f("fk_memo_row_supersedes_memo_row")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memo_row")),
        sa.UniqueConstraint("supersedes", name=op.f("uq_memo_row_supersedes")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_memo_row_partner_id"), "memo_row", ["partner_id"], unique=False)
    for statement in append_only("memo_row", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Go back while nothing rests on the table."""
    if kept := op.get_bind().scalar(sa.text("SELECT count(*) FROM memo_row")):
        raise RuntimeError(f"{kept} memo rows exist. Restore the backup instead of going back.")
    op.drop_table("memo_row")
