"""The forms of calls by type, distributions, excess, the bank account and the subscription line."""

from collections.abc import Mapping
from datetime import date, timedelta

from portfolio import calls, excess, facility, workdays
from portfolio.call_types import Purpose as CallPurpose
from portfolio.distributions import Purpose
from portfolio.excess import Excess
from portfolio.facility import Facility, Use
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, Message, NotFoundError, say
from portfolio.ledger import Moment
from web.formats import Reader
from web.templating import Page
from web.views import fund_forms
from web.views.act_forms import CORRECTION, ActForm, Field, choice, day, money
from web.views.fund_forms import form
from web.views.fund_words import CALL_TYPES, PAID_PURPOSES, RETURNED, USES
from web.views.funds import Opened

MORE_PARTS = (2, 3)  # further types of a call beside its first
WITHOUT_CALENDAR = timedelta(days=14)
PART_FIELDS: Mapping[str, Purpose] = {
    "capital": Purpose.RETURN_OF_CAPITAL,
    "gain": Purpose.GAIN,
    "income": Purpose.INCOME,
    "fees": Purpose.RETURN_OF_FEES,
}
AGAIN = "again_"  # before a field's name: the part of it that may be called again
PAID_FIELDS = (*PART_FIELDS, *(f"{AGAIN}{name}" for name in PART_FIELDS))
EXCESS_FIELDS: Mapping[str, Excess] = {
    "investments": Excess.INVESTMENTS,
    "fees": Excess.FEES,
    "fees_outside": Excess.FEES_OUTSIDE,
}


# ---- calls
def new_call(work: Work, reader: Reader, page: Page, opened: Opened) -> ActForm:
    """Ask for a capital call: up to three types, ten workdays ahead."""
    types = {str(kind): name for kind, name in CALL_TYPES.items()}
    further: list[Field] = []
    for number in MORE_PARTS:
        further.append(
            money(f"total{number}", say("Further amount"), required=False),
        )
        further.append(choice(f"purpose{number}", say("Its type"), {"": "—", **types}))
    return form(
        reader,
        opened,
        say("New capital call"),
        "calls",
        say("Make the call"),
        money("total", say("Amount")),
        choice("purpose", say("Type"), types),
        *further,
        day("called_on", say("Called on"), page.today),
        day(
            "due_on",
            say("Due on"),
            earliest_due(work, page.today),
            hint=say("At least ten workdays after the notice, by the calendar of public holidays."),
        ),
        Field(
            name="short_notice",
            label=say("Shorter notice agreed in"),
            required=False,
            hint=say("Only where the agreement allows less than ten workdays: name it."),
            longest=200,
        ),
        tab="calls",
        preview=f"/funds/{opened.fund.code}/calls/preview",
        preview_of=(
            *("total", "total_unit", "purpose", "called_on"),
            *(f"{name}{n}" for n in MORE_PARTS for name in ("total", "purpose")),
            *(f"total{n}_unit" for n in MORE_PARTS),
        ),
    )


def earliest_due(work: Work, on: date) -> date:
    """Return the first day that gives ten workdays; two weeks where the year is not known."""
    try:
        return workdays.calendar(work).after(on, workdays.LEAST_NOTICE)
    except DomainError:
        return on + WITHOUT_CALENDAR


def call_parts(found: list[tuple[CallPurpose | None, int | None]]) -> dict[CallPurpose, int]:
    """Return {type: fen} of what was entered; a further amount without a type is refused."""
    parts: dict[CallPurpose, int] = {}
    for purpose, fen in found:
        if fen is None and purpose is None:
            continue
        if fen is None or purpose is None or purpose in parts:
            raise DomainError(
                "A part of the call has no amount, no type, or a type that stands there already.",
                "Give each amount a type of its own, and leave the other rows empty.",
            )
        parts[purpose] = fen
    return parts


def return_excess(work: Work, reader: Reader, page: Page, opened: Opened, call_id: str) -> ActForm:
    """Ask what goes back of a call that brought more than was needed."""
    made = fund_forms.call_of(work, opened, call_id)
    received_fen = sum(calls.received(work, calls.EVER, _line_ids(work, opened, call_id)).values())
    return form(
        reader,
        opened,
        say("Return excess capital"),
        f"calls/{call_id}/excess",
        say("Book the return"),
        *(money(name, RETURNED[kind], required=False) for name, kind in EXCESS_FIELDS.items()),
        day("paid_on", say("Paid on"), page.today),
        CORRECTION,
        tab="calls",
        facts=(
            (say("Call"), f"{made.number} · {reader.date(made.called_on)}"),
            (say("Money received"), reader.exact(received_fen)),
            (say("Returned"), reader.exact(excess.returned_fen(work, call_id))),
        ),
        warning=say(
            "It lowers what is paid in and may be called again; cash earned is a distribution."
        ),
    )


def _line_ids(work: Work, opened: Opened, call_id: str) -> list[str]:
    made = calls.calls(work, calls.EVER, opened.fund.id)
    return [line.id for call in made if call.id == call_id for line in call.lines]


