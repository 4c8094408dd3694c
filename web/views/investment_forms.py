"""The forms of the acts on a holding."""

from portfolio import investments, marks, tranches
from portfolio.investments import Investment
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, NotFoundError, say
from portfolio.ledger import Moment
from portfolio.marks import MarkEntry
from portfolio.tranches import TranchePosition
from valuation.periods import Quarter
from web.formats import Reader
from web.templating import Page
from web.views.act_forms import AGAIN, CORRECTION, REASON, ActForm, Field, choice, day, money
from web.views.assumptions import inputs_text
from web.views.fund_words import METHODS
from web.views.holdings import named


def _form(
    reader: Reader,
    row: Investment,
    title: Message,
    path: str,
    yes: Message,
    *fields: Field,
    **more: object,
) -> ActForm:
    return ActForm(
        title=title,
        subject=named(reader, row.name, row.name_en),
        action=f"/investments/{row.id}/{path}",
        back=f"/investments/{row.id}",
        yes=yes,
        fields=fields,
        **more,  # type: ignore[arg-type] # the keyword fields of ActForm
    )


def new_tranche(reader: Reader, page: Page, row: Investment) -> ActForm:
    """Ask for the next tranche."""
    return _form(
        reader,
        row,
        say("Plan a tranche"),
        "tranches",
        say("Plan the tranche"),
        money("amount", say("Amount agreed")),
        day("due_on", say("Due on"), page.today),
    )


def tranche_of(work: Work, row: Investment, tranche_id: str) -> TranchePosition:
    """Return a tranche of this holding, or answer as if it were not there."""
    found = tranches.position(work, tranche_id)
    if found.investment_id != row.id:
        raise NotFoundError
    return found


def pay_tranche(
    work: Work, reader: Reader, page: Page, row: Investment, tranche_id: str
) -> ActForm:
    """Restate a tranche before it is paid."""
    at = tranche_of(work, row, tranche_id)
    return _form(
        reader,
        row,
        say("Pay tranche {no}", no=at.no),
        f"tranches/{tranche_id}/payment",
        say("Pay the tranche"),
        day("effective_date", say("Paid on"), page.today),
        CORRECTION,
        facts=(
            (say("Amount"), reader.exact(at.agreed_fen)),
            (say("Due on"), reader.date(at.due_on)),
            *((say("Held back"), reason) for reason in at.holds),
        ),
        is_final=True,
    )


def new_mark(reader: Reader, page: Page, row: Investment) -> ActForm:
    """Ask for an opinion of what the holding is worth."""
    return _form(
        reader,
        row,
        say("Prepare a valuation"),
        "marks",
        say("Put it forward"),
        day("as_of", say("Valuation date"), Quarter.containing(page.today).previous.end),
        money("value", say("Fair value"), hint=say("Of the fund's whole holding on that day.")),
        choice("method", say("Method"), {m.value: word for m, word in METHODS.items()}),
        Field(
            name="inputs",
            label=say("Inputs of the method"),
            kind="lines",
            hint=say("One a line, name and value: price of the round = 12.60 yuan"),
            longest=2000,
        ),
        Field(
            name="calibration",
            label=say("Calibration"),
            kind="lines",
            required=False,
            hint=say("What has changed since the round that the value leans on, and what has not."),
            longest=1000,
        ),
        warning=say("It counts only once a second person has approved it."),
    )


def mark_of(work: Work, row: Investment, mark_id: str) -> MarkEntry:
    """Return a mark of this holding, or answer as if it were not there."""
    found = marks.get(work, mark_id)
    if found.investment_id != row.id:
        raise NotFoundError
    return found


def _mark_facts(
    work: Work, reader: Reader, row: Investment, mark: MarkEntry
) -> tuple[tuple[Message, str], ...]:
    carried = investments.carried_fen(work, Moment(as_of=mark.as_of), [row.id])
    before_fen = sum(carried.get(row.id, (0, 0)))
    return (
        (say("Valuation date"), reader.date(mark.as_of)),
        (say("Version"), str(mark.version)),
        (say("Method"), reader.say(METHODS[mark.method])),
        (say("In the books on that day"), reader.exact(before_fen)),
        (say("Fair value"), reader.exact(mark.fair_value_fen)),
        (say("Change of value"), reader.exact(mark.fair_value_fen - before_fen)),
    )


def approve_mark(work: Work, reader: Reader, row: Investment, mark_id: str) -> ActForm:
    """Restate an opinion before it moves the books."""
    mark = mark_of(work, row, mark_id)
    inputs = inputs_text(reader, mark)
    return _form(
        reader,
        row,
        say("Approve the valuation"),
        f"marks/{mark_id}/approval",
        say("Approve it"),
        CORRECTION,
        AGAIN,
        facts=(
            *_mark_facts(work, reader, row, mark),
            (say("Inputs of the method"), inputs),
            *(((say("Calibration"), mark.calibration),) if mark.calibration else ()),
        ),
        is_final=True,
    )


def withdraw_mark(work: Work, reader: Reader, row: Investment, mark_id: str) -> ActForm:
    """Restate an approved mark before it is withdrawn."""
    return _form(
        reader,
        row,
        say("Withdraw the valuation"),
        f"marks/{mark_id}/withdrawal",
        say("Withdraw it"),
        REASON,
        CORRECTION,
        facts=_mark_facts(work, reader, row, mark_of(work, row, mark_id))[:3],
        warning=say("Its entry is reversed; the valuation before it counts again."),
        is_final=True,
        is_danger=True,
    )


def new_exit(reader: Reader, page: Page, row: Investment) -> ActForm:
    """Ask for an exit, whole or in part."""
    return _form(
        reader,
        row,
        say("Record an exit"),
        "exits",
        say("Book the exit"),
        day("on", say("Received on"), page.today),
        money("proceeds", say("Proceeds")),
        money("cost", say("Cost of the part sold"), hint=say("All of the cost at a full exit.")),
        CORRECTION,
    )


def new_income(reader: Reader, page: Page, row: Investment) -> ActForm:
    """Ask for a dividend or interest of the firm."""
    return _form(
        reader,
        row,
        say("Record income"),
        "incomes",
        say("Book the income"),
        day("on", say("Received on"), page.today),
        money("amount", say("Amount received")),
        CORRECTION,
    )
