"""Charts: values in, one SVG out, for page, dark mode and print alike.

Colours are custom properties only, so the theme decides; numbers and words come formatted from
the caller, so the reader's language and unit decide. Bars start at zero (a bridge may not, and
shows the cut), an axis has seven ticks at most, lines carry their own labels.
"""

from web.charts.forecast import Flows, forecast
from web.charts.funnel import FunnelStage, Pool, mirror_funnel
from web.charts.lines import Line, PaceLine, lines, pace_chart, spark
from web.charts.money import Step, bridge, jcurve, split_bar
from web.charts.svg import heat_level, nice_ticks, responsive

__all__ = [
    "Flows",
    "FunnelStage",
    "Line",
    "PaceLine",
    "Pool",
    "Step",
    "bridge",
    "forecast",
    "heat_level",
    "jcurve",
    "lines",
    "mirror_funnel",
    "nice_ticks",
    "pace_chart",
    "responsive",
    "spark",
    "split_bar",
]
