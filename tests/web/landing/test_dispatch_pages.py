"""The office seals the half month, compares it, prints the paper and gives things to do."""

import io
import re
from datetime import UTC, datetime

import openpyxl
import pypdf
import pytest

from dealflow import blockers, dispatch, landings
from dealflow.landings import MoneyKind
from portfolio import organisations
from portfolio.kernel.actors import Actor, Role
from portfolio.kernel.db import Database
from tests.web.conftest import LogIn
from tests.web.deals.town import YI, Desk, Town

EARLIER = datetime(2024, 3, 16, 2, tzinfo=UTC)


@pytest.fixture
def sealed(database: Database, town: Town, officer: Actor) -> Town:
    """The half month up to 15 March 2024 is sealed."""
    with database.writing(at=EARLIER) as work:
        dispatch.seal(work, officer, as_of=dispatch.to_seal(work, work.today()))
    return town


def pending(office: Desk) -> str:
    ask = office.see("/dispatch/seal")
    return re.findall(r'type="hidden" name="as_of" value="([^"]+)"', ask)[0]


# ---- sealing
def test_sealing_restates_the_facts_first_and_happens_once(sealed: Town, office: Desk) -> None:
    day = pending(office)
    assert "不可修改" in office.see("/dispatch/seal")
    done = office.send("/dispatch/seal", as_of=day)
    assert done.status_code == 303
    page = office.see(done.headers["location"].split("?")[0], tab="diff", as_of=day)
    assert f"{day}" in page
    assert "SHA-256" in page
    again = office.send("/dispatch/seal", as_of=day)
    assert again.status_code == 422
    assert "封存" in again.text


def test_a_fund_manager_sees_the_dispatch_and_may_not_seal(sealed: Town, gp: Desk) -> None:
    assert "/dispatch/seal" not in gp.see("/landing", tab="diff")
    assert gp.send("/dispatch/seal", as_of="2024-03-31").status_code == 403


def test_an_investor_sees_no_part_of_it(
    database: Database, sealed: Town, logged_in: LogIn, officer: Actor
) -> None:
    with database.writing() as work:
        investor = organisations.create(work, officer, name="出资人").id
    lp = logged_in(Role.LP, organisation_id=investor)
    for path in ("/landing?tab=diff", "/leads", "/calendar", "/organisation", "/stalled"):
        assert lp.get(path).status_code == 403
    assert lp.get("/dispatch/2024-03-15/paper.pdf").status_code == 403


def test_before_the_first_seal_the_page_says_what_to_do(town: Town, office: Desk) -> None:
    assert "尚未封存" in office.see("/landing", tab="diff")
    assert office.browser.get("/dispatch/2024-03-15/paper.pdf").status_code == 404


# ---- comparing
def test_money_that_came_between_shows_with_its_unit(
    database: Database, sealed: Town, office: Desk, officer: Actor, second_officer: Actor
) -> None:
    page = office.see("/landing", tab="diff")
    assert "暂无对比期" in page
    office.send("/dispatch/seal", as_of=pending(office))
    page = office.see("/landing", tab="diff")
    assert "2024-03-15" in page
    assert "半月对比" in page


def test_a_late_entry_shows_as_restated(
    database: Database, sealed: Town, office: Desk, officer: Actor, second_officer: Actor, store
) -> None:
    with database.writing() as work:
        file = store.keep(work, officer, name="回单.pdf", content=b"%PDF-1.7 receipt")
        arrival = landings.arrive(
            work,
            officer,
            sealed.project_id,
            on=datetime(2024, 3, 1, tzinfo=UTC).date(),
            amount_fen=2 * YI,
            kind=MoneyKind.FIXED_ASSETS,
            evidence_file_id=file.id,
        )
        landings.verify(
            work, second_officer, arrival.id, accepted=True, on=arrival.recorded_at.date()
        )
    page = office.see("/landing", tab="diff", to="2024-03-15")
    assert "封存后重述" in page
    assert "+2.00" in page
    assert "补录" in page


def test_the_paper_is_two_tagged_sheets_of_a4(sealed: Town, office: Desk) -> None:
    answer = office.browser.get("/dispatch/2024-03-15/paper.pdf?lang=zh")
    assert answer.status_code == 200, answer.text[:300]
    book = pypdf.PdfReader(io.BytesIO(answer.content))
    assert len(book.pages) == 2
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in book.pages} == {
        (595, 842)
    }
    text = "".join(page.extract_text() for page in book.pages)
    assert "半月调度材料" in text
    assert "交办事项" in text
    assert book.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_the_workbook_has_every_change(sealed: Town, office: Desk) -> None:
    office.send("/dispatch/seal", as_of=pending(office))
    with_base = office.browser.get(f"/dispatch/{latest(office)}/changes.xlsx?base=2024-03-15")
    sheet = openpyxl.load_workbook(io.BytesIO(with_base.content)).active
    heads = [cell.value for cell in sheet[1]]
    assert "SHA-256" in heads


