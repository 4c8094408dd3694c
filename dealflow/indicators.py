"""Indicators of the yearly evaluation that are no gauge: layout, execution, and self-reports.

What our rows tell is computed from them; what they cannot tell is undefined until the fund reports
it with a paper. Groups and aspects: 发改财金规〔2025〕1753号 as summarised in GUIDANCE_FUNDS.md
§3.3; the wording of its 13 indicators is not published there, so the names are the house's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import col

from dealflow import evaluation_entries, landed
from dealflow.agreements import Agreement
from dealflow.evaluation_entries import Reported
from dealflow.projects import Project
from portfolio import performance_figures
from portfolio.figures import FigureRow, Unit
from portfolio.investments import Position
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from portfolio.ledger import Moment
from valuation.figures import Reason, Undefined


# ---- facts
class Group(StrEnum):
    """The three groups of the evaluation rules."""

    POLICY = "policy"
    LAYOUT = "layout"
    EXECUTION = "execution"


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One indicator. `reached` is None where there is no bar, or where it cannot be known."""

    code: str
    group: Group
    title: Message
    definition: Message
    value: float | int | Undefined
    unit: Unit
    least: float | None = None
    reached: bool | None = None
    note: Message | None = None
    rows: tuple[FigureRow, ...] = ()
    is_reported: bool = False  # by the fund itself, on paper


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where the money of a holding went: its project's chain, and whether it has landed here."""

    project_id: str
    has_chain: bool
    is_landed: bool


# (code of the indicator, group, title, what it means): asked of the fund, for no row tells it
ASKED: tuple[tuple[str, Group, Message, Message], ...] = (
    (
        "unified_market",
        Group.POLICY,
        say("Unified market"),
        say("Share of the fund's rules and contracts reviewed without an obstacle to the market."),
    ),
    (
        "capacity_use",
        Group.LAYOUT,
        say("Capacity in use"),
        say("Output over capacity of the firms held, weighted by cost."),
    ),
    (
        "manager_quality",
        Group.EXECUTION,
        say("Quality of the manager"),
        say("Share of the points given by the yearly review of the manager."),
    ),
)
SELF_REPORTED = tuple(code for code, *_ in ASKED)


# ---- rules
def reported(entries: Mapping[str, Reported]) -> tuple[Indicator, ...]:
    """Return the indicators that only the fund can tell, undefined where it has not."""
    missing = Undefined(Reason.NOT_RECORDED, "the fund has not reported it")
    return tuple(
        Indicator(
            code=code,
            group=group,
            title=title,
            definition=text,
            value=said.value if said else missing,
            unit=Unit.RATIO,
            note=None if said else say("No row here tells it; the fund reports it with a paper"),
            rows=(said.row,) if said else (),
            is_reported=True,
        )
        for code, group, title, text in ASKED
        for said in (entries.get(code),)
    )


def cost_share(
    code: str,
    title: Message,
    definition: Message,
    held: Sequence[Position],
    counted: Mapping[str, bool],
) -> Indicator:
    """Return which part of the cost counts; a holding without a project has no place to speak of.

    counted  {investment: whether its cost counts}, only of those that have a project
    """
    at_cost = [one for one in held if one.cost_fen]
    whole = sum(one.cost_fen for one in at_cost)
    value: float | Undefined = Undefined(Reason.NOTHING_INVESTED, "nothing is held")
    if whole:
        value = sum(one.cost_fen for one in at_cost if counted.get(one.investment_id)) / whole
    return Indicator(
        code=code,
        group=Group.LAYOUT,
        title=title,
        definition=definition,
        value=value,
        unit=Unit.RATIO,
        rows=tuple(
            FigureRow(
                label=one.name,
                kind={True: "counts", False: "counts_not", None: "no_project"}[
                    counted.get(one.investment_id)
                ],
                subject_id=one.investment_id,
                on=one.first_paid_on,
                amount_fen=one.cost_fen,
                is_demo=one.is_demo,
            )
            for one in at_cost
        ),
    )


