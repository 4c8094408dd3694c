"""The books that the tests of holdings start from: a fund with two partners and money."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from portfolio import (
    book_checks,
    calls,
    capital,
    commitments,
    funds,
    investments,
    ledger,
    organisations,
    receipts,
    terms,
    tranches,
)
from portfolio.accounts import AccountCode, Line
from portfolio.commitments import PartnerKind
from portfolio.investments import Investment
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.ledger import LedgerTransaction
from portfolio.postings import Posting, to_partners
from portfolio.term_sheet import Terms
from portfolio.tranches import Tranche

BEGAN = date(2024, 1, 2)


@dataclass
class Book:
    """One fund, as a test speaks of it. Amounts in fen."""

    work: Work
    actor: Actor
    fund: funds.Fund

    def partner(
        self, code: str, committed_fen: int, on: date = BEGAN, **investor: str
    ) -> commitments.Partner:
        if not investor:
            of = organisations.create(self.work, self.actor, name=f"{self.fund.code} {code}")
            investor = {"organisation_id": of.id}
        return commitments.admit(
            self.work,
            self.actor,
            fund_id=self.fund.id,
            code=code,
            name=f"出资人 {code}",
            kind=PartnerKind.LP,
            committed_fen=committed_fen,
            effective_date=on,
            **investor,
        )

    def move(self, fen: int, line: Line, on: date, purpose: str = "") -> LedgerTransaction:
        """Cash in (positive) or out, shared by the partners under one line."""
        by = commitments.shares(self.work, self.fund.id, on=on)
        return ledger.post(
            self.work,
            self.actor,
            fund_id=self.fund.id,
            tag="test",
            subject_id=self.fund.id,
            effective_date=on,
            postings=[
                Posting(account=AccountCode.CASH, amount_fen=fen),
                *to_partners(fen, line, by, purpose=purpose),
            ],
        )

    def contribute(self, fen: int, on: date = BEGAN) -> LedgerTransaction:
        return self.move(fen, Line.CONTRIBUTIONS, on, "call:investments")

    def call(self, total_fen: int, called_on: date, due_on: date) -> calls.CapitalCall:
        return calls.call(
            self.work,
            self.actor,
            fund_id=self.fund.id,
            total_fen=total_fen,
            called_on=called_on,
            due_on=due_on,
            purpose=calls.Purpose.INVESTMENTS,
        )

    def paid_call(self, total_fen: int, called_on: date, due_on: date) -> calls.CapitalCall:
        """Call and receive all of it on the due date."""
        made = self.call(total_fen, called_on, due_on)
        receipts.receive_all(self.work, self.actor, made.id, received_on=due_on)
        return made

    def terms(self, **of: Any) -> None:
        """Agree terms from the first day on."""
        terms.agree(
            self.work,
            self.actor,
            fund_id=self.fund.id,
            terms=Terms(**of),
            valid_from=BEGAN,
            reason="合伙协议",
        )

    def amounts(self, partner: commitments.Partner, as_of: date = date.max) -> capital.Amounts:
        """What the partner's account adds up to."""
        moment = ledger.Moment(as_of=as_of)
        accounts = capital.accounts(self.work, moment, self.fund.id).accounts
        return next(one.amounts for one in accounts if one.partner_id == partner.id)

    def findings(self) -> list[book_checks.Finding]:
        """What the five invariants find wrong: nothing, in books that are whole."""
        return [one for check in book_checks.check(self.work) for one in check.findings]

    def holding(self, code: str = "I1", **more: Any) -> Investment:
        firm = organisations.find_or_create(self.work, self.actor, name=f"企业 {code}")
        return investments.create(
            self.work,
            self.actor,
            fund_id=self.fund.id,
            code=code,
            name=firm.name,
            instrument="equity",
            decided_on=BEGAN,
            **({"organisation_id": firm.id} | more),
        )

    def tranche(self, holding: Investment, fen: int, due_on: date = BEGAN) -> Tranche:
        return tranches.plan(
            self.work,
            self.actor,
            investment_id=holding.id,
            agreed_fen=fen,
            due_on=due_on,
            is_demo=False,
        )

    def paid(self, holding: Investment, fen: int, on: date) -> Tranche:
        tranche = self.tranche(holding, fen)
        tranches.pay(self.work, self.actor, tranche.id, effective_date=on)
        return tranche


def open_book(work: Work, actor: Actor, code: str, kind: str = "sub") -> Book:
    fund = funds.Fund(code=code, name=code, kind=kind, announced_on=BEGAN, inception_on=BEGAN)
    return Book(work, actor, funds.create(work, actor, fund))


@pytest.fixture
def book(work: Work, manager: Actor) -> Book:
    """A fund with partners of 2:1, all of 900,000 yuan promised and 600,000 paid in."""
    opened = open_book(work, manager, "HT")
    opened.partner("LP1", 600_000_00)
    opened.partner("LP2", 300_000_00)
    opened.contribute(600_000_00)
    return opened


@pytest.fixture
def mother(work: Work, manager: Actor) -> Book:
    """A mother fund with two partners of its own and 300,000 yuan in the bank."""
    opened = open_book(work, manager, "MF", kind="mother")
    opened.partner("A", 200_000_01)
    opened.partner("B", 100_000_02)
    opened.contribute(300_000_00)
    return opened
