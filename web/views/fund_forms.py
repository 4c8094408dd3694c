"""The forms of a fund's acts."""

import sqlalchemy as sa
from sqlmodel import col

from portfolio import calls, expenses, funds
from portfolio.calls import CallLine, CapitalCall, LinePosition
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, NotFoundError, say
from portfolio.ledger import LedgerTransaction
from web.formats import Reader
from web.templating import Page
from web.views.act_forms import (
    CORRECTION,
    REASON,
    ActForm,
    Field,
    choice,
    day,
    in_yuan,
    money,
)
from web.views.fund_ledger import entry_rows
from web.views.fund_words import (
    COST_NAMES,
    FUND_KINDS,
    INCOME_NAMES,
    PARTNER_KINDS,
    line_name,
)
from web.views.funds import Opened
from web.views.holdings import named

MEMO = Field(name="memo", label=say("Note"), required=False, longest=200)
CODE_HINT = say("Letters, digits and hyphens; it stands in reports and addresses.")


# ---- funds and partners
def new_fund(page: Page) -> ActForm:
    """Ask for a new fund."""
    return ActForm(
        title=say("New fund"),
        subject="",
        action="/funds",
        back="/funds",
        yes=say("Record the fund"),
        fields=(
            Field(name="code", label=say("Code"), hint=CODE_HINT, longest=20),
            Field(name="name", label=say("Name")),
            Field(name="name_en", label=say("English name"), required=False),
            choice("kind", say("Kind"), {k.value: v for k, v in FUND_KINDS.items()}, value="sub"),
            money("size", say("Registered size"), required=False, unit="yi"),
            day("announced_on", say("Announced"), page.today),
            day("inception_on", say("Inception"), page.today),
            Field(
                name="investment_period_ends_on",
                label=say("Investment period ends"),
                kind="date",
                required=False,
            ),
            Field(name="ends_on", label=say("Term ends"), kind="date", required=False),
            Field(name="sponsors", label=say("Sponsors"), required=False, longest=200),
            Field(name="focus", label=say("Focus"), required=False, longest=200),
        ),
    )


def form(
    reader: Reader,
    opened: Opened,
    title: Message,
    path: str,
    yes: Message,
    *fields: Field,
    tab: str = "",
    **more: object,
) -> ActForm:
    """Return a form on a fund: where it goes and where it came from follow from the path."""
    base = f"/funds/{opened.fund.code}"
    return ActForm(
        title=title,
        subject=named(reader, opened.fund.name, opened.fund.name_en),
        action=f"{base}/{path}",
        back=f"{base}?tab={tab}" if tab else base,
        yes=yes,
        fields=fields,
        **more,  # type: ignore[arg-type] # the keyword fields of ActForm
    )


def new_partner(work: Work, reader: Reader, page: Page, opened: Opened, actor: Actor) -> ActForm:
    """Ask for a partner: a firm by its name, or one of our funds."""
    others: dict[str, str | Message] = {"": say("An organisation, by its name")}
    for fund in funds.listed(work, actor):
        if fund.id != opened.fund.id:
            others[fund.id] = named(reader, fund.name, fund.name_en)
    return form(
        reader,
        opened,
        say("Admit a partner"),
        "partners",
        say("Admit the partner"),
        choice(
            "investor_fund_id",
            say("Investor"),
            others,
            hint=say("A fund of this district keeps the holding in its own books by itself."),
        ),
        Field(name="name", label=say("Name"), hint=say("As in the partnership agreement.")),
        Field(name="code", label=say("Code"), hint=CODE_HINT, longest=20),
        choice("kind", say("Kind"), {k.value: v for k, v in PARTNER_KINDS.items()}, value="lp"),
        money("committed", say("Commitment"), unit="yi"),
        day("effective_date", say("Effective date"), page.today),
    )


# ---- calls and receipts
def line_of(work: Work, opened: Opened, call_line_id: str) -> tuple[LinePosition, CapitalCall]:
    """Return a line of a call of this fund, or answer as if it were not there."""
    found = calls.lines(work, calls.EVER, col(CallLine.id) == call_line_id)
    if not found:
        raise NotFoundError
    return found[0], call_of(work, opened, found[0].call_id)


def call_of(work: Work, opened: Opened, call_id: str) -> CapitalCall:
    """Return a call of this fund, or answer as if it were not there."""
    made = work.session.get(CapitalCall, call_id)
    if made is None or made.fund_id != opened.fund.id:
        raise NotFoundError
    return made


def receipt(work: Work, reader: Reader, page: Page, opened: Opened, call_line_id: str) -> ActForm:
    """Ask what arrived for one line."""
    line, made = line_of(work, opened, call_line_id)
    return form(
        reader,
        opened,
        say("Record a receipt"),
        f"call-lines/{line.id}/receipt",
        say("Book the receipt"),
        money("amount", say("Amount received"), value=in_yuan(line.outstanding_fen), unit="yuan"),
        day("received_on", say("Received on"), page.today, hint=say("As on the bank statement.")),
        CORRECTION,
        tab="calls",
        facts=(
            (say("Call"), f"{made.number} · {reader.date(made.called_on)}"),
            (say("Partner"), named(reader, line.name, line.name_en)),
            (say("Asked for"), reader.exact(line.amount_fen)),
            (say("Outstanding"), reader.exact(line.outstanding_fen)),
        ),
    )


