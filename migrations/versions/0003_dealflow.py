"""Landing: units, projects, agreements, conditions, money in place.

Why   the first release
Data  none yet
Back  refused: the ledger and the audit trail are not dropped by a command
"""

import sqlalchemy as sa
from alembic import op

from portfolio.kernel.db import Fen, Instant
from portfolio.kernel.guards import append_only

revision, down_revision = "0003", "0002"
branch_labels = depends_on = None
APPEND_ONLY = ("milestone",)


def upgrade() -> None:
    """Make the tables, then the triggers that guard them."""
    op.create_table(
        "industry_system",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_industry_system_named")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_industry_system")),
        sa.UniqueConstraint("code", name=op.f("uq_industry_system_code")),
        sqlite_strict=True,
    )
    op.create_table(
        "trip",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("leader_title", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("city <> ''", name=op.f("ck_trip_somewhere")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trip")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_trip_on"), "trip", ["on"], unique=False)
    op.create_table(
        "unit",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "leading_group",
                "industry_department",
                "state_company",
                "task_force",
                "liaison_office",
                "other",
                native_enum=False,
                create_constraint=True,
                name="one_of_leading_group",
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_unit_named")),
        sa.CheckConstraint("people >= 0", name=op.f("ck_unit_people_counted")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
        sqlite_strict=True,
    )
    op.create_table(
        "chain",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("system_code", sa.String(), nullable=True),
        sa.Column("official_title", sa.String(), nullable=False),
        sa.Column("task_force_unit_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("leader_firms", sa.String(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_chain_named")),
        sa.ForeignKeyConstraint(
            ["system_code"],
            ["industry_system.code"],
            name=op.f("fk_chain_system_code_industry_system"),
        ),
        sa.ForeignKeyConstraint(
            ["task_force_unit_id"], ["unit.id"], name=op.f("fk_chain_task_force_unit_id_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain")),
        sa.UniqueConstraint("slug", name=op.f("uq_chain_slug")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_chain_system_code"), "chain", ["system_code"], unique=False)
    op.create_table(
        "visit",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("trip_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("firm_name", sa.String(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("firm_name <> ''", name=op.f("ck_visit_named")),
        sa.ForeignKeyConstraint(["trip_id"], ["trip.id"], name=op.f("fk_visit_trip_id_trip")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("trip_id", "firm_name", name=op.f("uq_visit_trip_id_firm_name")),
        sqlite_strict=True,
    )
    op.create_table(
        "segment",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("chain_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column(
            "position",
            sa.Enum(
                "upstream",
                "midstream",
                "downstream",
                "aftermarket",
                native_enum=False,
                create_constraint=True,
                name="one_of_upstream",
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_segment_named")),
        sa.ForeignKeyConstraint(["chain_id"], ["chain.id"], name=op.f("fk_segment_chain_id_chain")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment")),
        sa.UniqueConstraint("chain_id", "name", name=op.f("uq_segment_chain_id_name")),
        sqlite_strict=True,
    )
    op.create_table(
        "project",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("unit_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("system_code", sa.String(), nullable=True),
        sa.Column("chain_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("segment_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("park", sa.String(), nullable=False),
        sa.Column("planned_investment_fen", Fen(), nullable=True),
        sa.Column(
            "size_class",
            sa.Enum(
                "none",
                "yi50",
                "yi20",
                native_enum=False,
                create_constraint=True,
                name="one_of_none",
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("needs_site", sa.Boolean(), nullable=False),
        sa.Column("owner_account_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("first_heard_on", sa.Date(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_project_named")),
        sa.CheckConstraint(
            "planned_investment_fen IS NULL OR planned_investment_fen > 0",
            name=op.f("ck_project_planned_positive"),
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_project_version_positive")),
        sa.ForeignKeyConstraint(["chain_id"], ["chain.id"], name=op.f("fk_project_chain_id_chain")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_project_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_account_id"], ["account.id"], name=op.f("fk_project_owner_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segment.id"], name=op.f("fk_project_segment_id_segment")
        ),
        sa.ForeignKeyConstraint(
            ["system_code"],
            ["industry_system.code"],
            name=op.f("fk_project_system_code_industry_system"),
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_project_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
        sa.UniqueConstraint("code", name=op.f("uq_project_code")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_project_chain_id"), "project", ["chain_id"], unique=False)
    op.create_index(
        op.f("ix_project_organisation_id"), "project", ["organisation_id"], unique=False
    )
    op.create_index(
        op.f("ix_project_owner_account_id"), "project", ["owner_account_id"], unique=False
    )
    op.create_index(op.f("ix_project_segment_id"), "project", ["segment_id"], unique=False)
    op.create_index(op.f("ix_project_system_code"), "project", ["system_code"], unique=False)
    op.create_index(op.f("ix_project_unit_id"), "project", ["unit_id"], unique=False)
    op.create_table(
        "milestone",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "lead",
                "in_talks",
                "framework",
                "formal",
                "registered",
                "site",
                "started",
                "production",
                "capacity",
                "shelved",
                "terminated",
                native_enum=False,
                create_constraint=True,
                name="one_of_lead",
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("evidence_file_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("voids", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_file_id"],
            ["stored_file.id"],
            name=op.f("fk_milestone_evidence_file_id_stored_file"),
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_milestone_project_id_project")
        ),
        sa.ForeignKeyConstraint(
            ["voids"], ["milestone.id"], name=op.f("fk_milestone_voids_milestone")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
        sa.UniqueConstraint("voids", name=op.f("uq_milestone_voids")),
        sqlite_strict=True,
    )
    op.create_index("ix_milestone_project_on", "milestone", ["project_id", "on"], unique=False)
    dialect = op.get_bind().dialect.name
    for table in APPEND_ONLY:
        for statement in append_only(table, dialect):
            op.execute(statement)


def downgrade() -> None:
    """Refuse."""
    raise RuntimeError("There is nothing before the first release. Restore a backup instead.")
