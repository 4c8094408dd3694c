"""银行: a statement is uploaded, previewed, then booked; what is open is matched again."""
# ruff: noqa: FAST003 - `code` is read by the dependencies Fund and Booked

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request, UploadFile
from pydantic import Field
from starlette.responses import HTMLResponse, Response

from portfolio import bank, bank_booking
from portfolio.bank import StatementState
from portfolio.bank_booking import Settled
from portfolio.kernel.errors import DomainError, Message, say
from web.bank_sheet import BankField
from web.deps import InWork, Me, Reading, Seen, done, store_of
from web.forms import WriteForm
from web.routes.fund_acts import Booked, CorrectableForm, tab_of
from web.routes.funds import Fund
from web.templating import show
from web.views import fund_bank

router = APIRouter()


# ---- forms
class UploadForm(WriteForm):
    """A statement."""

    statement: UploadFile | None = None


class ColumnsForm(WriteForm):
    """What each column says, in their order; an empty choice ignores it."""

    field: list[BankField | Literal[""]] = Field(default_factory=list)


class MatchForm(CorrectableForm):
    """For each line that is asked about, its name and what a person chose."""

    line: list[str] = Field(default_factory=list)
    choice: list[str] = Field(default_factory=list)

    def choices(self) -> dict[str, str]:
        """Return {line: choice}; refused where the two lists do not fit each other."""
        if len(self.line) != len(self.choice):
            raise DomainError("The list of choices is not whole.", "Reload the page, choose again.")
        return {line: key for line, key in zip(self.line, self.choice, strict=True) if key}


class ConfirmForm(MatchForm):
    """The same, and the last day of the statement."""

    closes_on: date


def _said(settled: Settled) -> Message:
    return say(
        "{receipts} receipts were booked, {ties} lines found in the books; {open} are open.",
        receipts=settled.receipts,
        ties=settled.ties,
        open=settled.open,
    )


# ---- acts
@router.post("/funds/{code}/statements")
def upload_statement(
    request: Request, work: InWork, me: Me, fund: Booked, form: Annotated[UploadForm, Form()]
) -> Response:
    """Keep a statement and go to its preview; one that came before is found again."""
    if form.statement is None or not form.statement.filename:
        raise DomainError("No file was chosen.", "Choose the bank's .xlsx or CSV export.")
    store = store_of(request)
    row = bank_booking.upload(
        work,
        me,
        store,
        fund_id=fund.fund.id,
        name=form.statement.filename,
        content=form.statement.file.read(),
    )
    fund_bank.grid_of(work, store, row)  # refuses a file that cannot be read
    said = say("Nothing is booked yet: look at the preview.")
    if row.state == StatementState.CONFIRMED:
        at = row.confirmed_at
        said = say("This statement was taken in on {at}; nothing is booked twice.", at=at)
    return done(request, work, f"/funds/{fund.fund.code}/statements/{row.id}", said)


@router.get("/funds/{code}/statements/{statement_id}")
def statement_page(
    request: Request, work: Reading, me: Me, page: Seen, fund: Fund, statement_id: UUID
) -> HTMLResponse:
    """Show the preview of a statement, or what it brought."""
    view = fund_bank.statement_page(
        work, store_of(request), page.reader, me, page, fund, str(statement_id)
    )
    return show(request, view)


@router.post("/funds/{code}/statements/{statement_id}/columns")
def choose_statement_columns(
    request: Request,
    work: InWork,
    me: Me,
    fund: Booked,
    statement_id: UUID,
    form: Annotated[ColumnsForm, Form()],
) -> Response:
    """Say what the columns mean, and see the preview again."""
    columns = {number: str(field) for number, field in enumerate(form.field, start=1)}
    bank_booking.choose(
        work, me, fund.fund.id, str(statement_id), version=form.version, columns=columns
    )
    said = say("The preview was read again.")
    return done(request, work, f"/funds/{fund.fund.code}/statements/{statement_id}", said)


@router.post("/funds/{code}/statements/{statement_id}/confirm")
def confirm_statement(
    request: Request,
    work: InWork,
    me: Me,
    fund: Booked,
    statement_id: UUID,
    form: Annotated[ConfirmForm, Form()],
) -> Response:
    """Take the lines in and book what they settle, or nothing."""
    row = bank.statement(work, fund.fund.id, str(statement_id))
    read = fund_bank.sheet_of(work, store_of(request), row)
    if read.findings:
        raise DomainError(
            "The statement has {count} findings; nothing was booked.",
            "Correct the cells that the preview names and upload the file again.",
            count=len(read.findings),
        )
    settled = bank_booking.confirm(
        work,
        me,
        fund.fund.id,
        row.id,
        version=form.version,
        rows=read.rows,
        choices={int(line): key for line, key in form.choices().items() if line.isdecimal()},
        closes_on=form.closes_on,
        correction_reason=form.correction,
    )
    return done(request, work, tab_of(fund, "bank"), _said(settled))


@router.post("/funds/{code}/bank-lines/match")
def match_lines(
    request: Request, work: InWork, me: Me, fund: Booked, form: Annotated[MatchForm, Form()]
) -> Response:
    """Settle open lines by what the books hold now and what was chosen."""
    settled = bank_booking.match_again(
        work, me, fund.fund.id, choices=form.choices(), correction_reason=form.correction
    )
    return done(request, work, tab_of(fund, "bank"), _said(settled))
