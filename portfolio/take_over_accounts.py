"""Take-over accounts: the fund, the investors and the commitments that a file speaks of.

What the file names and the books do not know is opened: a fund by its code, an investor by the
name or code it is given, the general partner as `GP`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import sqlalchemy as sa
from sqlmodel import col

from portfolio import funds, ledger, memo_rows, organisations
from portfolio.accounts import ESCROW_ROW, AccountCode, Line
from portfolio.commitments import Commitment, CommitmentChange, Partner, PartnerKind
from portfolio.funds import Fund, FundKind
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import say
from portfolio.ledger import LedgerPosting, LedgerTransaction, Moment
from portfolio.memo_rows import MemoRow
from portfolio.organisations import Organisation
from portfolio.take_over_rules import ADJUSTED_ROW, COMMITMENT_ROW, RELEASED_ROW
from portfolio.take_over_sheet import GP, TOTAL, Entry, Fault, untied
from valuation.periods import Quarter, year_start

TAG = "portfolio:take_over"
LONGEST_CODE = 40
CHANGED_ROWS = {CommitmentChange.RELEASE: RELEASED_ROW, CommitmentChange.INCREASE: ADJUSTED_ROW}


# ---- facts
@dataclass(slots=True, kw_only=True)
class Accounts:
    """The accounts of one fund by the word the file uses for them."""

    fund: Fund
    is_new: bool
    partner_ids: dict[str, str]  # {word of the file: partner}
    codes: dict[str, str]  # {partner: code}
    new_investors: tuple[str, ...]
    increases: set[int] = field(default_factory=set)  # lines whose row 113 is an increase
    booked: set[int] = field(default_factory=set)  # lines that changed a commitment


# ---- commands
def find_or_open(
    work: Work, actor: Actor, code: str, entries: Sequence[Entry]
) -> tuple[Accounts | None, list[Fault]]:
    """Return the fund's accounts, opened where they are new, and what cannot be opened."""
    fund = work.session.execute(sa.select(Fund).where(col(Fund.code) == code)).scalar()
    is_new = fund is None
    if fund is None:
        if len(code) > LONGEST_CODE:
            return None, [_code_too_long(entries[0])]
        began = min(entry.on for entry in entries)
        fund = funds.create(
            work,
            actor,
            Fund(
                code=code,
                name=code,
                kind=FundKind.SUB.value,
                announced_on=began,
                inception_on=began,
            ),
        )
    found, faults, new = dict[str, str](), list[Fault](), list[str]()
    for word in dict.fromkeys(entry.investor for entry in entries if entry.investor != TOTAL):
        at = next(entry for entry in entries if entry.investor == word)
        known = _known(work, fund, word)
        if len(known) > 1:
            faults.append(_ambiguous(at, [partner.code for partner in known]))
        elif known:
            found[word] = known[0].id
        elif word != GP and _is_fund(work, word):
            faults.append(_fund_as_investor(at))
        else:
            partner = _open(work, actor, fund, word)
            found[word] = partner.id
            new.append(partner.code)
    codes = dict(
        work.rows(
            sa.select(col(Partner.id), col(Partner.code)).where(col(Partner.fund_id) == fund.id)
        )
    )
    accounts = Accounts(
        fund=fund, is_new=is_new, partner_ids=found, codes=codes, new_investors=tuple(new)
    )
    return accounts, faults


def commit(work: Work, actor: Actor, accounts: Accounts, entries: Sequence[Entry]) -> list[Fault]:
    """Record what rows 108 and 112 promise and release; a later row 108 is a check.

    An increase stands on rows 108 and 113 of the same day. The first commitment counts from the
    account's first movement, since nothing can be paid in before it.
    """
    faults: list[Fault] = []
    for word, partner_id in accounts.partner_ids.items():
        own = [entry for entry in entries if entry.investor == word and entry.fen]
        for entry in own:
            if entry.row == COMMITMENT_ROW:
                began = min(one.on for one in own)
                faults += _promised(work, actor, accounts, partner_id, entry, own, began)
            elif entry.row == RELEASED_ROW:
                faults += _released(work, actor, accounts, partner_id, entry)
        paid = next((entry for entry in own if entry.row == Line.CONTRIBUTIONS), None)
        if paid and not _promises(work, partner_id):
            faults.append(_no_commitment(paid))
    return faults