# ---- reads
def placed(work: Work, moment: Moment, investment_ids: Sequence[str]) -> dict[str, Placed]:
    """Return {investment: its project, chain and landing} of those that an agreement names."""
    statement = (
        sa.select(col(Agreement.investment_id), col(Project.id), col(Project.chain_id))
        .join(Project, col(Project.id) == col(Agreement.project_id))
        .where(
            col(Agreement.investment_id).in_(investment_ids),
            col(Agreement.signed_on) <= moment.as_of,
        )
        .order_by(col(Agreement.signed_on), col(Agreement.id))
    )
    rows = work.rows(statement)
    projects = sorted({project_id for _, project_id, _ in rows})
    has_landed = landed.landings_of(work, moment.as_of, projects)
    return {
        investment_id: Placed(
            project_id=project_id,
            has_chain=chain_id is not None,
            is_landed=has_landed[project_id].landed,
        )
        for investment_id, project_id, chain_id in rows
    }


def of_books(
    work: Work, moment: Moment, fund_id: str, held: Sequence[Position]
) -> tuple[Indicator, ...]:
    """Return what the books and the landing rows tell, each with its rows."""
    at = {one.code: one for one in performance_figures.figures(work, moment, fund_id)}
    invested, paid_in = at["invested"], at["paid_in"]
    assert isinstance(invested.value, int)
    assert isinstance(paid_in.value, int)
    progress: float | Undefined = Undefined(Reason.NOTHING_PAID_IN, "nothing is paid in")
    if paid_in.value:
        progress = invested.value / paid_in.value
    money = tuple(
        Indicator(
            code=code,
            group=Group.EXECUTION,
            title=title,
            definition=text,
            value=at[figure].value if value is None else value,
            unit=unit,
            rows=rows or at[figure].rows,
        )
        for code, figure, title, text, unit, value, rows in (
            (
                "paid_in_share",
                "pic",
                say("Paid in"),
                say("Contributions over commitments."),
                Unit.RATIO,
                None,
                (),
            ),
            (
                "invested_share",
                "invested",
                say("Investment progress"),
                say("All that was ever invested over what was paid in."),
                Unit.RATIO,
                progress,
                (*invested.rows, *paid_in.rows),
            ),
            (
                "idle_fen",
                "cash",
                say("Idle money"),
                say("Cash in the fund's books."),
                Unit.FEN,
                None,
                (),
            ),
            (
                "dpi",
                "dpi",
                say("DPI"),
                say("Distributions over contributions."),
                Unit.MULTIPLE,
                None,
                (),
            ),
            (
                "tvpi",
                "tvpi",
                say("TVPI"),
                say("Distributions and net assets over contributions."),
                Unit.MULTIPLE,
                None,
                (),
            ),
        )
    )
    return (*_layout(work, moment, held), *money)


def _layout(work: Work, moment: Moment, held: Sequence[Position]) -> tuple[Indicator, ...]:
    where = placed(work, moment, [one.investment_id for one in held])
    at_cost = [one for one in held if one.cost_fen]
    return (
        cost_share(
            "landed_share",
            say("Landed here"),
            say("Cost of holdings whose project has landed here over the cost of all."),
            held,
            {one: at.is_landed for one, at in where.items()},
        ),
        cost_share(
            "chain_share",
            say("On the district's chains"),
            say("Cost of holdings whose project is on one of the chains over the cost of all."),
            held,
            {one: at.has_chain for one, at in where.items()},
        ),
        Indicator(
            code="firms",
            group=Group.LAYOUT,
            title=say("Firms held"),
            definition=say("Holdings with cost left."),
            value=len(at_cost),
            unit=Unit.COUNT,
            rows=tuple(
                FigureRow(
                    label=one.name,
                    kind="investment",
                    subject_id=one.investment_id,
                    on=one.first_paid_on,
                    amount_fen=one.cost_fen,
                    is_demo=one.is_demo,
                )
                for one in at_cost
            ),
        ),
    )


def others(
    work: Work, moment: Moment, fund_id: str, held: Sequence[Position], *, with_demo: bool
) -> tuple[Indicator, ...]:
    """Return every indicator of the file that is no gauge, by group."""
    entries = evaluation_entries.of_fund(work, fund_id, moment.as_of, with_demo=with_demo)
    found = (*of_books(work, moment, fund_id, held), *reported(entries))
    order = list(Group)
    return tuple(sorted(found, key=lambda one: order.index(one.group)))
