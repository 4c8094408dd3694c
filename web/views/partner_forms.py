"""The forms of the acts between partners: changes, closings, transfers, defaults, the fee."""

from datetime import date

from sqlmodel import col

from portfolio import calls, capital, commitments
from portfolio.calls import CallLine, LinePosition
from portfolio.commitments import PartnerKind
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, NotFoundError, say
from valuation.periods import Quarter, quarters_between
from web.formats import Reader
from web.templating import Page
from web.views.act_forms import CORRECTION, REASON, ActForm, Field, choice, day, money
from web.views.fund_forms import MEMO
from web.views.funds import Opened
from web.views.holdings import named

QUARTERS = 8  # of the past that the fee's form offers


def _form(
    reader: Reader,
    opened: Opened,
    title: Message,
    path: str,
    yes: Message,
    *fields: Field,
    tab: str = "partners",
    **more: object,
) -> ActForm:
    base = f"/funds/{opened.fund.code}"
    return ActForm(
        title=title,
        subject=named(reader, opened.fund.name, opened.fund.name_en),
        action=f"{base}/{path}",
        back=f"{base}?tab={tab}",
        yes=yes,
        fields=fields,
        **more,  # type: ignore[arg-type] # the keyword fields of ActForm
    )


def partners_of(
    work: Work, reader: Reader, opened: Opened, *, with_gp: bool = True
) -> dict[str, str | Message]:
    """Return {partner: name and what is unfunded} to choose from."""
    found = capital.accounts(work, calls.EVER, opened.fund.id).accounts
    return {
        one.partner_id: f"{named(reader, one.name, one.name_en)} · "
        + reader.exact(one.amounts.committed_fen)
        for one in found
        if with_gp or one.kind is not PartnerKind.GP
    }


def partner_of(work: Work, opened: Opened, partner_id: str) -> commitments.Partner:
    """Return a partner of this fund, or answer as if it were not there."""
    found = commitments.partner(work, partner_id)
    if found.fund_id != opened.fund.id:
        raise NotFoundError
    return found


def line_of(work: Work, opened: Opened, call_line_id: str) -> LinePosition:
    """Return a part of a call of this fund, or answer as if it were not there."""
    found = calls.lines(work, calls.EVER, col(CallLine.id) == call_line_id)
    if not found:
        raise NotFoundError
    partner_of(work, opened, found[0].partner_id)
    return found[0]


# ---- changes of a commitment
def change(work: Work, reader: Reader, page: Page, opened: Opened, act: str) -> ActForm:
    """Ask for an increase or a release."""
    is_increase = act == "increase"
    return _form(
        reader,
        opened,
        say("Increase a commitment") if is_increase else say("Release a commitment"),
        f"commitments/{act}",
        say("Record the increase") if is_increase else say("Record the release"),
        choice("partner_id", say("Partner"), partners_of(work, reader, opened)),
        money("amount", say("Amount"), unit="wan"),
        day("effective_date", say("Effective date"), page.today),
        MEMO,
        warning=say("An increase at a later closing is equalised afterwards, beside the closing.")
        if is_increase
        else None,
    )


def waiver(work: Work, reader: Reader, page: Page, opened: Opened) -> ActForm:
    """Ask which part of the fee a partner does not bear."""
    return _form(
        reader,
        opened,
        say("Waive a part of the fee"),
        "fees/waiver",
        say("Record the waiver"),
        choice("partner_id", say("Partner"), partners_of(work, reader, opened)),
        Field(name="share", label=say("Part that is waived"), hint=say("For example 100%.")),
        day("valid_from", say("Counts from"), page.today),
        Field(name="reason", label=say("Side letter or resolution"), longest=200),
    )


# ---- closings and transfers
def equalisation(reader: Reader, page: Page, opened: Opened, closed_on: date) -> ActForm:
    """Ask when the partners of a later closing paid."""
    path = f"closings/{closed_on.isoformat()}/equalisation"
    return _form(
        reader,
        opened,
        say("Equalise the closing of {day}", day=closed_on),
        path,
        say("Book the equalisation"),
        day(
            "paid_on",
            say("Paid on"),
            max(page.today, closed_on),
            hint=say("The day on which the later partners paid; interest runs to it."),
        ),
        CORRECTION,
        preview=f"/funds/{opened.fund.code}/{path}/preview",
        preview_of=("paid_on",),
    )


