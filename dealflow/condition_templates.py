"""Condition templates: the conditions that an office agrees again and again, ready to fill in.

A template says nothing of amounts or days of one paper: the threshold and the due date are typed
when it is used. A few are built in; an office adds its own, and a new version of one.
"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Field, col

from dealflow.terms import Consequence, Metric, Operator
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One kind of condition with what usually hangs on it."""

    code: str
    name: str
    metric: Metric
    operator: Operator = Operator.AT_LEAST
    months: int = 12  # from signing to the due date
    weight: int = 1
    cure_days: int = 0
    consequence: Consequence = Consequence.NONE
    rate_ppm: int | None = None
    evidence_required: str = ""
    version: int = 1


M, C = Metric, Consequence
FIRST: tuple[Template, ...] = (
    Template(
        code="registered",
        name="区内设立法人主体",
        metric=M.REGISTERED_HERE,
        months=3,
        consequence=C.GATES_TRANCHE,
        evidence_required="营业执照",
    ),
    Template(
        code="capital",
        name="注册资本实缴",
        metric=M.REGISTERED_CAPITAL_PAID,
        months=6,
        consequence=C.GATES_TRANCHE,
        evidence_required="验资报告",
    ),
    Template(
        code="fixed-assets",
        name="固定资产投资累计",
        metric=M.FIXED_ASSET_INVESTMENT,
        months=24,
        weight=3,
        cure_days=60,
        consequence=C.BUY_BACK,
        rate_ppm=80_000,
        evidence_required="投资台账与发票",
    ),
    Template(
        code="land",
        name="项目用地开工建设",
        metric=M.LAND,
        months=12,
        consequence=C.LAND_RECOVERY,
        evidence_required="施工许可证",
    ),
    Template(
        code="headcount",
        name="社保在册员工",
        metric=M.HEADCOUNT,
        months=24,
        consequence=C.STEP_DOWN,
        evidence_required="社保清单",
    ),
    Template(
        code="output",
        name="年度营业收入",
        metric=M.ANNUAL_OUTPUT,
        months=36,
        weight=2,
        consequence=C.POLICY_PAYMENT,
        evidence_required="纳统报表",
    ),
    Template(
        code="rd-headcount",
        name="区内研发人员",
        metric=M.RD_HEADCOUNT,
        months=18,
        consequence=C.CLAW_BACK,
        evidence_required="社保清单",
    ),
)


# ---- rows
class ConditionTemplate(Row, table=True):
    """One version of a template that the office added."""

    __tablename__ = "condition_template"
    __table_args__ = strict(
        sa.UniqueConstraint("code", "version"),
        sa.CheckConstraint("version > 0", name="version_positive"),
        sa.CheckConstraint("code <> '' AND name <> ''", name="named"),
        sa.CheckConstraint("months >= 0 AND weight >= 0 AND cure_days >= 0", name="not_negative"),
    )

    code: str
    version: int
    name: str
    metric: str = Field(sa_type=one_of(*Metric))
    operator: str = Field(sa_type=one_of(*Operator))
    months: int
    weight: int = 1
    cure_days: int = 0
    consequence: str = Field(sa_type=one_of(*Consequence))
    rate_ppm: int | None = None
    evidence_required: str = ""
    is_demo: bool = False


# ---- commands
def add(work: Work, actor: Actor, template: Template) -> ConditionTemplate:
    """Add a template, or the next version of one."""
    actor.must(Duty.EDIT_DEALS)
    if not template.code.strip() or not template.name.strip():
        raise DomainError("A template has a code and a name.", "Enter both.")
    if min(template.months, template.weight, template.cure_days) < 0:
        raise DomainError(
            "Months, weight and days of grace are zero or more.",
            "Enter whole numbers from zero up.",
        )
    known = listed(work).get(template.code.strip())
    row = work.add(
        ConditionTemplate(
            code=template.code.strip(),
            version=known.version + 1 if known else 1,
            name=template.name.strip(),
            metric=template.metric.value,
            operator=template.operator.value,
            months=template.months,
            weight=template.weight,
            cure_days=template.cure_days,
            consequence=template.consequence.value,
            rate_ppm=template.rate_ppm,
            evidence_required=template.evidence_required.strip(),
        )
    )
    after = {"code": row.code, "version": row.version, "name": row.name}
    audit.write(work, actor, "condition_template:add", "condition_template", row.id, after=after)
    return row


# ---- reads
def listed(work: Work) -> dict[str, Template]:
    """Return {code: the newest version} of every template."""
    found = {first.code: first for first in FIRST}
    rows = work.session.execute(
        sa.select(ConditionTemplate).order_by(col(ConditionTemplate.version))
    ).scalars()
    for row in rows:
        found[row.code] = Template(
            code=row.code,
            version=row.version,
            name=row.name,
            metric=Metric(row.metric),
            operator=Operator(row.operator),
            months=row.months,
            weight=row.weight,
            cure_days=row.cure_days,
            consequence=Consequence(row.consequence),
            rate_ppm=row.rate_ppm,
            evidence_required=row.evidence_required,
        )
    return found
