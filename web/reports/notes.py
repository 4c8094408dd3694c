"""The end of the report: notes to the figures, what became known later, declaration, signatures."""

from collections.abc import Iterator

from portfolio.kernel.errors import Message, say
from web.formats import DASH
from web.reports.paper import Block, Column, Head, Note, Signatures, Table, TableRow
from web.reports.pen import Pen

NOTES: tuple[Message, ...] = (
    say(
        "Basis: the fund's double-entry ledger in CNY, on the accrual basis; rows and signs are "
        "those of the ILPA Reporting Template v2.0. Amounts are rounded only where they are shown."
    ),
    say(
        "Valuation: fair value after the IPEV guidelines. One person prepares a mark, another "
        "approves it; interests in funds follow the capital account there."
    ),
    say(
        "Returns: money-weighted on the days the money moved, ACT/365, net of fees, expenses and "
        "carried interest unless said gross. Recalled distributions count gross."
    ),
)


def blocks(by: Pen) -> Iterator[Block]:
    """Yield the notes and the declaration with its signatures."""
    yield Head(title=by.say(say("Notes")), section="notes")
    for note in NOTES:
        yield Note(text=by.say(note))
    yield from by.prose("notes")
    if by.report.late:
        yield Note(
            text=by.say(
                say(
                    "Known later: {count} corrections were booked into closed quarters after the "
                    "report before; they are part of the figures above.",
                    count=len(by.report.late),
                )
            )
        )
        yield _late(by)
    yield Head(title=by.say(say("Declaration and signatures")))
    yield Note(text=by.say(_declaration(by)))
    yield _signatures(by)


def _late(by: Pen) -> Table:
    return Table(
        label=by.say(say("Known later")),
        columns=(
            Column(by.say(say("Entry"))),
            Column(by.say(say("Effective date"))),
            Column(by.say(say("Recorded on"))),
            Column(by.say(say("Effect on NAV, fund")), "r"),
            Column(by.say(say("Effect on NAV, this partner")), "r"),
        ),
        rows=tuple(
            TableRow(
                (
                    by.say(say("No. {number}", number=one.seq)),
                    one.effective_date.isoformat(),
                    one.recorded_on.isoformat(),
                    by.moved(one.fund_fen),
                    by.moved(one.partner_fen),
                )
            )
            for one in by.report.late
        ),
    )


def _declaration(by: Pen) -> Message:
    words = say(
        "This report is made to the partner under the partnership agreement. It is no investment "
        "advice and holds no forecast and no promise of capital or income. Fair values follow the "
        "marks that a second person approved; they are unaudited. A condition is verified when a "
        "second person accepted its evidence."
    )
    if by.report.issue.number:
        locked = say(
            "This report is locked: its facts are kept with their SHA-256; a correction is issued "
            "under a new number with its reason and its differences."
        )
        return say("{words} {more}", words=words, more=locked)
    live = say(
        "The figures come live from the ledger; a later correction gets a number of its own in "
        "the books and can be told apart."
    )
    return say("{words} {more}", words=words, more=live)


def _signatures(by: Pen) -> Signatures:
    issue, manager = by.report.issue, by.report.manager or DASH
    open_ = by.say(say("To be signed"))

    def signed(name: str, on: object) -> str:
        return f"{name}　{on}" if name else open_

    return Signatures(
        items=(
            (by.say(say("Prepared")), manager, signed(issue.prepared_by, issue.prepared_on)),
            (by.say(say("Reviewed")), manager, signed(issue.reviewed_by, issue.reviewed_on)),
            (by.say(say("Released")), by.say(say("General partner")), open_),
        )
    )
