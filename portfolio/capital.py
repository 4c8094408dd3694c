"""Capital: each partner's account in a fund, and its statement in the lines of the ILPA sheet.

Nothing is stored here. An account is what was promised (commitments) and what was booked (ledger),
so it can be asked for any day, and as it was known at any number of the books.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from portfolio import funds, ledger
from portfolio.accounts import (
    CAPITAL_ROWS,
    CARRY_LINES,
    COMMITMENT_ROWS,
    AccountCode,
    Line,
    with_subtotals,
)
from portfolio.call_types import OUTSIDE
from portfolio.commitments import Commitment, CommitmentChange, Partner, PartnerKind
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import NotFoundError
from portfolio.ledger import LedgerPosting, LedgerTransaction, Moment
from valuation.figures import Reason, Undefined
from valuation.periods import Quarter, year_start

RECALLABLE = "distribution:recallable:"  # purpose of the postings that may be called again
# Carry moves from the partners to the general partner: on the sheet it stands inside the gains.
CARRY_INSIDE = {Line.REALISED_GAIN: Line.CARRY_EARNED, Line.UNREALISED_GAIN: Line.CARRY_ACCRUED}


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """What an account adds up to at a moment, in fen; accounts add up to their fund."""

    committed_fen: int
    paid_in_fen: int
    unfunded_fen: int  # commitment − contributions inside it + recallable distributions
    distributed_fen: int
    recallable_fen: int
    nav_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CapitalAccount:
    """One partner's account in one fund."""

    partner_id: str
    code: str
    name: str
    name_en: str
    kind: PartnerKind
    amounts: Amounts
    share: float | Undefined  # of all that was committed to the fund: 0.4 is 40 %
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CapitalAccounts:
    """The accounts the reader may see, and the whole fund whoever reads."""

    accounts: tuple[CapitalAccount, ...]
    total: Amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One row of the sheet over the quarter, the year and since inception, in fen."""

    row: int
    name: str
    qtd_fen: int
    ytd_fen: int
    itd_fen: int


# ---- rules
def amounts(
    committed_fen: int, by_line: Mapping[int, int], recallable_fen: int, outside_fen: int = 0
) -> Amounts:
    """Return what one account adds up to.

    by_line      {reporting line: fen}, credit positive, since inception
    outside_fen  of the contributions, what was paid on top of the commitment
    """
    paid_in_fen = by_line.get(Line.CONTRIBUTIONS, 0)
    return Amounts(
        committed_fen=committed_fen,
        paid_in_fen=paid_in_fen,
        unfunded_fen=committed_fen - (paid_in_fen - outside_fen) + recallable_fen,
        distributed_fen=-by_line.get(Line.DISTRIBUTIONS, 0),
        recallable_fen=recallable_fen,
        nav_fen=sum(by_line.values()),
    )


def total(of: list[Amounts]) -> Amounts:
    """Add accounts up, field by field."""
    return Amounts(**{name: sum(getattr(one, name) for one in of) for name in Amounts.__slots__})


def account_rows(before: Mapping[int, int], during: Mapping[int, int]) -> dict[int, int]:
    """Return rows 12–104 in fen from what was booked before and in the column's period.

    before, during  {reporting line: fen}, credit positive

    Row 12 and row 96 are the state at the column's start. Carry is booked on lines of its own
    (97, 98) and shown twice: inside the gains of rows 92 and 93, which are net of it, and in the
    carry reconciliation below them.
    """
    leaves = {int(line): fen for line, fen in during.items()}
    leaves[12] = sum(before.values())
    leaves[96] = sum(before.get(line, 0) for line in CARRY_LINES)
    for gain, carry in CARRY_INSIDE.items():
        leaves[gain] = leaves.get(gain, 0) + leaves.get(carry, 0)
    return with_subtotals(CAPITAL_ROWS, leaves)


# ---- reads
def known(moment: Moment, recorded_at: Any) -> sa.ColumnElement[bool]:
    """Return the condition that a row without a number of its own was known at the moment.

    It was, if it was recorded no later than the first transaction that the moment does not know.
    """
    if moment.known_seq is None:
        return sa.true()
    following = (
        sa.select(col(LedgerTransaction.recorded_at))
        .where(col(LedgerTransaction.seq) == moment.known_seq + 1)
        .scalar_subquery()
    )
    return sa.or_(following.is_(None), recorded_at <= following)


def committed(work: Work, moment: Moment, fund_id: str) -> dict[str, dict[CommitmentChange, int]]:
    """Return {partner: {change: fen}} of what was promised by the moment."""
    found: dict[str, dict[CommitmentChange, int]] = {}
    statement = (
        sa.select(
            col(Commitment.partner_id),
            col(Commitment.change),
            sa.func.sum(col(Commitment.amount_fen)),
        )
        .join(Partner, col(Partner.id) == col(Commitment.partner_id))
        .where(
            col(Partner.fund_id) == fund_id,
            col(Commitment.effective_date) <= moment.as_of,
            known(moment, col(Commitment.recorded_at)),
        )
        .group_by(col(Commitment.partner_id), col(Commitment.change))
    )
    if not moment.with_demo:
        statement = statement.where(col(Commitment.is_demo).is_(False))
    for partner_id, change, fen in work.rows(statement):
        found.setdefault(partner_id, {})[CommitmentChange(change)] = int(fen)
    return found


def recallable(work: Work, moment: Moment, fund_id: str) -> dict[str, int]:
    """Return {partner: fen} of what was given back and may be called again."""
    statement = (
        ledger.entries(col(LedgerPosting.partner_id), sa.func.sum(col(LedgerPosting.amount_fen)))
        .where(
            col(LedgerPosting.fund_id) == fund_id,
            col(LedgerPosting.account) == AccountCode.PARTNERS_CAPITAL.value,
            col(LedgerPosting.line) == int(Line.DISTRIBUTIONS),
            col(LedgerPosting.purpose).startswith(RECALLABLE),
            moment.holds(),
        )
        .group_by(col(LedgerPosting.partner_id))
    )
    return {partner_id: int(fen) for partner_id, fen in work.rows(statement)}


def outside(work: Work, moment: Moment, fund_id: str) -> dict[str, int]:
    """Return {partner: fen} of what was paid on top of the commitment."""
    statement = (
        ledger.entries(col(LedgerPosting.partner_id), -sa.func.sum(col(LedgerPosting.amount_fen)))
        .where(
            col(LedgerPosting.fund_id) == fund_id,
            col(LedgerPosting.line) == int(Line.CONTRIBUTIONS),
            col(LedgerPosting.purpose).startswith(OUTSIDE),
            moment.holds(),
        )
        .group_by(col(LedgerPosting.partner_id))
    )
    return {partner_id: int(fen) for partner_id, fen in work.rows(statement)}


def accounts(
    work: Work,
    moment: Moment,
    fund_id: str,
    actor: Actor | None = None,
    *,
    with_demo: bool = True,
) -> CapitalAccounts:
    """Return the fund's accounts in the order the partners came in; an LP sees its own only."""
    moment = replace(moment, with_demo=moment.with_demo and with_demo)
    statement = sa.select(Partner).where(col(Partner.fund_id) == fund_id).order_by(col(Partner.id))
    if not moment.with_demo:
        statement = statement.where(col(Partner.is_demo).is_(False))
    partners = list(work.session.execute(statement).scalars())
    visible = {partner.id for partner in partners}
    if actor is not None:
        visible = {row[0] for row in work.rows(funds.visible_partners(actor, fund_id))}
    promised, back = committed(work, moment, fund_id), recallable(work, moment, fund_id)
    on_top = outside(work, moment, fund_id)
    booked = by_partner(ledger.capital_by_line(work, moment, fund_id=fund_id))
    found = {
        partner.id: amounts(
            sum(promised.get(partner.id, {}).values()),
            booked.get(partner.id, {}),
            back.get(partner.id, 0),
            on_top.get(partner.id, 0),
        )
        for partner in partners
    }
    fund = total(list(found.values()))
    return CapitalAccounts(
        accounts=tuple(
            CapitalAccount(
                partner_id=partner.id,
                code=partner.code,
                name=partner.name,
                name_en=partner.name_en,
                kind=PartnerKind(partner.kind),
                amounts=found[partner.id],
                share=_share(found[partner.id].committed_fen, fund.committed_fen),
                is_demo=partner.is_demo,
            )
            for partner in partners
            if partner.id in visible
        ),
        total=fund,
    )


