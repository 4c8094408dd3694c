"""半月调度: sealing a half month, its paper and its workbook, blockers and action items."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, Response

from dealflow import blockers, dispatch, frozen
from dealflow.blockers import BlockerKind
from portfolio.kernel.errors import DomainError, NotFoundError, say
from web import exports
from web.deps import InWork, Me, Reading, Seen, done
from web.forms import WriteForm
from web.reports import dispatch_book, dispatch_files
from web.templating import show
from web.views import dispatch as view

router = APIRouter()
BACK = "/landing?tab=diff"


# ---- sealing
@router.get("/dispatch/seal")
def ask_seal(request: Request, work: Reading, page: Seen) -> HTMLResponse:
    """Ask before a half month is sealed."""
    as_of = dispatch.to_seal(work, page.today)
    if as_of is None:
        raise DomainError(
            "All half months that are over are sealed.", "The next one can be sealed once it ends."
        )
    return show(request, view.ask_seal(work, page, as_of))


class SealForm(WriteForm):
    """Which half month."""

    as_of: date


@router.post("/dispatch/seal")
def seal_half_month(
    request: Request, work: InWork, me: Me, form: Annotated[SealForm, Form()]
) -> Response:
    """Seal a half month."""
    sealed = dispatch.seal(work, me, as_of=form.as_of)
    said = say("{label} is sealed, up to {day}.", label=sealed.label, day=sealed.as_of)
    return done(request, work, f"{BACK}&as_of={sealed.as_of}&to={sealed.as_of}", said)


# ---- what leaves the house
@router.get("/dispatch/{as_of}/paper.pdf")
def dispatch_paper(
    request: Request, work: Reading, page: Seen, as_of: date, base: date | None = None
) -> Response:
    """Hand out the two-page paper of the meeting."""
    found = _compared(work, as_of, base)
    content = dispatch_files.paper(
        work, page, found, with_demo=request.state.site.show_demo, district=page.site.district
    )
    name = f"{frozen.label(as_of)}-{as_of}.pdf"
    return exports.download(name, content, "application/pdf")


@router.get("/dispatch/{as_of}/changes.xlsx")
def dispatch_changes(
    request: Request, work: Reading, page: Seen, as_of: date, base: date | None = None
) -> Response:
    """Hand out all that is between two half months as a workbook."""
    found = _compared(work, as_of, base)
    with_demo = request.state.site.show_demo
    tables = dispatch_book.tables(work, page.reader, found, with_demo=with_demo)
    name = dispatch_book.name(found)
    return exports.download(name, exports.as_xlsx(*tables), exports.XLSX_TYPE)


def _compared(work: Reading, as_of: date, base: date | None) -> view.Compared:
    found = view.compared(work, as_of=as_of, base=base, to=as_of)
    if found is None:
        raise NotFoundError
    return found


# ---- blockers and action items
class BlockerForm(WriteForm):
    """What holds a project up."""

    kind: BlockerKind
    text: str
    on: date


@router.post("/deals/{project_id}/blockers")
def raise_blocker(
    request: Request,
    work: InWork,
    me: Me,
    project_id: UUID,
    form: Annotated[BlockerForm, Form()],
) -> Response:
    """Record what holds a project up."""
    blockers.raise_blocker(work, me, str(project_id), kind=form.kind, text=form.text, on=form.on)
    return done(request, work, f"/deals/{project_id}", say("The blocker was recorded."))


class EndForm(WriteForm):
    """How and when something ended."""

    on: date
    how: str


@router.post("/dispatch/blockers/{blocker_id}/end")
def clear_blocker(
    request: Request, work: InWork, me: Me, blocker_id: UUID, form: Annotated[EndForm, Form()]
) -> Response:
    """Record that a blocker is out of the way."""
    blockers.clear_blocker(work, me, str(blocker_id), on=form.on, how=form.how)
    return done(request, work, BACK, say("The blocker is cleared."))


class ActionForm(WriteForm):
    """Who does what by when."""

    text: str
    unit: UUID
    owner: str = ""
    due_on: date
    project: UUID | Literal[""] = ""


@router.post("/dispatch/actions")
def assign_action(
    request: Request, work: InWork, me: Me, form: Annotated[ActionForm, Form()]
) -> Response:
    """Give a unit something to do."""
    blockers.assign(
        work,
        me,
        text=form.text,
        unit_id=str(form.unit),
        owner=form.owner,
        raised_on=work.today(),
        due_on=form.due_on,
        project_id=str(form.project) or None,
    )
    return done(request, work, f"{BACK}&as_of={work.today()}", say("The action item was given."))


@router.post("/dispatch/actions/{action_id}/end")
def finish_action(
    request: Request, work: InWork, me: Me, action_id: UUID, form: Annotated[EndForm, Form()]
) -> Response:
    """Record that an action item is done."""
    blockers.finish(work, me, str(action_id), on=form.on, how=form.how)
    return done(request, work, BACK, say("The action item is done."))
