"""A fund's figures with what each of them means and the rows it is made of."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from portfolio import capital, funds, ledger, performance, unfunded
from portfolio.accounts import FEE_LINES, AccountCode, Line
from portfolio.carry_flows import PAID as CARRY_PAID
from portfolio.commitments import Partner
from portfolio.figures import Figure, FigureRow, Source, Unit
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, NotFoundError, say
from portfolio.ledger import LedgerPosting, LedgerTransaction, Moment
from portfolio.performance import FundPerformance, NetPerformance
from valuation.figures import Undefined
from valuation.irr import shown

# One sentence each, as DOMAIN.md §3 defines them; a change of meaning raises the version.
DEFINITIONS: Mapping[str, tuple[Unit, Message]] = {
    "committed": (Unit.FEN, say("What the partners have promised by this date.")),
    "paid_in": (Unit.FEN, say("All contributions that have arrived by this date.")),
    "unfunded": (
        Unit.FEN,
        say("Commitments less contributions plus recallable distributions."),
    ),
    "distributed": (Unit.FEN, say("All cash paid back to the partners, recallable or not.")),
    "recallable": (Unit.FEN, say("The part of the distributions that may be called again.")),
    "nav": (Unit.FEN, say("Assets less liabilities, which is the sum of the capital accounts.")),
    "net_distributed": (
        Unit.FEN,
        say("Distributions without what general partners were paid as carried interest."),
    ),
    "net_nav": (
        Unit.FEN,
        say("Net asset value without the carried interest that general partners hold."),
    ),
    "invested": (Unit.FEN, say("All that was ever paid into investments.")),
    "cost": (Unit.FEN, say("The cost of what is still held.")),
    "fair_value": (Unit.FEN, say("Cost plus unrealised gain of what is held, by approved marks.")),
    "realised": (
        Unit.FEN,
        say("All that investments paid back: exits, returned capital and income."),
    ),
    "cash": (Unit.FEN, say("The bank balance in the books.")),
    "payables": (Unit.FEN, say("What was booked as owed and is not paid yet.")),
    "fees": (Unit.FEN, say("Management fees and expenses, net of offsets and rebates.")),
    "pic": (Unit.RATIO, say("PIC: paid-in capital over commitments.")),
    "dpi": (
        Unit.MULTIPLE,
        say("DPI: cumulative distributions over paid-in capital, net of carry."),
    ),
    "rvpi": (Unit.MULTIPLE, say("RVPI: net asset value over paid-in capital, net of carry.")),
    "tvpi": (
        Unit.MULTIPLE,
        say(
            "TVPI: distributions plus net asset value, over paid-in capital; net of carry, gross "
            "of recalls."
        ),
    ),
    "net_irr": (
        Unit.RATE,
        say(
            "Net IRR: the one yearly rate (ACT/365) at which contributions, distributions and the "
            "net asset value are worth nothing, on the days the money moved; net of carry."
        ),
    ),
    "moic": (
        Unit.MULTIPLE,
        say("Gross MOIC: proceeds plus fair value, over all that was invested."),
    ),
    "gross_irr": (
        Unit.RATE,
        say(
            "Gross IRR: the same rate for payments into investments, proceeds and fair value, "
            "before fees, expenses and carried interest."
        ),
    ),
}
OF_PARTNER = (
    *("committed", "paid_in", "unfunded", "distributed", "recallable", "nav"),
    *("pic", "dpi", "rvpi", "tvpi", "net_irr"),
)
# What a ratio is made of: its numerator's parts and its denominator, by the codes above.
RATIOS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "pic": (("paid_in",), "committed"),
    "dpi": (("net_distributed",), "paid_in"),
    "rvpi": (("net_nav",), "paid_in"),
    "tvpi": (("net_distributed", "net_nav"), "paid_in"),
    "moic": (("realised", "fair_value"), "invested"),
}
MADE_OF: Mapping[str, tuple[str, ...]] = {
    **{code: (*top, bottom) for code, (top, bottom) in RATIOS.items()},
    "net_irr": ("paid_in", "net_distributed", "net_nav"),
    "gross_irr": ("movements", "fair_value"),
}


# ---- reads
def figures(
    work: Work, moment: Moment, fund_id: str, *, partner_id: str | None = None
) -> list[Figure]:
    """Return a fund's figures, or those of one partner's account in it, each with its rows."""
    fund = work.session.get(funds.Fund, fund_id)
    if fund is None:
        raise NotFoundError
    of: NetPerformance
    if partner_id is None:
        of, codes = performance.fund_performance(work, moment, fund_id), tuple(DEFINITIONS)
    else:
        of, codes = performance.partner_performance(work, moment, partner_id), OF_PARTNER
    rows = _rows(work, moment, fund_id, partner_id)
    rows["net_nav"] = rows.get("nav", [])
    if partner_id is None:
        rows["net_nav"] = [*rows["net_nav"], *_carry_rows(work, moment, fund_id)]
    else:  # an account is its holder's, carry and all
        rows["net_distributed"] = rows.get("distributed", [])
    if isinstance(of, FundPerformance):
        rows |= _holding_rows(of)
    source = Source.DEMO if fund.is_demo else Source.COMPUTED
    return [_figure(code, of, rows, source) for code in codes]


def _figure(
    code: str, of: NetPerformance, rows: Mapping[str, Sequence[FigureRow]], source: Source
) -> Figure:
    unit, definition = DEFINITIONS[code]
    value: int | float | Undefined = getattr(of, f"{code}_fen" if unit is Unit.FEN else code)
    if unit is Unit.RATE:
        value, is_period = shown(value, _first_on(of, code), of.as_of)
        unit = Unit.PERIOD if is_period else unit
    top, bottom = RATIOS.get(code, ((), ""))
    return Figure(
        code=code,
        value=value,
        unit=unit,
        definition=definition,
        numerator=sum(getattr(of, f"{part}_fen") for part in top) if top else None,
        denominator=getattr(of, f"{bottom}_fen") if bottom else None,
        source=source,
        rows=tuple(row for part in MADE_OF.get(code, (code,)) for row in rows.get(part, ())),
    )


def _first_on(of: NetPerformance, code: str) -> date | None:
    if code == "gross_irr" and isinstance(of, FundPerformance):
        return min((flow.on for flow in of.gross_flows), default=None)
    return of.first_flow_on


def _rows(
    work: Work, moment: Moment, fund_id: str, partner_id: str | None
) -> dict[str, list[FigureRow]]:
    """Return the rows behind the partners' figures, and behind cash, payables and fees."""
    found: dict[str, list[FigureRow]] = {}
    for account in capital.accounts(work, moment, fund_id).accounts:
        if partner_id in {None, account.partner_id}:
            for code in ("committed", "unfunded", "nav"):
                row = FigureRow(
                    label=account.name,
                    kind="partner",
                    subject_id=account.partner_id,
                    amount_fen=getattr(account.amounts, f"{code}_fen"),
                    is_demo=account.is_demo,
                )
                found.setdefault(code, []).append(row)
    keys = (
        *(col(LedgerTransaction.id), col(LedgerTransaction.effective_date)),
        *(col(LedgerTransaction.memo), col(LedgerTransaction.tag), col(LedgerTransaction.seq)),
        *(col(LedgerPosting.account), col(LedgerPosting.line), col(LedgerPosting.purpose)),
        col(LedgerTransaction.is_demo),
    )
    statement = (
        ledger.entries(*keys, sa.func.sum(col(LedgerPosting.amount_fen)))
        .where(col(LedgerPosting.fund_id) == fund_id, moment.holds())
        .group_by(*keys)
        .order_by(col(LedgerTransaction.effective_date), col(LedgerTransaction.seq))
    )
    if partner_id is not None:
        statement = statement.where(col(LedgerPosting.partner_id) == partner_id)
    for transaction_id, on, memo, tag, _, account, line, purpose, is_demo, fen in work.rows(
        statement
    ):
        for code, sign in _codes(AccountCode(account), line, purpose):
            row = FigureRow(
                label=memo or tag,
                kind="transaction",
                subject_id=transaction_id,
                on=on,
                amount_fen=sign * int(fen),
                is_demo=is_demo,
            )
            found.setdefault(code, []).append(row)
    return found


