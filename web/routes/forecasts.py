"""落地 › 目标预测: keep the forecast of the day, and what somebody promised of a year."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from dealflow import definitions, forecasts
from portfolio.figures import Unit
from portfolio.kernel.errors import say
from web.deps import InWork, Me, done
from web.forms import MoneyUnit, WriteForm, fen_of, whole

router = APIRouter()
PAGE = "/landing?tab=outlook"


@router.post("/forecasts")
def keep_forecast(
    request: Request, work: InWork, me: Me, form: Annotated[WriteForm, Form()]
) -> Response:
    """Keep the bands simulated from today, to be scored once the year is over."""
    del form
    rows = forecasts.keep(work, me, made_for=work.today())
    said = say("The forecast of {count} measures is kept.", count=len(rows))
    return done(request, work, f"{PAGE}&as_of={work.today()}#h-kept", said)


class PromiseForm(WriteForm):
    """What somebody said a year would bring at least, and where it was said."""

    code: str = ""
    year: int
    made_for: date
    at_least: str = ""
    amount_unit: MoneyUnit = "yi"
    source: str = ""


@router.post("/forecasts/promises")
def keep_promise(
    request: Request, work: InWork, me: Me, form: Annotated[PromiseForm, Form()]
) -> Response:
    """Keep a promise as it was made."""
    means = definitions.in_force(work, form.made_for).get(form.code)
    is_money = means is not None and means.unit is Unit.FEN
    forecasts.promise(
        work,
        me,
        code=form.code,
        year=form.year,
        made_for=form.made_for,
        at_least=fen_of(form.at_least, form.amount_unit) if is_money else whole(form.at_least),
        source=form.source,
    )
    location = f"{PAGE}&as_of={work.today()}#h-kept"
    return done(request, work, location, say("The promise is kept as it was made."))
