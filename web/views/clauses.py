"""The clauses of an agreement: what was read from them, and what a lawyer should look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from dealflow import (
    agreements,
    clause_opinions,
    clause_rules,
    clauses,
    condition_templates,
    conditions,
)
from dealflow.clause_reading import Proposal, read
from dealflow.clause_rules import Flag, Place, Rule
from dealflow.clauses import Clause
from dealflow.condition_templates import Template
from dealflow.conditions import ConditionPosition
from dealflow.terms import YES_NO, Consequence
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message
from web.formats import Reader
from web.templating import Page
from web.views import deal_terms, findings
from web.views.agreement_words import CONSEQUENCES, FLAGS, METRICS
from web.views.condition_form import asks_of, percent
from web.views.findings import FindingRow

Choice = tuple[str, str]


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalRow:
    """A condition as far as it could be read, and whether it is recorded already."""

    number: int
    one: Proposal
    metric: Message | None
    value: str
    consequence: Message | None
    rate: str
    asks: tuple[str, ...]
    recorded_no: int | None
    recorded_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseRow:
    """One clause with what was made of it."""

    clause: Clause
    proposals: tuple[ProposalRow, ...]
    findings: tuple[FindingRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClausesPage:
    """All that agreements/clauses.html may use."""

    template: ClassVar[str] = "agreements/clauses.html"
    agreement_id: str
    code: str
    title: str
    signed_on: str
    is_demo: bool
    clauses: tuple[ClauseRow, ...]
    elsewhere: tuple[FindingRow, ...]  # in pledges and in the names of conditions
    findings: int
    rules_in_force: int
    templates: tuple[tuple[Template, Message, Message], ...]
    may_edit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """One version of a rule."""

    rule: Rule
    flag: Message
    is_built_in: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesPage:
    """All that agreements/rules.html may use."""

    template: ClassVar[str] = "agreements/rules.html"
    rules: tuple[RuleRow, ...]
    flags: tuple[Choice, ...]
    may_add: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplatesPage:
    """All that agreements/templates.html may use."""

    template: ClassVar[str] = "agreements/templates.html"
    templates: tuple[tuple[Template, Message, Message, str], ...]
    metrics: tuple[Choice, ...]
    consequences: tuple[Choice, ...]
    may_add: bool


# ---- builders
def clauses_page(work: Work, actor: Actor, page: Page, agreement_id: str) -> ClausesPage:
    """Build the page of an agreement's clauses."""
    reader = page.reader
    card = agreements.detail(work, page.as_of, agreement_id).card
    found = findings.rows(work, actor, page, clause_opinions.of_agreement(work, agreement_id))
    recorded = conditions.of_agreement(work, page.as_of, agreement_id)
    return ClausesPage(
        agreement_id=card.agreement_id,
        code=card.code,
        title=card.title_en if page.lang == "en" and card.title_en else card.title,
        signed_on=card.signed_on.isoformat(),
        is_demo=card.is_demo,
        clauses=tuple(
            ClauseRow(
                clause=clause,
                proposals=tuple(
                    _proposal(number, one, reader, recorded)
                    for number, one in enumerate(read(clause.text, card.signed_on))
                ),
                findings=tuple(
                    row
                    for row in found
                    if row.finding.place is Place.CLAUSE and row.finding.no == clause.no
                ),
            )
            for clause in clauses.of_agreement(work, agreement_id)
        ),
        elsewhere=tuple(row for row in found if row.finding.place is not Place.CLAUSE),
        findings=len(found),
        rules_in_force=len(clause_rules.in_force(clause_rules.every(work), card.signed_on)),
        templates=tuple(
            (one, METRICS[one.metric], CONSEQUENCES[one.consequence])
            for one in condition_templates.listed(work).values()
        ),
        may_edit=actor.may(Duty.EDIT_DEALS) and not page.is_past,
    )


def _proposal(
    number: int, one: Proposal, reader: Reader, recorded: Sequence[ConditionPosition]
) -> ProposalRow:
    same = next(
        (at for at in recorded if at.clause == one.passage and at.metric is one.metric), None
    )
    value = ""
    if one.metric is not None and one.threshold is not None:
        value = deal_terms.value_text(reader, one.metric, one.threshold, one.unit)
        if one.metric not in YES_NO and one.operator is not None:
            value = f"{one.operator.sign} {value}"
    hangs = one.consequence is not Consequence.NONE
    return ProposalRow(
        number=number,
        one=one,
        metric=METRICS[one.metric] if one.metric else None,
        value=value,
        consequence=CONSEQUENCES[one.consequence] if hangs else None,
        rate=percent(one.rate_ppm),
        asks=asks_of(one, reader),
        recorded_no=same.no if same else None,
        recorded_id=same.condition_id if same else "",
    )


def rules_page(work: Work, actor: Actor, page: Page) -> RulesPage:
    """Build the list of rules, every version of each."""
    return RulesPage(
        rules=tuple(
            RuleRow(rule=one, flag=FLAGS[one.flag], is_built_in=one in clause_rules.FIRST)
            for one in sorted(
                clause_rules.every(work), key=lambda one: (one.valid_from, one.code, one.version)
            )
        ),
        flags=tuple((flag.value, page.reader.say(FLAGS[flag])) for flag in Flag),
        may_add=actor.may(Duty.VERIFY_EVIDENCE) and not page.is_past,
    )


def templates_page(work: Work, actor: Actor, page: Page) -> TemplatesPage:
    """Build the list of templates."""
    reader = page.reader
    return TemplatesPage(
        templates=tuple(
            (one, METRICS[one.metric], CONSEQUENCES[one.consequence], percent(one.rate_ppm))
            for one in condition_templates.listed(work).values()
        ),
        metrics=tuple((one.value, reader.say(word)) for one, word in METRICS.items()),
        consequences=tuple(
            (one.value, reader.say(word)) for one, word in list(CONSEQUENCES.items())[::-1]
        ),
        may_add=actor.may(Duty.EDIT_DEALS) and not page.is_past,
    )
