"""A figure opened: what it means, the numbers put in, and every row it is made of.

Measures of attraction are asked by period (and industry system), a fund's figures by its code. A
limited partner gets the fund's figures of its own account only, and no attraction measure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar
from urllib.parse import urlencode

from dealflow import definitions, measures, targets
from dealflow.definitions import Reported
from dealflow.first_definitions import Definition
from dealflow.targets import Scope, Subject
from portfolio import funds, moments, performance_figures
from portfolio.figures import Figure, FigureRow, Unit
from portfolio.funds import Fund
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, Message, NotFoundError, say
from valuation.periods import year_start
from web.exports import Table, yuan
from web.formats import Reader
from web.views.figure_links import links
from web.views.tips import MANY, TITLES, Tip, agrees, provenance, tip_of, write

ROWS_A_PAGE = 100
QUERY = {Scope.SYSTEM: "system", Scope.UNIT: "unit_id", Scope.CHAIN: "chain_id"}
FUND_TITLES: Mapping[str, Message] = {
    "committed": say("Committed"),
    "paid_in": say("Paid in"),
    "unfunded": say("Unfunded"),
    "distributed": say("Distributed"),
    "net_distributed": say("Distributed, net of carry"),
    "net_nav": say("NAV, net of carry"),
    "recallable": say("Recallable"),
    "nav": say("Net asset value"),
    "invested": say("Invested"),
    "cost": say("Cost held"),
    "fair_value": say("Fair value"),
    "realised": say("Realised"),
    "cash": say("Cash"),
    "payables": say("Payables"),
    "fees": say("Fees and expenses"),
    "pic": say("Paid-in ratio (PIC)"),
    "dpi": say("DPI"),
    "rvpi": say("RVPI"),
    "tvpi": say("TVPI"),
    "net_irr": say("Net IRR"),
    "moic": say("MOIC"),
    "gross_irr": say("Gross IRR"),
}
ROW_KINDS: Mapping[str, Message] = {
    "project": say("Project"),
    "agreement": say("Formal contract"),
    "framework": say("Framework agreement"),
    "condition": say("Landing condition"),
    "arrival": say("Money in place"),
    "transaction": say("Ledger entry"),
    "investment": say("Investment"),
    "partner": say("Partner"),
}


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which figure, of which days, as known when."""

    code: str
    as_of: date
    since: date | None = None  # the start of the year, unless given
    system: str = ""
    unit_id: str = ""
    chain_id: str = ""
    fund: str = ""
    known_at: datetime | None = None
    with_demo: bool = True

    @property
    def begins(self) -> date:
        """The first day of the period."""
        return self.since or year_start(self.as_of)

    def query(self, **more: str) -> str:
        """Return what asks for the same figure again; empty parts are left out."""
        parts = {
            "fund": self.fund,
            "system": self.system,
            "unit_id": self.unit_id,
            "chain_id": self.chain_id,
            "since": "" if self.fund else self.begins.isoformat(),
            "as_of": self.as_of.isoformat(),
            "known_at": self.known_at.isoformat() if self.known_at else "",
        } | more
        return urlencode({name: value for name, value in parts.items() if value})

    def href(self, **more: str) -> str:
        """Return the address of the figure's page."""
        return f"/figures/{self.code}?{self.query(**more)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The figure asked for, with what stands beside it."""

    figure: Figure
    title: Message
    systems: tuple[tuple[str, str, str, Figure], ...] = ()  # code, name, English name
    means: Definition | None = None
    reported: Reported | None = None
    fund: Fund | None = None
    part: Subject | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLine:
    """One row behind the figure."""

    label: str
    kind: str
    on: date | None
    amount_fen: int | None
    href: str
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtotal:
    """The rows of one kind together."""

    kind: str
    count: int
    amount_fen: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FigurePage:
    """The page of one figure."""

    template: ClassVar[str] = "figures/figure.html"
    asked: Asked
    title: str
    fund_name: str
    figure: Figure
    value: str
    tip: Tip
    numerator: str
    denominator: str
    numerator_means: str
    denominator_means: str
    published: str
    published_source: str
    published_note: str
    is_published: bool
    systems: tuple[tuple[str, str, str], ...]  # code, name, value
    lines: tuple[RowLine, ...]
    subtotals: tuple[Subtotal, ...]
    first: int
    last: int
    total: int
    before: str
    after: str
    has_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TipFragment:
    """What the info button of a figure opens."""

    template: ClassVar[str] = "figures/tip.html"
    definition: Tip


