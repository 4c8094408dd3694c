"""赛马榜 › 区县: figures of other districts, entered or imported with their documents."""

from datetime import date
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, UploadFile
from starlette.responses import HTMLResponse, Response

from dealflow import definitions, external_figures, external_sheet
from dealflow.external_figures import Entry
from portfolio.figures import Unit
from portfolio.kernel.errors import say
from web import exports
from web.deps import InWork, Me, Reading, Seen, done
from web.forms import MoneyUnit, WriteForm, fen_of, whole
from web.templating import show
from web.uploads import SheetForm, kept, sheet_kept, sheet_of
from web.views import districts as views

router = APIRouter()


@router.get("/race/districts")
def districts_page(
    request: Request, work: Reading, me: Me, page: Seen, district: str = ""
) -> HTMLResponse:
    """Show the figures of other districts, every version."""
    with_demo = request.state.site.show_demo
    view = views.page_of(work, me, page, district=district, with_demo=with_demo)
    return show(request, view)


class FigureForm(WriteForm):
    """One figure; a number as the document writes it, and the unit of an amount."""

    district: str = ""
    code: str = ""
    period_from: date
    period_to: date
    numerator: str = ""
    denominator: str = ""
    target: str = ""
    money_unit: MoneyUnit = "yi"
    document: str = ""
    place: str = ""
    reason: str = ""
    is_demo: bool = False
    evidence: UploadFile | None = None


@router.post("/race/districts")
def record_external(
    request: Request, work: InWork, me: Me, form: Annotated[FigureForm, Form()]
) -> Response:
    """Record a figure of another district, or its correction."""
    means = definitions.in_force(work, form.period_to).get(form.code)
    is_money = means is not None and means.unit is Unit.FEN

    def read(text: str) -> int:
        return fen_of(text, form.money_unit) if is_money else whole(text)

    entry = Entry(
        district=form.district,
        code=form.code,
        period_from=form.period_from,
        period_to=form.period_to,
        numerator=read(form.numerator),
        denominator=read(form.denominator) if form.denominator else None,
        target=read(form.target) if form.target else None,
        document=form.document,
        place=form.place,
        reason=form.reason,
        is_demo=form.is_demo,
    )
    file_id = kept(request, work, me, form.evidence, is_demo=form.is_demo)
    row = external_figures.record(work, me, entry, file_id=file_id)
    said = say(
        "{district}: version {version} was recorded.", district=row.district, version=row.version
    )
    return done(request, work, f"/race/districts#fig-{row.id}", said)


@router.get("/race/districts/sample.xlsx")
def districts_sample(work: Reading, page: Seen) -> Response:
    """Hand out a workbook with the headings."""
    table = views.sample(work, page.reader, page.as_of)
    return exports.download(f"{table.title}.xlsx", exports.as_xlsx(table), exports.XLSX_TYPE)


@router.post("/race/districts/import")
def upload_external(
    request: Request, work: InWork, me: Me, form: Annotated[SheetForm, Form()]
) -> Response:
    """Keep a sheet and go to its preview; nothing is booked yet."""
    file = sheet_kept(request, work, me, form.sheet, partial(external_sheet.preview, work))
    said = say("Nothing is booked yet: look at the preview.")
    return done(request, work, f"/race/districts/import/{file.id}", said)


@router.get("/race/districts/import/{file_id}")
def external_preview(
    request: Request, work: Reading, me: Me, page: Seen, file_id: UUID
) -> HTMLResponse:
    """Show what a sheet would book, with all its findings."""
    file, content = sheet_of(request, work, me, file_id)
    read = external_sheet.preview(work, content)
    return show(request, views.preview_of(page.reader, file, read))


@router.post("/race/districts/import/{file_id}")
def confirm_external(
    request: Request, work: InWork, me: Me, file_id: UUID, form: Annotated[WriteForm, Form()]
) -> Response:
    """Book every new figure of the sheet, or nothing."""
    del form
    file, content = sheet_of(request, work, me, file_id)
    added = external_sheet.confirm(work, me, content, file_id=file.id)
    return done(request, work, "/race/districts", say("{n} figures were recorded.", n=added))
