"""Bank: the fund's account, what its statements say, and which entry of the books each line is.

A statement is taken in line by line and never changed. A line is tied to the entry of the ledger
that it pays; a tie falls away by itself when its entry is reversed, since a reversed entry moved
nothing. What a statement brings, and what is booked from it, is decided in bank_matching.py.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio import funds
from portfolio.commitments import Partner
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Fen, Id, Instant, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.ledger import LedgerTransaction, Moment


# ---- facts
class StatementState(StrEnum):
    """A statement is a preview until somebody confirms it, once."""

    DRAFT = "draft"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow:
    """One line as the bank printed it."""

    number: int  # its row in the file, the first is 1
    booked_on: date
    amount_fen: int  # in is positive, out negative
    counterparty: str = ""
    account: str = ""  # of the counterparty
    memo: str = ""
    balance_fen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(StatementRow):
    """A line in the books, and what of it is tied to entries that stand."""

    id: str
    statement_id: str
    tied_fen: int

    @property
    def open_fen(self) -> int:
        """What of the line no entry explains."""
        return self.amount_fen - self.tied_fen


# ---- rules
def fingerprints(rows: Sequence[StatementRow]) -> list[str]:
    """Return what tells one line from another, wherever the file begins and ends.

    Two lines that say the same, balance included, on one day are told apart by their order.
    """
    seen: dict[str, int] = {}
    found = []
    for row in rows:
        text = "|".join(
            (
                row.booked_on.isoformat(),
                str(row.amount_fen),
                row.counterparty,
                row.account,
                row.memo,
                "" if row.balance_fen is None else str(row.balance_fen),
            )
        )
        seen[text] = seen.get(text, 0) + 1
        found.append(hashlib.sha256(f"{text}|{seen[text]}".encode()).hexdigest())
    return found


# ---- rows
class BankAccount(Row, table=True):
    """Where the partners pay to; the newest that is in force counts."""

    __tablename__ = "bank_account"
    __table_args__ = strict(
        sa.CheckConstraint("bank <> '' AND holder <> '' AND number <> ''", name="named")
    )

    fund_id: str = Field(foreign_key="fund.id", sa_type=Id, index=True)
    holder: str
    bank: str
    number: str
    clearing_code: str = ""  # 大额支付行号
    effective_date: date
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


class BankStatement(Row, table=True):
    """One file for one fund, taken in once: the same bytes find the same statement again."""

    __tablename__ = "bank_statement"
    __table_args__ = strict(
        sa.UniqueConstraint("fund_id", "sha256"),
        sa.CheckConstraint(
            "(state = 'confirmed') = (confirmed_by IS NOT NULL)", name="confirmed_by_somebody"
        ),
        sa.CheckConstraint("version > 0", name="version_positive"),
    )

    fund_id: str = Field(foreign_key="fund.id", sa_type=Id, index=True)
    sha256: str
    file_id: str = Field(foreign_key="stored_file.id", sa_type=Id)
    name: str
    state: str = Field(default=StatementState.DRAFT.value, sa_type=one_of(*StatementState))
    columns: str = "{}"  # JSON {column: field or ""}, where the headings do not say it
    closes_on: date | None = None  # the last day it speaks of, once confirmed
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    confirmed_at: datetime | None = Field(default=None, sa_type=Instant)
    confirmed_by: str | None = Field(default=None, sa_type=Id)
    is_demo: bool = False
    version: int = 1


class BankLine(Row, table=True):
    """One line of a confirmed statement."""

    __tablename__ = "bank_line"
    __table_args__ = strict(
        sa.UniqueConstraint("fund_id", "fingerprint"),
        sa.CheckConstraint("amount_fen <> 0", name="amount_not_zero"),
    )

    statement_id: str = Field(foreign_key="bank_statement.id", sa_type=Id, index=True)
    fund_id: str = Field(foreign_key="fund.id", sa_type=Id)
    number: int
    booked_on: date
    amount_fen: int = Field(sa_type=Fen)
    counterparty: str
    account: str
    memo: str
    balance_fen: int | None = Field(default=None, sa_type=Fen)
    fingerprint: str
    is_demo: bool = False


class BankTie(Row, table=True):
    """A line, or a part of it, is this entry of the ledger."""

    __tablename__ = "bank_tie"
    __table_args__ = strict(
        sa.UniqueConstraint("bank_line_id", "transaction_id"),
        sa.CheckConstraint("amount_fen <> 0", name="amount_not_zero"),
    )

    bank_line_id: str = Field(foreign_key="bank_line.id", sa_type=Id, index=True)
    transaction_id: str = Field(foreign_key="ledger_transaction.id", sa_type=Id, index=True)
    amount_fen: int = Field(sa_type=Fen)
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


class PayerAlias(Row, table=True):
    """Another name or account under which a partner pays, as a person has confirmed it."""

    __tablename__ = "payer_alias"
    __table_args__ = strict(
        sa.UniqueConstraint("partner_id", "name", "account"),
        sa.CheckConstraint("name <> '' OR account <> ''", name="says_something"),
    )

    partner_id: str = Field(foreign_key="partner.id", sa_type=Id, index=True)
    name: str
    account: str
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


# ---- commands
def open_account(
    work: Work,
    actor: Actor,
    *,
    fund_id: str,
    holder: str,
    bank: str,
    number: str,
    effective_date: date,
    clearing_code: str = "",
    is_demo: bool = False,
) -> BankAccount:
    """Record where the partners pay to from a day on; older notices keep the account they named."""
    actor.must(Duty.EDIT_FUNDS)
    fund = funds.get(work, actor, fund_id)
    if not (holder.strip() and bank.strip() and number.strip()):
        raise DomainError(
            "A bank account needs its holder, its bank and its number.",
            "Enter all three as the account agreement has them.",
        )
    row = work.add(
        BankAccount(
            fund_id=fund_id,
            holder=holder.strip(),
            bank=bank.strip(),
            number=number.strip(),
            clearing_code=clearing_code.strip(),
            effective_date=effective_date,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=is_demo or fund.is_demo,
        )
    )
    after = {"bank": row.bank, "number": row.number, "effective_date": effective_date}
    audit.write(work, actor, "bank:open_account", "fund", fund_id, after=after)
    return row


def learn(work: Work, actor: Actor, partner_id: str, row: StatementRow) -> None:
    """Keep the name and account under which a partner paid, so that it is known next time."""
    name, account = row.counterparty.strip(), row.account.strip()
    found = sa.select(col(PayerAlias.id)).where(
        col(PayerAlias.partner_id) == partner_id,
        col(PayerAlias.name) == name,
        col(PayerAlias.account) == account,
    )
    if not (name or account) or work.scalar(found):
        return
    work.add(
        PayerAlias(
            partner_id=partner_id,
            name=name,
            account=account,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
        )
    )
    after = {"name": name, "account": account}
    audit.write(work, actor, "bank:learn_payer", "partner", partner_id, after=after)


# ---- reads
def account(work: Work, fund_id: str, *, on: date) -> BankAccount | None:
    """Return the account in force on a day, None where none was recorded."""
    found: BankAccount | None = (
        work.session.execute(
            sa.select(BankAccount)
            .where(col(BankAccount.fund_id) == fund_id, col(BankAccount.effective_date) <= on)
            .order_by(col(BankAccount.effective_date).desc(), col(BankAccount.id).desc())
            .limit(1)
        )
        .scalars()
        .first()
    )
    return found


def statement(work: Work, fund_id: str, statement_id: str) -> BankStatement:
    """Return a statement of this fund, or answer as if it were not there."""
    row = work.session.get(BankStatement, statement_id)
    if row is None or row.fund_id != fund_id:
        raise NotFoundError
    return row


def statements(work: Work, fund_id: str) -> list[BankStatement]:
    """Return the fund's statements, newest first."""
    found = (
        sa.select(BankStatement)
        .where(col(BankStatement.fund_id) == fund_id)
        .order_by(col(BankStatement.id).desc())
    )
    return list(work.session.execute(found).scalars())


