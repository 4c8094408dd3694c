import io
import math
import re
from itertools import pairwise
from typing import Any

import pypdf
import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st

from web import charts
from web.charts.money import is_cut
from web.charts.svg import MOST_TICKS, smooth, spread, tick_text
from web.printable import light_tokens, printable, resolved
from web.templating import STATIC

AMOUNT = st.floats(-1e12, 1e12, allow_nan=False).map(lambda value: round(value, 2))
QUARTERS = ("25Q4", "26Q1", "26Q2")


def two(value: float) -> str:
    return f"{value:.2f}"


def a_jcurve(**changes: object) -> str:
    facts: dict[str, object] = {
        "called": (3.0, 0.0, 2.4),
        "distributed": (0.0, 0.0, 0.5),
        "cumulative": (-3.0, -3.0, -4.9),
        "nav": (2.9, 2.8, 5.1),
        "label": "Calls, distributions, net cash and NAV by quarter",
        "number": two,
    }
    return charts.jcurve(QUARTERS, **{**facts, **changes})  # type: ignore[arg-type]


def a_funnel(**changes: object) -> str:
    stages = (
        charts.FunnelStage(name="签约", colour="--stage-3", count=49, amount=669.0),
        charts.FunnelStage(
            name="到资", colour="--stage-4", count=40, amount=218.0, is_count_demo=True
        ),
    )
    facts: dict[str, object] = {
        "label": "漏斗",
        "count": lambda value: f"{value:.0f}",
        "amount": lambda value: f"{value:.0f}",
        "ratio": lambda share: f"{share:.1%}",
    }
    return charts.mirror_funnel(stages, **{**facts, **changes})  # type: ignore[arg-type]


def a_forecast(**changes: object) -> str:
    facts: dict[str, object] = {
        "past": charts.Flows(
            called=(3.0, 0.0), distributed=(0.0, 0.0), cumulative=(-3.0, -3.0), nav=(2.9, 2.8)
        ),
        "coming": charts.Flows(called=(1.0,), distributed=(6.0,), cumulative=(2.0,), nav=(0.0,)),
        "band": ((-1.0, 5.5),),
        "label": "Cash so far and to the end",
        "band_names": ("P10", "P90"),
        "now_name": "2026-03-31",
        "number": two,
    }
    return charts.forecast(QUARTERS, **{**facts, **changes})  # type: ignore[arg-type]


def all_charts() -> list[str]:
    line = charts.Line(name="净值", colour="--nav", values=(1.0, None, 3.0), is_filled=True)
    pace = charts.PaceLine(
        name="合同", colour="--stage-4", values=(38, 86), target=800, target_text=">800"
    )
    steps = (
        charts.Step(name="期初", value=15.32, is_total=True),
        charts.Step(name="分配", value=-0.45),
        charts.Step(name="期末", value=14.87, is_total=True),
    )
    return [
        a_jcurve(),
        a_forecast(),
        a_funnel(pool=charts.Pool(name="在谈", count=56, amount=710.0)),
        charts.lines(QUARTERS, (line,), label="净值", number=two),
        charts.pace_chart(QUARTERS, (pace,), label="进度", number=two),
        charts.bridge(steps, label="桥", number=two, change=two),
        charts.split_bar(((3, "--stage-5"), (0, "--stage-3"), (1, "--stage-1")), label="构成"),
        charts.spark((1, 2, 3)),
    ]


# ---- the forecast
def test_the_forecast_names_its_median_and_both_edges_of_its_band() -> None:
    drawn = a_forecast()
    for words in ("P10 −1.00", ">2.00<", "P90 5.50", "2026-03-31"):
        assert words.replace("−", "-") in drawn.replace("−", "-")


def test_a_forecast_without_a_band_for_each_quarter_is_refused() -> None:
    with pytest.raises(ValueError, match="one band a quarter to come"):
        a_forecast(band=())


