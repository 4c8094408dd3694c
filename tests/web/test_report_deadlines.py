"""The calendar shows by when a report is due, to those who may read it and to nobody else."""

from datetime import date

import pytest

from portfolio.kernel import site as sites
from portfolio.kernel.actors import SYSTEM, Role
from tests.web.books import open_fund
from web.views import calendar

TODAY = date(2024, 5, 20)  # the first quarter of 2024 is due 60 days after its end: on 30 May


@pytest.fixture(autouse=True)
def fund(database, manager) -> None:
    with database.writing() as work:
        open_fund(work, manager)


def test_a_report_is_due_sixty_days_after_the_quarter(database) -> None:
    with database.reading() as work:
        owed = calendar.owed_around(work, SYSTEM, TODAY, ahead=30, with_demo=True)
    (report,) = [one for one in owed if one.kind == "report"]
    assert (report.on, report.text, report.who) == (date(2024, 5, 30), "HT基金", "2024Q1")


def test_the_office_which_reads_no_reports_is_not_shown_them(database, officer) -> None:
    with database.reading() as work:
        owed = calendar.owed_around(work, officer, TODAY, ahead=30, with_demo=True)
    assert [one for one in owed if one.kind == "report"] == []


def test_the_page_leads_to_the_report(database, logged_in, admin) -> None:
    with database.writing() as work:
        sites.change(work, admin, today=TODAY.isoformat())
    page = logged_in(Role.FUND_MANAGER).get("/calendar?lang=zh").text
    assert "合伙人报告" in page
    assert 'href="/reports?quarter=2024Q1"' in page
