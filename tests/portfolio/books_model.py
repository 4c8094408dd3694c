"""A model beside the ledger: whatever is done in whatever order, the books hold and remember.

A mother fund over two subs, acts drawn by hypothesis, half of them refused. After every step the
five invariants of DOMAIN.md §2 are recomputed from the rows, the cash of every fund is compared
with a plain sum kept beside it, and what was known at earlier moments is read again.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from portfolio import (
    book_checks,
    calls,
    capital,
    closing,
    commitment_changes,
    commitments,
    distributions,
    exits,
    expenses,
    facility_acts,
    investments,
    journal,
    ledger,
    lookthrough,
    marks,
    receipts,
    transfers,
)
from portfolio.accounts import AccountCode, Line
from portfolio.facility import Use
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError
from portfolio.ledger import Moment
from portfolio.marks import Method
from tests.portfolio.conftest import BEGAN, Book, open_book
from valuation.money import split_fen
from valuation.periods import Quarter

FIRST, LAST = date(2024, 1, 5), date(2025, 12, 20)
DAYS = st.dates(FIRST, LAST)
FEN = st.integers(1, 40_000_003)
WHY = st.sampled_from((None, "更正：金额有误"))
SUBS = st.sampled_from((1, 2))
FUNDS = st.sampled_from((0, 1, 2))  # the mother is 0
NTH = st.integers(0, 99)
REMEMBERED = 1  # earlier moments that are read again after each step
ENDS = (date(2024, 6, 30), date(2025, 3, 31), LAST)


class BooksMachine(RuleBasedStateMachine):
    """One example is undone as a whole, so that the next begins with empty books."""

    work: ClassVar[Work]
    managers: ClassVar[tuple[Actor, Actor]]
    with_statements: ClassVar[bool]  # also compare every row of the statements: thorough and slow

    def __init__(self) -> None:
        super().__init__()
        self.example = self.work.session.begin_nested()
        self.work.recorded_at = datetime(2026, 1, 5, 1, tzinfo=UTC)
        self.books: list[Book] = []
        self.cash: list[int] = [0, 0, 0]
        self.paid: list[tuple[int, str, dict[int, int]]] = []  # (fund, receipt, {fund: cash})
        self.given: list[tuple[int, str, dict[int, int]]] = []
        self.owed: list[tuple[int, str]] = []
        self.known: list[tuple[Moment, Any]] = []
        self.has_changed = False  # a refused act is undone, so it needs no second look

    def teardown(self) -> None:
        self.example.rollback()
        self.work.session.expunge_all()

    # ---- the funds
    @initialize()
    def found(self) -> None:
        mother = open_book(self.work, self.managers[0], "MF", kind="mother")
        mother.partner("A", 2_000_000_01)
        mother.partner("B", 1_000_000_02)
        self.books = [mother]
        for code in ("S1", "S2"):
            sub = open_book(self.work, self.managers[0], code)
            for partner in ("L1", "L2"):
                sub.partner(partner, 600_000_07)
            account = sub.partner("MF", 400_000_03, investor_fund_id=mother.fund.id)
            investments.hold_fund(self.work, self.managers[0], account.id)
            self.books.append(sub)
        self.firms = [[sub.holding("甲"), sub.holding("乙")] for sub in self.books[1:]]
        self.line = facility_acts.open_(
            self.work,
            self.managers[0],
            fund_id=self.books[1].fund.id,
            name="授信",
            lender="银行",
            limit_fen=300_000_00,
            rate_ppm=40_000,
            day_basis=365,
            opened_on=BEGAN,
            matures_on=LAST,
        )
        for n in range(3):
            self.call(n=n, fen=90_000_001, on=FIRST, why=None)
        for n in (1, 2):
            self.invest(n=n, nth=n, fen=40_000_003, on=FIRST)

    def act(self, done: Callable[[Work, Actor], Any]) -> Any:
        """Do one act whole or not at all; a refusal is an answer, anything else a fault."""
        self.work.recorded_at += timedelta(seconds=1)
        self.has_changed = False
        with suppress(DomainError), self.work.session.begin_nested():
            answer = done(self.work, self.managers[0]) or True
            self.has_changed = True
            return answer
        return None

    def fund_id(self, n: int) -> str:
        return self.books[n].fund.id

    def firm(self, sub: int, nth: int) -> investments.Investment:
        return self.firms[sub - 1][nth % 2]

    def shared(self, n: int, fen: int, on: date) -> dict[int, int]:
        """Return the cash that a payment to the partners of a fund moves, by fund."""
        by = commitments.shares(self.work, self.fund_id(n), on=on)
        parts = split_fen(fen, [share.committed_fen for share in by])
        moved = {n: -fen}
        for share, part in zip(by, parts, strict=True):
            if commitments.partner(self.work, share.partner_id).investor_fund_id:
                moved[0] = moved.get(0, 0) + part
        return moved

    def move(self, cash: dict[int, int], sign: int = 1) -> None:
        for n, fen in cash.items():
            self.cash[n] += sign * fen

    # ---- acts
    @rule(n=FUNDS, fen=FEN, on=DAYS, why=WHY)
    def call(self, n: int, fen: int, on: date, why: str | None) -> None:
        def done(work: Work, actor: Actor) -> Any:
            made = calls.call(
                work,
                actor,
                fund_id=self.fund_id(n),
                total_fen=fen,
                called_on=on,
                due_on=on + timedelta(days=20),
                purpose=calls.Purpose.INVESTMENTS,
            )
            return receipts.receive_all(work, actor, made.id, received_on=on, correction_reason=why)

        for receipt in self.act(done) or ():
            line = calls.lines(self.work, calls.EVER, calls.CallLine.id == receipt.call_line_id)[0]
            partner = commitments.partner(self.work, line.partner_id)
            cash = {n: receipt.amount_fen}
            if partner.investor_fund_id:
                cash[0] = -receipt.amount_fen
            self.move(cash)
            self.paid.append((n, receipt.id, cash))

    @rule(n=SUBS, nth=NTH, fen=FEN, on=DAYS)
    def invest(self, n: int, nth: int, fen: int, on: date) -> None:
        if self.act(lambda *_: self.books[n].paid(self.firm(n, nth), fen, on)):
            self.cash[n] -= fen

    @rule(n=SUBS, nth=NTH, fen=FEN, on=st.sampled_from(ENDS[:2]) | DAYS, why=WHY)
    def mark(self, n: int, nth: int, fen: int, on: date, why: str | None) -> None:
        self.act(lambda *_: self.valued(self.firm(n, nth), fen, on, why))

    def valued(self, firm: investments.Investment, fen: int, on: date, why: str | None) -> Any:
        first, second = self.managers
        prepared = marks.prepare(
            self.work,
            first,
            investment_id=firm.id,
            as_of=on,
            fair_value_fen=fen,
            method=Method.NET_ASSETS,
            inputs={"net_assets": fen},
        )
        return marks.approve(self.work, second, prepared.id, correction_reason=why)

    @rule(n=SUBS, nth=NTH, proceeds=FEN, part=st.integers(0, 100), on=DAYS, why=WHY)
    def leave(self, n: int, nth: int, proceeds: int, part: int, on: date, why: str | None) -> None:
        firm = self.firm(n, nth)
        held = investments.carried_fen(self.work, Moment(as_of=on), [firm.id])
        cost = held.get(firm.id, (0, 0))[0] * part // 100

        def done(work: Work, actor: Actor) -> Any:
            return exits.realise(
                work,
                actor,
                firm.id,
                on=on,
                proceeds_fen=proceeds,
                cost_fen=cost,
                correction_reason=why,
            )

        if self.act(done):
            self.cash[n] += proceeds

    @rule(n=FUNDS, fen=FEN, gain=st.booleans(), recallable=st.booleans(), on=DAYS, why=WHY)
    def distribute(
        self, n: int, fen: int, gain: bool, recallable: bool, on: date, why: str | None
    ) -> None:
        purpose = distributions.Purpose.GAIN if gain else distributions.Purpose.RETURN_OF_CAPITAL

        def done(work: Work, actor: Actor) -> Any:
            return distributions.distribute(
                work,
                actor,
                fund_id=self.fund_id(n),
                paid_on=on,
                parts={purpose: fen},
                recallable=recallable,
                correction_reason=why,
            )

        if made := self.act(done):
            cash = self.shared(n, fen, on)
            self.move(cash)
            self.given.append((n, made.id, cash))

    @rule(n=FUNDS, fen=st.integers(1, 900_001), on=DAYS, paid=st.booleans(), why=WHY)
    def fee(self, n: int, fen: int, on: date, paid: bool, why: str | None) -> None:
        def done(work: Work, actor: Actor) -> Any:
            return expenses.book(
                work,
                actor,
                fund_id=self.fund_id(n),
                line=Line.MANAGEMENT_FEES,
                amount_fen=fen,
                effective_date=on,
                paid_on=on if paid else None,
                correction_reason=why,
            )

        if made := self.act(done):
            self.cash[n] -= fen if paid else 0
            if not paid:
                self.owed.append((n, made.id))

    # ---- what undoes an act
    @rule(nth=NTH, why=WHY)
    def undo_receipt(self, nth: int, why: str | None) -> None:
        self.undo(self.paid, nth, receipts.reverse, why)

    @rule(nth=NTH, why=WHY)
    def undo_distribution(self, nth: int, why: str | None) -> None:
        self.undo(self.given, nth, distributions.reverse, why)

    def undo(
        self,
        booked: list[tuple[int, str, dict[int, int]]],
        nth: int,
        reverse: Callable[..., Any],
        why: str | None,
    ) -> None:
        if not booked:
            return
        _, subject_id, cash = booked[nth % len(booked)]

        def done(work: Work, actor: Actor) -> Any:
            return reverse(work, actor, subject_id, reason="录入有误", correction_reason=why)

        if self.act(done):
            self.move(cash, -1)

    @rule(nth=NTH, why=WHY)
    def undo_fee(self, nth: int, why: str | None) -> None:
        if self.owed:
            _, expense_id = self.owed[nth % len(self.owed)]
            self.act(
                lambda work, actor: expenses.reverse(
                    work, actor, expense_id, reason="重复计提", correction_reason=why
                )
            )

    # ---- the line, the partners, the close
    @rule(fen=FEN, on=DAYS, back=st.booleans())
    def credit(self, fen: int, on: date, back: bool) -> None:
        def done(work: Work, actor: Actor) -> Any:
            if back:
                return facility_acts.repay(work, actor, self.line.id, on=on, amount_fen=fen)
            return facility_acts.draw(
                work, actor, self.line.id, on=on, amount_fen=fen, use=Use.INVESTMENTS
            )

        if self.act(done):
            self.cash[1] += -fen if back else fen

    @rule(until=DAYS)
    def interest(self, until: date) -> None:
        self.act(lambda work, actor: facility_acts.accrue(work, actor, self.line.id, until=until))

    @rule(n=SUBS, part=st.integers(1, 100), on=DAYS)
    def transfer(self, n: int, part: int, on: date) -> None:
        by = commitments.shares(self.work, self.fund_id(n), on=on)
        giver, taker = by[0], by[1 % len(by)]
        price_fen = part * 1_000_00
        if self.act(
            lambda work, actor: transfers.transfer(
                work,
                actor,
                giver_id=giver.partner_id,
                taker_id=taker.partner_id,
                committed_fen=max(1, giver.committed_fen * part // 100),
                effective_date=on,
                price_fen=price_fen,
            )
        ):
            for side, fen in ((giver, price_fen), (taker, -price_fen)):
                if commitments.partner(self.work, side.partner_id).investor_fund_id:
                    self.cash[0] += fen  # a fund of ours pays or is paid the price

    @rule(n=FUNDS, nth=NTH, fen=FEN, on=DAYS, more=st.booleans())
    def promise(self, n: int, nth: int, fen: int, on: date, more: bool) -> None:
        by = commitments.shares(self.work, self.fund_id(n), on=on)
        partner_id = by[nth % len(by)].partner_id
        change = commitment_changes.increase if more else commitment_changes.release
        self.act(
            lambda work, actor: change(work, actor, partner_id, amount_fen=fen, effective_date=on)
        )

    @rule(n=FUNDS, quarter=st.integers(0, 5))
    def close(self, n: int, quarter: int) -> None:
        """Value what the fund holds at what it is carried at, then lock the quarter."""
        ended = Quarter(2024, 1).moved(quarter)

        def done(work: Work, actor: Actor) -> Any:
            for firm in self.firms[n - 1] if n else ():
                moment = Moment(as_of=ended.end)
                held = investments.carried_fen(work, moment, [firm.id]).get(firm.id, (0, 0))
                if held[0]:
                    self.valued(firm, sum(held), ended.end, None)
            return closing.close(work, actor, self.fund_id(n), ended)

        self.act(done)

    # ---- what holds after every step
    @invariant()
    def the_five_invariants_hold(self) -> None:
        for check in book_checks.check(self.work) if self.has_changed else ():
            assert not check.findings, [(check.number, str(f.what), f) for f in check.findings]

    @invariant()
    def the_cash_is_what_was_counted_beside_the_books(self) -> None:
        for n, book in enumerate(self.books):
            moment = Moment(as_of=date.max)
            in_books = ledger.balance_fen(self.work, moment, AccountCode.CASH, fund_id=book.fund.id)
            assert in_books == self.cash[n], book.fund.code

    @invariant()
    def what_was_known_stays_known(self) -> None:
        if self.has_changed:
            for moment, facts in self.known:
                assert self.facts(moment) == facts, moment
            at = len(self.known)
            moment = Moment(
                as_of=ENDS[at % 3],
                known_seq=ledger.last_seq(self.work),
                known_at=self.work.recorded_at,
            )
            self.known.append((moment, self.facts(moment)))
            del self.known[:-REMEMBERED]

    def facts(self, moment: Moment) -> Any:
        """Read what a report is made of: accounts, statements, holdings, entries, look-through."""
        found: list[Any] = []
        for book in self.books:
            fund_id = book.fund.id
            found += [
                ledger.capital_by_line(self.work, moment, fund_id=fund_id),
                investments.positions(self.work, moment, fund_id),
                journal.entries(self.work, moment, fund_id),
            ]
            if self.with_statements:
                found += [
                    capital.accounts(self.work, moment, fund_id),
                    capital.statement(
                        self.work,
                        fund_id=fund_id,
                        partner_id=None,
                        quarter=Quarter.containing(moment.as_of),
                        known_seq=moment.known_seq,
                        known_at=moment.known_at,
                    ),
                ]
        return found, lookthrough.structure(self.work, moment, self.books[0].fund.id)
