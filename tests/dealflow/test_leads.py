"""A lead goes round the units until one takes it, and every step is kept."""

from datetime import date

import pytest

from dealflow import leads
from dealflow.leads import Lead
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError
from tests.dealflow.district import District

RECEIVED, HANDED, BY = date(2023, 3, 1), date(2023, 3, 5), date(2023, 3, 12)


@pytest.fixture
def lead(work: Work, district: District, officer: Actor) -> Lead:
    return leads.receive(
        work,
        officer,
        code="L1",
        title="某企业拟设研发中心",
        unit_id=district.unit_ids["U1"],
        received_on=RECEIVED,
    )


def hand(work: Work, actor: Actor, district: District, lead: Lead, to: str, on: date = HANDED):
    unit_id = district.unit_ids[to]
    return leads.hand_over(work, actor, lead.id, to_unit_id=unit_id, on=on, accept_by=BY)


def test_a_lead_stays_with_its_unit_until_the_other_accepts(
    work: Work, district: District, officer: Actor, lead: Lead
) -> None:
    hand(work, officer, district, lead, "U2")
    assert leads.holder_id(work, lead.id) == district.unit_ids["U1"]
    leads.accept(work, officer, lead.id, on=BY)
    assert leads.holder_id(work, lead.id) == district.unit_ids["U2"]
    (line,) = leads.history(work, lead.id)
    assert (line.from_unit, line.to_unit, line.accepted_on) == ("单位U1", "单位U2", BY)


def test_one_handover_at_a_time(work: Work, district: District, officer: Actor, lead: Lead) -> None:
    hand(work, officer, district, lead, "U2")
    with pytest.raises(DomainError, match="not accepted yet"):
        hand(work, officer, district, lead, "U2", BY)


def test_a_lead_is_not_handed_to_its_own_unit_nor_before_it_came(
    work: Work, district: District, officer: Actor, lead: Lead
) -> None:
    with pytest.raises(DomainError, match="holds the lead already"):
        hand(work, officer, district, lead, "U1")
    with pytest.raises(DomainError, match="came to its unit on 2023-03-01"):
        hand(work, officer, district, lead, "U2", date(2023, 2, 28))


def test_nothing_is_accepted_twice_or_before_it_was_handed_over(
    work: Work, district: District, officer: Actor, lead: Lead
) -> None:
    hand(work, officer, district, lead, "U2")
    with pytest.raises(DomainError, match="handed over on 2023-03-05"):
        leads.accept(work, officer, lead.id, on=RECEIVED)
    leads.accept(work, officer, lead.id, on=HANDED)
    with pytest.raises(DomainError, match="no handover"):
        leads.accept(work, officer, lead.id, on=HANDED)


def test_counts_tell_waiting_from_overdue_as_of_the_day(
    work: Work, district: District, officer: Actor, lead: Lead
) -> None:
    hand(work, officer, district, lead, "U2")
    on_time, late = leads.counts(work, BY), leads.counts(work, date(2023, 3, 13))
    assert (on_time.received, on_time.circulated, on_time.waiting, on_time.overdue) == (1, 1, 1, 0)
    assert late.overdue == 1
    leads.accept(work, officer, lead.id, on=date(2023, 3, 14))
    assert leads.counts(work, date(2023, 3, 14)).waiting == 0
    assert leads.counts(work, date(2023, 3, 13)).overdue == 1


def test_a_lead_becomes_one_project(
    work: Work, district: District, officer: Actor, lead: Lead
) -> None:
    leads.become(work, officer, lead.id, district.project().id)
    assert leads.counts(work, BY).became_projects == 1
    with pytest.raises(DomainError, match="another project already"):
        leads.become(work, officer, lead.id, district.project().id)