# ---- rules
def refuse_backwards(since: date, as_of: date) -> None:
    """Refuse a period that ends before it begins."""
    if since > as_of:
        raise DomainError(
            "The period begins on {since} and ends on {as_of}.",
            "Let it begin before it ends.",
            since=since,
            as_of=as_of,
        )


# ---- reads
def find(work: Work, actor: Actor, asked: Asked) -> Found:
    """Return the figure, or answer as if it were not there to one who may not see it."""
    refuse_backwards(asked.begins, asked.as_of)
    return _of_fund(work, actor, asked) if asked.fund else _of_district(work, actor, asked)


def _of_district(work: Work, actor: Actor, asked: Asked) -> Found:
    if not actor.may(Duty.READ_DEALFLOW):
        raise NotFoundError
    card = measures.scorecard(
        work, asked.begins, asked.as_of, known_at=asked.known_at, with_demo=asked.with_demo
    )
    parts = {part.system_code: part for part in card.by_system if part.system_code}
    if asked.system and asked.system not in parts:
        raise NotFoundError
    of = parts[asked.system].figures if asked.system else card.figures
    part = _part(work, asked)
    if part is not None:
        of = targets.part_figures(
            work,
            asked.begins,
            asked.as_of,
            part,
            known_at=asked.known_at,
            with_demo=asked.with_demo,
        )
    whole = not (asked.system or part)  # what was published speaks of the district, not of a system
    published = definitions.reported(work, asked.begins, asked.as_of) if whole else []
    return Found(
        figure=_of_code(of, asked.code),
        title=TITLES.get(asked.code) or Message(asked.code),
        systems=tuple(
            (code, part.name, part.name_en, _of_code(part.figures, asked.code))
            for code, part in parts.items()
        ),
        means=definitions.in_force(work, asked.as_of).get(asked.code),
        reported=next((one for one in published if one.code == asked.code), None),
        part=part,
    )


def _part(work: Work, asked: Asked) -> Subject | None:
    """Return the unit or the chain that was asked for."""
    for scope, subject_id in ((Scope.UNIT, asked.unit_id), (Scope.CHAIN, asked.chain_id)):
        if subject_id:
            for one in targets.subjects(work, scope, as_of=asked.as_of):
                if one.subject_id == subject_id:
                    return one
            raise NotFoundError
    return None


def _of_fund(work: Work, actor: Actor, asked: Asked) -> Found:
    fund = funds.find(work, actor, asked.fund)
    moment = moments.moment_of(work, asked.as_of, asked.known_at, with_demo=asked.with_demo)
    own = None
    if not actor.may(Duty.READ_FIGURES):
        own = work.scalar(funds.visible_partners(actor, fund.id))
    found = performance_figures.figures(work, moment, fund.id, partner_id=own)
    return Found(figure=_of_code(found, asked.code), title=FUND_TITLES[asked.code], fund=fund)


def _of_code(figures: Sequence[Figure], code: str) -> Figure:
    for figure in figures:
        if figure.code == code:
            return figure
    raise NotFoundError


# ---- builders
def tip(reader: Reader, asked: Asked, found: Found) -> Tip:
    """Return the words of the info button."""
    begins = found.fund.inception_on if found.fund else asked.begins
    made = tip_of(reader, found.figure, since=begins, as_of=asked.as_of, reported=found.reported)
    return replace(made, title=reader.say(found.title), rows_href=asked.href())


