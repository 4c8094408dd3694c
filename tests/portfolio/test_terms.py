"""Terms are versions: a figure of a day uses the one that stood there, as it was known then."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from portfolio import ledger, terms
from portfolio.kernel.errors import DomainError
from portfolio.ledger import Moment
from portfolio.term_sheet import FeeBasis, Model, Terms
from tests.portfolio.conftest import BEGAN, Book

FIRST = Terms(
    commitment_period_ends_on=date(2026, 6, 30),
    term_ends_on=date(2031, 6, 30),
    fee_basis=FeeBasis.COMMITTED,
    fee_rate=0.02,
    later_fee_basis=FeeBasis.INVESTED_COST,
    later_fee_rate=0.015,
)


def agree(book: Book, of: Terms, valid_from: date = BEGAN, reason: str = "合伙协议"):
    return terms.agree(
        book.work, book.actor, fund_id=book.fund.id, terms=of, valid_from=valid_from, reason=reason
    )


def test_a_later_version_counts_from_its_day_and_the_older_one_before(book: Book) -> None:
    agree(book, FIRST)
    agree(book, replace(FIRST, carried_interest=0.15), date(2025, 1, 1), "补充协议一")
    work, fund = book.work, book.fund.id
    assert terms.carry_terms(work, fund, date(2024, 12, 31)).carried_interest == 0.2
    assert terms.carry_terms(work, fund, date(2025, 1, 1)).carried_interest == 0.15


def test_a_version_dated_back_replaces_the_older_ones_from_its_day_on(book: Book) -> None:
    agree(book, FIRST)
    agree(book, replace(FIRST, fee_rate=0.018), date(2025, 1, 1), "补充协议一")
    agree(book, replace(FIRST, fee_rate=0.019), date(2024, 7, 1), "补充协议二")
    rates = [
        terms.get(book.work, book.fund.id, on).fee_rate
        for on in (date(2024, 6, 30), date(2024, 7, 1), date(2025, 6, 1))
    ]
    assert rates == [0.02, 0.019, 0.019]


def test_what_was_not_known_yet_does_not_count(book: Book) -> None:
    agree(book, FIRST)
    known = ledger.last_seq(book.work)
    book.work.recorded_at = datetime(2031, 1, 1, tzinfo=UTC)  # everything from here is later
    book.contribute(90_000_00, date(2024, 2, 1))
    book.work.recorded_at = datetime(2031, 1, 2, tzinfo=UTC)
    agree(book, replace(FIRST, fee_rate=0.01), BEGAN, "更正")
    on = date(2024, 12, 31)
    assert (
        terms.get(book.work, book.fund.id, on, known=Moment(as_of=on, known_seq=known)).fee_rate
        == 0.02
    )
    assert terms.get(book.work, book.fund.id, on).fee_rate == 0.01


def test_the_fee_steps_down_the_day_after_the_commitment_period(book: Book) -> None:
    agree(book, FIRST)
    first, later = terms.fee_terms(book.work, book.fund.id, date(2026, 4, 1), date(2026, 9, 30))
    assert (first.start, first.end, first.basis, first.rate) == (
        date(2026, 4, 1),
        date(2026, 6, 30),
        FeeBasis.COMMITTED,
        0.02,
    )
    assert (later.start, later.end, later.basis, later.rate) == (
        date(2026, 7, 1),
        date(2026, 9, 30),
        FeeBasis.INVESTED_COST,
        0.015,
    )


def test_days_before_the_first_version_have_no_fee(book: Book) -> None:
    agree(book, FIRST, date(2024, 3, 1))
    (only,) = terms.fee_terms(book.work, book.fund.id, date(2024, 1, 1), date(2024, 3, 31))
    assert only.start == date(2024, 3, 1)
    assert terms.find(book.work, book.fund.id, date(2024, 2, 29)) is None
    with pytest.raises(DomainError, match="no terms in force on 2024-02-29"):
        terms.carry_terms(book.work, book.fund.id, date(2024, 2, 29))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"currency": "USD"}, "CNY; USD is another currency.*Convert"),
        ({"fee_rate": 2.0}, "0 to 100 %"),
        ({"catch_up": 0.1}, "never end"),
        ({"carried_interest": 1.0}, "nothing is left"),
        ({"commitment_period_ends_on": date(2032, 1, 1)}, "after the term"),
        ({"default_grace_days": -1}, "below zero"),
    ],
)
def test_terms_that_no_agreement_could_mean_are_refused(book: Book, wrong, said: str) -> None:
    with pytest.raises(DomainError, match=said):
        agree(book, replace(FIRST, **wrong))
    assert terms.versions(book.work, book.fund.id) == []


def test_a_version_has_a_reason_and_changes_something(book: Book) -> None:
    with pytest.raises(DomainError, match="needs its reason"):
        agree(book, FIRST, reason="  ")
    agree(book, FIRST)
    with pytest.raises(DomainError, match="stand on 2025-01-01 already"):
        agree(book, FIRST, date(2025, 1, 1))


def test_a_version_is_never_edited(book: Book) -> None:
    made = agree(book, replace(FIRST, model=Model.AMERICAN))
    assert terms.get(book.work, book.fund.id, BEGAN).model is Model.AMERICAN
    statement = sa.update(terms.FundTerms).values(fee_rate=0.01)
    with pytest.raises(sa.exc.DatabaseError, match="append-only"):
        book.work.session.execute(statement)
    assert made.version == 1
