"""赛马榜: the formulas, and publishing the board of a quarter; the board is a landing page part."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import Field
from starlette.responses import HTMLResponse, Response

from dealflow import race_boards
from dealflow.race import Method, Part
from dealflow.race_boards import Formula
from dealflow.targets import Scope
from portfolio.kernel.errors import DomainError, NotFoundError, say
from valuation.periods import Quarter
from web.deps import InWork, Me, Reading, Seen, done
from web.forms import WriteForm, ppm_of
from web.templating import show
from web.views import race_formula

router = APIRouter()
PPM = 1_000_000
A_POINT = 10_000  # millionths in one point of weight


@router.get("/race/formulas")
def race_formula_form(request: Request, work: Reading, page: Seen, code: str = "") -> HTMLResponse:
    """Ask for a formula, or for the next version of one."""
    return show(request, race_formula.build(work, page, code))


class FormulaForm(WriteForm):
    """A version of a formula; its parts line by line, weights as they are, caps in percent."""

    code: str = ""
    scope: Scope
    title: str = ""
    title_en: str = ""
    valid_from: date
    source: str = ""
    measures: list[str] = Field(default_factory=list)
    methods: list[Method] = Field(default_factory=list)
    weights: list[str] = Field(default_factory=list)
    caps: list[str] = Field(default_factory=list)


@router.post("/race/formulas")
def add_race_formula(
    request: Request, work: InWork, me: Me, form: Annotated[FormulaForm, Form()]
) -> Response:
    """Add a formula, or the next version of one."""
    if not form.code or not form.title or not form.source:
        raise DomainError(
            "A formula has a code, a title and the document that sets it.", "Enter all three."
        )
    known = [one for one in race_boards.formulas(work, date.max) if one.code == form.code]
    formula = Formula(
        code=form.code,
        version=known[0].version + 1 if known else 1,
        title=form.title,
        title_en=form.title_en,
        scope=form.scope,
        parts=tuple(
            Part(
                code=code,
                method=method,
                weight=ppm_of(weight) / A_POINT,
                cap=ppm_of(cap) / PPM if cap else None,
            )
            for code, method, weight, cap in zip(
                form.measures, form.methods, form.weights, form.caps, strict=False
            )
            if code
        ),
        valid_from=form.valid_from,
        source=form.source,
    )
    row = race_boards.set_formula(work, me, formula)
    said = say(
        "The formula {title} has the version {version} now.",
        title=row.title,
        version=row.version,
    )
    return done(request, work, f"/landing?tab=race&board={row.code}", said)


@router.post("/race/{code}/{quarter}")
def publish_board(
    request: Request,
    work: InWork,
    me: Me,
    code: str,
    quarter: str,
    form: Annotated[WriteForm, Form()],
) -> Response:
    """Publish the board of a quarter that is over."""
    del form
    try:
        asked = Quarter.parse(quarter)
    except ValueError:
        raise NotFoundError from None
    race_boards.publish(work, me, code, asked)
    said = say("The board of {quarter} is published.", quarter=asked)
    return done(request, work, f"/landing?tab=race&board={code}&as_of={asked.end}", said)
