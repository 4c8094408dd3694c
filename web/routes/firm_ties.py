"""企业: its group, and its withdrawal with the reversal."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, Response

from dealflow import firm_aliases, firm_groups, firm_withdrawals, withdrawal_effects
from portfolio.kernel.errors import NotFoundError, say
from web.deps import InWork, Me, Reading, Seen
from web.forms import WriteForm, ppm_of
from web.routes.firm_acts import EndForm, ReasonForm, back_to, firm_of
from web.templating import show
from web.views import firm_forms as forms

router = APIRouter()


# ---- group
@router.get("/firms/{firm_id}/group")
def group_form(request: Request, work: Reading, page: Seen, firm_id: UUID) -> HTMLResponse:
    """Ask for a parent or a subsidiary."""
    return show(request, forms.group(firm_of(work, firm_id), page.today))


class GroupForm(WriteForm):
    """A parent or a subsidiary."""

    side: Literal["parent", "subsidiary"]
    other: str
    share: str = ""
    since_on: date


@router.post("/firms/{firm_id}/group")
def record_group(
    request: Request, work: InWork, me: Me, firm_id: UUID, form: Annotated[GroupForm, Form()]
) -> Response:
    """Record a parent or a subsidiary."""
    firm = firm_of(work, firm_id)
    other = firm_aliases.find_or_create(work, me, text=form.other, is_demo=firm.is_demo)
    pair = (other.id, firm.id) if form.side == "parent" else (firm.id, other.id)
    firm_groups.own(
        work,
        me,
        parent_id=pair[0],
        subsidiary_id=pair[1],
        since_on=form.since_on,
        share_ppm=ppm_of(form.share) if form.share else None,
        is_demo=firm.is_demo,
    )
    return back_to(request, work, firm_id, say("The tie was recorded."))


@router.get("/firms/{firm_id}/group/{tie_id}/end")
def group_end_form(
    request: Request, work: Reading, page: Seen, firm_id: UUID, tie_id: UUID
) -> HTMLResponse:
    """Ask since when a tie ended."""
    firm = firm_of(work, firm_id)
    ties = firm_groups.parents(work, page.today, firm.id)
    for tie in (*ties, *firm_groups.subsidiaries(work, page.today, firm.id)):
        if tie.tie_id == str(tie_id):
            return show(request, forms.group_end(firm, tie.tie_id, tie.name, page.today))
    raise NotFoundError


@router.post("/firms/{firm_id}/group/{tie_id}/end")
def end_group(
    request: Request,
    work: InWork,
    me: Me,
    firm_id: UUID,
    tie_id: UUID,
    form: Annotated[EndForm, Form()],
) -> Response:
    """End a tie."""
    firm_groups.end(work, me, str(tie_id), on=form.on)
    return back_to(request, work, firm_id, say("The tie was ended."))


# ---- withdrawal
@router.get("/firms/{firm_id}/withdrawal")
def firm_withdrawal_form(
    request: Request, work: Reading, page: Seen, firm_id: UUID
) -> HTMLResponse:
    """Restate what a withdrawal would break, and ask for its day and reason."""
    firm = firm_of(work, firm_id)
    lost = withdrawal_effects.effects(work, page.today, firm.id)
    return show(request, forms.withdrawal(page.reader, firm, lost, page.today))


class WithdrawalForm(WriteForm):
    """When a firm withdrew, and why."""

    on: date
    reason: str


@router.post("/firms/{firm_id}/withdrawal")
def withdraw_firm(
    request: Request, work: InWork, me: Me, firm_id: UUID, form: Annotated[WithdrawalForm, Form()]
) -> Response:
    """Record a withdrawal."""
    firm = firm_of(work, firm_id)
    firm_withdrawals.withdraw(
        work, me, firm.id, on=form.on, reason=form.reason, is_demo=firm.is_demo
    )
    return back_to(request, work, firm_id, say("The withdrawal was recorded."))


@router.get("/firms/{firm_id}/withdrawal/{withdrawal_id}/reversal")
def firm_reversal_form(
    request: Request, work: Reading, firm_id: UUID, withdrawal_id: UUID
) -> HTMLResponse:
    """Ask why a withdrawal is taken back."""
    firm = firm_of(work, firm_id)
    went = firm_withdrawals.standing(work, firm.id)
    if went is None or went.id != str(withdrawal_id):
        raise NotFoundError
    return show(request, forms.reversal(firm, went))


@router.post("/firms/{firm_id}/withdrawal/{withdrawal_id}/reversal")
def reverse_withdrawal(
    request: Request,
    work: InWork,
    me: Me,
    firm_id: UUID,
    withdrawal_id: UUID,
    form: Annotated[ReasonForm, Form()],
) -> Response:
    """Take a withdrawal back."""
    firm_withdrawals.reverse(work, me, str(withdrawal_id), reason=form.reason)
    return back_to(request, work, firm_id, say("The withdrawal was reversed."))
