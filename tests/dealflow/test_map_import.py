"""A chain's map comes in by one workbook: shown with every fault, taken whole or not at all, once.

The chain of the test: 芯片 (critical, 芯片甲 in talks), 电机 (电机甲 landed), 展厅; and 芯片甲
supplies 电机甲.
"""

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dealflow import (
    chain_firms,
    chain_map,
    chains,
    map_import,
    map_sheet,
    map_versions,
    map_workbook,
    supply,
)
from dealflow.chain_firms import Role
from dealflow.chains import Chain, Criticality, Position
from dealflow.map_changes import Kind
from dealflow.map_sheet import FIRMS, LINKS, SEGMENTS
from portfolio import organisations
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, NotAllowedError
from tests.dealflow.district import District

SINCE = date(2023, 6, 30)
HEADS = {
    SEGMENTS: ("节点编号", "节点名称", "子系统", "位置", "关键程度", "目标企业数"),
    FIRMS: ("节点编号", "企业名称", "角色", "起始日期"),
    LINKS: ("供应商", "客户", "占客户需求（%）", "起始日期"),
}
ROWS: dict[str, list[tuple[Any, ...]]] = {
    SEGMENTS: [
        ("S01", "芯片", "动力", "上游", "关键", 2),
        ("S02", "电机", "动力", "中游", "重要", 1),
        ("S03", "展厅", "销售", "后市场", "一般", 0),
    ],
    FIRMS: [("S01", "芯片甲", "在谈", SINCE), ("S02", "电机甲", "已落地", SINCE)],
    LINKS: [("芯片甲", "电机甲", 40, SINCE)],
}


def workbook(
    rows: Mapping[str, Sequence[Sequence[Any]]], heads: Mapping[str, Sequence[str]] = HEADS
) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(
        file, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}
    ) as book:
        book.set_properties({"created": datetime(2023, 1, 1)})  # noqa: DTZ001 - the same bytes twice
        for name in rows:
            sheet = book.add_worksheet(name)
            for number, row in enumerate((heads.get(name, ()), *rows[name])):
                sheet.write_row(number, 0, row)
    return file.getvalue()


def but(**rows: list[tuple[Any, ...]]) -> dict[str, list[tuple[Any, ...]]]:
    names = {"segments": SEGMENTS, "firms": FIRMS, "links": LINKS}
    return ROWS | {names[name]: given_rows for name, given_rows in rows.items()}


@pytest.fixture
def chain(work: Work, officer: Actor) -> Chain:
    made = chains.add(work, officer, slug="cars", name="汽车链")
    take(work, officer, made, ROWS)
    return made


def take(work: Work, officer: Actor, chain: Chain, rows: Any, reason: str = "首版图谱"):
    return map_import.confirm(work, officer, chain.id, workbook(rows), reason=reason)


def found(work: Work, chain: Chain, rows: Any) -> list[tuple[str, str]]:
    read = map_import.preview(work, chain.id, workbook(rows))
    assert read.findings == ()
    return [(change.kind.value, change.subject) for change in read.changes]


def roles(work: Work, chain: Chain) -> dict[tuple[str, str], Role]:
    chart = chain_map.chain_map(work, work.today(), chain.id)
    return {(node.name, firm.name): firm.role for node in chart.nodes for firm in node.firms}


# ---- what is clean
def test_a_clean_workbook_draws_the_map_with_its_firms_and_supplies(
    work: Work, chain: Chain
) -> None:
    chart = chain_map.chain_map(work, work.today(), chain.id)
    assert [(n.name, n.position, n.criticality, n.wanted_firms) for n in chart.nodes] == [
        ("芯片", Position.UPSTREAM, Criticality.CRITICAL, 2),
        ("电机", Position.MIDSTREAM, Criticality.IMPORTANT, 1),
        ("展厅", Position.AFTERMARKET, Criticality.ORDINARY, 0),
    ]
    assert roles(work, chain) == {
        ("芯片", "芯片甲"): Role.IN_TALKS,
        ("电机", "电机甲"): Role.LANDED,
    }
    (link,) = supply.links(work, work.today())
    assert link.weight == 40
    (version,) = map_versions.listed(work, chain.id)
    assert (version.number, version.reason, version.segments) == (1, "首版图谱", 3)
    assert (version.firms, version.links) == (2, 1)


def test_the_same_file_twice_changes_nothing_twice(work: Work, officer: Actor, chain: Chain):
    assert map_import.imported_as(work, chain.id, workbook(ROWS)) == 1
    assert take(work, officer, chain, ROWS).changes == ()
    assert len(map_versions.listed(work, chain.id)) == 1


