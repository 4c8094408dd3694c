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
APPEND_ONLY = (
    "milestone",
    "pledge",
    "landing_condition",
    "observation",
    "observation_check",
    "condition_waiver",
    "condition_hold",
    "arrival",
    "arrival_check",
    "landed_rule",
    "measure_definition",
)


def upgrade() -> None:
    """Make the tables, then the triggers that guard them."""
    op.create_table(
        "expectation",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("at_least", sa.BigInteger(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("at_least > 0", name=op.f("ck_expectation_at_least_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expectation")),
        sa.UniqueConstraint("year", "code", name=op.f("uq_expectation_year_code")),
        sqlite_strict=True,
    )
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
        "landed_rule",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("all_of", sa.String(), nullable=False),
        sa.Column("any_of", sa.String(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_landed_rule_version_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_landed_rule")),
        sa.UniqueConstraint("valid_from", name=op.f("uq_landed_rule_valid_from")),
        sa.UniqueConstraint("version", name=op.f("uq_landed_rule_version")),
        sqlite_strict=True,
    )
    op.create_table(
        "measure_definition",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "unit",
            sa.Enum(
                "fen",
                "count",
                "ratio",
                "multiple",
                "rate",
                native_enum=False,
                create_constraint=True,
                name="one_of_fen",
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("numerator_text", sa.String(), nullable=False),
        sa.Column("denominator_text", sa.String(), nullable=False),
        sa.Column("definition_text", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("definition_text <> ''", name=op.f("ck_measure_definition_worded")),
        sa.CheckConstraint("version > 0", name=op.f("ck_measure_definition_version_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure_definition")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_measure_definition_code_version")),
        sqlite_strict=True,
    )
    op.create_table(
        "reported_figure",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("value_text", sa.String(), nullable=False),
        sa.Column("amount_fen", Fen(), nullable=True),
        sa.Column("number", sa.Float(), nullable=True),
        sa.Column("at_least", sa.Boolean(), nullable=False),
        sa.Column("denominator_given", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("value_text <> ''", name=op.f("ck_reported_figure_quoted")),
        sa.CheckConstraint(
            "amount_fen IS NULL OR number IS NULL", name=op.f("ck_reported_figure_one_value")
        ),
        sa.CheckConstraint(
            "period_from <= period_to", name=op.f("ck_reported_figure_period_runs_forward")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reported_figure")),
        sa.UniqueConstraint(
            "code",
            "period_from",
            "period_to",
            "source",
            name=op.f("uq_reported_figure_code_period_from_period_to_source"),
        ),
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
        "import_batch",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("file_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "confirmed",
                native_enum=False,
                create_constraint=True,
                name="one_of_draft",
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("choices", sa.String(), nullable=False),
        sa.Column("booked", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'confirmed') = (confirmed_by IS NOT NULL)",
            name=op.f("ck_import_batch_confirmed_by_somebody"),
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_import_batch_version_positive")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_import_batch_file_id_stored_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
        sa.UniqueConstraint("sha256", name=op.f("uq_import_batch_sha256")),
        sqlite_strict=True,
    )
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
        "agreement",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "framework",
                "formal",
                native_enum=False,
                create_constraint=True,
                name="one_of_framework",
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("amount_fen", Fen(), nullable=True),
        sa.Column("amount_published", sa.Boolean(), nullable=False),
        sa.Column("fund_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("investment_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column(
            "fund_money",
            sa.Enum(
                "as_paid",
                "by_use",
                native_enum=False,
                create_constraint=True,
                name="one_of_as_paid",
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("start_due_on", sa.Date(), nullable=True),
        sa.Column("file_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind <> 'formal' OR amount_fen IS NOT NULL",
            name=op.f("ck_agreement_formal_has_amount"),
        ),
        sa.CheckConstraint("title <> ''", name=op.f("ck_agreement_titled")),
        sa.CheckConstraint(
            "amount_fen IS NULL OR amount_fen > 0", name=op.f("ck_agreement_amount_positive")
        ),
        sa.CheckConstraint(
            "start_due_on IS NULL OR start_due_on >= signed_on",
            name=op.f("ck_agreement_start_after_signing"),
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_agreement_version_positive")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_agreement_file_id_stored_file")
        ),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_agreement_fund_id_fund")),
        sa.ForeignKeyConstraint(
            ["investment_id"], ["investment.id"], name=op.f("fk_agreement_investment_id_investment")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_agreement_project_id_project")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("code", name=op.f("uq_agreement_code")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_agreement_fund_id"), "agreement", ["fund_id"], unique=False)
    op.create_index(
        op.f("ix_agreement_investment_id"), "agreement", ["investment_id"], unique=False
    )
    op.create_index(op.f("ix_agreement_project_id"), "agreement", ["project_id"], unique=False)
    op.create_index(op.f("ix_agreement_signed_on"), "agreement", ["signed_on"], unique=False)
    op.create_table(
        "arrival",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("amount_fen", Fen(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "registered_capital",
                "fixed_assets",
                "loan",
                "other",
                native_enum=False,
                create_constraint=True,
                name="one_of_registered_capital",
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("evidence_file_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("voids", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_arrival_amount_positive")),
        sa.ForeignKeyConstraint(
            ["evidence_file_id"],
            ["stored_file.id"],
            name=op.f("fk_arrival_evidence_file_id_stored_file"),
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_arrival_project_id_project")
        ),
        sa.ForeignKeyConstraint(["voids"], ["arrival.id"], name=op.f("fk_arrival_voids_arrival")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrival")),
        sa.UniqueConstraint("voids", name=op.f("uq_arrival_voids")),
        sqlite_strict=True,
    )
    op.create_index("ix_arrival_on", "arrival", ["on"], unique=False)
    op.create_index("ix_arrival_project_on", "arrival", ["project_id", "on"], unique=False)
    op.create_table(
        "lead",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("firm_name", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("title <> ''", name=op.f("ck_lead_titled")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_lead_project_id_project")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_lead_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead")),
        sa.UniqueConstraint("code", name=op.f("uq_lead_code")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_lead_project_id"), "lead", ["project_id"], unique=False)
    op.create_index(op.f("ix_lead_received_on"), "lead", ["received_on"], unique=False)
    op.create_index(op.f("ix_lead_unit_id"), "lead", ["unit_id"], unique=False)
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
    op.create_table(
        "arrival_check",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("arrival_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("verified_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "accepted OR reason <> ''", name=op.f("ck_arrival_check_rejected_with_reason")
        ),
        sa.ForeignKeyConstraint(
            ["arrival_id"], ["arrival.id"], name=op.f("fk_arrival_check_arrival_id_arrival")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrival_check")),
        sa.UniqueConstraint("arrival_id", name=op.f("uq_arrival_check_arrival_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "handover",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("lead_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("from_unit_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("to_unit_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("accept_by", sa.Date(), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint('accept_by >= "on"', name=op.f("ck_handover_time_to_accept")),
        sa.CheckConstraint(
            'accepted_on IS NULL OR accepted_on >= "on"',
            name=op.f("ck_handover_accepted_after_handing"),
        ),
        sa.CheckConstraint("from_unit_id <> to_unit_id", name=op.f("ck_handover_another_unit")),
        sa.ForeignKeyConstraint(
            ["from_unit_id"], ["unit.id"], name=op.f("fk_handover_from_unit_id_unit")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_handover_lead_id_lead")),
        sa.ForeignKeyConstraint(
            ["to_unit_id"], ["unit.id"], name=op.f("fk_handover_to_unit_id_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_handover_lead_id"), "handover", ["lead_id"], unique=False)
    op.create_index(op.f("ix_handover_to_unit_id"), "handover", ["to_unit_id"], unique=False)
    op.create_table(
        "landing_condition",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("agreement_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column(
            "metric",
            sa.Enum(
                "registered_here",
                "headquarters_here",
                "registered_capital_paid",
                "fixed_asset_investment",
                "money_in_place",
                "floor_area",
                "land",
                "production_line",
                "capacity",
                "annual_output",
                "annual_tax",
                "local_purchases",
                "headcount",
                "rd_headcount",
                "rd_spending",
                "patents",
                native_enum=False,
                create_constraint=True,
                name="one_of_registered_here",
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column(
            "operator",
            sa.Enum(
                "at_least",
                "at_most",
                "exactly",
                native_enum=False,
                create_constraint=True,
                name="one_of_at_least",
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("threshold", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("cure_days", sa.Integer(), nullable=False),
        sa.Column(
            "consequence",
            sa.Enum(
                "gates_tranche",
                "buy_back",
                "claw_back",
                "policy_payment",
                "none",
                native_enum=False,
                create_constraint=True,
                name="one_of_gates_tranche",
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("gates_tranche_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("evidence_required", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(consequence = 'gates_tranche') = (gates_tranche_id IS NOT NULL)",
            name=op.f("ck_landing_condition_gate_names_tranche"),
        ),
        sa.CheckConstraint("name <> ''", name=op.f("ck_landing_condition_named")),
        sa.CheckConstraint(
            "threshold > 0 OR operator <> 'at_least'",
            name=op.f("ck_landing_condition_threshold_positive"),
        ),
        sa.CheckConstraint(
            "cure_days >= 0", name=op.f("ck_landing_condition_cure_days_not_negative")
        ),
        sa.CheckConstraint("no > 0", name=op.f("ck_landing_condition_no_positive")),
        sa.CheckConstraint("weight >= 0", name=op.f("ck_landing_condition_weight_not_negative")),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreement.id"],
            name=op.f("fk_landing_condition_agreement_id_agreement"),
        ),
        sa.ForeignKeyConstraint(
            ["gates_tranche_id"],
            ["tranche.id"],
            name=op.f("fk_landing_condition_gates_tranche_id_tranche"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_landing_condition")),
        sa.UniqueConstraint(
            "agreement_id", "no", name=op.f("uq_landing_condition_agreement_id_no")
        ),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_landing_condition_agreement_id"),
        "landing_condition",
        ["agreement_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_landing_condition_due_on"), "landing_condition", ["due_on"], unique=False
    )
    op.create_index(
        op.f("ix_landing_condition_gates_tranche_id"),
        "landing_condition",
        ["gates_tranche_id"],
        unique=False,
    )
    op.create_table(
        "pledge",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("agreement_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column(
            "side",
            sa.Enum(
                "fund",
                "firm",
                "district",
                native_enum=False,
                create_constraint=True,
                name="one_of_fund",
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("text_en", sa.String(), nullable=False),
        sa.Column("amount_fen", Fen(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_pledge_worded")),
        sa.CheckConstraint(
            "amount_fen IS NULL OR amount_fen > 0", name=op.f("ck_pledge_amount_positive")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_pledge_agreement_id_agreement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledge")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_pledge_agreement_id"), "pledge", ["agreement_id"], unique=False)
    op.create_table(
        "condition_hold",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("condition_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("hold_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["condition_id"],
            ["landing_condition.id"],
            name=op.f("fk_condition_hold_condition_id_landing_condition"),
        ),
        sa.ForeignKeyConstraint(
            ["hold_id"], ["tranche_hold.id"], name=op.f("fk_condition_hold_hold_id_tranche_hold")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_condition_hold")),
        sa.UniqueConstraint("hold_id", name=op.f("uq_condition_hold_hold_id")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_condition_hold_condition_id"), "condition_hold", ["condition_id"], unique=False
    )
    op.create_table(
        "condition_waiver",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("condition_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("resolution_file_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_condition_waiver_says_why")),
        sa.ForeignKeyConstraint(
            ["condition_id"],
            ["landing_condition.id"],
            name=op.f("fk_condition_waiver_condition_id_landing_condition"),
        ),
        sa.ForeignKeyConstraint(
            ["resolution_file_id"],
            ["stored_file.id"],
            name=op.f("fk_condition_waiver_resolution_file_id_stored_file"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_condition_waiver")),
        sa.UniqueConstraint("condition_id", name=op.f("uq_condition_waiver_condition_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "observation",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("condition_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("observed_on", sa.Date(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("evidence_file_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("voids", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "voids IS NULL OR note <> ''", name=op.f("ck_observation_void_says_why")
        ),
        sa.CheckConstraint(
            "value IS NOT NULL OR voids IS NOT NULL", name=op.f("ck_observation_says_something")
        ),
        sa.ForeignKeyConstraint(
            ["condition_id"],
            ["landing_condition.id"],
            name=op.f("fk_observation_condition_id_landing_condition"),
        ),
        sa.ForeignKeyConstraint(
            ["evidence_file_id"],
            ["stored_file.id"],
            name=op.f("fk_observation_evidence_file_id_stored_file"),
        ),
        sa.ForeignKeyConstraint(
            ["voids"], ["observation.id"], name=op.f("fk_observation_voids_observation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observation")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_observation_condition_id"), "observation", ["condition_id"], unique=False
    )
    op.create_table(
        "observation_check",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("observation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("verified_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("verified_at", Instant(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "accepted OR reason <> ''", name=op.f("ck_observation_check_refusal_says_why")
        ),
        sa.CheckConstraint(
            "recorded_by <> verified_by", name=op.f("ck_observation_check_second_person")
        ),
        sa.ForeignKeyConstraint(
            ["observation_id"],
            ["observation.id"],
            name=op.f("fk_observation_check_observation_id_observation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observation_check")),
        sa.UniqueConstraint("observation_id", name=op.f("uq_observation_check_observation_id")),
        sqlite_strict=True,
    )
    dialect = op.get_bind().dialect.name
    for table in APPEND_ONLY:
        for statement in append_only(table, dialect):
            op.execute(statement)


def downgrade() -> None:
    """Refuse."""
    raise RuntimeError("There is nothing before the first release. Restore a backup instead.")
