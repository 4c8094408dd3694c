"""Lead list: the leads as the page shows them, with who holds each and what waits."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from dealflow.leads import Handover, Lead, SourceKind
from dealflow.units import Unit
from portfolio.kernel.db import Work


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class LeadLine:
    """One lead: where it came from, who holds it, and the handover that waits."""

    lead_id: str
    code: str
    title: str
    firm_name: str
    source: str
    source_kind: str
    received_on: date
    holder: str
    waiting_for: str  # the unit that has not accepted yet, "" where none is asked
    accept_by: date | None
    handovers: int
    project_id: str | None
    is_demo: bool

    def is_overdue(self, as_of: date) -> bool:
        """Say whether the unit asked should have accepted by now."""
        return self.accept_by is not None and self.accept_by < as_of


# ---- reads
def listed(
    work: Work,
    as_of: date,
    *,
    source_kind: SourceKind | None = None,
    only_waiting: bool = False,
    limit: int = 100,
    with_demo: bool = True,
) -> tuple[list[LeadLine], int]:
    """Return the newest leads received by a day, and how many there are of that kind."""
    statement = sa.select(Lead).where(col(Lead.received_on) <= as_of)
    if source_kind is not None:
        statement = statement.where(col(Lead.source_kind) == source_kind.value)
    if only_waiting:
        waits = sa.select(col(Handover.lead_id)).where(
            col(Handover.on) <= as_of,
            col(Handover.accepted_on).is_(None) | (col(Handover.accepted_on) > as_of),
        )
        statement = statement.where(col(Lead.id).in_(waits))
    if not with_demo:
        statement = statement.where(col(Lead.is_demo).is_(False))
    total = work.scalar(sa.select(sa.func.count()).select_from(statement.subquery()))
    newest = statement.order_by(col(Lead.received_on).desc(), col(Lead.code).desc()).limit(limit)
    rows = list(work.session.execute(newest).scalars())
    steps: dict[str, list[Handover]] = {}
    for step in work.session.execute(
        sa.select(Handover)
        .where(col(Handover.lead_id).in_([row.id for row in rows]), col(Handover.on) <= as_of)
        .order_by(col(Handover.on), col(Handover.id))
    ).scalars():
        steps.setdefault(step.lead_id, []).append(step)
    names = dict(work.rows(sa.select(col(Unit.id), col(Unit.name))))
    return [_line(row, steps.get(row.id, []), names, as_of) for row in rows], int(total)


def _line(row: Lead, steps: list[Handover], names: dict[str, str], as_of: date) -> LeadLine:
    taken = [one for one in steps if one.accepted_on is not None and one.accepted_on <= as_of]
    open_ = steps[-1] if steps and steps[-1] not in taken else None
    return LeadLine(
        lead_id=row.id,
        code=row.code,
        title=row.title,
        firm_name=row.firm_name,
        source=row.source,
        source_kind=row.source_kind,
        received_on=row.received_on,
        holder=names[taken[-1].to_unit_id if taken else row.unit_id],
        waiting_for=names[open_.to_unit_id] if open_ else "",
        accept_by=open_.accept_by if open_ else None,
        handovers=len(steps),
        project_id=row.project_id,
        is_demo=row.is_demo,
    )


def by_source(work: Work, as_of: date, *, with_demo: bool = True) -> dict[str, tuple[int, int]]:
    """Return {kind of source: (leads, of which became projects)}."""
    statement = (
        sa.select(col(Lead.source_kind), sa.func.count(), sa.func.count(col(Lead.project_id)))
        .where(col(Lead.received_on) <= as_of)
        .group_by(col(Lead.source_kind))
    )
    if not with_demo:
        statement = statement.where(col(Lead.is_demo).is_(False))
    return {kind: (total, became) for kind, total, became in work.rows(statement)}
