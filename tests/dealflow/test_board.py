"""The board in any order and of any year, and a firm taken in with what it means to do."""

from datetime import date

import pytest

from dealflow import board, intake
from dealflow.board import Column, Filters, Order, Sort
from dealflow.intake import Firm, Intention
from dealflow.projects import SizeClass
from portfolio import organisations
from portfolio.kernel import actors
from portfolio.kernel.actors import Actor, Role
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, NotFoundError
from tests.dealflow.district import YI, District

AS_OF = date(2023, 10, 31)
GOOD_CODE = "91500000MA5U0000YR"


def names(work: Work, **narrowed: object) -> list[str]:
    return [row.name for row in board.table(work, AS_OF, Filters(**narrowed)).rows]  # type: ignore[arg-type] # test words


@pytest.mark.parametrize("by", list(Sort))
@pytest.mark.parametrize("descending", [False, True])
def test_pages_of_any_order_hold_each_project_once(
    work: Work, district: District, by: Sort, descending: bool
) -> None:
    for number in range(7):
        project = district.project(planned_investment_fen=(number % 3 + 1) * YI)
        if number % 2:
            district.verified(project, date(2023, 3, number), YI)
    order, after, seen = Order(by=by, descending=descending), None, []
    while True:
        page = board.table(work, AS_OF, order=order, limit=3, after=after)
        assert page.skipped == len(seen)
        seen += [row.project_id for row in page.rows]
        after = page.after
        if after is None:
            break
    assert len(seen) == len(set(seen)) == page.projects == 7


def test_the_totals_of_a_page_are_those_of_all(work: Work, district: District) -> None:
    for _ in range(5):
        district.verified(district.project(planned_investment_fen=2 * YI), date(2023, 3, 1), YI)
    page = board.table(work, AS_OF, limit=2)
    assert (page.projects, page.amount_fen, page.in_place_fen) == (5, 10 * YI, 5 * YI)


def test_a_year_holds_what_was_signed_in_it_and_what_is_not_signed(
    work: Work, district: District
) -> None:
    district.project("未签")
    district.sign(district.project("去年"), date(2022, 5, 1), YI)
    district.sign(district.project("今年"), date(2023, 5, 1), YI)
    assert set(names(work, year=2023)) == {"未签", "今年"}
    assert set(names(work, year=2022)) == {"未签", "去年"}


def test_a_column_of_the_table_is_that_of_the_board(work: Work, district: District) -> None:
    district.sign(district.project("签约"), date(2023, 5, 1), YI)
    district.project("线索", size_class=SizeClass.YI50)
    formal = board.table(work, AS_OF, column=Column.FORMAL)
    assert [row.name for row in formal.rows] == ["签约"]
    assert names(work, size_class=SizeClass.YI50) == ["线索"]


def test_a_key_that_no_page_gave_finds_nothing(work: Work) -> None:
    with pytest.raises(NotFoundError):
        board.table(work, AS_OF, after="x")


def test_a_firm_is_taken_in_once_and_its_projects_are_numbered(work: Work, admin: Actor) -> None:
    account = actors.create_account(
        work, admin, login="o", name="招商专员", role=Role.INVESTMENT_OFFICE, password_hash="x"
    )
    officer = actors.actor_of(account)
    firm = Firm(name="新企业", credit_code=GOOD_CODE)
    first, second = (
        intake.take_in(
            work, officer, firm=firm, intention=Intention(name=name, first_heard_on=AS_OF)
        )
        for name in ("甲", "乙")
    )
    assert first.organisation_id == second.organisation_id
    assert (first.code, second.code) == ("P-2023-001", "P-2023-002")
    assert first.owner_account_id == officer.id


def test_a_code_of_another_firm_is_refused(work: Work, officer: Actor) -> None:
    organisations.create(work, officer, name="老企业", credit_code=GOOD_CODE)
    with pytest.raises(DomainError, match="belongs to 老企业"):
        intake.take_in(
            work,
            officer,
            firm=Firm(name="新企业", credit_code=GOOD_CODE),
            intention=Intention(name="甲", first_heard_on=AS_OF),
        )
