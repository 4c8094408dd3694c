"""Evaluation: the yearly file of a government fund, each indicator with its rows.

Three of them are live gauges, the credits of the evaluation rules that can be computed: contracts
without forced reinvestment or relocation, patient capital, and the share of social capital.
Source: 发改财金规〔2025〕1753号, as summarised in GUIDANCE_FUNDS.md §3.3; the weights are not
published there, so a total is made only by weights that were entered (evaluation_weights.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col

from dealflow import agreements, clause_opinions, clauses, evaluation_weights, indicators, stakes
from dealflow.agreements import Agreement
from dealflow.clause_opinions import Review
from dealflow.clause_rules import Flag
from dealflow.evaluation_weights import Total, Weights
from dealflow.indicators import Group, Indicator
from portfolio import capital, investments, natures
from portfolio.figures import FigureRow, Unit
from portfolio.investments import Movement, Position
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from portfolio.ledger import Moment
from portfolio.natures import Capital, Focus
from valuation.buy_back import YEAR_DAYS
from valuation.figures import Reason, Undefined

PATIENT_SHARE, HOLDING_YEARS, SOCIAL_SHARE = 0.70, 5.0, 0.50
FORCED = frozenset({Flag.FORCED_RELOCATION, Flag.FORCED_REINVESTMENT})


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The file of one fund at the close of a day; the gauges come first."""

    gauges: tuple[Indicator, ...]
    others: tuple[Indicator, ...]
    weights: Weights | None

    @property
    def total(self) -> Total:
        """The weighted points; undefined without weights, or while a weighted value is unknown."""
        values = {one.code: one.value for one in (*self.gauges, *self.others)}
        return evaluation_weights.total(self.weights, values)

    @property
    def codes(self) -> tuple[str, ...]:
        """The indicators that may be weighted: those that are no amount of money."""
        every = (*self.gauges, *self.others)
        return tuple(one.code for one in every if one.unit is not Unit.FEN)


# ---- rules
def patient_share(held: Sequence[Position], focus: dict[str, Focus]) -> Indicator:
    """Return which part of the cost is in early, small or hard-tech firms."""
    cost = sum(one.cost_fen for one in held)
    open_fen = sum(one.cost_fen for one in held if one.investment_id not in focus)
    counted = sum(
        one.cost_fen for one in held if (at := focus.get(one.investment_id)) and at.counts
    )
    value, reached = _share(counted, open_fen, cost, PATIENT_SHARE)
    return Indicator(
        code="patient_share",
        group=Group.POLICY,
        title=say("Early, small or hard-tech"),
        definition=say("Cost of holdings judged early, small or hard-tech over the cost of all."),
        value=value,
        unit=Unit.RATIO,
        least=PATIENT_SHARE,
        reached=reached,
        note=_unjudged(sum(one.investment_id not in focus and one.cost_fen > 0 for one in held)),
        rows=tuple(
            _row(one, "" if (at := focus.get(one.investment_id)) is None else _kinds(at))
            for one in held
            if one.cost_fen
        ),
    )


def holding_years(
    held: Sequence[Position], moved: dict[str, list[Movement]], moment: Moment
) -> Indicator:
    """Return how long the money at cost has been held, weighted by cost."""
    weighted, cost = 0.0, 0
    rows: list[FigureRow] = []
    for one in held:
        for on, fen in stakes.at_cost(moved.get(one.investment_id, []), one.cost_fen):
            weighted += fen * (moment.as_of - on).days / YEAR_DAYS
            cost += fen
            rows.append(
                FigureRow(
                    label=one.name,
                    kind="investment",
                    subject_id=one.investment_id,
                    on=on,
                    amount_fen=fen,
                    is_demo=one.is_demo,
                )
            )
    value = weighted / cost if cost else Undefined(Reason.NOTHING_INVESTED, "nothing is held")
    return Indicator(
        code="holding_years",
        group=Group.POLICY,
        title=say("Mean holding period, years"),
        definition=say("Years since each payment still at cost, weighted by its amount."),
        value=value,
        unit=Unit.MULTIPLE,
        least=HOLDING_YEARS,
        reached=None if isinstance(value, Undefined) else value >= HOLDING_YEARS,
        rows=tuple(rows),
    )


def social_share(
    accounts: Sequence[capital.CapitalAccount], nature: dict[str, Capital]
) -> Indicator:
    """Return which part of what was committed is social capital."""
    total = sum(one.amounts.committed_fen for one in accounts)
    social = sum(
        one.amounts.committed_fen
        for one in accounts
        if nature.get(one.partner_id) is Capital.SOCIAL
    )
    open_fen = sum(one.amounts.committed_fen for one in accounts if one.partner_id not in nature)
    value, reached = _share(social, open_fen, total, SOCIAL_SHARE)
    return Indicator(
        code="social_share",
        group=Group.POLICY,
        title=say("Social capital"),
        definition=say("Commitments of partners judged social capital over all commitments."),
        value=value,
        unit=Unit.RATIO,
        least=SOCIAL_SHARE,
        reached=reached,
        note=_unjudged(sum(one.partner_id not in nature for one in accounts)),
        rows=tuple(
            FigureRow(
                label=one.name,
                kind=f"partner:{nature[one.partner_id]}" if one.partner_id in nature else "partner",
                subject_id=one.partner_id,
                amount_fen=one.amounts.committed_fen,
                is_demo=one.is_demo,
            )
            for one in accounts
        ),
    )


