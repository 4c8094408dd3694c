"""The distribution waterfall: who gets which part of each distribution, in whole fen.

Capital comes back first, then the preferred return, then the general partner catches up, and the
rest is shared. What cannot be split to the fen is rounded on the running total of its tier, so
the tiers of each distribution add up exactly and no rounding grows with the number of payments.
"""

import decimal
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from numbers import Integral
from typing import Literal

from valuation.irr import EARLIEST
from valuation.money import split_fen

__all__ = ["CarryTerms", "Split", "clawback", "distribute"]

# (date, fen), or (date, fen, deal): without deals, all flows belong to one and the same deal
Flow = tuple[date, int] | tuple[date, int, str]

_DIGITS = decimal.Context(prec=50)  # a hurdle of 60 years keeps its fen
_YEAR_DAYS = 365


# ---- facts


@dataclass(frozen=True, slots=True, kw_only=True)
class CarryTerms:
    """What the partnership agreement says about carried interest. Rates are fractions: 0.08.

    preferred_return  a year, on capital not yet returned
    compounding       "annual" grows what is owed as (1 + r)^(days/365); "simple" adds
                      r·days/365 of the capital only
    carried_interest  the general partner's share of the profit, below 1
    catch_up          its share of the catch-up tier; 0 is no catch-up: then it shares only in what
                      exceeds the preferred return
    catch_up_basis    the tier ends when it holds its share of the "total_profit", or an amount of
                      its share of the "preferred_return"
    model             "european": the fund as a whole; "american": each deal by itself
    raises            ValueError for a rate out of range, or a catch-up that would never end
    """

    preferred_return: float
    compounding: Literal["annual", "simple"] = "annual"
    carried_interest: float
    catch_up: float = 1.0
    catch_up_basis: Literal["total_profit", "preferred_return"] = "total_profit"
    model: Literal["european", "american"] = "european"

    def __post_init__(self) -> None:
        for name in ("preferred_return", "carried_interest", "catch_up"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is {getattr(self, name)}; it is a fraction from 0 to 1")
        for name, known in (
            ("compounding", {"annual", "simple"}),
            ("catch_up_basis", {"total_profit", "preferred_return"}),
            ("model", {"european", "american"}),
        ):
            if getattr(self, name) not in known:
                raise ValueError(f"{name} is {getattr(self, name)!r}; it is one of {sorted(known)}")
        if self.carried_interest == 1:
            raise ValueError("carried_interest is 1: nothing would be left for the investors")
        endless = 0 < self.catch_up <= self.carried_interest
        if endless and self.catch_up_basis == "total_profit":
            raise ValueError(
                f"a catch_up of {self.catch_up} never reaches {self.carried_interest} of the total"
                " profit; take more than that, or 0 for none"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """One distribution in fen; the six parts add up to it exactly.

    The general partner's own capital takes its part of the first two tiers like any other, and
    its profit beyond them, which bears no carry, stands in `residual_gp`.
    """

    return_of_capital: int = 0
    preferred_return: int = 0
    catch_up_lp: int = 0
    catch_up_gp: int = 0
    residual_lp: int = 0
    residual_gp: int = 0

    @property
    def total(self) -> int:
        """The distribution, in fen."""
        shared = self.residual_lp + self.residual_gp
        return self.return_of_capital + self.preferred_return + self.catch_up + shared

    @property
    def catch_up(self) -> int:
        """The whole catch-up tier, in fen."""
        return self.catch_up_lp + self.catch_up_gp

    @property
    def profit_share_gp(self) -> int:
        """Catch-up and residual of the general partner; carry, if it has no capital of its own."""
        return self.catch_up_gp + self.residual_gp


@dataclass(slots=True)
class _Tiers:
    """The running state of one waterfall: of the fund, or of one deal."""

    terms: CarryTerms
    bears_carry: bool = True
    capital: int = 0  # not yet returned
    accrued: Decimal = Decimal(0)  # preferred return not yet paid, with its parts of a fen
    since: date = date.min
    preferred: int = 0  # paid so far, as are the four below
    catch_up: int = 0
    catch_up_gp: int = 0
    residual: int = 0
    residual_gp: int = 0
    size: Fraction = field(init=False)  # of the catch-up tier per fen of preferred return

    def __post_init__(self) -> None:
        carry, share = _exact(self.terms.carried_interest), _exact(self.terms.catch_up)
        if not share or not carry:
            self.size = Fraction(0)
        elif self.terms.catch_up_basis == "total_profit":
            self.size = carry / (share - carry)  # share·x = carry·(preferred + x)
        else:
            self.size = carry / share

    def accrue(self, on: date) -> None:
        """Let the preferred return grow up to a date."""
        days = (on - self.since).days if self.capital or self.accrued else 0
        self.since = on
        if not days:
            return
        with decimal.localcontext(_DIGITS):
            rate, years = Decimal(str(self.terms.preferred_return)), Decimal(days) / _YEAR_DAYS
            if self.terms.compounding == "annual":
                self.accrued += (self.capital + self.accrued) * ((1 + rate) ** years - 1)
            else:
                self.accrued += self.capital * rate * years

    def owed(self) -> int:
        """Return capital and preferred return not yet paid, in whole fen."""
        return self.capital + _whole(Fraction(self.accrued))

    def pay(self, fen: int) -> Split:
        """Lead one distribution through the tiers."""
        capital = min(fen, self.capital)
        self.capital -= capital
        left = fen - capital
        due = _whole(Fraction(self.accrued))
        preferred = min(left, due)
        # once it is paid in full, the part of a fen that rounding left over is settled too
        self.accrued = (
            Decimal(0)
            if preferred == due and not self.capital
            else (_DIGITS.subtract(self.accrued, Decimal(preferred)))
        )
        self.preferred += preferred
        left -= preferred
        if not self.bears_carry:
            return Split(return_of_capital=capital, preferred_return=preferred, residual_gp=left)
        room = max(0, _whole(self.size * self.preferred) - self.catch_up)
        caught = min(left, room)
        self.catch_up += caught
        caught_gp = _whole(_exact(self.terms.catch_up) * self.catch_up) - self.catch_up_gp
        self.catch_up_gp += caught_gp
        left -= caught
        self.residual += left
        shared_gp = min(left, max(0, self._residual_gp() - self.residual_gp))
        self.residual_gp += shared_gp
        return Split(
            return_of_capital=capital,
            preferred_return=preferred,
            catch_up_lp=caught - caught_gp,
            catch_up_gp=caught_gp,
            residual_lp=left - shared_gp,
            residual_gp=shared_gp,
        )

    def _residual_gp(self) -> int:
        """Return what of the residual so far is the general partner's.

        After a catch-up to the total profit it holds its share of all of it, to the fen: what the
        roundings of two tiers would add to that is not its own.
        """
        carry = _exact(self.terms.carried_interest)
        if self.size and self.terms.catch_up_basis == "total_profit":
            profit = self.preferred + self.catch_up + self.residual
            return _whole(carry * profit) - self.catch_up_gp if self.residual else 0
        return _whole(carry * self.residual)


# ---- rules


def distribute(
    calls: Sequence[Flow],
    distributions: Sequence[Flow],
    terms: CarryTerms,
    gp_commitment: int = 0,
) -> tuple[Split, ...]:
    """Split each distribution among capital, preferred return, catch-up and residual.

    calls          (date, fen) of all partners, in any order; on one date, calls come first
    distributions  (date, fen), in any order. Under the american model each flow names its deal as
                   a third member; without names there is one deal, and both models agree
    gp_commitment  fen, the general partner's own part of the calls: it takes its part of every
                   call and distribution and bears no carry
    returns        one Split for each distribution, in the given order
    raises         ValueError for an amount that is no whole fen >= 0, a date before 1900, or a
                   gp_commitment beyond the calls
    source         ILPA Principles 3.0 (2019), "Waterfall structure"; the usual four tiers
    """
    ours, gps = _classes(calls, distributions, gp_commitment)
    splits, own = _run(*ours, terms)[0], _run(*gps, terms, bears_carry=False)[0]
    return tuple(
        Split(
            return_of_capital=a.return_of_capital + b.return_of_capital,
            preferred_return=a.preferred_return + b.preferred_return,
            catch_up_lp=a.catch_up_lp,
            catch_up_gp=a.catch_up_gp,
            residual_lp=a.residual_lp,
            residual_gp=a.residual_gp + b.residual_gp,
        )
        for a, b in zip(splits, own, strict=True)
    )


def clawback(
    calls: Sequence[Flow],
    distributions: Sequence[Flow],
    terms: CarryTerms,
    gp_commitment: int = 0,
) -> int:
    """Return the carry the general partner has to give back, looking at the fund as a whole.

    The larger of two excesses, and never more than the carry that was paid: what it received
    beyond the carry of the whole-fund waterfall and beyond its share of the profit; and what the
    investors still lack of their capital and preferred return on the date of the last flow.

    calls, distributions, gp_commitment, raises  as in `distribute`
    returns  fen, from 0 to the carry paid, before any tax the agreement may let it keep
    source   ILPA Principles 3.0 (2019), "Clawback"
    """
    (paid_in, paid_out), _gps = _classes(calls, distributions, gp_commitment)
    splits = _run(paid_in, paid_out, terms)[0]
    carry = sum(split.profit_share_gp for split in splits)
    if not carry:
        return 0
    paid_in, paid_out = _of_one_deal(paid_in), _of_one_deal(paid_out)
    whole, left = _run(paid_in, paid_out, terms)
    due = sum(split.profit_share_gp for split in whole)
    if any(tiers.owed() for tiers in left):  # capital lost since that carry was earned
        profit = sum(flow[1] for flow in paid_out) - sum(flow[1] for flow in paid_in)
        due = min(due, _whole(_exact(terms.carried_interest) * max(0, profit)))
    received: list[Flow] = [
        (flow[0], flow[1] - split.profit_share_gp)
        for flow, split in zip(paid_out, splits, strict=True)
    ]
    shares, short = _run(paid_in, received, terms, bears_carry=False)
    lacking = sum(tiers.owed() for tiers in short) - sum(share.residual_gp for share in shares)
    return min(carry, max(carry - due, lacking, 0))


def _run(
    calls: Sequence[Flow],
    distributions: Sequence[Flow],
    terms: CarryTerms,
    *,
    bears_carry: bool = True,
) -> tuple[list[Split], list[_Tiers]]:
    """Return the split of each distribution, and each waterfall as it stands at the end."""
    if terms.model == "european":
        calls, distributions = _of_one_deal(calls), _of_one_deal(distributions)
    tiers: dict[str, _Tiers] = {}
    splits = [Split()] * len(distributions)
    on = EARLIEST
    for on, fen, deal, which in _in_order(calls, distributions):
        at = tiers.setdefault(deal, _Tiers(terms, bears_carry))
        at.accrue(on)
        if which is None:
            at.capital += fen
        else:
            splits[which] = at.pay(fen)
    for at in tiers.values():
        at.accrue(on)
    return splits, list(tiers.values())


def _in_order(
    calls: Iterable[Flow], distributions: Iterable[Flow]
) -> list[tuple[date, int, str, int | None]]:
    """Return (date, fen, deal, number of the distribution or None) by date, calls first."""
    called = [(flow[0], flow[1], _deal(flow), None) for flow in calls]
    paid = [(flow[0], flow[1], _deal(flow), i) for i, flow in enumerate(distributions)]
    return sorted([*called, *paid], key=lambda flow: (flow[0], flow[3] is not None))


def _classes(
    calls: Sequence[Flow], distributions: Sequence[Flow], gp_commitment: int
) -> tuple[tuple[list[Flow], list[Flow]], tuple[list[Flow], list[Flow]]]:
    """Check the flows and divide each between the investors and the general partner's capital."""
    for name, flows in (("call", calls), ("distribution", distributions)):
        for i, flow in enumerate(flows):
            if flow[0] < EARLIEST:
                raise ValueError(f"{name} {i} is dated {flow[0]}, before {EARLIEST}")
            if not isinstance(flow[1], Integral) or flow[1] < 0:
                raise ValueError(f"{name} {i} on {flow[0]} is {flow[1]!r}, no whole fen >= 0")
    called = sum(flow[1] for flow in calls)
    if not isinstance(gp_commitment, Integral) or not 0 <= gp_commitment <= called:
        raise ValueError(f"gp_commitment is {gp_commitment!r}; it is from 0 to {called} fen")
    weights = (called - gp_commitment, gp_commitment) if gp_commitment else (1, 0)

    def divided(flows: Sequence[Flow]) -> tuple[list[Flow], list[Flow]]:
        parts = [split_fen(flow[1], weights) for flow in flows]
        investors: list[Flow] = [
            (flow[0], lp, _deal(flow)) for flow, (lp, _) in zip(flows, parts, strict=True)
        ]
        own: list[Flow] = [
            (flow[0], gp, _deal(flow)) for flow, (_, gp) in zip(flows, parts, strict=True)
        ]
        return investors, own

    (lp_calls, gp_calls), (lp_paid, gp_paid) = divided(calls), divided(distributions)
    return (lp_calls, lp_paid), (gp_calls, gp_paid)


def _of_one_deal(flows: Iterable[Flow]) -> list[Flow]:
    return [(flow[0], flow[1]) for flow in flows]


def _deal(flow: Flow) -> str:
    return flow[2] if len(flow) > 2 else ""  # noqa: PLR2004 - the third member, if there is one


def _exact(rate: float) -> Fraction:
    return Fraction(str(rate))  # 0.2 is one fifth, as the agreement says, not the nearest float


def _whole(fen: Fraction) -> int:
    return int(fen + Fraction(1, 2))  # never negative: half a fen goes up