def _share(part_fen: int, whole_fen: int) -> float | Undefined:
    if not whole_fen:
        return Undefined(Reason.NO_COMMITMENT, "nobody had committed to the fund by this date")
    return part_fen / whole_fen


def by_partner(by_line: Mapping[tuple[str, int], int]) -> dict[str, dict[int, int]]:
    """Turn {(partner, line): fen} into {partner: {line: fen}}."""
    found: dict[str, dict[int, int]] = {}
    for (partner_id, line), fen in by_line.items():
        found.setdefault(partner_id, {})[line] = fen
    return found


def statement(
    work: Work,
    *,
    fund_id: str,
    partner_id: str | None,
    quarter: Quarter,
    known_seq: int | None = None,
) -> list[StatementLine]:
    """Return rows 12–104 and 108–114 of one partner, or of the whole fund (partner None).

    source  ILPA Reporting Template v2.0, REPORTING.md §2.1 A
    errors  not found, where the partner is not one of this fund
    """
    if partner_id is not None:
        partner = work.session.get(Partner, partner_id)
        if partner is None or partner.fund_id != fund_id:
            raise NotFoundError
    end = Moment(as_of=quarter.end, known_seq=known_seq)
    starts = (quarter.start, year_start(quarter.end), None)
    at_end = _state(work, end, fund_id, partner_id)
    columns = [
        _column(at_end, _state_before(work, end, start, fund_id, partner_id)) for start in starts
    ]
    return [
        StatementLine(
            row=row.row,
            name=row.name,
            qtd_fen=columns[0][row.row],
            ytd_fen=columns[1][row.row],
            itd_fen=columns[2][row.row],
        )
        for row in (*CAPITAL_ROWS, *COMMITMENT_ROWS)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """All that was booked and promised up to a moment, for the accounts of one column."""

    by_line: Mapping[int, int]
    promised: Mapping[CommitmentChange, int]
    recallable_fen: int
    outside_fen: int


NOTHING = _State(by_line={}, promised={}, recallable_fen=0, outside_fen=0)


def _state_before(
    work: Work, end: Moment, start: date | None, fund_id: str, partner_id: str | None
) -> _State:
    if start is None:
        return NOTHING
    return _state(work, replace(end, as_of=start - timedelta(days=1)), fund_id, partner_id)


def _state(work: Work, moment: Moment, fund_id: str, partner_id: str | None) -> _State:
    by_line: dict[int, int] = {}
    for (partner, line), fen in ledger.capital_by_line(work, moment, fund_id=fund_id).items():
        if partner_id in {None, partner}:
            by_line[line] = by_line.get(line, 0) + fen
    promised: dict[CommitmentChange, int] = {}
    for partner, changes in committed(work, moment, fund_id).items():
        if partner_id in {None, partner}:
            for change, fen in changes.items():
                promised[change] = promised.get(change, 0) + fen
    back, on_top = recallable(work, moment, fund_id), outside(work, moment, fund_id)
    return _State(
        by_line=by_line,
        promised=promised,
        recallable_fen=sum(fen for partner, fen in back.items() if partner_id in {None, partner}),
        outside_fen=sum(fen for partner, fen in on_top.items() if partner_id in {None, partner}),
    )


def _column(at_end: _State, at_start: _State) -> dict[int, int]:
    during = {line: fen - at_start.by_line.get(line, 0) for line, fen in at_end.by_line.items()}
    promised = {
        change: fen - at_start.promised.get(change, 0) for change, fen in at_end.promised.items()
    }
    begin = amounts(
        sum(at_start.promised.values()),
        at_start.by_line,
        at_start.recallable_fen,
        at_start.outside_fen,
    )
    on_top_fen = at_end.outside_fen - at_start.outside_fen
    leaves = {
        108: sum(at_end.promised.values()),
        # A first commitment opens the account, so it stands in the balance the column begins with.
        109: begin.unfunded_fen + promised.get(CommitmentChange.INITIAL, 0),
        110: on_top_fen - during.get(Line.CONTRIBUTIONS, 0),
        111: at_end.recallable_fen - at_start.recallable_fen,
        112: promised.get(CommitmentChange.RELEASE, 0),
        113: promised.get(CommitmentChange.INCREASE, 0),
    }
    return account_rows(at_start.by_line, during) | with_subtotals(COMMITMENT_ROWS, leaves)
