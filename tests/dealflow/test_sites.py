"""Sites: listed, offered, held by a project from its milestone on, and free again at its end."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from dealflow import projects, site_list, site_needs, site_takings, sites
from dealflow.projects import Project
from dealflow.site_list import Filters, Standing
from dealflow.site_needs import WEIGHTS, Criterion, SiteNeed
from dealflow.site_takings import Held
from dealflow.sites import Offer, ProjectSite, SiteKind, Utility
from dealflow.stages import Stage
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, NotAllowedError, StaleError
from tests.dealflow.district import District

LISTED, SECURED, LATER = date(2024, 1, 1), date(2024, 3, 1), date(2025, 6, 1)


@pytest.fixture
def factory(work: Work, officer: Actor) -> ProjectSite:
    return sites.add(
        work,
        officer,
        code="A01",
        name="一号厂房",
        kind=SiteKind.FACTORY,
        park="前沿科技城",
        area_m2=8_000,
        floor_load_kg_m2=1_000,
        power_kva=1_250,
        utilities=sites.written([Utility.GAS, Utility.FIBRE]),
        listed_on=LISTED,
    )


def standing(work: Work, as_of: date, site: ProjectSite) -> Standing:
    return site_list.line(work, as_of, site.id).standing


def secure(district: District, site: ProjectSite, on: date) -> Project:
    project = district.project()
    milestone = district.reach(project, Stage.SITE, on)
    site_takings.take(district.work, district.recorder, site_id=site.id, milestone_id=milestone.id)
    return project


# ---- the inventory
def test_a_site_is_free_from_the_day_it_is_ready(
    work: Work, officer: Actor, factory: ProjectSite
) -> None:
    assert standing(work, LISTED, factory) is Standing.FREE
    sites.change(work, officer, factory.id, version=1, facts={"free_from": LATER})
    assert standing(work, LATER - timedelta(days=1), factory) is Standing.LATER
    assert standing(work, LATER, factory) is Standing.FREE
    assert site_list.listed(work, LISTED - timedelta(days=1)) == []


def test_a_form_opened_before_another_change_is_refused(
    work: Work, officer: Actor, factory: ProjectSite
) -> None:
    sites.change(work, officer, factory.id, version=1, facts={"area_m2": 9_000})
    with pytest.raises(StaleError):
        sites.change(work, officer, factory.id, version=1, facts={"area_m2": 7_000})
    assert sites.get(work, factory.id).area_m2 == 9_000


def test_what_cannot_be_is_refused(work: Work, officer: Actor, factory: ProjectSite) -> None:
    facts = {"kind": SiteKind.OFFICE, "area_m2": 100, "listed_on": LISTED}
    with pytest.raises(DomainError, match="A01 already"):
        sites.add(work, officer, code="A01", name="另一处", **facts)
    with pytest.raises(DomainError, match="no name"):
        sites.add(work, officer, code="A02", name=" ", **facts)
    with pytest.raises(DomainError, match="more than nothing"):
        sites.add(work, officer, code="A02", name="二号", **{**facts, "area_m2": 0})
    with pytest.raises(DomainError, match="still to come"):
        sites.add(
            work, officer, code="A02", name="二号", **{**facts, "listed_on": date(2030, 1, 1)}
        )


def test_only_the_office_keeps_the_inventory(work: Work, auditor: Actor) -> None:
    with pytest.raises(NotAllowedError):
        sites.add(
            work, auditor, code="X", name="X", kind=SiteKind.OFFICE, area_m2=1, listed_on=LISTED
        )


def test_a_site_kept_back_or_withdrawn_says_why_and_since_when(
    work: Work, officer: Actor, factory: ProjectSite
) -> None:
    with pytest.raises(DomainError, match="needs its reason"):
        sites.offer(work, officer, factory.id, to=Offer.RESERVED, on=SECURED)
    sites.offer(work, officer, factory.id, to=Offer.RESERVED, on=SECURED, note="规划调整")
    assert standing(work, SECURED - timedelta(days=1), factory) is Standing.FREE
    assert standing(work, SECURED, factory) is Standing.RESERVED
    with pytest.raises(DomainError, match="not between 2024-03-01"):
        sites.offer(work, officer, factory.id, to=Offer.OPEN, on=LISTED)
    sites.offer(work, officer, factory.id, to=Offer.WITHDRAWN, on=LATER, note="已拆除")
    assert site_list.listed(work, LATER) == []
    assert len(site_list.listed(work, LATER, Filters(standing=Standing.WITHDRAWN))) == 1


def test_the_filters_leave_what_was_asked_for(
    work: Work, officer: Actor, factory: ProjectSite
) -> None:
    sites.add(
        work, officer, code="B", name="楼", kind=SiteKind.OFFICE, area_m2=500, listed_on=LISTED
    )

    def codes(**asked: object) -> list[str]:
        return [one.site.code for one in site_list.listed(work, LISTED, Filters(**asked))]

    assert codes() == ["B", "A01"]
    assert (
        codes(kind=SiteKind.FACTORY) == codes(park="前沿科技城") == codes(least_m2=501) == ["A01"]
    )
    assert codes(standing=Standing.TAKEN) == codes(only_public=True) == []


# ---- who holds it
def test_site_secured_takes_the_site_and_termination_frees_it(
    work: Work, officer: Actor, district: District, factory: ProjectSite
) -> None:
    project = secure(district, factory, SECURED)
    assert standing(work, SECURED - timedelta(days=1), factory) is Standing.FREE
    assert standing(work, SECURED, factory) is Standing.TAKEN
    assert [one.code for one, _ in site_list.held_by(work, SECURED, project.id)] == ["A01"]
    district.reach(project, Stage.TERMINATED, LATER)
    assert standing(work, LATER - timedelta(days=1), factory) is Standing.TAKEN
    assert standing(work, LATER, factory) is Standing.FREE


def test_a_site_is_not_taken_twice(
    work: Work, officer: Actor, district: District, factory: ProjectSite
) -> None:
    first = secure(district, factory, SECURED)
    with pytest.raises(DomainError, match=r"一号厂房 is held by another project from 2024-03-01"):
        secure(district, factory, LATER)
    # the one that was refused keeps its row in this unit of work; the request would undo it
    assert first.id == site_list.line(work, SECURED, factory.id).held.project_id


def test_a_site_freed_by_termination_is_taken_anew_and_not_given_back_by_voiding(
    work: Work, officer: Actor, district: District, factory: ProjectSite
) -> None:
    first = secure(district, factory, SECURED)
    ended = district.reach(first, Stage.TERMINATED, LATER)
    second = secure(district, factory, LATER)
    assert site_list.line(work, LATER, factory.id).held.project_id == second.id
    assert [one.project for one in site_list.spells(work, LATER, factory.id)] == [
        second.name,
        first.name,
    ]
    with pytest.raises(DomainError, match="held by another project"):
        projects.void(work, officer, ended.id, reason="误录")


def test_voiding_the_milestone_frees_the_site_and_voiding_the_end_restores_it(
    work: Work, officer: Actor, district: District, factory: ProjectSite
) -> None:
    project = secure(district, factory, SECURED)
    ended = district.reach(project, Stage.TERMINATED, LATER)
    projects.void(work, officer, ended.id, reason="误录")
    assert standing(work, LATER, factory) is Standing.TAKEN
    secured = next(
        one.milestone_id
        for (one,) in work.rows(sa.select(site_takings.SiteTaking))
        if one.project_id == project.id
    )
    projects.void(work, officer, secured, reason="未签约")
    assert standing(work, LATER, factory) is Standing.FREE


def test_a_site_is_given_back_while_its_project_goes_on(
    work: Work, officer: Actor, district: District, factory: ProjectSite
) -> None:
    secure(district, factory, SECURED)
    held = site_list.line(work, SECURED, factory.id).held
    for on in (SECURED - timedelta(days=1), date(2030, 1, 1)):
        with pytest.raises(DomainError, match="not between 2024-03-01"):
            site_takings.release(work, officer, held.taking_id, on=on, reason="迁址")
    with pytest.raises(DomainError, match="needs its reason"):
        site_takings.release(work, officer, held.taking_id, on=LATER, reason=" ")
    site_takings.release(work, officer, held.taking_id, on=LATER, reason="迁址")
    assert standing(work, LATER, factory) is Standing.FREE
    with pytest.raises(DomainError, match="free since 2025-06-01"):
        site_takings.release(work, officer, held.taking_id, on=LATER, reason="迁址")


def test_only_a_milestone_that_secured_a_site_takes_an_offered_one(
    work: Work, officer: Actor, district: District, factory: ProjectSite
) -> None:
    project = district.project()
    registered = district.reach(project, Stage.REGISTERED, SECURED)
    with pytest.raises(DomainError, match="has not secured"):
        site_takings.take(work, officer, site_id=factory.id, milestone_id=registered.id)
    early = district.reach(district.project(), Stage.SITE, LISTED - timedelta(days=1))
    with pytest.raises(DomainError, match="was not offered on 2023-12-31"):
        site_takings.take(work, officer, site_id=factory.id, milestone_id=early.id)
    waiting = [name for _, name in site_list.without_site(work)]
    assert waiting == ["项目2"]


def test_the_database_keeps_who_held_a_site(
    work: Work, district: District, factory: ProjectSite
) -> None:
    secure(district, factory, SECURED)
    with pytest.raises(DBAPIError, match="append-only"):
        work.session.execute(sa.text("DELETE FROM site_taking"))


DAYS = st.dates(date(2024, 1, 1), date(2024, 2, 1))


@given(first=st.tuples(DAYS, DAYS), second=st.tuples(DAYS, DAYS))
def test_two_takings_share_a_day_exactly_where_a_day_is_in_both(first, second) -> None:
    one, other = (
        Held(taking_id="", site_id="", project_id="", since=since, until=until)
        for since, until in (first, second)
    )
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(40)]
    assert site_takings.share_a_day(one, other) == any(
        one.is_on(day) and other.is_on(day) for day in days
    )


# ---- needs and matches
def test_each_criterion_says_whether_it_is_met_and_by_how_much_it_is_missed(
    work: Work, factory: ProjectSite
) -> None:
    need = SiteNeed(
        project_id="",
        kind=SiteKind.FACTORY.value,
        park="创新经济走廊",
        area_m2=10_000,
        floor_load_kg_m2=800,
        power_kva=2_500,
        utilities=sites.written([Utility.GAS, Utility.STEAM]),
        needed_by=LISTED,
    )
    (match,) = site_needs.matches(work, LISTED, need)
    found = {part.code: (part.is_met, part.short, part.points) for part in match.parts}
    assert found == {
        Criterion.AREA: (False, 2_000, 24.0),  # 8,000 of 10,000 m², 30 points
        Criterion.KIND: (True, None, 20.0),
        Criterion.FLOOR_LOAD: (True, 0, 15.0),
        Criterion.POWER: (False, 1_250, 7.5),  # half of it
        Criterion.READY: (True, 0, 10.0),
        Criterion.PARK: (False, None, 0.0),
        Criterion.UTILITIES: (False, 1, 2.5),  # gas, but no steam
    }
    assert (match.score, match.most, match.fits) == (79.0, 100.0, False)


def test_what_is_not_known_of_a_site_is_worth_nothing_and_not_called_a_shortfall(
    work: Work, officer: Actor
) -> None:
    sites.add(
        work, officer, code="L", name="地", kind=SiteKind.PARCEL, area_m2=66_667, listed_on=LISTED
    )
    (match,) = site_needs.matches(work, LISTED, SiteNeed(project_id="", power_kva=100))
    (part,) = match.parts
    assert (part.points, part.has, part.short, part.is_met) == (0, None, None, False)


def test_a_site_ready_half_of_the_180_days_late_has_half_of_the_points(
    work: Work, officer: Actor, factory: ProjectSite
) -> None:
    sites.change(
        work, officer, factory.id, version=1, facts={"free_from": LISTED + timedelta(days=90)}
    )
    (match,) = site_needs.matches(work, LISTED, SiteNeed(project_id="", needed_by=LISTED))
    assert [(part.points, part.short) for part in match.parts] == [(5.0, 90)]


def test_only_sites_that_can_be_had_are_matched_and_of_equal_ones_the_smaller_comes_first(
    work: Work, officer: Actor, district: District, factory: ProjectSite
) -> None:
    for code, area_m2 in (("A02", 20_000), ("A03", 9_000)):
        sites.add(
            work,
            officer,
            code=code,
            name=code,
            kind=SiteKind.FACTORY,
            area_m2=area_m2,
            listed_on=LISTED,
        )
    secure(district, factory, SECURED)
    need = SiteNeed(project_id="", area_m2=8_000)
    found = [match.line.site.code for match in site_needs.matches(work, SECURED, need)]
    assert found == ["A03", "A02"]


@given(
    area=st.none() | st.integers(1, 10**6),
    power=st.none() | st.integers(1, 10**5),
    kind=st.none() | st.sampled_from(SiteKind),
    late=st.none() | st.integers(-400, 400),
)
def test_the_parts_add_up_to_the_score_which_never_passes_what_was_asked(
    area, power, kind, late
) -> None:
    site = ProjectSite(
        code="A", name="A", kind="factory", area_m2=5_000, listed_on=LISTED, price_basis="sale_m2"
    )
    line = site_list.SiteLine(site=site, standing=Standing.FREE, held=None, holder="")
    need = SiteNeed(
        project_id="",
        area_m2=area,
        power_kva=power,
        kind=kind and kind.value,
        needed_by=None if late is None else LISTED - timedelta(days=late),
    )
    match = site_needs.Match(line=line, parts=site_needs.measured(need, line, LISTED))
    assert match.score == sum(part.points for part in match.parts)
    assert 0 <= match.score <= match.most <= sum(WEIGHTS.values()) == 100
    assert match.fits == (match.score == match.most)


def test_a_need_is_stated_once_and_changed_from_the_version_that_was_read(
    work: Work, officer: Actor, district: District
) -> None:
    project = district.project()
    assert site_needs.of_project(work, project.id) is None
    facts = {"area_m2": 5_000}
    assert site_needs.state(work, officer, project.id, version=0, facts=facts).version == 1
    with pytest.raises(StaleError):
        site_needs.state(work, officer, project.id, version=0, facts=facts)
    site_needs.state(work, officer, project.id, version=1, facts={"area_m2": None})
    with pytest.raises(DomainError, match="more than nothing"):
        site_needs.state(work, officer, project.id, version=2, facts={"area_m2": 0})
