"""协议: the acts on an agreement. What was typed is read here; the rules are the domain's."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request, UploadFile
from pydantic import BeforeValidator, Field
from starlette.responses import Response

from dealflow import agreements, observations, projects
from dealflow.agreements import AgreementKind, FundMoney, Promise, Side
from dealflow.terms import MONEY, THOUSANDTHS, UNITS, YES_NO, Consequence, Metric, Operator
from portfolio import funds, investments, tranches
from portfolio.kernel.errors import DomainError, say
from web.deps import InWork, Me, done
from web.forms import MoneyUnit, WriteForm, fen_of, fen_or_none, ppm_of, thousandths
from web.uploads import kept
from web.views.agreement_words import METRICS, MONEY_UNITS, UNIT_WORDS, unit_of

router = APIRouter()
LONGEST_PLEDGE, LONGEST_CLAUSE = 600, 2_000
YES_WORDS = frozenset({"", "1", "是", "yes"})
Chosen = Annotated[UUID | None, BeforeValidator(lambda text: text or None)]
Day = Annotated[date | None, BeforeValidator(lambda text: text or None)]


# ---- signing
class SignForm(WriteForm):
    """A signed paper. Each pledge is a row of five fields, repeated under the same names."""

    project: UUID
    kind: AgreementKind
    title: str = ""
    code: str = ""
    signed_on: date
    amount: str = ""
    amount_unit: MoneyUnit = "yi"
    disclosed: Literal["yes", "no"] = "yes"
    published: bool = False
    fund: Chosen = None
    fund_money: FundMoney = FundMoney.BY_USE
    start_due_on: Day = None
    pledge_side: list[Side] = Field(default_factory=list)
    pledge_text: list[str] = Field(default_factory=list)
    pledge_amount: list[str] = Field(default_factory=list)
    pledge_unit: list[MoneyUnit] = Field(default_factory=list)
    pledge_due: list[str] = Field(default_factory=list)
    paper: UploadFile | None = None

    def promises(self) -> Iterator[Promise]:
        """Read the rows of the three sides; a row without any word is no pledge."""
        columns = (
            self.pledge_side,
            self.pledge_text,
            self.pledge_amount,
            self.pledge_unit,
            self.pledge_due,
        )
        if len({len(column) for column in columns}) > 1:
            raise DomainError(
                "The rows of the pledges are not whole, so an amount could meet another's words.",
                "Reload the form and enter the pledges again.",
            )
        for side, text, amount, unit, due in zip(*columns, strict=True):
            if text.strip() or amount.strip() or due:
                yield _promise(side, text, amount, unit, due)

    def amount_fen(self) -> int | None:
        """Read the amount, or that none was disclosed; not both, and not neither."""
        if self.disclosed == "no" and self.amount:
            raise DomainError(
                "An amount was typed, and the amount was marked as not disclosed.",
                "Remove the one that is wrong.",
            )
        if self.disclosed == "yes" and not self.amount:
            raise DomainError("The amount is missing.", "Enter it, or mark it as not disclosed.")
        return fen_or_none(self.amount, self.amount_unit)


def _promise(side: Side, text: str, amount: str, unit: MoneyUnit, due: str) -> Promise:
    try:
        due_on = date.fromisoformat(due) if due else None
    except ValueError:
        raise DomainError(
            "“{text}” is not a day.", "Write it as 2026-10-09.", text=due[:20]
        ) from None
    return Promise(
        side=side,
        text=text[:LONGEST_PLEDGE],
        amount_fen=fen_or_none(amount, unit),
        due_on=due_on,
    )


@router.post("/agreements/new")
def sign_agreement(
    request: Request, work: InWork, me: Me, form: Annotated[SignForm, Form()]
) -> Response:
    """Record a signed agreement with the pledges of its sides."""
    project = projects.get(work, str(form.project))
    fund = funds.get(work, me, str(form.fund)) if form.fund else None
    row = agreements.sign(
        work,
        me,
        project_id=project.id,
        kind=form.kind,
        title=form.title,
        code=form.code,
        signed_on=form.signed_on,
        amount_fen=form.amount_fen(),
        amount_published=form.published,
        fund_id=fund.id if fund else None,
        fund_money=form.fund_money,
        start_due_on=form.start_due_on,
        file_id=kept(request, work, me, form.paper, is_demo=project.is_demo),
        promises=list(form.promises()),
        is_demo=project.is_demo,  # or hiding the demo would leave a paper without its project
    )
    said = say("{title} was recorded as {code}.", title=row.title, code=row.code)
    return done(request, work, f"/agreements/{row.id}", said)


class PledgeForm(WriteForm):
    """One more promise of one side."""

    side: Side
    text: str = ""
    pledged: str = ""
    pledged_unit: MoneyUnit = "yi"
    pledged_due: str = ""


@router.post("/agreements/{agreement_id}/pledges")
def add_pledge(
    request: Request,
    work: InWork,
    me: Me,
    agreement_id: UUID,
    form: Annotated[PledgeForm, Form()],
) -> Response:
    """Add a pledge to an agreement."""
    promise = _promise(form.side, form.text, form.pledged, form.pledged_unit, form.pledged_due)
    agreements.pledge(work, me, str(agreement_id), promise)
    location = f"/agreements/{agreement_id}#pledges"
    return done(request, work, location, say("The pledge was recorded."))


# ---- conditions
class ConditionForm(WriteForm):
    """A landing condition in the words of the paper."""

    metric: Metric
    name: str = ""
    operator: Operator = Operator.AT_LEAST
    threshold: str = ""
    unit: str
    paper_unit: str = ""
    due_on: date
    weight: int = 1
    cure_days: int = 0
    consequence: Consequence = Consequence.NONE
    tranche: Chosen = None
    evidence_required: str = ""
    subject: Side = Side.FIRM
    period_from: Day = None
    at_stake: str = ""
    at_stake_unit: MoneyUnit = "wan"
    rate: str = ""
    instalments: int = 1
    clause: str = ""


def threshold_of(metric: Metric, text: str, unit: str) -> int:
    """Read a threshold in the unit chosen beside it; return the metric's smallest unit.

    errors  a unit the metric is not counted in; no number; a part of a fen or of a thousandth
    """
    fits = unit in MONEY_UNITS if metric in MONEY else unit == unit_of(metric)
    if not fits:
        raise DomainError(
            "{metric} is counted in {right}, not in {wrong}.",
            "Choose {right} beside the threshold, or choose another metric.",
            metric=METRICS[metric],
            right=say("money (亿元, 万元 or 元)")
            if metric in MONEY
            else UNIT_WORDS[unit_of(metric)],
            wrong=UNIT_WORDS.get(unit, say("an unknown unit")),
        )
    match metric:
        case _ if metric in MONEY:
            return fen_of(text, _money_unit(unit))
        case _ if metric in YES_NO:
            if text.lower() not in YES_WORDS:
                raise DomainError(
                    "This condition is a question of yes or no.", "Leave the threshold empty."
                )
            return THOUSANDTHS
        case _:
            return thousandths(text)


def _money_unit(unit: str) -> MoneyUnit:
    units: dict[str, MoneyUnit] = {"yi": "yi", "wan": "wan", "yuan": "yuan"}
    return units[unit]


@router.post("/agreements/{agreement_id}/conditions")
def agree_condition(
    request: Request,
    work: InWork,
    me: Me,
    agreement_id: UUID,
    form: Annotated[ConditionForm, Form()],
) -> Response:
    """Record a landing condition; if it gates a tranche, the tranche is held from now on."""
    paper = agreements.get(work, str(agreement_id))
    if form.paper_unit and form.metric not in UNITS:
        raise DomainError(
            "{metric} has its own unit.",
            "Leave the unit of the paper empty; it is for counted things such as lines.",
            metric=METRICS[form.metric],
        )
    if form.weight < 0 or form.cure_days < 0:
        raise DomainError(
            "Weight and days of grace are zero or more.", "Enter whole numbers from zero up."
        )
    row = observations.agree(
        work,
        me,
        agreement_id=paper.id,
        metric=form.metric,
        name=form.name,
        operator=form.operator,
        threshold=threshold_of(form.metric, form.threshold, form.unit),
        unit=form.paper_unit,
        due_on=form.due_on,
        weight=form.weight,
        cure_days=form.cure_days,
        consequence=form.consequence,
        gates_tranche_id=str(form.tranche) if form.tranche else None,
        evidence_required=form.evidence_required,
        subject=form.subject,
        period_from=form.period_from,
        at_stake_fen=fen_or_none(form.at_stake, form.at_stake_unit),
        rate_ppm=ppm_of(form.rate) if form.rate else None,
        instalments=form.instalments,
        clause=form.clause[:LONGEST_CLAUSE],
        is_demo=paper.is_demo,
    )
    location = f"/agreements/{agreement_id}#cond-{row.id}"
    return done(request, work, location, say("Condition C{no} was recorded.", no=row.no))


# ---- the investment that carries it out
class AttachForm(WriteForm):
    """Which recorded investment carries out the agreement."""

    investment: UUID


@router.post("/agreements/{agreement_id}/investment")
def attach_investment(
    request: Request,
    work: InWork,
    me: Me,
    agreement_id: UUID,
    form: Annotated[AttachForm, Form()],
) -> Response:
    """Attach a recorded investment, so that its tranches can be gated."""
    agreements.attach(
        work,
        me,
        str(agreement_id),
        investment_id=str(form.investment),
        version=form.version,
    )
    location = f"/agreements/{agreement_id}#investment"
    return done(request, work, location, say("The investment was attached."))


class InvestmentForm(WriteForm):
    """A new investment of the fund in the firm that signed."""

    fund: UUID
    investment_code: str = ""
    investment_name: str = ""
    instrument: str = ""
    decided_on: date


@router.post("/agreements/{agreement_id}/investment/new")
def open_investment(
    request: Request,
    work: InWork,
    me: Me,
    agreement_id: UUID,
    form: Annotated[InvestmentForm, Form()],
) -> Response:
    """Record the investment and attach it, or neither."""
    paper = agreements.get(work, str(agreement_id))
    project = projects.get(work, paper.project_id)
    investment = investments.create(
        work,
        me,
        fund_id=funds.get(work, me, str(form.fund)).id,
        code=form.investment_code,
        name=form.investment_name,
        organisation_id=project.organisation_id,
        instrument=form.instrument,
        decided_on=form.decided_on,
        is_demo=paper.is_demo,
    )
    agreements.attach(work, me, paper.id, investment_id=investment.id, version=form.version)
    said = say("{name} was recorded and attached.", name=investment.name)
    return done(request, work, f"/agreements/{agreement_id}#investment", said)


class TrancheForm(WriteForm):
    """The next tranche."""

    agreed: str = ""
    agreed_unit: MoneyUnit = "yi"
    tranche_due: date


@router.post("/agreements/{agreement_id}/tranches")
def plan_tranche(
    request: Request,
    work: InWork,
    me: Me,
    agreement_id: UUID,
    form: Annotated[TrancheForm, Form()],
) -> Response:
    """Plan the next tranche of the investment."""
    paper = agreements.get(work, str(agreement_id))
    if paper.investment_id is None:
        raise DomainError(
            "No investment carries out this agreement yet.",
            "Attach the investment first, then plan its tranches.",
        )
    investment = investments.get(work, paper.investment_id)
    tranche = tranches.plan(
        work,
        me,
        investment_id=investment.id,
        agreed_fen=fen_of(form.agreed, form.agreed_unit),
        due_on=form.tranche_due,
        is_demo=investment.is_demo,
    )
    location = f"/agreements/{agreement_id}#gates"
    return done(request, work, location, say("Tranche {no} was planned.", no=tranche.no))
