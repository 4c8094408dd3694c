"""Chain money: what the funds and others brought to a chain and each segment, and what came of it.

The atom is a project with the holdings behind its agreements: every sum here is one over its rows.
A holding is read from the fund's ledger, so the chains and what stands on none add up to it.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from dealflow import chain_returns, conditions, landed
from dealflow.agreements import Agreement
from dealflow.conditions import ConditionPosition
from dealflow.counted import contract_sums
from dealflow.projects import Project
from dealflow.terms import Metric
from portfolio import lookthrough, pooled
from portfolio.funds import Fund, FundKind
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.ledger import Moment
from portfolio.pooled import Member, Pool

NOWHERE = ""  # the key of projects of the chain that stand in no segment


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A holding behind an agreement of a project."""

    investment_id: str
    paid_in_fen: int
    value_fen: int
    mother_fen: int  # of the cost, what belongs to mother funds by their share in the fund


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectMoney:
    """One project at the close of a day."""

    project_id: str
    code: str
    name: str
    name_en: str
    segment_id: str
    has_landed: bool
    promised_fen: int  # formal contracts
    in_place_fen: int
    held: tuple[Held, ...]
    met: int  # conditions, the waived ones left out
    owed: int
    jobs: int | None  # verified headcount, None where nobody promised or saw any
    output_fen: int | None  # verified output of a year
    is_demo: bool

    @property
    def fund_fen(self) -> int:
        """What funds paid for their holdings."""
        return sum(one.paid_in_fen for one in self.held)

    @property
    def mother_fen(self) -> int:
        """Of it, what mother funds own by look-through."""
        return sum(one.mother_fen for one in self.held)

    @property
    def other_fen(self) -> int:
        """What arrived beyond the funds' money: at least so much, as theirs may wait unused."""
        return max(0, self.in_place_fen - self.fund_fen)

    @property
    def landed_fen(self) -> int:
        """What was promised by a project that has landed."""
        return self.promised_fen if self.has_landed else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """A segment, or the chain: its projects, and the return of their holdings as one pool."""

    key: str  # a segment, NOWHERE, or pooled.WHOLE for the chain
    projects: tuple[ProjectMoney, ...]
    pool: Pool | None  # None without a holding

    def total(self, name: str) -> int:
        """Return the sum of one column; what nobody saw counts nothing."""
        return sum(getattr(one, name) or 0 for one in self.projects)

    @property
    def investments(self) -> int:
        """How many holdings the funds have here."""
        return sum(len(one.held) for one in self.projects)


# ---- rules
def latest(found: Iterable[ConditionPosition], metric: Metric) -> int | None:
    """Return the last verified value of a metric; several conditions may watch the same one."""
    seen = [
        (one.observed_on, one.value)
        for at in found
        if at.metric is metric
        for one in at.seen
        if one.accepted
    ]
    return max(seen)[1] if seen else None


# ---- reads
def of_chain(work: Work, actor: Actor, moment: Moment, chain_id: str) -> tuple[Money, list[Money]]:
    """Return the chain as a whole, then its segments that have a project, the most money first.

    The number of queries does not grow with the chain.
    """
    rows, members = _read(work, actor, moment, col(Project.chain_id) == chain_id)
    by_segment: dict[str, list[ProjectMoney]] = {}
    for row in rows:
        by_segment.setdefault(row.segment_id, []).append(row)
    segment_of = {one.investment_id: row.segment_id for row in rows for one in row.held}
    pools = pooled.pools(
        (replace(member, key=f"/{segment_of[id_]}") for id_, member in members.items()),
        moment.as_of,
    )
    parts = [
        Money(key=segment_id, projects=tuple(own), pool=pools.get(f"/{segment_id}"))
        for segment_id, own in by_segment.items()
    ]
    whole = Money(
        key=pooled.WHOLE, projects=tuple(rows), pool=pools[pooled.WHOLE] if members else None
    )
    return whole, sorted(
        parts, key=lambda one: (-one.total("fund_fen"), -one.total("promised_fen"), one.key)
    )