def test_the_dry_run_says_what_would_be_added_changed_and_removed(work: Work, chain: Chain) -> None:
    changed = but(
        segments=[
            ("S01", "车规芯片", "动力", "中游", "关键", 2),
            ("S02", "电机", "动力", "中游", "重要", 1),
            ("S04", "充电", "补能", "后市场", "重要", 1),
        ],
        firms=[
            ("S01", "芯片甲", "已签约", ""),
            ("S02", "电机甲", "已落地", SINCE),
            ("S04", "充电甲", "目标", ""),
        ],
        links=[("芯片甲", "电机甲", 60), ("充电甲", "电机甲", 5)],
    )
    assert found(work, chain, changed) == [
        ("change", "车规芯片"),
        ("add", "充电"),
        ("remove", "展厅"),
        ("change", "芯片甲 · 车规芯片"),
        ("add", "充电甲 · 充电"),
        ("change", "芯片甲 → 电机甲"),
        ("add", "充电甲 → 电机甲"),
    ]
    read = map_import.preview(work, chain.id, workbook(changed))
    assert read.changes[0].details == (
        ("name", "芯片", "车规芯片"),
        ("position", "upstream", "midstream"),
    )
    assert read.count(Kind.ADD) == 3
    assert {node.name for node in chain_map.chain_map(work, work.today(), chain.id).nodes} == {
        "芯片",
        "电机",
        "展厅",
    }  # a dry run writes nothing


def test_a_confirmed_change_is_a_new_version_and_the_older_one_stays_to_be_seen(
    work: Work, officer: Actor, chain: Chain
) -> None:
    moved = but(
        segments=[
            ("S01", "芯片", "动力", "中游", "关键", 2),
            ("S02", "电机", "动力", "中游", "重要", 1),
        ]
    )
    take(work, officer, chain, moved, reason="年中修订")
    newest, first = map_versions.listed(work, chain.id)
    assert (newest.number, newest.reason) == (2, "年中修订")
    before, after = (map_versions.drawn(work, chain.id, v.number) for v in (first, newest))
    assert [one.facts["name"] for one in before] == ["芯片", "电机", "展厅"]
    assert [one.kind for one in map_versions.compare(before, after)] == ["moved", "removed"]
    assert [one.kind for one in map_versions.compare(after, before)] == ["moved", "added"]
    assert take(work, officer, chain, moved).changes == ()


def test_a_segment_that_left_the_map_comes_back_by_its_code(
    work: Work, officer: Actor, chain: Chain
) -> None:
    take(work, officer, chain, but(segments=ROWS[SEGMENTS][:2]), reason="去掉展厅")
    assert found(work, chain, ROWS) == [("add", "展厅")]
    take(work, officer, chain, ROWS, reason="恢复展厅")
    first, last = (map_versions.drawn(work, chain.id, number) for number in (1, 3))
    assert map_versions.compare(first, last) == []


def test_an_absent_role_leaves_and_an_absent_supply_ends_from_today_on(
    work: Work, officer: Actor, chain: Chain
) -> None:
    take(work, officer, chain, but(firms=ROWS[FIRMS][:1], links=[]), reason="电机甲迁出")
    assert roles(work, chain) == {("芯片", "芯片甲"): Role.IN_TALKS}
    assert supply.links(work, work.today()) == []
    assert len(supply.links(work, SINCE)) == 1
    standing = [p.organisation_id for p in chain_firms.places(work, SINCE, chain.id)]
    assert len(standing) == 2  # of an earlier day nothing was taken away


# ---- export
def test_an_export_that_comes_back_changes_nothing(
    work: Work, officer: Actor, chain: Chain
) -> None:
    content = map_workbook.export(work, chain.id, chain.name)
    read = map_import.preview(work, chain.id, content)
    assert (read.changes, read.findings) == ((), ())
    assert map_workbook.export(work, chain.id, chain.name) == content


def test_an_export_draws_the_same_map_for_another_chain(
    work: Work, officer: Actor, chain: Chain
) -> None:
    twin = chains.add(work, officer, slug="twin", name="另一条链")
    content = map_workbook.export(work, chain.id, chain.name)
    map_import.confirm(work, officer, twin.id, content, reason="照搬")
    assert roles(work, twin) == roles(work, chain)


WORDS = st.text(alphabet="电机芯片（）()ＡA1- ·", min_size=1, max_size=8).filter(
    lambda text: map_sheet.words(text) == text and not map_sheet.is_empty(text)
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    names=st.lists(WORDS, min_size=1, max_size=4, unique=True),
    wanted=st.integers(0, 50),
    criticality=st.sampled_from(Criticality),
    position=st.sampled_from(Position),
)
def test_export_and_import_are_inverse_whatever_the_names(
    work: Work, officer: Actor, names, wanted, criticality, position
) -> None:
    nested = work.session.begin_nested()
    made = chains.add(work, officer, slug="law", name="律")
    for name in names:
        segment = chains.add_segment(
            work,
            officer,
            made.id,
            name=name,
            position=position,
            criticality=criticality,
            wanted_firms=wanted,
            wanted_note=name,
        )
        chain_firms.enter(
            work,
            officer,
            segment_id=segment.id,
            organisation_id=organisations.create(work, officer, name=f"厂{name}").id,
            role=Role.TARGET,
            on=SINCE,
        )
    read = map_import.preview(work, made.id, map_workbook.export(work, made.id, "律"))
    spelt_alike = len({map_sheet.text(f"厂{name}") for name in names}) < len(names)
    assert read.changes == ()
    assert bool(read.findings) == spelt_alike
    nested.rollback()


