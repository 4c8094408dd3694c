"""The compiled loop behind `xirr_many`: the one rate of a series, with the proof that it is alone.

With u = t / T in 0…1 and G = T·ln(1 + r), inflows are worth P(G) = Σ in·e^(−Gu), outflows N(G)
likewise, and h(G) = ln P − ln N is nearly straight. A step of fourth order from G = 0, where
nothing is discounted, and one or two more arrive. The running balance proves the root alone, as in
`roots`. What it does not prove is UNSETTLED and goes on to `irr_every`.
"""

import math

import numpy as np
import numpy.typing as npt

from valuation.compiled import compiled

Days = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Sums = tuple[float, float, float, float, float, float, float, float]

RATE, NO_FLOWS, ONE_SIGN, TOO_SHORT, NO_RATE, SEVERAL_RATES, UNSETTLED = range(7)

ULP = 1.2e-16  # half the distance of two floats, and a little
_OFF = 5e-13  # what a rate may be wrong by: half the limit
_FAR = 600.0  # |G| beyond which e^(−Gu) may not fit a float
_LEAST, _MOST = 1e-40, 1e40  # of the in- and outflows, so that their products fit
_LEAST_LN = -700.0  # e to this is still a float
_MOST_LN = 700.0
_FLAT_RATE = 36.0  # ln(1 + r) below minus this is -1 in a float
_LONGEST = 10_000_000  # days
_YEAR_DAYS = 365.0
_PASSES = 8
_BOTH = 3  # signs


# ---- the curve


@compiled(exact=True)
def discount(
    worth: Floats, a: Floats, u: Floats, n: int, g: float, out: float, into: float
) -> None:
    """Write a·e^(G·(shift − u)), with the shift `out` for inflows and `into` for outflows.

    An exponential of our own, since the compiler turns this loop into vectors and a call not:
    2^k·e^x with |x| <= ln 2 / 2, the latter as its Taylor series: within one unit in the last
    place.
    """
    for i in range(n):
        x = g * ((out if a[i] > 0.0 else into) - u[i])
        x = x if x > _LEAST_LN else _LEAST_LN  # noqa: FURB136 - max() minds NaN: no vector
        shifted = x * 1.4426950408889634 + 6755399441055744.0  # + 1.5·2^52: k in the last bits
        k = shifted - 6755399441055744.0
        x = (x - k * 0.6931471803691238) - k * 1.9082149292705877e-10
        e = 1.0 / 6227020800.0
        e = e * x + 1.0 / 479001600.0
        e = e * x + 1.0 / 39916800.0
        e = e * x + 1.0 / 3628800.0
        e = e * x + 1.0 / 362880.0
        e = e * x + 1.0 / 40320.0
        e = e * x + 1.0 / 5040.0
        e = e * x + 1.0 / 720.0
        e = e * x + 1.0 / 120.0
        e = e * x + 1.0 / 24.0
        e = e * x + 1.0 / 6.0
        e = e * x + 0.5
        e = e * x + 1.0
        e = e * x + 1.0
        bits = np.float64(shifted).view(np.int64)
        worth[i] = a[i] * (e * np.int64((bits << 52) + 4607182418800017408).view(np.float64))


@compiled(exact=False)
def weigh(worth: Floats, u: Floats, n: int) -> Sums:
    """Return Σ in·uᵏ for k = 0…3, then Σ out·uᵏ."""
    p0 = p1 = p2 = p3 = n0 = n1 = n2 = n3 = 0.0
    for i in range(n):
        x, y = worth[i], u[i]
        p = x if x > 0.0 else 0.0  # noqa: FURB136 - as above
        q = -x if x < 0.0 else 0.0
        yy = y * y
        p0 += p
        n0 += q
        p1 += p * y
        n1 += q * y
        p2 += p * yy
        n2 += q * yy
        p3 += p * (yy * y)
        n3 += q * (yy * y)
    return p0, p1, p2, p3, n0, n1, n2, n3


