"""The life of commitments: later closings, transfers, defaults, waivers of the fee.

Why   a partner may come in late, take over an interest, fail to pay, or bear a part of the fee
Data  the rows of `commitment` stay as they are and get an empty memo; on SQLite the table is
      copied, since a check cannot be changed there
Back  refused once a row needs the new tables or words
"""

import sqlalchemy as sa
from alembic import op

from portfolio.kernel.db import Fen, Instant
from portfolio.kernel.guards import append_only

revision, down_revision = "0016", "0007"
branch_labels = depends_on = None
APPEND_ONLY = (
    "equalisation",
    "equalisation_part",
    "partner_transfer",
    "partner_default",
    "fee_waiver",
)
CHANGES = ("initial", "increase", "release", "transfer", "correction")
SIGN = "change IN ('transfer', 'correction') OR (amount_fen < 0) = (change = 'release')"
UNDOES = "(change = 'correction') = (undoes IS NOT NULL)"


def upgrade() -> None:
    """Widen the commitment, make the tables, then the triggers that guard them."""
    dialect = op.get_bind().dialect.name
    if dialect == "sqlite":
        _copy_commitment(dialect)
    else:
        _alter_commitment()
    _equalisation()
    _acts()
    for table in APPEND_ONLY:
        for statement in append_only(table, dialect):
            op.execute(statement)


def downgrade() -> None:
    """Refuse: the commitments cannot be told without the new words."""
    raise RuntimeError("Restore the backup instead of going back.")


def _id(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Uuid(as_uuid=False), nullable=nullable)


def _recorded() -> list[sa.Column[object]]:
    return [
        sa.Column("recorded_at", Instant(), nullable=False),
        _id("recorded_by"),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
    ]


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name)