def test_the_template_has_the_headings_that_an_import_reads_and_no_row(
    work: Work, officer: Actor
) -> None:
    empty = chains.add(work, officer, slug="new", name="新链")
    read = map_import.preview(work, empty.id, map_workbook.template())
    assert (read.changes, read.findings) == ((), ())


# ---- what is not clean
def test_every_fault_of_all_three_sheets_is_named_by_its_cell_and_nothing_is_written(
    work: Work, officer: Actor, chain: Chain
) -> None:
    wrong = {
        SEGMENTS: [
            ("S01", "芯片", "动力", "上流", "关键", "两家"),
            ("S01", "电控", "动力", "中游", "", 1),
            ("S09", "电机", "动力", "中游", "重要", 1),
        ],
        FIRMS: [
            ("S77", "芯片甲", "在谈", ""),
            ("S01", "芯片甲", "老板", ""),
            ("S01", "芯片乙", "目标", date(2999, 1, 1)),
        ],
        LINKS: [("芯片甲", "芯片甲", 40), ("路人甲", "路人乙", 5), ("芯片甲", "电机甲", 140)],
    }
    content = workbook(wrong)
    read = map_import.preview(work, chain.id, content)
    assert [(one.sheet, one.finding.place) for one in read.findings] == [
        (SEGMENTS, "D2"),
        (SEGMENTS, "F2"),
        (SEGMENTS, "A3"),
        (SEGMENTS, "E3"),
        (SEGMENTS, "B4"),
        (FIRMS, "A2"),
        (FIRMS, "C3"),
        (FIRMS, "D4"),
        (LINKS, "B2"),
        (LINKS, "A3"),
        (LINKS, "C4"),
    ]
    assert all(str(one.finding.remedy) for one in read.findings)
    assert read.changes == ()
    before = roles(work, chain)
    with pytest.raises(DomainError, match="11 findings"):
        map_import.confirm(work, officer, chain.id, content, reason="x")
    assert roles(work, chain) == before
    assert len(map_versions.listed(work, chain.id)) == 1


def test_a_sheet_that_is_missing_or_has_no_headings_is_a_finding_not_an_emptied_map(
    work: Work, chain: Chain
) -> None:
    one_sheet = {SEGMENTS: ROWS[SEGMENTS]}
    read = map_import.preview(work, chain.id, workbook(one_sheet))
    assert [one.sheet for one in read.findings] == [FIRMS, LINKS]
    bare = map_import.preview(work, chain.id, workbook(ROWS, {SEGMENTS: ("节点编号", "位置")}))
    assert {one.sheet for one in bare.findings} == {SEGMENTS, FIRMS, LINKS}
    assert bare.changes == ()


def test_a_segment_where_projects_stand_is_not_left_out(
    work: Work, officer: Actor, chain: Chain, district: District
) -> None:
    motors = next(
        n for n in chain_map.chain_map(work, work.today(), chain.id).nodes if n.name == "电机"
    )
    district.project("P-1", segment_id=motors.segment_id)
    read = map_import.preview(work, chain.id, workbook(but(segments=ROWS[SEGMENTS][:1])))
    assert "leaves out S02 电机" in str(read.findings[0].finding.problem)


def test_a_dry_run_that_has_aged_is_not_confirmed(work: Work, officer: Actor, chain: Chain) -> None:
    changed = workbook(but(segments=[*ROWS[SEGMENTS], ("S04", "充电", "补能", "下游", "重要", 1)]))
    seen = map_import.preview(work, chain.id, changed).fingerprint
    chains.add_segment(work, officer, chain.id, name="座舱", position=Position.MIDSTREAM)
    with pytest.raises(DomainError, match="has changed since"):
        map_import.confirm(work, officer, chain.id, changed, reason="补能", fingerprint=seen)


def test_an_import_needs_its_duty_and_its_reason(
    work: Work, officer: Actor, auditor: Actor, chain: Chain
) -> None:
    changed = workbook(but(segments=ROWS[SEGMENTS][:2]))
    with pytest.raises(NotAllowedError):
        map_import.confirm(work, auditor, chain.id, changed, reason="去掉展厅")
    with pytest.raises(DomainError, match="needs its reason"):
        map_import.confirm(work, officer, chain.id, changed, reason=" ")
