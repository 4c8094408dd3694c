"""Book parts: the parts of calls, receipts and distributions against total and ledger.

The third of the book checks, in a file of its own because it reads tables that the others do not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from portfolio import calls, capital
from portfolio.accounts import Line
from portfolio.calls import CallLine, CapitalCall, Receipt
from portfolio.commitments import Partner
from portfolio.distributions import Distribution, DistributionLine
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Fen as Yuan
from portfolio.kernel.errors import Message, say
from portfolio.ledger import LedgerPosting, LedgerTransaction, Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One place where the books contradict themselves."""

    fund: str  # code; empty where all books are meant
    on: date | None
    subject: str  # number of the transaction, call or distribution, or code of the partner
    what: Message


# ---- reads
def compare(
    work: Work, moment: Moment, codes: Mapping[str, str]
) -> tuple[dict[str, int], list[Finding]]:
    """Return how many of each were looked at, and where parts and total differ.

    codes  {fund: code} of the funds to look at
    """
    asked = _calls(work, moment, codes)
    arrived = _receipts(work, moment, codes)
    paid = _distributions(work, moment, codes)
    return (
        {"calls": asked[0], "receipts": arrived[0], "distributions": paid[0]},
        [
            *asked[1],
            *_too_much_received(work, moment, codes),
            *arrived[1],
            *paid[1],
            *_paid_otherwise(work, moment, codes),
        ],
    )


def _calls(work: Work, moment: Moment, codes: Mapping[str, str]) -> tuple[int, list[Finding]]:
    call = (
        col(CapitalCall.fund_id),
        col(CapitalCall.number),
        col(CapitalCall.called_on),
        col(CapitalCall.total_fen),
    )
    rows = work.rows(
        sa.select(*call, sa.func.coalesce(sa.func.sum(col(CallLine.amount_fen)), 0))
        .outerjoin(CallLine, col(CallLine.call_id) == col(CapitalCall.id))
        .where(
            col(CapitalCall.fund_id).in_(codes),
            col(CapitalCall.called_on) <= moment.as_of,
            capital.known(moment, col(CapitalCall.recorded_at)),
        )
        .group_by(*call)
    )
    return len(rows), [
        Finding(
            fund=codes[fund],
            on=on,
            subject=str(number),
            what=say(
                "Call {number} asks for {total}; its parts add up to {parts}.",
                number=number,
                total=Yuan(total),
                parts=Yuan(int(parts)),
            ),
        )
        for fund, number, on, total, parts in rows
        if parts != total
    ]


def _too_much_received(work: Work, moment: Moment, codes: Mapping[str, str]) -> list[Finding]:
    rows = work.rows(
        sa.select(CallLine, CapitalCall, col(Partner.name))
        .join(CapitalCall, col(CapitalCall.id) == col(CallLine.call_id))
        .join(Partner, col(Partner.id) == col(CallLine.partner_id))
        .where(col(CapitalCall.fund_id).in_(codes))
    )
    received = calls.received(work, moment, [line.id for line, _, _ in rows])
    return [
        Finding(
            fund=codes[call.fund_id],
            on=call.called_on,
            subject=str(call.number),
            what=say(
                "Call {number} asks {partner} for {asked}; {received} arrived.",
                number=call.number,
                partner=name,
                asked=Yuan(line.amount_fen),
                received=Yuan(received[line.id]),
            ),
        )
        for line, call, name in rows
        if not 0 <= received.get(line.id, 0) <= line.amount_fen
    ]


def _receipts(work: Work, moment: Moment, codes: Mapping[str, str]) -> tuple[int, list[Finding]]:
    receipt = (
        col(Receipt.id),
        col(CapitalCall.fund_id),
        col(CapitalCall.number),
        col(Receipt.received_on),
        col(Receipt.amount_fen),
    )
    rows = work.rows(
        sa.select(*receipt, sa.func.coalesce(-sa.func.sum(col(LedgerPosting.amount_fen)), 0))
        .select_from(Receipt)
        .join(CallLine, col(CallLine.id) == col(Receipt.call_line_id))
        .join(CapitalCall, col(CapitalCall.id) == col(CallLine.call_id))
        .join(LedgerTransaction, col(LedgerTransaction.id) == col(Receipt.transaction_id))
        .outerjoin(
            LedgerPosting,
            (col(LedgerPosting.transaction_id) == col(Receipt.transaction_id))
            & (col(LedgerPosting.partner_id) == col(CallLine.partner_id))
            & (col(LedgerPosting.line) == int(Line.CONTRIBUTIONS)),
        )
        .where(col(CapitalCall.fund_id).in_(codes), moment.holds())
        .group_by(*receipt)
    )
    return len(rows), [
        Finding(
            fund=codes[fund],
            on=on,
            subject=str(number),
            what=say(
                "A receipt for call {number} says {receipt}; the ledger says {booked}.",
                number=number,
                receipt=Yuan(fen),
                booked=Yuan(int(booked)),
            ),
        )
        for _, fund, number, on, fen, booked in rows
        if booked != fen
    ]


