"""Firms: other names, groups, withdrawals, the firm a lead is about, weights of scores as data.

Why   a firm's page says who it is and what hangs on it; a withdrawal is a fact that can be undone
Data  new tables only; a chain's leader may be named again, so its row is unique by day as well
Back  refused: withdrawals and weights are history
"""

import sqlalchemy as sa
from alembic import op

from portfolio.kernel.db import Id, Instant, one_of
from portfolio.kernel.guards import append_only

revision, down_revision = "0022", "0021"
branch_labels = depends_on = None
APPEND_ONLY = ("firm_withdrawal", "withdrawal_milestone", "lead_firm", "score_weights")
LEADER_ONCE = "uq_chain_leader_chain_id_organisation_id"
LEADER_BY_DAY = "uq_chain_leader_chain_id_organisation_id_since_on"


def upgrade() -> None:
    """Make the tables, then the triggers that guard those of history."""
    _names_and_groups()
    _withdrawals()
    _leads_and_weights()
    for table in APPEND_ONLY:
        for statement in append_only(table, op.get_bind().dialect.name):
            op.execute(statement)
    if op.get_bind().dialect.name == "sqlite":
        _rebuild_leaders()
    else:
        op.drop_constraint(LEADER_ONCE, "chain_leader", type_="unique")
        op.create_unique_constraint(
            LEADER_BY_DAY, "chain_leader", ["chain_id", "organisation_id", "since_on"]
        )


def _firm(table: str, column: str = "organisation_id") -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_organisation")
    return sa.ForeignKeyConstraint([column], ["organisation.id"], name=name)


def _names_and_groups() -> None:
    op.create_table(
        "firm_alias",
        sa.Column("id", Id(), nullable=False),
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_firm_alias_named")),
        _firm("firm_alias"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firm_alias")),
        sa.UniqueConstraint("name", name=op.f("uq_firm_alias_name")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_firm_alias_organisation_id"), "firm_alias", ["organisation_id"])
    op.create_table(
        "firm_parent",
        sa.Column("id", Id(), nullable=False),
        sa.Column("parent_id", Id(), nullable=False),
        sa.Column("subsidiary_id", Id(), nullable=False),
        sa.Column("share_ppm", sa.Integer(), nullable=True),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("parent_id <> subsidiary_id", name=op.f("ck_firm_parent_another_firm")),
        sa.CheckConstraint(
            "share_ppm IS NULL OR share_ppm BETWEEN 1 AND 1000000",
            name=op.f("ck_firm_parent_share_is_a_part"),
        ),
        sa.CheckConstraint(
            "ended_on IS NULL OR ended_on >= since_on", name=op.f("ck_firm_parent_ends_after_start")
        ),
        _firm("firm_parent", "parent_id"),
        _firm("firm_parent", "subsidiary_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firm_parent")),
        sa.UniqueConstraint(
            "parent_id",
            "subsidiary_id",
            "since_on",
            name=op.f("uq_firm_parent_parent_id_subsidiary_id_since_on"),
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_firm_parent_subsidiary_id"), "firm_parent", ["subsidiary_id"])


def _withdrawals() -> None:
    op.create_table(
        "firm_withdrawal",
        sa.Column("id", Id(), nullable=False),
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", Id(), nullable=False),
        sa.Column("reverses", Id(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_firm_withdrawal_reason_given")),
        _firm("firm_withdrawal"),
        sa.ForeignKeyConstraint(
            ["reverses"],
            ["firm_withdrawal.id"],
            name=op.f("fk_firm_withdrawal_reverses_firm_withdrawal"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firm_withdrawal")),
        sa.UniqueConstraint("reverses", name=op.f("uq_firm_withdrawal_reverses")),
        sqlite_strict=True,
    )
    op.create_index("ix_firm_withdrawal_firm_on", "firm_withdrawal", ["organisation_id", "on"])
    op.create_table(
        "withdrawal_milestone",
        sa.Column("id", Id(), nullable=False),
        sa.Column("withdrawal_id", Id(), nullable=False),
        sa.Column("milestone_id", Id(), nullable=False),
        sa.ForeignKeyConstraint(
            ["withdrawal_id"],
            ["firm_withdrawal.id"],
            name=op.f("fk_withdrawal_milestone_withdrawal_id_firm_withdrawal"),
        ),
        sa.ForeignKeyConstraint(
            ["milestone_id"],
            ["milestone.id"],
            name=op.f("fk_withdrawal_milestone_milestone_id_milestone"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawal_milestone")),
        sa.UniqueConstraint("milestone_id", name=op.f("uq_withdrawal_milestone_milestone_id")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_withdrawal_milestone_withdrawal_id"), "withdrawal_milestone", ["withdrawal_id"]
    )


def _leads_and_weights() -> None:
    op.create_table(
        "lead_firm",
        sa.Column("id", Id(), nullable=False),
        sa.Column("lead_id", Id(), nullable=False),
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("segment_id", Id(), nullable=True),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_lead_firm_lead_id_lead")),
        _firm("lead_firm"),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segment.id"], name=op.f("fk_lead_firm_segment_id_segment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_firm")),
        sa.UniqueConstraint("lead_id", name=op.f("uq_lead_firm_lead_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_lead_firm_organisation_id"), "lead_firm", ["organisation_id"])
    op.create_table(
        "score_weights",
        sa.Column("id", Id(), nullable=False),
        sa.Column("score", one_of("gap", "candidate"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("points", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", Id(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("version > 1", name=op.f("ck_score_weights_version_follows_first")),
        sa.CheckConstraint("note <> ''", name=op.f("ck_score_weights_reason_given")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_weights")),
        sa.UniqueConstraint("score", "version", name=op.f("uq_score_weights_score_version")),
        sqlite_strict=True,
    )


def _rebuild_leaders() -> None:
    """SQLite cannot change a constraint: the table is copied; no other table points to it."""
    op.create_table(
        "chain_leader_new",
        sa.Column("id", Id(), nullable=False),
        sa.Column("chain_id", Id(), nullable=False),
        sa.Column("organisation_id", Id(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "ended_on IS NULL OR ended_on >= since_on",
            name=op.f("ck_chain_leader_ends_after_start"),
        ),
        sa.ForeignKeyConstraint(
            ["chain_id"], ["chain.id"], name=op.f("fk_chain_leader_chain_id_chain")
        ),
        _firm("chain_leader"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain_leader")),
        sa.UniqueConstraint("chain_id", "organisation_id", "since_on", name=op.f(LEADER_BY_DAY)),
        sqlite_strict=True,
    )
    columns = "id, chain_id, organisation_id, since_on, ended_on, is_demo"
    op.execute(
        f"INSERT INTO chain_leader_new ({columns}) SELECT {columns} FROM chain_leader"  # noqa: S608 - names of our own
    )
    op.drop_table("chain_leader")
    op.rename_table("chain_leader_new", "chain_leader")
    op.create_index(op.f("ix_chain_leader_organisation_id"), "chain_leader", ["organisation_id"])


def downgrade() -> None:
    """Refuse."""
    raise RuntimeError("Restore the backup made before the upgrade instead of going back.")