# ---- ticks
@given(AMOUNT, AMOUNT)
def test_ticks_are_few_even_and_span_the_values_and_zero(a: float, b: float) -> None:
    ticks = charts.nice_ticks(a, b)
    assert 2 <= len(ticks) <= MOST_TICKS
    slack = 1e-6 * max(abs(a), abs(b), 1e-9)
    assert ticks[0] <= min(a, b, 0) + slack
    assert ticks[-1] >= max(a, b, 0) - slack
    gaps = [after - before for before, after in pairwise(ticks)]
    assert gaps == pytest.approx([gaps[0]] * len(gaps), rel=1e-6)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 0, (0, 1)),
        (0, 800, (0, 200, 400, 600, 800)),
        (0, 0.3, (0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3)),
        (-12.69, 15.8, (-20, -10, 0, 10, 20)),
        (-4, -1, (-4, -3, -2, -1, 0)),
    ],
)
def test_ticks_are_round_numbers(low: float, high: float, ticks: tuple[float, ...]) -> None:
    assert charts.nice_ticks(low, high) == pytest.approx(ticks)


def test_a_tick_says_no_more_digits_than_its_step_and_has_a_true_minus() -> None:
    assert tick_text(-1500.0, 500.0) == "−1,500"
    assert tick_text(0.25, 0.05) == "0.25"


# ---- drawing
def test_a_smooth_line_never_swings_past_a_value_that_was_reached() -> None:
    drawn = smooth([(0, 10), (10, 10), (20, 50), (30, 50)])
    ys = [float(pair.split()[1]) for pair in re.findall(r"[\d.]+ [\d.]+", drawn)]
    assert min(ys) >= 10
    assert max(ys) <= 50


def test_labels_keep_their_distance_and_stay_above_the_floor() -> None:
    assert spread([100, 101, 40], 14, below=108) == [94, 108, 40]


@pytest.mark.parametrize("drawn", all_charts())
def test_a_chart_has_no_colour_of_its_own_and_no_style(drawn: str) -> None:
    assert "style=" not in drawn
    assert not re.search(r"#[0-9a-fA-F]{3,6}\b", drawn)
    for name in re.findall(r"var\((--[\w-]+)\)", drawn):
        assert name in light_tokens()
    assert "nan" not in drawn.lower()


def test_a_name_cannot_break_out_of_the_drawing() -> None:
    line = charts.Line(name="<script>", colour="--nav", values=(1.0,))
    drawn = charts.lines(('"><b>',), (line,), label='"><i>', number=two)
    assert "<script>" not in drawn
    assert "<b>" not in drawn
    assert "<i>" not in drawn


@pytest.mark.parametrize("values", [(), (0.0,), (0.0, 0.0), (5.0,), (-1.0, -1.0)])
def test_empty_single_and_flat_series_are_drawn_without_dividing_by_nothing(
    values: tuple[float, ...],
) -> None:
    line = charts.Line(name="净值", colour="--nav", values=values)
    drawn = charts.lines(tuple("x" * len(values)), (line,), label="净值", number=two)
    assert drawn.startswith("<svg")
    assert "nan" not in drawn + charts.spark(values)


def test_nothing_is_drawn_over_a_quarter_without_a_value() -> None:
    line = charts.Line(name="净值", colour="--nav", values=(1.0, 2.0, None, 3.0, 4.0))
    drawn = charts.lines(("1", "2", "3", "4", "5"), (line,), label="净值", number=two)
    assert drawn.count('<path class="l"') == 2


def test_calls_hang_below_zero_and_distributions_stand_above_it() -> None:
    drawn = a_jcurve()
    zero = float(re.search(r'class="zero"[^>]*y1="([\d.]+)"', drawn)[1])  # type: ignore[index]
    bars = r'<rect x="[\d.]+" y="([\d.]+)"[^>]*fill="var\((--cf-\w+)\)"'
    tops = {fill: float(y) for y, fill in re.findall(bars, drawn)}
    assert tops["--cf-in"] == pytest.approx(zero)
    assert tops["--cf-out"] < zero


def test_a_jcurve_refuses_series_of_different_length() -> None:
    with pytest.raises(ValueError, match="one value of each kind"):
        a_jcurve(nav=(1.0,))


