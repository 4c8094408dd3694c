"""Checks before publication: the report against the books, to the fen, and its own wording.

What concerns the fund as a whole is read once (`read`); the checks of one partner's report are then
pure, so a pack does not recompute the books for each of them. A new check is a function more in
`CHECKS`, or in `ON_THE_BOOKS` where it has to read.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from dealflow import dispatch
from portfolio import book_checks, calls, distributions, locks, marks
from portfolio.accounts import ASSETS, LIABILITIES, AccountCode
from portfolio.capital import CapitalAccounts
from portfolio.funds import Fund
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Fen, Message, say
from portfolio.ledger import Moment
from web.reports.letter import foretold
from web.reports.report import Check, LpReport, Outcome
from web.templating import translations

HELD = (AccountCode.INVESTMENTS_COST, AccountCode.INVESTMENTS_UNREALISED)


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What the books of the fund say, and the checks that concern all of its reports alike."""

    balances: Mapping[AccountCode, int]
    checks: tuple[Check, ...]
    is_sealed: bool  # the half month of landing that ends with the quarter


# ---- reads
def read(
    work: Work,
    moment: Moment,
    fund: Fund,
    balances: Mapping[AccountCode, int],
    accounts: CapitalAccounts,
) -> Books:
    """Read the fund's side. Sentences name no partner and no partner's amount."""
    found = [_accounts(balances, accounts)]
    for check in ON_THE_BOOKS:
        found.extend(check(work, moment, fund))
    return Books(
        balances=balances,
        checks=tuple(found),
        is_sealed=dispatch.is_sealed(work, moment.as_of),
    )


def _accounts(balances: Mapping[AccountCode, int], accounts: CapitalAccounts) -> Check:
    return _proof(
        "accounts",
        sum(one.amounts.nav_fen for one in accounts.accounts)
        == -balances[AccountCode.PARTNERS_CAPITAL],
        say("The partners' accounts add up to the fund's NAV"),
        say("The partners' accounts do not add up to the fund's NAV"),
    )


def _splits(work: Work, moment: Moment, fund: Fund) -> Iterator[Check]:
    called = calls.calls(work, moment, fund.id)
    paid = distributions.distributions(work, moment, fund.id)
    yield _proof(
        "splits",
        all(one.total_fen == sum(line.amount_fen for line in one.lines) for one in called)
        and all(one.total_fen == sum(part.amount_fen for part in one.parts) for one in paid),
        say(
            "Calls and distributions are shared out to the fen: {calls} and {paid}",
            calls=len(called),
            paid=len(paid),
        ),
        say("A call or a distribution is not the sum of its parts"),
    )


def _invariants(work: Work, moment: Moment, fund: Fund) -> Iterator[Check]:
    invariants = book_checks.check(work, moment, fund_id=fund.id)
    broken = sum(len(one.findings) for one in invariants)
    yield _proof(
        "books",
        not broken,
        say("The invariants of the books hold: {count} of {count}", count=len(invariants)),
        say("The book checks have {count} findings", count=broken),
    )


def _closed(work: Work, moment: Moment, fund: Fund) -> Iterator[Check]:
    yield _proof(
        "closed",
        locks.is_locked(work, fund.id, moment.as_of),
        say("The quarter's books are closed"),
        say("The quarter's books are not closed: no report on it can be locked"),
        Outcome.NOTICE,  # the lock itself is refused by the command
    )


# ---- rules
def checks(books: Books, report: LpReport) -> tuple[Check, ...]:
    """Return every check of one partner's report with its outcome."""
    own = [check for check_ in CHECKS for check in check_(books, report)]
    return (*own[:3], *books.checks, *own[3:])


