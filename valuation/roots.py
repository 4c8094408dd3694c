"""Every rate at which a series of flows is worth nothing: each one found, or proven absent.

With u = t / T in 0…1 and G = T·ln(1 + r), inflows are worth P(G) = Σ in·e^(−Gu), outflows N(G)
likewise, and h(G) = ln P − ln N has the roots of P − N but is nearly straight, so Newton's steps
arrive in a few. Whether a root is alone is proven in one of two ways:

- the running balance at the root never changes sign (Abel summation), which settles most series;
- ln P and ln N are convex and their slopes, the mean times of the flows, are monotone. So the
  values at two ends bound h and h′ between them: an interval holds no root, or at most one, or is
  halved. |h″| <= 1/4 keeps the number of halvings small.

What stays undecided is narrow: roots that touch or nearly do. There the chain of derivatives, in
50 digits, separates them: between two roots of f′ the value f is monotone, and so on upwards.
"""

import decimal
import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ticks = npt.NDArray[np.int64]
Amounts = npt.NDArray[np.float64]

_EPS = 2.3e-16
_NARROWEST = 0.2  # below it the 50 digits decide
_ALIKE = 1e-12  # of 1 + rate: what is closer is one rate, a float's accuracy says no more
_ROUNDS = 200  # bisection alone needs fewer
_DIGITS = decimal.Context(prec=50, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)
_NOTHING = Decimal("1e-42")  # of gross value: a touch, not two roots nor none
_SHARP = Decimal("1e-30")
_MARGIN = Decimal("1e-9")  # a root on a border in floats may lie beyond it in truth


class Side(NamedTuple):
    """The inflows or the outflows, discounted by e^(−Gu)."""

    ln: float  # of their value
    mean: float  # their mean time u, weighted by discounted value; minus the slope of `ln`


@dataclass(frozen=True, slots=True)
class Point:
    """The curve h at one G."""

    g: float
    paid_out: Side  # flows > 0
    paid_in: Side  # flows < 0

    @property
    def h(self) -> float:
        """Ln P − ln N, zero at a root."""
        return self.paid_out.ln - self.paid_in.ln

    @property
    def slope(self) -> float:
        """The slope of h."""
        return self.paid_in.mean - self.paid_out.mean


Curve = Callable[[float], Point]
Interval = tuple[Point, Point]


def rates(ticks: Ticks, amounts: Amounts, ticks_a_year: int) -> tuple[float, ...]:
    """Return every rate above -1 at which the flows are worth nothing, ascending.

    ticks    shape (n,), strictly ascending, n >= 2; `ticks_a_year` of them make a year
    amounts  shape (n,), none zero, of both signs, |amount| <= 1
    returns  to a relative accuracy of 1e-12; rates closer than that count once. inf stands for a
             rate beyond what a float can write
    source   Norstrøm (1972), J. Financial and Quantitative Analysis 7(3), for the balance
    """
    years = int(ticks[-1] - ticks[0]) / ticks_a_year
    u = (ticks - ticks[0]) / float(ticks[-1] - ticks[0])
    curve = _curve(u, amounts)
    low, high = (curve(g) for g in _ends(u, amounts))
    if (low.h >= 0) != (high.h >= 0):
        root = _cross(curve, low, high)
        if _is_alone(root.g, u, amounts):
            single, doubtful = [root], list[Interval]()
        else:
            single, doubtful = _isolate(curve, (low, high))
    else:
        single, doubtful = _isolate(curve, (low, high))
    found = {root.g: _rate(root, years) for root in single}
    sure = [rate for rate in found.values() if rate is not None]
    unsure = [g for g, rate in found.items() if rate is None]
    if unsure or doubtful:
        with decimal.localcontext(_DIGITS):
            value = Value(ticks, amounts)
            fine = [value.root_near(Decimal(g)) for g in unsure]
            for a, b in doubtful:
                fine += value.roots_between(Decimal(a.g) - _MARGIN, Decimal(b.g) + _MARGIN)
            sure += [_above_total_loss(g / Decimal(years)) for g in fine]
    return _distinct(sure)