def _distributions(
    work: Work, moment: Moment, codes: Mapping[str, str]
) -> tuple[int, list[Finding]]:
    paid = (
        col(Distribution.fund_id),
        col(Distribution.number),
        col(Distribution.paid_on),
        col(Distribution.total_fen),
        col(Distribution.recallable_fen),
    )
    again = sa.case((col(DistributionLine.is_recallable), col(DistributionLine.amount_fen)))
    rows = work.rows(
        sa.select(
            *paid,
            sa.func.coalesce(sa.func.sum(col(DistributionLine.amount_fen)), 0),
            sa.func.coalesce(sa.func.sum(again), 0),
        )
        .select_from(Distribution)
        .join(LedgerTransaction, col(LedgerTransaction.id) == col(Distribution.transaction_id))
        .outerjoin(DistributionLine, col(DistributionLine.distribution_id) == col(Distribution.id))
        .where(col(Distribution.fund_id).in_(codes), moment.holds())
        .group_by(*paid)
    )
    return len(rows), [
        Finding(
            fund=codes[fund],
            on=on,
            subject=str(number),
            what=say(
                "Distribution {number} pays {total}, of it recallable {recallable}; its parts add "
                "up to {parts} and {parts_recallable}.",
                number=number,
                total=Yuan(total),
                recallable=Yuan(recallable),
                parts=Yuan(int(parts)),
                parts_recallable=Yuan(int(parts_recallable)),
            ),
        )
        for fund, number, on, total, recallable, parts, parts_recallable in rows
        if (parts, parts_recallable) != (total, recallable)
    ]


def _paid_otherwise(work: Work, moment: Moment, codes: Mapping[str, str]) -> list[Finding]:
    """Compare what the parts give each partner with what the ledger took from its account."""
    place = (col(Distribution.id), col(Partner.id))
    of_parts = (
        sa.select(*place, sa.func.sum(col(DistributionLine.amount_fen)))
        .select_from(DistributionLine)
        .join(Distribution, col(Distribution.id) == col(DistributionLine.distribution_id))
        .join(Partner, col(Partner.id) == col(DistributionLine.partner_id))
        .join(LedgerTransaction, col(LedgerTransaction.id) == col(Distribution.transaction_id))
    )
    of_ledger = (
        sa.select(*place, sa.func.sum(col(LedgerPosting.amount_fen)))
        .select_from(LedgerPosting)
        .join(Distribution, col(Distribution.transaction_id) == col(LedgerPosting.transaction_id))
        .join(Partner, col(Partner.id) == col(LedgerPosting.partner_id))
        .join(LedgerTransaction, col(LedgerTransaction.id) == col(Distribution.transaction_id))
        .where(col(LedgerPosting.line) == int(Line.DISTRIBUTIONS))
    )

    def sums(statement: Any) -> dict[tuple[str, str], int]:
        asked = statement.where(col(Distribution.fund_id).in_(codes), moment.holds())
        return {(row[0], row[1]): int(row[2]) for row in work.rows(asked.group_by(*place))}

    parts, booked = sums(of_parts), sums(of_ledger)
    findings = []
    for paid_id, partner_id in sorted({*parts, *booked}):
        said, done = parts.get((paid_id, partner_id), 0), booked.get((paid_id, partner_id), 0)
        if said != done:
            paid = work.session.get_one(Distribution, paid_id)
            partner = work.session.get_one(Partner, partner_id)
            what = say(
                "Distribution {number} gives {partner} {said}; the ledger paid {done}.",
                number=paid.number,
                partner=partner.name,
                said=Yuan(said),
                done=Yuan(done),
            )
            findings.append(
                Finding(
                    fund=codes[paid.fund_id], on=paid.paid_on, subject=str(paid.number), what=what
                )
            )
    return findings
