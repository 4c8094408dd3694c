"""The demo: what was published of one district, filled up with rows that are labelled 示例."""

from datetime import UTC, date, datetime

import sqlalchemy as sa
from sqlmodel import col

from portfolio.kernel.actors import Account
from portfolio.kernel.db import Database, Work
from portfolio.kernel.errors import DomainError
from portfolio.kernel.files import Store
from web.demo import (
    appraisals,
    cash,
    chain_rows,
    clauses,
    cohort,
    dispatch,
    district,
    eight,
    evidence,
    fees,
    firm_rows,
    growth,
    history,
    hongtai,
    indices,
    landing_office,
    leads,
    money_in,
    mother,
    office_book,
    people,
    pipeline,
    quarter_ends,
    reports_told,
    signing,
    sites,
    terms_of_the_49,
    xinwei,
)
from web.demo.hongtai_firms import GUOXING
from web.demo.people import LOGINS, PASSWORD
from web.demo.timeline import Scene, Timeline

__all__ = ["LOGINS", "PASSWORD", "is_loaded", "load"]
BEGINNING = date(2012, 12, 3)
BY_COMMANDS = "长安"  # of the older firms; the others come by the month


def is_loaded(work: Work) -> bool:
    """Say whether the demo is in the database; a load that failed left nothing."""
    logins = [given.login for given in LOGINS]
    demo = col(Account.is_demo).is_(True) & col(Account.login).in_(logins)
    return bool(work.scalar(sa.select(sa.func.count()).select_from(Account).where(demo)))


def load(database: Database, store: Store) -> None:
    """Tell the whole story in one transaction; refused where somebody works already."""
    timeline = plan()
    with database.writing(at=datetime(2012, 12, 3, tzinfo=UTC)) as work:
        if work.scalar(sa.select(sa.func.count()).select_from(Account)):
            raise DomainError(
                "This database has accounts already, so the demo is not loaded into it.",
                "Let LIANJI_DATA name an empty folder, or LIANJI_DATABASE_URL an empty database.",
            )
        timeline.play(Scene(work=work, store=store))


def plan() -> Timeline:
    """Return every step of the story."""
    timeline = Timeline()
    people.stage(timeline, BEGINNING)
    evidence.stage(timeline, BEGINNING)
    evidence.stage(timeline, date(2023, 10, 24))  # the papers of the fund's firms
    district.stage(timeline, BEGINNING)
    plans = money_in.with_money(cohort.cohort(), pipeline.pipeline())
    told = {entry.code for entry in cohort.cohort()}
    by_commands = [p for p in plans if p.code in told or p.firm == BY_COMMANDS]
    in_sets = [p for p in plans if p.code not in told and p.firm != BY_COMMANDS]
    signing.stage(timeline, by_commands)
    later = [(p, [m for m in p.money if m not in signing.by_command(p)]) for p in by_commands]
    history.stage(timeline, in_sets, money_of=later)
    for fund in (xinwei, mother, hongtai, growth):
        fund.stage(timeline)
    fees.stage(timeline)
    appraisals.stage(timeline)
    cash.stage(timeline)
    indices.stage(timeline)
    chain_rows.stage(timeline)
    quarter_ends.stage(timeline)
    reports_told.stage(timeline, (xinwei.CODE, hongtai.MOTHER, hongtai.CODE))
    guoxing = next(p for p in by_commands if p.firm == GUOXING.firm)
    eight.stage(timeline, guoxing)
    terms_of_the_49.stage(timeline, by_commands)
    clauses.stage(timeline)
    landing_office.stage(timeline)
    dispatch.stage(timeline)
    sites.stage(timeline)
    office_book.stage(timeline)
    leads.stage(timeline, leads.plans(list(pipeline.in_talks())))
    firm_rows.stage(timeline)
    return timeline
