"""Performance template: a fund's flows by transaction type, in and out of net and gross.

The two methods of the ILPA Performance Template v1.1, granular and gross-up, each with and without
the subscription line. A type stands on the denominator, on the numerator, or is left out, exactly
as the table of REPORTING.md §2.3 says; the rates and multiples follow from nothing else.

Net is all partners' side with carried interest taken out of it: what the general partner's account
holds of carry is no part of the net value, and is added back in gross. Where that table's two
sources disagree (deemed GP contribution) the sample sheet is followed: net only.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portfolio.kernel.errors import Message, say
from valuation.figures import Reason, Undefined
from valuation.irr import CashFlow, xirr


# ---- facts
class Method(StrEnum):
    """Fees are left out of gross flows (granular), or added back to all flows (gross-up)."""

    GRANULAR = "granular"
    GROSS_UP = "gross_up"


class View(StrEnum):
    """With (W) or without (O) the line, net or gross."""

    WITH_NET = "w_net"
    WITH_GROSS = "w_gross"
    WITHOUT_NET = "o_net"
    WITHOUT_GROSS = "o_gross"


class Side(StrEnum):
    """Where a row's amount stands in the multiple."""

    DEN = "den"
    LESS_DEN = "less_den"  # it lowers the denominator
    NUM = "num"
    OUT = "out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A transaction type and where it stands in each of the four views."""

    code: str
    title: Message
    sides: tuple[Side, Side, Side, Side]  # in the order of View

    def side(self, view: View) -> Side:
        """Return where it stands in a view."""
        return self.sides[tuple(View).index(view)]


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedFlow:
    """One row of the template: fen above zero as its type has it, below where it was taken back."""

    kind: Kind
    on: date
    amount_fen: int
    transaction_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one view comes to."""

    view: View
    numerator_fen: int
    denominator_fen: int
    multiple: float | Undefined  # net and gross-up: TVPI; granular gross: MOIC
    irr: float | Undefined
    flows: tuple[CashFlow, ...]  # from the investor's side, the value at the end included


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One method for one fund at the close of a day."""

    method: Method
    as_of: date
    rows: tuple[TypedFlow, ...]  # by day
    results: Mapping[View, Result]

    @property
    def has_line(self) -> bool:
        """Say whether a line was used, so that the views with and without it can differ."""
        return any(row.kind.code.startswith("facility") for row in self.rows)