@compiled(exact=True)
def step_from(h: float, sums: Sums) -> tuple[float, float, float]:
    """Return the step of fourth order (Householder) to the root, Newton's, and the slope of h."""
    p0, p1, p2, p3, n0, n1, n2, n3 = sums
    p, q = 1.0 / p0, 1.0 / n0
    mp, mn = p1 * p, n1 * q
    slope = mn - mp
    bend = (p2 * p - mp * mp) - (n2 * q - mn * mn)
    third = (n3 * q - 3.0 * mn * n2 * q + 2.0 * mn**3) - (p3 * p - 3.0 * mp * p2 * p + 2.0 * mp**3)
    above = 6.0 * slope * slope - 3.0 * h * bend
    below = 6.0 * slope**3 - 6.0 * h * slope * bend + h * h * third
    return -h * above / below, -h / slope, slope


@compiled(exact=True)
def rate_at(
    g: float, step: float, newton: float, slope: float, sums: Sums, n: int, years: float
) -> float:
    """Return the rate at G + step, or NaN where it is not sure to be within `_OFF`.

    In doubt are the rounding of the sums and what the step leaves: at most step⁴ times a factor
    from the bounds of the cumulants of u in 0…1: 1/4, 0.193 and 1/4 for the difference of two.
    Newton's step tells how far the root is, since the other may vanish elsewhere (Kantorovich).

    An exponent −Gu is rounded as it is large: for G > 0 the flows that weigh have a small one, so
    their mean times bound it; for G < 0 times count from the end, and u is as rounded as 1 is.
    """
    steep = abs(slope)
    root = g + step
    growth = root / years
    exponents = 1.4 * g * (sums[1] / sums[0] + sums[5] / sums[4]) if g > 0 else -g
    if not (2.0 * abs(newton) <= steep and -_FLAT_RATE < growth < _MOST_LN):
        return math.nan
    left = (0.125 / steep) ** 3 + 0.0081 / steep**2 + 0.0105 / steep
    doubt = ULP * ((4.0 + n / 4.0 + exponents) / steep + abs(root)) + newton**4 * left
    rate = math.expm1(growth)
    return rate if doubt * (1.0 + rate) <= _OFF * years * max(1.0, abs(rate)) else math.nan


# ---- one rate


@compiled(exact=True)
def fits(x: float) -> bool:
    """Say whether products with e^(−Gu) stay within floats."""
    return bool(x > _LEAST) and bool(x < _MOST)


@compiled(exact=True)
def _balanced(worth: Floats, n: int, step: float, gross: float) -> bool:
    """Prove the root alone: a step away, no running balance is of the other sign (Abel)."""
    balance = least = most = worth[0]
    for i in range(1, n - 1):
        balance += worth[i]
        least = min(least, balance)
        most = max(most, balance)
    doubt = ((n + 8) * ULP + 1.1 * abs(step)) * gross
    return bool(least > doubt or most < -doubt)


@compiled(exact=True)
def _alone(a: Floats, u: Floats, worth: Floats, n: int, years: float) -> float:
    """Return the one rate, or NaN if this way does not find it or does not prove it."""
    sums = weigh(a, u, n)
    if not (fits(sums[0]) and fits(sums[4])):
        return math.nan
    g, _newton, _slope = step_from(math.log(sums[0] / sums[4]), sums)
    for _ in range(_PASSES):
        if not abs(g) < _FAR:
            break
        discount(worth, a, u, n, g, 0.0, 0.0)
        sums = weigh(worth, u, n)
        step, newton, slope = step_from(math.log(sums[0] / sums[4]), sums)
        rate = rate_at(g, step, newton, slope, sums, n, years)
        if not math.isnan(rate):
            if _balanced(worth, n, step, sums[0] + sums[4]):
                return rate
            if abs(newton) < 1e-9:  # noqa: PLR2004 - no closer look would help
                break
        g += step
    return math.nan


# ---- the flows of one series


