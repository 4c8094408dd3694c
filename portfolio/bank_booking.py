"""Bank booking: a statement is taken in, previewed against the books, and booked once.

Nothing is written before somebody confirms; the lines that an earlier statement brought are left
as they are. What stays open can be matched again whenever the books have moved on.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from portfolio import bank, calls, funds, ledger, receipts
from portfolio.accounts import AccountCode, Line
from portfolio.bank import BankLine, BankStatement, BankTie, StatementRow, StatementState
from portfolio.bank_matching import Choice, Due, Entry, Outcome, Proposal, propose
from portfolio.calls import EVER
from portfolio.commitments import Partner
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, StaleError
from portfolio.kernel.files import Store
from portfolio.ledger import LedgerPosting, LedgerTransaction, Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What a confirmation, or another match, wrote."""

    lines: int
    receipts: int
    ties: int
    known: int
    open: int


# ---- commands
def upload(
    work: Work,
    actor: Actor,
    store: Store,
    *,
    fund_id: str,
    name: str,
    content: bytes,
    is_demo: bool = False,
) -> BankStatement:
    """Keep the file and open a statement for it, or return the one these bytes already have."""
    actor.must(Duty.CALL_CAPITAL)
    fund = funds.get(work, actor, fund_id)
    digest = hashlib.sha256(content).hexdigest()
    same = sa.select(BankStatement).where(
        col(BankStatement.fund_id) == fund_id, col(BankStatement.sha256) == digest
    )
    found: BankStatement | None = work.session.execute(same).scalar()
    if found is not None:
        return found
    kind, is_demo = "" if content.startswith(b"PK") else "text/csv", is_demo or fund.is_demo
    file = store.keep(work, actor, name=name, content=content, kind=kind, is_demo=is_demo)
    row = work.add(
        BankStatement(
            fund_id=fund_id,
            sha256=digest,
            file_id=file.id,
            name=file.name,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=is_demo,
        )
    )
    after = {"sha256": digest, "name": file.name}
    audit.write(work, actor, "bank:upload", "bank_statement", row.id, after=after)
    return row


def choose(
    work: Work,
    actor: Actor,
    fund_id: str,
    statement_id: str,
    *,
    version: int,
    columns: Mapping[int, str],
) -> BankStatement:
    """Say what the columns mean where their headings do not."""
    actor.must(Duty.CALL_CAPITAL)
    row = _draft(work, fund_id, statement_id, version)
    row.columns = audit.canonical({str(place): field for place, field in columns.items()})
    row.version += 1
    work.add(row)
    after = {"columns": json.loads(row.columns)}
    audit.write(work, actor, "bank:choose", "bank_statement", row.id, after=after)
    return row


def confirm(
    work: Work,
    actor: Actor,
    fund_id: str,
    statement_id: str,
    *,
    version: int,
    rows: Sequence[StatementRow],
    choices: Mapping[int, str],
    closes_on: date,
    correction_reason: str | None = None,
) -> Settled:
    """Take the lines in and book what they settle.

    rows       the lines of the file, oldest first
    choices    {number of the line: key of a choice} where a person was asked
    closes_on  the last day the statement speaks of
    errors     confirmed already; no lines; the last day lies before a line
    """
    actor.must(Duty.CALL_CAPITAL)
    row = _draft(work, fund_id, statement_id, version)
    if not rows:
        raise DomainError("The statement has no line.", "Choose the file of another period.")
    last = max(line.booked_on for line in rows)
    if closes_on < last:
        raise DomainError(
            "The statement is said to end on {closes}, but has a line of {last}.",
            "Enter the last day of the statement's period.",
            closes=closes_on,
            last=last,
        )
    proposals = preview(work, fund_id, rows)
    row.state, row.version = StatementState.CONFIRMED.value, row.version + 1
    row.closes_on, row.confirmed_at, row.confirmed_by = closes_on, work.recorded_at, actor.id
    work.add(row)
    new = []
    for print_, proposal in zip(bank.fingerprints(rows), proposals, strict=True):
        if proposal.outcome is not Outcome.KNOWN:
            line = _take_in(work, row, proposal.row, print_)
            new.append((line, proposal, choices.get(line.number, "")))
    done = _settle(work, actor, new, correction_reason)
    audit.write(
        work,
        actor,
        "bank:confirm",
        "bank_statement",
        row.id,
        after={name: getattr(done, name) for name in Settled.__slots__},
    )
    return Settled(
        lines=len(new),
        receipts=done.receipts,
        ties=done.ties,
        known=len(rows) - len(new),
        open=done.open,
    )


