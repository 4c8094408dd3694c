"""Cash: types of a call, the bank and its statements, subscription lines, the calendar of workdays.

Why   a call pays for several things at once; money is matched from the bank's own statement; a
      line of credit is drawn ahead of calls; a notice gives ten workdays
Data  distribution_line is copied into a table that knows one more purpose and lets a payment be
      recallable in part; no line changes. A call without parts keeps its one purpose
Back  refused once a call has parts, a statement was taken in or a line was opened: dropping them
      would leave receipts and postings that nothing explains
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from portfolio.kernel.db import Fen, Instant
from portfolio.kernel.guards import append_only

revision, down_revision = "0007", "0012"
branch_labels = depends_on = None
APPEND_ONLY = (
    "call_part",
    "bank_account",
    "bank_line",
    "bank_tie",
    "payer_alias",
    "calendar_day",
    "facility",
    "facility_interest",
)
KEPT = ("call_part", "bank_statement", "facility")
CALL_TYPES = (
    "call:investments",
    "call:working_capital",
    "call:management_fees",
    "call:partnership_expenses",
    "call:placement_agent_fees",
    "call:subscription_facility_costs",
    "call:deemed_gp_contribution",
    "call:outside:management_fees",
    "call:outside:partnership_expenses",
    "call:outside:placement_agent_fees",
)
PAID = (
    "distribution:return_of_capital",
    "distribution:gain",
    "distribution:income",
    "distribution:return_of_fees",
)


def upgrade() -> None:
    """Make the tables, copy the lines of distributions, then set the guards."""
    _calls()
    _distribution_lines()
    _bank()
    _facility()
    dialect = op.get_bind().dialect.name
    for table in (*APPEND_ONLY, "distribution_line"):
        for statement in append_only(table, dialect):
            op.execute(statement)


def _uuid(name: str, *more: sa.Constraint, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Uuid(as_uuid=False), *more, nullable=nullable)


def _words(name: str, *words: str) -> sa.Column[str]:
    kind = sa.Enum(
        *words,
        native_enum=False,
        create_constraint=True,
        name=f"one_of_{words[0]}",
        length=40,
    )
    return sa.Column(name, kind, nullable=False)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _foreign(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name)


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _recorded() -> tuple[sa.Column[object], sa.Column[str]]:
    return sa.Column("recorded_at", Instant(), nullable=False), _uuid("recorded_by")


def _demo() -> sa.Column[bool]:
    return sa.Column("is_demo", sa.Boolean(), nullable=False)


def _table(
    name: str, *parts: sa.Constraint | sa.Column[Any], indexed: tuple[str, ...] = ()
) -> None:
    key = sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}"))
    op.create_table(name, _uuid("id"), *parts, key, sqlite_strict=True)
    for column in indexed:
        op.create_index(op.f(f"ix_{name}_{column}"), name, [column], unique=False)


def _calls() -> None:
    _table(
        "call_part",
        _uuid("call_line_id"),
        _words("purpose", *CALL_TYPES),
        sa.Column("amount_fen", Fen(), nullable=False),
        _demo(),
        _check("call_part", "amount_positive", "amount_fen > 0"),
        _foreign("call_part", "call_line_id", "call_line"),
        sa.UniqueConstraint(
            "call_line_id", "purpose", name=op.f("uq_call_part_call_line_id_purpose")
        ),
        indexed=("call_line_id",),
    )
    _table(
        "calendar_day",
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("is_workday", sa.Boolean(), nullable=False),
        _text("name"),
        _text("source"),
        *_recorded(),
        _check("calendar_day", "sourced", "source <> ''"),
        indexed=("on",),
    )


def _distribution_lines() -> None:
    """Copy the lines; nothing refers to them, and on SQLite a CHECK cannot be changed in place."""
    bind = op.get_bind()
    columns = "id, distribution_id, partner_id, amount_fen, purpose, is_recallable, is_demo"
    held = bind.execute(sa.text(f"SELECT {columns} FROM distribution_line")).mappings().all()  # noqa: S608
    op.drop_table("distribution_line")
    if bind.dialect.name == "postgresql":
        op.execute("DROP FUNCTION distribution_line_refuse()")
    name = "distribution_line"
    unique = op.f(f"uq_{name}_distribution_id_partner_id_purpose_is_recallable")
    _table(
        name,
        _uuid("distribution_id"),
        _uuid("partner_id"),
        sa.Column("amount_fen", Fen(), nullable=False),
        _words("purpose", *PAID),
        sa.Column("is_recallable", sa.Boolean(), nullable=False),
        _demo(),
        _check(name, "amount_positive", "amount_fen > 0"),
        _foreign(name, "distribution_id", "distribution"),
        _foreign(name, "partner_id", "partner"),
        sa.UniqueConstraint(
            "distribution_id", "partner_id", "purpose", "is_recallable", name=unique
        ),
        indexed=("distribution_id", "partner_id"),
    )
    if held:
        places = ", ".join(f":{column}" for column in columns.split(", "))
        into = f"INSERT INTO distribution_line ({columns}) VALUES ({places})"  # noqa: S608
        bind.execute(sa.text(into), [dict(row) for row in held])
    found = bind.scalar(sa.text("SELECT count(*) FROM distribution_line"))
    if found != len(held):
        raise RuntimeError(f"{len(held)} lines of distributions were read, {found} copied.")


def _bank() -> None:
    _table(
        "bank_account",
        _uuid("fund_id"),
        *(_text(name) for name in ("holder", "bank", "number", "clearing_code")),
        sa.Column("effective_date", sa.Date(), nullable=False),
        *_recorded(),
        _demo(),
        _check("bank_account", "named", "bank <> '' AND holder <> '' AND number <> ''"),
        _foreign("bank_account", "fund_id", "fund"),
        indexed=("fund_id",),
    )
    _table(
        "bank_statement",
        _uuid("fund_id"),
        _text("sha256"),
        _uuid("file_id"),
        _text("name"),
        _words("state", "draft", "confirmed"),
        _text("columns"),
        sa.Column("closes_on", sa.Date(), nullable=True),
        *_recorded(),
        sa.Column("confirmed_at", Instant(), nullable=True),
        _uuid("confirmed_by", nullable=True),
        _demo(),
        sa.Column("version", sa.Integer(), nullable=False),
        _check(
            "bank_statement",
            "confirmed_by_somebody",
            "(state = 'confirmed') = (confirmed_by IS NOT NULL)",
        ),
        _check("bank_statement", "version_positive", "version > 0"),
        _foreign("bank_statement", "fund_id", "fund"),
        _foreign("bank_statement", "file_id", "stored_file"),
        sa.UniqueConstraint("fund_id", "sha256", name=op.f("uq_bank_statement_fund_id_sha256")),
        indexed=("fund_id",),
    )
    _table(
        "bank_line",
        _uuid("statement_id"),
        _uuid("fund_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("amount_fen", Fen(), nullable=False),
        *(_text(name) for name in ("counterparty", "account", "memo")),
        sa.Column("balance_fen", Fen(), nullable=True),
        _text("fingerprint"),
        _demo(),
        _check("bank_line", "amount_not_zero", "amount_fen <> 0"),
        _foreign("bank_line", "statement_id", "bank_statement"),
        _foreign("bank_line", "fund_id", "fund"),
        sa.UniqueConstraint(
            "fund_id", "fingerprint", name=op.f("uq_bank_line_fund_id_fingerprint")
        ),
        indexed=("statement_id",),
    )
    _table(
        "bank_tie",
        _uuid("bank_line_id"),
        _uuid("transaction_id"),
        sa.Column("amount_fen", Fen(), nullable=False),
        *_recorded(),
        _demo(),
        _check("bank_tie", "amount_not_zero", "amount_fen <> 0"),
        _foreign("bank_tie", "bank_line_id", "bank_line"),
        _foreign("bank_tie", "transaction_id", "ledger_transaction"),
        sa.UniqueConstraint(
            "bank_line_id", "transaction_id", name=op.f("uq_bank_tie_bank_line_id_transaction_id")
        ),
        indexed=("bank_line_id", "transaction_id"),
    )
    _table(
        "payer_alias",
        _uuid("partner_id"),
        _text("name"),
        _text("account"),
        *_recorded(),
        _demo(),
        _check("payer_alias", "says_something", "name <> '' OR account <> ''"),
        _foreign("payer_alias", "partner_id", "partner"),
        sa.UniqueConstraint(
            "partner_id", "name", "account", name=op.f("uq_payer_alias_partner_id_name_account")
        ),
        indexed=("partner_id",),
    )


def _facility() -> None:
    _table(
        "facility",
        _uuid("fund_id"),
        _text("name"),
        _text("lender"),
        sa.Column("limit_fen", Fen(), nullable=False),
        sa.Column("rate_ppm", sa.Integer(), nullable=False),
        sa.Column("day_basis", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("matures_on", sa.Date(), nullable=False),
        *_recorded(),
        _demo(),
        _check("facility", "limit_positive", "limit_fen > 0"),
        _check("facility", "rate_not_negative", "rate_ppm >= 0"),
        _check("facility", "day_basis_known", "day_basis IN (360, 365)"),
        _check("facility", "matures_later", "matures_on > opened_on"),
        _foreign("facility", "fund_id", "fund"),
        sa.UniqueConstraint("fund_id", "name", name=op.f("uq_facility_fund_id_name")),
        indexed=("fund_id",),
    )
    _table(
        "facility_interest",
        _uuid("facility_id"),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        _uuid("expense_id"),
        *_recorded(),
        _demo(),
        _check("facility_interest", "some_days", "until > since"),
        _foreign("facility_interest", "facility_id", "facility"),
        indexed=("facility_id",),
    )


def downgrade() -> None:
    """Drop what is empty; the wider distribution_line stays, since it holds what the old one did."""
    bind = op.get_bind()
    for table in KEPT:
        if held := bind.scalar(sa.text(f"SELECT count(*) FROM {table}")):  # noqa: S608
            raise RuntimeError(f"{table} has {held} rows. Restore the backup instead.")
    for table in (
        "facility_interest",
        "facility",
        "payer_alias",
        "bank_tie",
        "bank_line",
        "bank_statement",
        "bank_account",
        "calendar_day",
        "call_part",
    ):
        op.drop_table(table)
        if bind.dialect.name == "postgresql" and table in APPEND_ONLY:
            op.execute(f"DROP FUNCTION {table}_refuse()")
