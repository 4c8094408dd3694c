"""Book checks: the five invariants of the books (DOMAIN.md §2), recomputed from the rows.

The triggers and the commands keep them; this proves it, on every day on which the books moved and
so on every day. Nothing is read from a stored balance, since there is none.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from portfolio import book_parts, capital, ledger, memo_rows, unfunded
from portfolio.accounts import ASSETS, LIABILITIES, AccountCode, Line
from portfolio.book_parts import Finding
from portfolio.call_types import OUTSIDE
from portfolio.commitments import Commitment, Partner
from portfolio.funds import Fund
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Fen as Yuan
from portfolio.kernel.errors import Message, say
from portfolio.ledger import LedgerPosting, LedgerTransaction, Moment
from portfolio.memo_rows import MemoRow
from portfolio.moved import OF_UNFUNDED

HELD = (AccountCode.INVESTMENTS_COST, AccountCode.INVESTMENTS_UNREALISED)
ON_THE_SHEET = frozenset(account.value for account in (*ASSETS, *LIABILITIES))


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One invariant: what was looked at, and every place where it does not hold."""

    number: int
    name: Message
    figures: Mapping[str, int]  # what was counted; names end in _fen where it is money
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """What moved on one day in one place of a fund's books, debit positive."""

    fund_id: str
    account: str
    partner_id: str | None
    partner_fund_id: str | None
    line: int | None
    purpose: str
    investment_id: str | None
    on: date
    fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """All that the checks look at, read once."""

    moment: Moment
    codes: Mapping[str, str]  # {fund: code} of the funds asked about
    partners: Mapping[str, Partner]  # of every fund: a mother's account lies in another
    movements: tuple[Movement, ...]


Days = dict[date, int]


# ---- rules
def running(days: Mapping[date, int]) -> Iterator[tuple[date, int]]:
    """Yield the balance at the close of each day on which it moved."""
    balance = 0
    for on in sorted(days):
        balance += days[on]
        yield on, balance


def first_below_zero(days: Mapping[date, int]) -> tuple[date, int] | None:
    """Return the first day that closes below zero, with its balance."""
    return next(((on, balance) for on, balance in running(days) if balance < 0), None)


def first_difference(left: Mapping[date, int], right: Mapping[date, int]) -> date | None:
    """Return the first day on which two balances part."""
    apart = {on: left.get(on, 0) - right.get(on, 0) for on in {*left, *right}}
    return next((on for on, balance in running(apart) if balance), None)


def at(days: Mapping[date, int], on: date) -> int:
    """Return the balance at the close of a day."""
    return sum(fen for day, fen in days.items() if day <= on)


def _add(to: dict[str, Days], key: str, on: date, fen: int) -> None:
    days = to.setdefault(key, {})
    days[on] = days.get(on, 0) + fen


# ---- reads
def check(work: Work, moment: Moment | None = None, *, fund_id: str | None = None) -> list[Check]:
    """Return the five invariants for all funds, or for one and its ties to the others.

    moment  up to which day, and as known at which number; default: all that is booked
    """
    books = _read(work, moment or Moment(as_of=date.max), fund_id)
    return [
        _balanced(work, books, fund_id),
        _nav(books),
        _parts(work, books),
        _within_limits(work, books),
        _followed(books),
    ]


def _read(work: Work, moment: Moment, fund_id: str | None) -> Books:
    codes = {row[0]: row[1] for row in work.rows(sa.select(col(Fund.id), col(Fund.code)))}
    place = (
        col(LedgerPosting.fund_id),
        col(LedgerPosting.account),
        col(LedgerPosting.partner_id),
        col(Partner.fund_id),
        col(LedgerPosting.line),
        col(LedgerPosting.purpose),
        col(LedgerPosting.investment_id),
        col(LedgerTransaction.effective_date),
    )
    moved = work.rows(
        ledger.entries(*place, sa.func.sum(col(LedgerPosting.amount_fen)))
        .outerjoin(Partner, col(Partner.id) == col(LedgerPosting.partner_id))
        .where(moment.holds())
        .group_by(*place)
    )
    return Books(
        moment=moment,
        codes={fund: code for fund, code in codes.items() if fund_id in {None, fund}},
        partners={row.id: row for row in work.session.execute(sa.select(Partner)).scalars()},
        movements=tuple(
            Movement(
                fund_id=row[0],
                account=row[1],
                partner_id=row[2],
                partner_fund_id=row[3],
                line=row[4],
                purpose=row[5],
                investment_id=row[6],
                on=row[7],
                fen=int(row[8]),
            )
            for row in moved
        ),
    )