def transfer(work: Work, reader: Reader, page: Page, opened: Opened) -> ActForm:
    """Ask what goes from whom to whom."""
    partners = {"": say("Choose"), **partners_of(work, reader, opened, with_gp=False)}
    return _form(
        reader,
        opened,
        say("Transfer an interest"),
        "transfers/transfer",
        say("Book the transfer"),
        choice("giver_id", say("Transferor"), partners),
        choice(
            "taker_id",
            say("Transferee"),
            {**partners, "": say("A new partner, named below")},
        ),
        Field(name="new_name", label=say("Name of a new partner"), required=False),
        Field(name="new_code", label=say("Code of a new partner"), required=False, longest=20),
        money("committed", say("Part of the commitment"), unit="wan"),
        day("effective_date", say("Effective date"), page.today),
        money(
            "price",
            say("Price"),
            required=False,
            hint=say("Paid outside this fund; books of our own funds show it. Empty: the NAV."),
        ),
        MEMO,
        CORRECTION,
        preview=f"/funds/{opened.fund.code}/transfers/transfer/preview",
        preview_of=("giver_id", "taker_id", "committed", "committed_unit", "effective_date"),
    )


def undoing(reader: Reader, opened: Opened, title: Message, path: str) -> ActForm:
    """Ask why something is undone."""
    return _form(
        reader,
        opened,
        title,
        path,
        say("Undo it"),
        REASON,
        CORRECTION,
        warning=say("Nothing is deleted: what was booked is answered by its mirror image."),
        is_final=True,
        is_danger=True,
    )


# ---- defaults
def default(work: Work, reader: Reader, page: Page, opened: Opened, call_line_id: str) -> ActForm:
    """Ask from which day a partner is in default, and show what the terms take."""
    line = line_of(work, opened, call_line_id)
    return _form(
        reader,
        opened,
        say("Declare a default"),
        f"call-lines/{line.id}/default",
        say("Declare the default"),
        day("declared_on", say("Declared on"), page.today),
        REASON,
        CORRECTION,
        facts=_line_facts(reader, line),
        preview=f"/funds/{opened.fund.code}/call-lines/{line.id}/default/preview",
        preview_of=("declared_on",),
        is_final=True,
        is_danger=True,
    )


def remedy(work: Work, reader: Reader, page: Page, opened: Opened, call_line_id: str) -> ActForm:
    """Ask when a defaulter paid."""
    line = line_of(work, opened, call_line_id)
    return _form(
        reader,
        opened,
        say("Book the remedy of a default"),
        f"call-lines/{line.id}/remedy",
        say("Book the remedy"),
        day("paid_on", say("Paid on"), page.today, hint=say("As on the bank statement.")),
        CORRECTION,
        facts=_line_facts(reader, line),
        warning=say(
            "It books the whole outstanding amount and the interest to that day, and gives the "
            "diluted part back."
        ),
    )


def _line_facts(reader: Reader, line: LinePosition) -> tuple[tuple[Message | str, str], ...]:
    return (
        (say("Partner"), named(reader, line.name, line.name_en)),
        (say("Asked for"), reader.exact(line.amount_fen)),
        (say("Outstanding"), reader.exact(line.outstanding_fen)),
    )


# ---- the fee of a quarter
def accrual(reader: Reader, page: Page, opened: Opened) -> ActForm:
    """Ask of which quarter the fee is booked, with its build-up."""
    newest = Quarter.containing(page.today)
    first = max(Quarter.containing(opened.fund.inception_on), newest.moved(1 - QUARTERS))
    offered = reversed(quarters_between(first, newest))
    return _form(
        reader,
        opened,
        say("Accrue the management fee"),
        "fees/accrual",
        say("Book the difference"),
        choice(
            "quarter",
            say("Quarter"),
            {str(one): str(one) for one in offered},
            value=str(max(first, newest.previous)),
        ),
        Field(
            name="booked_on",
            label=say("Booked on"),
            kind="date",
            required=False,
            hint=say("Empty: the last day of the quarter. A true-up is dated later."),
        ),
        CORRECTION,
        tab="expenses",
        preview=f"/funds/{opened.fund.code}/fees/accrual/preview",
        preview_of=("quarter",),
    )
