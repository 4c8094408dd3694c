"""The supplemental schedule of a fund of funds: what each fund below has cost it.

Source: ILPA Reporting Template v2.0, fund-of-funds schedule (REPORTING.md §2.1): per fund below,
management fees gross and net, partnership expenses in total and carried interest paid.
"""

import sqlalchemy as sa
from sqlmodel import col

from portfolio import capital
from portfolio.commitments import Partner
from portfolio.funds import Fund
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from portfolio.ledger import Moment
from valuation.periods import Quarter
from web.reports.parts import Child, ChildLine

COMMITTED = 108
# Rows of the child's own statement, of the part that the fund above holds.
LINES: tuple[tuple[int, Message], ...] = (
    (21, say("Management fees, gross")),
    (25, say("Management fees, net")),
    (62, say("Partnership expenses, total")),
    (101, say("Carried interest paid")),
)


# ---- reads
def of(work: Work, moment: Moment, fund_id: str, quarter: Quarter) -> tuple[Child, ...]:
    """Return the funds in which this one is a partner, in the order it came in."""
    below = work.session.execute(
        sa.select(Partner, Fund)
        .join(Fund, col(Fund.id) == col(Partner.fund_id))
        .where(col(Partner.investor_fund_id) == fund_id)
        .order_by(col(Partner.id))
    )
    return tuple(_child(work, moment, partner, fund, quarter) for partner, fund in below)


def _child(work: Work, moment: Moment, partner: Partner, fund: Fund, quarter: Quarter) -> Child:
    rows = {
        line.row: line
        for line in capital.statement(
            work,
            fund_id=fund.id,
            partner_id=partner.id,
            quarter=quarter,
            known_seq=moment.known_seq,
            known_at=moment.known_at,
        )
    }
    return Child(
        code=fund.code,
        name=fund.name,
        name_en=fund.name_en,
        committed_fen=rows[COMMITTED].itd_fen,
        vintage=fund.inception_on.year,
        lines=tuple(
            ChildLine(
                row=number,
                name=name,
                qtd_fen=rows[number].qtd_fen,
                ytd_fen=rows[number].ytd_fen,
                itd_fen=rows[number].itd_fen,
            )
            for number, name in LINES
        ),
    )