# ---- 1
def _balanced(work: Work, books: Books, fund_id: str | None) -> Check:
    foreign = sa.case((col(LedgerPosting.fund_id) != col(LedgerTransaction.fund_id), 1), else_=0)
    count, fen = sa.func.count(), sa.func.sum(col(LedgerPosting.amount_fen))
    header = (
        col(LedgerTransaction.seq),
        col(LedgerTransaction.fund_id),
        col(LedgerTransaction.effective_date),
        col(LedgerTransaction.lines),
    )
    rows = work.rows(
        ledger.entries(*header, count, fen, sa.func.sum(foreign))
        .where(books.moment.holds(), col(LedgerTransaction.fund_id).in_(books.codes))
        .group_by(*header)
        .order_by(col(LedgerTransaction.seq))
    )
    findings = []
    for seq, fund, on, lines, found, total, strangers in rows:
        what: list[Message] = []
        if total:
            what.append(say("The postings sum to {sum}, not to zero.", sum=Yuan(int(total))))
        if lines != found:
            what.append(
                say("It counts {lines} postings and has {found}.", lines=lines, found=found)
            )
        if strangers:
            what.append(say("A posting belongs to another fund."))
        findings += [
            Finding(fund=books.codes[fund], on=on, subject=str(seq), what=each) for each in what
        ]
    if fund_id is None:
        findings += _gaps(work, books.moment)
    figures = {"transactions": len(rows), "postings": sum(row[4] for row in rows)}
    name = say("The postings of each transaction sum to zero")
    return Check(number=1, name=name, figures=figures, findings=tuple(findings))


def _gaps(work: Work, moment: Moment) -> list[Finding]:
    seq = col(LedgerTransaction.seq)
    count, last = sa.func.count(), sa.func.coalesce(sa.func.max(seq), 0)
    statement = sa.select(count, last)
    if moment.known_seq is not None:
        statement = statement.where(seq <= moment.known_seq)
    found, newest = work.rows(statement)[0]
    if found == newest:
        return []
    what = say("The newest number is {newest}, but there are {found}.", newest=newest, found=found)
    return [Finding(fund="", on=None, subject=str(newest), what=what)]


# ---- 2
def _nav(books: Books) -> Check:
    net: dict[str, Days] = {fund: {} for fund in books.codes}
    owned: dict[str, Days] = {fund: {} for fund in books.codes}
    for moved in books.movements:
        if moved.fund_id in net and moved.account in ON_THE_SHEET:
            _add(net, moved.fund_id, moved.on, moved.fen)
        if moved.partner_fund_id in owned:
            _add(owned, moved.partner_fund_id, moved.on, -moved.fen)
    findings = []
    for fund, code in books.codes.items():
        on = first_difference(net[fund], owned[fund])
        if on is not None:
            what = say(
                "Assets less liabilities are {net}; the partners' accounts add up to {capital}.",
                net=Yuan(at(net[fund], on)),
                capital=Yuan(at(owned[fund], on)),
            )
            findings.append(Finding(fund=code, on=on, subject=code, what=what))
    return Check(
        number=2,
        name=say("Assets less liabilities are the sum of the partners' accounts: the NAV"),
        figures={
            "funds": len(books.codes),
            "days": len({on for days in net.values() for on in days}),
            "net_assets_fen": sum(sum(days.values()) for days in net.values()),
            "partners_capital_fen": sum(sum(days.values()) for days in owned.values()),
        },
        findings=tuple(findings),
    )


# ---- 3
def _parts(work: Work, books: Books) -> Check:
    # A fee or an allocation has no total beside its transaction, so check 1 is theirs.
    counts, findings = book_parts.compare(work, books.moment, books.codes)
    name = say("The parts of each call, receipt and distribution add up to its total")
    return Check(number=3, name=name, figures=counts, findings=tuple(findings))


