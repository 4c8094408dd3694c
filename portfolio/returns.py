"""Returns of a fund's partners over set horizons, along the J-curve and against a market index.

Everything is net and comes from one reading of the partners' accounts, so that the rate, the
curve and the index comparison can never speak of different flows. Definitions: DOMAIN.md §3.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np
import sqlalchemy as sa
from sqlmodel import col

from portfolio import indices, ledger, performance
from portfolio.accounts import Line
from portfolio.figures import Figure, FigureRow, Source, Unit
from portfolio.indices import IndexSeries, Level
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from portfolio.ledger import LedgerPosting, LedgerTransaction, Moment
from portfolio.performance import QuarterPoint
from valuation import pme
from valuation.figures import Reason, Undefined
from valuation.irr import CashFlow, horizon_irr, shown, xirr

F = TypeVar("F")
HORIZONS = (1, 3, 5, 10)  # years
YEARS = say(
    "Net IRR over {years} year(s): the net asset value at the start counts as paid in, the flows "
    "since then and the net asset value at the end as they were."
)
SINCE = say(
    "Net IRR since the first contribution; the return of the period while that is less than a year."
)
TROUGH = say("The quarter end at which distributions less contributions stood lowest.")
BREAK_EVEN = say(
    "The first quarter end after the trough at which distributions have covered all contributions."
)
PME: Mapping[str, tuple[Unit, Message]] = {
    "ks_pme": (
        Unit.MULTIPLE,
        say(
            "KS-PME: distributions and net asset value over contributions, each carried to the "
            "date by the index; above 1 the fund beat the index."
        ),
    ),
    "long_nickels": (
        Unit.RATE,
        say("Long–Nickels: the IRR that the same flows would have had in the index."),
    ),
    "pme_plus": (
        Unit.RATE,
        say(
            "PME+: the IRR in the index with distributions scaled so that it ends on the fund's "
            "net asset value."
        ),
    ),
    "mpme": (
        Unit.RATE,
        say(
            "mPME: the IRR in the index if each distribution sells the share of it that the fund "
            "paid out."
        ),
    ),
    "direct_alpha": (
        Unit.RATE,
        say(
            "Direct alpha: the IRR of the flows after each was carried to the date by the index: "
            "the yearly excess over it."
        ),
    ),
    "direct_alpha_log": (
        Unit.RATE,
        say("Direct alpha as a continuous rate: ln(1 + direct alpha)."),
    ),
}


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day with money, or the closing day: the fund's side and the index beside it."""

    on: date
    contributed_fen: int  # >= 0
    distributed_fen: int  # >= 0
    nav_fen: int  # after the flows of the day
    level: Level | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FundReturns:
    """What the partners of a fund have earned by the close of `as_of`."""

    as_of: date
    began_on: date | None  # the first flow
    days: tuple[Day, ...]  # ascending, the last one is `as_of`; () without any flow
    points: tuple[QuarterPoint, ...]
    horizons: tuple[Figure, ...]  # 1, 3, 5, 10 years, then since inception
    curve: tuple[Figure, ...]  # trough, break-even: the date is that of the figure's one row
    index: IndexSeries | None
    pme: tuple[Figure, ...]  # () without an index

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Return every figure."""
        return (*self.horizons, *self.curve, *self.pme)


# ---- rules
def days_of(booked: Sequence[tuple[date, int, int]], as_of: date) -> list[Day]:
    """Gather bookings (date, line, fen; credit positive) into days with money.

    A day on which only the value moved is in the value of the next one.
    """
    days: dict[date, list[int]] = {}
    nav_fen = 0
    for on, line, fen in sorted(booked):
        nav_fen += fen
        paid_in, paid_out, _ = days.get(on, [0, 0, 0])
        if line == Line.CONTRIBUTIONS:
            paid_in += fen
        elif line == Line.DISTRIBUTIONS:
            paid_out -= fen
        days[on] = [paid_in, paid_out, nav_fen]
    if not any(paid_in or paid_out for paid_in, paid_out, _ in days.values()):
        return []
    days.setdefault(as_of, [0, 0, nav_fen])
    # A reversal on another day is a flow of the other sign: it goes to the other side.
    return [
        Day(
            on=on,
            contributed_fen=max(paid_in, 0) + max(-paid_out, 0),
            distributed_fen=max(paid_out, 0) + max(-paid_in, 0),
            nav_fen=worth,
        )
        for on, (paid_in, paid_out, worth) in sorted(days.items())
        if paid_in or paid_out or on == as_of
    ]


def years_before(as_of: date, years: int) -> date:
    """Return the day that many years earlier; the 28th for a 29 February that is not there."""
    try:
        return as_of.replace(year=as_of.year - years)
    except ValueError:
        return as_of.replace(year=as_of.year - years, day=28)


def over(
    years: int, booked: Sequence[tuple[date, int, int]], days: Sequence[Day], source: Source
) -> Figure:
    """Return the horizon IRR; Undefined where the fund is younger than the horizon."""
    value: float | Undefined
    rows: tuple[FigureRow, ...] = ()
    if not days:
        value = Undefined(Reason.NO_FLOWS, "there are no flows by this date")
    elif days[0].on > (start := years_before(days[-1].on, years)):
        began = days[0].on
        value = Undefined(Reason.TOO_SHORT, f"the first flow is of {began}, the horizon of {start}")
    else:
        opening_fen = sum(fen for on, _, fen in booked if on <= start)
        closing = days[-1]
        value = horizon_irr(opening_fen, _flows(days), closing.nav_fen, start, closing.on)
        inside = [day for day in days if day.on > start]
        rows = (_row("opening value", start, -opening_fen), *_rows(inside))
    return Figure(
        code=f"irr_{years}y",
        value=value,
        unit=Unit.RATE,
        definition=say(YEARS.msgid, years=years),
        source=source,
        rows=rows,
    )


def since_inception(days: Sequence[Day], source: Source) -> Figure:
    """Return the net IRR since the first flow, or the return of a period under a year."""
    closing = [CashFlow(days[-1].on, days[-1].nav_fen)] if days else []
    value, unit = yearly(xirr([*_flows(days), *closing]), days)
    return Figure(
        code="irr_itd", value=value, unit=unit, definition=SINCE, source=source, rows=_rows(days)
    )


def yearly(value: float | Undefined, days: Sequence[Day]) -> tuple[float | Undefined, Unit]:
    """Return a rate a year, or what it makes of a period of less than a year."""
    if not days:
        return value, Unit.RATE
    told = shown(value, days[0].on, days[-1].on)
    return told.value, Unit.PERIOD if told.is_period else Unit.RATE


def turning_points(points: Sequence[QuarterPoint], as_of: date, source: Source) -> list[Figure]:
    """Return the trough and the break-even of a J-curve, in fen of cumulative net cash."""
    least = min(points, key=lambda point: point.cumulative_net_fen, default=None)
    if least is None or least.cumulative_net_fen >= 0:
        none = (
            Undefined(Reason.NOT_YET, "no more was paid in than paid out by this date")
            if any(point.called_fen for point in points)
            else Undefined(Reason.NO_FLOWS, "there are no flows by this date")
        )
        pair = (("trough", TROUGH), ("break_even", BREAK_EVEN))
        return [_turn(code, definition, none, as_of, source) for code, definition in pair]
    after = points[points.index(least) :]
    even = next((point for point in after if point.cumulative_net_fen >= 0), None)
    never = Undefined(Reason.NOT_YET, "distributions have not covered the contributions")
    return [
        _turn("trough", TROUGH, least, as_of, source),
        _turn("break_even", BREAK_EVEN, even or never, as_of, source),
    ]


def _turn(
    code: str, definition: Message, at: QuarterPoint | Undefined, as_of: date, source: Source
) -> Figure:
    rows: tuple[FigureRow, ...] = ()
    value: int | Undefined
    if isinstance(at, Undefined):
        value = at
    else:
        value = at.cumulative_net_fen
        rows = (_row(str(at.quarter), min(at.quarter.end, as_of), value, kind="quarter"),)
    return Figure(
        code=code, value=value, unit=Unit.FEN, definition=definition, source=source, rows=rows
    )


def against(days: Sequence[Day], missing: Undefined | None, source: Source) -> list[Figure]:
    """Return the public market equivalents of days that carry index levels.

    missing  why there are no levels, which is then the answer of every figure
    """
    if missing is not None:
        values: dict[str, float | Undefined] = dict.fromkeys(PME, missing)
    else:
        values = _equivalents(days)
    found = []
    for code, (unit, definition) in PME.items():
        value = values[code]
        if code == "direct_alpha_log" and isinstance(value, float):
            rate, unit = yearly(math.expm1(value), days)  # noqa: PLW2901 - as below
            value = math.log1p(rate) if isinstance(rate, float) else rate
        elif unit is Unit.RATE:
            value, unit = yearly(value, days)  # noqa: PLW2901 - the period takes the year's place
        found.append(
            Figure(
                code=code,
                value=value,
                unit=unit,
                definition=definition,
                source=source,
                rows=_rows(days),
            )
        )
    return found


def _equivalents(days: Sequence[Day]) -> dict[str, float | Undefined]:
    on = np.array([day.on for day in days], dtype="datetime64[D]")
    paid_in = np.array([day.contributed_fen for day in days], dtype=np.float64)
    paid_out = np.array([day.distributed_fen for day in days], dtype=np.float64)
    level = np.array([day.level.level if day.level else np.nan for day in days])
    navs = np.array([day.nav_fen for day in days], dtype=np.float64)
    rows = (on, paid_in, paid_out, level)
    alpha = pme.direct_alpha(*rows, navs[-1])
    return {
        "ks_pme": pme.ks_pme(*rows, navs[-1]),
        "long_nickels": _of(pme.long_nickels(*rows, navs[-1]), lambda found: found.irr),
        "pme_plus": _of(pme.pme_plus(*rows, navs[-1]), lambda found: found.irr),
        "mpme": _of(pme.mpme(*rows, navs), lambda found: found.irr),
        "direct_alpha": _of(alpha, lambda found: found.annual),
        "direct_alpha_log": _of(alpha, lambda found: found.log),
    }


def _of(found: F | Undefined, value: Callable[[F], float | Undefined]) -> float | Undefined:
    return found if isinstance(found, Undefined) else value(found)


def _flows(days: Sequence[Day]) -> list[CashFlow]:
    return [
        CashFlow(day.on, fen)
        for day in days
        for fen in (-day.contributed_fen, day.distributed_fen)
        if fen
    ]


def _rows(days: Sequence[Day]) -> tuple[FigureRow, ...]:
    if not days:
        return ()
    flows = (
        _row("contribution" if flow.amount < 0 else "distribution", flow.on, int(flow.amount))
        for flow in _flows(days)
    )
    return (*flows, _row("closing value", days[-1].on, days[-1].nav_fen))


def _row(label: str, on: date, fen: int, *, kind: str = "flow") -> FigureRow:
    return FigureRow(label=label, kind=kind, subject_id="", on=on, amount_fen=fen)


# ---- reads
def fund_returns(
    work: Work, moment: Moment, fund_id: str, index: IndexSeries | None = None
) -> FundReturns:
    """Return the net returns of a fund, and against an index where one is chosen."""
    of_fund = col(LedgerPosting.fund_id) == fund_id
    booked = performance.booked_by_day(work, moment, of_fund & performance.is_net())
    days = days_of(booked, moment.as_of)
    points = performance.curve(booked, moment.as_of)
    has_demo = work.scalar(
        ledger.entries(sa.literal(1))
        .where(of_fund, moment.holds(), col(LedgerTransaction.is_demo).is_(True))
        .limit(1)
    )
    source = Source.DEMO if has_demo else Source.COMPUTED
    beside: list[Figure] = []
    if index is not None:
        levels = indices.levels_on(work, index, [day.on for day in days])
        missing: Undefined | None = levels if isinstance(levels, Undefined) else None
        if not days:
            missing = Undefined(Reason.NO_FLOWS, "there are no flows by this date")
        if not isinstance(levels, Undefined):
            days = [_beside(day, levels[day.on]) for day in days]
        beside = against(days, missing, Source.DEMO if index.is_demo else source)
    return FundReturns(
        as_of=moment.as_of,
        began_on=days[0].on if days else None,
        days=tuple(days),
        points=tuple(points),
        horizons=(
            *(over(years, booked, days, source) for years in HORIZONS),
            since_inception(days, source),
        ),
        curve=tuple(turning_points(points, moment.as_of, source)),
        index=index,
        pme=tuple(beside),
    )


def _beside(day: Day, level: Level) -> Day:
    return Day(
        on=day.on,
        contributed_fen=day.contributed_fen,
        distributed_fen=day.distributed_fen,
        nav_fen=day.nav_fen,
        level=level,
    )