# ---- the table of REPORTING.md §2.3
D, L, N, _ = Side.DEN, Side.LESS_DEN, Side.NUM, Side.OUT
ALL_DEN, ALL_NUM, ALL_LESS = (D, D, D, D), (N, N, N, N), (L, L, L, L)
NET_DEN = (D, _, D, _)
GRANULAR: tuple[Kind, ...] = tuple(
    Kind(code=code, title=title, sides=sides)
    for code, title, sides in (
        ("call:investments", say("Capital call: investments"), ALL_DEN),
        ("call:working_capital", say("Capital call: working capital"), ALL_DEN),
        ("call:management_fees", say("Capital call: management fees, inside"), NET_DEN),
        ("call:outside:management_fees", say("Capital call: management fees, outside"), NET_DEN),
        ("call:partnership_expenses", say("Capital call: partnership expenses, inside"), NET_DEN),
        (
            "call:outside:partnership_expenses",
            say("Capital call: partnership expenses, outside"),
            NET_DEN,
        ),
        ("call:placement_agent_fees", say("Capital call: placement fees"), NET_DEN),
        (
            "call:outside:placement_agent_fees",
            say("Capital call: placement fees, outside"),
            NET_DEN,
        ),
        ("call:deemed_gp_contribution", say("Capital call: deemed GP contribution"), NET_DEN),
        (
            "call:subscription_facility_costs",
            say("Capital call: line's fees and interest"),
            (D, _, _, _),
        ),
        ("facility:draw:investments", say("Line drawn: investments"), (_, _, D, D)),
        ("facility:draw:working_capital", say("Line drawn: working capital"), (_, _, D, D)),
        ("facility:draw:fees", say("Line drawn: fees and expenses"), (_, _, D, _)),
        ("facility:repay:investments", say("Line repaid: investments"), (_, _, L, L)),
        ("facility:repay:working_capital", say("Line repaid: working capital"), (_, _, L, L)),
        ("facility:repay:fees", say("Line repaid: fees and expenses"), (_, _, L, _)),
        ("carry:paid", say("Carried interest paid, less clawback"), (_, N, _, N)),
        ("distribution:income", say("Distribution: income"), ALL_NUM),
        ("distribution:gain", say("Distribution: gain"), ALL_NUM),
        ("distribution:return_of_capital", say("Distribution: return of capital"), ALL_NUM),
        ("distribution:return_of_fees", say("Distribution: return of fees"), ALL_NUM),
        ("distribution:recallable:income", say("Recallable distribution: income"), ALL_NUM),
        ("distribution:recallable:gain", say("Recallable distribution: gain"), ALL_NUM),
        (
            "distribution:recallable:return_of_capital",
            say("Recallable distribution: return of capital"),
            ALL_NUM,
        ),
        (
            "distribution:recallable:return_of_fees",
            say("Recallable distribution: return of fees"),
            ALL_NUM,
        ),
        ("call:returned:investments", say("Excess capital returned: investments"), ALL_LESS),
        ("call:returned:fees", say("Excess capital returned: fees"), (L, _, L, _)),
        ("call:outside:returned_fees", say("Excess capital returned: fees, outside"), (L, _, L, _)),
        ("end:carry", say("Quarter end: carried interest allocated"), (_, N, _, N)),
        ("end:fees", say("Quarter end: accrued fees and expenses"), (_, N, _, N)),
        ("end:facility_costs", say("Quarter end: accrued line's fees and interest"), (_, N, N, N)),
        ("facility:outstanding", say("Quarter end: line outstanding, grossed up"), (_, _, N, N)),
        ("nav", say("Net asset value"), ALL_NUM),
    )
)
GROSS_UP: tuple[Kind, ...] = tuple(
    Kind(code=code, title=title, sides=sides)
    for code, title, sides in (
        ("call", say("Capital call, in total"), ALL_DEN),
        ("facility:draw", say("Line drawn"), (_, _, D, D)),
        ("facility:repay", say("Line repaid"), (_, _, L, L)),
        ("distribution", say("Distribution, recallable or not"), ALL_NUM),
        ("call:returned", say("Excess capital returned"), ALL_LESS),
        ("fees", say("Gross-up: fees and expenses"), (_, N, _, N)),
        ("facility:costs", say("Gross-up: line's fees and interest"), (_, N, N, N)),
        ("carry", say("Gross-up: carried interest"), (_, N, _, N)),
        ("facility:outstanding", say("Quarter end: line outstanding, grossed up"), (_, _, N, N)),
        ("nav", say("Net asset value"), ALL_NUM),
    )
)
KINDS: Mapping[Method, Mapping[str, Kind]] = {
    Method.GRANULAR: {kind.code: kind for kind in GRANULAR},
    Method.GROSS_UP: {kind.code: kind for kind in GROSS_UP},
}
SIGNS: Mapping[Side, int] = {Side.DEN: -1, Side.LESS_DEN: 1, Side.NUM: 1, Side.OUT: 0}


# ---- rules
def template(method: Method, rows: Sequence[TypedFlow], as_of: date) -> Template:
    """Return the four views of the rows.

    source  ILPA Performance Template v1.1 and its FAQ, REPORTING.md §2.3
    """
    order = list(KINDS[method].values())
    kept = sorted(
        (row for row in rows if row.amount_fen), key=lambda row: (row.on, order.index(row.kind))
    )
    return Template(
        method=method,
        as_of=as_of,
        rows=tuple(kept),
        results={view: _result(view, kept) for view in View},
    )


def _result(view: View, rows: Sequence[TypedFlow]) -> Result:
    def total(side: Side) -> int:
        return sum(row.amount_fen for row in rows if row.kind.side(view) is side)

    numerator, denominator = total(Side.NUM), total(Side.DEN) - total(Side.LESS_DEN)
    by_day: dict[tuple[date, Side], int] = {}
    for row in rows:
        side = row.kind.side(view)
        if side is not Side.OUT:
            key = (row.on, side)
            by_day[key] = by_day.get(key, 0) + SIGNS[side] * row.amount_fen
    flows = tuple(CashFlow(on, fen) for (on, _side), fen in sorted(by_day.items()) if fen)
    nothing = Undefined(Reason.NOTHING_PAID_IN, "no capital was paid in by this date")
    return Result(
        view=view,
        numerator_fen=numerator,
        denominator_fen=denominator,
        multiple=numerator / denominator if denominator > 0 else nothing,
        irr=xirr(flows),
        flows=flows,
    )


def grossed_up(code: str) -> str | None:
    """Return the type of the gross-up method that a granular type belongs to, None if to none."""
    rules: tuple[tuple[str, Callable[[str], bool]], ...] = (
        ("call:returned", lambda one: "returned" in one),
        ("call", lambda one: one.startswith("call:")),
        ("facility:draw", lambda one: one.startswith("facility:draw:")),
        ("facility:repay", lambda one: one.startswith("facility:repay:")),
        ("distribution", lambda one: one.startswith("distribution:")),
        (code, lambda one: one in {"facility:outstanding", "nav"}),
    )
    return next((name for name, fits in rules if fits(code)), None)