def lines(
    work: Work, moment: Moment, fund_id: str, *, statement_id: str | None = None
) -> list[Line]:
    """Return the lines up to the moment's day, by day and order, with what stands behind them.

    A tie to an entry that the moment does not hold, or that was reversed, ties nothing.
    """
    undone = sa.select(col(LedgerTransaction.supersedes)).where(
        col(LedgerTransaction.supersedes).is_not(None), moment.holds()
    )
    tied = (
        sa.select(
            col(BankTie.bank_line_id).label("line_id"),
            sa.func.sum(col(BankTie.amount_fen)).label("fen"),
        )
        .join(LedgerTransaction, col(LedgerTransaction.id) == col(BankTie.transaction_id))
        .where(moment.holds(), col(LedgerTransaction.id).not_in(undone))
        .group_by(col(BankTie.bank_line_id))
        .subquery()
    )
    statement = (
        sa.select(BankLine, sa.func.coalesce(tied.c.fen, 0))
        .outerjoin(tied, tied.c.line_id == col(BankLine.id))
        .where(col(BankLine.fund_id) == fund_id, col(BankLine.booked_on) <= moment.as_of)
        .order_by(col(BankLine.booked_on), col(BankLine.statement_id), col(BankLine.number))
    )
    if statement_id is not None:
        statement = statement.where(col(BankLine.statement_id) == statement_id)
    return [
        Line(
            id=row.id,
            statement_id=row.statement_id,
            number=row.number,
            booked_on=row.booked_on,
            amount_fen=row.amount_fen,
            counterparty=row.counterparty,
            account=row.account,
            memo=row.memo,
            balance_fen=row.balance_fen,
            tied_fen=int(tied_fen),
        )
        for row, tied_fen in work.rows(statement)
    ]


def payers(work: Work, fund_id: str) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Return {partner: (names, accounts)} under which each partner of a fund pays."""
    names: dict[str, set[str]] = {}
    accounts: dict[str, set[str]] = {}
    for partner in work.session.execute(
        sa.select(Partner).where(col(Partner.fund_id) == fund_id)
    ).scalars():
        names[partner.id] = {partner.name, partner.name_en} - {""}
        accounts[partner.id] = set()
    for alias in work.session.execute(
        sa.select(PayerAlias).where(col(PayerAlias.partner_id).in_(list(names)))
    ).scalars():
        names[alias.partner_id] |= {alias.name} - {""}
        accounts[alias.partner_id] |= {alias.account} - {""}
    return {
        partner_id: (frozenset(names[partner_id]), frozenset(accounts[partner_id]))
        for partner_id in names
    }
