"""Capital: each partner's account in a fund, and its statement in the lines of the ILPA sheet.

Nothing is stored here. An account is what was promised (commitments) and what was booked (ledger),
so it can be asked for any day, and as it was known at any number of the books.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from portfolio import funds, ledger, memo_rows, moved, unfunded
from portfolio.accounts import (
    CAPITAL_ROWS,
    CARRY_LINES,
    COMMITMENT_ROWS,
    ESCROW_ROW,
    OFFSET_LINES,
    OFFSET_ROWS,
    Line,
    with_subtotals,
)
from portfolio.commitments import Commitment, CommitmentChange, Partner, PartnerKind
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import NotFoundError
from portfolio.ledger import Moment
from valuation.figures import Reason, Undefined
from valuation.periods import Quarter, year_start

Key = TypeVar("Key")
# Carry moves from the partners to the general partner: on the sheet it stands inside the gains.
CARRY_INSIDE = {Line.REALISED_GAIN: Line.CARRY_EARNED, Line.UNREALISED_GAIN: Line.CARRY_ACCRUED}


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """What an account adds up to at a moment, in fen; accounts add up to their fund."""

    committed_fen: int
    paid_in_fen: int
    unfunded_fen: int  # commitment − contributions inside it + recallable + adjustments
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
    committed_fen: int,
    by_line: Mapping[int, int],
    recallable_fen: int,
    outside_fen: int = 0,
    memo: Mapping[int, int] | None = None,
    over: moved.Moved = moved.NOTHING,
) -> Amounts:
    """Return what one account adds up to.

    by_line      {reporting line: fen}, credit positive, since inception
    outside_fen  of the contributions, what was paid on top of the commitment
    memo         {memo row: fen}; rows 109-113 of it adjust the unfunded commitment
    over         what transfers between partners carried over
    """
    paid_in_fen = by_line.get(Line.CONTRIBUTIONS, 0) + over.paid_in_fen
    recallable_fen += over.recallable_fen
    adjusted_fen = sum((memo or {}).get(row, 0) for row in memo_rows.UNFUNDED_ROWS)
    again_fen = (memo or {}).get(memo_rows.RECALLABLE_ROW, 0)
    return Amounts(
        committed_fen=committed_fen,
        paid_in_fen=paid_in_fen,
        unfunded_fen=committed_fen - (paid_in_fen - outside_fen) + recallable_fen + adjusted_fen,
        distributed_fen=over.distributed_fen - by_line.get(Line.DISTRIBUTIONS, 0),
        recallable_fen=recallable_fen + again_fen,
        nav_fen=sum(by_line.values()),
    )


def total(of: list[Amounts]) -> Amounts:
    """Add accounts up, field by field."""
    return Amounts(**{name: sum(getattr(one, name) for one in of) for name in Amounts.__slots__})


def account_rows(
    before: Mapping[int, int],
    during: Mapping[int, int],
    memo_before: Mapping[int, int],
    memo_during: Mapping[int, int],
) -> dict[int, int]:
    """Return rows 12-104 in fen from what was booked before and in the column's period.

    before, during            {reporting line: fen}, credit positive
    memo_before, memo_during  {memo row: fen}, signed as on the sheet

    Rows 12, 78 and 96 are the state at the column's start, with an opening balance that was taken
    over in it; row 99 is the state at its end. Carry is booked on lines of its own (97, 98) and
    shown twice: inside the gains of rows 92 and 93, which are net of it, and in the carry
    reconciliation below them.
    """
    leaves = {int(line): fen for line, fen in during.items()}
    for row in OFFSET_ROWS:
        leaves[row] = memo_during.get(row, 0)
    leaves[12] = sum(before.values()) + during.get(Line.OPENING_NAV, 0)
    leaves[96] = sum(before.get(line, 0) for line in CARRY_LINES)
    leaves[96] += during.get(Line.OPENING_CARRY, 0)
    leaves[78] = unapplied(before, memo_before)
    leaves[78] += memo_during.get(memo_rows.OPENING_OFFSETS_ROW, 0)
    leaves[ESCROW_ROW] = memo_before.get(ESCROW_ROW, 0) + memo_during.get(ESCROW_ROW, 0)
    for gain, carry in CARRY_INSIDE.items():
        leaves[gain] = leaves.get(gain, 0) + leaves.get(carry, 0)
    return with_subtotals(CAPITAL_ROWS, leaves)


def unapplied(by_line: Mapping[int, int], memo: Mapping[int, int]) -> int:
    """Return the offsets recognised and not applied yet, in fen: row 81 of the sheet."""
    recognised = sum(memo.get(row, 0) for row in (memo_rows.OPENING_OFFSETS_ROW, *OFFSET_ROWS))
    return recognised - sum(by_line.get(line, 0) for line in OFFSET_LINES)


# ---- reads
def known(moment: Moment, recorded_at: Any) -> sa.ColumnElement[bool]:
    """Return the condition that a row without a number of its own was known at the moment."""
    return moment.knew(recorded_at)


def committed(work: Work, moment: Moment, fund_id: str) -> dict[str, dict[CommitmentChange, int]]:
    """Return {partner: {change: fen}} of what was promised by the moment.

    A correction counts under the change that it undoes.
    """
    found: dict[str, dict[CommitmentChange, int]] = {}
    undone = aliased(Commitment)
    change = sa.func.coalesce(col(undone.change), col(Commitment.change))
    statement = (
        sa.select(col(Commitment.partner_id), change, sa.func.sum(col(Commitment.amount_fen)))
        .join(Partner, col(Partner.id) == col(Commitment.partner_id))
        .outerjoin(undone, col(undone.id) == col(Commitment.undoes))
        .where(
            col(Partner.fund_id) == fund_id,
            col(Commitment.effective_date) <= moment.as_of,
            known(moment, col(Commitment.recorded_at)),
        )
        .group_by(col(Commitment.partner_id), change)
    )
    if not moment.with_demo:
        statement = statement.where(col(Commitment.is_demo).is_(False))
    for partner_id, of, fen in work.rows(statement):
        found.setdefault(partner_id, {})[CommitmentChange(of)] = int(fen)
    return found


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
    promised, back = committed(work, moment, fund_id), unfunded.recallable(work, moment, fund_id)
    memo, on_top = memo_rows.sums(work, moment, fund_id), unfunded.outside(work, moment, fund_id)
    over = moved.sums(work, moment, fund_id)
    booked = by_partner(ledger.capital_by_line(work, moment, fund_id=fund_id))
    found = {
        partner.id: amounts(
            sum(promised.get(partner.id, {}).values()),
            booked.get(partner.id, {}),
            back.get(partner.id, 0),
            on_top.get(partner.id, 0),
            memo.get(partner.id),
            over.get(partner.id, moved.NOTHING),
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
    known_at: datetime | None = None,
    kind: PartnerKind | None = None,
) -> list[StatementLine]:
    """Return rows 12-104 and 108-114 of one partner, or of the whole fund (partner None).

    kind    of a whole fund, the accounts of this kind only: the general partner's column
    source  ILPA Reporting Template v2.0, REPORTING.md §2.1 A
    errors  not found, where the partner is not one of this fund
    """
    if partner_id is not None:
        partner = work.session.get(Partner, partner_id)
        if partner is None or partner.fund_id != fund_id:
            raise NotFoundError
    asked = _ids(work, fund_id, partner_id, kind)

    def state(as_of: date) -> State:
        found = states(work, Moment(as_of=as_of, known_seq=known_seq, known_at=known_at), fund_id)
        return added(found[one] for one in asked if one in found)

    at_end, day = state(quarter.end), timedelta(days=1)
    columns = [
        column(at_end, state(quarter.start - day)),
        column(at_end, state(year_start(quarter.end) - day)),
        column(at_end, NOTHING),
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
class State:
    """All that was booked and promised up to a moment, for the accounts of one column."""

    by_line: Mapping[int, int]
    promised: Mapping[CommitmentChange, int]
    recallable_fen: int
    outside_fen: int
    memo: Mapping[int, int]
    over: moved.Moved = moved.NOTHING


NOTHING = State(by_line={}, promised={}, recallable_fen=0, outside_fen=0, memo={})


def _ids(work: Work, fund_id: str, partner_id: str | None, kind: PartnerKind | None) -> list[str]:
    asked = sa.select(col(Partner.id)).where(col(Partner.fund_id) == fund_id)
    if partner_id is not None:
        asked = asked.where(col(Partner.id) == partner_id)
    if kind is not None:
        asked = asked.where(col(Partner.kind) == kind.value)
    return [row[0] for row in work.rows(asked)]


def states(work: Work, moment: Moment, fund_id: str) -> dict[str, State]:
    """Return {partner: state} at the close of the moment's day."""
    booked = by_partner(ledger.capital_by_line(work, moment, fund_id=fund_id))
    promised, back = committed(work, moment, fund_id), unfunded.recallable(work, moment, fund_id)
    memo, on_top = memo_rows.sums(work, moment, fund_id), unfunded.outside(work, moment, fund_id)
    over = moved.sums(work, moment, fund_id)
    return {
        partner: State(
            by_line=booked.get(partner, {}),
            promised=promised.get(partner, {}),
            recallable_fen=back.get(partner, 0),
            outside_fen=on_top.get(partner, 0),
            memo=memo.get(partner, {}),
            over=over.get(partner, moved.NOTHING),
        )
        for partner in {*booked, *promised, *memo}
    }


