"""What a clause says in one exact way is proposed; everything else is asked, never guessed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealflow.clause_reading import Ask, read
from dealflow.clause_words import chinese_number
from dealflow.terms import Consequence, Metric, Operator

SIGNED = date(2025, 3, 1)
YI, M = 10_000_000_000, Metric


def only(text: str):
    found = read(text, SIGNED)
    assert len(found) == 1, found
    return found[0]


def test_amount_day_cure_and_buy_back_are_read_from_one_clause() -> None:
    first, second = read(
        "乙方应于2026年12月31日前，在区内累计完成固定资产投资不低于3亿元，"
        "在渝研发人员（社保）不少于120人。未达到的，乙方应按年化8%回购甲方所持股权，宽限期为60日。",
        SIGNED,
    )
    assert (first.metric, first.threshold) == (M.FIXED_ASSET_INVESTMENT, 3 * YI)
    assert (second.metric, second.threshold) == (M.RD_HEADCOUNT, 120_000)
    for one in (first, second):
        assert one.operator is Operator.AT_LEAST
        assert one.due_on == date(2026, 12, 31)
        assert one.consequence is Consequence.BUY_BACK
        assert (one.rate_ppm, one.cure_days) == (80_000, 60)
        assert one.asks == frozenset()


@pytest.mark.parametrize(
    ("text", "metric", "threshold", "due_on"),
    [
        ("签订后12个月内资本金达到2,000万元", M.REGISTERED_CAPITAL_PAID, YI // 5, date(2026, 3, 1)),
        ("2026年6月底前投用不少于两条生产线", M.PRODUCTION_LINE, 2_000, date(2026, 6, 30)),
        ("2025年12月31日前租赁面积不少于1.2万平方米", M.FLOOR_AREA, 12_000_000, date(2025, 12, 31)),
        ("2026年底前，员工达到三百二十人", M.HEADCOUNT, 320_000, date(2026, 12, 31)),
        ("应在2025年6月30日以前设立法人主体", M.REGISTERED_HERE, 1_000, date(2025, 6, 30)),
        ("2026年12月31日前项目用地达到85.5亩以上", M.LAND, 85_500, date(2026, 12, 31)),
        ("2027-06-30前形成年产不低于10万套的能力", M.CAPACITY, 100_000_000, date(2027, 6, 30)),
        ("2026年12月31日前，发明专利不少于12件", M.PATENTS, 12_000, date(2026, 12, 31)),
    ],
)  # fmt: skip
def test_each_metric_is_read_in_its_own_unit(
    text: str, metric: Metric, threshold: int, due_on: date
) -> None:
    one = only(text)
    assert (one.metric, one.threshold, one.due_on) == (metric, threshold, due_on)
    assert one.asks == frozenset()


def test_an_output_of_a_year_counts_within_that_year() -> None:
    one = only("2027年度营业收入不低于5亿元")
    assert (one.period_from, one.due_on) == (date(2027, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    ("text", "ask"),
    [
        ("2026年12月31日前固定资产投资力争达到3亿元", Ask.THRESHOLD),
        ("2026年12月31日前固定资产投资约3亿元以上", Ask.THRESHOLD),
        ("2026年12月31日前固定资产投资不低于3000万美元", Ask.THRESHOLD),
        ("2026年12月31日前固定资产投资不低于1亿元至3亿元", Ask.THRESHOLD),
        ("2026年12月31日前员工超过120人", Ask.OPERATOR),  # 超过 excludes 120 itself
        ("2026年12月31日前员工120人", Ask.OPERATOR),
        ("员工不少于120人", Ask.DUE),
        ("2026年12月前员工不少于120人", Ask.DUE),  # before its first day, or by its last?
        ("2026年2月30日前员工不少于120人", Ask.DUE),
        ("2025年12月31日、2026年12月31日前员工不少于120人", Ask.DUE),
        ("2026年12月31日前产值和税收不低于3亿元", Ask.METRIC),
        ("2026年12月31日前员工不少于120人，逾期未达到按约定回购", Ask.RATE),
        ("2026年12月31日前员工不少于120人，给予1个月整改", Ask.CURE),
        ("2026年12月31日前员工不少于120人，达到后拨付第二期投资款", Ask.TRANCHE),
    ],
)
def test_what_is_not_exact_is_asked(text: str, ask: Ask) -> None:
    assert ask in only(text).asks


def test_a_text_without_anything_to_measure_proposes_nothing() -> None:
    assert read("双方本着互利共赢的原则开展合作。", SIGNED) == []


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader_and_an_unasked_value_is_a_value(text: str) -> None:
    for one in read(text, SIGNED):
        assert (one.threshold is None) == (Ask.THRESHOLD in one.asks)
        assert (one.due_on is None) == (Ask.DUE in one.asks)


def chinese(number: int) -> str:
    """Write 1 to 9,999 in Chinese signs, independently of the reader."""
    signs, units = "零一二三四五六七八九", ["千", "百", "十", ""]
    text = ""
    for digit, unit in zip(f"{number:04d}", units, strict=True):
        text += (signs[int(digit)] + unit) if digit != "0" else "零"
    while "零零" in text:
        text = text.replace("零零", "零")
    return text.strip("零")


@given(st.integers(1, 9_999))
def test_chinese_numbers_are_read_as_they_are_written(number: int) -> None:
    assert chinese_number(chinese(number)) == number
