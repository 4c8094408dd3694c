"""基金 › 绩效评价: the file to hand in, the judgements behind it, and concessions."""
# ruff: noqa: FAST003 - `code` is read by the dependency Fund

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, UploadFile
from pydantic import Field
from starlette.responses import Response

from dealflow import evaluation, evaluation_entries, evaluation_weights
from dealflow.evaluation_weights import WeightedPart
from dealflow.indicators import SELF_REPORTED
from portfolio import concessions, natures
from portfolio.figures import Unit
from portfolio.kernel.errors import NotFoundError, say
from portfolio.natures import Capital, Focus
from web import exports
from web.deps import InWork, Me, Reading, Seen, done
from web.forms import MoneyUnit, WriteForm, fen_of, ppm_of
from web.routes.funds import Fund
from web.uploads import kept
from web.views import fund_evaluation

router = APIRouter()


@router.get("/funds/{code}/evaluation.xlsx")
def evaluation_file(work: Reading, page: Seen, fund: Fund) -> Response:
    """Hand out the yearly evaluation file with the rows of each indicator."""
    if fund.own is not None:
        raise NotFoundError
    table = fund_evaluation.table(work, page.reader, fund)
    name = f"{table.title}-{fund.fund.code}-{page.as_of}.xlsx"
    return exports.download(name, exports.as_xlsx(table), exports.XLSX_TYPE)


class WeightsForm(WriteForm):
    """A version of the weights: code, weight in percent and full value, line by line."""

    valid_from: date
    source: str = ""
    codes: list[str] = Field(default_factory=list)
    weights: list[str] = Field(default_factory=list)
    fulls: list[str] = Field(default_factory=list)


@router.post("/funds/{code}/evaluation/weights")
def set_evaluation_weights(
    request: Request, work: InWork, me: Me, fund: Fund, form: Annotated[WeightsForm, Form()]
) -> Response:
    """Add the weights that count from a day on."""
    file = evaluation.evaluation(work, fund.moment, fund.fund.id)
    shares = {one.code for one in (*file.gauges, *file.others) if one.unit is Unit.RATIO}
    parts = [
        WeightedPart(
            code=code,
            weight_ppm=ppm_of(weight),
            full_at_ppm=ppm_of(full) * (1 if code in shares else 100),
        )
        for code, weight, full in zip(form.codes, form.weights, form.fulls, strict=False)
        if weight
    ]
    row = evaluation_weights.add_version(
        work, me, parts, valid_from=form.valid_from, source=form.source, known=file.codes
    )
    location = f"/funds/{fund.fund.code}?tab=evaluation"
    said = say("The weights have the version {version} now.", version=row.version)
    return done(request, work, location, said)


class ReportForm(WriteForm):
    """What the fund says of an indicator that no row tells."""

    indicator: str = ""
    on: date
    value: str = ""
    rests_on: str = ""
    paper: UploadFile | None = None


@router.post("/funds/{code}/evaluation/reports")
def report_indicator(
    request: Request, work: InWork, me: Me, fund: Fund, form: Annotated[ReportForm, Form()]
) -> Response:
    """Record a self-report with its paper."""
    if form.indicator not in SELF_REPORTED:
        raise NotFoundError
    evaluation_entries.report(
        work,
        me,
        fund.fund.id,
        code=form.indicator,
        on=form.on,
        value_ppm=ppm_of(form.value),
        text=form.rests_on,
        file_id=kept(request, work, me, form.paper),
    )
    location = f"/funds/{fund.fund.code}?tab=evaluation#rows-{form.indicator}"
    return done(request, work, location, say("The report was recorded."))


class PartnerForm(WriteForm):
    """Whose money a partner brings, and why we say so."""

    partner: UUID
    capital: Capital
    since: date
    basis: str = ""


@router.post("/funds/{code}/natures/partners")
def class_partner(
    request: Request, work: InWork, me: Me, fund: Fund, form: Annotated[PartnerForm, Form()]
) -> Response:
    """Judge a partner's money."""
    natures.class_partner(
        work, me, str(form.partner), capital=form.capital, since=form.since, reason=form.basis
    )
    return _back(request, work, fund)


