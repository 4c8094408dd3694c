"""Quarter close, seen from landing: the half month that ends with the quarter is sealed.

A report shows how the firms landed; what it shows must be the frozen count that the district was
told, so the books of a fund with firms in the district close only beside a sealed half month.
Whoever closes from above this floor does it here, so that the check is always in the list.
"""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlmodel import col

from dealflow import dispatch
from dealflow.agreements import Agreement
from portfolio import close_checks, closing, lookthrough
from portfolio.book_parts import Finding
from portfolio.close_checks import CloseCheck
from portfolio.funds import Fund
from portfolio.investments import Investment
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import say
from portfolio.ledger import Moment
from portfolio.locks import PeriodLock
from valuation.periods import Quarter


# ---- commands and reads
def close(work: Work, actor: Actor, fund_id: str, quarter: Quarter) -> PeriodLock:
    """Lock a quarter of a fund once its books and its landing hold."""
    return closing.close(work, actor, fund_id, quarter)


def checklist(work: Work, fund: Fund, quarter: Quarter) -> list[CloseCheck]:
    """Return every check that the command asks, in its order."""
    return close_checks.check(work, fund, quarter)


# ---- the check
@close_checks.require
def landing_sealed(work: Work, fund: Fund, quarter: Quarter) -> Iterable[CloseCheck]:
    """Yield the check for a fund whose firms, held or looked through to, have an agreement here."""
    firms = _firms_here(work, fund, quarter)
    sealed = dispatch.is_sealed(work, quarter.end)
    what = say("The half month up to {on} is not sealed.", on=quarter.end)
    finding = Finding(fund=fund.code, on=quarter.end, subject=fund.code, what=what)
    yield CloseCheck(
        code="landing",
        name=say("The landing snapshot of the last half month is sealed"),
        figure=say("{count} firms with an agreement here", count=firms),
        findings=(finding,) if firms and not sealed else (),
    )


def _firms_here(work: Work, fund: Fund, quarter: Quarter) -> int:
    below = lookthrough.structure(work, Moment(as_of=quarter.end), fund.id)
    through = [path.investment_id for firm in below.firms for path in firm.paths]
    own = sa.select(col(Investment.id)).where(col(Investment.fund_id) == fund.id)
    return int(
        work.scalar(
            sa.select(sa.func.count(sa.distinct(col(Agreement.investment_id)))).where(
                col(Agreement.signed_on) <= quarter.end,
                col(Agreement.investment_id).in_(own) | col(Agreement.investment_id).in_(through),
            )
        )
    )