def latest(office: Desk) -> str:
    page = office.see("/landing", tab="diff")
    return re.findall(r"/dispatch/(\d{4}-\d{2}-\d{2})/paper.pdf", page)[0]


# ---- blockers and action items
def test_a_blocker_is_raised_on_the_project_and_cleared_in_the_dispatch(
    sealed: Town, office: Desk
) -> None:
    base = f"/deals/{sealed.project_id}"
    assert "登记堵点" in office.see(base, tab="overview")
    raised = office.send(f"{base}/blockers", kind="land", text="缺用地指标", on="2024-03-01")
    assert raised.status_code == 303
    page = office.see("/landing", tab="diff")
    assert "缺用地指标" in page
    end = re.findall(r'action="(/dispatch/blockers/[^"]+/end)"', page)[0]
    assert office.send(end, on="2024-02-01", how="已供地").status_code == 422
    assert office.send(end, on="2024-03-10", how="已供地").status_code == 303
    assert "缺用地指标" not in office.see("/landing", tab="diff")


def test_an_action_item_has_a_unit_and_a_day(sealed: Town, office: Desk, database) -> None:
    given = office.send(
        "/dispatch/actions", text="协调用电", unit=sealed.unit_id, due_on="2099-01-01"
    )
    assert given.status_code == 303
    early = office.send(
        "/dispatch/actions", text="协调用电", unit=sealed.unit_id, due_on="2020-01-01"
    )
    assert early.status_code == 422
    office.send("/dispatch/seal", as_of=pending(office))
    with database.reading() as work:
        (item,) = blockers.actions(work, datetime(2099, 1, 1, tzinfo=UTC).date())
    assert (item.text, item.unit_name) == ("协调用电", "临空办")
    done = office.send(
        f"/dispatch/actions/{item.action_id}/end", on=str(item.raised_on), how="已办"
    )
    assert done.status_code == 303


# ---- the other parts
@pytest.mark.parametrize("tab", ["screen", "funnel", "cohort", "race", "outlook"])
def test_every_part_of_the_page_opens_in_both_languages(town: Town, office: Desk, tab: str) -> None:
    for lang in ("zh", "en"):
        assert office.browser.get(f"/landing?tab={tab}&lang={lang}").status_code == 200


def test_a_figure_of_one_unit_opens_to_its_rows(town: Town, office: Desk) -> None:
    page = office.see(
        "/figures/contract_amount", unit_id=town.unit_id, since="2024-01-01", as_of="2024-12-31"
    )
    assert "示例空天基地" in page
    assert "临空办" in page
    answer = office.browser.get("/figures/contract_amount?unit_id=nobody")
    assert answer.status_code == 404


# ---- definitions and targets
def test_the_office_adds_a_version_and_never_edits_one(town: Town, office: Desk) -> None:
    page = office.see("/definitions", code="start_rate_due")
    assert "cohort_due_started" in page
    form = {
        "text": "按期开工÷签约",
        "numerator": "cohort_due_on_time",
        "denominator": "projects_signed",
        "basis": "cohort",
        "valid_from": "2024-06-01",
    }
    assert office.send("/definitions/start_rate_due", version=1, **form).status_code == 303
    page = office.see("/definitions", code="start_rate_due", as_of="2024-07-01")
    assert "按期开工÷签约" in page
    assert "v1" in page
    assert "按期开工÷签约" not in office.see("/definitions", as_of="2024-05-01")
    stale = office.send("/definitions/start_rate_due", version=1, **form)
    assert stale.status_code == 409


def test_a_rate_with_an_unknown_row_set_is_refused(town: Town, office: Desk) -> None:
    answer = office.send(
        "/definitions/start_rate_due",
        version=1,
        text="x",
        numerator="whatever",
        denominator="projects_signed",
        basis="cohort",
        valid_from="2024-06-01",
    )
    assert answer.status_code == 422
    assert "whatever" in answer.text


def test_a_target_is_set_and_shown_against_time(town: Town, office: Desk) -> None:
    answer = office.send(
        "/targets",
        year="2024",
        scope="unit",
        subject=town.unit_id,
        code="contract_amount",
        at_least="20",
    )
    assert answer.status_code == 303
    page = office.see("/landing", tab="outlook", scope="unit", as_of="2024-12-31")
    assert "50.0%" in page
    half = office.send(
        "/targets",
        year="2024",
        scope="unit",
        subject=town.unit_id,
        code="projects_started",
        at_least="1.5",
    )
    assert half.status_code == 422
