"""The compiled search behind `xirr_many`: every rate of a series, each found or proven absent.

The way of `roots` in floats, with its names: bounds between the ends of intervals show one root or
none, or the interval is halved. What is too narrow for that is left to `roots` and its 50 digits.
"""

import math

import numpy as np

from valuation.compiled import compiled
from valuation.irr_kernel import (
    NO_RATE,
    RATE,
    SEVERAL_RATES,
    ULP,
    UNSETTLED,
    Codes,
    Days,
    Floats,
    discount,
    fits,
    rate_at,
    read,
    step_from,
    weigh,
)

_NARROWEST = 1e-3  # below it `roots` decides, which is a hundred times as slow
_STACK = 64
_TRIES = 400
_YEAR_DAYS = 365.0


@compiled(exact=True)
def _point(
    g: float, a: Floats, u: Floats, worth: Floats, n: int, ends: Floats, to: Floats
) -> float:
    """Write G, ln P, its mean time, ln N, its mean time. Return h, free of the size of money."""
    out, into = (ends[0], ends[2]) if g > 0 else (ends[1], ends[3])
    discount(worth, a, u, n, g, out, into)  # so that nothing overflows
    p0, p1, _p2, _p3, n0, n1, _n2, _n3 = weigh(worth, u, n)
    to[0], to[2], to[4] = g, p1 / p0, n1 / n0
    to[1], to[3] = math.log(p0) - g * out, math.log(n0) - g * into
    return float(math.log(p0 / n0) - g * (out - into))


@compiled(exact=True)
def _above(a: Floats, b: Floats, of: int, less: int, width: float) -> float:
    """Bound ln `of` − ln `less` from above: a chord over the one, two tangents under the other."""
    most = max(a[of] - a[less], b[of] - b[less])
    bend = a[less + 1] - b[less + 1]
    if bend > 0:
        kink = min(max((a[less] - b[less] - b[less + 1] * width) / bend, 0.0), width)
        chord = a[of] + (b[of] - a[of]) * kink / width
        under = max(a[less] - a[less + 1] * kink, b[less] + b[less + 1] * (width - kink))
        most = max(most, chord - under)
    return float(most)


@compiled(exact=True)
def _between(a: Floats, b: Floats, n: int) -> int:
    """Return 0 or 1 where that many roots are proven between two points, else -1."""
    width = b[0] - a[0]
    reach = 4.0 + n / 4.0 + max(abs(a[0]), abs(b[0]))
    logs = max(abs(a[1]) + abs(a[3]), abs(b[1]) + abs(b[3]))
    noise = 16 * ULP * (reach + logs) * (1 + width)
    if _above(a, b, 1, 3, width) < -noise or _above(a, b, 3, 1, width) < -noise:
        return 0
    if b[4] - a[2] > 16 * ULP * reach or a[4] - b[2] < -16 * ULP * reach:  # h is monotone
        return int((a[1] >= a[3]) != (b[1] >= b[3]))
    return -1


@compiled(exact=True)
def _cross(
    low: float,
    high: float,
    rises: bool,
    a: Floats,
    u: Floats,
    worth: Floats,
    n: int,
    ends: Floats,
    years: float,
) -> float:
    """Return the rate of the one root between two G, or NaN if it is not sure."""
    g = min(max(0.0, low), high)
    for _ in range(_TRIES):
        out, into = (ends[0], ends[2]) if g > 0 else (ends[1], ends[3])
        discount(worth, a, u, n, g, out, into)
        sums = weigh(worth, u, n)
        h = math.log(sums[0] / sums[4]) - g * (out - into)
        if (h < 0) == rises:
            low = g
        else:
            high = g
        step, newton, slope = step_from(h, sums)
        rate = rate_at(g, step, newton, slope, sums, n, years)
        if not math.isnan(rate) or abs(newton) < 1e-12:  # noqa: PLR2004 - it gets no surer
            return rate
        g = g + step if low < g + step < high and abs(step) < (high - low) / 2 else (low + high) / 2
    return math.nan


