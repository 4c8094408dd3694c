"""The ledger refuses, in the database itself, whatever would make history doubtful."""

from datetime import date

import pytest
import sqlalchemy as sa

from portfolio import commitments, funds, ledger
from portfolio.accounts import AccountCode, Line
from portfolio.commitments import PartnerKind
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work, new_id
from portfolio.kernel.errors import DomainError
from portfolio.ledger import Moment
from portfolio.locks import PeriodLock
from portfolio.organisations import create as record
from portfolio.postings import Posting

DAY = date(2024, 3, 1)


@pytest.fixture
def fund(work: Work, manager: Actor) -> funds.Fund:
    return funds.create(
        work,
        manager,
        funds.Fund(code="HT", name="洪泰", kind="sub", announced_on=DAY, inception_on=DAY),
    )


@pytest.fixture
def partner(work: Work, manager: Actor, fund: funds.Fund) -> commitments.Partner:
    investor = record(work, manager, name="出资人甲")
    return commitments.admit(
        work,
        manager,
        fund_id=fund.id,
        code="LP1",
        name="出资人甲",
        kind=PartnerKind.LP,
        committed_fen=1_000_00,
        effective_date=DAY,
        organisation_id=investor.id,
    )


def contribute(work: Work, actor: Actor, partner: commitments.Partner, fen: int, on: date = DAY):
    return ledger.post(
        work,
        actor,
        fund_id=partner.fund_id,
        tag="contribution",
        subject_id=partner.id,
        effective_date=on,
        postings=[
            Posting(account=AccountCode.CASH, amount_fen=fen),
            Posting(
                account=AccountCode.PARTNERS_CAPITAL,
                amount_fen=-fen,
                partner_id=partner.id,
                line=Line.CONTRIBUTIONS,
            ),
        ],
    )


def cash(work: Work, fund_id: str, as_of: date, known_seq: int | None = None) -> int:
    moment = Moment(as_of=as_of, known_seq=known_seq)
    return ledger.balance_fen(work, moment, AccountCode.CASH, fund_id=fund_id)


def test_a_contribution_is_in_the_books_from_its_day(work, manager, partner) -> None:
    contribute(work, manager, partner, 500_00)
    assert cash(work, partner.fund_id, DAY) == 500_00
    assert cash(work, partner.fund_id, date(2024, 2, 29)) == 0


def test_a_reversal_undoes_it_and_yesterday_is_still_known(work, manager, partner) -> None:
    booked = contribute(work, manager, partner, 500_00)
    ledger.reverse(work, manager, booked.id, reason="付款人有误")
    assert cash(work, partner.fund_id, DAY) == 0
    assert cash(work, partner.fund_id, DAY, known_seq=booked.seq) == 500_00


def test_a_transaction_is_reversed_once(work, manager, partner) -> None:
    booked = contribute(work, manager, partner, 500_00)
    ledger.reverse(work, manager, booked.id, reason="付款人有误")
    with pytest.raises(DomainError, match="reversed already"):
        ledger.reverse(work, manager, booked.id, reason="再来一次")


def test_seq_has_no_gaps(work, manager, partner) -> None:
    seqs = [contribute(work, manager, partner, 1 + n).seq for n in range(4)]
    assert seqs == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_posting SET amount_fen = amount_fen + 1",
        "DELETE FROM ledger_posting",
        "UPDATE ledger_transaction SET memo = 'x'",
        "DELETE FROM ledger_transaction",
        "UPDATE audit_line SET actor_name = 'x'",
        "DELETE FROM audit_line",
        "DELETE FROM commitment",
    ],
)
def test_history_is_not_changed_by_any_statement(work, manager, partner, statement) -> None:
    contribute(work, manager, partner, 500_00)
    with pytest.raises(sa.exc.DatabaseError, match="append-only"), work.session.begin_nested():
        work.session.execute(sa.text(statement))


def test_replace_is_refused_too(work, manager, partner, database) -> None:
    if not database.is_sqlite:
        statement = "TRUNCATE ledger_posting"
    else:
        statement = "INSERT OR REPLACE INTO ledger_transaction SELECT * FROM ledger_transaction"
    contribute(work, manager, partner, 500_00)
    with pytest.raises(sa.exc.DatabaseError), work.session.begin_nested():
        work.session.execute(sa.text(statement))


def raw_posting(work: Work, fund_id: str, transaction_id: str, account: str, fen: int) -> None:
    work.session.execute(
        sa.insert(ledger.LedgerPosting).values(
            id=new_id(),
            transaction_id=transaction_id,
            fund_id=fund_id,
            account=account,
            amount_fen=fen,
            purpose="",
        )
    )


