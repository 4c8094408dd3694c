"""Packs: all partners' reports of a quarter made in one go, resumable, one by one.

A table of its own and no queue beside it: the wish and its items are written in the one transaction
of the click, so a pack is never asked for without its rows, and whoever works on it (the server, or
the command line after a crash) sees what is left. Rows of a job are no history and may change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio.commitments import Partner
from portfolio.funds import Fund
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Instant, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError, NotFoundError
from valuation.periods import Quarter

ABANDONED = timedelta(minutes=5)  # an item taken longer ago was left by a worker that died


# ---- facts
class ItemState(StrEnum):
    """How far one report of a pack is."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSeen:
    """One report of a pack."""

    id: str
    fund: str
    fund_code: str
    partner: str
    partner_code: str
    state: ItemState
    reason: str  # why it failed
    sha256: str  # of the facts it was made from


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A pack and how far it is."""

    id: str
    quarter: Quarter
    lang: str
    asked_at: datetime
    items: tuple[ItemSeen, ...]

    def count(self, *states: ItemState) -> int:
        """Return how many reports are in one of the states."""
        return sum(1 for one in self.items if one.state in states)

    @property
    def is_over(self) -> bool:
        """Say whether nothing is left to make."""
        return not self.count(ItemState.WAITING, ItemState.WORKING)


# ---- rows
class ReportPack(Row, table=True):
    """A wish for all reports of a quarter."""

    __tablename__ = "report_pack"
    __table_args__ = strict()

    ends_on: date
    lang: str = Field(sa_type=one_of("zh", "en"))
    asked_by: str = Field(sa_type=Id)
    asked_at: datetime = Field(sa_type=Instant)


class PackItem(Row, table=True):
    """One partner's report in a pack."""

    __tablename__ = "pack_item"
    __table_args__ = strict(sa.UniqueConstraint("pack_id", "partner_id"))

    pack_id: str = Field(foreign_key="report_pack.id", sa_type=Id)
    partner_id: str = Field(foreign_key="partner.id", sa_type=Id)
    state: str = Field(sa_type=one_of(*ItemState))
    taken_at: datetime | None = Field(default=None, sa_type=Instant)
    reason: str = ""
    sha256: str = ""


# ---- commands
def ask(
    work: Work, actor: Actor, quarter: Quarter, partner_ids: Sequence[str], *, lang: str
) -> ReportPack:
    """Ask for the reports of these partners on a quarter."""
    actor.must(Duty.PREPARE_REPORTS)
    if not partner_ids:
        raise DomainError(
            "No fund has a report on {quarter}.",
            "Choose a quarter that has ended and in which a fund had begun.",
            quarter=str(quarter),
        )
    pack = work.add(
        ReportPack(ends_on=quarter.end, lang=lang, asked_by=actor.id, asked_at=work.recorded_at)
    )
    work.session.add_all(
        PackItem(pack_id=pack.id, partner_id=partner_id, state=ItemState.WAITING.value)
        for partner_id in partner_ids
    )
    work.session.flush()
    after = {"quarter": str(quarter), "reports": len(partner_ids)}
    audit.write(work, actor, "pack:ask", "report_pack", pack.id, after=after)
    return pack


def take(work: Work, pack_id: str | None = None) -> PackItem | None:
    """Take the next report that is waiting, or that a dead worker left; None if there is none.

    A writing unit is alone while it runs, so two workers never take the same one.
    """
    is_free = (col(PackItem.state) == ItemState.WAITING.value) | (
        (col(PackItem.state) == ItemState.WORKING.value)
        & (col(PackItem.taken_at) < work.recorded_at - ABANDONED)
    )
    statement = sa.select(PackItem).where(is_free).order_by(col(PackItem.id)).limit(1)
    if pack_id is not None:
        statement = statement.where(col(PackItem.pack_id) == pack_id)
    item: PackItem | None = work.session.execute(statement).scalar()
    if item is not None:
        item.state, item.taken_at = ItemState.WORKING.value, work.recorded_at
        work.add(item)
    return item


def finish(work: Work, item_id: str, *, sha256: str = "", reason: str = "") -> None:
    """Note that a report was made, or why it could not be."""
    item = work.session.get_one(PackItem, item_id)
    item.state = (ItemState.FAILED if reason else ItemState.DONE).value
    item.sha256, item.reason = sha256, reason[:500]
    work.add(item)


def again(work: Work, actor: Actor, pack_id: str) -> int:
    """Put what failed back in the line; return how many."""
    actor.must(Duty.PREPARE_REPORTS)
    find(work, actor, pack_id)
    done = work.session.execute(
        sa.update(PackItem)
        .where(col(PackItem.pack_id) == pack_id, col(PackItem.state) == ItemState.FAILED.value)
        .values(state=ItemState.WAITING.value, reason="")
    )
    audit.write(work, actor, "pack:again", "report_pack", pack_id)
    return int(done.rowcount)  # type: ignore[attr-defined] # a DML result has it


# ---- reads
def find(work: Work, actor: Actor, pack_id: str) -> Progress:
    """Return a pack with its items, in the order in which they are made."""
    actor.must(Duty.PREPARE_REPORTS)
    pack = work.session.get(ReportPack, pack_id)
    if pack is None:
        raise NotFoundError
    rows = work.session.execute(
        sa.select(PackItem, Partner, Fund)
        .join(Partner, col(Partner.id) == col(PackItem.partner_id))
        .join(Fund, col(Fund.id) == col(Partner.fund_id))
        .where(col(PackItem.pack_id) == pack_id)
        .order_by(col(PackItem.id))
    )
    return Progress(
        id=pack.id,
        quarter=Quarter.containing(pack.ends_on),
        lang=pack.lang,
        asked_at=pack.asked_at,
        items=tuple(
            ItemSeen(
                id=item.id,
                fund=fund.name,
                fund_code=fund.code,
                partner=partner.name,
                partner_code=partner.code,
                state=ItemState(item.state),
                reason=item.reason,
                sha256=item.sha256,
            )
            for item, partner, fund in rows
        ),
    )


def newest(work: Work, quarter: Quarter) -> str | None:
    """Return the pack of a quarter that was asked for last."""
    found: str | None = work.scalar(
        sa.select(col(ReportPack.id))
        .where(col(ReportPack.ends_on) == quarter.end)
        .order_by(col(ReportPack.id).desc())
        .limit(1)
    )
    return found
