"""Tips: what a figure is, with its numbers put in, where it comes from and where its rows are."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from dealflow.definitions import Reported
from portfolio.figures import Figure, Source, Unit
from portfolio.kernel.errors import Message, say
from valuation.figures import Undefined
from web.formats import Reader

TITLES: dict[str, Message] = {
    "projects_signed": say("New contracts"),
    "contract_amount": say("Contract amount"),
    "money_in_place": say("Money in place"),
    "money_in_place_yoy": say("Money in place, growth"),
    "projects_started": say("New starts"),
    "capital_conversion": say("Capital conversion"),
    "start_rate_period": say("Start rate, new starts ÷ signed"),
    "start_rate_cohort": say("Start rate, started ÷ signed cohort"),
    "start_rate_due": say("Start rate, started ÷ due"),
    "start_rate_on_time": say("Start rate, on time ÷ due"),
    "start_rate_union": say("Start rate, started ÷ (due or started)"),
    "money_in_place_rate_period": say("Money in place rate, period"),
    "money_in_place_rate_cohort": say("Money in place rate, cohort"),
    "investment_attainment": say("Investment attained ÷ promised"),
    "production_rate": say("Production rate"),
    "capacity_rate": say("Capacity rate"),
    "fund_contract_rate_count": say("Frameworks that became contracts"),
    "fund_investment_rate_count": say("Frameworks with fund money"),
    "fund_landing_rate_count": say("Fund landing rate, by count"),
    "fund_landing_rate_amount": say("Fund landing rate, by amount"),
    "leverage_fund": say("Leverage, fund ÷ public money"),
    "leverage_sub_fund": say("Leverage, sub-funds ÷ mother fund"),
    "leverage_project": say("Leverage, project ÷ fund money"),
    "in_talks_count": say("Projects in talks"),
    "in_talks_amount": say("Investment in talks"),
    "size_5bn_projects": say("Projects of the 5 bn class"),
    "size_2bn_projects": say("Projects of the 2 bn class"),
    "started_or_land_count": say("Started or with land"),
    "can_start_this_year": say("Can start this year"),
}
CLOSE = 0.0005  # a published ratio has one digit after the point


@dataclass(frozen=True, slots=True, kw_only=True)
class Tip:
    """What `ui.info` shows; an empty field is left out."""

    title: str
    formula: str = ""
    inputs: str = ""
    basis: str = ""
    source: str = ""
    source_href: str = ""
    provenance: str = ""
    snapshot: str = ""
    note: str = ""
    rows_href: str = ""
    rows_text: str = ""


def write(reader: Reader, value: float | Undefined | None, unit: Unit) -> str:
    """Write a value of any unit for the reader; what cannot be known says why."""
    match value, unit:
        case None, _:
            return "—"
        case Undefined(), _:
            return f"— ({reader.why(value)})"
        case int(), Unit.FEN:
            return reader.amount(value)
        case int(), Unit.COUNT:
            return reader.count(value)
        case _, Unit.MULTIPLE:
            return reader.multiple(value)
        case _:
            text = reader.ratio(value)
            is_period = unit is Unit.PERIOD
            return reader.say(say("{rate} of the period", rate=text)) if is_period else text


def agrees(figure: Figure, reported: Reported | None) -> bool:
    """Say whether a figure equals what was published, to the digits that were published."""
    if reported is None or reported.value is None or isinstance(figure.value, Undefined):
        return False
    if reported.at_least:
        return figure.value > reported.value
    if figure.unit is Unit.RATIO:
        return abs(figure.value - reported.value) < CLOSE
    return figure.value == reported.value


def provenance(figure: Figure, reported: Reported | None) -> Source:
    """Return the mark beside a figure: published where it equals the published one."""
    if agrees(figure, reported):
        return Source.PUBLISHED
    return Source.DEMO if any(row.is_demo for row in figure.rows) else Source.COMPUTED


def tip_of(
    reader: Reader,
    figure: Figure,
    *,
    since: date,
    as_of: date,
    reported: Reported | None = None,
) -> Tip:
    """Build the tip of a measure: definition, numbers put in, the published value beside it."""
    title = reader.say(TITLES[figure.code]) if figure.code in TITLES else figure.code
    inputs = ""
    if figure.denominator is not None and figure.numerator is not None:
        part = Unit.FEN if abs(figure.denominator) > MANY else Unit.COUNT
        inputs = (
            f"{write(reader, figure.numerator, part)} ÷ {write(reader, figure.denominator, part)}"
            f" = {write(reader, figure.value, figure.unit)}"
        )
    note = ""
    if reported is not None:
        note = reader.say(
            say("Published: {value} ({source}).", value=reported.value_text, source=reported.source)
        )
        if reported.note:
            note = f"{note} {reported.note}"
    query = urlencode({"since": since.isoformat(), "as_of": as_of.isoformat()})
    return Tip(
        title=title,
        formula=reader.say(figure.definition),
        inputs=inputs,
        basis=f"{since.isoformat()} – {as_of.isoformat()} · v{figure.version}",
        source=reader.say(say("Computed from {count} rows", count=len(figure.rows))),
        provenance=provenance(figure, reported).value,
        note=note,
        rows_href=f"/figures/{figure.code}?{query}",
    )


MANY = 1_000_000  # no count of projects comes near; every amount in fen is above it