def _ends(u: Amounts, amounts: Amounts) -> tuple[float, float]:
    """Return two G outside which the last, or the first, flow outweighs all opposite ones."""

    def reach(near: int, distance: Amounts) -> float:
        opposite = np.sign(amounts) == -np.sign(amounts[near])
        outweighed = math.log(np.abs(amounts[opposite]).sum()) - math.log(abs(amounts[near]))
        return max(0.0, outweighed / float(distance[opposite].min())) * (1 + 1e-9) + 1.0

    return -reach(-1, 1.0 - u), reach(0, u)


def _is_alone(g: float, u: Amounts, amounts: Amounts) -> bool:
    """Prove that the root is the only one: no running balance of the other sign."""
    shift = u[0] if g > 0 else u[-1]
    worth = amounts * np.exp(g * (shift - u))
    balance = worth.cumsum()[:-1]
    doubt = 1e-12 * np.abs(worth).sum()
    return bool((balance > doubt).all() or (balance < -doubt).all())


def _rate(root: Point, years: float) -> float | None:
    """Return the rate, or None where floats do not hold its twelve digits."""
    rate = _above_total_loss(root.g / years)
    if math.isinf(rate):
        return rate
    doubt = 4 * _EPS * (4 + abs(root.g)) * (1 + rate) / years
    return rate if doubt < 1e-13 * max(abs(rate), 1e-6) * abs(root.slope) else None


def _above_total_loss(ln_growth: float | Decimal) -> float:
    """Return e^x − 1: inf if too large for a float, and never down to -1, which no root is."""
    if isinstance(ln_growth, Decimal):
        rate = float(ln_growth.exp() - 1)
    else:
        try:
            rate = math.expm1(ln_growth)
        except OverflowError:
            rate = math.inf
    return max(rate, math.nextafter(-1.0, 0.0))


def _distinct(found: list[float]) -> tuple[float, ...]:
    distinct: list[float] = []
    for rate in sorted(found):
        if not distinct or rate - distinct[-1] > _ALIKE * (1 + rate):
            distinct.append(rate)
    return tuple(distinct)


# ---- in floats


def _curve(u: Amounts, amounts: Amounts) -> Curve:
    def side(which: npt.NDArray[np.bool_]) -> Callable[[float], Side]:
        times, sizes = u[which], np.abs(amounts[which])

        def at(g: float) -> Side:
            shift = float(times[0] if g > 0 else times[-1])  # so that nothing overflows
            worth = sizes * np.exp(g * (shift - times))
            total = float(worth.sum())
            return Side(math.log(total) - g * shift, float((worth * times).sum()) / total)

        return at

    paid_out, paid_in = side(amounts > 0), side(amounts < 0)
    return lambda g: Point(g, paid_out(g), paid_in(g))


def _isolate(curve: Curve, ends: Interval) -> tuple[list[Point], list[Interval]]:
    """Return the roots that are alone in an interval, and the narrow intervals still in doubt."""
    single: list[Point] = []
    doubtful: list[Interval] = []
    todo = [ends]
    while todo:
        a, b = todo.pop()
        match _roots_between(a, b):
            case 0:
                continue
            case 1:
                single.append(_cross(curve, a, b))
            case _ if b.g - a.g <= _NARROWEST:
                doubtful.append((a, b))
            case _:
                middle = curve((a.g + b.g) / 2)
                todo += [(middle, b), (a, middle)]
    return single, doubtful


def _roots_between(a: Point, b: Point) -> int | None:
    """Return 0 or 1 where that is proven, None where it is not."""
    width = b.g - a.g
    reach = max(abs(a.g), abs(b.g))
    logs = max(abs(p.paid_in.ln) + abs(p.paid_out.ln) for p in (a, b))
    noise = 8 * _EPS * (4 + reach + logs) * (1 + width)
    out, into = (a.paid_out, b.paid_out), (a.paid_in, b.paid_in)
    if _most(width, out, into) < -noise or _most(width, into, out) < -noise:
        return 0
    noise = 8 * _EPS * (4 + reach)
    steepest, flattest = (into[0].mean - out[1].mean, into[1].mean - out[0].mean)
    if flattest > noise or steepest < -noise:
        return int((a.h >= 0) != (b.h >= 0))
    return None


