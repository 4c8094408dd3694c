"""Clause words: how Chinese agreements name a metric, a comparison, a number and a day."""

import calendar
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from dealflow.terms import MONEY, Consequence, Metric, Operator

M, C = Metric, Consequence
METRIC_WORDS: Mapping[str, Metric] = {
    "研发人员": M.RD_HEADCOUNT,
    "科研人员": M.RD_HEADCOUNT,
    "研发团队": M.RD_HEADCOUNT,
    "研发投入": M.RD_SPENDING,
    "研发费用": M.RD_SPENDING,
    "研发经费": M.RD_SPENDING,
    "固定资产投资": M.FIXED_ASSET_INVESTMENT,
    "固定资产累计投资": M.FIXED_ASSET_INVESTMENT,
    "固投": M.FIXED_ASSET_INVESTMENT,
    "实缴注册资本": M.REGISTERED_CAPITAL_PAID,
    "注册资本": M.REGISTERED_CAPITAL_PAID,
    "注册资金": M.REGISTERED_CAPITAL_PAID,
    "资本金": M.REGISTERED_CAPITAL_PAID,
    "资金到位": M.MONEY_IN_PLACE,
    "到位资金": M.MONEY_IN_PLACE,
    "建筑面积": M.FLOOR_AREA,
    "厂房面积": M.FLOOR_AREA,
    "租赁面积": M.FLOOR_AREA,
    "办公面积": M.FLOOR_AREA,
    "研发场地": M.FLOOR_AREA,
    "办公场地": M.FLOOR_AREA,
    "租赁厂房": M.FLOOR_AREA,
    "项目用地": M.LAND,
    "用地面积": M.LAND,
    "工业用地": M.LAND,
    "生产线": M.PRODUCTION_LINE,
    "产线": M.PRODUCTION_LINE,
    "产能": M.CAPACITY,
    "年产值": M.ANNUAL_OUTPUT,
    "产值": M.ANNUAL_OUTPUT,
    "营业收入": M.ANNUAL_OUTPUT,
    "销售收入": M.ANNUAL_OUTPUT,
    "营收": M.ANNUAL_OUTPUT,
    "年产": M.CAPACITY,
    "纳税": M.ANNUAL_TAX,
    "税收": M.ANNUAL_TAX,
    "税款": M.ANNUAL_TAX,
    "本地配套采购": M.LOCAL_PURCHASES,
    "本地采购": M.LOCAL_PURCHASES,
    "本地配套": M.LOCAL_PURCHASES,
    "员工": M.HEADCOUNT,
    "职工": M.HEADCOUNT,
    "用工": M.HEADCOUNT,
    "就业": M.HEADCOUNT,
    "专利": M.PATENTS,
    "总部": M.HEADQUARTERS_HERE,
    "设立法人": M.REGISTERED_HERE,
    "设立独立法人": M.REGISTERED_HERE,
    "注册成立": M.REGISTERED_HERE,
    "注册登记": M.REGISTERED_HERE,
    "工商登记": M.REGISTERED_HERE,
    "设立项目公司": M.REGISTERED_HERE,
    "设立子公司": M.REGISTERED_HERE,
}
BY_LENGTH = re.compile("|".join(sorted(map(re.escape, METRIC_WORDS), key=len, reverse=True)))
YEARLY = frozenset({M.ANNUAL_OUTPUT, M.ANNUAL_TAX, M.LOCAL_PURCHASES, M.RD_SPENDING})
UNITS_OF: Mapping[Metric, frozenset[str]] = {
    **dict.fromkeys(MONEY, frozenset({"元", ""})),
    M.FLOOR_AREA: frozenset({"平方米", "㎡", "m2", "平米"}),
    M.LAND: frozenset({"亩"}),
    M.PRODUCTION_LINE: frozenset({"条"}),
    M.CAPACITY: frozenset({"套", "台", "辆", "吨", "件", "片", "颗", "只", "块"}),
    M.HEADCOUNT: frozenset({"人", "名"}),
    M.RD_HEADCOUNT: frozenset({"人", "名"}),
    M.PATENTS: frozenset({"件", "项"}),
}
# 以上, 以内 include the number itself, 超过 does not: Civil Code (2020), article 1259.
AT_LEAST = re.compile(r"不低于|不少于|不小于|不得低于|不得少于|至少|达到|以上|≥")
AT_MOST = re.compile(r"不超过|不高于|不多于|不大于|不得超过|不得高于|至多|以内|以下|≤")
OPEN_ENDED = re.compile(r"(?<!不)(?<!不得)超过|高于|大于")
VAGUE = re.compile(r"约|左右|力争|争取|预计|计划|原则上|尽快|适时|另行|待定")
DIGITS: Mapping[str, int] = {sign: n for n, sign in enumerate("零一二三四五六七八九")} | {
    "两": 2,
    "〇": 0,
}
TENS: Mapping[str, int] = {"十": 10, "百": 100, "千": 1_000}
SCALES: Mapping[str, int] = {"": 1, "万": 10_000, "亿": 100_000_000, "万亿": 10**12}
CN = "零〇一二两三四五六七八九十百千"
NUMBER = re.compile(
    rf"(?P<number>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|[{CN}]+)"
    r"(?P<scale>万亿|亿|万)?"
    r"(?P<unit>美元|港元|欧元|人民币元|元|平方米|平米|㎡|m2|亩|公顷|人|名|条|件|项|套|台|辆|吨|片|颗|只|块|家|个月|个工作日|工作日|年|月|日|天|期|%|个)?"
)
NOT_VALUES = frozenset(
    {"年", "月", "日", "天", "期", "%", "个月", "个工作日", "工作日", "家", "个"}
)
FOREIGN = frozenset({"美元", "港元", "欧元", "公顷"})
DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日|(\d{4})-(\d{1,2})-(\d{1,2})")
MONTH_END = re.compile(r"(\d{4})年(\d{1,2})月(?:底|末)")
MONTH = re.compile(r"(\d{4})年(\d{1,2})月")
YEAR_END = re.compile(r"(\d{4})年(?:底|末|年底|年末)")
YEAR = re.compile(r"(\d{4})年度?")
AFTER_SIGNING = re.compile(
    rf"(?:签订|签署|签约|生效)(?:之日)?(?:起|后|之日后)?(\d+|[{CN}]+)(个月|年|日|天)(?:之?内|以内)"
)
CURE = re.compile(rf"(?:宽限期?(?:为)?|给予)(\d+|[{CN}]+)(日|天|个月|个工作日)")
RATE = re.compile(r"(?:年化|年利率|年收益率|单利|复利|利率)[^%，。；]{0,12}?(\d+(?:\.\d+)?)%")
SHARE = re.compile(r"(\d+(?:\.\d+)?)%")
CONSEQUENCES: tuple[tuple[re.Pattern[str], Consequence], ...] = (
    (re.compile(r"回购"), C.BUY_BACK),
    (re.compile(r"收回[^，。；]{0,8}(?:土地|用地|使用权)"), C.LAND_RECOVERY),
    (
        re.compile(r"(?:退还|返还|退回|追回|收回|追缴)[^，。；]{0,14}(?:补贴|奖励|扶持|资金|优惠)"),
        C.CLAW_BACK,
    ),
    (
        re.compile(r"(?:核减|递减|扣减|下调|调减)[^，。；]{0,14}(?:补贴|奖励|扶持|政策|兑付)"),
        C.STEP_DOWN,
    ),
    (
        re.compile(
            r"(?:拨付|支付|缴付)[^，。；]{0,10}(?:首期|第?[一二三四五六\d]+期|投资款)|(?:首期|第?[一二三四五六\d]+期)[^，。；]{0,8}(?:投资款|拨付|出资)"
        ),
        C.GATES_TRANCHE,
    ),
    (
        re.compile(r"(?:兑付|给予|享受|发放)[^，。；]{0,14}(?:补贴|奖励|扶持|政策)"),
        C.POLICY_PAYMENT,
    ),
)
TRANCHE = re.compile(rf"首期|第?([{CN}]|\d+)期")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number with its unit as it stands in the text; `value` is exact."""

    value: Fraction
    unit: str


def chinese_number(text: str) -> int | None:
    """Return 一百二十 as 120; None where the signs are no number, such as 十百."""
    if not text or any(sign not in CN for sign in text):
        return None
    if not any(sign in TENS for sign in text):
        return int("".join(str(DIGITS[sign]) for sign in text)) if len(text) == 1 else None
    total, digit, last = 0, None, 10_000
    for sign in text:
        if sign in TENS:
            if TENS[sign] >= last or (digit is None and sign != "十"):
                return None
            total += (1 if digit is None else digit) * TENS[sign]
            digit, last = None, TENS[sign]
        else:
            digit = DIGITS[sign]
    return total + (digit or 0)


def whole(text: str) -> int | None:
    """Return a whole number in digits or Chinese signs."""
    return int(text) if text.isdigit() else chinese_number(text)


def quantities(text: str) -> Iterator[Quantity]:
    """Yield the numbers of a fragment that can be a value; dates and terms are left out."""
    for found in NUMBER.finditer(DAY.sub("", text)):
        unit, number = found["unit"] or "", found["number"].replace(",", "")
        if unit in NOT_VALUES or (not unit and not found["scale"]):
            continue
        plain = chinese_number(number)
        value = Fraction(number) if plain is None and number[0].isdigit() else plain
        if value is not None:
            yield Quantity(value=Fraction(value) * SCALES[found["scale"] or ""], unit=unit)


def operator(text: str) -> Operator | None:
    """Return the comparison a fragment names, None where it names none or two."""
    found = {
        one
        for pattern, one in ((AT_LEAST, Operator.AT_LEAST), (AT_MOST, Operator.AT_MOST))
        if pattern.search(text)
    }
    if OPEN_ENDED.search(text) or len(found) != 1:
        return None
    return found.pop()


def days(text: str, signed_on: date) -> list[date]:
    """Return the days a fragment names; 前 and 以前 include the day itself."""
    found: list[date] = []
    for match in DAY.finditer(text):
        year, month, day = (int(part) for part in match.groups() if part)
        found += _day(year, month, day)
    rest = DAY.sub("", text)
    found += [d for m in MONTH_END.finditer(rest) for d in _month_end(int(m[1]), int(m[2]))]
    rest = MONTH_END.sub("", rest)
    found += [date(int(match[1]), 12, 31) for match in YEAR_END.finditer(rest)]
    for match in AFTER_SIGNING.finditer(rest):
        if (count := whole(match[1])) is not None:
            found.append(_after(signed_on, count, match[2]))
    return sorted(set(found))


def period(text: str) -> tuple[date, date] | None:
    """Return the year that a yearly output is named for: 2027年度 is its first and last day."""
    rest = YEAR_END.sub("", MONTH.sub("", MONTH_END.sub("", DAY.sub("", text))))
    years = {int(match[1]) for match in YEAR.finditer(rest)}
    if len(years) != 1:
        return None
    year = years.pop()
    return date(year, 1, 1), date(year, 12, 31)


def _day(year: int, month: int, day: int) -> list[date]:
    try:
        return [date(year, month, day)]
    except ValueError:  # 2026年2月30日 is asked, not mended
        return []


def _month_end(year: int, month: int) -> list[date]:
    return _day(year, month, calendar.monthrange(year, month)[1] if 1 <= month <= 12 else 0)  # noqa: PLR2004 - months


def _after(signed_on: date, count: int, unit: str) -> date:
    if unit in {"日", "天"}:
        return signed_on + timedelta(days=count)
    return add_months(signed_on, count * (12 if unit == "年" else 1))


def add_months(day: date, count: int) -> date:
    """Return the same day of a later month, or its last where it has no such day."""
    months = day.month - 1 + count
    year, month = day.year + months // 12, months % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
