"""Enquiries: what a stranger asked on the public pages; each becomes a lead of the office.

source  THREATS.md: no account stands behind it, so it is bounded per address and in all, kept as
        it was written, and read by people of the office only.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Field, col

from dealflow import leads
from dealflow.chains import Chain
from dealflow.leads import Lead, SourceKind
from dealflow.units import Unit
from portfolio.kernel.actors import SYSTEM
from portfolio.kernel.db import Id, Instant, Row, Work, strict
from portfolio.kernel.errors import DomainError

WINDOW, PER_ADDRESS, IN_ALL = timedelta(hours=1), 3, 60


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was typed; `chain_id` is the chain from whose page it came."""

    firm: str
    person: str
    contact: str
    message: str
    chain_id: str | None = None


class TooManyError(DomainError):
    """The address, or everybody together, asked too often."""

    status = 429


# ---- rows
class Enquiry(Row, table=True):
    """An enquiry as it came, with the lead it became."""

    __tablename__ = "enquiry"
    __table_args__ = strict(
        sa.CheckConstraint("firm <> '' AND contact <> ''", name="answerable"),
        sa.Index("ix_enquiry_ip_at", "ip", "at"),
    )

    lead_id: str = Field(foreign_key="lead.id", sa_type=Id, index=True)
    firm: str
    person: str = ""
    contact: str
    message: str = ""
    ip: str
    at: datetime = Field(sa_type=Instant)


# ---- commands
def ask(work: Work, question: Question, *, ip: str) -> Enquiry | None:
    """Take an enquiry and make a lead of it; nobody need be logged in.

    returns  None where the same address sent the same words within the hour: nothing is added
    errors   nothing to answer to; too many within the hour; no unit that could hold the lead
    """
    firm, contact = question.firm.strip(), question.contact.strip()
    if not firm or not contact:
        raise DomainError(
            "The enquiry names no firm or no way to answer it.",
            "Enter the firm and a telephone number or an e-mail address.",
        )
    if _is_repeated(work, question, ip):
        return None
    _refuse_flood(work, ip)
    lead = leads.receive(
        work,
        SYSTEM,
        code=leads.next_code(work, work.today().year),
        title=f"{firm}（网上咨询）",
        unit_id=_holder(work, question.chain_id),
        received_on=work.today(),
        firm_name=firm,
        source="招商推介页",
        source_kind=SourceKind.OTHER,
    )
    return work.add(
        Enquiry(
            lead_id=lead.id,
            firm=firm,
            person=question.person.strip(),
            contact=contact,
            message=question.message.strip(),
            ip=ip,
            at=work.recorded_at,
        )
    )


def _is_repeated(work: Work, question: Question, ip: str) -> bool:
    same = sa.select(col(Enquiry.id)).where(
        col(Enquiry.ip) == ip,
        col(Enquiry.at) > work.recorded_at - WINDOW,
        col(Enquiry.firm) == question.firm.strip(),
        col(Enquiry.contact) == question.contact.strip(),
        col(Enquiry.message) == question.message.strip(),
    )
    return work.scalar(same) is not None


def _refuse_flood(work: Work, ip: str) -> None:
    recent = (
        sa.select(sa.func.count())
        .select_from(Enquiry)
        .where(col(Enquiry.at) > work.recorded_at - WINDOW)
    )
    of_address = work.scalar(recent.where(col(Enquiry.ip) == ip))
    if of_address >= PER_ADDRESS or work.scalar(recent) >= IN_ALL:
        raise TooManyError(
            "Too many enquiries came within the last hour.",
            "Wait an hour and send it again, or telephone the office.",
        )


def _holder(work: Work, chain_id: str | None) -> str:
    """Return the unit that gets the lead: the chain's task force, else the first unit."""
    force = sa.select(col(Chain.task_force_unit_id)).where(col(Chain.id) == chain_id)
    found = (chain_id and work.scalar(force)) or work.scalar(
        sa.select(col(Unit.id)).order_by(col(Unit.code)).limit(1)
    )
    if found is None:
        raise DomainError(
            "Enquiries are not taken here yet.", "Telephone the office of the district instead."
        )
    return str(found)


# ---- reads
def of_lead(work: Work, lead: Lead) -> Enquiry | None:
    """Return the enquiry that a lead came from."""
    statement = sa.select(Enquiry).where(col(Enquiry.lead_id) == lead.id)
    found: Enquiry | None = work.session.execute(statement).scalar()
    return found
