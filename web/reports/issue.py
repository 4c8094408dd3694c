"""Issuing: a reviewed edition is built once for all partners, checked, and kept as it is said.

The commands of `portfolio` know no facts of firms and no wording; here they get them. What is kept
is read back before it is kept, so that a locked report can always be shown again.
"""

from dataclasses import replace

import sqlalchemy as sa
from sqlmodel import col

from portfolio import editions, funds, issued, prose
from portfolio.commitments import Partner
from portfolio.editions import ReportEdition, ReportLock
from portfolio.kernel.actors import Account, Actor, Duty
from portfolio.kernel.db import SHANGHAI, Work
from portfolio.kernel.errors import DomainError, NotFoundError
from valuation.periods import Quarter
from web.reports import difference, facts, whole
from web.reports.parts import Issue
from web.reports.report import Check, LpReport, Outcome
from web.reports.whole import Draft


class NotLockableError(DomainError):
    """Checks that stand in the way of a lock; `faults` carries all of them."""

    def __init__(self, partner: Partner, faults: list[Check]) -> None:
        super().__init__(
            "The report to {partner} cannot be locked; faults: {count}. The first: {first}",
            "Settle each of them, then lock the report.",
            partner=partner.name,
            count=len(faults),
            first=faults[0].words,
        )
        self.faults = tuple(faults)


# ---- rules
def number_of(fund_code: str, quarter: Quarter, edition: int) -> str:
    """Return the number that every page of a locked report prints."""
    return f"{fund_code}-{quarter}-{edition}"


# ---- commands
def begin(
    work: Work,
    actor: Actor,
    *,
    fund_id: str,
    quarter: Quarter,
    reason: str = "",
    index_id: str | None = None,
    is_demo: bool = False,
) -> ReportEdition:
    """Begin an edition; a reissue begins with the prose and the index of the one before."""
    before = editions.newest(work, fund_id, quarter)
    edition = editions.begin(
        work,
        actor,
        fund_id=fund_id,
        quarter=quarter,
        reason=reason,
        index_id=index_id or (before.index_id if before else None),
        is_demo=is_demo,
    )
    if before is not None:
        prose.take_over(work, actor, edition.id, before.id)
    return edition


def lock(work: Work, actor: Actor, edition_id: str) -> ReportLock:
    """Lock an edition with the facts of every partner, as the books stand now.

    errors  those of `issued.lock`; a check of any partner's report that has a fault
    """
    edition = issued.refuse_lock(work, actor, edition_id)
    fund = funds.get(work, actor, edition.fund_id)
    draft = draft_of(work, edition)
    today = work.recorded_at.astimezone(SHANGHAI).date()
    draft = replace(
        draft,
        issue=replace(
            draft.issue,
            number=number_of(fund.code, edition.quarter, edition.number),
            reviewed_by=actor.name,
            reviewed_on=today,
        ),
    )
    of = whole.read(
        work,
        actor,
        fund_code=fund.code,
        quarter=edition.quarter,
        known_at=work.recorded_at,
        draft=draft,
    )
    told = {}
    for partner in _partners(work, edition.fund_id):
        report = facts.of_partner(of, partner)
        if faults := [one for one in report.checks if one.outcome is Outcome.FAULT]:
            raise NotLockableError(partner, faults)
        if last := _before(work, actor, edition, partner):
            report = replace(report, changes=difference.changes(last, report))
        text = report.canonical
        assert LpReport.read(text) == report, "what is kept must be read back as it was"
        told[partner.id] = text
    assert of.moment.known_seq is not None
    return issued.lock(
        work,
        actor,
        edition_id,
        facts=told,
        known_seq=of.moment.known_seq,
        known_at=work.recorded_at,
    )


def _before(work: Work, actor: Actor, edition: ReportEdition, partner: Partner) -> LpReport | None:
    """Return what the partner was told by the edition before; None where it was told nothing."""
    try:
        _, _, kept = issued.find(
            work,
            actor,
            fund_id=edition.fund_id,
            quarter=edition.quarter,
            partner_id=partner.id,
            number=edition.number - 1 or -1,
        )
    except NotFoundError:
        return None
    return LpReport.read(kept.facts)


def _partners(work: Work, fund_id: str) -> list[Partner]:
    statement = sa.select(Partner).where(col(Partner.fund_id) == fund_id)
    return list(work.session.execute(statement.order_by(col(Partner.id))).scalars())


# ---- reads
def draft_of(work: Work, edition: ReportEdition) -> Draft:
    """Return what an edition adds to the facts of the books."""
    preparer = work.scalar(
        sa.select(col(Account.name)).where(col(Account.id) == edition.prepared_by)
    )
    return Draft(
        edition=edition,
        issue=Issue(
            edition=edition.number,
            number="",
            reason=edition.reason,
            prepared_by=preparer or "",
            prepared_on=edition.recorded_at.astimezone(SHANGHAI).date(),
            reviewed_by="",
            reviewed_on=None,
        ),
        prose=tuple(prose.current(work, edition.id).values()),
    )


def told(
    work: Work,
    actor: Actor,
    *,
    fund_code: str,
    quarter: Quarter,
    partner_code: str,
    number: int = 0,
) -> LpReport:
    """Return a locked report as it was issued, the newest by default; else not found."""
    actor.must(Duty.READ_REPORTS)
    fund = funds.find(work, actor, fund_code)
    partner = facts.partner_of(work, actor, fund.id, partner_code)
    _, _, kept = issued.find(
        work, actor, fund_id=fund.id, quarter=quarter, partner_id=partner.id, number=number
    )
    return LpReport.read(kept.facts)


def current(
    work: Work, actor: Actor, *, fund_code: str, quarter: Quarter, partner_code: str
) -> LpReport:
    """Return the draft if one is open, the issued report if one is locked, else the live one.

    A draft of a reissue shows already what it says otherwise than the edition before.
    """
    actor.must(Duty.READ_REPORTS)
    fund = funds.find(work, actor, fund_code)
    edition = editions.newest(work, fund.id, quarter)
    if edition is not None and editions.lock_of(work, edition.id) is not None:
        return told(work, actor, fund_code=fund_code, quarter=quarter, partner_code=partner_code)
    report = facts.build(
        work,
        actor,
        fund_code=fund_code,
        quarter=quarter,
        partner_code=partner_code,
        draft=draft_of(work, edition) if edition is not None else None,
    )
    partner = facts.partner_of(work, actor, fund.id, partner_code)
    if edition is not None and (last := _before(work, actor, edition, partner)):
        return replace(report, changes=difference.changes(last, report))
    return report
