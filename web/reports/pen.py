"""How one report writes its figures and words: the language and the unit of the whole report."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from portfolio.kernel.errors import Fen, Message, say
from valuation.figures import Undefined
from web.formats import DASH, Lang, Reader, Unit
from web.reports.paper import Prose
from web.reports.parts import Named, Ratio
from web.reports.report import LpReport
from web.templating import translations

LEAST_FOR_YI = 10_000_000_000  # a fund below 1 亿元 is shown in yuan


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    """How one report writes: language and unit are those of the report, not of a reader."""

    report: LpReport
    reader: Reader
    unit: Unit

    def say(self, words: Any) -> str:
        """Say a sentence with amounts in the report's unit and names in its language."""
        if isinstance(words, Message):
            return words.text(self.reader.translate, self._value)
        return self.reader.say(words)

    def bare(self, words: Message) -> str:
        """Say a formula: its amounts without the unit, which the table's head names."""
        return words.text(self.reader.translate, lambda value: self._value(value, bare=True))

    def _value(self, value: Any, *, bare: bool = False) -> str:
        match value:
            case Fen(fen):
                return self.money(fen) if bare else self.amount(fen)
            case Named(name, name_en):
                return self.name(name, name_en)
            case Ratio(found, unit):
                return self.figure(found, unit)
            case _:
                return self.reader.value(value)

    def name(self, name: str, name_en: str) -> str:
        """Return a name in the report's language; the Chinese one where there is no other."""
        return name_en if self.reader.lang == "en" and name_en else name

    def money(self, fen: int, *, sign: bool = False) -> str:
        """Write fen in the report's unit, two decimals."""
        return self.reader.money(fen, self.unit, 2, sign=sign)

    def amount(self, fen: int) -> str:
        """Write fen with the report's unit."""
        return self.reader.amount(fen, self.unit, 2)

    def fine(self, fen: int) -> str:
        """Write fen for the annex: 万元 or CNY m with what the sheets round away; 0 is 0.00."""
        if self.unit == "yuan":
            return self.money(fen)
        return self.reader.money(fen, "wan", 2 if self.reader.lang == "zh" else 4)

    @property
    def fine_unit_name(self) -> str:
        """Return the unit of the annex."""
        return self.reader.unit_name("yuan" if self.unit == "yuan" else "wan")

    def moved(self, fen: int) -> str:
        """Write a movement with its sign, a dash where nothing moved."""
        return self.money(fen, sign=True) if fen else DASH

    def held(self, fen: int) -> str:
        """Write a balance, a dash where there is none."""
        return self.money(fen) if fen else DASH

    def figure(self, value: float | Undefined, unit: str) -> str:
        """Write a figure, a dash where it cannot be known."""
        if isinstance(value, Undefined):
            return DASH
        match unit:
            case "multiple":
                return self.reader.multiple(value)
            case "rate":
                return self.reader.ratio(value)
            case "period":
                return self.reader.say(say("{rate} of the period", rate=self.reader.ratio(value)))
            case "fen":
                return self.money(int(value))
            case _:
                return self.reader.count(int(value))

    def told(self, value: float | Undefined, unit: str) -> str:
        """Write a figure; where it cannot be known, the reason behind the dash."""
        why = f" {self.reader.why(value)}" if isinstance(value, Undefined) else ""
        return self.figure(value, unit) + why

    def prose(self, section: str) -> Iterator[Prose]:
        """Yield the manager's own words of a section; Chinese where no English was written."""
        for one in self.report.prose:
            if one.section == section:
                words = one.words_en if self.reader.lang == "en" else one.words
                words = words if words.msgid else one.words if one.words.msgid else one.words_en
                for part in words.text(str, self._value).splitlines():
                    if part.strip():
                        yield Prose(sentences=((part.strip(), False),))

    @property
    def unit_name(self) -> str:
        """Return the unit as a table head says it."""
        return self.reader.unit_name(self.unit)

    @property
    def partner(self) -> str:
        """Return the partner's name."""
        return self.name(self.report.partner.name, self.report.partner.name_en)

    @property
    def fund(self) -> str:
        """Return the fund's name."""
        return self.name(self.report.fund.name, self.report.fund.name_en)


def pen(report: LpReport, lang: Lang) -> Pen:
    """Return the pen of a report: 亿元 or CNY m, for a small fund yuan."""
    large = report.now.fund.amounts.committed_fen >= LEAST_FOR_YI
    unit: Unit = ("yi" if lang == "zh" else "wan") if large else "yuan"
    reader = Reader(
        lang=lang, unit=unit, year=report.as_of.year, translate=translations(lang).ugettext
    )
    return Pen(report=report, reader=reader, unit=unit)


def quarter_words(report: LpReport) -> Message:
    """Return the quarter as a title says it."""
    words = (
        say("{year}, first quarter", year=str(report.quarter.year)),
        say("{year}, second quarter", year=str(report.quarter.year)),
        say("{year}, third quarter", year=str(report.quarter.year)),
        say("{year}, fourth quarter", year=str(report.quarter.year)),
    )
    return words[report.quarter.number - 1]
