"""Terms and the acts between partners, as a person does them in the browser."""

import re
from datetime import date

import pytest
import sqlalchemy as sa
from sqlmodel import col

from portfolio import calls, capital, ledger, terms
from portfolio.kernel.actors import Role
from portfolio.ledger import LedgerTransaction, Moment
from portfolio.term_sheet import Terms
from portfolio.transfers import PartnerTransfer
from tests.web.books import BEGAN, WAN, open_fund, scalar, send
from tests.web.conftest import hidden_fields

EVER = Moment(as_of=date.max)


@pytest.fixture
def told(database, manager):
    with database.writing() as work:
        told = open_fund(work, manager)
        terms.agree(
            work,
            manager,
            fund_id=told.fund_id,
            terms=Terms(equalisation_rate=0.08, default_rate=0.12, default_dilution=0.2),
            valid_from=BEGAN,
            reason="合伙协议",
        )
        return told


@pytest.fixture
def browser(logged_in, told):
    return logged_in(Role.FUND_MANAGER)


def amounts(database, fund_id: str) -> dict[str, capital.Amounts]:
    with database.reading() as work:
        found = capital.accounts(work, EVER, fund_id).accounts
    return {one.code: one.amounts for one in found}


def typed_terms(browser) -> dict[str, str]:
    """The fields of the form as it comes filled in."""
    page = browser.get("/funds/HT/terms/version").text
    found = dict(re.findall(r'name="(\w+)"[^>]*? value="([^"]*)"', page))
    for name, body in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)"[^>]*selected', body)
        found[name] = chosen[1] if chosen else ""
    kept = {name: found.get(name, "") for name in Terms.__slots__}
    return kept | {"valid_from": "2025-01-01", "reason": "补充协议一"}


# ---- terms
def test_the_form_comes_filled_with_what_stands_and_shows_what_changes(browser) -> None:
    fields = typed_terms(browser) | {"carried_interest": "15%"}
    page = browser.get("/funds/HT/terms/version/preview", params=fields | {"lang": "en"}).text
    assert re.findall(r'<th scope="row" class="regular">([^<]+)<', page) == ["Carried interest"]
    assert "20%" in page
    assert "15%" in page
    same = browser.get("/funds/HT/terms/version/preview", params=typed_terms(browser)).text
    assert "<tbody>" not in same


def test_a_new_version_stands_beside_the_old_one(browser, database, told) -> None:
    fields = typed_terms(browser) | {"carried_interest": "15%", "nesting_limit": "2"}
    answer = send(browser, "/funds/HT/terms/version", **fields)
    assert answer.headers["location"] == "/funds/HT?tab=terms"
    page = browser.get("/funds/HT?tab=terms&lang=en").text
    assert "Version 1" in page
    assert "Version 2" in page
    assert "补充协议一" in page
    with database.reading() as work:
        assert terms.carry_terms(work, told.fund_id, date(2024, 12, 31)).carried_interest == 0.2
        assert terms.carry_terms(work, told.fund_id, date(2025, 1, 1)).carried_interest == 0.15


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"currency": "USD"}, "The books are kept in CNY; USD is another currency."),
        ({"fee_rate": "two"}, "“two” is not a rate."),
        ({"fee_rate": "2"}, "Write 2 % as 2%, or as 0.02."),
        ({"reason": ""}, "needs its reason"),
        ({"fee_basis": "profit"}, "could not be read at: fee_basis"),
    ],
)
def test_terms_that_cannot_be_are_refused_with_a_sentence(browser, database, wrong, said) -> None:
    answer = send(browser, "/funds/HT/terms/version", **(typed_terms(browser) | wrong))
    assert answer.status_code == 422
    assert said in answer.text
    assert scalar(database, sa.select(sa.func.count(col(terms.FundTerms.id)))) == 1


def test_another_currency_is_refused_when_a_fund_is_founded(browser) -> None:
    fields = {"code": "NEW", "name": "新基金", "kind": "sub", "currency": "usd"}
    days = {"announced_on": "2026-01-05", "inception_on": "2026-01-05"}
    answer = send(browser, "/funds/new", "/funds", **fields, **days)
    assert answer.status_code == 422
    assert "kept in CNY; usd is another currency" in answer.text


