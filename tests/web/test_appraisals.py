"""The accountant sees how a value is worked out before it is put forward."""

import pytest

from portfolio import marks
from portfolio.kernel.actors import Role
from portfolio.ledger import Moment
from tests.web.books import open_fund
from tests.web.conftest import PASSWORD, forget_password, hidden_fields

TYPED = {
    "technique": "multiple",
    "as_of": "2024-06-30",
    "unit": "wan",
    "price": "30",
    "entry_metric": "10",
    "entry_peer_multiple": "8",
    "entry_net_debt": "20",
    "entry_share": "30",
    "now_metric": "12",
    "now_peer_multiple": "9",
    "now_net_debt": "20",
    "now_share": "30%",
    "level": "3",
    "unit_of_account": "holding",
    "events": "无",
}


@pytest.fixture
def told(database, manager):
    with database.writing() as work:
        return open_fund(work, manager)


def path(told, rest: str) -> str:
    return f"/investments/{told.investment_id}/{rest}"


@pytest.mark.parametrize(
    "technique", ["multiple", "dcf", "net_assets", "fund_nav", "recent_investment", "other"]
)
def test_each_technique_has_its_form(logged_in, told, technique) -> None:
    page = logged_in(Role.FUND_MANAGER).get(path(told, f"marks/new?technique={technique}"))
    assert page.status_code == 200
    assert "as_of" in page.text


def test_the_steps_to_the_value_are_seen_and_nothing_is_put_forward(
    logged_in, told, database
) -> None:
    """By hand: 30/30 % + 20 = 120, 12× against 8×: 1.5; now 12 × 13.5 = 162, less 20, 30 %."""
    page = logged_in(Role.FUND_MANAGER).get(path(told, "appraisals/preview"), params=TYPED)
    assert "426,000 元" in page.text
    assert "13.50x" in page.text
    assert history(database, told) == []


def test_what_is_missing_is_said_in_the_place_of_the_value(logged_in, told) -> None:
    page = logged_in(Role.FUND_MANAGER).get(
        path(told, "appraisals/preview"), params=TYPED | {"now_metric": ""}
    )
    assert page.status_code == 200
    assert "未填写" in page.text


def history(database, told):
    with database.reading() as work:
        return marks.history(work, Moment(as_of=marks.date.max), told.investment_id)


def test_the_value_is_put_forward_and_its_assumptions_stand_old_beside_new(
    logged_in, told, database
) -> None:
    browser = logged_in(Role.FUND_MANAGER)
    for metric in ("12", "14"):
        fields = hidden_fields(browser.get(path(told, "marks/new")).text)
        answer = browser.post(
            path(told, "appraisals"), data=fields | TYPED | {"now_metric": metric}
        )
        assert answer.status_code == 303, answer.text
    first, second = history(database, told)
    assert (first.fair_value_fen, second.version) == (42_600_000, 2)
    page = browser.get(path(told, "")[:-1] + "?unit=wan").text
    assert "14 万元" in page
    assert "12 万元" in page
    form = browser.get(path(told, "marks/new")).text
    assert 'name="now_metric" value="14"' in form


def test_an_approval_names_the_version_and_an_older_one_is_refused(
    logged_in, told, database
) -> None:
    browser = logged_in(Role.FUND_MANAGER)
    for _ in range(2):
        fields = hidden_fields(browser.get(path(told, "marks/new")).text)
        browser.post(path(told, "appraisals"), data=fields | TYPED)
    first, second = history(database, told)
    colleague = logged_in(Role.FUND_MANAGER, "second")
    answers = []
    for mark in (first, second):
        asked = colleague.get(path(told, f"marks/{mark.mark_id}/approval"))
        answers.append(
            colleague.post(
                path(told, f"marks/{mark.mark_id}/approval"), data=hidden_fields(asked.text)
            )
        )
    assert "已被第" in answers[0].text
    assert answers[1].status_code == 303


def test_an_approval_asks_once_more_who_approves(logged_in, told, database) -> None:
    browser = logged_in(Role.FUND_MANAGER)
    fields = hidden_fields(browser.get(path(told, "marks/new")).text)
    browser.post(path(told, "appraisals"), data=fields | TYPED)
    (mark,) = history(database, told)
    colleague = logged_in(Role.FUND_MANAGER, "second")
    approval = path(told, f"marks/{mark.mark_id}/approval")
    asked = hidden_fields(colleague.get(approval).text)
    forget_password(database)
    stale = colleague.post(approval, data=asked)
    assert stale.status_code == 422
    assert "超过十分钟" in stale.text
    assert history(database, told)[0].approved_by is None
    assert colleague.post(approval, data=asked | {"my_password": PASSWORD}).status_code == 303


def test_silence_about_events_is_refused(logged_in, told, database) -> None:
    browser = logged_in(Role.FUND_MANAGER)
    fields = hidden_fields(browser.get(path(told, "marks/new")).text)
    answer = browser.post(path(told, "appraisals"), data=fields | TYPED | {"events": " "})
    assert answer.status_code >= 400
    assert history(database, told) == []


def test_only_who_prepares_marks_sees_the_form(logged_in, told) -> None:
    assert logged_in(Role.AUDITOR).get(path(told, "marks/new")).status_code == 403
