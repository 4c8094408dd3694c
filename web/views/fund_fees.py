"""What the manager gives back and what it earns: offsets, waivers and carry on a fund's fee tab."""

from dataclasses import dataclass
from datetime import date

from portfolio import capital, carry, expenses, fees, memo_rows, terms
from portfolio.accounts import OFFSET_LINES, OFFSET_ROWS, ROW_NAMES
from portfolio.carry import CarryPosition
from portfolio.commitments import PartnerKind
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, NotFoundError, say
from portfolio.memo_rows import MemoRow
from valuation.periods import Quarter
from web.formats import Reader
from web.templating import Page
from web.views.act_forms import CORRECTION, REASON, ActForm, Field, choice, day, in_yuan, money
from web.views.fund_forms import MEMO, form
from web.views.fund_words import REDUCTION_NAMES, line_name
from web.views.funds import Opened
from web.views.holdings import named


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class OffsetRow:
    """One partner's offsets since inception."""

    name: str
    recognised_fen: int
    applied_fen: int
    unapplied_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """One offset as it was recognised, of all investors together."""

    memo_id: str
    name: Message
    row: int
    on: date
    amount_fen: int
    memo: str
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FeesPart:
    """The cards below the list of fees and costs."""

    flags: tuple[Message, ...]
    offsets: tuple[OffsetRow, ...]
    total: OffsetRow
    recognitions: tuple[Recognition, ...]
    carry: CarryPosition
    model: Message | None  # None while no terms are agreed
    has_general_partner: bool
    is_demo: bool


MODELS = {"european": say("European: the fund as a whole"), "american": say("American: by deal")}


# ---- reads
def fees_part(work: Work, reader: Reader, actor: Actor, opened: Opened) -> FeesPart:
    """Return offsets, carry and what needs a footnote, at the moment of the page."""
    fund_id, moment = opened.fund.id, opened.moment
    states = capital.states(work, moment, fund_id)
    accounts = capital.accounts(work, moment, fund_id, actor).accounts
    rows = []
    for one in accounts:
        state = states.get(one.partner_id, capital.NOTHING)
        unapplied_fen = capital.unapplied(state.by_line, state.memo)
        applied_fen = sum(state.by_line.get(line, 0) for line in OFFSET_LINES)
        rows.append(
            OffsetRow(
                name=named(reader, one.name, one.name_en),
                recognised_fen=unapplied_fen + applied_fen,
                applied_fen=applied_fen,
                unapplied_fen=unapplied_fen,
            )
        )
    lines = capital.statement(
        work,
        fund_id=fund_id,
        partner_id=None,
        quarter=Quarter.containing(moment.as_of),
        known_seq=moment.known_seq,
    )
    agreed = terms.find(work, fund_id, moment.as_of, known=moment)
    recognised = _recognitions(work, opened)
    return FeesPart(
        flags=tuple(flag.what for flag in fees.other_flags({x.row: x.ytd_fen for x in lines})),
        offsets=tuple(row for row in rows if row.recognised_fen or row.applied_fen),
        total=OffsetRow(
            name="",
            recognised_fen=sum(row.recognised_fen for row in rows),
            applied_fen=sum(row.applied_fen for row in rows),
            unapplied_fen=sum(row.unapplied_fen for row in rows),
        ),
        recognitions=recognised,
        carry=carry.position(work, moment, fund_id),
        model=MODELS[agreed.model.value] if agreed else None,
        has_general_partner=any(one.kind is PartnerKind.GP for one in accounts),
        is_demo=any(one.is_demo for one in recognised) or opened.fund.is_demo,
    )


def _recognitions(work: Work, opened: Opened) -> tuple[Recognition, ...]:
    """Return each recognition once: its parts were recorded in one stroke."""
    together: dict[tuple[object, ...], list[MemoRow]] = {}
    for one in memo_rows.standing(work, opened.moment, opened.fund.id, OFFSET_ROWS):
        key = (one.effective_date, one.sheet_row, one.memo, one.source, one.recorded_at)
        together.setdefault(key, []).append(one)
    return tuple(
        Recognition(
            memo_id=parts[0].id,
            name=Message(ROW_NAMES[parts[0].sheet_row]),
            row=parts[0].sheet_row,
            on=parts[0].effective_date,
            amount_fen=sum(part.amount_fen for part in parts),
            memo=parts[0].memo,
            is_demo=parts[0].is_demo,
        )
        for parts in reversed(together.values())
    )