def match_again(
    work: Work,
    actor: Actor,
    fund_id: str,
    *,
    choices: Mapping[str, str],
    correction_reason: str | None = None,
) -> Settled:
    """Settle the lines that stayed open, by what the books hold now and what a person chose.

    choices  {line id: key of a choice}
    """
    actor.must(Duty.CALL_CAPITAL)
    funds.get(work, actor, fund_id)
    proposals = open_lines(work, fund_id)
    keyed = [
        (work.session.get_one(BankLine, line_id), proposal, choices.get(line_id, ""))
        for line_id, proposal in proposals.items()
    ]
    done = _settle(work, actor, keyed, correction_reason)
    after = {name: getattr(done, name) for name in Settled.__slots__}
    audit.write(work, actor, "bank:match", "fund", fund_id, after=after)
    return done


def _draft(work: Work, fund_id: str, statement_id: str, version: int) -> BankStatement:
    row = bank.statement(work, fund_id, statement_id)
    if row.version != version or row.state == StatementState.CONFIRMED:
        raise StaleError(
            mine={"version": version}, theirs={"version": row.version, "state": row.state}
        )
    return row


def _take_in(work: Work, of: BankStatement, row: StatementRow, fingerprint: str) -> BankLine:
    return work.add(
        BankLine(
            statement_id=of.id,
            fund_id=of.fund_id,
            number=row.number,
            booked_on=row.booked_on,
            amount_fen=row.amount_fen,
            counterparty=row.counterparty,
            account=row.account,
            memo=row.memo,
            balance_fen=row.balance_fen,
            fingerprint=fingerprint,
            is_demo=of.is_demo,
        )
    )


def _settle(
    work: Work,
    actor: Actor,
    keyed: Sequence[tuple[BankLine, Proposal, str]],
    correction_reason: str | None,
) -> Settled:
    booked = ties = left_open = 0
    for row, proposal, key in keyed:
        choice = proposal.chosen(key)
        if choice is None:
            left_open += 1
            continue
        if choice.due is not None:
            transaction_id = receipts.receive(
                work,
                actor,
                choice.due.call_line_id,
                received_on=row.booked_on,
                amount_fen=row.amount_fen,
                correction_reason=correction_reason,
            ).transaction_id
            bank.learn(work, actor, choice.due.partner_id, proposal.row)
            booked += 1
        else:
            transaction_id = _entry_of(choice)
            ties += 1
        work.add(
            BankTie(
                bank_line_id=row.id,
                transaction_id=transaction_id,
                amount_fen=row.amount_fen,
                recorded_at=work.recorded_at,
                recorded_by=actor.id,
                is_demo=row.is_demo,
            )
        )
    return Settled(lines=len(keyed), receipts=booked, ties=ties, known=0, open=left_open)


def _entry_of(choice: Choice) -> str:
    assert choice.entry is not None, "a choice names a due or an entry"
    return choice.entry.transaction_id


# ---- reads
def preview(work: Work, fund_id: str, rows: Sequence[StatementRow]) -> list[Proposal]:
    """Return what a statement would settle; nothing is written."""
    prints = bank.fingerprints(rows)
    held = sa.select(col(BankLine.fingerprint)).where(
        col(BankLine.fund_id) == fund_id, col(BankLine.fingerprint).in_(prints)
    )
    known = {print_ for (print_,) in work.rows(held)}
    return propose(
        rows,
        dues=dues(work, fund_id),
        entries=entries(work, EVER, fund_id),
        payers=bank.payers(work, fund_id),
        known=[print_ in known for print_ in prints],
    )


