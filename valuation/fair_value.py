"""Fair value by the techniques of the IPEV Guidelines, each calibrated to what was once paid.

A technique is calibrated on the day of the transaction: it is run there with the assumptions of
that day, and what it misses of the price is its calibration difference. The assumption that closes
the difference (a premium on the multiple, on the discount rate, on the net assets) is carried to
the day of the valuation. The old assumptions stay beside the new ones in the result.

Amounts are of one unit, usually fen; values are for the share held and not rounded. No value is
below zero: a shareholder owes nothing.

source  International Private Equity and Venture Capital Valuation Guidelines (2025), calibration
        and techniques; (2022), sections 2.6 and 3
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

import numpy_financial

from valuation.figures import Reason, Undefined
from valuation.irr import irr

__all__ = [
    "DcfInputs",
    "FairValue",
    "MultipleInputs",
    "NetAssetInputs",
    "Technique",
    "dcf",
    "fund_nav",
    "multiple",
    "net_assets",
    "recent_investment",
]

Inputs = Mapping[str, float | str]


# ---- facts


class Technique(StrEnum):
    """How the value was found."""

    RECENT_INVESTMENT = "recent_investment"
    MULTIPLE = "multiple"
    DCF = "dcf"
    NET_ASSETS = "net_assets"
    FUND_NAV = "fund_nav"


@dataclass(frozen=True, slots=True, kw_only=True)
class FairValue:
    """A value with what it rests on.

    value           for the share held; Undefined with the reason if the technique gives none
    inputs          the assumptions of the valuation date, the calibrated one among them
    earlier_inputs  the same assumptions as they were when the technique was calibrated
    calibration     what was observed then, minus what the technique gave then uncalibrated
    """

    technique: Technique
    value: float | Undefined
    inputs: Inputs
    earlier_inputs: Inputs
    calibration: float | Undefined


@dataclass(frozen=True, slots=True, kw_only=True)
class MultipleInputs:
    """A maintainable metric (earnings, sales) > 0 and the multiple of comparable firms > 0."""

    metric: float
    peer_multiple: float
    net_debt: float = 0.0  # debt and senior claims less cash; negative is net cash
    share: float = 1.0  # of the equity, fully diluted

    def __post_init__(self) -> None:
        _positive(metric=self.metric, peer_multiple=self.peer_multiple, share=self.share)
        _finite(net_debt=self.net_debt)

    def equity(self, premium: float = 1.0) -> float:
        """Return the value of the share at the peers' multiple times a premium."""
        return (self.metric * self.peer_multiple * premium - self.net_debt) * self.share


@dataclass(frozen=True, slots=True, kw_only=True)
class DcfInputs:
    """Cash flows to the equity, one a year from the end of the first year, and a market rate.

    The last one contains the terminal value.
    """

    cash_flows: tuple[float, ...]
    market_rate: float  # a year, > -1: what the market asks of comparable risks
    share: float = 1.0

    def __post_init__(self) -> None:
        if not self.cash_flows:
            raise ValueError("cash_flows is empty; a forecast has at least one year")
        _positive(share=self.share, rate=1 + self.market_rate)
        _finite(**{f"cash_flows[{i}]": flow for i, flow in enumerate(self.cash_flows)})

    def present_value(self, premium: float = 0.0) -> float:
        """Return the value of the share at the market rate plus a premium."""
        rate = self.market_rate + premium
        return float(numpy_financial.npv(rate, (0.0, *self.cash_flows))) * self.share


@dataclass(frozen=True, slots=True, kw_only=True)
class NetAssetInputs:
    """The fair values of what the firm owns and owes; net assets > 0 where they calibrate."""

    assets: float
    liabilities: float
    share: float = 1.0

    def __post_init__(self) -> None:
        _positive(share=self.share)
        _finite(assets=self.assets, liabilities=self.liabilities)

    def net(self, premium: float = 1.0) -> float:
        """Return the share of the net assets times a premium."""
        return (self.assets - self.liabilities) * premium * self.share


# ---- techniques


def recent_investment(
    price: float, *, paid_on: date, as_of: date, reestimated: FairValue | None = None
) -> FairValue:
    """Return the price on its own day; later it only anchors another technique.

    price        > 0, for the share held
    reestimated  the value at as_of by a technique that was calibrated to this price
    returns      after paid_on, the re-estimated value; Undefined (no_mark) without one, since the
                 price of a round is no fair value of a later day. The calibration difference is
                 the re-estimated value minus the price
    raises       ValueError for a price <= 0 or an as_of before paid_on
    """
    _positive(price=price)
    if as_of < paid_on:
        raise ValueError(f"as_of {as_of} is before the investment of {paid_on}")
    then: Inputs = {"price": price, "paid_on": paid_on.isoformat()}
    value: float | Undefined = price
    if reestimated is not None:
        value = reestimated.value
    elif as_of > paid_on:
        value = Undefined(
            Reason.NO_MARK, f"the price of {paid_on} is an anchor, not a value of {as_of}"
        )
    now = dict(then) if reestimated is None else dict(reestimated.inputs)
    moved = value if isinstance(value, Undefined) else value - price
    return _fair_value(Technique.RECENT_INVESTMENT, value, now, then, moved)


