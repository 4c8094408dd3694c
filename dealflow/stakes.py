"""Stakes: how much money hangs on a condition, and on an agreement.

Only an open condition puts money at stake. What the ledger knows is read there: an unpaid tranche,
the cost that a buy-back returns. What only the paper knows is what the clause names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dealflow.conditions import ConditionPosition
from dealflow.terms import Consequence
from portfolio import investments, tranches
from portfolio.investments import Movement
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from portfolio.ledger import Moment
from portfolio.tranches import TranchePosition
from valuation import buy_back
from valuation.buy_back import Instalment
from valuation.figures import Reason, Undefined
from valuation.money import split_fen

PPM = 1_000_000


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Stake:
    """The money on one open condition at the close of a day."""

    condition_id: str
    consequence: Consequence
    amount_fen: int | Undefined
    bound_to: str  # two conditions on one tranche put it at stake once
    how: Message
    instalments: tuple[Instalment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementStake:
    """The money on an agreement: each tranche, holding and incentive once."""

    known_fen: int
    unknown: int  # conditions that put something at stake which no record names
    stakes: tuple[Stake, ...]


# ---- rules
def of_condition(
    at: ConditionPosition,
    *,
    tranche: TranchePosition | None,
    paid: Sequence[tuple[date, int]],
    holding_id: str | None,
    as_of: date,
) -> Stake | None:
    """Return what hangs on a condition, None where nothing is owed or nothing hangs on it.

    paid  (day, fen) of the payments of the agreement's investment that are still at cost
    """
    if not at.is_open or at.consequence is Consequence.NONE:
        return None
    if at.consequence is Consequence.GATES_TRANCHE and tranche is not None:
        left = tranche.agreed_fen - tranche.paid_fen
        how = say("Tranche {no}, agreed and not paid", no=tranche.no)
        return _stake(at, left, f"tranche:{tranche.tranche_id}", how)
    if at.consequence is Consequence.BUY_BACK:
        return _bought_back(at, paid, holding_id, as_of)
    return _stake(at, *_named(at, as_of))


def _named(at: ConditionPosition, as_of: date) -> tuple[int | Undefined, str, Message]:
    """Return what the clause names, what it is bound to, and how it was reckoned."""
    own, named, rate_ppm = f"own:{at.condition_id}", at.at_stake_fen, at.rate_ppm
    if named is None:
        missing = Undefined(Reason.NOT_YET, "the paper's amount is not recorded")
        return missing, own, say("The clause names no amount")
    if at.consequence is Consequence.STEP_DOWN and rate_ppm is not None:
        how = say("{share} % of the incentive", share=f"{rate_ppm / 10_000:g}")
        return named * rate_ppm // PPM, own, how
    if at.consequence is Consequence.CLAW_BACK and rate_ppm:
        price = buy_back.price(
            [(at.terms.signed_on, named)], rate=rate_ppm / PPM, on=as_of, compounds=False
        )
        return round(price), own, say("The amount of the clause with simple interest since signing")
    return named, own, say("The amount of the clause")


def _bought_back(
    at: ConditionPosition, paid: Sequence[tuple[date, int]], holding_id: str | None, as_of: date
) -> Stake:
    bound_to = f"holding:{holding_id or at.condition_id}"
    if at.rate_ppm is None:
        missing = Undefined(Reason.NO_RATE, "the yearly rate of the buy-back is not recorded")
        return _stake(at, missing, bound_to, say("The rate of the buy-back is not recorded"))
    rate = at.rate_ppm / PPM
    price = round(buy_back.price(paid, rate=rate, on=as_of, compounds=False))
    parts = (
        tuple(buy_back.instalments(price, rate=rate, count=at.instalments))
        if price > 0 and at.instalments > 1
        else ()
    )
    how = say("Cost and {rate} % a year of simple interest to this day", rate=f"{rate * 100:g}")
    return Stake(
        condition_id=at.condition_id,
        consequence=at.consequence,
        amount_fen=price,
        bound_to=bound_to,
        how=how,
        instalments=parts,
    )


def _stake(at: ConditionPosition, amount: int | Undefined, bound_to: str, how: Message) -> Stake:
    return Stake(
        condition_id=at.condition_id,
        consequence=at.consequence,
        amount_fen=amount,
        bound_to=bound_to,
        how=how,
    )


def together(stakes: Sequence[Stake]) -> AgreementStake:
    """Add stakes up; what several conditions are bound to counts once, at its highest."""
    highest: dict[str, int] = {}
    unknown = 0
    for stake in stakes:
        if isinstance(stake.amount_fen, Undefined):
            unknown += 1
        else:
            highest[stake.bound_to] = max(highest.get(stake.bound_to, 0), stake.amount_fen)
    return AgreementStake(known_fen=sum(highest.values()), unknown=unknown, stakes=tuple(stakes))


def at_cost(moved: Sequence[Movement], cost_fen: int) -> list[tuple[date, int]]:
    """Return (day, fen) of the payments into a holding, as much of each as is still at cost.

    An exit takes its part of every payment alike; the parts add up to the cost, to the fen.
    """
    sums: dict[date, int] = {}
    for one in moved:
        if one.is_payment:
            sums[one.on] = sums.get(one.on, 0) - one.amount_fen
    paid = [(on, fen) for on, fen in sorted(sums.items()) if fen > 0]
    if not paid or cost_fen <= 0:
        return []
    parts = split_fen(cost_fen, [fen for _, fen in paid])
    return [(on, part) for (on, _), part in zip(paid, parts, strict=True)]


# ---- reads
def of_agreements(
    work: Work,
    as_of: date,
    at: Mapping[str, Sequence[ConditionPosition]],
    holdings: Mapping[str, str | None],
) -> dict[str, AgreementStake]:
    """Return {agreement: the money at stake} in the same few queries as one.

    at        {agreement: its conditions}
    holdings  {agreement: the investment that carries it out, if any}
    """
    held = sorted({holding for holding in holdings.values() if holding})
    moment = Moment(as_of=as_of)
    by_id = {one.tranche_id: one for one in tranches.positions(work, moment, held)}
    costs = investments.carried_fen(work, moment, held)
    moved: dict[str, list[Movement]] = {}
    for one in investments.movements(work, moment, held):
        moved.setdefault(one.investment_id, []).append(one)
    found: dict[str, AgreementStake] = {}
    for agreement_id, conditions in at.items():
        holding = holdings.get(agreement_id)
        cost_fen = costs.get(holding or "", (0, 0))[0]
        paid = at_cost(moved.get(holding or "", []), cost_fen)
        stakes = [
            of_condition(
                one,
                tranche=by_id.get(one.gates_tranche_id or ""),
                paid=paid,
                holding_id=holding,
                as_of=as_of,
            )
            for one in conditions
        ]
        found[agreement_id] = together([stake for stake in stakes if stake is not None])
    return found
