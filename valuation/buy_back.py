"""Buy-back: what a founder pays for the fund's money back, at cost and an agreed yearly rate.

Time is actual days over 365, as in the investment agreements. No rounding inside.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy_financial as npf

YEAR_DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """One yearly part of a buy-back, in fen; interest on what was left, and principal."""

    no: int
    payment_fen: int
    interest_fen: int
    principal_fen: int


def price(paid: Sequence[tuple[date, int]], *, rate: float, on: date, compounds: bool) -> float:
    """Return cost plus interest on a day.

    paid       (day, fen) of each payment that is still at cost; those after `on` do not count
    rate       a year, >= 0: 0.08 is 8 %
    compounds  False: simple interest, cost × (1 + r × days / 365)
    returns    fen, not rounded
    raises     ValueError for a rate below zero
    """
    if rate < 0:
        raise ValueError(f"rate is {rate}; a buy-back pays interest, it does not take it")
    years = [((on - day).days / YEAR_DAYS, fen) for day, fen in paid if day <= on]
    if compounds:
        return float(sum(fen * (1 + rate) ** t for t, fen in years))
    return float(sum(fen * (1 + rate * t) for t, fen in years))


def instalments(price_fen: int, *, rate: float, count: int) -> list[Instalment]:
    """Split a price into equal yearly payments at the end of each year, interest on the rest.

    price_fen  fen, > 0
    count      >= 1; one instalment is the price after a year's interest
    returns    whole fen: principals add up to the price, the last payment takes what rounding left
    raises     ValueError if there is nothing to pay or nobody to pay it in
    source     annuity in arrears, numpy_financial.pmt
    """
    if price_fen <= 0 or count < 1:
        raise ValueError(f"{price_fen} fen in {count} instalments")
    level = round(-float(npf.pmt(rate, count, price_fen)))
    left, parts = price_fen, list[Instalment]()
    for no in range(1, count + 1):
        interest = round(left * rate)
        principal = left if no == count else level - interest
        parts.append(
            Instalment(
                no=no,
                payment_fen=principal + interest,
                interest_fen=interest,
                principal_fen=principal,
            )
        )
        left -= principal
    return parts
