"""数据 › 导出: the books of a fund as files for other programs.

Asking for a file is a form: it takes the password where that was typed long ago and writes the
audit line. The file itself is then fetched within the ten minutes (THREATS.md L8).
"""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, Response

from portfolio import funds, journal
from portfolio.kernel import audit
from portfolio.kernel.errors import say
from portfolio.ledger import Moment
from web import exports, ledger_export
from web.deps import InWork, Me, Reading, done
from web.forms import WriteForm
from web.reentry import must_be_fresh, must_have_been_fresh
from web.templating import show
from web.views import export

router = APIRouter()
EXPORT = "/data/export"
BEANCOUNT_TYPE = "text/plain; charset=utf-8"
Kind = Literal["beancount", "csv"]


class ExportForm(WriteForm):
    """Whose books, and for which program."""

    fund: str
    kind: Kind
    my_password: str = ""


@router.get(EXPORT)
def export_page(request: Request, work: Reading, me: Me) -> HTMLResponse:
    """Show the funds whose books may be handed out."""
    view = export.export_page(work, me, with_demo=request.state.site.show_demo)
    return show(request, view)


@router.post(EXPORT)
def ask_export(
    request: Request, work: InWork, me: Me, form: Annotated[ExportForm, Form()]
) -> Response:
    """Write down who takes which books, and send the reader to the file."""
    must_be_fresh(request, work, form.my_password)
    fund = funds.find(work, me, form.fund)
    audit.write(work, me, "books:export", "fund", fund.id, after={"kind": form.kind})
    said = say("The export is written in the audit trail.")
    return done(request, work, f"{EXPORT}/{fund.code}.{form.kind}", said)


@router.get(EXPORT + "/{code}.{kind}")
def export_file(request: Request, work: Reading, me: Me, code: str, kind: Kind) -> Response:
    """Hand out the whole books of a fund, all that is known now."""
    must_have_been_fresh(request, work)
    fund = funds.find(work, me, code)
    moment = Moment(as_of=date.max, with_demo=request.state.site.show_demo)
    found = journal.entries(work, moment, fund.id)
    title = f"{fund.code} {fund.name}"
    if kind == "beancount":
        content = ledger_export.document(title, found).encode()
        return exports.download(f"{fund.code}.beancount", content, BEANCOUNT_TYPE)
    content = exports.as_csv(ledger_export.journal_table(title, found))
    return exports.download(f"{fund.code}-journal.csv", content, exports.CSV_TYPE)
