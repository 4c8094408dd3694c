"""Landing: what hangs on a condition, clauses and their rules, 返投, policy payouts, evaluation.

Why   conditions carry their sanction, the money at stake and the clause they were read from; the
      office checks clauses, counts reinvestment and pays policy by verified output
Data  every condition keeps its terms: owed by the firm, in one instalment, nothing named at stake
Back  refused: conditions of the new kinds, claims and payouts would be lost
"""

import sqlalchemy as sa
from alembic import op

from portfolio.kernel.db import Fen, Instant
from portfolio.kernel.guards import append_only

revision, down_revision = "0010", "0008"
branch_labels = depends_on = None
METRICS = (
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
)
OPERATORS = ("at_least", "at_most", "exactly")
CONSEQUENCES = (
    "gates_tranche",
    "buy_back",
    "claw_back",
    "land_recovery",
    "step_down",
    "policy_payment",
    "none",
)
SIDES = ("fund", "firm", "district")
APPEND_ONLY = (
    "condition_template",
    "agreement_clause",
    "clause_rule",
    "reinvestment_policy",
    "reinvestment_duty",
    "reinvestment_claim",
    "reinvestment_decision",
    "reinvestment_reversal",
    "payout_clause",
    "payout_request",
    "payout_decision",
    "payout_payment",
    "payout_reversal",
    "partner_nature",
    "investment_focus",
    "concession_rule",
    "concession",
    "concession_decision",
)
ADDED_CHECKS = {
    "at_stake_fen_positive": "at_stake_fen IS NULL OR at_stake_fen > 0",
    "rate_is_a_share": "rate_ppm IS NULL OR (rate_ppm >= 0 AND rate_ppm <= 1000000)",
    "instalments_positive": "instalments > 0",
    "period_runs_forward": "period_from IS NULL OR period_from <= due_on",
}
COPY = """
INSERT INTO landing_condition_new (
    id, agreement_id, no, metric, name, name_en, operator, threshold, unit, due_on, weight,
    cure_days, consequence, gates_tranche_id, evidence_required, recorded_at, recorded_by, is_demo,
    subject, instalments, clause
) SELECT
    id, agreement_id, no, metric, name, name_en, operator, threshold, unit, due_on, weight,
    cure_days, consequence, gates_tranche_id, evidence_required, recorded_at, recorded_by, is_demo,
    'firm', 1, ''
FROM landing_condition
"""


def upgrade() -> None:
    """Widen the conditions, make the tables, then the triggers that guard them."""
    dialect = op.get_bind().dialect.name
    if dialect == "sqlite":
        _rebuild_conditions()
    else:
        _widen_conditions()
    _make_tables()
    for table in APPEND_ONLY:
        for statement in append_only(table, dialect):
            op.execute(statement)


def downgrade() -> None:
    """Refuse."""
    raise RuntimeError("Conditions, claims and payouts would be lost. Restore a backup instead.")


def _one_of(words: tuple[str, ...]) -> sa.Enum:
    name = f"one_of_{words[0]}"
    return sa.Enum(*words, native_enum=False, create_constraint=True, name=name, length=40)


def _widen_conditions() -> None:
    """Add the columns in place; the list of consequences grows, so its check is made anew."""
    table = "landing_condition"
    old = op.get_bind().scalar(
        sa.text(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'landing_condition'::regclass"
            " AND contype = 'c' AND pg_get_constraintdef(oid) LIKE '%claw_back%'"
        )
    )
    op.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{old}"')
    listed = ", ".join(f"'{word}'" for word in CONSEQUENCES)
    op.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{old}" CHECK (consequence IN ({listed}))')
    for name, kind, default in (
        ("subject", sa.String(40), "firm"),
        ("period_from", sa.Date(), None),
        ("at_stake_fen", Fen(), None),
        ("rate_ppm", sa.Integer(), None),
        ("instalments", sa.Integer(), "1"),
        ("clause", sa.String(), ""),
    ):
        column = sa.Column(name, kind, nullable=default is None, server_default=default)
        op.add_column(table, column)
        if default is not None:
            op.alter_column(table, name, server_default=None)
    sides = ", ".join(f"'{word}'" for word in SIDES)
    op.execute(
        f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_one_of_fund CHECK (subject IN ({sides}))"
    )
    for name, check in ADDED_CHECKS.items():
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, check)


