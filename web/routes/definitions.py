"""口径: what every measure means, by version; and the targets of a year."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, Response

from dealflow import definitions, targets
from dealflow.first_definitions import Basis, Definition
from dealflow.targets import Scope
from portfolio.kernel.errors import Message, NotFoundError, StaleError, say
from web.deps import InWork, Me, Reading, Seen, done
from web.forms import MoneyUnit, WriteForm, fen_of, whole
from web.templating import show
from web.views import definitions as view

router = APIRouter()


@router.get("/definitions")
def definitions_page(
    request: Request, work: Reading, me: Me, page: Seen, code: str = ""
) -> HTMLResponse:
    """Show the definitions in force."""
    return show(request, view.build(work, me, page, code=code))


class DefinitionForm(WriteForm):
    """A version that follows the one seen."""

    text: str
    numerator: str
    denominator: str = ""
    basis: Basis
    valid_from: date


@router.post("/definitions/{code}")
def add_definition(
    request: Request, work: InWork, me: Me, code: str, form: Annotated[DefinitionForm, Form()]
) -> Response:
    """Add a version of a measure's meaning."""
    known = definitions.versions(work, code)
    if not known:
        raise NotFoundError
    if known[-1].version != form.version:
        raise StaleError(
            mine={"version": form.version + 1, "text": form.text},
            theirs={"version": known[-1].version, "text": str(known[-1].definition)},
        )
    definitions.define(work, me)  # the built-in versions come first, so that numbers follow
    row = definitions.redefine(
        work,
        me,
        Definition(
            code=code,
            unit=known[-1].unit,
            definition=Message(form.text),
            numerator_query=form.numerator,
            denominator_query=form.denominator,
            basis=form.basis,
            version=form.version + 1,
        ),
        valid_from=form.valid_from,
    )
    said = say("Version {version} is in force from {day}.", version=row.version, day=row.valid_from)
    return done(request, work, f"/definitions?code={code}", said)


class TargetForm(WriteForm):
    """What a year asks of a subject; amounts with their unit, counts as they are."""

    year: int
    scope: Scope
    subject: str
    code: Literal["contract_amount", "money_in_place", "projects_started"]
    at_least: str
    at_least_unit: MoneyUnit = "yi"


@router.post("/targets")
def set_target(
    request: Request, work: InWork, me: Me, form: Annotated[TargetForm, Form()]
) -> Response:
    """Set a target of a year."""
    asked = (
        whole(form.at_least)
        if form.code == "projects_started"
        else fen_of(form.at_least, form.at_least_unit)
    )
    targets.set_target(
        work,
        me,
        year=form.year,
        scope=form.scope,
        subject_id=form.subject,
        code=form.code,
        at_least=asked,
    )
    address = f"/landing?tab=outlook&scope={form.scope}&as_of={work.today()}"
    return done(request, work, address, say("The target was set."))