def all_receipts(work: Work, reader: Reader, page: Page, opened: Opened, call_id: str) -> ActForm:
    """Ask on which day all that is outstanding of a call arrived."""
    made = call_of(work, opened, call_id)
    lines = calls.lines(work, calls.EVER, col(CallLine.call_id) == call_id)
    left = [line for line in lines if line.outstanding_fen]
    return form(
        reader,
        opened,
        say("Record all receipts of a call"),
        f"calls/{call_id}/receipts",
        say("Book all receipts"),
        day("received_on", say("Received on"), page.today, hint=say("As on the bank statement.")),
        CORRECTION,
        tab="calls",
        facts=(
            (say("Call"), f"{made.number} · {reader.date(made.called_on)}"),
            (say("Outstanding"), reader.exact(sum(line.outstanding_fen for line in left))),
            *(
                (
                    named(reader, line.name, line.name_en),
                    reader.exact(line.outstanding_fen),
                )
                for line in left
            ),
        ),
    )


# ---- fees, costs, income
def new_expense(reader: Reader, page: Page, opened: Opened) -> ActForm:
    """Ask for a fee or cost."""
    return form(
        reader,
        opened,
        say("Book a fee or cost"),
        "expenses",
        say("Book it"),
        choice("line", say("Kind"), {str(int(k)): v for k, v in COST_NAMES.items()}),
        money("amount", say("Amount")),
        day("effective_date", say("Incurred on"), page.today),
        Field(
            name="paid_on",
            label=say("Paid on"),
            kind="date",
            required=False,
            hint=say("Leave it empty while it is still owed."),
        ),
        MEMO,
        CORRECTION,
        tab="expenses",
    )


def new_income(reader: Reader, page: Page, opened: Opened) -> ActForm:
    """Ask for income that belongs to no holding."""
    return form(
        reader,
        opened,
        say("Book income"),
        "incomes",
        say("Book it"),
        choice("line", say("Kind"), {str(int(k)): v for k, v in INCOME_NAMES.items()}),
        money("amount", say("Amount")),
        day("effective_date", say("Received on"), page.today),
        MEMO,
        CORRECTION,
        tab="expenses",
    )


def expense_of(work: Work, opened: Opened, expense_id: str) -> expenses.Expense:
    """Return an expense of this fund, or answer as if it were not there."""
    found = expenses.get(work, expense_id)
    if found.fund_id != opened.fund.id:
        raise NotFoundError
    return found


def payment(work: Work, reader: Reader, page: Page, opened: Opened, expense_id: str) -> ActForm:
    """Ask what was paid of an expense."""
    owed = expense_of(work, opened, expense_id)
    return form(
        reader,
        opened,
        say("Pay what is owed"),
        f"expenses/{expense_id}/payment",
        say("Book the payment"),
        money("amount", say("Amount"), value=in_yuan(owed.owed_fen), unit="yuan"),
        day("paid_on", say("Paid on"), page.today),
        CORRECTION,
        tab="expenses",
        facts=(
            (say("Kind"), reader.say(line_name(owed.line))),
            (say("Incurred on"), reader.date(owed.booked_on)),
            (say("Still owed"), reader.exact(owed.owed_fen)),
        ),
    )


# ---- investments, closing, reversal
def new_investment(reader: Reader, page: Page, opened: Opened) -> ActForm:
    """Ask for a holding in a firm."""
    return form(
        reader,
        opened,
        say("New investment"),
        "investments",
        say("Record the investment"),
        Field(name="firm", label=say("Firm"), hint=say("Its registered name.")),
        Field(name="code", label=say("Code"), hint=CODE_HINT, longest=20),
        Field(name="instrument", label=say("Instrument"), required=False),
        day("decided_on", say("Decided on"), page.today),
        tab="",
    )


def entry_of(work: Work, opened: Opened, transaction_id: str) -> LedgerTransaction:
    """Return an entry of this fund's books, or answer as if it were not there."""
    found = work.session.execute(
        sa.select(LedgerTransaction).where(
            col(LedgerTransaction.id) == transaction_id,
            col(LedgerTransaction.fund_id) == opened.fund.id,
        )
    ).scalar()
    if not isinstance(found, LedgerTransaction):
        raise NotFoundError
    return found


def reversal(work: Work, reader: Reader, opened: Opened, transaction_id: str) -> ActForm:
    """Restate an entry before it is undone."""
    entry = entry_rows(work, reader, [entry_of(work, opened, transaction_id)], may_edit=True)[0]
    return form(
        reader,
        opened,
        say("Reverse entry {seq}", seq=str(entry.seq)),
        f"entries/{transaction_id}/reversal",
        say("Reverse the entry"),
        REASON,
        CORRECTION,
        tab="ledger",
        facts=(
            (say("Entry"), reader.say(entry.name)),
            (say("Effective date"), reader.date(entry.effective_date)),
            (say("Amount"), reader.exact(entry.size_fen)),
            *(
                (line.account, f"{line.detail} {reader.money(line.amount_fen, 'yuan', sign=True)}")
                for line in entry.postings
            ),
        ),
        warning=say(
            "Nothing is deleted: a mirror entry of the same date undoes it, and every book that "
            "followed it is undone too."
        ),
        is_final=True,
        is_danger=True,
    )
