"""The books are handed out to who typed his password lately, and the trail says who took them."""

import pytest
import sqlalchemy as sa
from sqlmodel import col

from portfolio import organisations
from portfolio.kernel.actors import Role
from portfolio.kernel.audit import AuditLine
from tests.portfolio.conftest import open_book
from tests.web.conftest import PASSWORD, forget_password, hidden_fields


@pytest.fixture(autouse=True)
def fund(database, manager) -> None:
    with database.writing() as work:
        book = open_book(work, manager, "HT")
        book.partner("LP1", 600_000_00)
        book.contribute(600_000_00)


def ask(browser, kind: str = "beancount", **more: str):
    fields = hidden_fields(browser.get("/data/export").text)
    return browser.post("/data/export", data=fields | {"fund": "HT", "kind": kind} | more)


@pytest.mark.parametrize(("kind", "holds"), [("beancount", "Assets:Cash"), ("csv", "debit_yuan")])
def test_a_manager_takes_the_books_and_the_trail_says_so(logged_in, database, kind, holds) -> None:
    browser = logged_in(Role.FUND_MANAGER)
    answer = ask(browser, kind)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/data/export/HT.{kind}")
    file = browser.get(answer.headers["location"])
    assert file.status_code == 200
    assert holds in file.text
    assert "attachment" in file.headers["content-disposition"]
    with database.reading() as work:
        taken = sa.select(sa.func.count()).where(col(AuditLine.action) == "books:export")
        assert work.scalar(taken) == 1


def test_after_ten_minutes_the_password_is_asked_again(logged_in, database) -> None:
    browser = logged_in(Role.AUDITOR)
    forget_password(database)
    assert "超过十分钟" in refused(ask(browser))
    assert "超过十分钟" in refused(browser.get("/data/export/HT.beancount"))
    assert ask(browser, my_password=PASSWORD).status_code == 303
    assert browser.get("/data/export/HT.beancount").status_code == 200


def refused(answer) -> str:
    assert answer.status_code >= 400
    return answer.text


def test_a_partner_does_not_get_the_books(logged_in, database, manager) -> None:
    with database.writing() as work:
        investor = organisations.find_or_create(work, manager, name="HT LP1")
        investor_id = investor.id
    browser = logged_in(Role.LP, organisation_id=investor_id)
    assert browser.get("/data/export").status_code == 403
    assert browser.get("/data/export/HT.beancount").status_code == 403


def test_books_that_are_not_there_are_not_there(logged_in) -> None:
    browser = logged_in(Role.FUND_MANAGER)
    assert browser.get("/data/export/XX.beancount").status_code == 404
    assert browser.get("/data/export/HT.exe").status_code in {404, 422}
