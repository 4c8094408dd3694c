"""The ILPA Performance Template: two methods, each net and gross, with and without the line.

The golden fund is worked by hand from the table of REPORTING.md §2.3. A line is drawn for an
investment of 100 a year (365 days) before the call that repays it; the call also asks 10 for the
fee and 5 for the line's interest; a year later 121 comes back. In thousands of yuan:

    with, net       −115, +121                     121/115            1.0522x   5.22 %
    with, gross     −100, +121                     granular: MOIC     1.21x    21 %
    without, net    −100, −110 + 100, +121         121/110            1.10x     5.11 % (*)
    without, gross  −100, −100 + 100, +121                            1.21x    10 %

(*) 100x² + 10x = 121, x = (−10 + √48500) / 200. Grossed up, the fee and the interest come back on
the day they are borne, so the rates are the same and the multiples 136/115, 126/115 and 136/115.
"""

from datetime import date
from math import sqrt

import pytest

from portfolio import calls, distributions, excess, exits, expenses, facility_acts, receipts
from portfolio import ledger as books
from portfolio.accounts import AccountCode, Line
from portfolio.call_types import Purpose
from portfolio.commitments import Partner
from portfolio.distributions import Purpose as Paid
from portfolio.excess import Excess
from portfolio.facility import Use
from portfolio.ledger import Moment
from portfolio.performance_template import KINDS, Method, Side, View
from portfolio.postings import Posting
from portfolio.template_flows import templates
from tests.portfolio.conftest import open_book
from valuation.figures import Reason, Undefined

K = 1_000_00  # a thousand yuan
DRAWN, CALLED, BACK = date(2024, 1, 2), date(2025, 1, 1), date(2026, 1, 1)
NET_WITHOUT = (-10 + sqrt(48_500)) / 200 - 1


@pytest.fixture
def fund(work, manager):
    book = open_book(work, manager, "LINE")
    book.partner("LP1", 600 * K)
    book.partner("LP2", 300 * K)
    book.line = facility_acts.open_(
        work,
        manager,
        fund_id=book.fund.id,
        name="一号",
        lender="示例银行",
        limit_fen=200 * K,
        rate_ppm=50_000,
        day_basis=365,
        opened_on=date(2024, 1, 1),
        matures_on=date(2026, 12, 31),
    )
    facility_acts.draw(
        work, manager, book.line.id, on=DRAWN, amount_fen=100 * K, use=Use.INVESTMENTS
    )
    book.held = book.holding()
    book.paid(book.held, 100 * K, DRAWN)
    return book


def repaid(book) -> None:
    """The call of 115 arrives and pays line, interest and fee."""
    parts = {
        Purpose.INVESTMENTS: 100 * K,
        Purpose.FACILITY_COSTS: 5 * K,
        Purpose.MANAGEMENT_FEES: 10 * K,
    }
    made = calls.call(
        book.work,
        book.actor,
        fund_id=book.fund.id,
        called_on=date(2024, 12, 10),
        due_on=CALLED,
        parts=parts,
    )
    receipts.receive_all(book.work, book.actor, made.id, received_on=date(2024, 12, 30))
    facility_acts.repay(book.work, book.actor, book.line.id, on=CALLED, amount_fen=100 * K)
    interest = facility_acts.accrue(
        book.work, book.actor, book.line.id, until=date(2025, 1, 1), paid_on=None
    )
    assert interest.amount_fen == 5 * K  # 5 % of 100 for 365 days
    expenses.reverse(book.work, book.actor, interest.id, reason="booked on the day of payment")
    for line, fen in ((Line.FACILITY_INTEREST, 5 * K), (Line.MANAGEMENT_FEES, 10 * K)):
        expenses.book(
            book.work,
            book.actor,
            fund_id=book.fund.id,
            line=line,
            amount_fen=fen,
            effective_date=CALLED,
            paid_on=CALLED,
        )