def _share(
    counted: int, open_: int, total: int, least: float
) -> tuple[float | Undefined, bool | None]:
    """Return a share and whether it reaches the bar, whatever the unjudged part turns out to be."""
    if not total:
        return Undefined(Reason.NOTHING_IN_DENOMINATOR, "nothing to divide by"), None
    if not open_:
        return counted / total, counted / total >= least
    missing = Undefined(Reason.NOT_RECORDED, "a part of it is not judged")
    if counted / total >= least:
        return missing, True
    return missing, False if (counted + open_) / total < least else None


def _unjudged(count: int) -> Message | None:
    return say("{count} are not judged yet", count=count) if count else None


def _row(one: Position, kind: str) -> FigureRow:
    return FigureRow(
        label=one.name,
        kind=kind or "investment",
        subject_id=one.investment_id,
        on=one.first_paid_on,
        amount_fen=one.cost_fen,
        is_demo=one.is_demo,
    )


def _kinds(at: Focus) -> str:
    named = (("early", at.early), ("small", at.small), ("hard_tech", at.hard_tech))
    return "focus:" + (",".join(name for name, is_so in named if is_so) or "none")


# ---- reads
def contracts_free(work: Work, moment: Moment, fund_id: str, *, with_demo: bool) -> Indicator:
    """Return how many of the fund's agreements force neither reinvestment nor relocation."""
    papers = agreements.listed(
        work, moment.as_of, col(Agreement.fund_id) == fund_id, with_demo=with_demo
    )
    ids = [one.agreement_id for one in papers]
    texts = {one.agreement_id for one in clauses.of_agreements(work, ids)}
    reviewed = [
        one for one in clause_opinions.reviewed(work, ids) if one.finding.rule.flag in FORCED
    ]
    flagged = {one.finding.agreement_id for one in reviewed if one.state is not Review.ALLOWED}
    cleared = {one.finding.agreement_id for one in reviewed} - flagged
    unread = [one for one in papers if one.agreement_id not in texts]
    reached: bool | None = not flagged if papers and not unread else None
    if flagged:
        reached = False
    value: int | Undefined = len(papers) - len(flagged)
    if unread and not flagged:
        value = Undefined(Reason.NOT_RECORDED, "the text of an agreement is not recorded")
    if not papers:
        value = Undefined(Reason.NOTHING_IN_DENOMINATOR, "the fund has signed nothing")
    return Indicator(
        code="contracts_free",
        group=Group.POLICY,
        title=say("Unforced contracts"),
        definition=say(
            "Agreements of the fund in which no rule in force at signing finds either, or a legal "
            "opinion allows what it finds."
        ),
        value=value,
        unit=Unit.COUNT,
        least=float(len(papers)),
        reached=reached,
        note=say("The clauses of {count} agreements are not recorded", count=len(unread))
        if unread
        else None,
        rows=tuple(
            FigureRow(
                label=f"{one.code} {one.title}",
                kind="flagged"
                if one.agreement_id in flagged
                else "cleared"
                if one.agreement_id in cleared
                else "free"
                if one.agreement_id in texts
                else "unread",
                subject_id=one.agreement_id,
                on=one.signed_on,
                amount_fen=one.amount_fen,
                is_demo=one.is_demo,
            )
            for one in papers
        ),
    )


def evaluation(work: Work, moment: Moment, fund_id: str, *, with_demo: bool = True) -> Evaluation:
    """Return the file of one fund; it changes with the books and says what it cannot know."""
    held = investments.positions(work, moment, fund_id, with_demo=with_demo)
    moved: dict[str, list[Movement]] = {}
    for one in investments.movements(work, moment, [at.investment_id for at in held]):
        moved.setdefault(one.investment_id, []).append(one)
    accounts = capital.accounts(work, moment, fund_id, with_demo=with_demo).accounts
    return Evaluation(
        gauges=(
            contracts_free(work, moment, fund_id, with_demo=with_demo),
            patient_share(held, natures.of_investments(work, fund_id, moment.as_of)),
            holding_years(held, moved, moment),
            social_share(accounts, natures.of_partners(work, fund_id, moment.as_of)),
        ),
        others=indicators.others(work, moment, fund_id, held, with_demo=with_demo),
        weights=evaluation_weights.in_force(work, moment.as_of, with_demo=with_demo),
    )
