"""One project in the browser: from a refused payment to a paid tranche and back, by two people."""

import re
from datetime import date

import pytest

from dealflow import landings, measures
from dealflow.chain_figures import chain_figures
from portfolio import ledger, organisations
from portfolio.accounts import AccountCode
from portfolio.kernel.actors import Role
from portfolio.kernel.db import Database
from portfolio.kernel.files import Store
from portfolio.ledger import Moment
from tests.web.conftest import hidden_fields
from tests.web.deals.town import LATER, PDF, SEEN, SIGNED, YI, Desk, Town, shown


def three_books(database: Database, desk: Desk, town: Town) -> tuple[int, str, str, str]:
    """Cash in the ledger; project in place, chain in place and its fund money as shown."""
    with database.reading() as work:
        cash = ledger.balance_fen(
            work, Moment(as_of=date.max), AccountCode.CASH, fund_id=town.fund_id
        )
    page = desk.see(f"/deals/{town.project_id}", tab="chain")
    return cash, shown(page, "in-place"), shown(page, "chain-in-place"), shown(page, "chain-fund")


# ---- the main job
def test_a_gated_tranche_waits_for_verified_evidence_then_one_payment_moves_three_books_and_back(
    town, gp, office, database
) -> None:
    base = f"/deals/{town.project_id}"
    pay = f"{base}/tranches/{town.gated_id}/payment"
    before = three_books(database, gp, town)
    assert before == (3 * YI, "0.00", "0.00", "0.00")

    refused = gp.send(pay, effective_date="2024-10-08")
    assert refused.status_code == 422
    assert "C1 固定资产投资累计" in refused.text
    assert "3.00 亿元" in refused.text
    assert three_books(database, gp, town) == before

    observe = f"{base}/conditions/{town.condition_id}/observations"
    for value in ("2.64", "3.05"):
        sent = gp.send(observe, file="evidence", value=value, observed_on=SEEN.isoformat())
        assert sent.status_code == 303, sent.text
        assert gp.send(pay, effective_date="2024-10-08").status_code == 422  # nobody verified it
        page = office.see(base, tab="conditions")
        check = re.findall(rf'action="({base}/observations/[^"]+/check)"', page)[0]
        assert gp.send(check, accepted="true").status_code == 403
        assert office.send(check, accepted="true").status_code == 303
        if value == "2.64":
            short = gp.send(pay, effective_date="2024-10-08")
            assert short.status_code == 422
            assert "0.36 亿元" in short.text
    paid = gp.send(pay, effective_date="2024-10-08")
    assert paid.status_code == 303, paid.text
    after = three_books(database, gp, town)
    assert after == (3 * YI - YI * 8 // 10, "0.80", "0.80", "0.80")
    with database.reading() as work:
        assert chain_figures(work, LATER)[0].in_place_fen == YI * 8 // 10
        figures = {one.code: one for one in measures.measures(work, SIGNED, LATER)}
        assert figures["money_in_place"].value == YI * 8 // 10

    reverse = f"{base}/tranches/{town.gated_id}/reversal"
    assert gp.send(reverse, reason="").status_code == 422
    assert gp.send(reverse, reason="户名有误").status_code == 303
    assert three_books(database, gp, town) == before


def test_the_person_who_recorded_an_observation_cannot_verify_it(town, office) -> None:
    base = f"/deals/{town.project_id}"
    path = f"{base}/conditions/{town.condition_id}/observations"
    office.send(path, file="evidence", value="3", observed_on=SEEN.isoformat())
    page = office.see(base, tab="conditions")
    assert "须由第二人核验" in page
    assert "/check" not in page


def test_an_observation_is_returned_with_a_reason_and_the_tranche_stays_held(
    town, gp, office
) -> None:
    base = f"/deals/{town.project_id}"
    path = f"{base}/conditions/{town.condition_id}/observations"
    gp.send(path, file="evidence", value="3", observed_on=SEEN.isoformat())
    check = re.findall(
        rf'action="({base}/observations/[^"]+/check)"', office.see(base, tab="conditions")
    )[0]
    assert office.send(check, accepted="false").status_code == 422
    assert office.send(check, accepted="false", reason="发票不全").status_code == 303
    pay = f"{base}/tranches/{town.gated_id}/payment"
    assert gp.send(pay, effective_date="2024-10-08").status_code == 422


def test_a_payment_asks_first_restating_fund_amount_and_what_is_missing(town, gp) -> None:
    page = gp.see(f"/deals/{town.project_id}/tranches/{town.gated_id}/payment")
    assert "示例基金" in page
    assert "0.80 亿元" in page
    assert "C1 固定资产投资累计" in page


def test_a_waiver_needs_its_resolution_and_opens_the_gate(town, gp, office) -> None:
    base = f"/deals/{town.project_id}"
    waive = f"{base}/conditions/{town.condition_id}/waiver"
    fields = {"decided_on": "2024-09-30", "reason": "投决会 2024-7 号决议"}
    assert office.send(waive, **fields).status_code == 422
    assert office.send(waive, file="resolution", **fields).status_code == 303
    pay = f"{base}/tranches/{town.gated_id}/payment"
    assert gp.send(pay, effective_date="2024-10-08").status_code == 303


def test_a_payment_sent_twice_is_booked_once(town, gp, database) -> None:
    path = f"/deals/{town.project_id}/tranches/{town.first_id}/payment"
    fields = hidden_fields(gp.browser.get("/account").text) | {"effective_date": "2024-10-08"}
    first, again = (gp.browser.post(path, data=fields) for _ in range(2))
    assert first.status_code == again.status_code == 303
    with database.reading() as work:
        cash = ledger.balance_fen(
            work, Moment(as_of=date.max), AccountCode.CASH, fund_id=town.fund_id
        )
    assert cash == 3 * YI - YI * 9 // 10


def test_a_payment_of_a_day_to_come_is_refused(town, gp) -> None:
    path = f"/deals/{town.project_id}/tranches/{town.first_id}/payment"
    assert gp.send(path, effective_date="2199-01-01").status_code == 422


def test_only_who_pays_tranches_is_asked_about_paying(town, office) -> None:
    path = f"/deals/{town.project_id}/tranches/{town.first_id}/payment"
    assert office.browser.get(path).status_code == 403
    assert office.send(path, effective_date="2024-10-08").status_code == 403
    assert path not in office.see(f"/deals/{town.project_id}", tab="conditions")


# ---- money in place
def test_money_counts_once_a_second_person_verified_it(town, gp, office) -> None:
    base = f"/deals/{town.project_id}"
    fields = {
        "amount": "6000",
        "amount_unit": "wan",
        "on": "2024-06-01",
        "kind": "registered_capital",
    }
    assert gp.send(f"{base}/arrivals", file="evidence", **fields).status_code == 303
    page = office.see(base, tab="money")
    assert shown(page, "in-place") == "0.00"
    check = re.findall(rf'action="({base}/arrivals/[^"]+/check)"', page)[0]
    assert office.send(check, accepted="true").status_code == 303
    page = office.see(base, tab="money")
    assert shown(page, "in-place") == "0.60"
    void = re.findall(rf'action="({base}/arrivals/[^"]+/void)"', page)[0]
    assert office.send(void, reason="重复登记").status_code == 303
    assert shown(office.see(base, tab="money"), "in-place") == "0.00"


def test_who_recorded_money_cannot_verify_it(town, office, database) -> None:
    base = f"/deals/{town.project_id}"
    fields = {"amount": "1", "amount_unit": "yi", "on": "2024-06-01", "kind": "loan"}
    office.send(f"{base}/arrivals", file="evidence", **fields)
    assert "/check" not in office.see(base, tab="money")
    with database.reading() as work:
        arrival_id = landings.to_verify(work, LATER)[0][0]
    assert office.send(f"{base}/arrivals/{arrival_id}/check", accepted="true").status_code == 403


# ---- evidence
def evidence_link(desk: Desk, town: Town) -> str:
    base = f"/deals/{town.project_id}"
    path = f"{base}/conditions/{town.condition_id}/observations"
    desk.send(path, file="evidence", value="3", observed_on=SEEN.isoformat())
    found = re.search(r'href="(/evidence/[^"]+)"', desk.see(base, tab="evidence"))
    assert found
    return found[1]


def test_evidence_is_an_attachment_in_a_sandbox_of_our_own_content_type(town, gp) -> None:
    answer = gp.browser.get(evidence_link(gp, town))
    assert answer.content == PDF[1]
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E8")
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_file_that_was_changed_on_the_disk_is_not_handed_out(town, gp, store: Store) -> None:
    link = evidence_link(gp, town)
    for path in store.folder.rglob("*"):
        if path.is_file() and path.read_bytes() == PDF[1]:
            path.write_bytes(b"%PDF-1.7 another")
    assert gp.browser.get(link).status_code == 422


def test_a_file_that_is_no_evidence_is_not_there(gp, database, store, manager) -> None:
    with database.writing() as work:
        file = store.keep(work, manager, name="报告.pdf", content=b"%PDF-1.7 for one partner")
    assert gp.browser.get(f"/evidence/{file.id}").status_code == 404


def test_a_file_of_an_unknown_kind_is_refused(town, gp) -> None:
    path = f"/deals/{town.project_id}/conditions/{town.condition_id}/observations"
    token = hidden_fields(gp.browser.get("/account").text)
    answer = gp.browser.post(
        path,
        data=token | {"value": "3", "observed_on": SEEN.isoformat()},
        files={"evidence": ("a.pdf", b"<script>", "application/pdf")},
    )
    assert answer.status_code == 422


# ---- who sees what
TABS = ("overview", "conditions", "money", "evidence", "chain", "activity", "audit")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_tab_shows(town, gp, lang) -> None:
    for tab in TABS:
        page = gp.see(f"/deals/{town.project_id}", tab=tab, lang=lang)
        assert 'aria-current="page"' in page
        assert "示例空天基地" in page


def test_a_past_day_shows_no_form_and_what_stood_then(town, gp) -> None:
    page = gp.see(f"/deals/{town.project_id}", tab="conditions", as_of="2024-02-01")
    assert "<form method" not in page[page.index('id="main"') : page.index("</main>")]
    assert (
        gp.browser.get(f"/deals/{town.project_id}", params={"as_of": "2023-01-01"}).status_code
        == 404
    )


def test_an_auditor_reads_and_changes_nothing(town, logged_in) -> None:
    auditor = Desk(logged_in(Role.AUDITOR))
    page = auditor.see(f"/deals/{town.project_id}", tab="conditions")
    assert "hx-post" not in page[page.index('id="main"') : page.index("</main>")]
    path = f"/deals/{town.project_id}/tranches/{town.first_id}/payment"
    assert auditor.send(path, effective_date="2024-10-08").status_code == 403


def test_a_limited_partner_has_no_deals(town, logged_in, database, manager) -> None:
    with database.writing() as work:
        investor = organisations.create(work, manager, name="另一示例出资人")
    lp = logged_in(Role.LP, organisation_id=investor.id)
    for path in ("/deals", f"/deals/{town.project_id}", "/deals/new"):
        assert lp.get(path).status_code == 403


@pytest.mark.usefixtures("town")
def test_a_project_without_an_agreement_shows_every_tab(office) -> None:
    fields = {"firm_name": "新示例公司", "name": "新示例项目", "first_heard_on": "2026-01-05"}
    base = office.send("/deals/new", **fields).headers["location"].split("?")[0]
    for tab in TABS:
        assert "新示例项目" in office.see(base, tab=tab)


def test_an_unknown_project_is_not_there(town, gp) -> None:
    assert gp.browser.get("/deals/none").status_code == 404
    assert gp.browser.get(f"/deals/{town.chain_id}").status_code == 404


def test_a_refusal_in_place_fills_the_box_of_its_form(town, gp) -> None:
    path = f"/deals/{town.project_id}/tranches/{town.gated_id}/payment"
    token = hidden_fields(gp.browser.get("/account").text)
    answer = gp.browser.post(
        path, data=token | {"effective_date": "2024-10-08"}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 422
    assert answer.headers["hx-retarget"] == "find .errbox"
