"""Appraisals: a fair value worked out from its assumptions, each beside what it was at entry.

The mark keeps both sets, so that a colleague, an auditor or the next quarter can work it out again.
The price of a round is only an anchor: from the day after it, another technique that is calibrated
to it gives the value (IPEV 2025). Amounts are fen, rates fractions; the value is rounded once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from typing import Any

from portfolio.kernel.errors import DomainError
from portfolio.marks import Method
from valuation import fair_value
from valuation.fair_value import (
    DcfInputs,
    FairValue,
    MultipleInputs,
    NetAssetInputs,
    Technique,
)
from valuation.figures import Undefined

Given = Mapping[str, Any]  # {name of the ask: fen, number, fraction, day or tuple of fen}


# ---- facts
class Kind(StrEnum):
    """What an assumption is."""

    MONEY = "money"
    NUMBER = "number"
    RATE = "rate"
    DAY = "day"
    YEARS = "years"  # fen, one for each year from the first


class UnitOfAccount(StrEnum):
    """What is valued as one."""

    HOLDING = "holding"  # the fund's whole holding in the firm
    INSTRUMENT = "instrument"  # one class of securities by itself


class Level(IntEnum):
    """The level of the lowest input that matters (IFRS 13.72-90)."""

    QUOTED = 1
    OBSERVABLE = 2
    UNOBSERVABLE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One assumption that a technique asks for."""

    name: str
    kind: Kind
    above_zero: bool = False
    needed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What every appraisal states beside its numbers."""

    level: Level
    unit_of_account: UnitOfAccount
    events: str  # what has happened since the last round; "none" is an answer, silence is not


@dataclass(frozen=True, slots=True, kw_only=True)
class Appraisal:
    """A value with the steps that lead to it.

    earlier, now  the assumptions at entry and of the valuation date, as they were given
    premium       what the technique had missed of the price at entry, carried to the date
    calibration   the price at entry minus what the technique gave then, in fen
    """

    technique: Technique
    method: Method
    as_of: date
    value_fen: int
    price_fen: int | None
    earlier: Given
    now: Given
    premium: float | None
    calibration_fen: int | None


M, N, R, D, Y = Kind.MONEY, Kind.NUMBER, Kind.RATE, Kind.DAY, Kind.YEARS
SHARE = Ask(name="share", kind=R, above_zero=True)
TWICE: Mapping[Technique, tuple[Ask, ...]] = {  # asked for the entry and for now
    Technique.MULTIPLE: (
        Ask(name="metric", kind=M, above_zero=True),
        Ask(name="peer_multiple", kind=N, above_zero=True),
        Ask(name="net_debt", kind=M, needed=False),
        SHARE,
    ),
    Technique.DCF: (
        Ask(name="cash_flows", kind=Y),
        Ask(name="market_rate", kind=R),
        SHARE,
    ),
    Technique.NET_ASSETS: (
        Ask(name="assets", kind=M),
        Ask(name="liabilities", kind=M, needed=False),
        SHARE,
    ),
}
PRICE = Ask(name="price", kind=M, above_zero=True)
ONCE: Mapping[Technique, tuple[Ask, ...]] = {
    Technique.MULTIPLE: (PRICE,),
    Technique.DCF: (PRICE,),
    Technique.NET_ASSETS: (PRICE,),
    Technique.RECENT_INVESTMENT: (PRICE, Ask(name="paid_on", kind=D)),
    Technique.FUND_NAV: (
        Ask(name="reported_nav", kind=M),
        Ask(name="reported_on", kind=D),
        Ask(name="carried", kind=M),
        Ask(name="contributed_since", kind=M, needed=False),
        Ask(name="distributed_since", kind=M, needed=False),
        Ask(name="market_change", kind=R, needed=False),
        Ask(name="beta", kind=N, needed=False),
    ),
}
METHODS: Mapping[Technique, Method] = {
    Technique.RECENT_INVESTMENT: Method.RECENT_INVESTMENT,
    Technique.MULTIPLE: Method.MULTIPLES,
    Technique.DCF: Method.DCF_INVESTMENT,
    Technique.NET_ASSETS: Method.NET_ASSETS,
    Technique.FUND_NAV: Method.NET_ASSETS,
}


# ---- rules
def appraise(
    technique: Technique, as_of: date, *, once: Given, earlier: Given, now: Given
) -> Appraisal:
    """Return the value by a technique, calibrated to the price at entry.

    once          the assumptions that have no earlier counterpart (ONCE)
    earlier, now  those of the entry and of the valuation date (TWICE); empty where there are none
    errors        one is missing or cannot be; the technique gives no value; the price of a round
                  is asked for a later day
    """
    _refuse_unfit(ONCE[technique], once)
    for given in (earlier, now):
        _refuse_unfit(TWICE.get(technique, ()), given)
    try:
        found = _RUN[technique](as_of, once, earlier, now)
    except ValueError:
        raise DomainError(
            "These assumptions cannot be calibrated to the price at entry.",
            "Check the price, the signs of the amounts and the dates.",
        ) from None
    if isinstance(found.value, Undefined):
        if technique is Technique.RECENT_INVESTMENT:
            raise DomainError(
                "The price of a round is a value on its own day; for {as_of} it is only an anchor.",
                "Choose another technique and give this price as the price at entry.",
                as_of=as_of,
            )
        raise DomainError(
            "The technique gives no value: no discount rate explains the price at entry.",
            "Check the forecast at entry against the price, or choose another technique.",
        )
    missed = found.calibration
    return Appraisal(
        technique=technique,
        method=METHODS[technique],
        as_of=as_of,
        value_fen=round(found.value),
        price_fen=once.get("price"),
        earlier={**earlier, **({} if technique in TWICE else once)},
        now=now,
        premium=_number(found.inputs.get("premium")),
        calibration_fen=None if isinstance(missed, Undefined) else round(missed),
    )


def _number(value: float | str | None) -> float | None:
    return value if isinstance(value, float) else None


def _refuse_unfit(asks: tuple[Ask, ...], given: Given) -> None:
    for ask in asks:
        value = given.get(ask.name)
        if value is None or value == ():
            if ask.needed:
                raise DomainError(
                    "The assumption {name} is missing.", "Enter it, then look again.", name=ask.name
                )
        elif ask.above_zero and value <= 0:
            raise DomainError(
                "The assumption {name} must be above zero.", "Correct it.", name=ask.name
            )


def _multiple(_: date, once: Given, earlier: Given, now: Given) -> FairValue:
    def of(given: Given) -> MultipleInputs:
        return MultipleInputs(
            metric=given["metric"],
            peer_multiple=given["peer_multiple"],
            net_debt=given.get("net_debt") or 0.0,
            share=given["share"],
        )

    return fair_value.multiple(of(now), at_entry=of(earlier), price=once["price"])


def _dcf(_: date, once: Given, earlier: Given, now: Given) -> FairValue:
    def of(given: Given) -> DcfInputs:
        return DcfInputs(
            cash_flows=tuple(given["cash_flows"]),
            market_rate=given["market_rate"],
            share=given["share"],
        )

    return fair_value.dcf(of(now), at_entry=of(earlier), price=once["price"])


def _net_assets(_: date, once: Given, earlier: Given, now: Given) -> FairValue:
    def of(given: Given) -> NetAssetInputs:
        return NetAssetInputs(
            assets=given["assets"],
            liabilities=given.get("liabilities") or 0.0,
            share=given["share"],
        )

    return fair_value.net_assets(of(now), at_entry=of(earlier), price=once["price"])


def _recent(as_of: date, once: Given, _earlier: Given, _now: Given) -> FairValue:
    return fair_value.recent_investment(once["price"], paid_on=once["paid_on"], as_of=as_of)


def _fund_nav(as_of: date, once: Given, _earlier: Given, _now: Given) -> FairValue:
    beta = once.get("beta")
    return fair_value.fund_nav(
        once["reported_nav"],
        reported_on=once["reported_on"],
        as_of=as_of,
        carried=once["carried"],
        contributed_since=once.get("contributed_since") or 0.0,
        distributed_since=once.get("distributed_since") or 0.0,
        market_change=once.get("market_change") or 0.0,
        beta=1.0 if beta is None else beta,
    )


_RUN: Mapping[Technique, Callable[[date, Given, Given, Given], FairValue]] = {
    Technique.MULTIPLE: _multiple,
    Technique.DCF: _dcf,
    Technique.NET_ASSETS: _net_assets,
    Technique.RECENT_INVESTMENT: _recent,
    Technique.FUND_NAV: _fund_nav,
}


def stored(found: Appraisal, basis: Basis) -> dict[str, Any]:
    """Return what a mark keeps as its inputs: plain values, days as ISO text.

    errors  nothing is said about events since the last round
    """
    if not basis.events.strip():
        raise DomainError(
            "Nothing is said about events since the last round.",
            "Name them, or write that there were none.",
        )
    return {
        "technique": found.technique.value,
        "price": found.price_fen,
        "earlier": _plain(found.earlier),
        "now": _plain(found.now),
        "premium": found.premium,
        "calibration_fen": found.calibration_fen,
        "level": int(basis.level),
        "unit_of_account": basis.unit_of_account.value,
        "events": basis.events.strip(),
    }


def _plain(given: Given) -> dict[str, Any]:
    written: dict[str, Any] = {}
    for name, value in given.items():
        match value:
            case date():
                written[name] = value.isoformat()
            case tuple():
                written[name] = list(value)
            case None:
                pass
            case _:
                written[name] = value
    return written