def _promised(
    work: Work,
    actor: Actor,
    accounts: Accounts,
    partner_id: str,
    entry: Entry,
    own: Sequence[Entry],
    began: date,
) -> list[Fault]:
    promises = _promises(work, partner_id)
    if not promises:
        if entry.fen < 0:
            return [untied(entry, 0)]
        initial = CommitmentChange.INITIAL
        _record(work, actor, accounts, partner_id, initial, entry, began)
        return []
    signed = [one for one in promises if one.change != CommitmentChange.RELEASE]
    now_fen = sum(one.amount_fen for one in signed if one.effective_date <= entry.on)
    adjusted = next(
        (one for one in own if one.row == ADJUSTED_ROW and one.on == entry.on and one.fen > 0), None
    )
    increase = CommitmentChange.INCREASE
    if adjusted and any(
        one.change == increase and one.effective_date == entry.on and one.amount_fen == adjusted.fen
        for one in signed
    ):
        accounts.increases.add(adjusted.at)  # of an earlier import of this file
    if now_fen == entry.fen:
        return []
    if adjusted is None or adjusted.fen != entry.fen - now_fen:
        return [untied(entry, now_fen)]
    accounts.increases.add(adjusted.at)
    _record(work, actor, accounts, partner_id, increase, adjusted, entry.on)
    return []


def _released(
    work: Work, actor: Actor, accounts: Accounts, partner_id: str, entry: Entry
) -> list[Fault]:
    release = CommitmentChange.RELEASE
    if entry.fen > 0:
        return [
            Fault(
                at=entry.at,
                row=entry.row,
                problem=say(
                    "Row 112 of {investor} is above nothing; a release is negative on the sheet.",
                    investor=entry.investor,
                ),
                remedy=say("Write it with a minus sign; an increase stands on rows 108 and 113."),
            )
        ]
    there = any(
        one.change == release and one.effective_date == entry.on and one.amount_fen == entry.fen
        for one in _promises(work, partner_id)
    )
    if not there:
        _record(work, actor, accounts, partner_id, release, entry, entry.on)
    return []


def _record(
    work: Work,
    actor: Actor,
    accounts: Accounts,
    partner_id: str,
    change: CommitmentChange,
    entry: Entry,
    on: date,
) -> None:
    work.add(
        Commitment(
            partner_id=partner_id,
            change=change.value,
            amount_fen=entry.fen,
            effective_date=on,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=accounts.fund.is_demo,
        )
    )
    after = {"change": change.value, "amount_fen": entry.fen, "effective_date": on}
    audit.write(work, actor, "take_over:commitment", "partner", partner_id, after=after)
    accounts.booked.add(entry.at)


def _open(work: Work, actor: Actor, fund: Fund, word: str) -> Partner:
    is_gp = word == GP
    name = f"{fund.name} 普通合伙人" if is_gp else word
    of = organisations.find_or_create(work, actor, name=name, is_demo=fund.is_demo)
    row = work.add(
        Partner(
            fund_id=fund.id,
            code=word[:LONGEST_CODE],
            name=of.name,
            kind=(PartnerKind.GP if is_gp else PartnerKind.LP).value,
            organisation_id=of.id,
            is_demo=fund.is_demo,
        )
    )
    after = {"name": of.name, "code": row.code}
    audit.write(work, actor, "take_over:partner", "partner", row.id, after=after)
    return row


# ---- reads
def _known(work: Work, fund: Fund, word: str) -> list[Partner]:
    """Return the accounts that a word may mean: by code, else by name or by the investor's name."""
    of_fund = (
        sa.select(Partner)
        .outerjoin(Organisation, col(Organisation.id) == col(Partner.organisation_id))
        .where(col(Partner.fund_id) == fund.id)
    )
    asked = [
        [col(Partner.kind) == PartnerKind.GP.value] if word == GP else [],
        [col(Partner.code) == word],
        [
            sa.or_(
                *(col(name) == word for name in (Partner.name, Partner.name_en, Organisation.name))
            )
        ],
    ]
    for which in filter(None, asked):
        found = list(work.session.execute(of_fund.where(*which)).scalars())
        if found:
            return found
    return []


def _is_fund(work: Work, word: str) -> bool:
    same = (col(Fund.code) == word) | (col(Fund.name) == word)
    return work.scalar(sa.select(col(Fund.id)).where(same)) is not None