def _ties(books: Books, report: LpReport) -> Iterator[Check]:
    balances = books.balances
    net_fen = sum(balances[account] for account in (*ASSETS, *LIABILITIES))
    nav_fen = report.now.fund.amounts.nav_fen
    yield _proof(
        "nav",
        report.bridge.closing == nav_fen == net_fen,
        say("NAV equals assets less liabilities: {nav}", nav=Fen(nav_fen)),
        say("NAV is {nav}, assets less liabilities {net}", nav=Fen(nav_fen), net=Fen(net_fen)),
    )
    ending = report.row(95)
    own_fen = report.now.partner.amounts.nav_fen
    agree = {ending.fund.qtd_fen, ending.fund.ytd_fen, ending.fund.itd_fen} == {nav_fen}
    agree &= {ending.partner.qtd_fen, ending.partner.ytd_fen, ending.partner.itd_fen} == {own_fen}
    yield _proof(
        "statement",
        agree,
        say("Every column of the account ends at NAV"),
        say("A column of the account does not end at NAV"),
    )
    value_fen = sum(one.fair_value_fen for one in report.holdings)
    held_fen = sum(balances[account] for account in HELD)
    yield _proof(
        "investments",
        value_fen == held_fen,
        say("The investments add up to the books: {value}", value=Fen(value_fen)),
        say(
            "The investments say {value}, the books {held}",
            value=Fen(value_fen),
            held=Fen(held_fen),
        ),
    )


def _chains(books: Books, report: LpReport) -> Iterator[Check]:
    cost_fen = sum(one.cost_fen for one in report.chains)
    booked_fen = books.balances[AccountCode.INVESTMENTS_COST]
    yield _proof(
        "chains",
        cost_fen == booked_fen,
        say("The chains and what belongs to none add up to cost: {cost}", cost=Fen(cost_fen)),
        say(
            "The chains say a cost of {cost}, the books {booked}",
            cost=Fen(cost_fen),
            booked=Fen(booked_fen),
        ),
    )


def _reading(books: Books, report: LpReport) -> Iterator[Check]:
    old = [
        one
        for one in report.holdings
        if one.fair_value_fen
        and not one.is_fund
        and (one.marked_on is None or marks.is_stale(one.marked_on, report.as_of))
    ]
    yield _proof(
        "marks",
        not old,
        say("All marks are dated within 90 days"),
        say("{count} investments have no mark of the last 90 days", count=len(old)),
    )
    yield _proof(
        "sealed",
        books.is_sealed or not report.landing,
        say("The landing snapshot of {on} is sealed", on=report.as_of),
        say("The landing snapshot of {on} is not sealed", on=report.as_of),
    )
    overdue = sum(len(row.concerns) for row in report.landing)
    yield _proof(
        "overdue",
        not overdue,
        say("No landing condition is overdue"),
        say(
            "{count} overdue conditions stand in the manager's report: read the wording",
            count=overdue,
        ),
        Outcome.NOTICE,
    )
    found = [word for text in _texts(report) for word in foretold(text)]
    yield _proof(
        "wording",
        not found,
        say("The letter promises and foretells no return"),
        say("The letter has forbidden words: {words}", words="; ".join(found)),
    )
    yield _proof(
        "demo",
        not report.is_demo,
        say("No demonstration data in the report"),
        say("Demonstration data: not for partners"),
        Outcome.NOTICE,
    )


def _texts(report: LpReport) -> list[str]:
    said = [
        sentence.words.text(translations(lang).ugettext)
        for lang in ("zh", "en")
        for sentence in report.letter
    ]
    written = [words.text() for one in report.prose for words in (one.words, one.words_en)]
    return [*said, *written]


def _proof(
    code: str, holds: bool, good: Message, bad: Message, otherwise: Outcome = Outcome.FAULT
) -> Check:
    return Check(
        code=code, outcome=Outcome.OK if holds else otherwise, words=good if holds else bad
    )


ON_THE_BOOKS: tuple[Callable[[Work, Moment, Fund], Iterator[Check]], ...] = (
    _splits,
    _invariants,
    _closed,
)
CHECKS: tuple[Callable[[Books, LpReport], Iterator[Check]], ...] = (_ties, _chains, _reading)
