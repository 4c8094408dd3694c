"""An amount split over the partners before it is booked: of a call, of a distribution."""

from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from portfolio import call_types, calls, commitments, ledger
from portfolio.accounts import AccountCode
from portfolio.call_types import Purpose as CallPurpose
from portfolio.commitments import Partner, shares
from portfolio.distributions import Purpose
from portfolio.kernel.db import Work
from portfolio.kernel.errors import say
from portfolio.ledger import Moment
from valuation.money import split_fen
from web.formats import Reader
from web.views.act_forms import Split, SplitRow, split_of
from web.views.fund_words import CALL_TYPES, PAID_PURPOSES
from web.views.funds import Opened
from web.views.holdings import named


# ---- reads
def call_split(
    work: Work, reader: Reader, opened: Opened, parts: Mapping[CallPurpose, int], on: date
) -> Split:
    """Split a call over the partners by type, with what may still be called of each."""
    if not parts:
        return _nothing()
    room = calls.headroom(work, opened.fund.id, since=on)
    asked = call_types.split_by_type(parts, shares(work, opened.fund.id, on=on))
    kinds = call_types.in_order(parts)
    rows = []
    for partner_id, of in asked.items():
        partner = commitments.partner(work, partner_id)
        outside_fen = sum(of.values()) - calls.inside(of)
        rows.append(
            SplitRow(
                name=named(reader, partner.name, partner.name_en),
                parts=tuple(of.get(kind, 0) for kind in kinds),
                total_fen=sum(of.values()),
                room_fen=room[partner_id] + outside_fen,
            )
        )
    heads = tuple(CALL_TYPES[kind] for kind in kinds)
    return split_of(heads, tuple(rows), asked_fen=sum(parts.values()))


def _nothing() -> Split:
    return split_of((), (), asked_fen=0)


def paid_split(
    work: Work,
    reader: Reader,
    opened: Opened,
    permanent: Mapping[Purpose, int],
    again: Mapping[Purpose, int],
    on: date,
) -> Split:
    """Split each part of a distribution over the partners, with the cash of that day."""
    by = shares(work, opened.fund.id, on=on)
    both = [(purpose, False, fen) for purpose, fen in permanent.items()]
    both += [(purpose, True, fen) for purpose, fen in again.items()]
    parts = {(purpose, recallable): fen for purpose, recallable, fen in both if fen > 0}
    if not parts or not by:
        return _nothing()
    weights = [share.committed_fen for share in by]
    split = {key: split_fen(fen, weights) for key, fen in parts.items()}
    names = {
        partner.id: named(reader, partner.name, partner.name_en)
        for (partner,) in work.rows(
            sa.select(Partner).where(col(Partner.fund_id) == opened.fund.id)
        )
    }
    rows = tuple(
        SplitRow(
            name=names[share.partner_id],
            parts=tuple(split[key][i] for key in parts),
            total_fen=sum(split[key][i] for key in parts),
            room_fen=None,
        )
        for i, share in enumerate(by)
    )
    cash_fen = ledger.balance_fen(work, Moment(as_of=on), AccountCode.CASH, fund_id=opened.fund.id)
    return split_of(
        tuple(
            say("Recallable: {what}", what=PAID_PURPOSES[purpose])
            if recallable
            else PAID_PURPOSES[purpose]
            for purpose, recallable in parts
        ),
        rows,
        asked_fen=sum(parts.values()),
        cash_fen=cash_fen,
    )