@compiled(exact=True)
def _ends(a: Floats, u: Floats, n: int, ends: Floats) -> tuple[float, float]:
    """Write the first and last time of inflows, then of outflows.

    Return two G outside which the last, or the first, flow outweighs all opposite ones.
    """
    for side in range(4):
        ends[side] = -1.0
    p = q = 0.0
    for i in range(n):
        side = 0 if a[i] > 0 else 2
        if ends[side] < 0:
            ends[side] = u[i]
        ends[side + 1] = u[i]
        if side:
            q -= a[i]
        else:
            p += a[i]
    first = math.log((q if a[0] > 0 else p) / abs(a[0]))
    last = math.log((q if a[n - 1] > 0 else p) / abs(a[n - 1]))
    first /= ends[2] if a[0] > 0 else ends[0]
    last /= 1.0 - (ends[3] if a[n - 1] > 0 else ends[1])
    return -max(0.0, last) * (1 + 1e-9) - 1.0, max(0.0, first) * (1 + 1e-9) + 1.0


@compiled(exact=True)
def _every(
    a: Floats, u: Floats, worth: Floats, n: int, years: float, stack: Floats, roots: Floats
) -> int:
    """Write every rate, ascending, and return how many; -1 if one stays in doubt.

    The stack holds the points to the right of the first, in the last row the first itself.
    """
    ends = np.empty(4)
    least, most = _ends(a, u, n, ends)
    here = stack[_STACK]
    _point(least, a, u, worth, n, ends, here)
    _point(most, a, u, worth, n, ends, stack[0])
    _point(0.0, a, u, worth, n, ends, stack[1])
    top, count = 1, 0
    for _ in range(_TRIES):
        there = stack[top]
        held = _between(here, there, n)
        if held < 0:
            if there[0] - here[0] <= _NARROWEST or top + 1 == _STACK:
                return -1
            top += 1
            _point((here[0] + there[0]) / 2, a, u, worth, n, ends, stack[top])
            continue
        if held:
            rises = here[1] < here[3]
            rate = _cross(here[0], there[0], rises, a, u, worth, n, ends, years)
            if math.isnan(rate):
                return -1
            roots[count] = rate
            count += 1
        for k in range(5):
            here[k] = there[k]
        top -= 1
        if top < 0:
            return count
    return -1


@compiled(
    exact=True,
    signature="void(i8[::1], f8[::1], i8[::1], i8[::1], i8[::1], f8[::1], i8[::1], f8[::1])",
)
def solve(
    on: Days,
    amount: Floats,
    start: Days,
    which: Days,
    place: Days,
    rate: Floats,
    code: Codes,
    roots: Floats,
) -> None:
    """Answer those series that `irr_kernel.solve` left, named by `which`, k of them.

    place   shape (k + 1,): where in `roots` each has room for as many rates as it has flows
    rate    shape (m,), in and out; the number of roots where the code is SEVERAL_RATES
    code    shape (m,), in and out
    roots   out: the rates of the series, ascending, from its place on
    """
    longest = 1
    for s in which:
        longest = max(longest, start[s + 1] - start[s])
    days, a = np.empty(longest, np.int64), np.empty(longest)
    u, worth, stack = np.empty(longest), np.empty(longest), np.empty((_STACK + 1, 5))
    for k in range(which.size):
        s = which[k]
        here = slice(start[s], start[s + 1])
        n, found = read(on[here], amount[here], days, a, u)
        for i in range(n):
            if not fits(abs(a[i])):
                found = UNSETTLED
        if found != RATE:
            continue
        years = (days[n - 1] - days[0]) / _YEAR_DAYS
        count = _every(a, u, worth, n, years, stack, roots[place[k] : place[k + 1]])
        if count == 1:
            code[s], rate[s] = RATE, roots[place[k]]
        elif count >= 0:
            code[s], rate[s] = (SEVERAL_RATES if count else NO_RATE), float(count)