def _most(width: float, of: tuple[Side, Side], less: tuple[Side, Side]) -> float:
    """Bound ln `of` − ln `less` from above: a chord over the one, two tangents under the other."""
    (a, b), (c, d) = of, less
    most = max(a.ln - c.ln, b.ln - d.ln)
    bend = c.mean - d.mean
    if bend > 0:
        kink = min(max((c.ln - d.ln - d.mean * width) / bend, 0.0), width)
        chord = a.ln + (b.ln - a.ln) * kink / width
        most = max(most, chord - max(c.ln - c.mean * kink, d.ln + d.mean * (width - kink)))
    return most


def _cross(curve: Curve, a: Point, b: Point) -> Point:
    """Return a root between two points of different sign: Newton, kept inside by bisection."""
    rises = a.h < 0
    low, high = a.g, b.g
    here = curve(min(max(0.0, low), high))  # h is nearly straight: zero is a good start
    last_step = high - low
    for _ in range(_ROUNDS):
        if (here.h < 0) == rises:
            low = here.g
        else:
            high = here.g
        newton = here.g - here.h / here.slope if here.slope else low
        slow = 2 * abs(newton - here.g) > last_step
        g = (low + high) / 2 if slow or not low <= newton <= high else newton
        last_step = abs(g - here.g)
        here = curve(g)
        if last_step <= 4 * _EPS * (1 + abs(g)):
            break
    return here


# ---- in 50 digits


class Value:
    """f(G) = Σ a·e^(−Gu) and its derivatives, in the current decimal context."""

    def __init__(self, ticks: Ticks, amounts: Amounts) -> None:
        span = Decimal(int(ticks[-1] - ticks[0]))
        self._flows = [
            (Decimal(int(tick - ticks[0])) / span, Decimal(float(amount)))
            for tick, amount in zip(ticks, amounts, strict=True)
        ]

    def at(self, g: Decimal, orders: Sequence[int]) -> tuple[list[Decimal], list[Decimal]]:
        """Return the derivatives of the given orders, and the same with each flow unsigned."""
        worth = [(-u, amount * (-g * u).exp()) for u, amount in self._flows]
        terms = [[amount * u**k if k else amount for u, amount in worth] for k in orders]
        return [sum(term) or Decimal(0) for term in terms], [
            sum(map(abs, term)) or Decimal(0) for term in terms
        ]

    def root_near(self, g: Decimal) -> Decimal:
        """Refine a root known to be simple."""
        for _ in range(_ROUNDS):
            (value, slope), _gross = self.at(g, (0, 1))
            step = value / slope
            g -= step
            if abs(step) < _SHARP * (1 + abs(g)):
                break
        return g

    def roots_between(self, low: Decimal, high: Decimal, order: int = 0) -> list[Decimal]:
        """Return the roots of a derivative in an interval narrower than 1/2, ascending.

        |f⁽ᵏ⁺¹⁾| is at most its unsigned sum, so a large f⁽ᵏ⁾ in the middle has no root around it.
        The ratio of the two tends to 1 as k grows, so the chain ends.
        """
        half = (high - low) / 2
        (here, _), (_, steepest) = self.at(low + half, (order, order + 1))
        if abs(here) > half * half.exp() * steepest:
            return []
        turns = self.roots_between(low, high, order + 1)
        signs = {g: self._sign(g, order) for g in (low, *turns, high)}
        roots = [g for g in turns if signs[g] == 0]  # at an end it is the neighbour's
        for a, b in itertools.pairwise(signs):
            if signs[a] * signs[b] < 0:
                roots.append(self._cross(a, b, order))
        return sorted(roots)

    def _sign(self, g: Decimal, order: int) -> int:
        (value,), (gross,) = self.at(g, (order,))
        return 0 if abs(value) <= _NOTHING * gross else (1 if value > 0 else -1)

    def _cross(self, low: Decimal, high: Decimal, order: int) -> Decimal:
        """Return the one root of a derivative that is monotone between two signs."""
        rises = self._sign(low, order) < 0
        g = (low + high) / 2
        last_step = high - low
        for _ in range(_ROUNDS):
            (value, slope), _gross = self.at(g, (order, order + 1))
            if (value < 0) == rises:
                low = g
            else:
                high = g
            newton = g - value / slope if slope else low
            slow = 2 * abs(newton - g) > last_step
            after = (low + high) / 2 if slow or not low <= newton <= high else newton
            last_step, g = abs(after - g), after
            if last_step <= _SHARP * (1 + abs(g)):
                break
        return g
