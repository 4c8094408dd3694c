"""Amendments: since which day a unit, an amount or a start date is another, and why.

Why   a unit or a date that changed after a seal could not be told from one dated back before it,
      so a sealed half month showed neither as restated
Data  a new table only; what holds today stays where it is, and is taken to have held before
Back  refused: amendments are history
"""

import sqlalchemy as sa
from alembic import op

from portfolio.kernel.db import Id, Instant, one_of
from portfolio.kernel.guards import append_only

revision, down_revision = "0020", "0019"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the table, its indexes and the triggers that guard it."""
    op.create_table(
        "amendment",
        sa.Column("id", Id(), nullable=False),
        sa.Column("project_id", Id(), nullable=False),
        sa.Column("agreement_id", Id(), nullable=True),
        sa.Column("fact", one_of("unit", "planned", "amount", "start_due"), nullable=False),
        sa.Column("was", sa.String(), nullable=False),
        sa.Column("now", sa.String(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_by", Id(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_amendment_says_why")),
        sa.CheckConstraint("was <> now", name=op.f("ck_amendment_differs")),
        sa.CheckConstraint(
            "(fact IN ('amount', 'start_due')) = (agreement_id IS NOT NULL)",
            name=op.f("ck_amendment_names_paper"),
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_amendment_project_id_project")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_amendment_agreement_id_agreement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendment")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_amendment_project_id"), "amendment", ["project_id"])
    for statement in append_only("amendment", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Refuse."""
    raise RuntimeError("Amendments are history. Restore a backup instead.")
