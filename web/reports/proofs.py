"""Checks before publication: the report against the books, to the fen, and its own wording."""

from collections.abc import Iterator

from portfolio import book_checks, calls, capital, distributions, ledger, marks
from portfolio.accounts import ASSETS, LIABILITIES, AccountCode
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Fen, Message, say
from portfolio.ledger import Moment
from web.reports.letter import foretold
from web.reports.report import Check, LpReport, Outcome
from web.templating import translations

HELD = (AccountCode.INVESTMENTS_COST, AccountCode.INVESTMENTS_UNREALISED)


def checks(work: Work, moment: Moment, fund_id: str, report: LpReport) -> tuple[Check, ...]:
    """Return every check with its outcome. Sentences name no partner and no partner's amount."""
    return (*_ties(work, moment, fund_id, report), *_sums(work, moment, fund_id), *_reading(report))


def _ties(work: Work, moment: Moment, fund_id: str, report: LpReport) -> Iterator[Check]:
    balances = ledger.balances(work, moment, fund_id=fund_id)
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


def _sums(work: Work, moment: Moment, fund_id: str) -> Iterator[Check]:
    accounts = capital.accounts(work, moment, fund_id)
    balance = ledger.balance_fen(work, moment, AccountCode.PARTNERS_CAPITAL, fund_id=fund_id)
    yield _proof(
        "accounts",
        sum(one.amounts.nav_fen for one in accounts.accounts) == -balance,
        say("The partners' accounts add up to the fund's NAV"),
        say("The partners' accounts do not add up to the fund's NAV"),
    )
    called = calls.calls(work, moment, fund_id)
    paid = distributions.distributions(work, moment, fund_id)
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
    invariants = book_checks.check(work, moment, fund_id=fund_id)
    broken = sum(len(one.findings) for one in invariants)
    yield _proof(
        "books",
        not broken,
        say("The invariants of the books hold: {count} of {count}", count=len(invariants)),
        say("The book checks have {count} findings", count=broken),
    )


def _reading(report: LpReport) -> Iterator[Check]:
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
        Outcome.NOTICE,
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
    return [
        sentence.words.text(translations(lang).ugettext)
        for lang in ("zh", "en")
        for sentence in report.letter
    ]


def _proof(
    code: str, holds: bool, good: Message, bad: Message, otherwise: Outcome = Outcome.FAULT
) -> Check:
    return Check(
        code=code, outcome=Outcome.OK if holds else otherwise, words=good if holds else bad
    )
