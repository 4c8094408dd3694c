"""The money of a chain: what the funds and others brought to each segment, and what came of it."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import col

from dealflow import chain_money, chains
from dealflow.chain_money import NOWHERE, Money, ProjectMoney
from dealflow.chains import Chain, Segment
from dealflow.terms import THOUSANDTHS
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import NotFoundError, say
from portfolio.ledger import Moment
from valuation.figures import Reason, Undefined
from web.formats import Reader
from web.views.holdings import named

PROJECTS_SHOWN = 100
NO_HOLDING = Undefined(Reason.NO_FLOWS, "no fund holds anything here")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A segment, or the chain, with every figure; its address lists the projects behind them."""

    name: str
    href: str
    is_this: bool
    projects: int
    promised_fen: int
    landed_fen: int
    in_place_fen: int
    fund_fen: int
    other_fen: int
    mother_fen: int
    investments: int
    multiple: float | Undefined
    rate: float | Undefined
    is_period: bool
    met: int
    owed: int
    jobs: int | None
    output_fen: int | None
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectLine:
    """A project with what stands behind the figures."""

    name: str
    code: str
    href: str
    segment: str
    row: ProjectMoney
    jobs: int | None
    holdings: tuple[str, ...]  # addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyPage:
    """All that chains/money.html may use."""

    template: ClassVar[str] = "chains/money.html"
    slug: str
    name: str
    chains: tuple[tuple[str, str, bool], ...]
    whole: Line
    lines: tuple[Line, ...]
    of: str  # the segment whose projects are shown, "" for all
    projects: tuple[ProjectLine, ...]
    projects_total: int
    is_demo: bool


def build(
    work: Work,
    reader: Reader,
    actor: Actor,
    as_of: date,
    chain: Chain,
    segment: str | None,
    *,
    with_demo: bool,
) -> MoneyPage:
    """Read and arrange the money of one chain; `segment` chooses whose projects are listed."""
    moment = Moment(as_of=as_of, with_demo=with_demo)
    whole, parts = chain_money.of_chain(work, actor, moment, chain.id)
    names = _names(work, reader, chain)
    chosen = whole if segment is None else next((p for p in parts if p.key == segment), None)
    if chosen is None:
        raise NotFoundError
    base = f"/chains/{chain.slug}/money"
    first = sorted(chosen.projects, key=lambda one: (-one.fund_fen, -one.promised_fen, one.code))
    return MoneyPage(
        slug=chain.slug,
        name=named(reader, chain.name, chain.name_en),
        chains=tuple(
            (f"/chains/{one.slug}/money", named(reader, one.name, one.name_en), one.id == chain.id)
            for one in chains.listed(work, with_demo=with_demo)
        ),
        whole=line(whole, reader.say(say("The whole chain")), base, is_this=segment is None),
        lines=tuple(
            line(
                part,
                names[part.key],
                f"{base}?segment={part.key or 'none'}#projects",
                is_this=part is chosen,
            )
            for part in parts
        ),
        of="" if segment is None else names[segment],
        projects=tuple(_project(reader, one, names) for one in first[:PROJECTS_SHOWN]),
        projects_total=len(first),
        is_demo=chain.is_demo or any(one.is_demo for one in whole.projects),
    )


def of_segment(
    work: Work,
    actor: Actor,
    as_of: date,
    chain: Chain,
    segment_id: str,
    *,
    with_demo: bool,
) -> Line | None:
    """Return the figures of one segment, None where no project stands in it."""
    moment = Moment(as_of=as_of, with_demo=with_demo)
    found = chain_money.of_segment(work, actor, moment, segment_id)
    href = f"/chains/{chain.slug}/money?segment={segment_id}#projects"
    return line(found, "", href) if found else None


def _names(work: Work, reader: Reader, chain: Chain) -> dict[str, str]:
    found = work.rows(
        sa.select(col(Segment.id), col(Segment.name), col(Segment.name_en)).where(
            col(Segment.chain_id) == chain.id
        )
    )
    of_segments = {id_: named(reader, name, name_en) for id_, name, name_en in found}
    return of_segments | {NOWHERE: reader.say(say("In no segment yet"))}


def line(of: Money, name: str, href: str, *, is_this: bool = False) -> Line:
    """Return the figures of a segment or of a chain."""
    pool = of.pool
    jobs = [one.jobs for one in of.projects if one.jobs is not None]
    outputs = [one.output_fen for one in of.projects if one.output_fen is not None]
    return Line(
        name=name,
        href=href,
        is_this=is_this,
        projects=len(of.projects),
        promised_fen=of.total("promised_fen"),
        landed_fen=of.total("landed_fen"),
        in_place_fen=of.total("in_place_fen"),
        fund_fen=of.total("fund_fen"),
        other_fen=of.total("other_fen"),
        mother_fen=of.total("mother_fen"),
        investments=of.investments,
        multiple=pool.multiple if pool else NO_HOLDING,
        rate=pool.rate if pool else NO_HOLDING,
        is_period=bool(pool and pool.is_period),
        met=of.total("met"),
        owed=of.total("owed"),
        jobs=sum(jobs) // THOUSANDTHS if jobs else None,
        output_fen=sum(outputs) if outputs else None,
        is_demo=any(one.is_demo for one in of.projects),
    )


def _project(reader: Reader, one: ProjectMoney, names: dict[str, str]) -> ProjectLine:
    return ProjectLine(
        name=named(reader, one.name, one.name_en),
        code=one.code,
        href=f"/deals/{one.project_id}",
        segment=names[one.segment_id],
        row=one,
        jobs=None if one.jobs is None else one.jobs // THOUSANDTHS,
        holdings=tuple(f"/investments/{held.investment_id}" for held in one.held),
    )
