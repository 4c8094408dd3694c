"""The bridge of net asset value: how the opening value became the closing one, to the fen."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class NavLine(StrEnum):
    """The steps of the bridge."""

    CONTRIBUTIONS = "contributions"
    DISTRIBUTIONS = "distributions"
    FEES = "fees"  # management fees, expenses and carried interest
    REALISED = "realised"
    UNREALISED = "unrealised"


class NavFlow(NamedTuple):
    """One movement of net asset value, signed by its effect: a fee or distribution is negative."""

    line: NavLine
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """Fen; `closing` is `opening` plus the five steps, exactly."""

    opening: int
    contributions: int
    distributions: int
    fees: int
    realised: int
    unrealised: int
    closing: int


def bridge(opening: int, closing: int, flows: Iterable[tuple[NavLine | str, int]]) -> Bridge:
    """Sum the movements between two net asset values by line and prove that they explain it all.

    opening, closing  fen
    flows             (line, fen) in any order, signed by their effect on net asset value
    raises            ValueError if a line is unknown or a fen stays unexplained: no step is a plug
    """
    steps = dict.fromkeys(NavLine, 0)
    for line, amount_fen in flows:
        steps[NavLine(line)] += amount_fen
    unexplained = closing - opening - sum(steps.values())
    if unexplained:
        raise ValueError(
            f"the flows do not lead from {opening} to {closing} fen: {unexplained} fen unexplained"
        )
    return Bridge(
        opening=opening,
        contributions=steps[NavLine.CONTRIBUTIONS],
        distributions=steps[NavLine.DISTRIBUTIONS],
        fees=steps[NavLine.FEES],
        realised=steps[NavLine.REALISED],
        unrealised=steps[NavLine.UNREALISED],
        closing=closing,
    )
