"""How figures, dates and refusals are written for one reader: language, unit, year, zone.

`Reader` returns plain text (for labels, charts, sentences); `FILTERS` are the same words for
templates, where a value that cannot be known becomes a dash that tells why. Nothing here sums
or converts a figure: it divides fen by the unit once, and rounds half up at the last shown digit.
"""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

from markupsafe import Markup

from dealflow.stages import Stage
from portfolio.kernel.errors import DomainError, Fen, Message, say
from valuation.figures import Reason, Undefined
from web.views.words import STAGES

Lang = Literal["zh", "en"]
Unit = Literal["yi", "wan", "yuan"]
LANGS: tuple[Lang, ...] = get_args(Lang)
UNITS: tuple[Unit, ...] = get_args(Unit)

MINUS = "−"  # U+2212: as wide as a digit, and a screen reader says "minus"
DASH = "—"
CHINA = ZoneInfo("Asia/Shanghai")
UP, DOWN, LEVEL = "▲", "▼", "–"
# Fen in one unit, and the digits shown after the point. English counts by thousands, so 亿元
# (10^8) and 万元 (10^4) have no English word: bn and m stand in their places.
SCALE: Mapping[tuple[Lang, Unit], tuple[int, int]] = {
    ("zh", "yi"): (10_000_000_000, 2),
    ("zh", "wan"): (1_000_000, 0),
    ("zh", "yuan"): (100, 2),
    ("en", "yi"): (100_000_000_000, 2),
    ("en", "wan"): (100_000_000, 0),
    ("en", "yuan"): (100, 2),
}
UNIT_NAMES: Mapping[tuple[Lang, Unit], str] = {
    ("zh", "yi"): "亿元",
    ("zh", "wan"): "万元",
    ("zh", "yuan"): "元",
    ("en", "yi"): "CNY bn",
    ("en", "wan"): "CNY m",
    ("en", "yuan"): "CNY",
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

REASONS: Mapping[Reason, Message] = {
    Reason.NO_FLOWS: say("No cash flow yet"),
    Reason.ONE_SIGN: say("Only contributions or only distributions so far"),
    Reason.NO_RATE: say("No rate fits these cash flows"),
    Reason.SEVERAL_RATES: say("Several rates fit these cash flows"),
    Reason.TOO_SHORT: say("Too short a time for a yearly rate"),
    Reason.NOTHING_PAID_IN: say("Nothing paid in yet"),
    Reason.NOTHING_INVESTED: say("Nothing invested yet"),
    Reason.NOTHING_IN_DENOMINATOR: say("Nothing to divide by yet"),
    Reason.NO_COMMITMENT: say("No commitment yet"),
    Reason.NO_MARK: say("No fair value by this date"),
    Reason.INDEX_POSITION_SHORT: say("The index position would have run short"),
    Reason.NO_INDEX_LEVEL: say("The index has no level for one of the dates"),
    Reason.NOT_YET: say("Not reached yet"),
}


def digits(value: Decimal, decimals: int, *, sign: bool = False) -> str:
    """Write a number with thousands commas, a true minus, and no minus before a shown zero."""
    shown = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    mark = MINUS if shown < 0 else "+" if sign and shown > 0 else ""
    return f"{mark}{abs(shown):,.{decimals}f}"


def arrow(value: float) -> str:
    """Return the direction as a shape; colour is never the only carrier."""
    return UP if value > 0 else DOWN if value < 0 else LEVEL


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One reader's way of writing.

    `year` is the year of as_of: a date in it is written short where asked. `translate` maps an
    English msgid to the reader's language. Money is int fen, ratios are plain (0.326 is 32.6 %).
    """

    lang: Lang = "zh"
    unit: Unit = "yi"
    year: int = 0
    zone: tzinfo = CHINA
    translate: Callable[[str], str] = str

    # -- money
    def money(
        self,
        fen: int,
        unit: Unit | None = None,
        decimals: int | None = None,
        *,
        sign: bool = False,
    ) -> str:
        """Write fen in the reader's unit (or `unit`), without its name: 12.60."""
        scale, usual = SCALE[self.lang, unit or self.unit]
        places = usual if decimals is None else decimals
        return digits(Decimal(fen) / scale, places, sign=sign)

    def unit_name(self, unit: Unit | None = None) -> str:
        """Return the unit as a table head says it: 亿元, CNY bn."""
        return UNIT_NAMES[self.lang, unit or self.unit]

    def amount(self, fen: int, unit: Unit | None = None, decimals: int | None = None) -> str:
        """Write fen with its unit: 12.60 亿元, CNY 1.26 bn."""
        return self._with_unit(self.money(fen, unit, decimals), unit)

    def exact(self, fen: int) -> str:
        """Write fen with its unit so that nothing is lost: in yuan if the unit would round."""
        scale, decimals = SCALE[self.lang, self.unit]
        if fen * 10**decimals % scale == 0:
            return self.amount(fen)
        return self.amount(fen, "yuan", 0 if fen % 100 == 0 else 2)

    def published(
        self,
        fen: int,
        decimals: int = 0,
        bound: str = "",
        *,
        band: bool = False,
        unit: Unit | None = None,
    ) -> str:
        """Write a published amount with the digits it was published with, counted in 亿元.

        bound  what stood before the number: "", ">", "≥", "<", "≈"
        band   a size class (50 亿级), which names a class and is no number
        """
        unit = unit or self.unit
        scale, _ = SCALE[self.lang, unit]
        value = Decimal(fen) / scale
        # As many digits as were published, no more; trailing zeros of the conversion are dropped.
        shift = Decimal(SCALE["zh", "yi"][0]) / scale
        places = max(0, decimals - shift.adjusted())
        number = digits(value, places)
        if places > decimals and "." in number:
            whole, _, part = number.partition(".")
            part = part[:decimals] + part[decimals:].rstrip("0")
            number = f"{whole}.{part}" if part else whole
        if not band:
            return f"{bound}{number}"
        name = self.unit_name(unit).removeprefix("CNY").strip().removesuffix("元")
        return f"{number} {name}级" if self.lang == "zh" else f"≥{number} {name} class"

    def _with_unit(self, number: str, unit: Unit | None) -> str:
        name = self.unit_name(unit)
        if self.lang == "zh":
            return f"{number} {name}"
        currency, _, size = name.partition(" ")
        return f"{currency} {number} {size}".rstrip()

    # -- ratios, multiples, counts
    def ratio(self, value: float, decimals: int = 1) -> str:
        """Write 0.326 as 32.6%. Also for an IRR."""
        return f"{digits(Decimal(repr(float(value))) * 100, decimals)}%"

    def multiple(self, value: float, decimals: int = 2) -> str:
        """Write 1.2345 as 1.23x."""
        return f"{digits(Decimal(repr(float(value))), decimals)}x"

    def count(self, value: int, *, sign: bool = False) -> str:
        """Write 1284 as 1,284."""
        return digits(Decimal(value), 0, sign=sign)

    def number(self, value: float, decimals: int = 2, *, sign: bool = False) -> str:
        """Write a bare number, for axes and measured quantities."""
        return digits(Decimal(repr(float(value))), decimals, sign=sign)

    # -- changes
    def points(self, change: float, decimals: int = 1) -> str:
        """Write the change of a ratio: 0.008 is +0.8 pt (English pp)."""
        return f"{digits(Decimal(repr(float(change))) * 100, decimals, sign=True)} {self._pt}"

    def growth(self, change: float, decimals: int = 1) -> str:
        """Write a relative change with its direction: 0.22 is ▲ 22.0%."""
        return f"{arrow(change)} {self.ratio(abs(change), decimals)}"

    def shift(self, change: float, decimals: int = 1) -> str:
        """Write the change of a ratio with its direction: −0.008 is ▼ 0.8 pt."""
        size = digits(Decimal(repr(abs(float(change)))) * 100, decimals)
        return f"{arrow(change)} {size} {self._pt}"

    @property
    def _pt(self) -> str:
        return "pt" if self.lang == "zh" else "pp"

    # -- time
    def date(self, day: date, *, short: bool = False) -> str:
        """Write a day: 2023-10-31, short 10-31 within the year of as_of; 31 Oct 2023."""
        if isinstance(day, datetime):
            day = self.local(day).date()
        same_year = short and day.year == self.year
        if self.lang == "en":
            return f"{day.day} {MONTHS[day.month - 1]}" + ("" if same_year else f" {day.year}")
        return f"{day:%m-%d}" if same_year else day.isoformat()

    def moment(self, at: datetime, *, short: bool = False) -> str:
        """Write a moment to the minute in the site's zone. A naive one is UTC, as stored."""
        local = self.local(at)
        return f"{self.date(local.date(), short=short)} {local:%H:%M}"

    def local(self, at: datetime) -> datetime:
        """Return the moment on the wall clock of the site."""
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(self.zone)

    # -- words
    def why(self, missing: Undefined) -> str:
        """Say why a figure cannot be known, in the reader's language; name every rate that fits."""
        rates = ", ".join(self.ratio(rate) for rate in missing.roots)
        return self.say(REASONS[missing.reason]) + (f": {rates}" if rates else "")

    def say(self, sentence: Any) -> str:
        """Say a `Message` or translate a msgid, its values written for this reader."""
        if isinstance(sentence, Message):
            return sentence.text(self.translate, self.value)
        return self.translate(sentence) if sentence else ""

    def refusal(self, error: DomainError) -> tuple[str, str]:
        """Return (problem, remedy) of a refusal."""
        return error.text(self.translate, self.value)

    def value(self, value: Any) -> str:  # noqa: PLR0911 - one line a kind of value
        """Write a value inside a sentence."""
        match value:
            case Fen(fen):
                return self.exact(fen)
            case datetime():
                return self.moment(value)
            case date():
                return self.date(value)
            case Undefined():
                return self.why(value)
            case Stage():
                return self.say(STAGES[value])
            case bool() | str():
                return str(value)
            case int():
                return self.count(value)
            case _:
                return str(value)


READER: ContextVar[Reader] = ContextVar("reader", default=Reader())  # noqa: B039 - frozen
# Set by templating around one render: macros then write for the reader without being handed him.


def nil(why: str = "") -> Markup:
    """Return the dash for a value that cannot be shown, with the reason for eye and ear."""
    if not why:
        return Markup('<span class="nil">{}</span>').format(DASH)
    return Markup('<span class="nil" title="{1}">{0}<span class="sr">{1}</span></span>').format(
        DASH, why
    )


def _filter(write: Callable[..., str]) -> Callable[..., str]:
    """Make a Reader's method a filter: None and Undefined become a dash with the reason.

    `none` is the reason for None, already in the reader's language.
    """

    def shown(value: Any, *args: Any, none: str = "", **options: Any) -> str:
        reader = READER.get()
        if value is None:
            return nil(none)
        if isinstance(value, Undefined):
            return nil(reader.why(value))
        return write(reader, value, *args, **options)

    return shown


FILTERS: Mapping[str, Callable[..., str]] = {
    "money": _filter(Reader.money),
    "amount": _filter(Reader.amount),
    "exact": _filter(Reader.exact),
    "published": _filter(Reader.published),
    "ratio": _filter(Reader.ratio),
    "irr": _filter(Reader.ratio),
    "multiple": _filter(Reader.multiple),
    "count": _filter(Reader.count),
    "number": _filter(Reader.number),
    "points": _filter(Reader.points),
    "growth": _filter(Reader.growth),
    "shift": _filter(Reader.shift),
    "date": _filter(Reader.date),
    "moment": _filter(Reader.moment),
    "say": _filter(Reader.say),
}
