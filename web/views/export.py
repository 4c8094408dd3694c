"""数据 › 导出: which books may be handed out, and how much lies in them."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import col

from portfolio import funds
from portfolio.funds import Fund
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.ledger import LedgerTransaction


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """One fund's books."""

    fund: Fund
    entries: int
    last_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPage:
    """The page of exports."""

    template: ClassVar[str] = "data/export.html"
    books: tuple[Book, ...]
    chosen: str


# ---- reads
def export_page(work: Work, actor: Actor, *, with_demo: bool) -> ExportPage:
    """Return the funds a person may see, each with the size of its books."""
    counted = sa.select(
        col(LedgerTransaction.fund_id),
        sa.func.count(),
        sa.func.max(col(LedgerTransaction.effective_date)),
    ).group_by(col(LedgerTransaction.fund_id))
    if not with_demo:
        counted = counted.where(col(LedgerTransaction.is_demo).is_(False))
    sizes = {fund_id: (int(count), last_on) for fund_id, count, last_on in work.rows(counted)}
    books = []
    for fund in funds.listed(work, actor, with_demo=with_demo):
        entries, last_on = sizes.get(fund.id, (0, None))
        books.append(Book(fund=fund, entries=entries, last_on=last_on))
    return ExportPage(books=tuple(books), chosen=books[0].fund.code if books else "")
