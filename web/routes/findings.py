"""协议 › 法律审查: what a lawyer said of a passage, and the second person's word on it."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, UploadFile
from starlette.responses import HTMLResponse, Response

from dealflow import clause_opinions, clauses
from dealflow.clause_opinions import Conclusion
from portfolio.kernel.errors import say
from web.deps import InWork, Me, Reading, Seen, done
from web.forms import WriteForm
from web.templating import show
from web.uploads import kept
from web.views import findings

router = APIRouter()


@router.get("/agreements/{agreement_id}/findings/{key}")
def finding_page(
    request: Request, work: Reading, me: Me, page: Seen, agreement_id: UUID, key: str
) -> HTMLResponse:
    """Show one finding with its opinions."""
    return show(request, findings.finding_page(work, me, page, str(agreement_id), key))


class OpinionForm(WriteForm):
    """Who said what of it, on which paper."""

    author: str = ""
    given_on: date
    conclusion: Conclusion
    reason: str = ""
    opinion: UploadFile | None = None


@router.post("/agreements/{agreement_id}/findings/{key}")
def give_opinion(
    request: Request,
    work: InWork,
    me: Me,
    agreement_id: UUID,
    key: str,
    form: Annotated[OpinionForm, Form()],
) -> Response:
    """Record a legal opinion on a finding."""
    clause_opinions.give(
        work,
        me,
        str(agreement_id),
        key,
        author=form.author,
        given_on=form.given_on,
        conclusion=form.conclusion,
        reason=form.reason,
        file_id=kept(request, work, me, form.opinion),
    )
    said = say("The opinion was recorded; a colleague has to confirm it.")
    return done(request, work, f"/agreements/{agreement_id}/findings/{key}", said)


class OpinionCheckForm(WriteForm):
    """A second person's word."""

    accepted: bool
    reason: str = ""


@router.post("/agreements/{agreement_id}/opinions/{opinion_id}/check")
def check_opinion(
    request: Request,
    work: InWork,
    me: Me,
    agreement_id: UUID,
    opinion_id: UUID,
    form: Annotated[OpinionCheckForm, Form()],
) -> Response:
    """Confirm an opinion or return it."""
    clause_opinions.check(work, me, str(opinion_id), accepted=form.accepted, reason=form.reason)
    said = say("The opinion is confirmed.") if form.accepted else say("The opinion was returned.")
    return done(request, work, f"/agreements/{agreement_id}#h-review", said)


class ClauseChangeForm(WriteForm):
    """The new words of a clause and the day they were signed."""

    text: str = ""
    on: date


@router.post("/agreements/{agreement_id}/clauses/{clause_id}/change")
def change_clause(
    request: Request,
    work: InWork,
    me: Me,
    agreement_id: UUID,
    clause_id: UUID,
    form: Annotated[ClauseChangeForm, Form()],
) -> Response:
    """Record the changed words of a clause."""
    row = clauses.change(work, me, str(clause_id), text=form.text, on=form.on)
    said = say("Clause {no} takes its place.", no=row.no)
    return done(request, work, f"/agreements/{agreement_id}/clauses#h-cl-{row.no}", said)
