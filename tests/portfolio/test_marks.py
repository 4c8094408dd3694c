"""A mark takes two persons, and moves the unrealised gain on its date."""

from datetime import date

import pytest
import sqlalchemy as sa

from portfolio import commitments, ledger, marks
from portfolio.accounts import AccountCode, Line
from portfolio.kernel.db import new_id
from portfolio.kernel.errors import DomainError, NotAllowedError
from portfolio.ledger import Moment
from portfolio.marks import MarkApproval, Method

PAID, Q1, Q2 = date(2024, 2, 1), date(2024, 3, 31), date(2024, 6, 30)


@pytest.fixture
def holding(book):
    holding = book.holding()
    book.paid(holding, 100_000_00, PAID)
    return holding


@pytest.fixture
def prepare(work, manager, holding):
    def prepared(as_of: date, fen: int, **more):
        given = {"method": Method.MULTIPLES, "inputs": {"ev_sales": "3.2"}, **more}
        return marks.prepare(
            work, manager, investment_id=holding.id, as_of=as_of, fair_value_fen=fen, **given
        )

    return prepared


def unrealised(book, as_of: date, known_seq: int | None = None) -> int:
    moment = Moment(as_of=as_of, known_seq=known_seq)
    account = AccountCode.INVESTMENTS_UNREALISED
    return ledger.balance_fen(book.work, moment, account, fund_id=book.fund.id)


def test_a_draft_moves_nothing(book, prepare) -> None:
    prepare(Q1, 130_000_00)
    assert unrealised(book, Q1) == 0


def test_an_approved_mark_shares_the_gain_over_the_partners(
    work, book, prepare, second_manager
) -> None:
    marks.approve(work, second_manager, prepare(Q1, 130_000_01).id)
    assert unrealised(book, Q1) == 30_000_01
    by_line = ledger.capital_by_line(work, Moment(as_of=Q1), fund_id=book.fund.id)
    partners = [share.partner_id for share in commitments.shares(work, book.fund.id, on=Q1)]
    gains = [by_line[partner, Line.UNREALISED_GAIN] for partner in partners]
    assert gains == [20_000_01, 10_000_00]
    assert unrealised(book, date(2024, 3, 30)) == 0


def test_the_next_mark_books_only_the_change(work, book, prepare, second_manager) -> None:
    marks.approve(work, second_manager, prepare(Q1, 130_000_00).id)
    marks.approve(work, second_manager, prepare(Q2, 90_000_00).id)
    assert unrealised(book, Q1) == 30_000_00
    assert unrealised(book, Q2) == -10_000_00


def test_nobody_approves_his_own_mark(work, manager, prepare) -> None:
    mark = prepare(Q1, 130_000_00)
    with pytest.raises(DomainError, match=r"prepared this mark yourself.*colleague"):
        marks.approve(work, manager, mark.id)


def test_the_database_does_not_take_an_own_approval_either(work, manager, prepare) -> None:
    mark = prepare(Q1, 130_000_00)
    row = {
        "id": new_id(),
        "mark_id": mark.id,
        "approved_by": manager.id,
        "approved_at": work.recorded_at,
        "known_seq": 1,
        "is_demo": False,
    }
    for prepared_by in (manager.id, new_id()):  # nor one with a false preparer
        with pytest.raises(sa.exc.IntegrityError), work.session.begin_nested():
            work.session.execute(sa.insert(MarkApproval).values(prepared_by=prepared_by, **row))


def test_a_mark_is_approved_once(work, prepare, second_manager) -> None:
    mark = prepare(Q1, 130_000_00)
    marks.approve(work, second_manager, mark.id)
    with pytest.raises(DomainError, match="approved already"):
        marks.approve(work, second_manager, mark.id)


def test_an_older_mark_is_refused_once_a_later_one_counts(work, prepare, second_manager) -> None:
    early = prepare(Q1, 130_000_00)
    marks.approve(work, second_manager, prepare(Q2, 140_000_00).id)
    with pytest.raises(DomainError, match=r"A later mark.*2024-06-30.*Withdraw the later"):
        marks.approve(work, second_manager, early.id)


