"""返投: the page of a fund, its claims, its duty, and the versions of the rules."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, UploadFile
from pydantic import Field
from starlette.responses import HTMLResponse, Response

from dealflow import reinvestment, reinvestment_rules
from dealflow.reinvestment import Share
from dealflow.reinvestment_rules import Basis, Policy, Recognition
from dealflow.reinvestment_rules import Form as ClaimKind
from portfolio import funds
from portfolio.kernel.errors import DomainError, say
from web.deps import InWork, Me, Reading, Seen, done
from web.forms import MoneyUnit, WriteForm, fen_or_none, ppm_of
from web.templating import show
from web.uploads import kept
from web.views import reinvestment as views

router = APIRouter()
PERCENT_A_WHOLE = 100


@router.get("/reinvestment")
def reinvestment_page(
    request: Request,
    work: Reading,
    me: Me,
    page: Seen,
    fund: str = "",
    version: int | None = None,
) -> HTMLResponse:
    """Show what a fund owes and what is counted; `version` compares with another version."""
    with_demo = request.state.site.show_demo
    view = views.reinvestment_page(work, me, page, code=fund, version=version, with_demo=with_demo)
    return show(request, view)


class ClaimForm(WriteForm):
    """What a fund asks to be counted."""

    company: str = ""
    form: ClaimKind
    on: date
    invested: str = ""
    invested_unit: MoneyUnit = "wan"
    landed: str = ""
    landed_unit: MoneyUnit = "wan"
    note: str = ""
    evidence: UploadFile | None = None


@router.post("/reinvestment/{fund_code}/claims")
def claim_reinvestment(
    request: Request, work: InWork, me: Me, fund_code: str, form: Annotated[ClaimForm, Form()]
) -> Response:
    """Claim an investment; a second person decides on it."""
    fund = funds.find(work, me, fund_code)
    if not form.company.strip():
        raise DomainError("The claim names no company.", "Enter the company that invested here.")
    reinvestment.claim(
        work,
        me,
        fund_id=fund.id,
        company=form.company,
        form=form.form,
        on=form.on,
        invested_fen=fen_or_none(form.invested, form.invested_unit) or 0,
        landed_fen=fen_or_none(form.landed, form.landed_unit) or 0,
        evidence_file_id=kept(request, work, me, form.evidence),
        note=form.note,
    )
    said = say("Claimed; a colleague has to decide on it.")
    return done(request, work, f"/reinvestment?fund={fund.code}", said)


class DecideForm(WriteForm):
    """A second person's word."""

    accepted: bool
    reason: str = ""


@router.post("/reinvestment/{fund_code}/claims/{claim_id}/decision")
def decide_claim(
    request: Request,
    work: InWork,
    me: Me,
    fund_code: str,
    claim_id: UUID,
    form: Annotated[DecideForm, Form()],
) -> Response:
    """Accept a claim, or reject it with the reason."""
    reinvestment.decide(work, me, str(claim_id), accepted=form.accepted, reason=form.reason)
    said = say("The claim was accepted.") if form.accepted else say("The claim was rejected.")
    return done(request, work, f"/reinvestment?fund={fund_code}", said)


class LeftForm(WriteForm):
    """Since when the firm is gone, and why."""

    left_on: date
    reason: str = ""


@router.post("/reinvestment/{fund_code}/claims/{claim_id}/reversal")
def take_claim_back(
    request: Request,
    work: InWork,
    me: Me,
    fund_code: str,
    claim_id: UUID,
    form: Annotated[LeftForm, Form()],
) -> Response:
    """Stop counting a claim from the day on which the firm left."""
    reinvestment.take_back(work, me, str(claim_id), left_on=form.left_on, reason=form.reason)
    return done(request, work, f"/reinvestment?fund={fund_code}", say("The claim was taken back."))


class DutyForm(WriteForm):
    """What a fund owes; a multiple of zero ends it. Milestones are rows of a day and a share."""

    partner: UUID
    multiple: str = ""
    policy: str = ""
    since: date
    share_due: list[str] = Field(default_factory=list)
    share: list[str] = Field(default_factory=list)

    def shares(self) -> list[Share]:
        """Read the milestones; an empty row is none."""
        if len(self.share_due) != len(self.share):
            raise DomainError("The rows of the milestones are not whole.", "Reload the form.")
        found: list[Share] = []
        for due, share in zip(self.share_due, self.share, strict=True):
            if not due.strip() and not share.strip():
                continue
            try:
                day = date.fromisoformat(due)
            except ValueError:
                raise DomainError(
                    "“{text}” is not a day.", "Write it as 2026-10-09.", text=due[:20]
                ) from None
            found.append(Share(due_on=day, share_ppm=ppm_of(share)))
        return found


@router.post("/reinvestment/{fund_code}/duty")
def set_reinvestment_duty(
    request: Request, work: InWork, me: Me, fund_code: str, form: Annotated[DutyForm, Form()]
) -> Response:
    """Switch local reinvestment on for a fund, change it, or end it."""
    fund = funds.find(work, me, fund_code)
    reinvestment.oblige(
        work,
        me,
        fund_id=fund.id,
        partner_id=str(form.partner),
        multiple_ppm=ppm_of(form.multiple) * PERCENT_A_WHOLE,
        policy_code=form.policy,
        since=form.since,
        shares=form.shares(),
    )
    return done(request, work, f"/reinvestment?fund={fund.code}", say("The duty was recorded."))


class PolicyForm(WriteForm):
    """A version of the rules; each form of reinvestment is a row."""

    code: str = ""
    title: str = ""
    valid_from: date
    fund: str = ""
    form: list[str] = Field(default_factory=list)
    basis: list[Basis] = Field(default_factory=list)
    times: list[str] = Field(default_factory=list)
    cap: list[str] = Field(default_factory=list)
    once: list[str] = Field(default_factory=list)

    def rules(self) -> tuple[Recognition, ...]:
        """Read the rows; a row without a form is none."""
        columns = (self.form, self.basis, self.times, self.cap, self.once)
        if len({len(column) for column in columns}) > 1:
            raise DomainError("The rows of the rules are not whole.", "Reload the form.")
        return tuple(
            Recognition(
                form=ClaimKind(form),
                basis=basis,
                multiplier_ppm=ppm_of(times) * PERCENT_A_WHOLE,
                cap_fen=fen_or_none(cap.strip(), "wan"),
                once_per_company=once == "yes",
            )
            for form, basis, times, cap, once in zip(*columns, strict=True)
            if form in set(ClaimKind)
        )


@router.post("/reinvestment/policies")
def add_reinvestment_policy(
    request: Request, work: InWork, me: Me, form: Annotated[PolicyForm, Form()]
) -> Response:
    """Add a version of a policy; the verdict follows it from its day on."""
    known = reinvestment_rules.versions(work, form.code.strip()) if form.code.strip() else []
    row = reinvestment_rules.set_policy(
        work,
        me,
        Policy(
            code=form.code.strip(),
            version=known[-1].version + 1 if known else 1,
            title=form.title,
            valid_from=form.valid_from,
            rules=form.rules(),
        ),
    )
    said = say("Policy {code} has the version {version} now.", code=row.code, version=row.version)
    return done(request, work, f"/reinvestment?fund={form.fund}", said)
