"""What is done with a report: begin, submit, return and lock it, write its prose, make a pack."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import HTMLResponse, Response

from portfolio import packs
from portfolio.kernel.errors import say
from web import pack_worker
from web.deps import InWork, Me, Reading, Seen, done
from web.forms import WriteForm
from web.reentry import must_be_fresh
from web.reports import packing
from web.reports.shelf import quarter_of
from web.templating import show
from web.views import pack_page, report_prose, report_steps
from web.views.reports import Which

router = APIRouter()


class StepForm(WriteForm):
    """A step of a report: what one of them needs, the others leave empty."""

    reason: str = ""
    note: str = ""
    index: str = ""
    my_password: str = ""


class ProseForm(WriteForm):
    """A section's prose in both languages."""

    text: str = ""
    text_en: str = ""


class PackForm(WriteForm):
    """Which quarter a pack is made of."""

    quarter: str


def named(fund_code: str, quarter: str, partner_code: str) -> Which:
    """Read which report an address names."""
    return Which(fund_code, quarter, partner_code)


Report = Annotated[Which, Depends(named)]
EDITION = "/editions/{fund_code}/{quarter}/{partner_code}"


# ---- steps
@router.get(EDITION + "/{act}")
def step_form(
    request: Request, work: Reading, me: Me, page: Seen, which: Report, act: str
) -> HTMLResponse:
    """Restate what a step means."""
    return show(request, report_steps.form(work, me, page, which, act))


@router.post(EDITION + "/{act}")
def take_step(
    request: Request,
    work: InWork,
    me: Me,
    which: Report,
    act: str,
    form: Annotated[StepForm, Form()],
) -> Response:
    """Take a step; a lock is an approval, and asks who you are once more."""
    if act == "lock":
        must_be_fresh(request, work, form.my_password)
    said = report_steps.take(
        work, me, which, act, reason=form.reason, note=form.note, index=form.index
    )
    return done(request, work, which.href(), said)


@router.get(EDITION + "/prose/{section}")
def prose_form(
    request: Request, work: Reading, me: Me, page: Seen, which: Report, section: str
) -> HTMLResponse:
    """Show the editor of a section."""
    view = report_prose.editor(work, me, page, which, report_prose.section_of(section))
    return show(request, view)


@router.post(EDITION + "/prose/{section}")
def write_prose(
    request: Request,
    work: InWork,
    me: Me,
    which: Report,
    section: str,
    form: Annotated[ProseForm, Form()],
) -> Response:
    """Save a version of a section's prose."""
    report_prose.write(
        work,
        me,
        which,
        report_prose.section_of(section),
        text=form.text,
        text_en=form.text_en,
        version=form.version,
    )
    return done(request, work, which.href(), say("The text is saved."))


# ---- packs
@router.post("/packs")
def ask_pack(
    request: Request, work: InWork, me: Me, page: Seen, form: Annotated[PackForm, Form()]
) -> Response:
    """Ask for all reports of a quarter; the worker makes them one by one."""
    quarter = quarter_of(form.quarter)
    partner_ids = packing.partner_ids(work, me, quarter, today=page.today)
    made = packs.ask(work, me, quarter, partner_ids, lang=page.lang)
    pack_worker.after_commit(request, work)
    return done(request, work, f"/packs/{made.id}")


@router.get("/packs/{pack_id}")
def pack_state(request: Request, work: Reading, me: Me, page: Seen, pack_id: UUID) -> HTMLResponse:
    """Show how far a pack is; the page asks again until it is over."""
    return show(request, pack_page.of(work, me, page, str(pack_id)))


@router.post("/packs/{pack_id}/again")
def pack_again(
    request: Request,
    work: InWork,
    me: Me,
    pack_id: UUID,
    form: Annotated[WriteForm, Form()],  # noqa: ARG001 - refuses unknown fields
) -> Response:
    """Try once more what failed."""
    count = packs.again(work, me, str(pack_id))
    pack_worker.after_commit(request, work)
    return done(request, work, f"/packs/{pack_id}", say("{count} are tried again.", count=count))


@router.get("/packs/{pack_id}/zip")
def pack_file(request: Request, work: Reading, me: Me, pack_id: UUID) -> Response:
    """Send what is made of a pack as one ZIP file."""
    progress = packs.find(work, me, str(pack_id))
    content = packing.zipped(pack_worker.folder_of(request, str(pack_id)))
    name = f"reports-{progress.quarter}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/zip", headers=headers)