# ---- 4
def _within_limits(work: Work, books: Books) -> Check:
    cash: dict[str, Days] = {}
    room: dict[str, Days] = {}
    for moved in books.movements:
        if moved.account == AccountCode.CASH:
            _add(cash, moved.fund_id, moved.on, moved.fen)
        back = moved.purpose.startswith(unfunded.RECALLABLE)
        paid_in = moved.line == Line.CONTRIBUTIONS and not moved.purpose.startswith(OUTSIDE)
        over = moved.line == Line.PARTNER_TRANSFERS and moved.purpose in OF_UNFUNDED
        if moved.partner_id and (paid_in or back or over):
            _add(room, moved.partner_id, moved.on, moved.fen)
    promised = sa.select(
        col(Commitment.partner_id), col(Commitment.effective_date), col(Commitment.amount_fen)
    ).where(
        col(Commitment.effective_date) <= books.moment.as_of,
        capital.known(books.moment, col(Commitment.recorded_at)),
    )
    for partner_id, on, fen in work.rows(promised):
        _add(room, partner_id, on, int(fen))
    for memo in work.session.execute(
        sa.select(MemoRow).where(
            col(MemoRow.sheet_row).in_(memo_rows.UNFUNDED_ROWS), memo_rows.holds(books.moment)
        )
    ).scalars():
        _add(room, memo.partner_id, memo.effective_date, memo.amount_fen)
    findings = []
    for fund, code in books.codes.items():
        if below := first_below_zero(cash.get(fund, {})):
            what = say("The fund's cash is {short} short.", short=Yuan(-below[1]))
            findings.append(Finding(fund=code, on=below[0], subject=code, what=what))
    asked = [partner for partner in books.partners.values() if partner.fund_id in books.codes]
    for partner in asked:
        if below := first_below_zero(room.get(partner.id, {})):
            what = say(
                "{partner} has paid in {over} more than it has committed.",
                partner=partner.name,
                over=Yuan(-below[1]),
            )
            code = books.codes[partner.fund_id]
            findings.append(Finding(fund=code, on=below[0], subject=partner.code, what=what))
    figures = {
        "funds": len(books.codes),
        "partners": len(asked),
        "cash_fen": sum(sum(cash.get(fund, {}).values()) for fund in books.codes),
        "unfunded_fen": sum(sum(room.get(partner.id, {}).values()) for partner in asked),
    }
    name = say("No partner has paid in more than it committed, no fund spent more than its cash")
    return Check(number=4, name=name, figures=figures, findings=tuple(findings))


# ---- 5
def _followed(books: Books) -> Check:
    navs: dict[str, Days] = {}
    carried: dict[str, Days] = {}
    for moved in books.movements:
        if moved.partner_id:
            _add(navs, moved.partner_id, moved.on, -moved.fen)
        if moved.investment_id and moved.account in HELD:
            _add(carried, moved.investment_id, moved.on, moved.fen)
    tied = [
        partner
        for partner in books.partners.values()
        if partner.investor_fund_id is not None
        and {partner.fund_id, partner.investor_fund_id} & set(books.codes)
    ]
    findings = []
    for partner in tied:
        nav = navs.get(partner.id, {})
        value = carried.get(partner.holding_id or "", {})
        on = first_difference(nav, value)
        if on is not None:
            what = say(
                "The fund above carries its holding at {carried}; its account here is {nav}.",
                carried=Yuan(at(value, on)),
                nav=Yuan(at(nav, on)),
            )
            code = books.codes.get(partner.fund_id) or books.codes[str(partner.investor_fund_id)]
            findings.append(Finding(fund=code, on=on, subject=partner.code, what=what))
    figures = {
        "holdings_in_funds": len(tied),
        "accounts_fen": sum(sum(navs.get(partner.id, {}).values()) for partner in tied),
        "carried_fen": sum(
            sum(carried.get(partner.holding_id or "", {}).values()) for partner in tied
        ),
    }
    name = say("A fund carries its holding in another fund at the account it has there")
    return Check(number=5, name=name, figures=figures, findings=tuple(findings))
