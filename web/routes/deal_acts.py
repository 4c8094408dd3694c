"""项目: the acts on a project. Each route calls one command and goes back to the page."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, UploadFile
from pydantic import BeforeValidator
from starlette.responses import Response

from dealflow import (
    conditions,
    dispatch,
    duplicates,
    gates,
    intake,
    landings,
    observations,
    projects,
    site_takings,
)
from dealflow.conditions import Condition
from dealflow.intake import Firm, Intention
from dealflow.landings import MoneyKind
from dealflow.projects import SizeClass
from dealflow.stages import Stage
from dealflow.terms import MONEY, THOUSANDTHS, YES_NO, Metric
from portfolio import tranches
from portfolio.kernel.errors import DomainError, say
from web.deps import InWork, Me, done
from web.forms import MoneyUnit, WriteForm, fen_of, fen_or_none, thousandths
from web.uploads import kept

router = APIRouter()
TWINS_NAMED = 3


# ---- a firm and a deal
class DealForm(WriteForm):
    """What the form for a new deal sends."""

    firm_name: str
    credit_code: str = ""
    city: str = ""
    name: str
    name_en: str = ""
    code: str = ""
    system: str = ""
    chain: UUID | None = None
    unit: UUID | None = None
    park: str = ""
    planned: str = ""
    planned_unit: MoneyUnit = "yi"
    size_class: SizeClass = SizeClass.NONE
    needs_site: bool = False
    source: str = ""
    first_heard_on: date


@router.post("/deals/new")
def create_deal(
    request: Request, work: InWork, me: Me, form: Annotated[DealForm, Form()]
) -> Response:
    """Record a firm and what it means to do."""
    project = intake.take_in(
        work,
        me,
        firm=Firm(name=form.firm_name, credit_code=form.credit_code, city=form.city),
        intention=Intention(
            name=form.name,
            name_en=form.name_en,
            code=form.code,
            first_heard_on=form.first_heard_on,
            system_code=form.system or None,
            chain_id=str(form.chain) if form.chain else None,
            unit_id=str(form.unit) if form.unit else None,
            park=form.park,
            planned_investment_fen=fen_or_none(form.planned, form.planned_unit),
            size_class=form.size_class,
            needs_site=form.needs_site,
            source=form.source,
        ),
    )
    same = duplicates.twins(
        work, firm_name=form.firm_name, credit_code=form.credit_code, but=project.id
    )
    said = say("{name} was recorded as {code}.", name=project.name, code=project.code)
    if same:
        said = say(
            "{name} was recorded as {code}; the firm is known already by {others}.",
            name=project.name,
            code=project.code,
            others="、".join(one.code for one in same[:TWINS_NAMED]),
        )
    return done(request, work, f"/deals/{project.id}?tab=overview", said)


# ---- stages
class MoveForm(WriteForm):
    """Where to, since when, shown by what."""

    to: Stage
    on: date
    note: str = ""
    evidence: UploadFile | None = None
    photo: UploadFile | None = None
    site: Annotated[UUID | None, BeforeValidator(lambda text: text or None)] = None


@router.post("/deals/{project_id}/stage")
def move_deal(
    request: Request, work: InWork, me: Me, project_id: UUID, form: Annotated[MoveForm, Form()]
) -> Response:
    """Move a project to another stage; into a sealed half month only with the reason.

    What stands below the seal (projects, arrivals) cannot ask it, so the two routes do.
    """
    dispatch.refuse_silence(work, form.on, form.note)
    milestone = projects.move(
        work,
        me,
        str(project_id),
        to=form.to,
        on=form.on,
        version=form.version,
        evidence_file_id=kept(request, work, me, form.evidence),
        photo_file_id=kept(request, work, me, form.photo),
        note=form.note,
    )
    if form.site and form.to is Stage.SITE:
        site_takings.take(work, me, site_id=str(form.site), milestone_id=milestone.id)
    return done(request, work, f"/deals/{project_id}", say("The stage was recorded."))


class ReasonForm(WriteForm):
    """Why something is taken back."""

    reason: str = ""


@router.post("/deals/{project_id}/milestones/{milestone_id}/void")
def void_milestone(
    request: Request,
    work: InWork,
    me: Me,
    project_id: UUID,
    milestone_id: UUID,
    form: Annotated[ReasonForm, Form()],
) -> Response:
    """Take a milestone back."""
    projects.void(work, me, str(milestone_id), reason=form.reason)
    location = f"/deals/{project_id}?tab=overview"
    return done(request, work, location, say("The milestone was voided."))


# ---- conditions
class ObservationForm(WriteForm):
    """What was seen of a condition."""

    value: str
    value_unit: MoneyUnit = "yi"
    observed_on: date
    note: str = ""
    evidence: UploadFile | None = None


@router.post("/deals/{project_id}/conditions/{condition_id}/observations")
def observe_condition(
    request: Request,
    work: InWork,
    me: Me,
    project_id: UUID,
    condition_id: UUID,
    form: Annotated[ObservationForm, Form()],
) -> Response:
    """Record what was seen; a second person makes it count."""
    observations.observe(
        work,
        me,
        str(condition_id),
        observed_on=form.observed_on,
        value=_value(conditions.get(work, str(condition_id)), form.value, form.value_unit),
        evidence_file_id=kept(request, work, me, form.evidence),
        note=form.note,
    )
    said = say("Recorded; it counts once a colleague has verified it.")
    return done(request, work, _row(project_id, condition_id), said)


def _value(condition: Condition, text: str, unit: MoneyUnit) -> int:
    metric = Metric(condition.metric)
    if metric in MONEY:
        return fen_of(text, unit)
    if metric in YES_NO:
        if text not in {"0", "1"}:
            raise DomainError("This condition is a question of yes or no.", "Choose yes or no.")
        return int(text) * THOUSANDTHS
    return thousandths(text)


def _row(project_id: UUID, condition_id: UUID | str) -> str:
    return f"/deals/{project_id}?tab=conditions#cond-{condition_id}"


class CheckForm(WriteForm):
    """A second person's word."""

    accepted: bool
    reason: str = ""


