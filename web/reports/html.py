"""The report as one HTML file that needs no other: the sheets of the page with their style."""

from functools import cache

from markupsafe import Markup

from web.formats import READER, Lang
from web.reports.document import write
from web.reports.pen import pen
from web.reports.report import LpReport
from web.templating import HTML_LANG, STATIC, environment

SHEETS = ("tokens.css", "components.css", "product.css")


def render(report: LpReport, lang: Lang) -> bytes:
    """Return the file. The same report gives the same bytes."""
    token = READER.set(pen(report, lang).reader)
    try:
        text = (
            environment(lang)
            .get_template("reports/standalone.html")
            .render(paper=write(report, lang), edits={}, html_lang=HTML_LANG[lang], css=_style())
        )
    finally:
        READER.reset(token)
    return text.encode()


@cache
def _style() -> Markup:
    """Return our own style sheets; they are part of the product and hold no reader's words."""
    return Markup("\n".join((STATIC / name).read_text("utf-8") for name in SHEETS))  # noqa: S704
