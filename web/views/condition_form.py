"""The form of a landing condition: empty, from a template, or as far as a clause could be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from dealflow import agreements, clauses, condition_templates
from dealflow.agreements import AgreementCard, Side
from dealflow.clause_reading import Ask, Proposal, read
from dealflow.clause_words import add_months
from dealflow.condition_templates import Template
from dealflow.terms import Consequence, Metric, Operator
from portfolio import tranches
from portfolio.kernel.db import Work
from portfolio.kernel.errors import NotFoundError
from portfolio.ledger import Moment
from portfolio.tranches import TranchePosition, TrancheStatus
from web.formats import Reader
from web.templating import Page
from web.views.agreement_words import (
    ASKS,
    CONSEQUENCES,
    METRICS,
    OWED_BY,
    UNIT_WORDS,
    YES_NO_UNIT,
    unit_of,
)
from web.views.deal_terms import input_text

Choice = tuple[str, str]
PPM_A_PERCENT = 10_000


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionDraft:
    """What stands in the fields before anybody has typed."""

    metric: str = Metric.REGISTERED_HERE.value
    name: str = ""
    operator: str = Operator.AT_LEAST.value
    threshold: str = ""
    unit: str = YES_NO_UNIT
    paper_unit: str = ""
    due_on: str = ""
    period_from: str = ""
    subject: str = Side.FIRM.value
    consequence: str = Consequence.NONE.value
    tranche: str = ""
    rate: str = ""
    evidence_required: str = ""
    weight: str = "1"
    cure_days: str = "0"
    clause: str = ""
    asks: tuple[str, ...] = ()  # what a person has to say, in words
    asked: frozenset[str] = frozenset()  # the fields that were left open


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What may be chosen in the form."""

    metrics: tuple[tuple[str, str, str], ...]  # value, word, the unit it is counted in
    units: tuple[Choice, ...]
    operators: tuple[Choice, ...]
    consequences: tuple[Choice, ...]
    subjects: tuple[Choice, ...]
    tranches: tuple[Choice, ...]  # unpaid ones


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCondition:
    """A condition to be confirmed."""

    template: ClassVar[str] = "agreements/condition.html"
    agreement_id: str
    title: str
    code: str
    min_day: str
    draft: ConditionDraft
    choices: Choices


# ---- builders
def choices(reader: Reader, planned: Sequence[TranchePosition]) -> Choices:
    """Return the choices in the reader's words."""
    return Choices(
        metrics=tuple(
            (metric.value, reader.say(word), unit_of(metric)) for metric, word in METRICS.items()
        ),
        units=tuple((unit, reader.say(word)) for unit, word in UNIT_WORDS.items()),
        operators=tuple((operator.value, operator.sign) for operator in Operator),
        consequences=tuple(
            (one.value, reader.say(word)) for one, word in list(CONSEQUENCES.items())[::-1]
        ),
        subjects=tuple((side.value, reader.say(word)) for side, word in OWED_BY.items()),
        tranches=tuple(
            (one.tranche_id, f"{one.no} · {reader.exact(one.agreed_fen)}")
            for one in planned
            if tranches.status(one) is not TrancheStatus.PAID
        ),
    )


def from_template(template: Template, signed_on: date) -> ConditionDraft:
    """Fill the form from a template; value and tranche are of this paper, so they are asked."""
    return ConditionDraft(
        metric=template.metric.value,
        name=template.name,
        operator=template.operator.value,
        unit=unit_of(template.metric),
        due_on=add_months(signed_on, template.months).isoformat(),
        consequence=template.consequence.value,
        rate=percent(template.rate_ppm),
        evidence_required=template.evidence_required,
        weight=str(template.weight),
        cure_days=str(template.cure_days),
    )


def from_proposal(
    one: Proposal, reader: Reader, planned: Sequence[TranchePosition]
) -> ConditionDraft:
    """Fill the form as far as a clause could be read; what was not read stays empty."""
    numbers = {tranche.no: tranche.tranche_id for tranche in planned}
    metric = one.metric
    return ConditionDraft(
        metric=metric.value if metric else "",
        name=one.name,
        operator=one.operator.value if one.operator else "",
        threshold=input_text(metric, one.threshold)
        if metric and unit_of(metric) != YES_NO_UNIT
        else "",
        unit=unit_of(metric) if metric else "",
        paper_unit=one.unit,
        due_on=one.due_on.isoformat() if one.due_on else "",
        period_from=one.period_from.isoformat() if one.period_from else "",
        consequence=one.consequence.value,
        tranche=numbers.get(one.tranche_no or 0, ""),
        rate=percent(one.rate_ppm),
        cure_days=str(one.cure_days),
        clause=one.passage,
        asks=asks_of(one, reader),
        asked=frozenset(ask.value for ask in one.asks),
    )


def asks_of(one: Proposal, reader: Reader) -> tuple[str, ...]:
    """Return in words what a person has to say, in the order of the form."""
    return tuple(reader.say(ASKS[ask]) for ask in Ask if ask in one.asks)


def percent(rate_ppm: int | None) -> str:
    """Write millionths as a percentage field takes them."""
    return "" if rate_ppm is None else f"{rate_ppm / PPM_A_PERCENT:g}"


def new_condition(
    work: Work, page: Page, agreement_id: str, *, template: str, clause_id: str, number: int
) -> NewCondition:
    """Build the form from a template or from the proposal of a clause."""
    card = agreements.detail(work, page.as_of, agreement_id).card
    planned = _planned(work, page, card)
    draft = ConditionDraft()
    if template:
        found = condition_templates.listed(work).get(template)
        if found is None:
            raise NotFoundError
        draft = from_template(found, card.signed_on)
    if clause_id:
        clause = clauses.get(work, clause_id)
        proposals = read(clause.text, card.signed_on)
        if clause.agreement_id != card.agreement_id or not 0 <= number < len(proposals):
            raise NotFoundError
        draft = from_proposal(proposals[number], page.reader, planned)
    return NewCondition(
        agreement_id=card.agreement_id,
        title=card.title_en if page.lang == "en" and card.title_en else card.title,
        code=card.code,
        min_day=card.signed_on.isoformat(),
        draft=draft,
        choices=choices(page.reader, planned),
    )


def _planned(work: Work, page: Page, card: AgreementCard) -> list[TranchePosition]:
    held = [card.investment_id] if card.investment_id else []
    return tranches.positions(work, Moment(as_of=page.as_of), held)
