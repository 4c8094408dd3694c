"""估值: a mark that is worked out of its assumptions, looked at before it is put forward."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from pydantic import ConfigDict
from starlette.responses import HTMLResponse, Response

from portfolio import appraisals as portfolio_appraisals
from portfolio import marks
from portfolio.kernel.errors import say
from valuation.fair_value import Technique
from web.deps import InWork, Me, Reading, Seen, done
from web.forms import WriteForm
from web.routes.investments import Booked, Held
from web.templating import show
from web.views import appraisals, investment_forms

router = APIRouter()
BASE = "/investments/{investment_id}"


class AppraisalForm(WriteForm):
    """The assumptions: which there are depends on the technique, so they are read by its asks."""

    model_config = ConfigDict(extra="allow", str_strip_whitespace=True)

    technique: Technique
    as_of: date
    calibration: str = ""

    def typed(self) -> dict[str, str]:
        """Return what was typed, by the name of the box."""
        return {name: str(value) for name, value in (self.model_extra or {}).items()}


@router.get(BASE + "/marks/new")
def appraisal_form(
    request: Request,
    work: Reading,
    page: Seen,
    row: Held,
    technique: Technique | Literal["other"] = Technique.MULTIPLE,
) -> HTMLResponse:
    """Ask for the assumptions of a technique, or for a value worked out elsewhere."""
    if technique == "other":
        return show(request, investment_forms.new_mark(page.reader, page, row))
    return show(request, appraisals.new_appraisal(work, page.reader, page, row, technique))


@router.get(BASE + "/appraisals/preview")
def appraisal_preview(
    request: Request, work: Reading, page: Seen, row: Held, technique: Technique
) -> HTMLResponse:
    """Show how the value is worked out; nothing is put forward."""
    typed = dict(request.query_params)
    return show(request, appraisals.build_up(work, page.reader, row, technique, typed))


@router.post(BASE + "/appraisals")
def prepare_appraisal(
    request: Request, work: InWork, me: Me, row: Booked, form: Annotated[AppraisalForm, Form()]
) -> Response:
    """Put the worked-out value forward."""
    typed = form.typed()
    found = appraisals.read(form.technique, typed, form.as_of)
    marks.prepare(
        work,
        me,
        investment_id=row.id,
        as_of=form.as_of,
        fair_value_fen=found.value_fen,
        method=found.method,
        inputs=portfolio_appraisals.stored(found, appraisals.basis_of(typed)),
        calibration=form.calibration,
    )
    said = say("The valuation waits for a second person.")
    return done(request, work, f"/investments/{row.id}", said)
