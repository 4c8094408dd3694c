from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.money import MOST_FEN, NotMoneyError, Unit, parse, show, split_fen

WEIGHTS = st.lists(st.integers(0, 10**14), min_size=1, max_size=40).filter(any)


# ---- split


def test_a_fen_that_does_not_divide_goes_to_the_earlier_of_equal_investors() -> None:
    assert split_fen(100, [1, 1, 1]) == [34, 33, 33]
    assert split_fen(5, [1, 1, 1]) == [2, 2, 1]


def test_a_fen_left_over_goes_to_the_largest_remainder() -> None:
    # Hamilton's method on the textbook example: 10 seats, votes 43, 42, 15
    assert split_fen(10, [43, 42, 15]) == [4, 4, 2]


def test_a_reversal_splits_as_its_original_did() -> None:
    assert split_fen(-100, [1, 1, 1]) == [-34, -33, -33]


def test_an_investor_without_commitment_is_not_called() -> None:
    assert split_fen(7, [0, 3, 0]) == [0, 7, 0]


def test_weights_are_taken_exactly_whatever_they_are_written_in() -> None:
    thirds = [Fraction(1, 3), Fraction(2, 3)]
    assert split_fen(10**30, thirds) == [(10**30 - 1) // 3, (2 * 10**30 + 1) // 3]
    assert split_fen(1_000, [Decimal("0.1"), Decimal("0.9")]) == [100, 900]


@given(st.integers(-(10**30), 10**30), WEIGHTS)
def test_the_parts_add_up_and_none_is_a_fen_off_its_quota(total: int, weights: list[int]) -> None:
    parts = split_fen(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(total * weight, sum(weights))) < 1


@given(st.integers(0, 10**18), WEIGHTS, st.integers(1, 10**6))
def test_only_the_proportion_of_the_weights_counts(total: int, weights: list[int], k: int) -> None:
    assert split_fen(total, [k * weight for weight in weights]) == split_fen(total, weights)


@pytest.mark.parametrize(
    ("weights", "why"),
    [
        ([], "none of the 0 weights"),
        ([0, 0], "none of the 2 weights"),
        ([1, -1], "weight 1 is -1"),
        ([float("nan")], "weight 0 is nan"),
        ([1, float("inf")], "weight 1 is inf"),
    ],
)
def test_weights_that_split_nothing_are_refused(weights: list[float], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        split_fen(100, weights)


# ---- read


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("0", 0),
        ("12", 1_200),
        ("1,200.50", 120_050),
        ("￥1,200.50元", 120_050),
        ("¥ 0.01", 1),
        ("人民币3,000万元", 3_000_000_000),
        ("3000 万", 3_000_000_000),
        ("1.2亿", 12_000_000_000),
        ("669亿元", 6_690_000_000_000),
        ("1.5万亿", 150_000_000_000_000),
        ("３，０００．５万元", 3_000_500_000),
        ("0.000001万元", 1),
        ("-5万", -5_000_000),
        ("−5万", -5_000_000),
        ("－５万", -5_000_000),
        ("1.2億", 12_000_000_000),
        ("1.500000000000", 150),
        ("92233720368547758.07", MOST_FEN),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, fen: int) -> None:
    assert parse(text) == fen


def test_a_bare_number_takes_the_unit_of_its_column() -> None:
    assert parse("1.2", Unit.YI) == 12_000_000_000
    assert parse("3,000", default=Unit.WAN) == 3_000_000_000
    assert parse("3,000元", Unit.WAN) == 300_000  # what is written has the last word


@pytest.mark.parametrize(
    "text",
    ["", " ", "abc", "1,2", "1,2345", "1.2.3", "1e5", "--1", "万", "1亿2000万", "٣", ".5",
     "5.", "NaN", "9" * 65],
)  # fmt: skip
def test_what_is_no_amount_is_refused_with_an_example_of_one(text: str) -> None:
    with pytest.raises(NotMoneyError, match=r"not an amount of money.*such as"):
        parse(text)


def test_a_part_of_a_fen_is_refused_with_the_nearest_whole_one() -> None:
    with pytest.raises(NotMoneyError, match=r"part of a fen.*example 1\.24 yuan"):
        parse("1.235")
    with pytest.raises(NotMoneyError, match=r"example −1\.23 yuan"):
        parse("-1.234")


def test_more_than_the_books_hold_is_refused() -> None:
    with pytest.raises(NotMoneyError, match=r"more than the books can hold.*unit"):
        parse("92233720368547758.08")


def test_a_refusal_keeps_its_sentence_for_the_translator() -> None:
    with pytest.raises(NotMoneyError) as refusal:
        parse("{x}")
    assert refusal.value.problem == "“{text}” is not an amount of money."
    assert refusal.value.values == {"text": "{x}"}


# ---- show


@pytest.mark.parametrize(
    ("fen", "unit", "decimals", "text"),
    [
        (120_050, Unit.YUAN, 2, "1,200.50"),
        (126_000_000_000, Unit.YI, 2, "12.60"),
        (126_000_000_000, Unit.WAN, 0, "126,000"),
        (-45_000_000, Unit.WAN, 2, "−45.00"),
        (50, Unit.YUAN, 0, "1"),
        (-50, Unit.YUAN, 0, "−1"),
        (49, Unit.YUAN, 0, "0"),
        (-49, Unit.YUAN, 0, "0"),
        (0, Unit.YUAN, 2, "0.00"),
        (10**30 + 1, Unit.YUAN, 2, f"{10**28:,}.01"),
    ],
)
def test_fen_are_shown_in_a_fixed_unit(fen: int, unit: Unit, decimals: int, text: str) -> None:
    assert show(fen, unit, decimals) == text


def test_units_carry_their_chinese_names() -> None:
    assert [unit.label for unit in (Unit.YUAN, Unit.WAN, Unit.YI)] == ["元", "万元", "亿元"]


@given(
    st.integers(-MOST_FEN, MOST_FEN),
    st.sampled_from([(Unit.YUAN, 2), (Unit.WAN, 6), (Unit.YI, 10)]),
)
def test_what_is_shown_to_the_fen_reads_back(fen: int, how: tuple[Unit, int]) -> None:
    unit, decimals = how
    assert parse(show(fen, unit, decimals), unit) == fen
    assert parse(show(fen, unit, decimals) + unit.label) == fen


@given(st.integers(-MOST_FEN, MOST_FEN), st.sampled_from(Unit), st.integers(0, 4))
def test_what_is_shown_is_at_most_half_a_digit_off(fen: int, unit: Unit, decimals: int) -> None:
    shown = Fraction(show(fen, unit, decimals).replace("−", "-").replace(",", ""))
    assert abs(shown - Fraction(fen, int(unit))) <= Fraction(1, 2 * 10**decimals)


@pytest.mark.parametrize(
    "text", ["100万美元", "USD 5,000", "$12", "€3亿", "HKD100", "１００万港元"]
)
def test_another_currency_is_named_and_not_read_as_yuan(text: str) -> None:
    with pytest.raises(NotMoneyError, match="kept in CNY"):
        parse(text)