@router.post("/deals/{project_id}/observations/{observation_id}/check")
def check_observation(
    request: Request,
    work: InWork,
    me: Me,
    project_id: UUID,
    observation_id: UUID,
    form: Annotated[CheckForm, Form()],
) -> Response:
    """Verify an observation, or return it with the reason."""
    at = observations.verify(
        work, me, str(observation_id), accepted=form.accepted, reason=form.reason
    )
    said = say("C{no} was verified.", no=at.no) if form.accepted else say("Returned.")
    return done(request, work, _row(project_id, at.condition_id), said)


class WaiverForm(WriteForm):
    """By which resolution a condition is waived."""

    decided_on: date
    reason: str = ""
    resolution: UploadFile | None = None


@router.post("/deals/{project_id}/conditions/{condition_id}/waiver")
def waive_condition(
    request: Request,
    work: InWork,
    me: Me,
    project_id: UUID,
    condition_id: UUID,
    form: Annotated[WaiverForm, Form()],
) -> Response:
    """Waive a condition by the resolution that is uploaded."""
    file_id = kept(request, work, me, form.resolution)
    if file_id is None:
        raise DomainError("A waiver needs its resolution.", "Upload the signed resolution.")
    observations.waive(
        work,
        me,
        str(condition_id),
        decided_on=form.decided_on,
        resolution_file_id=file_id,
        reason=form.reason,
    )
    return done(request, work, _row(project_id, condition_id), say("The condition was waived."))


# ---- tranches
class PaymentForm(WriteForm):
    """On which day a tranche is paid; a closed quarter asks for a reason."""

    effective_date: date
    correction_reason: str = ""


@router.post("/deals/{project_id}/tranches/{tranche_id}/payment")
def pay_tranche(
    request: Request,
    work: InWork,
    me: Me,
    project_id: UUID,
    tranche_id: UUID,
    form: Annotated[PaymentForm, Form()],
) -> Response:
    """Pay a tranche, or refuse naming what is missing."""
    paid = gates.pay(
        work,
        me,
        str(tranche_id),
        effective_date=form.effective_date,
        correction_reason=form.correction_reason or None,
    )
    said = say("Tranche {no} was paid and booked.", no=paid.no)
    return done(request, work, f"/deals/{project_id}?tab=conditions#gates", said)


class ReversalForm(ReasonForm):
    """Why a payment is reversed; a closed quarter asks for a reason of its own."""

    correction_reason: str = ""


@router.post("/deals/{project_id}/tranches/{tranche_id}/reversal")
def reverse_payment(
    request: Request,
    work: InWork,
    me: Me,
    project_id: UUID,
    tranche_id: UUID,
    form: Annotated[ReversalForm, Form()],
) -> Response:
    """Reverse the payment of a tranche."""
    opened = tranches.reverse_payment(
        work,
        me,
        str(tranche_id),
        reason=form.reason,
        correction_reason=form.correction_reason or None,
    )
    said = say("The payment of tranche {no} was reversed.", no=opened.no)
    return done(request, work, f"/deals/{project_id}?tab=conditions#gates", said)


# ---- money in place
class ArrivalForm(WriteForm):
    """What arrived, when, as what, shown by what."""

    amount: str
    amount_unit: MoneyUnit = "wan"
    on: date
    kind: MoneyKind
    note: str = ""
    evidence: UploadFile | None = None


@router.post("/deals/{project_id}/arrivals")
def record_arrival(
    request: Request, work: InWork, me: Me, project_id: UUID, form: Annotated[ArrivalForm, Form()]
) -> Response:
    """Record money that arrived; a second person makes it count."""
    dispatch.refuse_silence(work, form.on, form.note)
    landings.arrive(
        work,
        me,
        str(project_id),
        on=form.on,
        amount_fen=fen_of(form.amount, form.amount_unit),
        kind=form.kind,
        evidence_file_id=kept(request, work, me, form.evidence),
        note=form.note,
    )
    said = say("Recorded; it counts once a colleague has verified it.")
    return done(request, work, f"/deals/{project_id}?tab=money", said)


@router.post("/deals/{project_id}/arrivals/{arrival_id}/check")
def check_arrival(
    request: Request,
    work: InWork,
    me: Me,
    project_id: UUID,
    arrival_id: UUID,
    form: Annotated[CheckForm, Form()],
) -> Response:
    """Verify money that a colleague recorded, or return it with the reason."""
    landings.verify(
        work, me, str(arrival_id), accepted=form.accepted, on=work.today(), reason=form.reason
    )
    said = say("The money counts now.") if form.accepted else say("Returned.")
    return done(request, work, f"/deals/{project_id}?tab=money", said)


@router.post("/deals/{project_id}/arrivals/{arrival_id}/void")
def void_arrival(
    request: Request,
    work: InWork,
    me: Me,
    project_id: UUID,
    arrival_id: UUID,
    form: Annotated[ReasonForm, Form()],
) -> Response:
    """Take an arrival back."""
    landings.void(work, me, str(arrival_id), reason=form.reason)
    return done(request, work, f"/deals/{project_id}?tab=money", say("The arrival was voided."))
