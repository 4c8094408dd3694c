"""Later closings: how an earlier contribution is shared anew when partners come in later.

Facts and rules without a database; the commands that book it are in equalisation.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from valuation.money import split_fen
from valuation.periods import DayCount, ticks


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What was contributed on one day for one purpose, and who bears it now."""

    on: date
    purpose: str
    borne_fen: Mapping[str, int]  # {partner: fen}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One partner's part of one event: positive where it pays, negative where it gets back."""

    partner_id: str
    contributed_on: date
    purpose: str
    days: int  # from the contribution to the payment
    principal_fen: int
    interest_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a later closing moves between the partners; both columns sum to zero."""

    closed_on: date
    paid_on: date
    rate: float
    joined_fen: Mapping[str, int]  # {partner: what it promised at this closing}
    parts: tuple[Part, ...]

    def by_partner(self) -> dict[str, tuple[int, int]]:
        """Return {partner: (principal, interest)}, positive where it pays."""
        found: dict[str, tuple[int, int]] = {}
        for part in self.parts:
            principal, interest = found.get(part.partner_id, (0, 0))
            found[part.partner_id] = (
                principal + part.principal_fen,
                interest + part.interest_fen,
            )
        return found


# ---- rules
def parts_of(
    event: Event,
    joined_fen: Mapping[str, int],
    earlier_fen: int,
    *,
    paid_on: date,
    rate: float,
    day_count: DayCount,
) -> list[Part]:
    """Share one earlier contribution anew, as if the later partners had been there.

    joined_fen   {partner: fen} promised at this closing
    earlier_fen  all that was promised before it
    returns      principal and interest, each summing to zero; interest is simple, on what each
                 later partner pays, rounded half up to the fen
    """
    total_fen = sum(event.borne_fen.values())
    later = list(joined_fen)
    pays = split_fen(total_fen, [*joined_fen.values(), earlier_fen])[: len(later)]
    grown = Fraction(str(rate)) * ticks(event.on, paid_on, day_count) / day_count.ticks_a_year
    owes = [int(fen * grown + Fraction(1, 2)) for fen in pays]
    bearers = [partner for partner, fen in event.borne_fen.items() if fen > 0]
    weights = [event.borne_fen[partner] for partner in bearers]
    back, earned = split_fen(sum(pays), weights), split_fen(sum(owes), weights)
    sums: dict[str, tuple[int, int]] = dict(zip(later, zip(pays, owes, strict=True), strict=True))
    for partner, principal, interest in zip(bearers, back, earned, strict=True):
        before = sums.get(partner, (0, 0))
        sums[partner] = (before[0] - principal, before[1] - interest)
    return [
        Part(
            partner_id=partner,
            contributed_on=event.on,
            purpose=event.purpose,
            days=(paid_on - event.on).days,
            principal_fen=principal,
            interest_fen=interest,
        )
        for partner, (principal, interest) in sums.items()
        if principal or interest
    ]