def finished(book) -> None:
    exits.realise(
        book.work, book.actor, book.held.id, on=BACK, proceeds_fen=121 * K, cost_fen=100 * K
    )
    distributions.distribute(
        book.work,
        book.actor,
        fund_id=book.fund.id,
        paid_on=BACK,
        parts={Paid.RETURN_OF_CAPITAL: 100 * K, Paid.GAIN: 21 * K},
    )


def results(book, as_of: date, method: Method = Method.GRANULAR):
    return templates(book.work, Moment(as_of=as_of), book.fund.id)[method].results


@pytest.mark.parametrize(
    ("view", "multiple", "irr"),
    [
        (View.WITH_NET, 121 / 115, 121 / 115 - 1),
        (View.WITH_GROSS, 1.21, 0.21),
        (View.WITHOUT_NET, 1.10, NET_WITHOUT),
        (View.WITHOUT_GROSS, 1.21, 0.10),
    ],
)
def test_the_granular_method_worked_by_hand(fund, view, multiple, irr) -> None:
    repaid(fund)
    finished(fund)
    found = results(fund, BACK)[view]
    assert found.multiple == pytest.approx(multiple)
    assert found.irr == pytest.approx(irr)


@pytest.mark.parametrize(
    ("view", "multiple", "irr"),
    [
        (View.WITH_NET, 121 / 115, 121 / 115 - 1),
        (View.WITH_GROSS, 136 / 115, 0.21),
        (View.WITHOUT_NET, 126 / 115, NET_WITHOUT),
        (View.WITHOUT_GROSS, 136 / 115, 0.10),
    ],
)
def test_the_gross_up_method_worked_by_hand(fund, view, multiple, irr) -> None:
    repaid(fund)
    finished(fund)
    found = results(fund, BACK, Method.GROSS_UP)[view]
    assert found.multiple == pytest.approx(multiple)
    assert found.irr == pytest.approx(irr)


def test_while_the_line_is_outstanding_it_is_grossed_up_without_it(fund) -> None:
    found = results(fund, date(2024, 12, 31))
    without = found[View.WITHOUT_NET]
    assert (without.denominator_fen, without.numerator_fen) == (100 * K, 100 * K)
    assert without.irr == pytest.approx(0)
    with_line = found[View.WITH_NET]
    assert isinstance(with_line.multiple, Undefined)
    assert with_line.multiple.reason is Reason.NOTHING_PAID_IN
    assert isinstance(with_line.irr, Undefined)


def test_a_call_counts_on_its_due_date_and_until_then_on_the_day_it_arrived(fund) -> None:
    repaid(fund)
    on = {
        as_of: {
            row.on
            for row in templates(fund.work, Moment(as_of=as_of), fund.fund.id)[Method.GRANULAR].rows
            if row.kind.code.startswith("call:")
        }
        for as_of in (date(2024, 12, 31), CALLED)
    }
    assert on == {date(2024, 12, 31): {date(2024, 12, 30)}, CALLED: {CALLED}}


def test_unpaid_fees_are_added_back_to_gross_at_the_quarters_end(fund) -> None:
    repaid(fund)
    owed = {"effective_date": date(2025, 3, 31), "fund_id": fund.fund.id}
    expenses.book(fund.work, fund.actor, line=Line.AUDIT, amount_fen=2 * K, **owed)
    expenses.book(fund.work, fund.actor, line=Line.FACILITY_FEES, amount_fen=3 * K, **owed)
    found = results(fund, date(2025, 3, 31))
    nav = 100 * K - 5 * K
    assert {view: found[view].numerator_fen for view in View} == {
        View.WITH_NET: nav,
        View.WITH_GROSS: nav + 5 * K,
        View.WITHOUT_NET: nav + 3 * K,
        View.WITHOUT_GROSS: nav + 5 * K,
    }


