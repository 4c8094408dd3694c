"""Multiples of money: what was paid in, what came back, what is still there."""

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from valuation.figures import Reason, Undefined


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiples:
    """Ratios: 1.35 is 1.35x. Unrounded; a page rounds each of them once."""

    pic: float | Undefined
    dpi: float | Undefined
    rvpi: float | Undefined
    tvpi: float | Undefined


def multiples(
    *,
    committed: float,
    paid_in: float,
    distributed: float,
    nav: float | Undefined,
    recallable: float = 0,
    basis: Literal["gross", "net"] = "gross",
) -> Multiples:
    """Return the four multiples of an investor's or a fund's position.

    committed, paid_in, distributed  cumulative, >= 0, one unit (fen)
    nav         at as_of, the same unit; may be negative; if Undefined, RVPI and TVPI are too
    recallable  the part of `distributed` that was recalled, or may be
    basis       "gross" counts recallable money as distributed and, once recalled, as paid in again;
                "net" takes it off both sides, and the page has to say so
    raises      ValueError if an amount is negative or not finite, or more is recallable than flowed
    source      ILPA Performance Template v1.1; GIPS 2020 glossary
    """
    promised, paid = _at_least_zero("committed", committed), _at_least_zero("paid_in", paid_in)
    back, again = (
        _at_least_zero("distributed", distributed),
        _at_least_zero("recallable", recallable),
    )
    if basis not in {"gross", "net"}:
        raise ValueError(f"basis is {basis!r}; it is 'gross' or 'net'")
    if basis == "net":
        if again > min(paid, back):
            raise ValueError(f"recallable {recallable} is more than was paid in or distributed")
        paid, back = paid - again, back - again
    unpromised = Undefined(Reason.NO_COMMITMENT, "nothing was committed by this date")
    unpaid = Undefined(Reason.NOTHING_PAID_IN, "no capital was paid in by this date")
    left = nav if isinstance(nav, Undefined) else _exact("nav", nav)
    return Multiples(
        pic=_ratio(paid, promised, unpromised),
        dpi=_ratio(back, paid, unpaid),
        rvpi=left if isinstance(left, Undefined) else _ratio(left, paid, unpaid),
        # from the exact sum, never from two rounded ratios
        tvpi=left if isinstance(left, Undefined) else _ratio(back + left, paid, unpaid),
    )


def moic(*, invested: float, realised: float, fair_value: float | Undefined) -> float | Undefined:
    """Return (realised proceeds + fair value) per unit of invested cost.

    invested, realised  cumulative, >= 0, one unit (fen)
    fair_value          at as_of, the same unit; if Undefined (no mark), so is the multiple
    raises              ValueError if an amount is negative or not finite
    """
    cost, proceeds = _at_least_zero("invested", invested), _at_least_zero("realised", realised)
    if isinstance(fair_value, Undefined):
        return fair_value
    uninvested = Undefined(Reason.NOTHING_INVESTED, "nothing was invested by this date")
    return _ratio(proceeds + _exact("fair_value", fair_value), cost, uninvested)


def _ratio(top: Fraction, bottom: Fraction, otherwise: Undefined) -> float | Undefined:
    return float(top / bottom) if bottom else otherwise


def _at_least_zero(name: str, amount: float) -> Fraction:
    exact = _exact(name, amount)
    if exact < 0:
        raise ValueError(f"{name} is {amount}; a cumulative amount is not negative")
    return exact


def _exact(name: str, amount: float) -> Fraction:
    if not math.isfinite(amount):
        raise ValueError(f"{name} is {amount}, which is not a finite number")
    return Fraction(amount)