def of_segment(work: Work, actor: Actor, moment: Moment, segment_id: str) -> Money | None:
    """Return the money of one segment, None where no project stands in it."""
    rows, members = _read(work, actor, moment, col(Project.segment_id) == segment_id)
    pools = pooled.pools(members.values(), moment.as_of)
    pool = pools[pooled.WHOLE] if members else None
    return Money(key=segment_id, projects=tuple(rows), pool=pool) if rows else None


def _read(
    work: Work, actor: Actor, moment: Moment, among: sa.ColumnElement[bool]
) -> tuple[list[ProjectMoney], dict[str, Member]]:
    as_of, with_demo = moment.as_of, moment.with_demo
    asked = sa.select(col(Project.id)).where(among, col(Project.first_heard_on) <= as_of)
    if not with_demo:
        asked = asked.where(col(Project.is_demo).is_(False))
    contracts = contract_sums(
        work, as_of, among=col(Agreement.project_id).in_(asked), with_demo=with_demo
    )
    verdicts = landed.landings_of(work, as_of, asked, with_demo=with_demo)
    owed = _conditions(work, as_of, asked, with_demo=with_demo)
    members, held = _held(work, actor, moment, verdicts)
    projects = work.session.execute(
        sa.select(Project).where(col(Project.id).in_(asked)).order_by(col(Project.code))
    ).scalars()
    rows = [
        ProjectMoney(
            project_id=project.id,
            code=project.code,
            name=project.name,
            name_en=project.name_en,
            segment_id=project.segment_id or NOWHERE,
            has_landed=verdicts[project.id].landed,
            promised_fen=contracts.get(project.id, 0),
            in_place_fen=verdicts[project.id].in_place_fen,
            held=tuple(held.get(project.id, ())),
            met=sum(at.met_on is not None for at in found),
            owed=sum(at.waived_on is None for at in found),
            jobs=latest(found, Metric.HEADCOUNT),
            output_fen=latest(found, Metric.ANNUAL_OUTPUT),
            is_demo=project.is_demo,
        )
        for project in projects
        for found in (owed.get(project.id, []),)
    ]
    return rows, members


def _conditions(
    work: Work, as_of: date, asked: sa.Select[str], *, with_demo: bool
) -> dict[str, list[ConditionPosition]]:
    found: dict[str, list[ConditionPosition]] = {}
    among = col(Agreement.project_id).in_(asked)
    for at in conditions.positions(work, as_of, among, with_demo=with_demo):
        found.setdefault(at.project_id, []).append(at)
    return found


def _held(
    work: Work, actor: Actor, moment: Moment, project_ids: Container[str]
) -> tuple[dict[str, Member], dict[str, Sequence[Held]]]:
    """Return the holdings behind some projects by id, and by project."""
    where = chain_returns.places(work, moment)
    members = {
        id_: member
        for id_, member in pooled.firm_holdings(work, actor, moment).items()
        if id_ in where and where[id_].project_id in project_ids
    }
    mothers = mother_shares(work, moment) if members else {}
    found: dict[str, Sequence[Held]] = {}
    for id_, member in members.items():
        one = Held(
            investment_id=id_,
            paid_in_fen=member.paid_in_fen,
            value_fen=member.value_fen,
            mother_fen=mothers.get(id_, 0),
        )
        found[where[id_].project_id] = [*found.get(where[id_].project_id, ()), one]
    return members, found


def mother_shares(work: Work, moment: Moment) -> Mapping[str, int]:
    """Return {holding of a sub-fund: fen of its cost that mother funds own by look-through}."""
    mothers = sa.select(col(Fund.id)).where(col(Fund.kind) == FundKind.MOTHER.value)
    found: dict[str, int] = {}
    for (fund_id,) in work.rows(mothers):
        for firm in lookthrough.structure(work, moment, fund_id).firms:
            for path in firm.paths:
                if len(path.funds) > 1:
                    found[path.investment_id] = found.get(path.investment_id, 0) + path.cost_fen
    return found
