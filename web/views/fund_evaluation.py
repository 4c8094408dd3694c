"""绩效评价: the yearly evaluation file of a fund, its gauges, and the concessions out of gains."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar
from urllib.parse import urlencode

from dealflow import evaluation
from dealflow.evaluation import Evaluation
from dealflow.evaluation_weights import Weights
from dealflow.indicators import ASKED, Group, Indicator
from portfolio import capital, concessions, investments, natures
from portfolio.concessions import ConcessionLine, ConcessionState, Room
from portfolio.figures import FigureRow, Unit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from portfolio.natures import Capital
from valuation.figures import Undefined
from web.exports import Table, yuan
from web.formats import DASH, Reader
from web.templating import Page
from web.views.condition_form import percent
from web.views.funds import Head, Opened, head_of

Choice = tuple[str, str]
# indicators that are figures of the fund, with a page and an export of their own
FIGURES = {
    "paid_in_share": "pic",
    "invested_share": "invested",
    "idle_fen": "cash",
    "dpi": "dpi",
    "tvpi": "tvpi",
}
PPM_A_POINT, PPM_A_UNIT = 10_000, 1_000_000
GROUPS: Mapping[Group, Message] = {
    Group.POLICY: say("Policy fit"),
    Group.LAYOUT: say("Layout"),
    Group.EXECUTION: say("Execution"),
}
CAPITALS: Mapping[Capital, Message] = {
    Capital.GOVERNMENT: say("Government money"),
    Capital.STATE: say("State capital"),
    Capital.SOCIAL: say("Social capital"),
}
ROW_KINDS: Mapping[str, Message] = {
    "flagged": say("for legal review"),
    "free": say("nothing found"),
    "cleared": say("allowed by legal opinion"),
    "counts": say("counts"),
    "counts_not": say("does not count"),
    "no_project": say("no project named"),
    "self_report": say("reported by the fund"),
    "transaction": say("ledger entry"),
    "unread": say("text not recorded"),
    "partner": say("not judged"),
    "investment": say("at cost"),
    "early": say("early"),
    "small": say("small"),
    "hard_tech": say("hard tech"),
    "none": say("none of them"),
    **{f"partner:{capital}": word for capital, word in CAPITALS.items()},
}
STATES: Mapping[ConcessionState, tuple[Message, str]] = {
    ConcessionState.PROPOSED: (say("To approve"), "warn"),
    ConcessionState.REFUSED: (say("Refused"), ""),
    ConcessionState.BOOKED: (say("Booked"), "ok"),
    ConcessionState.REVERSED: (say("Reversed"), "hold"),
}


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorRow:
    """One row behind an indicator, in words."""

    row: FigureRow
    kind: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorLine:
    """One indicator as its page shows it."""

    at: Indicator
    group: Message
    value: str
    why: str
    least: str
    verdict: Message | None
    verdict_kind: str
    rows: tuple[IndicatorRow, ...]
    href: str  # the figure's own page where it has one, else the rows below
    points: str  # by the weights in force, empty where it has none
    has_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightField:
    """One indicator in the form of the weights, in percent and in its own unit."""

    code: str
    title: Message
    weight: str
    full_at: str
    is_share: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcessionRow:
    """One concession and what this reader may do."""

    line: ConcessionLine
    state: Message
    kind: str
    may_decide: bool
    may_reverse: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationPage:
    """All that funds/evaluation.html may use."""

    template: ClassVar[str] = "funds/evaluation.html"
    head: Head
    tab: str
    gauges: tuple[IndicatorLine, ...]
    others: tuple[IndicatorLine, ...]
    partners: tuple[Choice, ...]
    holdings: tuple[Choice, ...]
    capitals: tuple[Choice, ...]
    concessions: tuple[ConcessionRow, ...]
    rooms: tuple[tuple[str, Room], ...]  # of the partners whose money is the government's
    rule_share: str
    has_demo: bool
    weights: Weights | None
    total: str  # empty where there is none
    total_why: str
    weighted: tuple[WeightField, ...]
    asked: tuple[Choice, ...]


# ---- builders
def evaluation_page(
    work: Work, reader: Reader, actor: Actor, page: Page, opened: Opened
) -> EvaluationPage:
    """Build the tab."""
    moment, fund = opened.moment, opened.fund
    file = evaluation.evaluation(work, moment, fund.id, with_demo=moment.with_demo)
    points = _points(reader, file)
    gauges = tuple(_line(reader, one, points, opened) for one in file.gauges)
    others = tuple(_line(reader, one, points, opened) for one in file.others)
    accounts = capital.accounts(work, moment, fund.id, actor).accounts
    head = head_of(reader, actor, page, opened)
    rule = concessions.rule_at(work, fund.id, moment.as_of)
    nature = natures.of_partners(work, fund.id, moment.as_of)
    return EvaluationPage(
        head=head,
        tab="evaluation",
        gauges=gauges,
        others=others,
        partners=tuple((one.partner_id, one.name) for one in accounts),
        holdings=tuple(
            (one.investment_id, one.name)
            for one in investments.positions(work, moment, fund.id)
            if one.cost_fen
        ),
        capitals=tuple((one.value, reader.say(word)) for one, word in CAPITALS.items()),
        concessions=tuple(
            _concession(one, actor, head) for one in concessions.listed(work, fund.id)
        ),
        rooms=tuple(
            (one.name, concessions.room(work, moment.as_of, one.partner_id))
            for one in accounts
            if nature.get(one.partner_id) is Capital.GOVERNMENT
        )
        if rule
        else (),
        rule_share=percent(rule.share_ppm) if rule else "",
        has_demo=any(one.has_demo for one in (*gauges, *others)),
        weights=file.weights,
        total="" if isinstance(file.total.value, Undefined) else reader.number(file.total.value, 1),
        total_why=_no_total(reader, file),
        weighted=_weight_fields(file),
        asked=tuple((code, reader.say(title)) for code, _, title, _ in ASKED),
    )


def _concession(line: ConcessionLine, actor: Actor, head: Head) -> ConcessionRow:
    word, kind = STATES[line.state]
    live = head.may_edit and actor.may(Duty.DISTRIBUTE)
    return ConcessionRow(
        line=line,
        state=word,
        kind=kind,
        may_decide=live and line.state is ConcessionState.PROPOSED and line.proposed_by != actor.id,
        may_reverse=live and line.state is ConcessionState.BOOKED,
    )


def _points(reader: Reader, file: Evaluation) -> dict[str, str]:
    """Return {indicator: its points of those it can give}, written out."""
    return {
        one.part.code: (
            f"{DASH if one.points is None else reader.number(one.points, 1)}"
            f" / {reader.number(one.part.weight_ppm / PPM_A_POINT, 1)}"
        )
        for one in file.total.parts
    }


def _no_total(reader: Reader, file: Evaluation) -> str:
    total = file.total
    if file.weights is None:
        return reader.say(
            say("No total: the weights are not published, and the office has entered none.")
        )
    if not total.missing:
        return ""
    named = {one.code: one.title for one in (*file.gauges, *file.others)}
    parts = [reader.say(named[code]) if code in named else code for code in total.missing]
    return reader.say(
        say(
            "No total yet: {names} cannot be known. The others give {known} points.",
            names="、".join(parts) if reader.lang == "zh" else ", ".join(parts),
            known=reader.number(total.known, 1),
        )
    )


def _weight_fields(file: Evaluation) -> tuple[WeightField, ...]:
    now = {part.code: part for part in file.weights.parts} if file.weights else {}
    found = []
    for at in (*file.gauges, *file.others):
        if at.code not in file.codes:
            continue
        is_share, part = at.unit is Unit.RATIO, now.get(at.code)
        full = part.full_at_ppm / PPM_A_UNIT if part else at.least
        found.append(
            WeightField(
                code=at.code,
                title=at.title,
                weight=f"{part.weight_ppm / PPM_A_POINT:g}" if part else "",
                full_at="" if full is None else f"{full * (100 if is_share else 1):g}",
                is_share=is_share,
            )
        )
    return tuple(found)


def _line(
    reader: Reader, at: Indicator, points: Mapping[str, str], opened: Opened
) -> IndicatorLine:
    verdict = {True: (say("Reached"), "ok"), False: (say("Not reached"), "warn"), None: (None, "")}
    word, kind = verdict[at.reached]
    if at.least is not None and at.reached is None:
        word, kind = say("Cannot be known yet"), "todo"
    return IndicatorLine(
        at=at,
        group=GROUPS[at.group],
        value=_value(reader, at.value, at.unit),
        why=reader.say(at.note) if at.note else "",
        least="" if at.least is None else _value(reader, at.least, at.unit),
        verdict=word,
        verdict_kind=kind,
        rows=tuple(
            IndicatorRow(row=row, kind=_kind(reader, row.kind), href=_href(at.code, row))
            for row in at.rows
        ),
        href=_opens(at, opened),
        points=points.get(at.code, ""),
        has_demo=any(row.is_demo for row in at.rows),
    )


def _value(reader: Reader, value: float | Undefined, unit: Unit) -> str:
    if isinstance(value, Undefined):
        return "—"
    match unit:
        case Unit.RATIO:
            return reader.ratio(value)
        case Unit.FEN:
            return reader.amount(int(value))
        case Unit.COUNT:
            return f"{int(value):,}"
        case _:
            return f"{value:.2f}"


def _opens(at: Indicator, opened: Opened) -> str:
    if figure := FIGURES.get(at.code):
        query = urlencode({"fund": opened.fund.code, "as_of": opened.moment.as_of.isoformat()})
        return f"/figures/{figure}?{query}"
    return f"#rows-{at.code}" if at.rows else ""


def _kind(reader: Reader, kind: str) -> str:
    if kind.startswith("focus:"):
        parts = kind.removeprefix("focus:").split(",")
        return " · ".join(reader.say(ROW_KINDS[part]) for part in parts)
    return reader.say(ROW_KINDS[kind])


def _href(code: str, row: FigureRow) -> str:
    if code == "contracts_free":
        return f"/agreements/{row.subject_id}/clauses"
    if row.kind == "self_report":
        return f"/evidence/{row.subject_id}"
    is_held = row.kind != "transaction" and not row.kind.startswith("partner")
    return f"/investments/{row.subject_id}" if is_held else ""


def _total_row(reader: Reader, file: Evaluation) -> tuple[str | Decimal | None, ...]:
    """Return the first row: the total with whose weights made it, or why there is none."""
    total, weights = file.total, file.weights
    value = "—" if isinstance(total.value, Undefined) else reader.number(total.value, 1)
    means = ""
    if weights:
        means = reader.say(
            say(
                "Weights version {version}: {source}",
                version=weights.version,
                source=weights.source,
            )
        )
    title = reader.say(say("Weighted total"))
    return ("", title, value, "", "", "", means, "", "", None, _no_total(reader, file))


def table(work: Work, reader: Reader, opened: Opened) -> Table:
    """Return the file as one table: each indicator, then the rows it is made of."""
    moment = opened.moment
    file = evaluation.evaluation(work, moment, opened.fund.id, with_demo=moment.with_demo)
    rows: list[tuple[str | Decimal | None, ...]] = [_total_row(reader, file)]
    points = _points(reader, file)
    for at in (*file.gauges, *file.others):
        line = _line(reader, at, points, opened)
        rows.append(
            (
                reader.say(line.group),
                reader.say(at.title),
                line.value,
                line.points,
                line.least,
                reader.say(line.verdict) if line.verdict else "",
                reader.say(at.definition),
                "",
                "",
                None,
                line.why,
            )
        )
        rows += [
            (
                reader.say(line.group),
                reader.say(at.title),
                "",
                "",
                "",
                "",
                "",
                one.row.label,
                one.row.on.isoformat() if one.row.on else "",
                yuan(one.row.amount_fen),
                one.kind + (f" · {reader.say(say('demo'))}" if one.row.is_demo else ""),
            )
            for one in line.rows
        ]
    headings = (
        say("Group"),
        say("Indicator"),
        say("Value"),
        say("Points"),
        say("Bar"),
        say("Verdict"),
        say("Definition"),
        say("Row"),
        say("Day"),
        say("Amount, yuan"),
        say("Note"),
    )
    return Table(
        title=reader.say(say("Yearly evaluation")),
        headings=tuple(reader.say(word) for word in headings),
        rows=tuple(rows),
    )
