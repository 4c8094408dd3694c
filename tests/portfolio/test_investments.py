"""A holding's cost, value, proceeds and rate of return are read from the ledger."""

from datetime import date

import pytest

from portfolio import exits, investments, ledger, marks, tranches
from portfolio.accounts import AccountCode, Line
from portfolio.investments import InvestmentKind
from portfolio.kernel.errors import DomainError, NotAllowedError
from portfolio.ledger import Moment
from portfolio.marks import Method
from valuation.figures import Reason, Undefined
from valuation.irr import CashFlow

PAID, MARKED, SOLD = date(2024, 2, 1), date(2024, 12, 31), date(2025, 1, 31)
YEAR_ON = date(2025, 1, 31)
THEN = Moment(as_of=SOLD)


@pytest.fixture
def holding(book):
    holding = book.holding()
    book.paid(holding, 100_000_00, PAID)
    return holding


@pytest.fixture
def mark(work, manager, second_manager, holding):
    def marked(as_of: date, fen: int, of=None):
        prepared = marks.prepare(
            work,
            manager,
            investment_id=(of or holding).id,
            as_of=as_of,
            fair_value_fen=fen,
            method=Method.NET_ASSETS,
            inputs={"net_assets": fen},
        )
        return marks.approve(work, second_manager, prepared.id)

    return marked


def lines(book, moment: Moment = THEN) -> dict[int, int]:
    found: dict[int, int] = {}
    by_line = ledger.capital_by_line(book.work, moment, fund_id=book.fund.id)
    for (_, line), fen in by_line.items():
        found[line] = found.get(line, 0) + fen
    return {line: fen for line, fen in found.items() if fen}


def test_a_holding_stands_at_cost_until_it_is_marked(work, holding) -> None:
    held = investments.position(work, Moment(as_of=PAID), holding.id)
    assert (held.invested_fen, held.cost_fen, held.fair_value_fen) == (100_000_00,) * 3
    assert held.moic == 1.0
    assert held.first_paid_on == PAID
    assert isinstance(held.gross_irr, Undefined)
    assert held.gross_irr.reason is Reason.TOO_SHORT


def test_the_gross_rate_of_a_year_is_the_gain(work, holding, mark) -> None:
    mark(YEAR_ON, 125_000_00)
    held = investments.position(work, Moment(as_of=YEAR_ON), holding.id)
    assert held.moic == 1.25
    assert held.gross_irr == pytest.approx(0.25 * 365 / 365, abs=1e-9)


def test_before_its_first_payment_nothing_is_known_of_it(work, holding) -> None:
    held = investments.position(work, Moment(as_of=date(2024, 1, 31)), holding.id)
    assert (held.invested_fen, held.fair_value_fen, held.first_paid_on) == (0, 0, None)
    assert isinstance(held.moic, Undefined)
    assert held.moic.reason is Reason.NOTHING_INVESTED
    assert isinstance(held.gross_irr, Undefined)
    assert held.gross_irr.reason is Reason.NO_FLOWS


def test_shares_of_value_add_up(work, book, mark) -> None:
    other = book.holding("I2")
    book.paid(other, 100_000_00, PAID)
    mark(MARKED, 300_000_00)
    found = investments.positions(work, THEN, book.fund.id)
    assert [held.share_of_value for held in found] == [0.75, 0.25]


def test_a_partial_exit_takes_its_part_of_cost_and_of_unrealised_gain(
    work, manager, book, holding, mark
) -> None:
    mark(MARKED, 160_000_00)
    exits.realise(work, manager, holding.id, on=SOLD, proceeds_fen=50_000_00, cost_fen=25_000_00)
    held = investments.position(work, THEN, holding.id)
    assert (held.cost_fen, held.fair_value_fen) == (75_000_00, 120_000_00)
    assert (held.invested_fen, held.realised_fen) == (100_000_00, 50_000_00)
    assert held.moic == 1.7
    gains = lines(book)
    assert gains[Line.REALISED_GAIN] == 25_000_00
    assert gains[Line.UNREALISED_GAIN] == 45_000_00


def test_a_full_exit_leaves_nothing_behind(work, manager, book, holding, mark) -> None:
    mark(MARKED, 160_000_01)
    exits.realise(work, manager, holding.id, on=SOLD, proceeds_fen=150_000_00, cost_fen=100_000_00)
    held = investments.position(work, THEN, holding.id)
    assert (held.cost_fen, held.fair_value_fen, held.realised_fen) == (0, 0, 150_000_00)
    assert lines(book) == {Line.CONTRIBUTIONS: 600_000_00, Line.REALISED_GAIN: 50_000_00}
    assert held.gross_irr == pytest.approx(0.5, abs=1e-9)


def test_a_write_off_is_a_total_loss(work, manager, holding) -> None:
    exits.realise(work, manager, holding.id, on=SOLD, proceeds_fen=0, cost_fen=100_000_00)
    held = investments.position(work, THEN, holding.id)
    assert held.moic == 0.0
    assert held.gross_irr == -1.0


def test_an_exit_beyond_the_cost_left_is_refused_with_both_amounts(work, manager, holding) -> None:
    with pytest.raises(
        DomainError, match=r"gives up 100,000.01 yuan of cost; 100,000 yuan is left"
    ):
        exits.realise(work, manager, holding.id, on=SOLD, proceeds_fen=1, cost_fen=100_000_01)