class InvestmentForm(WriteForm):
    """What a firm was when the fund invested, and why we say so."""

    investment: UUID
    early: bool = False
    small: bool = False
    hard_tech: bool = False
    held_since: date
    held_basis: str = ""


@router.post("/funds/{code}/natures/investments")
def class_investment(
    request: Request, work: InWork, me: Me, fund: Fund, form: Annotated[InvestmentForm, Form()]
) -> Response:
    """Judge a holding."""
    natures.class_investment(
        work,
        me,
        str(form.investment),
        focus=Focus(early=form.early, small=form.small, hard_tech=form.hard_tech),
        since=form.held_since,
        reason=form.held_basis,
    )
    return _back(request, work, fund)


def _back(request: Request, work: InWork, fund: Fund) -> Response:
    location = f"/funds/{fund.fund.code}?tab=evaluation"
    return done(request, work, location, say("The judgement was recorded."))


class RuleForm(WriteForm):
    """Which share of the realised gains may be left, from a day on."""

    share: str = ""
    valid_from: date
    text: str = ""


@router.post("/funds/{code}/concessions/rule")
def set_concession_rule(
    request: Request, work: InWork, me: Me, fund: Fund, form: Annotated[RuleForm, Form()]
) -> Response:
    """Add a version of the fund's rule on concessions."""
    row = concessions.set_rule(
        work,
        me,
        fund.fund.id,
        share_ppm=ppm_of(form.share),
        valid_from=form.valid_from,
        text=form.text,
    )
    location = f"/funds/{fund.fund.code}?tab=evaluation#concessions"
    said = say("The rule on concessions has the version {version} now.", version=row.version)
    return done(request, work, location, said)


class ConcessionForm(WriteForm):
    """Who leaves how much to whom, by which resolution."""

    giver: UUID
    taker: UUID
    amount: str = ""
    amount_unit: MoneyUnit = "wan"
    effective_date: date
    reason: str = ""
    resolution: UploadFile | None = None


@router.post("/funds/{code}/concessions")
def propose_concession(
    request: Request, work: InWork, me: Me, fund: Fund, form: Annotated[ConcessionForm, Form()]
) -> Response:
    """Propose to leave a gain to another partner."""
    concessions.propose(
        work,
        me,
        from_partner_id=str(form.giver),
        to_partner_id=str(form.taker),
        amount_fen=fen_of(form.amount, form.amount_unit),
        effective_date=form.effective_date,
        reason=form.reason,
        resolution_file_id=kept(request, work, me, form.resolution),
    )
    location = f"/funds/{fund.fund.code}?tab=evaluation#concessions"
    return done(request, work, location, say("Proposed; a colleague has to approve it."))


class VerdictForm(WriteForm):
    """A second person's word."""

    accepted: bool
    reason: str = ""


@router.post("/funds/{code}/concessions/{concession_id}/decision")
def decide_concession(
    request: Request,
    work: InWork,
    me: Me,
    fund: Fund,
    concession_id: UUID,
    form: Annotated[VerdictForm, Form()],
) -> Response:
    """Approve a concession, which books it, or refuse it."""
    concessions.decide(work, me, str(concession_id), accepted=form.accepted, reason=form.reason)
    location = f"/funds/{fund.fund.code}?tab=evaluation#concessions"
    said = say("The concession was booked.") if form.accepted else say("It was refused.")
    return done(request, work, location, said)


class BackForm(WriteForm):
    """Why it is taken back."""

    reason: str = ""


@router.post("/funds/{code}/concessions/{concession_id}/reversal")
def reverse_concession(
    request: Request,
    work: InWork,
    me: Me,
    fund: Fund,
    concession_id: UUID,
    form: Annotated[BackForm, Form()],
) -> Response:
    """Reverse a booked concession."""
    concessions.reverse(work, me, str(concession_id), reason=form.reason)
    location = f"/funds/{fund.fund.code}?tab=evaluation#concessions"
    return done(request, work, location, say("The concession was reversed."))
