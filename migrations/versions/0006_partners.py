"""Terms of a fund as versions.

Why   fees, carry, equalisation and defaults follow the agreement of their day, as known then
Data  no row is rewritten: an older fund has no terms until somebody records them
Back  refused once terms exist, since the figures that rest on them could not be told again
"""

import sqlalchemy as sa
from alembic import op

from portfolio.kernel.db import Fen, Instant
from portfolio.kernel.guards import append_only

revision, down_revision = "0006", "0011"
branch_labels = depends_on = None
APPEND_ONLY = ("fund_terms",)
BASES = ("committed", "paid_in", "invested_cost", "nav")
FRACTIONS = (
    "fee_rate",
    "later_fee_rate",
    "preferred_return",
    "carried_interest",
    "catch_up",
    "gp_commitment_share",
    "recycling_limit",
    "expense_cap_rate",
    "equalisation_rate",
    "default_rate",
    "default_dilution",
)


def upgrade() -> None:
    """Make the tables, then the triggers that guard them."""
    _terms()
    dialect = op.get_bind().dialect.name
    for table in APPEND_ONLY:
        for statement in append_only(table, dialect):
            op.execute(statement)


def downgrade() -> None:
    """Drop the tables while they are empty."""
    for table in reversed(APPEND_ONLY):
        if rows := op.get_bind().scalar(sa.text(f"SELECT count(*) FROM {table}")):  # noqa: S608
            raise RuntimeError(f"{rows} rows in {table}. Restore the backup instead of going back.")
        op.drop_table(table)


def _one_of(*words: str, name: str = "") -> sa.Enum:
    return sa.Enum(
        *words,
        native_enum=False,
        create_constraint=True,
        name=name or f"one_of_{words[0]}",
        length=40,
    )


def _terms() -> None:
    op.create_table(
        "fund_terms",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("fund_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("commitment_period_ends_on", sa.Date(), nullable=True),
        sa.Column("term_ends_on", sa.Date(), nullable=True),
        sa.Column("fee_basis", _one_of(*BASES), nullable=False),
        sa.Column("fee_rate", sa.Float(), nullable=False),
        sa.Column("later_fee_basis", _one_of(*BASES, name="later_fee_basis_known"), nullable=False),
        sa.Column("later_fee_rate", sa.Float(), nullable=False),
        sa.Column(
            "fee_day_count",
            _one_of("ACT/365F", "ACT/360", "30E/360", "ACT/ACT ISDA"),
            nullable=False,
        ),
        sa.Column("preferred_return", sa.Float(), nullable=False),
        sa.Column("compounding", _one_of("annual", "simple"), nullable=False),
        sa.Column("carried_interest", sa.Float(), nullable=False),
        sa.Column("catch_up", sa.Float(), nullable=False),
        sa.Column("catch_up_basis", _one_of("total_profit", "preferred_return"), nullable=False),
        sa.Column("model", _one_of("european", "american"), nullable=False),
        sa.Column("gp_commitment_share", sa.Float(), nullable=False),
        sa.Column("recycling", _one_of("none", "capital", "capital_and_gains"), nullable=False),
        sa.Column("recycling_limit", sa.Float(), nullable=False),
        sa.Column("organisation_cap_fen", Fen(), nullable=True),
        sa.Column("expense_cap_rate", sa.Float(), nullable=True),
        sa.Column("equalisation_rate", sa.Float(), nullable=False),
        sa.Column("default_rate", sa.Float(), nullable=False),
        sa.Column("default_grace_days", sa.Integer(), nullable=False),
        sa.Column("default_dilution", sa.Float(), nullable=False),
        sa.Column("fund_class", _one_of("industrial", "venture"), nullable=True),
        sa.Column(
            "level", _one_of("national", "provincial", "municipal", "district"), nullable=True
        ),
        sa.Column("legal_basis_on", sa.Date(), nullable=True),
        sa.Column("nesting_limit", sa.Integer(), nullable=True),
        sa.Column("reinvestment_multiple", sa.Float(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("currency = 'CNY'", name=op.f("ck_fund_terms_in_yuan")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_fund_terms_reasoned")),
        sa.CheckConstraint("version > 0", name=op.f("ck_fund_terms_version_positive")),
        sa.CheckConstraint(
            "commitment_period_ends_on <= term_ends_on",
            name=op.f("ck_fund_terms_period_within_term"),
        ),
        *(
            sa.CheckConstraint(
                f"{name} >= 0 AND {name} <= 1", name=op.f(f"ck_fund_terms_{name}_is_a_fraction")
            )
            for name in FRACTIONS
        ),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_fund_terms_fund_id_fund")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_terms")),
        sa.UniqueConstraint("fund_id", "version", name=op.f("uq_fund_terms_fund_id_version")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_fund_terms_fund_id"), "fund_terms", ["fund_id"], unique=False)