def page(
    work: Work, actor: Actor, reader: Reader, asked: Asked, found: Found, *, first: int
) -> FigurePage:
    """Return the page with the rows from number `first`, counted from 1."""
    figure = found.figure
    start = max(0, first - 1) if first <= len(figure.rows) else 0
    shown = figure.rows[start : start + ROWS_A_PAGE]
    end = start + len(shown)
    opens = links(work, actor, shown, asked.fund)
    is_money = found.fund is not None or abs(figure.denominator or 0) > MANY
    part = Unit.FEN if is_money else Unit.COUNT
    means, reported, named = found.means, found.reported, found.fund or found.part
    return FigurePage(
        asked=asked,
        title=reader.say(found.title),
        fund_name=_name(reader, named.name, named.name_en) if named else "",
        figure=figure,
        value=write(reader, figure.value, figure.unit),
        tip=tip(reader, asked, found),
        numerator=write(reader, figure.numerator, part),
        denominator=write(reader, figure.denominator, part),
        numerator_means=reader.say(means.numerator) if means else "",
        denominator_means=reader.say(means.denominator) if means else "",
        published=reported.value_text if reported else "",
        published_source=reported.source if reported else "",
        published_note=reported.note if reported else "",
        is_published=agrees(figure, reported),
        systems=tuple(
            (code, _name(reader, name, name_en), write(reader, one.value, one.unit))
            for code, name, name_en, one in found.systems
        ),
        lines=tuple(
            RowLine(
                label=row.label,
                kind=_kind(reader, row.kind),
                on=row.on,
                amount_fen=row.amount_fen,
                href=opens.get(row.subject_id, ""),
                is_demo=row.is_demo,
            )
            for row in shown
        ),
        subtotals=_subtotals(reader, figure.rows),
        first=start + 1 if shown else 0,
        last=end,
        total=len(figure.rows),
        before=asked.href(first=str(max(1, start + 1 - ROWS_A_PAGE))) if start else "",
        after=asked.href(first=str(end + 1)) if end < len(figure.rows) else "",
        has_demo=any(row.is_demo for row in figure.rows),
    )


def _name(reader: Reader, name: str, name_en: str) -> str:
    return name_en if reader.lang == "en" and name_en else name


def _kind(reader: Reader, kind: str) -> str:
    return reader.say(ROW_KINDS[kind]) if kind in ROW_KINDS else kind


def _subtotals(reader: Reader, rows: Sequence[FigureRow]) -> tuple[Subtotal, ...]:
    kinds: dict[str, list[int | None]] = {}
    for row in rows:
        kinds.setdefault(row.kind, []).append(row.amount_fen)
    return tuple(
        Subtotal(
            kind=_kind(reader, kind),
            count=len(amounts),
            amount_fen=None if None in amounts else sum(one for one in amounts if one is not None),
        )
        for kind, amounts in kinds.items()
    )


def table(reader: Reader, asked: Asked, found: Found) -> Table:
    """Return all rows to write out; each carries the figure, its days and its definition."""
    figure = found.figure
    heads = (
        *(say("No."), say("Item"), say("Kind"), say("Day"), say("Amount (yuan)")),
        *(say("Data"), say("Record id"), say("Figure"), say("Figure code"), say("Scope")),
        *(say("Period from"), say("As of"), say("As known at"), say("Source")),
        *(say("Definition version"), say("Definition")),
    )
    scope = asked.fund or asked.system or reader.say(say("Whole district"))
    begins = found.fund.inception_on if found.fund else asked.begins
    known = asked.known_at.isoformat() if asked.known_at else reader.say(say("now"))
    provenance_of = (
        reader.say(found.title),
        figure.code,
        scope,
        begins,
        asked.as_of,
        known,
        provenance(figure, found.reported).value,
        figure.version,
        reader.say(figure.definition),
    )
    return Table(
        title=reader.say(found.title),
        headings=tuple(reader.say(head) for head in heads),
        rows=tuple(
            (
                number,
                row.label,
                _kind(reader, row.kind),
                row.on,
                yuan(row.amount_fen),
                reader.say(say("Demo data")) if row.is_demo else reader.say(say("Real data")),
                row.subject_id,
                *provenance_of,
            )
            for number, row in enumerate(figure.rows, start=1)
        ),
    )