def open_lines(work: Work, fund_id: str) -> dict[str, Proposal]:
    """Return {line: proposal} of the lines that no entry explains yet."""
    left = [line for line in bank.lines(work, EVER, fund_id) if line.open_fen]
    proposals = propose(
        left,
        dues=dues(work, fund_id),
        entries=entries(work, EVER, fund_id),
        payers=bank.payers(work, fund_id),
    )
    return {line.id: proposal for line, proposal in zip(left, proposals, strict=True)}


def dues(work: Work, fund_id: str) -> list[Due]:
    """Return what the partners still owe, oldest call first."""
    return [
        Due(
            call_line_id=line.id,
            partner_id=line.partner_id,
            partner=line.name,
            call=made.number,
            called_on=made.called_on,
            outstanding_fen=line.outstanding_fen,
        )
        for made in calls.calls(work, EVER, fund_id)
        for line in made.lines
        if line.outstanding_fen
    ]


def entries(work: Work, moment: Moment, fund_id: str) -> list[Entry]:
    """Return the entries that stand, moved cash, and are not wholly explained by bank lines."""
    undone = sa.select(col(LedgerTransaction.supersedes)).where(
        col(LedgerTransaction.supersedes).is_not(None), moment.holds()
    )
    header = (
        *(col(LedgerTransaction.id), col(LedgerTransaction.seq)),
        *(col(LedgerTransaction.effective_date), col(LedgerTransaction.tag)),
        col(LedgerTransaction.memo),
    )
    moved = work.rows(
        ledger.entries(*header, sa.func.sum(col(LedgerPosting.amount_fen)))
        .where(
            col(LedgerTransaction.fund_id) == fund_id,
            col(LedgerPosting.account) == AccountCode.CASH.value,
            col(LedgerTransaction.supersedes).is_(None),
            col(LedgerTransaction.id).not_in(undone),
            moment.holds(),
        )
        .group_by(*header)
        .order_by(col(LedgerTransaction.effective_date), col(LedgerTransaction.seq))
    )
    tied = {
        transaction_id: int(fen)
        for transaction_id, fen in work.rows(
            sa.select(col(BankTie.transaction_id), sa.func.sum(col(BankTie.amount_fen)))
            .join(BankLine, col(BankLine.id) == col(BankTie.bank_line_id))
            .where(col(BankLine.fund_id) == fund_id, col(BankLine.booked_on) <= moment.as_of)
            .group_by(col(BankTie.transaction_id))
        )
    }
    left = [row for row in moved if int(row[5]) != tied.get(row[0], 0)]
    parts = _parts(work, fund_id, [row[0] for row in left])
    return [
        Entry(
            transaction_id=row[0],
            seq=row[1],
            on=row[2],
            tag=row[3],
            memo=row[4],
            open_fen=int(row[5]) - tied.get(row[0], 0),
            parts=parts.get(row[0], ()),
        )
        for row in left
    ]


def _parts(
    work: Work, fund_id: str, transaction_ids: Sequence[str]
) -> dict[str, tuple[tuple[str, int], ...]]:
    """Return {entry: (partner, cash)} where an entry moves cash of the partners one by one."""
    found: dict[str, tuple[tuple[str, int], ...]] = {}
    of_cash = sa.select(col(LedgerPosting.transaction_id)).where(
        col(LedgerPosting.fund_id) == fund_id,
        col(LedgerPosting.line).in_((int(Line.CONTRIBUTIONS), int(Line.DISTRIBUTIONS))),
    )
    for transaction_id, name, fen in work.rows(
        sa.select(
            col(LedgerPosting.transaction_id),
            col(Partner.name),
            -sa.func.sum(col(LedgerPosting.amount_fen)),
        )
        .join(Partner, col(Partner.id) == col(LedgerPosting.partner_id))
        .where(
            col(LedgerPosting.transaction_id).in_(transaction_ids),
            col(LedgerPosting.transaction_id).in_(of_cash),
        )
        .group_by(col(LedgerPosting.transaction_id), col(Partner.id), col(Partner.name))
    ):
        found[transaction_id] = (*found.get(transaction_id, ()), (name, int(fen)))
    return found
