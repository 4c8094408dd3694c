"""Terms of a fund: the form of a version, what it would change, recording it."""
# ruff: noqa: FAST003 - `code` is read by the dependencies Fund and Booked

from dataclasses import fields
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from pydantic import BeforeValidator, ConfigDict, Field
from starlette.responses import HTMLResponse, Response

from portfolio import terms
from portfolio.kernel.errors import DomainError, say
from portfolio.term_sheet import (
    FRACTIONS,
    CatchUpBasis,
    Compounding,
    FeeBasis,
    FundClass,
    FundLevel,
    Model,
    Recycling,
    Terms,
)
from valuation.periods import DayCount
from web.deps import InWork, Me, Reading, Seen, done
from web.forms import MoneyUnit, WriteForm, fen_or_none, fraction
from web.routes.fund_acts import Booked, Day, NoneIfEmpty, tab_of
from web.routes.funds import Fund
from web.templating import show
from web.views import fund_terms
from web.views.fund_terms import TermsDiff

router = APIRouter()
Rate = Annotated[str, Field(max_length=20)]


class TermsForm(WriteForm):
    """A version of the terms as it was typed; what is empty is not agreed."""

    valid_from: date
    reason: str = Field("", max_length=200)
    commitment_period_ends_on: Day = None
    term_ends_on: Day = None
    currency: str = Field("", max_length=20)
    fee_basis: FeeBasis
    fee_rate: Rate
    later_fee_basis: FeeBasis
    later_fee_rate: Rate
    fee_day_count: DayCount
    organisation_cap_fen: str = ""
    organisation_cap_fen_unit: MoneyUnit = "yuan"
    expense_cap_rate: Rate = ""
    model: Model
    preferred_return: Rate
    compounding: Compounding
    carried_interest: Rate
    catch_up: Rate
    catch_up_basis: CatchUpBasis
    recycling: Recycling
    recycling_limit: Rate
    gp_commitment_share: Rate
    equalisation_rate: Rate
    default_rate: Rate
    default_grace_days: int
    default_dilution: Rate
    fund_class: Annotated[FundClass | None, NoneIfEmpty] = None
    level: Annotated[FundLevel | None, NoneIfEmpty] = None
    legal_basis_on: Day = None
    nesting_limit: Annotated[int | None, NoneIfEmpty] = None
    reinvestment_multiple: Annotated[float | None, NoneIfEmpty] = None

    def terms(self) -> Terms:
        """Read the rates and the amount; refused with a sentence where one is none."""
        typed: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(Terms)}
        for name in FRACTIONS:
            typed[name] = fraction(typed[name]) if typed[name] else None
        for name in set(FRACTIONS) - {"expense_cap_rate"}:
            typed[name] = typed[name] or 0.0
        cap = self.organisation_cap_fen
        typed["organisation_cap_fen"] = fen_or_none(cap, self.organisation_cap_fen_unit)
        typed["currency"] = self.currency.strip().upper() or "CNY"
        return Terms(**typed)


class TypedTerms(TermsForm):
    """The same while it is being typed; the address may say the language too."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    valid_from: Annotated[date | None, BeforeValidator(lambda text: text or None)] = None  # type: ignore[assignment] # not chosen yet


@router.get("/funds/{code}/terms/version")
def terms_form(request: Request, work: Reading, page: Seen, fund: Fund) -> HTMLResponse:
    """Ask for a version of the terms."""
    return show(request, fund_terms.new_version(work, page.reader, page, fund))


@router.get("/funds/{code}/terms/version/preview")
def terms_preview(
    request: Request, work: Reading, page: Seen, fund: Fund, typed: Annotated[TypedTerms, Query()]
) -> HTMLResponse:
    """Show what the typed terms would change."""
    try:
        read = typed.terms()
    except DomainError:  # half a rate while it is being typed is no error yet
        return show(request, TermsDiff(rows=(), before=None))
    on = typed.valid_from or page.today
    return show(request, fund_terms.diff(work, page.reader, fund, read, on))


@router.post("/funds/{code}/terms/version")
def agree_terms(
    request: Request, work: InWork, me: Me, fund: Booked, form: Annotated[TermsForm, Form()]
) -> Response:
    """Record a version of the terms."""
    made = terms.agree(
        work,
        me,
        fund_id=fund.fund.id,
        terms=form.terms(),
        valid_from=form.valid_from,
        reason=form.reason,
    )
    said = say("Version {number} of the terms is recorded.", number=str(made.version))
    return done(request, work, tab_of(fund, "terms"), said)