def _carry_rows(work: Work, moment: Moment, fund_id: str) -> Iterator[FigureRow]:
    """Yield what each general partner holds as carry, with the sign that takes it off the NAV."""
    for partner_id, name, is_demo, fen in work.rows(
        ledger.entries(
            col(Partner.id),
            col(Partner.name),
            col(Partner.is_demo),
            sa.func.sum(col(LedgerPosting.amount_fen)),
        )
        .join(Partner, col(Partner.id) == col(LedgerPosting.partner_id))
        .where(col(LedgerPosting.fund_id) == fund_id, ~performance.is_net(), moment.holds())
        .group_by(col(Partner.id), col(Partner.name), col(Partner.is_demo))
        .order_by(col(Partner.id))
    ):
        if fen:
            yield FigureRow(
                label=name,
                kind="partner",
                subject_id=partner_id,
                amount_fen=int(fen),
                is_demo=is_demo,
            )


def _codes(account: AccountCode, line: int | None, purpose: str) -> list[tuple[str, int]]:
    """Return which figures a posting is part of, and with which sign."""
    match account:
        case AccountCode.CASH:
            return [("cash", 1)]
        case AccountCode.PAYABLES:
            return [("payables", -1)]
        case AccountCode.PARTNERS_CAPITAL if line == Line.CONTRIBUTIONS:
            return [("paid_in", -1)]
        case AccountCode.PARTNERS_CAPITAL if line == Line.DISTRIBUTIONS:
            is_recallable = purpose.startswith(unfunded.RECALLABLE)
            found = [("distributed", 1), *([("recallable", 1)] if is_recallable else [])]
            return found if purpose.startswith(CARRY_PAID) else [*found, ("net_distributed", 1)]
        case AccountCode.PARTNERS_CAPITAL if line in FEE_LINES:
            return [("fees", 1)]
        case _:
            return []


def _holding_rows(of: FundPerformance) -> dict[str, list[FigureRow]]:
    found = {
        code: [
            FigureRow(
                label=held.name,
                kind="investment",
                subject_id=held.investment_id,
                amount_fen=getattr(held, f"{code}_fen"),
                is_demo=held.is_demo,
            )
            for held in of.holdings
        ]
        for code in ("invested", "cost", "fair_value", "realised")
    }
    found["movements"] = [
        FigureRow(
            label=moved.memo or moved.tag,
            kind="transaction",
            subject_id=moved.transaction_id,
            on=moved.on,
            amount_fen=moved.amount_fen,
            is_demo=moved.is_demo,
        )
        for moved in of.movements
    ]
    return found
