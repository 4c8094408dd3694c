"""A holding's return belongs to the chain of the project behind its agreement."""

from datetime import date

import pytest

from dealflow import agreements, chain_returns, chains, projects
from portfolio import pooled
from portfolio.ledger import Moment
from tests.portfolio.conftest import open_book

PAID, SIGNED, END = date(2024, 2, 1), date(2024, 1, 15), date(2026, 1, 1)
NOW = Moment(as_of=END)


@pytest.fixture
def chain_ids(work, officer) -> tuple[str, str]:
    made = [chains.add(work, officer, slug=slug, name=slug) for slug in ("cars", "chips")]
    return made[0].id, made[1].id


@pytest.fixture
def book(work, manager):
    opened = open_book(work, manager, "HT")
    opened.partner("LP1", 900_000_00)
    opened.contribute(600_000_00)
    return opened


@pytest.fixture
def bind(work, officer, district):
    """Sign an agreement of a project and say which holding carries it out."""

    def made(project, holding, on: date = SIGNED) -> None:
        signed = district.sign(project, on, 1_000_00)
        agreements.attach(
            work, officer, signed.id, investment_id=holding.id, version=signed.version
        )

    return made


def held(book, code: str, fen: int, **firm: str):
    holding = book.holding(code, **firm)
    book.paid(holding, fen, PAID)
    return holding


def test_holdings_are_pooled_by_chain_and_system(
    work, manager, district, book, chain_ids, bind
) -> None:
    for code, fen, chain in (("I1", 100_00, chain_ids[0]), ("I2", 300_00, chain_ids[1])):
        project = district.project(chain_id=chain)
        bind(project, held(book, code, fen, organisation_id=project.organisation_id))
    held(book, "I3", 50_00)
    by_chain = chain_returns.by_chain(work, manager, NOW)
    assert {key: pool.paid_in_fen for key, pool in by_chain.items()} == {
        chain_ids[0]: 100_00,
        chain_ids[1]: 300_00,
        chain_returns.UNPLACED: 50_00,
        pooled.WHOLE: 450_00,
    }
    by_system = chain_returns.by_system(work, manager, NOW)
    assert by_system["making"].paid_in_fen == 400_00


def test_of_several_agreements_the_latest_by_then_decides(
    work, manager, officer, district, book, chain_ids, bind
) -> None:
    first = district.project(chain_id=chain_ids[0])
    second = projects.create(
        work,
        officer,
        name="二期",
        code="P999",
        organisation_id=first.organisation_id,
        first_heard_on=SIGNED,
        chain_id=chain_ids[1],
    )
    holding = held(book, "I1", 100_00, organisation_id=first.organisation_id)
    bind(first, holding)
    bind(second, holding, date(2025, 1, 1))
    assert chain_ids[1] in chain_returns.by_chain(work, manager, NOW)
    before = Moment(as_of=date(2024, 12, 31))
    assert chain_ids[0] in chain_returns.by_chain(work, manager, before)