def added(of: Iterable[State]) -> State:
    """Add states up."""
    by_line, promised, memo = Counter[int](), Counter[CommitmentChange](), Counter[int]()
    recallable_fen, outside_fen, over = 0, 0, moved.NOTHING
    for one in of:
        by_line.update(one.by_line)
        promised.update(one.promised)
        memo.update(one.memo)
        recallable_fen += one.recallable_fen
        outside_fen += one.outside_fen
        over += one.over
    return State(
        by_line=by_line,
        promised=promised,
        recallable_fen=recallable_fen,
        outside_fen=outside_fen,
        memo=memo,
        over=over,
    )


def column(at_end: State, at_start: State) -> dict[int, int]:
    """Return every row of one column from the states at its end and before its start."""
    during = _less(at_end.by_line, at_start.by_line)
    promised = _less(at_end.promised, at_start.promised)
    memo = _less(at_end.memo, at_start.memo)
    begin = amounts(
        sum(at_start.promised.values()),
        at_start.by_line,
        at_start.recallable_fen,
        at_start.outside_fen,
        at_start.memo,
        at_start.over,
    )
    on_top_fen = at_end.outside_fen - at_start.outside_fen
    released = CommitmentChange.RELEASE
    adjusted_fen = at_end.over.unfunded_fen - at_start.over.unfunded_fen
    for change in (CommitmentChange.INCREASE, CommitmentChange.TRANSFER):
        adjusted_fen += promised.get(change, 0)
    leaves = {
        # As signed: what was released stands on row 112, or the roll-forward would count it twice.
        108: sum(fen for change, fen in at_end.promised.items() if change is not released),
        # A first commitment opens the account, so it stands in the balance the column begins with.
        109: begin.unfunded_fen + promised.get(CommitmentChange.INITIAL, 0) + memo.get(109, 0),
        110: memo.get(110, 0) + on_top_fen - during.get(Line.CONTRIBUTIONS, 0),
        111: memo.get(111, 0) + at_end.recallable_fen - at_start.recallable_fen,
        112: promised.get(released, 0),
        113: memo.get(113, 0) + adjusted_fen,
    }
    capital_rows = account_rows(at_start.by_line, during, at_start.memo, memo)
    return capital_rows | with_subtotals(COMMITMENT_ROWS, leaves)


def _less(end: Mapping[Key, int], start: Mapping[Key, int]) -> dict[Key, int]:
    return {key: fen - start.get(key, 0) for key, fen in end.items()}
