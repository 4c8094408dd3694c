"""What ties a firm: the chains it leads, its group, and the supply that it lives on."""

from datetime import date

import pytest

from dealflow import chains, firm_groups, supply
from portfolio.kernel.errors import DomainError
from tests.dealflow.valley import BEGAN, DAY

LATER, YET_LATER = date(2023, 10, 31), date(2023, 12, 31)


# ---- leaders
def test_a_term_ends_and_the_firm_is_named_again(valley) -> None:
    work, officer, chain_id = valley.work, valley.officer, valley.chain.id
    firm_id = valley.firm("龙头")
    with pytest.raises(DomainError, match="has led the chain since 2023-06-30"):
        valley.lead("龙头", LATER)
    chains.end_leader(work, officer, chain_id, organisation_id=firm_id, on=DAY)
    assert chains.leaders(work, DAY, chain_id) == {}
    with pytest.raises(DomainError, match="does not lead"):
        chains.end_leader(work, officer, chain_id, organisation_id=firm_id, on=LATER)
    valley.lead("龙头", LATER)
    assert [list(chains.leaders(work, day, chain_id)) for day in (BEGAN, DAY, LATER)] == [
        [firm_id],
        [],
        [firm_id],
    ]
    assert chains.led_by(work, LATER, firm_id) == [(valley.chain, LATER)]
    with pytest.raises(DomainError, match="since 2023-10-31, after"):
        chains.end_leader(work, officer, chain_id, organisation_id=firm_id, on=DAY)


# ---- groups and supply
def test_a_group_closes_no_circle(valley) -> None:
    work, officer = valley.work, valley.officer
    top, middle, low = (valley.firm(name) for name in ("集团", "模甲", "分厂"))
    for parent_id, subsidiary_id in ((top, middle), (middle, low)):
        firm_groups.own(
            work,
            officer,
            parent_id=parent_id,
            subsidiary_id=subsidiary_id,
            since_on=BEGAN,
            share_ppm=510_000,
        )
    with pytest.raises(DomainError, match="circle"):
        firm_groups.own(work, officer, parent_id=low, subsidiary_id=top, since_on=DAY)
    assert [tie.name for tie in firm_groups.parents(work, DAY, low)] == ["模甲"]
    (tie,) = firm_groups.subsidiaries(work, DAY, middle)
    firm_groups.end(work, officer, tie.tie_id, on=DAY)
    assert firm_groups.subsidiaries(work, DAY, middle) == []
    firm_groups.own(work, officer, parent_id=low, subsidiary_id=top, since_on=LATER)


def test_suppliers_cover_no_more_than_the_whole_need_on_any_day(valley) -> None:
    with pytest.raises(DomainError, match="101 % of the customer's need"):
        valley.link("包甲", "龙头", 1)
    ended = supply.of_firm(valley.work, DAY, valley.firm("软甲"))[0]
    supply.end(valley.work, valley.officer, ended.link_id, on=LATER)
    valley.link("包甲", "龙头", 20, LATER)
    with pytest.raises(DomainError, match="101 %"):
        valley.link("包乙", "龙头", 1, YET_LATER)
