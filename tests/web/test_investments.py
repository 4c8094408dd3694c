"""投资: one holding, its tranches, marks and exits, through two managers' browsers."""

import re
from datetime import date

import pytest
import sqlalchemy as sa
from sqlmodel import col

from portfolio import investments, tranches
from portfolio.investments import Investment
from portfolio.kernel.actors import Role
from portfolio.ledger import LedgerTransaction, Moment
from portfolio.marks import Mark
from tests.web.books import WAN, open_fund, scalar, send
from tests.web.conftest import hidden_fields

pytestmark = pytest.mark.usefixtures("told")  # most need the fund and not its ids
NOW = Moment(as_of=date(2026, 12, 31))


@pytest.fixture
def told(database, manager):
    with database.writing() as work:
        return open_fund(work, manager)


@pytest.fixture
def first(logged_in):
    return logged_in(Role.FUND_MANAGER, "manager1")


@pytest.fixture
def second(logged_in):
    return logged_in(Role.FUND_MANAGER, "manager2")


def at(database, told) -> investments.Position:
    with database.reading() as work:
        return investments.position(work, NOW, told.investment_id)


MARK = {
    "as_of": "2024-06-30",
    "value": "45",
    "value_unit": "wan",
    "method": "multiples",
    "inputs": "EV/收入 = 6.1\n流动性折扣 = 25%",
}


def prepared(browser, told, **changes: str):
    base = f"/investments/{told.investment_id}/marks"
    return send(browser, f"{base}/new", base, **(MARK | changes))


def approval(browser, told) -> str:
    page = browser.get(f"/investments/{told.investment_id}").text
    found = re.search(r'href="(/investments/[^"]+/approval)"', page)
    return found[1] if found else ""


# ---- reading
def test_the_list_and_the_page_show_the_holding(first, told) -> None:
    assert "HT企业" in first.get("/investments").text
    assert "HT企业" in first.get("/investments?fund=HT").text
    assert "HT企业" not in first.get("/investments?fund=XX").text
    page = first.get(f"/investments/{told.investment_id}?lang=en&unit=wan")
    assert page.status_code == 200
    assert "Tranche paid" in page.text


def test_a_value_older_than_ninety_days_warns(first, told) -> None:
    page = f"/investments/{told.investment_id}?lang=en"
    assert "a new valuation is due" not in first.get(f"{page}&as_of=2024-05-30").text
    assert "a new valuation is due" in first.get(f"{page}&as_of=2024-05-31").text


def test_a_holding_that_is_not_there_is_not_found(first) -> None:
    assert first.get("/investments/00000000-0000-7000-8000-00000000abcd").status_code == 404
    assert first.get("/investments/abc").status_code == 404


def test_an_investor_does_not_open_a_holding(logged_in, told) -> None:
    own = logged_in(Role.LP, "lp1", told.investor_ids[0])
    assert own.get(f"/investments/{told.investment_id}").status_code == 403


# ---- investing
def test_an_investment_is_recorded_and_paid_in_tranches(first, database) -> None:
    fields = {"firm": "新企业", "code": "I2", "instrument": "增资", "decided_on": "2024-02-01"}
    form = ("/funds/HT/investments/new", "/funds/HT/investments")
    home = send(first, *form, **fields).headers["location"]
    plan = {"amount": "20", "amount_unit": "wan", "due_on": "2024-04-01"}
    assert send(first, f"{home}/tranches/new", f"{home}/tranches", **plan).status_code == 303
    pay = re.search(r'href="(/investments/[^"]+/payment)"', first.get(home).text)[1]
    assert send(first, pay, effective_date="2024-04-02").status_code == 303
    again = send(first, pay, effective_date="2024-04-03")
    assert again.status_code == 422
    assert "was paid on" in again.text
    refused = send(first, *form, **fields)
    assert refused.status_code == 422
    assert "I2 already" in refused.text
    assert scalar(database, sa.select(sa.func.count(col(Investment.id)))) == 2


def test_a_held_tranche_is_not_paid_and_says_why(first, database, manager, told) -> None:
    home = f"/investments/{told.investment_id}"
    plan = {"amount": "20", "amount_unit": "wan", "due_on": "2024-04-01"}
    send(first, f"{home}/tranches/new", f"{home}/tranches", **plan)
    pay = re.search(r'href="(/investments/[^"]+/payment)"', first.get(home).text)[1]
    with database.writing() as work:
        tranches.hold(work, manager, pay.split("/")[4], "厂房尚未注册", on=date(2024, 3, 1))
    refused = send(first, pay, effective_date="2024-04-02")
    assert refused.status_code == 422
    assert "厂房尚未注册" in refused.text
    assert at(database, told).cost_fen == 30 * WAN


