"""变更登记: a unit, a planned amount, a contract amount or a start date becomes another."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, Response

from dealflow import agreements, amendments
from portfolio.kernel.errors import say
from web.deps import InWork, Me, Reading, Seen, done
from web.forms import MoneyUnit, WriteForm, fen_of
from web.templating import show
from web.views import amend

router = APIRouter()
SAID = say("The amendment is recorded.")


@router.get("/deals/{project_id}/amend")
def amend_page(request: Request, work: Reading, page: Seen, project_id: UUID) -> HTMLResponse:
    """Show what can be amended, and what was."""
    with_demo = request.state.site.show_demo
    return show(request, amend.build(work, page, str(project_id), with_demo=with_demo))


class UnitForm(WriteForm):
    """Which unit, since when, and why."""

    unit: UUID
    on: date
    reason: str


@router.post("/deals/{project_id}/unit")
def amend_unit(
    request: Request, work: InWork, me: Me, project_id: UUID, form: Annotated[UnitForm, Form()]
) -> Response:
    """Give a project to another unit."""
    amendments.set_unit(
        work,
        me,
        str(project_id),
        unit_id=str(form.unit),
        effective_on=form.on,
        reason=form.reason,
        version=form.version,
    )
    return done(request, work, f"/deals/{project_id}/amend", SAID)


class AmountForm(WriteForm):
    """Which amount, and why; since when, for a planned one."""

    amount: str
    amount_unit: MoneyUnit = "yi"
    on: date | None = None
    reason: str


@router.post("/deals/{project_id}/planned")
def amend_planned(
    request: Request, work: InWork, me: Me, project_id: UUID, form: Annotated[AmountForm, Form()]
) -> Response:
    """Change what a project plans to invest."""
    amendments.set_planned(
        work,
        me,
        str(project_id),
        planned_fen=fen_of(form.amount, form.amount_unit),
        effective_on=form.on or work.today(),
        reason=form.reason,
        version=form.version,
    )
    return done(request, work, f"/deals/{project_id}/amend", SAID)


@router.post("/agreements/{agreement_id}/amount")
def correct_amount(
    request: Request, work: InWork, me: Me, agreement_id: UUID, form: Annotated[AmountForm, Form()]
) -> Response:
    """Put right the recorded amount of a contract."""
    paper = agreements.get(work, str(agreement_id))
    amendments.correct_amount(
        work,
        me,
        paper.id,
        amount_fen=fen_of(form.amount, form.amount_unit),
        reason=form.reason,
        version=form.version,
    )
    return done(request, work, f"/deals/{paper.project_id}/amend", SAID)


class StartForm(WriteForm):
    """By when, since when, and why."""

    start_due_on: date
    on: date
    reason: str


@router.post("/agreements/{agreement_id}/start")
def amend_start(
    request: Request, work: InWork, me: Me, agreement_id: UUID, form: Annotated[StartForm, Form()]
) -> Response:
    """Change the day by which a contract lets its project start."""
    paper = agreements.get(work, str(agreement_id))
    amendments.set_start_due(
        work,
        me,
        paper.id,
        start_due_on=form.start_due_on,
        effective_on=form.on,
        reason=form.reason,
        version=form.version,
    )
    return done(request, work, f"/deals/{paper.project_id}/amend", SAID)
