"""The manager's report in words: each sentence says a figure of the report, and none foretells."""

import re
from collections.abc import Iterator

from portfolio.kernel.errors import Fen, say
from web.reports.parts import Named
from web.reports.report import LpReport, Sentence

# What a disclosure to partners must not promise or foretell. A word list finds the usual wording,
# not every one: a person still reads the letter before it goes out.
FORBIDDEN = re.compile(
    r"保本|保收益|稳赚|无风险|零风险|刚性兑付|收益(?:预测|承诺|保证)|必将"
    r"|(?:预期|预计|预测|承诺|保证|保底|最低)[^，。；]{0,6}(?:收益|回报|业绩|利润)"
    r"|guarante|risk[- ]free|forecast|no risk|will (?:return|earn|yield)"
    r"|(?:expected|projected|promised|target(?:ed)?) (?:\w+ )?(?:return|irr|yield|profit)",
    re.IGNORECASE,
)


def foretold(text: str) -> tuple[str, ...]:
    """Return the words of a text that promise or foretell a return, in order."""
    return tuple(match.group() for match in FORBIDDEN.finditer(text))


def sentences(report: LpReport) -> tuple[Sentence, ...]:
    """Write the letter. Prose of the manager's own joins it when reports are issued."""
    return (*_money(report), *_landing(report))


def _money(report: LpReport) -> Iterator[Sentence]:
    paid_in, paid_out = report.row(13), report.row(14)
    if paid_in.fund.qtd_fen:
        words = say(
            "The partners paid in {paid_in} this quarter, this partner {own} of it.",
            paid_in=Fen(paid_in.fund.qtd_fen),
            own=Fen(paid_in.partner.qtd_fen),
        )
    else:
        words = say("No capital was paid in this quarter.")
    yield Sentence(words=words)
    if paid_out.fund.qtd_fen:
        words = say(
            "{paid_out} was distributed, {own} of it to this partner.",
            paid_out=Fen(-paid_out.fund.qtd_fen),
            own=Fen(-paid_out.partner.qtd_fen),
        )
    else:
        words = say("Nothing was distributed.")
    yield Sentence(words=words)
    yield Sentence(
        words=say(
            "At the quarter's end the fund held {count} investments at a fair value of {value}, "
            "for {invested} invested.",
            count=sum(1 for one in report.holdings if one.fair_value_fen),
            value=Fen(report.now.fair_value_fen),
            invested=Fen(report.now.invested_fen),
        )
    )
    yield Sentence(
        words=say(
            "Net asset value went from {opening} to {closing}: realised {realised}, unrealised "
            "{unrealised}, fees and expenses {fees}.",
            opening=Fen(report.bridge.opening),
            closing=Fen(report.bridge.closing),
            realised=Fen(report.bridge.realised),
            unrealised=Fen(report.bridge.unrealised),
            fees=Fen(report.bridge.fees),
        )
    )


def _landing(report: LpReport) -> Iterator[Sentence]:
    if not report.landing:
        return
    yield Sentence(
        words=say(
            "Of {count} firms {landed} have landed in the district; {verified} of {conditions} "
            "landing conditions are verified; {in_place} is in place, {new} of it this quarter.",
            count=len(report.landing),
            landed=sum(row.has_landed for row in report.landing),
            verified=sum(row.verified for row in report.landing),
            conditions=sum(row.conditions for row in report.landing),
            in_place=Fen(sum(row.in_place_fen for row in report.landing)),
            new=Fen(sum(row.in_place_qtd_fen for row in report.landing)),
        )
    )
    for row in report.landing:
        for concern in row.concerns:
            yield Sentence(
                words=say(
                    "{firm}: condition C{no} “{condition}” is {days} days overdue.",
                    firm=Named(row.name, row.name_en),
                    no=concern.no,
                    condition=Named(concern.name, concern.name_en),
                    days=concern.overdue_days,
                ),
                is_weighty=True,
            )