# ---- the fee
def test_the_fee_is_built_up_then_booked_and_only_once(browser, database, told) -> None:
    page = browser.get("/funds/HT/fees/accrual/preview?quarter=2024Q3&lang=en").text
    assert "Commitment 5,000,000 × 2% × 92/365" in page
    assert "45,369.86" in page  # 9,000,000 x 2 % x 92 / 365
    assert "add up to the whole" in page
    fields = {"quarter": "2024Q3", "booked_on": "", "correction_reason": ""}
    assert send(browser, "/funds/HT/fees/accrual", **fields).status_code == 303
    newest = sa.select(sa.func.max(col(LedgerTransaction.seq)))
    before = scalar(database, newest)
    assert send(browser, "/funds/HT/fees/accrual", **fields).status_code == 303
    assert scalar(database, newest) == before
    nav = sum(one.nav_fen for one in amounts(database, told.fund_id).values())
    assert nav == 90 * WAN - 4_536_986


def test_a_waiver_is_recorded_with_its_letter(browser, told) -> None:
    fields = {"partner_id": told.partner_ids[0], "share": "100%", "valid_from": "2024-01-02"}
    refused = send(browser, "/funds/HT/fees/waiver", **fields, reason="")
    assert refused.status_code == 422
    assert send(browser, "/funds/HT/fees/waiver", **fields, reason="附函").status_code == 303
    page = browser.get("/funds/HT/fees/accrual/preview?quarter=2024Q3&lang=en").text
    assert "waived 25,205.48" in page


# ---- closings
def test_a_later_closing_waits_is_previewed_and_equalised(browser, database, told) -> None:
    fields = {"name": "出资人丁", "code": "LP4", "kind": "lp", "committed": "100"}
    more = {"committed_unit": "wan", "effective_date": "2024-07-01", "investor_fund_id": ""}
    send(browser, "/funds/HT/partners/new", "/funds/HT/partners", **fields, **more)
    path = "/funds/HT/closings/2024-07-01/equalisation"
    assert path in browser.get("/funds/HT?tab=partners").text
    page = browser.get(f"{path}/preview?paid_on=2024-07-15&lang=en").text
    assert "+90,000.00" in page
    assert "each sum to zero" in page
    assert send(browser, path, paid_on="2024-07-15", correction_reason="").status_code == 303
    paid = {code: one.paid_in_fen for code, one in amounts(database, told.fund_id).items()}
    assert paid == {"LP1": 45 * WAN, "LP2": 27 * WAN, "LP3": 9 * WAN, "LP4": 9 * WAN}
    again = send(browser, path, paid_on="2024-07-15", correction_reason="")
    assert again.status_code == 422
    page = browser.get("/funds/HT?tab=partners").text
    undo = re.search(r"/funds/HT/equalisations/[0-9a-f-]+/reversal", page)
    assert undo
    assert send(browser, undo[0], reason="误", correction_reason="").status_code == 303
    assert amounts(database, told.fund_id)["LP4"].paid_in_fen == 0


# ---- changes and transfers
def test_an_increase_and_a_release_are_recorded_and_undone(browser, database, told) -> None:
    fields = {"partner_id": told.partner_ids[2], "amount_unit": "wan", "memo": ""}
    day = {"effective_date": "2024-05-01"}
    for act, amount in (("increase", "50"), ("release", "140")):
        path = f"/funds/HT/commitments/{act}"
        assert send(browser, path, **fields, **day, amount=amount).status_code == 303
    assert amounts(database, told.fund_id)["LP3"].committed_fen == 10 * WAN
    over = send(browser, "/funds/HT/commitments/release", **fields, **day, amount="1")
    assert over.status_code == 422
    assert "unfunded and not yet called" in over.text
    undo = re.search(
        r"/funds/HT/commitment-changes/[0-9a-f-]+/undoing",
        browser.get("/funds/HT?tab=partners").text,
    )
    assert undo
    assert send(browser, undo[0], reason="误录", correction_reason="").status_code == 303
    assert amounts(database, told.fund_id)["LP3"].committed_fen == 150 * WAN