@compiled(exact=True)
def _sort(on: Days, amount: Floats, n: int) -> None:
    """Sort by date in place (Shell): short series, and no memory of its own."""
    gap = n // 2
    while gap:
        for i in range(gap, n):
            day, x, j = on[i], amount[i], i
            while j >= gap and on[j - gap] > day:
                on[j], amount[j] = on[j - gap], amount[j - gap]
                j -= gap
            on[j], amount[j] = day, x
        gap = gap // 2 if gap == 2 else gap * 5 // 11  # noqa: PLR2004 - Gonnet and Baeza-Yates


@compiled(exact=True)
def _net(on: Days, amount: Floats, days: Days, a: Floats) -> int:
    """Write what each date nets to, where not to zero, and return how many dates that is.

    -1 if the dates fall, -2 if a sum is too fine for two floats.
    """
    n = i = 0
    while i < on.size:
        day, x = on[i], amount[i]
        i += 1
        if i < on.size and on[i] <= day:
            lost, gross = 0.0, abs(x)
            while i < on.size and on[i] == day:
                y = amount[i]
                both = x + y
                lost += (x - both) + y if abs(x) >= abs(y) else (y - both) + x
                x, gross = both, gross + abs(y)
                i += 1
            if i < on.size and on[i] < day:
                return -1
            x += lost
            if x != 0 and abs(x) < 1e-20 * gross:  # two floats hold 2^-106
                return -2
        if x != 0:
            days[n], a[n] = day, x
            n += 1
    return n


@compiled(exact=True)
def _without_solving(on: Days, amount: Floats) -> int:
    """Settle sorted flows that net to one sign; RATE is a total loss, see `irr`."""
    first = last = -1
    paid_in = paid_out = False
    for i in range(on.size):
        if amount[i] != 0:
            first, last = (i if first < 0 else first), i
            paid_in, paid_out = paid_in or amount[i] < 0, paid_out or amount[i] > 0
    if first < 0:
        return NO_FLOWS
    closed = False
    for i in range(on.size):
        closed = closed or (amount[i] == 0 and on[i] >= on[last])
    closed = closed and paid_in and not paid_out
    if paid_in != paid_out and not closed:
        return ONE_SIGN
    if on[first] == (on[on.size - 1] if closed else on[last]):
        return TOO_SHORT
    return RATE if closed else NO_RATE


@compiled(exact=True)
def read(on: Days, amount: Floats, days: Days, a: Floats, u: Floats) -> tuple[int, int]:
    """Write one series netted by date, and its times u.

    Return the number of dates and a code: RATE where one is yet to be found.
    """
    n = _net(on, amount, days, a)
    if n == -1:
        on, amount = on.copy(), amount.copy()
        _sort(on, amount, on.size)
        n = _net(on, amount, days, a)
    if n < 0:
        return n, UNSETTLED
    signs = 0
    for i in range(n):
        signs |= 1 if a[i] > 0 else 2
    if signs != _BOTH:
        return 0, _without_solving(on, amount)
    span = days[n - 1] - days[0]
    for i in range(n):
        u[i] = (days[i] - days[0]) / span
    return n, RATE if span <= _LONGEST else UNSETTLED


@compiled(exact=True, signature="void(i8[::1], f8[::1], i8[::1], f8[::1], i8[::1])")
def solve(on: Days, amount: Floats, start: Days, rate: Floats, code: Codes) -> None:
    """Answer each series that has one rate for a visible reason, or visibly none.

    on, amount, start  as in `xirr_many`, checked, on as days
    rate    shape (m,), out, meant where the code is RATE
    code    shape (m,), out
    """
    longest = 1
    for s in range(start.size - 1):
        longest = max(longest, start[s + 1] - start[s])
    days, a = np.empty(longest, np.int64), np.empty(longest)
    u, worth = np.empty(longest), np.empty(longest)
    for s in range(start.size - 1):
        here = slice(start[s], start[s + 1])
        n, code[s] = read(on[here], amount[here], days, a, u)
        rate[s] = -1.0
        if n > 0 and code[s] == RATE:
            rate[s] = _alone(a, u, worth, n, (days[n - 1] - days[0]) / _YEAR_DAYS)
            if math.isnan(rate[s]):
                code[s] = UNSETTLED