def test_carry_is_outside_the_net_value_and_inside_the_gross(fund) -> None:
    gp = fund.partner("GP", 1 * K)
    gp.kind = "gp"
    fund.work.add(gp)
    repaid(fund)
    lp = fund.work.session.query(Partner).filter_by(code="LP1").one()

    def carry(partner, fen: int, line: Line = Line.CARRY_ACCRUED) -> Posting:
        return Posting(
            account=AccountCode.PARTNERS_CAPITAL,
            amount_fen=fen,
            partner_id=partner.id,
            line=line,
        )

    def post(*postings: Posting) -> None:
        books.post(
            fund.work,
            fund.actor,
            fund_id=fund.fund.id,
            tag="test",
            subject_id=fund.fund.id,
            effective_date=date(2025, 3, 31),
            postings=postings,
        )

    post(carry(lp, 4 * K), carry(gp, -4 * K))
    found = results(fund, date(2025, 3, 31))
    assert found[View.WITH_NET].numerator_fen == 96 * K
    assert found[View.WITH_GROSS].numerator_fen == 100 * K
    fund.contribute(2 * K, date(2025, 3, 31))
    post(
        carry(gp, 1 * K, Line.CARRY_PAID),
        Posting(account=AccountCode.CASH, amount_fen=-1 * K),
    )
    found = results(fund, date(2025, 3, 31))
    assert found[View.WITH_NET].numerator_fen == 98 * K
    assert found[View.WITH_GROSS].numerator_fen == 102 * K


def test_returned_excess_lowers_the_denominator(fund) -> None:
    repaid(fund)
    made = calls.calls(fund.work, Moment(as_of=BACK), fund.fund.id)[0]
    fund.contribute(10 * K, date(2025, 2, 3))
    excess.give_back(
        fund.work,
        fund.actor,
        made.id,
        paid_on=date(2025, 3, 3),
        parts={Excess.INVESTMENTS: 6 * K, Excess.FEES: 4 * K},
    )
    found = results(fund, date(2025, 3, 31))
    assert found[View.WITH_NET].denominator_fen == 115 * K
    assert found[View.WITH_GROSS].denominator_fen == 104 * K
    grossed = results(fund, date(2025, 3, 31), Method.GROSS_UP)
    assert grossed[View.WITH_GROSS].denominator_fen == 115 * K


def test_without_a_line_with_and_without_are_the_same(book) -> None:
    book.move(-30_00, Line.DISTRIBUTIONS, date(2025, 1, 2), "distribution:gain")
    both = templates(book.work, Moment(as_of=date(2025, 6, 30)), book.fund.id)
    for found in both.values():
        assert not found.has_line
        for with_line, without in (
            (View.WITH_NET, View.WITHOUT_NET),
            (View.WITH_GROSS, View.WITHOUT_GROSS),
        ):
            assert found.results[with_line].irr == found.results[without].irr
            assert found.results[with_line].multiple == found.results[without].multiple


def test_every_type_stands_where_the_table_puts_it() -> None:
    """Rows of REPORTING.md §2.3 in the order with net, with gross, without net, without gross."""
    den, less, num, out = Side.DEN, Side.LESS_DEN, Side.NUM, Side.OUT
    table = {
        "call:working_capital": (den, den, den, den),
        "call:outside:management_fees": (den, out, den, out),
        "call:deemed_gp_contribution": (den, out, den, out),
        "call:subscription_facility_costs": (den, out, out, out),
        "facility:draw:investments": (out, out, den, den),
        "facility:draw:fees": (out, out, den, out),
        "facility:repay:investments": (out, out, less, less),
        "facility:repay:fees": (out, out, less, out),
        "carry:paid": (out, num, out, num),
        "distribution:recallable:gain": (num, num, num, num),
        "call:returned:fees": (less, out, less, out),
        "end:carry": (out, num, out, num),
        "end:facility_costs": (out, num, num, num),
        "facility:outstanding": (out, out, num, num),
        "nav": (num, num, num, num),
    }
    found = {code: KINDS[Method.GRANULAR][code].sides for code in table}
    assert found == table
