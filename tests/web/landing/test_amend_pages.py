"""A unit, an amount or a start date is amended on a page of its project, with day and reason."""

from datetime import UTC, date, datetime

import pytest

from dealflow import agreements, amendments, dispatch, projects, units
from dealflow.units import UnitKind
from portfolio.kernel.actors import Actor, Role
from portfolio.kernel.db import Database
from tests.web.deals.town import Desk, Town

MARCH = date(2024, 3, 15)


@pytest.fixture
def sealed(database: Database, town: Town, officer: Actor) -> Town:
    """The half month up to 15 March 2024 is sealed; there is a second unit."""
    with database.writing(at=datetime(2024, 3, 16, 2, tzinfo=UTC)) as work:
        units.add(work, officer, code="U2", name="招商中心", kind=UnitKind.OTHER)
        dispatch.seal(work, officer, as_of=MARCH)
    return town


def second_unit(database: Database) -> str:
    with database.reading() as work:
        return next(one.id for one in units.listed(work) if one.name == "招商中心")


def version(database: Database, town: Town) -> int:
    with database.reading() as work:
        return projects.get(work, town.project_id).version


def test_a_unit_dated_back_shows_on_the_dispatch_as_restated(
    database: Database, sealed: Town, office: Desk
) -> None:
    base = f"/deals/{sealed.project_id}"
    assert f"{base}/amend" in office.see(base)
    page = office.see(f"{base}/amend")
    assert "已封存至 2024-03-15" in page
    form = {"unit": second_unit(database), "on": "2024-03-01", "reason": "分工调整"}
    sent = office.send(f"{base}/unit", version=version(database, sealed), **form)
    assert sent.status_code == 303
    assert "分工调整" in office.see(f"{base}/amend")
    page = office.see("/landing", tab="diff", to=str(MARCH))
    restated = page[page.index("封存后重述") :]
    assert "招商中心" in restated
    assert "临空办" in restated
    assert "分工调整" in restated


def test_a_stale_form_and_a_day_to_come_change_nothing(
    database: Database, sealed: Town, office: Desk
) -> None:
    base = f"/deals/{sealed.project_id}"
    form = {"unit": second_unit(database), "reason": "分工调整"}
    stale = office.send(f"{base}/unit", version=99, on="2024-03-01", **form)
    assert stale.status_code == 409
    early = office.send(f"{base}/unit", version=version(database, sealed), on="2099-01-01", **form)
    assert early.status_code == 422
    assert "2099-01-01" in early.text
    with database.reading() as work:
        assert amendments.at(work, date.max).said == {}


def test_amount_planned_and_start_are_amended_with_their_units(
    database: Database, sealed: Town, office: Desk
) -> None:
    with database.reading() as work:
        (paper,) = agreements.listed(work, date.max)
    here = f"/agreements/{paper.agreement_id}"
    sent = office.send(
        f"{here}/amount", version=paper.version, amount="9", amount_unit="yi", reason="录入有误"
    )
    assert sent.status_code == 303
    sent = office.send(
        f"{here}/start",
        version=paper.version + 1,
        start_due_on="2024-12-01",
        on="2024-02-01",
        reason="补充协议",
    )
    assert sent.status_code == 303
    sent = office.send(
        f"/deals/{sealed.project_id}/planned",
        version=version(database, sealed),
        amount="120000",
        amount_unit="wan",
        on="2024-02-01",
        reason="追加产线",
    )
    assert sent.status_code == 303
    page = office.see(f"/deals/{sealed.project_id}/amend")
    for text in ("9.00 亿元", "2024-12-01", "12.00 亿元", "录入有误", "补充协议", "追加产线"):
        assert text in page


def test_who_may_not_edit_sees_no_form(sealed: Town, logged_in) -> None:
    auditor = logged_in(Role.AUDITOR)
    assert auditor.get(f"/deals/{sealed.project_id}/amend").status_code == 403
    assert "/amend" not in auditor.get(f"/deals/{sealed.project_id}").text
