"""预测: a fund's cash to its end, drawn after its cash so far, with what it assumes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from portfolio import forecast
from portfolio.forecast import Assumptions, Band, Forecast, ForecastPoint
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, say
from valuation.figures import Undefined
from valuation.periods import Quarter
from web import charts
from web.charts import Flows
from web.formats import SCALE, Reader
from web.views.funds import Opened

PERCENT = 100


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The assumptions as they were typed; "" is the default."""

    life: str = ""
    growth: str = ""
    volatility: str = ""
    bow: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastCard:
    """The forecast as its card shows it."""

    drawn: Markup
    points: tuple[ForecastPoint, ...]
    why: str  # there is none; "" where there is one
    problem: tuple[str, str] | None  # an assumption was refused, the defaults stand
    ends_on: date
    fields: Mapping[str, str]
    end_is_recorded: bool


# ---- reads
def card(work: Work, reader: Reader, opened: Opened, asked: Asked) -> ForecastCard:
    """Return the forecast as asked; where an assumption is refused the defaults stand."""
    usual = forecast.life_years(opened.fund) or Assumptions().life_years
    assumed, problem = Assumptions(life_years=usual), None
    try:
        assumed = _assumptions(asked, usual)
    except DomainError as error:
        problem = reader.refusal(error)
    found = forecast.forecast(work, opened.moment, opened.fund, assumed)
    points = () if isinstance(found.points, Undefined) else found.points
    return ForecastCard(
        drawn=_drawn(reader, found, points) if points else Markup(),
        points=points,
        why=reader.why(found.points) if isinstance(found.points, Undefined) else "",
        problem=problem,
        ends_on=found.ends_on,
        fields={
            "life": str(assumed.life_years),
            "growth": f"{assumed.growth * PERCENT:g}",
            "volatility": f"{assumed.volatility * PERCENT:g}",
            "bow": f"{assumed.bow:g}",
        },
        end_is_recorded=opened.fund.ends_on is not None,
    )


def _assumptions(asked: Asked, usual: int) -> Assumptions:
    base = Assumptions(life_years=usual)
    return Assumptions(
        life_years=int(_number(asked.life, base.life_years)),
        growth=_number(asked.growth, base.growth * PERCENT) / PERCENT,
        volatility=_number(asked.volatility, base.volatility * PERCENT) / PERCENT,
        bow=_number(asked.bow, base.bow),
    )


def _number(text: str, usual: float) -> float:
    if not text.strip():
        return usual
    try:
        value = float(text.strip().removesuffix("%"))
    except ValueError:
        value = float("nan")
    if not abs(value) < 1e6:  # noqa: PLR2004 - NaN too
        raise DomainError(
            "“{text}” is not a number.", "Enter digits, such as 13 or 2.5.", text=text
        )
    return value


def _drawn(reader: Reader, found: Forecast, points: Sequence[ForecastPoint]) -> Markup:
    scale, places = SCALE[reader.lang, reader.unit]
    quarters = [point.quarter for point in found.past]
    quarters += [Quarter.containing(point.ends_on) for point in points]
    names = [f"{one.year % 100:02d}Q{one.number}" for one in quarters]

    def middles(bands: Sequence[Band]) -> list[float]:
        return [band.middle / scale for band in bands]

    return charts.responsive(
        charts.forecast,
        names,
        Flows(
            called=[point.called_fen / scale for point in found.past],
            distributed=[point.distributed_fen / scale for point in found.past],
            cumulative=[point.cumulative_net_fen / scale for point in found.past],
            nav=[point.nav_fen / scale for point in found.past],
        ),
        Flows(
            called=[point.contribution_fen / scale for point in points],
            distributed=middles([point.distribution for point in points]),
            cumulative=middles([point.cumulative for point in points]),
            nav=middles([point.nav for point in points]),
        ),
        [(point.cumulative.low / scale, point.cumulative.high / scale) for point in points],
        label=reader.say(
            say("Cash and value by quarter: so far, and to the fund's end with a 10–90 % band")
        ),
        band_names=("P10", "P90"),
        now_name=reader.date(found.as_of),
        number=lambda value: reader.number(value, places),
    )
