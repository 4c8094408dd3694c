"""Clause rules: dated rules on fair competition, held against the words of an agreement.

A rule is data with a version and the day from which it applies; an agreement signed before that
day is never flagged by it. A finding is a question to a lawyer, not a verdict.
Sources: 公平竞争审查条例 (State Council Decree 783), 国办发〔2025〕1号, 发改财金规〔2025〕1752号.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, col

from dealflow import agreements, clauses
from dealflow.agreements import Agreement, Pledge
from dealflow.conditions import Condition
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError


# ---- facts
class Flag(StrEnum):
    """What a rule looks for."""

    TAX_REBATE = "tax_rebate"
    FORCED_RELOCATION = "forced_relocation"
    FORCED_REINVESTMENT = "forced_reinvestment"
    SELECTIVE_SUBSIDY = "selective_subsidy"


class Place(StrEnum):
    """Where in an agreement the words stand."""

    CLAUSE = "clause"
    PLEDGE = "pledge"
    CONDITION = "condition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One version of a rule. A sentence is flagged if it has a word of each group and no excuse."""

    code: str
    version: int
    flag: Flag
    document: str  # as it is cited
    article: str
    gist: str  # what the article says, in our words
    valid_from: date
    groups: tuple[tuple[str, ...], ...]
    excuses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One passage that a rule in force on the day of signing speaks of."""

    rule: Rule
    agreement_id: str
    place: Place
    no: int
    passage: str
    words: tuple[str, ...]  # those that were found, one a group
    worded_on: date  # when these words were signed: at first, or by a later change


REVIEW, OPINION, WORK_RULES = date(2024, 8, 1), date(2025, 1, 7), date(2026, 1, 12)
DECREE = "《公平竞争审查条例》（国务院令第783号）"
GUIDANCE = "《关于促进政府投资基金高质量发展的指导意见》（国办发〔2025〕1号）"
LAYOUT = "《关于加强政府投资基金布局规划和投向指导的工作办法（试行）》（发改财金规〔2025〕1752号）"
BY_LAW = ("依照税法", "依法享受", "国家统一", "国家规定的税收优惠", "高新技术企业所得税")
NO_FORCE = ("不作强制", "不强制", "不以返投", "不设返投", "无返投要求", "自愿")
MOVES = (
    ("迁入", "迁至", "迁移", "迁址", "注册地变更", "变更注册地", "总部迁", "不得迁出", "不迁出"),
    ("应", "须", "必须", "不得", "否则", "承诺"),
)
RETURNS = (
    ("返投", "本地再投资", "投回本区", "投资于本区", "投资于区内"),
    ("应", "须", "必须", "不低于", "不少于", "倍"),
)
FIRST: tuple[Rule, ...] = (
    Rule(
        code="FCR-TAX",
        version=1,
        flag=Flag.TAX_REBATE,
        document=DECREE,
        article="第十条第（一）项",
        gist="无法律、行政法规依据或未经国务院批准，不得给予特定经营者税收优惠",
        valid_from=REVIEW,
        groups=(
            ("税收", "纳税", "增值税", "所得税", "地方留成", "税款", "税额", "地方财力贡献"),
            ("返还", "返税", "奖励", "补贴", "先征后返", "即征即奖", "减免", "兑付"),
        ),
        excuses=BY_LAW,
    ),
    Rule(
        code="FCR-SUBSIDY",
        version=1,
        flag=Flag.SELECTIVE_SUBSIDY,
        document=DECREE,
        article="第十条第（二）项",
        gist="无法律、行政法规依据或未经国务院批准，不得给予特定经营者选择性、差异化的财政奖励或者补贴",
        valid_from=REVIEW,
        groups=(
            (
                "一事一议",
                "专项给予",
                "单独给予",
                "特别给予",
                "独家",
                "优于其他企业",
                "点对点",
                "定向给予",
            ),
            ("奖励", "补贴", "扶持", "优惠", "资金"),
        ),
    ),
    Rule(
        code="FCR-MOVE",
        version=1,
        flag=Flag.FORCED_RELOCATION,
        document=DECREE,
        article="第九条第（一）、（二）项",
        gist="不得阻碍本地经营者迁出，不得强制或者变相强制外地经营者在本地投资经营或者设立分支机构",
        valid_from=REVIEW,
        groups=MOVES,
        excuses=("自愿",),
    ),
    Rule(
        code="GUIDE-RETURN",
        version=1,
        flag=Flag.FORCED_REINVESTMENT,
        document=GUIDANCE,
        article="第（十七）条",
        gist="不以招商引资为目的设立政府投资基金，鼓励降低或取消返投比例",
        valid_from=OPINION,
        groups=RETURNS,
        excuses=NO_FORCE,
    ),
    Rule(
        code="LAYOUT-MOVE",
        version=1,
        flag=Flag.FORCED_RELOCATION,
        document=LAYOUT,
        article="第八条",
        gist="地方基金或其子基金投资项目，须落实全国统一大市场建设、规范招商引资行为的要求",
        valid_from=WORK_RULES,
        groups=MOVES,
        excuses=("自愿",),
    ),
    Rule(
        code="LAYOUT-RETURN",
        version=1,
        flag=Flag.FORCED_REINVESTMENT,
        document=LAYOUT,
        article="第八条",
        gist="地方基金或其子基金投资项目，须落实全国统一大市场建设、规范招商引资行为的要求",
        valid_from=WORK_RULES,
        groups=RETURNS,
        excuses=NO_FORCE,
    ),
)
SENTENCE = re.compile(r"[^。；;\n]+[。；;]?")


# ---- rules
def hits(rule: Rule, text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return (sentence, words found) for each sentence of a text that a rule speaks of."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for match in SENTENCE.finditer(text):
        sentence = match[0].strip()
        words = tuple(
            word
            for group in rule.groups
            if (word := next((one for one in group if one in sentence), ""))
        )
        if len(words) == len(rule.groups) and not any(one in sentence for one in rule.excuses):
            found.append((sentence, words))
    return found


def in_force(every: Sequence[Rule], on: date) -> list[Rule]:
    """Return the newest version of each rule that applied on a day."""
    newest: dict[str, Rule] = {}
    for rule in sorted(every, key=lambda one: one.version):
        if rule.valid_from <= on:
            newest[rule.code] = rule
    return list(newest.values())


# ---- rows
class ClauseRule(Row, table=True):
    """One version of a rule; `groups` and `excuses` are JSON lists of words."""

    __tablename__ = "clause_rule"
    __table_args__ = strict(
        sa.UniqueConstraint("code", "version"),
        sa.CheckConstraint("version > 0", name="version_positive"),
        sa.CheckConstraint("document <> '' AND article <> ''", name="cited"),
    )

    code: str
    version: int
    flag: str = Field(sa_type=one_of(*Flag))
    document: str
    article: str
    gist: str = ""
    valid_from: date
    groups: str
    excuses: str = "[]"
    is_demo: bool = False


# ---- commands
def add_version(work: Work, actor: Actor, rule: Rule) -> ClauseRule:
    """Add a rule, or the next version of one; older agreements keep the version of their day."""
    actor.must(Duty.VERIFY_EVIDENCE)
    last = max((one for one in every(work) if one.code == rule.code), key=_version, default=None)
    if rule.version != (last.version if last else 0) + 1 or (
        last is not None and rule.valid_from <= last.valid_from
    ):
        raise DomainError(
            "The rule {code} has the version {version}, in force since {since}.",
            "Give the new one the next number and a later day.",
            code=rule.code,
            version=last.version if last else 0,
            since=last.valid_from if last else "—",
        )
    groups = tuple(tuple(w.strip() for w in group if w.strip()) for group in rule.groups)
    if not groups or not all(groups):
        raise DomainError(
            "A rule without words would flag nothing, or every sentence.",
            "Give each group one word at least.",
        )
    if not rule.document.strip() or not rule.article.strip():
        raise DomainError(
            "A finding names its rule and its article.", "Enter the document and the article."
        )
    row = work.add(
        ClauseRule(
            code=rule.code,
            version=rule.version,
            flag=rule.flag.value,
            document=rule.document.strip(),
            article=rule.article.strip(),
            gist=rule.gist.strip(),
            valid_from=rule.valid_from,
            groups=json.dumps(groups, ensure_ascii=False),
            excuses=json.dumps(rule.excuses, ensure_ascii=False),
        )
    )
    after = {"code": row.code, "version": row.version, "valid_from": row.valid_from}
    audit.write(work, actor, "clause_rule:add", "clause_rule", row.id, after=after)
    return row


def _version(rule: Rule) -> int:
    return rule.version


# ---- reads
def every(work: Work) -> list[Rule]:
    """Return all versions of all rules: those built in, and those that were added."""
    rows = work.session.execute(
        sa.select(ClauseRule).order_by(col(ClauseRule.code), col(ClauseRule.version))
    ).scalars()
    added = [
        Rule(
            code=row.code,
            version=row.version,
            flag=Flag(row.flag),
            document=row.document,
            article=row.article,
            gist=row.gist,
            valid_from=row.valid_from,
            groups=tuple(tuple(group) for group in json.loads(row.groups)),
            excuses=tuple(json.loads(row.excuses)),
        )
        for row in rows
    ]
    return [*FIRST, *added]


def check(work: Work, agreement_ids: Sequence[str]) -> list[Finding]:
    """Hold the rules of its own day of signing against each agreement's words.

    A clause that was changed is held against the rules of the day of its change; the words that
    it replaced are no longer agreed and are held against none.
    """
    papers = {
        row.id: row.signed_on
        for row in work.session.execute(
            sa.select(Agreement).where(col(Agreement.id).in_(agreement_ids))
        ).scalars()
    }
    rules = every(work)
    return [
        Finding(
            rule=rule,
            agreement_id=agreement_id,
            place=place,
            no=no,
            passage=sentence,
            words=found,
            worded_on=changed_on or papers[agreement_id],
        )
        for agreement_id, place, no, text, changed_on in _texts(work, list(papers))
        for rule in in_force(rules, changed_on or papers[agreement_id])
        for sentence, found in hits(rule, text)
    ]


def of_agreement(work: Work, agreement_id: str) -> list[Finding]:
    """Return what is to be reviewed in one agreement."""
    return check(work, [agreements.get(work, agreement_id).id])


def _texts(
    work: Work, agreement_ids: Sequence[str]
) -> list[tuple[str, Place, int, str, date | None]]:
    kept = [
        (one.agreement_id, Place.CLAUSE, one.no, one.text, one.changed_on)
        for one in clauses.of_agreements(work, agreement_ids)
        if one.replaced_by_no is None
    ]
    numbers: dict[str, int] = {}
    pledged: list[tuple[str, Place, int, str, None]] = []
    for agreement_id, text in work.rows(
        sa.select(col(Pledge.agreement_id), col(Pledge.text))
        .where(col(Pledge.agreement_id).in_(agreement_ids))
        .order_by(col(Pledge.agreement_id), col(Pledge.id))
    ):
        numbers[agreement_id] = numbers.get(agreement_id, 0) + 1
        pledged.append((agreement_id, Place.PLEDGE, numbers[agreement_id], text, None))
    agreed = [
        (agreement_id, Place.CONDITION, no, name, None)
        for agreement_id, no, name in work.rows(
            sa.select(col(Condition.agreement_id), col(Condition.no), col(Condition.name))
            .where(col(Condition.agreement_id).in_(agreement_ids))
            .order_by(col(Condition.agreement_id), col(Condition.no))
        )
    ]
    return [*kept, *pledged, *agreed]
