"""Close checks: what must hold before a quarter is locked, each with its figure and its findings.

The list is open upwards: a floor above adds what it knows (`require`), such as a sealed snapshot of
landing, and the command that locks asks every one of them, whatever page or program called it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import col

from portfolio import book_checks, investments, ledger, marks, reconciliation
from portfolio.accounts import Line
from portfolio.book_checks import Check
from portfolio.book_parts import Finding
from portfolio.commitments import Partner
from portfolio.funds import Fund
from portfolio.investments import InvestmentKind
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Fen as Yuan
from portfolio.kernel.errors import Message, say
from portfolio.ledger import Moment
from portfolio.locks import PeriodLock
from valuation.figures import Undefined
from valuation.periods import Quarter


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class CloseCheck:
    """One line of the checklist: green without findings."""

    code: str
    name: Message
    figure: Message  # what was looked at, in one figure
    findings: tuple[Finding, ...]


Looks = Callable[[Work, Fund, Quarter], Iterable[CloseCheck]]


# ---- the list
def check(work: Work, fund: Fund, quarter: Quarter) -> list[CloseCheck]:
    """Return every check of a quarter, in the order of the checklist."""
    return [found for look in _required for found in look(work, fund, quarter)]


def require(look: Looks) -> Looks:
    """Add a check of a floor above; it then stands in the way of every close."""
    if look not in _required:
        _required.append(look)
    return look


# ---- the books
BOOKS: Mapping[int, tuple[str, Callable[[Mapping[str, int]], Message]]] = {
    1: (
        "ledger",
        lambda of: say(
            "{transactions} entries, {postings} postings",
            transactions=of["transactions"],
            postings=of["postings"],
        ),
    ),
    2: ("nav", lambda of: say("NAV {nav}", nav=Yuan(of["net_assets_fen"]))),
    3: (
        "parts",
        lambda of: say(
            "{calls} calls, {receipts} receipts, {distributions} distributions",
            calls=of["calls"],
            receipts=of["receipts"],
            distributions=of["distributions"],
        ),
    ),
    4: (
        "limits",
        lambda of: say(
            "Cash {cash}, unfunded {unfunded}",
            cash=Yuan(of["cash_fen"]),
            unfunded=Yuan(of["unfunded_fen"]),
        ),
    ),
    5: (
        "mother",
        lambda of: say(
            "{count} accounts in funds, carried at {carried}",
            count=of["holdings_in_funds"],
            carried=Yuan(of["carried_fen"]),
        ),
    ),
}


def _books(work: Work, fund: Fund, quarter: Quarter) -> Iterable[CloseCheck]:
    for found in book_checks.check(work, Moment(as_of=quarter.end), fund_id=fund.id):
        yield _of_books(found)


def _of_books(found: Check) -> CloseCheck:
    code, figure = BOOKS.get(found.number, (f"book_{found.number}", lambda of: say("{n}", n=of)))
    return CloseCheck(
        code=code, name=found.name, figure=figure(found.figures), findings=found.findings
    )


def _bank(work: Work, fund: Fund, quarter: Quarter) -> Iterable[CloseCheck]:
    """Compare the books with the bank, from the first statement that was taken in.

    A fund whose statements are not kept here is reconciled elsewhere, and the figure says so.
    """
    found = reconciliation.reconcile(work, Moment(as_of=quarter.end), fund.id)
    balance = found.statement_fen
    yield CloseCheck(
        code="bank",
        name=say("The cash of the books is that of the bank statements"),
        figure=say("No bank statement of this fund is kept")
        if isinstance(balance, Undefined)
        else say(
            "Books {books}, bank {bank}, rows that differ: {count}",
            books=Yuan(found.ledger_fen),
            bank=Yuan(balance),
            count=len(found.differences),
        ),
        findings=() if found.begins_on is None else found.findings,
    )


def _marks(work: Work, fund: Fund, quarter: Quarter) -> Iterable[CloseCheck]:
    moment = Moment(as_of=quarter.end)
    held = [
        position
        for position in investments.positions(work, moment, fund.id)
        if position.kind is InvestmentKind.FIRM and (position.cost_fen or position.fair_value_fen)
    ]
    newest = marks.latest(work, moment, [position.investment_id for position in held])
    findings = []
    for position in held:
        mark = newest.get(position.investment_id)
        if mark is None or mark.as_of != moment.as_of:
            what = say("{name} has no approved mark for {on}.", name=position.name, on=moment.as_of)
            findings.append(
                Finding(fund=fund.code, on=moment.as_of, subject=position.code, what=what)
            )
    yield CloseCheck(
        code="marks",
        name=say("Each holding has an approved mark of the last day"),
        figure=say(
            "{marked} of {held} holdings marked at {on}",
            marked=len(held) - len(findings),
            held=len(held),
            on=moment.as_of,
        ),
        findings=tuple(findings),
    )


def _carry(work: Work, fund: Fund, quarter: Quarter) -> Iterable[CloseCheck]:
    """Carry moves from the partners to the general partner: over all of them it adds up to nothing.

    What is paid of it leaves through cash and is checked with the distributions.
    """
    booked = ledger.capital_by_line(work, Moment(as_of=quarter.end), fund_id=fund.id)
    lines = {int(Line.CARRY_ACCRUED), int(Line.CARRY_EARNED)}
    moved = [fen for (_, line), fen in booked.items() if line in lines]
    over = sum(moved)
    what = say("Carried interest over all partners is {over}, not nothing.", over=Yuan(over))
    found = Finding(fund=fund.code, on=quarter.end, subject=fund.code, what=what)
    yield CloseCheck(
        code="carry",
        name=say("Carried interest is conserved between the partners"),
        figure=say("Accrued and earned {carry}", carry=Yuan(sum(f for f in moved if f > 0))),
        findings=(found,) if over else (),
    )


def _below(work: Work, fund: Fund, quarter: Quarter) -> Iterable[CloseCheck]:
    # A fund below that is still open could move these books after they were closed.
    last = sa.func.max(col(PeriodLock.ends_on))
    rows = work.rows(
        sa.select(col(Fund.name), last)
        .join(Partner, col(Partner.fund_id) == col(Fund.id))
        .outerjoin(PeriodLock, col(PeriodLock.fund_id) == col(Fund.id))
        .where(col(Partner.investor_fund_id) == fund.id)
        .group_by(col(Fund.id), col(Fund.name))
    )
    findings = [
        Finding(
            fund=fund.code,
            on=quarter.end,
            subject=name,
            what=say(
                "{name}, which this fund holds, is not closed to {on}.", name=name, on=quarter.end
            ),
        )
        for name, ends_on in rows
        if ends_on is None or ends_on < quarter.end
    ]
    if not rows:
        return
    yield CloseCheck(
        code="below",
        name=say("Each fund that this one holds is closed"),
        figure=say("{closed} of {count} closed", closed=len(rows) - len(findings), count=len(rows)),
        findings=tuple(findings),
    )


_required: list[Looks] = [_books, _bank, _marks, _carry, _below]