# ---- forms
def new_reduction(work: Work, reader: Reader, page: Page, opened: Opened) -> ActForm:
    """Ask for a waiver, a rebate or an applied offset."""
    owed = [one for one in expenses.expenses(work, opened.moment, opened.fund.id) if one.owed_fen]
    free_fen = sum(fees.free_offsets(work, opened.fund.id, on=page.today).values())
    open_ones: dict[str, str | Message] = {"": say("None: the money arrived in the bank")}
    for one in owed:
        words = (reader.say(line_name(one.line)), reader.date(one.booked_on))
        open_ones[one.id] = f"{' '.join(words)} · {reader.exact(one.owed_fen)}"
    return form(
        reader,
        opened,
        say("Reduce a fee or cost"),
        "reductions",
        say("Book it"),
        choice("line", say("Kind"), {str(int(k)): v for k, v in REDUCTION_NAMES.items()}),
        choice("expense_id", say("What is owed less"), open_ones),
        money("amount", say("Amount")),
        day("effective_date", say("Effective date"), page.today),
        MEMO,
        CORRECTION,
        tab="expenses",
        facts=((say("Recognised and not applied"), reader.exact(free_fen)),),
    )


def new_offset(reader: Reader, page: Page, opened: Opened) -> ActForm:
    """Ask what the manager received from portfolio companies."""
    return form(
        reader,
        opened,
        say("Recognise an offset"),
        "offsets",
        say("Recognise it"),
        choice("row", say("Kind"), {str(row): Message(ROW_NAMES[row]) for row in OFFSET_ROWS}),
        money("received", say("Received by the manager")),
        Field(
            name="percent",
            label=say("Investors' part in %"),
            value="100",
            hint=say("As the partnership agreement says: 80 or 100."),
            longest=8,
        ),
        day("effective_date", say("Received on"), page.today),
        MEMO,
        CORRECTION,
        tab="expenses",
    )


def offset_of(work: Work, opened: Opened, memo_id: str) -> Recognition:
    """Return a recognition of this fund, or answer as if it were not there."""
    found = [one for one in _recognitions(work, opened) if one.memo_id == memo_id]
    if not found:
        raise NotFoundError
    return found[0]


def offset_reversal(work: Work, reader: Reader, opened: Opened, memo_id: str) -> ActForm:
    """Restate a recognition before it is undone."""
    one = offset_of(work, opened, memo_id)
    return form(
        reader,
        opened,
        say("Undo a recognised offset"),
        f"offsets/{memo_id}/reversal",
        say("Undo it"),
        REASON,
        CORRECTION,
        tab="expenses",
        facts=(
            (say("Kind"), reader.say(one.name)),
            (say("Received on"), reader.date(one.on)),
            (say("Amount"), reader.exact(one.amount_fen)),
        ),
        is_final=True,
        is_danger=True,
    )


def accrual(work: Work, reader: Reader, page: Page, opened: Opened) -> ActForm:
    """Ask for the day whose carry is accrued."""
    now = carry.position(work, opened.moment, opened.fund.id)
    last = Quarter.containing(page.today).previous.end
    return form(
        reader,
        opened,
        say("Accrue carry"),
        "carry-accruals",
        say("Accrue it"),
        day("effective_date", say("As of"), last, hint=say("The end of a quarter.")),
        CORRECTION,
        tab="expenses",
        facts=(
            (say("Accrued"), reader.exact(now.accrued_fen)),
            (say("Earned"), reader.exact(now.earned_fen)),
        ),
        warning=say("The waterfall of the fund's terms runs on its flows and its NAV of that day."),
    )


def carry_act(work: Work, reader: Reader, page: Page, opened: Opened, act: str) -> ActForm:
    """Ask for a payment, an escrow, a release or a return of carry."""
    now = carry.position(work, opened.moment, opened.fund.id)
    title, most_fen = {
        "payment": (say("Pay carry"), now.payable_fen),
        "escrow": (say("Hold carry in escrow"), now.payable_fen),
        "release": (say("Release carry from escrow"), now.escrow_fen),
        "return": (say("Take carry back"), now.to_return_fen),
    }[act]
    return form(
        reader,
        opened,
        title,
        f"carry/{act}",
        title,
        money("amount", say("Amount"), value=in_yuan(max(0, most_fen)), unit="yuan"),
        day("effective_date", say("Effective date"), page.today),
        CORRECTION,
        tab="expenses",
        facts=(
            (say("Earned"), reader.exact(now.earned_fen)),
            (say("Paid, less returned"), reader.exact(now.paid_fen)),
            (say("In escrow"), reader.exact(now.escrow_fen)),
            (say("At most"), reader.exact(max(0, most_fen))),
        ),
    )


CARRY_ACTS = frozenset({"payment", "escrow", "release", "return"})
