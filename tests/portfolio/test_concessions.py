"""让利 comes out of realised gains by a versioned rule, and a second person books it."""

from datetime import date

import pytest

from portfolio import capital, commitments, concessions
from portfolio.accounts import Line
from portfolio.concessions import ConcessionState
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError
from portfolio.kernel.files import Store
from portfolio.ledger import Moment
from tests.portfolio.conftest import Book

RULE_DAY, GAIN_DAY, ON = date(2025, 1, 1), date(2025, 6, 30), date(2025, 7, 1)


@pytest.fixture
def partners(work: Work, manager: Actor, book: Book) -> tuple[str, str]:
    """The government's partner and another; 90,000 yuan of realised gains are shared 2:1."""
    book.move(90_000_00, Line.REALISED_GAIN, GAIN_DAY)
    concessions.set_rule(work, manager, book.fund.id, share_ppm=500_000, valid_from=RULE_DAY)
    first, second = commitments.shares(work, book.fund.id, on=GAIN_DAY)
    return first.partner_id, second.partner_id


def propose(
    work: Work, actor: Actor, store: Store, partners: tuple[str, str], fen: int, on: date = ON
) -> str:
    file = store.keep(work, actor, name="决议.pdf", content=b"%PDF-1.7 x")
    return concessions.propose(
        work,
        actor,
        from_partner_id=partners[0],
        to_partner_id=partners[1],
        amount_fen=fen,
        effective_date=on,
        reason="返投完成",
        resolution_file_id=file.id,
    ).id


def navs(work: Work, book: Book) -> list[int]:
    found = capital.accounts(work, Moment(as_of=ON), book.fund.id)
    return [one.amounts.nav_fen for one in found.accounts]


def test_the_room_is_a_share_of_the_realised_gains_never_of_principal(
    work: Work, manager: Actor, book: Book, partners: tuple[str, str]
) -> None:
    book.move(60_000_00, Line.UNREALISED_GAIN, GAIN_DAY)  # may vanish again, so it is no gain here
    room = concessions.room(work, ON, partners[0])
    assert (room.gains_fen, room.limit_fen, room.left_fen) == (60_000_00, 30_000_00, 30_000_00)
    before = concessions.room(work, date(2025, 6, 29), partners[0])
    assert before.left_fen == 0


def test_an_approved_concession_moves_capital_between_the_partners_to_the_fen(
    work: Work,
    manager: Actor,
    second_manager: Actor,
    store: Store,
    book: Book,
    partners: tuple[str, str],
) -> None:
    before = navs(work, book)
    concession_id = propose(work, manager, store, partners, 30_000_00)
    assert navs(work, book) == before  # a proposal moves nothing
    concessions.decide(work, second_manager, concession_id, accepted=True)
    assert navs(work, book) == [before[0] - 30_000_00, before[1] + 30_000_00]
    assert concessions.room(work, ON, partners[0]).left_fen == 0
    concessions.reverse(work, second_manager, concession_id, reason="决议撤销")
    assert navs(work, book) == before
    assert concessions.listed(work, book.fund.id)[0].state is ConcessionState.REVERSED
    assert concessions.room(work, ON, partners[0]).left_fen == 30_000_00


def test_nothing_is_left_beyond_the_gains_and_not_by_the_one_who_proposed(
    work: Work,
    manager: Actor,
    second_manager: Actor,
    store: Store,
    partners: tuple[str, str],
) -> None:
    with pytest.raises(DomainError, match=r"30,000 yuan may still be left.*never out of principal"):
        propose(work, manager, store, partners, 30_000_01)
    first = propose(work, manager, store, partners, 20_000_00)
    second = propose(work, manager, store, partners, 20_000_00)
    with pytest.raises(DomainError, match="proposed this concession yourself"):
        concessions.decide(work, manager, first, accepted=True)
    concessions.decide(work, second_manager, first, accepted=True)
    with pytest.raises(DomainError, match="10,000 yuan may still be left"):
        concessions.decide(work, second_manager, second, accepted=True)


def test_without_a_rule_nothing_can_be_left_and_a_newer_rule_holds_from_its_day(
    work: Work, manager: Actor, book: Book, partners: tuple[str, str]
) -> None:
    with pytest.raises(DomainError, match="No rule on concessions"):
        concessions.room(work, date(2024, 12, 31), partners[0])
    with pytest.raises(DomainError, match="later day"):
        concessions.set_rule(work, manager, book.fund.id, share_ppm=0, valid_from=RULE_DAY)
    concessions.set_rule(work, manager, book.fund.id, share_ppm=0, valid_from=date(2025, 7, 2))
    assert concessions.room(work, ON, partners[0]).left_fen == 30_000_00
    assert concessions.room(work, date(2025, 7, 2), partners[0]).left_fen == 0