def multiple(now: MultipleInputs, *, at_entry: MultipleInputs, price: float) -> FairValue:
    """Return the metric at the peers' multiple, moved by the premium that was paid at entry.

    price   > 0, paid at entry for at_entry.share
    raises  ValueError for a price that implies no positive multiple
    """
    _positive(price=price)
    implied = (price / at_entry.share + at_entry.net_debt) / at_entry.metric
    premium = implied / at_entry.peer_multiple
    if premium <= 0:
        raise ValueError(f"the price {price} implies a multiple of {implied:g}; it is above zero")
    return _fair_value(
        Technique.MULTIPLE,
        max(0.0, now.equity(premium)),
        _multiple_inputs(now, premium),
        _multiple_inputs(at_entry, premium),
        price - at_entry.equity(),
    )


def dcf(now: DcfInputs, *, at_entry: DcfInputs, price: float) -> FairValue:
    """Return the forecast discounted at the market rate plus the premium implied at entry.

    price    > 0, paid at entry for at_entry.share
    returns  Undefined with the reason if no rate, or several, explain the price at entry
    """
    _positive(price=price)
    implied = irr([-price / at_entry.share, *at_entry.cash_flows])
    difference = price - at_entry.present_value()
    if isinstance(implied, Undefined) or now.market_rate + implied - at_entry.market_rate <= -1:
        value = implied if isinstance(implied, Undefined) else _no_rate()
        return _fair_value(Technique.DCF, value, _dcf(now), _dcf(at_entry), difference)
    premium = implied - at_entry.market_rate
    value_now = max(0.0, now.present_value(premium))
    extra = {"premium": premium}
    return _fair_value(
        Technique.DCF, value_now, _dcf(now) | extra, _dcf(at_entry) | extra, difference
    )


def net_assets(now: NetAssetInputs, *, at_entry: NetAssetInputs, price: float) -> FairValue:
    """Return the share of the net assets, at the premium or discount that was paid at entry.

    price   > 0, paid at entry for at_entry.share
    raises  ValueError if there were no net assets at entry
    """
    _positive(price=price, net_assets_at_entry=at_entry.net())
    premium = price / at_entry.net()

    def shown(inputs: NetAssetInputs) -> Inputs:
        return {
            "assets": inputs.assets,
            "liabilities": inputs.liabilities,
            "share": inputs.share,
            "premium": premium,
        }

    return _fair_value(
        Technique.NET_ASSETS,
        max(0.0, now.net(premium)),
        shown(now),
        shown(at_entry),
        price - at_entry.net(),
    )


def fund_nav(
    reported_nav: float,
    *,
    reported_on: date,
    as_of: date,
    carried: float,
    contributed_since: float = 0.0,
    distributed_since: float = 0.0,
    market_change: float = 0.0,
    beta: float = 1.0,
) -> FairValue:
    """Return our share of a fund's reported NAV, rolled forward to as_of.

    reported_nav   of our share at reported_on
    carried        what we held for reported_on before that report arrived: the difference is the
                   calibration, our last estimate put to the test
    contributed_since, distributed_since  >= 0, after reported_on up to as_of
    market_change  of the relevant market since reported_on, > -1, taken `beta` times
    raises         ValueError for an as_of before reported_on, or an adjustment without any time
    """
    _finite(reported_nav=reported_nav, carried=carried, beta=beta)
    _positive(market=1 + market_change)
    if contributed_since < 0 or distributed_since < 0:
        raise ValueError(f"flows since are {contributed_since} and {distributed_since}; >= 0")
    _finite(contributed_since=contributed_since, distributed_since=distributed_since)
    if as_of < reported_on:
        raise ValueError(f"as_of {as_of} is before the report of {reported_on}")
    if as_of == reported_on and (contributed_since or distributed_since or market_change):
        raise ValueError(f"the report is of {as_of} itself: nothing has happened since")
    moved = reported_nav * (1 + beta * market_change) + contributed_since - distributed_since
    now: Inputs = {
        "reported_nav": reported_nav,
        "reported_on": reported_on.isoformat(),
        "contributed_since": contributed_since,
        "distributed_since": distributed_since,
        "market_change": market_change,
        "beta": beta,
    }
    then: Inputs = {"carried": carried}
    return _fair_value(Technique.FUND_NAV, max(0.0, moved), now, then, reported_nav - carried)


# ---- what is the same for all


def _fair_value(
    technique: Technique,
    value: float | Undefined,
    inputs: Inputs,
    earlier: Inputs,
    calibration: float | Undefined,
) -> FairValue:
    return FairValue(
        technique=technique,
        value=value,
        inputs=MappingProxyType(dict(inputs)),
        earlier_inputs=MappingProxyType(dict(earlier)),
        calibration=calibration,
    )


def _multiple_inputs(inputs: MultipleInputs, premium: float) -> Inputs:
    return {
        "metric": inputs.metric,
        "peer_multiple": inputs.peer_multiple,
        "net_debt": inputs.net_debt,
        "share": inputs.share,
        "premium": premium,
    }


def _dcf(inputs: DcfInputs) -> dict[str, float | str]:
    flows: Sequence[float] = inputs.cash_flows
    years = {f"cash_flow_{year}": flow for year, flow in enumerate(flows, start=1)}
    return {"market_rate": inputs.market_rate, "share": inputs.share, **years}


def _no_rate() -> Undefined:
    return Undefined(Reason.NO_RATE, "with the premium of the entry the rate is not above -100 %")


def _finite(**amounts: float) -> None:
    for name, amount in amounts.items():
        if not math.isfinite(amount):
            raise ValueError(f"{name} is {amount}, which is not a finite number")


def _positive(**amounts: float) -> None:
    _finite(**amounts)
    for name, amount in amounts.items():
        if amount <= 0:
            raise ValueError(f"{name} is {amount}; it is above zero")
