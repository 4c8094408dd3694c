from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from portfolio.kernel.errors import DomainError, Fen, say
from valuation.figures import Reason, Undefined
from web.formats import FILTERS, READER, REASONS, UNIT_NAMES, Reader
from web.templating import translations

YI = 10_000_000_000  # fen in 1 亿元
WAN = 1_000_000
ZH, EN = Reader(lang="zh", year=2023), Reader(lang="en", year=2023)


@pytest.mark.parametrize(
    ("reader", "unit", "shown"),
    [
        (ZH, "yi", "12.60 亿元"),
        (ZH, "wan", "126,000 万元"),
        (ZH, "yuan", "1,260,000,000.00 元"),
        (EN, "yi", "CNY 1.26 bn"),
        (EN, "wan", "CNY 1,260 m"),
        (EN, "yuan", "CNY 1,260,000,000.00"),
    ],
)
def test_one_amount_in_each_unit_and_language(reader: Reader, unit: str, shown: str) -> None:
    assert reader.amount(1260 * WAN * 100, unit) == shown  # type: ignore[arg-type]


def test_a_negative_amount_has_a_true_minus() -> None:
    assert ZH.money(-45 * YI // 100) == "−0.45"


def test_zero_is_zero_and_a_rounded_zero_has_no_minus() -> None:
    assert ZH.money(0) == "0.00"
    assert ZH.money(-1) == "0.00"


def test_a_half_is_rounded_up_at_the_last_digit_shown() -> None:
    assert ZH.money(YI // 200) == "0.01"  # 0.005 亿元


@given(st.integers(-(10**18), 10**18))
def test_an_amount_in_yuan_loses_nothing(fen: int) -> None:
    shown = ZH.money(fen, "yuan").replace(",", "").replace("−", "-")
    assert int(shown.replace(".", "")) == fen


def test_a_refusal_names_an_amount_in_yuan_where_the_unit_would_round_it() -> None:
    assert ZH.value(Fen(3 * YI // 10)) == "0.30 亿元"
    assert ZH.value(Fen(3 * YI // 10 + 100)) == "30,000,001 元"
    assert ZH.value(Fen(3 * YI // 10 + 1)) == "30,000,000.01 元"


@pytest.mark.parametrize(
    ("reader", "yi", "options", "shown"),
    [
        (ZH, 669, {}, "669"),
        (ZH, 800, {"bound": ">"}, ">800"),
        (ZH, 50, {"band": True}, "50 亿级"),
        (ZH, 669, {"unit": "wan"}, "6,690,000"),
        (EN, 669, {}, "66.9"),
        (EN, 800, {"bound": ">"}, ">80"),
        (EN, 50, {"band": True}, "≥5 bn class"),
        (EN, 669, {"unit": "wan"}, "66,900"),
    ],
)
def test_a_published_amount_keeps_the_digits_it_was_published_with(
    reader: Reader, yi: int, options: dict[str, object], shown: str
) -> None:
    assert reader.published(yi * YI, **options) == shown  # type: ignore[arg-type]


def test_a_published_digit_after_the_point_is_kept_though_it_is_zero() -> None:
    assert ZH.published(28 * YI // 10, 1) == "2.8"
    assert ZH.published(30 * YI, 2) == "30.00"
    assert EN.published(30 * YI, 2) == "3.00"


def test_ratios_multiples_and_counts() -> None:
    assert ZH.ratio(0.32586) == "32.6%"
    assert ZH.ratio(-0.05) == "−5.0%"
    assert ZH.multiple(1.2345) == "1.23x"
    assert ZH.count(1284) == "1,284"


def test_the_change_of_a_ratio_is_in_points() -> None:
    assert ZH.points(0.008) == "+0.8 pt"
    assert EN.points(-0.008) == "−0.8 pp"
    assert ZH.shift(-0.008) == "▼ 0.8 pt"


def test_a_relative_change_shows_its_direction_as_a_shape() -> None:
    assert ZH.growth(0.22, 0) == "▲ 22%"
    assert ZH.growth(-0.031) == "▼ 3.1%"
    assert ZH.growth(0.0) == "– 0.0%"


@pytest.mark.parametrize(
    ("reader", "short", "shown"),
    [
        (ZH, False, "2023-10-31"),
        (ZH, True, "10-31"),
        (EN, False, "31 Oct 2023"),
        (EN, True, "31 Oct"),
    ],
)
def test_a_day(reader: Reader, short: bool, shown: str) -> None:
    assert reader.date(date(2023, 10, 31), short=short) == shown


def test_a_day_of_another_year_is_never_short() -> None:
    assert ZH.date(date(2022, 10, 31), short=True) == "2022-10-31"


def test_a_moment_is_on_the_wall_clock_of_the_site() -> None:
    night = datetime(2023, 10, 31, 18, 30, tzinfo=UTC)
    assert ZH.moment(night) == "2023-11-01 02:30"
    assert ZH.moment(night.replace(tzinfo=None)) == "2023-11-01 02:30"


# ---- what cannot be known
@pytest.mark.parametrize("name", sorted(FILTERS))
def test_what_cannot_be_known_is_a_dash_with_its_reason_and_never_a_number(name: str) -> None:
    shown = FILTERS[name](Undefined(Reason.ONE_SIGN, "for the log"))
    assert isinstance(shown, Markup)
    assert shown.striptags().startswith("—")
    assert "Only contributions" in shown
    assert not any(sign.isdigit() for sign in shown)


def test_the_reason_is_said_in_the_readers_language() -> None:
    token = READER.set(Reader(translate=translations("zh").ugettext))
    try:
        assert "目前只有出资或只有分配" in FILTERS["irr"](Undefined(Reason.ONE_SIGN, ""))
    finally:
        READER.reset(token)


def test_a_missing_value_may_say_why_and_cannot_bring_markup_in() -> None:
    shown = FILTERS["money"](None, none='<b>"')
    assert "<b>" not in shown
    assert FILTERS["money"](None) == '<span class="nil">—</span>'


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_its_sentence(reason: Reason) -> None:
    assert ZH.why(Undefined(reason, "")) == REASONS[reason].msgid


# ---- refusals
def test_a_refusal_is_said_with_amounts_and_days_as_the_reader_writes_them() -> None:
    error = DomainError(
        "{asked} is too much on {on}.", "Lower it.", asked=Fen(YI), on=date(2023, 1, 2)
    )
    assert EN.refusal(error) == ("CNY 0.10 bn is too much on 2 Jan 2023.", "Lower it.")


def test_a_sentence_within_a_sentence_is_translated_too() -> None:
    words = {"{what} is closed.": "{what}已关闭。", "The book": "账簿"}
    reader = Reader(translate=lambda msgid: words[msgid])
    assert reader.say(say("{what} is closed.", what=say("The book"))) == "账簿已关闭。"


def test_every_unit_has_a_name_in_both_languages() -> None:
    assert len(UNIT_NAMES) == 6
