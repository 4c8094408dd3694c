"""Money: funds, commitments, the sealed ledger, investments, marks.

Why   the first release
Data  none yet
Back  refused: the ledger and the audit trail are not dropped by a command
"""

import sqlalchemy as sa
from alembic import op

from portfolio.kernel.db import Fen, Instant
from portfolio.kernel.guards import append_only, sealed_ledger

revision, down_revision = "0002", "0001"
branch_labels = depends_on = None
APPEND_ONLY = (
    "commitment",
    "ledger_transaction",
    "ledger_posting",
    "period_lock",
    "capital_call",
    "call_line",
    "receipt",
    "distribution",
    "distribution_line",
    "tranche",
    "tranche_hold",
    "tranche_hold_release",
    "mark",
    "mark_approval",
    "mark_withdrawal",
    "index_level",
)


def upgrade() -> None:
    """Make the tables, then the triggers that guard them."""
    op.create_table(
        "index_series",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("code <> '' AND name <> ''", name=op.f("ck_index_series_named")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_series")),
        sa.UniqueConstraint("code", name=op.f("uq_index_series_code")),
        sqlite_strict=True,
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("credit_code", sa.String(), nullable=True),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_organisation_named")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("credit_code", name=op.f("uq_organisation_credit_code")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_organisation_name"), "organisation", ["name"], unique=False)
    op.create_table(
        "fund",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "mother",
                "sub",
                native_enum=False,
                create_constraint=True,
                name="one_of_mother",
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("registered_size_fen", Fen(), nullable=True),
        sa.Column("announced_on", sa.Date(), nullable=False),
        sa.Column("announced_by_month", sa.Boolean(), nullable=False),
        sa.Column("inception_on", sa.Date(), nullable=False),
        sa.Column("investment_period_ends_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("manager_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("sponsors", sa.String(), nullable=False),
        sa.Column("focus", sa.String(), nullable=False),
        sa.Column("focus_en", sa.String(), nullable=False),
        sa.Column("district_contributes", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "registered_size_fen IS NULL OR registered_size_fen > 0",
            name=op.f("ck_fund_size_positive"),
        ),
        sa.ForeignKeyConstraint(
            ["manager_id"], ["organisation.id"], name=op.f("fk_fund_manager_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund")),
        sa.UniqueConstraint("code", name=op.f("uq_fund_code")),
        sqlite_strict=True,
    )
    op.create_table(
        "index_level",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("series_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("level > 0", name=op.f("ck_index_level_level_positive")),
        sa.ForeignKeyConstraint(
            ["series_id"], ["index_series.id"], name=op.f("fk_index_level_series_id_index_series")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_level")),
        sa.UniqueConstraint("series_id", "on", name=op.f("uq_index_level_series_id_on")),
        sqlite_strict=True,
    )
    op.create_table(
        "capital_call",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("fund_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("called_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("total_fen", Fen(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "call:investments",
                "call:working_capital",
                "call:management_fees",
                "call:partnership_expenses",
                "call:placement_agent_fees",
                "call:subscription_facility_costs",
                native_enum=False,
                create_constraint=True,
                name="one_of_call:investments",
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("due_on >= called_on", name=op.f("ck_capital_call_due_after_called")),
        sa.CheckConstraint("total_fen > 0", name=op.f("ck_capital_call_total_positive")),
        sa.ForeignKeyConstraint(
            ["fund_id"], ["fund.id"], name=op.f("fk_capital_call_fund_id_fund")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capital_call")),
        sa.UniqueConstraint("fund_id", "number", name=op.f("uq_capital_call_fund_id_number")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_capital_call_fund_id"), "capital_call", ["fund_id"], unique=False)
    op.create_table(
        "investment",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("fund_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "firm",
                "fund",
                native_enum=False,
                create_constraint=True,
                name="one_of_firm",
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("organisation_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("child_fund_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("instrument", sa.String(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'firm' AND organisation_id IS NOT NULL AND child_fund_id IS NULL) OR (kind = 'fund' AND organisation_id IS NULL AND child_fund_id IS NOT NULL)",
            name=op.f("ck_investment_firm_or_fund"),
        ),
        sa.ForeignKeyConstraint(
            ["child_fund_id"], ["fund.id"], name=op.f("fk_investment_child_fund_id_fund")
        ),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_investment_fund_id_fund")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_investment_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_investment")),
        sa.UniqueConstraint("fund_id", "code", name=op.f("uq_investment_fund_id_code")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_investment_child_fund_id"), "investment", ["child_fund_id"], unique=False
    )
    op.create_index(op.f("ix_investment_fund_id"), "investment", ["fund_id"], unique=False)
    op.create_index(
        op.f("ix_investment_organisation_id"), "investment", ["organisation_id"], unique=False
    )
    op.create_table(
        "ledger_transaction",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("fund_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("effective_date", sa.Date(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("memo", sa.String(), nullable=False),
        sa.Column("supersedes", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("cause_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("correction_reason", sa.String(), nullable=True),
        sa.Column("run_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("body_sha256", sa.String(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("lines >= 2", name=op.f("ck_ledger_transaction_two_lines")),
        sa.ForeignKeyConstraint(
            ["cause_id"],
            ["ledger_transaction.id"],
            name=op.f("fk_ledger_transaction_cause_id_ledger_transaction"),
        ),
        sa.ForeignKeyConstraint(
            ["fund_id"], ["fund.id"], name=op.f("fk_ledger_transaction_fund_id_fund")
        ),
        sa.ForeignKeyConstraint(
            ["supersedes"],
            ["ledger_transaction.id"],
            name=op.f("fk_ledger_transaction_supersedes_ledger_transaction"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_transaction")),
        sa.UniqueConstraint("seq", name=op.f("uq_ledger_transaction_seq")),
        sa.UniqueConstraint("supersedes", name=op.f("uq_ledger_transaction_supersedes")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_ledger_transaction_cause_id"), "ledger_transaction", ["cause_id"], unique=False
    )
    op.create_index(
        "ix_ledger_transaction_fund_date",
        "ledger_transaction",
        ["fund_id", "effective_date"],
        unique=False,
    )
    op.create_index(
        "ix_ledger_transaction_subject", "ledger_transaction", ["subject_id"], unique=False
    )
    op.create_table(
        "period_lock",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("fund_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("known_seq", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_period_lock_fund_id_fund")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_lock")),
        sa.UniqueConstraint("fund_id", "ends_on", name=op.f("uq_period_lock_fund_id_ends_on")),
        sqlite_strict=True,
    )
    op.create_table(
        "distribution",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("fund_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("total_fen", Fen(), nullable=False),
        sa.Column("recallable_fen", Fen(), nullable=False),
        sa.Column("transaction_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "recallable_fen >= 0 AND recallable_fen <= total_fen",
            name=op.f("ck_distribution_recallable_is_a_part"),
        ),
        sa.CheckConstraint("total_fen > 0", name=op.f("ck_distribution_total_positive")),
        sa.ForeignKeyConstraint(
            ["fund_id"], ["fund.id"], name=op.f("fk_distribution_fund_id_fund")
        ),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["ledger_transaction.id"],
            name=op.f("fk_distribution_transaction_id_ledger_transaction"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_distribution")),
        sa.UniqueConstraint("fund_id", "number", name=op.f("uq_distribution_fund_id_number")),
        sa.UniqueConstraint("transaction_id", name=op.f("uq_distribution_transaction_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_distribution_fund_id"), "distribution", ["fund_id"], unique=False)
    op.create_table(
        "mark",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("investment_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fair_value_fen", Fen(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "recent_investment",
                "multiples",
                "industry_benchmarks",
                "quoted_price",
                "dcf_business",
                "dcf_investment",
                "net_assets",
                native_enum=False,
                create_constraint=True,
                name="one_of_recent_investment",
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("inputs", sa.String(), nullable=False),
        sa.Column("calibration", sa.String(), nullable=False),
        sa.Column("prepared_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("prepared_at", Instant(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("fair_value_fen >= 0", name=op.f("ck_mark_fair_value_not_negative")),
        sa.ForeignKeyConstraint(
            ["investment_id"], ["investment.id"], name=op.f("fk_mark_investment_id_investment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark")),
        sa.UniqueConstraint("id", "prepared_by", name=op.f("uq_mark_id_prepared_by")),
        sa.UniqueConstraint(
            "investment_id", "as_of", "version", name=op.f("uq_mark_investment_id_as_of_version")
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_mark_investment_id"), "mark", ["investment_id"], unique=False)
    op.create_table(
        "partner",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("fund_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "gp", "lp", native_enum=False, create_constraint=True, name="one_of_gp", length=40
            ),
            nullable=False,
        ),
        sa.Column("organisation_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("investor_fund_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("holding_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(organisation_id IS NULL) <> (investor_fund_id IS NULL)",
            name=op.f("ck_partner_one_investor"),
        ),
        sa.CheckConstraint("investor_fund_id <> fund_id", name=op.f("ck_partner_not_itself")),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_partner_fund_id_fund")),
        sa.ForeignKeyConstraint(
            ["holding_id"], ["investment.id"], name=op.f("fk_partner_holding_id_investment")
        ),
        sa.ForeignKeyConstraint(
            ["investor_fund_id"], ["fund.id"], name=op.f("fk_partner_investor_fund_id_fund")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_partner_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint("fund_id", "code", name=op.f("uq_partner_fund_id_code")),
        sa.UniqueConstraint(
            "fund_id", "investor_fund_id", name=op.f("uq_partner_fund_id_investor_fund_id")
        ),
        sa.UniqueConstraint(
            "fund_id", "organisation_id", name=op.f("uq_partner_fund_id_organisation_id")
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_partner_fund_id"), "partner", ["fund_id"], unique=False)
    op.create_index(
        op.f("ix_partner_investor_fund_id"), "partner", ["investor_fund_id"], unique=False
    )
    op.create_index(
        op.f("ix_partner_organisation_id"), "partner", ["organisation_id"], unique=False
    )
    op.create_table(
        "tranche",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("investment_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("agreed_fen", Fen(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("agreed_fen > 0", name=op.f("ck_tranche_agreed_fen_positive")),
        sa.CheckConstraint("no > 0", name=op.f("ck_tranche_no_positive")),
        sa.ForeignKeyConstraint(
            ["investment_id"], ["investment.id"], name=op.f("fk_tranche_investment_id_investment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tranche")),
        sa.UniqueConstraint("investment_id", "no", name=op.f("uq_tranche_investment_id_no")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_tranche_investment_id"), "tranche", ["investment_id"], unique=False)
    op.create_table(
        "call_line",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("call_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("partner_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("amount_fen", Fen(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_call_line_amount_positive")),
        sa.ForeignKeyConstraint(
            ["call_id"], ["capital_call.id"], name=op.f("fk_call_line_call_id_capital_call")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_call_line_partner_id_partner")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_line")),
        sa.UniqueConstraint("call_id", "partner_id", name=op.f("uq_call_line_call_id_partner_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_call_line_call_id"), "call_line", ["call_id"], unique=False)
    op.create_index(op.f("ix_call_line_partner_id"), "call_line", ["partner_id"], unique=False)
    op.create_table(
        "commitment",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("partner_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column(
            "change",
            sa.Enum(
                "initial",
                "increase",
                "release",
                native_enum=False,
                create_constraint=True,
                name="one_of_initial",
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("amount_fen", Fen(), nullable=False),
        sa.Column("effective_date", sa.Date(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(amount_fen < 0) = (change = 'release')", name=op.f("ck_commitment_sign_fits_change")
        ),
        sa.CheckConstraint("amount_fen <> 0", name=op.f("ck_commitment_amount_not_zero")),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_commitment_partner_id_partner")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_commitment_partner_id"), "commitment", ["partner_id"], unique=False)
    op.create_table(
        "distribution_line",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("distribution_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("partner_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("amount_fen", Fen(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "distribution:return_of_capital",
                "distribution:gain",
                "distribution:income",
                native_enum=False,
                create_constraint=True,
                name="one_of_distribution:return_of_capital",
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("is_recallable", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_distribution_line_amount_positive")),
        sa.ForeignKeyConstraint(
            ["distribution_id"],
            ["distribution.id"],
            name=op.f("fk_distribution_line_distribution_id_distribution"),
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_distribution_line_partner_id_partner")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_distribution_line")),
        sa.UniqueConstraint(
            "distribution_id",
            "partner_id",
            "purpose",
            name=op.f("uq_distribution_line_distribution_id_partner_id_purpose"),
        ),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_distribution_line_distribution_id"),
        "distribution_line",
        ["distribution_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_distribution_line_partner_id"), "distribution_line", ["partner_id"], unique=False
    )
    op.create_table(
        "ledger_posting",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("transaction_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("fund_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("amount_fen", Fen(), nullable=False),
        sa.Column("partner_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("investment_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(account = 'partners_capital') = (partner_id IS NOT NULL AND line IS NOT NULL)",
            name=op.f("ck_ledger_posting_capital_names_partner_and_line"),
        ),
        sa.CheckConstraint("amount_fen <> 0", name=op.f("ck_ledger_posting_amount_not_zero")),
        sa.ForeignKeyConstraint(
            ["fund_id"], ["fund.id"], name=op.f("fk_ledger_posting_fund_id_fund")
        ),
        sa.ForeignKeyConstraint(
            ["investment_id"],
            ["investment.id"],
            name=op.f("fk_ledger_posting_investment_id_investment"),
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_ledger_posting_partner_id_partner")
        ),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["ledger_transaction.id"],
            name=op.f("fk_ledger_posting_transaction_id_ledger_transaction"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_posting")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_ledger_posting_fund_account", "ledger_posting", ["fund_id", "account"], unique=False
    )
    op.create_index(
        op.f("ix_ledger_posting_investment_id"), "ledger_posting", ["investment_id"], unique=False
    )
    op.create_index(
        op.f("ix_ledger_posting_partner_id"), "ledger_posting", ["partner_id"], unique=False
    )
    op.create_index(
        op.f("ix_ledger_posting_transaction_id"), "ledger_posting", ["transaction_id"], unique=False
    )
    op.create_table(
        "mark_approval",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("mark_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("prepared_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("approved_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("approved_at", Instant(), nullable=False),
        sa.Column("transaction_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("known_seq", sa.BigInteger(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("approved_by <> prepared_by", name=op.f("ck_mark_approval_two_persons")),
        sa.ForeignKeyConstraint(
            ["mark_id", "prepared_by"],
            ["mark.id", "mark.prepared_by"],
            name=op.f("fk_mark_approval_mark_id_prepared_by_mark"),
        ),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["ledger_transaction.id"],
            name=op.f("fk_mark_approval_transaction_id_ledger_transaction"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark_approval")),
        sa.UniqueConstraint("mark_id", name=op.f("uq_mark_approval_mark_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "mark_withdrawal",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("mark_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("withdrawn_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=False),
        sa.Column("known_seq", sa.BigInteger(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_mark_withdrawal_reason_given")),
        sa.ForeignKeyConstraint(
            ["mark_id"], ["mark.id"], name=op.f("fk_mark_withdrawal_mark_id_mark")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark_withdrawal")),
        sa.UniqueConstraint("mark_id", name=op.f("uq_mark_withdrawal_mark_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "tranche_hold",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("tranche_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("placed_on", sa.Date(), nullable=False),
        sa.Column("placed_at", Instant(), nullable=False),
        sa.Column("placed_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_tranche_hold_reason_given")),
        sa.ForeignKeyConstraint(
            ["tranche_id"], ["tranche.id"], name=op.f("fk_tranche_hold_tranche_id_tranche")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tranche_hold")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_tranche_hold_tranche_id"), "tranche_hold", ["tranche_id"], unique=False
    )
    op.create_table(
        "receipt",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("call_line_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("amount_fen", Fen(), nullable=False),
        sa.Column("transaction_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_receipt_amount_positive")),
        sa.ForeignKeyConstraint(
            ["call_line_id"], ["call_line.id"], name=op.f("fk_receipt_call_line_id_call_line")
        ),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["ledger_transaction.id"],
            name=op.f("fk_receipt_transaction_id_ledger_transaction"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("transaction_id", name=op.f("uq_receipt_transaction_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_receipt_call_line_id"), "receipt", ["call_line_id"], unique=False)
    op.create_table(
        "tranche_hold_release",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("hold_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=False),
        sa.Column("released_at", Instant(), nullable=False),
        sa.Column("released_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_tranche_hold_release_reason_given")),
        sa.ForeignKeyConstraint(
            ["hold_id"],
            ["tranche_hold.id"],
            name=op.f("fk_tranche_hold_release_hold_id_tranche_hold"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tranche_hold_release")),
        sa.UniqueConstraint("hold_id", name=op.f("uq_tranche_hold_release_hold_id")),
        sqlite_strict=True,
    )
    dialect = op.get_bind().dialect.name
    for table in APPEND_ONLY:
        for statement in append_only(table, dialect):
            op.execute(statement)
    for statement in sealed_ledger(dialect):
        op.execute(statement)


def downgrade() -> None:
    """Refuse."""
    raise RuntimeError("There is nothing before the first release. Restore a backup instead.")