def _checked(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _copy_commitment(dialect: str) -> None:
    columns = "id, partner_id, change, amount_fen, effective_date, recorded_at, recorded_by"
    op.execute("ALTER TABLE commitment RENAME TO commitment_before")
    op.drop_index("ix_commitment_partner_id", "commitment_before")
    op.create_table(
        "commitment",
        _id("id"),
        _id("partner_id"),
        sa.Column(
            "change",
            sa.Enum(
                *CHANGES,
                native_enum=False,
                create_constraint=True,
                name="one_of_initial",
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("amount_fen", Fen(), nullable=False),
        sa.Column("effective_date", sa.Date(), nullable=False),
        sa.Column("memo", sa.String(), nullable=False),
        _id("undoes", nullable=True),
        *_recorded(),
        _checked("commitment", "correction_undoes", UNDOES),
        _checked("commitment", "sign_fits_change", SIGN),
        _checked("commitment", "amount_not_zero", "amount_fen <> 0"),
        _to("commitment", "partner_id", "partner"),
        _to("commitment", "undoes", "commitment"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment")),
        sa.UniqueConstraint("undoes", name=op.f("uq_commitment_undoes")),
        sqlite_strict=True,
    )
    op.execute(
        f"INSERT INTO commitment ({columns}, is_demo, memo) "  # noqa: S608 - our own names
        f"SELECT {columns}, is_demo, '' FROM commitment_before"
    )
    op.drop_table("commitment_before")
    op.create_index(op.f("ix_commitment_partner_id"), "commitment", ["partner_id"], unique=False)
    for statement in append_only("commitment", dialect):
        op.execute(statement)


def _alter_commitment() -> None:
    words = ", ".join(f"'{word}'" for word in CHANGES)
    op.add_column("commitment", sa.Column("memo", sa.String(), nullable=False, server_default=""))
    op.alter_column("commitment", "memo", server_default=None)
    op.add_column("commitment", _id("undoes", nullable=True))
    for name in ("one_of_initial", "ck_commitment_sign_fits_change"):
        op.execute(f"ALTER TABLE commitment DROP CONSTRAINT IF EXISTS {name}")
    op.execute("ALTER TABLE commitment DROP CONSTRAINT IF EXISTS ck_commitment_one_of_initial")
    for name, rule in (
        ("one_of_initial", f"change IN ({words})"),
        ("sign_fits_change", SIGN),
        ("correction_undoes", UNDOES),
    ):
        op.create_check_constraint(op.f(f"ck_commitment_{name}"), "commitment", rule)
    op.create_unique_constraint(op.f("uq_commitment_undoes"), "commitment", ["undoes"])
    op.create_foreign_key(
        op.f("fk_commitment_undoes_commitment"), "commitment", "commitment", ["undoes"], ["id"]
    )


def _equalisation() -> None:
    op.create_table(
        "equalisation",
        _id("id"),
        _id("fund_id"),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("rate", sa.Float(), nullable=False),
        _id("transaction_id"),
        _id("interest_transaction_id", nullable=True),
        *_recorded(),
        _checked("equalisation", "paid_after_closing", "paid_on >= closed_on"),
        _checked("equalisation", "rate_is_a_fraction", "rate >= 0 AND rate <= 1"),
        _to("equalisation", "fund_id", "fund"),
        _to("equalisation", "transaction_id", "ledger_transaction"),
        _to("equalisation", "interest_transaction_id", "ledger_transaction"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equalisation")),
        sa.UniqueConstraint("transaction_id", name=op.f("uq_equalisation_transaction_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_equalisation_fund_id"), "equalisation", ["fund_id"])
    op.create_table(
        "equalisation_part",
        _id("id"),
        _id("equalisation_id"),
        _id("partner_id"),
        sa.Column("contributed_on", sa.Date(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("principal_fen", Fen(), nullable=False),
        sa.Column("interest_fen", Fen(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        _checked("equalisation_part", "moves_something", "principal_fen <> 0 OR interest_fen <> 0"),
        _to("equalisation_part", "equalisation_id", "equalisation"),
        _to("equalisation_part", "partner_id", "partner"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equalisation_part")),
        sa.UniqueConstraint(
            "equalisation_id",
            "partner_id",
            "contributed_on",
            "purpose",
            name=op.f("uq_equalisation_part_place"),
        ),
        sqlite_strict=True,
    )
    for column in ("equalisation_id", "partner_id"):
        op.create_index(op.f(f"ix_equalisation_part_{column}"), "equalisation_part", [column])


def _acts() -> None:
    op.create_table(
        "partner_transfer",
        _id("id"),
        _id("fund_id"),
        _id("giver_id"),
        _id("taker_id"),
        sa.Column("effective_date", sa.Date(), nullable=False),
        sa.Column("committed_fen", Fen(), nullable=False),
        sa.Column("price_fen", Fen(), nullable=True),
        _id("given_id"),
        _id("taken_id"),
        _id("transaction_id", nullable=True),
        sa.Column("memo", sa.String(), nullable=False),
        *_recorded(),
        _checked("partner_transfer", "committed_positive", "committed_fen > 0"),
        _checked("partner_transfer", "two_partners", "giver_id <> taker_id"),
        _to("partner_transfer", "fund_id", "fund"),
        _to("partner_transfer", "given_id", "commitment"),
        _to("partner_transfer", "giver_id", "partner"),
        _to("partner_transfer", "taken_id", "commitment"),
        _to("partner_transfer", "taker_id", "partner"),
        _to("partner_transfer", "transaction_id", "ledger_transaction"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_transfer")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_partner_transfer_fund_id"), "partner_transfer", ["fund_id"])
    steps = sa.Enum(
        "declared",
        "remedied",
        "withdrawn",
        native_enum=False,
        create_constraint=True,
        name="one_of_declared",
        length=40,
    )
    op.create_table(
        "partner_default",
        _id("id"),
        _id("call_line_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("step", steps, nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("dilution_fen", Fen(), nullable=False),
        sa.Column("interest_fen", Fen(), nullable=False),
        _id("transaction_id", nullable=True),
        _id("receipt_id", nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        *_recorded(),
        _checked("partner_default", "not_negative", "dilution_fen >= 0 AND interest_fen >= 0"),
        _checked("partner_default", "number_positive", "number > 0"),
        _checked(
            "partner_default", "remedy_is_paid", "(step = 'remedied') = (receipt_id IS NOT NULL)"
        ),
        _to("partner_default", "call_line_id", "call_line"),
        _to("partner_default", "receipt_id", "receipt"),
        _to("partner_default", "transaction_id", "ledger_transaction"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_default")),
        sa.UniqueConstraint(
            "call_line_id", "number", name=op.f("uq_partner_default_call_line_id_number")
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_partner_default_call_line_id"), "partner_default", ["call_line_id"])
    op.create_table(
        "fee_waiver",
        _id("id"),
        _id("partner_id"),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        *_recorded(),
        _checked("fee_waiver", "reasoned", "reason <> ''"),
        _checked("fee_waiver", "share_is_a_fraction", "share >= 0 AND share <= 1"),
        _to("fee_waiver", "partner_id", "partner"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_waiver")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_fee_waiver_partner_id"), "fee_waiver", ["partner_id"])
