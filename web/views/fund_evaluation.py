"""绩效评价: the yearly evaluation file of a fund, its gauges, and the concessions out of gains."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from dealflow import evaluation
from dealflow.evaluation import Group, Indicator
from portfolio import capital, concessions, investments, natures
from portfolio.concessions import ConcessionLine, ConcessionState, Room
from portfolio.figures import FigureRow, Unit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from portfolio.natures import Capital
from valuation.figures import Undefined
from web.exports import Table, yuan
from web.formats import Reader
from web.templating import Page
from web.views.condition_form import percent
from web.views.funds import Head, Opened, head_of

Choice = tuple[str, str]
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


# ---- builders
def evaluation_page(
    work: Work, reader: Reader, actor: Actor, page: Page, opened: Opened
) -> EvaluationPage:
    """Build the tab."""
    moment, fund = opened.moment, opened.fund
    file = evaluation.evaluation(work, moment, fund.id, with_demo=moment.with_demo)
    gauges = tuple(_line(reader, one) for one in file.gauges)
    accounts = capital.accounts(work, moment, fund.id, actor).accounts
    head = head_of(reader, actor, page, opened)
    rule = concessions.rule_at(work, fund.id, moment.as_of)
    nature = natures.of_partners(work, fund.id, moment.as_of)
    return EvaluationPage(
        head=head,
        tab="evaluation",
        gauges=gauges,
        others=tuple(_line(reader, one) for one in file.others),
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
        has_demo=any(row.row.is_demo for one in gauges for row in one.rows),
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


def _line(reader: Reader, at: Indicator) -> IndicatorLine:
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


def _kind(reader: Reader, kind: str) -> str:
    if kind.startswith("focus:"):
        parts = kind.removeprefix("focus:").split(",")
        return " · ".join(reader.say(ROW_KINDS[part]) for part in parts)
    return reader.say(ROW_KINDS[kind])


def _href(code: str, row: FigureRow) -> str:
    if code == "contracts_free":
        return f"/agreements/{row.subject_id}/clauses"
    return "" if code == "social_share" else f"/investments/{row.subject_id}"


def table(work: Work, reader: Reader, opened: Opened) -> Table:
    """Return the file as one table: each indicator, then the rows it is made of."""
    moment = opened.moment
    file = evaluation.evaluation(work, moment, opened.fund.id, with_demo=moment.with_demo)
    rows: list[tuple[str | Decimal | None, ...]] = []
    for at in (*file.gauges, *file.others):
        line = _line(reader, at)
        rows.append(
            (
                reader.say(line.group),
                reader.say(at.title),
                line.value,
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
