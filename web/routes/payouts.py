"""兑付: the list, one incentive clause, and the acts from clause to payment."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, UploadFile
from pydantic import Field
from starlette.responses import HTMLResponse, Response

from dealflow import conditions, payouts
from dealflow.payout_rules import Kind, Rule, Step
from dealflow.terms import MONEY, THOUSANDTHS, YES_NO, Metric
from portfolio.kernel.errors import DomainError, say
from web.deps import InWork, Me, Reading, Seen, done
from web.forms import MoneyUnit, WriteForm, fen_of, fen_or_none, ppm_of, thousandths
from web.templating import show
from web.uploads import kept
from web.views import payouts as views

router = APIRouter()


# ---- pages
@router.get("/payouts")
def payouts_page(request: Request, work: Reading, page: Seen) -> HTMLResponse:
    """Show the incentive clauses with what is verified, payable and paid."""
    with_demo = request.state.site.show_demo
    return show(request, views.payouts_page(work, page, with_demo=with_demo))


@router.get("/payouts/new")
def new_payout(request: Request, work: Reading, page: Seen, agreement: UUID) -> HTMLResponse:
    """Show the form for an incentive clause of an agreement."""
    return show(request, views.new_payout(work, page, str(agreement)))


@router.get("/payouts/{clause_id}")
def payout_page(
    request: Request, work: Reading, me: Me, page: Seen, clause_id: UUID
) -> HTMLResponse:
    """Show one incentive clause from its words to its payments."""
    return show(request, views.payout_page(work, me, page, str(clause_id)))


# ---- acts
class PayoutForm(WriteForm):
    """An incentive clause; steps are rows of a threshold and an amount."""

    condition: UUID
    name: str = ""
    kind: Kind
    amount: str = ""
    amount_unit: MoneyUnit = "wan"
    rate: str = ""
    floor: str = ""
    floor_unit: MoneyUnit = "yi"
    above_floor_only: bool = False
    cap: str = ""
    cap_unit: MoneyUnit = "wan"
    step_least: list[str] = Field(default_factory=list)
    step_amount: list[str] = Field(default_factory=list)

    def rule(self, metric: Metric) -> Rule:
        """Read the rule in the unit of what the condition measures; money steps are in 亿元."""
        amount = fen_or_none(self.amount, self.amount_unit)
        by_unit = self.kind is Kind.PROPORTIONAL and metric not in MONEY
        return Rule(
            kind=self.kind,
            amount_fen=amount if self.kind is Kind.WHOLE else None,
            rate_ppm=ppm_of(self.rate) if self.kind is Kind.PROPORTIONAL and self.rate else None,
            unit_fen=amount if by_unit else None,
            floor=value_of(metric, self.floor, self.floor_unit) if self.floor else 0,
            above_floor_only=self.above_floor_only,
            cap_fen=fen_or_none(self.cap, self.cap_unit),
            steps=self._steps(metric) if self.kind is Kind.STEPS else (),
        )

    def _steps(self, metric: Metric) -> tuple[Step, ...]:
        if len(self.step_least) != len(self.step_amount):
            raise DomainError("The rows of the steps are not whole.", "Reload the form.")
        return tuple(
            Step(least=value_of(metric, least, "yi"), amount_fen=fen_of(amount, "wan"))
            for least, amount in zip(self.step_least, self.step_amount, strict=True)
            if least.strip() or amount.strip()
        )


def value_of(metric: Metric, text: str, unit: MoneyUnit) -> int:
    """Read a value in the smallest unit of a metric."""
    if metric in MONEY:
        return fen_of(text, unit)
    return THOUSANDTHS if metric in YES_NO else thousandths(text)


@router.post("/payouts/new")
def promise_payout(
    request: Request, work: InWork, me: Me, form: Annotated[PayoutForm, Form()]
) -> Response:
    """Record an incentive clause."""
    condition = conditions.get(work, str(form.condition))
    row = payouts.promise(
        work,
        me,
        condition.id,
        name=form.name,
        rule=form.rule(Metric(condition.metric)),
        is_demo=condition.is_demo,
    )
    return done(request, work, f"/payouts/{row.id}", say("The incentive was recorded."))


class AskForm(WriteForm):
    """How much is to be paid."""

    amount: str = ""
    amount_unit: MoneyUnit = "wan"


@router.post("/payouts/{clause_id}/requests")
def ask_payout(
    request: Request, work: InWork, me: Me, clause_id: UUID, form: Annotated[AskForm, Form()]
) -> Response:
    """Ask for a payment within what is verified."""
    payouts.ask(work, me, str(clause_id), amount_fen=fen_of(form.amount, form.amount_unit))
    said = say("Asked for; a colleague has to approve it.")
    return done(request, work, f"/payouts/{clause_id}", said)


class DecisionForm(WriteForm):
    """A second person's word."""

    accepted: bool
    reason: str = ""


@router.post("/payouts/{clause_id}/requests/{request_id}/decision")
def decide_payout(
    request: Request,
    work: InWork,
    me: Me,
    clause_id: UUID,
    request_id: UUID,
    form: Annotated[DecisionForm, Form()],
) -> Response:
    """Approve a payout, or refuse it with the reason."""
    payouts.decide(work, me, str(request_id), accepted=form.accepted, reason=form.reason)
    said = say("The payout was approved.") if form.accepted else say("The payout was refused.")
    return done(request, work, f"/payouts/{clause_id}", said)


class PaidForm(WriteForm):
    """On which day it was paid, shown by which voucher."""

    paid_on: date
    voucher: UploadFile | None = None


@router.post("/payouts/{clause_id}/requests/{request_id}/payment")
def pay_payout(
    request: Request,
    work: InWork,
    me: Me,
    clause_id: UUID,
    request_id: UUID,
    form: Annotated[PaidForm, Form()],
) -> Response:
    """Record the payment of an approved payout."""
    payouts.pay(
        work,
        me,
        str(request_id),
        paid_on=form.paid_on,
        voucher_file_id=kept(request, work, me, form.voucher),
    )
    return done(request, work, f"/payouts/{clause_id}", say("The payment was recorded."))


class UndoForm(WriteForm):
    """Why it is taken back."""

    reason: str = ""


@router.post("/payouts/{clause_id}/requests/{request_id}/reversal")
def reverse_payout(
    request: Request,
    work: InWork,
    me: Me,
    clause_id: UUID,
    request_id: UUID,
    form: Annotated[UndoForm, Form()],
) -> Response:
    """Take a recorded payment back."""
    payouts.reverse(work, me, str(request_id), reason=form.reason)
    return done(request, work, f"/payouts/{clause_id}", say("The payment was reversed."))
