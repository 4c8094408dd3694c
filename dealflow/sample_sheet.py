"""The sample workbook: sixty invented projects under the headings that an import understands.

Every row is marked 示例 and stays so once it is imported. Names of systems, units and chains are
taken from the installation that hands the sample out, so that it imports there without a finding.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col

from dealflow import units
from dealflow.chains import Chain
from portfolio.kernel.db import Work

ROWS, FIRST_DAY, MADE_AT = 60, date(2023, 1, 9), datetime(2023, 1, 1)  # noqa: DTZ001 - Excel knows no zone
HEADINGS = (
    "项目编号",
    "项目名称",
    "企业名称",
    "产业体系",
    "产业链",
    "责任单位",
    "落地园区",
    "线索来源",
    "是否用地",
    "计划总投资（亿元）",
    "首次接洽日期",
    "在谈日期",
    "框架协议日期",
    "正式签约日期",
    "合同额（亿元）",
    "约定开工日期",
    "注册日期",
    "开工日期",
    "投产日期",
    "到位资金（万元）",
    "到位日期",
    "数据性质",
)
SUBJECTS = ("智能座舱", "动力总成", "毫米波雷达", "工业软件", "电驱系统", "精密铸造")
KINDS = ("研发中心", "生产基地", "区域总部", "检测中心", "数据中心")
PARKS = ("前沿科技城", "空港工业园", "创新经济走廊")
SOURCES = ("以商招商", "外出拜访", "展会对接", "基金推荐")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The names that this installation knows; an empty list leaves the column empty."""

    systems: Sequence[str] = ()
    chains: Sequence[str] = ()
    units: Sequence[str] = ()


# ---- rules
def sample_rows(words: Words) -> list[list[str | float | date | None]]:
    """Return the rows: a fifth each in talks, framework, contract, registered, in production."""

    def pick(names: Sequence[str], number: int) -> str | None:
        return names[number % len(names)] if names else None

    rows: list[list[str | float | date | None]] = []
    for n in range(ROWS):
        depth = n % 5  # 0 in talks, 1 framework, 2 contract, 3 registered, 4 started
        is_registered, is_started = depth in {3, 4}, depth == len(KINDS) - 1
        heard = FIRST_DAY + timedelta(days=n)
        signed = heard + timedelta(days=75) if depth > 1 else None
        planned = 0.8 + n % 17 * 0.35
        rows.append(
            [
                f"SL-{n + 1:03d}",
                f"示例项目{n + 1:02d}·{SUBJECTS[n % len(SUBJECTS)]}{KINDS[n % len(KINDS)]}",
                f"示例企业{n + 1:02d}",
                pick(words.systems, n),
                pick(words.chains, n),
                pick(words.units, n),
                PARKS[n % len(PARKS)],
                SOURCES[n % len(SOURCES)],
                "否" if n % 7 == 0 else "是",
                round(planned, 2),
                heard,
                heard + timedelta(days=20),
                heard + timedelta(days=45) if depth > 0 else None,
                signed,
                round(planned * 0.9, 4) if signed else None,
                signed + timedelta(days=180) if signed else None,
                signed + timedelta(days=14) if signed and is_registered else None,
                signed + timedelta(days=90) if signed and is_started else None,
                signed + timedelta(days=120) if signed and is_started and n % 2 else None,
                round(planned * 1500, 2) if signed and is_registered else None,
                signed + timedelta(days=60) if signed and is_registered else None,
                "示例",
            ]
        )
    return rows


# ---- reads
def words_of(work: Work) -> Words:
    """Return the names recorded here."""
    chains = sa.select(col(Chain.name)).order_by(col(Chain.slug))
    return Words(
        systems=[system.name for system in units.systems(work)],
        chains=[name for (name,) in work.rows(chains)],
        units=[unit.name for unit in units.listed(work)],
    )


def workbook(words: Words) -> bytes:
    """Return the sample as .xlsx; the same words give the same bytes."""
    import xlsxwriter

    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"title": "项目台账（示例）", "created": MADE_AT})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        days = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("项目台账（示例）")
        sheet.write_string(0, 0, "项目台账（示例：全部为虚构数据，仅供试用导入）")
        sheet.set_column(0, len(HEADINGS) - 1, 14)
        sheet.set_column(1, 2, 28)
        sheet.freeze_panes(2, 3)
        sheet.write_row(1, 0, HEADINGS, bold)
        for number, row in enumerate(sample_rows(words), start=2):
            for place, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(number, place, value, days)
                elif value is not None:
                    sheet.write(number, place, value)
    return file.getvalue()
