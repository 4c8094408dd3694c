"""Fee accrual: the management fee of a quarter, partner by partner, by the terms in force.

Facts and rules without a database: each stretch of days over which basis and rate stand still is
one line of the build-up (basis x rate x days / year). The commands are in management_fees.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from portfolio.term_sheet import FeeBasis, FeePeriod
from valuation.money import split_fen
from valuation.periods import DayCount, ticks


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class FeeLine:
    """One partner over one stretch of days, both included: basis x rate x ticks / year."""

    partner_id: str
    start: date
    end: date
    basis: FeeBasis
    basis_fen: int
    rate: float
    ticks: int
    day_count: DayCount
    version: int  # of the terms

    @property
    def exact(self) -> Fraction:
        """The fee of the stretch in fen, not yet rounded."""
        share = Fraction(self.ticks, self.day_count.ticks_a_year)
        return self.basis_fen * Fraction(str(self.rate)) * share


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerFee:
    """What one partner bears of a quarter, in fen."""

    partner_id: str
    lines: tuple[FeeLine, ...]
    gross_fen: int
    waiver: Fraction  # the part that is waived
    waived_fen: int
    booked_fen: int  # gross, by earlier runs
    booked_waiver_fen: int

    @property
    def due_fen(self) -> int:
        """What is still to be booked of the gross fee; negative where too much was."""
        return self.gross_fen - self.booked_fen

    @property
    def due_waiver_fen(self) -> int:
        """What is still to be booked of the waiver."""
        return self.waived_fen - self.booked_waiver_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Accrual:
    """The fee of a quarter with its build-up; the partners' parts add up to it."""

    start: date
    end: date
    partners: tuple[PartnerFee, ...]

    def total(self, name: str) -> int:
        """Add one amount up over the partners."""
        return sum(getattr(one, name) for one in self.partners)


Steps = Mapping[str, Sequence[tuple[date, int]]]  # {partner: (from that day on, fen), ascending}


# ---- rules
def lines_of(periods: Iterable[FeePeriod], bases: Mapping[FeeBasis, Steps]) -> list[FeeLine]:
    """Return the build-up: a line per partner and stretch over which its basis stands still."""
    found = []
    for period in periods:
        for partner_id, steps in bases[period.basis].items():
            for start, end, fen in _stretches(steps, period.start, period.end):
                found.append(
                    FeeLine(
                        partner_id=partner_id,
                        start=start,
                        end=end,
                        basis=period.basis,
                        basis_fen=fen,
                        rate=period.rate,
                        ticks=ticks(start, end + timedelta(days=1), period.day_count),
                        day_count=period.day_count,
                        version=period.version,
                    )
                )
    return found


def _stretches(
    steps: Sequence[tuple[date, int]], start: date, end: date
) -> Iterable[tuple[date, date, int]]:
    inside = sorted({start, *(on for on, _ in steps if start < on <= end)})
    for first, following in zip(inside, [*inside[1:], end + timedelta(days=1)], strict=True):
        fen = next((fen for on, fen in reversed(steps) if on <= first), 0)
        if fen > 0:
            yield first, following - timedelta(days=1), fen


def shared(lines: Sequence[FeeLine], waivers: Mapping[str, Fraction]) -> dict[str, tuple[int, int]]:
    """Return {partner: (gross, waived)} in fen: the whole is rounded once, then split exactly."""
    exact: dict[str, Fraction] = {}
    for line in lines:
        exact[line.partner_id] = exact.get(line.partner_id, Fraction(0)) + line.exact
    if not any(exact.values()):
        return {}
    whole = int(sum(exact.values()) + Fraction(1, 2))
    gross = split_fen(whole, list(exact.values()))
    return {
        partner: (fen, int(fen * waivers.get(partner, Fraction(0)) + Fraction(1, 2)))
        for partner, fen in zip(exact, gross, strict=True)
    }