def _rebuild_conditions() -> None:
    """SQLite cannot change a check: the table is copied, and its guard made again."""
    op.create_table(
        "landing_condition_new",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("agreement_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("metric", _one_of(METRICS), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("operator", _one_of(OPERATORS), nullable=False),
        sa.Column("threshold", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("cure_days", sa.Integer(), nullable=False),
        sa.Column("consequence", _one_of(CONSEQUENCES), nullable=False),
        sa.Column("gates_tranche_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("subject", _one_of(SIDES), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=True),
        sa.Column("at_stake_fen", Fen(), nullable=True),
        sa.Column("rate_ppm", sa.Integer(), nullable=True),
        sa.Column("instalments", sa.Integer(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
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
        *(
            sa.CheckConstraint(check, name=op.f(f"ck_landing_condition_{name}"))
            for name, check in ADDED_CHECKS.items()
        ),
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
    op.execute(COPY)
    op.drop_table("landing_condition")
    op.rename_table("landing_condition_new", "landing_condition")
    for column in ("agreement_id", "due_on", "gates_tranche_id"):
        op.create_index(op.f(f"ix_landing_condition_{column}"), "landing_condition", [column])
    for statement in append_only("landing_condition", "sqlite"):
        op.execute(statement)


def _make_tables() -> None:
    op.create_table(
        "clause_rule",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "flag",
            sa.Enum(
                "tax_rebate",
                "forced_relocation",
                "forced_reinvestment",
                "selective_subsidy",
                name="one_of_tax_rebate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("gist", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("groups", sa.String(), nullable=False),
        sa.Column("excuses", sa.String(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("document <> '' AND article <> ''", name=op.f("ck_clause_rule_cited")),
        sa.CheckConstraint("version > 0", name=op.f("ck_clause_rule_version_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clause_rule")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_clause_rule_code_version")),
        sqlite_strict=True,
    )
    op.create_table(
        "condition_template",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("metric", _one_of(METRICS), nullable=False),
        sa.Column("operator", _one_of(OPERATORS), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("cure_days", sa.Integer(), nullable=False),
        sa.Column("consequence", _one_of(CONSEQUENCES), nullable=False),
        sa.Column("rate_ppm", sa.Integer(), nullable=True),
        sa.Column("evidence_required", sa.String(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("code <> '' AND name <> ''", name=op.f("ck_condition_template_named")),
        sa.CheckConstraint(
            "months >= 0 AND weight >= 0 AND cure_days >= 0",
            name=op.f("ck_condition_template_not_negative"),
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_condition_template_version_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_condition_template")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_condition_template_code_version")),
        sqlite_strict=True,
    )
    op.create_table(
        "reinvestment_policy",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("rules", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("code <> '' AND title <> ''", name=op.f("ck_reinvestment_policy_named")),
        sa.CheckConstraint("version > 0", name=op.f("ck_reinvestment_policy_version_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reinvestment_policy")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_reinvestment_policy_code_version")),
        sqlite_strict=True,
    )
    op.create_table(
        "concession_rule",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("fund_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("share_ppm", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "share_ppm >= 0 AND share_ppm <= 1000000", name=op.f("ck_concession_rule_share")
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_concession_rule_version_positive")),
        sa.ForeignKeyConstraint(
            ["fund_id"], ["fund.id"], name=op.f("fk_concession_rule_fund_id_fund")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concession_rule")),
        sa.UniqueConstraint("fund_id", "version", name=op.f("uq_concession_rule_fund_id_version")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_concession_rule_fund_id"), "concession_rule", ["fund_id"], unique=False
    )
    op.create_table(
        "reinvestment_claim",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("fund_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("organisation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column(
            "form",
            sa.Enum(
                "direct",
                "moved_in",
                "subsidiary",
                "follow_on",
                "acquired",
                "introduced",
                "co_investor",
                "manager_here",
                name="one_of_direct",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("claimed_on", sa.Date(), nullable=False),
        sa.Column("invested_fen", Fen(), nullable=False),
        sa.Column("landed_fen", Fen(), nullable=False),
        sa.Column("evidence_file_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "invested_fen > 0 OR landed_fen > 0",
            name=op.f("ck_reinvestment_claim_claims_something"),
        ),
        sa.CheckConstraint(
            "invested_fen >= 0 AND landed_fen >= 0", name=op.f("ck_reinvestment_claim_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["evidence_file_id"],
            ["stored_file.id"],
            name=op.f("fk_reinvestment_claim_evidence_file_id_stored_file"),
        ),
        sa.ForeignKeyConstraint(
            ["fund_id"], ["fund.id"], name=op.f("fk_reinvestment_claim_fund_id_fund")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_reinvestment_claim_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reinvestment_claim")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_reinvestment_claim_fund_id"), "reinvestment_claim", ["fund_id"], unique=False
    )
    op.create_table(
        "investment_focus",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("investment_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("early", sa.Boolean(), nullable=False),
        sa.Column("small", sa.Boolean(), nullable=False),
        sa.Column("hard_tech", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_investment_focus_says_why")),
        sa.ForeignKeyConstraint(
            ["investment_id"],
            ["investment.id"],
            name=op.f("fk_investment_focus_investment_id_investment"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_investment_focus")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_investment_focus_investment_id"),
        "investment_focus",
        ["investment_id"],
        unique=False,
    )
    op.create_table(
        "reinvestment_decision",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("claim_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("claimed_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("decided_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("decided_at", Instant(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "accepted OR reason <> ''", name=op.f("ck_reinvestment_decision_refusal_says_why")
        ),
        sa.CheckConstraint(
            "claimed_by <> decided_by", name=op.f("ck_reinvestment_decision_second_person")
        ),
        sa.ForeignKeyConstraint(
            ["claim_id"],
            ["reinvestment_claim.id"],
            name=op.f("fk_reinvestment_decision_claim_id_reinvestment_claim"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reinvestment_decision")),
        sa.UniqueConstraint("claim_id", name=op.f("uq_reinvestment_decision_claim_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "reinvestment_reversal",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("claim_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_reinvestment_reversal_says_why")),
        sa.ForeignKeyConstraint(
            ["claim_id"],
            ["reinvestment_claim.id"],
            name=op.f("fk_reinvestment_reversal_claim_id_reinvestment_claim"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reinvestment_reversal")),
        sa.UniqueConstraint("claim_id", name=op.f("uq_reinvestment_reversal_claim_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "concession",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("fund_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("from_partner_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("to_partner_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("amount_fen", Fen(), nullable=False),
        sa.Column("effective_date", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("resolution_file_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_concession_says_why")),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_concession_amount_positive")),
        sa.CheckConstraint(
            "from_partner_id <> to_partner_id", name=op.f("ck_concession_two_partners")
        ),
        sa.ForeignKeyConstraint(
            ["from_partner_id"], ["partner.id"], name=op.f("fk_concession_from_partner_id_partner")
        ),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_concession_fund_id_fund")),
        sa.ForeignKeyConstraint(
            ["resolution_file_id"],
            ["stored_file.id"],
            name=op.f("fk_concession_resolution_file_id_stored_file"),
        ),
        sa.ForeignKeyConstraint(
            ["to_partner_id"], ["partner.id"], name=op.f("fk_concession_to_partner_id_partner")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concession")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_concession_fund_id"), "concession", ["fund_id"], unique=False)
    op.create_table(
        "partner_nature",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("partner_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column(
            "capital",
            sa.Enum(
                "government",
                "state",
                "social",
                name="one_of_government",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_partner_nature_says_why")),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_partner_nature_partner_id_partner")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_nature")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_partner_nature_partner_id"), "partner_nature", ["partner_id"], unique=False
    )
    op.create_table(
        "reinvestment_duty",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("fund_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("partner_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("multiple_ppm", sa.Integer(), nullable=False),
        sa.Column("policy_code", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("shares", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "multiple_ppm >= 0", name=op.f("ck_reinvestment_duty_multiple_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["fund_id"], ["fund.id"], name=op.f("fk_reinvestment_duty_fund_id_fund")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_reinvestment_duty_partner_id_partner")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reinvestment_duty")),
        sa.UniqueConstraint("fund_id", "since", name=op.f("uq_reinvestment_duty_fund_id_since")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_reinvestment_duty_fund_id"), "reinvestment_duty", ["fund_id"], unique=False
    )
    op.create_table(
        "agreement_clause",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("agreement_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_agreement_clause_worded")),
        sa.CheckConstraint("no > 0", name=op.f("ck_agreement_clause_no_positive")),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreement.id"],
            name=op.f("fk_agreement_clause_agreement_id_agreement"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_clause")),
        sa.UniqueConstraint("agreement_id", "no", name=op.f("uq_agreement_clause_agreement_id_no")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_agreement_clause_agreement_id"), "agreement_clause", ["agreement_id"], unique=False
    )
    op.create_table(
        "concession_decision",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("concession_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("proposed_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("decided_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("decided_at", Instant(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("transaction_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "accepted = (transaction_id IS NOT NULL)",
            name=op.f("ck_concession_decision_booked_if_accepted"),
        ),
        sa.CheckConstraint(
            "proposed_by <> decided_by", name=op.f("ck_concession_decision_second_person")
        ),
        sa.ForeignKeyConstraint(
            ["concession_id"],
            ["concession.id"],
            name=op.f("fk_concession_decision_concession_id_concession"),
        ),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["ledger_transaction.id"],
            name=op.f("fk_concession_decision_transaction_id_ledger_transaction"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concession_decision")),
        sa.UniqueConstraint("concession_id", name=op.f("uq_concession_decision_concession_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "payout_clause",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("agreement_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("condition_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "whole",
                "proportional",
                "steps",
                name="one_of_whole",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("amount_fen", Fen(), nullable=True),
        sa.Column("rate_ppm", sa.Integer(), nullable=True),
        sa.Column("unit_fen", Fen(), nullable=True),
        sa.Column("floor", sa.BigInteger(), nullable=False),
        sa.Column("above_floor_only", sa.Boolean(), nullable=False),
        sa.Column("cap_fen", Fen(), nullable=True),
        sa.Column("steps", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "kind <> 'proportional' OR (rate_ppm IS NULL) <> (unit_fen IS NULL)",
            name=op.f("ck_payout_clause_one_rate"),
        ),
        sa.CheckConstraint(
            "kind <> 'whole' OR amount_fen IS NOT NULL",
            name=op.f("ck_payout_clause_whole_has_amount"),
        ),
        sa.CheckConstraint("name <> ''", name=op.f("ck_payout_clause_named")),
        sa.CheckConstraint(
            "cap_fen IS NULL OR cap_fen > 0", name=op.f("ck_payout_clause_cap_positive")
        ),
        sa.CheckConstraint("floor >= 0", name=op.f("ck_payout_clause_floor_not_negative")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_payout_clause_agreement_id_agreement")
        ),
        sa.ForeignKeyConstraint(
            ["condition_id"],
            ["landing_condition.id"],
            name=op.f("fk_payout_clause_condition_id_landing_condition"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_clause")),
        sa.UniqueConstraint("agreement_id", "no", name=op.f("uq_payout_clause_agreement_id_no")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_payout_clause_agreement_id"), "payout_clause", ["agreement_id"], unique=False
    )
    op.create_index(
        op.f("ix_payout_clause_condition_id"), "payout_clause", ["condition_id"], unique=False
    )
    op.create_table(
        "payout_request",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("clause_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("amount_fen", Fen(), nullable=False),
        sa.Column("entitled_fen", Fen(), nullable=False),
        sa.Column("verified", sa.BigInteger(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "amount_fen <= entitled_fen", name=op.f("ck_payout_request_within_entitlement")
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_payout_request_amount_positive")),
        sa.ForeignKeyConstraint(
            ["clause_id"],
            ["payout_clause.id"],
            name=op.f("fk_payout_request_clause_id_payout_clause"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_request")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_payout_request_clause_id"), "payout_request", ["clause_id"], unique=False
    )
    op.create_table(
        "payout_decision",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("request_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("asked_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("decided_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("decided_at", Instant(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "accepted OR reason <> ''", name=op.f("ck_payout_decision_refusal_says_why")
        ),
        sa.CheckConstraint("asked_by <> decided_by", name=op.f("ck_payout_decision_second_person")),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["payout_request.id"],
            name=op.f("fk_payout_decision_request_id_payout_request"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_decision")),
        sa.UniqueConstraint("request_id", name=op.f("uq_payout_decision_request_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "payout_payment",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("request_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("voucher_file_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["payout_request.id"],
            name=op.f("fk_payout_payment_request_id_payout_request"),
        ),
        sa.ForeignKeyConstraint(
            ["voucher_file_id"],
            ["stored_file.id"],
            name=op.f("fk_payout_payment_voucher_file_id_stored_file"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_payment")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_payout_payment_request_id"), "payout_payment", ["request_id"], unique=False
    )
    op.create_table(
        "payout_reversal",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("payment_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_payout_reversal_says_why")),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["payout_payment.id"],
            name=op.f("fk_payout_reversal_payment_id_payout_payment"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_reversal")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_payout_reversal_payment_id")),
        sqlite_strict=True,
    )