def test_the_funnel_says_what_share_came_through_on_each_side() -> None:
    drawn = a_funnel()
    assert "81.6%" in drawn
    assert "32.6%" in drawn


def test_a_side_of_the_funnel_that_is_not_known_has_a_dash_and_no_share() -> None:
    stages = (
        charts.FunnelStage(name="签约", colour="--stage-3", count=0, amount=None),
        charts.FunnelStage(name="到资", colour="--stage-4", count=3, amount=5.0),
    )
    drawn = charts.mirror_funnel(
        stages, label="漏斗", count=two, amount=two, ratio=lambda share: f"{share:.1%}"
    )
    assert "—" in drawn
    assert "%" not in drawn


def test_only_a_bridge_of_small_changes_leaves_out_its_foot() -> None:
    small = (charts.Step(name="a", value=15, is_total=True), charts.Step(name="b", value=1))
    large = (charts.Step(name="a", value=15, is_total=True), charts.Step(name="b", value=-14))
    assert is_cut(small)
    assert not is_cut(large)


@pytest.mark.parametrize(
    ("value", "level"),
    [(None, "nil"), (0, "h0"), (0.01, "h1"), (0.2, "h1"), (0.5, "h3"), (2, "h5")],
)
def test_heat_goes_by_fifths_of_the_top(value: float | None, level: str) -> None:
    assert charts.heat_level(value, 1.0) == level


def test_a_responsive_chart_is_drawn_wide_and_narrow() -> None:
    line = charts.Line(name="净值", colour="--nav", values=(1.0, 2.0))
    both = charts.responsive(charts.lines, ("1", "2"), (line,), label="净值", number=two)
    widths = [float(width) for width in re.findall(r'viewBox="0 0 ([\d.]+)', both)]
    assert widths == [660, 340]


# ---- paper
def test_a_colour_that_refers_to_another_is_followed_to_its_value() -> None:
    assert resolved("fill:var(--nope, var(--accent))") == "fill:#155e9f"


def test_a_colour_that_nobody_declared_is_refused_rather_than_printed_black() -> None:
    with pytest.raises(KeyError):
        resolved("fill:var(--nope)")


def test_paper_always_gets_the_light_values() -> None:
    assert light_tokens()["--text-1"] == "#14191f"


@pytest.mark.parametrize("drawn", all_charts())
def test_a_printed_chart_carries_its_own_colours_and_font(drawn: str) -> None:
    paper = printable(drawn)
    assert "var(" not in paper
    assert 'xmlns="http://www.w3.org/2000/svg"' in paper
    assert "Noto Sans SC" in paper


def drawn_colours(node: Any) -> set[str]:
    """Collect the fill colours of a PDF page and of the drawings inside it, as #rrggbb."""
    node = node.get_object()
    data = node.get_contents() if "/Contents" in node else node
    found = re.findall(rb"([\d.]+) ([\d.]+) ([\d.]+) (?:scn|rg)\b", data.get_data())
    colours = {"#" + "".join(f"{round(float(part) * 255):02x}" for part in rgb) for rgb in found}
    inner = node.get("/Resources", {}).get("/XObject", {})
    return colours.union(*(drawn_colours(inner[name]) for name in inner))


def test_typst_prints_a_chart_in_colour() -> None:
    pdf = typst.compile(
        b'#set page(width: 400pt, height: 200pt)\n#set text(font: "Noto Sans SC")\n'
        b"#image(bytes(sys.inputs.chart))",
        font_paths=[str(STATIC / "fonts")],
        ignore_system_fonts=True,
        sys_inputs={"chart": printable(a_jcurve())},
    )
    colours = drawn_colours(pypdf.PdfReader(io.BytesIO(pdf)).pages[0])
    assert {light_tokens()["--cf-in"], light_tokens()["--cf-out"]} <= colours


def test_ticks_of_the_largest_fund_are_finite() -> None:
    assert all(math.isfinite(tick) for tick in charts.nice_ticks(0, 1e15))