def test_an_exit_of_nothing_is_refused(work, manager, holding) -> None:
    for proceeds_fen, cost_fen in ((0, 0), (-1, 1), (1, -1)):
        with pytest.raises(DomainError, match="neither is below zero"):
            exits.realise(
                work, manager, holding.id, on=SOLD, proceeds_fen=proceeds_fen, cost_fen=cost_fen
            )


def test_an_exit_before_a_later_mark_waits_for_its_withdrawal(
    work, manager, second_manager, holding, mark
) -> None:
    marked = mark(MARKED, 160_000_00)
    sale = {"on": date(2024, 12, 1), "proceeds_fen": 160_000_00, "cost_fen": 100_000_00}
    with pytest.raises(DomainError, match=r"moved on 2024-12-31.*Withdraw the marks"):
        exits.realise(work, manager, holding.id, **sale)
    marks.withdraw(work, second_manager, marked.mark_id, reason="sold before")
    exits.realise(work, manager, holding.id, **sale)
    assert investments.position(work, THEN, holding.id).fair_value_fen == 0


def test_a_reversed_exit_is_held_again(work, manager, holding, mark) -> None:
    mark(MARKED, 160_000_00)
    before = investments.position(work, THEN, holding.id)
    sold = exits.realise(
        work, manager, holding.id, on=SOLD, proceeds_fen=50_000_00, cost_fen=25_000_00
    )
    exits.reverse_receipt(work, manager, sold.id, reason="the sale fell through")
    assert investments.position(work, THEN, holding.id) == before
    known = investments.position(work, Moment(as_of=SOLD, known_seq=sold.seq), holding.id)
    assert known.realised_fen == 50_000_00


def test_only_a_receipt_is_reversed_as_a_receipt(work, manager, book) -> None:
    call = book.contribute(1_00, on=SOLD)
    with pytest.raises(DomainError, match="no such"):
        exits.reverse_receipt(work, manager, call.id, reason="not an exit")


def test_income_counts_as_proceeds_and_leaves_the_value(work, manager, book, holding) -> None:
    exits.receive_income(work, manager, holding.id, on=SOLD, amount_fen=3_000_00)
    held = investments.position(work, THEN, holding.id)
    assert (held.realised_fen, held.fair_value_fen) == (3_000_00, 100_000_00)
    assert lines(book)[Line.DIVIDEND_INCOME] == 3_000_00
    flows = investments.flows(work, THEN, holding.id)
    assert flows == [CashFlow(PAID, -100_000_00), CashFlow(SOLD, 3_000_00)]


def test_a_reversed_payment_is_no_proceeds(work, manager, holding) -> None:
    (tranche,) = tranches.positions(work, THEN, [holding.id])
    tranches.reverse_payment(work, manager, tranche.tranche_id, reason="wrong account")
    held = investments.position(work, THEN, holding.id)
    assert (held.invested_fen, held.realised_fen) == (0, 0)
    assert investments.flows(work, THEN, holding.id) == []


@pytest.mark.usefixtures("holding")
def test_demo_holdings_are_hidden_by_one_switch(work, book) -> None:
    book.holding("DEMO", is_demo=True)
    shown = investments.positions(work, THEN, book.fund.id)
    real = investments.positions(work, THEN, book.fund.id, with_demo=False)
    assert [held.code for held in shown] == ["DEMO", "I1"]
    assert [held.code for held in real] == ["I1"]


@pytest.mark.usefixtures("holding")
def test_a_code_is_used_once_in_a_fund(book) -> None:
    with pytest.raises(DomainError, match="code I1 already"):
        book.holding("I1")


def test_only_those_who_run_funds_record_holdings(work, officer, holding) -> None:
    with pytest.raises(NotAllowedError):
        exits.realise(work, officer, holding.id, on=SOLD, proceeds_fen=1, cost_fen=0)


# ---- holdings in funds
@pytest.fixture
def account(book, mother):
    return book.partner("MF", 300_000_00, investor_fund_id=mother.fund.id)


def test_a_fund_holds_its_account_in_another(work, manager, book, mother, account) -> None:
    holding = investments.hold_fund(work, manager, account.id)
    assert (holding.kind, holding.child_fund_id) == (InvestmentKind.FUND, book.fund.id)
    assert (holding.fund_id, account.holding_id) == (mother.fund.id, holding.id)


def test_it_is_opened_once_and_for_a_fund_only(work, manager, book, account) -> None:
    investments.hold_fund(work, manager, account.id)
    with pytest.raises(DomainError, match="holding already"):
        investments.hold_fund(work, manager, account.id)
    firm = book.partner("LP9", 1_00)
    with pytest.raises(DomainError, match="not a fund"):
        investments.hold_fund(work, manager, firm.id)


@pytest.mark.usefixtures("account")
def test_nothing_is_booked_for_a_fund_without_its_holding(book) -> None:
    with pytest.raises(DomainError, match="no holding for it yet"):
        book.contribute(90_000_00)


@pytest.mark.parametrize("act", ["mark", "tranche", "exit"])
def test_a_holding_in_a_fund_follows_that_fund(work, manager, mother, account, mark, act) -> None:
    held = investments.hold_fund(work, manager, account.id)
    acts = {
        "mark": lambda: mark(MARKED, 1_00, of=held),
        "tranche": lambda: mother.tranche(held, 1_00),
        "exit": lambda: exits.realise(work, manager, held.id, on=SOLD, proceeds_fen=1, cost_fen=0),
    }
    with pytest.raises(DomainError, match="fund"):
        acts[act]()
    moved = ledger.balances(work, THEN, fund_id=mother.fund.id)
    assert moved[AccountCode.INVESTMENTS_COST] == 0