def _promises(work: Work, partner_id: str) -> list[Commitment]:
    of_partner = sa.select(Commitment).where(col(Commitment.partner_id) == partner_id)
    return list(work.session.execute(of_partner).scalars())


def opening_unfunded(work: Work, partner_id: str, on: date) -> int:
    """Return what row 109 would show on a day on which nothing was paid in yet, in fen."""
    return sum(
        one.amount_fen
        for one in _promises(work, partner_id)
        if one.effective_date < on
        or (one.effective_date == on and one.change == CommitmentChange.INITIAL)
    )


def first_days(work: Work, fund_id: str) -> Iterator[tuple[str, int, date]]:
    """Yield (partner, row, first day) of all that moved an account of the fund."""
    first = sa.func.min(col(LedgerTransaction.effective_date))
    yield from work.rows(
        ledger.entries(col(LedgerPosting.partner_id), col(LedgerPosting.line), first)
        .where(
            col(LedgerPosting.fund_id) == fund_id,
            col(LedgerPosting.account) == AccountCode.PARTNERS_CAPITAL.value,
        )
        .group_by(col(LedgerPosting.partner_id), col(LedgerPosting.line))
    )
    for partner_id, row, on in work.rows(
        sa.select(
            col(MemoRow.partner_id), col(MemoRow.sheet_row), sa.func.min(MemoRow.effective_date)
        )
        .join(Partner, col(Partner.id) == col(MemoRow.partner_id))
        .where(col(Partner.fund_id) == fund_id)
        .group_by(col(MemoRow.partner_id), col(MemoRow.sheet_row))
    ):
        yield partner_id, row, on
    for partner_id, change, on in work.rows(
        sa.select(
            col(Commitment.partner_id), col(Commitment.change), col(Commitment.effective_date)
        )
        .join(Partner, col(Partner.id) == col(Commitment.partner_id))
        .where(col(Partner.fund_id) == fund_id, col(Commitment.change).in_(CHANGED_ROWS))
    ):
        yield partner_id, CHANGED_ROWS[CommitmentChange(change)], on


def memos_there(work: Work, fund_id: str) -> dict[tuple[str, int, date], int]:
    """Return {(partner, row, day): fen} of the memo rows of earlier files that stand."""
    found: dict[tuple[str, int, date], int] = {}
    for one in memo_rows.standing(work, Moment(as_of=date.max), fund_id, memo_rows.ROWS):
        if one.source == TAG:
            key = (one.partner_id, one.sheet_row, one.effective_date)
            found[key] = found.get(key, 0) + one.amount_fen
    return found


def escrow_before(work: Work, fund_id: str, partner_id: str, on: date) -> int:
    """Return what an account held in escrow at the close of the day before, in fen."""
    moment = Moment(as_of=on - timedelta(days=1))
    return memo_rows.sums(work, moment, fund_id).get(partner_id, {}).get(ESCROW_ROW, 0)


def starts_of(on: date) -> tuple[date, date, date]:
    """Return the day itself, and the first days of its quarter and its year."""
    return on, Quarter.containing(on).start, year_start(on)


# ---- what cannot be opened
def _code_too_long(entry: Entry) -> Fault:
    return Fault(
        at=entry.at,
        row=entry.row,
        problem=say("“{code}” is no code of a fund.", code=entry.fund[:60]),
        remedy=say("Use the fund's short code, of at most {most} signs.", most=LONGEST_CODE),
    )


def _ambiguous(entry: Entry, codes: Sequence[str]) -> Fault:
    return Fault(
        at=entry.at,
        row=entry.row,
        problem=say(
            "“{word}” may mean any of {codes}.", word=entry.investor, codes=", ".join(codes)
        ),
        remedy=say("Write the code of the one account that is meant."),
    )


def _fund_as_investor(entry: Entry) -> Fault:
    return Fault(
        at=entry.at,
        row=entry.row,
        problem=say(
            "{investor} is a fund of these books and no partner of {fund} yet.",
            investor=entry.investor,
            fund=entry.fund,
        ),
        remedy=say("Admit it on the fund page first, so that its own books can follow."),
    )


def _no_commitment(entry: Entry) -> Fault:
    return Fault(
        at=entry.at,
        row=entry.row,
        problem=say(
            "Row {row}: {investor} pays in, and no commitment of it is known.",
            row=entry.row,
            investor=entry.investor,
        ),
        remedy=say("Give its total commitment on row 108."),
    )
