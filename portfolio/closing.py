"""Closing: a quarter whose books are right and whose holdings are valued is locked.

From then on what is dated in it is a correction with a reason, and the lock keeps the number of
the books at that moment, so the quarter can be shown as it was closed.
"""

from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from portfolio import close_checks, funds, ledger
from portfolio.book_parts import Finding
from portfolio.funds import Fund
from portfolio.kernel import audit, site
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError
from portfolio.ledger import LedgerTransaction
from portfolio.locks import PeriodLock
from valuation.periods import Quarter


class NotClosableError(DomainError):
    """What stands in the way of closing; `findings` carries all of it."""

    def __init__(self, fund: Fund, quarter: Quarter, findings: list[Finding]) -> None:
        super().__init__(
            "The books of {fund} cannot be closed for {quarter}; findings: {count}. The first: "
            "{first}",
            "Settle each of them, then close the quarter.",
            fund=fund.name,
            quarter=str(quarter),
            count=len(findings),
            first=findings[0].what,
        )
        self.findings = tuple(findings)


# ---- commands
def close(work: Work, actor: Actor, fund_id: str, quarter: Quarter) -> PeriodLock:
    """Lock a quarter of a fund, and with it every day before.

    errors  closed already; not over yet; the findings of `obstacles`
    """
    actor.must(Duty.CLOSE_PERIODS)
    fund = funds.get(work, actor, fund_id)
    locked = locked_to(work, fund_id)
    if locked is not None and quarter.end <= locked:
        raise DomainError(
            "The books of {fund} are closed to {locked} already.",
            "Close the quarter that follows; an error in a closed one is booked as a correction.",
            fund=fund.name,
            locked=locked,
        )
    today = site.read(work).today or work.today()
    if quarter.end > today:
        raise DomainError(
            "{quarter} is not over until {end}.",
            "Close it once its last day has passed.",
            quarter=str(quarter),
            end=quarter.end,
        )
    if found := obstacles(work, fund, quarter):
        raise NotClosableError(fund, quarter, found)
    lock = work.add(
        PeriodLock(
            fund_id=fund_id,
            ends_on=quarter.end,
            known_seq=ledger.last_seq(work),
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
        )
    )
    after = {"ends_on": quarter.end, "known_seq": lock.known_seq}
    audit.write(work, actor, "period:close", "fund", fund_id, after=after)
    return lock


# ---- reads
def locked_to(work: Work, fund_id: str) -> date | None:
    """Return the last closed day of a fund, None if it never closed."""
    last: date | None = work.scalar(
        sa.select(sa.func.max(col(PeriodLock.ends_on))).where(col(PeriodLock.fund_id) == fund_id)
    )
    return last


def lock_of(work: Work, fund_id: str, quarter: Quarter) -> PeriodLock | None:
    """Return the lock of one quarter, whose `known_seq` shows the books as they were closed."""
    found: PeriodLock | None = work.session.execute(
        sa.select(PeriodLock).where(
            col(PeriodLock.fund_id) == fund_id, col(PeriodLock.ends_on) == quarter.end
        )
    ).scalar()
    return found


def obstacles(work: Work, fund: Fund, quarter: Quarter) -> list[Finding]:
    """Return what keeps a quarter open, in the order of the checklist."""
    return [
        finding for check in close_checks.check(work, fund, quarter) for finding in check.findings
    ]


def corrections(work: Work, fund_id: str) -> list[LedgerTransaction]:
    """Return what was booked into a closed quarter after it was closed, the newest first."""
    return list(
        work.session.execute(
            sa.select(LedgerTransaction)
            .where(
                col(LedgerTransaction.fund_id) == fund_id,
                col(LedgerTransaction.correction_reason).is_not(None),
            )
            .order_by(col(LedgerTransaction.seq).desc())
        ).scalars()
    )
