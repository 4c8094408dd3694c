"""An amount split over the partners before it is booked: of a call, of a distribution."""

from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from portfolio import calls, ledger
from portfolio.accounts import AccountCode
from portfolio.commitments import Partner, shares
from portfolio.distributions import Purpose
from portfolio.kernel.db import Work
from portfolio.kernel.errors import say
from portfolio.ledger import Moment
from valuation.money import split_fen
from web.formats import Reader
from web.views.act_forms import Split, SplitRow, split_of
from web.views.fund_words import (
    PAID_PURPOSES,
)
from web.views.funds import Opened
from web.views.holdings import named


# ---- reads
def call_split(
    work: Work, reader: Reader, opened: Opened, total_fen: int | None, on: date
) -> Split:
    """Split a call over the partners, with what may still be called of each."""
    if total_fen is None:
        return _nothing()
    room = calls.headroom(work, opened.fund.id, since=on)
    rows = tuple(
        SplitRow(
            name=named(reader, partner.name, partner.name_en),
            parts=(fen,),
            total_fen=fen,
            room_fen=room[partner.id],
        )
        for partner, fen in calls.preview(work, opened.fund.id, total_fen, on)
    )
    return split_of((say("Amount"),), rows, asked_fen=total_fen)


def _nothing() -> Split:
    return split_of((), (), asked_fen=0)


def paid_split(
    work: Work, reader: Reader, opened: Opened, parts: Mapping[Purpose, int], on: date
) -> Split:
    """Split each part of a distribution over the partners, with the cash of that day."""
    by = shares(work, opened.fund.id, on=on)
    parts = {purpose: fen for purpose, fen in parts.items() if fen > 0}
    if not parts or not by:
        return _nothing()
    weights = [share.committed_fen for share in by]
    split = {purpose: split_fen(fen, weights) for purpose, fen in parts.items()}
    names = {
        partner.id: named(reader, partner.name, partner.name_en)
        for (partner,) in work.rows(
            sa.select(Partner).where(col(Partner.fund_id) == opened.fund.id)
        )
    }
    rows = tuple(
        SplitRow(
            name=names[share.partner_id],
            parts=tuple(split[purpose][i] for purpose in parts),
            total_fen=sum(split[purpose][i] for purpose in parts),
            room_fen=None,
        )
        for i, share in enumerate(by)
    )
    cash_fen = ledger.balance_fen(work, Moment(as_of=on), AccountCode.CASH, fund_id=opened.fund.id)
    return split_of(
        tuple(PAID_PURPOSES[purpose] for purpose in parts),
        rows,
        asked_fen=sum(parts.values()),
        cash_fen=cash_fen,
    )
