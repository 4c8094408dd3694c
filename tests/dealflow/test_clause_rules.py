"""Dated rules flag what was signed on or after their day, and nothing that is older."""

from dataclasses import replace
from datetime import date

import pytest

from dealflow import agreements, clause_rules, clauses
from dealflow.agreements import AgreementKind, Promise, Side
from dealflow.clause_rules import FIRST, Flag, Place
from portfolio.kernel.errors import DomainError
from tests.dealflow.district import District

TAX = "区级财政按企业缴纳增值税地方留成部分的50%给予奖励。"
MOVE = "企业应将注册地迁入本区，五年内不得迁出。"
RETURN = "子基金返投比例不低于区级出资的1.5倍。"
SUBSIDY = "对该企业一事一议，专项给予设备补贴2000万元。"
EVERY = f"{TAX}\n\n{MOVE}\n\n{RETURN}\n\n{SUBSIDY}"


def flags(district: District, signed_on: date, text: str = EVERY) -> set[tuple[str, Flag]]:
    paper = district.sign(district.project(), signed_on, 1_000_000_00)
    clauses.keep(district.work, district.recorder, paper.id, text)
    found = clause_rules.of_agreement(district.work, paper.id)
    return {(one.rule.code, one.rule.flag) for one in found}


def test_a_legacy_agreement_is_never_flagged(district: District) -> None:
    assert flags(district, date(2024, 7, 31)) == set()


def test_the_decree_flags_tax_subsidy_and_relocation_from_its_first_day(district: District) -> None:
    assert flags(district, date(2024, 8, 1)) == {
        ("FCR-TAX", Flag.TAX_REBATE),
        ("FCR-SUBSIDY", Flag.SELECTIVE_SUBSIDY),
        ("FCR-MOVE", Flag.FORCED_RELOCATION),
    }


def test_reinvestment_is_flagged_from_the_day_the_guidance_was_published(
    district: District,
) -> None:
    assert flags(district, date(2025, 1, 6), RETURN) == set()
    assert flags(district, date(2025, 1, 7), RETURN) == {("GUIDE-RETURN", Flag.FORCED_REINVESTMENT)}


def test_the_work_rules_of_2026_speak_of_relocation_and_reinvestment_too(
    district: District,
) -> None:
    assert ("LAYOUT-MOVE", Flag.FORCED_RELOCATION) not in flags(district, date(2026, 1, 11))
    assert {code for code, _ in flags(district, date(2026, 1, 12))} == {one.code for one in FIRST}


def test_a_finding_names_rule_article_and_passage(district: District) -> None:
    paper = district.sign(district.project(), date(2025, 3, 1), 1_000_000_00)
    clauses.keep(district.work, district.recorder, paper.id, f"第三条 合作期限为五年。{TAX}")
    (finding,) = clause_rules.of_agreement(district.work, paper.id)
    assert "783" in finding.rule.document
    assert finding.rule.article == "第十条第（一）项"
    assert finding.passage == TAX
    assert (finding.place, finding.no) == (Place.CLAUSE, 1)


@pytest.mark.parametrize(
    "text",
    [
        "企业依法享受高新技术企业所得税税收减免优惠。",
        "企业可自愿迁入本区，双方不作强制要求，应友好协商。",
        "基金不设返投要求，应按市场化原则投资。",
        "企业年度纳税总额不低于3000万元。",
    ],
)
def test_what_the_law_grants_and_what_is_not_forced_is_not_flagged(
    district: District, text: str
) -> None:
    assert flags(district, date(2026, 3, 1), text) == set()


def test_pledges_are_read_too(district: District) -> None:
    paper = agreements.sign(
        district.work,
        district.recorder,
        project_id=district.project().id,
        kind=AgreementKind.FRAMEWORK,
        title="框架协议",
        signed_on=date(2025, 3, 1),
        promises=[Promise(side=Side.DISTRICT, text=TAX)],
    )
    (finding,) = clause_rules.of_agreement(district.work, paper.id)
    assert finding.place is Place.PLEDGE


def test_a_new_version_holds_from_its_own_day_and_the_old_one_stays(district: District) -> None:
    older = date(2025, 6, 1)
    narrower = replace(
        FIRST[0], version=2, valid_from=date(2026, 6, 1), groups=(("增值税",), ("返还",))
    )
    clause_rules.add_version(district.work, district.verifier, narrower)
    assert ("FCR-TAX", Flag.TAX_REBATE) in flags(district, older, TAX)
    assert flags(district, date(2026, 6, 1), TAX) == set()
    assert len([one for one in clause_rules.every(district.work) if one.code == "FCR-TAX"]) == 2


def test_a_version_follows_the_last_in_number_and_day(district: District) -> None:
    with pytest.raises(DomainError, match="next number and a later day"):
        clause_rules.add_version(
            district.work, district.verifier, replace(FIRST[0], valid_from=date(2026, 6, 1))
        )
    with pytest.raises(DomainError, match="later day"):
        clause_rules.add_version(district.work, district.verifier, replace(FIRST[0], version=2))


def test_the_same_clause_is_not_kept_twice(district: District) -> None:
    paper = district.sign(district.project(), date(2025, 3, 1), 1_000_000_00)
    kept = clauses.keep(district.work, district.recorder, paper.id, f"第一条 {TAX}\n第二条 {MOVE}")
    assert [one.no for one in kept] == [1, 2]
    with pytest.raises(DomainError, match="no new clause"):
        clauses.keep(district.work, district.recorder, paper.id, f"第一条 {TAX}")
