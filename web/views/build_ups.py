"""Build-ups: what an act between partners would book, worked out line by line before it is."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from portfolio import capital, defaults, equalisation, management_fees, terms, transfers
from portfolio.calls import EVER, CapitalCall, LinePosition
from portfolio.fee_accrual import Accrual, FeeLine
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, Message, say
from portfolio.ledger import Moment
from valuation.money import show as plain_yuan
from valuation.periods import Quarter
from web.formats import Reader
from web.views.funds import Opened
from web.views.holdings import named
from web.views.term_words import WORDS, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildUp:
    """A table of what would be booked; amounts in yuan, to the fen."""

    template: ClassVar[str] = "funds/build_up.html"
    caption: Message | None = None
    heads: tuple[Message, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()  # the first cell is a name
    totals: tuple[str, ...] = ()
    proof: Message | None = None  # what was checked to the fen
    refused: tuple[Message, Message] | None = None  # why it cannot be booked, and what helps


def refusal(error: DomainError) -> BuildUp:
    """Return a build-up that says why there is none."""
    return BuildUp(refused=(error.problem, error.remedy))


def names_of(work: Work, reader: Reader, opened: Opened) -> dict[str, str]:
    """Return {partner: name} of a fund."""
    accounts = capital.accounts(work, EVER, opened.fund.id).accounts
    return {one.partner_id: named(reader, one.name, one.name_en) for one in accounts}


def yuan(fen: int) -> str:
    """Write an amount in yuan, nothing as a dash."""
    return plain_yuan(fen) if fen else "—"


# ---- the fee of a quarter
def fee(work: Work, reader: Reader, opened: Opened, quarter: Quarter) -> BuildUp:
    """Return the fee of a quarter: basis x rate x days / year per partner and stretch."""
    found = management_fees.preview(work, opened.fund.id, quarter)
    names = names_of(work, reader, opened)
    rows: list[tuple[str, ...]] = []
    for one in found.partners:
        name = names[one.partner_id]
        parts = [_stretch(reader, line, found) for line in one.lines]
        due = yuan(one.due_fen - one.due_waiver_fen)
        waived = reader.say(say("waived {fen}", fen=yuan(one.waived_fen)))
        parts += [waived] if one.waived_fen else []
        rows += [(name, part, "", "") for part in parts[:-1]]
        rows.append((name, parts[-1] if parts else "", yuan(one.gross_fen), due))
    total = found.total("gross_fen")
    if not rows:
        return BuildUp(caption=say("No terms with a fee, or no commitment, in this quarter."))
    return BuildUp(
        caption=say("Management fee of {quarter}, in yuan; nothing is booked yet", quarter=quarter),
        heads=(
            say("Partner"),
            say("Basis × rate × days / year"),
            say("Fee"),
            say("Still to book"),
        ),
        rows=tuple(rows),
        totals=(
            "",
            yuan(total),
            yuan(found.total("due_fen") - found.total("due_waiver_fen")),
        ),
        proof=say("The parts add up to the whole, to the fen."),
    )


def _stretch(reader: Reader, line: FeeLine, of: Accrual) -> str:
    """Write one line of the build-up; its days only where they are not the whole quarter."""
    basis = f"{reader.say(WORDS[line.basis])} {plain_yuan(line.basis_fen).removesuffix('.00')}"
    rate = text_of(reader, "fee_rate", line.rate)
    days = f"{line.ticks}/{line.day_count.ticks_a_year}"
    whole = (line.start, line.end) == (of.start, of.end)
    when = "" if whole else f"{line.start:%m-%d} – {line.end:%m-%d} · "
    return f"{when}{basis} × {rate} × {days}"


# ---- a later closing
def closing(work: Work, reader: Reader, opened: Opened, closed_on: date, paid_on: date) -> BuildUp:
    """Return what a later closing moves, per partner; principal and interest sum to zero."""
    try:
        planned = equalisation.plan(work, opened.fund.id, closed_on=closed_on, paid_on=paid_on)
    except DomainError as error:
        return refusal(error)
    names = names_of(work, reader, opened)
    sums = planned.by_partner()
    accounts = capital.accounts(work, Moment(as_of=paid_on), opened.fund.id).accounts
    paid = {one.partner_id: one.amounts.paid_in_fen for one in accounts}
    rows = tuple(
        (
            names[partner],
            yuan(paid.get(partner, 0)),
            plain_signed(principal),
            yuan(paid.get(partner, 0) + principal),
            plain_signed(interest),
        )
        for partner, (principal, interest) in sums.items()
    )
    totals = [sum(pair[i] for pair in sums.values()) for i in (0, 1)]
    return BuildUp(
        caption=say(
            "Equalisation at {rate} a year, in yuan; plus is paid, minus comes back",
            rate=text_of(reader, "equalisation_rate", planned.rate),
        ),
        heads=(
            say("Partner"),
            say("Paid in before"),
            say("Principal"),
            say("Paid in after"),
            say("Interest, in no figure"),
        ),
        rows=rows,
        totals=("", plain_signed(totals[0]), "", plain_signed(totals[1])),
        proof=None if any(totals) else say("Principal and interest each sum to zero, to the fen."),
    )


def plain_signed(fen: int) -> str:
    """Write an amount in yuan with its sign."""
    return f"+{plain_yuan(fen)}" if fen > 0 else plain_yuan(fen)


# ---- a transfer
CHOOSE = say("Choose who gives and enter the part of the commitment.")


def transfer(
    work: Work,
    reader: Reader,
    opened: Opened,
    *,
    giver_id: str,
    taker_id: str | None,
    committed_fen: int,
    effective_date: date,
) -> BuildUp:
    """Return what changes hands, and what is left with the one who gives."""
    try:
        moved = transfers.plan(
            work,
            giver_id=giver_id,
            taker_id=taker_id,
            committed_fen=committed_fen,
            effective_date=effective_date,
        )
    except DomainError as error:
        return refusal(error)
    accounts = capital.accounts(work, Moment(as_of=effective_date), opened.fund.id).accounts
    before = next(one.amounts for one in accounts if one.partner_id == giver_id)
    words = (
        ("committed_fen", say("Commitment")),
        ("paid_in_fen", say("Paid in")),
        ("unfunded_fen", say("Unfunded")),
        ("distributed_fen", say("Distributed")),
        ("recallable_fen", say("Of it recallable")),
        ("nav_fen", say("NAV (row 17)")),
    )
    return BuildUp(
        caption=say("What changes hands, in yuan; nothing is booked yet"),
        heads=(say("Amount"), say("Before"), say("Changes hands"), say("Is left")),
        rows=tuple(
            (
                reader.say(word),
                yuan(getattr(before, name)),
                yuan(getattr(moved, name)),
                yuan(getattr(before, name) - getattr(moved, name)),
            )
            for name, word in words
        ),
        proof=say("What is left and what changes hands add up, to the fen."),
    )


# ---- a default
def default(work: Work, reader: Reader, opened: Opened, line: LinePosition, on: date) -> BuildUp:
    """Return what a default declared on a day would take, and who would get it."""
    made = work.session.get_one(CapitalCall, line.call_id)
    agreed = terms.find(work, opened.fund.id, made.due_on)
    if agreed is None:
        return BuildUp(caption=say("The fund has no terms of that day, so nothing is diluted."))
    fen, postings = defaults.planned_dilution(work, line.partner_id, agreed, on)
    names = names_of(work, reader, opened)
    if not fen:
        return BuildUp(caption=say("By the terms nothing of the account is taken."))
    return BuildUp(
        caption=say(
            "Dilution by the terms: {rate} of the account, in yuan",
            rate=text_of(reader, "default_dilution", agreed.default_dilution),
        ),
        heads=(say("Partner"), say("Gets, or gives")),
        rows=tuple(
            (names[str(posting.partner_id)], plain_signed(-posting.amount_fen))
            for posting in postings
        ),
        totals=(plain_signed(-sum(posting.amount_fen for posting in postings)),),
        proof=say("It sums to zero, to the fen: the fund does not move."),
    )
