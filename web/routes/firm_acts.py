"""企业: the acts on a firm. Each route calls one command and goes back to the firm's page."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import sqlalchemy as sa
from fastapi import APIRouter, Form, Request, UploadFile
from pydantic import BeforeValidator
from sqlmodel import col
from starlette.responses import HTMLResponse, Response

from dealflow import (
    chain_firms,
    firm_aliases,
    qualifications,
    supply,
)
from dealflow.chain_firms import Role
from dealflow.chains import Chain, Segment
from dealflow.qualifications import Kind
from portfolio import organisations
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, NotFoundError, say
from portfolio.organisations import Organisation
from web.deps import InWork, Me, Reading, Seen, done
from web.forms import WriteForm, whole
from web.templating import show
from web.uploads import kept
from web.views import firm_forms as forms

router = APIRouter()
Day = Annotated[date | None, BeforeValidator(lambda text: text or None)]


def firm_of(work: Work, firm_id: UUID) -> Organisation:
    """Return the firm of an address."""
    return organisations.get(work, str(firm_id))


def back_to(request: Request, work: Work, firm_id: UUID, said: Message) -> Response:
    """Answer an act by the page of its firm."""
    return done(request, work, f"/firms/{firm_id}", said)


# ---- who it is
@router.get("/firms/{firm_id}/edit")
def firm_form(request: Request, work: Reading, firm_id: UUID) -> HTMLResponse:
    """Ask for what the register says of a firm."""
    return show(request, forms.describe(firm_of(work, firm_id)))


class DescribeForm(WriteForm):
    """What the register says of a firm."""

    credit_code: str = ""
    name_en: str = ""
    city: str = ""


@router.post("/firms/{firm_id}/edit")
def describe_firm(
    request: Request, work: InWork, me: Me, firm_id: UUID, form: Annotated[DescribeForm, Form()]
) -> Response:
    """Change a firm from the version that was seen."""
    facts = {"credit_code": form.credit_code, "name_en": form.name_en, "city": form.city}
    organisations.describe(work, me, str(firm_id), version=form.version, facts=facts)
    return back_to(request, work, firm_id, say("The firm was changed."))


@router.get("/firms/{firm_id}/names")
def alias_form(request: Request, work: Reading, firm_id: UUID) -> HTMLResponse:
    """Ask for another name."""
    return show(request, forms.alias(firm_of(work, firm_id)))


class AliasForm(WriteForm):
    """Another name."""

    name: str


@router.post("/firms/{firm_id}/names")
def add_alias(
    request: Request, work: InWork, me: Me, firm_id: UUID, form: Annotated[AliasForm, Form()]
) -> Response:
    """Add another name."""
    firm = firm_of(work, firm_id)
    firm_aliases.add(work, me, organisation_id=firm.id, name=form.name, is_demo=firm.is_demo)
    return back_to(request, work, firm_id, say("The name was added."))


@router.post("/firms/{firm_id}/names/{alias_id}/removal")
def remove_alias(
    request: Request,
    work: InWork,
    me: Me,
    firm_id: UUID,
    alias_id: UUID,
    form: Annotated[WriteForm, Form()],
) -> Response:
    """Take a name away."""
    del form
    firm_aliases.remove(work, me, str(alias_id))
    return back_to(request, work, firm_id, say("The name was taken away."))


# ---- roles
@router.get("/firms/{firm_id}/roles")
def role_form(request: Request, work: Reading, page: Seen, firm_id: UUID) -> HTMLResponse:
    """Ask in which segment a firm stands, and how firmly."""
    places = work.rows(
        sa.select(Segment, Chain)
        .join(Chain, col(Chain.id) == col(Segment.chain_id))
        .where(col(Segment.retired_on).is_(None))
        .order_by(col(Chain.slug), col(Segment.order), col(Segment.id))
    )
    pairs = [(segment, chain) for segment, chain in places]
    return show(request, forms.role(page.reader, firm_of(work, firm_id), pairs, page.today))


class RoleForm(WriteForm):
    """A role in a segment."""

    segment: UUID
    role: Role
    on: date
    note: str = ""


@router.post("/firms/{firm_id}/roles")
def enter_role(
    request: Request, work: InWork, me: Me, firm_id: UUID, form: Annotated[RoleForm, Form()]
) -> Response:
    """Record a role of a firm."""
    firm = firm_of(work, firm_id)
    chain_firms.enter(
        work,
        me,
        segment_id=str(form.segment),
        organisation_id=firm.id,
        role=form.role,
        on=form.on,
        note=form.note,
        is_demo=firm.is_demo,
    )
    return back_to(request, work, firm_id, say("The role was recorded."))


class ReasonForm(WriteForm):
    """Why something is taken back."""

    reason: str


@router.post("/firms/{firm_id}/roles/{entry_id}/void")
def void_role(
    request: Request,
    work: InWork,
    me: Me,
    firm_id: UUID,
    entry_id: UUID,
    form: Annotated[ReasonForm, Form()],
) -> Response:
    """Take an entry back."""
    chain_firms.void(work, me, str(entry_id), reason=form.reason)
    return back_to(request, work, firm_id, say("The entry was voided."))


# ---- supply
@router.get("/firms/{firm_id}/supplies")
def supply_form(request: Request, work: Reading, page: Seen, firm_id: UUID) -> HTMLResponse:
    """Ask who supplies whom."""
    return show(request, forms.supplied(firm_of(work, firm_id), page.today))


class SupplyForm(WriteForm):
    """A supply from or to a firm, with its evidence."""

    side: Literal["supplier", "customer"]
    other: str
    weight: str
    what: str = ""
    since_on: date
    evidence: UploadFile | None = None


@router.post("/firms/{firm_id}/supplies")
def record_supply(
    request: Request, work: InWork, me: Me, firm_id: UUID, form: Annotated[SupplyForm, Form()]
) -> Response:
    """Record a supply."""
    firm = firm_of(work, firm_id)
    other = firm_aliases.find_or_create(work, me, text=form.other, is_demo=firm.is_demo)
    pair = (other.id, firm.id) if form.side == "supplier" else (firm.id, other.id)
    supply.link(
        work,
        me,
        supplier_id=pair[0],
        customer_id=pair[1],
        weight=whole(form.weight.removesuffix("%")),
        since_on=form.since_on,
        what=form.what,
        evidence_file_id=kept(request, work, me, form.evidence),
        is_demo=firm.is_demo,
    )
    return back_to(request, work, firm_id, say("The supply was recorded."))


@router.get("/firms/{firm_id}/supplies/{link_id}/end")
def supply_end_form(
    request: Request, work: Reading, page: Seen, firm_id: UUID, link_id: UUID
) -> HTMLResponse:
    """Ask since when a supply ended."""
    for line in supply.of_firm(work, page.today, str(firm_id)):
        if line.link_id == str(link_id):
            return show(request, forms.supply_end(firm_of(work, firm_id), line, page.today))
    raise NotFoundError


class EndForm(WriteForm):
    """Since when something is over."""

    on: date


@router.post("/firms/{firm_id}/supplies/{link_id}/end")
def end_supply(
    request: Request,
    work: InWork,
    me: Me,
    firm_id: UUID,
    link_id: UUID,
    form: Annotated[EndForm, Form()],
) -> Response:
    """End a supply."""
    supply.end(work, me, str(link_id), on=form.on)
    return back_to(request, work, firm_id, say("The supply was ended."))


# ---- certificates
@router.get("/firms/{firm_id}/qualifications")
def qualification_form(request: Request, work: Reading, page: Seen, firm_id: UUID) -> HTMLResponse:
    """Ask for a certificate."""
    return show(request, forms.certificate(firm_of(work, firm_id), page.today))


class CertificateForm(WriteForm):
    """A certificate with its file."""

    kind: Kind
    certificate: str = ""
    valid_from: date
    valid_to: Day = None
    evidence: UploadFile | None = None


@router.post("/firms/{firm_id}/qualifications")
def certify_firm(
    request: Request,
    work: InWork,
    me: Me,
    firm_id: UUID,
    form: Annotated[CertificateForm, Form()],
) -> Response:
    """Record a certificate."""
    firm = firm_of(work, firm_id)
    qualifications.certify(
        work,
        me,
        organisation_id=firm.id,
        kind=form.kind,
        valid_from=form.valid_from,
        valid_to=form.valid_to,
        certificate=form.certificate,
        evidence_file_id=kept(request, work, me, form.evidence),
        is_demo=firm.is_demo,
    )
    return back_to(request, work, firm_id, say("The certificate was recorded."))


@router.post("/firms/{firm_id}/qualifications/{qualification_id}/removal")
def take_back_certificate(
    request: Request,
    work: InWork,
    me: Me,
    firm_id: UUID,
    qualification_id: UUID,
    form: Annotated[ReasonForm, Form()],
) -> Response:
    """Take a certificate off that was recorded in error."""
    qualifications.take_back(work, me, str(qualification_id), reason=form.reason)
    return back_to(request, work, firm_id, say("The certificate was taken off."))
