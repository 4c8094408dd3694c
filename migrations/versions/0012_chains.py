"""Chains: leader firms, who fills which segment, who supplies whom.

Why   a gap, a candidate and what a withdrawal would break are derived from these
Data  segments keep their names; each gets the criticality "important" and wants one firm
Back  refused: a map that the office drew is not dropped by a command
"""

import sqlalchemy as sa
from alembic import op

from portfolio.kernel.db import Instant
from portfolio.kernel.guards import append_only

revision, down_revision = "0012", "0010"
branch_labels = depends_on = None
KINDS = ("little_giant", "specialised", "champion", "high_tech", "headquarters")
ROLES = ("left", "target", "in_talks", "contracted", "landed")


def upgrade() -> None:
    """Widen the segment, then make the tables and their guards."""
    for column in (
        sa.Column("subsystem", sa.String(), nullable=False, server_default=""),
        sa.Column("subsystem_en", sa.String(), nullable=False, server_default=""),
        sa.Column("criticality", sa.Integer(), nullable=False, server_default="2"),
        sa.Column("wanted_firms", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("wanted_note", sa.String(), nullable=False, server_default=""),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
    ):
        op.add_column("segment", column)
    op.create_table(
        "chain_leader",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("chain_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("organisation_id", sa.Uuid(as_uuid=False), nullable=False),
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
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_chain_leader_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain_leader")),
        sa.UniqueConstraint(
            "chain_id", "organisation_id", name=op.f("uq_chain_leader_chain_id_organisation_id")
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_chain_leader_organisation_id"), "chain_leader", ["organisation_id"])
    op.create_table(
        "segment_firm",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("segment_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("organisation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                *ROLES, name="one_of_left", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("voids", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "voids IS NULL OR note <> ''", name=op.f("ck_segment_firm_voided_with_reason")
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segment.id"], name=op.f("fk_segment_firm_segment_id_segment")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_segment_firm_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["voids"], ["segment_firm.id"], name=op.f("fk_segment_firm_voids_segment_firm")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment_firm")),
        sa.UniqueConstraint("voids", name=op.f("uq_segment_firm_voids")),
        sqlite_strict=True,
    )
    op.create_index("ix_segment_firm_segment_on", "segment_firm", ["segment_id", "on"])
    op.create_index(op.f("ix_segment_firm_organisation_id"), "segment_firm", ["organisation_id"])
    op.create_table(
        "supply_link",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("supplier_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("customer_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("evidence_file_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("supplier_id <> customer_id", name=op.f("ck_supply_link_another_firm")),
        sa.CheckConstraint(
            "weight BETWEEN 1 AND 100", name=op.f("ck_supply_link_weight_is_hundredths")
        ),
        sa.CheckConstraint(
            "ended_on IS NULL OR ended_on >= since_on", name=op.f("ck_supply_link_ends_after_start")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"],
            ["organisation.id"],
            name=op.f("fk_supply_link_supplier_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["organisation.id"],
            name=op.f("fk_supply_link_customer_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["evidence_file_id"],
            ["stored_file.id"],
            name=op.f("fk_supply_link_evidence_file_id_stored_file"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supply_link")),
        sa.UniqueConstraint(
            "supplier_id",
            "customer_id",
            "since_on",
            name=op.f("uq_supply_link_supplier_id_customer_id_since_on"),
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_supply_link_customer", "supply_link", ["customer_id"])
    op.create_table(
        "qualification",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("organisation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                *KINDS,
                name="one_of_little_giant",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("certificate", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("evidence_file_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from",
            name=op.f("ck_qualification_ends_after_start"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_qualification_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["evidence_file_id"],
            ["stored_file.id"],
            name=op.f("fk_qualification_evidence_file_id_stored_file"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qualification")),
        sa.UniqueConstraint(
            "organisation_id",
            "kind",
            "valid_from",
            name=op.f("uq_qualification_organisation_id_kind_valid_from"),
        ),
        sqlite_strict=True,
    )
    dialect = op.get_bind().dialect.name
    for statement in append_only("segment_firm", dialect):
        op.execute(statement)


def downgrade() -> None:
    """Refuse."""
    raise RuntimeError("Restore the backup made before the upgrade instead of going back.")
