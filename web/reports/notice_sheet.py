"""A notice in words: what the PDF and the workbook both show, in one language, amounts in yuan."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from portfolio.kernel.errors import Message, say
from portfolio.notices import Name, Notice, NoticeKind, Payee, Standing
from portfolio.workdays import LEAST_NOTICE
from web.formats import Lang, Reader
from web.templating import translations
from web.views.fund_words import CALL_TYPES, PAID_TYPES

TITLES: Mapping[NoticeKind, Message] = {
    NoticeKind.CALL: say("Capital call notice"),
    NoticeKind.DISTRIBUTION: say("Distribution notice"),
}
STANDINGS: Mapping[str, Message] = {
    "committed_fen": say("Commitment"),
    "called_fen": say("Called so far"),
    "uncalled_fen": say("May still be called"),
    "distributed_fen": say("Distributed so far"),
    "recallable_fen": say("Of it recallable"),
}


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of a table: a name and its amounts in fen."""

    name: str
    note: str
    amounts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All that a notice says."""

    lang: Lang
    title: str
    reference: str
    fund: str
    partner: str
    demo: str  # "示例" where the notice is no real one
    says: str
    facts: tuple[tuple[str, str], ...]
    parts_title: str
    parts_heads: tuple[str, ...]
    parts: tuple[Line, ...]
    total: Line
    payee_title: str
    payee: tuple[tuple[str, str], ...]
    standing_title: str
    standing_heads: tuple[str, ...]
    standing: tuple[Line, ...]
    notes: tuple[str, ...]
    foot: str


# ---- rules
def reader_of(lang: Lang) -> Reader:
    """Return how a notice writes: to the fen, in yuan."""
    return Reader(lang=lang, unit="yuan", translate=translations(lang).ugettext)


def sheet(notice: Notice, lang: Lang) -> Sheet:
    """Say a notice in a language."""
    reader = reader_of(lang)
    is_call = notice.kind is NoticeKind.CALL
    fund, partner = _name(notice.fund, lang), _name(notice.partner, lang)
    return Sheet(
        lang=lang,
        title=reader.say(TITLES[notice.kind]),
        reference=notice.reference,
        fund=fund,
        partner=partner,
        demo=reader.say(say("Example")) if notice.is_demo else "",
        says=reader.say(_says(reader, notice, fund, partner)),
        facts=tuple((reader.say(name), text) for name, text in _facts(reader, notice)),
        parts_title=reader.say(say("Made up of") if is_call else say("What is paid")),
        parts_heads=tuple(
            reader.say(head)
            for head in (
                say("Type"),
                say("Commitment") if is_call else say("Recallable"),
                say("Whole fund"),
                say("Your part"),
            )
        ),
        parts=tuple(_parts(reader, notice)),
        total=Line(
            name=reader.say(say("Total")), note="", amounts=(notice.fund_fen, notice.amount_fen)
        ),
        payee_title=reader.say(say("Pay to")) if is_call else "",
        payee=_payee(reader, notice.payee),
        standing_title=reader.say(say("Your position before and after")),
        standing_heads=tuple(
            reader.say(head) for head in (say("Amount"), say("Before"), say("After"))
        ),
        standing=tuple(
            Line(
                name=reader.say(STANDINGS[one.name]),
                note="",
                amounts=(getattr(notice.before, one.name), getattr(notice.after, one.name)),
            )
            for one in fields(Standing)
        ),
        notes=tuple(reader.say(note) for note in _notes(notice)),
        foot=f"{notice.reference} · {notice.fund_code} · #{notice.known_seq}",
    )


def _name(name: Name, lang: Lang) -> str:
    return name.en if lang == "en" and name.en else name.zh


def _says(reader: Reader, notice: Notice, fund: str, partner: str) -> Message:
    amount = reader.amount(notice.amount_fen, "yuan", 2)
    if notice.kind is NoticeKind.CALL:
        return say(
            "{fund} calls {amount} from {partner}, to arrive by {due}.",
            fund=fund,
            amount=amount,
            partner=partner,
            due=notice.due_on,
        )
    return say(
        "{fund} pays {amount} to {partner} on {on}.",
        fund=fund,
        amount=amount,
        partner=partner,
        on=notice.on,
    )


def _facts(reader: Reader, notice: Notice) -> list[tuple[Message, str]]:
    part, whole = notice.share
    rows = [(say("Notice"), notice.reference)]
    if notice.due_on is None:
        rows.append((say("Day of payment"), notice.on.isoformat()))
    else:
        rows.append((say("Dated"), notice.on.isoformat()))
        rows.append((say("Due on"), notice.due_on.isoformat()))
        rows.append(
            (
                say("Workdays between"),
                reader.say(say("not counted")) if notice.workdays is None else str(notice.workdays),
            )
        )
    if whole:
        rows.append((say("Share of commitments"), reader.ratio(part / whole)))
    return rows


def _parts(reader: Reader, notice: Notice) -> list[Line]:
    rows = []
    for part in notice.parts:
        name = (CALL_TYPES if notice.kind is NoticeKind.CALL else PAID_TYPES)[part.purpose]
        note = say("inside")
        if part.is_outside:
            note = say("outside")
        elif notice.kind is NoticeKind.DISTRIBUTION:
            note = say("may be called again") if part.is_recallable else say("permanent")
        rows.append(
            Line(
                name=reader.say(name),
                note=reader.say(note),
                amounts=(part.fund_fen, part.partner_fen),
            )
        )
    return rows


def _payee(reader: Reader, payee: Payee | None) -> tuple[tuple[str, str], ...]:
    if payee is None:
        return ()
    rows = [
        (say("Account holder"), payee.holder),
        (say("Bank"), payee.bank),
        (say("Account number"), payee.number),
        (say("Clearing code"), payee.clearing_code),
    ]
    return tuple((reader.say(name), text) for name, text in rows if text)


def _notes(notice: Notice) -> list[Message]:
    notes = []
    if notice.kind is NoticeKind.CALL:
        if notice.payee is None:
            notes.append(
                say("The fund's bank account is not recorded; it is sent under separate cover.")
            )
        if notice.workdays is None:
            notes.append(
                say("The public holidays of the year are not known, so workdays were not counted.")
            )
        elif notice.is_short:
            notes.append(
                say(
                    "The notice is shorter than {least} workdays, as agreed with the partners.",
                    least=LEAST_NOTICE,
                )
            )
        if any(part.is_outside for part in notice.parts):
            notes.append(say("What is called outside the commitment leaves it as it was."))
    elif notice.after.recallable_fen != notice.before.recallable_fen:
        notes.append(say("The recallable part is added to what may still be called."))
    notes.append(
        say("Each type is split by commitments to the fen; the parts add up to the whole.")
    )
    return notes
