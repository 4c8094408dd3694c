"""Links: where each row behind a figure opens, for a reader who may open it."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import col

from dealflow.conditions import Condition
from dealflow.landings import Arrival
from portfolio.figures import FigureRow
from portfolio.funds import Fund
from portfolio.investments import Investment
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.ledger import LedgerPosting, LedgerTransaction


# ---- reads
def links(work: Work, actor: Actor, rows: Sequence[FigureRow], fund: str) -> dict[str, str]:
    """Return {subject: address} of the rows that this reader may open."""
    if not actor.may(Duty.READ_DEALFLOW):
        return {}
    ids: dict[str, set[str]] = {}
    for row in rows:
        ids.setdefault(row.kind, set()).add(row.subject_id)
    found = {one: f"/deals/{one}" for one in ids.get("project", ())}
    for kind in ("agreement", "framework"):
        found |= {one: f"/agreements/{one}" for one in ids.get(kind, ())}
    found |= {one: f"/investments/{one}" for one in ids.get("investment", ())}
    if fund:
        found |= dict.fromkeys(ids.get("partner", ()), f"/funds/{fund}")
    if owed := ids.get("condition"):
        found |= {
            condition_id: f"/agreements/{agreement_id}"
            for condition_id, agreement_id in work.rows(
                sa.select(col(Condition.id), col(Condition.agreement_id)).where(
                    col(Condition.id).in_(owed)
                )
            )
        }
    if arrivals := ids.get("arrival"):
        found |= {
            arrival_id: f"/deals/{project_id}"
            for arrival_id, project_id in work.rows(
                sa.select(col(Arrival.id), col(Arrival.project_id)).where(
                    col(Arrival.id).in_(arrivals)
                )
            )
        }
    if entries := ids.get("transaction"):
        found |= _entry_links(work, entries)
    return found


def _entry_links(work: Work, transaction_ids: set[str]) -> dict[str, str]:
    holding = (
        sa.select(col(LedgerPosting.investment_id))
        .join(Investment, col(Investment.id) == col(LedgerPosting.investment_id))
        .where(col(LedgerPosting.transaction_id) == col(LedgerTransaction.id))
        .limit(1)
        .scalar_subquery()
    )
    rows = work.rows(
        sa.select(col(LedgerTransaction.id), col(Fund.code), holding)
        .join(Fund, col(Fund.id) == col(LedgerTransaction.fund_id))
        .where(col(LedgerTransaction.id).in_(transaction_ids))
    )
    return {
        transaction_id: f"/investments/{held}" if held else f"/funds/{code}"
        for transaction_id, code, held in rows
    }
