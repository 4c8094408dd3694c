"""A chain's day: what its paper and its workbook are written from, and for whom."""

from dataclasses import dataclass

from dealflow.chain_brief import ChainBrief
from portfolio.kernel.errors import say
from web.formats import Reader
from web.reports.paper import clipped
from web.views.holdings import named

TITLE_CHARS = 16


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class ChainDay:
    """What is printed, for whom and by whom."""

    brief: ChainBrief
    reader: Reader
    district: str

    @property
    def name(self) -> str:
        """Return the chain's name in the reader's language."""
        return named(self.reader, self.brief.chain.name, self.brief.chain.name_en)

    @property
    def title(self) -> str:
        """Return what the paper is called."""
        name = clipped(self.name, TITLE_CHARS)
        return self.reader.say(say("{chain}: task force paper", chain=name))


def plan_of(day: ChainDay) -> str:
    """Name the plan in force with its version, "" before the first one."""
    plan, reader = day.brief.plan, day.reader
    if plan is None:
        return ""
    title = marked(reader, named(reader, plan.title, plan.title_en), plan.is_demo)
    return reader.say(
        say(
            "{title}, version {number}, from {on}",
            title=title,
            number=plan.number,
            on=plan.valid_from,
        )
    )


def marked(reader: Reader, name: str, is_demo: bool) -> str:
    """Return a name with the mark of demonstration data, where it is that."""
    mark = reader.say(say("Demo"))
    if not is_demo or not name or mark in name:
        return name
    return f"{name} ({mark})" if reader.lang == "en" else f"{name}（{mark}）"