# ---- distributions
def new_distribution(reader: Reader, page: Page, opened: Opened) -> ActForm:
    """Ask for a distribution by what it is made of, permanent and recallable."""
    return form(
        reader,
        opened,
        say("New distribution"),
        "distributions",
        say("Book the distribution"),
        *(
            money(name, PAID_PURPOSES[purpose], required=False)
            for name, purpose in PART_FIELDS.items()
        ),
        *(
            money(
                f"{AGAIN}{name}",
                say("Recallable: {what}", what=PAID_PURPOSES[purpose]),
                required=False,
            )
            for name, purpose in PART_FIELDS.items()
        ),
        day("paid_on", say("Paid on"), page.today),
        CORRECTION,
        tab="distributions",
        preview=f"/funds/{opened.fund.code}/distributions/preview",
        preview_of=(*PAID_FIELDS, *(f"{name}_unit" for name in PAID_FIELDS), "paid_on"),
    )


def paid_parts(
    found: Mapping[str, int | None],
) -> tuple[dict[Purpose, int], dict[Purpose, int]]:
    """Return what was entered, permanent and recallable; an empty field is not paid."""
    permanent: dict[Purpose, int] = {}
    again: dict[Purpose, int] = {}
    for name, fen in found.items():
        if fen is not None:
            into = again if name.startswith(AGAIN) else permanent
            into[PART_FIELDS[name.removeprefix(AGAIN)]] = fen
    return permanent, again


def excess_parts(found: Mapping[str, int | None]) -> dict[Excess, int]:
    """Return what was entered of each kind."""
    return {EXCESS_FIELDS[name]: fen for name, fen in found.items() if fen is not None}


# ---- the bank account
def new_account(reader: Reader, page: Page, opened: Opened) -> ActForm:
    """Ask for the account that notices name."""
    return form(
        reader,
        opened,
        say("Record a bank account"),
        "bank-accounts",
        say("Record the account"),
        Field(name="holder", label=say("Account holder"), value=opened.fund.name),
        Field(name="bank", label=say("Bank")),
        Field(name="number", label=say("Account number"), longest=40),
        Field(name="clearing_code", label=say("Clearing code"), required=False, longest=20),
        day(
            "effective_date",
            say("In force from"),
            page.today,
            hint=say("Notices dated before keep the account they named."),
        ),
        tab="bank",
    )


# ---- the subscription line
def new_facility(reader: Reader, page: Page, opened: Opened) -> ActForm:
    """Ask for a facility as its agreement has it."""
    return form(
        reader,
        opened,
        say("New credit line"),
        "facilities",
        say("Record the credit line"),
        Field(name="name", label=say("Name"), longest=60),
        Field(name="lender", label=say("Lender")),
        money("limit", say("Limit")),
        Field(name="rate", label=say("Yearly rate, %"), hint=say("Such as 3.85."), longest=8),
        choice("day_basis", say("Days of a year"), {"360": "360", "365": "365"}),
        day("opened_on", say("First day"), page.today),
        day("matures_on", say("Last day"), page.today.replace(year=page.today.year + 1)),
        tab="credit",
    )


def facility_of(work: Work, opened: Opened, facility_id: str) -> Facility:
    """Return a facility of this fund, or answer as if it were not there."""
    row = facility.get(work, facility_id)
    if row.fund_id != opened.fund.id:
        raise NotFoundError
    return row


def move_facility(
    work: Work, reader: Reader, page: Page, opened: Opened, facility_id: str, act: str
) -> ActForm:
    """Ask for a draw, a repayment or the interest of a facility."""
    row = facility_of(work, opened, facility_id)
    position = next(
        one
        for one in facility.positions(work, Moment(as_of=date.max), opened.fund.id)
        if one.id == row.id
    )
    title, yes = ACTS[act]
    fields: tuple[Field, ...]
    facts: tuple[tuple[Message | str, str], ...] = (
        (say("Credit line"), row.name),
        (say("Line outstanding"), reader.exact(position.outstanding_fen)),
    )
    match act:
        case "draws":
            uses = {use.value: name for use, name in USES.items()}
            fields = (
                money("amount", say("Amount")),
                choice("use", say("Drawn for"), uses, value=Use.INVESTMENTS.value),
                day("on", say("Drawn on"), page.today),
            )
            facts = (*facts, (say("May be drawn"), reader.exact(position.room_fen)))
        case "repayments":
            fields = (
                money("amount", say("Amount")),
                day("on", say("Repaid on"), page.today),
            )
        case _:
            owed_fen = facility.owed_interest_fen(work, row, until=page.today)
            fields = (
                day("until", say("Up to, this day not counted"), page.today),
                Field(
                    name="paid_on",
                    label=say("Paid on"),
                    kind="date",
                    required=False,
                    hint=say("Leave it empty while it is still owed."),
                ),
            )
            facts = (
                *facts,
                (say("Booked up to"), reader.date(position.interest_from)),
                (say("Owed to this day"), reader.exact(owed_fen)),
            )
    return form(
        reader,
        opened,
        title,
        f"facilities/{facility_id}/{act}",
        yes,
        *fields,
        CORRECTION,
        tab="credit",
        facts=facts,
    )


ACTS: Mapping[str, tuple[Message, Message]] = {
    "draws": (say("Draw on the line"), say("Book the draw")),
    "repayments": (say("Repay the line"), say("Book the repayment")),
    "interest": (say("Book interest"), say("Book the interest")),
}