def test_an_interest_goes_to_a_new_partner_that_begins_at_nothing(browser, database, told) -> None:
    page = browser.get(
        "/funds/HT/transfers/transfer/preview",
        params={
            "giver_id": told.partner_ids[0],
            "committed": "250",
            "effective_date": "2024-06-30",
            "lang": "en",
        },
    ).text
    assert "250,000.00" in page
    fields = {
        "giver_id": told.partner_ids[0],
        "taker_id": "",
        "committed": "250",
        "committed_unit": "wan",
        "effective_date": "2024-06-30",
        "price": "",
        "price_unit": "wan",
        "memo": "",
        "correction_reason": "",
    }
    nobody = send(browser, "/funds/HT/transfers/transfer", **fields, new_name="", new_code="")
    assert nobody.status_code == 422
    named = {"new_name": "出资人戊", "new_code": "LP5"}
    assert send(browser, "/funds/HT/transfers/transfer", **fields, **named).status_code == 303
    found = amounts(database, told.fund_id)
    assert found["LP5"] == found["LP1"]
    assert (found["LP5"].committed_fen, found["LP5"].paid_in_fen) == (250 * WAN, 25 * WAN)
    row_id = scalar(database, sa.select(col(PartnerTransfer.id)))
    path = f"/funds/HT/transfers/{row_id}/reversal"
    assert send(browser, path, reason="误", correction_reason="").status_code == 303
    assert amounts(database, told.fund_id)["LP1"].committed_fen == 500 * WAN


def test_an_entry_between_partners_is_reversed_from_the_ledger_too(browser, database, told) -> None:
    fields = {"name": "出资人丁", "code": "LP4", "kind": "lp", "committed": "100"}
    more = {"committed_unit": "wan", "effective_date": "2024-07-01", "investor_fund_id": ""}
    send(browser, "/funds/HT/partners/new", "/funds/HT/partners", **fields, **more)
    send(
        browser,
        "/funds/HT/closings/2024-07-01/equalisation",
        paid_on="2024-07-15",
        correction_reason="",
    )
    with database.reading() as work:
        tag = col(LedgerTransaction.tag) == "portfolio:equalisation:principal"
        entry = work.scalar(sa.select(col(LedgerTransaction.id)).where(tag))
        count = ledger.last_seq(work)
    answer = send(browser, f"/funds/HT/entries/{entry}/reversal", reason="误", correction_reason="")
    assert answer.status_code == 303
    with database.reading() as work:
        assert ledger.last_seq(work) == count + 2  # principal and interest


# ---- defaults
def test_a_default_is_declared_shown_and_remedied(browser, database, manager, told) -> None:
    with database.writing() as work:
        calls.call(
            work,
            manager,
            fund_id=told.fund_id,
            total_fen=90 * WAN,
            called_on=date(2024, 5, 1),
            due_on=date(2024, 5, 15),
            purpose=calls.Purpose.INVESTMENTS,
        )
    page = browser.get("/funds/HT?tab=partners&lang=en").text
    path = re.search(r"/funds/HT/call-lines/[0-9a-f-]+/default", page)
    assert path
    seen = browser.get(f"{path[0]}/preview?declared_on=2024-06-01&lang=en").text
    assert "sums to zero" in seen
    day = {"declared_on": "2024-06-01", "correction_reason": ""}
    assert send(browser, path[0], **day, reason="逾期").status_code == 303
    remedy = path[0].replace("/default", "/remedy")
    assert remedy in browser.get("/funds/HT?tab=partners").text
    answer = send(browser, remedy, paid_on="2024-06-14", correction_reason="")
    assert answer.status_code == 303
    found = amounts(database, told.fund_id)
    assert sorted(one.paid_in_fen for one in found.values()) == [10 * WAN, 30 * WAN, 100 * WAN]


# ---- who may
def test_an_investor_finds_neither_tab_nor_act(logged_in, told) -> None:
    own = logged_in(Role.LP, "lp1", told.investor_ids[1])
    for tab in ("partners", "terms"):
        assert own.get(f"/funds/HT?tab={tab}").status_code == 404
    assert own.get("/funds/HT/terms/version").status_code in {403, 404}
    auditor = logged_in(Role.AUDITOR)
    page = auditor.get("/funds/HT?tab=partners").text
    assert "/funds/HT/transfers/transfer" not in page
    token = hidden_fields(auditor.get("/account").text)
    assert auditor.post("/funds/HT/fees/accrual", data=token).status_code == 403


def test_a_partner_or_closing_of_another_fund_is_not_there(
    browser, database, manager, told
) -> None:
    with database.writing() as work:
        other = open_fund(work, manager, "XW")
    fields = {"partner_id": other.partner_ids[0], "amount": "1", "amount_unit": "wan"}
    more = {"effective_date": "2024-05-01", "memo": ""}
    assert send(browser, "/funds/HT/commitments/increase", **fields, **more).status_code == 404
    assert told.fund_id != other.fund_id