def header(work: Work, fund_id: str, transaction_id: str, *, lines: int, seq: int) -> None:
    work.session.execute(
        sa.insert(ledger.LedgerTransaction).values(
            id=transaction_id,
            seq=seq,
            fund_id=fund_id,
            tag="raw",
            subject_id=fund_id,
            effective_date=DAY,
            recorded_at=work.recorded_at,
            recorded_by=fund_id,
            lines=lines,
            memo="",
            is_demo=False,
        )
    )


def try_to_seal(work: Work, fund_id: str, fens: tuple[int, ...], *, lines: int, seq: int) -> None:
    transaction_id = new_id()
    with work.session.begin_nested():
        for fen in fens:
            raw_posting(work, fund_id, transaction_id, "cash", fen)
        header(work, fund_id, transaction_id, lines=lines, seq=seq)


@pytest.mark.parametrize(
    ("fens", "lines", "seq", "why"),
    [
        ((100, -99), 2, 1, "do not sum to zero"),
        ((100, -100), 3, 1, "does not count its postings"),
        ((100, -100), 2, 7, "without a gap"),
    ],
)
def test_the_database_seals_only_a_sound_transaction(work, fund, fens, lines, seq, why) -> None:
    with pytest.raises(sa.exc.DatabaseError, match=why):
        try_to_seal(work, fund.id, fens, lines=lines, seq=seq)


def test_no_posting_follows_the_seal(work, manager, partner) -> None:
    booked = contribute(work, manager, partner, 500_00)
    with pytest.raises(sa.exc.DatabaseError, match="sealed"), work.session.begin_nested():
        raw_posting(work, partner.fund_id, booked.id, "cash", 1)


def test_a_posting_without_header_does_not_outlive_the_commit(database, manager) -> None:
    with database.writing() as work:
        fund = funds.create(
            work,
            manager,
            funds.Fund(code="HT", name="洪泰", kind="sub", announced_on=DAY, inception_on=DAY),
        )
    with pytest.raises(sa.exc.IntegrityError), database.writing() as work:
        raw_posting(work, fund.id, new_id(), "cash", 1)


def test_a_reading_unit_cannot_write(database) -> None:
    with pytest.raises(sa.exc.DatabaseError), database.reading() as work:
        work.session.execute(sa.text("INSERT INTO run (id) VALUES ('x')"))


def test_money_is_int_or_nothing(work, manager, partner) -> None:
    with pytest.raises((TypeError, sa.exc.StatementError)), work.session.begin_nested():
        raw_posting(work, partner.fund_id, new_id(), "cash", 1.0)  # type: ignore[arg-type]


def test_a_payment_beyond_cash_is_refused_with_the_day(work, manager, partner) -> None:
    contribute(work, manager, partner, 500_00)
    with pytest.raises(DomainError, match="100 yuan short of cash on 2024-04-01"):
        ledger.post(
            work,
            manager,
            fund_id=partner.fund_id,
            tag="pay",
            subject_id=partner.id,
            effective_date=date(2024, 4, 1),
            postings=[
                Posting(account=AccountCode.PAYABLES, amount_fen=600_00),
                Posting(account=AccountCode.CASH, amount_fen=-600_00),
            ],
        )


def test_a_closed_quarter_takes_corrections_only(work, manager, partner) -> None:
    work.add(
        PeriodLock(
            fund_id=partner.fund_id,
            ends_on=date(2024, 3, 31),
            known_seq=0,
            recorded_at=work.recorded_at,
            recorded_by=manager.id,
        )
    )
    with pytest.raises(DomainError, match=r"closed to 2024-03-31.*as a correction"):
        contribute(work, manager, partner, 500_00)
    contribute(work, manager, partner, 500_00, on=date(2024, 4, 1))


def test_a_circle_of_funds_is_refused(work, manager, fund) -> None:
    mother = funds.create(
        work,
        manager,
        funds.Fund(code="M", name="母", kind="mother", announced_on=DAY, inception_on=DAY),
    )

    def invest(investor: str, into: str) -> None:
        commitments.admit(
            work,
            manager,
            fund_id=into,
            code="F",
            name="基金出资人",
            kind=PartnerKind.LP,
            committed_fen=100,
            effective_date=DAY,
            investor_fund_id=investor,
        )

    invest(mother.id, fund.id)
    with pytest.raises(DomainError, match="circle of funds"):
        invest(fund.id, mother.id)
