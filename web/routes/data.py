"""数据: a foreign sheet is uploaded, understood, previewed whole, then booked whole or not."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request, UploadFile
from pydantic import Field
from starlette.responses import HTMLResponse, Response

from dealflow import sample_sheet, sheets
from dealflow.columns import MONEY_FIELDS, SheetField
from dealflow.sheets import BatchState
from portfolio import take_over_sheet
from portfolio.kernel.errors import DomainError, say
from valuation.money import Unit
from web import exports
from web.deps import InWork, Me, Reading, Seen, done, store_of
from web.forms import WriteForm
from web.templating import show
from web.views import data

router = APIRouter()
IMPORT = "/data/import"
SAMPLE_NAME = "项目台账（示例）.xlsx"
CAPITAL_LINES_NAME = "资本账户接收表（示例）.csv"


class UploadForm(WriteForm):
    """A sheet."""

    sheet: UploadFile | None = None


class ColumnsForm(WriteForm):
    """What each column says, in the order of the columns; an empty choice ignores it."""

    sheet: str
    field: list[SheetField | Literal[""]] = Field(default_factory=list)
    unit: list[Literal["", "yi", "wan", "yuan"]] = Field(default_factory=list)

    def fields(self) -> dict[int, SheetField | None]:
        """Return {column: field}, the first column is 1."""
        return {number: field or None for number, field in enumerate(self.field, start=1)}

    def money_units(self) -> dict[SheetField, Unit]:
        """Return {money field: unit} where one was chosen."""
        return {
            field: data.UNIT_NAMES[unit]
            for field, unit in zip(self.field, self.unit, strict=True)
            if field and field in MONEY_FIELDS and unit
        }


@router.get(IMPORT)
def import_page(request: Request, work: Reading) -> HTMLResponse:
    """Show where a sheet is uploaded, and the sheets that were."""
    return show(request, data.import_page(work))


@router.post(IMPORT)
def upload_sheet(
    request: Request, work: InWork, me: Me, form: Annotated[UploadForm, Form()]
) -> Response:
    """Keep a sheet and go to its preview; a sheet that came before is found again."""
    if form.sheet is None or not form.sheet.filename:
        raise DomainError("No file was chosen.", "Choose an .xlsx workbook or a CSV file.")
    batch = sheets.upload(
        work, me, store_of(request), name=form.sheet.filename, content=form.sheet.file.read()
    )
    said = say("Nothing is booked yet: look at the preview.")
    if batch.state == BatchState.CONFIRMED:
        said = say("This file was booked on {at}; nothing is booked twice.", at=batch.confirmed_at)
    return done(request, work, f"{IMPORT}/{batch.id}", said)


@router.get(IMPORT + "/{batch_id}")
def batch_page(
    request: Request, work: Reading, page: Seen, batch_id: UUID, finding: int = 1, row: int = 1
) -> HTMLResponse:
    """Show the preview of a sheet, or what it has booked."""
    view = data.batch_page(work, store_of(request), page, str(batch_id), finding=finding, row=row)
    return show(request, view)


@router.post(IMPORT + "/{batch_id}/columns")
def choose_columns(
    request: Request,
    work: InWork,
    me: Me,
    batch_id: UUID,
    form: Annotated[ColumnsForm, Form()],
) -> Response:
    """Say what the columns mean, and see the preview again."""
    if len(form.field) != len(form.unit):
        raise DomainError(
            "The list of columns is not whole.", "Reload the page and choose the columns again."
        )
    before = sheets.get(work, str(batch_id)).sheet
    sheets.choose(
        work,
        me,
        str(batch_id),
        version=form.version,
        sheet=form.sheet,
        # another sheet has other columns: what was chosen for these says nothing about those
        fields=form.fields() if form.sheet == before else {},
        money_units=form.money_units() if form.sheet == before else {},
    )
    sheets.draft(work, store_of(request), str(batch_id))  # refuses a sheet that cannot be read
    return done(request, work, f"{IMPORT}/{batch_id}", say("The preview was read again."))


@router.post(IMPORT + "/{batch_id}/confirm")
def confirm_import(
    request: Request, work: InWork, me: Me, batch_id: UUID, form: Annotated[WriteForm, Form()]
) -> Response:
    """Book every row of the sheet, or nothing."""
    booked = sheets.confirm(work, me, store_of(request), str(batch_id), version=form.version)
    said = say(
        "{projects} projects, {agreements} agreements and {arrivals} arrivals were booked.",
        projects=booked.projects,
        agreements=booked.agreements,
        arrivals=booked.arrivals,
    )
    return done(request, work, f"{IMPORT}/{batch_id}", said)


@router.get(IMPORT + "/{batch_id}/findings.{form}")
def import_findings(
    request: Request, work: Reading, page: Seen, batch_id: UUID, form: Literal["csv", "xlsx"]
) -> Response:
    """Hand out all findings as a file."""
    draft = sheets.draft(work, store_of(request), str(batch_id))
    name = f"{sheets.get(work, str(batch_id)).name.rsplit('.', 1)[0]}-{draft.sheet}"
    table = data.findings_table(page.reader, draft, name)
    if form == "csv":
        return exports.download(f"{name}.csv", exports.as_csv(table), exports.CSV_TYPE)
    return exports.download(f"{name}.xlsx", exports.as_xlsx(table), exports.XLSX_TYPE)


@router.get("/data/capital-lines.csv")
def sample_capital_lines() -> Response:
    """Hand out a small file for `lianji import capital-lines`, to be filled with one's own."""
    return exports.download(CAPITAL_LINES_NAME, take_over_sheet.sample(), exports.CSV_TYPE)


@router.get("/data/sample.xlsx")
def sample_workbook(work: Reading) -> Response:
    """Hand out the sample, with the names that this installation knows."""
    content = sample_sheet.workbook(sample_sheet.words_of(work))
    return exports.download(SAMPLE_NAME, content, exports.XLSX_TYPE)