def test_a_tranche_beyond_the_cash_is_not_paid(first, told) -> None:
    home = f"/investments/{told.investment_id}"
    plan = {"amount": "61", "amount_unit": "wan", "due_on": "2024-04-01"}
    send(first, f"{home}/tranches/new", f"{home}/tranches", **plan)
    pay = re.search(r'href="(/investments/[^"]+/payment)"', first.get(home).text)[1]
    refused = send(first, pay, effective_date="2024-04-02")
    assert refused.status_code == 422
    assert "short of cash" in refused.text


# ---- marks
def test_a_mark_counts_only_once_another_person_approves_it(first, second, database, told) -> None:
    assert prepared(first, told).status_code == 303
    assert at(database, told).fair_value_fen == 30 * WAN
    assert approval(first, told) == ""  # its preparer is not offered the button
    assert send(second, approval(second, told)).status_code == 303
    assert at(database, told).fair_value_fen == 45 * WAN
    page = first.get(f"/investments/{told.investment_id}").text
    assert "manager1" in page
    assert "manager2" in page
    assert "EV/收入 6.1" in page


def test_the_preparer_cannot_approve_by_sending_the_form_himself(
    first, second, database, told
) -> None:
    prepared(first, told)
    refused = send(first, approval(second, told))
    assert refused.status_code == 422
    assert "You prepared this mark yourself" in refused.text
    assert at(database, told).fair_value_fen == 30 * WAN


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"inputs": ""}, "without its inputs"),
        ({"method": "recent_investment"}, "calibration is missing"),
        ({"method": "a guess"}, "could not be read at: method"),
        ({"value": "-1"}, "not worth less than nothing"),
        ({"value": "0.00000001"}, "part of a fen"),
        ({"as_of": "2024-01-31"}, "holds nothing of"),
    ],
)
def test_an_unfounded_mark_is_refused(first, database, told, changes, says) -> None:
    refused = prepared(first, told, **changes)
    assert refused.status_code == 422
    assert says in refused.text
    assert scalar(database, sa.select(sa.func.count(col(Mark.id)))) == 0


def test_a_mark_is_withdrawn_with_a_reason(first, second, database, told) -> None:
    prepared(first, told)
    send(second, approval(second, told))
    page = first.get(f"/investments/{told.investment_id}").text
    withdraw = re.search(r'href="(/investments/[^"]+/withdrawal)"', page)[1]
    assert send(first, withdraw, reason="").status_code == 422
    assert send(first, withdraw, reason="乘数取错").status_code == 303
    assert at(database, told).fair_value_fen == 30 * WAN
    assert "乘数取错" in first.get(f"/investments/{told.investment_id}").text


def test_a_mark_of_another_holding_is_not_there(first, second, database, manager, told) -> None:
    prepared(first, told)
    with database.writing() as work:
        other = open_fund(work, manager, "XW")
    path = approval(second, told).replace(told.investment_id, other.investment_id)
    assert second.get(path).status_code == 404


def test_approving_twice_has_one_effect(first, second, database, told) -> None:
    prepared(first, told)
    path = approval(second, told)
    fields = hidden_fields(second.get(path).text)
    assert second.post(path, data=fields).status_code == 303
    assert second.post(path, data=fields).status_code == 303
    moved = sa.select(sa.func.count(col(LedgerTransaction.id))).where(
        col(LedgerTransaction.tag) == "portfolio:mark:approve"
    )
    assert scalar(database, moved) == 1


# ---- exits and income
def test_an_exit_turns_cost_into_gain_and_is_reversed(first, database, told) -> None:
    base = f"/investments/{told.investment_id}/exits"
    sold = {"on": "2024-09-30", "proceeds": "25", "proceeds_unit": "wan", "cost_unit": "wan"}
    refused = send(first, f"{base}/new", base, cost="31", **sold)
    assert refused.status_code == 422
    assert "is left on" in refused.text
    assert send(first, f"{base}/new", base, cost="15", **sold).status_code == 303
    now = at(database, told)
    assert (now.cost_fen, now.realised_fen) == (15 * WAN, 25 * WAN)
    entry = scalar(
        database,
        sa.select(col(LedgerTransaction.id)).where(
            col(LedgerTransaction.tag) == "portfolio:investment:realise"
        ),
    )
    assert send(first, f"/funds/HT/entries/{entry}/reversal", reason="撤单").status_code == 303
    assert at(database, told).cost_fen == 30 * WAN


def test_income_of_a_firm_is_realised_and_moves_no_cost(first, database, told) -> None:
    base = f"/investments/{told.investment_id}/incomes"
    paid = {"on": "2024-09-30", "amount": "1.5", "amount_unit": "wan"}
    assert send(first, f"{base}/new", base, **paid).status_code == 303
    now = at(database, told)
    assert (now.cost_fen, now.realised_fen) == (30 * WAN, WAN * 3 // 2)
    assert send(first, f"{base}/new", base, **(paid | {"amount": "0"})).status_code == 422


def test_an_unknown_act_is_not_there(first, told) -> None:
    assert first.get(f"/investments/{told.investment_id}/gifts/new").status_code == 404
    assert first.get("/funds/HT/gifts/new").status_code == 404