def test_a_second_opinion_for_the_same_day_replaces_the_first(
    work, book, prepare, second_manager
) -> None:
    marks.approve(work, second_manager, prepare(Q1, 130_000_00).id)
    second = marks.approve(work, second_manager, prepare(Q1, 120_000_00).id)
    assert second.version == 2
    assert unrealised(book, Q1) == 20_000_00


def test_a_withdrawn_mark_leaves_the_one_before(work, book, holding, prepare, second_manager):
    first = marks.approve(work, second_manager, prepare(Q1, 130_000_00).id)
    second = marks.approve(work, second_manager, prepare(Q2, 140_000_00).id)
    with pytest.raises(DomainError, match="Only the newest"):
        marks.withdraw(work, second_manager, first.mark_id, reason="wrong multiple")
    known_seq = ledger.last_seq(work)
    marks.withdraw(work, second_manager, second.mark_id, reason="wrong multiple")
    assert unrealised(book, Q2) == 30_000_00
    assert unrealised(book, Q2, known_seq) == 40_000_00

    def newest(moment: Moment) -> int:
        return marks.latest(work, moment, [holding.id])[holding.id].fair_value_fen

    assert newest(Moment(as_of=Q2)) == 130_000_00
    assert newest(Moment(as_of=Q2, known_seq=known_seq)) == 140_000_00


def test_a_mark_that_confirms_the_value_is_approved_without_a_transaction(
    work, prepare, second_manager
) -> None:
    before = ledger.last_seq(work)
    entry = marks.approve(work, second_manager, prepare(Q1, 100_000_00).id)
    assert entry.is_in_force
    assert entry.transaction_id is None
    assert ledger.last_seq(work) == before


def test_the_latest_is_the_newest_in_force_by_that_day(
    work, holding, prepare, second_manager
) -> None:
    marks.approve(work, second_manager, prepare(Q1, 130_000_00).id)
    prepare(Q2, 150_000_00)
    found = marks.latest(work, Moment(as_of=Q2), [holding.id])
    assert found[holding.id].as_of == Q1
    assert marks.latest(work, Moment(as_of=PAID), [holding.id]) == {}


def test_the_history_keeps_inputs_and_both_names(
    work, holding, manager, prepare, second_manager
) -> None:
    marks.approve(work, second_manager, prepare(Q1, 130_000_00, inputs={"倍数": 3.2}).id)
    prepare(Q2, 150_000_00)
    approved, draft = marks.history(work, Moment(as_of=Q2), holding.id)
    assert approved.inputs == {"倍数": 3.2}
    assert (approved.prepared_by, approved.approved_by) == (manager.id, second_manager.id)
    assert not draft.is_in_force


def test_drafts_wait_for_a_second_person(work, book, prepare, second_manager) -> None:
    marks.approve(work, second_manager, prepare(Q1, 130_000_00).id)
    draft = prepare(Q2, 150_000_00)
    assert [entry.mark_id for entry in marks.to_approve(work, [book.fund.id])] == [draft.id]


def test_a_mark_older_than_ninety_days_is_stale() -> None:
    assert not marks.is_stale(Q1, date(2024, 6, 29))
    assert marks.is_stale(Q1, date(2024, 6, 30))


def test_what_is_not_held_is_not_marked(prepare) -> None:
    with pytest.raises(DomainError, match=r"holds nothing.*2024-01-31"):
        prepare(date(2024, 1, 31), 1_00)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"fen": -1}, "less than nothing"),
        ({"inputs": {}}, "without its inputs"),
        ({"method": Method.RECENT_INVESTMENT}, "calibration is missing"),
    ],
)
def test_an_opinion_that_cannot_be_checked_is_refused(prepare, more, why) -> None:
    with pytest.raises(DomainError, match=why):
        prepare(Q1, **{"fen": 1_00, **more})


def test_only_a_fund_manager_marks(work, officer, holding) -> None:
    with pytest.raises(NotAllowedError):
        marks.prepare(
            work,
            officer,
            investment_id=holding.id,
            as_of=Q1,
            fair_value_fen=1,
            method=Method.NET_ASSETS,
            inputs={"a": 1},
        )
