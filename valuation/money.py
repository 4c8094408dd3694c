"""Money is an integer number of fen: split without loss, read from people, shown to people."""

import math
import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from operator import index

MOST_FEN = 2**63 - 1  # what a BIGINT column holds
MINUS = "\N{MINUS SIGN}"
_LONGEST_TEXT = 64


class Unit(IntEnum):
    """A unit people write money in; its value is the number of fen in one of it."""

    YUAN = 100
    WAN = 1_000_000
    YI = 10_000_000_000

    @property
    def label(self) -> str:
        """The unit as it stands on a Chinese page: 元, 万元, 亿元."""
        return {Unit.YUAN: "元", Unit.WAN: "万元", Unit.YI: "亿元"}[self]


class NotMoneyError(ValueError):
    """A text that names no amount in whole fen. Both sentences keep their {placeholders}.

    problem, remedy  English msgids; `values` fills them, so the web floor can translate first
    """

    def __init__(self, problem: str, remedy: str, **values: str) -> None:
        super().__init__(f"{problem} {remedy}".format(**values))
        self.problem = problem
        self.remedy = remedy
        self.values = values


# ---- split


def split_fen(total: int, weights: Sequence[int | float | Decimal | Fraction]) -> list[int]:
    """Split `total` fen in proportion to `weights` by largest remainder.

    total    fen, of either sign and any size; -x is split as x is, so a reversal fits its original
    weights  shape (n,), >= 0, at least one > 0; taken exactly, a float by its binary value
    returns  shape (n,), fen, sums to `total` exactly; of equal remainders the earlier weight wins
    raises   ValueError if there is no weight, a negative or non-finite one, or none above zero
    source   Hare-Niemeyer; Balinski and Young, Fair Representation (1982)
    """
    shares = _whole(weights)
    of = sum(shares)
    amount = abs(index(total))
    parts = [amount * share // of for share in shares]
    left = amount - sum(parts)
    by_remainder = sorted(range(len(shares)), key=lambda i: (-(amount * shares[i] % of), i))
    for i in by_remainder[:left]:
        parts[i] += 1
    return parts if total >= 0 else [-part for part in parts]


def _whole(weights: Sequence[int | float | Decimal | Fraction]) -> list[int]:
    """Scale the weights to integers in the same proportion."""
    exact = []
    for i, weight in enumerate(weights):
        if not math.isfinite(weight) or weight < 0:
            raise ValueError(f"weight {i} is {weight}; a weight is finite and not negative")
        exact.append(Fraction(weight))
    if not any(exact):
        raise ValueError(f"none of the {len(exact)} weights is above zero; nothing to split by")
    scale = math.lcm(*(weight.denominator for weight in exact))
    return [weight.numerator * (scale // weight.denominator) for weight in exact]


# ---- read

_AMOUNT = re.compile(
    r"(?:人民币|RMB|CNY|¥)?(?P<sign>[-+]?)(?:人民币|RMB|CNY|¥)?"
    r"(?P<whole>[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.(?P<part>[0-9]+))?"
    r"(?P<unit>万亿|亿|万)?(?P<yuan>元|圆)?",
    re.IGNORECASE,
)
_FOREIGN = re.compile(
    r"美元|欧元|港元|港币|日元|英镑|新元|USD|US\$|EUR|HKD|JPY|GBP|SGD|[$€£]", re.IGNORECASE
)
_IN_FEN = {"万": int(Unit.WAN), "亿": int(Unit.YI), "万亿": 10_000 * int(Unit.YI)}


def parse(text: str, default: Unit = Unit.YUAN) -> int:
    """Read an amount as people write it and return it in fen.

    text     "1.2亿", "3,000万元", "￥1,200.50", "－５万"; full-width forms count as plain ones
    default  the unit of a bare number; a unit in the text has the last word
    returns  fen, of either sign, at most MOST_FEN
    raises   NotMoneyError if it is no amount, names a part of a fen or is too large for the books
    """
    plain = unicodedata.normalize("NFKC", text).replace(MINUS, "-")
    plain = "".join(plain.split()).translate(str.maketrans("萬億", "万亿"))
    found = _AMOUNT.fullmatch(plain) if len(plain) <= _LONGEST_TEXT else None
    if found is None and _FOREIGN.search(plain[:_LONGEST_TEXT]):
        raise NotMoneyError(
            "“{text}” is in another currency; the books are kept in CNY.",
            "Convert it to yuan first, and keep the rate with the papers.",
            text=text[:_LONGEST_TEXT],
        )
    if found is None:
        raise NotMoneyError(
            "“{text}” is not an amount of money.",
            "Write a number with an optional unit, such as 1,200.50, 3000万元 or 1.2亿元.",
            text=text[:_LONGEST_TEXT],
        )
    part = found["part"] or ""
    if found["unit"]:
        unit_fen = _IN_FEN[found["unit"]]
    else:
        unit_fen = int(Unit.YUAN if found["yuan"] else default)
    scale: int = 10 ** len(part)
    fen, beyond = divmod(int(found["whole"].replace(",", "") + part) * unit_fen, scale)
    sign = -1 if found["sign"] == "-" else 1
    if beyond:
        raise NotMoneyError(
            "“{text}” names a part of a fen; the books keep whole fen (0.01 yuan).",
            "Round it to two decimals of a yuan, for example {nearest} yuan.",
            text=text,
            nearest=show(sign * (fen + (2 * beyond >= scale))),
        )
    if fen > MOST_FEN:
        raise NotMoneyError(
            "“{text}” is more than the books can hold ({most} yuan).",
            "Check the unit: was yuan meant instead of 万元 or 亿元?",
            text=text,
            most=show(MOST_FEN),
        )
    return sign * fen


# ---- show


def show(fen: int, unit: Unit = Unit.YUAN, decimals: int = 2) -> str:
    """Write fen in a fixed unit with fixed decimals: 123456789 in 万元 is "123.46".

    decimals  >= 0; half a last digit rounds away from zero, in integers, so nothing drifts
    returns   thousands commas, a true minus sign (U+2212), no unit: that stands in the heading.
              `parse(show(fen), YUAN) == fen`; an amount that rounds to nothing has no sign
    raises    ValueError if `decimals` is negative
    """
    if decimals < 0:
        raise ValueError(f"decimals is {decimals}; it is at least 0")
    scale: int = 10**decimals
    digits = (2 * scale * abs(index(fen)) + unit) // (2 * unit)
    whole, part = divmod(digits, scale)
    sign = MINUS if fen < 0 and digits else ""
    return f"{sign}{whole:,}" + (f".{part:0{decimals}d}" if decimals else "")
