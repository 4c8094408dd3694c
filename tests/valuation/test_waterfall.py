"""Worked examples in golden/waterfall.csv; conservation and the claw-back as properties."""

import csv
from dataclasses import astuple
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.waterfall import CarryTerms, Split, clawback, distribute

GOLDEN = Path(__file__).parent / "golden" / "waterfall.csv"
START = date(2021, 1, 1)
FEN = 100
TIERS = tuple(Split.__dataclass_fields__)
EIGHT_TWENTY = {"preferred_return": 0.08, "carried_interest": 0.2}


def _worked() -> list[dict[str, str]]:
    lines = [line for line in GOLDEN.read_text().splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


def _after(days: int) -> date:
    return START + timedelta(days=days)


@pytest.mark.parametrize(
    "row", _worked(), ids=lambda row: f"{row['source']}-{row['compounding']}-{row['catch_up']}"
)
def test_a_worked_example_comes_out_tier_by_tier(row: dict[str, str]) -> None:
    terms = CarryTerms(
        **EIGHT_TWENTY, compounding=row["compounding"], catch_up=float(row["catch_up"])
    )
    (split,) = distribute([(START, 50_000_000 * FEN)], [(_after(1_825), 125_000_000 * FEN)], terms)
    for tier in TIERS:
        assert abs(getattr(split, tier) - int(row[tier]) * FEN) <= 1 * FEN, tier


def test_capital_and_preferred_return_come_before_any_carry() -> None:
    terms = CarryTerms(**EIGHT_TWENTY)
    calls = [(START, 1_000_000)]
    short, exact, beyond = (
        distribute(calls, [(_after(365), fen)], terms)[0] for fen in (999_999, 1_080_000, 1_080_001)
    )
    assert short == Split(return_of_capital=999_999)
    assert exact == Split(return_of_capital=1_000_000, preferred_return=80_000)
    assert (beyond.catch_up_gp, beyond.total) == (1, 1_080_001)


def test_unpaid_preferred_return_compounds_only_where_agreed() -> None:
    flows = [(START, 1_000_000)], [(_after(730), 2_000_000)]
    yearly, simple = (
        distribute(*flows, CarryTerms(**EIGHT_TWENTY, compounding=how))[0].preferred_return
        for how in ("annual", "simple")
    )
    assert (yearly, simple) == (166_400, 160_000)


def test_half_a_year_accrues_by_days() -> None:
    (split,) = distribute(
        [(START, 10**12)], [(_after(146), 2 * 10**12)], CarryTerms(**EIGHT_TWENTY)
    )
    assert split.preferred_return == round(10**12 * (1.08 ** (146 / 365) - 1))


def test_a_catch_up_to_total_profit_and_one_to_the_preferred_return_end_elsewhere() -> None:
    flows = [(START, 1_000_000)], [(_after(365), 1_300_000)]
    total = distribute(*flows, CarryTerms(**EIGHT_TWENTY))[0]
    of_preferred = CarryTerms(**EIGHT_TWENTY, catch_up_basis="preferred_return")
    preferred = distribute(*flows, of_preferred)[0]
    assert (total.catch_up_gp, total.profit_share_gp) == (20_000, 60_000)  # 20 % of 300,000
    assert preferred.catch_up_gp == 16_000  # 20 % of 80,000
    assert preferred.profit_share_gp == 16_000 + 40_800


def test_half_a_catch_up_takes_longer_and_ends_at_the_same_share() -> None:
    flows = [(START, 1_000_000)], [(_after(365), 1_300_000)]
    half = distribute(*flows, CarryTerms(**EIGHT_TWENTY, catch_up=0.5))[0]
    assert (half.catch_up_lp, half.catch_up_gp) == (26_666, 26_667)  # of 53,333 fen
    assert abs(half.profit_share_gp - 60_000) <= 1


def test_after_a_catch_up_the_carry_is_its_share_of_the_profit_to_the_fen() -> None:
    # 1,000,000 yuan for 5 years at 8 % simple; the tier is 2/3 of 400,000: 266,666.67 yuan
    terms = CarryTerms(
        preferred_return=0.08, compounding="simple", carried_interest=0.2, catch_up=0.5
    )
    calls, paid_on = [(date(2020, 1, 1), 100_000_000)], date(2024, 12, 30)
    (split,) = distribute(calls, [(paid_on, 200_000_000)], terms)
    assert (split.preferred_return, split.catch_up) == (40_000_000, 26_666_667)
    assert split.profit_share_gp == 20_000_000
    in_two = distribute(calls, [(paid_on, 170_000_001), (paid_on, 29_999_999)], terms)
    assert sum(one.profit_share_gp for one in in_two) == 20_000_000


def test_the_general_partners_own_capital_bears_no_carry() -> None:
    flows = [(START, 1_000_000)], [(_after(365), 1_300_000)]
    (split,) = distribute(*flows, CarryTerms(**EIGHT_TWENTY), gp_commitment=100_000)
    assert split.return_of_capital == 1_000_000
    assert split.profit_share_gp == 54_000 + 22_000  # carry on 90 %; its own profit beyond 8 %
    assert split.total == 1_300_000


def test_each_deal_carries_by_itself_and_the_loss_is_clawed_back() -> None:
    calls = [(START, 1_000_000, "good"), (START, 1_000_000, "lost")]
    distributions = [(_after(365), 2_000_000, "good"), (_after(730), 100_000, "lost")]
    deal = CarryTerms(**EIGHT_TWENTY, model="american")
    paid = distribute(calls, distributions, deal)
    assert [split.profit_share_gp for split in paid] == [200_000, 0]
    assert clawback(calls, distributions, deal) == 200_000  # the fund made 100,000: below 8 %
    fund = CarryTerms(**EIGHT_TWENTY)
    assert [split.profit_share_gp for split in distribute(calls, distributions, fund)] == [0, 0]
    assert clawback(calls, distributions, fund) == 0


def test_a_whole_fund_carry_lost_later_is_clawed_back_too() -> None:
    calls = [(START, 1_000_000), (_after(400), 1_000_000)]
    terms = CarryTerms(**EIGHT_TWENTY)
    assert clawback(calls, [(_after(365), 2_000_000)], terms) == 200_000
    assert clawback([(START, 1_000_000)], [(_after(365), 2_000_000)], terms) == 0
    partly = [(START, 1_000_000), (_after(400), 10_000)]
    assert clawback(partly, [(_after(365), 3_000_000)], terms) == 2_000  # 20 % of what was lost


def test_without_named_deals_both_models_agree() -> None:
    flows = [(START, 777_777), (_after(90), 333)], [(_after(500), 400_000), (_after(900), 10**6)]
    assert distribute(*flows, CarryTerms(**EIGHT_TWENTY)) == distribute(
        *flows, CarryTerms(**EIGHT_TWENTY, model="american")
    )


# ---- properties

SHARES = st.integers(0, 40).map(lambda percent: percent / 100)


@st.composite
def _terms(draw: st.DrawFn) -> CarryTerms:
    basis = draw(st.sampled_from(["total_profit", "preferred_return"]))
    return CarryTerms(
        preferred_return=draw(SHARES),
        compounding=draw(st.sampled_from(["annual", "simple"])),
        carried_interest=draw(SHARES),
        catch_up=draw(st.sampled_from([0.0, 0.5, 0.8, 1.0])),
        catch_up_basis=basis,
        model=draw(st.sampled_from(["european", "american"])),
    )


def _flows(most: int) -> st.SearchStrategy[list[tuple[date, int, str]]]:
    one = st.tuples(
        st.integers(0, 5_000).map(_after), st.integers(0, 10**13), st.sampled_from("AB")
    )
    return st.lists(one, max_size=most)


@given(_flows(5), _flows(5), _terms(), st.integers(0, 100))
def test_every_distribution_is_split_to_the_fen_and_no_part_is_negative(
    calls: Any, distributions: Any, terms: CarryTerms, gp_percent: int
) -> None:
    own = sum(flow[1] for flow in calls) * gp_percent // 100
    splits = distribute(calls, distributions, terms, own)
    assert len(splits) == len(distributions)
    for split, flow in zip(splits, distributions, strict=True):
        assert sum(astuple(split)) == split.total == flow[1]
        assert all(isinstance(part, int) and part >= 0 for part in astuple(split))
    assert sum(split.return_of_capital for split in splits) <= sum(flow[1] for flow in calls)


@given(_flows(5), _flows(5), _terms(), st.integers(0, 100))
def test_no_more_is_clawed_back_than_was_paid(
    calls: Any, distributions: Any, terms: CarryTerms, gp_percent: int
) -> None:
    own = sum(flow[1] for flow in calls) * gp_percent // 100
    paid = sum(s.profit_share_gp for s in distribute(calls, distributions, terms, own))
    assert 0 <= clawback(calls, distributions, terms, own) <= paid


@given(st.integers(1, 10**13), st.integers(0, 10**14), st.integers(0, 5_000), _terms())
def test_carry_never_exceeds_its_share_of_the_profit(
    called: int, paid_out: int, days: int, terms: CarryTerms
) -> None:
    (split,) = distribute([(START, called)], [(_after(days), paid_out)], terms)
    profit = max(0, paid_out - called)
    share = Fraction(str(terms.carried_interest))
    if terms.catch_up_basis == "total_profit":
        assert split.profit_share_gp <= share * profit + 2  # the rounding of three tiers
    else:
        full = share * (1 + (1 - share)) * profit
        assert split.profit_share_gp <= full + 2


@given(st.integers(10**8, 10**12), st.integers(0, 10**13), st.integers(1, 60), _terms())
def test_a_thousandfold_fund_is_split_alike(
    called: int, paid_out: int, months: int, terms: CarryTerms
) -> None:
    on = _after(30 * months)
    one = distribute([(START, called)], [(on, paid_out)], terms)[0]
    big = distribute([(START, 1_000 * called)], [(on, 1_000 * paid_out)], terms)[0]
    for a, b in zip(astuple(one), astuple(big), strict=True):
        assert abs(1_000 * a - b) <= 10_000


@given(_flows(5), _flows(5), _terms(), st.randoms(use_true_random=False))
def test_the_order_in_which_calls_are_given_does_not_matter(
    calls: Any, distributions: Any, terms: CarryTerms, random: Any
) -> None:
    mixed = list(calls)
    random.shuffle(mixed)
    assert distribute(mixed, distributions, terms) == distribute(calls, distributions, terms)


# ---- refusals


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"preferred_return": -0.01}, "preferred_return is -0.01"),
        ({"carried_interest": float("nan")}, "carried_interest is nan"),
        ({"carried_interest": 1}, "nothing would be left"),
        ({"catch_up": 0.2}, "a catch_up of 0.2 never reaches 0.2"),
        ({"compounding": "daily"}, "compounding is 'daily'"),
        ({"model": "asian"}, "model is 'asian'"),
    ],
)
def test_terms_that_cannot_be_are_refused(change: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        CarryTerms(**(EIGHT_TWENTY | change))


@pytest.mark.parametrize(
    ("calls", "distributions", "own", "why"),
    [
        ([(START, -1)], [], 0, "call 0 on 2021-01-01 is -1"),
        ([(START, 1)], [(START, 0.5)], 0, "distribution 0 on 2021-01-01 is 0.5"),
        ([(date(1899, 1, 1), 1)], [], 0, "call 0 is dated 1899-01-01"),
        ([(START, 1)], [], 2, "gp_commitment is 2; it is from 0 to 1 fen"),
    ],
)
def test_flows_that_cannot_be_are_refused(
    calls: Any, distributions: Any, own: int, why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        distribute(calls, distributions, CarryTerms(**EIGHT_TWENTY), own)
