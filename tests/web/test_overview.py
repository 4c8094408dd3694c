"""The first page: what it shows of an empty district, and who never sees it."""

from datetime import date

from portfolio.kernel import site as sites
from portfolio.kernel.actors import Role


def test_an_empty_district_shows_zero_counts_and_reasons_instead_of_rates(logged_in) -> None:
    page = logged_in(Role.INVESTMENT_OFFICE).get("/?lang=en&as_of=2026-09-30")
    assert page.status_code == 200
    assert "nan" not in page.text.lower().replace("finance", "")
    assert 'class="nil"' in page.text


def test_the_page_opens_with_the_day_of_the_published_scorecard(logged_in, database, admin) -> None:
    with database.writing() as work:
        sites.change(work, admin, attraction_as_of="2023-10-31")
    page = logged_in(Role.AUDITOR).get("/")
    assert "2023-10-31" in page.text


def test_landing_reads_a_period_of_its_own(logged_in) -> None:
    page = logged_in(Role.AUDITOR).get("/landing?since=2026-03-01&as_of=2026-09-30")
    assert page.status_code == 200
    assert 'value="2026-03-01"' in page.text


def test_a_day_that_cannot_be_read_is_refused_with_the_form_to_write_it(logged_in) -> None:
    page = logged_in(Role.AUDITOR).get("/landing?as_of=yesterday&lang=en")
    assert page.status_code == 422
    assert "Write the day as" in page.text


def test_an_investor_never_sees_the_district(logged_in, database, manager) -> None:
    from portfolio import organisations

    with database.writing() as work:
        investor = organisations.create(work, manager, name="出资人甲")
    browser = logged_in(Role.LP, organisation_id=investor.id)
    assert browser.get("/").headers["location"] == "/funds"
    assert browser.get("/landing").status_code == 403


def test_the_figures_of_a_day_do_not_depend_on_the_clock(logged_in) -> None:
    browser = logged_in(Role.AUDITOR)
    one = browser.get("/", params={"as_of": date(2024, 2, 29).isoformat()})
    assert one.status_code == 200
