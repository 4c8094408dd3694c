"""The report in one language: its sections in order, laid on sheets."""

from collections.abc import Callable, Iterator

from portfolio.kernel.errors import say
from web.formats import Lang
from web.reports import annex, back, front, paper, schedules
from web.reports.paper import Block, Paper
from web.reports.pen import Pen, pen, quarter_words
from web.reports.report import LpReport

# The sections of the report in their order; heads are numbered as they come. A new section is a
# line here.
SECTIONS: tuple[Callable[[Pen], Iterator[Block]], ...] = (
    front.blocks,
    back.blocks,
    schedules.changes,
    annex.blocks,
    schedules.children,
)


def write(report: LpReport, lang: Lang) -> Paper:
    """Return the report as sheets in one language."""
    by = pen(report, lang)
    blocks = paper.numbered([block for section in SECTIONS for block in section(by)])
    quarter = by.say(quarter_words(report))
    title = by.say(say("{quarter} partner report", quarter=quarter))
    for_whom = say("For {partner} only", partner=by.partner)
    if not report.issue.number:
        for_whom = say("Draft for {partner}", partner=by.partner)
    return Paper(
        lang=lang,
        title=title,
        fund=by.fund,
        running=f"{by.fund}　{title}",
        confidential=by.say(say("For the partner only. Not for publication.")),
        watermark=by.say(for_whom),
        foot=_foot(by),
        sha256=report.sha256,
        sections=tuple((head.number, head.title) for head in paper.heads(blocks)),
        sheets=paper.sheets(blocks, continued=by.say(say("(continued)"))),
    )


def _foot(by: Pen) -> str:
    report = by.report
    if report.issue.number:
        return by.say(
            say(
                "No. {number} · locked · books up to no. {seq} · data to {on} 24:00",
                number=report.issue.number,
                seq=report.known_seq,
                on=report.as_of,
            )
        )
    return by.say(
        say(
            "Live from the ledger · books up to no. {seq} · data to {on} 24:00",
            seq=report.known_seq,
            on=report.as_of,
        )
    )
