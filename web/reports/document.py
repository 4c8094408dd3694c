"""The report in one language: its sections in order, laid on sheets."""

from portfolio.kernel.errors import say
from web.formats import Lang
from web.reports import annex, back, front, paper
from web.reports.paper import Paper
from web.reports.pen import pen, quarter_words
from web.reports.report import LpReport


def write(report: LpReport, lang: Lang) -> Paper:
    """Return the report as sheets in one language."""
    by = pen(report, lang)
    blocks = [*front.blocks(by), *back.blocks(by), *annex.blocks(by)]
    quarter = by.say(quarter_words(report))
    title = by.say(say("{quarter} partner report", quarter=quarter))
    return Paper(
        lang=lang,
        title=title,
        fund=by.fund,
        running=f"{by.fund}　{title}",
        confidential=by.say(say("For the partner only. Not for publication.")),
        watermark=by.say(say("For {partner} only", partner=by.partner)),
        foot=by.say(
            say(
                "Live from the ledger · books up to no. {seq} · data to {on} 24:00",
                seq=report.known_seq,
                on=report.as_of,
            )
        ),
        sha256=report.sha256,
        sections=tuple((head.number, head.title) for head in paper.heads(blocks)),
        sheets=paper.sheets(blocks, continued=by.say(say("(continued)"))),
    )
