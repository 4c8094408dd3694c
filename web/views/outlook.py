"""Targets and forecast: how far the year has come, where it will end, how forecasts did."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from dealflow import forecasts, targets
from dealflow.forecasts import FORECAST, BackTest, Scored, Verdict
from dealflow.outlook import Band
from dealflow.targets import DISTRICT, Pace, Scope
from portfolio.figures import Unit
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from valuation.periods import year_elapsed
from web.formats import Reader
from web.templating import Page
from web.views.figures import QUERY
from web.views.tips import TITLES, write

SCOPES = {
    Scope.DISTRICT: say("Whole district"),
    Scope.SYSTEM: say("Industry systems"),
    Scope.CHAIN: say("Chains"),
    Scope.UNIT: say("Units"),
}
VERDICTS: dict[Verdict, tuple[Message, str]] = {
    Verdict.OPEN: (say("year not over"), ""),
    Verdict.WITHIN: (say("within the band"), "ok"),
    Verdict.BELOW: (say("below the band"), "warn"),
    Verdict.ABOVE: (say("above the band"), "warn"),
    Verdict.KEPT: (say("kept"), "ok"),
    Verdict.MISSED: (say("missed"), "risk"),
}
UNITS = {
    "contract_amount": Unit.FEN,
    "money_in_place": Unit.FEN,
    "projects_started": Unit.COUNT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceRow:
    """One target."""

    name: str
    measure: str
    actual: str
    target: str
    share: float
    ahead: float
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BandRow:
    """What a year will bring by one measure: figures, and where they lie on the bar (0…100)."""

    measure: str
    so_far: str
    low: str
    mid: str
    high: str
    expected: str
    chance_at: float | None  # where the expectation lies on the bar
    from_at: float
    to_at: float
    mid_at: float
    now_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredRow:
    """One forecast that was kept."""

    measure: str
    year: int
    made_for: date
    is_promise: bool
    said: str
    actual: str
    verdict: str
    look: str
    source: str
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BackRow:
    """One past day from which a year was forecast."""

    made_for: date
    measure: str
    low: str
    mid: str
    high: str
    actual: str
    is_within: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """All that landing/outlook.html may use."""

    template: ClassVar[str] = "landing/outlook.html"
    tab: str
    scope: str
    scopes: tuple[tuple[str, str], ...]
    elapsed: float
    paces: tuple[PaceRow, ...]
    bands: tuple[BandRow, ...]
    kept: tuple[ScoredRow, ...]
    back: tuple[BackRow, ...]
    coverage: float | None
    paths: int
    seed: int
    has_demo: bool


def build(work: Work, page: Page, *, scope: str, with_demo: bool) -> Outlook:
    """Read and arrange the page."""
    reader, as_of = page.reader, page.as_of
    chosen = Scope(scope) if scope in set(Scope) else Scope.DISTRICT
    asked = targets.set_for(work, as_of.year, Scope.DISTRICT, with_demo=with_demo)
    bands = forecasts.bands(work, as_of, with_demo=with_demo)
    tests = forecasts.back_test(work, as_of, with_demo=with_demo)
    return Outlook(
        tab="outlook",
        scope=chosen.value,
        scopes=tuple((one.value, reader.say(words)) for one, words in SCOPES.items()),
        elapsed=year_elapsed(as_of),
        paces=tuple(
            _pace(reader, one, as_of)
            for one in targets.paces(work, as_of, chosen, with_demo=with_demo)
        ),
        bands=tuple(
            _band(reader, code, bands[code], asked.get((DISTRICT, code))) for code in FORECAST
        ),
        kept=tuple(
            _scored(reader, one) for one in forecasts.kept(work, as_of, with_demo=with_demo)
        ),
        back=tuple(_back(reader, one) for one in tests),
        coverage=forecasts.coverage(tests),
        paths=forecasts.PATHS,
        seed=forecasts.SEED,
        has_demo=with_demo,
    )


def _title(reader: Reader, code: str) -> str:
    return reader.say(TITLES.get(code) or Message(code))


def _measure(reader: Reader, code: str) -> str:
    """Return the title with the unit, so that the columns need none."""
    title = _title(reader, code)
    return f"{title} {reader.unit_name()}" if UNITS[code] is Unit.FEN else title


def _number(reader: Reader, code: str, value: int | None) -> str:
    if value is not None and UNITS[code] is Unit.FEN:
        return reader.money(value, decimals=1)
    return write(reader, value, UNITS[code])


def _pace(reader: Reader, pace: Pace, as_of: date) -> PaceRow:
    code, subject = pace.figure.code, pace.subject
    name = subject.name_en if reader.lang == "en" and subject.name_en else subject.name
    part = f"&{QUERY[subject.scope]}={subject.subject_id}" if subject.scope in QUERY else ""
    return PaceRow(
        name=name or reader.say(say("Whole district")),
        measure=_title(reader, code),
        actual=write(reader, pace.figure.value, pace.figure.unit),
        target=write(reader, pace.target, pace.figure.unit),
        share=pace.share,
        ahead=pace.ahead,
        href=f"/figures/{code}?as_of={as_of}{part}",
    )


def _band(reader: Reader, code: str, band: Band, expected: int | None) -> BandRow:
    top = max(band.high, expected or 0, 1) * 1.05
    return BandRow(
        measure=_measure(reader, code),
        so_far=_number(reader, code, band.so_far),
        low=_number(reader, code, band.low),
        mid=_number(reader, code, band.mid),
        high=_number(reader, code, band.high),
        expected=_number(reader, code, expected) if expected else "",
        chance_at=expected / top * 100 if expected else None,
        from_at=band.low / top * 100,
        to_at=band.high / top * 100,
        mid_at=band.mid / top * 100,
        now_at=band.so_far / top * 100,
    )


def _scored(reader: Reader, one: Scored) -> ScoredRow:
    words, look = VERDICTS[one.verdict]
    low = _number(reader, one.code, one.low)
    said = f"≥ {low}" if one.high is None else f"{low} – {_number(reader, one.code, one.high)}"
    return ScoredRow(
        measure=_measure(reader, one.code),
        year=one.year,
        made_for=one.made_for,
        is_promise=one.high is None,
        said=said,
        actual=_number(reader, one.code, one.actual),
        verdict=reader.say(words),
        look=look,
        source=one.source,
        is_demo=one.is_demo,
    )


def _back(reader: Reader, test: BackTest) -> BackRow:
    return BackRow(
        made_for=test.made_for,
        measure=_measure(reader, test.code),
        low=_number(reader, test.code, test.band.low),
        mid=_number(reader, test.code, test.band.mid),
        high=_number(reader, test.code, test.band.high),
        actual=_number(reader, test.code, test.actual),
        is_within=test.is_within,
    )
